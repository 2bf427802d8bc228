"""The console of one running node: its parts joined, started, tended and ended."""

import asyncio
import contextlib
import socket
from collections.abc import Mapping, Sequence
from typing import Any, Final

from coupefeu.console.app import make_app
from coupefeu.console.communique import Drafts
from coupefeu.console.config import ConsoleConfig
from coupefeu.console.demo import follow_steps
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.ended_keys import EndedKeys
from coupefeu.console.errors import Teller
from coupefeu.console.invite import answer_invitation
from coupefeu.console.links import Links
from coupefeu.console.listening import Listener, bind_all
from coupefeu.console.long_work import LongWork
from coupefeu.console.parts import Parts
from coupefeu.console.passkeys import COUNTERS_FILE, Challenges, Counters, MadeKeys
from coupefeu.console.record import RecordLists
from coupefeu.console.rooms import Rooms
from coupefeu.console.sessions import FILE_NAME, Session, Sessions
from coupefeu.console.static import NOT_BUILT, StaticFile, load_pages
from coupefeu.console.streams import Streams
from coupefeu.console.tls import Certificate
from coupefeu.console.unit_desk import UnitDesk
from coupefeu.console.unit_inviting import REQUEST as UNIT_REQUEST
from coupefeu.console.unit_inviting import answer_unit_link
from coupefeu.console.unit_links import FILE_NAME as UNIT_LINKS_FILE
from coupefeu.console.unit_links import UnitLinks
from coupefeu.console.values import SignalEvent
from coupefeu.errors import ConfigError
from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.clock import Clock
from coupefeu.node.demo.steps import Strip
from coupefeu.node.local import LocalBackend
from coupefeu.node.runtime import Runtime

TEND_EVERY_S: Final = 30.0
REQUEST: Final = "console-link"
"""What the console answers on the control socket."""


class Console:
    """One running console. Build with `await Console.start(...)`; end with `await close()`."""

    def __init__(
        self, parts: Parts, listener: Listener, backend: LocalBackend, certificate: Certificate | None
    ) -> None:
        self._parts = parts
        self._listener = listener
        self._backend = backend
        self.certificate = certificate
        """None: it is served to this machine alone, without TLS."""
        self._tending = asyncio.ensure_future(self._tend())
        backend.others[REQUEST] = self._answer
        backend.others[UNIT_REQUEST] = self._answer_unit

    @classmethod
    async def start(
        cls,
        backend: LocalBackend,
        config: ConsoleConfig,
        *,
        bound: Sequence[socket.socket] = (),
        demo: Strip | None = None,
    ) -> "Console":
        """Serve the console of a running node; on `bound`, sockets of one port that listen already, if given.

        Raises:
            BearerError: the port is taken; ConfigError: certificate or key cannot be used.
        """
        certificate = None if config.tls is None else Certificate(config.tls, browsers_now_ms())
        bound = bound or bind_all(config.hosts, config.port)
        try:
            parts = await _make_parts(backend, config, bound[0].getsockname()[1], demo)
            listener = await _listen(parts, bound, certificate)
        except BaseException:
            for each in bound:
                each.close()
            raise
        return cls(parts, listener, backend, certificate)

    @property
    def address(self) -> str:
        """What an officer types, or a link begins with."""
        return self._parts.address

    @property
    def is_built(self) -> bool:
        """Whether there are pages to show."""
        return bool(self._parts.pages)

    async def invite(self, post: str | None = None) -> str:
        """Make a link as `coupefeu console-link` does: it signs a post of ours in, once; our duty desk if not given."""
        return str((await self._answer({"post": post}))["link"])

    async def close(self) -> None:
        """End, within a second, whoever looks at it."""
        del self._backend.others[REQUEST], self._backend.others[UNIT_REQUEST]
        self._tending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._tending
        self._parts.streams.end_all()
        await self._listener.close()
        await self._parts.long_work.close()
        await self._parts.desk.close()

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        return await answer_invitation(request, self._parts)

    async def _answer_unit(self, request: dict[str, Any]) -> dict[str, Any]:
        return await answer_unit_link(request, self._parts)

    async def _tend(self) -> None:
        """End sessions whose time is over, with their streams, and take a certificate that was renewed."""
        while True:
            await asyncio.sleep(TEND_EVERY_S)
            self._parts.sessions.expire()
            self.take_renewed()

    def take_renewed(self) -> None:
        """Put a renewed certificate in place; one that cannot be used is noted, and the old one stays."""
        if self.certificate is None:
            return
        note = self._backend.runtime.journal.note
        try:
            if self.certificate.refresh(browsers_now_ms()):
                note("console-certificate", until_ms=self.certificate.not_after_ms)
        except ConfigError as error:
            note("console-certificate-refused", code=error.code, detail=error.message)


