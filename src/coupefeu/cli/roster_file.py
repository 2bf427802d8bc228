"""A roster as people write it: one window a line, from, until, who; `#` begins a remark.

    # from               until              who
    2022-03-24T06:00Z    2022-03-24T14:00Z  first watch
    2022-03-24T14:00Z    22:00Z             second watch
    2022-03-24T22:00Z    06:00Z             third watch

All times are UTC. `until` may leave the day out: it is then the next time of day after `from`.
"""

from pathlib import Path
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.model.instant import parse_instant, parse_next
from coupefeu.services.watch.facts import RosterWindow

MAX_FILE_BYTES: Final = 65_536
_COLUMNS: Final = 3


def read_roster_file(path: Path, now_ms: int) -> tuple[RosterWindow, ...]:
    """Read the windows of a file, in the order in which they begin.

    Raises:
        UsageError: `cli.roster.large`, `cli.roster.text`, `cli.roster.line` with its number.
    """
    with path.open("rb") as file:
        octets = file.read(MAX_FILE_BYTES + 1)
    if len(octets) > MAX_FILE_BYTES:
        raise UsageError(
            f"{path} is larger than {MAX_FILE_BYTES:,} bytes",
            code="cli.roster.large",
            hint="A roster has at most 128 windows.",
        )
    try:
        lines = octets.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise UsageError(
            f"{path} is no text", code="cli.roster.text", hint="Write it in UTF-8, one window a line."
        ) from None
    rows = [(number, line.partition("#")[0].split(maxsplit=2)) for number, line in enumerate(lines, start=1)]
    windows = [_window(number, row, now_ms) for number, row in rows if row]
    return tuple(sorted(windows, key=lambda each: (each.from_ms, each.until_ms)))


def _window(number: int, row: list[str], now_ms: int) -> RosterWindow:
    if len(row) < _COLUMNS:
        raise _unreadable(number, "it has not from, until and who")
    start, end, officer = row
    try:
        from_ms = parse_instant(start, now_ms)
        until_ms = parse_next(end, from_ms)
    except UsageError as error:
        raise _unreadable(number, error.message) from None
    return RosterWindow(from_ms=from_ms, until_ms=until_ms, officer=officer.strip())


def _unreadable(number: int, says: str) -> UsageError:
    return UsageError(
        f"line {number} of the roster: {says}",
        code="cli.roster.line",
        hint="Such as: 2022-03-24T06:00Z 14:00Z first watch",
    )
