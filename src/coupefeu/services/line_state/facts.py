"""LINE STATE: what a party declares the line to be; bytes and back (docs/spec/incidents.md, section 7).

    0 state    1 from when, UTC ms    2 words    3 officer

Without key 1 it holds from when it was written. It refers to nothing, and is addressed to the desks of the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Kind
from coupefeu.model.line_state import LineState
from coupefeu.wire import cbor

KINDS: Final = frozenset({Kind.LINE_STATE})
MAX_WORDS_CHARACTERS: Final = 560
MAX_OFFICER_CHARACTERS: Final = 80
LATEST_MS: Final = 253_402_300_800_000
"""The year 10000."""
_KEYS: Final = frozenset(range(4))
_NEWER: Final = "unknown_field"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStateFact:
    """What one declaration says. `from_ms`: from when it holds; None: from when it was written."""

    state: LineState
    from_ms: int | None = None
    words: str = ""
    officer: str = ""


def encode_line_state(fact: LineStateFact) -> bytes:
    """Write the body; only what is stated takes room."""
    stated: dict[int, Any] = {
        0: int(fact.state),
        1: fact.from_ms,
        2: fact.words or None,
        3: fact.officer or None,
    }
    return cbor.encode({key: value for key, value in stated.items() if value is not None})


def read_line_state(kind: int, body: bytes) -> tuple[LineStateFact | None, str]:
    """Read the body of a declaration, and name what is wrong with it ("" when nothing is); never raises.

    None: it cannot be read.
    """
    del kind
    try:
        fields = cbor.decode(body)
        fact = _fact(fields)
    except (CoupefeuError, TypeError, ValueError):
        return None, "unreadable_body"
    return fact, (_NEWER if fields.keys() - _KEYS else "") or line_state_defect(fact)


def line_state_defect(fact: LineStateFact) -> str:
    """Name the first rule that a declaration breaks ("" when it keeps to all)."""
    checks = {
        "bad_time": fact.from_ms is not None and fact.from_ms >= LATEST_MS,
        "long_words": len(fact.words) > MAX_WORDS_CHARACTERS,
        "long_officer": len(fact.officer) > MAX_OFFICER_CHARACTERS,
    }
    return next((name for name, found in checks.items() if found), "")


def _fact(fields: Any) -> LineStateFact:
    if not isinstance(fields, dict):
        raise TypeError("not a map")
    return LineStateFact(
        state=LineState(_natural(fields.get(0))),
        from_ms=_natural(fields[1]) if 1 in fields else None,
        words=_text(fields, 2),
        officer=_text(fields, 3),
    )


def _natural(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("not a natural number")
    return value


def _text(fields: Mapping[int, Any], key: int) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("not text")
    return value
