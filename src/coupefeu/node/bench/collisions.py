"""What it costs to file a notice among very many, and to load them; and beside it what PostGIS takes for the answer.

Processor time throughout: the wall clock of a machine with other work on it says more about that work. Of one notice
it is that of the thread which files it, for the bars of a terminal are drawn by another.
"""

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pysqlite3 import dbapi2

from coupefeu.model.volumes import Separation
from coupefeu.node.bench.figures import Bench, Figure, spread
from coupefeu.node.bench.postgis import PostGis, Wanted, has_postgis
from coupefeu.node.bench.prepared import PreparedPlans, prepare_plans
from coupefeu.services.base import METADATA, Rows, Statement
from coupefeu.services.notices.boxes import INSERT_MINIMA, minima_row, select_near
from coupefeu.services.notices.conflicts import INSERT_CONFLICT, find_conflicts, forget_compared
from coupefeu.services.notices.indexing import bring_up
from coupefeu.store.colliding import fill_index
from coupefeu.store.sqlite import Connection, create_tables, open_for_writing

SEED: Final = 1
QUERY_SEED: Final = 2
QUERIES_MADE: Final = 2_000
QUERIES: Final = 600
WARM_UP: Final = 50
TOLD_EVERY: Final = 50
"""So seldom is the bar drawn: drawing takes longer than filing."""
FIRST_FILED: Final = 1 << 40
"""Numbers of the notices that are filed, beyond those that lie there."""
SEPARATION: Final = Separation()
TOLERANCE_M: Final = 1.0
"""Nearer to the minimum than this, two ways of computing may differ."""
ASKED_MS: Final = {100_000: (0.12, 0.6), 1_000_000: (0.4, 2.0)}
LOAD_S: Final = 30.0
TIMES_FASTER: Final = 10.0
STORE: Final = f"SQLite {dbapi2.sqlite_version} R*Tree in the record; WAL, FULL, 8 MB of cache"


@dataclass(frozen=True, slots=True)
class Filed:
    """What filing one notice took, and the numbers of what it conflicts with."""

    file_s: float
    answer_s: float
    candidates: int
    conflicts: set[int]


async def measure_collisions(bench: Bench) -> AsyncIterator[Figure]:
    """File the same notices among 10^3, 10^4, 10^5 and 10^6 that are live, each in a record of its own."""
    queries = prepare_plans(bench.cache, QUERIES_MADE, QUERY_SEED, bench.progress)
    for count in bench.sizes.notices:
        plans = prepare_plans(bench.cache, count, SEED, bench.progress)
        path = bench.folder / f"{count}.db"
        load_s = load(path, plans, bench)
        filed = list(file_all(path, queries, bench))
        for figure in figures_of(count, filed):
            yield figure
        if count == max(bench.sizes.notices):
            yield Figure(
                name="notices-load",
                what=f"load {count:,} notices into the durable index, packed ({STORE})",
                unit="s CPU",
                ours=load_s,
                limit=LOAD_S,
                detail={"bytes": path.stat().st_size},
            )
        if count == max(bench.sizes.notices) and has_postgis():
            for figure in beside_postgis(plans, queries, filed, bench):
                yield figure
        path.unlink()


