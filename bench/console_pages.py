"""Real pages for the bench: two Chromiums of their own, and what is noted inside a page when it paints."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

ARGUMENTS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection",
)  # fmt: skip
PATIENCE_MS = 30_000
NOTES = """(() => {
  const now = () => performance.timeOrigin + performance.now();
  const notes = { pressedMs: 0, paintedMs: {}, gapMs: 0, taskMs: 0 };
  window.notes = notes;
  addEventListener('click', () => { notes.pressedMs = now(); }, { capture: true });
  const look = (root) => {
    for (const each of root.querySelectorAll('[data-number]')) {
      const number = each.dataset.number;
      if (number in notes.paintedMs) continue;
      notes.paintedMs[number] = 0;
      requestAnimationFrame(() => requestAnimationFrame(() => { notes.paintedMs[number] = now(); }));
    }
  };
  new MutationObserver(() => look(document)).observe(document, { childList: true, subtree: true, attributes: true,
    attributeFilter: ['data-number'] });
  let frameMs = 0;
  const frame = (atMs) => {
    if (frameMs) notes.gapMs = Math.max(notes.gapMs, atMs - frameMs);
    frameMs = atMs;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) notes.taskMs = Math.max(notes.taskMs, task.duration);
  }).observe({ type: 'longtask' });
})()"""
"""A row counts as painted two frames after it stands in the page; instants are those of the machine's clock."""


@asynccontextmanager
async def two_browsers() -> AsyncIterator[tuple[Browser, Browser]]:
    """Start Chromium twice. Raises: FileNotFoundError: there is none."""
    path = shutil.which("chromium")
    if path is None:
        raise FileNotFoundError("chromium is not installed: apt-get install chromium")
    async with async_playwright() as playwright:
        first, second = [
            await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS)) for _ in range(2)
        ]
        yield first, second
        await first.close()
        await second.close()


async def sign_in(browser: Browser, link: str) -> BrowserContext:
    """Open a window whose cookie a one-time link has set; its pages take notes."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(link)
    await page.wait_for_url(lambda url: "/enter" not in url)
    await page.close()
    await context.add_init_script(NOTES)
    return context


async def open_page(context: BrowserContext, address: str) -> Page:
    """Open a page and wait until it shows the desk."""
    page = await context.new_page()
    await page.goto(address)
    await page.wait_for_selector("[data-testid=exercise]")
    await page.wait_for_selector("main h1:not(.soft)")
    return page


async def painted_ms(page: Page, number: str) -> float:
    """Wait until a message is painted on a page; gives when."""
    await page.wait_for_function("(number) => notes.paintedMs[number] > 0", arg=number)
    return float(await page.evaluate("(number) => notes.paintedMs[number]", number))


async def note_transfer(context: BrowserContext, page: Page) -> dict[str, int]:
    """Fill a table: what came over the network, by path, in bytes with headers."""
    network = await context.new_cdp_session(page)
    await network.send("Network.enable")
    await network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    paths: dict[str, str] = {}
    carried: dict[str, int] = {}

    def ask(event: dict[str, Any]) -> None:
        paths[event["requestId"]] = urlsplit(event["request"]["url"]).path

    def note(event: dict[str, Any]) -> None:
        path = paths.get(event["requestId"], "")
        carried[path] = carried.get(path, 0) + int(event["encodedDataLength"])

    network.on("Network.requestWillBeSent", ask)
    network.on("Network.loadingFinished", note)
    return carried
