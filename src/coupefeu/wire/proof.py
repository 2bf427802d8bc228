"""Offline proofs that a leaf stands in a log (c2sp.org/tlog-proof).

c2sp.org/tlog-proof@v1
extra BASE64                 optional, not authenticated by the proof itself
index N
BASE64                       the path, leaf's sibling first, a hash a line
                             an empty line, then the signed checkpoint as it is
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.wire.base64 import parse_base64, parse_decimal

MAX_PROOF_BYTES: Final = 1_100_000
MAX_PATH: Final = 64
_FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Index of the leaf, path of 32-byte hashes, signed checkpoint, and what the application adds."""

    index: int
    path: tuple[bytes, ...]
    checkpoint_note: bytes
    extra: bytes | None = None

    def format(self) -> bytes:
        """Return the file's bytes."""
        lines = [_FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [b64encode(node).decode() for node in self.path]
        return "\n".join([*lines, "", ""]).encode() + self.checkpoint_note

    @classmethod
    def parse(cls, data: bytes) -> "TlogProof":
        """Read a proof file; nothing is verified yet.

        Raises:
            PeerError: the bytes break the format.
        """
        header, separator, checkpoint_note = data.partition(b"\n\n")
        if len(data) > MAX_PROOF_BYTES or not separator or not header.isascii():
            raise _refused("form")
        lines = header.decode("ascii").split("\n")
        if lines.pop(0) != _FIRST_LINE:
            raise _refused("first-line")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = parse_base64(lines.pop(0).removeprefix("extra "), "extra data")
        if not lines or not lines[0].startswith("index "):
            raise _refused("index")
        index = parse_decimal(lines.pop(0).removeprefix("index "), "index")
        if len(lines) > MAX_PATH:
            raise _refused("path")
        return cls(
            index, tuple(parse_base64(line, "path hash", 32) for line in lines), checkpoint_note, extra
        )


def _refused(defect: str) -> PeerError:
    return PeerError(
        f"a proof file is refused: {defect}",
        code=f"wire.proof.{defect}",
        hint="See c2sp.org/tlog-proof; ask for the file again.",
    )
