"""Notices at the console: told to all pages by their numbers, and the conflicts that must be seen now.

    entry of a notice -> NoticeEvent with the notice's number, at once
                      '-> conflicts read anew in a thread -> ConflictEvent, when they are others than before

A node without conflicts looks only when something is filed. A conflict comes within its lead time by the clock alone,
or arises by it with a movement that runs late: so while there is any, or one to come, they are looked at every half
minute too.
"""

import asyncio
import time
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from coupefeu.console.notices_conflicts import LISTED, alarms_of
from coupefeu.console.notices_values import ConflictEvent, NoticeEvent
from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.node.conflict_values import ConflictList
from coupefeu.node.desk import Desk
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.services.base import Recorded
from coupefeu.services.notices.facts import KINDS as NOTICE_KINDS
from coupefeu.services.passing.facts import KINDS as PASSING_KINDS

if TYPE_CHECKING:
    from coupefeu.console.desk import ConsoleDesk

KINDS: Final = NOTICE_KINDS | PASSING_KINDS
UNITS: Final = frozenset({Kind.NOTICE_PASSED_DOWN, Kind.UNIT_REACHED})
"""What is said of units moves nothing; a check-in and a STOP say where a movement is."""
LOOK_EVERY_S: Final = 30.0
AGAIN_AFTER_S: Final = 5.0
_NOTHING: Final = ConflictEvent(alarms=(), total=0)


class NoticesDesk:
    """The notices of a console desk; used from its loop."""

    def __init__(self, desk: "ConsoleDesk") -> None:
        self._desk = desk
        self._event = _NOTHING
        self._seen: object = ()
        self._is_due = False
        self._looking: asyncio.Task[None] | None = None
        self._again: asyncio.TimerHandle | None = None
        desk.greetings.append(lambda: self._event)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Named features, ours and the party's own; read when a position is first stated. Raises: ConfigError."""
        return Gazetteer.of(self._desk.folder.path)

    @property
    def is_link_up(self) -> bool:
        """Whether what every other party files now would come."""
        peers = self._desk.backend.runtime.engine.peers.values()
        return all(each.link.state().up for each in peers)

    def close(self) -> None:
        """Tell no more."""
        if self._looking is not None:
            self._looking.cancel()
        if self._again is not None:
            self._again.cancel()

    def hear_entry(self, recorded: Recorded) -> None:
        """Take an entry; what is of no notice costs nothing."""
        head = recorded.head
        if head is None or (head.kind not in KINDS and head.kind != Kind.ERASED):
            return
        if head.kind in KINDS:
            about = head.references[:1] if head.kind != Kind.NOTICE_FILED else ()
            entry = (about[0].log, about[0].index) if about else (recorded.log, recorded.index)
            self._tell(entry)
        if head.kind not in UNITS:
            self.look()

    def _tell(self, notice: MessageId) -> None:
        self._desk.feed.tell(NoticeEvent(number=self._desk.number(notice)))

    def look(self) -> None:
        """Look at the conflicts: once more after the look that is under way, however much is filed meanwhile."""
        self._is_due = True
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._keep())

    async def _keep(self) -> None:
        """Look for as long as that is due, at most half of the time; while the record cannot be read, look again."""
        while self._is_due:
            self._is_due = False
            began_s = time.monotonic()
            try:
                found = await self._desk.read(partial(_read, is_link_up=self.is_link_up))
            except CoupefeuError as error:
                self._is_due = True
                self._desk.backend.runtime.journal.defect(error)
                await asyncio.sleep(AGAIN_AFTER_S)
                continue
            self._take(found)
            await asyncio.sleep(time.monotonic() - began_s if self._is_due else 0)

    def _take(self, found: ConflictList) -> None:
        is_to_come = found.next_ms is not None
        self._set_again(found.total > 0 or is_to_come or found.compared.not_checked is not None)
        seen = _signature(found)
        if seen == self._seen:
            return
        self._seen = seen
        self._event = ConflictEvent(alarms=tuple(alarms_of(found)), total=found.total)
        self._desk.answers.change()
        self._desk.feed.tell(self._event)

    def _set_again(self, is_wanted: bool) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if is_wanted:
            self._again = asyncio.get_running_loop().call_later(LOOK_EVERY_S, self.look)


def _read(look: Desk, is_link_up: bool) -> ConflictList:
    return look.conflicts.listed(LISTED, is_link_up=is_link_up)


def _signature(found: ConflictList) -> object:
    """Give what a page shows of conflicts that does not change by the clock alone."""
    pairs = [
        (each.ours.version, each.theirs.version, each.settlement, each.alarm, len(each.said))
        for group in found.groups
        for each in group.conflicts
    ]
    return found.total, found.compared.not_checked, pairs
