"""The RFC 6962 tree: growing it, its root, and proofs that are made and checked without recursion."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

from coupefeu.errors import StoreError, UsageError, VerificationError

HASH_BYTES: Final = 32
MAX_PATH: Final = 64
EMPTY_ROOT: Final = sha256(b"").digest()

Nodes: TypeAlias = Sequence[bytes] | Callable[[int, int], bytes]
"""All leaf hashes, or `(level, index)` -> hash of the full subtree [index << level, (index + 1) << level)."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962 section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: one hash for each full subtree, the largest first."""

    __slots__ = ("_nodes", "size")

    def __init__(self) -> None:
        self.size = 0
        self._nodes: list[bytes] = []

    def append(self, leaf_hash: bytes) -> None:
        """Add the next leaf's hash."""
        node, size, nodes = leaf_hash, self.size, self._nodes
        while size & 1:
            node = sha256(b"\x01" + nodes.pop() + node).digest()
            size >>= 1
        nodes.append(node)
        self.size += 1

    def completed_by(self, leaf_hash: bytes, step: int) -> list[tuple[int, int, bytes]]:
        """Return what the next leaf completes: (level, index, root) of each full subtree whose level `step` divides."""
        completed, node, level, last = [], leaf_hash, 0, self.size
        for left in reversed(self._nodes):
            if not last & 1:
                break
            node, last, level = node_hash(left, node), last >> 1, level + 1
            if level % step == 0:
                completed.append((level, last, node))
        return completed

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add many."""
        for leaf_hash in leaf_hashes:
            self.append(leaf_hash)

    def append_subtree(self, level: int, root: bytes) -> None:
        """Add a full subtree of 2^level leaves; the size must be a multiple of that."""
        if self.size & (1 << level) - 1:
            raise UsageError(
                f"a subtree of level {level} at size {self.size}",
                code="record.tree.alignment",
                hint="Align it.",
            )
        node, size = root, self.size >> level
        while size & 1:
            node = node_hash(self._nodes.pop(), node)
            size >>= 1
        self._nodes.append(node)
        self.size += 1 << level

    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        if not self._nodes:
            return EMPTY_ROOT
        node = self._nodes[-1]
        for left in self._nodes[-2::-1]:
            node = sha256(b"\x01" + left + node).digest()
        return node

    def subtrees(self) -> dict[tuple[int, int], bytes]:
        """Return the full subtrees by (level, index), as `inclusion_path` asks for them."""
        found, start = {}, 0
        levels = (level for level in range(self.size.bit_length() - 1, -1, -1) if self.size >> level & 1)
        for level, node in zip(levels, self._nodes, strict=True):
            found[level, start >> level] = node
            start += 1 << level
        return found

    def copy(self) -> "Frontier":
        """Another that grows apart."""
        other = Frontier()
        other.size = self.size
        other._nodes = self._nodes.copy()
        return other

    def to_bytes(self) -> bytes:
        """Size, 8 bytes, and the hashes."""
        return self.size.to_bytes(8) + b"".join(self._nodes)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frontier":
        """Read `to_bytes`.

        Raises:
            StoreError: the hashes are not as many as the size needs.
        """
        size = int.from_bytes(data[:8])
        if len(data) != 8 + HASH_BYTES * size.bit_count():
            raise StoreError(
                f"{len(data)} bytes are no tree of size {size}",
                code="record.tree.frontier",
                hint="Run `coupefeu fsck`; the tree can be made anew from the leaves.",
            )
        frontier = cls()
        frontier.size = size
        frontier._nodes = [data[at : at + HASH_BYTES] for at in range(8, len(data), HASH_BYTES)]
        return frontier


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root of these leaves as a tree of their own."""
    if not leaf_hashes:
        return EMPTY_ROOT
    level = list(leaf_hashes)
    while len(level) > 1:
        odd = level[-1:] if len(level) & 1 else []
        level = [
            sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)
        ] + odd
    return level[0]


def inclusion_path(nodes: Nodes, index: int, size: int) -> tuple[bytes, ...]:
    """Return the hashes from leaf `index` to the root of the first `size` leaves, leaf's sibling first.

    Raises:
        UsageError: no such leaf.
    """
    subtree = _subtree(nodes)
    return tuple(_range_root(subtree, start, end) for start, end in _siblings(index, size))


