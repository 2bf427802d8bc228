"""What of a notice stands in the index, and which of its conflicts are known: brought up to date after each entry.

nothing stands    withdrawn, completed, erased, not readable, or without effect
a version stands  the newest with effect; where only remarks changed, the first that reads like it (standing.py)
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import bindparam
from sqlalchemy import select as sql_select

from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.volumes import Separation, Volume
from coupefeu.services.base import Context, Recorded, Rows, Select, Statement
from coupefeu.services.notices.boxes import (
    SELECT_MINIMA,
    WAIT,
    encode_boxes,
    put_in,
    read_separation,
    select_near,
    select_volumes_of,
    take_out,
)
from coupefeu.services.notices.conflicts import conflict_row, find_conflicts, forget_conflicts
from coupefeu.services.notices.facts import VERSIONS
from coupefeu.services.notices.forms import is_compared
from coupefeu.services.notices.standing import Standing, standing_of
from coupefeu.services.notices.tables import ACTS, NOTICES, numbers_of, roots_of, select_rows_of

_CHUNK: Final = 256
MOST_AT_ONCE: Final = 2_048
"""Notices of ours that one of theirs is compared with as it comes, for each of its volumes."""
MOST_EDGES_AT_ONCE: Final = 500_000
"""Pairs of edges: some tenths of a second."""
OCTETS_OF_EDGE: Final = 16
_SELECT_AMONG: Final = sql_select(ACTS.c.root_log, ACTS.c.root_idx).where(
    ACTS.c.log == bindparam("log"),
    ACTS.c.idx >= bindparam("start"),
    ACTS.c.idx < bindparam("end"),
    ACTS.c.kind.in_(numbers_of(VERSIONS)),
)
_SELECT_OPEN: Final = (
    sql_select(NOTICES.c.log, NOTICES.c.idx, NOTICES.c.arrival)
    .where(NOTICES.c.closed.is_(None), NOTICES.c.effect == "", NOTICES.c.arrival > bindparam("after"))
    .order_by(NOTICES.c.arrival)
    .limit(_CHUNK)
)


def follow(recorded: Recorded, context: Context, select: Select) -> Iterator[Statement]:
    """See `Follower.follow`."""
    for notice in _touched(recorded, select):
        separation = read_separation(select(Statement(SELECT_MINIMA, {})))
        assert separation is not None  # the store writes them before anything else
        row = row_of(standing_of(select(select_rows_of(notice)), notice, context))
        yield from bring_up(notice, row, separation, select)


def _touched(recorded: Recorded, select: Select) -> Iterable[MessageId]:
    """Name the notices of which something else may stand after an entry."""
    head = recorded.head
    if head is None:
        return []
    if head.kind == Kind.ERASED:
        return _erased(recorded, select) if recorded.ours else []
    if head.kind == Kind.NOTICE_FILED:
        return [(recorded.log, recorded.index)]
    return [(each.log, each.index) for each in head.references[:1]]


def _erased(recorded: Recorded, select: Select) -> list[MessageId]:
    from coupefeu.services.erasures.facts import parse_erasure  # noqa: PLC0415 - it knows us: it empties our rows

    try:
        ranges = parse_erasure(recorded.body).ranges
    except CoupefeuError:
        return []
    rows = [row for each in ranges for row in select(_select_versions_among(each))]
    return sorted({(row["root_log"], row["root_idx"]) for row in rows})


def _select_versions_among(range_: tuple[int, int, int]) -> Statement:
    """Name the notices of which entries [start, end) of a log are versions."""
    return Statement(_SELECT_AMONG, dict(zip(("log", "start", "end"), range_, strict=True)))


def row_of(standing: Standing | None) -> dict[str, Any] | None:
    """Give the row of `VOLUMES` of what stands of a notice; None: nothing that could collide."""
    version = None if standing is None else standing.compared
    if standing is None or version is None or version.notice is None or not is_compared(version.notice):
        return None
    ready = prepare_volumes(version.notice.volumes)
    if ready is None:
        return None
    prepared, boxes = ready
    return {
        "arrival": version.row["arrival"],
        "arrived_ms": version.row["arrived_ms"],
        "root_log": standing.root.id[0],
        "root_idx": standing.root.id[1],
        "version_log": version.id[0],
        "version_idx": version.id[1],
        "ours": bool(version.row["ours"]),
        "boxes": boxes,
        "prepared": prepared,
    }


@lru_cache(maxsize=8)
def prepare_volumes(volumes: tuple[Volume, ...]) -> tuple[bytes, bytes] | None:
    """Make volumes ready to be compared: what is compared, and the boxes; None: they cannot be, and never stand.

    Filing a notice asks twice, when it is judged and when it stands: once is enough.
    """
    from coupefeu.deconfliction import prepare  # noqa: PLC0415 - a node that files no notice does without

    try:
        ready = prepare(volumes)
    except CoupefeuError:
        return None
    return ready.to_bytes(), encode_boxes(ready.boxes)


def bring_up(
    notice: MessageId, standing: dict[str, Any] | None, separation: Separation, select: Select
) -> Iterator[Statement]:
    """Make index and conflicts of one notice say what stands; `standing`: its row of `VOLUMES`, None: nothing."""
    held = select(select_volumes_of(notice))
    if standing is not None and any(row["arrival"] == standing["arrival"] for row in held):
        return
    for row in held:
        yield from take_out(row)
        yield forget_conflicts(notice, ours=bool(row["ours"]))
    if standing is not None:
        yield from put_in(standing)
        yield from check(standing, separation, select)


def check(row: dict[str, Any], separation: Separation, select: Select) -> Iterator[Statement]:
    """Compare what stands of one notice with all that stands of the other side.

    One of theirs that lies near very many of ours waits: who writes it shall not hold up what others write, and ours
    are compared with it a few at a time (`store.colliding`).
    """
    most = -1 if row["ours"] else MOST_AT_ONCE + 1
    near: list[Rows] = [
        select(each) for each in select_near(row["boxes"], separation, ours=not row["ours"], most=most)
    ]
    if not row["ours"] and _is_much(row, near):
        yield Statement(WAIT, {"b_since_ms": row["arrived_ms"]})
        return
    for other in find_conflicts(row["prepared"], near, separation):
        yield conflict_row(row, other)


def _is_much(row: dict[str, Any], near: Sequence[Rows]) -> bool:
    """Whether comparing would take long: very many notices, or very many pairs of their edges."""
    octets = sum(len(each["prepared"]) for rows in near for each in rows)
    return (
        max(map(len, near)) > MOST_AT_ONCE
        or octets // OCTETS_OF_EDGE * (len(row["prepared"]) // OCTETS_OF_EDGE) > MOST_EDGES_AT_ONCE
    )


def stand_all(context: Context, select: Select) -> Iterator[dict[str, Any]]:
    """Give the rows of `VOLUMES` of all notices that stand, from the rows of their entries alone."""
    after = -1
    while opened := select(Statement(_SELECT_OPEN, {"after": after})):
        after = opened[-1]["arrival"]
        rows: dict[MessageId, list[Any]] = {each: [] for each in roots_of(opened)}
        for row in select(select_rows_of(*rows)):
            rows.get((row["root_log"], row["root_idx"]), []).append(row)
        for notice, about in rows.items():
            standing = row_of(standing_of(about, notice, context))
            if standing is not None:
                yield standing
