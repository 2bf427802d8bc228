"""Runs: entries [start, end) of a log alone, for what overtakes or fills a hole (protocol A5).

coupefeu/run/v1
ORIGIN
START END
base64 of the RFC 6962 hash of those leaves as a tree of their own
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.wire.base64 import parse_base64, parse_decimal

_FIRST_LINE: Final = "coupefeu/run/v1"


@dataclass(frozen=True, slots=True)
class Run:
    """Entries [start, end) of the log `origin`, under the 32-byte root of their own tree."""

    origin: str
    start: int
    end: int
    root: bytes

    def text(self) -> str:
        """Return the note text that is signed."""
        return f"{_FIRST_LINE}\n{self.origin}\n{self.start} {self.end}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Run":
        """Read a note text.

        Raises:
            PeerError: not these four lines, or an empty range.
        """
        lines = text.split("\n")
        if len(lines) != 5 or lines[4] or lines[0] != _FIRST_LINE or not lines[1]:
            raise _refused("lines")
        start_text, _, end_text = lines[2].partition(" ")
        start, end = parse_decimal(start_text, "run start"), parse_decimal(end_text, "run end")
        if start >= end:
            raise _refused("empty-range")
        return cls(lines[1], start, end, parse_base64(lines[3], "run root", 32))


def _refused(defect: str) -> PeerError:
    return PeerError(
        f"a run note is refused: {defect}",
        code=f"wire.run.{defect}",
        hint="See docs/spec/record.md, Statements.",
    )