def load(path: Path, plans: PreparedPlans, bench: Bench) -> float:
    """Make a record with its views and fill its index; gives seconds of processor time until it is durable."""
    connection = open_for_writing(path)
    create_tables(connection, METADATA)
    started = time.process_time()
    connection.query("BEGIN IMMEDIATE")
    fill_index(connection, plans.rows(), lambda done, total: bench.progress("notices loaded", done, total))
    connection.execute(INSERT_MINIMA, minima_row(SEPARATION))
    connection.query("COMMIT")
    connection.query("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    taken = time.process_time() - started
    connection.close()
    return taken


def file_all(path: Path, queries: PreparedPlans, bench: Bench) -> Iterator[Filed]:
    """File one notice after the other in one open transaction, each in the place of the one before."""
    connection = open_for_writing(path)
    numbers = [*range(QUERIES, QUERIES + WARM_UP), *range(min(QUERIES, bench.sizes.filed))]
    for done, number in enumerate(numbers, 1):
        filed = file_one(connection, queries.row(number, FIRST_FILED + number))
        if done > WARM_UP:
            yield filed
        if done % TOLD_EVERY == 0 or done == len(numbers):
            bench.progress("notices filed", done, len(numbers))
    connection.close()


def file_one(connection: Connection, row: dict[str, Any]) -> Filed:
    """Put one notice into the index and find what it conflicts with, without a commit; then the same answer alone."""
    side = "their" if row["ours"] else "our"
    found: set[int] = set()

    def select(statement: Statement) -> Rows:
        return connection.execute(statement.executable, statement.parameters)

    connection.query("BEGIN IMMEDIATE")
    forget_compared()
    started = time.thread_time()
    statements = list(bring_up((row["root_log"], row["root_idx"]), [row], SEPARATION, select))
    for executable, rows in _together(statements):
        connection.execute_many(executable, rows)
    filed_s = time.thread_time() - started
    connection.roll_back()
    for statement in statements:
        if statement.executable is INSERT_CONFLICT:
            found.add(statement.parameters[f"{side}_idx"])
    forget_compared()
    started = time.thread_time()
    near = [select(each) for each in select_near(row["boxes"], SEPARATION, ours=not row["ours"])]
    find_conflicts(row["prepared"], near, SEPARATION)
    answer_s = time.thread_time() - started
    return Filed(filed_s, answer_s, sum(map(len, near)), found)


def _together(statements: Sequence[Statement]) -> Iterator[tuple[Any, list[Any]]]:
    """Put rows of one statement together, as a transaction of the store does."""
    groups: dict[int, tuple[Any, list[Any]]] = {}
    for each in statements:
        groups.setdefault(id(each.executable), (each.executable, []))[1].append(each.parameters)
    yield from groups.values()


def figures_of(count: int, filed: Sequence[Filed]) -> Iterator[Figure]:
    """Give median and p99 of filing among so many."""
    whole = spread([each.file_s for each in filed])
    answer = spread([each.answer_s for each in filed])
    detail = {
        "live": count,
        "candidates": sum(each.candidates for each in filed) / len(filed),
        "conflicts": sum(len(each.conflicts) for each in filed) / len(filed),
        "answer_median_ms": answer["median_ms"],
        "answer_p99_ms": answer["p99_ms"],
        **whole,
    }
    limits = ASKED_MS.get(count, (None, None))
    for name, limit in zip(("median", "p99"), limits, strict=True):
        yield Figure(
            name=f"notices-{count}-{name}",
            what=f"file a notice among {count:,} live, exact answer, no commit, {name} ({STORE})",
            unit="ms CPU",
            ours=whole[f"{name}_ms"],
            limit=limit,
            detail=detail,
        )


def beside_postgis(
    plans: PreparedPlans, queries: PreparedPlans, filed: Sequence[Filed], bench: Bench
) -> Iterator[Figure]:
    """Ask PostGIS the same, and compare the answers."""
    order = plans.plans.start_s.argsort(kind="stable").tolist()
    wanted = [Wanted.of(queries.plans, number) for number in range(len(filed))]
    with PostGis(bench.folder / "pg", bench.progress) as database:
        database.load(plans.plans)
        asked = [database.ask(each) for each in wanted]
    differing = sum(
        _is_other(queries.prepared(number), ours.conflicts, theirs.found, order, plans)
        for number, (ours, theirs) in enumerate(zip(filed, asked, strict=True))
    )
    theirs_ms = spread([each.cpu_s for each in asked])
    ours_ms = spread([each.answer_s for each in filed])
    for name in ("median", "p99"):
        yield Figure(
            name=f"notices-postgis-{name}",
            what=f"the answer by {database.version}, GiST (geography, window, altitude), beside ours, {name}",
            unit="x",
            ours=theirs_ms[f"{name}_ms"] / max(ours_ms[f"{name}_ms"], 1e-3),
            limit=TIMES_FASTER if len(plans.plans) >= max(ASKED_MS) else None,
            at_least=True,
            flaw=f"{differing} answers differ" if differing else "",
            detail={
                "postgis_ms": theirs_ms[f"{name}_ms"],
                "ours_ms": ours_ms[f"{name}_ms"],
                "asked": len(asked),
            },
        )


def _is_other(
    query: bytes, ours: set[int], theirs: set[int], order: Sequence[int], plans: PreparedPlans
) -> bool:
    """Whether two answers differ in a pair that is not within a metre of the minimum."""
    from coupefeu.deconfliction import Prepared, gap  # noqa: PLC0415 - as in `prepared.py`

    apart = {order[arrival - 1] for arrival in ours} ^ theirs
    distances = (
        gap(Prepared(query), Prepared(plans.prepared(number)), SEPARATION).distance_m for number in apart
    )
    return any(abs(each - SEPARATION.distance_m) > TOLERANCE_M for each in distances)
