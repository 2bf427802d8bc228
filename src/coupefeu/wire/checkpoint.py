"""Checkpoints (c2sp.org/tlog-checkpoint): origin, size and root, a line each, and no extension lines."""

from base64 import b64encode
from dataclasses import dataclass

from coupefeu.errors import PeerError
from coupefeu.wire.base64 import parse_base64, parse_decimal


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All entries of the log `origin` before `size`, under the 32-byte RFC 6962 `root`."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the note text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note text.

        Raises:
            PeerError: not the three lines.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0]:
            raise PeerError(
                f"a checkpoint of {len(lines) - 1} lines",
                code="wire.checkpoint.lines",
                hint="It has three lines (origin, size, root) and no extension lines.",
            )
        return cls(
            lines[0],
            parse_decimal(lines[1], "checkpoint size"),
            parse_base64(lines[2], "checkpoint root", 32),
        )
