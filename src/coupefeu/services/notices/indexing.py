"""What of a notice stands in the index, and which of its conflicts are known: brought up to date after each entry.

nothing stands    withdrawn, completed, erased, not readable, or without effect
a version stands  the newest with effect; where only remarks changed, the first that reads like it (standing.py)
what is ahead     of a movement, by that version and by what was said of it on its way (ahead.py)
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import bindparam
from sqlalchemy import select as sql_select

from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.volumes import Separation, Volume
from coupefeu.services.base import Context, Recorded, Rows, Select, Statement
from coupefeu.services.notices.acts import Act
from coupefeu.services.notices.ahead import Ahead, ahead_of
from coupefeu.services.notices.boxes import (
    ALWAYS_S,
    ARRIVALS,
    PART_BITS,
    SELECT_MINIMA,
    WAIT,
    encode_boxes,
    put_in,
    read_separation,
    select_volumes_of,
    take_out,
)
from coupefeu.services.notices.conflicts import conflict_rows, find_conflicts, forget_conflicts
from coupefeu.services.notices.facts import encode_volumes
from coupefeu.services.notices.forms import is_compared
from coupefeu.services.notices.nearby import near_or_wait
from coupefeu.services.notices.standing import Standing, standing_of
from coupefeu.services.notices.tables import ACTS, NOTICES, SAVE_STANDS, STANDS, roots_of, select_rows_of
from coupefeu.services.notices.windows import second_from, window_of
from coupefeu.services.passing.views import PASSING, select_spoken_of, select_words

_CHUNK: Final = 256
_AHEAD: Final = ("came_arrival", "since_s", "boxes", "prepared")
_SELECT_AMONG: Final = tuple(
    sql_select(table.c.root_log, table.c.root_idx).where(
        table.c.log == bindparam("log"), table.c.idx >= bindparam("start"), table.c.idx < bindparam("end")
    )
    for table in (ACTS, PASSING)
)
"""The notices that entries [start, end) of a log are about."""
_SELECT_OPEN: Final = (
    sql_select(NOTICES.c.log, NOTICES.c.idx, NOTICES.c.arrival)
    .where(NOTICES.c.closed.is_(None), NOTICES.c.effect == "", NOTICES.c.arrival > bindparam("after"))
    .order_by(NOTICES.c.arrival)
    .limit(_CHUNK)
)


def follow(recorded: Recorded, context: Context, select: Select) -> Iterator[Statement]:
    """See `Follower.follow`."""
    for notice in _touched(recorded, select):
        standing = standing_of(select(select_rows_of(notice)), notice, context)
        if standing is None:
            continue
        separation = read_separation(select(Statement(SELECT_MINIMA, {})))
        assert separation is not None  # the store writes them before anything else
        stands = stands_of(standing, select(select_words(notice)), context)
        if stands.changed is not None:
            yield stands.changed
        yield from bring_up(notice, stands.rows, separation, select)


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
    rows = [
        row
        for each in ranges
        for among in _SELECT_AMONG
        for row in select(Statement(among, dict(zip(("log", "start", "end"), each, strict=True))))
    ]
    return sorted({(row["root_log"], row["root_idx"]) for row in rows})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """What stands of a notice: its rows of `VOLUMES`, and what brings its row of `NOTICES` up; None: it says so."""

    rows: tuple[dict[str, Any], ...]
    changed: Statement | None


def stands_of(standing: Standing, words: Rows, context: Context) -> Stands:
    """Say what stands of a notice; `words`: what was said of it on its way (`passing.views.select_words`)."""
    ahead = ahead_of(standing, words, context)
    return Stands(rows=tuple(_rows(standing, ahead)), changed=_changed(standing, ahead))


def _changed(standing: Standing, ahead: Ahead | None) -> Statement | None:
    """Give what makes `NOTICES` say until when it stands; of one that is closed or erased nothing is ahead."""
    row = standing.root.row
    if ahead is None:
        newest = standing.newest
        end_ms = None if newest is None or newest.notice is None else window_of(newest.notice.volumes)[1]
        wanted: tuple[Any, ...] = (end_ms, None, None, None)
    else:
        end_ms = None if row["end_ms"] is None else ahead.until_ms
        octets = encode_volumes(ahead.volumes) if ahead.volumes else None
        wanted = (end_ms, ahead.heard_ms, ahead.left_ms, octets)
    if tuple(row[name] for name in STANDS) == wanted:
        return None
    place = {"b_log": standing.root.id[0], "b_idx": standing.root.id[1]}
    return Statement(
        SAVE_STANDS, place | {f"b_{name}": value for name, value in zip(STANDS, wanted, strict=True)}
    )


def _rows(standing: Standing, ahead: Ahead | None) -> Iterator[dict[str, Any]]:
    """Give the rows of `VOLUMES`; none: there is nothing that could collide."""
    version = standing.compared
    if version is None or version.notice is None or not is_compared(version.notice):
        return
    plan = _row(standing, version, version.notice.volumes)
    if plan is None:
        return
    yield plan
    for number, part in enumerate(() if ahead is None else ahead.parts, 1):
        row = _row(standing, version, part.volumes)
        if row is not None:
            left = None if ahead is None else ahead.left
            came = (plan["arrival"], plan["arrived_ms"])
            if left is not None:
                came = max(came, (left.arrival, left.arrived_ms))
            yield row | {
                "arrival": (number << PART_BITS) | plan["arrival"],
                "came_arrival": came[0],
                "arrived_ms": came[1],
                "since_s": second_from(part.since_ms),
            }


def _row(standing: Standing, version: Act, volumes: tuple[Volume, ...]) -> dict[str, Any] | None:
    ready = prepare_volumes(volumes)
    if ready is None:
        return None
    prepared, boxes = ready
    return {
        "arrival": version.row["arrival"],
        "came_arrival": version.row["arrival"],
        "arrived_ms": version.row["arrived_ms"],
        "since_s": ALWAYS_S,
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
    notice: MessageId, standing: Sequence[dict[str, Any]], separation: Separation, select: Select
) -> Iterator[Statement]:
    """Make index and conflicts of one notice say what stands; `standing`: its rows of `VOLUMES`, none: nothing."""
    held = select(select_volumes_of(notice))
    kept = [row for row in standing if any(_is_same(row, each) for each in held)]
    for row in held:
        if not any(_is_same(row, each) for each in kept):
            yield from take_out(row)
            yield forget_conflicts(row)
    for row in standing:
        if row not in kept:
            yield from put_in(row)
            yield from check(row, separation, select)


def _is_same(one: Any, other: Any) -> bool:
    """Whether two rows say the same; one version has one plan, and what is ahead of it changes with each word."""
    if one["arrival"] != other["arrival"]:
        return False
    return one["arrival"] <= ARRIVALS or all(one[name] == other[name] for name in _AHEAD)


def check(row: dict[str, Any], separation: Separation, select: Select) -> Iterator[Statement]:
    """Compare what stands of one notice with all that stands of the other side; if that is very much, it waits.

    Of ours itself alone, and what came behind it; one of theirs has all of ours wait.
    """
    near = near_or_wait(row["prepared"], row["boxes"], separation, select, ours=not row["ours"])
    if near is None:
        behind = row["arrival"] - 1 if row["ours"] else 0
        yield Statement(WAIT, {"b_behind": behind, "b_since_ms": row["arrived_ms"]})
        return
    yield from conflict_rows(row, find_conflicts(row["prepared"], near, separation))


def stand_all(context: Context, select: Select) -> Iterator[Stands]:
    """Say what stands of all notices, from the rows of their entries alone."""
    after = -1
    while opened := select(Statement(_SELECT_OPEN, {"after": after})):
        after = opened[-1]["arrival"]
        rows: dict[MessageId, list[Any]] = {each: [] for each in roots_of(opened)}
        for row in select(select_rows_of(*rows)):
            rows.get((row["root_log"], row["root_idx"]), []).append(row)
        spoken_of = {(row["root_log"], row["root_idx"]) for row in select(select_spoken_of(list(rows)))}
        for notice, about in rows.items():
            standing = standing_of(about, notice, context)
            if standing is not None:
                words = select(select_words(notice)) if notice in spoken_of else ()
                yield stands_of(standing, words, context)
