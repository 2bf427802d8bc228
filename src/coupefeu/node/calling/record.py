"""What the record says about calls, read when a node starts and when its watch changes, and not at each entry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import bindparam, select

from coupefeu.model.messages import MessageId
from coupefeu.node.desk import Desk
from coupefeu.services.base import Context, Rows
from coupefeu.services.calls.rows import Row
from coupefeu.services.calls.tables import CALLS, select_call, select_steps
from coupefeu.services.line_state.passing import is_suspended
from coupefeu.services.line_state.views import select_declared

_IS_HELD: Final = CALLS.c.ours | ((CALLS.c.to_party == bindparam("us")) & CALLS.c.outcome.is_not(None))
_SELECT_HELD: Final = select(CALLS).where(CALLS.c.is_open, _IS_HELD).order_by(CALLS.c.arrival)
"""Only our own officers make these more: a flood of the other side hides none."""
_SELECT_WAITING: Final = (
    select(CALLS)
    .where(CALLS.c.is_open, CALLS.c.to_party == bindparam("us"), CALLS.c.outcome.is_(None))
    .order_by(CALLS.c.arrival.desc())
    .limit(bindparam("limit"))
)


class CallRecord:
    """The record of one node, as `Calling` asks it."""

    def __init__(self, context: Callable[[], Context], open_desk: Callable[[], Desk]) -> None:
        self.context = context
        """Say by which agreement and clock calls are judged now."""
        self._open_desk = open_desk

    def held_calls(self) -> list[tuple[Row, Rows]]:
        """Give all open calls of ours and all that are spoken, oldest first: the row of each, and of its steps."""
        with self._desk() as desk:
            calls = desk.reader.view(_SELECT_HELD, {"us": desk.party})
            return [(call, _steps(desk, call)) for call in calls]

    def waiting_calls(self, limit: int) -> list[tuple[Row, Rows]]:
        """Give the latest calls to us that nobody has answered, oldest first, in the same way."""
        with self._desk() as desk:
            calls = desk.reader.view(_SELECT_WAITING, {"limit": limit, "us": desk.party})
            return [(call, _steps(desk, call)) for call in reversed(calls)]

    def call(self, call: MessageId) -> list[tuple[Row, Rows]]:
        """Give one call in the same way; nothing where it is not on the record."""
        with self._desk() as desk:
            statement = select_call(call)
            calls = desk.reader.view(statement.executable, statement.parameters)
            return [(row, _steps(desk, row)) for row in calls]

    def is_suspended(self) -> bool:
        """Whether a party holds the line suspended or closed."""
        with self._desk() as desk:
            context = self.context()
            return is_suspended(desk.select(select_declared(context.now.utc_ms)), context)

    def on_watch(self) -> frozenset[str]:
        """Name our posts that are on watch."""
        with self._desk() as desk:
            return frozenset(watch.post for watch in desk.watches() if watch.ours)

    def last_heard_ms(self, party: int) -> int | None:
        """Say when the newest entry of a party (its position) was stored here, by our clock; None: there is none."""
        with self._desk() as desk:
            heard = [desk.reader.last_arrival_ms(log) for log in desk.reader.logs_beside(party)]
        return max((ms for ms in heard if ms is not None), default=None)

    def newest(self) -> dict[int, int]:
        """Give of each log the index of the newest entry that is here, in whatever order they came."""
        with self._desk() as desk:
            query = "SELECT log, (SELECT max(idx) FROM entries WHERE entries.log = logs.log) FROM logs"
            return {log: index for log, index in desk.reader.connection.query(query) if index is not None}

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
