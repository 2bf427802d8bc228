"""PRESENCE ASKED and NOTE: bytes and back (docs/spec/presence.md).

    asked      {0: officer}
    note       {0: size, 1: commitment}                 on the log; what it says lies with its author alone:
    content    length 2 | map | zeros, a multiple of 512 bytes; the map is
               {0: act, 1: [posts], 2: [start ms, end ms], 3: what, 4: source, 5: medium, 6: [date proof, words],
                7: [corroboration, words], 8: reliability, 9: credibility, 10: bearing, 11: officer, 12: speaker,
                13: why, 14: salt, 15: sighting or claim, 16: [log, index] amended, 17: [log, index] of a claim}

PRESENCE ASKED goes to the one post that is asked, and its leaf hash is the challenge. A note is addressed to nobody:
the other side holds a salted hash of what it says, of a length that is rounded up, and no word (protocol A2, A14).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, TypeVar

from coupefeu.errors import CoupefeuError
from coupefeu.model.attachments import COMMITMENT_BYTES, Promised
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.presence import (
    INDEPENDENT,
    Bearing,
    Corroboration,
    Credibility,
    DateProof,
    Grade,
    Medium,
    Reliability,
    Report,
    ReportAct,
    ReportKind,
)
from coupefeu.services.base import Command
from coupefeu.wire import cbor

KINDS: Final = frozenset({Kind.PRESENCE_ASKED, Kind.NOTE})
NOTE_NAME: Final = "note"
"""Of the one thing that is attached to a note."""
MAX_POSTS: Final = 8
MAX_POST_CHARACTERS: Final = 64
MAX_WHAT_CHARACTERS: Final = 560
MAX_WORDS_CHARACTERS: Final = 280
MAX_LABEL_CHARACTERS: Final = 80
MAX_SPEAKER_CHARACTERS: Final = 120
SALT_BYTES: Final = 16
"""Fresh for each note: the seed, and with it every other salt, is known to the other side."""
PADDED_BYTES: Final = 512
_LENGTH_BYTES: Final = 2
MAX_CONTENT_BYTES: Final = 16_384
LATEST_MS: Final = 253_402_300_800_000
"""The year 10000."""
_COMMON_KEYS: Final = frozenset({0, 14, 15})
_WITHDRAWN_KEYS: Final = _COMMON_KEYS | {11, 13, 16}
_NEEDED_KEYS: Final = _COMMON_KEYS | frozenset(range(10))
_REPORT_KEYS: Final = _NEEDED_KEYS | {10, 11, 12, 16, 17}
Coded = TypeVar("Coded", bound=IntEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPresence(Command):
    """Ask a post of the other side to show that it is there: an assertion by its key over this very entry."""

    from_post: str
    to_post: str
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterReport(Command):
    """Note a sighting or a claim, or put it in the place of an earlier one that it `amends`.

    `claim`: the claim that a sighting bears on, and `bearing` how. `salt`: 16 fresh bytes of the node's.
    """

    kind: ReportKind
    from_post: str
    report: Report
    language: str
    salt: bytes
    amends: MessageId | None = None
    claim: MessageId | None = None
    bearing: Bearing | None = None
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawReport(Command):
    """Take back a sighting or claim, and say why; it stays on record as what was noted. `salt`: as above."""

    withdraws: MessageId
    from_post: str
    why: str
    language: str
    salt: bytes
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the body of PRESENCE ASKED says."""

    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What a note says. `report` is None when one is taken back, and `why` says for what.

    `amends`: the note that it takes the place of, or takes back; `claim`: the one that a sighting bears on.
    """

    kind: ReportKind
    act: ReportAct
    salt: bytes
    report: Report | None = None
    bearing: Bearing | None = None
    why: str = ""
    officer: str = ""
    amends: MessageId | None = None
    claim: MessageId | None = None


def encode_asked(fact: Asked) -> bytes:
    """Write the body of PRESENCE ASKED."""
    return cbor.encode({0: fact.officer} if fact.officer else {})


def encode_note(size: int, commitment: bytes) -> bytes:
    """Write the body of NOTE, as it stands on the log."""
    return cbor.encode({0: size, 1: commitment})


def encode_content(fact: Noted) -> bytes:
    """Write what a note says, which lies with its author; its length is rounded up, and tells nothing."""
    body: dict[int, Any] = {0: int(fact.act)}
    body |= {} if fact.report is None else _report_fields(fact.report)
    optional = {
        10: None if fact.bearing is None else int(fact.bearing),
        11: fact.officer or None,
        12: None if fact.report is None else fact.report.speaker or None,
        13: fact.why or None,
        14: fact.salt,
        15: int(fact.kind),
        16: None if fact.amends is None else list(fact.amends),
        17: None if fact.claim is None else list(fact.claim),
    }
    octets = cbor.encode(body | {key: value for key, value in optional.items() if value is not None})
    bare = len(octets).to_bytes(_LENGTH_BYTES) + octets
    return bare + bytes(-len(bare) % PADDED_BYTES)


def _report_fields(report: Report) -> dict[int, Any]:
    return {
        1: list(report.posts),
        2: list(report.when_ms),
        3: report.what,
        4: report.source,
        5: int(report.medium),
        6: [int(report.date_proof), report.date_words],
        7: [int(report.corroboration), report.corroboration_words],
        8: int(report.grade.reliability),
        9: int(report.grade.credibility),
    }


# --- reading ----------------------------------------------------------------------------------------------


def read_presence(kind: int, body: bytes) -> tuple[Asked | Promised | None, str]:
    """Read the body of either kind, and name what is wrong with it ("" when nothing is); never raises.

    Of a note it is what it promises: that its author has so many bytes of this hash.
    """
    try:
        fields = _map(cbor.decode(body))
        fact = _asked(fields) if kind == Kind.PRESENCE_ASKED else _promised(fields)
    except (CoupefeuError, TypeError, ValueError):
        return None, "unreadable_body"
    is_long = isinstance(fact, Asked) and len(fact.officer) > MAX_LABEL_CHARACTERS
    return fact, "long_officer" if is_long else ""


def read_note(content: bytes) -> tuple[Noted | None, str]:
    """Read what a note says, and name what is wrong with it ("" when nothing is); never raises."""
    try:
        fact = _noted(_map(cbor.decode(_unpadded(content))))
    except (CoupefeuError, TypeError, ValueError):
        return None, "unreadable_note"
    return fact, note_defect(fact)


def note_defect(fact: Noted) -> str:
    """Name the first rule that a note breaks ("" when it keeps to all)."""
    if len(fact.officer) > MAX_LABEL_CHARACTERS:
        return "long_officer"
    if len(fact.salt) != SALT_BYTES:
        return "bad_salt"
    if fact.report is None:
        return _judge_withdrawal(fact)
    return _judge_named(fact) or report_defect(fact.kind, fact.report)


def _judge_withdrawal(fact: Noted) -> str:
    if fact.amends is None:
        return "missing_reference"
    return "" if 0 < len(fact.why) <= MAX_WORDS_CHARACTERS else "bad_words"


def _judge_named(fact: Noted) -> str:
    """Require what an amendment takes the place of, and the claim that a bearing is on."""
    if (fact.act is ReportAct.ENTERED) != (fact.amends is None):
        return "missing_reference"
    if (fact.bearing is None) != (fact.claim is None):
        return "missing_bearing"
    return "unexpected_bearing" if fact.kind is ReportKind.CLAIM and fact.bearing is not None else ""


def report_defect(kind: ReportKind, report: Report) -> str:
    """Name the first rule that a report breaks ("" when it keeps to all)."""
    return (
        _judge_texts(report)
        or ("" if 0 <= report.when_ms[0] < report.when_ms[1] <= LATEST_MS else "bad_time")
        or (_judge_claim(report) if kind is ReportKind.CLAIM else _judge_sighting(report))
        or _judge_grade(report)
    )


def _judge_texts(report: Report) -> str:
    if len(report.posts) > MAX_POSTS or len(set(report.posts)) < len(report.posts):
        return "bad_posts"
    bounded = (
        0 < len(report.what) <= MAX_WHAT_CHARACTERS
        and 0 < len(report.source) <= MAX_WORDS_CHARACTERS
        and len(report.date_words) <= MAX_WORDS_CHARACTERS
        and len(report.corroboration_words) <= MAX_WORDS_CHARACTERS
        and len(report.speaker) <= MAX_SPEAKER_CHARACTERS
    )
    return "" if bounded else "bad_words"


def _judge_sighting(report: Report) -> str:
    """Keep evidence and claims apart: words of somebody who speaks for a party are a claim, whoever prints them."""
    if report.medium is Medium.STATEMENT:
        return "words_alone"
    if report.speaker:
        return "unexpected_speaker"
    return "" if report.posts else "missing_post"


def _judge_claim(report: Report) -> str:
    return "" if report.speaker else "missing_speaker"


def _judge_grade(report: Report) -> str:
    """Refuse *confirmed by other sources* where no other source is named (AJP-2.1)."""
    confirmed = report.grade.credibility is Credibility.CONFIRMED
    return "unconfirmed" if confirmed and report.corroboration not in INDEPENDENT else ""


def _map(fields: Any) -> Mapping[int, Any]:
    if not isinstance(fields, dict):
        raise TypeError("not a map")
    return fields


def _asked(fields: Mapping[int, Any]) -> Asked:
    if set(fields) - {0}:
        raise TypeError("not these fields")
    return Asked(officer=_text(fields.get(0, "")))


def _promised(fields: Mapping[int, Any]) -> Promised:
    size, commitment = fields.get(0), fields.get(1)
    if set(fields) != {0, 1} or type(size) is not int or not isinstance(commitment, bytes):
        raise TypeError("not these fields")
    if not 0 < size <= MAX_CONTENT_BYTES or size % PADDED_BYTES or len(commitment) != COMMITMENT_BYTES:
        raise ValueError("not a note")
    return Promised(NOTE_NAME, size, commitment)


def _unpadded(content: bytes) -> bytes:
    length = int.from_bytes(content[:_LENGTH_BYTES])
    octets, zeros = content[_LENGTH_BYTES:][:length], content[_LENGTH_BYTES + length :]
    if not 0 < len(content) <= MAX_CONTENT_BYTES or len(content) % PADDED_BYTES or any(zeros):
        raise ValueError("not a note")
    return octets


def _noted(fields: Mapping[int, Any]) -> Noted:
    act = _code(ReportAct, fields.get(0))
    is_withdrawn = act is ReportAct.WITHDRAWN
    needed, most = (_COMMON_KEYS, _WITHDRAWN_KEYS) if is_withdrawn else (_NEEDED_KEYS, _REPORT_KEYS)
    if not needed <= fields.keys() <= most:
        raise TypeError("not these fields")
    return Noted(
        kind=_code(ReportKind, fields[15]),
        act=act,
        salt=_octets(fields[14]),
        report=None if is_withdrawn else _report(fields),
        bearing=None if 10 not in fields else _code(Bearing, fields[10]),
        why=_text(fields.get(13, "")),
        officer=_text(fields.get(11, "")),
        amends=None if 16 not in fields else _place(fields[16]),
        claim=None if 17 not in fields else _place(fields[17]),
    )


def _report(fields: Mapping[int, Any]) -> Report:
    start_ms, end_ms = map(_natural, _list(fields[2], 2))
    date_proof, date_words = _list(fields[6], 2)
    corroboration, corroboration_words = _list(fields[7], 2)
    return Report(
        posts=tuple(map(_post, _list(fields[1]))),
        when_ms=(start_ms, end_ms),
        what=_text(fields[3]),
        source=_text(fields[4]),
        medium=_code(Medium, fields[5]),
        date_proof=_code(DateProof, date_proof),
        date_words=_text(date_words),
        corroboration=_code(Corroboration, corroboration),
        corroboration_words=_text(corroboration_words),
        grade=Grade(reliability=_code(Reliability, fields[8]), credibility=_code(Credibility, fields[9])),
        speaker=_text(fields.get(12, "")),
    )


def _code(codes: type[Coded], value: Any) -> Coded:
    if type(value) is not int:
        raise TypeError("not a code")
    return codes(value)


def _octets(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("not bytes")
    return value


def _place(value: Any) -> MessageId:
    log, index = map(_natural, _list(value, 2))
    return log, index


def _list(value: Any, length: int | None = None) -> list[Any]:
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise TypeError("not such a list")
    return value


def _natural(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise TypeError("not a number")
    return value


def _post(value: Any) -> str:
    post = _text(value)
    if not 0 < len(post) <= MAX_POST_CHARACTERS:
        raise ValueError("not a post")
    return post


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("not text")
    return value
