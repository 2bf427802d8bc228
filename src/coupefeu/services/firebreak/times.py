"""When an entry counts: the time that its author claims, kept within what the entries of the others prove.

    not before   the claimed time, less the agreed skew, of the newest entry of another party that its author had seen
    not after    the claimed time, with the skew, of the first entry of another party that had seen it

Where both cross the lower one holds. Times of co-signatures are not looked at: both nodes need not hold the same ones,
and shall say the same. The honest case is settled for a whole batch at once (`regular.py`); what is odd entry by entry.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, literal_column
from sqlalchemy import select as sql_select

from coupefeu.model.logs import is_log, position_of
from coupefeu.services.base import Context, Recorded, Rows, Select, Statement
from coupefeu.services.firebreak.marks import Bound, bound_of
from coupefeu.services.firebreak.tables import (
    INSERT_SIGHT,
    INSERT_TIME,
    IS_BOUND,
    SIGHTS,
    TIMES,
    clamp_ms,
    place_of,
)

MOST_MOVED: Final = 512
"""So many entries, the newest, are counted anew for one that came: who writes years ahead holds up nobody."""
MOST_NAMED: Final = 16
"""Entries that had named one before it was here, which no honest node does on a line of two."""

Key = tuple[int, int]
"""Position of a party, place of an entry among all of that party."""
_OF_PARTY: Final = TIMES.c.position == bindparam("position")
_ONE: Final[Any] = literal_column("1")
_SELECT_TIME: Final = sql_select(TIMES).where(_OF_PARTY, TIMES.c.place == bindparam("place"))
_SELECT_BEFORE: Final = (
    sql_select(TIMES)
    .where(_OF_PARTY, TIMES.c.place < bindparam("place"))
    .order_by(TIMES.c.place.desc())
    .limit(_ONE)
)
_SELECT_AFTER: Final = (
    sql_select(TIMES.c.place)
    .where(_OF_PARTY, TIMES.c.place > bindparam("place"))
    .order_by(TIMES.c.place)
    .limit(_ONE)
)
_NEWEST_FIRST: Final = (
    sql_select(TIMES)
    .where(_OF_PARTY, TIMES.c.place >= bindparam("start"), TIMES.c.place < bindparam("end"))
    .order_by(TIMES.c.place.desc())
    .limit(literal_column(str(MOST_MOVED)))
)
_SELECT_LATER: Final = _NEWEST_FIRST.where(TIMES.c.counted_ms > bindparam("counted_ms")).with_hint(
    TIMES, "INDEXED BY firebreak_times_counted", "sqlite"
)
_SELECT_EARLIER: Final = _NEWEST_FIRST.where(TIMES.c.counted_ms < bindparam("counted_ms"))
_SELECT_BOUND: Final = _NEWEST_FIRST.where(IS_BOUND)
"""What was counted at a bound that may be another one now: in the honest case nothing."""
_OF_SIGHT: Final = (
    SIGHTS.c.position == bindparam("position"),
    SIGHTS.c.seen_position == bindparam("seen_position"),
)
_SELECT_LAST_SIGHT: Final = (
    sql_select(SIGHTS)
    .where(*_OF_SIGHT, SIGHTS.c.place <= bindparam("place"))
    .order_by(SIGHTS.c.place.desc())
    .limit(_ONE)
)
_SELECT_FIRST_SEEING: Final = (
    sql_select(SIGHTS)
    .where(*_OF_SIGHT, SIGHTS.c.bound > bindparam("bound"))
    .order_by(SIGHTS.c.bound)
    .limit(bindparam("limit"))
)
_FORGET_SIGHTS: Final = delete(SIGHTS).where(
    SIGHTS.c.position == bindparam("b_position"),
    SIGHTS.c.seen_position == bindparam("b_seen_position"),
    SIGHTS.c.place > bindparam("b_place"),
    SIGHTS.c.bound <= bindparam("b_bound"),
)
_LAST: Final = (1 << 62) - 1


class Timed(NamedTuple):
    """An entry whose time is to be counted. `sees`: by position of another party, up to which place it had seen."""

    position: int
    place: int
    claimed_ms: int
    arrived_ms: int
    skew_ms: int
    sees: Mapping[int, int]

    @property
    def row(self) -> dict[str, Any]:
        """As it stands where nothing proves another time."""
        return {
            "position": self.position,
            "place": self.place,
            "claimed_ms": self.claimed_ms,
            "arrived_ms": self.arrived_ms,
            "counted_ms": self.claimed_ms,
            "bound": Bound.NONE.value,
            "skew_ms": self.skew_ms,
        }

    def sight(self, seen: int, bound: int, seen_ms: int | None) -> dict[str, Any]:
        """Give the row that says how far it had seen another party's logs, and when the newest of that was written."""
        return {
            "seen_position": seen,
            "position": self.position,
            "bound": bound,
            "place": self.place,
            "claimed_ms": self.claimed_ms,
            "skew_ms": self.skew_ms,
            "seen_ms": seen_ms,
        }


def timed_of(recorded: Recorded, context: Context) -> Timed | None:
    """Read what an entry says of times; None: its head cannot be read, or its log is nobody's."""
    head, count = recorded.head, len(context.parties)
    if head is None or not is_log(recorded.log, count):
        return None
    own, sees = position_of(recorded.log, count), dict[int, int]()
    named = [(each.log, each.size) for each in head.seen]
    named += [(each.log, each.index + 1) for each in head.references]
    for log, size in named:
        if is_log(log, count) and size > 0 and (position := position_of(log, count)) != own:
            sees[position] = max(sees.get(position, 0), place_of((log, size), count))
    return Timed(
        position=own,
        place=place_of((recorded.log, recorded.index), count),
        claimed_ms=clamp_ms(head.written_ms),
        arrived_ms=recorded.arrived_ms,
        skew_ms=terms(head.agreement_version, context).skew_s * 1_000,
        sees=sees,
    )


