"""Text that does not read as it is written: direction overrides, invisible characters, look-alike letters.

An agreement, a card or a name is read by people before they sign. What could show them something else than
what is signed is refused at set-up; in messages it is stored and marked instead.
"""

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+")
_ROMAN_DIGITS: Final = frozenset("IVX")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def find_deception(text: str) -> str | None:
    """Say what in `text` (one line) deceives the eye, as the end of a sentence; None: nothing found."""
    if unicodedata.normalize("NFC", text) != text:
        return "is not in Unicode normal form C"
    for character in text:
        if is_unseen(character):
            return f"holds the invisible character U+{ord(character):04X}"
        if unicodedata.category(character) == "Zs" and character not in {" ", "\u00a0", "\u202f"}:
            return f"holds the unusual space U+{ord(character):04X}"
    for match in _WORD.finditer(text):
        word = match[0]
        scripts = {_script(letter) for letter in word}
        if len(scripts) > 1:
            return f"mixes letters of {' and '.join(sorted(scripts))} in the word {word!r}"
    return None


def is_unseen(character: str) -> bool:
    """Whether a character leaves no mark of its own on a screen, blanks apart: also fillers and selectors."""
    return (
        unicodedata.category(character) in _UNSEEN
        or character in _FILLERS
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def find_foreign_word(text: str, language: str) -> str | None:
    """Give a word that is not in the letters of `language` ("en", "fr", "ru"): it could pass for one that is.

    Roman numerals are no words.
    """
    letters = {"CYRILLIC"} if language == "ru" else {"LATIN"}
    for match in _WORD.finditer(text):
        word = match[0]
        if {_script(letter) for letter in word} != letters and not set(word) <= _ROMAN_DIGITS:
            return word
    return None


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "UNNAMED")
    return "LATIN" if letter in "ªº" else name.partition(" ")[0]
