"""What may go with a message: judged before it is sent, so that the other side's node will ask for it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.attachments import (
    COMMITMENT_BYTES,
    MAX_ATTACHMENTS,
    MAX_NAME_CHARACTERS,
    Attachment,
    Promised,
    is_name,
)
from coupefeu.model.messages import Content
from coupefeu.services.base import Attached
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.forms import encode_content

BLANK: Final = bytes(COMMITMENT_BYTES)
"""Stands for a commitment where only the length of a body counts."""


def attach(content: Content, attachments: Sequence[Attachment], agreed_bytes: int) -> Attached:
    """Give what the store needs to commit to these attachments.

    Raises:
        UsageError: one cannot be named, or holds nothing, or there are too many.
        PolicyError: one is larger than was agreed.
    """
    judge_count(len(attachments))
    for attachment in attachments:
        _judge(attachment, agreed_bytes)

    def body_with(commitments: tuple[bytes, ...]) -> bytes:
        promises = tuple(
            Promised(each.name, len(each.content), commitment)
            for each, commitment in zip(attachments, commitments, strict=True)
        )
        return encode_content(replace(content, attachments=promises) if promises else content)

    return Attached(contents=tuple(each.content for each in attachments), body_with=body_with)


def _judge(attachment: Attachment, agreed_bytes: int) -> None:
    if not is_name(attachment.name):
        raise UsageError(
            f"an attachment cannot be named {show_line(attachment.name)!r}",
            code="services.messages.attachment_name",
            hint=f"1 to {MAX_NAME_CHARACTERS} characters on one line, none of them invisible.",
        )
    if not attachment.content:
        raise UsageError(
            f"the attachment {attachment.name!r} is empty",
            code="services.messages.attachment_empty",
            hint="Say so in the text instead.",
        )
    judge_size(attachment.name, len(attachment.content), agreed_bytes)


def judge_count(count: int) -> None:
    """Return if so many may go with one message. Raises: UsageError: they are too many."""
    if count > MAX_ATTACHMENTS:
        raise UsageError(
            f"{count} attachments, at most {MAX_ATTACHMENTS} go with one message",
            code="services.messages.attachment_count",
            hint="Send the others with another message.",
        )


def judge_size(name: str, size: int, agreed_bytes: int) -> None:
    """Return if an attachment of this size may be sent. Raises: PolicyError: it is larger than was agreed."""
    if size > agreed_bytes:
        raise PolicyError(
            f"the attachment {show_line(name)!r} has {size:,} bytes, agreed is at most {agreed_bytes:,}",
            code="services.messages.attachment_bytes",
            hint="Make it smaller or send it in parts; an amendment may agree more (`attachment_bytes`).",
        )
