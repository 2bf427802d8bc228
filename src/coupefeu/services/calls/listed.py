"""Lists of calls: what may be asked of them, and the selects that give a window, of a hundred thousand as of ten."""

from collections.abc import Sequence
from dataclasses import dataclass
from json import dumps
from typing import Final

from sqlalchemy import ColumnElement, bindparam, func, literal_column, select

from coupefeu.model.calls import Outcome
from coupefeu.services.base import Statement
from coupefeu.services.calls.tables import CALLS, STEPS, steps_of

LISTED_INDEX: Final = "INDEXED BY calls_listed"
"""It holds all that a filter looks at, in the order of arrival, and none of the bodies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """What is asked of a list; None lets all through. `caller`: a party; `only_open`: rings, waits or in call."""

    outcome: Outcome | None = None
    caller: str | None = None
    only_open: bool = False


def _asked(name: str, column: ColumnElement[str]) -> ColumnElement[bool]:
    return bindparam(name, None).is_(None) | (column == bindparam(name, None))


LET_THROUGH: Final = (
    _asked("outcome", CALLS.c.outcome)
    & _asked("caller", CALLS.c.party)
    & (CALLS.c.is_open | (bindparam("only_open") == literal_column("0")))
)
COUNT_CALLS: Final = (
    select(func.count()).select_from(CALLS).with_hint(CALLS, LISTED_INDEX, "sqlite").where(LET_THROUGH)
)
SELECT_OPEN: Final = (
    select(CALLS).where(CALLS.c.is_open).order_by(CALLS.c.arrival.desc()).limit(bindparam("limit"))
)
SELECT_ANSWERED: Final = (
    select(CALLS)
    .join(STEPS, (STEPS.c.arrival == CALLS.c.outcome_arrival) & (STEPS.c.call_log == CALLS.c.log))
    .where(
        CALLS.c.post == bindparam("caller"),
        CALLS.c.outcome == literal_column(f"'{Outcome.ANSWERED}'"),
        STEPS.c.call_idx == CALLS.c.idx,
        STEPS.c.post == bindparam("answered_by"),
    )
    .order_by(CALLS.c.arrival.desc())
    .limit(1)
)
_WINDOW: Final = func.json_each(bindparam("arrivals")).table_valued("value")
SELECT_WINDOW: Final = select(CALLS).where(CALLS.c.arrival.in_(select(_WINDOW.c.value)))
SELECT_STEPS_OF_WINDOW: Final = steps_of(CALLS.c.arrival.in_(select(_WINDOW.c.value)))


def values_of(wanted: CallFilter) -> dict[str, object]:
    """Give the values that `LET_THROUGH` asks for."""
    outcome = None if wanted.outcome is None else wanted.outcome.value
    return {"outcome": outcome, "caller": wanted.caller, "only_open": int(wanted.only_open)}


def select_open(limit: int) -> Statement:
    """Name the newest calls that are open."""
    return Statement(SELECT_OPEN, {"limit": limit})


def select_answered(caller: str, answered_by: str) -> Statement:
    """Name the newest call of one post that another post answered itself."""
    return Statement(SELECT_ANSWERED, {"caller": caller, "answered_by": answered_by})


def select_window(arrivals: Sequence[int]) -> tuple[Statement, Statement]:
    """Name the calls that arrived as these, and the steps about them, of each party the earliest."""
    values = {"arrivals": dumps(list(arrivals))}
    return Statement(SELECT_WINDOW, values), Statement(SELECT_STEPS_OF_WINDOW, values)
