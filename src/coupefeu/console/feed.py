"""The stream of events: encoded once, handed to every connected console; one that does not keep up is cut.

    tell(event) -> bytes -> [batch of this turn of the loop] -> each Follower's queue -> its connection

A console that was cut, or lost its connection, connects again and gets the whole state: nothing is resumed.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from coupefeu.console.values import FeedEvent

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

    def __init__(self, name: str, session: str) -> None:
        self.name = name
        self.session = session
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
        self._changed = changed

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
        """Send an event to every console, with all others of this turn of the loop."""
        if self._followers:
            self.tell_encoded(encode_event(event))

    def tell_encoded(self, octets: bytes) -> None:
        """Send what `encode_event` gave."""
        if not self._followers:
            return
        if not self._batch:
            asyncio.get_running_loop().call_soon(self._send)
        self._batch.append(octets)

    def _send(self) -> None:
        octets = b"".join(self._batch)
        self._batch.clear()
        for follower in self._followers:
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
    def consoles(self) -> frozenset[str]:
        """The names of the consoles that are live."""
        return frozenset(each.name for each in self._followers if each.is_live)

    def is_live(self, name: str, session: str) -> bool:
        """Whether a console of that session is connected by that name."""
        return any(each.name == name and each.session == session and each.is_live for each in self._followers)
