"""The forms of message and what they carry, as frozen values.

Numbers below are the wire numbers of docs/spec/messages.md; they are never used again for something else.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from coupefeu.errors import UsageError
from coupefeu.model.attachments import Promised
from coupefeu.model.instant import format_date_time_group, format_instant
from coupefeu.model.logs import incarnation_of, log_number, party_of
from coupefeu.model.precedence import Subject

MINUTE_MS = 60_000
SUBJECTS = (Subject.SAFETY, Subject.NOTICE, Subject.CLARIFICATION, Subject.PROTEST, Subject.SERVICE)
"""The position is the wire number."""
MessageId = tuple[int, int]
"""(log, index): what `US/14` stands for."""


class Form(IntEnum):
    """The forms of message; an unknown number is shown as an unknown form."""

    LINE_TEST = 1
    SERVICE_MESSAGE = 2
    FREE_TEXT = 3
    WARNING = 4
    REQUEST_FOR_EXPLANATION = 5
    REPLY = 6
    CORRECTION = 7
    CANCELLATION = 8
    CONTACT = 9
    STANDARD_PHRASE = 10


class Operative(IntEnum):
    """The operative word of a WARNING: stop what you do there, or spare what is there."""

    STOP = 1
    SPARE = 2


OPERATIVE_WORDS: dict[Operative, dict[str, str]] = {
    Operative.STOP: {"en": "STOP", "fr": "CESSEZ", "ru": "ПРЕКРАТИТЕ"},
    Operative.SPARE: {"en": "SPARE", "fr": "ÉPARGNEZ", "ru": "ПОЩАДИТЕ"},
}
"""What a reader may type in a read-back. Constants, not translations: both nodes must judge alike."""


class Channel(IntEnum):
    """Where a contact outside this line took place."""

    TELEPHONE = 1
    ATTACHE = 2
    LETTER = 3


class OutcomeCode(IntEnum):
    """What became of a message, in the words of the receiving side."""

    PASSED_TO = 1
    STOPPED_AT = 2
    CANNOT = 3
    NOT_OURS = 4


class FieldKind(StrEnum):
    """What a critical field is; it decides how a read-back is compared and displayed."""

    WORD = "word"
    PLACE = "place"
    TIME = "time"
    NUMBER = "number"
    PHRASE = "phrase"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalField:
    """One thing that must be understood exactly. `accepted`: the texts that are this value (any one will do)."""

    kind: FieldKind
    value: str
    accepted: tuple[str, ...]


Slot = str | int
"""A place or a number as text, a time as milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message says; which fields stand is decided by its form (services/messages/forms.py).

    `passages` are the parts of `text` that the sender marks as critical. `numbers` and number slots are decimal
    text, kept as written. `time_ms` is a whole minute, so that its date-time group says it exactly.
    """

    form: Form
    subject: Subject
    officer: str = ""
    text: str = ""
    passages: tuple[str, ...] = ()
    operative: Operative | None = None
    place: str = ""
    time_ms: int | None = None
    numbers: tuple[str, ...] = ()
    phrase: int | None = None
    slots: tuple[Slot, ...] = ()
    channel: Channel | None = None
    counterpart: str = ""
    template: int | None = None
    attachments: tuple[Promised, ...] = ()


def format_time(time_ms: int) -> str:
    """Give a date-time group, or the exact instant when it is not a whole minute."""
    return format_instant(time_ms) if time_ms % MINUTE_MS else format_date_time_group(time_ms)


def format_number(message: MessageId, parties: tuple[str, ...]) -> str:
    """Write `US/14`: the author's party and the index on its log; `US.2/0` on the log of its second incarnation."""
    log, index = message
    return f"{format_log(log, parties)}/{index}"


def format_log(log: int, parties: tuple[str, ...]) -> str:
    """Name a log as people read it: `US`, and from its party's second incarnation on `US.2`."""
    party = party_of(log, parties)
    if not party:
        return f"?{log}"
    incarnation = incarnation_of(log, len(parties))
    return party.upper() if incarnation == 1 else f"{party.upper()}.{incarnation}"


def parse_number(text: str, parties: tuple[str, ...]) -> MessageId:
    """Read `US/14` or `US.2/0`. Raises: UsageError `model.message_number.unknown`."""
    written, _, index = text.strip().partition("/")
    party, dot, nth = written.lower().partition(".")
    incarnation = _read_incarnation(nth) if dot else 1
    if party in parties and incarnation and index.isascii() and index.isdecimal() and len(index) < 19:
        return log_number(parties.index(party), incarnation, len(parties)), int(index)
    raise UsageError(
        f"{text!r} is not the number of a message on this line",
        code="model.message_number.unknown",
        hint=f"write PARTY/NUMBER, for example {parties[0].upper()}/14" if parties else "",
    )


def _read_incarnation(text: str) -> int:
    """Read what stands behind the dot; 0 for anything but a plain number from 2 on."""
    is_plain = text.isascii() and text.isdecimal() and len(text) <= 4 and not text.startswith("0")
    return int(text) if is_plain and int(text) > 1 else 0
