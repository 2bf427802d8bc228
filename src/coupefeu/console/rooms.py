"""Which page holds the media of which call: a page that goes takes the call with it, and both records say so.

    a page describes its media -> it holds the call -> its stream ends for some seconds -> CALL LOST, console gone

A stream that comes back in time holds the call on: browsers connect again by themselves.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.model.calls import CallState, LostCause, MediaPath
from coupefeu.model.messages import MessageId
from coupefeu.node.signalling import Signalling

LOOK_EVERY_S: Final = 0.5
GONE_AFTER_S: Final = 4.0
"""Longer than a browser waits before it connects its stream again."""


@dataclass(slots=True)
class _Room:
    console: str
    session: str
    way: MediaPath | None = None
    gone_s: float | None = None

    def is_of(self, console: str, session: str) -> bool:
        """Whether this page holds it."""
        return (self.console, self.session) == (console, session)


class Rooms:
    """The calls whose media is held by a page of this console; used from the loop alone."""

    def __init__(self, signalling: Signalling, is_live: Callable[[str, str], bool]) -> None:
        """`is_live`: whether a console of a session is connected by that name."""
        self._signalling = signalling
        self._is_live = is_live
        self._rooms: dict[MessageId, _Room] = {}
        self._looking: asyncio.Task[None] | None = None

    def insist(self, call: MessageId, console: str, session: str) -> None:
        """Insist that no other page that is there holds the media of a call.

        Raises:
            UsageError: `console.media.held_elsewhere`.
        """
        room = self._rooms.get(call)
        if room is None or room.is_of(console, session) or not self._is_live(room.console, room.session):
            return
        raise UsageError(
            "another page of ours holds the voice of this call",
            code="console.media.held_elsewhere",
            hint="Speak there, or write here: text stands beside the call on every page.",
        )

    def hold(self, call: MessageId, console: str, session: str) -> None:
        """Take that a page has described its media: it holds the call from now on."""
        room = self._rooms.get(call)
        if room is None or not room.is_of(console, session):
            self._rooms[call] = _Room(console, session)
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look())

    def is_new(self, call: MessageId, way: MediaPath) -> bool:
        """Whether media of a call that is held goes by a way that was not told yet."""
        room = self._rooms.get(call)
        if room is None or room.way is way:
            return False
        room.way = way
        return True

    def close(self) -> None:
        """Look no more; what is held then is lost with the node, which says so when it comes back."""
        if self._looking is not None:
            self._looking.cancel()

    async def _look(self) -> None:
        try:
            while self._rooms:
                await asyncio.sleep(LOOK_EVERY_S)
                now_s = asyncio.get_running_loop().time()
                for call, room in tuple(self._rooms.items()):
                    self._judge(call, room, now_s)
        finally:
            self._looking = None

    def _judge(self, call: MessageId, room: _Room, now_s: float) -> None:
        view = self._signalling.find(call)
        if view is None:
            del self._rooms[call]
        elif self._is_live(room.console, room.session):
            room.gone_s = None
        elif room.gone_s is None:
            room.gone_s = now_s
        elif now_s - room.gone_s >= GONE_AFTER_S and view.state is CallState.IN_CALL:
            self._signalling.lose(call, LostCause.CONSOLE_GONE)
            del self._rooms[call]
