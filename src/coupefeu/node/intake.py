"""How fast the other side's entries are taken up, as the agreement says (protocol B8).

What is beyond the budget waits here, unacknowledged: the sender's window fills, and its node is told. What it sends
again meanwhile is dropped, for it would be charged twice. FLASH and runs keep a small budget of their own, so that a
flood never hides them.
"""

from collections import Counter, deque
from collections.abc import Iterator

from coupefeu.link.meter import Tally
from coupefeu.model.agreement import Budgets
from coupefeu.model.instant import Moment
from coupefeu.wire.packet import Batch, RunSignature

WAITING_BATCHES = 64
"""More than a peer that respects its window has under way; beyond it batches are dropped, and come again."""
_MINUTE_MS = 60_000


class Bucket:
    """A budget per minute that refills steadily; it holds one minute's worth."""

    def __init__(self, per_minute: int, now: Moment) -> None:
        self._per_minute = per_minute
        self._tokens_ms = per_minute * _MINUTE_MS
        self._at_ms = now.mono_ms

    def take(self, count: int, now: Moment) -> bool:
        """Take `count` if they are there. A batch larger than the whole budget passes when the bucket is full."""
        self._refill(now)
        need = min(count, self._per_minute) * _MINUTE_MS
        if self._tokens_ms < need:
            return False
        self._tokens_ms -= need
        return True

    def ready_ms(self, count: int) -> int:
        """Say when `count` will be there."""
        lack = min(count, self._per_minute) * _MINUTE_MS - self._tokens_ms
        return self._at_ms + max(0, -(-lack // self._per_minute))

    def _refill(self, now: Moment) -> None:
        elapsed = max(0, now.mono_ms - self._at_ms)
        self._at_ms = max(self._at_ms, now.mono_ms)
        self._tokens_ms = min(self._per_minute * _MINUTE_MS, self._tokens_ms + elapsed * self._per_minute)


class Intake:
    """The batches of one peer, in order of arrival, runs ahead of the rest."""

    def __init__(self, budgets: Budgets, now: Moment) -> None:
        self.amend(budgets, now)
        self._waiting: deque[Batch] = deque()
        self._indices: Counter[tuple[int, int]] = Counter()
        self.beyond_rate = Tally()

    def amend(self, budgets: Budgets, now: Moment) -> None:
        """Go by other budgets from now on; each begins full."""
        self._entries = Bucket(budgets.entries_per_minute, now)
        self._runs = Bucket(budgets.flash_per_minute, now)

    @property
    def is_full(self) -> bool:
        """Whether the other side should slow down."""
        return bool(self._waiting)

    def admit(self, batch: Batch, now: Moment) -> Iterator[Batch]:
        """Give what may be taken up now."""
        if isinstance(batch.statement, RunSignature) and self._runs.take(len(batch.entries), now):
            yield batch
            return
        entries = _indices(batch)
        if len(self._waiting) >= WAITING_BATCHES:
            self.beyond_rate.add(now.mono_ms)
        elif not self._indices.keys() >= entries:
            self._waiting.append(batch)
            self._indices.update(entries)
        yield from self.due(now)

    def due(self, now: Moment) -> Iterator[Batch]:
        """Give what waited and may be taken up now."""
        while self._waiting and self._entries.take(len(self._waiting[0].entries), now):
            batch = self._waiting.popleft()
            self._indices -= Counter(_indices(batch))
            yield batch

    def next_ms(self) -> int | None:
        """Say when something that waits may be taken up."""
        return self._entries.ready_ms(len(self._waiting[0].entries)) if self._waiting else None


def _indices(batch: Batch) -> set[tuple[int, int]]:
    return {(batch.log, entry.index) for entry in batch.entries}
