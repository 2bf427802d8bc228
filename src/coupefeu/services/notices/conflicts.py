"""Which notices of ours conflict with which of the other side: a row for each pair, by the versions that stand.

A movement is compared by its plan and by what is still ahead of it: a pair has a row for each two of these that meet,
and each says from when on it counts. A row hangs on what is compared and the agreed minima alone, so it is the same
whenever it is made. How near the two come, and where, is measured when somebody looks (`node.conflict_desk`).
"""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, Final

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
INSERT_CONFLICT: Final = insert(CONFLICTS)
DELETE_CONFLICTS_OF: Final = {
    ours: delete(CONFLICTS).where(
        CONFLICTS.c[f"{side}_log"] == bindparam("b_log"),
        CONFLICTS.c[f"{side}_idx"] == bindparam("b_idx"),
        CONFLICTS.c[f"{side}_arrival"] == bindparam("b_arrival"),
    )
    for ours, side in ((True, "our"), (False, "their"))
}


def forget_conflicts(row: Any) -> Statement:
    """Give what takes all conflicts of a row of `VOLUMES` out."""
    place = {"b_log": row["root_log"], "b_idx": row["root_idx"], "b_arrival": row["arrival"]}
    return Statement(DELETE_CONFLICTS_OF[bool(row["ours"])], place)


def find_conflicts(prepared: bytes, near: Iterable[Rows], separation: Separation) -> list[Any]:
    """Compare a notice exactly with what may be too near to it; gives the rows of `VOLUMES` that are.

    `near`: what `select_near` gave, for each of its boxes; in the order of arrival.
    """
    rows = {row["arrival"]: row for each in near for row in each}
    ordered = [rows[arrival] for arrival in sorted(rows)]
    return [
        row
        for start in range(0, len(ordered), BATCH)
        for row in _compare(prepared, ordered[start : start + BATCH], separation)
    ]


def _compare(prepared: bytes, rows: Sequence[Any], separation: Separation) -> list[Any]:
    found = compared_before(prepared, tuple(row["prepared"] for row in rows), separation)
    return [rows[place] for place in found]


@lru_cache(maxsize=2)
def compared_before(prepared: bytes, candidates: tuple[bytes, ...], separation: Separation) -> Sequence[int]:
    """Say which conflict; what a notice names when it is filed, and what is kept of it then, is computed once."""
    _keep_memory()
    from coupefeu.deconfliction import Prepared, which  # noqa: PLC0415 - a node that files no notice does without

    return which(Prepared(prepared), candidates, separation)


@cache
def _keep_memory() -> None:
    """Ask for a large block once and give it back untouched: a hundred candidates then take half the time.

    The C library takes that as a sign to keep what arrays of that size leave behind, in the place of having the system
    map and clear new pages for each.
    """
    import numpy as np  # noqa: PLC0415 - a node that files no notice does without

    np.empty(KEPT_BYTES, np.uint8)


def conflict_row(one: Any, other: Any) -> Statement:
    """Give the row of a pair; `one`, `other`: rows of `VOLUMES`, in whichever order."""
    ours, theirs = (one, other) if one["ours"] else (other, one)
    later = max(one, other, key=lambda row: int(row["came_arrival"]))
    starts, ends = zip(*(span_of(each["boxes"]) for each in (one, other)), strict=True)
    return Statement(
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
            "start_s": max(starts),
            "until_s": min(ends),
        },
    )