def terms(version: int, context: Context) -> "Any":
    """Give the agreement that an entry names; of a version that nobody knows the first, so that it never changes."""
    if version == context.agreement.version:
        return context.agreement
    known = (*context.earlier, context.agreement)
    return next((each for each in known if each.version == version), known[0])


@dataclass(slots=True)
class Counting:
    """Counts entries one by one, whatever they say. `moved`: those that count at another time than before."""

    select: Select
    positions: Sequence[int]
    moved: set[Key] = field(default_factory=set)

    def count(self, timed: Timed) -> Iterator[Statement]:
        """Take one more entry, and count anew whatever it bears upon."""
        newest = self._newest(timed)
        yield Statement(INSERT_TIME, timed.row)
        for seen, bound in timed.sees.items():
            yield from self._see(timed, seen, bound, is_overtaken=timed.place < newest)
        yield from self._count_anew([timed.row])
        yield from self._bear_upon(timed)

    def _newest(self, timed: Timed) -> int:
        rows = self._rows(_SELECT_BEFORE, position=timed.position, place=_LAST)
        return int(rows[0]["place"]) if rows else -1

    def _see(self, timed: Timed, seen: int, bound: int, *, is_overtaken: bool) -> Iterator[Statement]:
        """Note how far an entry had seen a log; those that it is the first to have seen are not after it.

        Of those that were more than one entry moves, some still count later than they may: they are looked at again.
        """
        before = self._last_sight(timed.position, seen, timed.place)
        start = 0 if before is None else int(before["bound"])
        if bound <= start:
            return
        more: list[Mapping[str, Any]] = []
        if is_overtaken:
            forget = {"b_position": timed.position, "b_seen_position": seen, "b_place": timed.place}
            yield Statement(_FORGET_SIGHTS, forget | {"b_bound": bound})
            more += self._rows(_NEWEST_FIRST, position=timed.position, start=timed.place + 1, end=_LAST)
            more += self._rows(_SELECT_BOUND, position=seen, start=start, end=bound)
        newest = self._rows(_SELECT_BEFORE, position=seen, place=bound)
        yield Statement(INSERT_SIGHT, timed.sight(seen, bound, newest[0]["claimed_ms"] if newest else None))
        latest_ms = timed.claimed_ms + timed.skew_ms
        seen_first = self._rows(_SELECT_LATER, position=seen, start=0, end=bound, counted_ms=latest_ms)
        yield from self._count_anew([*seen_first, *more])

    def _bear_upon(self, timed: Timed) -> Iterator[Statement]:
        """Count anew the entries of others that had named this one as the newest that they had seen."""
        after = self._rows(_SELECT_AFTER, position=timed.position, place=timed.place)
        next_place = int(after[0]["place"]) if after else _LAST
        for position in self.positions:
            if position == timed.position:
                continue
            values = {"position": position, "seen_position": timed.position}
            for sight in self._rows(_SELECT_FIRST_SEEING, **values, bound=timed.place, limit=MOST_NAMED):
                if sight["bound"] > next_place:
                    break
                yield Statement(INSERT_SIGHT, {**sight, "seen_ms": timed.claimed_ms})
                following = self._rows(_SELECT_FIRST_SEEING, **values, bound=sight["bound"], limit=1)
                end = int(following[0]["place"]) if following else _LAST
                span = {"position": position, "start": sight["place"], "end": end}
                earlier = self._rows(_SELECT_EARLIER, **span, counted_ms=timed.claimed_ms)
                yield from self._count_anew([*earlier, *self._rows(_SELECT_BOUND, **span)])

    def _count_anew(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[Statement]:
        for row in rows:
            counted = self._counted(row)
            if (counted["counted_ms"], counted["bound"]) != (row["counted_ms"], row["bound"]):
                self.moved.add((row["position"], row["place"]))
                yield Statement(INSERT_TIME, counted)

    def _counted(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Give the row of an entry with the time that counts."""
        position, place, claimed_ms = row["position"], row["place"], row["claimed_ms"]
        others = [each for each in self.positions if each != position]
        lower = max((self._not_before(position, place, each) for each in others), default=-_LAST)
        upper = min((self._not_after(position, place, each) for each in others), default=_LAST)
        counted_ms = max(lower - row["skew_ms"], min(claimed_ms, upper))
        return {**row, "counted_ms": counted_ms, "bound": bound_of(counted_ms, claimed_ms).value}

    def _not_before(self, position: int, place: int, seen: int) -> int:
        sight = self._last_sight(position, seen, place)
        rows = [] if sight is None else self._rows(_SELECT_BEFORE, position=seen, place=sight["bound"])
        return int(rows[0]["claimed_ms"]) if rows else -_LAST

    def _not_after(self, position: int, place: int, seer: int) -> int:
        rows = self._rows(_SELECT_FIRST_SEEING, position=seer, seen_position=position, bound=place, limit=1)
        return int(rows[0]["claimed_ms"]) + int(rows[0]["skew_ms"]) if rows else _LAST

    def _last_sight(self, position: int, seen: int, place: int) -> Mapping[str, Any] | None:
        rows = self._rows(_SELECT_LAST_SIGHT, position=position, seen_position=seen, place=place)
        return rows[0] if rows else None

    def _rows(self, executable: Any, **values: int) -> Rows:
        return self.select(Statement(executable, values))
