"""What a backup costs the line while it is made, and how soon a restored node is on the line again."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from coupefeu.errors import StoreError
from coupefeu.node.assembly import line_of
from coupefeu.node.bench.figures import Bench, Figure, spread
from coupefeu.node.bench.line import BenchLine, make_text
from coupefeu.node.bench.records import resident_mib
from coupefeu.node.bench.stored import listen_anew, stored_record
from coupefeu.node.exercise import NodeProcess
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.node import Node
from coupefeu.services.every import SERVICES
from coupefeu.store.rebuild import rebuild_record

QUIET: Final = 300
"""Messages before, and again after, the backup; those while it is made are as many as it takes."""
PATIENCE_S: Final = 300.0


async def measure_backup(bench: Bench) -> AsyncIterator[Figure]:
    """Measure the line's p99 while a backup is made, beside none; then the restored node, until it is live."""
    us, ru = _line_folders(bench)
    backup = bench.folder / "us.backup"
    async with _running(us, ru) as line:
        quiet = await _exchange(bench, line, "quiet", QUIET)
        making = await _command("backup", "--node", str(us.path), "--to", str(backup))
        started = time.perf_counter()
        busy: list[float] = []
        peak_mib = 0.0
        while making.returncode is None:
            busy.append(await line.exchange(make_text("backup", len(busy))))
            peak_mib = max(peak_mib, resident_mib(making.pid) if making.returncode is None else 0.0)
            bench.progress("backup", len(busy), len(busy) + 1)
        backup_s = time.perf_counter() - started
        if making.returncode:
            raise _failed("backup", making.returncode)
        quiet += await _exchange(bench, line, "quiet again", QUIET)
        await _exchange(bench, line, "lost", QUIET)
        texts = line.received("lost").total()
    ours, floor = spread(busy), spread(quiet)
    yield Figure(
        name="backup",
        what=f"p99 of one message while a backup of {bench.sizes.entries:,} entries is made, beside none",
        unit="ms",
        ours=ours["p99_ms"],
        floor=floor["p99_ms"],
        limit=2.0,
        relative=True,
        detail={
            "ours": ours,
            "floor": floor,
            "backup_s": round(backup_s, 1),
            "bytes": backup.stat().st_size,
            "peak_mib": round(peak_mib, 1),
        },
    )
    yield await _restore(bench, us, ru, backup, texts)


async def _exchange(bench: Bench, line: BenchLine, tag: str, count: int) -> list[float]:
    seconds = []
    for number in range(count):
        seconds.append(await line.exchange(make_text(tag.replace(" ", "-"), number)))
        bench.progress(tag, number + 1, count)
    return seconds


async def _restore(bench: Bench, us: NodeFolder, ru: NodeFolder, backup: Path, lost: int) -> Figure:
    """Lose the folder, restore it, start it, and wait until it signs again and a message is receipted."""
    shutil.rmtree(us.path)
    other = NodeProcess(ru.path)
    await other.start()
    node = NodeProcess(us.path)
    started = time.perf_counter()
    try:
        restoring = await _command("restore", str(backup), "--to", str(us.path))
        if await restoring.wait():
            raise _failed("restore", restoring.returncode or 1)
        restored_s = time.perf_counter() - started
        await node.start()
        async with Node.open(us.path) as ours, asyncio.timeout(PATIENCE_S):
            while (await ours.status())["recovering"] is not None:  # noqa: ASYNC110 - another process's state
                await asyncio.sleep(0.05)
            await (await ours.line("RU").send("we are back")).receipt()
        seconds = time.perf_counter() - started
    finally:
        await node.stop()
        await other.stop()
    return Figure(
        name="restore",
        what=f"restore of {bench.sizes.entries:,} entries, from the file to a live line",
        unit="s",
        ours=seconds,
        limit=60,
        detail={"restore_s": round(restored_s, 1), "messages_taken_back": lost + QUIET},
    )


async def _command(*words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "coupefeu.cli.main", *words, stdout=asyncio.subprocess.DEVNULL
    )


def _failed(command: str, code: int) -> StoreError:
    return StoreError(
        f"coupefeu {command} ended with {code}", code="node.bench.command", hint="Run it by hand."
    )


@asynccontextmanager
async def _running(us: NodeFolder, ru: NodeFolder) -> AsyncIterator[BenchLine]:
    """Run RU as a process and US in this one."""
    receiver = NodeProcess(ru.path)
    await receiver.start()
    try:
        async with Node.open(us.path) as node:
            line = BenchLine(us=node, ru=receiver, ru_folder=ru, relay=None)
            for number in range(20):
                await line.exchange(make_text("warm", number))
            yield line
    finally:
        await receiver.stop()


def _line_folders(bench: Bench) -> tuple[NodeFolder, NodeFolder]:
    """Give two folders that may be spoilt, whose records both hold the large log."""
    kept = stored_record(bench)
    pair = kept.us.parent.with_name(kept.us.parent.name + "-pair")
    if not pair.exists():
        making = pair.with_name("making-pair")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        _hold_the_same(bench, kept.us, kept.ru, making)
        making.rename(pair)
    for name in ("us", "ru"):
        shutil.copytree(pair / name, bench.folder / name)
        listen_anew(bench.folder / name)
    us, ru = (NodeFolder.open(bench.folder / name) for name in ("us", "ru"))
    write_node_file(us.path, party="us", listen=us.listen, address=us.address, peers={"ru": ru.address})
    return NodeFolder.open(us.path), ru


def _hold_the_same(bench: Bench, us: Path, ru: Path, making: Path) -> None:
    """Let RU hold what US wrote: both records have the same entries, each its own views."""
    shutil.copytree(us, making / "us")
    shutil.copytree(ru, making / "ru", ignore=shutil.ignore_patterns("record.db*"))
    shutil.copyfile(us / "record.db", making / "ru" / "record.db")
    folder = NodeFolder.open(making / "ru")
    rebuild_record(
        folder.record_path,
        line_of(folder),
        SERVICES,
        folder.agreement,
        lambda done, total: bench.progress("the other side's views", done, total),
    )
    os.sync()
