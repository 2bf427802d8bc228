"""What a large record costs: verifying it, starting on it, holding it, and a FLASH while it is verified."""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

from coupefeu.model.precedence import Precedence
from coupefeu.node.bench.figures import Bench, Figure, milliseconds, spread
from coupefeu.node.bench.floor import hash_tree
from coupefeu.node.bench.line import make_text, open_line, pair_below
from coupefeu.node.bench.stored import StoredRecord, stored_record
from coupefeu.node.bench.verifying import Verified, verify_export
from coupefeu.node.exercise import NodeProcess

MEMORY_GROWTH_MIB = 32
"""What a verification may take beyond its start before its memory is not called flat."""
FLASH_EVERY_S = 0.2


def _own_process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


async def measure_verify(bench: Bench) -> AsyncIterator[Figure]:
    """Verification of an export in turns with its pure hashing, in a process of its own."""
    record = stored_record(bench)
    loop = asyncio.get_running_loop()
    floors: list[float] = []
    seen: list[Verified] = []
    with _own_process() as pool:
        for number in range(bench.sizes.rounds):
            floors.append(await loop.run_in_executor(pool, hash_tree, record.size))
            seen.append(await loop.run_in_executor(pool, verify_export, record.export, False))
            bench.progress("verify", number + 1, bench.sizes.rounds)
    growth = max(each.peak_mib - each.before_mib for each in seen)
    yield Figure(
        name="verify",
        what=f"verify of {record.size:,} entries: hashes, tree, signatures",
        unit="s",
        ours=median(each.seconds for each in seen),
        floor=median(floors),
        limit=2.0,
        relative=True,
        flaw=f"memory grew by {growth:.0f} MiB" if growth > MEMORY_GROWTH_MIB else "",
        detail={
            "peak_mib": round(max(each.peak_mib for each in seen), 1),
            "grew_mib": round(growth, 1),
            "record_made_s": record.made_s and round(record.made_s, 1),
        },
    )
    yield await _while_verifying(bench, record)


async def _while_verifying(bench: Bench, record: StoredRecord) -> Figure:
    """FLASH after FLASH while `verify --deep` runs beside the nodes; the slowest counts."""
    loop = asyncio.get_running_loop()
    seconds: list[float] = []
    with _own_process() as pool:
        async with open_line(bench.folder / "busy") as line:
            verifying = loop.run_in_executor(pool, verify_export, record.export, True)
            while not verifying.done() or not seconds:
                seconds.append(await line.exchange(make_text("busy", len(seconds)), Precedence.FLASH))
                bench.progress("deep", len(seconds), len(seconds) + 1)
                await asyncio.sleep(FLASH_EVERY_S)
            deep = await verifying
    return Figure(
        name="busy",
        what=f"slowest FLASH to receipt while verify --deep reads {record.size:,} entries",
        unit="ms",
        ours=max(seconds) * 1000,
        limit=1_000,
        detail={"flash": spread(seconds), "deep_s": round(deep.seconds, 1), "deep_peak_mib": deep.peak_mib},
    )


async def measure_start(bench: Bench) -> AsyncIterator[Figure]:
    """From the start of the process until its control socket answers, in turns; and what it occupies then."""
    record = stored_record(bench)
    empty, _ = pair_below(bench.folder / "start")
    looks: dict[Path, list[tuple[float, float]]] = {empty.path: [], record.us: []}
    for number in range(bench.sizes.rounds + 1):
        for path, seen in looks.items():
            look = await _start_and_look(path, bench.sizes.settle_s)
            if number:  # the first round warms the disk cache
                seen.append(look)
        bench.progress("start", number, bench.sizes.rounds)
    (empty_s, empty_mib), (full_s, full_mib) = (zip(*seen, strict=True) for seen in looks.values())
    yield Figure(
        name="start",
        what=f"start of a node that holds {record.size:,} entries, beside an empty one",
        unit="ms",
        ours=milliseconds(full_s),
        floor=milliseconds(empty_s),
        limit=1.3,
        relative=True,
        detail={"ours": spread(full_s), "empty": spread(empty_s)},
    )
    yield Figure(
        name="memory",
        what=f"resident memory of an idle node that holds {record.size:,} entries",
        unit="MiB",
        ours=median(full_mib),
        floor=median(empty_mib),
        limit=120,
        detail={"floor": "an empty node"},
    )


async def _start_and_look(folder: Path, settle_s: float) -> tuple[float, float]:
    process = NodeProcess(folder)
    started = time.perf_counter()
    await process.start()
    seconds = time.perf_counter() - started
    try:
        await asyncio.sleep(settle_s)
        return seconds, resident_mib(process.pid)
    finally:
        await process.stop()


def resident_mib(pid: int) -> float:
    """Read VmRSS of a process."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
