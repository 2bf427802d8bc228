"""From the press that files a notice on one console until the conflict stands painted on the other."""

import statistics
import time
from collections.abc import Callable

from console_pages import PATIENCE_MS, open_page
from console_record import Desk
from playwright.async_api import BrowserContext, Page

from coupefeu.model.notices import NoticeForm
from coupefeu.model.places import E7, Position
from coupefeu.model.volumes import Circle, Limit, Volume
from coupefeu.node.bench.figures import Figure, spread
from coupefeu.services.notices.commands import FileNotice
from coupefeu.services.notices.facts import NoticeFact

DAY_MS = 86_400_000
PAIRS = """(() => {
  window.pairsMs = {};
  const look = () => {
    for (const each of document.querySelectorAll('[data-pair]')) {
      const pair = each.dataset.pair;
      if (pair in pairsMs) continue;
      pairsMs[pair] = 0;
      requestAnimationFrame(() => requestAnimationFrame(() => {
        pairsMs[pair] = performance.timeOrigin + performance.now();
      }));
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})()"""
"""As for rows of messages: a pair counts as painted two frames after it stands in the page."""


async def measure_conflicts(filers: "Filers", count: int, tell: Callable[[int], None]) -> Figure:
    """File notices one after the other, each beside one of the other side's; closes both pages."""
    seconds = []
    for number in range(count):
        seconds.append(await filers.file_s(number))
        tell(number + 1)
    await filers.close()
    return Figure(
        name="conflict", what=f"file on one console to the conflict on the other, median of {count}", unit="ms",
        limit=300, ours=statistics.median(seconds) * 1000, detail=spread(seconds),
    )  # fmt: skip


class Filers:
    """US files on its page, beside a notice of RU's; RU's page shows the conflicts."""

    def __init__(self, ours: Page, theirs: Page, us: Desk, ru: Desk) -> None:
        self._ours, self._theirs, self._us, self._ru = ours, theirs, us, ru

    @classmethod
    async def open(
        cls, ours: BrowserContext, theirs: BrowserContext, places: tuple[str, str], us: Desk, ru: Desk
    ) -> "Filers":
        """Open both pages."""
        await theirs.add_init_script(PAIRS)
        return cls(
            await open_page(ours, f"{places[0]}/#/notices"),
            await open_page(theirs, f"{places[1]}/#/notices/conflicts"),
            us,
            ru,
        )

    async def file_s(self, number: int) -> float:
        """File a notice in a place of its own, near one of theirs; gives the seconds from the press to the pair."""
        lat, lon = -40 + number, -150 + number
        known = await self._known(lat, lon)
        page = self._ours
        await page.evaluate("() => { location.hash = '#/notices' }")
        await page.evaluate("() => { location.hash = '#/notices/new/2' }")
        start, end = (
            time.strftime("%d%H%MZ %b %y", time.gmtime(time.time() + days * 86_400)) for days in (1, 2)
        )
        for label, text in (
            ("Subject", f"Patrol {number}"), ("Centre", f"{lat}.000 {lon}.000"), ("Radius", "5 NM"), ("From", start),
            ("Until", end), ("Contact (needed)", "Duty desk"),
        ):  # fmt: skip
            await page.get_by_label(label, exact=True).first.fill(text)
        await page.get_by_label("Activity (needed)").select_option("2")
        await page.get_by_test_id("known").wait_for()
        await page.locator("button[type=submit]").click()
        await page.wait_for_function(r"() => /^#\/notices\/[A-Z]+\/\d+$/.test(location.hash)")
        filed, pressed_ms = await page.evaluate("() => [location.hash.slice(10), notes.pressedMs]")
        pair = f"{known} {filed}"
        await self._theirs.wait_for_function("(pair) => pairsMs[pair] > 0", arg=pair, timeout=PATIENCE_MS)
        return (
            float(await self._theirs.evaluate("(pair) => pairsMs[pair]", pair)) - float(pressed_ms)
        ) / 1000

    async def close(self) -> None:
        """Close both pages."""
        await self._ours.close()
        await self._theirs.close()

    async def _known(self, lat: int, lon: int) -> str:
        """File a notice of RU's there, for a day and more; it is on US's record when the form knows of it."""
        now_ms = int(time.time() * 1_000)
        shape = Circle(centre=Position(lat_e7=lat * E7, lon_e7=lon * E7), radius_dm=92_600)
        volume = Volume(
            shape=shape, lower=Limit.SURFACE, upper=None, start_ms=now_ms + DAY_MS, end_ms=now_ms + 3 * DAY_MS
        )
        fact = NoticeFact(
            form=NoticeForm.FLIGHT_SAFETY, title="Patrol", volumes=(volume,), fields={1: 2, 6: "Duty desk"}
        )
        (sent,) = await self._ru.node.act(FileNotice.of(fact, "ru.duty"))
        return sent.number
