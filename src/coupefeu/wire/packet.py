"""The plaintext of a frame: a sequence of items, each a type byte and its fields.

    01 flags log first count [gap]* entry* statement     a batch: entries and the one statement that covers them
    02 log size time_s signature:64                      co-signature of a checkpoint
    03 log start end signature:64                        receipt of a run
    04 log cumulative n {gap length}*n                   acknowledgement
    05 log start end                                     a hole to be filled
    06 busy number echo held_ms utc_ms                   heartbeat
    07 log index template written_ms (answers + 1 | 0)   line test (protocol B9)
    08 length bytes                                      signal: sealed, bounded, never recorded (A18)
    09 log index number offset                           a part of an attachment is asked for (A3)
    0a log index number offset length bytes              the part, empty where there is none for the asker
    0b log size time_s signature:2420                    ML-DSA-44 signature of the author's log (A15)
    0c log size time_s signature:2420                    ML-DSA-44 co-signature of the same checkpoint
    0d log size root:32 offset                           how far is this log there (A13)?
    0e log size offset total tag:8 length bytes          a piece of the answer (`log_answer.py`)
    10 number key:1184                                   ratchet R1: a fresh ML-KEM-768 key (protocol B10)
    11 number ciphertext:1088 mac:32                     ratchet R2: the answer
    12 number mac:32                                     ratchet R3: the MAC back
    13 log length bytes                                  that log of yours has two branches: the proof (A13, `fork.py`)
    80..ff length bytes                                  from a newer peer: skipped

    flags: 01 gaps are given; 02 statement is a run; 04 the statement's bounds are given
    entry: 00 H:32 B:32                                  leaf alone
           01 seed:16 head_length head body_length body  as it is
           02 seed:16 length deflated(head_length head body)

Numbers are varints unless a width stands beside them. Each entry is deflated alone, with the agreed
dictionary.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from coupefeu.errors import UsageError
from coupefeu.wire.batch import (
    Batch,
    CheckpointSignature,
    LeafOnly,
    PackedEntry,
    RunSignature,
    decode_batch,
    encode_batch,
    malformed,
    take,
)
from coupefeu.wire.fork import IncarnationAsk, decode_incarnation_ask, encode_incarnation_ask
from coupefeu.wire.log_answer import (
    LogAsk,
    LogPiece,
    decode_log_ask,
    decode_log_piece,
    encode_log_ask,
    encode_log_piece,
)
from coupefeu.wire.ml_dsa import (
    MlDsaCheckpoint,
    MlDsaCosignature,
    decode_ml_dsa_checkpoint,
    decode_ml_dsa_cosignature,
    encode_ml_dsa,
)
from coupefeu.wire.part import (
    AttachmentAsk,
    AttachmentPart,
    decode_ask,
    decode_part,
    encode_ask,
    encode_part,
)
from coupefeu.wire.ratchet import (
    RatchetAnswer,
    RatchetOffer,
    RatchetProof,
    decode_answer,
    decode_offer,
    decode_proof,
    encode_answer,
    encode_offer,
    encode_proof,
)
from coupefeu.wire.varint import read_varint, varint

MAX_PACKET_BYTES: Final = 65_535
MAX_ITEMS: Final = 1_024
MAX_RANGES: Final = 256
MAX_SIGNAL_BYTES: Final = 16_384
RUN_HORIZON: Final = 1 << 20
"""An entry so far beyond what the receiver holds is refused (B8)."""


@dataclass(frozen=True, slots=True)
class CosignatureItem:
    """`cosignature/v1` of the receiver on the checkpoint of `size` in `log`."""

    log: int
    size: int
    time_s: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class RunReceiptItem:
    """The receiver's signature under the run note [start, end) of `log`."""

    log: int
    start: int
    end: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Ack:
    """Durable indices of `log`: all below `cumulative`, and half-open ranges beyond it, ascending."""

    log: int
    cumulative: int
    selective: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hole:
    """Indices [start, end) of `log` that the receiver lacks."""

    log: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Our number, the newest number heard and how long it was held; `busy` asks the peer to slow down."""

    number: int
    echo: int
    held_ms: int
    utc_ms: int
    busy: bool = False


@dataclass(frozen=True, slots=True)
class LineTestItem:
    """A line test, or the answer to index `answers`; its entry has a zero seed and no signature on air."""

    log: int
    index: int
    template: int
    written_ms: int
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """Machine signalling that is on no record."""

    payload: bytes


Item: TypeAlias = (
    Batch
    | CosignatureItem
    | RunReceiptItem
    | Ack
    | Hole
    | Heartbeat
    | LineTestItem
    | Signal
    | AttachmentAsk
    | AttachmentPart
    | MlDsaCheckpoint
    | MlDsaCosignature
    | LogAsk
    | LogPiece
    | IncarnationAsk
    | RatchetOffer
    | RatchetAnswer
    | RatchetProof
)


def encode_items(items: Sequence[Item]) -> bytes:
    """Return the plaintext that carries `items` in order.

    Raises:
        UsageError: a field out of range, or a packet over 65,535 bytes.
    """
    data = b"".join([_encode(item) for item in items])
    if len(data) > MAX_PACKET_BYTES or len(items) > MAX_ITEMS:
        raise UsageError(
            f"{len(items)} items of {len(data)} bytes do not fit one frame",
            code="wire.packet.too-long",
            hint="Send fewer entries in a batch.",
        )
    return data


def decode_items(data: bytes) -> list[Item]:
    """Return the items of a plaintext; unknown ones from a newer peer are left out.

    Raises:
        PeerError: the bytes break the format; the whole frame is refused.
    """
    if len(data) > MAX_PACKET_BYTES:
        raise malformed("too-long")
    items: list[Item] = []
    position = seen = 0
    while position < len(data):
        seen += 1
        if seen > MAX_ITEMS:
            raise malformed("too-many-items")
        reader = _READERS.get(data[position])
        if reader is None:
            raise malformed("unknown-item")
        item, position = reader(data, position + 1)
        if item is not None:
            items.append(item)
    return items


def _encode(item: Item) -> bytes:  # noqa: C901, PLR0911, PLR0912 - one for each item
    match item:
        case Batch():
            return b"\x01" + encode_batch(item)
        case CosignatureItem():
            return b"\x02" + _numbers(item.log, item.size, item.time_s) + _signature(item.signature)
        case RunReceiptItem():
            return b"\x03" + _numbers(item.log, item.start, item.end) + _signature(item.signature)
        case Ack():
            return b"\x04" + _numbers(item.log, item.cumulative) + _ranges(item)
        case Hole():
            return b"\x05" + _numbers(item.log, item.start, item.end)
        case Heartbeat():
            return bytes((6, item.busy)) + _numbers(item.number, item.echo, item.held_ms, item.utc_ms)
        case LineTestItem():
            answers = 0 if item.answers is None else item.answers + 1
            return b"\x07" + _numbers(item.log, item.index, item.template, item.written_ms, answers)
        case Signal():
            return b"\x08" + _payload(item)
        case AttachmentAsk():
            return b"\x09" + encode_ask(item)
        case AttachmentPart():
            return b"\x0a" + encode_part(item)
        case MlDsaCheckpoint():
            return b"\x0b" + encode_ml_dsa(item)
        case MlDsaCosignature():
            return b"\x0c" + encode_ml_dsa(item)
        case LogAsk():
            return b"\x0d" + encode_log_ask(item)
        case IncarnationAsk():
            return b"\x13" + encode_incarnation_ask(item)
        case LogPiece():
            return b"\x0e" + encode_log_piece(item)
        case RatchetOffer():
            return b"\x10" + encode_offer(item)
        case RatchetAnswer():
            return b"\x11" + encode_answer(item)
        case RatchetProof():
            return b"\x12" + encode_proof(item)
        case _:
            assert_never(item)


def _read_cosignature(data: bytes, position: int) -> tuple[Item, int]:
    (log, size, time_s), position = _read_numbers(data, position, 3)
    signature, position = take(data, position, 64)
    return CosignatureItem(log, size, time_s, signature), position


def _read_run_receipt(data: bytes, position: int) -> tuple[Item, int]:
    (log, start, end), position = _read_numbers(data, position, 3)
    _need(start < end, "empty-range")
    signature, position = take(data, position, 64)
    return RunReceiptItem(log, start, end, signature), position


def _read_ack(data: bytes, position: int) -> tuple[Item, int]:
    (log, last, count), position = _read_numbers(data, position, 3)
    _need(count <= MAX_RANGES, "too-many-ranges")
    cumulative = last
    ranges = []
    for _ in range(count):
        (gap, length), position = _read_numbers(data, position, 2)
        start = last + gap
        last = start + length
        _need(length > 0 and not last >> 63, "empty-range")
        ranges.append((start, last))
    return Ack(log, cumulative, tuple(ranges)), position


def _read_hole(data: bytes, position: int) -> tuple[Item, int]:
    (log, start, end), position = _read_numbers(data, position, 3)
    _need(start < end, "empty-range")
    return Hole(log, start, end), position


def _read_heartbeat(data: bytes, position: int) -> tuple[Item, int]:
    flag, position = take(data, position, 1)
    _need(flag in {b"\x00", b"\x01"}, "flags")
    (number, echo, held_ms, utc_ms), position = _read_numbers(data, position, 4)
    return Heartbeat(number, echo, held_ms, utc_ms, flag == b"\x01"), position


def _read_line_test(data: bytes, position: int) -> tuple[Item, int]:
    (log, index, template, written_ms, answers), position = _read_numbers(data, position, 5)
    return LineTestItem(log, index, template, written_ms, answers - 1 if answers else None), position


def _read_signal(data: bytes, position: int) -> tuple[Item, int]:
    length, position = read_varint(data, position)
    _need(length <= MAX_SIGNAL_BYTES, "signal-too-long")
    payload, position = take(data, position, length)
    return Signal(payload), position


def _skip(data: bytes, position: int) -> tuple[None, int]:
    length, position = read_varint(data, position)
    return None, take(data, position, length)[1]


_READERS: Final[dict[int, Callable[[bytes, int], tuple[Item | None, int]]]] = {
    0x01: decode_batch,
    0x02: _read_cosignature,
    0x03: _read_run_receipt,
    0x04: _read_ack,
    0x05: _read_hole,
    0x06: _read_heartbeat,
    0x07: _read_line_test,
    0x08: _read_signal,
    0x09: decode_ask,
    0x0A: decode_part,
    0x0B: decode_ml_dsa_checkpoint,
    0x0C: decode_ml_dsa_cosignature,
    0x0D: decode_log_ask,
    0x0E: decode_log_piece,
    0x10: decode_offer,
    0x11: decode_answer,
    0x12: decode_proof,
    0x13: decode_incarnation_ask,
} | dict.fromkeys(range(0x80, 0x100), _skip)


def _numbers(*values: int) -> bytes:
    return b"".join([varint(value) for value in values])


def _read_numbers(data: bytes, position: int, count: int) -> tuple[list[int], int]:
    values = []
    for _ in range(count):
        value, position = read_varint(data, position)
        values.append(value)
    return values, position


def _signature(signature: bytes) -> bytes:
    if len(signature) != 64:
        raise UsageError(
            f"a signature of {len(signature)} bytes",
            code="wire.packet.signature",
            hint="Ed25519 signatures have 64.",
        )
    return signature


def _payload(signal: Signal) -> bytes:
    if len(signal.payload) > MAX_SIGNAL_BYTES:
        raise UsageError(
            f"a signal of {len(signal.payload)} bytes",
            code="wire.packet.signal-too-long",
            hint=f"At most {MAX_SIGNAL_BYTES} bytes; what people say belongs on the record.",
        )
    return varint(len(signal.payload)) + signal.payload


def _ranges(ack: Ack) -> bytes:
    """Each range as its distance from the end of the one before, and its length."""
    parts = [varint(len(ack.selective))]
    last = ack.cumulative
    for start, end in ack.selective:
        if end <= start:
            raise UsageError(
                "an empty range", code="wire.packet.range", hint="Ranges are half-open and ascending."
            )
        parts += (varint(start - last), varint(end - start))
        last = end
    return b"".join(parts)


def _need(holds: bool, defect: str) -> None:
    if not holds:
        raise malformed(defect)


__all__ = [
    "Ack",
    "AttachmentAsk",
    "AttachmentPart",
    "Batch",
    "CheckpointSignature",
    "CosignatureItem",
    "Heartbeat",
    "Hole",
    "IncarnationAsk",
    "Item",
    "LeafOnly",
    "LineTestItem",
    "LogAsk",
    "LogPiece",
    "MlDsaCheckpoint",
    "MlDsaCosignature",
    "PackedEntry",
    "RatchetAnswer",
    "RatchetOffer",
    "RatchetProof",
    "RunReceiptItem",
    "RunSignature",
    "Signal",
    "decode_items",
    "encode_items",
]
