"""Entries from the air, restored to what their author signed."""

from dataclasses import dataclass

from coupefeu.errors import PeerError
from coupefeu.record.leaf import leaf_hash, make_leaf
from coupefeu.store.transaction import Transaction
from coupefeu.wire.head import restore
from coupefeu.wire.packet import Batch, PackedEntry


class MissingReferenceError(PeerError):
    """A head refers to an entry that is not held yet; it must be asked for first (protocol A3)."""

    def __init__(self, log: int, index: int) -> None:
        super().__init__(
            f"an entry refers to log {log}, index {index}, not held", code="store.receive.reference"
        )
        self.log = log
        self.index = index


@dataclass(frozen=True, slots=True)
class Incoming:
    """One restored entry; a leaf alone has neither seed, head nor body."""

    index: int
    leaf: bytes
    leaf_hash: bytes
    seed: bytes | None = None
    head: bytes | None = None
    body: bytes | None = None

    @property
    def has_body(self) -> bool:
        """Whether all that the leaf commits to is here."""
        return self.body is not None


def restore_batch(transaction: Transaction, log: int, batch: Batch) -> dict[int, Incoming]:
    """Rebuild the leaves of a batch, by index.

    Raises: PeerError: a short head is malformed; MissingReferenceError: it refers to what is not held.
    """
    origin = transaction.line.author(log).origin
    restored: dict[int, Incoming] = {}

    def find_leaf_hash(other: int, index: int) -> bytes:
        if other == log and index in restored:
            return restored[index].leaf_hash
        try:
            return transaction.leaf_hash(other, index)
        except KeyError:
            raise MissingReferenceError(other, index) from None

    def find_root(other: int, size: int) -> bytes:
        try:
            return transaction.root(other, size)
        except KeyError:
            raise MissingReferenceError(other, size - 1) from None

    for entry in batch.entries:
        if isinstance(entry, PackedEntry):
            head = restore(entry.head, find_leaf_hash, find_root)
            leaf = make_leaf(origin, entry.seed, head, entry.body)
            restored[entry.index] = Incoming(
                entry.index, leaf, leaf_hash(leaf), bytes(entry.seed), bytes(head), bytes(entry.body)
            )
        else:
            restored[entry.index] = Incoming(entry.index, bytes(entry.leaf), leaf_hash(entry.leaf))
    return restored
