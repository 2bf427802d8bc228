"""What is open, kept in memory: judged once at the start, then only what an event names or whose deadline has passed.

    event names a message -> judged anew -> put;   a deadline passes -> due -> judged anew -> put

So an event costs the same however long the record is.
"""

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Final

from coupefeu.console.values import MessageLine, WaitingValues
from coupefeu.model.logs import position_of
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.node.desk import urgency
from coupefeu.node.values import AlarmValues, alarm_values
from coupefeu.services.base import Context
from coupefeu.services.messages.alarms import alarms
from coupefeu.services.messages.display import show_line
from coupefeu.services.messages.listed import MessageFilter
from coupefeu.services.messages.status import MessageStatus
from coupefeu.services.messages.texts import fold

MAX_OF_EACH: Final = 1_000
"""Open messages kept of each precedence; of more, and said so, those that matter less are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A message as it stood at `as_of_ms`, its line of a list, and what is searched of it (`texts.fold`)."""

    status: MessageStatus
    line: MessageLine
    searched: str
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedOpen:
    """Everything that is open; see `node.desk.OpenMessages`."""

    messages: tuple[Judged, ...]
    looked_at: int
    truncated: bool
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    judged: Judged
    urgency: tuple[int, int]

    @property
    def line(self) -> MessageLine:
        return self.judged.line

    def passes(self, wanted: MessageFilter, words: str) -> bool:
        status = self.judged.status
        log = status.id[0] if wanted.parties is None else position_of(status.id[0], wanted.parties)
        asked = (
            (wanted.precedence, status.precedence),
            (wanted.log, log),
            (wanted.form, status.form),
            (wanted.subject, status.subject),
        )
        return words in self.judged.searched and all(want in {None, seen} for want, seen in asked)


class OpenSet:
    """The open messages of both sides, and what of them sounds."""

    def __init__(self, max_of_each: int = MAX_OF_EACH) -> None:
        self._max_of_each = max_of_each
        self._open: dict[MessageId, _Open] = {}
        self._sounding: dict[MessageId, MessageStatus] = {}
        self._deadlines: list[tuple[int, MessageId]] = []
        self.looked_at = 0
        self.truncated = False

    def begin(self, found: JudgedOpen) -> None:
        """Forget everything, and take what was judged as a whole."""
        self._open.clear()
        self._sounding.clear()
        self._deadlines.clear()
        self.looked_at, self.truncated = found.looked_at, found.truncated
        for judged in found.messages:
            self.put(judged)

    def put(self, judged: Judged) -> None:
        """Take a message as it was judged; it stays while something about it is awaited, or sounds.

        Deadlines are watched from the moment of the judgement on: one that passed since is due at once.
        """
        status = judged.status
        self._open.pop(status.id, None)
        self._sounding.pop(status.id, None)
        if status.sounds:
            self._sounding[status.id] = status
        if not status.waiting:
            return
        self._open[status.id] = _Open(judged=judged, urgency=urgency(status))
        self._watch(status, judged.as_of_ms)
        self._leave_out(status.precedence)

    def due(self, now_ms: int) -> list[MessageId]:
        """Take the messages of which a deadline has passed: they must be judged again."""
        passed: dict[MessageId, None] = {}
        while self._deadlines and self._deadlines[0][0] <= now_ms:
            passed[heappop(self._deadlines)[1]] = None
        return [message for message in passed if message in self._open]

    @property
    def next_ms(self) -> int | None:
        """When the next deadline passes, UTC milliseconds."""
        return self._deadlines[0][0] if self._deadlines else None

    def between(self, log: int, start: int, end: int) -> list[tuple[MessageId, Precedence]]:
        """Name what is open of [start, end) of a log."""
        return [
            (message, each.judged.status.precedence)
            for message, each in self._open.items()
            if message[0] == log and start <= message[1] < end
        ]

    def rows(self) -> list[MessageLine]:
        """List everything that is open, the most urgent first."""
        return [each.line for each in sorted(self._open.values(), key=lambda each: each.urgency)]

    def window(self, wanted: MessageFilter, offset: int, limit: int) -> tuple[list[MessageLine], int]:
        """Give a window of what is open and passes a filter, newest first, and how many there are."""
        words = fold(wanted.text.strip())
        found = [each.line for each in self._open.values() if each.passes(wanted, words)]
        found.sort(key=lambda line: line.arrived_ms, reverse=True)
        return found[offset : offset + limit], len(found)

    def count(self) -> tuple[int, int]:
        """Count what is open, and what of it is overdue."""
        return len(self._open), sum(each.line.overdue for each in self._open.values())

    def alarms(self, context: Context) -> tuple[AlarmValues, ...]:
        """Say what sounds, oldest first."""
        found = alarms(self._sounding.values(), context)
        return tuple(alarm_values(each, context.parties) for each in found)

    def waiting(self, context: Context) -> tuple[WaitingValues, ...]:
        """Say whose it is that sounds, oldest first, and nothing of what it says."""
        return tuple(
            WaitingValues(
                cause=each.cause,
                party=each.party,
                post=show_line(self._sounding[each.messages[0]].from_post) if each.count == 1 else None,
                messages=tuple(format_number(message, context.parties) for message in each.messages),
                first_ms=each.first_ms,
            )
            for each in alarms(self._sounding.values(), context)
        )

    @property
    def sounding(self) -> frozenset[MessageId]:
        """The messages that sound."""
        return frozenset(self._sounding)

    def _watch(self, status: MessageStatus, as_of_ms: int) -> None:
        """Note each deadline to come; one that no longer matters costs a look, no more."""
        for _, step in status.waiting:
            if step.clock is not None and step.clock.due_ms >= as_of_ms:
                heappush(self._deadlines, (step.clock.due_ms + 1, status.id))
        if len(self._deadlines) > 16 * (len(self._open) + 64):
            self._deadlines = [each for each in set(self._deadlines) if each[1] in self._open]
            heapify(self._deadlines)

    def _leave_out(self, precedence: Precedence) -> None:
        """Keep the newest of a precedence; of FLASH the oldest too, so that no flood hides what waits longest."""
        if len(self._open) <= self._max_of_each:
            return
        same = [
            message for message, each in self._open.items() if each.judged.status.precedence is precedence
        ]
        if len(same) <= self._max_of_each:
            return
        same.sort(key=lambda message: self._open[message].line.arrived_ms)
        victim = same[len(same) // 2 if precedence is Precedence.FLASH else 0]
        del self._open[victim]
        self._sounding.pop(victim, None)
        self.truncated = True
