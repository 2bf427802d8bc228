"""The marks that matter anywhere in a span of time, for the strip chart: what held as it began, and what came in it.

Of the entries of a party those alone are given by which its silences are the same as by all of them: from the newest
before the span always the newest that counts before a silence would be told, or, where there is none, the next at all.

A span that holds more than is read at once loses its beginning: what is left is complete, and says from when it is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import text

from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Rows, Select, Statement
from coupefeu.services.firebreak.gathering import OPENED_TOPICS, gather, heard_mark, keys_of, limits
from coupefeu.services.firebreak.marks import Asked, Mark, Role
from coupefeu.services.firebreak.proofs import CLOSED, CLOSERS, EVENT, event_mark, opened_mark, proof_of
from coupefeu.services.firebreak.rows import MS
from coupefeu.services.firebreak.tables import NEVER, entry_at, lane_of
from coupefeu.services.firebreak.unsettled import conflict_marks

MOST_HEARD: Final = 20_000
"""Of each party."""
MOST_CLOSED: Final = 4_096
"""Of a topic, party and precedence, what was late and was closed in the span: the newest."""
MOST_OPEN: Final = 4_096
"""What is open after it: those that were due first, as the judge has them."""
MOST_EVENTS: Final = 65_536
"""Of a topic: the newest of the span."""
OVERTAKING: Final = 64
Row = Mapping[str, Any]

_SELECT_EVENTS: Final = {
    known: text(
        f"SELECT {EVENT} FROM json_each(:keys) AS j CROSS JOIN firebreak_events AS e ON e.topic = :topic"  # noqa: S608 - fixed texts
        f" AND e.key = j.value AND {came} ORDER BY {by} DESC, e.log, e.idx LIMIT :most"
    )
    for known, came, by in (
        (False, "e.counted_ms > :from_ms AND e.counted_ms <= :to_ms", "e.counted_ms"),
        (True, "e.known_ms <= :to_ms AND e.arrived_ms > :from_ms AND e.arrived_ms <= :to_ms", "e.arrived_ms"),
    )
}
_COLUMNS: Final = {False: "counted_ms", True: "arrived_ms"}
_CLOSED: Final = {False: "until_ms", True: "until_arrived_ms"}
_SELECT_LATE: Final = {
    known: text(
        f"SELECT {CLOSED[known]} FROM firebreak_opened AS o {CLOSERS[known]}"  # noqa: S608 - as above
        " WHERE o.until_last_ms > o.due_known_ms AND o.lane = :lane"
        f" AND o.until_last_ms > :from_ms AND o.due_known_ms <= :to_ms AND {due} <= :to_ms"
        f" AND o.{_CLOSED[known]} > :after_ms AND o.{_CLOSED[known]} <= :before_ms"
        f" ORDER BY o.{_CLOSED[known]} DESC, o.due_known_ms LIMIT :most"
    )
    for known, due in ((False, "o.due_ms"), (True, "o.arrived_ms"))
}


def _heard(condition: str, by: str, order: str, limit: int) -> Any:
    return text(
        f"SELECT * FROM firebreak_times WHERE position = :position AND {condition}"  # noqa: S608 - as above
        f" ORDER BY {by} {order}, place {order} LIMIT {limit}"
    )


_SELECT_NEWEST: Final = {
    known: _heard(f"{by} > :after_ms AND {by} <= :until_ms", by, "DESC", OVERTAKING)
    for known, by in _COLUMNS.items()
}
_SELECT_NEXT: Final = {
    known: _heard(f"{by} > :after_ms", by, "ASC", OVERTAKING) for known, by in _COLUMNS.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The marks that matter at some instant of a span; `from_ms`: from when on they are complete."""

    marks: tuple[Mark, ...]
    from_ms: int


def gather_between(
    select: Select, context: Context, from_ms: int, to_ms: int, *, known: bool = False
) -> Between:
    """Give every mark that matters at some instant until `to_ms`, each with what closed it.

    From `from_ms` on, or from later on where more came since than is read at once.
    """
    while True:
        try:
            marks = tuple(_Span(select, context, from_ms, to_ms, known=known).marks())
        except _TooMany as beginning:
            from_ms = beginning.from_ms
        else:
            return Between(marks=marks, from_ms=from_ms)


class _TooMany(Exception):  # noqa: N818 - nothing is wrong: the span is read again
    """More came in a span than is read at once; since `from_ms` it is no more."""

    def __init__(self, from_ms: int) -> None:
        self.from_ms = from_ms


