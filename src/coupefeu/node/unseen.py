"""What rings by the operator's own program when nothing shows it: which, when, and how often; it runs nothing itself.

Each thing has 10 seconds to be shown. However many there are, the program runs for each party no more often in a minute
than the agreement lets that party cause alarms; the last run of a minute stands for all that wait.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, takewhile
from typing import Final

from coupefeu.model.instant import Moment
from coupefeu.model.messages import MessageId
from coupefeu.node.calling.minute import Minute

UNSHOWN_MS: Final = 10_000
"""So long a console has to confirm that a FLASH, or a call that rings, is on a screen."""
MAX_LOOKED_AT: Final = 16
"""Entries judged in one go: the line does not wait for more."""
_LONGEST_WAIT_MS: Final = 60_000


class Unseen:
    """Entries of others that nothing has shown yet, by their log; the first of each is due first."""

    def __init__(self, alarms_per_minute: int, clock: Callable[[], Moment]) -> None:
        self.alarms_per_minute = alarms_per_minute
        self._clock = clock
        self._due_ms: dict[int, dict[MessageId, int]] = {}
        self._rung: dict[int, Minute] = {}

    def come(self, entry: MessageId) -> bool:
        """Take note of a new one; gives whether it shortens the wait."""
        waiting = self._due_ms.setdefault(entry[0], {})
        waiting[entry] = self._clock().mono_ms + UNSHOWN_MS
        return len(waiting) == 1

    def found(self, entry: MessageId, arrived_ms: int) -> None:
        """Take note of one that was there before: it has what is left of its time since it came."""
        now = self._clock()
        left_ms = min(max(arrived_ms + UNSHOWN_MS - now.utc_ms, 0), UNSHOWN_MS)
        waiting = self._due_ms.setdefault(entry[0], {})
        waiting.setdefault(entry, now.mono_ms + left_ms)
        self._due_ms[entry[0]] = dict(sorted(waiting.items(), key=lambda each: each[1]))

    def forget(self, entries: Iterable[MessageId]) -> None:
        """Take that these are seen to."""
        for entry in entries:
            self._due_ms.get(entry[0], {}).pop(entry, None)

    def wait_ms(self) -> int:
        """Give the milliseconds until `take` may have something."""
        now_ms = self._clock().mono_ms
        nexts = [
            max(next(iter(waiting.values())), self._minute(log).free_ms(now_ms)) - now_ms
            for log, waiting in self._due_ms.items()
            if waiting
        ]
        return max(0, min(nexts, default=_LONGEST_WAIT_MS))

    def take(self, still: Callable[[MessageId], bool]) -> tuple[MessageId, ...]:
        """Give those for which the program runs now, once for them all; none: nothing is due.

        `still`: whether nothing has shown one yet; asked from the oldest on, `MAX_LOOKED_AT` times at most. Nothing is
        given twice.
        """
        now_ms = self._clock().mono_ms
        for log in self._due_ms:
            if self._minute(log).free_ms(now_ms) <= now_ms and self._find(log, now_ms, still):
                return self._ring(log, now_ms)
        return ()

    def _find(self, log: int, now_ms: int, still: Callable[[MessageId], bool]) -> bool:
        """Forget those at the front that were seen to; gives whether one is due that was not."""
        waiting = self._due_ms[log]
        for entry in list(islice(_due(waiting, now_ms), MAX_LOOKED_AT)):
            if still(entry):
                return True
            del waiting[entry]
        return False

    def _ring(self, log: int, now_ms: int) -> tuple[MessageId, ...]:
        rung = self._minute(log)
        rung.take(now_ms)
        taken = tuple(islice(_due(self._due_ms[log], now_ms), None if rung.is_last else 1))
        self.forget(taken)
        return taken

    def _minute(self, log: int) -> Minute:
        minute = self._rung.setdefault(log, Minute(self.alarms_per_minute))
        minute.most = self.alarms_per_minute
        return minute


def _due(waiting: dict[MessageId, int], now_ms: int) -> Iterator[MessageId]:
    return (entry for entry, _ in takewhile(lambda each: each[1] <= now_ms, waiting.items()))
