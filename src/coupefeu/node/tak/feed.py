"""The task that keeps one TAK server up to date, over one TCP connection that is dialled anew as often as it breaks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from coupefeu.model.instant import Moment
from coupefeu.model.messages import MessageId
from coupefeu.node.desk import Desk
from coupefeu.node.events import Change, EntryRecorded, Trouble
from coupefeu.node.tak.drawn import Drawn
from coupefeu.node.tak.settings import TakSettings
from coupefeu.services.notices.facts import KINDS
from coupefeu.services.notices.listed import NoticeFilter
from coupefeu.services.notices.status import NoticeState, NoticeView

SLICE: Final = 10
"""So many notices are read at a time, with a pause behind: a thread that computes holds up the loop for no longer."""
PAUSE_S: Final = 0.02
CONNECT_S: Final = 10.0
WRITE_S: Final = 30.0
"""A server that takes nothing for so long is dialled anew."""
BACK_OFF_S: Final = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)
_PIECE: Final = 65_536
_LIVE: Final = NoticeFilter(state=NoticeState.LIVE, by_start=True)
_CLOSED: Final = (NoticeState.WITHDRAWN, NoticeState.COMPLETED)
MOST_CLOSED: Final = 100
"""So many of each, the newest, are taken off first: they may have been closed while nobody was connected."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Dial = Callable[[str, int], Awaitable[Connection]]
Pause = Callable[[float], Awaitable[None]]


class TakFeed:
    """Feeds a server until it is cancelled; `hear` is told every change of the node."""

    def __init__(
        self,
        settings: TakSettings,
        drawn: Drawn,
        *,
        desk: Callable[[], Desk],
        clock: Callable[[], Moment],
        tell: Callable[[Trouble], None],
        defect: Callable[[BaseException], object],
        dial: Dial = asyncio.open_connection,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._settings, self._drawn = settings, drawn
        self._desk, self._clock, self._tell, self._defect = desk, clock, tell, defect
        self._dial, self._pause = dial, pause
        self._changed: set[MessageId] = set()
        self._woken = asyncio.Event()
        self._is_down = False

    def hear(self, change: Change) -> None:
        """Note what is to be looked at: an entry about a notice."""
        if not isinstance(change, EntryRecorded) or change.recorded.head is None:
            return
        if change.recorded.head.kind in KINDS:
            self._changed.add((change.recorded.log, change.recorded.index))
            self._woken.set()

    async def keep(self) -> None:
        """Feed it until this task is cancelled."""
        tried = 0
        while True:
            try:
                reader, writer = await asyncio.wait_for(
                    self._dial(self._settings.host, self._settings.port), CONNECT_S
                )
                try:
                    await self._feed(reader, writer)
                finally:
                    writer.close()
                tried = 0
                self._say_down("the server ended the connection")
            except (OSError, TimeoutError) as error:
                self._say_down(str(error) or type(error).__name__)
            except Exception as error:  # noqa: BLE001 - a defect of the feed ends neither it nor the node
                self._defect(error)
            await self._pause(BACK_OFF_S[min(tried, len(BACK_OFF_S) - 1)])
            tried += 1

    async def _feed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send until the server ends the connection; what it says is taken and thrown away."""
        listening = asyncio.ensure_future(_throw_away(reader))
        sending = asyncio.ensure_future(self._send(writer))
        try:
            await asyncio.wait((listening, sending), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for task in (listening, sending):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, OSError, TimeoutError):
                    await task

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        for state in _CLOSED:
            async for views in self._slices(NoticeFilter(state=state), MOST_CLOSED):
                for view in views:
                    await self._write(writer, self._drawn.erase(view, self._clock().utc_ms))
        while True:
            self._changed.clear()
            await self._send_all(writer)
            self._say_up()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._send_changes(writer), self._settings.every_s)

    async def _send_all(self, writer: asyncio.StreamWriter) -> None:
        """Send all that is in force, in slices, and take off what no longer is."""
        seen: list[MessageId] = []
        async for views in self._slices(_LIVE):
            await self._draw(writer, views, again=True)
            seen += [view.id for view in views]
        await self._write(writer, self._drawn.keep_only(seen, self._clock().utc_ms))

    async def _slices(
        self, wanted: NoticeFilter, most: int | None = None
    ) -> AsyncIterator[Sequence[NoticeView]]:
        """Read a list, so many at a time, with a pause behind each."""
        offset = 0
        while most is None or offset < most:
            views = await self._read(partial(_window, wanted, offset))
            yield views
            if len(views) < SLICE:
                return
            offset += len(views)
            await asyncio.sleep(PAUSE_S)

    async def _send_changes(self, writer: asyncio.StreamWriter) -> None:
        """Send each change as it comes, until it is time to send all of it again."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            entries = list(self._changed)[:SLICE]
            views = await self._read(partial(_those, entries))
            self._changed.difference_update(entries)
            if self._changed:
                self._woken.set()
            await self._draw(writer, views, again=False)

    async def _read(self, look: Callable[[Desk], Sequence[NoticeView]]) -> Sequence[NoticeView]:
        """Look at the record in a thread."""

        def run() -> Sequence[NoticeView]:
            with contextlib.closing(self._desk()) as desk:
                return look(desk)

        return await asyncio.get_running_loop().run_in_executor(None, run)

    async def _draw(self, writer: asyncio.StreamWriter, views: Sequence[NoticeView], *, again: bool) -> None:
        now_ms = self._clock().utc_ms
        for view in views:
            await self._write(writer, self._drawn.change(view, now_ms, again=again))

    async def _write(self, writer: asyncio.StreamWriter, events: Sequence[str]) -> None:
        for event in events:
            writer.write(f"{event}\n".encode())
            try:
                await asyncio.wait_for(writer.drain(), WRITE_S)
            except TimeoutError as error:
                raise ConnectionError(f"the server took nothing for {WRITE_S:.0f} s") from error

    def _say_down(self, why: str) -> None:
        if not self._is_down:
            self._is_down = True
            where = f"{self._settings.host}:{self._settings.port}"
            self._tell(Trouble(party=None, code="node.tak.down", detail=f"{where}: {why[:200]}"))

    def _say_up(self) -> None:
        self._is_down = False


def _window(wanted: NoticeFilter, offset: int, desk: Desk) -> Sequence[NoticeView]:
    return desk.notices.listed(wanted, offset, SLICE).notices


def _those(entries: Sequence[MessageId], desk: Desk) -> Sequence[NoticeView]:
    found = map(desk.notices.find, entries)
    return [each for each in found if each is not None]


async def _throw_away(reader: asyncio.StreamReader) -> None:
    while await reader.read(_PIECE):
        pass
