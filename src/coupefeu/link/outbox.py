"""What one log still owes the other side, and what leaves next (protocol A5, B7).

An index is *waiting* until acknowledged, and *flying* while a frame that holds it may still arrive. The front is the
lowest index neither acknowledged nor flying. What starts at the front goes under a checkpoint signature; whatever
overtakes it, or is sent again behind what has flown, goes under a run signature.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

from coupefeu.model.precedence import Precedence
from coupefeu.model.spans import Spans
from coupefeu.wire.batch import LeftOut
from coupefeu.wire.packet import LeafOnly, PackedEntry

ENTRY_OVERHEAD_BYTES: Final = 32
LEAF_BYTES: Final = 66
STATEMENT_BYTES: Final = 128
RUN_GAP: Final = 16
"""Less urgent entries that a run carries along between urgent ones: cheaper than one more signature."""
MAX_SKIPPED: Final = 1_024
_LEVELS: Final = len(Precedence)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An entry that is durable here and must reach the other side."""

    log: int
    index: int
    precedence: int
    entry: PackedEntry | LeafOnly


@dataclass(slots=True)
class _Flight:
    indices: list[int]
    due_ms: int


def size_on_air(entry: PackedEntry | LeafOnly) -> int:
    """Bytes that the entry takes in a frame at most."""
    if isinstance(entry, LeafOnly):
        return LEAF_BYTES
    return ENTRY_OVERHEAD_BYTES + len(entry.head) + len(entry.body)


def _level(outgoing: Outgoing) -> int:
    return min(max(outgoing.precedence, 0), _LEVELS - 1)


