"""The alarm that needs no screen: the operator's program runs when nothing shows a FLASH, or a call that rings.

A FLASH that no SHOWN of ours and no act of ours names within 10 seconds of its arrival, or that is found so at the
start of the node, runs the program once; so does a call that rings and that no screen has said it shows. It learns the
number of the message or call and its author, never what it says.
However many there are, it runs for each party no more often in a minute than the agreement lets that party cause
alarms; the last run of a minute stands for all that wait.
"""

import asyncio
import contextlib
import shutil
from collections.abc import Callable, Iterator
from typing import Final

from coupefeu.model.entry import Kind
from coupefeu.model.logs import party_of
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.node.alarm_command import run_program, trouble_of
from coupefeu.node.calling.calling import Calling
from coupefeu.node.desk import Desk
from coupefeu.node.events import Change, EntryRecorded, Trouble
from coupefeu.node.folder import NodeFolder
from coupefeu.node.journal import Journal
from coupefeu.node.unseen import Unseen
from coupefeu.services.base import Recorded
from coupefeu.services.calls.facts import read_call
from coupefeu.services.messages.facts import ACTS
from coupefeu.services.messages.status import MessageStatus, StepName

_SHORTEST_WAIT_MS: Final = 20


def is_unheard(status: MessageStatus, us: str) -> bool:
    """Whether a message is a FLASH to us that no screen of ours has shown and on which nobody of ours has acted."""
    if status.ours or not status.flash or not status.sounds:
        return False
    return any(
        step.idle and not step.screens
        for chain in status.chains
        if chain.party == us
        for step in chain.steps
        if step.name is StepName.SHOWN
    )


class Unheard(Unseen):
    """Which FLASH nothing has shown yet, and for which of them the program runs next."""

    def hear(self, recorded: Recorded) -> bool:
        """Take note of an entry; gives whether it shortens the wait."""
        head = recorded.head
        if head is None:
            return False
        if recorded.ours:
            about = [(each.log, each.index) for each in head.references]
            if head.kind == Kind.CALL_RINGING:
                return read_call(head.kind, recorded.body)[0].rung == 0 and self.come(about[0])
            if head.kind in ACTS:
                self.forget(about)
            return False
        if head.kind != Kind.MESSAGE or head.precedence is not Precedence.FLASH:
            return False
        return self.come((recorded.log, recorded.index))


class Alarm:
    """The standing order of a running node that has an alarm command."""

    def __init__(
        self,
        command: tuple[str, ...],
        folder: Callable[[], NodeFolder],
        journal: Journal,
        tell: Callable[[Change], None],
        calling: Calling,
    ) -> None:
        """`folder`: as the node has it now, for its terms may change; `calling`: knows which calls ring unshown."""
        self._calling = calling
        self._command = command
        self._folder = folder
        self._journal = journal
        self._tell = tell
        self._woken = asyncio.Event()
        begun = folder()
        self._unheard = Unheard(begun.agreement.budgets.alarms_per_minute, begun.clock)

    def hear(self, change: Change) -> None:
        """Listen to the engine."""
        if isinstance(change, EntryRecorded) and self._unheard.hear(change.recorded):
            self._woken.set()

    async def keep(self) -> None:
        """Stand by for as long as the node runs; a defect is noted, and ends nothing."""
        self._check_program()
        with self._withstand():
            self._begin()
        while True:
            wait_ms = max(self._unheard.wait_ms(), _SHORTEST_WAIT_MS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), wait_ms / 1_000)
            self._woken.clear()
            with self._withstand():
                await self._run(self._take())

    @contextlib.contextmanager
    def _withstand(self) -> Iterator[None]:
        try:
            yield
        except Exception as defect:  # noqa: BLE001 - whatever nobody foresaw
            self._journal.defect(defect)

    def _check_program(self) -> None:
        """Tell that it cannot run while there is time to mend it; the line is up all the same."""
        if shutil.which(self._command[0]) is None:
            self._trouble(
                "node.alarm.absent",
                f"this node has no alarm: {self._command[0]!r} is no program that it may run",
            )

    def _begin(self) -> None:
        """Find what came before: the FLASH that wait longest, and the latest."""
        with self._desk() as desk:
            for status in desk.open_messages().messages:
                if is_unheard(status, self._folder().party):
                    self._unheard.found(status.id, status.arrived_ms)
        for call in self._calling.ringing:  # no screen has had the time to show it again
            self._unheard.come(call)

    def _take(self) -> tuple[MessageId, ...]:
        folder = self._folder()
        self._unheard.alarms_per_minute = folder.agreement.budgets.alarms_per_minute
        with self._desk() as desk:
            return self._unheard.take(lambda message: self._still(desk, message, folder.party))

    def _still(self, desk: Desk, message: MessageId, us: str) -> bool:
        """Judge one; what cannot be judged rings."""
        try:
            status = desk.find_message(message)
            return self._calling.is_unshown(message) if status is None else is_unheard(status, us)
        except Exception as defect:  # noqa: BLE001 - whatever nobody foresaw
            self._journal.defect(defect)
            return True

    @contextlib.contextmanager
    def _desk(self) -> Iterator[Desk]:
        desk = Desk.open(self._folder(), running=True)
        try:
            yield desk
        finally:
            desk.close()

    async def _run(self, messages: tuple[MessageId, ...]) -> None:
        if not messages:
            return
        names = self._folder().agreement.party_ids
        number, party, count = (
            format_number(messages[0], names),
            party_of(messages[0][0], names),
            len(messages),
        )
        is_call = self._calling.view(messages[0]) is not None
        what = "COUPEFEU_CALL" if is_call else "COUPEFEU_MESSAGE"
        values = {what: number, "COUPEFEU_PARTY": party, "COUPEFEU_COUNT": str(count)}
        self._journal.note("alarm", message=number, party=party, count=count)
        ended = await run_program(self._command, values)
        self._journal.note("alarm-ended", message=number, status=ended.status, error=ended.error)
        if trouble := trouble_of(ended, number):
            self._tell(trouble)

    def _trouble(self, code: str, detail: str) -> None:
        self._tell(Trouble(party=None, code=code, detail=detail))
