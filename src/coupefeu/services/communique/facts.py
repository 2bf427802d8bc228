"""COMMUNIQUE PROPOSED, CONSENTED, REFUSED: bytes and back (docs/spec/communique.md, section 4).

    proposed  {0: digest of the selection, 1: [[log, start, end, disclosed, attachments], ...], 2: embargo, 3: words,
               4: officer}      attachments: bit N is attachment N of each entry of the range
    answered  {0: the same digest, 1: reason, 2: officer}      the head's first reference is the proposal

These are acts of people: an officer of each side puts on the record that the other may show these entries to anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.model.attachments import MAX_ATTACHMENTS
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.record.selection import Chosen, Disclosed
from coupefeu.services.base import Command
from coupefeu.wire import cbor

KINDS: Final = frozenset({Kind.COMMUNIQUE_PROPOSED, Kind.COMMUNIQUE_CONSENTED, Kind.COMMUNIQUE_REFUSED})
MAX_RANGES: Final = 160
MAX_WORDS_CHARACTERS: Final = 500
MAX_REASON_CHARACTERS: Final = 500
MAX_OFFICER_CHARACTERS: Final = 80
_DIGEST_BYTES: Final = 32
_LARGEST: Final = (1 << 63) - 1
_LEVELS: Final = tuple(Disclosed)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Range:
    """Entries [start, end) of a log, and how much of each is disclosed; `attachments`: the numbers, of each."""

    log: int
    start: int
    end: int
    disclosed: Disclosed
    attachments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeCommunique(Command):
    """Propose to show these entries to anybody; `digest` is that of the selection (record.selection)."""

    from_post: str
    digest: bytes
    ranges: tuple[Range, ...]
    embargo_ms: int | None = None
    words: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCommunique(Command):
    """Consent to a proposal of the other side, or refuse it with a reason; `digest`: which selection was looked at."""

    from_post: str
    proposal: MessageId
    digest: bytes
    consents: bool
    reason: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What the body of COMMUNIQUE PROPOSED says."""

    digest: bytes
    ranges: tuple[Range, ...]
    embargo_ms: int | None = None
    words: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the body of COMMUNIQUE CONSENTED or REFUSED says."""

    digest: bytes
    reason: str = ""
    officer: str = ""


def ranges_of(chosen: Iterable[Chosen]) -> tuple[Range, ...]:
    """Join entries, by log and index, that stand side by side and disclose alike."""
    ranges: list[Range] = []
    for each in chosen:
        last = ranges[-1] if ranges else None
        if last is not None and (last.log, last.end, last.disclosed, last.attachments) == (
            each.log,
            each.index,
            each.disclosed,
            each.attachments,
        ):
            ranges[-1] = Range(
                log=last.log,
                start=last.start,
                end=last.end + 1,
                disclosed=last.disclosed,
                attachments=last.attachments,
            )
        else:
            ranges.append(
                Range(
                    log=each.log,
                    start=each.index,
                    end=each.index + 1,
                    disclosed=each.disclosed,
                    attachments=each.attachments,
                )
            )
    return tuple(ranges)


def encode_proposed(proposed: Proposed) -> bytes:
    """Write the body of COMMUNIQUE PROPOSED."""
    optional = {2: proposed.embargo_ms, 3: proposed.words or None, 4: proposed.officer or None}
    rows = [
        [each.log, each.start, each.end, _LEVELS.index(each.disclosed), sum(1 << n for n in each.attachments)]
        for each in proposed.ranges
    ]
    given = {key: value for key, value in optional.items() if value is not None}
    return cbor.encode({0: proposed.digest, 1: rows} | given)


def encode_answered(answered: Answered) -> bytes:
    """Write the body of COMMUNIQUE CONSENTED or REFUSED."""
    optional = {1: answered.reason, 2: answered.officer}
    return cbor.encode({0: answered.digest} | {key: value for key, value in optional.items() if value})


def read_proposed(body: bytes) -> tuple[Proposed | None, str]:
    """Read the body of COMMUNIQUE PROPOSED, and name what is wrong with it ("" when nothing is); never raises."""
    try:
        fields = cbor.decode(body)
        proposed = _proposed(fields)
    except (CoupefeuError, TypeError, ValueError):
        return None, "unreadable_body"
    return proposed, proposal_defect(proposed)


def read_answered(kind: int, body: bytes) -> tuple[Answered | None, str]:
    """Read the body of an answer, as above."""
    try:
        fields = cbor.decode(body)
        answered = _answered(fields)
    except (CoupefeuError, TypeError, ValueError):
        return None, "unreadable_body"
    return answered, answer_defect(kind, answered)


def read_communique(kind: int, body: bytes) -> tuple[Proposed | Answered | None, str]:
    """Read the body of any of the three kinds, as above."""
    return read_proposed(body) if kind == Kind.COMMUNIQUE_PROPOSED else read_answered(kind, body)


def proposal_defect(proposed: Proposed) -> str:
    """Name what a proposal lacks or has too much of ("" when nothing)."""
    checks = {
        "long_officer": len(proposed.officer) > MAX_OFFICER_CHARACTERS,
        "long_words": len(proposed.words) > MAX_WORDS_CHARACTERS,
        "no_entries": not proposed.ranges,
        "many_ranges": len(proposed.ranges) > MAX_RANGES,
        "disordered": not _are_ordered(proposed.ranges),
        "attachments_withheld": any(
            each.attachments and each.disclosed is not Disclosed.ALL for each in proposed.ranges
        ),
    }
    return next((name for name, found in checks.items() if found), "")


def answer_defect(kind: int, answered: Answered) -> str:
    """Name what an answer lacks or has too much of ("" when nothing)."""
    checks = {
        "long_officer": len(answered.officer) > MAX_OFFICER_CHARACTERS,
        "long_reason": len(answered.reason) > MAX_REASON_CHARACTERS,
        "missing_reason": kind == Kind.COMMUNIQUE_REFUSED and not answered.reason.strip(),
    }
    return next((name for name, found in checks.items() if found), "")


def _are_ordered(ranges: tuple[Range, ...]) -> bool:
    places = [(each.log, each.start, each.end) for each in ranges]
    return all(start < end for _, start, end in places) and all(
        (log, end) <= (next_log, next_start) for (log, _, end), (next_log, next_start, _) in pairwise(places)
    )


def _proposed(fields: Any) -> Proposed:
    if not isinstance(fields, dict) or not {0, 1} <= fields.keys() <= set(range(5)):
        raise TypeError("not a proposal")
    rows = fields[1]
    if not isinstance(rows, list):
        raise TypeError("not ranges")
    return Proposed(
        digest=_digest(fields),
        ranges=tuple(map(_range, rows)),
        embargo_ms=_number(fields[2]) if 2 in fields else None,
        words=_text(fields, 3),
        officer=_text(fields, 4),
    )


def _answered(fields: Any) -> Answered:
    if not isinstance(fields, dict) or not {0} <= fields.keys() <= set(range(3)):
        raise TypeError("not an answer")
    return Answered(digest=_digest(fields), reason=_text(fields, 1), officer=_text(fields, 2))


def _range(row: Any) -> Range:
    log, start, end, level, bits = map(_number, row)
    if level >= len(_LEVELS) or bits >> MAX_ATTACHMENTS:
        raise ValueError("not a range")
    numbers = tuple(number for number in range(MAX_ATTACHMENTS) if bits >> number & 1)
    return Range(log=log, start=start, end=end, disclosed=_LEVELS[level], attachments=numbers)


def _digest(fields: Any) -> bytes:
    digest = fields[0]
    if not isinstance(digest, bytes) or len(digest) != _DIGEST_BYTES:
        raise TypeError("not a digest")
    return digest


def _text(fields: Any, key: int) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("not text")
    return value


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST:
        raise TypeError("not a number")
    return value