class Outbox:
    """One log on its way to one other node."""

    __slots__ = (
        "_again", "_beyond", "_flights", "_flying", "_levels", "_offered", "_reoffered", "_signed_to", "_waiting",
        "acknowledged", "end", "flying_bytes",
    )  # fmt: skip

    def __init__(self) -> None:
        self._waiting: dict[int, Outgoing] = {}
        self._flying: dict[int, int] = {}
        self._flights: deque[_Flight] = deque()
        self._levels: tuple[list[int], ...] = tuple([] for _ in range(_LEVELS))
        self._beyond = Spans()
        self._reoffered = Spans()
        self._again = Spans()
        self._offered = 0
        self._signed_to = 0
        self.acknowledged = 0
        """All below it is durable at the other side."""
        self.end = 0
        """One more than the largest index known here."""
        self.flying_bytes = 0

    @property
    def queued(self) -> int:
        """Entries not acknowledged."""
        return len(self._waiting)

    def waiting(self) -> Mapping[int, Outgoing]:
        """Give what is not acknowledged, by index."""
        return self._waiting

    @property
    def flying(self) -> int:
        """Entries under way."""
        return len(self._flying)

    def offer(self, outgoing: Outgoing) -> None:
        """Take an entry; one already waiting changes nothing, one already acknowledged goes once more."""
        index = outgoing.index
        if index in self._waiting:
            return
        if index < self.acknowledged or index in self._beyond:
            self._reoffered.add(index)
        self._waiting[index] = outgoing
        heappush(self._levels[_level(outgoing)], index)
        if index >= self.end:
            self.end = index + 1
        if index == self._offered:
            self._advance_offered()

    def renew(self, outgoing: Outgoing) -> None:
        """Take another form of an entry that waits; what flies in the old one counts as unsent."""
        waiting = self._waiting.get(outgoing.index)
        if waiting is not None and waiting != outgoing:
            self._land(outgoing.index)
            self._waiting[outgoing.index] = outgoing
            self._signed_to = min(self._signed_to, self.acknowledged)

    def acknowledge(self, cumulative: int, selective: Sequence[tuple[int, int]]) -> int:
        """Drop what is durable over there; return how many entries that were.

        What was said before costs nothing again, however much waits: a peer may say it in every frame.
        """
        before = len(self._waiting)
        if cumulative > self.acknowledged:
            self._forget_within(self.acknowledged, cumulative)
            self._beyond.drop_before(cumulative)
            self.acknowledged = cumulative
            self._offered = max(self._offered, cumulative)
            self.end = max(self.end, cumulative)
        for start, end in selective:
            for new in self._beyond.insert(max(start, self.acknowledged), min(end, self.end)):
                self._forget_within(*new)
        for start, end in ((0, cumulative), *selective) if self._again else ():
            for again in self._again.cut(start, end):
                self._forget(range(*again))
        self._advance_offered()
        while self._flights and not any(index in self._flying for index in self._flights[0].indices):
            self._flights.popleft()
        return before - len(self._waiting)

    def take_over(self, other: "Outbox") -> None:
        """Let what waits in another go from here, as never sent; acknowledgements may name what was known there."""
        self.end = max(self.end, other.end)
        for _, outgoing in sorted(other.waiting().items()):
            self.offer(outgoing)

    def cosigned(self, size: int) -> None:
        """Drop what a verified co-signature covers, also what was to go once more: it is never signed for again."""
        if size > self.acknowledged:
            self.acknowledge(size, ())
        for again in self._reoffered.cut(0, size):
            self._forget(range(*again))

    def restore(self, cumulative: int, selective: Sequence[tuple[int, int]]) -> None:
        """Learn from our own record what the other side has receipted before this start."""
        self.end = max([self.end, *(end for _, end in selective)])
        self.acknowledge(cumulative, selective)
        self._signed_to = max(self._signed_to, cumulative)

    def resend(self, start: int, end: int) -> bool:
        """Let [start, end) go again, acknowledged or not; return whether all of it is still here."""
        for index in [index for index in self._flying if start <= index < end]:
            self._land(index)
        if end - start <= len(self._waiting) and all(map(self._waiting.__contains__, range(start, end))):
            return True
        self._beyond.cut(start, end)
        return False

    def land_all(self) -> None:
        """Treat everything under way as never sent: the path or the session has changed."""
        for index in list(self._flying):
            self._land(index)
        self._flights.clear()
        self._signed_to = min(self._signed_to, self.acknowledged)

    def land_due(self, mono_ms: int) -> bool:
        """Give up flights whose time is over; return whether any had entries under way."""
        any_landed = False
        while self._flights and self._flights[0].due_ms <= mono_ms:
            for index in self._flights.popleft().indices:
                if index in self._flying:
                    self._land(index)
                    any_landed = True
        if not self._flying:
            self._signed_to = min(self._signed_to, self.acknowledged)
        return any_landed

    def due_ms(self) -> int | None:
        """Return when the oldest flight is given up."""
        return self._flights[0].due_ms if self._flights else None

    def most_urgent(self) -> int | None:
        """Return the precedence of the most urgent entry not under way."""
        if len(self._flying) == len(self._waiting):
            return None
        for level, heap in enumerate(self._levels):
            if self._head(heap) is not None:
                return level
        return None

    def take(
        self, level: int, *, flash_only: bool, max_entries: int, max_bytes: int
    ) -> tuple[list[Outgoing], bool]:
        """Return the batch that holds the first entry of `level`, and whether it starts at the front without a gap.

        Call `fly` when it has been sent.
        """
        urgent = self._head(self._levels[level])
        assert urgent is not None
        front = min(head for head in map(self._head, self._levels) if head is not None)
        if self._signed_to <= front < self._offered and (urgent == front or not flash_only):
            batch = self._from_front(front, max_entries, max_bytes, level if flash_only else _LEVELS - 1)
            if batch[-1].index >= urgent:
                return batch, True
        return self._run(urgent, level, max_entries, max_bytes), False

    def urgent_run(self, max_bytes: int) -> list[Outgoing]:
        """Return the first FLASH entries not under way, without a gap between them; perhaps none."""
        urgent = self._head(self._levels[Precedence.FLASH])
        return [] if urgent is None else self._run(urgent, Precedence.FLASH, RUN_GAP, max_bytes)

    def fly(self, batch: list[Outgoing], due_ms: int, *, contiguous: bool) -> None:
        """Note that a batch has left."""
        for outgoing in batch:
            size = size_on_air(outgoing.entry)
            self._flying[outgoing.index] = size
            if outgoing.index in self._reoffered:
                self._again.add(outgoing.index)
            self.flying_bytes += size
        self._flights.append(_Flight([outgoing.index for outgoing in batch], due_ms))
        if contiguous:
            self._signed_to = batch[-1].index + 1

    def _from_front(self, front: int, max_entries: int, max_bytes: int, up_to_level: int) -> list[Outgoing]:
        batch: list[Outgoing] = []
        size = skipped = 0
        left_out = LeftOut()
        for index in range(front, self._offered):
            outgoing = self._waiting.get(index)
            if outgoing is None or index in self._flying:
                skipped += 1
                if skipped > MAX_SKIPPED:
                    break
                continue
            size += size_on_air(outgoing.entry)
            left_out.add(outgoing.entry)
            is_full = len(batch) >= max_entries or size > max_bytes or left_out.is_too_much
            if batch and (is_full or _level(outgoing) > up_to_level):
                break
            batch.append(outgoing)
        return batch

    def _run(self, start: int, level: int, max_entries: int, max_bytes: int) -> list[Outgoing]:
        batch: list[Outgoing] = []
        urgent_count = size = 0
        left_out = LeftOut()
        for index in range(start, start + max_entries):
            outgoing = self._waiting.get(index)
            if outgoing is None or index in self._flying or index - start - urgent_count >= RUN_GAP:
                break
            size += size_on_air(outgoing.entry)
            left_out.add(outgoing.entry)
            if batch and (size > max_bytes or left_out.is_too_much):
                break
            batch.append(outgoing)
            if _level(outgoing) <= level:
                urgent_count = len(batch)
        return batch[: max(urgent_count, 1)]

    def _head(self, heap: list[int]) -> int | None:
        while heap:
            if heap[0] in self._waiting and heap[0] not in self._flying:
                return heap[0]
            heappop(heap)
        return None

    def _land(self, index: int) -> None:
        size = self._flying.pop(index, None)
        if size is not None:
            self.flying_bytes -= size
            self._again.discard(index)
            heappush(self._levels[_level(self._waiting[index])], index)

    def _forget_within(self, start: int, end: int) -> None:
        """Forget what waits within a range, at the cost of what waits or of the range, whichever is less."""
        if end - start <= len(self._waiting):
            self._forget(range(start, end))
        else:
            self._forget([index for index in self._waiting if start <= index < end])

    def _forget(self, indices: Iterable[int]) -> None:
        any_again = bool(self._reoffered or self._again)
        for index in indices:
            if self._waiting.pop(index, None) is not None:
                self.flying_bytes -= self._flying.pop(index, 0)
                if any_again:
                    self._reoffered.discard(index)
                    self._again.discard(index)

    def _advance_offered(self) -> None:
        while self._offered in self._waiting or self._offered in self._beyond:
            self._offered += 1
