"""Conflicts of many notices at once: by other minima, in steps that hold up nobody, and all anew after a rebuild.

minima change   noted in the transaction that they come into force with; then a few notices in each job of the writer
much at once    a notice of theirs near very many of ours is noted as it comes, and ours are compared in the same steps
rebuild         rows of all notices first, both R*Trees packed (packing.py), then each of ours is compared
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from coupefeu.model.volumes import Separation
from coupefeu.services.base import Statement
from coupefeu.services.notices.boxes import (
    BOX_BITS,
    BOX_BYTES,
    BOXES_OURS,
    BOXES_THEIRS,
    DELETE_MINIMA,
    INSERT_MINIMA,
    INSERT_VOLUMES,
    SAVE_CHECKED,
    SELECT_MINIMA,
    SELECT_OURS_AFTER,
    minima_row,
    read_separation,
)
from coupefeu.services.notices.conflicts import forget_conflicts
from coupefeu.store.jobs import ConflictsChecked
from coupefeu.store.packing import pack_boxes
from coupefeu.store.sqlite import Connection
from coupefeu.store.transaction import Transaction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from coupefeu.services.notices.indexing import Stands

Progress = Callable[[int, int], None]
"""Notices done, notices in all."""

STEP: Final = 16
"""So many notices of ours are compared in one job: some milliseconds, and what officers ask goes first after each."""
STEP_S: Final = 0.5
"""And not for longer, however much lies near them."""
_CHUNK: Final = 1_024


def read_minima(connection: Connection) -> Separation | None:
    """Give the minima that the conflicts on the record were found by; None: none were looked for."""
    return read_separation(connection.execute(SELECT_MINIMA))


def change_minima(transaction: Transaction, separation: Separation) -> None:
    """Compare by these from now on; what was compared by others waits for `check_conflicts`."""
    is_empty = not transaction.select(Statement(SELECT_OURS_AFTER, {"after": -1, "limit": 1}))
    since_ms = None if is_empty else transaction.context.now.utc_ms
    transaction.write(DELETE_MINIMA, {})
    transaction.write(INSERT_MINIMA, minima_row(separation, since_ms))


def check_conflicts(transaction: Transaction) -> ConflictsChecked:
    """Compare the next notices that wait: since the minima changed, or since one came that lies near very many."""
    (minima,) = transaction.select(Statement(SELECT_MINIMA, {}))
    if minima["checked_to"] is None:
        return ConflictsChecked(is_done=True)
    after = {"after": minima["checked_to"], "limit": STEP}
    rows = transaction.select(Statement(SELECT_OURS_AFTER, after))
    checked = _check_for(transaction, rows, STEP_S)
    is_done = checked == len(rows) < STEP
    reached = {"b_checked_to": None, "b_since_ms": None}
    if not is_done:
        reached = {"b_checked_to": rows[checked - 1]["arrival"], "b_since_ms": minima["since_ms"]}
    transaction.write(SAVE_CHECKED, reached)
    return ConflictsChecked(is_done=is_done)


def _check_for(transaction: Transaction, rows: Sequence[Any], most_s: float) -> int:
    """Compare as many as there is time for, one at least where there is one; gives how many."""
    began_s = time.monotonic()
    for count, row in enumerate(rows, 1):
        _check(transaction, [row])
        if time.monotonic() - began_s > most_s:
            return count
    return len(rows)


def _check(transaction: Transaction, rows: Iterable[Any]) -> None:
    from coupefeu.services.notices import indexing  # noqa: PLC0415 - loaded with the first notice

    separation = read_separation(transaction.select(Statement(SELECT_MINIMA, {})))
    assert separation is not None
    for row in rows:
        transaction.carry_out([forget_conflicts(row)])
        transaction.carry_out(indexing.check(row, separation, transaction.select))


def index_all(transaction: Transaction, progress: Progress | None = None) -> int:
    """Fill the index, which is empty, with what stands of all notices, and find all conflicts; gives how many stand.

    `progress` counts each notice twice: when it is filled in, and when it has been compared. Raises: StoreError.
    """
    from coupefeu.services.notices import indexing  # noqa: PLC0415 - as above

    tell = progress or (lambda _done, _total: None)
    standing = indexing.stand_all(transaction.context, transaction.select)
    count = fill_index(
        transaction.connection, _rows_of(transaction, standing), lambda done, total: tell(done, done + total)
    )
    transaction.write(DELETE_MINIMA, {})
    transaction.write(INSERT_MINIMA, minima_row(transaction.context.agreement.notices.separation))
    after, checked = -1, 0
    while rows := transaction.select(Statement(SELECT_OURS_AFTER, {"after": after, "limit": STEP})):
        _check(transaction, rows)
        after = rows[-1]["arrival"]
        checked += len(rows)
        tell(count + checked, 2 * count)
    transaction.flush()
    tell(2 * count, 2 * count)
    return count


def _rows_of(transaction: Transaction, standing: "Iterable[Stands]") -> Iterator[dict[str, Any]]:
    """Give the rows of notices that stand, and write until when they do."""
    for each in standing:
        if each.changed is not None:
            transaction.carry_out([each.changed])
        yield from each.rows


def fill_index(
    connection: Connection, standing: Iterable[dict[str, Any]], progress: Progress | None = None
) -> int:
    """Write the rows of `VOLUMES` and pack both R*Trees, within the open transaction; gives how many rows there are.

    `progress` is told of rows that were written, and at the end. Raises: StoreError.
    """
    sides = {True: _Side(), False: _Side()}
    done = 0
    for rows in _chunks(standing):
        connection.execute_many(INSERT_VOLUMES, rows)
        for row in rows:
            sides[bool(row["ours"])].add(row["arrival"], row["boxes"])
        done += len(rows)
        if progress is not None:
            progress(done, done + 1)
    for ours, tree in ((True, BOXES_OURS), (False, BOXES_THEIRS)):
        if sides[ours].boxes:
            pack_boxes(connection, tree.name, *sides[ours].arrays())
    if progress is not None:
        progress(done, done)
    return done


class _Side:
    """The boxes of one side, and of which arrival each is."""

    def __init__(self) -> None:
        self.arrivals: list[int] = []
        self.counts: list[int] = []
        self.boxes = bytearray()

    def add(self, arrival: int, boxes: bytes) -> None:
        self.arrivals.append(arrival)
        self.counts.append(len(boxes) // BOX_BYTES)
        self.boxes += boxes

    def arrays(self) -> "tuple[NDArray[np.int64], NDArray[np.int32]]":
        import numpy as np  # noqa: PLC0415 - a node that files no notice does without

        counts = np.array(self.counts)
        first = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) - np.repeat(first, counts)
        ids = np.repeat(np.array(self.arrivals) << BOX_BITS, counts) + places
        return ids, np.frombuffer(bytes(self.boxes), "<i4").reshape(-1, 10)


def _chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
