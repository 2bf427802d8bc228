"""Numbers of logs: the one place that knows how they are made (docs/adr/0022).

    number = position of the party in the agreement + k * number of parties;  k = 0 for its first log, 1 for the next

A party has one log for each of its incarnations. Heads, frames and tables name a log by this number, for ever.
"""

from typing import Final

MAX_INCARNATION: Final = 9_999
"""Of one party on one line; a number beyond it names no log."""


def position_of(log: int, parties: int) -> int:
    """Give the position of the party that writes a log."""
    return log % parties


def incarnation_of(log: int, parties: int) -> int:
    """Say which log of its party it is, from 1."""
    return log // parties + 1


def log_number(position: int, incarnation: int, parties: int) -> int:
    """Give the number of a party's log; `incarnation` from 1."""
    return position + (incarnation - 1) * parties


def is_log(log: int, parties: int) -> bool:
    """Whether a number, which anybody may have written, can name a log of this line."""
    return 0 <= log < parties * MAX_INCARNATION


def party_of(log: int, names: tuple[str, ...]) -> str:
    """Name the party that writes a log; nothing where there can be no such log."""
    return names[position_of(log, len(names))] if is_log(log, len(names)) else ""
