"""When something was seen or said, as people write it: a UTC day, some days, an instant, or from one to another."""

from datetime import UTC, datetime
from typing import Final

from coupefeu.model.instant import parse_instant

DAY_MS: Final = 86_400_000
MINUTE_MS: Final = 60_000


def parse_when(text: str, now_ms: int) -> tuple[int, int]:
    """Give [start, end) in UTC milliseconds.

    `2022-03-11` is that day, `2022-03-11/2022-03-13` three days, `2022-03-24T18:00Z` that minute,
    `2022-03-24T18:00Z/2022-03-24T19:30Z` from one to the other; an instant may be written as anywhere.

    Raises: UsageError `model.instant.unreadable`.
    """
    first, _, last = text.partition("/")
    start_ms, end_ms = _read(first, now_ms)
    return (start_ms, end_ms) if not last else (start_ms, _read(last, now_ms)[_end_of(last)])


def _read(text: str, now_ms: int) -> tuple[int, int]:
    day_ms = _day(text)
    if day_ms is not None:
        return day_ms, day_ms + DAY_MS
    instant_ms = parse_instant(text, now_ms)
    return instant_ms, instant_ms + MINUTE_MS


def _end_of(text: str) -> int:
    """Say which end of what was read is the end: a last day belongs to it whole, an instant is the end."""
    return 0 if _day(text) is None else 1


def _day(text: str) -> int | None:
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(day.timestamp()) * 1_000
