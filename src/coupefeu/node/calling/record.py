"""What the record says about calls, read when a node starts and when its watch changes, and not at each entry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import bindparam, select

from coupefeu.model.messages import MessageId
from coupefeu.node.calling.open_calls import Row
from coupefeu.node.desk import Desk
from coupefeu.services.base import Context, Rows
from coupefeu.services.calls.tables import CALLS, select_call, select_steps

_CONCERNS_US: Final = CALLS.c.ours | (CALLS.c.to_party == bindparam("us"))
_SELECT_OPEN: Final = (
    select(CALLS)
    .where(CALLS.c.is_open, _CONCERNS_US)
    .order_by(CALLS.c.arrival.desc())
    .limit(bindparam("limit"))
)


class CallRecord:
    """The record of one node, as `Calling` asks it."""

    def __init__(self, context: Callable[[], Context], open_desk: Callable[[], Desk]) -> None:
        self.context = context
        """Say by which agreement and clock calls are judged now."""
        self._open_desk = open_desk

    def open_calls(self, limit: int) -> list[tuple[Row, Rows]]:
        """Give the latest open calls of ours and to us, oldest first: the row of each, and the rows of its steps."""
        with self._desk() as desk:
            calls = desk.reader.view(_SELECT_OPEN, {"limit": limit, "us": desk.party})
            return [(call, _steps(desk, call)) for call in reversed(calls)]

    def call(self, call: MessageId) -> list[tuple[Row, Rows]]:
        """Give one call in the same way; nothing where it is not on the record."""
        with self._desk() as desk:
            statement = select_call(call)
            calls = desk.reader.view(statement.executable, statement.parameters)
            return [(row, _steps(desk, row)) for row in calls]

    def on_watch(self) -> frozenset[str]:
        """Name our posts that are on watch."""
        with self._desk() as desk:
            return frozenset(watch.post for watch in desk.watches() if watch.ours)

    def last_heard_ms(self, party: int) -> int | None:
        """Say when the newest entry of a party (its position) was stored here, by our clock; None: there is none."""
        with self._desk() as desk:
            heard = [desk.reader.last_arrival_ms(log) for log in desk.reader.logs_beside(party)]
        return max((ms for ms in heard if ms is not None), default=None)

    @contextmanager
    def _desk(self) -> Iterator[Desk]:
        desk = self._open_desk()
        try:
            yield desk
        finally:
            desk.close()


def _steps(desk: Desk, call: Row) -> Any:
    statement = select_steps((call["log"], call["idx"]))
    return desk.reader.view(statement.executable, statement.parameters)
