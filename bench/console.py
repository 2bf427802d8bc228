"""The figures of the console, with real browsers, over a record of 10^5 messages.

    python bench/console.py [--json] [--only NAME...]

Run by `make bench` after `coupefeu bench`; exits with 1 when a figure falls short. docs/benchmarks.md says how each
is measured.
"""

import asyncio
import json
import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from console_calls import Callers
from console_crowd import STREAMS_A_SESSION, watch
from console_map import measure_map
from console_notices import Filers, measure_conflicts
from console_pages import note_transfer, open_page, painted_ms, sign_in, two_browsers
from console_record import Desk, long_record, open_desks
from console_verifier import check_in_browser, make_communique, median
from playwright.async_api import Browser, BrowserContext, Page

from coupefeu.cli.bench import describe, show
from coupefeu.model.precedence import Precedence
from coupefeu.node.bench.figures import FULL, Bench, Figure, spread
from coupefeu.services.messages.status import StepName

ENTRIES = 100_000
SENT = 100
COLD_STARTS = 5
SETTLED_MS = 1_000
CONSOLES, PAGES = 50, 4
CROWD_MESSAGES, CROWD_EVERY_S = 60, 0.15
FLASHES = 3
CALLS = 20
NOTICES = 40
MOST_KEYSTROKES = 3
VERIFIED = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Both desks with a window on each, in two browsers."""

    us: Desk
    ru: Desk
    browsers: tuple[Browser, Browser]
    ours: BrowserContext
    theirs: BrowserContext
    our_address: str
    their_address: str
    progress: Callable[[str, int, int], None]


async def measure_first_page(room: Room) -> AsyncIterator[Figure]:
    """A window without a cache: from the address until the desk stands and answers a press; and what came over."""
    seconds, carried = [], {}
    for _ in range(COLD_STARTS):
        context = await sign_in(room.browsers[1], await room.ru.link())
        page = await context.new_page()
        carried = await note_transfer(context, page)
        await page.goto(f"{room.their_address}/#/line", wait_until="commit")
        seconds.append(await page.evaluate(INTERACTIVE) / 1000)
        await page.wait_for_load_state("load")
        await page.wait_for_timeout(SETTLED_MS)
        await context.close()
    yield Figure(
        name="first-page", what="first page, cold, interactive", unit="ms", limit=1_000,
        ours=statistics.median(seconds) * 1000, detail=spread(seconds),
    )  # fmt: skip
    yield Figure(
        name="transfer", what="initial transfer, compressed, headers and fonts and data", unit="kB", limit=150,
        ours=sum(carried.values()) / 1000, detail=dict(sorted(carried.items(), key=lambda each: -each[1])),
    )  # fmt: skip


INTERACTIVE = """() => new Promise((done) => {
  const is = (what) => document.querySelector(what) !== null;
  const stands = () => is('[data-testid=line-state]') && is('main h1:not(.soft)');
  const wait = () => {
    if (!stands()) return requestAnimationFrame(wait);
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    requestAnimationFrame(() => channel.port2.postMessage(''));
  };
  wait();
})"""


async def measure_send(room: Room) -> AsyncIterator[Figure]:
    """From the press on Send in US's page until the row is painted in RU's list, over the line and both records."""
    sender = await open_page(room.ours, f"{room.our_address}/#/messages/new/free-text")
    watcher = await open_page(room.theirs, f"{room.their_address}/#/messages")
    await watcher.wait_for_selector("[data-number]")
    seconds, parts = [], {"to_our_record": [], "to_their_record": [], "to_their_screen": []}
    for number in range(SENT):
        sent, pressed_ms = await send_by_form(sender, f"From console to console, {number}.")
        shown_ms = await painted_ms(watcher, sent)
        seconds.append((shown_ms - pressed_ms) / 1000)
        ours, theirs = (each.node.message(each.node.number(sent)).arrived_ms for each in (room.us, room.ru))
        for part, ms in zip(parts, (ours - pressed_ms, theirs - ours, shown_ms - theirs), strict=True):
            parts[part].append(ms / 1000)
        room.progress("send", number + 1, SENT)
    await sender.close()
    await watcher.close()
    found = spread(seconds)
    where = {part: spread(each) for part, each in parts.items()}
    what = f"send on one console to shown on the other, {ENTRIES:,} entries"
    yield Figure(
        name="send",
        what=f"{what}, median",
        unit="ms",
        limit=150,
        ours=found["median_ms"],
        detail=found | where,
    )
    yield Figure(name="send-p99", what=f"{what}, p99", unit="ms", limit=500, ours=found["p99_ms"])


async def send_by_form(page: Page, text: str) -> tuple[str, float]:
    """Type a FREE TEXT and press Send; gives its number and when it was pressed."""
    await page.evaluate("() => { location.hash = '#/messages/new/free-text' }")
    await page.locator("textarea").first.fill(text)
    await page.wait_for_selector("[data-testid=preview] [data-testid=original]")
    await page.locator("button[type=submit]").click()
    await page.wait_for_function(r"() => /^#\/messages\/[A-Z]+\/\d+$/.test(location.hash)")
    number, pressed_ms = await page.evaluate("() => [location.hash.slice(11), notes.pressedMs]")
    return str(number), float(pressed_ms)


async def measure_list(room: Room) -> AsyncIterator[Figure]:
    """Scroll through all messages and filter them; the longest time without a frame, or of one task."""
    page = await open_page(room.theirs, f"{room.their_address}/#/messages")
    await page.wait_for_selector("#all [data-number]")
    yield await scroll_and_filter(room, page, "#all", "/api/messages?", "list", "messages")


async def measure_record(room: Room) -> AsyncIterator[Figure]:
    """The same of the record of both sides."""
    page = await open_page(room.theirs, f"{room.their_address}/#/record")
    await page.wait_for_selector("main [role=listitem] a")
    yield await scroll_and_filter(room, page, "main", "/api/record?", "record", "entries")


async def scroll_and_filter(room: Room, page: Page, where: str, path: str, name: str, what: str) -> Figure:
    """Scroll the long list inside `where` from end to end, and search it twice."""
    await page.evaluate("() => { notes.gapMs = notes.taskMs = 0 }")
    view = page.locator(f"{where} [role=region]").first
    is_there = f"() => !document.querySelector('{where} .wait')"
    await view.hover()
    for step in range(60):
        await page.mouse.wheel(0, 1_500)
        await page.wait_for_timeout(16)
        room.progress(name, step + 1, 66)
    for part in (0.25, 0.5, 0.75, 1):
        await view.evaluate("(each, part) => { each.scrollTop = part * each.scrollHeight }", part)
        await page.wait_for_function(is_there)
    filtered = []
    for typed in ("kept 0500", "kept"):
        started = time.perf_counter()
        async with page.expect_response(lambda answer: path in answer.url):
            await page.locator("#search").fill(typed)
        await page.wait_for_function(is_there)
        filtered.append(time.perf_counter() - started)
    gap_ms, task_ms = await page.evaluate("() => [notes.gapMs, notes.taskMs]")
    await page.close()
    return Figure(
        name=name, what=f"list of {ENTRIES:,} {what} scrolled and filtered, longest pause", unit="ms", limit=100,
        ours=max(gap_ms, task_ms),
        detail={"frame_gap_ms": gap_ms, "task_ms": task_ms, "filter_s": [round(each, 2) for each in filtered]},
    )  # fmt: skip


async def measure_crowd(room: Room) -> AsyncIterator[Figure]:
    """Fifty live consoles on RU's node, four of them pages: from an entry's arrival to each stream and screen."""
    streams = CONSOLES - PAGES
    links = [await room.ru.link() for _ in range(-(-streams // STREAMS_A_SESSION))]
    ours, theirs = multiprocessing.Pipe()
    crowd = multiprocessing.get_context("spawn").Process(target=watch, args=(links, streams, theirs))
    crowd.start()
    windows = [await sign_in(room.browsers[each % 2], await room.ru.link()) for each in range(PAGES)]
    pages = [await open_page(window, f"{room.their_address}/#/messages") for window in windows]
    await asyncio.to_thread(ours.recv)
    sent = []
    for number in range(CROWD_MESSAGES):
        sent.append(await room.us.node.line("RU").send(f"To fifty consoles, {number}."))
        room.progress("crowd", number + 1, CROWD_MESSAGES)
        await asyncio.sleep(CROWD_EVERY_S)
    painted = {each.number: [await painted_ms(page, each.number) for page in pages] for each in sent}
    ours.send("end")
    told = await asyncio.to_thread(ours.recv)
    crowd.join()
    for window in windows:
        await window.close()
    arrived = {each.number: room.ru.node.message(each.id).arrived_ms for each in sent}
    streamed = [(at_ms - arrived[number]) / 1000 for number, at_ms in told if number in arrived]
    shown = [(at_ms - arrived[number]) / 1000 for number, screens in painted.items() for at_ms in screens]
    missing = streams * len(sent) - len(streamed)
    slowest = max(spread(streamed)["p99_ms"], spread(shown)["p99_ms"])
    yield Figure(
        name="crowd", what=f"{CONSOLES} live consoles on one node ({PAGES} pages), event to screen, p99", unit="ms",
        limit=500, ours=slowest, flaw=f"{missing} not told" if missing else "",
        detail={"streams": spread(streamed), "pages": spread(shown)},
    )  # fmt: skip


async def measure_keys(room: Room) -> AsyncIterator[Figure]:
    """From a FLASH that covers the page to TAKEN on the record, by the keys that the page itself names."""
    page = await open_page(room.theirs, f"{room.their_address}/#/record")
    most = 0
    for number in range(FLASHES):
        sent = await room.us.node.line("RU").send(f"Take this, {number}.", precedence=Precedence.FLASH)
        take = page.locator("[data-testid=take]")
        await page.wait_for_selector("[data-testid=take][aria-disabled=false]")
        keys = 0
        taken = asyncio.ensure_future(sent.until(StepName.TAKEN_BY))
        while not taken.done() and keys <= MOST_KEYSTROKES:
            await page.keyboard.press(str(await take.get_attribute("aria-keyshortcuts")).split()[0].lower())
            keys += 1
            await asyncio.wait([taken], timeout=10)
        most = max(most, keys)
        await page.keyboard.press("Escape")
    await page.close()
    yield Figure(
        name="keystrokes", what="a FLASH that sounds to TAKEN, keyboard alone", unit="keys", limit=MOST_KEYSTROKES,
        ours=most,
    )  # fmt: skip


async def measure_first_media(room: Room) -> AsyncIterator[Figure]:
    """From the key that answers a call by voice until both browsers have decoded the first of the other's."""
    callers = await Callers.open(room.ours, room.theirs, (room.our_address, room.their_address))
    seconds = []
    for number in range(CALLS):
        seconds.append(await callers.call_s())
        room.progress("calls", number + 1, CALLS)
    await callers.close()
    yield Figure(
        name="first-media", what=f"answer to first decoded media, both ways, median of {CALLS} calls", unit="ms",
        limit=2_000, ours=statistics.median(seconds) * 1000, detail=spread(seconds),
    )  # fmt: skip


