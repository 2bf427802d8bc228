"""Calls: how soon one rings, two hundred at once without a lost step, and a hundred thousand from a hostile node."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from coupefeu.model.calls import CallState, DeclineReason, Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.node.bench.figures import Bench, Figure, milliseconds, spread
from coupefeu.node.bench.line import BenchLine, open_line
from coupefeu.node.following import EntrySeen, Events
from coupefeu.node.local import LocalBackend
from coupefeu.node.node import Node
from coupefeu.services.calls.commands import AnswerCall, DeclineCall, HangUp, PlaceCall
from coupefeu.services.calls.facts import KINDS
from coupefeu.services.calls.status import CallView

MANY: Final = {"per_minute": 600}
"""What is agreed where as many ring as are called."""
WITHIN_S: Final = 60.0
APART_S: Final = 0.02
"""Between the acts about one call and the next, where they are not all at one moment."""
UNDER_WAY: Final = 1_000
"""Attempts of the hostile node that wait for its own disk."""
AGREED_PER_MINUTE: Final = 6
"""Of the template: so many of the flood ring in each minute, and are not counted."""
PROBE_EVERY_S: Final = 2.0
"""So seldom the desk under the flood calls and is called: fewer FLASH in a minute than ring."""
PROBES_IN_A_MINUTE: Final = 5


class Seen:
    """What a node has recorded about calls, as a program that follows it hears it."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[int, str], asyncio.Future[None]] = {}

    async def follow(self, events: Events) -> None:
        """Heed all that comes."""
        async for event in events:
            if isinstance(event, EntrySeen) and event.kind in KINDS:
                for number in event.about:
                    _settle(self._waiting.setdefault((event.kind, number), _future()))

    async def entry(self, kind: Kind, number: str) -> None:
        """Wait for the first entry of a kind about a call."""
        key = (int(kind), number)
        await asyncio.wait_for(self._waiting.setdefault(key, _future()), WITHIN_S)
        del self._waiting[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """Two nodes: US in this process, RU in its own; and what each has recorded."""

    us: Node
    ru: Node
    seen_us: Seen
    seen_ru: Seen


@asynccontextmanager
async def open_call_line(line: BenchLine) -> AsyncIterator[CallLine]:
    """Follow both nodes of a line."""
    async with AsyncExitStack() as stack:
        us, ru = line.us, await stack.enter_async_context(Node.open(line.ru.folder))
        seen = []
        for node in (us, ru):
            events = await stack.enter_async_context(node.events())
            seen.append(Seen())
            task = asyncio.ensure_future(seen[-1].follow(events))
            stack.callback(task.cancel)
        yield CallLine(us=us, ru=ru, seen_us=seen[0], seen_ru=seen[1])


# --- one ---------------------------------------------------------------------------------------------------


async def measure_ring(bench: Bench) -> AsyncIterator[Figure]:
    """One call after another: from RING to the news at the other node that it rings, with every durable commit."""
    times: list[float] = []
    async with open_line(bench.folder / "ring", calls=MANY) as line, open_call_line(line) as calls:
        for done in range(bench.sizes.rings):
            times.append(await _ring_once(calls))
            bench.progress("ring", done + 1, bench.sizes.rings)
    yield Figure(
        name="ring",
        what="RING to ringing at the other node, all commits, median",
        unit="ms",
        ours=milliseconds(times),
        limit=150.0,
        detail=spread(times),
    )


async def _ring_once(calls: CallLine) -> float:
    started = time.perf_counter()
    call, number = await _place(calls.us)
    await calls.seen_ru.entry(Kind.CALL_RINGING, number)
    took = time.perf_counter() - started
    decline = DeclineCall(call=call, from_post="ru.duty", reason=DeclineReason.NOT_NOW)
    await calls.ru.act(decline)
    await calls.seen_us.entry(Kind.CALL_DECLINED, number)
    return took


# --- many --------------------------------------------------------------------------------------------------


async def measure_calls(bench: Bench) -> AsyncIterator[Figure]:
    """Hold calls at once: from each act to the other node's having it; then the same with every act at one moment."""
    count = bench.sizes.calls
    async with open_line(bench.folder / "calls", calls=MANY) as line, open_call_line(line) as calls:
        for name, what, apart_s in (
            ("calls", f"{count} calls at once through two nodes: p99 of a transition", APART_S),
            ("calls-burst", "the same, all of them placed, answered and ended at one moment", 0.0),
        ):
            held, times = await _hold_all(calls, count, apart_s)
            bench.progress(name, count, count)
            lost = sum(not _is_whole(node.find_call(call)) for call in held for node in (calls.us, calls.ru))
            yield Figure(
                name=name,
                what=what,
                unit="ms",
                ours=spread(times)["p99_ms"],
                limit=250.0 if apart_s else None,
                flaw=f"{lost} records lack a transition" if lost else "",
                detail={**spread(times), "lost": lost, "apart_ms": 1_000 * apart_s},
            )


async def _hold_all(calls: CallLine, count: int, apart_s: float) -> tuple[list[MessageId], list[float]]:
    """Begin them one after the other, and end them when all are held; gives them, and the seconds of every step."""
    begun = await asyncio.gather(*(_begin(calls, number * apart_s) for number in range(count)))
    ended = await asyncio.gather(
        *(_end(calls, call, name, number * apart_s) for number, (call, name, _) in enumerate(begun))
    )
    return [call for call, _, _ in begun], [*ended, *(each for _, _, took in begun for each in took)]


async def _begin(calls: CallLine, after_s: float) -> tuple[MessageId, str, tuple[float, float]]:
    await asyncio.sleep(after_s)
    started = time.perf_counter()
    call, number = await _place(calls.us)
    await calls.seen_ru.entry(Kind.CALL_RINGING, number)
    rung = time.perf_counter() - started
    answer = calls.ru.act(AnswerCall(call=call, from_post="ru.duty"))
    return call, number, (rung, await _timed(answer, calls.seen_us.entry(Kind.CALL_ANSWERED, number)))


async def _end(calls: CallLine, call: MessageId, number: str, after_s: float) -> float:
    await asyncio.sleep(after_s)
    hang_up = calls.us.act(HangUp(call=call, from_post="us.duty"))
    return await _timed(hang_up, calls.seen_ru.entry(Kind.CALL_ENDED, number))


async def _timed(act: Awaitable[object], seen: Awaitable[None]) -> float:
    started = time.perf_counter()
    await asyncio.gather(act, seen)
    return time.perf_counter() - started


def _is_whole(view: CallView | None) -> bool:
    kinds = [] if view is None else [step.kind for step in view.steps]
    whole = kinds == [Kind.CALL_RINGING, Kind.CALL_ANSWERED, Kind.CALL_ENDED]
    return whole and view is not None and (view.state, view.outcome) == (CallState.ENDED, Outcome.ANSWERED)


# --- a flood -----------------------------------------------------------------------------------------------


async def measure_call_flood(bench: Bench) -> AsyncIterator[Figure]:
    """US calls as fast as it can; meanwhile RU's desk calls, and answers a FLASH: the slowest of either."""
    count = bench.sizes.flood_calls
    async with open_line(bench.folder / "call-flood") as line, open_call_line(line) as calls:
        assert isinstance(line.us.backend, LocalBackend)
        line.us.backend.runtime.calling.end()  # a hostile node concludes nothing
        started = time.perf_counter()
        flood = asyncio.ensure_future(_flood(bench, line.us, count))
        probes = await _probe_while(flood, calls)
        seconds = time.perf_counter() - started
        (last,) = await line.us.act(PlaceCall(from_post="us.duty", to_post="ru.duty"))
        await last.receipt()
        standing = (await calls.ru.backend.status())["calls"]
    floods, rang = standing["floods"], len(standing["ringing"])
    counted = sum(each["count"] for each in floods)
    rung = AGREED_PER_MINUTE * (2 + int(seconds) // 60)
    is_one_line = len(floods) == 1 and counted + rung >= count
    yield Figure(
        name="call-flood",
        what=f"{count:,} calls of a hostile node: its desk's FLASH answered, ours placed, the slowest",
        unit="s",
        ours=max((each for probe in probes for each in probe), default=0.0),
        limit=1.0,
        flaw="" if is_one_line else f"{len(floods)} lines, {counted:,} counted, {rang} ring",
        detail={"flood_s": round(seconds, 1), "probes": len(probes), "counted": counted, "ringing": rang},
    )


async def _flood(bench: Bench, node: Node, count: int) -> None:
    command = PlaceCall(from_post="us.duty", to_post="ru.duty")
    left, done = iter(range(count)), 0

    async def take_turns() -> None:
        nonlocal done
        for _ in left:
            await node.act(command)
            done += 1
            bench.progress("call-flood", done, count)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(min(UNDER_WAY, count)):
            tasks.create_task(take_turns())


async def _probe_while(flood: "asyncio.Future[None]", calls: CallLine) -> list[tuple[float, float]]:
    probes = [await _probe(calls)]
    while not flood.done() and len(probes) < PROBES_IN_A_MINUTE:
        await asyncio.wait({flood}, timeout=PROBE_EVERY_S)
        probes.append(await _probe(calls))
    await flood
    return probes


async def _probe(calls: CallLine) -> tuple[float, float]:
    """Give how long a FLASH of theirs took until our officer's answer stood, and a call of ours until it stood."""
    call, number = await _place(calls.us, Precedence.FLASH)
    started = time.perf_counter()
    await calls.seen_ru.entry(Kind.CALL_RINGING, number)
    await calls.ru.act(AnswerCall(call=call, from_post="ru.duty"))
    answered = time.perf_counter() - started
    await calls.ru.act(HangUp(call=call, from_post="ru.duty"))
    started = time.perf_counter()
    await calls.ru.act(PlaceCall(from_post="ru.duty", to_post="us.duty"))
    return answered, time.perf_counter() - started


# --- what they share ---------------------------------------------------------------------------------------


async def _place(node: Node, precedence: Precedence = Precedence.IMMEDIATE) -> tuple[MessageId, str]:
    (placed,) = await node.act(PlaceCall(from_post="us.duty", to_post="ru.duty", precedence=precedence))
    return placed.id, placed.number


def _future() -> "asyncio.Future[None]":
    return asyncio.get_running_loop().create_future()


def _settle(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