def _siblings(index: int, size: int) -> list[tuple[int, int]]:
    """List the ranges beside the way from a leaf to the root, leaf's sibling first."""
    _check_leaf(index, size)
    found = []
    start, end = 0, size
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:
            found.append((split, end))
            end = split
        else:
            found.append((start, split))
            start = split
    return found[::-1]


def consistency_path(nodes: Nodes, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """Return the hashes that show the first `old_size` leaves to be a prefix of the first `new_size`.

    Raises:
        UsageError: the old size is greater, or negative.
    """
    if not 0 <= old_size <= new_size:
        raise UsageError(
            f"sizes {old_size} and {new_size}", code="record.tree.range", hint="Give the smaller size first."
        )
    if old_size in {0, new_size}:
        return ()
    subtree = _subtree(nodes)
    path = []
    start, end = 0, new_size
    while old_size != end:
        split = start + _split(end - start)
        if old_size <= split:
            path.append(_range_root(subtree, split, end))
            end = split
        else:
            path.append(_range_root(subtree, start, split))
            start = split
    if start:
        path.append(_range_root(subtree, start, end))
    return tuple(reversed(path))


def verify_inclusion(leaf_hash: bytes, index: int, size: int, root: bytes, path: Sequence[bytes]) -> None:
    """Return if `path` leads from `leaf_hash` at `index` to `root` (RFC 9162 section 2.1.3.2).

    Raises:
        VerificationError: it does not.
    """
    if root_from_path(leaf_hash, index, size, path) != root:
        raise _unproved("inclusion")


def root_from_path(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root of `size` leaves that `path` leads to from `leaf_hash` at `index`.

    Raises:
        VerificationError: there is no such leaf, or the path has not the length that it needs.
    """
    if not 0 <= index < size or len(path) > MAX_PATH or not _are_hashes((leaf_hash, *path)):
        raise _unproved("inclusion")
    position, last, node = index, size - 1, leaf_hash
    for sibling in path:
        if not last:
            raise _unproved("inclusion")
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        position >>= 1
        last >>= 1
    if last:
        raise _unproved("inclusion")
    return node


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Return if the old tree is a prefix of the new one (RFC 9162 section 2.1.4.2); from an empty tree nothing follows.

    Raises:
        VerificationError: it is not, or the path does not show it.
    """
    if not 0 < old_size <= new_size or len(path) > MAX_PATH or not _are_hashes(path):
        raise _unproved("consistency")
    if old_size == new_size:
        if path or old_root != new_root:
            raise _unproved("consistency")
        return
    hashes = list(path) if old_size & (old_size - 1) else [old_root, *path]
    if not hashes or _climb(hashes, old_size - 1, new_size - 1) != (old_root, new_root):
        raise _unproved("consistency")


def _climb(hashes: Sequence[bytes], position: int, last: int) -> tuple[bytes, bytes] | None:
    """Return the old and the new root that a consistency path leads to, or None when it does not end at the top."""
    while position & 1:
        position >>= 1
        last >>= 1
    old_node = new_node = hashes[0]
    for sibling in hashes[1:]:
        if not last:
            return None
        if position & 1 or position == last:
            old_node, new_node = node_hash(sibling, old_node), node_hash(sibling, new_node)
            while position and not position & 1:
                position >>= 1
                last >>= 1
        else:
            new_node = node_hash(new_node, sibling)
        position >>= 1
        last >>= 1
    return None if last else (old_node, new_node)


def _check_leaf(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise UsageError(
            f"leaf {index} of {size}", code="record.tree.range", hint=f"Give an index from 0 to {size - 1}."
        )


def _split(width: int) -> int:
    """Return the largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1


def _range_root(subtree: Callable[[int, int], bytes], start: int, end: int) -> bytes:
    """Return the root over [start, end), where `start` is aligned to a power of two not below the width."""
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(subtree(level, start >> level))
        start += 1 << level
    node = parts.pop()
    while parts:
        node = node_hash(parts.pop(), node)
    return node


def _subtree(nodes: Nodes) -> Callable[[int, int], bytes]:
    if callable(nodes):
        return nodes
    return lambda level, index: root_of(nodes[index << level : (index + 1) << level])


def _are_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def _unproved(what: str) -> VerificationError:
    return VerificationError(
        f"a proof of {what} does not hold",
        code=f"record.tree.{what}",
        hint="The record, the checkpoint or the proof was changed; keep all three as evidence.",
    )
