"""The firebreak at the console: judged off the loop as entries come and as time goes, told to every page.

entry, receipt, state of the line; the time -> judged anew in a thread -> FirebreakEvent

However much comes at once it costs one look a second; without anything it is looked at each minute, for ages grow.
"""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from coupefeu.console.firebreak_values import FirebreakCause, FirebreakEvent
from coupefeu.errors import CoupefeuError
from coupefeu.model.firebreak import Level
from coupefeu.node.desk import Desk
from coupefeu.services.firebreak.judged import Judged

if TYPE_CHECKING:
    from coupefeu.console.desk import ConsoleDesk

LOOK_EVERY_S: Final = 60.0
LOOK_AFTER_S: Final = 0.25
"""What is recorded here is on the other side's record by then, if the line is up: no page says otherwise meanwhile."""
LOOK_AGAIN_S: Final = 1.0
"""At most so often it is judged."""
_NOT_LOOKED: Final = FirebreakEvent(
    level=Level.UNKNOWN, as_of_ms=None, looked_ms=None, same_entries=None, causes=()
)


class FirebreakDesk:
    """The level of a console desk; used from its loop."""

    def __init__(self, desk: "ConsoleDesk") -> None:
        self._desk = desk
        self._event = _NOT_LOOKED
        self._due: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        self._looked_s = -LOOK_AGAIN_S
        desk.greetings.append(lambda: self._event)

    def close(self) -> None:
        """Tell no more."""
        if self._due is not None:
            self._due.cancel()
        if self._looking is not None:
            self._looking.cancel()

    def look(self) -> None:
        """Look as soon as may be: something came that may change the level."""
        self._look_at(max(asyncio.get_running_loop().time() + LOOK_AFTER_S, self._looked_s + LOOK_AGAIN_S))

    def _look_at(self, when_s: float) -> None:
        if self._due is not None:
            if self._due.when() <= when_s:
                return
            self._due.cancel()
        self._due = asyncio.get_running_loop().call_at(when_s, self._begin)

    def _begin(self) -> None:
        self._due = None
        now_s = asyncio.get_running_loop().time()
        if self._looking is not None and not self._looking.done():
            self._look_at(now_s + LOOK_AGAIN_S)
        elif now_s < self._looked_s + LOOK_AGAIN_S:
            self._look_at(self._looked_s + LOOK_AGAIN_S)
        else:
            self._looking = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        try:
            is_link_up = self._desk.notices.is_link_up
            event = event_of(await self._desk.read(partial(_judge, is_link_up=is_link_up)))
        except CoupefeuError as error:
            self._desk.backend.runtime.journal.defect(error)
        else:
            self._event = event
            self._desk.feed.tell(event)
        self._looked_s = asyncio.get_running_loop().time()
        self._look_at(self._looked_s + LOOK_EVERY_S)


def _judge(look: Desk, is_link_up: bool) -> Judged:
    return look.firebreak.now(is_link_up=is_link_up)


def event_of(judged: Judged) -> FirebreakEvent:
    """Give what every page is told of a level: no sentence, for consoles read in different languages."""
    causes = {
        FirebreakCause(rule=each.rule, level=each.level, subject=each.subject): None
        for each in judged.reasons
    }
    return FirebreakEvent(
        level=judged.level,
        as_of_ms=judged.as_of_ms,
        looked_ms=judged.asked.at_ms,
        same_entries=judged.same_entries,
        causes=tuple(causes),
    )
