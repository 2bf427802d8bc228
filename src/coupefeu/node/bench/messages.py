"""The line at work: one message, many at once, and the bytes that they take between the nodes."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from coupefeu.model.precedence import Precedence
from coupefeu.node.bench.figures import Bench, Figure, milliseconds, spread
from coupefeu.node.bench.floor import MessageFloor
from coupefeu.node.bench.line import BenchLine, make_text, open_line

UNDER_WAY = 1_024
"""Messages in flight when pipelined."""


async def measure_message(bench: Bench) -> AsyncIterator[Figure]:
    """One message, from `send` to the verified receipt, in turns with its floor."""
    for name, what, apart in (
        ("message", "one message, send to verified receipt", False),
        ("message-socket", "the same, asked over the control socket", True),
    ):
        with MessageFloor(bench.folder) as floor:
            async with open_line(bench.folder / name, apart=apart) as line:
                floors, ours = await _in_turns(bench, name, floor, line)
        (bench.folder / "floor.db").unlink()
        yield Figure(
            name=name,
            what=what,
            unit="ms",
            ours=milliseconds(ours),
            floor=milliseconds(floors),
            limit=None if apart else 2.0,
            relative=True,
            detail={"ours": spread(ours), "floor": spread(floors)},
        )


async def _in_turns(
    bench: Bench, name: str, floor: MessageFloor, line: BenchLine
) -> tuple[list[float], list[float]]:
    floors: list[float] = []
    ours: list[float] = []
    for number in range(bench.sizes.messages):
        floors.append(floor.once())
        ours.append(await line.exchange(make_text("one", number)))
        bench.progress(name, number + 1, bench.sizes.messages)
    return floors, ours


async def measure_pipelined(bench: Bench) -> AsyncIterator[Figure]:
    """Many messages at once, each durable on both sides and receipted."""
    async with open_line(bench.folder / "pipelined") as line:
        seconds = await _pipeline(bench, line, bench.sizes.pipelined)
        received = line.received("many")
    flaw = _compare(received.total(), len(received), bench.sizes.pipelined)
    yield Figure(
        name="pipelined",
        what="messages pipelined, durable on both sides and receipted",
        unit="/s",
        ours=bench.sizes.pipelined / seconds,
        limit=3_000,
        at_least=True,
        flaw=flaw,
        detail={"messages": bench.sizes.pipelined, "under_way": UNDER_WAY, "seconds": round(seconds, 2)},
    )


async def _pipeline(bench: Bench, line: BenchLine, count: int) -> float:
    texts = [make_text("many", number) for number in range(count)]
    done = 0

    async def exchange(text: str) -> None:
        nonlocal done
        await line.exchange(text)
        done += 1
        bench.progress("pipelined", done, count)

    started = time.perf_counter()
    await _all_under_way(exchange, texts)
    return time.perf_counter() - started


async def _all_under_way(do: Callable[[str], Awaitable[None]], texts: Sequence[str]) -> None:
    """Do it for every text, `UNDER_WAY` at a time; a semaphore would look through all that wait at each turn."""
    left = iter(texts)

    async def take_turns() -> None:
        for text in left:
            await do(text)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(UNDER_WAY):
            tasks.create_task(take_turns())


def _compare(rows: int, distinct: int, sent: int) -> str:
    return "" if rows == distinct == sent else f"sent {sent}, in the record {rows}, distinct {distinct}"


async def measure_bytes(bench: Bench) -> AsyncIterator[Figure]:
    """Bytes and packets between the nodes for a message and its receipt, one after another."""
    count = bench.sizes.messages
    async with open_line(bench.folder / "bytes", relayed=True) as line:
        assert line.relay is not None
        before = line.relay.carried()
        for number in range(count):
            await line.exchange(make_text("size", number))
            bench.progress("bytes", number + 1, count)
        after = line.relay.carried()
    if before is None or after is None:
        return
    yield Figure(
        name="bytes",
        what="bytes per message and receipt, all headers",
        unit="bytes",
        ours=(after[0] - before[0]) / count,
        limit=560,
        detail={"packets": round((after[1] - before[1]) / count, 2), "text": "200 bytes, incompressible"},
    )


async def send_all(
    line: BenchLine, tag: str, count: int, precedence: Precedence = Precedence.ROUTINE
) -> None:
    """Send that many as fast as they become durable here, without waiting for receipts."""

    async def send(text: str) -> None:
        await line.send(text, precedence)

    await _all_under_way(send, [make_text(tag, number) for number in range(count)])
