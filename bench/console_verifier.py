"""A communique of a thousand entries out of a long record, and the page that verifies it, from its file."""

import asyncio
import statistics
from collections.abc import Sequence
from pathlib import Path

from console_record import Desk
from playwright.async_api import Browser

from coupefeu.console.static import read_verifier
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.issuing import Wish, draft_communique
from coupefeu.node.folder import NodeFolder
from coupefeu.record.selection import Disclosed
from coupefeu.store.reader import Reader

RUNS = 5
NOTES = """(entries) => {
  document.addEventListener('change', () => { window.givenMs = performance.now(); }, { capture: true });
  const seen = new MutationObserver(() => {
    if (document.querySelectorAll('[data-entry]').length < entries) return;
    seen.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => { window.paintedMs = performance.now(); }));
  });
  seen.observe(document, { childList: true, subtree: true, attributes: true });
}"""
"""What is proved counts as shown two frames after the last entry stands in the page."""


def make_communique(desk: Desk, entries: int, size: int) -> bytes:
    """Choose `entries` of a log of `size`, spread over all of it, and disclose all of each."""
    folder = NodeFolder.open(desk.folder.path)
    log = folder.log_number
    chosen = tuple((log, 1 + each * (size - 2) // entries) for each in range(entries))
    wish = Wish(query=Query(entries=chosen), disclosing=Disclosing(default=Disclosed.ALL))
    with Reader(folder.record_path, running=True) as reader:
        return draft_communique(folder, reader, wish).sign(folder)


async def check_in_browser(browser: Browser, folder: Path, octets: bytes, entries: int) -> Sequence[float]:
    """Have the page, opened from its file in a fresh window each time, check a communique; seconds until shown."""
    page_file, communique = folder / "verifier.html", folder / "communique.html"
    await asyncio.to_thread(page_file.write_bytes, read_verifier())
    await asyncio.to_thread(communique.write_bytes, octets)
    seconds = []
    for _ in range(RUNS):
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        page = await context.new_page()
        await page.goto(page_file.as_uri())
        await page.wait_for_selector("main[data-state]")
        await page.evaluate(NOTES, entries)
        await page.set_input_files(".drop input", communique)
        await page.wait_for_function("() => window.paintedMs > 0")
        seconds.append(await page.evaluate("() => (window.paintedMs - window.givenMs) / 1000"))
        await context.close()
    return seconds


def median(seconds: Sequence[float]) -> float:
    """The figure that is held against what is asked."""
    return statistics.median(seconds)
