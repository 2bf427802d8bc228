"""The times that figures count by: those of the firebreak, claimed or at the nearer bound (services.firebreak.times).

Each entry is looked up in the index over those that stand at a bound. Of honest nodes that is empty, so that a million
look-ups cost a tenth of a second; INDEXED BY, for the table itself would be searched as deep as it is.
"""

from typing import Final

from sqlalchemy import bindparam, literal_column, select, text

from coupefeu.services.base import Statement
from coupefeu.services.firebreak.tables import PLACE_BITS, TIMES
from coupefeu.services.usage.asked import Asked

_FROM: Final = "firebreak_times {0} INDEXED BY firebreak_times_bound"
_SELECT_BOUNDS: Final = text(
    f"SELECT position, bound, count(*) FROM {_FROM.format('b')}"  # noqa: S608 - declared names
    " WHERE bound != '' AND counted_ms >= :from_ms AND counted_ms < :to_ms GROUP BY position, bound"
)
_SELECT_OPENED: Final = select(TIMES.c.counted_ms).where(
    TIMES.c.position == bindparam("position"), TIMES.c.place == literal_column("0")
)


def join_bound(entry: str) -> str:
    """Join to the rows of entries, which have `log` and `idx`, the time of those that stand at a bound."""
    return (
        f"LEFT JOIN {_FROM.format(f'{entry}_bound')} ON {entry}_bound.bound != ''"
        f" AND {entry}_bound.position = {entry}.log % :parties"
        f" AND {entry}_bound.place = ({entry}.log / :parties) << {PLACE_BITS} | {entry}.idx"
    )


def counted_ms(entry: str, claimed: str) -> str:
    """Name the time that counts of rows to which `join_bound` has joined it."""
    return f"coalesce({entry}_bound.counted_ms, {entry}.{claimed})"


def is_bound(entry: str) -> str:
    """Ask of such rows whether they stand at a bound."""
    return f"{entry}_bound.counted_ms IS NOT NULL"


def in_span(time_ms: str) -> str:
    """Ask whether a time lies in the span."""
    return f"{time_ms} >= :from_ms AND {time_ms} < :to_ms"


def span_of(asked: Asked, parties: int) -> dict[str, int]:
    """Give the values of all these; `parties`: how many the line has."""
    return {"from_ms": asked.from_ms, "to_ms": asked.to_ms, "parties": parties}


def select_bounds(asked: Asked) -> Statement:
    """Count the entries of the span that stand at a bound: position of the party, which bound, how many."""
    return Statement(_SELECT_BOUNDS, {"from_ms": asked.from_ms, "to_ms": asked.to_ms})


def select_opened(position: int) -> Statement:
    """Give when the first entry of a party counts; nothing where it is not held, or its head cannot be read."""
    return Statement(_SELECT_OPENED, {"position": position})
