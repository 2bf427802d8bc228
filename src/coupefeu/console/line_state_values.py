"""What pages are given, and ask, of the state of the line as its parties declare it; apart from what machines see."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from coupefeu.console.requests import Name
from coupefeu.services.line_state.facts import MAX_WORDS_CHARACTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredValues:
    """One declaration; `back_dated`: it says that it held before it was written, which is not counted."""

    number: str
    state: str
    begins_ms: int
    said_ms: int
    arrived_ms: int
    post: str
    officer: str
    words: str
    back_dated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLineState:
    """How one party holds the line; `declared` null: it has declared nothing, and the line is open for it."""

    party: str
    ours: bool
    state: str
    since_ms: int | None
    declared: DeclaredValues | None
    next: DeclaredValues | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStatesValues:
    """The line as it is declared: the gravest `state` that any party declares. What still passes when it is suspended.

    `next_ms`: when an announced state begins; null: none is.
    """

    state: str
    parties: tuple[PartyLineState, ...]
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
