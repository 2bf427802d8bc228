"""Windows as people write them: `241500Z MAR 22/1600Z`, `1500Z/1h`; a bare time is the next one to come, UTC."""

import re
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.model.duration import parse_duration_s
from coupefeu.model.instant import format_date_time_group, parse_instant
from coupefeu.services.arranged.facts import Window

_BARE: Final = re.compile(r"\d\d:?\d\dZ", re.ASCII | re.IGNORECASE)
_DURATION: Final = re.compile(r"(\d+[dhms])+", re.ASCII)
_DAY_MS: Final = 86_400_000


def parse_window(text: str, now_ms: int) -> Window:
    """Read a window: begin and end, or begin and how long, with a stroke between them.

    Raises:
        UsageError: `services.arranged.unreadable_window`, `model.instant.unreadable`, `model.duration.unreadable`.
    """
    start, stroke, end = (each.strip() for each in text.partition("/"))
    if not stroke:
        raise UsageError(
            f"{text[:60]!r} is not a time from when to when",
            code="services.arranged.unreadable_window",
            hint='Write begin and end, or how long: "241500Z MAR 22/1600Z", "1500Z/1h".',
        )
    start_ms = _next(start, now_ms)
    if _DURATION.fullmatch(end):
        return Window(start_ms=start_ms, end_ms=start_ms + parse_duration_s(end) * 1_000)
    return Window(start_ms=start_ms, end_ms=_next(end, start_ms))


def format_window(window: Window) -> str:
    """`241500Z MAR 22/241600Z MAR 22`, which `parse_window` reads."""
    return f"{format_date_time_group(window.start_ms)}/{format_date_time_group(window.end_ms)}"


def _next(text: str, after_ms: int) -> int:
    """Read an instant; a bare time is the first such that comes after `after_ms`."""
    instant_ms = int(parse_instant(text, after_ms))
    return instant_ms + _DAY_MS if _BARE.fullmatch(text) and instant_ms <= after_ms else instant_ms
