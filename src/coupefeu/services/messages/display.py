"""Hostile text made harmless to look at: every deceiving character becomes a visible mark, and is named.

The text itself is kept exactly (protocol A8); this is only what is shown. A mark is `⟦U+202E⟧` for what cannot be
seen, `⟦а U+0430⟧` for what looks like something else. The brackets of a mark are themselves marked when a text holds
them, so that no text can forge a mark. Lines that imitate the signature line of a signed note are marked too.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from coupefeu.wire.deceptive import is_unseen

MAX_COMBINING = 2
"""Letters of real languages carry at most two marks once composed; more is a flood."""
MAX_SHOWN_CHARACTERS = 24_576
MAX_NAMED_OF_KIND = 16
"""Findings of one kind that are named; whatever is found is marked in the text, however much it is."""

_MARKS = frozenset("⟦⟧")
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MINUS_LIKE = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u02d7\u2796")
_WORD = re.compile(r"\w+")
_SIGNATURE_LINE = re.compile(r"^[^\S\n]*\u2014\s", re.MULTILINE)
_PLAIN = re.compile(r"[\n\t\x20-\x7e]*")


class Warned(StrEnum):
    """What was found in a text; the words for readers are `warned-*` in words/."""

    DIRECTION = "direction"
    INVISIBLE = "invisible"
    CONTROL = "control"
    LOOK_ALIKE = "look-alike"
    DIGIT = "digit"
    MINUS = "minus"
    SPACE = "space"
    FLOOD = "flood"
    SIGNATURE_LINE = "signature-line"
    FORGED_MARK = "forged-mark"
    SHORTENED = "shortened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found: what, where first (position in the original text), and its name in Unicode."""

    what: Warned
    position: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A text that is safe to put on a screen, and what was marked in it."""

    text: str
    findings: tuple[Finding, ...] = ()


def show(text: str) -> Shown:
    """Give the safe rendering of any text. Line feeds and tabs stay; CR LF counts as a line feed."""
    if _PLAIN.fullmatch(text) and len(text) <= MAX_SHOWN_CHARACTERS:
        return Shown(text=text)
    found = _survey(text)
    parts: list[str] = []
    for position, character in enumerate(text[:MAX_SHOWN_CHARACTERS]):
        what = found.get(position)
        if what is None:
            parts.append("" if _is_line_end(text, position) else character)
        elif what is not Warned.FLOOD or found.get(position - 1) is not Warned.FLOOD:
            parts.append(_mark(character, what))
    if len(text) > MAX_SHOWN_CHARACTERS:
        found[MAX_SHOWN_CHARACTERS] = Warned.SHORTENED
        parts.append("⟦…⟧")
    return Shown(text="".join(parts), findings=_name_findings(text, found))


def _name_findings(text: str, found: dict[int, Warned]) -> tuple[Finding, ...]:
    """Name each thing once, the first of each kind: a text of 8 kB may hold thousands, and is kept while it is open."""
    named: dict[tuple[Warned, str], int] = {}
    of_kind: Counter[Warned] = Counter()
    for position, what in sorted(found.items()):
        key = (what, text[position])
        if key not in named and of_kind[what] < MAX_NAMED_OF_KIND:
            named[key] = position
            of_kind[what] += 1
    return tuple(
        Finding(what=what, position=position, name=character_name(character))
        for (what, character), position in named.items()
    )


def show_line(text: str) -> str:
    """Give a safe rendering on one line, for labels and names."""
    return show(text.replace("\n", "\u2028")).text.replace("\t", " ")


def find_untypable(text: str) -> str:
    """Name the first character that a reader could not type anew, or would type as another one ("": none)."""
    if unicodedata.normalize("NFC", text) != text:
        return "accents that are not composed (Unicode form C)"
    refused = set(Warned) - {Warned.SIGNATURE_LINE}
    findings = [finding for finding in show(text).findings if finding.what in refused]
    unusual = [c for c in text if unicodedata.category(c) == "Zs" and c != " "]
    if findings:
        return findings[0].name
    return character_name(unusual[0]) if unusual else ""


def character_name(character: str) -> str:
    """`U+202E RIGHT-TO-LEFT OVERRIDE`."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


