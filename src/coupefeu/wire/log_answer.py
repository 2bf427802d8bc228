"""How far a log reaches at the other side, and what is given back of it (protocol A13).

    ask      log size root:32 offset                    the asker holds `size` entries with this root
    piece    log size offset total tag:8 length bytes   a piece of the answer to the ask that it repeats

The pieces make one answer, at most MAX_ANSWER_BYTES; `tag` begins its SHA-256, so that pieces of two never mix.

    answer   01 flags
             [length statement]                              flag 04: the newest incarnation that its party opened since
             size [root:32 signature:64]                     the author's newest checkpoint there; 0: none
             size [root:32 time_s signature:64]              the co-signature that speaks for it; 0: none
             kind [size | start end] [signature:64]          the statement over what follows; kind 0: nothing follows
             first count entry*                              as in a batch, heads written out
             count {size signature:64 time_s cosignature:64}*     checkpoints among them, with their receipts

    flags    01 another root stands there at the size of the asker; 02 the answerer is recovering itself;
             04 the log is closed: its party opened another one
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from coupefeu.wire.batch import (
    CheckpointSignature,
    LeafOnly,
    PackedEntry,
    RunSignature,
    decode_entry,
    encode_entry,
    malformed,
    take,
)
from coupefeu.wire.varint import read_varint, varint

PIECE_BYTES: Final = 32_768
MAX_ANSWER_BYTES: Final = 2 << 20
MAX_GIVEN: Final = 2_048
"""Entries, and receipts, in one answer."""
MAX_GIVEN_BYTES: Final = 4 << 20
"""What its entries may inflate to."""
TAG_BYTES: Final = 8
_VERSION: Final = b"\x01"
MAX_OPENED_BYTES: Final = 24_576
_DIFFERS, _RECOVERING, _CLOSED = 1, 2, 4
_NOTHING, _CHECKPOINT, _RUN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class LogAsk:
    """How far does `log` reach there? The asker holds `size` entries with this root, and the answer up to `offset`."""

    log: int
    size: int
    root: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class LogPiece:
    """Bytes of an answer from `offset` on, of `total`."""

    log: int
    size: int
    offset: int
    total: int
    tag: bytes
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSize:
    """The author's checkpoint: size, root, and the 64 bytes under it."""

    size: int
    root: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignedSize:
    """A co-signature with the root that it is of."""

    size: int
    root: bytes
    time_s: int
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptedSize:
    """A checkpoint among the entries that follow, and the answerer's co-signature on it; roots are the reader's."""

    size: int
    signature: bytes
    time_s: int
    cosignature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAnswer:
    """What stands there of a log, and entries of it under one statement.

    `cosigned`: of the asker's own log, the answerer's word of now; of the answerer's, the asker's own largest word.
    `opened`: of a closed log of the asker, the newest incarnation that followed, as its identity key signed it.
    """

    differs: bool = False
    recovering: bool = False
    signed: SignedSize | None = None
    cosigned: CosignedSize | None = None
    statement: CheckpointSignature | RunSignature | None = None
    entries: tuple[PackedEntry | LeafOnly, ...] = ()
    receipts: tuple[ReceiptedSize, ...] = ()
    opened: bytes = b""


def tag_of(answer: bytes) -> bytes:
    """Return what tells the pieces of one answer from those of another."""
    return sha256(answer).digest()[:TAG_BYTES]


def encode_log_ask(ask: LogAsk) -> bytes:
    """Return the fields of an ask."""
    return varint(ask.log) + varint(ask.size) + _exactly(ask.root, 32) + varint(ask.offset)


def decode_log_ask(data: bytes, position: int) -> tuple[LogAsk, int]:
    """Return the ask at `position`, and the position after it. Raises: PeerError: it is malformed."""
    log, position = read_varint(data, position)
    size, position = read_varint(data, position)
    root, position = take(data, position, 32)
    offset, position = read_varint(data, position)
    return LogAsk(log, size, root, offset), position


def encode_log_piece(piece: LogPiece) -> bytes:
    """Return the fields of a piece."""
    numbers = (piece.log, piece.size, piece.offset, piece.total)
    head = b"".join(map(varint, numbers))
    return head + _exactly(piece.tag, TAG_BYTES) + varint(len(piece.data)) + piece.data


def decode_log_piece(data: bytes, position: int) -> tuple[LogPiece, int]:
    """Return the piece at `position`, and the position after it. Raises: PeerError: it is malformed, or too long."""
    log, position = read_varint(data, position)
    size, position = read_varint(data, position)
    offset, position = read_varint(data, position)
    total, position = read_varint(data, position)
    tag, position = take(data, position, TAG_BYTES)
    length, position = read_varint(data, position)
    if total > MAX_ANSWER_BYTES or not 0 < length <= min(PIECE_BYTES, total) or offset + length > total:
        raise malformed("log-piece-bounds")
    content, position = take(data, position, length)
    return LogPiece(log, size, offset, total, tag, content), position


def cut_piece(ask: LogAsk, answer: bytes) -> LogPiece | None:
    """Give the piece that an ask is for; None: it lies behind the end."""
    if ask.offset >= len(answer):
        return None
    data = answer[ask.offset : ask.offset + PIECE_BYTES]
    return LogPiece(ask.log, ask.size, ask.offset, len(answer), tag_of(answer), data)


