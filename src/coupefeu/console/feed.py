"""The stream of events: encoded once, handed to every connected console; one that does not keep up is cut.

    tell(event) -> bytes -> [batch of this turn of the loop] -> each Follower's queue -> its connection

A console that was cut, or lost its connection, connects again and gets the whole state: nothing is resumed. A locked
one is sent beats and what it needs to sound, and no more; when a session is locked or opened its streams end, so that
none ever turns from one into the other.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from coupefeu.console.values import BeatEvent, FeedEvent, LockedEvent

MAX_WAITING_BYTES: Final = 1 << 20
"""For one console; beyond it, the console is cut."""
CHUNK_BYTES: Final = 1 << 16
"""Handed to a connection at once, so that one that stands still holds no more."""
AGAIN: Final = b"retry: 1000\n\n"
"""How long a browser waits before it connects again, milliseconds."""


def encode_event(event: FeedEvent) -> bytes:
    """Write an event as it goes on every stream."""
    return b"data: " + msgspec.json.encode(event) + b"\n\n"


class Follower:
    """One connected console: `name` is its page's own, `session` the one that it belongs to."""

    def __init__(self, name: str, session: str, *, is_locked: bool = False) -> None:
        self.name = name
        self.session = session
        self.is_locked = is_locked
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._wake = asyncio.Event()
        self._is_ended = False

    @property
    def is_live(self) -> bool:
        """Whether what is put here still goes out."""
        return not self._is_ended

    def put(self, octets: bytes) -> None:
        """Queue events; a console that lets too much wait is cut."""
        if self._is_ended:
            return
        self._waiting_bytes += len(octets)
        if self._waiting_bytes > MAX_WAITING_BYTES:
            self.end()
            return
        self._waiting.append(octets)
        self._wake.set()

    def end(self) -> None:
        """End the stream at once; what waits is dropped, for the page begins anew."""
        self._is_ended = True
        self._waiting.clear()
        self._wake.set()

    async def take(self) -> bytes:
        """Wait for the next piece, at most about CHUNK_BYTES; empty: the stream is over."""
        while not self._waiting and not self._is_ended:
            self._wake.clear()
            await self._wake.wait()
        taken: list[bytes] = []
        size = 0
        while self._waiting and (not taken or size + len(self._waiting[0]) <= CHUNK_BYTES):
            size += len(self._waiting[0])
            taken.append(self._waiting.pop(0))
        self._waiting_bytes -= size
        return b"".join(taken)


class Feed:
    """All connected consoles; used from the loop alone. `changed` is called when their number changes."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._followers: list[Follower] = []
        self._batch: list[bytes] = []
        self._cut_down: list[bytes] = []
        """Of the same turn of the loop, for locked consoles."""
        self._changed = changed
        self._is_sending = False

    def join(self, follower: Follower, first: Iterable[bytes]) -> Callable[[], None]:
        """Add a console, `first` before anything else; gives what to call when its connection is over."""
        follower.put(b"".join((AGAIN, *first)))
        self._followers.append(follower)
        self._changed()
        return lambda: self._leave(follower)

    def _leave(self, follower: Follower) -> None:
        follower.end()
        if follower in self._followers:
            self._followers.remove(follower)
            self._changed()

    def tell(self, event: FeedEvent) -> None:
        """Send an event to every console that may have it, with all others of this turn of the loop."""
        if not self._followers:
            return
        octets = encode_event(event)
        if isinstance(event, BeatEvent | LockedEvent):
            self._cut_down.append(octets)
        if not isinstance(event, LockedEvent):
            self._batch.append(octets)
        self._send_soon()

    def tell_encoded(self, octets: bytes) -> None:
        """Send what `encode_event` gave."""
        if self._followers:
            self._batch.append(octets)
            self._send_soon()

    def _send_soon(self) -> None:
        if not self._is_sending:
            self._is_sending = True
            asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        self._is_sending = False
        whole, cut_down = b"".join(self._batch), b"".join(self._cut_down)
        self._batch.clear()
        self._cut_down.clear()
        for follower in self._followers:
            if octets := cut_down if follower.is_locked else whole:
                follower.put(octets)

    def end_all(self) -> None:
        """End every stream; the pages connect again, and begin anew."""
        for follower in self._followers:
            follower.end()

    @property
    def is_followed(self) -> bool:
        """Whether any console is connected."""
        return bool(self._followers)

    @property
    def has_locked(self) -> bool:
        """Whether a locked console is connected."""
        return any(each.is_locked for each in self._followers)

    @property
    def consoles(self) -> frozenset[str]:
        """The names of the consoles that are live."""
        return frozenset(each.name for each in self._followers if each.is_live)

    def is_live(self, name: str, session: str) -> bool:
        """Whether a console of that session is connected by that name, and not locked."""
        return any(
            each.name == name and each.session == session and each.is_live and not each.is_locked
            for each in self._followers
        )