def _mark(character: str, what: Warned) -> str:
    visible = what in {Warned.LOOK_ALIKE, Warned.DIGIT, Warned.MINUS} and not unicodedata.combining(character)
    return f"⟦{character} U+{ord(character):04X}⟧" if visible else f"⟦U+{ord(character):04X}⟧"


def _is_line_end(text: str, position: int) -> bool:
    return text[position] == "\r" and text[position + 1 : position + 2] == "\n"


def _survey(text: str) -> dict[int, Warned]:
    found: dict[int, Warned] = {}
    combining = 0
    for position, character in enumerate(text):
        combining = combining + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        what = Warned.FLOOD if combining > MAX_COMBINING else _judge(text, position)
        if what is not None:
            found[position] = what
    for match in _SIGNATURE_LINE.finditer(text):
        found[match.end() - 2] = Warned.SIGNATURE_LINE
    in_latin = _is_mostly_latin(text)
    for match in _WORD.finditer(text):
        for offset in _foreign_letters(match[0], in_latin=in_latin):
            found.setdefault(match.start() + offset, Warned.LOOK_ALIKE)
    return found


def _judge(text: str, position: int) -> Warned | None:
    character = text[position]
    if character in "\n\t" or _is_line_end(text, position):
        return None
    return _judge_hidden(character) or _judge_visible(text, position)


def _judge_hidden(character: str) -> Warned | None:
    if character in _MARKS:
        return Warned.FORGED_MARK
    if character in _DIRECTION:
        return Warned.DIRECTION
    if unicodedata.category(character) == "Cc":
        return Warned.CONTROL
    return Warned.INVISIBLE if is_unseen(character) else None


def _judge_visible(text: str, position: int) -> Warned | None:
    character = text[position]
    category = unicodedata.category(character)
    if category in {"Nd", "No"} and not character.isascii():
        return Warned.DIGIT
    if category == "Zs":
        return _judge_space(text, position)
    if character in _MINUS_LIKE:
        return Warned.MINUS if _is_sign(text, position) else None
    return Warned.LOOK_ALIKE if _is_disguised(character) else None


def _judge_space(text: str, position: int) -> Warned | None:
    """French puts no-break spaces before signs; between digits they hide where a number ends."""
    if text[position] == " ":
        return None
    usual = text[position] in "\u00a0\u202f"
    between_digits = text[position - 1 : position].isdigit() and text[position + 1 : position + 2].isdigit()
    return None if usual and not between_digits else Warned.SPACE


def _is_sign(text: str, position: int) -> bool:
    """Whether a dash stands where a minus sign would: before a digit, and not in a range or a word."""
    return text[position + 1 : position + 2].isdigit() and not text[position - 1 : position].isalnum()


def _is_disguised(character: str) -> bool:
    """Whether a letter is another letter in disguise: full-width, mathematical, ångström, ordinal..."""
    if character.isascii() or not (character.isalpha() or character in "ʹʺ"):
        return False
    return unicodedata.normalize("NFKC", character) != character or character in "ʹʺ"


_CYRILLIC_IN_LATIN = frozenset("АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝ")
_GREEK_IN_LATIN = frozenset("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαν")


def script_of(letter: str) -> str:
    """`LATIN`, `CYRILLIC`, `GREEK`...: the first word of a letter's name in Unicode."""
    return unicodedata.name(letter, "UNNAMED").partition(" ")[0]


def _foreign_letters(word: str, *, in_latin: bool) -> list[int]:
    """Find letters of a word that belong to another script than the word, or the word than the text."""
    if word.isascii():
        return []
    letters = [(offset, script_of(letter)) for offset, letter in enumerate(word) if letter.isalpha()]
    scripts = {script for _, script in letters}
    if "LATIN" in scripts and len(scripts) > 1:
        return [offset for offset, script in letters if script != "LATIN"]
    looks_latin = bool(letters) and set(word) <= _CYRILLIC_IN_LATIN | _GREEK_IN_LATIN
    if looks_latin and len(word) > 1 and in_latin:
        return [offset for offset, _ in letters]
    return []


def _is_mostly_latin(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum(letter.isascii() for letter in letters) > len(letters)
