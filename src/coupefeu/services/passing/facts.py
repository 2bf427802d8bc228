"""What is said of a notice on its way down and of a movement on its way; bytes and back (docs/spec/passing.md).

    0 [[level, unit, key]...]    1 unit    2 how it was reached    3 when, UTC ms    4 who was spoken to
    5 signature of the unit's own key    6 check-in    7 check point    8 words    9 officer

One map for all five kinds; which keys a kind must and may carry stands in `KEYS`. A key above 9 has no effect today.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.keys.ed25519 import KEY_BYTES, SIGNATURE_BYTES
from coupefeu.model.entry import MAX_BODY_BYTES, Kind
from coupefeu.model.notices import MAX_UNITS, CheckIn, Level, Reached
from coupefeu.wire import cbor

MAX_NAME_CHARACTERS: Final = 80
"""Of a unit, a check point, a person spoken to, an officer."""
MAX_WORDS_CHARACTERS: Final = 280
LATEST_MS: Final = 253_402_300_800_000
"""The year 10000."""
AHEAD_MS: Final = 600_000
"""So far ahead of its author's clock nothing has happened yet."""
NO_LONGER: Final = 0
"""The level of a unit that a desk lists no longer."""

KINDS: Final = frozenset(
    {
        Kind.NOTICE_STOPPED,
        Kind.NOTICE_RESUMED,
        Kind.NOTICE_PASSED_DOWN,
        Kind.UNIT_REACHED,
        Kind.CHECKED_IN,
    }
)
ORDERS: Final = frozenset({Kind.NOTICE_STOPPED, Kind.NOTICE_RESUMED})
"""What every unit listed must acknowledge anew."""
WITH_REASON: Final = frozenset({CheckIn.HELD, CheckIn.IMPEDED})
"""A check-in that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedUnit:
    """A command or unit that a notice is passed down to; `level` None: no longer. `key`: its Ed25519 key, or empty.

    A name is what the desk chooses to call it: it stands on both records. Who is telephoned stands on neither.
    """

    name: str
    level: Level | None = Level.UNIT
    key: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingFact:
    """What one entry says; what its kind does not carry is as here. `at_ms`: when it happened, by its author."""

    units: tuple[NamedUnit, ...] = ()
    unit: str = ""
    how: Reached | None = None
    at_ms: int | None = None
    spoken_to: str = ""
    signature: bytes = b""
    check_in: CheckIn | None = None
    point: str = ""
    words: str = ""
    officer: str = ""


_SPOKEN: Final = frozenset({8, 9})
KEYS: Final[Mapping[int, tuple[frozenset[int], frozenset[int]]]] = {
    Kind.NOTICE_STOPPED: (frozenset({8}), frozenset({9})),
    Kind.NOTICE_RESUMED: (frozenset(), _SPOKEN),
    Kind.NOTICE_PASSED_DOWN: (frozenset({0}), _SPOKEN),
    Kind.UNIT_REACHED: (frozenset({1, 2}), frozenset({3, 4, 5}) | _SPOKEN),
    Kind.CHECKED_IN: (frozenset({3, 6, 7}), _SPOKEN),
}
"""By kind: the keys that it must carry, and those that it may."""
_BY_VOICE: Final = (frozenset({1, 2, 3, 4, 9}), frozenset({8}))
_BY_ITSELF: Final = (frozenset({1, 2}), frozenset({5}))
_NAMES: Final = (
    "units", "unit", "how", "time", "spoken_to", "signature", "check_in", "point", "words", "officer",
)  # fmt: skip


def encode_passing(fact: PassingFact) -> bytes:
    """Write the body; only what is stated takes room."""
    stated: dict[int, Any] = {
        0: [_unit_row(each) for each in fact.units] or None,
        1: fact.unit or None,
        2: fact.how,
        3: fact.at_ms,
        4: fact.spoken_to or None,
        5: fact.signature or None,
        6: fact.check_in,
        7: fact.point or None,
        8: fact.words or None,
        9: fact.officer or None,
    }
    return cbor.encode(
        {
            key: int(value) if isinstance(value, IntEnum) else value
            for key, value in stated.items()
            if value is not None
        }
    )


def _unit_row(unit: NamedUnit) -> list[Any]:
    level = NO_LONGER if unit.level is None else int(unit.level)
    return [level, unit.name, *([unit.key] if unit.key else [])]


def read_passing(kind: int, body: bytes) -> tuple[PassingFact, str]:
    """Read the body of an entry, and name what is wrong with it ("" when nothing is); never raises."""
    try:
        fields = cbor.decode(body)
        fact = _fact(fields)
    except (CoupefeuError, TypeError, ValueError):
        return PassingFact(), "unreadable_body"
    stated = {key for key, value in fields.items() if value or not isinstance(value, str | bytes)}
    return fact, _key_defect(kind, fact, stated) or passing_defect(kind, fact, len(body))


def passing_defect(kind: int, fact: PassingFact, came_bytes: int = MAX_BODY_BYTES + 1) -> str:
    """Name the first rule that such an entry breaks ("" when it keeps to all).

    `came_bytes`: how long the body was that it was read from, which is never shorter than what it states.
    """
    names = (fact.unit, fact.spoken_to, fact.point, fact.officer)
    checks = {
        "bad_units": kind == Kind.NOTICE_PASSED_DOWN and not _are_units(fact.units),
        "bad_name": any(each and not is_name(each) for each in names),
        "bad_time": fact.at_ms is not None and fact.at_ms >= LATEST_MS,
        "bad_signature": len(fact.signature) not in {0, SIGNATURE_BYTES},
        "long_words": len(fact.words) > MAX_WORDS_CHARACTERS,
        "missing_words": _lacks_reason(kind, fact),
        "long_body": came_bytes > MAX_BODY_BYTES and len(encode_passing(fact)) > MAX_BODY_BYTES,
    }
    return next((name for name, found in checks.items() if found), "")


def is_name(name: str) -> bool:
    """Whether this names a unit, a point or a person: one line of plain text, as it reads."""
    return 0 < len(name) <= MAX_NAME_CHARACTERS and name == name.strip() and not any(map(_steers, name))


def _steers(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _are_units(units: tuple[NamedUnit, ...]) -> bool:
    names = {each.name for each in units}
    return (
        0 < len(units) <= MAX_UNITS
        and len(names) == len(units)
        and all(is_name(each.name) and len(each.key) in {0, KEY_BYTES} for each in units)
    )


def _lacks_reason(kind: int, fact: PassingFact) -> bool:
    needs = kind == Kind.NOTICE_STOPPED or (kind == Kind.CHECKED_IN and fact.check_in in WITH_REASON)
    return needs and not fact.words.strip()


def _key_defect(kind: int, fact: PassingFact, keys: set[int]) -> str:
    must, may = KEYS[kind]
    if kind == Kind.UNIT_REACHED and fact.how is not None:
        must, may = _BY_VOICE if fact.how is Reached.BY_VOICE else _BY_ITSELF
    missing = sorted(must - keys)
    if missing:
        return f"missing_{_NAMES[missing[0]]}"
    odd = sorted(keys - must - may)
    if not odd:
        return ""
    return "unexpected_field" if odd[0] < len(_NAMES) else "unknown_field"


# --- how a body is read: TypeError or ValueError where a field is another -----------------------------------


def _fact(fields: Any) -> PassingFact:
    if not isinstance(fields, dict):
        raise TypeError("not a map")
    how, check_in = _number(fields, 2), _number(fields, 6)
    return PassingFact(
        units=tuple(map(_unit, _list(fields.get(0, [])))),
        unit=_text(fields.get(1, "")),
        how=None if how is None else Reached(how),
        at_ms=_number(fields, 3),
        spoken_to=_text(fields.get(4, "")),
        signature=_octets(fields.get(5, b"")),
        check_in=None if check_in is None else CheckIn(check_in),
        point=_text(fields.get(7, "")),
        words=_text(fields.get(8, "")),
        officer=_text(fields.get(9, "")),
    )


def _unit(value: Any) -> NamedUnit:
    row = _list(value)
    if len(row) not in {2, 3} or type(row[0]) is not int:
        raise TypeError("not a unit")
    level = None if row[0] == NO_LONGER else Level(row[0])
    return NamedUnit(name=_text(row[1]), level=level, key=_octets(row[2]) if len(row) == 3 else b"")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > MAX_UNITS:
        raise TypeError("not a short list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("not text")
    return value


def _octets(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError("not bytes")
    return value


def _number(fields: Mapping[int, Any], key: int) -> int | None:
    value = fields.get(key)
    if value is not None and (type(value) is not int or value < 0):
        raise TypeError("not a natural number")
    return value
