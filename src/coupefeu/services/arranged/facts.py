"""What people say when they arrange a call between principals; bytes and back (docs/spec/arranged.md).

    0 [[start, end]...] proposed windows, UTC ms    1 media    2 asked answer time, seconds    3 [language...] wanted
    4 an interpreter is wanted    5 number of the window agreed to, from 0    6 reason    7 post    8 words    9 officer

One map for all six kinds; which keys a kind must and may carry stands in `KEYS`. A key above 9 has no effect today.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.model.calls import Media
from coupefeu.model.entry import Kind
from coupefeu.wire import cbor

MAX_WINDOWS: Final = 5
MAX_WINDOW_MS: Final = 24 * 3_600_000
MIN_WITHIN_S: Final = 60
MAX_WITHIN_S: Final = 30 * 86_400
MAX_LANGUAGES: Final = 4
MAX_WORDS_CHARACTERS: Final = 280
MAX_OFFICER_CHARACTERS: Final = 80
MAX_POST_CHARACTERS: Final = 64
LATEST_MS: Final = 253_402_300_800_000
"""The year 10000: no clock face beyond it."""
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")

KINDS: Final = frozenset(
    {
        Kind.ARRANGE_PROPOSED,
        Kind.ARRANGE_COUNTERED,
        Kind.ARRANGE_AGREED,
        Kind.ARRANGE_REFUSED,
        Kind.ARRANGE_DELEGATED,
        Kind.ARRANGE_WITHDRAWN,
    }
)
OFFERS: Final = frozenset({Kind.ARRANGE_PROPOSED, Kind.ARRANGE_COUNTERED})
"""What puts windows on the table."""


class RefusalReason(IntEnum):
    """Why a call is not arranged; words for readers are `arrange-reason-N` in words/."""

    NOT_AT_THESE_TIMES = 0
    NOT_NOW = 1
    NOT_COMPETENT = 2
    NO_INTERPRETER = 3
    NOT_AUTHORISED = 4
    REFUSED = 5
    OTHER = 6


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Window:
    """Between these instants, UTC ms, a call may begin."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangeFact:
    """What one entry says; what its kind does not carry is as here.

    `window`: the number of the agreed one among those of the offer that the entry refers to. `post`: who shall speak.
    """

    windows: tuple[Window, ...] = ()
    media: Media | None = None
    within_s: int | None = None
    languages: tuple[str, ...] = ()
    interpreter: bool = False
    window: int | None = None
    reason: RefusalReason | None = None
    post: str = ""
    words: str = ""
    officer: str = ""


_SPOKEN: Final = frozenset({8, 9})
KEYS: Final[Mapping[int, tuple[frozenset[int], frozenset[int]]]] = {
    Kind.ARRANGE_PROPOSED: (frozenset({0, 1}), frozenset({2, 3, 4, 7}) | _SPOKEN),
    Kind.ARRANGE_COUNTERED: (frozenset({0}), frozenset({2, 7}) | _SPOKEN),
    Kind.ARRANGE_AGREED: (frozenset({5}), _SPOKEN),
    Kind.ARRANGE_REFUSED: (frozenset({6}), _SPOKEN),
    Kind.ARRANGE_DELEGATED: (frozenset({7}), _SPOKEN),
    Kind.ARRANGE_WITHDRAWN: (frozenset(), _SPOKEN),
}
"""By kind: the keys that it must carry, and those that it may."""
_NAMES: Final = (
    "windows", "media", "within", "languages", "interpreter", "window", "reason", "post", "words", "officer",
)  # fmt: skip


def encode_arranged(fact: ArrangeFact) -> bytes:
    """Write the body; only what is stated takes room."""
    stated: dict[int, Any] = {
        0: [[each.start_ms, each.end_ms] for each in fact.windows] or None,
        1: fact.media,
        2: fact.within_s,
        3: list(fact.languages) or None,
        4: fact.interpreter or None,
        5: fact.window,
        6: fact.reason,
        7: fact.post or None,
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


def read_arranged(kind: int, body: bytes) -> tuple[ArrangeFact, str]:
    """Read the body of an entry, and name what is wrong with it ("" when nothing is); never raises."""
    try:
        fields = cbor.decode(body)
        fact = _fact(fields)
    except (CoupefeuError, TypeError, ValueError):
        return ArrangeFact(), "unreadable_body"
    return fact, _key_defect(kind, fields.keys()) or arranged_defect(kind, fact)


def arranged_defect(kind: int, fact: ArrangeFact) -> str:
    """Name what such an entry lacks or has too much of ("" when nothing)."""
    checks = {
        "bad_windows": kind in OFFERS and not are_windows(fact.windows),
        "bad_within": fact.within_s is not None and not MIN_WITHIN_S <= fact.within_s <= MAX_WITHIN_S,
        "bad_languages": len(fact.languages) > MAX_LANGUAGES
        or not all(map(_LANGUAGE.fullmatch, fact.languages)),
        "bad_window": fact.window is not None and fact.window >= MAX_WINDOWS,
        "bad_post": len(fact.post) > MAX_POST_CHARACTERS,
        "long_words": len(fact.words) > MAX_WORDS_CHARACTERS,
        "long_officer": len(fact.officer) > MAX_OFFICER_CHARACTERS,
    }
    return next((name for name, found in checks.items() if found), "")


def are_windows(windows: tuple[Window, ...]) -> bool:
    """Whether these may be put on the table: one to five, ascending, apart, none longer than a day."""
    ends = (0, *(each.end_ms for each in windows))
    return 0 < len(windows) <= MAX_WINDOWS and all(
        last <= each.start_ms < each.end_ms <= min(each.start_ms + MAX_WINDOW_MS, LATEST_MS - 1)
        for last, each in zip(ends, windows, strict=False)
    )


def _key_defect(kind: int, keys: Any) -> str:
    must, may = KEYS[kind]
    missing = sorted(must - keys)
    if missing:
        return f"missing_{_NAMES[missing[0]]}"
    odd = sorted(keys - must - may)
    if not odd:
        return ""
    return "unexpected_field" if odd[0] < len(_NAMES) else "unknown_field"


def _fact(fields: Any) -> ArrangeFact:
    if not isinstance(fields, dict):
        raise TypeError("not a map")
    media, reason = _number(fields, 1), _number(fields, 6)
    return ArrangeFact(
        windows=tuple(map(_window, _list(fields, 0))),
        media=None if media is None else Media(media),
        within_s=_number(fields, 2),
        languages=tuple(map(_text, _list(fields, 3))),
        interpreter=_flag(fields, 4),
        window=_number(fields, 5),
        reason=None if reason is None else RefusalReason(reason),
        post=_text(fields.get(7, "")),
        words=_text(fields.get(8, "")),
        officer=_text(fields.get(9, "")),
    )


def _window(value: Any) -> Window:
    if not isinstance(value, list) or len(value) != 2 or not all(type(each) is int for each in value):
        raise TypeError("not a window")
    return Window(start_ms=value[0], end_ms=value[1])


def _list(fields: Mapping[int, Any], key: int) -> list[Any]:
    value = fields.get(key, [])
    if not isinstance(value, list) or len(value) > MAX_WINDOWS:
        raise TypeError("not a short list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("not text")
    return value


def _number(fields: Mapping[int, Any], key: int) -> int | None:
    value = fields.get(key)
    if value is not None and (type(value) is not int or value < 0):
        raise TypeError("not a natural number")
    return value


def _flag(fields: Mapping[int, Any], key: int) -> bool:
    value = fields.get(key, False)
    if not isinstance(value, bool):
        raise TypeError("not yes or no")
    return value
