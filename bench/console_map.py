"""The map with ten thousand live notices, beside an empty one: frames while it is moved and while the slider runs.

Chromium here draws by software, which alone decides how many frames there are; what a graphics card cannot spare is
the time that our scripts and MapLibre take of each frame, and that is what is asked for. The notices are made up, laid
out as the node lays them out (`console.map_shapes`), and answered in the place of the node.
"""

import random
import time
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from playwright.async_api import BrowserContext, CDPSession, Page, Route

from coupefeu.console.map_shapes import map_volume
from coupefeu.console.notices_values import MapNotice, NoticeMap
from coupefeu.model.places import Position
from coupefeu.model.volumes import (
    Altitude,
    AltitudeUnit,
    Circle,
    Corridor,
    Datum,
    Fix,
    Limit,
    Polygon,
    Shape,
    Track,
    Volume,
)
from coupefeu.node.bench.figures import Figure

NOTICES = 10_000
SEED: Final = 6
HOUR_MS: Final = 3_600_000
FRAME_MS: Final = 1_000 / 60
IDLE: Final = "[data-testid=map][data-idle=true]"
PATIENCE_MS: Final = 90_000
MOVED_MS = 4_000
MOVE: Final = """async ([what, moved_ms]) => {
  const { map } = document.querySelector('[data-testid=map]').chart;
  const slider = document.querySelector('input[type=range]');
  const [from, until] = [Number(slider.min), Number(slider.max)];
  const gaps = [];
  const begun = performance.now();
  let last = begun;
  for (let step = 0; last - begun < moved_ms; step += 1) {
    if (what === 'pan') map.panBy([6, step % 40 < 20 ? 3 : -3], { duration: 0 });
    else {
      slider.value = String(from + (until - from) * ((step % 200) / 200));
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    }
    const now = await new Promise((done) => requestAnimationFrame(() => done(performance.now())));
    gaps.push(now - last);
    last = now;
  }
  gaps.sort((one, other) => one - other);
  return { frames: gaps.length, median_ms: gaps[gaps.length >> 1], p95_ms: gaps[Math.floor(gaps.length * 0.95)] };
}"""


async def measure_map(context: BrowserContext, address: str) -> list[Figure]:
    """Move both maps, as a whole and near a coast; gives two figures with all that was seen beside them."""
    now_ms = round(time.time() * 1000)
    seen: dict[str, Any] = {}
    for count in (0, NOTICES):
        seen[f"{count:,}"] = await _moved(context, address, made_up(count, now_ms))
    found = seen[f"{NOTICES:,}"]
    return [
        Figure(
            name=f"map-{what}",
            what=f"map with {NOTICES:,} notices, {said}: scripts' part of a frame",
            unit="ms",
            limit=frames * FRAME_MS,
            ours=max(found[view][what]["script_ms"] for view in found),
            detail={
                count: {view: each[what] for view, each in views.items()} for count, views in seen.items()
            },
        )
        for what, said, frames in (("pan", "moved", 1), ("slide", "slider running", 2))
    ]


async def _moved(context: BrowserContext, address: str, answer: bytes) -> dict[str, Any]:
    page = await context.new_page()

    async def give(route: Route) -> None:
        body = answer if "offset" not in route.request.url else made_up(0, 0)
        await route.fulfill(status=200, content_type="application/json", body=body)

    await page.route("**/api/notices/map*", give)
    await page.goto(f"{address}/#/map")
    seen = {}
    for view, zoom in (("world", 1.4), ("sea", 4.0)):
        await page.wait_for_selector(IDLE, timeout=PATIENCE_MS)
        await page.evaluate(
            "(zoom) => { document.querySelector('[data-testid=map]').chart.map.jumpTo({ center: [25, 50], zoom }) }",
            zoom,
        )
        await page.wait_for_selector(IDLE, timeout=PATIENCE_MS)
        await page.evaluate(MOVE, ["pan", MOVED_MS])  # what is drawn for the first time is no part of a frame
        seen[view] = {what: await _profiled(page, what) for what in ("pan", "slide")}
    await page.close()
    return seen


async def _profiled(page: Page, what: str) -> dict[str, float]:
    """Move it for MOVED_MS; gives frames, gaps between them, and the CPU time of all scripts in each frame."""
    meter = await page.context.new_cdp_session(page)
    await meter.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = await _script_s(meter)
    moved: dict[str, float] = await page.evaluate(MOVE, [what, MOVED_MS])
    spent_ms = 1000 * (await _script_s(meter) - before)
    await meter.detach()
    found = {key: round(value, 1) for key, value in moved.items()}
    return found | {"script_ms": round(spent_ms / moved["frames"], 1)}


async def _script_s(meter: CDPSession) -> float:
    metrics = (await meter.send("Performance.getMetrics"))["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "ScriptDuration"))


def made_up(count: int, now_ms: int) -> bytes:
    """Give JSON of a `NoticeMap` of so many notices, of every form, shape and side, all over the Earth."""
    draw = random.Random(SEED)
    volumes = (_volume(draw, index, now_ms) for index in range(count))
    notices = tuple(_notice(index, volume) for index, volume in enumerate(volumes))
    drawn = NoticeMap(notices=notices, conflicts=(), conflicts_total=0, total=count, as_of_ms=now_ms)
    return msgspec.json.encode(drawn)


def _notice(index: int, volume: Volume) -> MapNotice:
    ours = index % 2 == 0
    return MapNotice(
        number=f"{'US' if ours else 'RU'}/{index + 10}", party="us" if ours else "ru", ours=ours, form=index % 9 + 1,
        state="live", title=f"Area {index}", movement="", short=False, conflicts=0, volumes=(map_volume(volume),),
    )  # fmt: skip


def _volume(draw: random.Random, index: int, now_ms: int) -> Volume:
    start_ms = now_ms + round(draw.uniform(-36, 36) * HOUR_MS)
    end_ms = start_ms + round(draw.uniform(1, 30) * HOUR_MS)
    places = list(_places(draw))
    upper = Altitude(value=100, unit=AltitudeUnit.FL, datum=Datum.STD)
    return Volume(
        shape=_shape(draw, index, places, (start_ms, end_ms)), lower=Limit.SURFACE, upper=upper,
        start_ms=start_ms, end_ms=end_ms,
    )  # fmt: skip


def _places(draw: random.Random) -> Iterator[Position]:
    lat, lon = draw.uniform(-65, 75), draw.uniform(-179, 177)
    for north, east in ((0.0, 0.0), (0.1, 1.0), (0.8, 1.3)):
        yield Position(lat_e7=round((lat + north) * 1e7), lon_e7=round((lon + east) * 1e7))


def _shape(draw: random.Random, index: int, places: list[Position], window: tuple[int, int]) -> Shape:
    match index % 10:
        case 0:
            fixes = tuple(Fix(position=each, at_ms=at) for each, at in zip(places, window, strict=False))
            return Track(fixes=fixes, buffer_dm=185_200)
        case 1 | 2:
            return Corridor(line=tuple(places), half_width_dm=92_600)
        case 3 | 4 | 5:
            return Polygon(parts=((tuple(places),),))
        case _:
            return Circle(centre=places[0], radius_dm=round(draw.uniform(5, 60) * 10_000))
