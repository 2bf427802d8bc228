"""The watch: the post of a session is manned, and the alarm was heard there or not; or it is manned no longer."""

from typing import Annotated, Final

import msgspec
from litestar import delete, post
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import refuses
from coupefeu.console.messages import recorded
from coupefeu.console.once import HEADER
from coupefeu.console.requests import WatchRequest
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.errors import PolicyError, StoreError, UsageError
from coupefeu.services.watch.facts import LeaveWatch, TakeWatch

_ONCE = UsageError("the header is missing, or was given with another request", code="console.once.*")
_FOREIGN = PolicyError("the post is none of ours", code="services.watch.foreign_post")
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
        PolicyError("the post is not on watch", code="services.watch.no_watch"),
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


async def _recorded_once(
    desk: ConsoleDesk, command: TakeWatch | LeaveWatch, once: str | None
) -> RecordedValues:
    asked = b"\n".join((b"/api/watch", type(command).__name__.encode(), msgspec.json.encode(command)))
    answer: RecordedValues = await desk.once.do(once, asked, lambda: recorded(desk, command))
    return answer


WATCH_ROUTES: Final = (take_watch, leave_watch)
