"""Which fields each form carries, which subjects it may have, which of its fields are critical; bytes and back.

The body of a message is a CBOR map (protocol A4); absent means "not stated":

    0 form   1 subject   2 officer   3 text   4 [passage...]   5 operative word   6 place   7 time, UTC ms
    8 [number...]   9 [phrase, slot...]   10 channel   11 counterpart   12 template of a line test
    13 [[name, size, commitment]...] of the attachments
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from coupefeu.errors import CoupefeuError
from coupefeu.model.attachments import MAX_ATTACHMENTS, Promised, is_promise
from coupefeu.model.messages import (
    MINUTE_MS,
    OPERATIVE_WORDS,
    SUBJECTS,
    Channel,
    Content,
    CriticalField,
    FieldKind,
    Form,
    Operative,
    Slot,
    format_time,
)
from coupefeu.model.precedence import Subject
from coupefeu.services.messages.phrases import PHRASES
from coupefeu.wire.cbor import decode, encode

# Policy of this version of the forms: docs/spec/messages.md.
MAX_LABEL_CHARACTERS = 80
MAX_PLACE_CHARACTERS = 160
MAX_PASSAGES = 16
MAX_PASSAGE_CHARACTERS = 400
MAX_NUMBERS = 8
MAX_NUMBER_CHARACTERS = 24
LINE_TEST_TEMPLATES = 6
LATEST_MS = 253_402_300_800_000
"""The year 10000: no clock face beyond it."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SAFETY, _NOTICE, _CLARIFICATION, _PROTEST, _SERVICE = SUBJECTS
_ALL = frozenset(SUBJECTS)


@dataclass(frozen=True, slots=True)
class FormRule:
    """What a form must carry, may carry and may be about. `refers`: it names an earlier message."""

    must: frozenset[str]
    may: frozenset[str]
    subjects: frozenset[Subject]
    refers: bool = False


def _rule(must: str, may: str, subjects: frozenset[Subject], *, refers: bool = False) -> FormRule:
    return FormRule(frozenset(must.split()), frozenset(may.split()), subjects, refers)


_DETAILS = "place time_ms numbers passages attachments"
FORM_RULES: dict[Form, FormRule] = {
    Form.LINE_TEST: _rule("template", "", frozenset({_SERVICE})),
    Form.SERVICE_MESSAGE: _rule("text", "passages attachments", frozenset({_SERVICE})),
    Form.FREE_TEXT: _rule("text", "passages attachments", _ALL),
    Form.WARNING: _rule("operative place", "time_ms numbers text passages attachments", frozenset({_SAFETY})),
    Form.REQUEST_FOR_EXPLANATION: _rule("text", _DETAILS, frozenset({_CLARIFICATION})),
    Form.REPLY: _rule("text", _DETAILS, frozenset({_CLARIFICATION}), refers=True),
    Form.CORRECTION: _rule("text", _DETAILS + " operative", _ALL, refers=True),
    Form.CANCELLATION: _rule("", "text passages attachments", _ALL, refers=True),
    Form.CONTACT: _rule("channel time_ms counterpart text", "passages attachments", _ALL),
    Form.STANDARD_PHRASE: _rule("phrase", "slots attachments", _ALL - {_PROTEST}),
}
_TEMPLATES: frozenset[int | None] = frozenset({None, *range(1, LINE_TEST_TEMPLATES + 1)})
_FIELDS = (
    "text", "passages", "operative", "place", "time_ms", "numbers", "phrase", "slots", "channel", "counterpart",
    "template", "attachments",
)  # fmt: skip
_stated = attrgetter(*_FIELDS)


def is_number(text: str) -> bool:
    """Whether this is a decimal number in plain digits, as forms carry it."""
    return len(text) <= MAX_NUMBER_CHARACTERS and _NUMBER.fullmatch(text) is not None


def defect(content: Content) -> str:
    """Name what is wrong with this content ("" when nothing is): `missing_place`, `unexpected_channel`..."""
    rule = FORM_RULES[content.form]
    stated = {name for name, value in zip(_FIELDS, _stated(content), strict=True) if value or value == 0}
    if not rule.must <= stated:
        return f"missing_{min(rule.must - stated)}"
    if not stated <= rule.may | rule.must:
        return f"unexpected_{min(stated - rule.may - rule.must)}"
    if content.subject not in rule.subjects:
        return "subject_not_of_form"
    return _field_defect(content)


def _field_defect(content: Content) -> str:
    for name, is_wrong in _FIELD_DEFECTS:
        if is_wrong(content):
            return name
    return ""


def _is_form_time(time_ms: int | None) -> bool:
    return time_ms is None or (0 <= time_ms < LATEST_MS and time_ms % MINUTE_MS == 0)


def _are_passages(content: Content) -> bool:
    return len(content.passages) <= MAX_PASSAGES and all(
        0 < len(passage) <= MAX_PASSAGE_CHARACTERS and passage in content.text for passage in content.passages
    )


def _are_numbers(numbers: tuple[str, ...]) -> bool:
    return len(numbers) <= MAX_NUMBERS and all(map(is_number, numbers))


def _is_phrase(content: Content) -> bool:
    kinds = PHRASES.get(content.phrase or 0)
    slots = content.slots
    return kinds is not None and len(slots) == len(kinds) and all(map(_is_slot, kinds, slots))


def _is_slot(kind: FieldKind, slot: Slot) -> bool:
    if kind is FieldKind.TIME:
        return isinstance(slot, int) and _is_form_time(slot)
    if not isinstance(slot, str):
        return False
    return is_number(slot) if kind is FieldKind.NUMBER else 0 < len(slot) <= MAX_PLACE_CHARACTERS


