"""From the answer to a call until both consoles have decoded the first of the other's voice."""

import asyncio
import time
from collections import deque

from console_pages import PATIENCE_MS, open_page
from playwright.async_api import BrowserContext, Page

RINGS_A_MINUTE = 6
"""What the agreement of an exercise lets ring; more would wait."""
HEAR = """(() => {
  const Real = RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...given) {
      super(...given);
      window.heardMs = 0;
      const looking = setInterval(async () => {
        const report = [...(await this.getStats()).values()];
        const heard = report.find((each) => each.type === 'inbound-rtp' && each.kind === 'audio');
        if (!(heard?.jitterBufferEmittedCount > 0)) return;
        clearInterval(looking);
        window.heardMs = performance.timeOrigin + performance.now();
      }, 10);
    }
  };
  addEventListener('keydown', () => { window.keyMs = performance.timeOrigin + performance.now(); }, { capture: true });
})()"""
"""Notes when a key was pressed, and when the decoder gave out its first samples; asked of the browser every 10 ms."""


class Callers:
    """A page on each side; US calls by voice, RU answers by one key."""

    def __init__(self, ours: Page, theirs: Page) -> None:
        self._ours, self._theirs = ours, theirs
        self._rung: deque[float] = deque(maxlen=RINGS_A_MINUTE)

    @classmethod
    async def open(cls, ours: BrowserContext, theirs: BrowserContext, places: tuple[str, str]) -> "Callers":
        """Open both pages; somebody has pressed a key in each."""
        pages = []
        for context, place in zip((ours, theirs), places, strict=True):
            await context.add_init_script(HEAR)
            page = await open_page(context, f"{place}/#/line")
            await page.keyboard.press("Shift")
            pages.append(page)
        return cls(*pages)

    async def call_s(self) -> float:
        """Call once; gives the seconds from the key that answers to the later of the two first voices."""
        await self._wait_for_room()
        ours, theirs = self._ours, self._theirs
        await ours.evaluate("() => { location.hash = '#/calls' }")
        await ours.locator("input[name=media][value=voice]").check()
        await ours.locator("[data-testid=ring-now-press]:not([disabled])").click()
        await theirs.locator("[data-testid=answer][aria-disabled=false]").wait_for()
        await theirs.keyboard.press("a")
        heard = [await self._heard_ms(page) for page in (ours, theirs)]
        answered_ms = float(await theirs.evaluate("() => window.keyMs"))
        await ours.get_by_test_id("call-bar").get_by_role("button").first.click()
        for page in (ours, theirs):
            await page.locator("[data-testid=call-bar][data-state=in_call]").wait_for(state="detached")
            await page.evaluate("() => { location.hash = '#/line' }")
        return (max(heard) - answered_ms) / 1000

    async def close(self) -> None:
        """Close both pages."""
        await self._ours.close()
        await self._theirs.close()

    async def _wait_for_room(self) -> None:
        if len(self._rung) == RINGS_A_MINUTE:
            await asyncio.sleep(max(0.0, self._rung[0] + 61 - time.monotonic()))
        self._rung.append(time.monotonic())

    async def _heard_ms(self, page: Page) -> float:
        await page.wait_for_function("() => window.heardMs > 0", timeout=PATIENCE_MS)
        return float(await page.evaluate("() => window.heardMs"))
