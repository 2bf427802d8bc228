"""A batch: entries of one log and the one statement that covers them; `packet.py` has the picture of its bytes."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from coupefeu.errors import PeerError, UsageError
from coupefeu.model.entry import MAX_HEAD_BYTES, MAX_OPENING_BODY_BYTES
from coupefeu.wire.dictionary import DICTIONARY
from coupefeu.wire.head import left_out
from coupefeu.wire.varint import read_varint, varint

MAX_ENTRIES: Final = 256
MAX_HASHES_LEFT_OUT: Final = 128
MAX_ROOTS_LEFT_OUT: Final = 32
"""What short heads leave out costs the receiver more than the bytes that ask for it, a root thirty times a hash."""
MAX_INFLATED_BYTES: Final = 1 + 2 + MAX_HEAD_BYTES + MAX_OPENING_BODY_BYTES
MAX_BATCH_INFLATED_BYTES: Final = 128 << 10
"""A sender fills a frame by what its entries are before they shrink, so a batch never inflates to twice a frame."""

_WINDOW_BITS: Final = -13
_COMPRESSOR: Final = zlib.compressobj(9, zlib.DEFLATED, _WINDOW_BITS, 5, zlib.Z_DEFAULT_STRATEGY, DICTIONARY)
"""Never fed: each entry uses a copy, which costs a tenth of a fresh one."""

_GAPS, _RUN, _BOUNDS = 1, 2, 4
_LEAF, _PLAIN, _DEFLATED = 0, 1, 2
_LEAF_START, _LEAF_MIDDLE = b"\x83\x01\x58\x20", b"\x58\x20"
_LEAF_BYTES, _SEED_BYTES, _SIGNATURE_BYTES = 70, 16, 64


@dataclass(frozen=True, slots=True)
class PackedEntry:
    """All of an entry: 16-byte seed, short form of the head, body."""

    index: int
    seed: bytes
    head: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class LeafOnly:
    """The 70-byte leaf of an entry whose head and body are not for the receiver, or are erased."""

    index: int
    leaf: bytes


@dataclass(frozen=True, slots=True)
class CheckpointSignature:
    """The author's 64 bytes under the checkpoint of `size`."""

    size: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class RunSignature:
    """The author's 64 bytes under the run note of [start, end)."""

    start: int
    end: int
    signature: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of one log by ascending index, and the statement that covers them."""

    log: int
    entries: tuple[PackedEntry | LeafOnly, ...]
    statement: CheckpointSignature | RunSignature


class LeftOut:
    """What the heads of one batch leave out for the receiver to find; a root once, however many heads name it."""

    def __init__(self, entries: Iterable[PackedEntry | LeafOnly] = ()) -> None:
        self.hashes = 0
        self.roots: set[tuple[int, int]] = set()
        for entry in entries:
            self.add(entry)

    def add(self, entry: PackedEntry | LeafOnly) -> None:
        """Count one more entry."""
        if isinstance(entry, PackedEntry):
            hashes, roots = left_out(entry.head)
            self.hashes += hashes
            self.roots.update(roots)

    @property
    def is_too_much(self) -> bool:
        """Whether one batch may not leave out so much; what one lawful head leaves out never is."""
        return self.hashes > MAX_HASHES_LEFT_OUT or len(self.roots) > MAX_ROOTS_LEFT_OUT


def encode_batch(batch: Batch) -> bytes:
    """Return the bytes of a batch without its type byte.

    Raises:
        UsageError: no or too many entries, indices not ascending, or a field of the wrong size.
    """
    entries, statement = batch.entries, batch.statement
    if not 0 < len(entries) <= MAX_ENTRIES:
        raise _unusable(f"{len(entries)} entries")
    if LeftOut(entries).is_too_much:
        raise _unusable("the heads leave out too many hashes or roots")
    first, last = entries[0].index, entries[-1].index
    flags = 0
    gaps: list[bytes] = []
    if last - first + 1 != len(entries):
        flags |= _GAPS
        gaps = [varint(after.index - before.index - 1) for before, after in pairwise(entries)]
    if isinstance(statement, RunSignature):
        flags |= _RUN
        bounds = (
            [] if (statement.start, statement.end) == (first, last + 1) else [statement.start, statement.end]
        )
    else:
        bounds = [] if statement.size == last + 1 else [statement.size]
    if bounds:
        flags |= _BOUNDS
    if len(statement.signature) != _SIGNATURE_BYTES:
        raise _unusable("a signature has not 64 bytes")
    parts = [bytes((flags,)), varint(batch.log), varint(first), varint(len(entries)), *gaps]
    parts += [encode_entry(entry) for entry in entries]
    parts += [varint(bound) for bound in bounds]
    parts.append(statement.signature)
    return b"".join(parts)


def decode_batch(data: bytes, position: int) -> tuple[Batch, int]:
    """Return the batch whose flags stand at `position`, and its end.

    Raises:
        PeerError: the bytes break the format or a bound.
    """
    flag, position = take(data, position, 1)
    flags = flag[0]
    if flags > _GAPS | _RUN | _BOUNDS:
        raise malformed("flags")
    log, position = read_varint(data, position)
    index, position = read_varint(data, position)
    count, position = read_varint(data, position)
    if not 0 < count <= MAX_ENTRIES:
        raise malformed("entry-count")
    indices = [index]
    for _ in range(count - 1):
        if flags & _GAPS:
            gap, position = read_varint(data, position)
            index += gap
        index += 1
        indices.append(index)
    if index >= (1 << 63) - 1:
        raise malformed("index")
    entries = []
    left, missing = MAX_BATCH_INFLATED_BYTES, LeftOut()
    for each in indices:
        entry, position = decode_entry(each, data, position)
        entries.append(entry)
        left -= _LEAF_BYTES if isinstance(entry, LeafOnly) else len(entry.head) + len(entry.body)
        missing.add(entry)
        if left < 0 or missing.is_too_much:
            raise malformed("inflates-too-far" if left < 0 else "leaves-out-too-much")
    statement, position = _decode_statement(flags, indices[0], index + 1, data, position)
    return Batch(log, tuple(entries), statement), position


def take(data: bytes, position: int, length: int) -> tuple[bytes, int]:
    """`length` bytes at `position`, and their end.

    Raises:
        PeerError: fewer are there.
    """
    end = position + length
    if end > len(data):
        raise malformed("truncated")
    return data[position:end], end


def malformed(defect: str) -> PeerError:
    """Return the error for a frame whose plaintext breaks the format."""
    return PeerError(
        f"a frame is refused: {defect}",
        code=f"wire.packet.{defect}",
        hint="The frame is dropped and the line stays up; compare the software versions of both sides.",
    )


def encode_entry(entry: PackedEntry | LeafOnly) -> bytes:
    """Return the bytes of one entry, without its index. Raises: UsageError: a field of the wrong size."""
    if isinstance(entry, LeafOnly):
        leaf = entry.leaf
        if len(leaf) != _LEAF_BYTES or leaf[:4] != _LEAF_START or leaf[36:38] != _LEAF_MIDDLE:
            raise _unusable("a leaf is not one")
        return b"\x00" + leaf[4:36] + leaf[38:]
    head, body = entry.head, entry.body
    if len(entry.seed) != _SEED_BYTES:
        raise _unusable("a seed has not 16 bytes")
    if len(head) > MAX_HEAD_BYTES + 1 or len(body) > MAX_OPENING_BODY_BYTES:
        raise _unusable("a head or body is too long")
    plain = varint(len(head)) + head + body
    compressor = _COMPRESSOR.copy()
    deflated = compressor.compress(plain) + compressor.flush()
    if len(deflated) < len(plain):
        return b"\x02" + entry.seed + varint(len(deflated)) + deflated
    return b"".join((b"\x01", entry.seed, varint(len(head)), head, varint(len(body)), body))


def decode_entry(index: int, data: bytes, position: int) -> tuple[PackedEntry | LeafOnly, int]:
    """Return the entry at `position`, and its end. Raises: PeerError: the bytes break the format or a bound."""
    form, position = take(data, position, 1)
    if form[0] == _LEAF:
        hashes, position = take(data, position, 64)
        return LeafOnly(index, _LEAF_START + hashes[:32] + _LEAF_MIDDLE + hashes[32:]), position
    seed, position = take(data, position, _SEED_BYTES)
    length, position = read_varint(data, position)
    if form[0] == _PLAIN:
        if length > MAX_HEAD_BYTES + 1:
            raise malformed("head-too-long")
        head, position = take(data, position, length)
        length, position = read_varint(data, position)
        if length > MAX_OPENING_BODY_BYTES:
            raise malformed("body-too-long")
        body, position = take(data, position, length)
        return PackedEntry(index, seed, head, body), position
    if form[0] != _DEFLATED:
        raise malformed("entry-form")
    deflated, position = take(data, position, length)
    plain = _inflate(deflated)
    head_length, start = read_varint(plain, 0)
    if head_length > MAX_HEAD_BYTES + 1:
        raise malformed("head-too-long")
    head, start = take(plain, start, head_length)
    if len(plain) - start > MAX_OPENING_BODY_BYTES:
        raise malformed("body-too-long")
    return PackedEntry(index, seed, head, plain[start:]), position


def _inflate(deflated: bytes) -> bytes:
    """At most `MAX_INFLATED_BYTES`, and nothing behind the end of the stream."""
    stream = zlib.decompressobj(_WINDOW_BITS, DICTIONARY)
    try:
        plain = stream.decompress(deflated, MAX_INFLATED_BYTES)
    except zlib.error as error:
        raise malformed("deflate") from error
    if not stream.eof or stream.unused_data:
        raise malformed("inflates-too-far" if stream.unconsumed_tail else "deflate")
    return plain


def _decode_statement(
    flags: int, first: int, end: int, data: bytes, position: int
) -> tuple[CheckpointSignature | RunSignature, int]:
    start = first
    if flags & _BOUNDS and flags & _RUN:
        start, position = read_varint(data, position)
    if flags & _BOUNDS:
        end, position = read_varint(data, position)
    signature, position = take(data, position, _SIGNATURE_BYTES)
    if flags & _RUN:
        if start >= end:
            raise malformed("empty-range")
        return RunSignature(start, end, signature), position
    return CheckpointSignature(end, signature), position


def _unusable(reason: str) -> UsageError:
    return UsageError(
        f"a batch cannot be sent: {reason}",
        code="wire.batch.unencodable",
        hint=f"At most {MAX_ENTRIES} entries by ascending index, with seeds of 16 and signatures of 64 bytes.",
    )
