"""A TCP relay between two nodes whose path can be cut without root, and whose bytes can be counted.

While it is cut, what is under way is swallowed for ever and nobody is told; who dials meanwhile waits without an
answer, and must dial again after the mending.
"""

import asyncio
import contextlib
import socket
import struct
from typing import Final, Self

HEADER_BYTES: Final = 52
"""IPv4 20, TCP 20, time stamps 12: of every segment on Linux."""
_TCP_INFO_BYTES: Final = 144
_COUNTS: Final = struct.Struct("=QQII")
_COUNTS_AT: Final = 120
"""In Linux' struct tcp_info: bytes acknowledged, bytes received, segments out, segments in."""


class Relay:
    """Listens on a port of its own and passes every connection on to one port of this machine."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._is_cut = False
        self._pairs: set[_Pair] = set()
        self._unanswered: list[asyncio.StreamWriter] = []
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close everything."""
        assert self._server is not None
        self._server.close()
        self._hang_up()
        for pair in self._pairs:
            pair.close()
        await asyncio.gather(*self._serving)
        await self._server.wait_closed()

    @property
    def address(self) -> str:
        """Where it listens, as host:port."""
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"{host}:{port}"

    @property
    def is_cut(self) -> bool:
        """Whether the path is cut now."""
        return self._is_cut

    def cut(self) -> None:
        """Cut the path silently."""
        self._is_cut = True
        for pair in self._pairs:
            pair.swallow = True

    def mend(self) -> None:
        """Let new connections through; those that have lost bytes stay dead."""
        self._is_cut = False
        self._hang_up()

    def carried(self) -> tuple[int, int] | None:
        """Give (bytes with IP and TCP headers, packets), both ways, of the live connections to the target.

        None where the system does not count them (not Linux).
        """
        if not hasattr(socket, "TCP_INFO"):
            return None
        total = packets = 0
        for pair in self._pairs:
            sent, received, out, came = pair.counts()
            packets += out + came
            total += sent + received + (out + came) * HEADER_BYTES
        return total, packets

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            if self._is_cut:
                self._unanswered.append(writer)
                await _drain(reader)
            else:
                await self._pass_on(reader, writer)
        finally:
            self._serving.discard(task)
            await _abort(writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            onward = await asyncio.open_connection(*self._target)
        except OSError:
            return
        pair = _Pair(writer, onward[1])
        self._pairs.add(pair)
        try:
            await asyncio.gather(pair.pump(reader, onward[1]), pair.pump(onward[0], writer))
        finally:
            self._pairs.discard(pair)
            await _abort(onward[1])

    def _hang_up(self) -> None:
        for writer in self._unanswered:
            writer.transport.abort()
        self._unanswered.clear()


async def _drain(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        while await reader.read(65_536):
            pass


async def _abort(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


class _Pair:
    """Two connections that belong together."""

    def __init__(self, near: asyncio.StreamWriter, far: asyncio.StreamWriter) -> None:
        self._near, self._far = near, far
        self.swallow = False
        for writer in (near, far):
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what comes until either end closes."""
        try:
            while data := await reader.read(65_536):
                if not self.swallow:
                    writer.write(data)
                    await writer.drain()
        except ConnectionError:
            pass
        finally:
            if not self.swallow:
                self.close()

    def counts(self) -> tuple[int, int, int, int]:
        """Bytes out, bytes in, segments out, segments in, of the connection to the target."""
        handle = self._far.get_extra_info("socket")
        info = handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
        sent, received, out, came = _COUNTS.unpack_from(info, _COUNTS_AT)
        return sent, received, out, came

    def close(self) -> None:
        """Close both."""
        self._near.transport.abort()
        self._far.transport.abort()
