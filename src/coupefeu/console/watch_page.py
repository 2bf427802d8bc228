"""What the page Watch shows: every desk of both sides, what is open here, what a hand-over that waits here lists."""

from collections.abc import Iterable
from dataclasses import dataclass

from coupefeu.console.listing import message_line
from coupefeu.console.values import MessageLine
from coupefeu.model.messages import MessageId
from coupefeu.node.desk import Desk
from coupefeu.node.open_things import gather_open
from coupefeu.node.watch_values import (
    StandingValues,
    UnstaffedValues,
    What,
    standing_values,
    thing_values,
    unstaffed_values,
)
from coupefeu.services.watch.facts import OpenThing, OpenWhat


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenThingLine:
    """Something open, as the desk knows it now; `message`: its line, where it is a message that is here.

    `due_ms`: when the next of its clocks runs out, or ran out, as whoever listed it saw it.
    """

    number: str
    what: What
    due_ms: int | None
    message: MessageLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPage:
    """The watch of both sides. `open`: the most urgent of the `count` things that are open here.

    `offered`: what the hand-over that waits at the session's post lists. `grace_s`: so long a desk may be empty.
    `keeps_remarks` false: content has an age on this line, so that a hand-over bears none.
    """

    as_of_ms: int
    standings: tuple[StandingValues, ...]
    unstaffed: tuple[UnstaffedValues, ...]
    open: tuple[OpenThingLine, ...]
    count: int
    offered: tuple[OpenThingLine, ...]
    grace_s: int
    keeps_remarks: bool


def look_at_watch(look: Desk, post: str) -> WatchPage:
    """Look at the record; `post`: of whoever asks."""
    context = look.context()
    standings = look.watch_standings()
    found = gather_open(look)
    waits = next((each.hand_over for each in standings if each.post == post), None)
    return WatchPage(
        as_of_ms=context.now.utc_ms,
        standings=tuple(standing_values(each, context.parties, context.now.utc_ms) for each in standings),
        unstaffed=tuple(map(unstaffed_values, look.staffing().unstaffed)),
        open=_lines(look, found.things, context.parties),
        count=found.count,
        offered=() if waits is None else _lines(look, waits.things, context.parties),
        grace_s=context.agreement.watch_grace_s,
        keeps_remarks=context.agreement.content_age_s is None,
    )


def _lines(look: Desk, things: Iterable[OpenThing], parties: tuple[str, ...]) -> tuple[OpenThingLine, ...]:
    return tuple(_line(look, each, parties) for each in things)


def _line(look: Desk, thing: OpenThing, parties: tuple[str, ...]) -> OpenThingLine:
    values = thing_values(thing, parties)
    return OpenThingLine(
        number=values.number,
        what=values.what,
        due_ms=values.due_ms,
        message=_message(look, thing.entry) if thing.what is OpenWhat.MESSAGE else None,
    )


def _message(look: Desk, entry: MessageId) -> MessageLine | None:
    status = look.find_message(entry)
    return None if status is None else message_line(status)
