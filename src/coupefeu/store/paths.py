"""Proofs from the kept subtrees: what one reads grows with the logarithm of the log, not with the log.

    level 12                     R        a group: the 16 nodes of a kept level (0, 4, 8 ...) below one of the next,
    level  8      R R R ...               read by one select, and all the nodes between the two
    level  4      R R R R R ...
    level  0      leaves

A proof is made of nodes; each lies in one group, and of every kept level at most two groups are needed: that of the
leaf, and the unfinished one at the right edge.
"""

from collections import OrderedDict
from hashlib import sha256
from typing import Final

from coupefeu.errors import StoreError
from coupefeu.record import tree
from coupefeu.store.sqlite import Connection
from coupefeu.store.tables import SUBTREE_STEP

GROUPS_KEPT: Final = 1_024
"""In memory: each has at most 31 hashes."""
_WIDTH: Final = 1 << SUBTREE_STEP
_LEAVES: Final = "SELECT leaf FROM entries WHERE log = ? AND idx >= ? AND idx < ? ORDER BY idx"
_ROOTS: Final = (
    "SELECT root FROM subtrees WHERE log = ? AND level = ? AND number >= ? AND number < ? ORDER BY number"
)


def inclusion_path(connection: Connection, log: int, index: int, size: int) -> tuple[bytes, ...]:
    """Return the hashes from an entry to the root of the first `size` of its log.

    Raises:
        UsageError: no such entry. StoreError: a leaf or a subtree is missing.
    """
    return Paths(connection, log, size).inclusion(index)


def consistency_path(connection: Connection, log: int, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """Return the hashes that show the first `old_size` entries to be the beginning of the first `new_size`.

    Raises:
        UsageError: the old size is greater, or negative. StoreError: a leaf or a subtree is missing.
    """
    return Paths(connection, log, new_size).consistency(old_size)


class Paths:
    """Proofs within the first `size` entries of one log; groups that were read last are kept for the next."""

    def __init__(self, connection: Connection, log: int, size: int) -> None:
        self._connection, self._log, self._size = connection, log, size
        self._groups: OrderedDict[tuple[int, int], list[list[bytes]]] = OrderedDict()

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """See `inclusion_path`."""
        return tree.inclusion_path(self._node, index, self._size)

    def consistency(self, old_size: int) -> tuple[bytes, ...]:
        """See `consistency_path`."""
        return tree.consistency_path(self._node, old_size, self._size)

    def _node(self, level: int, index: int) -> bytes:
        """Give the root of the leaves [index << level, (index + 1) << level), all of them below `size`."""
        height = level % SUBTREE_STEP
        number = index >> (SUBTREE_STEP - height)
        rows = self._group(level - height, number)
        return rows[height][index - (number << (SUBTREE_STEP - height))]

    def _group(self, level: int, number: int) -> list[list[bytes]]:
        key = (level, number)
        rows = self._groups.get(key)
        if rows is None:
            rows = self._groups[key] = _grow(self._read(level, number))
            if len(self._groups) > GROUPS_KEPT:
                self._groups.popitem(last=False)
        else:
            self._groups.move_to_end(key)
        return rows

    def _read(self, level: int, number: int) -> list[bytes]:
        start = number * _WIDTH
        end = min(start + _WIDTH, self._size >> level)
        if level:
            rows = self._connection.query(_ROOTS, (self._log, level, start, end)).fetchall()
            nodes = [root for (root,) in rows]
        else:
            rows = self._connection.query(_LEAVES, (self._log, start, end)).fetchall()
            nodes = [sha256(b"\x00" + leaf).digest() for (leaf,) in rows]
        if len(nodes) != end - start:
            raise StoreError(
                f"log {self._log} has {len(nodes)} of the {end - start} hashes of level {level} from {start:,} on",
                code="store.paths.missing",
                hint="Run `coupefeu fsck`; no proof can be made until the record is whole.",
            )
        return nodes


def _grow(nodes: list[bytes]) -> list[list[bytes]]:
    """Give the nodes above each pair, level by level, the unfinished ones left out.

    The hash is written out (`tree.node_hash`): a proof makes a hundred and more.
    """
    rows = [nodes]
    while len(rows) < SUBTREE_STEP and len(nodes) > 1:
        pairs = zip(nodes[::2], nodes[1::2], strict=False)
        nodes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        rows.append(nodes)
    return rows
