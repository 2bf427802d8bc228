"""Datagrams over TCP: each with its length before it (2 bytes, big end first), on an asyncio loop.

    accepted, or dialled -> datagrams -> closed      path numbers are never used twice

Callbacks run on the loop, in that order for each path. `promote(path)` is to be called within `on_datagrams` as soon as
the link reports the path proven; until then the limits on strangers hold.
"""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterable
from typing import Final, cast

from coupefeu.errors import BearerError, UsageError

# Agreed (protocol B6).
STRANGER_BYTES: Final = 512
STRANGER_S: Final = 5.0
STRANGERS_A_SOURCE: Final = 16
MAX_DATAGRAM_BYTES: Final = 65_535

# Implementation.
MAX_UNSENT_BYTES: Final = 4 << 20
"""A peer that stops reading is cut off here; the link sends again by the next path."""
MAX_STRANGERS: Final = 256
_LENGTH = struct.Struct(">H")


class TcpBearer:
    """All TCP connections of a node, listened for and dialled.

    `on_accepted(path)`: a stranger has come. `on_closed(path)`: any path has gone. `on_datagrams(path, datagrams)`.
    """

    def __init__(
        self,
        on_accepted: Callable[[int], None],
        on_closed: Callable[[int], None],
        on_datagrams: Callable[[int, list[bytes]], None],
    ) -> None:
        self._on_accepted = on_accepted
        self._on_closed = on_closed
        self._on_datagrams = on_datagrams
        self._connections: dict[int, _Connection] = {}
        self._server: asyncio.Server | None = None
        self._last_path = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def listen(self, host: str, port: int) -> int:
        """Accept connections; return the port, which the system chose if `port` is 0.

        Raises: BearerError when the address cannot be had.
        """
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _Connection(self, dialled=False), host, port)
        except OSError as error:
            raise BearerError(
                f"cannot listen on {host} port {port}: {error.strerror or error}",
                code="bearer.tcp.listen",
                hint="choose another `listen` address in node.toml, or stop the process that has it",
            ) from error
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def dial(self, host: str, port: int, *, timeout_s: float = 1.0) -> int:
        """Open a path and return its number; nothing is told of it before this returns.

        Raises: BearerError when nobody answers in time; dial again.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout_s):
                _, connection = await loop.create_connection(
                    lambda: _Connection(self, dialled=True), host, port
                )
        except (OSError, TimeoutError) as error:
            raise BearerError(
                f"no answer from {host} port {port}: {error or 'time is over'}",
                code="bearer.tcp.dial",
                hint="the node dials again by itself; see whether the other node runs and the address is right",
            ) from error
        if connection.path not in self._connections:
            raise BearerError(
                f"{host} port {port} closed at once",
                code="bearer.tcp.dial",
                hint="the node dials again by itself",
            )
        connection.is_told = True
        return connection.path

    def send(self, path: int, datagrams: Iterable[bytes]) -> None:
        """Write datagrams in one piece; a path that has gone swallows them.

        Raises: UsageError when one is empty or longer than 65,535 bytes.
        """
        parts: list[bytes] = []
        for datagram in datagrams:
            if not 0 < len(datagram) <= MAX_DATAGRAM_BYTES:
                raise UsageError(f"a datagram of {len(datagram)} bytes", code="bearer.datagram.length")
            parts += (_LENGTH.pack(len(datagram)), datagram)
        connection = self._connections.get(path)
        if connection is not None and parts:
            connection.write(b"".join(parts))

    def promote(self, path: int) -> None:
        """Lift the limits on strangers from a path."""
        connection = self._connections.get(path)
        if connection is not None:
            connection.promote()

    def close_path(self, path: int) -> None:
        """Close a path at once, unsent bytes or not; `on_closed` follows."""
        connection = self._connections.get(path)
        if connection is not None:
            connection.abort()

    async def close(self) -> None:
        """Close everything; no callback comes after this returns."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections.values()):
            connection.abort()
        await self._idle.wait()

    def admits(self, source: str) -> bool:
        """Whether one more stranger from this address may come in."""
        strangers = [each.source for each in self._connections.values() if not each.promoted]
        return len(strangers) < MAX_STRANGERS and strangers.count(source) < STRANGERS_A_SOURCE

    def opened(self, connection: "_Connection") -> int:
        """Give a connection its number; for `_Connection` only."""
        self._last_path += 1
        self._connections[self._last_path] = connection
        self._idle.clear()
        if connection.is_told:
            self._on_accepted(self._last_path)
        return self._last_path

    def received(self, connection: "_Connection", datagrams: list[bytes]) -> None:
        """Pass datagrams on; for `_Connection` only."""
        if connection.is_told and datagrams:
            self._on_datagrams(connection.path, datagrams)

    def closed(self, connection: "_Connection") -> None:
        """Forget a connection; for `_Connection` only."""
        if self._connections.pop(connection.path, None) is not None and connection.is_told:
            self._on_closed(connection.path)
        if not self._connections:
            self._idle.set()


class _Connection(asyncio.Protocol):
    """One TCP connection. Dialled ones are no strangers: we chose whom to call."""

    def __init__(self, bearer: TcpBearer, *, dialled: bool) -> None:
        self._bearer = bearer
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._received = 0
        self._limit: asyncio.TimerHandle | None = None
        self.is_told = not dialled
        self.promoted = dialled
        self.source = ""
        self.path = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is not a subclass
        peer = transport.get_extra_info("peername")
        self.source = peer[0] if peer else ""
        if not self.promoted and not self._bearer.admits(self.source):
            self._transport.abort()
            return
        opened = transport.get_extra_info("socket")
        if opened is not None:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self.promoted:
            self._limit = asyncio.get_running_loop().call_later(STRANGER_S, self.abort)
        self.path = self._bearer.opened(self)

    def data_received(self, data: bytes) -> None:
        if not self.path:
            return
        self._received += len(data)
        self._buffer += data
        while (length := self._next_length()) and self._is_open():
            if not self._may_bring(length):
                self.abort()
                return
            if len(self._buffer) < _LENGTH.size + length:
                break
            self._bearer.received(self, self._cut())
        if length == 0 or (not self.promoted and self._received > STRANGER_BYTES):
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's signature
        if self._limit is not None:
            self._limit.cancel()
        if self.path:
            self._bearer.closed(self)

    def _next_length(self) -> int | None:
        """Return the length of the datagram that begins the buffer, None before it is known."""
        if len(self._buffer) < _LENGTH.size:
            return None
        length: int = _LENGTH.unpack_from(self._buffer)[0]
        return length

    def _cut(self) -> list[bytes]:
        """Take whole datagrams from the buffer, as many as may come from this side as it stands."""
        datagrams: list[bytes] = []
        start = 0
        while len(self._buffer) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer, start)
            end = start + _LENGTH.size + length
            if not length or len(self._buffer) < end or not self._may_bring(length):
                break
            datagrams.append(bytes(self._buffer[start + _LENGTH.size : end]))
            start = end
        del self._buffer[:start]
        return datagrams

    def write(self, data: bytes) -> None:
        """Send, or give the connection up when the other side has stopped reading."""
        if self._transport is None or not self._is_open():
            return
        if self._transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self.abort()
            return
        self._transport.write(data)

    def promote(self) -> None:
        """Lift the limits on strangers."""
        self.promoted = True
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def _is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def _may_bring(self, length: int) -> bool:
        return self.promoted or length <= STRANGER_BYTES
