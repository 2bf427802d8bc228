"""Rows of marks: made alike for every topic, so that who gathers them needs to know none of them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import text

from coupefeu.model.messages import MessageId
from coupefeu.model.topics import Topic
from coupefeu.services.base import Context, Rows, Select, Statement
from coupefeu.services.firebreak.tables import (
    FORGET_EVENTS,
    FORGET_OPENED,
    INSERT_EVENT,
    INSERT_OPENED,
    INSERT_STILL_OPEN,
    LANES_OF_TOPIC,
    NEVER,
    NO_PRECEDENCE,
    lane_of,
    opened_id,
    packed,
    position_and_place,
    unpacked,
)

MS: Final = 1_000
PLACE_OF: Final = "{0}.log % :parties = t.position AND ((({0}.log / :parties) << 32) | {0}.idx) = t.place"
"""Joins a table of entries, by its name, with `firebreak_times AS t`."""


class At(NamedTuple):
    """An entry, when it counts, when it claims to be written, and when it came here."""

    entry: MessageId
    counted_ms: int
    claimed_ms: int
    arrived_ms: int

    @property
    def known_ms(self) -> int:
        """When it counts for whoever asks what was known here: never after it came."""
        return min(self.counted_ms, self.arrived_ms)


def at(row: Any) -> At:
    """Read where a row of an entry stands, joined with its time."""
    return At((row["log"], row["idx"]), row["counted_ms"], row["claimed_ms"], row["arrived_ms"])


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an event is of; see `marks.Mark`. `root`: the entry from all about which it is made."""

    topic: Topic
    root: MessageId
    key: str
    party: str
    post: str = ""
    value: str = ""


def pair_key(one: str, other: str) -> str:
    """Name a pair of posts, whichever of both is named first."""
    return "/".join(sorted((one, other)))


def event(about: About, when: At, first: At | None = None, due_ms: int | None = None) -> Statement:
    """Give the row of an event. `first`: the entry that it answers; `due_ms`: from when what it says holds."""
    (log, index), counted_ms, claimed_ms, arrived_ms = first or ((None, None), None, None, None)
    row = {
        "root_log": about.root[0],
        "root_idx": about.root[1],
        "topic": about.topic.value,
        "log": when.entry[0],
        "idx": when.entry[1],
        "party": about.party,
        "value": about.value,
        "key": about.key,
        "post": about.post,
        "counted_ms": when.counted_ms,
        "claimed_ms": when.claimed_ms,
        "arrived_ms": when.arrived_ms,
        "known_ms": when.known_ms,
        "first_log": log,
        "first_idx": index,
        "first_counted_ms": counted_ms,
        "first_claimed_ms": claimed_ms,
        "first_arrived_ms": arrived_ms,
        "due_ms": due_ms,
    }
    return Statement(INSERT_EVENT, row)


_OPEN: Final = (NEVER, -1, -1)


