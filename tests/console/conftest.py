"""Two joined nodes with consoles, and Chromium's windows on them: see tests/console/desks.py and browser.py."""

import pytest
from tests.console.browser import Browser


@pytest.fixture(scope="session")
def _chromium():
    running = Browser()
    yield running
    running.close()


@pytest.fixture
def browser(_chromium):
    """A running Chromium, for this test."""
    with _chromium.awake() as awake:
        yield awake


@pytest.fixture
def window(browser):
    """A window that is closed, and judged, after the test."""
    opened = browser.window()
    yield opened
    opened.close()
