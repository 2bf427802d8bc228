"""How far another party's clock seems from ours: its newest entries, what they claim beside when they came."""

from typing import Final

from sqlalchemy import bindparam, func, literal_column, select

from coupefeu.services.base import Statement
from coupefeu.services.firebreak.tables import TIMES

RECENT: Final = 16
_NEWEST: Final = (
    select((TIMES.c.claimed_ms - TIMES.c.arrived_ms).label("ahead_ms"))
    .where(TIMES.c.position == bindparam("position"))
    .order_by(TIMES.c.place.desc())
    .limit(literal_column(str(RECENT)))
    .subquery()
)
SELECT_SKEW: Final = select(func.max(_NEWEST.c.ahead_ms).label("skew_ms"))


def select_skew(position: int) -> Statement:
    """Name the largest difference `skew_ms` of claimed time and arrival among the newest entries of a party.

    An entry cannot come before it was written: so the other clock is ahead at least so far; where it is negative, the
    clock is behind, or all of these came late.
    """
    return Statement(SELECT_SKEW, {"position": position})
