"""The acts about a message, each its own entry: bytes and back.

The head's first reference names the message (SHOWN may name up to 16). The body is a CBOR map (protocol A4):

    0 officer (a label beside the post, no identity)   1 text: to whom it was passed, the reason, a remark
    2 outcome   3 claimed time, UTC ms   4 [what was typed...]   5 field of a SAY AGAIN, from 0   6 screens
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import OutcomeCode
from coupefeu.services.messages.forms import LATEST_MS, MAX_LABEL_CHARACTERS
from coupefeu.wire.cbor import decode, encode

MAX_TEXT_CHARACTERS = 500
MAX_TYPED_FIELDS = 32
MAX_TYPED_CHARACTERS = 1_000
MAX_SCREENS = 10_000
MAX_SHOWN_MESSAGES = 16

ACTS = frozenset(
    {
        Kind.SHOWN, Kind.TAKEN, Kind.READ, Kind.READ_BACK, Kind.SAY_AGAIN, Kind.PASSED_TO, Kind.OUTCOME,
        Kind.CONTACT_CONFIRMED, Kind.LINE_TEST_ANSWER,
    }
)  # fmt: skip
_KEYS = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody, or a node, did about a message."""

    officer: str = ""
    text: str = ""
    outcome: OutcomeCode | None = None
    time_ms: int | None = None
    typed: tuple[str, ...] = ()
    field: int | None = None
    screens: int = 0


def encode_act(act: Act) -> bytes:
    """Write the body of an act; only what is stated takes room."""
    optional: dict[int, Any] = {
        0: act.officer, 1: act.text, 2: act.outcome, 3: act.time_ms, 4: list(act.typed), 6: act.screens,
    }  # fmt: skip
    body = {key: value for key, value in optional.items() if value}
    if act.field is not None:
        body[5] = act.field
    return encode(dict(sorted(body.items())))


def read_act(kind: int, body: bytes) -> tuple[Act, str]:
    """Read the body of an act, and name what is wrong with it ("" when nothing is); never raises."""
    try:
        fields = decode(body)
        act = _act(fields)
    except (CoupefeuError, TypeError, ValueError):
        return Act(), "unreadable_body"
    return act, act_defect(kind, act) or ("" if fields.keys() <= _KEYS else "unknown_field")


def act_defect(kind: int, act: Act) -> str:
    """Name what an act of this kind lacks or has too much of ("" when nothing)."""
    checks = {
        "long_officer": len(act.officer) > MAX_LABEL_CHARACTERS,
        "long_text": len(act.text) > MAX_TEXT_CHARACTERS,
        "bad_time_ms": act.time_ms is not None and not 0 <= act.time_ms < LATEST_MS,
        "bad_field": act.field is not None and act.field >= MAX_TYPED_FIELDS,
        "missing_screens": kind == Kind.SHOWN and not 0 < act.screens <= MAX_SCREENS,
        "missing_recipient": kind == Kind.PASSED_TO and not act.text,
        "missing_typed": kind == Kind.READ_BACK and not act.typed,
        "long_typed": len(act.typed) > MAX_TYPED_FIELDS
        or any(len(t) > MAX_TYPED_CHARACTERS for t in act.typed),
    }
    wrong = next((name for name, found in checks.items() if found), "")
    return wrong or (_outcome_defect(act) if kind == Kind.OUTCOME else "")


def _outcome_defect(act: Act) -> str:
    if act.outcome is None:
        return "missing_outcome"
    needs_text = {OutcomeCode.PASSED_TO: "missing_recipient", OutcomeCode.CANNOT: "missing_reason"}
    if act.outcome in needs_text and not act.text.strip():
        return needs_text[act.outcome]
    return "missing_time" if act.outcome is OutcomeCode.STOPPED_AT and act.time_ms is None else ""


def _act(fields: Mapping[int, Any]) -> Act:
    if not isinstance(fields, dict):
        raise TypeError("not a map")
    typed = fields.get(4, [])
    if not isinstance(typed, list) or not all(isinstance(item, str) for item in typed):
        raise TypeError("not texts")
    return Act(
        officer=_text(fields, 0),
        text=_text(fields, 1),
        outcome=OutcomeCode(_number(fields, 2, 0)) if 2 in fields else None,
        time_ms=_number(fields, 3, 0) if 3 in fields else None,
        typed=tuple(typed),
        field=_number(fields, 5, 0) if 5 in fields else None,
        screens=_number(fields, 6, 0),
    )


def _text(fields: Mapping[int, Any], key: int) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _number(fields: Mapping[int, Any], key: int, default: int) -> int:
    value = fields.get(key, default)
    if type(value) is not int or value < 0:
        raise TypeError("not a natural number")
    return value
