"""The operator's program also runs when a desk of ours is unstaffed: once for each time that it becomes so.

It learns the post and the cause, and nothing that was said. A node that starts while nobody is there runs it again, for
whoever started it may not know.
"""

import asyncio
from collections.abc import Iterator
from typing import Final

from coupefeu.node.alarm_command import run_program, trouble_of
from coupefeu.node.engine import Engine
from coupefeu.node.events import Change, StaffingChanged
from coupefeu.node.journal import Journal
from coupefeu.services.watch.unstaffed import Unstaffed

MAX_WAITING: Final = 256
"""Posts are few, and a program ends within half a minute."""


class StaffingAlarm:
    """The standing order of a running node that has an alarm command."""

    def __init__(self, command: tuple[str, ...], party: str, engine: Engine, journal: Journal) -> None:
        self._command = command
        self._party = party
        self._engine = engine
        self._journal = journal
        self._waiting: asyncio.Queue[Unstaffed] = asyncio.Queue(MAX_WAITING)
        engine.listen(self._hear)

    def _hear(self, change: Change) -> None:
        if isinstance(change, StaffingChanged):
            for each in newly(change):
                if not self._waiting.full():
                    self._waiting.put_nowait(each)

    async def keep(self) -> None:
        """Stand by for as long as the node runs; a defect is noted, and ends nothing."""
        while True:
            unstaffed = await self._waiting.get()
            try:
                await self._run(unstaffed)
            except Exception as defect:  # noqa: BLE001 - whatever nobody foresaw
                self._journal.defect(defect)

    async def _run(self, unstaffed: Unstaffed) -> None:
        values = {
            "COUPEFEU_UNSTAFFED": unstaffed.post,
            "COUPEFEU_CAUSE": unstaffed.cause.value,
            "COUPEFEU_PARTY": self._party,
        }
        self._journal.note("alarm", unstaffed=unstaffed.post, cause=unstaffed.cause.value)
        ended = await run_program(self._command, values)
        self._journal.note("alarm-ended", unstaffed=unstaffed.post, status=ended.status, error=ended.error)
        if trouble := trouble_of(ended, unstaffed.post):
            self._engine.tell(trouble)


def newly(change: StaffingChanged) -> Iterator[Unstaffed]:
    """Give the desks that were not unstaffed before, for whatever cause."""
    before = {each.post for each in change.before}
    return (each for each in change.unstaffed if each.post not in before)
