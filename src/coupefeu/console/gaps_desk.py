"""Units that are not reached though their notice's lead time has begun, or a STOP stands: told to every page, unheard.

entry of a notice, or of its way down; the time -> gaps read anew in a thread -> GapEvent, when they are others
"""

import asyncio
from typing import TYPE_CHECKING, Final

from coupefeu.console.passing_values import GapAlarm, GapEvent
from coupefeu.errors import CoupefeuError
from coupefeu.node.desk import Desk
from coupefeu.node.passing.awaiting import LOOKED_AT
from coupefeu.node.passing.desk import Passing
from coupefeu.services.base import Recorded
from coupefeu.services.messages.display import show_line
from coupefeu.services.notices.facts import KINDS as NOTICE_KINDS
from coupefeu.services.passing.facts import KINDS as PASSING_KINDS

if TYPE_CHECKING:
    from coupefeu.console.desk import ConsoleDesk

KINDS: Final = NOTICE_KINDS | PASSING_KINDS
LOOK_AFTER_S: Final = 0.5
"""However many entries come at once, they cost one look."""
LOOK_EVERY_S: Final = 30.0
"""A lead time begins by the clock alone."""


class GapsDesk:
    """The gaps that must be seen now; used from the loop of a console desk."""

    def __init__(self, desk: "ConsoleDesk") -> None:
        self._desk = desk
        self._event = GapEvent(alarms=())
        self._due: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        desk.greetings.append(lambda: self._event)

    def close(self) -> None:
        """Tell no more."""
        if self._due is not None:
            self._due.cancel()
        if self._looking is not None:
            self._looking.cancel()

    def begin(self) -> None:
        """Look for the first time."""
        self._look_in(0)

    def hear_entry(self, recorded: Recorded) -> None:
        """Take an entry; what is of no notice costs nothing."""
        if recorded.head is not None and recorded.head.kind in KINDS:
            self._look_in(LOOK_AFTER_S)

    def _look_in(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._due is not None and self._due.when() <= loop.time() + seconds:
            return
        if self._due is not None:
            self._due.cancel()
        self._due = loop.call_later(seconds, self._look)

    def _look(self) -> None:
        self._due = None
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._read())
        else:
            self._look_in(LOOK_AFTER_S)

    async def _read(self) -> None:
        try:
            event, is_waiting = await self._desk.read(_read_gaps)
        except CoupefeuError as error:
            self._desk.backend.runtime.journal.defect(error)
            self._look_in(LOOK_EVERY_S)
            return
        if is_waiting:
            self._look_in(LOOK_EVERY_S)
        if event != self._event:
            self._event = event
            self._desk.feed.tell(event)


def _read_gaps(look: Desk) -> tuple[GapEvent, bool]:
    """Give what is raised now, and whether the clock alone may raise or change something."""
    found = look.passing.listed(LOOKED_AT)
    alarms = tuple(_alarm(each) for each in found if each.view.alarm)
    return GapEvent(alarms=alarms), any(each.view.gaps for each in found)


def _alarm(found: Passing) -> GapAlarm:
    return GapAlarm(
        number=found.view.number,
        title="" if found.notice.fact is None else show_line(found.notice.fact.title),
        stopped=bool(found.view.stops),
        start_ms=found.notice.start_ms,
        missing=len(found.view.gaps),
    )
