"""The console's own listener in the node's loop: uvicorn's HTTP protocol on a socket that we bind ourselves.

Uvicorn's `Server` takes over signals, prints, and waits for open streams; here the node decides when it ends.
"""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from uvicorn import Config

from coupefeu.console.config import LOCALHOSTS
from coupefeu.console.connections import Connection, Places
from coupefeu.errors import BearerError

MAX_HEADER_BYTES: Final = 16_384
KEEP_ALIVE_S: Final = 30
HANDSHAKE_WITHIN_S: Final = 10.0
DEAD_AFTER_S: Final = 30
"""Without a sign of the other end."""
PORTS_TRIED: Final = 16
_NO_IPV6: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
BACKLOG: Final = 128
END_WITHIN_S: Final = 0.5
"""Answers under way may finish so long when the node stops."""


class Listener:
    """An application that answers on bound sockets."""

    def __init__(self, servers: Sequence[asyncio.Server], places: Places) -> None:
        self._servers = servers
        self._places = places

    @classmethod
    async def start(
        cls,
        app: Callable[..., Awaitable[None]],
        bound: Sequence[socket.socket],
        context: ssl.SSLContext | None,
    ) -> "Listener":
        """Have an ASGI application answer on bound sockets, under TLS when there is a context."""
        config = Config(
            app,
            http=Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            proxy_headers=False,
            h11_max_incomplete_event_size=MAX_HEADER_BYTES,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        config.load()
        places = Places()

        def connect() -> asyncio.Protocol:
            return Connection(config=config, server_state=places, app_state={})

        loop, within_s = asyncio.get_running_loop(), None if context is None else HANDSHAKE_WITHIN_S
        servers = [
            await loop.create_server(
                connect, sock=each, ssl=context, backlog=BACKLOG, ssl_handshake_timeout=within_s
            )
            for each in bound
        ]
        return cls(servers, places)

    async def close(self) -> None:
        """End: answers under way may finish for a moment, then everything is cut."""
        for server in self._servers:
            server.close()
        for connection in tuple(self._places.connections):
            connection.shutdown()
        if self._places.tasks:
            await asyncio.wait(tuple(self._places.tasks), timeout=END_WITHIN_S)
        for task in tuple(self._places.tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
        for connection in tuple(self._places.connections):
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
        _notice_the_dead(bound)
        bound.bind((host, port))
        bound.listen(BACKLOG)
        bound.setblocking(False)
    except OSError as error:
        bound.close()
        raise _cannot_bind(host, port, error) from error
    return bound


def _notice_the_dead(bound: socket.socket) -> None:
    """Let go of whoever is gone without a word; what is accepted on a socket inherits this."""
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        (socket.TCP_KEEPIDLE, DEAD_AFTER_S // 2),
        (socket.TCP_KEEPINTVL, DEAD_AFTER_S // 6),
        (socket.TCP_KEEPCNT, 3),
        (socket.TCP_USER_TIMEOUT, DEAD_AFTER_S * 1_000),
    ):
        bound.setsockopt(socket.IPPROTO_TCP, option, value)


def _cannot_bind(host: str, port: int, error: OSError) -> BearerError:
    taken = error.errno == errno.EADDRINUSE
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    says = "another program listens there" if taken else error.strerror
    return BearerError(
        f"the console cannot listen on {where}: {says}",
        code=f"console.listening.{'taken' if taken else 'unusable'}",
        hint=f"End that program (ss -ltnp 'sport = :{port}' names it), or change listen in [console] of node.toml.",
    )