def browsers_now_ms() -> int:
    """Read the clock by which browsers judge a certificate: never the one that an exercise shifts."""
    return Clock()().utc_ms


async def _listen(parts: Parts, bound: Sequence[socket.socket], certificate: Certificate | None) -> Listener:
    try:
        return await Listener.start(
            make_app(parts), bound, None if certificate is None else certificate.context
        )
    except BaseException:
        await parts.desk.close()
        raise


async def _make_parts(backend: LocalBackend, config: ConsoleConfig, port: int, demo: Strip | None) -> Parts:
    runtime, streams = backend.runtime, Streams()

    def ended(session: Session) -> None:
        streams.end_session(session)
        runtime.journal.note("console-session-ended", session=session.mark, post=session.post)

    def turned(session: Session) -> None:
        streams.end_session(session)
        what = "console-session-locked" if session.locked else "console-session-opened"
        runtime.journal.note(what, session=session.mark, post=session.post)

    desk, drafts = await _open_desk(backend, demo), Drafts()
    desk.when_closed(runtime.engine.listen(drafts.hear))
    sessions = Sessions(
        runtime.folder.path / FILE_NAME,
        lambda: runtime.clock().utc_ms,
        hours=config.session_hours,
        lock_minutes=config.lock_minutes,
        turned=turned,
        ended=ended,
        not_kept=lambda error: runtime.journal.note("console-session-not-kept", code=error.code),
    )
    desk.when_closed(runtime.engine.listen(EndedKeys(desk, sessions).hear))
    return Parts(
        config=config,
        port=port,
        desk=desk,
        sessions=sessions,
        links=Links(lambda: runtime.clock().mono_ms),
        challenges=Challenges(lambda: runtime.clock().mono_ms),
        counters=Counters(runtime.folder.path / COUNTERS_FILE),
        made=MadeKeys(),
        streams=streams,
        lists=RecordLists(),
        long_work=LongWork(runtime.folder.path, desk.feed.tell),
        drafts=drafts,
        rooms=_open_rooms(desk),
        units=UnitDesk(desk, _unit_links(runtime), runtime.journal.note),
        pages=pages_or_none(),
        note=runtime.journal.note,
        teller=Teller(runtime.journal, lambda: runtime.clock().mono_ms / 1_000),
    )


def _unit_links(runtime: Runtime) -> UnitLinks:
    def now_ms() -> int:
        return runtime.clock().utc_ms

    return UnitLinks(runtime.folder.path / UNIT_LINKS_FILE, now_ms, lambda: runtime.clock().mono_ms)


def _open_rooms(desk: ConsoleDesk) -> Rooms:
    """Follow the media of calls: which page holds which, and of which the other side said something new."""
    signalling, names = desk.backend.runtime.signalling, desk.folder.agreement.party_ids

    def tell(call: MessageId) -> None:
        desk.feed.tell(SignalEvent(call=format_number(call, names)))

    rooms = Rooms(signalling, desk.feed.is_live)
    desk.when_closed(signalling.listen(tell))
    desk.when_closed(rooms.close)
    return rooms


async def _open_desk(backend: LocalBackend, demo: Strip | None) -> ConsoleDesk:
    desk = await ConsoleDesk.open(backend, demo)
    if demo is not None:
        follow_steps(desk, demo)
    return desk


def pages_or_none() -> Mapping[str, StaticFile]:
    """Give the built pages by their addresses; none where they are not built."""
    try:
        return load_pages()
    except ConfigError as error:
        if error.code != NOT_BUILT:
            raise
        return {}
