"""Durations as people write them in an agreement: "90s", "2m", "1h30m", "7d"; a shift has a sign: "+2h"."""

import re

from coupefeu.errors import UsageError

_DURATION = re.compile(r"(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?", re.ASCII)
_UNITS_S = (86_400, 3_600, 60, 1)
MAX_DURATION_S = 366 * 86_400
MAX_SHIFT_S = 36_525 * 86_400
"""A century: an exercise may play in any year that somebody remembers."""


def parse_duration_s(text: str, most_s: int = MAX_DURATION_S) -> int:
    """Whole seconds in `text`.

    Raises:
        UsageError: `model.duration.unreadable`, also when longer than `most_s`.
    """
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise _unreadable(text, most_s)
    total_s = sum(int(count) * unit for count, unit in zip(match.groups(default="0"), _UNITS_S, strict=True))
    if total_s > most_s:
        raise _unreadable(text, most_s)
    return total_s


def parse_shift_ms(text: str) -> int:
    """Milliseconds of a signed shift such as "+2h" or "-1d"; raises UsageError as `parse_duration_s` does."""
    if text[:1] not in {"+", "-"}:
        raise _unreadable(text, MAX_SHIFT_S)
    return parse_duration_s(text[1:], MAX_SHIFT_S) * (1_000 if text[0] == "+" else -1_000)


def format_duration(seconds: int) -> str:
    """`1h30m`; the inverse of `parse_duration_s`."""
    parts: list[str] = []
    for unit, letter in zip(_UNITS_S, "dhms", strict=True):
        count, seconds = divmod(seconds, unit)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts) or "0s"


def format_shift(shift_ms: int) -> str:
    """`+2h`; the inverse of `parse_shift_ms`."""
    return ("-" if shift_ms < 0 else "+") + format_duration(abs(shift_ms) // 1_000)


def _unreadable(text: str, most_s: int = MAX_DURATION_S) -> UsageError:
    return UsageError(
        f"{text[:40]!r} is not a duration",
        code="model.duration.unreadable",
        hint='write days, hours, minutes, seconds in this order: "90s", "1h30m", "7d" '
        f"(at most {most_s // 86_400} days)",
    )
