"""Views made anew from the record, in the local order of arrival, to the same rows (protocol A8).

All in one transaction: whoever reads meanwhile, or a power cut half-way, sees the old views.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select

from coupefeu.errors import PeerError, StoreError
from coupefeu.model.agreement import Agreement
from coupefeu.model.instant import Moment
from coupefeu.services.base import METADATA, VIEWS_VERSION, Service
from coupefeu.services.erasures.facts import parse_erasure
from coupefeu.store import tables
from coupefeu.store.colliding import index_all
from coupefeu.store.derived import remake_trees
from coupefeu.store.erased import IS_ERASED, erase_named
from coupefeu.store.line import Line
from coupefeu.store.packing import NODE_BYTES
from coupefeu.store.showing import by_kind, concluders_of, is_shown, make_context, recorded_of, with_attached
from coupefeu.store.sqlite import Connection, create_tables, declared, open_for_writing
from coupefeu.store.transaction import Transaction

Progress = Callable[[int, int], None]
"""Entries done, entries in all."""

_CHUNK: Final = 1_024
_ENTRIES: Final = (
    select(tables.entries)
    .where(tables.entries.c.arrival > bindparam("after"))
    .order_by(tables.entries.c.arrival)
    .limit(_CHUNK)
)
_ERASED: Final = "SELECT log, idx, body FROM entries WHERE substr(head, 2, 2) = ?"
_FORGET: Final = delete(tables.views_built)
_REMEMBER: Final = insert(tables.views_built)
_LONG_AGO: Final = Moment(utc_ms=0, mono_ms=0)
"""No view may look at a clock."""


def rebuild_record(
    path: Path,
    line: Line,
    services: Sequence[Service],
    agreement: Agreement,
    progress: Progress | None = None,
    earlier: Sequence[Agreement] = (),
) -> int:
    """Rebuild the views of a stopped node's record; gives the number of entries that were shown.

    Raises: StoreError: the record cannot be opened or written; the old views stand.
    """
    connection = open_for_writing(path)
    try:
        return rebuild(connection, line, services, agreement, progress, earlier)
    finally:
        connection.close()


def rebuild(
    connection: Connection,
    line: Line,
    services: Sequence[Service],
    agreement: Agreement,
    progress: Progress | None = None,
    earlier: Sequence[Agreement] = (),
) -> int:
    """Drop all views and make them anew, and the trees that are kept for speed, in one transaction of its own.

    What our entries ERASED name is erased again, should it be there. `earlier`: the versions of the agreement before.

    Raises: StoreError: nothing was changed.
    """
    connection.query("BEGIN IMMEDIATE")
    try:
        _erase_again(connection, line, agreement)
        remake_trees(connection)
        _drop_views(connection)
        create_tables(connection, METADATA)
        shown = replay(connection, connection, line, services, agreement, progress, earlier)
        remember_views(connection)
        connection.query("COMMIT")
    except BaseException:
        connection.roll_back()
        raise
    return shown


def are_current(connection: Connection) -> bool:
    """Whether the views were built by this program's statements; if not, they must be rebuilt."""
    rows = connection.execute(select(tables.views_built.c.digest))
    return [row["digest"] for row in rows] == [views_digest()]


def insist_views(connection: Connection) -> None:
    """Return if the views say what this program means by them. Raises: StoreError."""
    if not are_current(connection):
        raise StoreError(
            "another version of the program made the views of this record",
            code="store.database.other_version",
            hint="Start the node anew (coupefeu up), or stop it and run `coupefeu rebuild`; the record stays as it is.",
        )


def remember_views(connection: Connection) -> None:
    """Note which views stand; within the transaction that makes them."""
    connection.execute(_FORGET)
    connection.execute(_REMEMBER, {"digest": views_digest()})


def views_digest() -> str:
    """Name the views as they are declared: another table, column or VIEWS_VERSION gives another name."""
    texts = [str(VIEWS_VERSION)]
    for table in METADATA.sorted_tables:
        texts += declared(table)
    return sha256("\n".join(texts).encode()).hexdigest()


def _drop_views(connection: Connection) -> None:
    """Drop every table that is not the record's own, also views of an older program.

    Virtual tables go first, for they take the tables along that they keep their rows in.
    """
    ours = set(tables.RECORD.tables)
    named = connection.query("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    for name, sql in sorted(named, key=lambda each: not _is_virtual(each[1])):
        if name not in ours and not name.startswith("sqlite_"):
            if _is_virtual(sql):
                _make_droppable(connection, name)
            connection.query(f'DROP TABLE IF EXISTS "{name}"')


def _is_virtual(sql: str) -> bool:
    return sql.upper().startswith("CREATE VIRTUAL")


def _make_droppable(connection: Connection, name: str) -> None:
    """Give an R*Tree an empty root: with a damaged one, or none, SQLite does not even drop it."""
    connection.query(f'CREATE TABLE IF NOT EXISTS "{name}_node" (nodeno INTEGER PRIMARY KEY, data)')
    connection.query(f'INSERT OR REPLACE INTO "{name}_node" VALUES (1, zeroblob({NODE_BYTES}))')  # noqa: S608 - a declared name


def replay(
    record: Connection,
    views: Connection,
    line: Line,
    services: Sequence[Service],
    agreement: Agreement,
    progress: Progress | None = None,
    earlier: Sequence[Agreement] = (),
) -> int:
    """Make the rows of all views, which are empty, from the record; gives the number of entries that were shown."""
    context = make_context(line, agreement, _LONG_AGO, tuple(earlier))
    concluders = concluders_of(services)
    transaction = Transaction(views, line, {}, by_kind(services), context, 0, concluders=concluders)
    ((total,),) = record.query("SELECT count(*) FROM entries")
    done = shown = 0
    for rows in _chunks(record):
        for row in rows:
            if is_shown(line, row):
                transaction.show(with_attached(record, recorded_of(line, row)))
                shown += 1
        transaction.conclude()
        transaction.flush()
        done += len(rows)
        if progress is not None:
            progress(done, total)
    index_all(transaction, progress and (lambda more, of: progress(total + more, total + of)))
    return shown


def _erase_again(connection: Connection, line: Line, agreement: Agreement) -> None:
    """See to it that what our entries ERASED name is gone: half a restore may have brought it back."""
    transaction = Transaction(connection, line, {}, {}, make_context(line, agreement, _LONG_AGO), 0)
    for log, index, body in connection.query(_ERASED, (IS_ERASED,)).fetchall():
        if line.is_ours(log) and body is not None:
            with contextlib.suppress(PeerError):
                erase_named(transaction, parse_erasure(body), (log, index))
    transaction.flush()


def _chunks(connection: Connection) -> Iterator[list[dict[str, Any]]]:
    after = 0
    while rows := connection.execute(_ENTRIES, {"after": after}):
        yield rows
        after = rows[-1]["arrival"]
