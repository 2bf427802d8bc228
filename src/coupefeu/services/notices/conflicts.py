"""Which notices of ours conflict with which of the other side: a row for each pair, by the versions that stand.

A movement is compared by its plan and by what is still ahead of it: a pair has a row for each two of these that meet,
and each says from when on it counts. A row hangs on what is compared and the agreed minima alone, so it is the same
whenever it is made. How near the two come, and where, is measured when somebody looks (`node.conflict_desk`).
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Column, Index, Integer, Table, bindparam, delete, insert

from coupefeu.model.volumes import Separation
from coupefeu.services.base import METADATA, Rows, Statement
from coupefeu.services.notices.boxes import span_of

BATCH: Final = 256
"""So many are compared at once: a flood of notices in one place takes longer, not more memory."""

KEPT_BYTES: Final = 16 << 20

CONFLICTS: Final = Table(
    "notice_conflicts",
    METADATA,
    Column("our_log", Integer, primary_key=True, autoincrement=False),
    Column("our_idx", BigInteger, primary_key=True, autoincrement=False),
    Column("their_log", Integer, primary_key=True, autoincrement=False),
    Column("their_idx", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "our_arrival",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        doc="of the version that stands, and the part of it, as `notice_volumes` has it",
    ),
    Column("their_arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("found_arrival", BigInteger, nullable=False, doc="of what came later"),
    Column("found_ms", BigInteger, nullable=False, doc="when that came, by our clock"),
    Column("since_s", Integer, nullable=False, doc="from when on it counts, in seconds of the boxes"),
    Column("start_s", Integer, nullable=False, doc="when the later of both begins, in seconds of the boxes"),
    Column("until_s", Integer, nullable=False, doc="when the first of both is over"),
    sqlite_with_rowid=False,
)
Index("notice_conflicts_by_theirs", CONFLICTS.c.their_log, CONFLICTS.c.their_idx)
_LAST: Final = (1 << 63) - 1
INSERT_CONFLICT: Final = insert(CONFLICTS)
DELETE_CONFLICTS_OF: Final = {
    ours: delete(CONFLICTS).where(
        CONFLICTS.c[f"{side}_log"] == bindparam("b_log"),
        CONFLICTS.c[f"{side}_idx"] == bindparam("b_idx"),
        CONFLICTS.c[f"{side}_arrival"] == bindparam("b_arrival"),
        CONFLICTS.c[f"{other}_arrival"] > bindparam("b_after"),
        CONFLICTS.c[f"{other}_arrival"] <= bindparam("b_last"),
    )
    for ours, side, other in ((True, "our", "their"), (False, "their", "our"))
}


def forget_conflicts(row: Any, after: int = -1, last: int | None = None) -> Statement:
    """Give what takes all conflicts of a row of `VOLUMES` out: with what came behind `after`, and not behind `last`."""
    place = {"b_log": row["root_log"], "b_idx": row["root_idx"], "b_arrival": row["arrival"]}
    among = {"b_after": after, "b_last": _LAST if last is None else last}
    return Statement(DELETE_CONFLICTS_OF[bool(row["ours"])], place | among)


def find_conflicts(prepared: bytes, near: Sequence[Rows], separation: Separation) -> list[Any]:
    """Compare a notice exactly with what may be too near to it; gives the rows of `VOLUMES` that are.

    `near`: what `select_near` gave, for each of its boxes; in the order of arrival. A notice of several volumes may
    stand there several times, also beside one box.
    """
    rows = list({row["arrival"]: row for each in near for row in each}.values())
    found = [
        row
        for start in range(0, len(rows), BATCH)
        for row in _compare(prepared, rows[start : start + BATCH], separation)
    ]
    return sorted(found, key=_arrival)


_arrival: Final = itemgetter("arrival")


class _Compared(NamedTuple):
    prepared: bytes
    candidates: list[bytes]
    separation: Separation
    found: Sequence[int]


_BEFORE: Final[deque[_Compared]] = deque(maxlen=2)


def _compare(prepared: bytes, rows: Sequence[Any], separation: Separation) -> list[Any]:
    """Compare; what a notice names when it is filed, and what is kept of it then, is computed once."""
    candidates = [row["prepared"] for row in rows]
    for before in tuple(_BEFORE):
        if before[:3] == (prepared, candidates, separation):
            return [rows[place] for place in before.found]
    _keep_memory()
    from coupefeu.deconfliction import Prepared, which  # noqa: PLC0415 - a node that files no notice does without

    found = which(Prepared(prepared), candidates, separation)
    _BEFORE.append(_Compared(prepared, candidates, separation, found))
    return [rows[place] for place in found]


def forget_compared() -> None:
    """Compute anew what is asked next, also where it was asked just before."""
    _BEFORE.clear()


@cache
def _keep_memory() -> None:
    """Ask for a large block once and give it back untouched: a hundred candidates then take half the time.

    The C library takes that as a sign to keep what arrays of that size leave behind, in the place of having the system
    map and clear new pages for each.
    """
    import numpy as np  # noqa: PLC0415 - a node that files no notice does without

    np.empty(KEPT_BYTES, np.uint8)


def conflict_rows(one: Any, others: Iterable[Any]) -> Iterator[Statement]:
    """Give the rows of pairs; `one`, `others`: rows of `VOLUMES`, of one side and the other."""
    came, start, until = one["came_arrival"], *span_of(one["boxes"])
    for other in others:
        ours, theirs = (one, other) if one["ours"] else (other, one)
        later = one if came > other["came_arrival"] else other
        other_start, other_until = span_of(other["boxes"])
        yield Statement(
            INSERT_CONFLICT,
            {
                "our_log": ours["root_log"],
                "our_idx": ours["root_idx"],
                "their_log": theirs["root_log"],
                "their_idx": theirs["root_idx"],
                "our_arrival": ours["arrival"],
                "their_arrival": theirs["arrival"],
                "found_arrival": later["came_arrival"],
                "found_ms": later["arrived_ms"],
                "since_s": max(one["since_s"], other["since_s"]),
                "start_s": max(start, other_start),
                "until_s": min(until, other_until),
            },
        )
