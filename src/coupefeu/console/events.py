"""The route of the stream: what each connected console is sent until it goes, its session ends, or the node stops."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from typing import Annotated, Any, Final

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import TooManyError, refuses
from coupefeu.console.feed import Follower
from coupefeu.console.parts import Parts
from coupefeu.console.sessions import Session
from coupefeu.console.streams import Streams
from coupefeu.console.values import DeskValues

EVENT_STREAM: Final = "text/event-stream"
STALLED_S: Final = 30.0
"""A connection that takes nothing for so long is given up."""
MAX_NAME_CHARACTERS: Final = 64

Name = Annotated[str, QueryParameter(name="console", max_length=MAX_NAME_CHARACTERS)]


class EventStream(Response[None]):
    """An answer that goes on; `leave` is called when it is over, however it ends."""

    def __init__(self, follower: Follower, leave: Callable[[], None]) -> None:
        super().__init__(None, media_type=EVENT_STREAM)
        self._follower = follower
        self._leave = leave

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIResponse:
        """Give what writes it."""
        return _Writer(self._follower, self._leave)


class _Writer(ASGIResponse):
    _should_set_content_length = False

    def __init__(self, follower: Follower, leave: Callable[[], None]) -> None:
        super().__init__(media_type=EVENT_STREAM)
        self._follower = follower
        self._leave = leave

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        gone = asyncio.ensure_future(self._wait_until_gone(receive))
        try:
            with contextlib.suppress(TimeoutError):
                await super().__call__(scope, receive, send)
        finally:
            gone.cancel()
            self._leave()

    async def send_body(self, send: Any, receive: Any) -> None:  # noqa: ARG002 - litestar's signature
        while octets := await self._follower.take():
            async with asyncio.timeout(STALLED_S):
                await send({"type": "http.response.body", "body": octets, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _wait_until_gone(self, receive: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._follower.end()


@get("/api/desk", sync_to_thread=False)
def show_desk(
    desk: NamedDependency[ConsoleDesk], session: NamedDependency[Session], parts: NamedDependency[Parts]
) -> DeskValues:
    """Give the desk as it is now, as the stream's first event has it, and who asks."""
    return desk.values(parts.describe(session))


@get(
    "/api/events",
    media_type=MediaType.TEXT,
    opt={"locked": True},
    responses=refuses(TooManyError("too many streams", code="console.streams.*")),
)
async def events(
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    streams: NamedDependency[Streams],
    name: Name = "",
) -> EventStream:
    """Follow the desk: server-sent events, each a JSON object with `what`; `console` is the page's own random name.

    The first event is the desk as it is. A stream that ends is begun anew, and what the page shows is asked again.
    """
    follower = Follower(name or secrets.token_hex(8), session.id, is_locked=session.locked)
    leaving: list[Callable[[], None]] = []

    def over() -> None:
        follower.end()
        for leave in leaving:
            leave()

    leaving.append(streams.enter(session, follower.name, over))
    leaving.append(desk.feed.join(follower, desk.first_events(is_locked=session.locked)))
    return EventStream(follower, over)


FEED_ROUTES: Final = (show_desk, events)
