"""What erased content leaves in the write-ahead log: it is emptied after the commit, or as soon as no reader holds it.

`secure_delete` overwrites what the database's own pages held; the log beside it still has the old ones until it is
truncated.
"""

from coupefeu.errors import StoreError
from coupefeu.store.sqlite import BUSY_MS, Connection

AGAIN_MS = 1_000
"""A reader may hold the log, and erasing by age goes in many steps: tried again by a commit that is so much later."""


class Remains:
    """Empties the write-ahead log of one record; used by the writer's thread."""

    def __init__(self, connection: Connection) -> None:
        """Empty it at the start: a node may have been killed between a commit and this."""
        self._connection = connection
        self._is_owed = True
        self._tried_ms: int | None = None
        self._empty()

    def committed(self, erased: int, mono_ms: int, *, at_once: bool) -> None:
        """Note that a transaction was committed which erased so many entries; what an officer ordered goes at once."""
        if erased:
            self._is_owed = True
            self._tried_ms = None if at_once else self._tried_ms
        if self._is_owed and (self._tried_ms is None or mono_ms - self._tried_ms >= AGAIN_MS):
            self._tried_ms = mono_ms
            self._empty()

    def _empty(self) -> None:
        """Try, and wait for no reader: a FLASH may be next."""
        try:
            self._connection.query("PRAGMA busy_timeout = 0")
            ((busy, _, _),) = self._connection.query("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._is_owed = bool(busy)
        except StoreError:
            return
        finally:
            self._connection.query(f"PRAGMA busy_timeout = {BUSY_MS}")
