"""What is alike in the rows that every service makes of entries: where one stands, what a table can hold."""

from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Integer

from coupefeu.model.entry import Head
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Recorded

_LARGEST_LOG: Final = (1 << 31) - 1
_LARGEST_INDEX: Final = (1 << 63) - 1


def entry_columns() -> tuple[Column[Any], ...]:
    """Give the columns that a row of one entry begins with; its place in its log is the key."""
    return (
        Column("log", Integer, primary_key=True, autoincrement=False),
        Column("idx", BigInteger, primary_key=True, autoincrement=False),
        Column("arrival", BigInteger, nullable=False),
        Column("arrived_ms", BigInteger, nullable=False),
        Column("claimed_ms", BigInteger, nullable=False, doc="by its author's clock"),
        Column("ours", Boolean, nullable=False),
    )


def entry_row(recorded: Recorded, head: Head) -> dict[str, Any]:
    """Give what stands in these columns."""
    return {
        "log": recorded.log,
        "idx": recorded.index,
        "arrival": recorded.arrival,
        "arrived_ms": recorded.arrived_ms,
        "claimed_ms": head.written_ms,
        "ours": recorded.ours,
    }


def fits(entry: MessageId) -> bool:
    """Whether a table can hold the place that a head names, be it one that nobody will ever write."""
    return 0 <= entry[0] <= _LARGEST_LOG and 0 <= entry[1] <= _LARGEST_INDEX


def storable(text: str) -> str:
    """Keep what every database can: PostgreSQL has no NUL in text. The exact bytes stay on the record."""
    return text.replace("\x00", "\u2400")
