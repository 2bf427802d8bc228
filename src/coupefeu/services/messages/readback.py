"""Read-back: what was typed anew, compared character by character with what was sent; each difference is named.

Not a difference: the case of a letter, blanks at the ends, how many blanks or line feeds stand between words, and
whether an accent is one character or two. Everything else is one, however alike it looks. Both nodes run this same
code on the same two texts, so both sides see the same verdict.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import islice, zip_longest

from coupefeu.model.messages import CriticalField
from coupefeu.services.messages.display import character_name
from coupefeu.wire.deceptive import is_unseen

MAX_DIFFERENCES = 16
"""Per field; a text that differs more is another text."""
MAX_ALIGNED = 10_000
"""Sent times typed characters; aligning grows with its square, and a peer chooses what it types."""


class DifferenceKind(StrEnum):
    """Why two characters are not the same; words for readers are `difference-*` in words/."""

    INVISIBLE = "invisible"
    LOOK_ALIKE = "look-alike"
    DIGIT = "digit"
    MINUS = "minus"
    SPACE = "space"
    MISSING = "missing"
    EXTRA = "extra"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: position in the sent text (blanks collapsed), what was sent, what was typed."""

    kind: DifferenceKind
    position: int
    sent: str
    typed: str

    @property
    def names(self) -> tuple[str, str]:
        """The characters by their Unicode names, for readers who cannot see the difference."""
        return (
            ", ".join(map(character_name, self.sent[:4])),
            ", ".join(map(character_name, self.typed[:4])),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldVerdict:
    """One critical field, what was typed for it, and how they differ; no difference: it was read back."""

    field: CriticalField
    typed: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A whole read-back. `surplus`: texts typed for which there is no field."""

    fields: tuple[FieldVerdict, ...]
    surplus: tuple[str, ...] = ()

    @property
    def matches(self) -> bool:
        """Whether every critical field was read back and nothing else was."""
        return bool(self.fields) and not self.surplus and not any(field.differences for field in self.fields)


def compare(fields: Sequence[CriticalField], typed: Sequence[str]) -> Verdict:
    """Judge a read-back: `typed` holds one text per critical field, in their order."""
    pairs = zip_longest(fields, typed[: len(fields)], fillvalue="")
    verdicts = tuple(_judge(field, text) for field, text in pairs if isinstance(field, CriticalField))
    return Verdict(fields=verdicts, surplus=tuple(typed[len(fields) :]))


def matches(fields: Sequence[CriticalField], typed: Sequence[str]) -> bool:
    """Whether `compare` finds no difference, without naming any: a year of read-backs is judged so."""
    if not fields or len(typed) > len(fields):
        return False
    pairs = zip_longest(fields, typed, fillvalue="")
    return all(
        isinstance(field, CriticalField) and isinstance(text, str) and _is_accepted(field, text)
        for field, text in pairs
    )


def _is_accepted(field: CriticalField, typed: str) -> bool:
    if typed in field.accepted:
        return True
    folded = [*map(_fold, _canonical(typed))]
    return any([*map(_fold, _canonical(accepted))] == folded for accepted in field.accepted)


def _judge(field: CriticalField, typed: str) -> FieldVerdict:
    """Compare with each accepted text and keep the nearest, so that the named difference helps."""
    attempts = [differences(accepted, typed) for accepted in field.accepted]
    return FieldVerdict(field=field, typed=typed, differences=min(attempts, key=len))


def differences(sent: str, typed: str) -> tuple[Difference, ...]:
    """List the differences between what was sent and what was typed; none: they are the same."""
    ours, theirs = _canonical(sent), _canonical(typed)
    folded, refolded = [_fold(c) for c in ours], [_fold(c) for c in theirs]
    if folded == refolded:
        return ()
    found = (
        difference
        for start, end, typed_start, typed_end in _unequal(folded, refolded)
        for difference in _name(start, ours[start:end], theirs[typed_start:typed_end])
    )
    return tuple(islice(found, MAX_DIFFERENCES))


def _unequal(sent: list[str], typed: list[str]) -> list[tuple[int, int, int, int]]:
    """Find the stretches that differ; where aligning would cost much, all between equal ends is one stretch."""
    head = next(
        (i for i, (a, b) in enumerate(zip(sent, typed, strict=False)) if a != b), min(len(sent), len(typed))
    )
    room = min(len(sent), len(typed)) - head
    tail = next((i for i in range(room) if sent[-1 - i] != typed[-1 - i]), room)
    end, typed_end = len(sent) - tail, len(typed) - tail
    if (end - head) * (typed_end - head) > MAX_ALIGNED:
        return [(head, end, head, typed_end)]
    matcher = SequenceMatcher(None, sent[head:end], typed[head:typed_end], autojunk=False)
    return [
        (head + i1, head + i2, head + j1, head + j2)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _canonical(text: str) -> str:
    """Collapse plain blanks, compose accents; single-character disguises (Å as ångström) stay as they are."""
    plain = " ".join(word for word in _BLANKS.split(text) if word)
    return "".join(
        part if is_disguise(part) else unicodedata.normalize("NFC", part) for part in _parts(plain)
    )


def _parts(text: str) -> list[str]:
    """Cut before and after each disguise, so that composing accents around it leaves it alone."""
    parts, start = [], 0
    for position, character in enumerate(text):
        if is_disguise(character):
            parts += [text[start:position], character]
            start = position + 1
    return [*parts, text[start:]]


_BLANKS = re.compile(r"[ \t\n]+|\r\n")


def _fold(character: str) -> str:
    """Fold the case of letters that have exactly one other case; a disguise is not its letter."""
    if is_disguise(character):
        return character
    lower = character.lower()
    return lower if len(lower) == 1 else character


def is_disguise(character: str) -> bool:
    """Whether Unicode itself calls this another character in disguise."""
    single = len(character) == 1 and not character.isascii()
    return single and unicodedata.normalize("NFKC", character) != character


def _name(position: int, sent: str, typed: str) -> Iterator[Difference]:
    for offset, (a, b) in enumerate(zip_longest(sent, typed, fillvalue="")):
        yield Difference(kind=_kind(a, b), position=position + min(offset, len(sent)), sent=a, typed=b)


def _kind(sent: str, typed: str) -> DifferenceKind:
    """Name the first reason that fits: what cannot be seen comes before what can."""
    either = [character for character in (sent, typed) if character]
    reasons = {
        DifferenceKind.INVISIBLE: any(map(is_unseen, either)),
        DifferenceKind.SPACE: any(unicodedata.category(c) == "Zs" and c != " " for c in either),
        DifferenceKind.MISSING: not typed,
        DifferenceKind.EXTRA: not sent,
        DifferenceKind.MINUS: sent in MINUS_SIGNS and typed in MINUS_SIGNS,
        DifferenceKind.DIGIT: len(either) == 2 and _digit(sent) is not None and _digit(sent) == _digit(typed),
        DifferenceKind.LOOK_ALIKE: _skeleton(sent) == _skeleton(typed),
    }
    return next((kind for kind, fits in reasons.items() if fits), DifferenceKind.OTHER)


def _digit(character: str) -> int | None:
    return unicodedata.digit(character, None)


MINUS_SIGNS = frozenset("-\u00ad\u02d7\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2796\ufe58\ufe63\uff0d")

_LOOK_ALIKES = (
    "0oоοՕ", "1liіǀ|ιӏ", "2z", "3зʒ", "5sѕ", "6б", "8b", "aаα", "bвβ", "cсϲ", "eе", "hнη", "jј", "kкκ", "mм",
    "nν", "pрρ", "tтτ", "uυ", "xхχ", "yуγ", "dԁ", "°º˚", "'ʹ′’`", '"ʺ″”',
)  # fmt: skip
_SKELETON = {character: group[0] for group in _LOOK_ALIKES for character in group}


def _skeleton(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)[:1].lower()
    return _SKELETON.get(plain, plain)