def encode_log_answer(answer: LogAnswer) -> bytes:
    """Return the bytes of an answer. Raises: UsageError: a field has the wrong size."""
    flags = _DIFFERS * answer.differs | _RECOVERING * answer.recovering | _CLOSED * bool(answer.opened)
    parts = [_VERSION, bytes((flags,))]
    if answer.opened:
        parts += (varint(len(answer.opened)), answer.opened)
    signed, cosigned, statement = answer.signed, answer.cosigned, answer.statement
    parts.append(varint(0) if signed is None else varint(signed.size) + signed.root + signed.signature)
    if cosigned is None:
        parts.append(varint(0))
    else:
        parts += (varint(cosigned.size), cosigned.root, varint(cosigned.time_s), cosigned.signature)
    match statement:
        case None:
            return b"".join([*parts, bytes((_NOTHING,))])
        case CheckpointSignature():
            parts += (bytes((_CHECKPOINT,)), varint(statement.size), statement.signature)
        case RunSignature():
            parts += (bytes((_RUN,)), varint(statement.start), varint(statement.end), statement.signature)
    parts += (varint(answer.entries[0].index), varint(len(answer.entries)))
    parts += map(encode_entry, answer.entries)
    parts.append(varint(len(answer.receipts)))
    for each in answer.receipts:
        parts += (varint(each.size), each.signature, varint(each.time_s), each.cosignature)
    return b"".join(parts)


def decode_log_answer(data: bytes) -> LogAnswer:
    """Return an answer.

    Raises: PeerError: the bytes break the format or a bound.
    """
    if len(data) > MAX_ANSWER_BYTES:
        raise malformed("log-answer-too-long")
    version, position = take(data, 0, 1)
    flag, position = take(data, position, 1)
    if version != _VERSION or flag[0] > _DIFFERS | _RECOVERING | _CLOSED:
        raise malformed("log-answer-version")
    opened, position = _read_opened(data, position) if flag[0] & _CLOSED else (b"", position)
    signed, position = _read_signed(data, position)
    cosigned, position = _read_cosigned(data, position)
    statement, position = _read_statement(data, position)
    entries: tuple[PackedEntry | LeafOnly, ...] = ()
    receipts: tuple[ReceiptedSize, ...] = ()
    if statement is not None:
        entries, position = _read_entries(data, position)
        receipts, position = _read_receipts(data, position)
    if position != len(data):
        raise malformed("log-answer-trailing")
    return LogAnswer(
        differs=bool(flag[0] & _DIFFERS),
        recovering=bool(flag[0] & _RECOVERING),
        signed=signed,
        cosigned=cosigned,
        statement=statement,
        entries=entries,
        receipts=receipts,
        opened=opened,
    )


def _read_opened(data: bytes, position: int) -> tuple[bytes, int]:
    length, position = read_varint(data, position)
    if not 0 < length <= MAX_OPENED_BYTES:
        raise malformed("log-answer-opened")
    return take(data, position, length)


def _read_signed(data: bytes, position: int) -> tuple[SignedSize | None, int]:
    size, position = _read_size(data, position)
    if size == 0:
        return None, position
    root, position = take(data, position, 32)
    signature, position = take(data, position, 64)
    return SignedSize(size=size, root=root, signature=signature), position


def _read_cosigned(data: bytes, position: int) -> tuple[CosignedSize | None, int]:
    size, position = _read_size(data, position)
    if size == 0:
        return None, position
    root, position = take(data, position, 32)
    time_s, position = read_varint(data, position)
    signature, position = take(data, position, 64)
    return CosignedSize(size=size, root=root, time_s=time_s, signature=signature), position


def _read_statement(data: bytes, position: int) -> tuple[CheckpointSignature | RunSignature | None, int]:
    kind, position = take(data, position, 1)
    start = 0
    if kind[0] == _NOTHING:
        return None, position
    if kind[0] == _RUN:
        start, position = _read_size(data, position)
    elif kind[0] != _CHECKPOINT:
        raise malformed("log-answer-statement")
    end, position = _read_size(data, position)
    signature, position = take(data, position, 64)
    if kind[0] == _CHECKPOINT:
        return CheckpointSignature(end, signature), position
    if start >= end:
        raise malformed("empty-range")
    return RunSignature(start, end, signature), position


def _read_entries(data: bytes, position: int) -> tuple[tuple[PackedEntry | LeafOnly, ...], int]:
    first, position = _read_size(data, position)
    count, position = read_varint(data, position)
    if not 0 < count <= MAX_GIVEN:
        raise malformed("log-answer-count")
    entries = []
    left = MAX_GIVEN_BYTES
    for index in range(first, first + count):
        entry, position = decode_entry(index, data, position)
        entries.append(entry)
        left -= 0 if isinstance(entry, LeafOnly) else len(entry.head) + len(entry.body)
        if left < 0:
            raise malformed("inflates-too-far")
    return tuple(entries), position


def _read_receipts(data: bytes, position: int) -> tuple[tuple[ReceiptedSize, ...], int]:
    count, position = read_varint(data, position)
    if count > MAX_GIVEN:
        raise malformed("log-answer-count")
    receipts = []
    for _ in range(count):
        size, position = _read_size(data, position)
        signature, position = take(data, position, 64)
        time_s, position = read_varint(data, position)
        cosignature, position = take(data, position, 64)
        receipts.append(ReceiptedSize(size=size, signature=signature, time_s=time_s, cosignature=cosignature))
    return tuple(receipts), position


def _read_size(data: bytes, position: int) -> tuple[int, int]:
    size, position = read_varint(data, position)
    if size >= (1 << 62):
        raise malformed("index")
    return size, position


def _exactly(octets: bytes, length: int) -> bytes:
    assert len(octets) == length
    return octets
