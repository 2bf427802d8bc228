"""The state of a line as a party declares it: a signed act, apart from what the machines see.

Numbers are the wire numbers of docs/spec/incidents.md, section 7; the greater is the graver.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class LineState(IntEnum):
    """What a party says of the line; where nobody said anything it is OPEN."""

    OPEN = 1
    DEGRADED = 2
    SUSPENDED = 3
    CLOSED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStateTerms:
    """What still passes while a party has suspended or closed the line.

    `messages`: those of every precedence; `flash`: FLASH alone, where they do not. Acts about messages, incidents and
    notices always pass.
    """

    calls: bool = True
    flash: bool = True
    messages: bool = True


USUAL_LINE_STATE_TERMS: Final = LineStateTerms()
