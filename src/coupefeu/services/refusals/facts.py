"""REFUSED: entries of another log that did not come whole in the agreed time, named in our own (protocol A7).

    {0: number of their log, 1: [[start, end], ...], 2: reason}      half-open ranges, ascending

A refusal is a fact about machines and says nothing of content: no entry is ever refused for what it says (A8). What
comes after all is stored, receipted and shown like any other; the refusal stays as the record of the delay.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from coupefeu.errors import PeerError
from coupefeu.services.base import Command
from coupefeu.wire import cbor

MAX_RANGES: Final = 64
_LARGEST: Final = (1 << 63) - 1

Ranges = tuple[tuple[int, int], ...]


class Reason(IntEnum):
    """Why the receipt for the whole log is withheld."""

    LEAF_MISSING = 1
    BODY_MISSING = 2
    NOT_AS_SIGNED = 3


WORDS: Final = {
    Reason.LEAF_MISSING: "did not come in the agreed time",
    Reason.BODY_MISSING: "came without head and body, which did not follow in the agreed time",
    Reason.NOT_AS_SIGNED: "came again and again otherwise than it is signed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Entries [start, end), ... of the party whose log has this number."""

    log: int
    ranges: Ranges
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseEntries(Command):
    """The node names what is overdue; what it has named before is left out."""

    refusals: tuple[Refusal, ...]


def encode_refusal(refusal: Refusal) -> bytes:
    """Write the body of REFUSED."""
    return cbor.encode({0: refusal.log, 1: [list(each) for each in refusal.ranges], 2: int(refusal.reason)})


def parse_refusal(body: bytes) -> Refusal:
    """Read the body of REFUSED.

    Raises: PeerError: `services.refusals.bad_refusal`, `wire.cbor.*`.
    """
    value: Any = cbor.decode(body)
    if not isinstance(value, dict) or set(value) != {0, 1, 2} or not _is_index(value[0]):
        raise _bad("fields")
    if type(value[2]) is not int or value[2] not in tuple(Reason):
        raise _bad("reason")
    return Refusal(log=value[0], ranges=_ranges(value[1]), reason=Reason(value[2]))


def _ranges(items: Any) -> Ranges:
    if not isinstance(items, list) or not 0 < len(items) <= MAX_RANGES:
        raise _bad("ranges")
    ranges: list[tuple[int, int]] = []
    last = -1
    for item in items:
        if not isinstance(item, list) or len(item) != 2 or not all(map(_is_index, item)):
            raise _bad("ranges")
        start, end = item
        if not last < start < end:
            raise _bad("ranges")
        ranges.append((start, end))
        last = end
    return tuple(ranges)


def _is_index(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST


def _bad(defect: str) -> PeerError:
    return PeerError(
        f"not a refusal: {defect}", code="services.refusals.bad_refusal", hint="It is kept, without effect."
    )
