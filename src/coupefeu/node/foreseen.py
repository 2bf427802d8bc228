"""What will lose its content soon, by the terms that were agreed: said beforehand, and found without reading it all."""

from dataclasses import dataclass
from typing import Final

from coupefeu.node.desk import Desk
from coupefeu.services.base import Rows, Statement
from coupefeu.store.expiring import Expiry
from coupefeu.store.line import Party
from coupefeu.store.reader import Reader

AHEAD_MS: Final = 7 * 86_400_000
MAX_ROWS: Final = 4_096
MAX_EXCHANGES: Final = 1_024
"""Looked at, the oldest first; of more is said that there are at least so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """`entries` lose their content within a week, the first at `first_ms`; `truncated`: at least so many."""

    entries: int
    first_ms: int | None
    truncated: bool


def foresee(desk: Desk, parties: tuple[Party, ...]) -> Foreseen:
    """Say what will be erased by age within a week, as far as nothing is done about it meanwhile."""
    reader, context = desk.reader, desk.context()

    def select(statement: Statement) -> Rows:
        return reader.view(statement.executable, statement.parameters)

    expiry = Expiry(select, context, parties, context.now.utc_ms + AHEAD_MS)
    age_s = expiry.longest_s
    if age_s is None:
        return Foreseen(entries=0, first_ms=None, truncated=False)
    after = _last_before(reader, context.now.utc_ms - age_s * 1_000)
    step = expiry.look(after, MAX_ROWS, MAX_EXCHANGES)
    due = [exchange.span_ms[1] + (terms.content_age_s or 0) * 1_000 for terms, exchange in step.found]
    return Foreseen(
        entries=sum(len(exchange.content) for _, exchange in step.found),
        first_ms=min(due, default=None),
        truncated=step.has_more,
    )


def _last_before(reader: Reader, time_ms: int) -> int:
    """Give the last arrival that was stored before a time; arrivals and times ascend together, but for a clock set."""
    low, high = 0, reader.newest_arrival()
    while low < high:
        middle = (low + high) // 2
        arrived_ms = reader.arrived_ms_from(middle + 1)
        if arrived_ms is not None and arrived_ms < time_ms:
            low = middle + 1
        else:
            high = middle
    return low
