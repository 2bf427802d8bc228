"""The control socket of a running node: JSON lines on a Unix socket that only its owner may open.

asked                                                            answered
{"id": 1, "do": "act", "command": "Say", "fields": {...}}        {"id": 1, "ok": [[0, 14]]}
{"id": 2, "do": "receipt", "index": 14}                          {"id": 2, "ok": ["ru", UTC ms]} when it is receipted
{"id": 3, "do": "status"}                                        {"id": 3, "ok": {...}}
{"id": 4, "do": "follow"}                                        {"id": 4, "ok": {}}, then {"event": {...}}, one by one
{"id": 5, "do": "console-link", "post": "us.duty"}               {"id": 5, "ok": {"link": ...}}, where a console runs
what is refused                                                  {"id": 6, "error": {"kind", "code", "message", "hint"}}
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from coupefeu import errors
from coupefeu.errors import ConfigError, CoupefeuError, PeerError, StoreError, UsageError
from coupefeu.model.attachments import MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS

MAX_LINE_BYTES = (1 << 20) + MAX_ATTACHMENTS * MAX_ATTACHMENT_BYTES * 4 // 3
"""A message with all the attachments that an agreement may allow, in base64."""
MAX_UNREAD_BYTES = 16 << 20
"""What waits for a program that does not read; one that leaves more (a screen that was halted) is hung up on."""
UNKNOWN_REQUEST: Final = "node.control.unknown"
Answer = Callable[[dict[str, Any], "Client"], Awaitable[Any]]


class Client:
    """One connected program."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._closed = False
        self._then: list[Callable[[], object]] = []

    def when_closed(self, then: Callable[[], object]) -> Callable[[], None]:
        """Call `then` when it hangs up, at once if it has; gives the function that takes this back."""
        if self._closed:
            then()
        self._then.append(then)
        return lambda: self._then.remove(then)

    def close(self) -> None:
        """Let go of it."""
        self._closed = True
        for then in self._then:
            then()
        self._writer.close()

    def tell(self, message: dict[str, Any]) -> None:
        """Send one line, or hang up when too many wait to be read."""
        if self._writer.is_closing():
            return
        self._writer.write(msgspec.json.encode(message) + b"\n")
        if self._writer.transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            self._writer.transport.abort()


class ControlServer:
    """Answers programs of this node's user on FOLDER/control.sock."""

    def __init__(self, path: Path, answer: Answer, defect: Callable[[Exception], StoreError]) -> None:
        self._path = path
        self._answer = answer
        self._defect = defect
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. Raises: ConfigError: the folder's path is too long for a socket."""
        self._path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _bind_privately(listening, self._path)
            self._server = await asyncio.start_unix_server(self._serve, sock=listening, limit=MAX_LINE_BYTES)
        except OSError as error:
            listening.close()
            raise _no_socket(self._path, error) from error

    async def close(self) -> None:
        """Stop, and remove the socket."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._server is not None:
            self._server.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = Client(writer)
        try:
            while line := await reader.readline():
                task = asyncio.ensure_future(self._reply(line, client))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        except (ValueError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            client.close()

    async def _reply(self, line: bytes, client: Client) -> None:
        number: Any = None
        try:
            request = msgspec.json.decode(line, type=dict[str, Any])
            number = request.get("id")
            client.tell({"id": number, "ok": await self._answer(request, client)})
        except CoupefeuError as error:
            client.tell({"id": number, "error": describe(error)})
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError, RecursionError) as error:
            refused = PeerError(
                f"the request does not parse: {error}",
                code="node.control.request",
                hint="One JSON object a line; see docs/spec/control.md.",
            )
            client.tell({"id": number, "error": describe(refused)})
        except Exception as error:  # noqa: BLE001 - a defect must not leave its caller waiting for ever
            client.tell({"id": number, "error": describe(self._defect(error))})


def _bind_privately(listening: socket.socket, path: Path) -> None:
    """Bind for the owner alone from the first moment: who connects before a `chmod` stays connected."""
    mask = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(mask)


class ControlClient:
    """The other end, for the CLI and the Python API."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._next = 0
        self.listeners: list[Callable[[dict[str, Any]], None]] = []
        self._task = asyncio.ensure_future(self._read())

    @classmethod
    async def connect(cls, path: Path) -> "ControlClient | None":
        """Connect to a running node; None when none is running."""
        try:
            return cls(*await asyncio.open_unix_connection(str(path), limit=MAX_LINE_BYTES))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as error:
            raise _no_socket(path, error) from error

    async def ask(self, do: str, **fields: Any) -> Any:
        """Ask, and wait for the answer.

        Raises: the node's refusal, by its code; UsageError: more than a node takes; PeerError: the node went away.
        """
        if self._task.done():
            raise gone()
        self._next += 1
        number = self._next
        line = msgspec.json.encode({"id": number, "do": do, **fields}) + b"\n"
        if len(line) > MAX_LINE_BYTES:
            raise UsageError(
                f"the request has {len(line):,} bytes, a node takes {MAX_LINE_BYTES:,}",
                code="node.control.too_long",
                hint="Send less with one message.",
            )
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._writer.write(line)
        return await future

    async def close(self) -> None:
        """Hang up."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _read(self) -> None:
        try:
            while line := await self._reader.readline():
                self._take(msgspec.json.decode(line))
        except (ConnectionError, ValueError):
            pass
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(gone())
            for listener in self.listeners:
                listener({})

    def _take(self, message: dict[str, Any]) -> None:
        if "event" in message:
            for listener in self.listeners:
                listener(message["event"])
            return
        future = self._waiting.pop(message.get("id", 0), None)
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(read_error(message["error"]))
        else:
            future.set_result(message["ok"])


def gone() -> PeerError:
    """Say that nobody answers any more; what was asked last may stand on the record or not."""
    return PeerError(
        "the node went away",
        code="node.control.gone",
        hint="Start it again (coupefeu up); `coupefeu record` shows what was recorded.",
    )


def describe(error: CoupefeuError) -> dict[str, str]:
    """Give an error as a program reads it."""
    return {
        "kind": type(error).__name__,
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
    }


def read_error(described: dict[str, str]) -> CoupefeuError:
    """Give back what `describe` described, of the same kind, so that it leaves with the same exit code."""
    kind = getattr(errors, described["kind"], CoupefeuError)
    error: CoupefeuError = kind(described["message"], code=described["code"], hint=described["hint"])
    return error


def _no_socket(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"the socket {path} cannot be used: {error}",
        code="node.control.socket",
        hint="A socket's path has at most 107 bytes; use a folder with a shorter path.",
    )
