"""The watch of a session's post: taken, with the alarm heard or not; handed over, accepted, left; planned.

The post is the session's, always; the label beside it too. What is open is listed by the node when it hands over.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import refuses
from coupefeu.console.messages import recorded
from coupefeu.console.once import HEADER
from coupefeu.console.requests import AcceptRequest, HandOverRequest, RosterRequest, WatchRequest
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.console.watch_page import WatchPage, look_at_watch
from coupefeu.errors import PolicyError, StoreError, UsageError
from coupefeu.model.messages import parse_number
from coupefeu.node.open_things import gather_open
from coupefeu.services.watch.facts import (
    AcceptWatch,
    HandOverWatch,
    LeaveWatch,
    PlanRoster,
    RosterWindow,
    TakeWatch,
)

_ONCE = UsageError("the header is missing, or was given with another request", code="console.once.*")
_FOREIGN = PolicyError("the post is none of ours", code="services.watch.foreign_post")
_NO_WATCH = PolicyError("the post is not on watch", code="services.watch.no_watch")
_NO_POST = UsageError("the agreement has no such post", code="model.agreement.*")
_STORE = StoreError("the record cannot be written now", code="store.*")


@post(
    "/api/watch",
    responses=refuses(_ONCE, _FOREIGN, _NO_POST, _STORE),
)
async def take_watch(
    data: JSONBody[WatchRequest],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: Annotated[str | None, HeaderParameter(name=HEADER)] = None,
) -> RecordedValues:
    """Take the watch. Both sides see who is on watch, since when, and whether the alarm was heard."""
    taking = TakeWatch(from_post=session.post, heard=data.heard, officer=session.officer)
    return await _recorded_once(desk, taking, once)


@delete(
    "/api/watch",
    status_code=200,
    responses=refuses(
        _ONCE,
        _NO_WATCH,
        _FOREIGN,
        _NO_POST,
        _STORE,
    ),
)
async def leave_watch(
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: Annotated[str | None, HeaderParameter(name=HEADER)] = None,
) -> RecordedValues:
    """Leave the watch; under another value of Coupefeu-Once it is refused, for the post is on watch no longer."""
    return await _recorded_once(desk, LeaveWatch(from_post=session.post, officer=session.officer), once)


@get("/api/watch", responses=refuses(StoreError("the record cannot be read now", code="store.*")))
async def show_watch(desk: NamedDependency[ConsoleDesk], session: NamedDependency[Session]) -> WatchPage:
    """Show every desk of both sides: who is on watch, who relieves whom, who is planned; and what is open here."""
    return await desk.read(lambda look: look_at_watch(look, session.post))


@post(
    "/api/watch/hand-over",
    responses=refuses(
        _ONCE,
        _FOREIGN,
        _NO_WATCH,
        PolicyError("a hand-over bears no remarks on this line", code="services.watch.no_remarks"),
        UsageError("this cannot be said of a watch", code="services.watch.*"),
        _NO_POST,
        _STORE,
    ),
)
async def hand_over(
    data: JSONBody[HandOverRequest],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: Annotated[str | None, HeaderParameter(name=HEADER)] = None,
) -> RecordedValues:
    """Offer the watch to the next officer, with the list of what is open; until it is accepted the post stands."""

    async def act() -> RecordedValues:
        found = await desk.read(gather_open)
        command = HandOverWatch(
            from_post=session.post,
            to_officer=data.to_officer,
            things=found.things,
            count=found.count,
            remarks=data.remarks,
            officer=session.officer,
        )
        return await recorded(desk, command)

    return await _once(desk, once, "hand-over", session, data, act)


@post(
    "/api/watch/accept",
    responses=refuses(
        _ONCE,
        _FOREIGN,
        PolicyError("no such hand-over waits", code="services.watch.no_hand_over"),
        PolicyError("it was written under the same label", code="services.watch.same_officer"),
        PolicyError("not everything listed was looked at", code="services.watch.unseen"),
        UsageError("this is no number of an entry", code="model.message_number.*"),
        _NO_POST,
        _STORE,
    ),
)
async def accept_watch(
    data: JSONBody[AcceptRequest],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: Annotated[str | None, HeaderParameter(name=HEADER)] = None,
) -> RecordedValues:
    """Accept the watch that is handed over, having looked at each thing listed."""
    names = desk.folder.agreement.party_ids
    command = AcceptWatch(
        from_post=session.post,
        hand_over=parse_number(data.hand_over, names),
        heard=data.heard,
        seen=tuple(parse_number(each, names) for each in data.seen),
        officer=session.officer,
    )
    return await _once(desk, once, "accept", session, data, lambda: recorded(desk, command))


@post(
    "/api/watch/roster",
    responses=refuses(
        _ONCE,
        _FOREIGN,
        UsageError("no such roster can be written", code="services.watch.*"),
        _NO_POST,
        _STORE,
    ),
)
async def plan_roster(
    data: JSONBody[RosterRequest],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: Annotated[str | None, HeaderParameter(name=HEADER)] = None,
) -> RecordedValues:
    """Plan who will be at the desk; it replaces the roster before, and both sides read it."""
    command = PlanRoster(
        from_post=session.post,
        from_ms=data.from_ms,
        until_ms=data.until_ms,
        windows=tuple(
            RosterWindow(from_ms=each.from_ms, until_ms=each.until_ms, officer=each.officer)
            for each in data.windows
        ),
        officer=session.officer,
    )
    return await _once(desk, once, "roster", session, data, lambda: recorded(desk, command))


async def _once(
    desk: ConsoleDesk,
    once: str | None,
    what: str,
    session: Session,
    asked: object,
    act: Callable[[], Awaitable[RecordedValues]],
) -> RecordedValues:
    """Do it once for one press: what was asked, by which post, under which label."""
    who = (session.post, session.officer)
    octets = b"\n".join((f"/api/watch/{what}".encode(), msgspec.json.encode((who, asked))))
    answer: RecordedValues = await desk.once.do(once, octets, act)
    return answer


async def _recorded_once(
    desk: ConsoleDesk, command: TakeWatch | LeaveWatch, once: str | None
) -> RecordedValues:
    asked = b"\n".join((b"/api/watch", type(command).__name__.encode(), msgspec.json.encode(command)))
    answer: RecordedValues = await desk.once.do(once, asked, lambda: recorded(desk, command))
    return answer


WATCH_ROUTES: Final = (show_watch, take_watch, leave_watch, hand_over, accept_watch, plan_roster)
