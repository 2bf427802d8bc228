"""Views made anew from the record, in the local order of arrival, to the same rows (protocol A8).

All in one transaction: whoever reads meanwhile, or a power cut half-way, sees the old views.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.schema import CreateIndex, CreateTable

from coupefeu.errors import StoreError
from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Kind
from coupefeu.model.instant import Moment
from coupefeu.services.base import METADATA, VIEWS_VERSION, Recorded, Service
from coupefeu.services.erasures.facts import parse_erasure
from coupefeu.store import tables
from coupefeu.store.erased import erase_named
from coupefeu.store.line import Line
from coupefeu.store.showing import by_kind, is_shown, make_context, recorded_of
from coupefeu.store.sqlite import Connection, compile_text, create_tables, open_for_writing
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
) -> int:
    """Rebuild the views of a stopped node's record; gives the number of entries that were shown.

    Raises: StoreError: the record cannot be opened or written; the old views stand.
    """
    connection = open_for_writing(path)
    try:
        return rebuild(connection, line, services, agreement, progress)
    finally:
        connection.close()


def rebuild(
    connection: Connection,
    line: Line,
    services: Sequence[Service],
    agreement: Agreement,
    progress: Progress | None = None,
) -> int:
    """Drop all views and make them anew, in one transaction of its own.

    Raises: StoreError: nothing was changed.
    """
    connection.query("BEGIN IMMEDIATE")
    try:
        _drop_views(connection)
        create_tables(connection, METADATA)
        shown = _replay(connection, line, services, agreement, progress or (lambda _done, _total: None))
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
        texts.append(compile_text(CreateTable(table)))
        texts += sorted(compile_text(CreateIndex(index)) for index in table.indexes)
    return sha256("\n".join(texts).encode()).hexdigest()


def _drop_views(connection: Connection) -> None:
    """Drop every table that is not the record's own, also views of an older program."""
    ours = set(tables.RECORD.tables)
    for (name,) in connection.query("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if name not in ours and not name.startswith("sqlite_"):
            connection.query(f'DROP TABLE "{name}"')


def _replay(
    connection: Connection, line: Line, services: Sequence[Service], agreement: Agreement, progress: Progress
) -> int:
    context = make_context(line, agreement, _LONG_AGO)
    transaction = Transaction(connection, line, {}, by_kind(services), context, 0)
    ((total,),) = connection.query("SELECT count(*) FROM entries")
    done = shown = 0
    for rows in _chunks(connection):
        for row in rows:
            if is_shown(line, row):
                recorded = recorded_of(line, row)
                _erase_again(transaction, recorded)
                transaction.show(recorded)
                shown += 1
        transaction.flush()
        done += len(rows)
        progress(done, total)
    return shown


def _erase_again(transaction: Transaction, recorded: Recorded) -> None:
    """See to it that what an entry ERASED of ours names is gone: half a restore may have brought it back."""
    if recorded.ours and recorded.head is not None and recorded.head.kind == Kind.ERASED:
        erase_named(transaction, parse_erasure(recorded.body), (recorded.log, recorded.index))


def _chunks(connection: Connection) -> Iterator[list[dict[str, Any]]]:
    after = 0
    while rows := connection.execute(_ENTRIES, {"after": after}):
        yield rows
        after = rows[-1]["arrival"]
