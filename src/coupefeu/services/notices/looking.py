"""What readers ask of index and conflicts: how many are compared, which conflict, by which minima."""

import json
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, select, text, union_all

from coupefeu.model.messages import MessageId
from coupefeu.services.base import Statement
from coupefeu.services.notices.boxes import (
    ARRIVALS,
    BOX_BITS,
    BOXES_OURS,
    BOXES_THEIRS,
    SELECT_MINIMA,
    VOLUMES,
    span_of,
)
from coupefeu.services.notices.conflicts import CONFLICTS
from coupefeu.services.notices.facts import VERSIONS
from coupefeu.services.notices.tables import ACTS, numbers_of
from coupefeu.services.notices.windows import EPOCH_MS

_NOTICE: Final = f"(id >> {BOX_BITS}) & {ARRIVALS}"
_COUNT: Final = f"SELECT count(DISTINCT {_NOTICE}) FROM {{}} WHERE t1 >= :from_s"  # noqa: S608 - declared names
_COUNT_LIVE: Final = text(
    f"SELECT ({_COUNT.format(BOXES_OURS.name)}) AS ours, ({_COUNT.format(BOXES_THEIRS.name)}) AS theirs"
)
_NEWEST_THEIRS: Final = (
    select(ACTS.c.claimed_ms)
    .where(ACTS.c.ours.is_(False), ACTS.c.kind.in_(numbers_of(VERSIONS)))
    .order_by(ACTS.c.arrival.desc())
    .limit(1)
)
_STANDS: Final = and_(CONFLICTS.c.until_s >= bindparam("from_s"), CONFLICTS.c.since_s <= bindparam("from_s"))
_FIRST: Final = (CONFLICTS.c.start_s, CONFLICTS.c.found_arrival, CONFLICTS.c.our_log, CONFLICTS.c.our_idx)
_SELECT_CONFLICTS: Final = select(CONFLICTS).where(_STANDS).order_by(*_FIRST).limit(bindparam("limit"))
_SELECT_NEXT: Final = (
    select(CONFLICTS)
    .where(CONFLICTS.c.start_s >= bindparam("from_s"), CONFLICTS.c.since_s <= bindparam("from_s"))
    .order_by(*_FIRST)
    .limit(bindparam("limit"))
)
_SELECT_NEWEST: Final = (
    select(CONFLICTS).where(_STANDS).order_by(CONFLICTS.c.found_arrival.desc()).limit(bindparam("limit"))
)
_PAIR: Final = tuple(CONFLICTS.c[name] for name in ("our_log", "our_idx", "their_log", "their_idx"))
_COUNT_CONFLICTS: Final = select(func.count().label("count")).select_from(
    select(*_PAIR).where(_STANDS).distinct().subquery()
)
_NEXT_SINCE: Final = select(func.min(CONFLICTS.c.since_s).label("since_s")).where(
    CONFLICTS.c.since_s > bindparam("from_s"), CONFLICTS.c.until_s >= bindparam("from_s")
)
_NAMED: Final = func.json_each(bindparam("notices")).table_valued("value")


def _of_side(side: str) -> Any:
    log, idx = CONFLICTS.c[f"{side}_log"], CONFLICTS.c[f"{side}_idx"]
    return (
        select(CONFLICTS, log.label("of_log"), idx.label("of_idx"))
        .join(
            _NAMED,
            (log == func.json_extract(_NAMED.c.value, "$[0]"))
            & (idx == func.json_extract(_NAMED.c.value, "$[1]")),
        )
        .where(_STANDS)
    )


_CONFLICTS_OF: Final = union_all(_of_side("our"), _of_side("their"))


_ARRIVALS: Final = func.json_each(bindparam("arrivals")).table_valued("value")
_SELECT_PREPARED: Final = select(VOLUMES.c.arrival, VOLUMES.c.prepared).join(
    _ARRIVALS, VOLUMES.c.arrival == _ARRIVALS.c.value
)


def seconds_of(ms: int) -> int:
    """Give an instant in the seconds of boxes, which round an end up: what has just ended is there a second longer."""
    return (ms - EPOCH_MS) // 1_000


def counts_at(row: Any, now_ms: int) -> bool:
    """Whether a row of `VOLUMES` counts: it is not over, and what is ahead of a movement is so already."""
    return bool(row["since_s"] <= seconds_of(now_ms) <= span_of(row["boxes"])[1])


def _at(now_ms: int) -> dict[str, Any]:
    return {"from_s": seconds_of(now_ms)}


def select_conflicts(now_ms: int, limit: int) -> Statement:
    """Name the conflicts that are not over, those that begin first in front."""
    return Statement(_SELECT_CONFLICTS, {**_at(now_ms), "limit": limit})


def select_urgent_conflicts(now_ms: int, limit: int) -> tuple[Statement, Statement]:
    """Name the conflicts of notices that both begin next, and those that were found last."""
    values = {**_at(now_ms), "limit": limit}
    return Statement(_SELECT_NEXT, values), Statement(_SELECT_NEWEST, values)


def select_conflicts_of(notices: Iterable[MessageId], now_ms: int) -> Statement:
    """Name the conflicts of some notices that are not over; `of_log`, `of_idx`: of which."""
    return Statement(_CONFLICTS_OF, {**_at(now_ms), "notices": json.dumps(list(notices))})


def select_prepared(arrivals: Iterable[int]) -> Statement:
    """Name what is compared of the versions that arrived as these."""
    return Statement(_SELECT_PREPARED, {"arrivals": json.dumps(list(arrivals))})


def select_next_since(now_ms: int) -> Statement:
    """Name when the next conflict begins to count, because a movement runs late: one row, `since_s` null for never."""
    return Statement(_NEXT_SINCE, _at(now_ms))


def count_conflicts(now_ms: int) -> Statement:
    """Count the conflicts that are not over; a pair is one."""
    return Statement(_COUNT_CONFLICTS, _at(now_ms))


def count_live(now_ms: int) -> Statement:
    """Count the notices of both sides that are compared and not over: `ours`, `theirs`."""
    return Statement(_COUNT_LIVE, _at(now_ms))


def select_newest_theirs() -> Statement:
    """Name when the newest version of the other side was written, by its author's clock."""
    return Statement(_NEWEST_THEIRS, {})


def select_minima() -> Statement:
    """Name the minima that the conflicts were found by."""
    return Statement(SELECT_MINIMA, {})
