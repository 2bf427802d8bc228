"""Instants: UTC integer milliseconds, never a float or a naive datetime."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NewType

from coupefeu.errors import UsageError

Instant = NewType("Instant", int)
"""Milliseconds since 1970-01-01T00:00:00Z."""

_DAY_MS: Final = 86_400_000
_FAST_MS: Final = 3_600_000

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_GROUP = re.compile(r"(\d\d)(\d\d)(\d\d)Z ?([A-Z]{3}) ?(\d\d)", re.ASCII)
_BARE = re.compile(r"(\d\d):?(\d\d)Z", re.ASCII)


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


def format_second(instant: int) -> str:
    """`24 MAR 22 03:12:05Z`, for people who compare times; cut to the second, as a clock's face is read."""
    try:
        moment = datetime.fromtimestamp(instant // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{instant} ms"
    return f"{moment:%d} {_MONTHS[moment.month - 1]} {moment:%y} {moment:%H:%M:%S}Z"


def format_date_time_group(instant: int) -> str:
    """`240312Z MAR 22`, as treaty desks write it."""
    try:
        moment = datetime.fromtimestamp(instant // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{instant} ms"
    return f"{moment:%d%H%M}Z {_MONTHS[moment.month - 1]} {moment:%y}"


def parse_instant(text: str, now: int) -> Instant:
    """Read an instant as people write it, always UTC: a date-time group, `0312Z` of today, ISO 8601, or `now`.

    Raises:
        UsageError: `model.instant.unreadable`.
    """
    written = text.strip().upper()
    try:
        if written == "NOW":
            return Instant(now)
        if match := _BARE.fullmatch(written):
            today = datetime.fromtimestamp(now // 1000, UTC).replace(second=0, microsecond=0)
            return _instant(today.replace(hour=int(match[1]), minute=int(match[2])))
        if match := _GROUP.fullmatch(written):
            day, hour, minute, year = (int(match[part]) for part in (1, 2, 3, 5))
            return _instant(datetime(2000 + year, 1 + _MONTHS.index(match[4]), day, hour, minute, tzinfo=UTC))
        moment = datetime.fromisoformat(written)
    except (ValueError, OverflowError):
        raise _unreadable(text) from None
    if moment.tzinfo is None:
        raise _unreadable(text)
    return _instant(moment)


def parse_next(text: str, after: int) -> Instant:
    """Read what is still to come: as `parse_instant`, and a bare `0312Z` is the first such time later than `after`."""
    instant = parse_instant(text, after)
    return Instant(instant + _DAY_MS) if _is_bare(text) and instant <= after else instant


def parse_last(text: str, now: int) -> Instant:
    """Read what has happened: as `parse_instant`, and a bare `0312Z` is the last such time.

    Up to an hour later than `now` it stays of today: somebody's watch is fast, and whoever refuses what is still to
    come says so, where a whole day earlier would be taken without a word.
    """
    instant = parse_instant(text, now)
    return Instant(instant - _DAY_MS) if _is_bare(text) and instant > now + _FAST_MS else instant


def _is_bare(text: str) -> bool:
    """Whether it is a time of day that names no day: what is only going to be, or only was, need not name it."""
    return _BARE.fullmatch(text.strip().upper()) is not None


def _instant(moment: datetime) -> Instant:
    return Instant((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))


def _unreadable(text: str) -> UsageError:
    return UsageError(
        f"{text[:40]!r} cannot be read as a time",
        code="model.instant.unreadable",
        hint='write UTC: "240312Z MAR 22", "0312Z", "2022-03-24T03:12Z", or "now"',
    )
