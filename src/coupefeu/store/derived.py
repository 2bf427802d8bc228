"""What is kept of each tree for speed, frontiers and subtrees, made anew from the leaves; it proves nothing."""

from coupefeu.record.leaf import leaf_hash
from coupefeu.record.tree import Frontier
from coupefeu.store import tables
from coupefeu.store.sqlite import Connection

_CHUNK = 1_024


def remake_trees(connection: Connection) -> None:
    """Make the kept frontiers and subtrees of every log anew, within the open transaction.

    A log with a hole is left as it is: its tree cannot be made.
    """
    for log, size in connection.query("SELECT log, size FROM logs ORDER BY log").fetchall():
        ((held,),) = connection.query("SELECT count(*) FROM entries WHERE log = ? AND idx < ?", (log, size))
        if held == size:
            connection.query("DELETE FROM frontiers WHERE log = ?", (log,))
            connection.query("DELETE FROM subtrees WHERE log = ?", (log,))
            _remake(connection, log, size)


def _remake(connection: Connection, log: int, size: int) -> None:
    tree = Frontier()
    while tree.size < size:
        rows = connection.query(
            "SELECT leaf FROM entries WHERE log = ? AND idx >= ? AND idx < ? ORDER BY idx",
            (log, tree.size, min(size, tree.size + _CHUNK)),
        ).fetchall()
        for (leaf,) in rows:
            _grow(connection, log, tree, leaf_hash(leaf))


def _grow(connection: Connection, log: int, tree: Frontier, hashed: bytes) -> None:
    for level, number, root in tree.completed_by(hashed, tables.SUBTREE_STEP):
        connection.query("INSERT INTO subtrees VALUES (?, ?, ?, ?)", (log, level, number, root))
    tree.append(hashed)
    if tree.size % tables.FRONTIER_STEP == 0:
        connection.query("INSERT INTO frontiers VALUES (?, ?, ?)", (log, tree.size, tree.to_bytes()))
