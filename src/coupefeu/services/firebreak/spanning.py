"""The marks that matter anywhere in a span of time, for the strip chart: what held as it began, and what came in it.

Of the entries of a party those alone are given by which its silences are the same as by all of them: from the newest
before the span always the newest that counts before a silence would be told, or, where there is none, the next at all.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import text

from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Rows, Select, Statement
from coupefeu.services.firebreak.gathering import OPENED_TOPICS, gather, heard_mark, keys_of, limits
from coupefeu.services.firebreak.marks import Asked, Mark, Role
from coupefeu.services.firebreak.proofs import Proofs, proof_of
from coupefeu.services.firebreak.rows import MS
from coupefeu.services.firebreak.tables import entry_at, lane_of
from coupefeu.services.firebreak.unsettled import conflict_marks

MOST_HEARD: Final = 20_000
"""Of each party."""
MOST_LATE: Final = 4_096
"""Of a topic, party and precedence: those that were due first."""
MOST_EVENTS: Final = 65_536
"""Of a topic: the oldest of the span."""
OVERTAKING: Final = 64
Row = Mapping[str, Any]

_SELECT_EVENTS: Final = {
    known: text(
        "SELECT e.* FROM json_each(:keys) AS j CROSS JOIN firebreak_events AS e ON e.topic = :topic"  # noqa: S608 - fixed texts
        f" AND e.key = j.value AND {came} ORDER BY {by}, e.log, e.idx LIMIT {MOST_EVENTS}"
    )
    for known, came, by in (
        (False, "e.counted_ms > :from_ms AND e.counted_ms <= :to_ms", "e.counted_ms"),
        (True, "e.known_ms <= :to_ms AND e.arrived_ms > :from_ms AND e.arrived_ms <= :to_ms", "e.known_ms"),
    )
}
_SELECT_LATE: Final = {
    known: text(
        "SELECT o.* FROM firebreak_opened AS o WHERE o.until_last_ms > o.due_known_ms AND o.lane = :lane"  # noqa: S608 - as above
        f" AND o.until_last_ms > :from_ms AND o.due_known_ms <= :to_ms AND {late}"
        f" ORDER BY o.due_known_ms LIMIT {MOST_LATE}"
    )
    for known, late in (
        (False, "o.until_ms > :from_ms AND o.due_ms <= :to_ms"),
        (True, "o.until_arrived_ms > :from_ms AND o.arrived_ms <= :to_ms"),
    )
}


def _heard(condition: str, by: str, order: str, limit: int) -> Any:
    return text(
        f"SELECT * FROM firebreak_times WHERE position = :position AND {condition}"  # noqa: S608 - as above
        f" ORDER BY {by} {order}, place {order} LIMIT {limit}"
    )


_COLUMNS: Final = {False: "counted_ms", True: "arrived_ms"}
_SELECT_NEWEST: Final = {
    known: _heard(f"{by} > :after_ms AND {by} <= :until_ms", by, "DESC", OVERTAKING)
    for known, by in _COLUMNS.items()
}
_SELECT_NEXT: Final = {
    known: _heard(f"{by} > :after_ms", by, "ASC", OVERTAKING) for known, by in _COLUMNS.items()
}


def gather_between(
    select: Select, context: Context, from_ms: int, to_ms: int, *, known: bool = False
) -> Iterator[Mark]:
    """Give every mark that matters at some instant from `from_ms` until `to_ms`, each with what closed it."""
    began = Asked(at_ms=from_ms, known=known)
    span = {
        "from_ms": limits(began, context)["until_ms"],
        "to_ms": limits(Asked(at_ms=to_ms, known=known), context)["until_ms"],
    }
    for mark in gather(select, context, began).marks:
        if mark.role is Role.EVENT and mark.topic is not Topic.HEARD:
            yield mark
    events: list[Row] = []
    for topic, keys in keys_of(context).items():
        values = {**span, "topic": topic.value, "keys": json.dumps(keys)}
        events += select(Statement(_SELECT_EVENTS[known], values)) if keys else ()
    late = list(_late(select, context, span, known=known))
    proofs = Proofs.of(events, late, context, select, with_closers=True)
    yield from conflict_marks(select, context, from_ms, to_ms)
    yield from map(proofs.event, events)
    yield from (proofs.opened(each, known=known, is_closed=True) for each in late)
    for position, party in enumerate(context.parties):
        for row in _Chain(select, context, position, known=known).rows(span["from_ms"], span["to_ms"]):
            yield heard_mark(party, proof_of(row, entry_at(position, row["place"], len(context.parties))))


def _late(select: Select, context: Context, span: Mapping[str, int], *, known: bool) -> Iterator[Row]:
    for topic, precedences in OPENED_TOPICS.items():
        for position in range(len(context.parties)):
            for precedence in precedences:
                lane = lane_of(topic, position, precedence)
                yield from select(Statement(_SELECT_LATE[known], {**span, "lane": lane}))


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
        """Give them in order; at most `MOST_HEARD`."""
        newest = self._newest(-1 << 60, from_ms)
        last = newest
        if newest is not None:
            yield newest
        for _ in range(MOST_HEARD):
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
