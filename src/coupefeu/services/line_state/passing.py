"""What passes on a line that a party has suspended or closed: what the agreement says, and by itself everything.

Refused is to say a message or to place a call, and no more: acts about messages and calls, incidents, notices, line
tests and the declaration that opens the line again always pass.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from coupefeu.model.entry import Kind
from coupefeu.model.instant import Moment
from coupefeu.model.line_state import LineState, LineStateTerms
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context, Rows
from coupefeu.services.line_state.fold import fold, gravest

GUARDED: Final = frozenset({Kind.MESSAGE, Kind.CALL_PLACED})
SUSPENDED: Final = "line_suspended"
"""The effect of what came from the other side and does not pass."""


def passes(kind: int, precedence: int, terms: LineStateTerms) -> bool:
    """Whether an entry of this kind passes on a suspended line."""
    if kind not in GUARDED:
        return True
    if kind == Kind.CALL_PLACED:
        return terms.calls
    return terms.messages or (precedence == Precedence.FLASH and terms.flash)


def passes_all(terms: LineStateTerms) -> bool:
    """Whether everything passes, so that nobody need look how the line is held."""
    return terms.calls and terms.messages


def is_suspended(declared: Rows, context: Context, at_ms: int | None = None) -> bool:
    """Whether any party held the line suspended or closed; `at_ms`: as it was known here then, by our own clock."""
    if at_ms is not None:
        declared = [row for row in declared if row["arrived_ms"] <= at_ms]
        context = replace(context, now=Moment(utc_ms=at_ms, mono_ms=0))
    return gravest(fold(declared, context)) >= LineState.SUSPENDED


def mark(row: Mapping[str, Any], kind: int, declared: Rows, context: Context) -> Mapping[str, Any]:
    """Give a row of theirs with its effect, where it came on a suspended line and does not pass; others as they are."""
    stays = row["ours"] or row["effect"] or passes(kind, row["precedence"], context.agreement.line_state)
    if stays or not is_suspended(declared, context, row["arrived_ms"]):
        return row
    return {**row, "effect": SUSPENDED}