async def measure_conflict(room: Room) -> AsyncIterator[Figure]:
    """From the press that files a notice on US's page until its conflict is painted on RU's, over both records."""
    places = room.our_address, room.their_address
    filers = await Filers.open(room.ours, room.theirs, places, room.us, room.ru)
    yield await measure_conflicts(filers, NOTICES, lambda done: room.progress("notices", done, NOTICES))


async def measure_verifier(room: Room) -> AsyncIterator[Figure]:
    """The page that verifies a communique, cold, from the choice of the file until all its entries are painted."""
    octets = await asyncio.to_thread(make_communique, room.us, VERIFIED, ENTRIES)
    with tempfile.TemporaryDirectory(prefix="coupefeu-bench-") as folder:
        seconds = await check_in_browser(room.browsers[0], Path(folder), octets, VERIFIED)
    yield Figure(
        name="verifier", what=f"communique of {VERIFIED:,} entries verified and shown in a browser, cold", unit="ms",
        limit=3_000, ours=median(seconds) * 1000, detail=spread(seconds) | {"file_bytes": len(octets)},
    )  # fmt: skip


async def measure_the_map(room: Room) -> AsyncIterator[Figure]:
    """Ten thousand live notices on RU's map."""
    for figure in await measure_map(room.theirs, room.their_address):
        yield figure


