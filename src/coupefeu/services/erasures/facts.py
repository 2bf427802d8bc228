"""ERASED: the content of entries was erased here, named in our own log, with nothing of what it was (protocol A17).

    {0: reason, 1: [[log, start, end], ...]}        half-open ranges of entries, ascending
    2: post that ordered it   3: its reason in words   4: [first, last] of the exchange, UTC ms by our clock

Keys 2 and 3 go with an order; key 4 is the fact that is kept of an exchange on a line that records facts only.
"""

from dataclasses import dataclass
from typing import Any, Final

from coupefeu.errors import PeerError
from coupefeu.model.erasure import Why
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Command
from coupefeu.wire import cbor

MAX_RANGES: Final = 128
MAX_ABOUT: Final = 16
"""Exchanges that one entry refers to: as many as an event names, so that no page goes on showing what is gone."""
MAX_REASON_CHARACTERS: Final = 200
MAX_POST_CHARACTERS: Final = 64
_LARGEST: Final = (1 << 63) - 1

Range = tuple[int, int, int]
"""Number of the log, first index, index behind the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What one entry ERASED says. `span_ms`: when the first and the last entry of the exchange were stored.

    `about`: the first entry of each exchange; the head refers to them, at most 16, and the body says nothing of it.
    """

    why: Why
    ranges: tuple[Range, ...]
    post: str = ""
    reason: str = ""
    span_ms: tuple[int, int] | None = None
    about: tuple[MessageId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseContent(Command):
    """An officer orders that the content of an entry be erased, with the exchange that it belongs to."""

    message: MessageId
    from_post: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordErasure(Command):
    """The node names what it erases in the same transaction; `store.erasing` alone asks for it."""

    erasures: tuple[Erasure, ...]


def encode_erasure(erasure: Erasure) -> bytes:
    """Write the body of ERASED."""
    body: dict[int, Any] = {0: int(erasure.why), 1: [list(each) for each in erasure.ranges]}
    if erasure.post:
        body[2] = erasure.post
    if erasure.reason:
        body[3] = erasure.reason
    if erasure.span_ms is not None:
        body[4] = list(erasure.span_ms)
    return cbor.encode(body)


def parse_erasure(body: bytes) -> Erasure:
    """Read the body of ERASED.

    Raises: PeerError: `services.erasures.bad_erasure`, `wire.cbor.*`.
    """
    value: Any = cbor.decode(body)
    if not isinstance(value, dict) or not {0, 1} <= set(value) <= set(range(5)):
        raise _bad("fields")
    if type(value[0]) is not int or value[0] not in tuple(Why):
        raise _bad("reason")
    return Erasure(
        why=Why(value[0]),
        ranges=_ranges(value[1]),
        post=_text(value.get(2, ""), MAX_POST_CHARACTERS),
        reason=_text(value.get(3, ""), MAX_REASON_CHARACTERS),
        span_ms=_span(value[4]) if 4 in value else None,
    )


def _ranges(items: Any) -> tuple[Range, ...]:
    if not isinstance(items, list) or not 0 < len(items) <= MAX_RANGES:
        raise _bad("ranges")
    ranges: list[Range] = []
    last = (-1, -1)
    for item in items:
        if not isinstance(item, list) or len(item) != 3 or not all(map(_is_number, item)):
            raise _bad("ranges")
        log, start, end = item
        if start >= end or (log, start) <= last:
            raise _bad("ranges")
        ranges.append((log, start, end))
        last = (log, end)
    return tuple(ranges)


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise _bad("text")
    return value


def _span(value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)):
        raise _bad("span")
    first, last = value
    if first > last:
        raise _bad("span")
    return first, last


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST


def _bad(defect: str) -> PeerError:
    return PeerError(
        f"not an erasure: {defect}", code="services.erasures.bad_erasure", hint="It is kept, without effect."
    )
