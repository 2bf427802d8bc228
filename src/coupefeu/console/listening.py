"""The console's own listener in the node's loop: uvicorn's HTTP protocol on a socket that we bind ourselves.

Uvicorn's `Server` takes over signals, prints, and waits for open streams; here the node decides when it ends. Each
connection is bounded: how many there are, how many from one address, how long a request may take to be said.
"""

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Sequence
from email.utils import formatdate
from typing import Any, Final

from litestar.types import ASGIApp
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from coupefeu.console.config import LOCALHOSTS, is_loopback
from coupefeu.errors import BearerError

MAX_CONNECTIONS: Final = 512
MAX_FROM_ADDRESS: Final = 256
"""From one address off this machine; fifty consoles behind one router have room."""
MAX_HEADER_BYTES: Final = 16_384
REQUEST_WITHIN_S: Final = 10.0
"""A request's head must be there by then, from the first byte or from the connection's beginning."""
KEEP_ALIVE_S: Final = 30
HANDSHAKE_WITHIN_S: Final = 10.0
PORTS_TRIED: Final = 16
_NO_IPV6: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
BACKLOG: Final = 128
END_WITHIN_S: Final = 0.5
"""Answers under way may finish so long when the node stops."""

_SILENT: Final = logging.Logger("coupefeu.console", level=logging.CRITICAL + 1)  # noqa: LOG001 - in no tree of loggers: nothing prints it


class _State(ServerState):
    """What the connections share; also counts them by address."""

    def __init__(self) -> None:
        super().__init__()
        self.by_address: Counter[str] = Counter()

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """Give the date of an answer; nothing says which server this is."""
        return [(b"date", formatdate(usegmt=True).encode("ascii"))]

    @default_headers.setter
    def default_headers(self, _value: object) -> None: ...

    def admits(self, address: str) -> bool:
        """Say whether one more connection from this address is borne."""
        if len(self.connections) >= MAX_CONNECTIONS:
            return False
        return self.by_address[address] < MAX_FROM_ADDRESS or is_loopback(address)


class _Connection(H11Protocol):
    """One browser's connection, bounded in time; it logs nothing."""

    server_state: _State

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.logger = self.access_logger = _SILENT
        self.access_log = False
        self._address = ""
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection, or drop one too many."""
        address = str((transport.get_extra_info("peername") or ("",))[0]).partition("%")[0]
        admitted = self.server_state.admits(address)
        super().connection_made(transport)
        self._address = address
        self.server_state.by_address[address] += 1
        if not admitted:
            transport.abort()
            return
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of it."""
        super().connection_lost(exc)
        self._expect_nothing()
        self.server_state.by_address[self._address] -= 1
        if not self.server_state.by_address[self._address]:
            del self.server_state.by_address[self._address]

    def data_received(self, data: bytes) -> None:
        """Take bytes; a head that has begun must end in time."""
        if self._deadline is None and self._is_idle():
            self._expect_request()
        super().data_received(data)
        if not self._is_idle():
            self._expect_nothing()

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


class Listener:
    """An application that answers on bound sockets."""

    def __init__(self, servers: Sequence[asyncio.Server], state: _State) -> None:
        self._servers = servers
        self._state = state

    @classmethod
    async def start(
        cls, app: ASGIApp, bound: Sequence[socket.socket], context: ssl.SSLContext | None
    ) -> "Listener":
        """Answer on bound sockets, under TLS when there is a context."""
        config = Config(
            app,
            http=_Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            proxy_headers=False,
            h11_max_incomplete_event_size=MAX_HEADER_BYTES,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        config.load()
        state = _State()

        def connect() -> asyncio.Protocol:
            return _Connection(config=config, server_state=state, app_state={})

        loop, within_s = asyncio.get_running_loop(), None if context is None else HANDSHAKE_WITHIN_S
        servers = [
            await loop.create_server(
                connect, sock=each, ssl=context, backlog=BACKLOG, ssl_handshake_timeout=within_s
            )
            for each in bound
        ]
        return cls(servers, state)

    async def close(self) -> None:
        """End: answers under way may finish for a moment, then everything is cut."""
        for server in self._servers:
            server.close()
        for connection in tuple(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            await asyncio.wait(tuple(self._state.tasks), timeout=END_WITHIN_S)
        for task in tuple(self._state.tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
        for connection in tuple(self._state.connections):
            connection.transport.abort()


def bind_all(hosts: Sequence[str], port: int) -> tuple[socket.socket, ...]:
    """Take one port on every address; port 0: any that is free on all. A machine without IPv6 has no `::1` to take.

    Raises:
        BearerError: `console.listening.taken`, `console.listening.unusable`.
    """
    for attempt in range(1, PORTS_TRIED + 1):
        bound: list[socket.socket] = []
        try:
            for host in hosts:
                bound += _bind_if_there(host, bound[0].getsockname()[1] if bound else port)
        except BearerError:
            for each in bound:
                each.close()
            if port or attempt == PORTS_TRIED:
                raise
        else:
            return tuple(bound)
    raise AssertionError("the last attempt returns or raises")


def _bind_if_there(host: str, port: int) -> list[socket.socket]:
    try:
        return [bind(host, port)]
    except BearerError as error:
        cause = error.__cause__
        if host == LOCALHOSTS[1] and isinstance(cause, OSError) and cause.errno in _NO_IPV6:
            return []
        raise


def bind(host: str, port: int) -> socket.socket:
    """Take the address; port 0: any free one.

    Raises:
        BearerError: `console.listening.taken`, `console.listening.unusable`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol unnamed, asyncio would leave Nagle on: 40 ms an answer.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(BACKLOG)
        bound.setblocking(False)
    except OSError as error:
        bound.close()
        raise _cannot_bind(host, port, error) from error
    return bound


def _cannot_bind(host: str, port: int, error: OSError) -> BearerError:
    taken = error.errno == errno.EADDRINUSE
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    says = "another program listens there" if taken else error.strerror
    return BearerError(
        f"the console cannot listen on {where}: {says}",
        code="console.listening.taken" if taken else "console.listening.unusable",
        hint=f"End that program (ss -ltnp 'sport = :{port}' names it), or change listen in [console] of node.toml.",
    )
