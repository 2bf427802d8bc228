"""Rows made marks: each with the entries that prove it, and when they count."""

from collections.abc import Mapping
from typing import Any, Final

from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.model.topics import Topic
from coupefeu.services.firebreak.marks import Mark, Proof, Role, bound_of
from coupefeu.services.firebreak.tables import PACKED_BITS, SLOT_BITS, read_lane, unpacked

Row = Mapping[str, Any]


EVENT: Final = (
    "e.key, e.party, e.post, e.value, e.due_ms, e.log, e.idx, e.counted_ms, e.claimed_ms, e.arrived_ms,"
    " e.first_log, e.first_idx, e.first_counted_ms, e.first_claimed_ms, e.first_arrived_ms"
)
"""What of a row of `EVENTS` its mark is made of."""
_DUE: Final = {False: "due_ms", True: "due_known_ms"}
OPENED: Final = {
    known: "o.id, o.lane, o.root_log, o.root_idx, o.value, o.post, o.counted_ms, o.claimed_ms, o.arrived_ms,"
    f" o.{due} AS due_ms"
    for known, due in _DUE.items()
}
"""What of a row of `OPENED` its mark is made of, by signed times and as known here."""
_BY: Final = {False: "until_by", True: "known_by"}
CLOSED: Final = {
    known: f"{OPENED[known]}, o.{by} AS closed_by, o.until_ms, o.until_arrived_ms,"
    " c.counted_ms AS closed_counted_ms, c.claimed_ms AS closed_claimed_ms, c.arrived_ms AS closed_arrived_ms"
    for known, by in _BY.items()
}
"""The same with what closed it, whenever that was, as `CLOSERS` joins it."""
CLOSERS: Final = {
    known: f"LEFT JOIN firebreak_times AS c ON c.position = o.{by} >> {PACKED_BITS}"
    f" AND c.place = o.{by} & {(1 << PACKED_BITS) - 1}"
    for known, by in _BY.items()
}


def proof_of(row: Row, entry: MessageId) -> Proof:
    """Read when an entry counts."""
    return _proof(entry, row["counted_ms"], row["claimed_ms"], row["arrived_ms"])


def event_mark(row: Row, topic: Topic) -> Mark:
    """Make the mark of a row of `EVENT`."""
    proof = proof_of(row, (row["log"], row["idx"]))
    proofs: tuple[Proof, ...] = (proof,)
    if row["first_counted_ms"] is not None:
        first = (row["first_log"], row["first_idx"])
        proofs = (
            _proof(first, row["first_counted_ms"], row["first_claimed_ms"], row["first_arrived_ms"]),
            proof,
        )
    return Mark(
        topic, Role.EVENT, row["key"], row["party"], row["post"], None, row["value"], proofs, row["due_ms"]
    )


def opened_mark(row: Row, parties: tuple[str, ...]) -> Mark:
    """Make the mark of a row of `OPENED`, or of `CLOSED`: then with what closed it."""
    topic, position, precedence = read_lane(row["lane"])
    entry = unpacked(row["id"] >> SLOT_BITS, len(parties))
    root = entry if row["root_log"] is None else (row["root_log"], row["root_idx"])
    return Mark(
        topic,
        Role.OPENED,
        format_number(root, parties),
        parties[position],
        row["post"],
        _PRECEDENCES.get(precedence),
        row["value"],
        (proof_of(row, entry),),
        row["due_ms"],
        _closed(row, len(parties)) if row.get("closed_counted_ms") is not None else None,
    )


def _closed(row: Row, parties: int) -> Proof:
    """Give what closed it; where that is the end that a notice names, at that end."""
    by = row["closed_by"]
    entry = unpacked(by, parties)
    if by == row["id"] >> SLOT_BITS:
        return Proof(entry, row["until_ms"], row["closed_claimed_ms"], row["until_arrived_ms"])
    return _proof(entry, row["closed_counted_ms"], row["closed_claimed_ms"], row["closed_arrived_ms"])


def _proof(entry: MessageId, counted_ms: int, claimed_ms: int, arrived_ms: int) -> Proof:
    if counted_ms == claimed_ms:
        return Proof(entry, counted_ms, claimed_ms, arrived_ms)
    return Proof(entry, counted_ms, claimed_ms, arrived_ms, bound_of(counted_ms, claimed_ms))


_PRECEDENCES: Final = {int(each): each for each in Precedence}
