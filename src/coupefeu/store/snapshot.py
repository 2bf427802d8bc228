"""A consistent copy of a record while its node writes: one read transaction, in steps, never in the writer's way.

In write-ahead mode a reader holds up no writer; what is committed meanwhile is not in the copy. Each step is synced
before the next, so that the disk is never flooded, and is followed by a pause in which the line has the disk alone.
"""

import os
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from pysqlite3 import dbapi2

from coupefeu.errors import StoreError
from coupefeu.record.statements import verify_checkpoint
from coupefeu.store.line import Party, logs_of
from coupefeu.store.outgoing import load_frontier
from coupefeu.store.schema import insist_current
from coupefeu.store.sqlite import Connection, Translated, open_for_reading
from coupefeu.wire.key_statement import KeyRole
from coupefeu.wire.note import VerifierKey

Progress = Callable[[int, int], None]
"""Bytes done, bytes in all."""

STEP_BYTES: Final = 1 << 20
REST: Final = 1.5
"""Pause after each step, by what the step took: the line has disk and processor alone more than half of the time."""


class Pace:
    """Syncs what was written to a file, and rests."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._began = time.perf_counter()

    def rest(self) -> None:
        """Call after each step."""
        os.fdatasync(self._descriptor)
        time.sleep(REST * (time.perf_counter() - self._began))
        self._began = time.perf_counter()


def copy_record(path: Path, to: Path, *, running: bool, progress: Progress | None = None) -> int:
    """Copy the record at `path` to the new file `to`, 0600 and durable; gives its bytes.

    Raises: StoreError: there is none, there is no room, or a disk failed; `to` is gone then.
    """
    source = open_for_reading(path, running=running)
    try:
        insist_current(source)
        source.query("BEGIN")
        source.query("SELECT 1 FROM logs").fetchall()  # from here on it sees one state
        ((pages,),) = source.query("PRAGMA page_count")
        ((page_bytes,),) = source.query("PRAGMA page_size")
        _insist_room(to, pages * page_bytes)
        _copy(source, to, page_bytes, progress or (lambda _done, _total: None))
        return to.stat().st_size
    except BaseException:
        to.unlink(missing_ok=True)
        raise
    finally:
        source.close()


def _insist_room(to: Path, needed: int) -> None:
    free = shutil.disk_usage(to.parent).free
    if needed > free:
        raise StoreError(
            f"a copy of the record takes {needed:,} bytes, {to.parent} has {free:,}",
            code="store.disk.full",
            hint="Free space there; the record itself was not touched.",
        )


def _copy(source: Connection, to: Path, page_bytes: int, progress: Progress) -> None:
    descriptor = os.open(to, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with Translated():
            target = dbapi2.connect(str(to), isolation_level=None)
            for setting in ("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"):
                target.execute(f"PRAGMA {setting}")
            pace = Pace(descriptor)

            def step(_status: int, remaining: int, total: int) -> None:
                progress((total - remaining) * page_bytes, total * page_bytes)
                pace.rest()

            try:
                source.raw.backup(target, pages=max(1, STEP_BYTES // page_bytes), progress=step, sleep=0)
            finally:
                target.close()
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_copy(path: Path, parties: tuple[Party, ...]) -> None:
    """Look over a copy in seconds: its pages, each tree against what is stored, and the newest signed checkpoint.

    `coupefeu fsck` computes everything. Raises: StoreError: damage; VerificationError: a bad signature.
    """
    connection = open_for_reading(path, running=False)
    try:
        insist_current(connection)
        for (said,) in connection.stream("PRAGMA quick_check(1)"):
            if said != "ok":
                raise _damaged(str(said))
        for log, author in logs_of(parties).items():
            _check_log(connection, log, author)
    finally:
        connection.close()


def _check_log(connection: Connection, log: int, party: Party) -> None:
    for origin, size, frontier in connection.stream(
        "SELECT origin, size, frontier FROM logs WHERE log = ?", (log,)
    ):
        if origin != party.origin:
            raise _damaged(f"its log {log} is {origin}, the agreement says {party.origin}")
        if load_frontier(connection, log, size).to_bytes() != frontier:
            raise _damaged(f"the tree of {origin} is another one than its entries give")
    newest = "SELECT size, root, signature FROM checkpoints WHERE log = ? ORDER BY size DESC LIMIT 1"
    for size, root, signature in connection.stream(newest, (log,)):
        if load_frontier(connection, log, size).root() != root:
            raise _damaged(f"the checkpoint of {party.origin} at {size:,} is of other entries")
        party.find_signer(KeyRole.LOG, partial(_verify, size=size, root=root, signature=signature))


def _verify(key: VerifierKey, *, size: int, root: bytes, signature: bytes) -> None:
    verify_checkpoint(key, size, root, signature)


def _damaged(what: str) -> StoreError:
    return StoreError(
        f"the record in this copy is damaged: {what}",
        code="store.snapshot.damaged",
        hint="Take an earlier backup; run `coupefeu fsck` on the node that it was made of, where it still is.",
    )
