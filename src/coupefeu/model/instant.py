"""Instants: UTC integer milliseconds, never a float or a naive datetime."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NewType

Instant = NewType("Instant", int)
"""Milliseconds since 1970-01-01T00:00:00Z."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the clocks say: `utc_ms` to stamp with, `mono_ms` (never backwards) to time with."""

    utc_ms: int
    mono_ms: int


def format_instant(instant: int) -> str:
    """`2022-03-24T03:12:05.123Z`; an instant outside the years 1..9999 is given as its number."""
    try:
        moment = datetime.fromtimestamp(instant // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{instant} ms"
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{instant % 1000:03d}Z"


def format_date_time_group(instant: int) -> str:
    """`240312Z MAR 22`, as treaty desks write it."""
    try:
        moment = datetime.fromtimestamp(instant // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{instant} ms"
    month = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")[
        moment.month - 1
    ]
    return f"{moment:%d%H%M}Z {month} {moment:%y}"
