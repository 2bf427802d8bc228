"""Attachments of messages: what is sent, what is promised of it, and the bounds of both (protocol A2, A3)."""

import unicodedata
from dataclasses import dataclass
from typing import Final, NamedTuple

# Policy of this version of the forms: docs/spec/messages.md.
MAX_ATTACHMENTS: Final = 8
MAX_NAME_CHARACTERS: Final = 120
MAX_ATTACHMENT_BYTES: Final = 1 << 22
"""What an agreement may allow at most; a node holds one such content in memory for each peer."""

# Implementation.
PART_BYTES: Final = 16_384
"""An attachment goes from node to node in parts of this size."""
MAX_PROMISED_BYTES: Final = (1 << 53) - 1
"""A promise beyond the budget is shown with its size, and every reader of JSON can hold this number."""

COMMITMENT_BYTES: Final = 32
_NOT_ONE_LINE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A named content that goes with a message."""

    name: str
    content: bytes


class Promised(NamedTuple):
    """What a message says of one attachment: its name, its size in bytes, and the commitment (32 bytes) to them."""

    name: str
    size: int
    commitment: bytes


def is_name(name: str) -> bool:
    """Whether this names an attachment: one line of text, without characters that steer what is seen."""
    return 0 < len(name) <= MAX_NAME_CHARACTERS and not any(
        unicodedata.category(character) in _NOT_ONE_LINE for character in name
    )


def is_promise(promised: Promised) -> bool:
    """Whether a message may promise this."""
    return (
        is_name(promised.name)
        and 0 < promised.size <= MAX_PROMISED_BYTES
        and len(promised.commitment) == COMMITMENT_BYTES
    )
