"""All measurements by name, in the order in which they run."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.node.bench.all_pairs import measure_all_pairs
from coupefeu.node.bench.backups import measure_backup
from coupefeu.node.bench.bad_days import measure_cut, measure_flash, measure_kill
from coupefeu.node.bench.beside import measure_beside
from coupefeu.node.bench.calls import measure_call_flood, measure_calls, measure_ring
from coupefeu.node.bench.collisions import measure_collisions
from coupefeu.node.bench.communiques import measure_communique, measure_proof
from coupefeu.node.bench.figures import Bench, Figure, Progress, Sizes
from coupefeu.node.bench.firebreak import measure_firebreak
from coupefeu.node.bench.incidents import measure_incidents
from coupefeu.node.bench.messages import measure_bytes, measure_message, measure_pipelined
from coupefeu.node.bench.records import measure_start, measure_verify
from coupefeu.node.bench.usage import measure_usage
from coupefeu.node.bench.witness import measure_cosigned, measure_witness
from coupefeu.node.collector import calm_collector

MEASUREMENTS: Final[dict[str, Callable[[Bench], AsyncIterator[Figure]]]] = {
    "message": measure_message,
    "beside": measure_beside,
    "pipelined": measure_pipelined,
    "bytes": measure_bytes,
    "cut": measure_cut,
    "kill": measure_kill,
    "flash": measure_flash,
    "ring": measure_ring,
    "calls": measure_calls,
    "call-flood": measure_call_flood,
    "verify": measure_verify,
    "start": measure_start,
    "proof": measure_proof,
    "communique": measure_communique,
    "witness": measure_witness,
    "cosigned": measure_cosigned,
    "backup": measure_backup,
    "notices": measure_collisions,
    "all-pairs": measure_all_pairs,
    "usage": measure_usage,
    "firebreak": measure_firebreak,
    "incidents": measure_incidents,
}


async def run_bench(
    sizes: Sizes, cache: Path, progress: Progress, only: Sequence[str] = ()
) -> AsyncIterator[Figure]:
    """Measure all, or those named; each figure is given as soon as it is known.

    Raises: UsageError: no such measurement.
    """
    unknown = sorted(set(only) - MEASUREMENTS.keys())
    if unknown:
        raise UsageError(
            f"there is no measurement {unknown[0]!r}",
            code="node.bench.unknown",
            hint=f"Choose from: {', '.join(MEASUREMENTS)}.",
        )
    calm_collector()  # one of the nodes is this process
    folder = Path(tempfile.mkdtemp(prefix="coupefeu-bench-"))
    try:
        bench = Bench(folder=folder, cache=cache, sizes=sizes, progress=progress)
        for name, measure in MEASUREMENTS.items():
            if not only or name in only:
                (folder / name).mkdir()
                async for figure in measure(replace(bench, folder=folder / name)):
                    yield figure
                shutil.rmtree(folder / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
