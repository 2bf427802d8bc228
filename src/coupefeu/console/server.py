"""The console of one running node: started when node.toml has [console], ended with the node.

The line matters more than the console: while the console cannot start (its port is taken, its certificate is gone), the
line is up, the reason is said, and it is tried again.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from coupefeu.console.app import make_app
from coupefeu.console.config import ConsoleConfig
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import Teller
from coupefeu.console.invite import address_of, answer_invitation
from coupefeu.console.links import Links
from coupefeu.console.listening import Listener, bind_all
from coupefeu.console.parts import Parts
from coupefeu.console.sessions import FILE_NAME, Session, Sessions
from coupefeu.console.static import NOT_BUILT, StaticFile, load_pages
from coupefeu.console.streams import Streams
from coupefeu.console.tls import make_context
from coupefeu.errors import ConfigError, CoupefeuError
from coupefeu.node.demo.steps import Steps
from coupefeu.node.local import LocalBackend

Say = Callable[[str, str | None], None]
"""Called with words, and with the console's address once it is up."""
AGAIN_S: Final = 5.0
EXPIRE_EVERY_S: Final = 30.0
REQUEST: Final = "console-link"
"""What the console answers on the control socket."""


class Console:
    """One running console. Build with `await Console.start(...)`; end with `await close()`."""

    def __init__(self, parts: Parts, listener: Listener, backend: LocalBackend) -> None:
        self._parts = parts
        self._listener = listener
        self._backend = backend
        self._expiring = asyncio.ensure_future(self._expire())
        backend.others[REQUEST] = self._answer

    @classmethod
    async def start(
        cls,
        backend: LocalBackend,
        config: ConsoleConfig,
        *,
        bound: Sequence[socket.socket] = (),
        demo: Steps | None = None,
    ) -> "Console":
        """Serve the console of a running node; on `bound`, sockets of one port that listen already, if given.

        Raises:
            BearerError: the port is taken; ConfigError: certificate or key cannot be used.
        """
        context = None if config.tls is None else make_context(config.tls)
        bound = bound or bind_all(config.hosts, config.port)
        try:
            parts = await _make_parts(backend, config, bound[0].getsockname()[1], demo)
            listener = await Listener.start(make_app(parts), bound, context)
        except BaseException:
            for each in bound:
                each.close()
            raise
        return cls(parts, listener, backend)

    @property
    def address(self) -> str:
        """What an officer types, or a link begins with."""
        return address_of(self._parts)

    @property
    def is_built(self) -> bool:
        """Whether there are pages to show."""
        return bool(self._parts.pages)

    async def invite(self) -> str:
        """Make a link as `coupefeu console-link` does: it signs our duty desk in, once."""
        return str((await self._answer({}))["link"])

    async def close(self) -> None:
        """End, within a second, whoever looks at it."""
        del self._backend.others[REQUEST]
        self._expiring.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._expiring
        self._parts.streams.end_all()
        await self._listener.close()
        await self._parts.desk.close()

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        return await answer_invitation(request, self._parts)

    async def _expire(self) -> None:
        """End sessions whose time is over, so that their streams end too."""
        while True:
            await asyncio.sleep(EXPIRE_EVERY_S)
            self._parts.sessions.expire()


async def _make_parts(backend: LocalBackend, config: ConsoleConfig, port: int, demo: Steps | None) -> Parts:
    runtime, streams = backend.runtime, Streams()

    def ended(session: Session) -> None:
        streams.end_session(session)

    return Parts(
        config=config,
        port=port,
        desk=await ConsoleDesk.open(backend, demo),
        sessions=Sessions(
            runtime.folder.path / FILE_NAME,
            lambda: runtime.clock().utc_ms,
            hours=config.session_hours,
            ended=ended,
        ),
        links=Links(lambda: runtime.clock().mono_ms),
        streams=streams,
        pages=_pages_or_none(),
        teller=Teller(runtime.journal, lambda: runtime.clock().mono_ms / 1_000),
    )


class ConsoleKeeper:
    """Keeps trying to have a console, without ever holding up the line."""

    def __init__(self, backend: LocalBackend, config: ConsoleConfig, say: Say) -> None:
        self._backend = backend
        self._config = config
        self._say = say
        self._console: Console | None = None
        self._said = ""
        self._starting = asyncio.ensure_future(self._start())

    async def close(self) -> None:
        """End the console, or the attempts to start it."""
        self._starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._starting
        if self._console is not None:
            await self._console.close()

    async def _start(self) -> None:
        while True:
            try:
                self._console = await Console.start(self._backend, self._config)
            except CoupefeuError as error:
                self._tell(error)
                await asyncio.sleep(AGAIN_S)
            else:
                self._announce(self._console)
                return

    def _tell(self, error: CoupefeuError) -> None:
        """Say once why there is no console; the next attempts are silent while the reason stays the same."""
        words = f"No console: {error}. {error.hint} The line is up; it is tried again."
        if words != self._said:
            self._said = words
            self._backend.runtime.journal.note("console-not-up", code=error.code, detail=error.message)
            self._say(words, None)

    def _announce(self, console: Console) -> None:
        self._backend.runtime.journal.note("console-up", address=console.address)
        words = f"Console: {console.address} (sign in by a link of `coupefeu console-link`)."
        if not console.is_built:
            words += " It has no pages: run `make console` in the source tree, then start the node again."
        self._say(words, console.address)


def _pages_or_none() -> Mapping[str, StaticFile]:
    try:
        return load_pages()
    except ConfigError as error:
        if error.code != NOT_BUILT:
            raise
        return {}
