"""What is asked about the state of the line."""

from dataclasses import dataclass

from coupefeu.model.line_state import LineState
from coupefeu.services.base import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareLineState(Command):
    """Declare how our party holds the line. `from_ms`: from when, UTC ms; None: at once."""

    state: LineState
    from_post: str
    from_ms: int | None = None
    words: str = ""
    officer: str = ""
