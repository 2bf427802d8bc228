"""An attachment is committed like a body, under its own salt, and its commitment stands in the body (protocol A2).

    s_a        = first 16 bytes of HMAC-SHA256(seed, "attachment/N"), N counted from 0
    commitment = SHA-256("coupefeu/attachment/v1" 00 | len(origin) | origin | s_a | content)

So one attachment is disclosed by its bytes and s_a, and neither the seed nor another attachment goes with it.
"""

import hmac
from hashlib import sha256
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.model.attachments import Promised
from coupefeu.record.leaf import SALT_BYTES, origin_prefix

_LABEL: Final = b"coupefeu/attachment/v1"


def attachment_salt(seed: bytes, number: int) -> bytes:
    """Return the salt of attachment `number`, counted from 0."""
    return hmac.digest(seed, b"attachment/%d" % number, "sha256")[:SALT_BYTES]


def commit_attachment(origin: str, salt: bytes, content: bytes) -> bytes:
    """Return the commitment to an attachment's content, 32 bytes."""
    commitment = sha256(_LABEL + origin_prefix(origin) + salt)
    commitment.update(content)
    return commitment.digest()


def verify_attachment(promised: Promised, origin: str, salt: bytes, content: bytes) -> None:
    """Return if these are the bytes that were committed, as many as were promised.

    Raises:
        PeerError: `record.attachment.commitment`; they are not.
    """
    if len(content) != promised.size or commit_attachment(origin, salt, content) != promised.commitment:
        raise PeerError(
            f"{len(content):,} bytes are not the {promised.size:,} that the message committed to",
            code="record.attachment.commitment",
            hint="Ask for it again; only the bytes that its author committed to are ever kept.",
        )
