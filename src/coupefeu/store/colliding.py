"""Conflicts of many notices at once: by other minima, in steps that hold up nobody, and all anew after a rebuild.

minima change   noted in the transaction that they come into force with; then a few notices in each job of the writer
much at once    a notice near very many of the other side is noted as it comes, and compared in such steps, in pieces
rebuild         rows of all notices first, both R*Trees packed (packing.py), then each of ours is compared
"""

import time
from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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
    """Compare the next notices that wait: since the minima changed, or since one came that lies near very many.

    One of ours that itself lies near very many is compared in pieces, for as long as there is time.
    """
    (minima,) = transaction.select(Statement(SELECT_MINIMA, {}))
    if minima["checked_to"] is None:
        return ConflictsChecked(is_done=True)
    reached = _Reached(minima["checked_to"], minima["near_of"], minima["near_to"])
    rows = transaction.select(Statement(SELECT_OURS_AFTER, {"after": reached.checked_to, "limit": STEP}))
    until_s = time.monotonic() + STEP_S
    for row in rows:
        reached = _check_on(transaction, row, reached, until_s)
        if reached.near_of is not None or time.monotonic() > until_s:
            break
    is_last = not rows or reached.checked_to == rows[-1]["arrival"]
    is_done = is_last and len(rows) < STEP
    reached = _Reached(None, None, None) if is_done else reached
    saved = reached._asdict() | {"since_ms": None if is_done else minima["since_ms"]}
    transaction.write(SAVE_CHECKED, {f"b_{name}": value for name, value in saved.items()})
    return ConflictsChecked(is_done=is_done)


class _Reached(NamedTuple):
    """How far it is: the last of ours that was compared, and up to which of theirs the next one was."""

    checked_to: int | None
    near_of: int | None
    near_to: int | None


def _check_on(transaction: Transaction, row: Any, reached: _Reached, until_s: float) -> _Reached:
    """Compare one of ours, from where that was left; a piece at least."""
    after: int | None = reached.near_to if reached.near_of == row["arrival"] else -1
    while after is not None:
        after = _check_piece(transaction, row, after)
        if after is not None and time.monotonic() > until_s:
            return _Reached(reached.checked_to, row["arrival"], after)
    return _Reached(row["arrival"], None, None)


def _check_piece(transaction: Transaction, row: Any, after: int) -> int | None:
    """Compare a notice with the next of theirs that lie near; gives the last of these, None when that were all."""
    from coupefeu.services.notices import conflicts, nearby  # noqa: PLC0415 - loaded with the first notice

    separation = read_separation(transaction.select(Statement(SELECT_MINIMA, {})))
    assert separation is not None
    near, last = nearby.next_near(row, after, separation, transaction.select)
    transaction.carry_out([forget_conflicts(row, after, last)])
    found = conflicts.find_conflicts(row["prepared"], [near], separation)
    transaction.carry_out(conflicts.conflict_rows(row, found))
    return last


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
        for row in rows:
            _check_on(transaction, row, _Reached(None, None, None), inf)
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
