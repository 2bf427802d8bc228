"""Marks of conflicts between notices, made when they are asked for, of what stands on the record now.

A conflict counts from when the later of both versions does, until the first of both notices is over, or both sides have
settled it and neither disputes it. At an earlier instant too the versions that stand now are looked at.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text

from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.notices import Settlement
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Select, Statement
from coupefeu.services.firebreak.marks import MOST_COUNTED, Bound, Mark, Proof, Role
from coupefeu.services.firebreak.proofs import proof_of
from coupefeu.services.firebreak.rows import select_times
from coupefeu.services.notices.boxes import ARRIVALS

MOST_CONFLICTS: Final = 32
"""Those that begin first."""
EPOCH_MS: Final = 946_684_800_000
"""2000-01-01T00:00Z: where the seconds of conflicts are counted from."""
_VERSION: Final = f"notice_acts AS {{0}} ON {{0}}.arrival = c.{{1}}_arrival & {ARRIVALS}"
_STANDS: Final = "c.until_s >= :from_s AND c.since_s <= :to_s"
_PAIR: Final = "c.our_log, c.our_idx, c.their_log, c.their_idx"
_SELECT_CONFLICTS: Final = text(
    f"SELECT {_PAIR}, min(c.since_s) AS since_s, max(c.until_s) AS until_s,"  # noqa: S608 - fixed texts
    " a.log AS our_version_log, a.idx AS our_version_idx, b.log AS their_version_log, b.idx AS their_version_idx,"
    " EXISTS (SELECT 1 FROM notice_acts AS s WHERE s.kind = 140 AND s.other_log = c.their_log"
    " AND s.other_idx = c.their_idx AND s.root_log = c.our_log AND s.root_idx = c.our_idx) AS is_said"
    f" FROM notice_conflicts AS c JOIN {_VERSION.format('a', 'our')} JOIN {_VERSION.format('b', 'their')}"
    f" WHERE {_STANDS} GROUP BY {_PAIR}"
    f" ORDER BY min(c.start_s), c.our_log, c.our_idx LIMIT {MOST_CONFLICTS}"
)
_COUNT_CONFLICTS: Final = text(
    f"SELECT count(*) AS count FROM (SELECT DISTINCT {_PAIR} FROM notice_conflicts AS c"  # noqa: S608 - as above
    f" WHERE {_STANDS} LIMIT {MOST_COUNTED})"
)
Row = Mapping[str, Any]


def conflict_marks(select: Select, context: Context, from_ms: int, to_ms: int) -> tuple[list[Mark], int]:
    """Give the conflicts that are not over before a span of time, and begin in it at the latest; and how many more."""
    span = {"from_s": (from_ms - EPOCH_MS) // 1_000, "to_s": (to_ms - EPOCH_MS) // 1_000}
    rows = select(Statement(_SELECT_CONFLICTS, span))
    said = {_key(row): _settled(row, select, context) for row in rows if row["is_said"]}
    entries = {entry for row in rows for entry in _versions(row)}
    entries |= {entry for _, settled_by in said.values() for entry in settled_by}
    times = select_times(entries, context, select)
    proofs = {(row["log"], row["idx"]): proof_of(row, (row["log"], row["idx"])) for row in times}
    marks = []
    for row in rows:
        how, settled_by = said.get(_key(row), (None, ()))
        versions = [proofs[each] for each in _versions(row) if each in proofs]
        if len(versions) == len(_versions(row)):
            closers = [proofs[each] for each in settled_by if each in proofs]
            marks.append(_mark(row, versions, how, closers, context))
    is_all = len(rows) < MOST_CONFLICTS
    return marks, 0 if is_all else select(Statement(_COUNT_CONFLICTS, span))[0]["count"] - len(rows)


def _key(row: Row) -> tuple[MessageId, MessageId]:
    return (row["our_log"], row["our_idx"]), (row["their_log"], row["their_idx"])


def _versions(row: Row) -> tuple[MessageId, MessageId]:
    return (
        (row["our_version_log"], row["our_version_idx"]),
        (row["their_version_log"], row["their_version_idx"]),
    )


def _settled(row: Row, select: Select, context: Context) -> tuple[Settlement | None, Sequence[MessageId]]:
    """Say how both sides have settled a conflict, and by which entries."""
    from coupefeu.services.notices.fold import fold  # noqa: PLC0415 - loaded with the first notice
    from coupefeu.services.notices.settling import said_of, settled_as  # noqa: PLC0415 - as above
    from coupefeu.services.notices.tables import select_rows_of  # noqa: PLC0415 - as above

    ours, theirs = (fold(select(select_rows_of(each)), each, context) for each in _key(row))
    said = said_of(ours, theirs)
    return settled_as(said, ours, theirs), [each.id for each in said]


def _mark(
    row: Row,
    versions: Sequence[Proof],
    how: Settlement | None,
    closers: Sequence[Proof],
    context: Context,
) -> Mark:
    by_time = sorted(versions, key=lambda each: (each.counted_ms, each.entry))
    later = by_time[-1]
    over_ms = row["until_s"] * 1_000 + EPOCH_MS
    closed = later._replace(counted_ms=over_ms, arrived_ms=over_ms, mark=Bound.NONE)
    is_settled = how is not None and how is not Settlement.DISPUTED
    if is_settled and closers:
        last = max(closers, key=lambda each: (each.counted_ms, each.entry))
        closed = min(closed, last, key=lambda each: each.counted_ms)
    return Mark(
        topic=Topic.CONFLICT,
        role=Role.OPENED,
        key=" ".join(format_number(each, context.parties) for each in sorted(_key(row))),
        party=context.party_of(later.entry[0]),
        post="",
        precedence=None,
        value="disputed" if how is Settlement.DISPUTED else "open",
        proofs=tuple(by_time),
        due_ms=max(later.counted_ms, row["since_s"] * 1_000 + EPOCH_MS),
        closed=closed,
    )
