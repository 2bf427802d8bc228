"""Connections of browsers, and of whoever else opens one: bounded by number, address and time, logging nothing.

Until a request on it is signed in, a connection is a stranger's. When places run out, the stranger who came first goes:
so whoever holds connections open keeps no officer out, and no officer is thrown out by one.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from coupefeu.console.config import is_loopback

MAX_CONNECTIONS: Final = 512
MAX_STRANGERS_FROM_ADDRESS: Final = 64
"""From one address off this machine, before they are signed in."""
PIECE_BYTES: Final = 4_096
"""Parsed at once: only a head that is not whole yet is measured, so none may come whole in one read."""
REQUEST_WITHIN_S: Final = 10.0
"""A request's head must be there by then, from the first byte or from the connection's beginning."""
STALLED_S: Final = 30.0
"""Whoever takes nothing of his answer for so long is given up."""
_PROVE: Final = "prove"
# In no tree of loggers, so that nothing prints it.
_SILENT: Final = logging.Logger("coupefeu.console", level=logging.CRITICAL + 1)  # noqa: LOG001 - see above


class Places(ServerState):
    """What the connections share: who has a place, and who may lose it."""

    def __init__(self) -> None:
        super().__init__()
        self._strangers: dict[Connection, str] = {}
        """By connection: its address. The one that came first is first."""
        self._by_address: Counter[str] = Counter()

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """Give the date of an answer; nothing says which server this is."""
        return [(b"date", formatdate(usegmt=True).encode("ascii"))]

    @default_headers.setter
    def default_headers(self, _value: object) -> None: ...

    def admit(self, connection: "Connection", address: str) -> bool:
        """Give a stranger a place, if need be that of another one; False: every place is an officer's."""
        if not is_loopback(address) and self._by_address[address] >= MAX_STRANGERS_FROM_ADDRESS:
            return False
        if len(self.connections) >= MAX_CONNECTIONS:
            if not self._strangers:
                return False
            self._displace(next(iter(self._strangers)))
        self._strangers[connection] = address
        self._by_address[address] += 1
        return True

    def settle(self, connection: "Connection") -> None:
        """Call it a stranger no more: it is signed in, or gone."""
        address = self._strangers.pop(connection, None)
        if address is not None:
            self._by_address[address] -= 1
            self._by_address += Counter()  # forgets addresses that have none

    def _displace(self, stranger: "Connection") -> None:
        self.settle(stranger)
        self.connections.discard(stranger)
        stranger.transport.abort()


class Connection(H11Protocol):
    """One connection, bounded in time; it logs nothing."""

    server_state: Places

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.logger = self.access_logger = _SILENT
        self.access_log = False
        self.app_state = {_PROVE: lambda: self.server_state.settle(self)}
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection, or drop one too many."""
        address = str((transport.get_extra_info("peername") or ("",))[0]).partition("%")[0]
        self.transport = transport
        admitted = self.server_state.admit(self, address)
        super().connection_made(transport)
        if admitted:
            self._expect_request()
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of it."""
        super().connection_lost(exc)
        self.server_state.settle(self)
        self._expect_nothing()
        self._flows()

    def data_received(self, data: bytes) -> None:
        """Take bytes; a head that has begun must end in time."""
        if self._deadline is None and self._is_idle():
            self._expect_request()
        for start in range(0, len(data), PIECE_BYTES):
            if not self.transport.is_closing():
                super().data_received(data[start : start + PIECE_BYTES])
        if not self._is_idle():
            self._expect_nothing()

    def pause_writing(self) -> None:
        """Wait for whoever does not take his answer, for a while only."""
        super().pause_writing()
        self._flows()
        self._stalled = self.loop.call_later(STALLED_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: some of it was taken."""
        super().resume_writing()
        self._flows()

    def _flows(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _expect_request(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_WITHIN_S, self._too_late)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        if self._is_idle():
            self.transport.abort()


def prove(scope: Mapping[str, object]) -> None:
    """Say that a request is signed in: its connection keeps its place."""
    values: Any = scope.get("state") or {}
    if _PROVE in values:
        values[_PROVE]()
