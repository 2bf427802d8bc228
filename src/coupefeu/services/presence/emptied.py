"""The rows of sightings and claims that were erased: those that `rebuild` makes of an entry without its body."""

from typing import Any, Final

from sqlalchemy import bindparam, literal_column, null, update

from coupefeu.services.base import Statement
from coupefeu.services.presence.views import CONTENT, REPORTS


def _constant(value: Any) -> Any:
    """Write a value into the statement itself."""
    if value is None:
        return null()
    return literal_column(f"'{value}'" if isinstance(value, str) else str(value))


_EMPTIED: Final = {**CONTENT, "effect": "erased"}
_EMPTY: Final = (
    update(REPORTS)
    .where(
        REPORTS.c.log == bindparam("b_log"),
        REPORTS.c.idx >= bindparam("b_start"),
        REPORTS.c.idx < bindparam("b_end"),
    )
    .values({name: _constant(value) for name, value in ({**CONTENT, **_EMPTIED}).items()})
)


def empty_reports(range_: tuple[int, int, int]) -> Statement:
    """Empty the sightings and claims among entries [start, end) of a log."""
    log, start, end = range_
    return Statement(_EMPTY, {"b_log": log, "b_start": start, "b_end": end})
