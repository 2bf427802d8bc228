"""Windows as people write them: `241500Z MAR 22/1600Z`, `1500Z/1h`; a bare time is the next one to come, UTC."""

import re
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.model.duration import parse_duration_s
from coupefeu.model.instant import format_date_time_group, parse_next
from coupefeu.services.arranged.facts import Window

_DURATION: Final = re.compile(r"(\d+[dhms])+", re.ASCII)


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
    start_ms = parse_next(start, now_ms)
    if _DURATION.fullmatch(end):
        return Window(start_ms=start_ms, end_ms=start_ms + parse_duration_s(end) * 1_000)
    return Window(start_ms=start_ms, end_ms=parse_next(end, start_ms))


def format_window(window: Window) -> str:
    """`241500Z MAR 22/241600Z MAR 22`, which `parse_window` reads."""
    return f"{format_date_time_group(window.start_ms)}/{format_date_time_group(window.end_ms)}"
