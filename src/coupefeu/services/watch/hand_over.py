"""WATCH_HANDED_OVER and WATCH_ACCEPTED: one officer gets up only when the next one has said that he sits.

    handed over    {? 0: officer, 2: to, 3: [[what, due], ...], 4: count, ? 5: remarks}
                   one row for each reference of the head, in their order: what is open there, and when its next clock
                   runs out (UTC milliseconds; 0: it has none)
    accepted       {? 0: officer, 1: heard, 6: seen}     its head refers to the hand-over alone

Both sides read both: remarks are for the successor, and are no place for what the other side may not know.
"""

from dataclasses import dataclass
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.services.watch.facts import (
    UNREADABLE,
    as_count,
    as_list,
    fields_of,
    label_defect,
    read_bool,
    read_text,
)
from coupefeu.wire import cbor

MAX_LISTED: Final = 60
"""A head holds 64 references; `count` says how much more there is."""
MAX_REMARKS_CHARACTERS: Final = 280


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRow:
    """What is open at one reference; a number of a later version is kept as it is."""

    what: int
    due_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverFact:
    """What the body of WATCH_HANDED_OVER says."""

    to_officer: str = ""
    rows: tuple[OpenRow, ...] = ()
    count: int = 0
    remarks: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedFact:
    """What the body of WATCH_ACCEPTED says; `seen`: how many of the listed things its officer has looked at."""

    heard: bool = False
    seen: int = 0
    officer: str = ""


def encode_hand_over(fact: HandOverFact) -> bytes:
    """Write the body of WATCH_HANDED_OVER."""
    rows = [[int(row.what), row.due_ms or 0] for row in fact.rows]
    stated = {0: fact.officer} if fact.officer else {}
    remarks = {5: fact.remarks} if fact.remarks else {}
    return cbor.encode({**stated, 2: fact.to_officer, 3: rows, 4: fact.count, **remarks})


def read_hand_over(body: bytes, references: int | None = None) -> tuple[HandOverFact, str]:
    """Read it, and name what is wrong ("" when nothing); `references`: of its head, where known. Never raises."""
    try:
        fields = fields_of(body)
        fact = HandOverFact(
            to_officer=read_text(fields, 2),
            rows=tuple(map(_row, as_list(fields.get(3)))),
            count=as_count(fields.get(4)),
            remarks=read_text(fields, 5),
            officer=read_text(fields, 0),
        )
    except (CoupefeuError, TypeError):
        return HandOverFact(), UNREADABLE
    defect = hand_over_defect(fact)
    is_list_whole = references is None or references == len(fact.rows)
    return fact, defect or ("" if is_list_whole else "list_and_references")


def hand_over_defect(fact: HandOverFact) -> str:
    """Name what such an entry lacks or has too much of ("" when nothing)."""
    if defect := label_defect(fact.officer) or label_defect(fact.to_officer):
        return defect
    if not fact.to_officer:
        return "missing_to"
    if len(fact.remarks) > MAX_REMARKS_CHARACTERS:
        return "long_remarks"
    if "\x00" in fact.remarks:
        return UNREADABLE
    if len(fact.rows) > MAX_LISTED or fact.count < len(fact.rows):
        return "bad_list"
    return ""


def encode_accepted(fact: AcceptedFact) -> bytes:
    """Write the body of WATCH_ACCEPTED."""
    stated: dict[int, Any] = {0: fact.officer} if fact.officer else {}
    return cbor.encode({**stated, 1: fact.heard, 6: fact.seen})


def read_accepted(body: bytes, references: int | None = None) -> tuple[AcceptedFact, str]:
    """Read it, and name what is wrong ("" when nothing); `references`: of its head, where known. Never raises."""
    try:
        fields = fields_of(body)
        heard = read_bool(fields, 1)
        fact = AcceptedFact(heard=bool(heard), seen=as_count(fields.get(6)), officer=read_text(fields, 0))
    except (CoupefeuError, TypeError):
        return AcceptedFact(), UNREADABLE
    if defect := label_defect(fact.officer):
        return fact, defect
    if heard is None:
        return fact, "missing_heard"
    return fact, "" if references in {None, 1} else "missing_hand_over"


def _row(value: Any) -> OpenRow:
    row = as_list(value)
    if len(row) != 2:
        raise TypeError("not a row")
    return OpenRow(what=as_count(row[0]), due_ms=as_count(row[1]) or None)
