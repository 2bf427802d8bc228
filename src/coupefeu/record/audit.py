"""Verification of an exported record: every leaf, every tile, the root, the signatures, and what they do not prove.

Memory does not grow with the log: one bundle and one unfinished tile a level are held at a time.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from coupefeu.errors import PeerError, VerificationError
from coupefeu.model.entry import Head, Seen
from coupefeu.record.disclosure import INDEX_PATH, Disclosure, bodies_path, parse_index
from coupefeu.record.enclosures import Enclosures
from coupefeu.record.leaf import LEAF_BYTES, check_leaf
from coupefeu.record.signatures import (
    NOT_PROVED,
    NOT_RECEIVED,
    OTHER_BRANCH,
    UNWITNESSED_BRANCH,
    Cosigned,
    SignedCheckpoint,
    again_sentences,
    classical_sentence,
    cosigned_sentences,
    verify_checkpoint_note,
    witnessed_sentences,
)
from coupefeu.record.tree import Frontier, root_of
from coupefeu.wire import tiles
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.head import decode_head
from coupefeu.wire.note import VerifierKey

Read = Callable[[str], bytes | None]
"""Path inside the export, with `/`, to the file's bytes; None when it is not there."""

OLDER_CHECKPOINT: Final = "checkpoint-mldsa"
"""Beside a newest checkpoint that is classical only: the newest that ML-DSA-44 covers, by the same keys."""
MAX_NAMED: Final = 100
_STRIDE: Final = LEAF_BYTES + 2
_FIXED: Final = {0: 0x00, 1: LEAF_BYTES, 2: 0x83, 3: 0x01, 4: 0x58, 5: 0x20, 38: 0x58, 39: 0x20}
"""Offsets, from its length on, at which every leaf of a bundle has the same byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAudit:
    """What an export shows. `unreadable` names at most 100 entries whose head or body does not parse.

    `seen`: of each other log the most that a head names, by log number; `seen_heads` name anything at all.
    `attachments` were shown and hold; `attachments_absent` were committed in what was read, and are not here.
    `again`: who signed with ML-DSA-44 too, the entries before `covered`; those from it on are classical only so far.
    """

    origin: str
    size: int
    root: bytes
    log_key: VerifierKey
    cosigned: tuple[Cosigned, ...]
    again: tuple[Cosigned, ...]
    covered: int
    unknown_signers: tuple[str, ...]
    first_body: bytes | None
    heads: int
    bodies: int
    unreadable: tuple[int, ...]
    unreadable_count: int
    attachments: int
    attachments_absent: int
    witnessed: tuple[Cosigned, ...]
    seen: tuple[Seen, ...]
    seen_heads: int
    proved: tuple[str, ...]
    not_proved: tuple[str, ...]


def audit_record(
    read: Read,
    log_key: VerifierKey,
    cosigner_keys: Sequence[VerifierKey] = (),
    *,
    witness_keys: Sequence[VerifierKey] = (),
    deep: bool = False,
    decode_body: Callable[[int, Head, bytes], None] | None = None,
    enclosures: Enclosures | None = None,
    progress: Callable[[int, int], None] | None = None,
    ml_dsa_keys: Sequence[VerifierKey] = (),
) -> RecordAudit:
    """Verify a tlog-tiles folder; `progress(done, size)` is called after each bundle of 256 entries.

    With `deep`, every head is decoded, and every body given to `decode_body`, which raises `PeerError` when it cannot
    read it: that is counted, not fatal, for unreadable entries are lawful. Every attachment that
    `enclosures` shows is verified, with `deep` and without.

    Raises:
        PeerError: a file is missing or breaks its format.
        VerificationError: a signature, tile, root, head, body or attachment does not hold.
    """
    signed = verify_checkpoint_note(
        _need(read, "checkpoint"), log_key, cosigner_keys, ml_dsa_keys, witness_keys
    )
    checkpoint = signed.checkpoint
    note = read(OLDER_CHECKPOINT)
    older = (
        None
        if note is None
        else verify_checkpoint_note(note, log_key, cosigner_keys, ml_dsa_keys, witness_keys)
    )
    bodies = _Bodies(
        read, checkpoint.origin, checkpoint.size, decode_body if deep else None, enclosures, deep=deep
    )
    tree = _TiledTree(read, 0 if older is None else older.checkpoint.size)
    for index, width in tiles.bundle_widths(checkpoint.size):
        path = tiles.entries_path(index, width)
        data = _need(read, path)
        hashes = _leaf_hashes(data, width, path)
        tree.add(hashes)
        bodies.check(index, data)
        if progress:
            progress(index * tiles.TILE_WIDTH + width, checkpoint.size)
    if tree.finish() != checkpoint.root:
        raise VerificationError(
            f"the {checkpoint.size} entries do not have the root that {checkpoint.origin} signed",
            code="record.audit.root",
            hint="The entries or the checkpoint were changed; keep the folder as evidence.",
        )
    if older is not None:
        _verify_older(older, checkpoint, tree)
    return _result(log_key, signed, older, bodies, deep=deep)


def _verify_older(older: SignedCheckpoint, newest: Checkpoint, tree: "_TiledTree") -> None:
    """Refuse an older checkpoint that does not hold the first of these same entries."""
    if older.checkpoint.size >= newest.size or older.checkpoint.root != tree.earlier_root:
        raise VerificationError(
            f"{OLDER_CHECKPOINT} names {older.checkpoint.size:,} entries that are not the first of these",
            code="record.audit.older",
            hint="Two truths under one key, or a file of another log: keep the folder as evidence.",
        )


def _leaf_hashes(data: bytes, width: int, path: str) -> list[bytes]:
    """Hash a bundle; the fixed bytes of all its leaves are compared in a few slices."""
    if len(data) != width * _STRIDE or any(
        data[offset::_STRIDE] != bytes((byte,)) * width for offset, byte in _FIXED.items()
    ):
        items = tiles.parse_bundle(data)
        for item in items:
            check_leaf(item)
        raise PeerError(
            f"{path} holds {len(items)} entries where the checkpoint needs {width}",
            code="record.audit.bundle",
            hint="The export is not complete; export it again.",
        )
    return [sha256(b"\x00" + data[at : at + LEAF_BYTES]).digest() for at in range(2, len(data), _STRIDE)]


class _TiledTree:
    """Grows the tree a bundle at a time and compares every tile on the way."""

    def __init__(self, read: Read, earlier: int = 0) -> None:
        """`earlier`: a size at which the root is to be kept; 0: none."""
        self._read = read
        self._earlier = earlier
        self.earlier_root: bytes | None = None
        self._frontier = Frontier()
        self._open: list[list[bytes]] = [[]]
        self._done = [0]

    def add(self, hashes: list[bytes]) -> None:
        """Take the leaf hashes of the next bundle; only the last may have fewer than 256."""
        left = self._earlier - self._frontier.size
        if 0 < left <= len(hashes):
            frontier = self._frontier.copy()
            frontier.extend(hashes[:left])
            self.earlier_root = frontier.root()
        if len(hashes) < tiles.TILE_WIDTH:
            self._frontier.extend(hashes)
            self._open[0] = hashes
            return
        self._compare(0, hashes)
        root = root_of(hashes)
        self._frontier.append_subtree(tiles.TILE_HEIGHT, root)
        level = 1
        while True:
            if level == len(self._open):
                self._open.append([])
                self._done.append(0)
            self._open[level].append(root)
            if len(self._open[level]) < tiles.TILE_WIDTH:
                return
            full, self._open[level] = self._open[level], []
            self._compare(level, full)
            root = root_of(full)
            level += 1

    def finish(self) -> bytes:
        """Compare the unfinished tiles, and return the root."""
        for level, hashes in enumerate(self._open):
            if hashes:
                self._compare(level, hashes)
        return self._frontier.root()

    def _compare(self, level: int, hashes: list[bytes]) -> None:
        path = tiles.tile_path(level, self._done[level], len(hashes))
        self._done[level] += 1
        if _need(self._read, path) != b"".join(hashes):
            raise VerificationError(
                f"{path} does not hold the hashes of the entries below it",
                code="record.audit.tile",
                hint="A tile or an entry was changed; keep the folder as evidence.",
            )


class _Bodies:
    """Compares what is disclosed with the leaves, a bundle at a time."""

    def __init__(
        self,
        read: Read,
        origin: str,
        size: int,
        decode_body: Callable[[int, Head, bytes], None] | None,
        enclosures: Enclosures | None,
        *,
        deep: bool,
    ) -> None:
        listed = read(INDEX_PATH)
        self._enclosures = enclosures
        if enclosures is not None:
            enclosures.insist_below(size)
        self.attachments = self.attachments_absent = 0
        self._read, self._origin, self._decode_body, self._deep = read, origin, decode_body, deep
        self._ranges = deque(parse_index(listed, origin, size) if listed is not None else ())
        self.first_body: bytes | None = None
        self.heads = self.bodies = self.unreadable_count = self.seen_heads = 0
        self.seen: dict[int, Seen] = {}
        self.unreadable: list[int] = []

    def check(self, number: int, leaves: bytes) -> None:
        """Check the bundle of bodies `number`.

        Without `deep`, only the first entry, which holds the agreement, and those of which attachments are shown.
        """
        start = number * tiles.TILE_WIDTH
        end = start + len(leaves) // _STRIDE
        expected = self._held(start, end)
        chosen = self._chosen(start, end, expected)
        if not chosen:
            return
        items = [
            Disclosure.from_bytes(item) for item in tiles.parse_bundle(_need(self._read, bodies_path(number)))
        ]
        if [item.index for item in items] != expected:
            raise PeerError(
                f"{bodies_path(number)} does not hold the entries that {INDEX_PATH} lists",
                code="record.audit.bodies",
                hint="The export is not complete; export it again.",
            )
        for item in items:
            if item.index not in chosen:
                continue
            at = (item.index - start) * _STRIDE + 2
            item.verify(self._origin, leaves[at : at + LEAF_BYTES])
            if item.index == 0:
                self.first_body = item.body
            self._check_attachments(item, self._count(item))

    def _chosen(self, start: int, end: int, expected: list[int]) -> frozenset[int]:
        attached = frozenset() if self._enclosures is None else self._enclosures.within(start, end)
        for index in attached - set(expected):
            assert self._enclosures is not None
            self._enclosures.verify(self._origin, index, None, None)
        if self._deep:
            return frozenset(expected)
        return attached | frozenset({0} & set(expected))

    def _held(self, start: int, end: int) -> list[int]:
        """Give the disclosed indices in [start, end), dropping the ranges that are past."""
        indices: list[int] = []
        while self._ranges and self._ranges[0][0] < end:
            first, last = self._ranges.popleft()
            indices += range(max(first, start), min(last, end))
            if last > end:
                self._ranges.appendleft((end, last))
                break
        return indices

    def _count(self, item: Disclosure) -> Head | None:
        self.heads += 1
        self.bodies += item.body is not None
        head = None
        try:
            head = decode_head(item.head)
            self._see(head)
            if self._decode_body and item.body is not None:
                self._decode_body(item.index, head, item.body)
        except PeerError:
            self.unreadable_count += 1
            if len(self.unreadable) < MAX_NAMED:
                self.unreadable.append(item.index)
        return head

    def _check_attachments(self, item: Disclosure, head: Head | None) -> None:
        if self._enclosures is None:
            return
        for each in self._enclosures.verify(self._origin, item.index, head, item.body):
            self.attachments += each.is_shown
            self.attachments_absent += not each.is_shown

    def _see(self, head: Head) -> None:
        self.seen_heads += bool(head.seen)
        for each in head.seen:
            most = self.seen.get(each.log)
            if most is None or most.size < each.size:
                self.seen[each.log] = each


def _need(read: Read, path: str) -> bytes:
    data = read(path)
    if data is None:
        raise PeerError(
            f"{path} is missing from the export",
            code="record.audit.missing",
            hint="Copy the whole folder, or export it again.",
        )
    return data


def _result(
    log_key: VerifierKey,
    signed: SignedCheckpoint,
    older: SignedCheckpoint | None,
    bodies: _Bodies,
    *,
    deep: bool,
) -> RecordAudit:
    checkpoint = signed.checkpoint
    again = signed if signed.is_post_quantum or older is None or not older.is_post_quantum else older
    covered = again.checkpoint.size if again.is_post_quantum else 0
    signed_for = (
        f"The key {log_key.key_id.hex()} of {checkpoint.origin} signed for exactly these {checkpoint.size} entries, "
        "in this order: its holder can neither deny nor change one."
    )
    proved = [
        signed_for,
        *cosigned_sentences(signed.cosigned, checkpoint.size),
        *witnessed_sentences(signed.witnessed, checkpoint.size),
        *again_sentences(again.again, again.checkpoint.size),
    ]
    if deep and bodies.heads:
        proved.append(f"{bodies.heads} heads and {bodies.bodies} bodies are those that were signed.")
    if bodies.attachments:
        proved.append(f"Attachments shown: {bodies.attachments:,}; each is what its message committed to.")
    not_proved = [
        *NOT_PROVED,
        UNWITNESSED_BRANCH if signed.witnessed else OTHER_BRANCH,
    ]
    if not signed.is_held_by_others:
        not_proved.append(NOT_RECEIVED)
    if classical := classical_sentence(covered, checkpoint.size):
        not_proved.append(classical)
    if deep and bodies.heads > bodies.bodies:
        not_proved.append(
            f"What {bodies.heads - bodies.bodies:,} entries say of which the head alone is shown: "
            "their content was erased, or was not given."
        )
    if not deep:
        not_proved.append("What the heads and bodies say: they were not read (--deep reads them).")
    elif bodies.attachments_absent:
        not_proved.append(
            f"What is in attachments that were committed and are not here: {bodies.attachments_absent:,}."
        )
    return RecordAudit(
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root,
        log_key=log_key,
        cosigned=signed.cosigned,
        witnessed=signed.witnessed,
        again=again.again,
        covered=covered,
        unknown_signers=signed.unknown,
        first_body=bodies.first_body,
        heads=bodies.heads if deep else 0,
        bodies=bodies.bodies if deep else 0,
        unreadable=tuple(bodies.unreadable),
        unreadable_count=bodies.unreadable_count,
        attachments=bodies.attachments,
        attachments_absent=bodies.attachments_absent if deep else 0,
        seen=tuple(bodies.seen[log] for log in sorted(bodies.seen)) if deep else (),
        seen_heads=bodies.seen_heads if deep else 0,
        proved=tuple(proved),
        not_proved=tuple(not_proved),
    )
