"""Rows made marks: each with the entries that prove it, and when they count."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import literal_column
from sqlalchemy import select as sql_select

from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Select, Statement
from coupefeu.services.firebreak.marks import Bound, Mark, Proof, Role
from coupefeu.services.firebreak.rows import select_times
from coupefeu.services.firebreak.tables import IS_BOUND, SLOT_BITS, TIMES, read_lane, unpacked

Row = Mapping[str, Any]


def proof_of(row: Row, entry: MessageId) -> Proof:
    """Read a row of `TIMES`."""
    return Proof(
        entry=entry,
        counted_ms=row["counted_ms"],
        claimed_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
        mark=_BOUNDS[row["bound"]],
    )


class Proofs:
    """When the entries of some rows count, so that marks can be made of them."""

    def __init__(self, known: Mapping[MessageId, Proof], parties: tuple[str, ...]) -> None:
        self._known = known
        self._parties = parties

    @classmethod
    def of(
        cls,
        events: Collection[Row],
        opened: Collection[Row],
        context: Context,
        select: Select,
        *,
        with_closers: bool = False,
    ) -> "Proofs":
        """Look up every entry that rows of `EVENTS` and `OPENED` name.

        Where no entry at all is counted at a bound, what the rows themselves hold says when theirs count.
        """
        count = len(context.parties)
        own = {(row["log"], row["idx"]): row for row in events}
        own |= {unpacked(row["id"] >> SLOT_BITS, count): row for row in opened}
        named = {(row["first_log"], row["first_idx"]) for row in events if row["first_log"] is not None}
        if with_closers:
            closers = {row[by] for row in opened for by in ("until_by", "known_by")} - {None}
            named |= {unpacked(each, count) for each in closers}
        is_bound = bool(select(Statement(_SELECT_BOUND, {})))
        times = select_times(named | set(own) if is_bound else named, context, select)
        known = {(row["log"], row["idx"]): proof_of(row, (row["log"], row["idx"])) for row in times}
        if not is_bound:
            known |= {entry: _unbound(row, entry) for entry, row in own.items()}
        return cls(known, context.parties)

    def event(self, row: Row) -> Mark:
        """Make the mark of a row of `EVENTS`."""
        named = [(row["first_log"], row["first_idx"]), (row["log"], row["idx"])]
        return Mark(
            topic=_TOPICS[row["topic"]],
            role=Role.EVENT,
            key=row["key"],
            party=row["party"],
            post=row["post"],
            precedence=_precedence(row["precedence"]),
            value=row["value"],
            proofs=tuple(self._known[each] for each in named if each in self._known),
            due_ms=row["due_ms"],
        )

    def opened(self, row: Row, *, known: bool, is_closed: bool = False) -> Mark:
        """Make the mark of a row of `OPENED`; `is_closed`: with what closed it, whenever that was."""
        count = len(self._parties)
        topic, position, precedence = read_lane(row["lane"])
        entry = unpacked(row["id"] >> SLOT_BITS, count)
        root = entry if row["root_log"] is None else (row["root_log"], row["root_idx"])
        closed = self._closed(row, known=known) if is_closed else None
        return Mark(
            topic=topic,
            role=Role.OPENED,
            key=format_number(root, self._parties),
            party=self._parties[position],
            post=row["post"],
            precedence=_precedence(precedence),
            value=row["value"],
            proofs=(self._known[entry],),
            due_ms=row["due_known_ms" if known else "due_ms"],
            closed=closed,
        )

    def _closed(self, row: Row, *, known: bool) -> Proof | None:
        """Give what closed it; where that is the end that a notice names, at that end."""
        by = row["known_by" if known else "until_by"]
        found = None if by is None else self._known.get(unpacked(by, len(self._parties)))
        if found is None or by != row["id"] >> SLOT_BITS:
            return found
        return replace(found, counted_ms=row["until_ms"], arrived_ms=row["until_arrived_ms"], mark=Bound.NONE)


def _unbound(row: Row, entry: MessageId) -> Proof:
    """Give when an entry counts that counts as it claims."""
    counted_ms = row["counted_ms"]
    return Proof(entry=entry, counted_ms=counted_ms, claimed_ms=counted_ms, arrived_ms=row["arrived_ms"])


_SELECT_BOUND: Final = sql_select(TIMES.c.place).where(IS_BOUND).limit(literal_column("1"))
_BOUNDS: Final = {each.value: each for each in Bound}
_TOPICS: Final = {each.value: each for each in Topic}
_PRECEDENCES: Final = {int(each): each for each in Precedence}


def _precedence(number: int) -> Precedence | None:
    return _PRECEDENCES.get(number)