class _Span:
    """What is read of one span of time, or how much later it must begin."""

    def __init__(self, select: Select, context: Context, from_ms: int, to_ms: int, *, known: bool) -> None:
        self._select, self._context, self._known = select, context, known
        self._from_ms, self._to_ms = from_ms, to_ms
        self._began = Asked(at_ms=from_ms, known=known)
        self._ahead_ms = limits(self._began, context)["until_ms"] - from_ms
        self._span = {"from_ms": from_ms + self._ahead_ms, "to_ms": to_ms + self._ahead_ms}

    def marks(self) -> Iterator[Mark]:
        """Give them. Raises: _TooMany."""
        select, context = self._select, self._context
        events = [
            event_mark(row, topic)
            for topic, keys in keys_of(context).items()
            for row in self._events(topic, keys)
        ]
        late = list(self._late())
        heard = [(position, self._heard(position)) for position in range(len(context.parties))]
        for mark in gather(select, context, self._began).marks:
            if mark.role is Role.EVENT and mark.topic is not Topic.HEARD:
                yield mark
        yield from conflict_marks(select, context, self._from_ms, self._to_ms)[0]
        yield from events
        yield from (opened_mark(each, context.parties) for each in late)
        for position, rows in heard:
            for row in rows:
                entry = entry_at(position, row["place"], len(context.parties))
                yield heard_mark(context.parties[position], proof_of(row, entry))

    def _events(self, topic: Topic, keys: list[str]) -> Rows:
        if not keys:
            return ()
        values = {**self._span, "topic": topic.value, "keys": json.dumps(keys), "most": MOST_EVENTS + 1}
        rows = self._select(Statement(_SELECT_EVENTS[self._known], values))
        if len(rows) > MOST_EVENTS:
            raise _TooMany(rows[-1][_COLUMNS[self._known]] - self._ahead_ms)
        return rows

    def _late(self) -> Iterator[Row]:
        for topic, precedences in OPENED_TOPICS.items():
            for position in range(len(self._context.parties)):
                for precedence in precedences:
                    yield from self._late_of(lane_of(topic, position, precedence))

    def _late_of(self, lane: int) -> Iterator[Row]:
        """Give what was closed in the span, and what is open after it. Raises: _TooMany."""
        select, values = _SELECT_LATE[self._known], {**self._span, "lane": lane}
        closed = {
            "after_ms": self._span["from_ms"],
            "before_ms": self._span["to_ms"],
            "most": MOST_CLOSED + 1,
        }
        rows = self._select(Statement(select, {**values, **closed}))
        if len(rows) > MOST_CLOSED:
            raise _TooMany(rows[-1][_CLOSED[self._known]] - self._ahead_ms)
        yield from rows
        stands = {"after_ms": self._span["to_ms"], "before_ms": NEVER, "most": MOST_OPEN}
        yield from self._select(Statement(select, {**values, **stands}))

    def _heard(self, position: int) -> list[Row]:
        """Give the entries by which the silences of a party are told; too many: of the later half of the span."""
        rows = _Chain(self._select, self._context, position, known=self._known).rows(
            self._span["from_ms"], self._span["to_ms"]
        )
        found = list(islice(rows, MOST_HEARD + 1))
        if len(found) > MOST_HEARD:
            raise _TooMany((self._from_ms + self._to_ms + 1) // 2)
        return found


class _Chain:
    """The entries of one party by which its silences are told."""

    def __init__(self, select: Select, context: Context, position: int, *, known: bool) -> None:
        self._select = select
        self._position = position
        self._known = known
        versions = (context.agreement, *context.earlier)
        after_s = min(each.firebreak.unknown_after_s for each in versions)
        skew_s = 0 if known else context.agreement.skew_s
        self._silence_ms = (after_s + skew_s) * MS

    def rows(self, from_ms: int, to_ms: int) -> Iterator[Row]:
        """Give them in order."""
        newest = self._newest(-1 << 60, from_ms)
        last = newest
        if newest is not None:
            yield newest
        while True:
            row = None if last is None else self._newest(self._at(last), self._time(last) + self._silence_ms)
            row = row or self._next(-1 << 60 if last is None else self._at(last), last)
            if row is None or self._at(row) > to_ms:
                return
            yield row
            last = row

    def _at(self, row: Row) -> int:
        """Give when it came to count."""
        return int(row[_COLUMNS[self._known]])

    def _time(self, row: Row) -> int:
        counted_ms: int = row["counted_ms"]
        return min(counted_ms, row["arrived_ms"]) if self._known else counted_ms

    def _newest(self, after_ms: int, until_ms: int) -> Row | None:
        rows = self._rows(_SELECT_NEWEST[self._known], after_ms=after_ms, until_ms=until_ms)
        return max(rows, key=lambda row: (self._time(row), row["place"]), default=None)

    def _next(self, after_ms: int, last: Row | None) -> Row | None:
        """Give the first that came later and is newer."""
        for row in self._rows(_SELECT_NEXT[self._known], after_ms=after_ms):
            if last is None or self._time(row) > self._time(last):
                return row
        return None

    def _rows(self, executable: Any, **values: int) -> Rows:
        return self._select(Statement(executable, {"position": self._position, **values}))
