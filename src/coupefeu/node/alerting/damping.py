"""What of a cause a receiver is told now, and what is held, so that one that comes and goes raises no storm.

    first told --- the first change --- further changes .............. end of the hold time
       at once         at once          held, counted, one alert at the end: how often, and how it stands

Within a hold time only what is graver than all that the receiver was told in it goes at once. No clock, no file and no
socket in here; docs/adr/0044 says why it is so.
"""

from dataclasses import dataclass, replace
from typing import Final

HOLD_MS: Final = 15 * 60 * 1_000
OVER: Final = ""
"""In place of a state: it is not so, or not so any more."""
_LEAST: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What a receiver knows of a cause, and what became of it since.

    `told`: the state it was told, `seen`: that of the last look, OVER when it does not stand. `changes`: how often it
    changed since then. `began_ms`: when the hold time began (UTC); None: it was never told. `peak`: the gravest that
    was told in it; `has_changed`: its one free change is used.
    """

    told: str = OVER
    seen: str = OVER
    changes: int = 0
    began_ms: int | None = None
    peak: int = _LEAST
    has_changed: bool = False


def observe(track: Track, state: str) -> Track:
    """Take note of how it stands at a look."""
    return track if track.seen == state else replace(track, seen=state, changes=track.changes + 1)


def is_held(track: Track, now_ms: int) -> bool:
    """Whether its hold time runs. A clock that was set back before it holds nothing."""
    return track.began_ms is not None and 0 <= now_ms - track.began_ms < HOLD_MS


def is_due(track: Track, gravity: int, now_ms: int) -> bool:
    """Whether a receiver must be told of it now; `gravity`: of the state that was seen, the greater the graver."""
    if track.changes == 0:
        return False
    if track.seen == track.told:
        return track.began_ms is not None and not is_held(track, now_ms)
    return not is_held(track, now_ms) or not track.has_changed or _gravity(track, gravity) > track.peak


def take(track: Track, told: Track, gravity: int, now_ms: int) -> Track:
    """Note that the receiver knows `told`, as it was when the alert was written; `track` may have gone on since."""
    known = replace(track, told=told.seen, changes=track.changes - told.changes)
    peak = _gravity(told, gravity)
    if is_held(told, now_ms):
        return replace(known, has_changed=True, peak=max(peak, told.peak))
    # What changed more than once goes on doing so, as far as anybody knows: it has no free change.
    return replace(known, began_ms=now_ms, has_changed=told.changes > 1, peak=peak)


def is_settled(track: Track, now_ms: int) -> bool:
    """Whether nothing need be known of it any more: it is over, that was told or never begun, and no hold time runs."""
    if track.seen != OVER or track.told != OVER:
        return False
    return track.began_ms is None or (track.changes == 0 and not is_held(track, now_ms))


def _gravity(track: Track, gravity: int) -> int:
    return _LEAST if track.seen == OVER else gravity
