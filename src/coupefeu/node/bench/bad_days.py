"""Bad days: the path is cut, the receiver is killed, a FLASH stands behind a backlog."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator

from coupefeu.model.precedence import Precedence
from coupefeu.node.bench.figures import Bench, Figure
from coupefeu.node.bench.line import BenchLine, make_text, open_line
from coupefeu.node.bench.messages import send_all
from coupefeu.node.node import Sent

PATIENCE_S = 120.0
RESTART_AFTER_S = 3.0
KILL_AT = 0.4
"""The receiver is killed when this share has been sent."""


async def measure_cut(bench: Bench) -> AsyncIterator[Figure]:
    """Cut the path while messages are sent; seconds from the mending until the last is receipted."""
    sizes = bench.sizes
    async with open_line(bench.folder / "cut", relayed=True) as line:
        assert line.relay is not None
        line.relay.cut()
        sent = await _send_paced(
            bench, line, "cut", sizes.cut_messages, sizes.cut_s * 0.9 / sizes.cut_messages
        )
        await asyncio.sleep(sizes.cut_s * 0.1)
        line.relay.mend()
        mended = time.perf_counter()
        await _all_receipted(sent)
        seconds = time.perf_counter() - mended
        lost, doubled = _tally(line.received("cut"), "cut", sizes.cut_messages)
    yield Figure(
        name="cut",
        what=f"path cut {sizes.cut_s:g} s, {sizes.cut_messages} sent meanwhile: all there after mending",
        unit="s",
        ours=seconds,
        limit=2.0,
        flaw=_flaw(lost, doubled),
        detail={"lost": lost, "doubled": doubled, "cut": "by a relay that swallows bytes"},
    )


async def measure_kill(bench: Bench) -> AsyncIterator[Figure]:
    """Kill the receiver with SIGKILL while messages come, and start it again; nobody sends one more."""
    sizes = bench.sizes
    async with open_line(bench.folder / "kill") as line:
        sending = asyncio.create_task(
            _send_paced(bench, line, "kill", sizes.kill_messages, 1 / sizes.kill_rate)
        )
        await asyncio.sleep(KILL_AT * sizes.kill_messages / sizes.kill_rate)
        await line.ru.kill()
        await asyncio.sleep(RESTART_AFTER_S)
        await line.ru.start()
        sent = await sending
        await _all_receipted(sent)
        lost, doubled = _tally(line.received("kill"), "kill", sizes.kill_messages)
    yield Figure(
        name="kill",
        what=f"receiver killed -9 during {sizes.kill_messages}: missing and doubled",
        unit="messages",
        ours=lost + doubled,
        limit=0,
        detail={"lost": lost, "doubled": doubled, "last_without_another": True},
    )


async def measure_flash(bench: Bench) -> AsyncIterator[Figure]:
    """Send a FLASH behind a backlog while the path is cut; seconds from the mending to its receipt."""
    sizes = bench.sizes
    async with open_line(bench.folder / "flash", relayed=True) as line:
        assert line.relay is not None
        line.relay.cut()
        cut = time.perf_counter()
        await send_all(line, "backlog", sizes.queued)
        flash = await line.send(make_text("flash", 0), Precedence.FLASH)
        await asyncio.sleep(max(0.0, cut + sizes.cut_s - time.perf_counter()))
        line.relay.mend()
        mended = time.perf_counter()
        async with asyncio.timeout(PATIENCE_S):
            await flash.receipt()
        seconds = time.perf_counter() - mended
        bench.progress("flash", 1, 1)
        last = await line.send(make_text("backlog", sizes.queued))
        async with asyncio.timeout(PATIENCE_S):
            await last.receipt()
        cleared = time.perf_counter() - mended
        lost, doubled = _tally(line.received("backlog"), "backlog", sizes.queued + 1)
    yield Figure(
        name="flash",
        what=f"a FLASH behind {sizes.queued:,} queued: path's return to its receipt",
        unit="s",
        ours=seconds,
        limit=1.0,
        flaw=_flaw(lost, doubled),
        detail={"backlog_cleared_s": round(cleared, 2), "lost": lost, "doubled": doubled},
    )


async def _send_paced(bench: Bench, line: BenchLine, tag: str, count: int, every_s: float) -> list[Sent]:
    started = time.perf_counter()
    sent = []
    for number in range(count):
        sent.append(await line.send(make_text(tag, number)))
        bench.progress(tag, number + 1, count)
        await asyncio.sleep(max(0.0, started + (number + 1) * every_s - time.perf_counter()))
    return sent


async def _all_receipted(sent: list[Sent]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        for each in sent:
            await each.receipt()


def _tally(received: Counter[str], tag: str, count: int) -> tuple[int, int]:
    """Give how many texts are not in the record, and how many stand there once too often."""
    lost = sum(make_text(tag, number) not in received for number in range(count))
    return lost, received.total() - len(received)


def _flaw(lost: int, doubled: int) -> str:
    return f"{lost} lost, {doubled} doubled" if lost or doubled else ""
