"""All conflicts of 10^5 notices of one side with 10^5 of the other, exact: what a rebuild or a first exchange costs."""

import time
from collections.abc import AsyncIterator
from typing import Final

from coupefeu.model.volumes import Separation
from coupefeu.node.bench.figures import Bench, Figure
from coupefeu.node.bench.prepared import prepare_plans

SEEDS: Final = (1, 3)
"""The workload of the floors: notices of one party, and of the other."""
COUNT: Final = 100_000
SEPARATION: Final = Separation()
ASKED_S: Final = 3.0
ROUNDS: Final = 3


async def measure_all_pairs(bench: Bench) -> AsyncIterator[Figure]:
    """Compare each notice of two lists with all of the other; the median of three rounds, in processor time."""
    from coupefeu.deconfliction import all_pairs  # noqa: PLC0415 - only this bench needs NumPy

    count = min(COUNT, max(bench.sizes.notices))
    sides = []
    for seed in SEEDS:
        plans = prepare_plans(bench.cache, count, seed, bench.progress)
        sides.append([plans.prepared(number) for number in range(count)])
    taken, found = [], 0
    for done in range(1, ROUNDS + 1):
        started = time.process_time()
        found = len(all_pairs(sides[0], sides[1], SEPARATION))
        taken.append(time.process_time() - started)
        bench.progress("rounds of all pairs", done, ROUNDS)
    yield Figure(
        name="all-pairs",
        what=f"all conflicts of {count:,} notices with {count:,} others, exact, one core, NumPy",
        unit="s CPU",
        ours=sorted(taken)[ROUNDS // 2],
        limit=ASKED_S if count == COUNT else None,
        detail={"conflicts": found, "rounds_s": taken},
    )
