"""Two joined nodes with consoles, and Chromium's windows on them: see tests/console/desks.py and browser.py."""

import pytest
from tests.console.browser import Browser
from tests.console.calling import allow_calls, end_calls
from tests.console.desks import DeskProcesses, JoinedDesks, wait_until
from tests.console.hearing import LISTEN
from tests.console.quiet import settle
from tests.console.verifying import verify_zip


@pytest.fixture(scope="session")
def _chromium():
    running = Browser()
    yield running
    running.close()


@pytest.fixture(scope="session")
def _joined(tmp_path_factory):
    joined = JoinedDesks(tmp_path_factory.mktemp("joined"))
    yield joined.desks
    joined.close()


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


@pytest.fixture
def desks(_joined):
    """US and RU of all tests of this process: `desks.us`, `desks.ru`. Their records grow; count on your own texts."""
    yield _joined
    _joined.mend()


@pytest.fixture
def line(desks):
    """US and RU; no call is open and nothing sounds when the next test begins."""
    allow_calls(desks.us)
    allow_calls(desks.ru)
    yield desks
    desks.mend()
    end_calls(desks.us, desks.ru)
    settle(desks.us, desks.ru)


@pytest.fixture
def fresh_desks(tmp_path):
    """US and RU of this test alone, in a thread of this process."""
    joined = JoinedDesks(tmp_path)
    yield joined.desks
    joined.close()


@pytest.fixture
def desk_processes(tmp_path):
    """US and RU of this test alone, each a process: `.us`, `.ru`, `.kill("ru")`, `.start("ru")`."""
    running = DeskProcesses(tmp_path)
    yield running
    running.close()


@pytest.fixture
def open_page(browser):
    """Open a page of a desk's console, signed in, in a window of its own that is judged after the test.

    open_page(desks.us, "#/messages", language="fr", width=360, dark=True, post="us.duty", officer="Watch 2")

    Gives Playwright's page; `page.window` is its window (`page.window.allow("part of a trouble that is meant")`).
    """
    windows = []

    def opened(desk, path="#/line", *, language="en", post=None, officer="", **options):
        window = browser.window(**options)
        windows.append(window)
        address = desk.sign_in(window, language=language, post=post, officer=officer)
        page = window.context.new_page()
        page.window = window
        page.goto(f"{address}/{path}")
        page.wait_for_selector("main h1:not(.soft)")  # the loading page has a soft one
        return page

    yield opened
    for window in windows:
        window.close()


@pytest.fixture
def open_heard(browser):
    """Open a signed-in page whose sound is measured; `ready`: somebody has pressed a key in it before."""
    windows = []

    def opened(desk, path="#/line", *, ready=True, language="en", officer="second watch", **options):
        window = browser.window(**options)
        windows.append(window)
        window.context.add_init_script(LISTEN)
        address = desk.sign_in(window, language=language, officer=officer)
        page = window.context.new_page()
        page.window = window
        page.goto(f"{address}/{path}")
        page.get_by_test_id("counts").wait_for()
        if ready:
            page.keyboard.press("a")
            wait_until(lambda: page.evaluate("__ready()"), "the page cannot sound")
        page.evaluate("__typed = 0")
        return page

    yield opened
    for window in windows:
        window.close()


@pytest.fixture
def verified_by_command():
    """Verify a zip file with the command line, and give what it says: verified_by_command(octets, folder)."""
    return verify_zip
