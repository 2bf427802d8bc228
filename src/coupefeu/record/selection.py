"""Which entries a communique discloses, and how much of each: what parties consent to, as one digest.

    coupefeu/communique-selection/v1
    LINE ID                                  hexadecimal
    EMBARGO                                  UTC milliseconds, or -
    LOG INDEX DISCLOSURE ATTACHMENTS HASH    a line for each entry, by log and index

It names no file, no time and no checkpoint: the same selection may be issued again.
"""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

_FIRST_LINE: Final = "coupefeu/communique-selection/v1"


class Disclosed(StrEnum):
    """How much of an entry is disclosed; the place in this list is its number on the wire."""

    EXISTENCE = "existence"
    HEAD = "head"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Chosen:
    """One entry of a selection; `attachments`: the numbers disclosed, ascending."""

    log: int
    index: int
    disclosed: Disclosed
    attachments: tuple[int, ...]
    leaf_hash: bytes

    def line(self) -> str:
        """Return its line, as the digest has it."""
        numbers = ",".join(map(str, self.attachments)) or "-"
        hashed = b64encode(self.leaf_hash).decode()
        return f"{self.log} {self.index} {self.disclosed} {numbers} {hashed}\n"


def selection_digest(line_id: bytes, embargo_ms: int | None, chosen: Iterable[Chosen]) -> bytes:
    """Return the SHA-256 of a selection; `chosen` by log and index."""
    embargo = "-" if embargo_ms is None else str(embargo_ms)
    digest = sha256(f"{_FIRST_LINE}\n{line_id.hex()}\n{embargo}\n".encode())
    for each in chosen:
        digest.update(each.line().encode())
    return digest.digest()