MEASUREMENTS = {
    "first-page": measure_first_page,
    "send": measure_send,
    "list": measure_list,
    "record": measure_record,
    "crowd": measure_crowd,
    "keystrokes": measure_keys,
    "first-media": measure_first_media,
    "conflict": measure_conflict,
    "verifier": measure_verifier,
    "map": measure_the_map,
}


async def measure(figures: list[Figure], only: list[str]) -> None:
    """Make or copy the record, open both desks, and measure."""
    folder = Path(tempfile.mkdtemp(prefix="coupefeu-bench-"))
    cache = Path(tempfile.gettempdir()) / f"coupefeu-bench-{os.getuid()}"
    cache.mkdir(mode=0o700, exist_ok=True)
    bench = Bench(folder=folder, cache=cache, sizes=replace(FULL, entries=ENTRIES), progress=say_progress)
    try:
        async with AsyncExitStack() as stack:
            us, ru = await stack.enter_async_context(open_desks(await long_record(bench)))
            browsers = await stack.enter_async_context(two_browsers())
            links = await us.link(), await ru.link()
            ours, theirs = [await sign_in(each, link) for each, link in zip(browsers, links, strict=True)]
            room = Room(
                us=us, ru=ru, browsers=browsers, ours=ours, theirs=theirs, progress=say_progress,
                our_address=links[0].partition("/enter")[0], their_address=links[1].partition("/enter")[0],
            )  # fmt: skip
            for name, each in MEASUREMENTS.items():
                if not only or name in only:
                    figures.extend([figure async for figure in each(room)])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def say_progress(what: str, done: int, total: int) -> None:
    """Say how far it is, on one line of the terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{what}: {done:,} of {total:,}   ")


def main() -> None:
    """Measure, print, and judge."""
    only = sys.argv[sys.argv.index("--only") + 1 :] if "--only" in sys.argv else []
    figures: list[Figure] = []
    try:
        asyncio.run(measure(figures, only))
    finally:
        found = describe(figures, quick=False) | {"command": "python bench/console.py"}
        if "--json" in sys.argv:
            print(json.dumps(found))
        else:
            show(found, figures)
    if any(figure.holds is False for figure in figures):
        sys.exit(1)


if __name__ == "__main__":
    main()
