"""Positions in degrees: decimal, with minutes, with seconds, packed as ICAO and ISO 6709 write them.

    text -> commas settled -> letters of the language turned into N S E W -> two bodies -> two angles

A body is `48.2085`, `48-12.51`, `48°12'30.6"` or, packed, `4812`, `481230` (longitudes `01622`, `0162219`).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from coupefeu.wire.written_position import (
    METRES_IN_DEGREE,
    Notation,
    ReadPosition,
    place,
    refused,
    to_e7,
)

_NUMBER: Final = r"\d{1,9}(?:\.\d{1,12})?"
_DEGREES: Final = re.compile(rf"({_NUMBER}) ?°?", re.ASCII)
_PARTS: Final = re.compile(
    rf"(\d{{1,3}})(?: ?[°:] ?|-| )({_NUMBER})(?:(?: ?[':] ?|-| )({_NUMBER})(?: ?(?:\"|''))?| ?')?", re.ASCII
)
_PAIR: Final = re.compile(rf"([+-]?)({_NUMBER})( ?°)?( ?; ?| )([+-]?)({_NUMBER})( ?°)?", re.ASCII)
_ISO_6709: Final = re.compile(rf"([+-])({_NUMBER})([+-])({_NUMBER})/?", re.ASCII)
_BEFORE: Final = re.compile(r"([NSEW]) ?([^NSEW]+?)[ ;]*([NSEW]) ?([^NSEW]+)", re.ASCII)
_BEHIND: Final = re.compile(r"([^NSEW]+?) ?([NSEW])[ ;]*([^NSEW]+?) ?([NSEW])", re.ASCII)
_WORD: Final = re.compile(r"[^\W\d_]+")

_EVERYWHERE: Final = {"N": "N", "S": "S", "E": "E", "W": "W"}
_LETTERS: Final = {
    "en": {"NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W"},
    "fr": {"NORD": "N", "SUD": "S", "EST": "E", "OUEST": "W", "O": "W"},
    "ru": {"С": "N", "Ю": "S", "В": "E", "З": "W"},
}
_RUSSIAN_PAIRS: Final = re.compile(r"([СЮ])\.? ?Ш\b\.?|([ВЗ])\.? ?Д\b\.?")
"""северной, южной широты; восточной, западной долготы."""


@dataclass(frozen=True, slots=True)
class _Angle:
    degrees: Fraction
    unit: Fraction
    """What the last digit stands for."""
    notation: Notation


def read_degrees(text: str, language: str) -> ReadPosition:
    """Read a position whose spaces and signs are settled (`positions.read_position`).

    Raises:
        PeerError: `wire.position.*`.
    """
    plain = _settle_letters(_settle_commas(text.upper(), text), language, text)
    letters = re.sub("[^NSEW]", "", plain)
    if not letters:
        return _read_signed(plain, text)
    stands_before = plain[0] in "NSEW"
    if len(letters) == 2 and (found := (_BEFORE if stands_before else _BEHIND).fullmatch(plain)):
        at = (0, 1, 2, 3) if stands_before else (1, 0, 3, 2)
        letter, body, other, its_body = (str(found.groups()[each]) for each in at)
        return _read_lettered({letter: body, other: its_body}, text)
    if len(letters) == 1:
        raise refused(
            "ambiguous", f"{text!r} has a letter for one of its two numbers", "write N or S, and E or W"
        )
    raise refused("unreadable", f"{text!r} is in no notation that is read here")


def _settle_commas(upper: str, text: str) -> str:
    """Tell a comma of decimals from one between two numbers, which becomes a semicolon."""
    between_digits = re.search(r"\d,\d", upper)
    if "." in re.sub(r"[^\d.]", "", re.sub(r"\D\.", "", upper)) or not between_digits:
        return upper.replace(",", ";")
    if not re.search(r"[^\d,+-]", upper):
        raise refused(
            "ambiguous",
            f"{text!r}: a comma may stand for decimals or between two numbers",
            'write "48.5, 12.25" or "48.5N 12.25E"',
        )
    return re.sub(r"(?<=\d),(?=\d)", ".", upper).replace(",", ";")


def _settle_letters(upper: str, language: str, text: str) -> str:
    known = _EVERYWHERE | _LETTERS.get(language, {})
    if language == "ru":
        upper = _RUSSIAN_PAIRS.sub(lambda found: known[found[1] or found[2]], upper)
    for word in set(_WORD.findall(upper)) - known.keys() - {a + b for a in known for b in known}:
        raise _foreign(word, text)
    return _WORD.sub(lambda found: known.get(found[0], found[0]), upper)


def _foreign(word: str, text: str) -> Exception:
    hint = "write N or S, and E or W"
    if word in {"O", "OUEST"}:
        return refused("letters", f"{text!r}: {word} is west in French and east in German", "write W or E")
    if word in _LETTERS["ru"] or re.fullmatch("[СЮ]Ш?|[ВЗ]Д?|Ш|Д", word):
        return refused(
            "letters", f"{text!r}: {word} is a Russian letter, and this is not read as Russian", hint
        )
    if set(word) & set("CBКО"):
        return refused("letters", f"{text!r}: {word!r} looks like a letter of another alphabet", hint)
    return refused("unreadable", f"{text!r}: {word[:20]!r} stands for no point of the compass", hint)


def _read_signed(plain: str, text: str) -> ReadPosition:
    if found := _ISO_6709.fullmatch(plain):
        lat, lon = _packed(found[2], 2, text), _packed(found[4], 3, text)
        return _of(lat, lon, found[1] == "-", found[3] == "-", text)
    found = _PAIR.fullmatch(plain)
    if found is None:
        if re.fullmatch(r"[\d .°'\":;+-]+", plain, re.ASCII):
            raise refused(
                "ambiguous",
                f"{text!r}: nothing says which numbers are north and which are east",
                "write N or S, and E or W",
            )
        raise refused("unreadable", f"{text!r} is in no notation that is read here")
    marked = found[3] or found[7] or ";" in found[4] or found[1] or found[5]
    if not marked and "." not in found[2]:
        raise refused(
            "ambiguous",
            f"{text!r} may be degrees and minutes of one number, or two numbers",
            f'write "{found[2]}N {found[6]}E", or both with their minutes',
        )
    return _of(_degrees(found[2]), _degrees(found[6]), found[1] == "-", found[5] == "-", text)


def _read_lettered(bodies: dict[str, str], text: str) -> ReadPosition:
    lat = next((letter for letter in bodies if letter in "NS"), None)
    lon = next((letter for letter in bodies if letter in "EW"), None)
    if lat is None or lon is None:
        raise refused(
            "ambiguous", f"{text!r} gives one of latitude and longitude twice", "write N or S, and E or W"
        )
    north, east = _angle(bodies[lat], 2, text), _angle(bodies[lon], 3, text)
    return _of(north, east, lat == "S", lon == "W", text)


def _angle(body: str, width: int, text: str) -> _Angle:
    """Read a latitude (`width` 2) or a longitude (3) without its letter."""
    body = body.strip(" ;")
    if found := _DEGREES.fullmatch(body):
        return _packed(found[1], width, text)
    if body[:1] in {"+", "-"}:
        raise refused("ambiguous", f"{text!r} has a sign and a letter", "write one of both")
    found = _PARTS.fullmatch(body)
    if found is None or (found[3] and "." in found[2]):
        raise refused(
            "unreadable",
            f"{text!r}: {body!r} is no angle",
            "write it such as 48-12-30.6N, 48-12.51N or 48.2085N",
        )
    return _sexagesimal(found[1], found[2], found[3], text)


def _packed(number: str, width: int, text: str) -> _Angle:
    """Read degrees, or degrees, minutes and seconds without anything between them."""
    digits = number.partition(".")[0]
    if len(digits) <= 3:
        return _degrees(number)
    if len(digits) == width + 2:
        return _sexagesimal(number[:width], number[width:], None, text)
    if len(digits) == width + 4:
        return _sexagesimal(number[:width], number[width : width + 2], number[width + 2 :], text)
    raise refused(
        "ambiguous",
        f"{text!r}: {number} is not two digits each for degrees (three of a longitude), minutes and seconds",
        "write zeros before, such as 4807N 01123E, or hyphens, such as 48-07N 11-23E",
    )


def _degrees(number: str) -> _Angle:
    return _Angle(Fraction(number), _unit(number), Notation.DECIMAL)


def _sexagesimal(degrees: str, minutes: str, seconds: str | None, text: str) -> _Angle:
    for name, part in (("minutes", minutes), ("seconds", seconds)):
        if part is not None and Fraction(part) >= 60:
            raise refused("out_of_range", f"{text!r} has {part} {name}", f"{name} go from 0 to 59")
    whole = Fraction(degrees) + Fraction(minutes) / 60
    if seconds is None:
        return _Angle(whole, _unit(minutes) / 60, Notation.MINUTES)
    return _Angle(whole + Fraction(seconds) / 3_600, _unit(seconds) / 3_600, Notation.SECONDS)


def _unit(number: str) -> Fraction:
    return Fraction(1, 10 ** len(number.partition(".")[2]))


def _of(lat: _Angle, lon: _Angle, is_south: bool, is_west: bool, text: str) -> ReadPosition:
    lat_e7, lon_e7 = to_e7(lat.degrees), to_e7(lon.degrees)
    finest = min(lat, lon, key=lambda each: each.unit)
    return ReadPosition(
        position=place(-lat_e7 if is_south else lat_e7, -lon_e7 if is_west else lon_e7, text),
        precision_m=float(max(lat.unit, lon.unit) * METRES_IN_DEGREE),
        notation=finest.notation,
    )
