"""Content that is older than the agreement lets it be: found in the order of arrival, erased in small steps.

    age of an exchange    since its last entry was stored here; by the terms that its first message names, or those of
                          its arrival, whichever keep it longer
    now                   the earlier of our clock and the other side's newest signed time plus a week of silence
    put off               while something sounds that came within a day; while the other side has not signed for it;
                          while a notice is in force: who keeps apart by it has to read it

Erasing cannot be undone, so a clock of ours that runs years ahead must not be enough for it: what the others sign
bounds it. They can put it off by silence or a false clock, never bring it on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

from sqlalchemy import bindparam, select

from coupefeu.model.agreement import Agreement, RecordMode
from coupefeu.model.entry import is_erasable
from coupefeu.model.erasure import Why
from coupefeu.model.messages import MessageId
from coupefeu.services.base import Command, Context, Service, Statement
from coupefeu.services.erasures.facts import Erasure, RecordErasure
from coupefeu.services.messages import message_status
from coupefeu.services.messages.views import select_facts, select_oldest_flash
from coupefeu.services.notices.tables import select_in_force
from coupefeu.store import tables
from coupefeu.store.append import act
from coupefeu.store.branches import branches_arrived_by, empty_branches
from coupefeu.store.erased import ranges_of_entries
from coupefeu.store.erasing import Receipts, sounding
from coupefeu.store.exchange import MAX_ENTRIES, Exchange, Select, find_exchange
from coupefeu.store.jobs import Acted, EraseExpired, Expired
from coupefeu.store.line import Party
from coupefeu.store.showing import parse_head
from coupefeu.store.transaction import Transaction

STEP_ROWS: Final = 256
STEP_EXCHANGES: Final = 16
"""Looked at in one step: some milliseconds of the writer's time."""
AGAIN_MS: Final = 3_600_000
"""What was put off is looked at again so much later."""
ALARM_MS: Final = 24 * 3_600_000
SILENCE_MS: Final = 7 * 24 * 3_600_000
MAX_SOUNDING: Final = 8

_ARRIVED = (
    select(
        tables.entries.c.arrival,
        tables.entries.c.log,
        tables.entries.c.idx,
        tables.entries.c.arrived_ms,
        tables.entries.c.head,
        tables.entries.c.body.is_not(None).label("held"),
    )
    .where(tables.entries.c.arrival > bindparam("after"))
    .order_by(tables.entries.c.arrival)
    .limit(bindparam("count"))
)
_NEWEST_RECEIPT = (
    select(tables.cosignatures.c.time_s)
    .where(tables.cosignatures.c.log == bindparam("log"), tables.cosignatures.c.holder == bindparam("holder"))
    .order_by(tables.cosignatures.c.size.desc(), tables.cosignatures.c.time_s)
    .limit(1)
)


@dataclass(slots=True)
class Pass:
    """What one step found. `due_ms`: when the first that was passed over may go."""

    after: int
    kept: int | None = None
    due_ms: int | None = None
    has_more: bool = False
    found: list[tuple[Agreement, Exchange]] = field(default_factory=list)

    def passed_over(self, arrival: int, due_ms: int) -> None:
        """Note an entry that keeps its content until then."""
        self.kept = arrival if self.kept is None else self.kept
        self.due_ms = due_ms if self.due_ms is None else min(self.due_ms, due_ms)


