"""The year's usage figures over very many entries: how long they take, in the process that counts them.

Processor time, of which it is nearly all: the wall clock of a machine with other work on it says more about that work.
"""

import time
from collections.abc import AsyncIterator
from statistics import median
from typing import Final

from coupefeu.model.instant import Moment
from coupefeu.node.bench.figures import Bench, Figure
from coupefeu.node.bench.used_year import YEAR_MS, used_year
from coupefeu.node.figures import count_figures
from coupefeu.services.base import Context
from coupefeu.services.usage.asked import Asked
from coupefeu.store.reader import Reader

LIMIT_S: Final = 2.0


async def measure_usage(bench: Bench) -> AsyncIterator[Figure]:
    """Count a year of both sides again and again, each time with a reader of its own."""
    folder, begun_ms = used_year(bench)
    context = Context(
        now=Moment(utc_ms=begun_ms + YEAR_MS, mono_ms=0),
        our_log=folder.log_number,
        parties=folder.agreement.party_ids,
        agreement=folder.agreement,
        agreement_version=folder.agreement.version,
    )
    asked = Asked(from_ms=begun_ms, to_ms=begun_ms + YEAR_MS)
    seconds: list[float] = []
    walls: list[float] = []
    for number in range(bench.sizes.rounds + 1):
        started, begun = time.process_time(), time.perf_counter()
        with Reader(folder.record_path, running=False) as reader:
            usage = count_figures(reader, asked, context)
        if number:  # the first round warms the disk cache
            seconds.append(time.process_time() - started)
            walls.append(time.perf_counter() - begun)
        bench.progress("usage figures", number, bench.sizes.rounds)
    yield Figure(
        name="usage",
        what=f"a year's usage figures over {usage.entries:,} entries",
        unit="s CPU",
        ours=median(seconds),
        limit=LIMIT_S,
        detail={
            "worst_s": round(max(seconds), 3),
            "wall_s": round(median(walls), 3),
            "answers": sum(
                each.answered for each in usage.answers if not each.post and each.precedence is None
            ),
            "notices": sum(each.count for each in usage.notices),
            "calls": sum(each.count for each in usage.calls),
        },
    )
