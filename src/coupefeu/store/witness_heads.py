"""What a witness remembers: of each log the head that it cosigned last, in one SQLite file of its own.

    heads       origin | size | root | note | time_s      the newest that was cosigned, one row a log
    forks       number | origin | size | note | seen_ms   what a log signed beside a cosigned one, behind it

A head moves by compare-and-swap alone, and is durable before anything is signed for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coupefeu.errors import StoreError
from coupefeu.store.sqlite import Connection, open_for_reading, open_for_writing

MAX_FORKS: Final = 16
"""Kept of one log, the first; two are proof enough."""
_TABLES: Final = (
    (
        "CREATE TABLE IF NOT EXISTS heads (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL,"
        " note BLOB NOT NULL, time_s INTEGER NOT NULL)"
    ),
    (
        "CREATE TABLE IF NOT EXISTS forks (number INTEGER PRIMARY KEY, origin TEXT NOT NULL, size INTEGER NOT NULL,"
        " note BLOB NOT NULL, seen_ms INTEGER NOT NULL, UNIQUE (origin, note))"
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A log as the witness cosigned it last. `note`: the checkpoint with the log's own verified lines alone.

    `time_s`: the time that the co-signature gives; so it can be made again at any time, and says the same.
    """

    origin: str
    size: int
    root: bytes
    note: bytes
    time_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One log's head goes from `before` (None: it has none) to `after`."""

    before: Head | None
    after: Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """A head of a size for which the log signed two roots: the one that was cosigned, or another."""

    origin: str
    size: int
    note: bytes
    seen_ms: int


class Heads:
    """The heads of all logs in one database; used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open or make the file. Raises: StoreError."""
        self._connection: Connection = open_for_writing(path)
        for table in _TABLES:
            self._connection.query(table)

    def read(self) -> dict[str, Head]:
        """Read all heads, by origin."""
        rows = self._connection.stream("SELECT origin, size, root, note, time_s FROM heads")
        return {
            row[0]: Head(origin=row[0], size=row[1], root=row[2], note=row[3], time_s=row[4]) for row in rows
        }

    def read_forks(self) -> list[Fork]:
        """Read what was kept of logs that signed two heads of one size, in the order in which it came."""
        return _forks(self._connection)

    def commit(self, moves: Sequence[Move], forks: Iterable[Fork] = ()) -> None:
        """Move the heads and keep the forks, in one transaction, durable when this returns.

        Raises: StoreError: `store.witness.moved`: a head was not where `before` says, so another process wrote here;
        or the disk. Nothing was written then, unless the disk failed at the commit itself: read again.
        """
        self._connection.query("BEGIN IMMEDIATE")
        try:
            for move in moves:
                self._swap(move)
            for fork in forks:
                self._keep(fork)
            self._connection.query("COMMIT")
        except BaseException:
            self._connection.roll_back()
            raise

    def _swap(self, move: Move) -> None:
        before, after = move.before, move.after
        fresh = (after.size, after.root, after.note, after.time_s, after.origin)
        if before is None:
            text = "INSERT INTO heads (size, root, note, time_s, origin) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
            cursor = self._connection.query(text, fresh)
        else:
            text = (
                "UPDATE heads SET size = ?, root = ?, note = ?, time_s = ?"
                " WHERE origin = ? AND size = ? AND root = ? AND time_s = ?"
            )
            cursor = self._connection.query(text, (*fresh, before.size, before.root, before.time_s))
        if cursor.rowcount != 1:
            raise StoreError(
                f"the head of {after.origin} is not where this witness left it",
                code="store.witness.moved",
                hint="Another process writes to this witness's folder: end one of the two.",
            )

    def _keep(self, fork: Fork) -> None:
        self._connection.query(
            "INSERT INTO forks (origin, size, note, seen_ms) SELECT ?1, ?2, ?3, ?4"
            " WHERE (SELECT count(*) FROM forks WHERE origin = ?1) < ?5 ON CONFLICT DO NOTHING",
            (fork.origin, fork.size, fork.note, fork.seen_ms, MAX_FORKS),
        )

    def close(self) -> None:
        """Close the file; what was committed stays."""
        self._connection.close()


def read_kept_forks(path: Path, *, running: bool) -> list[Fork]:
    """Read the same of a witness that runs, or of one that does not, and change nothing. Raises: StoreError."""
    connection = open_for_reading(path, running=running)
    try:
        return _forks(connection)
    finally:
        connection.close()


def _forks(connection: Connection) -> list[Fork]:
    rows = connection.stream("SELECT origin, size, note, seen_ms FROM forks ORDER BY number")
    return [Fork(origin=row[0], size=row[1], note=row[2], seen_ms=row[3]) for row in rows]
