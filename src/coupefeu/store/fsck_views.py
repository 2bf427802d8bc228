"""The views against the record: all are made anew beside it, in a database that lasts no longer, and compared.

A view that differs misleads whoever reads, and proves nothing: the record rules, and `rebuild` makes the view anew.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final

from pysqlite3 import dbapi2
from sqlalchemy import Table

from coupefeu.model.agreement import Agreement
from coupefeu.services.base import METADATA, Service
from coupefeu.store.findings import Findings
from coupefeu.store.line import Line
from coupefeu.store.rebuild import are_current, replay
from coupefeu.store.sqlite import Connection, create_tables

REBUILD: Final = (
    "Stop the node and run `coupefeu rebuild`: it makes this anew from the record, which stays as it is."
)
MAX_NAMED: Final = 8
"""Rows named of each table; more are counted in the last."""


class ViewCheck:
    """Compares the views of one record; what is found goes to `findings`."""

    def __init__(self, connection: Connection, findings: Findings) -> None:
        self._connection, self._findings = connection, findings

    def run(
        self,
        line: Line,
        services: Sequence[Service],
        agreement: Agreement,
        earlier: Sequence[Agreement] = (),
    ) -> None:
        """Compare every view; those of another version of the program are made anew at its next start, and left out."""
        if not are_current(self._connection):
            return
        anew = Connection(dbapi2.connect("", isolation_level=None))
        try:
            create_tables(anew, METADATA)
            anew.query("BEGIN")
            replay(self._connection, anew, line, services, agreement, earlier=earlier)
            for table in METADATA.sorted_tables:
                self._compare(table, anew)
        finally:
            anew.close()

    def _compare(self, table: Table, anew: Connection) -> None:
        names = [column.name for column in table.primary_key]
        columns = [column.name for column in table.columns]
        places = [columns.index(name) for name in names]
        differing = 0
        for held, made in _in_step(self._rows(table, self._connection), self._rows(table, anew), places):
            if held == made:
                continue
            differing += 1
            if differing <= MAX_NAMED:
                self._findings.add(
                    "views", _says(held, made, columns), _where(table, held or made, places), REBUILD
                )
        if differing > MAX_NAMED:
            what = f"{differing - MAX_NAMED:,} more rows are not what the record makes of them"
            self._findings.add("views", what, f"view {table.name}", REBUILD)

    def _rows(self, table: Table, connection: Connection) -> Iterator[tuple[Any, ...]]:
        order = ", ".join(f'"{column.name}"' for column in table.primary_key)
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        return connection.stream(f'SELECT {names} FROM "{table.name}" ORDER BY {order}')  # noqa: S608 - declared names


Pair = tuple[tuple[Any, ...] | None, tuple[Any, ...] | None]


def _in_step(
    held: Iterator[tuple[Any, ...]], made: Iterator[tuple[Any, ...]], places: list[int]
) -> Iterator[Pair]:
    """Pair the rows of two sorted streams by their keys; None where one has none."""
    ours, theirs = next(held, None), next(made, None)
    while ours is not None or theirs is not None:
        first, second = _key(ours, places), _key(theirs, places)
        if second is None or (first is not None and first < second):
            yield ours, None
            ours = next(held, None)
        elif first is None or second < first:
            yield None, theirs
            theirs = next(made, None)
        else:
            yield ours, theirs
            ours, theirs = next(held, None), next(made, None)


def _key(row: tuple[Any, ...] | None, places: list[int]) -> tuple[tuple[str, Any], ...] | None:
    """Give a key that can be compared whatever a damaged row holds."""
    return None if row is None else tuple((_kind(row[place]), row[place]) for place in places)


def _kind(value: Any) -> str:
    """Sort as SQLite does: numbers before texts before bytes."""
    return {int: "1", float: "1", str: "2", bytes: "3"}.get(type(value), "0")


def _says(held: tuple[Any, ...] | None, made: tuple[Any, ...] | None, columns: list[str]) -> str:
    if held is None:
        return "a row that the record makes is missing"
    if made is None:
        return "a row is here that nothing on the record makes"
    names = [name for name, ours, theirs in zip_longest(columns, held, made) if ours != theirs]
    return f"is not what the record makes of it: {', '.join(names)}"


def _where(table: Table, row: tuple[Any, ...] | None, places: list[int]) -> str:
    key = ", ".join(str(row[place])[:40] for place in places) if row is not None else ""
    return f"view {table.name}, row {key}"
