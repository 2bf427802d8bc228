"""What we tell the other side about its log: what is durable here, our receipts, what we lack."""

from collections.abc import Sequence
from typing import Final

from coupefeu.link.meter import Meter
from coupefeu.wire.packet import Ack, CosignatureItem, Hole, Item, RunReceiptItem

MAX_RANGES: Final = 64
MAX_KEPT_RUNS: Final = 1_024
MAX_RECEIPTS_A_FRAME: Final = 32
MAX_HOLES: Final = 64
"""Requests that wait; the oldest goes first when there are more, for what is lacking is asked for again."""


class Holdings:
    """The receiving half's voice. The newest co-signature of each log is kept, to be said again when it got lost."""

    def __init__(self, holes_per_s: int) -> None:
        """`holes_per_s`: what the other side hears of us in a second; we ask half as often, for a path may bunch."""
        self._ask_per_s = max(1, holes_per_s // 2)
        self._asking = Meter(self._ask_per_s, self._ask_per_s)
        self._ask_due_ms = 0
        self._acks: dict[int, Ack] = {}
        self._changed: dict[int, int] = {}
        self._undated: dict[int, int] = {}
        self._cosignatures: dict[int, CosignatureItem] = {}
        self._runs: dict[tuple[int, int, int], RunReceiptItem] = {}
        self._receipts: dict[CosignatureItem | RunReceiptItem, None] = {}
        self._holes: dict[tuple[int, int], Hole] = {}

    def held(self, log: int, cumulative: int, selective: Sequence[tuple[int, int]], wait_ms: int) -> None:
        """Set what is durable here; it is said with the next frame, by itself `wait_ms` after the next `date`."""
        self._acks[log] = Ack(log, cumulative, tuple(selective)[:MAX_RANGES])
        self._undated[log] = wait_ms
        self._holes = {
            key: hole for key, hole in self._holes.items() if hole.log != log or hole.end > cumulative
        }

    def date(self, mono_ms: int) -> None:
        """Start the waiting of what was set since the last call."""
        for log, wait_ms in self._undated.items():
            self._changed[log] = mono_ms + wait_ms
        self._undated.clear()

    def durable_below(self, log: int) -> int:
        """Return the index below which all of `log` is durable here."""
        ack = self._acks.get(log)
        return 0 if ack is None else ack.cumulative

    def receipt(self, item: CosignatureItem | RunReceiptItem) -> None:
        """Queue a receipt and keep it."""
        self._receipts[item] = None
        if isinstance(item, RunReceiptItem):
            self._runs[item.log, item.start, item.end] = item
            if len(self._runs) > MAX_KEPT_RUNS:
                del self._runs[next(iter(self._runs))]
            return
        newest = self._cosignatures.get(item.log)
        if newest is None or newest.size <= item.size:
            self._cosignatures[item.log] = item
            if self._runs:
                self._runs = {
                    key: run for key, run in self._runs.items() if run.log != item.log or run.end > item.size
                }

    def want(self, hole: Hole) -> None:
        """Queue a request for what we lack."""
        self._holes[hole.log, hole.start] = hole
        if len(self._holes) > MAX_HOLES:
            del self._holes[next(iter(self._holes))]

    def repeat(self, log: int | None = None) -> None:
        """Queue the kept receipts again, of one log or all."""
        kept: list[CosignatureItem | RunReceiptItem] = [*self._cosignatures.values(), *self._runs.values()]
        for item in kept:
            if log is None or item.log == log:
                self._receipts[item] = None

    def greet(self) -> None:
        """Let the next frame say everything: acknowledgements and kept receipts."""
        self._changed = dict.fromkeys(self._acks, 0)
        self.repeat()

    def due_ms(self) -> int | None:
        """Return when something must be said even if nothing else goes."""
        if self._receipts:
            return 0
        asks = [self._ask_due_ms] if self._holes else []
        return min([*self._changed.values(), *asks], default=None)

    def acks(self, *, every: bool) -> list[Item]:
        """Take the acknowledgements to say now: every one, or those that changed."""
        logs = list(self._acks) if every else list(self._changed)
        self._changed.clear()
        return [self._acks[log] for log in logs]

    def receipts_and_holes(self, mono_ms: int) -> list[Item]:
        """Take what else the next frame says; requests beyond our rate wait."""
        receipts = list(self._receipts)
        self._receipts = dict.fromkeys(receipts[MAX_RECEIPTS_A_FRAME:])
        items: list[Item] = [*receipts[:MAX_RECEIPTS_A_FRAME]]
        while self._holes and self._asking.allows(1, mono_ms):
            items.append(self._holes.pop(next(iter(self._holes))))
        self._ask_due_ms = mono_ms + 1_000 // self._ask_per_s if self._holes else 0
        return items
