"""The whole error tree on one page.

CoupefeuError          everything this product raises on purpose
├── UsageError         our caller asked for something that cannot be
├── PeerError          bytes from the other side (or a file) break the format
├── VerificationError  a signature, hash or proof does not hold
├── BearerError        the path failed; try again
├── StoreError         the record cannot be read or made durable
├── PolicyError        refused by the agreed rules
└── ConfigError        a file of this node says something impossible

Each error says what happened, which field or file, what was seen (never a secret) and, in `hint`, what to do.
`code` is stable, for machines and translation: `room.subject.defect`.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class CoupefeuError(Exception):
    """Base of the tree; raise one of its children."""

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"


class UsageError(CoupefeuError):
    """Our caller asked for something that cannot be."""


class PeerError(CoupefeuError):
    """Bytes from the other side, or from a file, break the format."""


class VerificationError(CoupefeuError):
    """A signature, hash or proof does not hold."""


class BearerError(CoupefeuError):
    """The path failed; it may be tried again."""


class StoreError(CoupefeuError):
    """The record cannot be read or made durable."""


class PolicyError(CoupefeuError):
    """Refused by the rules that the parties agreed."""


class ConfigError(CoupefeuError):
    """A file of this node says something impossible."""


@contextmanager
def naming(path: object) -> Iterator[None]:
    """Put the name of a file, folder or part before what is wrong in it."""
    try:
        yield
    except PeerError as error:
        error.message = f"{path}: {error.message}"
        raise
