"""What lies near a notice, as long as comparing with it holds up nobody; else a part of it at a time.

A notice of either side may lie near very many of the other, or near few that have very many edges. Who writes it shall
not hold up what others write: it waits then, and is compared in pieces (`store.colliding`).
"""

from collections.abc import Sequence
from itertools import accumulate, takewhile
from typing import Any, Final

from coupefeu.model.volumes import Separation
from coupefeu.services.base import Rows, Select
from coupefeu.services.notices.boxes import select_near, select_near_after, select_weight_near

FIRST: Final = 512
"""So many are read, before it is asked how much there is."""
MOST_AT_ONCE: Final = 2_048
"""Notices that one is compared with as it comes, for each of its volumes."""
MOST_EDGES_AT_ONCE: Final = 500_000
"""Pairs of edges: some tenths of a second."""
PIECE: Final = 64
"""Notices in one piece, which may have very many edges each."""
OCTETS_OF_EDGE: Final = 16


def near_or_wait(
    prepared: bytes, boxes: bytes, separation: Separation, select: Select, *, ours: bool
) -> list[Rows] | None:
    """Give the volumes of one side that may be too near, for each box; None: comparing with them would take long."""
    most = min(FIRST, MOST_AT_ONCE)
    near = [select(each) for each in select_near(boxes, separation, ours=ours, most=most + 1)]
    if max(map(len, near)) > most:
        counted = select_weight_near(boxes, separation, ours=ours, most=MOST_AT_ONCE + 1)
        weights = [select(each)[0] for each in counted]
        octets = sum(each["octets"] for each in weights)
        if max(each["count"] for each in weights) > MOST_AT_ONCE or _is_much(prepared, octets):
            return None
        near = [select(each) for each in select_near(boxes, separation, ours=ours)]
    octets = sum(len(each["prepared"]) for rows in near for each in rows)
    return None if _is_much(prepared, octets) else near


def next_near(row: Any, after: int, separation: Separation, select: Select) -> tuple[list[Any], int | None]:
    """Give the next of the other side that may be too near to a row of `VOLUMES`, those that came behind `after`.

    As many as are compared in some tenths of a second, one at least. And the arrival of the last; None: that was all.
    """
    found = {
        other["arrival"]: other
        for each in select_near_after(row["boxes"], separation, after, ours=not row["ours"], most=PIECE)
        for other in select(each)
    }
    ordered = [found[arrival] for arrival in sorted(found)][:PIECE]
    some = _some(row["prepared"], ordered)
    is_all = len(some) == len(ordered) and len(found) < PIECE
    return some, None if is_all else int(some[-1]["arrival"])


def _some(prepared: bytes, rows: Sequence[Any]) -> list[Any]:
    octets = accumulate(len(each["prepared"]) for each in rows)
    fits = sum(1 for _ in takewhile(lambda each: not _is_much(prepared, each), octets))
    return list(rows[: max(1, fits)])


def _is_much(prepared: bytes, octets: int) -> bool:
    """Whether there are very many pairs of edges; `octets`: of all that it is compared with."""
    return octets // OCTETS_OF_EDGE * (len(prepared) // OCTETS_OF_EDGE) > MOST_EDGES_AT_ONCE
