"""Every measurement of `bench/console.py` at a tiny size: its parts work and miss nothing. No time is judged here."""

import asyncio
import shutil
import sys
import tempfile

import pytest
from tests.documents import ROOT

sys.path.insert(0, str(ROOT / "bench"))

TINY = {
    "ENTRIES": 300, "SENT": 2, "COLD_STARTS": 1, "CONSOLES": 6, "PAGES": 1, "CROWD_MESSAGES": 3, "FLASHES": 1,
    "CALLS": 2, "NOTICES": 2, "VERIFIED": 20,
}  # fmt: skip
NAMES = [
    "first-page",
    "transfer",
    "send",
    "send-p99",
    "list",
    "record",
    "crowd",
    "keystrokes",
    "first-media",
    "conflict",
    "verifier",
    "map-pan",
    "map-slide",
]


@pytest.fixture
def short_folder():
    """A folder below which the path of a socket fits."""
    folder = tempfile.mkdtemp(prefix="cf-")
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="DOCUMENTED: chromium absent")
def test_every_figure_of_the_console_is_measured(short_folder, monkeypatch):
    import console_map

    import console

    for name, small in TINY.items():
        monkeypatch.setattr(console, name, small)
    monkeypatch.setattr(console_map, "NOTICES", 30)
    monkeypatch.setattr(console_map, "MOVED_MS", 100)
    monkeypatch.setattr("tempfile.tempdir", short_folder)
    figures = []
    asyncio.run(console.measure(figures, []))
    found = {figure.name: figure for figure in figures}
    assert list(found) == NAMES
    assert all(figure.ours > 0 for figure in figures)
    assert found["crowd"].flaw == ""
    assert found["crowd"].detail["streams"]["n"] == 5 * 3
    assert found["keystrokes"].ours <= 3
    assert "/" in found["transfer"].detail
