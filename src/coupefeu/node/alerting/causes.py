"""Causes that stand, and what of them a receiver must be told; no clock, no file and no socket in here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

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

    `rule`: of a reason of the firebreak. `numbers`, `posts`: of entries and offices, nothing that anybody wrote.
    `since_ms`: UTC; None: not known.
    """

    key: str
    kind: Kind
    state: str
    rule: str = ""
    numbers: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    since_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of an alert; of what is over only its key is known."""

    news: News
    key: str
    cause: Cause | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a receiver is told at once. `id`: the same when it is sent again; `more`: so many are not listed."""

    id: str
    told: tuple[Told, ...]
    more: int
    states: Mapping[str, str]
    """What the receiver knows when it has taken it."""


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


def compare(known: Mapping[str, str], causes: Mapping[str, Cause]) -> Alert | None:
    """Say what a receiver that was told `known` (state by key) must be told now; None: nothing."""
    told = [
        Told(news=News.CHANGED if key in known else News.NEW, key=key, cause=cause)
        for key, cause in causes.items()
        if known.get(key) != cause.state
    ]
    told += [Told(news=News.OVER, key=key, cause=None) for key in known if key not in causes]
    if not told:
        return None
    states = {key: cause.state for key, cause in causes.items()}
    named = "\n".join(f"{each.news} {each.key} {states.get(each.key, '')}" for each in told)
    listed = told[:MAX_LISTED]
    return Alert(
        id=sha256(named.encode()).hexdigest()[:32],
        told=tuple(listed),
        more=len(told) - len(listed),
        states=states,
    )
