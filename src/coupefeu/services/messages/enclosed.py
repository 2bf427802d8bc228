"""How each attachment of a message stands at its reader: here, not here yet, beyond what was agreed, not for us."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from coupefeu.model.messages import Content
from coupefeu.services.messages.forms import are_promises


class AttachmentState(StrEnum):
    """Where its content is; words for readers are `attachment-*` in words/."""

    HELD = "held"
    AWAITED = "awaited"
    BEYOND = "beyond"
    NOT_OURS = "not-ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentView:
    """One attachment that a message promises; `number` counts from 0, `commitment` is what its bytes must match."""

    number: int
    name: str
    size: int
    commitment: bytes
    state: AttachmentState


def attachment_views(
    content: Content | None, held: Collection[int], agreed_bytes: int, *, to_us: bool
) -> tuple[AttachmentView, ...]:
    """Say how the attachments of a message stand; `held`: the numbers whose content is here."""
    if content is None or not are_promises(content.attachments):
        return ()
    return tuple(
        AttachmentView(
            number=number,
            name=promised.name,
            size=promised.size,
            commitment=promised.commitment,
            state=_state(promised.size, agreed_bytes, held=number in held, to_us=to_us),
        )
        for number, promised in enumerate(content.attachments)
    )


def _state(size: int, agreed_bytes: int, *, held: bool, to_us: bool) -> AttachmentState:
    if held:
        return AttachmentState.HELD
    if not to_us:
        return AttachmentState.NOT_OURS
    return AttachmentState.AWAITED if size <= agreed_bytes else AttachmentState.BEYOND
