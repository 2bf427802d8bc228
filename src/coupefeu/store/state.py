"""Where each log stands, in the writer's memory; put back when a transaction fails."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from coupefeu.model.spans import Spans
from coupefeu.record.tree import Frontier
from coupefeu.store.jobs import Held, Ranges
from coupefeu.wire.packet import Batch, CosignatureItem

HELD_ENTRIES = 1 << 16
HELD_BYTES = 64 << 20
"""What may wait in memory beyond a hole (protocol A7)."""
ROOTS_KEPT = 4096
MAX_RANGES_TOLD = 64


@dataclass(slots=True)
class Waiting:
    """Batches that a hole holds back; memory only, for the sender keeps what is not acknowledged."""

    batches: dict[int, Batch] = field(default_factory=dict)
    entries: int = 0
    bytes: int = 0

    def add(self, batch: Batch, size: int) -> None:
        """Keep a batch by the size of its checkpoint; dropped when the bounds are reached."""
        weight = batch_bytes(batch)
        if (
            size in self.batches
            or self.entries + len(batch.entries) > HELD_ENTRIES
            or self.bytes + weight > HELD_BYTES
        ):
            return
        self.batches[size] = batch
        self.entries += len(batch.entries)
        self.bytes += weight

    def take_next(self) -> Batch | None:
        """Give the batch with the smallest size."""
        if not self.batches:
            return None
        batch = self.batches.pop(min(self.batches))
        self.entries -= len(batch.entries)
        self.bytes -= batch_bytes(batch)
        return batch


@dataclass(slots=True)
class LogState:
    """One log: its tree to `size`, bodies held before `complete`, and what is stored beyond.

    `beyond` holds the indices >= complete that are durable with their bodies (runs, line tests, or entries
    behind a withheld body); `withheld` those below `size` whose body never came.
    """

    frontier: Frontier
    complete: int
    beyond: Spans = field(default_factory=Spans)
    withheld: Spans = field(default_factory=Spans)
    waiting: Waiting = field(default_factory=Waiting)
    roots: dict[int, bytes] = field(default_factory=dict)
    receipt: CosignatureItem | None = None
    closed_at: int | None = None
    """Where the log ends because its party writes another one now; what was held beyond it before stands."""
    stuck_at: int | None = None
    """Our size when the other side last sent what is not as signed."""
    forked_ms: int | None = None
    """When a second branch of this log was last computed (`Moment.mono_ms`)."""
    stalled: tuple[int, int] | None = None
    """The front that nothing comes into, and since when (`Moment.mono_ms`)."""
    lacked: dict[int, int] = field(default_factory=dict)
    """By second of the clock that is never set: the first arrival of a leaf whose body did not come with it."""

    @property
    def root(self) -> bytes:
        """Root at `size`; computed once per size."""
        known = self.roots.get(self.frontier.size)
        return known if known is not None else self.remember(self.frontier.size, self.frontier.root())

    def remember(self, size: int, root: bytes) -> bytes:
        """Keep a root that will be asked for again (references to what was seen)."""
        if len(self.roots) >= ROOTS_KEPT:
            self.roots.clear()
        self.roots[size] = root
        return root

    @property
    def size(self) -> int:
        """Entries covered by a verified checkpoint (ours: all)."""
        return self.frontier.size

    def first_lacked_after(self, mono_ms: int) -> int | None:
        """Return the first arrival after that time that lacked its body; what lies before it is forgotten."""
        self.lacked = {second: first for second, first in self.lacked.items() if second * 1_000 > mono_ms}
        return min(self.lacked.values(), default=None)

    def copy(self) -> "LogState":
        """Enough to put back after a failed transaction; `waiting` is a cache that the sender refills."""
        return LogState(
            frontier=self.frontier.copy(),
            complete=self.complete,
            beyond=self.beyond.copy(),
            withheld=self.withheld.copy(),
            receipt=self.receipt,
            closed_at=self.closed_at,
            stuck_at=self.stuck_at,
            forked_ms=self.forked_ms,
            stalled=self.stalled,
            lacked=self.lacked.copy(),
        )

    def hole(self) -> tuple[int, int] | None:
        """Give the first range that is lacking before something that is here, or waits in memory."""
        start = self.size
        while (stored := max(self.beyond.end_of(start), self.withheld.end_of(start))) > start:
            start = stored
        following = (self.beyond.next_from(start), self.withheld.next_from(start))
        behind = [index for index in following if index is not None]
        firsts = (batch.entries[0].index for batch in self.waiting.batches.values())
        behind += [index for index in firsts if index > start]
        end = min([*behind, *([] if self.closed_at is None else [self.closed_at])], default=start)
        return (start, end) if behind and end > start else None

    def settle(self) -> None:
        """Move `complete` up over what is covered and held."""
        lacking = self.withheld.next_from(self.complete)
        self.complete = self.size if lacking is None else max(self.complete, min(self.size, lacking))
        self.beyond.drop_before(self.complete)

    def held(self, log: int) -> Held:
        """Say what is durable, as the link acknowledges it."""
        return Held(log=log, complete=self.complete, beyond=self.beyond.ranges(MAX_RANGES_TOLD))


def empty_log(log: int, origin: str) -> dict[str, Any]:
    """Give the row of `logs` of a log that holds nothing yet."""
    return {
        "log": log,
        "origin": origin,
        "size": 0,
        "complete": 0,
        "frontier": Frontier().to_bytes(),
        "closed_at": None,
    }


def ranges_of(indices: Iterable[int]) -> Ranges:
    """Join ascending indices into half-open ranges."""
    ranges: list[tuple[int, int]] = []
    for index in indices:
        if ranges and ranges[-1][1] == index:
            ranges[-1] = (ranges[-1][0], index + 1)
        else:
            ranges.append((index, index + 1))
    return tuple(ranges)


def batch_bytes(batch: Batch) -> int:
    """Roughly what a batch occupies."""
    return sum(
        200 + len(getattr(each, "head", b"")) + len(getattr(each, "body", b"")) for each in batch.entries
    )
