"""A database driver that strikes at a chosen statement: the process dies, or the write fails, lost or persisted.

fault = Fault(at=17, after=True, strike=kill)
fault.watch(keeper.connection)
"""

import os
import signal
from collections.abc import Callable
from typing import Any, NoReturn

from pysqlite3 import dbapi2

from coupefeu.store.sqlite import Connection


def kill() -> NoReturn:
    """End this process as `kill -9` does: nothing is flushed, closed or said."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("this process is dead")


def fail(says: str = "disk I/O error") -> Callable[[], NoReturn]:
    """Give a strike that raises the driver's own error."""

    def strike() -> NoReturn:
        raise dbapi2.OperationalError(says)

    return strike


class Fault:
    """Strikes once, at statement number `at` (from 0): before it (lost), or `after` it (persisted all the same).

    `only` counts the statements that begin so; `seen` is how many were counted, also when nothing struck.
    """

    def __init__(
        self, *, at: int, after: bool, strike: Callable[[], NoReturn] = kill, only: str = "", times: int = 1
    ) -> None:
        self.seen = 0
        self.struck = 0
        self._at, self._after, self._strike = at, after, strike
        self._only, self._times = only, times

    def watch(self, connection: Connection) -> None:
        """Put this between a connection and its driver."""
        connection.raw = _Driver(connection.raw, self)

    def run(self, text: str, statement: Callable[[], Any]) -> Any:
        """Run a statement, and strike when it is the one."""
        if not text.startswith(self._only):
            return statement()
        number, self.seen = self.seen, self.seen + 1
        if not self._at <= number < self._at + self._times:
            return statement()
        self.struck += 1
        if self._after:
            statement()
        return self._strike()


class _Driver:
    """The driver's connection, with a fault in front of each statement."""

    def __init__(self, raw: Any, fault: Fault) -> None:
        self._raw = raw
        self._fault = fault

    def execute(self, text: str, parameters: Any = ()) -> Any:
        return self._fault.run(text, lambda: self._raw.execute(text, parameters))

    def executemany(self, text: str, rows: Any) -> Any:
        return self._fault.run(text, lambda: self._raw.executemany(text, rows))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)