_FIELD_DEFECTS: tuple[tuple[str, Callable[[Content], bool]], ...] = (
    ("long_officer", lambda content: len(content.officer) > MAX_LABEL_CHARACTERS),
    ("long_counterpart", lambda content: len(content.counterpart) > MAX_LABEL_CHARACTERS),
    ("long_place", lambda content: len(content.place) > MAX_PLACE_CHARACTERS),
    ("bad_time_ms", lambda content: not _is_form_time(content.time_ms)),
    ("bad_numbers", lambda content: bool(content.numbers) and not _are_numbers(content.numbers)),
    ("bad_passages", lambda content: bool(content.passages) and not _are_passages(content)),
    ("bad_template", lambda content: content.template not in _TEMPLATES),
    ("bad_phrase", lambda content: content.phrase is not None and not _is_phrase(content)),
    ("bad_attachments", lambda content: not are_promises(content.attachments)),
)


def are_promises(attachments: tuple[Promised, ...]) -> bool:
    """Whether a message may promise these attachments; of others none is fetched."""
    return len(attachments) <= MAX_ATTACHMENTS and all(map(is_promise, attachments))


def critical_fields(content: Content, about: str = "") -> tuple[CriticalField, ...]:
    """List what a read-back must cover, in the order in which it is typed.

    `about`: the number of the message that a CORRECTION or CANCELLATION names; it is as critical as the rest.
    """
    found: list[CriticalField] = []
    if about and content.form in {Form.CORRECTION, Form.CANCELLATION}:
        found.append(_field(FieldKind.NUMBER, about))
    if content.operative is not None:
        words = tuple(OPERATIVE_WORDS[content.operative].values())
        found.append(CriticalField(kind=FieldKind.WORD, value=words[0], accepted=words))
    if content.phrase is not None:
        found.append(_field(FieldKind.PHRASE, f"{content.phrase:02d}"))
        found.extend(map(_slot_field, PHRASES.get(content.phrase, ()), content.slots))
    if content.place:
        found.append(_field(FieldKind.PLACE, content.place))
    if content.time_ms is not None:
        found.append(_field(FieldKind.TIME, format_time(content.time_ms)))
    found.extend(_field(FieldKind.NUMBER, number) for number in content.numbers)
    found.extend(_field(FieldKind.PASSAGE, passage) for passage in content.passages)
    return tuple(found)


def _field(kind: FieldKind, value: str) -> CriticalField:
    return CriticalField(kind=kind, value=value, accepted=(value,))


def _slot_field(kind: FieldKind, slot: Slot) -> CriticalField:
    return _field(kind, format_time(slot) if isinstance(slot, int) else slot)


def encode_content(content: Content) -> bytes:
    """Write the body of a message; only what is stated takes room."""
    body: dict[int, Any] = {0: int(content.form), 1: SUBJECTS.index(content.subject)}
    carried = zip(_READERS, _carried(content), strict=True)
    body |= {key: value for key, value in carried if value or value == 0}
    if content.phrase is not None:
        body[9] = [content.phrase, *content.slots]
    return encode(body)


@lru_cache(maxsize=128)  # one act reads its message several times, and a body is at most 8 KiB
def read_content(body: bytes) -> tuple[Content | None, str]:
    """Read the body of a message, and name what is wrong with it ("" when nothing is); never raises.

    None: `unreadable_body` or `unknown_form`. A defective form is still given, to be shown with its mark.
    """
    try:
        fields = decode(body)
        content = _content(Form(_form_number(fields)), fields)
    except UnknownFormError:
        return None, "unknown_form"
    except (CoupefeuError, TypeError, ValueError, IndexError, KeyError):
        return None, "unreadable_body"
    return content, defect(content) or ("" if fields.keys() <= _KEYS else "unknown_field")


class UnknownFormError(ValueError):
    """A form of a newer peer."""


def _form_number(fields: Any) -> int:
    if not isinstance(fields, dict):
        raise TypeError("not a map")
    number = _natural(fields.get(0))
    if number not in _FORM_NUMBERS:
        raise UnknownFormError
    return number


_FORM_NUMBERS = frozenset(Form)
_KEYS = frozenset(range(14))


def _content(form: Form, fields: dict[int, Any]) -> Content:
    stated = {}
    for key, value in fields.items():
        if key in _READERS:
            name, read = _READERS[key]
            stated[name] = read(value)
    phrase = _array(fields.get(9, []))
    if phrase:
        stated["phrase"] = _natural(phrase[0])
        stated["slots"] = tuple(item if isinstance(item, str) else _natural(item) for item in phrase[1:])
    return Content(form=form, subject=SUBJECTS[_natural(fields[1])], **stated)


def _natural(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("not a natural number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not an array")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, _array(value)))


def _promised(value: Any) -> tuple[Promised, ...]:
    promises = [_array(item) for item in _array(value)]
    return tuple(Promised(_text(name), _natural(size), _octets(digest)) for name, size, digest in promises)


def _octets(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("not a byte string")
    return value


_READERS: dict[int, tuple[str, Callable[[Any], Any]]] = {
    2: ("officer", _text),
    3: ("text", _text),
    4: ("passages", _texts),
    5: ("operative", lambda value: Operative(_natural(value))),
    6: ("place", _text),
    7: ("time_ms", _natural),
    8: ("numbers", _texts),
    10: ("channel", lambda value: Channel(_natural(value))),
    11: ("counterpart", _text),
    12: ("template", _natural),
    13: ("attachments", _promised),
}
"""By key: the field and how it is read; 0, 1 and 9 are read by themselves."""
_carried = attrgetter(*(name for name, _ in _READERS.values()))