@dataclass(slots=True)
class Closing:
    """The first that closed something: of all that could, the one that counts first, and the one that came first."""

    until: tuple[int, int, int] = _OPEN
    known: tuple[int, int, int] = _OPEN

    @classmethod
    def of(cls, row: Any, parties: int) -> "Closing":
        """Read what a row of `OPENED` says."""
        if row["until_by"] is None:
            return cls()
        until, known = unpacked(row["until_by"], parties), unpacked(row["known_by"], parties)
        return cls(until=(row["until_ms"], *until), known=(row["until_arrived_ms"], *known))

    def by(self, when: At) -> None:
        """Take one more that could have closed it."""
        self.until = min(self.until, (when.counted_ms, *when.entry))
        self.known = min(self.known, (when.arrived_ms, *when.entry))


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What an entry opened. `position`: of who owes it; `number`: which of what that entry opens for this party.

    `root`: the entry from all about which it is made, where that is not the one that opened it.
    """

    topic: Topic
    position: int
    number: int
    value: str
    post: str
    precedence: int = NO_PRECEDENCE
    root: MessageId | None = None


def opened(what: Awaited, when: At, due_ms: tuple[int, int], closing: Closing, parties: int) -> Statement:
    """Give the row of something opened. `due_ms`: from when it is late, by the time that counts and as known here."""
    number = opened_id(when.entry, what.position, what.number, parties)
    return opened_as(number, columns_of(what), when, due_ms, closing, parties)


def columns_of(what: Awaited) -> dict[str, Any]:
    """Give what is alike in the rows of all that is opened alike."""
    log, index = (None, None) if what.root is None else what.root
    return {
        "lane": lane_of(what.topic, what.position, what.precedence),
        "root_log": log,
        "root_idx": index,
        "value": what.value,
        "post": what.post,
    }


def opened_as(
    number: int, alike: Mapping[str, Any], when: At, due_ms: tuple[int, int], closing: Closing, parties: int
) -> Statement:
    """Give the same by its number (`opened_id`) and the columns that it has in common with others."""
    row = {
        **alike,
        "id": number,
        "counted_ms": when.counted_ms,
        "claimed_ms": when.claimed_ms,
        "arrived_ms": when.arrived_ms,
        "due_ms": due_ms[0],
        "due_known_ms": due_ms[1],
    }
    (until_ms, *until), (arrived_ms, *known) = closing.until, closing.known
    if until_ms == NEVER and alike["root_log"] is None:
        return Statement(INSERT_STILL_OPEN, row)
    is_open = until_ms == NEVER
    row |= {
        "until_ms": until_ms,
        "until_by": None if is_open else packed((until[0], until[1]), parties),
        "until_arrived_ms": arrived_ms,
        "known_by": None if is_open else packed((known[0], known[1]), parties),
        "until_last_ms": max(until_ms, arrived_ms),
    }
    return Statement(INSERT_OPENED, row)


def due(when: At, seconds: int, latest_ms: int | None = None) -> tuple[int, int]:
    """Say when something is late: so long after it was opened, or at `latest_ms` where that comes before."""
    return _due(when.counted_ms, seconds, latest_ms), _due(when.known_ms, seconds, latest_ms)


def closed_by(closers: Iterable[At]) -> Closing:
    """Give what closed something, of all that could."""
    closing = Closing()
    for each in closers:
        closing.by(each)
    return closing


def _due(from_ms: int, seconds: int, latest_ms: int | None) -> int:
    due_ms = from_ms + seconds * MS
    return due_ms if latest_ms is None or latest_ms <= from_ms else min(due_ms, latest_ms)


def forget_events(root: MessageId, *topics: Topic) -> Iterator[Statement]:
    """Take out the events that were made of a root, to make them anew."""
    for topic in topics:
        values = {"b_log": root[0], "b_idx": root[1], "b_topic": topic.value}
        yield Statement(FORGET_EVENTS, values)


def forget_opened(root: MessageId, topic: Topic) -> Statement:
    """Take out what was opened by entries about a root, to make it anew."""
    first = lane_of(topic, 0, NO_PRECEDENCE)
    values = {"b_log": root[0], "b_idx": root[1], "b_first": first, "b_end": first + LANES_OF_TOPIC}
    return Statement(FORGET_OPENED, values)


_SELECT_TIMES: Final = text(
    "SELECT json_extract(j.value, '$[0]') AS log, json_extract(j.value, '$[1]') AS idx,"
    " t.claimed_ms, t.arrived_ms, t.counted_ms"
    " FROM json_each(:entries) AS j JOIN firebreak_times AS t"
    " ON t.position = json_extract(j.value, '$[2]') AND t.place = json_extract(j.value, '$[3]')"
)


def times_of(entries: Iterable[MessageId], context: Context, select: Select) -> dict[MessageId, At]:
    """Give when entries count; of one that is not here, nothing."""
    rows = select_times(entries, context, select)
    return {(row["log"], row["idx"]): at(row) for row in rows}


def select_times(entries: Iterable[MessageId], context: Context, select: Select) -> Rows:
    """Give the times of entries, each with its log and index."""
    count = len(context.parties)
    named = [(*each, *position_and_place(each, count)) for each in sorted(set(entries))]
    return select(Statement(_SELECT_TIMES, {"entries": json.dumps(named)})) if named else ()
