"""Two exports of one log, compared: what its author, and who co-signed, can be held to where they differ (A13).

Somebody who has an export from each side finds out alone whether both were shown the same log. Each export was audited
before: this looks at leaves and signatures only.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from coupefeu.errors import UsageError
from coupefeu.keys.notes import is_from
from coupefeu.record.equivocation import SignedLeaf, encode_equivocation
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.tree import inclusion_path
from coupefeu.record.two_heads import ShownLeaf, SignedHead, encode_two_heads
from coupefeu.wire import cosignature, tiles
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import Note, VerifierKey, parse_note

Read = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRecord:
    """One export: how to read it, its audited checkpoint note, and the keys that stand on it."""

    read: Read
    note: Note
    log_key: VerifierKey
    cosigner_keys: tuple[VerifierKey, ...]

    @property
    def checkpoint(self) -> Checkpoint:
        """What its note says."""
        return Checkpoint.parse(self.note.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A proof against `key`, to be verified with it."""

    key: VerifierKey
    proof: bytes


def compare_records(one: ComparedRecord, other: ComparedRecord) -> list[Contradiction]:
    """Give a proof against the log's key, and against each holder that co-signed both; none: both can be one log.

    Raises: UsageError: they are of different logs, or of different keys of one.
    """
    if one.checkpoint.origin != other.checkpoint.origin or one.log_key != other.log_key:
        raise UsageError(
            "the two exports are not of one log under one key",
            code="record.comparing.other_log",
            hint="Give two exports of the same log; where its key was replaced, compare up to there.",
        )
    parted = _parted_at(one, other)
    if parted is None:
        return []
    shown = [_shown(each, parted) for each in (one, other)]
    leaves = [
        SignedLeaf(None, each.checkpoint.size, _signature(each.note, each.log_key), leaf.leaf, leaf.path)
        for each, leaf in zip((one, other), shown, strict=True)
    ]
    found = [Contradiction(key=one.log_key, proof=encode_equivocation(parted, *leaves))]
    for key in one.cosigner_keys:
        if key in other.cosigner_keys:
            heads = [_head(each, key, leaf) for each, leaf in zip((one, other), shown, strict=True)]
            proof = encode_two_heads(one.checkpoint.origin, *heads)
            found.append(Contradiction(key=key, proof=proof))
    return found


def parse_record(read: Read, log_key: VerifierKey, cosigner_keys: Sequence[VerifierKey]) -> ComparedRecord:
    """Give an export that was audited with these keys."""
    note = parse_note(_need(read, "checkpoint"))
    standing = (key for key in cosigner_keys if any(is_from(key, each) for each in note.signatures))
    return ComparedRecord(read=read, note=note, log_key=log_key, cosigner_keys=tuple(standing))


def _parted_at(one: ComparedRecord, other: ComparedRecord) -> int | None:
    pairs = zip(_leaves(one), _leaves(other), strict=False)
    return next((index for index, (mine, theirs) in enumerate(pairs) if mine != theirs), None)


def _leaves(record: ComparedRecord) -> Iterator[bytes]:
    for number, width in tiles.bundle_widths(record.checkpoint.size):
        yield from tiles.parse_bundle(_need(record.read, tiles.entries_path(number, width)))


def _shown(record: ComparedRecord, index: int) -> ShownLeaf:
    hashes: list[bytes] = []
    found = b""
    for position, leaf in enumerate(_leaves(record)):
        hashes.append(leaf_hash(leaf))
        found = leaf if position == index else found
    return ShownLeaf(index=index, leaf=found, path=inclusion_path(hashes, index, len(hashes)))


def _head(record: ComparedRecord, key: VerifierKey, shown: ShownLeaf) -> SignedHead:
    blob = next(each.blob for each in record.note.signatures if is_from(key, each))
    time_s, signature = cosignature.unpack(blob)
    checkpoint = record.checkpoint
    return SignedHead(
        size=checkpoint.size, root=checkpoint.root, signature=signature, time_s=time_s, shown=shown
    )


def _signature(note: Note, key: VerifierKey) -> bytes:
    return next(each.blob for each in note.signatures if is_from(key, each))


def _need(read: Read, name: str) -> bytes:
    data = read(name)
    if data is None:
        raise UsageError(
            f"{name} is missing from an export",
            code="record.comparing.missing",
            hint="Copy the whole folder, or export it again.",
        )
    return data
