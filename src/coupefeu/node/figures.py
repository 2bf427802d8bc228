"""Usage figures of a record: the views are counted by `services.usage`, the entries themselves by `store.counting`."""

from collections.abc import Iterator
from typing import Any

from coupefeu.model.logs import position_of
from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.usage.asked import Asked
from coupefeu.services.usage.counting import OfTheRecord, count_usage
from coupefeu.services.usage.status import Usage
from coupefeu.store.counting import count_kinds
from coupefeu.store.reader import Reader
from coupefeu.store.showing import parse_head


def count_figures(reader: Reader, asked: Asked, context: Context) -> Usage:
    """Count the figures of a span as the record stands at one moment. Raises: StoreError."""

    def stream(statement: Statement) -> Iterator[tuple[Any, ...]]:
        return reader.stream(statement.executable, statement.parameters)

    def select(statement: Statement) -> Rows:
        return reader.view(statement.executable, statement.parameters)

    with reader.one_moment():
        record = OfTheRecord(
            kinds=count_kinds(reader.connection, asked.from_ms, asked.to_ms),
            opened_ms=_opened_ms(reader, context),
        )
        return count_usage(stream, select, record, asked, context)


def _opened_ms(reader: Reader, context: Context) -> dict[str, int]:
    """Say when the first entry of each party's first log was written; nothing of one that is not held."""
    opened: dict[str, int] = {}
    count = len(context.parties)
    for log in range(count):
        for row in reader.entries(log, 0, 1):
            head = None if row["head"] is None else parse_head(row["head"])
            if head is not None:
                opened[context.parties[position_of(log, count)]] = head.written_ms
    return opened
