"""What pages are given, and ask, of the state of the line as its parties declare it; apart from what machines see."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from coupefeu.console.requests import Name
from coupefeu.node.incident_shapes import LineStatesValues
from coupefeu.services.line_state.facts import MAX_WORDS_CHARACTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStatePage:
    """The line as it is declared, and what passes by the agreement while it is suspended or closed.

    `next_ms`: when an announced state begins; null: none is.
    """

    declared: LineStatesValues
    calls_pass: bool
    flash_passes: bool
    messages_pass: bool
    next_ms: int | None
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStateRequest:
    """Declare the line `state` "open", "degraded", "suspended" or "closed". `begins`: text, UTC; "": at once."""

    state: Name
    begins: Name = ""
    words: Annotated[str, Meta(max_length=MAX_WORDS_CHARACTERS)] = ""
