"""Usage figures of a record: the views are counted by `services.usage`, the entries themselves by `store.counting`."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from coupefeu.services.base import Context, Rows, Statement
from coupefeu.services.usage.asked import Asked
from coupefeu.services.usage.counting import count_usage
from coupefeu.services.usage.status import Usage
from coupefeu.store.counting import count_kinds
from coupefeu.store.reader import Reader


def count_figures(reader: Reader, asked: Asked, context: Context) -> Usage:
    """Count the figures of a span as the record stands at one moment. Raises: StoreError."""

    def stream(statement: Statement) -> Iterator[tuple[Any, ...]]:
        return reader.stream(statement.executable, statement.parameters)

    def select(statement: Statement) -> Rows:
        return reader.view(statement.executable, statement.parameters)

    with reader.one_moment(), _uncollected():
        kinds = count_kinds(reader.connection, asked.from_ms, asked.to_ms, len(context.parties))
        return count_usage(stream, select, kinds, asked, context)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no rings of values meanwhile: rows make none, and to look among so many costs a fifth of the count."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
