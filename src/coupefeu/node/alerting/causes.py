"""Causes that stand, and what of them a receiver must be told; no clock, no file and no socket in here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from coupefeu.node.alerting.damping import OVER, Track, is_due, is_settled, observe, take

MAX_CAUSES: Final = 1_000
"""So many are told apart, the first in their order; of others only that there are more."""
MAX_LISTED: Final = 50
"""So many stand in one alert; the others are counted in it."""


class Kind(StrEnum):
    """What a cause is of; words are `alert-kind-*`."""

    LEVEL = "level"
    REASON = "reason"
    FLASH = "flash"
    UNSTAFFED = "unstaffed"
    UNITS = "units"
    CONFLICT = "conflict"
    MORE = "more"
    TEST = "test"


class News(StrEnum):
    """What is new of it; words are `alert-news-*`."""

    NEW = "new"
    CHANGED = "changed"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Something that is so until it is not, by its `key`; `state`: what of it, when it changes, is told again.

    `gravity`: what is graver is not held back. `rule`: of a reason of the firebreak. `numbers`, `posts`: of entries and
    offices, nothing that anybody wrote.
    `since_ms`: UTC; None: not known.
    """

    key: str
    kind: Kind
    state: str
    gravity: int = 0
    rule: str = ""
    numbers: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    since_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of an alert; of what is over only its key is known. `changes`: how often it changed; 0: once."""

    news: News
    key: str
    cause: Cause | None
    changes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a receiver is told at once. `id`: the same when it is sent again; `more`: so many are not listed."""

    id: str
    told: tuple[Told, ...]
    more: int
    tracks: Mapping[str, Track]
    """Of all that it tells, as they were when it was written."""
    gravities: Mapping[str, int]
    at_ms: int


def bounded(causes: Iterable[Cause]) -> dict[str, Cause]:
    """Keep so many causes by their keys, and one that says that there are more."""
    found: dict[str, Cause] = {}
    left_out = 0
    for each in causes:
        if each.key in found or len(found) < MAX_CAUSES:
            found.setdefault(each.key, each)
        else:
            left_out += 1
    if left_out:
        found["more"] = Cause(key="more", kind=Kind.MORE, state="more")
    return found


def observe_all(tracks: Mapping[str, Track], causes: Mapping[str, Cause], now_ms: int) -> dict[str, Track]:
    """Note how each cause stands at a look; what need not be known any more is forgotten."""
    states = dict.fromkeys(tracks, OVER) | {key: cause.state for key, cause in causes.items()}
    seen = {key: observe(tracks.get(key, Track()), state) for key, state in states.items()}
    kept = {key: track for key, track in seen.items() if not is_settled(track, now_ms)}
    over = [key for key in kept if key not in causes]
    over.sort(key=lambda key: kept[key].began_ms or 0)
    for key in over[: max(0, len(over) - MAX_CAUSES)]:
        del kept[key]
    return kept


def compare(
    tracks: Mapping[str, Track], causes: Mapping[str, Cause], now_ms: int, *, serial: int = 0
) -> Alert | None:
    """Say what a receiver must be told now, by the tracks of a look at these causes; None: nothing.

    `serial`: how many alerts it took before, so that two of the same words are two.
    """
    order = dict.fromkeys([*causes, *tracks])
    due = {
        key: tracks[key]
        for key in order
        if key in tracks and is_due(tracks[key], _gravity(causes.get(key)), now_ms)
    }
    told = [_told(key, track, causes.get(key)) for key, track in due.items()]
    if not told:
        return None
    named = "\n".join(f"{each.news} {each.key} {due[each.key].seen} {each.changes}" for each in told)
    listed = told[:MAX_LISTED]
    return Alert(
        id=sha256(f"{serial}\n{named}".encode()).hexdigest()[:32],
        told=tuple(listed),
        more=len(told) - len(listed),
        tracks=due,
        gravities={key: _gravity(causes.get(key)) for key in due},
        at_ms=now_ms,
    )


def take_all(tracks: Mapping[str, Track], alert: Alert) -> dict[str, Track]:
    """Give what a receiver knows that took an alert; `tracks`: as they stand by now."""
    taken = {
        key: take(tracks.get(key, told), told, alert.gravities[key], alert.at_ms)
        for key, told in alert.tracks.items()
    }
    return {**tracks, **taken}


def _told(key: str, track: Track, cause: Cause | None) -> Told:
    news = News.OVER if cause is None else News.NEW if track.told == OVER else News.CHANGED
    return Told(news=news, key=key, cause=cause, changes=track.changes if track.changes > 1 else 0)


def _gravity(cause: Cause | None) -> int:
    return 0 if cause is None else cause.gravity