class Expiry:
    """Finds what has expired by `now_ms`, for the writer's transaction and for a reader that foresees it."""

    def __init__(
        self, select_rows: Select, context: Context, parties: tuple[Party, ...], now_ms: int
    ) -> None:
        self._select, self._context, self._now_ms = select_rows, context, now_ms
        self._receipts = Receipts(select_rows, parties, context.our_log)
        ages = [each.content_age_s for each in (context.agreement, *context.earlier)]
        agreed = [age for age in ages if age is not None]
        self._shortest_s = min(agreed, default=None)
        self.longest_s = max(agreed, default=None)
        """The greatest age that any agreement of this line lets content have; None: it is kept for ever."""

    @property
    def is_agreed(self) -> bool:
        """Whether any agreement of this line bounds the age of content."""
        return self._shortest_s is not None

    @property
    def next_ms(self) -> int:
        """When to look again although nothing is waited for: something new may have come."""
        return self._now_ms + min((self._shortest_s or 0) * 1_000, AGAIN_MS)

    def look(self, after: int, rows: int = STEP_ROWS, exchanges: int = STEP_EXCHANGES) -> Pass:
        """Look at the entries behind `after`, as many as the bounds let, until one is too young for any term."""
        step = Pass(after=after)
        seen: set[MessageId] = set()
        left = MAX_ENTRIES
        found = self._select(Statement(_ARRIVED, {"after": after, "count": rows}))
        step.has_more = len(found) == rows
        for row in found:
            if self._may_go(row):
                due_ms = row["arrived_ms"] + (self._shortest_s or 0) * 1_000
                if due_ms > self._now_ms:
                    step.passed_over(row["arrival"], due_ms)
                    step.has_more = False
                    break
                if (row["log"], row["idx"]) not in seen:
                    if not exchanges or left <= 0:
                        step.has_more = True
                        break
                    exchanges -= 1
                    left -= self._judge(row, step, seen)
            step.after = row["arrival"]
        return step

    @property
    def oldest_young_ms(self) -> int:
        """What arrived after this is too young for any term."""
        return self._now_ms - (self._shortest_s or 0) * 1_000

    def has_expired(self, row: Mapping[str, Any]) -> bool:
        """Whether an entry of another branch is older than its terms let it be: no order and no exchange names it."""
        age_s = self._terms(row).content_age_s
        return age_s is not None and row["arrived_ms"] + age_s * 1_000 <= self._now_ms

    def _may_go(self, row: Mapping[str, Any]) -> bool:
        if not row["held"]:
            return False
        head = parse_head(row["head"])
        return is_erasable(None if head is None else head.kind)

    def _judge(self, row: Mapping[str, Any], step: Pass, seen: set[MessageId]) -> int:
        """Judge the exchange of an entry; gives how many entries of it are to be erased."""
        exchange = find_exchange(self._select, (row["log"], row["idx"]))
        seen.update(each.id for each in exchange.members)
        agreement = self._terms(row)
        age_s = agreement.content_age_s
        if age_s is None:
            return 0
        due_ms = exchange.span_ms[1] + age_s * 1_000
        if due_ms > self._now_ms:
            step.passed_over(row["arrival"], due_ms)
            return 0
        if self._is_put_off(exchange):
            step.passed_over(row["arrival"], self._now_ms + AGAIN_MS)
            return 0
        if len(exchange.content) > MAX_ENTRIES:
            step.passed_over(row["arrival"], self._now_ms)
        step.found.append((agreement, exchange))
        return len(exchange.content)

    def _terms(self, row: Mapping[str, Any]) -> Agreement:
        """Give the agreement that an entry names, or, if it keeps content longer, the one of the time when it came.

        So what was said keeps its terms, and nobody brings the end of evidence on by naming terms that are past.
        """
        head = parse_head(row["head"])
        at_arrival = self._in_force_at(row["arrived_ms"])
        named = at_arrival if head is None else self._context.agreement_of(head.agreement_version)
        return max(named, at_arrival, key=_kept_s)

    def _in_force_at(self, time_ms: int) -> Agreement:
        """Give the newest version whose instant had come by then; the first where none had."""
        versions = sorted((*self._context.earlier, self._context.agreement), key=lambda each: each.version)
        return next((each for each in reversed(versions) if each.in_force_ms <= time_ms), versions[0])

    def _is_put_off(self, exchange: Exchange) -> bool:
        if any(self._receipts.owed(each) for each in exchange.content):
            return True
        if sounding(self._select, exchange, self._context) is not None:
            return True
        return bool(self._select(select_in_force(exchange.root, self._now_ms)))


def _kept_s(agreement: Agreement) -> float:
    return inf if agreement.content_age_s is None else agreement.content_age_s


def expire(transaction: Transaction, services: Mapping[type[Command], Service], job: EraseExpired) -> Expired:
    """Do one step: erase what has expired of the next entries, and say where to go on, and when."""
    context, select_rows = transaction.context, transaction.select
    now_ms = bounded_now_ms(select_rows, context)
    expiry = Expiry(select_rows, context, transaction.line.parties, now_ms)
    if not expiry.is_agreed:
        return Expired(entries=(), after=job.after)
    if _alarm_sounds(select_rows, context):
        return Expired(entries=(), after=job.after, due_ms=context.now.utc_ms)
    of_branches = branches_arrived_by(transaction, expiry.oldest_young_ms)
    empty_branches(transaction, [each for each in of_branches if expiry.has_expired(each)])
    step = expiry.look(job.after)
    erasures = tuple(_erasures(step.found))
    acted = act(transaction, services, RecordErasure(erasures=erasures)) if erasures else Acted(entries=())
    due_ms = expiry.next_ms if step.due_ms is None else step.due_ms
    return Expired(
        entries=acted.entries,
        gone=acted.gone,
        after=step.after,
        kept=step.kept,
        due_ms=due_ms,
        has_more=step.has_more,
    )


def bounded_now_ms(select_rows: Select, context: Context) -> int:
    """Give the time by which content expires: our clock, but at most a week beyond what the others signed last."""
    shifts = context.agreement.clock_shifts_ms
    us = context.parties.index(context.us)
    signed = [
        row["time_s"] * 1_000 - shifts[holder] + shifts[us]
        for holder in range(len(context.parties))
        if holder != us
        for row in select_rows(Statement(_NEWEST_RECEIPT, {"log": context.our_log, "holder": holder}))
    ]
    return min(context.now.utc_ms, max(signed, default=0) + SILENCE_MS)


def _alarm_sounds(select_rows: Select, context: Context) -> bool:
    """Whether something sounds that came within a day: the officers have other things to do, and so has the disk."""
    rows = select_rows(select_oldest_flash(context.us, MAX_SOUNDING))
    recent = (row for row in rows if row["arrived_ms"] > context.now.utc_ms - ALARM_MS)
    return any(
        message_status(row, select_rows(select_facts((row["log"], row["idx"]))), context).sounds
        for row in recent
    )


def _erasures(found: Iterable[tuple[Agreement, Exchange]]) -> Iterator[Erasure]:
    """Name what the retention takes in one entry; on a line of facts only, each exchange with when it took place."""
    aged: list[MessageId] = []
    roots: list[MessageId] = []
    for agreement, exchange in found:
        places = [each.id for each in exchange.content[:MAX_ENTRIES]]
        if agreement.record_mode is RecordMode.FACT_ONLY:
            ranges = ranges_of_entries(places)
            yield Erasure(why=Why.FACT_ONLY, ranges=ranges, span_ms=exchange.span_ms, about=(exchange.root,))
        else:
            aged += places
            roots.append(exchange.root)
    if aged:
        yield Erasure(why=Why.RETENTION, ranges=ranges_of_entries(aged), about=tuple(roots))
