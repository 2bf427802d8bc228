"""Asking for an attachment part by part, and the parts; `packet.py` has the picture of their bytes (protocol A3)."""

from dataclasses import dataclass

from coupefeu.errors import UsageError
from coupefeu.model.attachments import PART_BYTES
from coupefeu.wire.batch import malformed, take
from coupefeu.wire.varint import read_varint, varint


@dataclass(frozen=True, slots=True)
class AttachmentAsk:
    """The sender lacks attachment `number` of entry `index` of `log`, from byte `offset` on."""

    log: int
    index: int
    number: int
    offset: int


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """The answer to an ask, which it repeats; no bytes where there are none for the party that asked."""

    ask: AttachmentAsk
    data: bytes


def encode_ask(ask: AttachmentAsk) -> bytes:
    """Return the fields of an ask."""
    return varint(ask.log) + varint(ask.index) + varint(ask.number) + varint(ask.offset)


def decode_ask(data: bytes, position: int) -> tuple[AttachmentAsk, int]:
    """Return the ask at `position`, and the position after it. Raises: PeerError: it is malformed."""
    log, position = read_varint(data, position)
    index, position = read_varint(data, position)
    number, position = read_varint(data, position)
    offset, position = read_varint(data, position)
    return AttachmentAsk(log, index, number, offset), position


def encode_part(part: AttachmentPart) -> bytes:
    """Return the fields of a part. Raises: UsageError: it is too long."""
    if len(part.data) > PART_BYTES:
        raise UsageError(
            f"a part of {len(part.data):,} bytes",
            code="wire.packet.part-too-long",
            hint=f"At most {PART_BYTES:,} bytes; the next ask goes on behind them.",
        )
    return encode_ask(part.ask) + varint(len(part.data)) + part.data


def decode_part(data: bytes, position: int) -> tuple[AttachmentPart, int]:
    """Return the part at `position`, and the position after it. Raises: PeerError: it is malformed."""
    ask, position = decode_ask(data, position)
    length, position = read_varint(data, position)
    if length > PART_BYTES:
        raise malformed("part-too-long")
    content, position = take(data, position, length)
    return AttachmentPart(ask, content), position
