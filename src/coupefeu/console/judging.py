"""What an event changes: the messages that it names are judged anew, in a thread, and told once to all consoles.

    event -> names messages -> [a thread: read, judge, encode] -> open set, feed

FLASH goes before everything else. A flood of the rest is judged in turns that leave the node half of the time at
least; of one that is larger than can be told, everything is looked at anew, and the consoles begin anew.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from heapq import nsmallest
from typing import Final

from coupefeu.console.feed import encode_event
from coupefeu.console.listing import message_line
from coupefeu.console.open_set import Judged, JudgedOpen
from coupefeu.console.readers import Readers
from coupefeu.console.values import MessageEvent
from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.model.messages import MessageId
from coupefeu.model.precedence import Precedence
from coupefeu.node.desk import Desk
from coupefeu.node.values import message_values
from coupefeu.services.messages import texts
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.status import MessageStatus

LOOKED_AT: Final = 200
"""Of each precedence, at the start."""
AT_ONCE: Final = 32
"""Messages judged in one turn of the thread."""
TOLD_AT_ONCE_BYTES: Final = 1 << 18
"""A turn ends after so much: no console that reads is cut, and a FLASH waits for no long turn."""
MAX_NAMED: Final = 4_096
"""Messages that wait to be judged; beyond, everything is looked at anew."""
ACTS_AT_MOST: Final = 64
MAX_EVENT_BYTES: Final = 1 << 18
"""Of one message with its acts; of a longer one the acts are left out."""
AGAIN_AFTER_S: Final = 5.0
"""Between two looks at everything."""


Defect = Callable[[Exception], object]
"""Notes what nobody foresaw; it may be called from any thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message that was judged, and the event for the consoles."""

    judged: Judged
    octets: bytes


class Judging:
    """One thread that judges; `begun` and `told` are called on the loop with what it found."""

    def __init__(
        self,
        readers: Readers,
        begun: Callable[[JudgedOpen], None],
        told: Callable[[list[Told]], None],
        defect: Defect,
    ) -> None:
        self._readers = readers
        self._begun = begun
        self._told = told
        self._defect = defect
        self._named: dict[MessageId, int] = {}
        self._wake = asyncio.Event()
        self._is_stale = False
        self._not_before_s = 0.0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look at everything, then go on with what events name. Raises: StoreError."""
        self._is_stale = True
        await self._begin()
        self._task = asyncio.ensure_future(self._work())

    async def close(self) -> None:
        """Judge no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def name(self, messages: Iterable[MessageId], precedence: int) -> None:
        """Have messages judged, the more urgent ones first."""
        for message in messages:
            self._named[message] = min(precedence, self._named.get(message, precedence))
        if len(self._named) > MAX_NAMED:
            self._named = {each: p for each, p in self._named.items() if p == Precedence.FLASH}
            self._is_stale = True
        self._wake.set()

    def look_anew(self) -> None:
        """Have everything judged: other terms are in force, or the clock was set."""
        self._is_stale = True
        self._not_before_s = 0.0
        self._wake.set()

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._turn()
            except CoupefeuError as error:
                self._defect(error)
                await asyncio.sleep(AGAIN_AFTER_S)
                self.look_anew()
            except Exception as defect:  # noqa: BLE001 - no message may end the judging of all others
                self._defect(defect)
                self._wake.set()

    async def _turn(self) -> None:
        while self._named or self._is_stale:
            wait_s = self._not_before_s - time.monotonic()
            if self._is_stale and wait_s <= 0:
                await self._begin()
            elif self._named:
                await self._judge_some()
            else:
                await self._rest(wait_s)

    async def _begin(self) -> None:
        self._is_stale = False
        self._not_before_s = time.monotonic() + AGAIN_AFTER_S
        self._begun(await self._readers.read(partial(judge_open, defect=self._defect)))

    async def _judge_some(self) -> None:
        """Judge the most urgent of what is named; of a flood, no more than half of the time."""
        began_s = time.monotonic()
        batch = nsmallest(AT_ONCE, self._named, key=self._named.__getitem__)
        is_urgent = self._named[batch[0]] <= Precedence.IMMEDIATE
        urgency = {message: self._named.pop(message) for message in batch}
        waiting = deque(batch)
        self._told(await self._readers.read(partial(judge, waiting=waiting, defect=self._defect)))
        self._name_again(waiting, urgency)
        if self._named and not is_urgent:
            await asyncio.sleep(time.monotonic() - began_s)

    def _name_again(self, waiting: Iterable[MessageId], urgency: Mapping[MessageId, int]) -> None:
        for message in waiting:
            self._named[message] = min(urgency[message], self._named.get(message, urgency[message]))

    async def _rest(self, wait_s: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._wake.wait()
        self._wake.clear()


def judge_open(desk: Desk, defect: Defect) -> JudgedOpen:
    """Find and judge what is open; a message that breaks its judging is noted, and ends nobody else's."""
    found = desk.open_messages(LOOKED_AT, defect)
    return JudgedOpen(
        messages=tuple(_judged(each, found.as_of_ms) for each in found.messages),
        looked_at=found.looked_at,
        truncated=found.truncated,
        as_of_ms=found.as_of_ms,
    )


def judge(desk: Desk, waiting: deque[MessageId], defect: Defect) -> list[Told]:
    """Judge messages as they stand now, taking them from `waiting` until enough is to be told.

    What is none, or not here, is left out; one that breaks its judging is noted, and ends nobody else's.
    Raises: StoreError.
    """
    told: list[Told] = []
    while waiting and sum(len(each.octets) for each in told) < TOLD_AT_ONCE_BYTES:
        message = waiting.popleft()
        as_of_ms = desk.context().now.utc_ms
        try:
            status = desk.message(message)
            told.append(Told(judged=_judged(status, as_of_ms), octets=message_event(status)))
        except UsageError:
            continue
        except CoupefeuError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever nobody foresaw in what a peer wrote
            defect(error)
    return told


def _judged(status: MessageStatus, as_of_ms: int) -> Judged:
    return Judged(
        as_of_ms=as_of_ms,
        status=status,
        line=message_line(status),
        searched=texts.searched(status.body, status.content),
    )


def message_event(status: MessageStatus) -> bytes:
    """Encode a message for the consoles, every text safe to look at."""
    for acts in (ACTS_AT_MOST, 0):
        message = message_values(status, show_line, acts_at_most=acts)
        octets = encode_event(MessageEvent(message=message))
        if len(octets) <= MAX_EVENT_BYTES:
            break
    return octets
