"""Datagrams over TCP: each with its length before it (2 bytes, big end first), on an asyncio loop.

A path that was accepted is a stranger's until `promote`: 512 bytes with the lengths, 5 seconds, 16 connections from one
address. One that we dialled is not: we chose whom to call.
"""

import asyncio
import socket
import struct
from collections.abc import Iterable
from typing import Final, cast

from coupefeu.bearer.contract import LatencyClass, Receiver
from coupefeu.errors import BearerError, UsageError

# Agreed (protocol B6).
STRANGER_BYTES: Final = 512
STRANGER_S: Final = 5.0
STRANGERS_A_SOURCE: Final = 16
MAX_DATAGRAM_BYTES: Final = 65_535

# Implementation.
DIAL_S: Final = 1.0
MAX_UNSENT_BYTES: Final = 4 << 20
"""A peer that stops reading is cut off here; the link sends again by the next path."""
MAX_STRANGERS: Final = 256
_LENGTH = struct.Struct(">H")


class TcpBearer:
    """All TCP connections of a node, listened for and dialled: a `Bearer`, and `listen`."""

    max_bytes: Final = MAX_DATAGRAM_BYTES
    latency_class: Final = LatencyClass.INSTANT

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._connections: dict[int, _Connection] = {}
        self._server: asyncio.Server | None = None
        self._last_path = 0
        self._is_closed = False
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

    async def open(self, address: str) -> int:
        """Dial `host:port` (an IPv6 host in brackets) and return the path; nothing is told of it before this returns.

        Raises: BearerError when nobody answers within a second, the address is none, or the bearer is closed.
        """
        host, _, port = address.rpartition(":")
        if not host or not (port.isascii() and port.isdecimal()):
            raise _no_answer(address, "that is not host:port")
        if self._is_closed:
            raise _no_answer(address, "this node is closing")
        connection = _Connection(self, dialled=True)
        try:
            await self._dial(connection, host.strip("[]"), int(port))
        except (OSError, OverflowError, ValueError, TimeoutError) as error:  # a card may name any host
            raise _no_answer(address, str(error) or "time is over") from error
        if connection.path not in self._connections:
            raise _no_answer(address, "closed at once")
        connection.is_told = True
        return connection.path

    async def _dial(self, connection: "_Connection", host: str, port: int) -> None:
        """Connect; a dial that ends between the two, cancelled or late, leaves nothing that closing would wait for."""
        is_made = False
        try:
            async with asyncio.timeout(DIAL_S):
                await asyncio.get_running_loop().create_connection(lambda: connection, host, port)
            is_made = True
        finally:
            if not is_made:  # uvloop closes such a transport and never says that the connection is lost
                connection.abort()
                self.closed(connection)

    def send(self, path: int, datagrams: Iterable[bytes]) -> None:
        """Write datagrams in one piece; see `Bearer.send`."""
        parts: list[bytes] = []
        for datagram in datagrams:
            if not 0 < len(datagram) <= MAX_DATAGRAM_BYTES:
                raise UsageError(
                    f"a datagram of {len(datagram)} bytes",
                    code="bearer.datagram.length",
                    hint=f"1 to {MAX_DATAGRAM_BYTES:,} bytes.",
                )
            parts += (_LENGTH.pack(len(datagram)), datagram)
        connection = self._connections.get(path)
        if connection is not None and parts:
            connection.write(b"".join(parts))

    def promote(self, path: int) -> None:
        """See `Bearer.promote`."""
        connection = self._connections.get(path)
        if connection is not None:
            connection.promote()

    def close_path(self, path: int) -> None:
        """See `Bearer.close_path`; what is not written yet is lost."""
        connection = self._connections.get(path)
        if connection is not None:
            connection.abort()

    async def close(self) -> None:
        """See `Bearer.close`; a dial under way fails."""
        self._is_closed = True
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections.values()):
            connection.abort()
        await self._idle.wait()

    def admits(self, connection: "_Connection") -> bool:
        """Whether a connection may come in; for `_Connection` only."""
        if self._is_closed or connection.promoted:
            return not self._is_closed
        source = connection.source
        strangers = [each.source for each in self._connections.values() if not each.promoted]
        return len(strangers) < MAX_STRANGERS and strangers.count(source) < STRANGERS_A_SOURCE

    def opened(self, connection: "_Connection") -> int:
        """Give a connection its number; for `_Connection` only."""
        self._last_path += 1
        self._connections[self._last_path] = connection
        self._idle.clear()
        if connection.is_told:
            self._receiver.accepted(self._last_path)
        return self._last_path

    def received(self, connection: "_Connection", datagrams: list[bytes]) -> None:
        """Pass datagrams on; for `_Connection` only."""
        if connection.is_told and datagrams:
            self._receiver.received(connection.path, datagrams)

    def closed(self, connection: "_Connection") -> None:
        """Forget a connection; for `_Connection` only."""
        if self._connections.pop(connection.path, None) is not None and connection.is_told:
            self._receiver.closed(connection.path)
        if not self._connections:
            self._idle.set()


class _Connection(asyncio.Protocol):
    """One TCP connection."""

    def __init__(self, bearer: TcpBearer, *, dialled: bool) -> None:
        self._bearer = bearer
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._cut_bytes = 0
        self._limit: asyncio.TimerHandle | None = None
        self.is_told = not dialled
        self.promoted = dialled
        self.source = ""
        self.path = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is not a subclass
        peer = transport.get_extra_info("peername")
        self.source = peer[0] if peer else ""
        if not self._bearer.admits(self):
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
        self._buffer += data
        while (length := self._next_length()) and self._is_open():
            if not self._may_bring(_LENGTH.size + length):
                self.abort()
                return
            if len(self._buffer) < _LENGTH.size + length:
                break
            self._bearer.received(self, self._cut())
        if length == 0 or not self._may_bring(len(self._buffer)):
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
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
            if not length or len(self._buffer) < end or not self._may_bring(end):
                break
            datagrams.append(bytes(self._buffer[start + _LENGTH.size : end]))
            start = end
        del self._buffer[:start]
        self._cut_bytes += start
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

    def _may_bring(self, more_bytes: int) -> bool:
        return self.promoted or self._cut_bytes + more_bytes <= STRANGER_BYTES


def _no_answer(address: str, reason: str) -> BearerError:
    return BearerError(
        f"no answer from {address}: {reason}",
        code="bearer.tcp.dial",
        hint="the node dials again by itself; see whether the other node runs and the address is right",
    )
