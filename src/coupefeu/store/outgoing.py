"""What of our own log has still to reach another party, as it goes on air; read at start and when it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Head, is_to
from coupefeu.model.precedence import Precedence
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.tree import Frontier
from coupefeu.store import tables
from coupefeu.store.parted import parted_logs, refers_beyond
from coupefeu.store.sqlite import Connection
from coupefeu.store.transaction import MAX_INDEX
from coupefeu.wire.head import decode_head, shorten, whole
from coupefeu.wire.packet import LeafOnly, PackedEntry


@dataclass(frozen=True, slots=True)
class Pending:
    """One of our entries, with what sealing and delivering it needs."""

    index: int
    precedence: Precedence
    leaf: bytes
    leaf_hash: bytes
    entry: PackedEntry | LeafOnly
    to_posts: tuple[str, ...]

    def for_party(self, party: str) -> PackedEntry | LeafOnly:
        """Give what of it goes to a party: all of it to one that is addressed, to others the leaf (protocol A14)."""
        return self.entry if is_to(self.to_posts, party) else LeafOnly(self.index, self.leaf)


def pack(
    index: int,
    seed: bytes,
    head: bytes,
    short: bytes,
    body: bytes,
    precedence: Precedence,
    *,
    is_parted: bool = False,
) -> PackedEntry:
    """Give the form on air; a FLASH names its references in full, for it may overtake what it refers to.

    So does one that refers to what its receivers hold otherwise, or not (store/parted.py).
    """
    is_whole = precedence is Precedence.FLASH or is_parted
    return PackedEntry(index, seed, whole(head) if is_whole else short, body)


def load_pending(connection: Connection, log: int, start: int, end: int | None = None) -> Iterator[Pending]:
    """Read our entries from `start` on, or those of [start, end)."""
    rows = connection.query(
        "SELECT idx, leaf, seed, head, body FROM entries WHERE log = ? AND idx >= ? AND idx < ? ORDER BY idx",
        (log, start, MAX_INDEX if end is None else end),
    )
    parted = parted_logs(connection)
    for index, leaf, seed, head, body in rows:
        decoded = _read_head(head or b"")
        precedence = Precedence.ROUTINE if decoded is None else decoded.precedence
        to_posts = () if decoded is None else decoded.to_posts
        entry: PackedEntry | LeafOnly = LeafOnly(index, leaf)  # its content is erased: they have receipted it
        if body is not None:
            is_parted = decoded is not None and refers_beyond(decoded, parted)
            entry = pack(index, seed, head, shorten(head), body, precedence, is_parted=is_parted)
        yield Pending(index, precedence, leaf, leaf_hash(leaf), entry, to_posts)


def _read_head(head: bytes) -> Head | None:
    try:
        return decode_head(head)
    except CoupefeuError:
        return None


def load_frontier(connection: Connection, log: int, size: int) -> Frontier:
    """Read the tree of a log as it was at `size`."""
    base = size - size % tables.FRONTIER_STEP
    frontier = Frontier()
    for (stored,) in connection.query(
        "SELECT frontier FROM frontiers WHERE log = ? AND size = ?", (log, base)
    ):
        frontier = Frontier.from_bytes(stored)
    rows = connection.query(
        "SELECT leaf FROM entries WHERE log = ? AND idx >= ? AND idx < ? ORDER BY idx",
        (log, frontier.size, size),
    )
    for (leaf,) in rows:
        frontier.append(leaf_hash(leaf))
    return frontier


def load_behind(connection: Connection, log: int, start: int, end: int) -> tuple[Frontier, list[bytes]]:
    """Read the tree of a log as it was at `start`, and the leaf hashes of [start, end)."""
    rows = connection.query(
        "SELECT leaf FROM entries WHERE log = ? AND idx >= ? AND idx < ? ORDER BY idx", (log, start, end)
    )
    return load_frontier(connection, log, start), [leaf_hash(leaf) for (leaf,) in rows]


def cosigned_size(connection: Connection, log: int, holder: int) -> int:
    """Read the largest size of `log` that `holder` co-signed; 0 when there is none."""
    ((size,),) = connection.query(
        "SELECT coalesce(max(size), 0) FROM cosignatures WHERE log = ? AND holder = ?", (log, holder)
    )
    return int(size)


def covered_size(connection: Connection, log: int, holder: int) -> int:
    """Read the largest size of `log` that `holder` co-signed with ML-DSA-44 too; 0 when there is none."""
    ((size,),) = connection.query(
        "SELECT coalesce(max(size), 0) FROM ml_dsa_cosignatures WHERE log = ? AND holder = ?", (log, holder)
    )
    return int(size)


def receipted_runs(connection: Connection, log: int, holder: int, start: int) -> list[tuple[int, int]]:
    """Read the runs from `start` on that `holder` receipted."""
    rows = connection.query(
        'SELECT start, "end" FROM run_receipts WHERE log = ? AND holder = ? AND "end" > ? ORDER BY start',
        (log, holder, start),
    )
    return [(int(first), int(last)) for first, last in rows]
