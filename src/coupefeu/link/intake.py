"""What the other side, authenticated, sends: metered, checked against the rules of the link, told as events (B8)."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from coupefeu.link.config import Limits
from coupefeu.link.delivery import Delivery
from coupefeu.link.events import (
    AckBeyondOurs,
    BatchReceived,
    Event,
    HoleAsked,
    IncarnationAsked,
    LineTestReceived,
    LogAsked,
    LogPieceReceived,
    PartAsked,
    PartReceived,
    ReceiptReceived,
    SignalReceived,
    SignedAgain,
    Violation,
)
from coupefeu.link.holdings import Holdings
from coupefeu.link.meter import Meter, Tally
from coupefeu.wire.packet import (
    RUN_HORIZON,
    Ack,
    AttachmentAsk,
    AttachmentPart,
    Batch,
    CosignatureItem,
    Hole,
    IncarnationAsk,
    Item,
    LineTestItem,
    LogAsk,
    LogPiece,
    MlDsaCheckpoint,
    MlDsaCosignature,
    RunReceiptItem,
    RunSignature,
    Signal,
)

SMALL_RUN: Final = 16
STATEMENT_COST: Final = 8
"""Entries that one signature to be verified counts for, so that tiny batches do not come cheap."""
TOLD_AGAIN_MS: Final = 1_000
FIRST_ASK_MS: Final = 2_000
LAST_ASK_MS: Final = 60_000

Incoming: TypeAlias = (
    Batch
    | CosignatureItem
    | RunReceiptItem
    | Ack
    | Hole
    | LineTestItem
    | Signal
    | AttachmentAsk
    | AttachmentPart
    | MlDsaCheckpoint
    | MlDsaCosignature
    | IncarnationAsk
    | LogAsk
    | LogPiece
)


def without_superseded(items: Sequence[Item]) -> list[Item]:
    """Leave out of a frame each acknowledgement that a later one of the same log makes needless."""
    last = {item.log: item for item in items if isinstance(item, Ack)}
    return [item for item in items if not isinstance(item, Ack) or last[item.log] is item]


class Intake:
    """The receiving half. A dropped batch is not lost: unacknowledged, it comes again."""

    def __init__(self, limits: Limits, delivery: Delivery, holdings: Holdings, events: list[Event]) -> None:
        self._delivery = delivery
        self._holdings = holdings
        self._events = events
        self._told_ms: dict[str, int] = {}
        self._entries = Meter(limits.entries_per_s, 2 * limits.entries_per_s)
        self._runs = Meter(limits.runs_per_s, 2 * limits.runs_per_s)
        self._receipts = Meter(limits.receipts_per_s, 2 * limits.receipts_per_s)
        self._signals = Meter(limits.signals_per_s, 2 * limits.signals_per_s)
        self._line_tests = Meter(limits.line_tests_per_s, 2 * limits.line_tests_per_s)
        self._holes = Meter(limits.holes_per_s, 2 * limits.holes_per_s)
        self._asks = Meter(limits.asks_per_s, 2 * limits.asks_per_s)
        self._parts = Meter(limits.parts_per_s, 2 * limits.parts_per_s)
        self._ml_dsa = Meter(limits.ml_dsa_per_s, 2 * limits.ml_dsa_per_s)
        self._log_asks = Meter(limits.log_asks_per_s, 2 * limits.log_asks_per_s)
        self._log_pieces = Meter(limits.log_asks_per_s, 2 * limits.log_asks_per_s)
        self._incarnation_asks = Meter(limits.incarnation_asks_per_s, 2 * limits.incarnation_asks_per_s)
        self.beyond_rate = Tally()
        self._unreceipted: list[Hole] = []
        self._ask_ms = 0
        self._ask_wait_ms = FIRST_ASK_MS

    def violation(self, code: str, detail: str, mono_ms: int) -> None:
        """Tell that the other side breaks a rule, at most once a second for each code."""
        if self._may_tell(code, mono_ms):
            self._events.append(Violation(code, detail))

    def take(self, item: Incoming, mono_ms: int, *, is_late: bool, is_greeting: bool) -> None:  # noqa: C901 - one for each item
        """Judge one item and tell the node of it."""
        match item:
            case Batch():
                self._batch(item, mono_ms, is_late=is_late)
            case CosignatureItem() | RunReceiptItem():
                self._receipt(item, mono_ms)
            case Ack():
                self._ack(item, mono_ms, is_greeting=is_greeting)
            case Hole():
                self._hole(item, mono_ms)
            case LineTestItem():
                self._pass_on(LineTestReceived(item), self._line_tests, "line-tests", mono_ms)
            case Signal():
                self._pass_on(SignalReceived(item.payload), self._signals, "signals", mono_ms)
            case AttachmentAsk():
                self._pass_on(PartAsked(item), self._asks, "asks", mono_ms)
            case AttachmentPart():
                self._pass_on(PartReceived(item), self._parts, "parts", mono_ms)
            case MlDsaCheckpoint() | MlDsaCosignature():
                self._pass_on(SignedAgain(item), self._ml_dsa, "ml-dsa", mono_ms)
            case LogAsk():
                self._pass_on(LogAsked(item), self._log_asks, "log-asks", mono_ms)
            case IncarnationAsk():
                self._pass_on(IncarnationAsked(item), self._incarnation_asks, "incarnation-asks", mono_ms)
            case LogPiece():
                self._pass_on(LogPieceReceived(item), self._log_pieces, "log-pieces", mono_ms)

    def ask_for_receipts(self, mono_ms: int) -> None:
        """Ask for co-signatures that were lost on the way: acknowledged at the last look and this one, none seen."""
        wanted = self._delivery.unreceipted()
        if not wanted:
            self._ask_wait_ms = FIRST_ASK_MS
        elif {hole.log for hole in wanted} & {
            hole.log for hole in self._unreceipted
        } and mono_ms >= self._ask_ms:
            for hole in wanted:
                self._holdings.want(hole)
            self._ask_ms = mono_ms + self._ask_wait_ms
            self._ask_wait_ms = min(2 * self._ask_wait_ms, LAST_ASK_MS)
        self._unreceipted = wanted

    def _receipt(self, item: CosignatureItem | RunReceiptItem, mono_ms: int) -> None:
        """Tell of a receipt. One beyond the rate is asked for again later; each costs the node a verification."""
        if not self._within(self._receipts, "receipts", mono_ms):
            return
        if isinstance(item, CosignatureItem):
            self._delivery.receipted(item.log, item.size)
            self._ack(Ack(item.log, item.size), mono_ms, is_greeting=False)
        self._events.append(ReceiptReceived(item))

    def _batch(self, batch: Batch, mono_ms: int, *, is_late: bool) -> None:
        first, count = batch.entries[0].index, len(batch.entries)
        if batch.entries[-1].index > self._holdings.durable_below(batch.log) + RUN_HORIZON:
            self.violation("link.batch.too-far", f"log {batch.log}, entry {first}", mono_ms)
            return
        is_small_run = isinstance(batch.statement, RunSignature) and count <= SMALL_RUN
        meter, amount = (self._runs, 1) if is_small_run else (self._entries, max(count, STATEMENT_COST))
        if self._within(meter, "entries", mono_ms, amount):
            self._events.append(BatchReceived(batch, is_late))

    def _ack(self, ack: Ack, mono_ms: int, *, is_greeting: bool) -> None:
        if not self._delivery.owns(ack.log):
            if ack.cumulative or ack.selective:
                self.violation("link.ack.not-ours", f"log {ack.log}", mono_ms)
            return
        is_possible, known = self._delivery.acknowledge(ack)
        if not is_possible:
            if self._may_tell(f"ack {ack.log}", mono_ms):
                self._events.append(AckBeyondOurs(ack.log, ack.cumulative))
        elif is_greeting and ack.cumulative < known:
            self._hole(Hole(ack.log, ack.cumulative, known), mono_ms)

    def _hole(self, hole: Hole, mono_ms: int) -> None:
        if not self._within(self._holes, "holes", mono_ms):
            return
        if not self._delivery.owns(hole.log):
            self._holdings.repeat(hole.log)
            self._events.append(HoleAsked(hole.log, hole.start, hole.end))
        elif (rest := self._delivery.resend(hole)) is not None:
            self._events.append(HoleAsked(rest.log, rest.start, rest.end))

    def _pass_on(self, event: Event, meter: Meter, name: str, mono_ms: int) -> None:
        if self._within(meter, name, mono_ms):
            self._events.append(event)

    def _within(self, meter: Meter, name: str, mono_ms: int, amount: int = 1) -> bool:
        if meter.allows(amount, mono_ms):
            return True
        self.beyond_rate.add(mono_ms)
        self.violation(f"link.flood.{name}", "beyond the agreed rate", mono_ms)
        return False

    def _may_tell(self, subject: str, mono_ms: int) -> bool:
        told_ms = self._told_ms.get(subject)
        if told_ms is not None and mono_ms - told_ms < TOLD_AGAIN_MS:
            return False
        if len(self._told_ms) > 256:
            self._told_ms.clear()
        self._told_ms[subject] = mono_ms
        return True
