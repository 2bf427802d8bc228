"""What another log owes us beyond the agreed time: asked for again, and named in our own log (protocol A7).

A body is overdue when its leaf has been here for the time that ROUTINE entries may take to our record, by the wall
clock and, of what came since the start, by the clock that is never set too: what we sign against another party must
not hang on a wall clock that was set. A hole is overdue when nothing has come into its front for as long; that is
measured in memory alone, so a start begins it anew.
"""

from collections.abc import Mapping

from sqlalchemy import bindparam, select

from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Command, Service, Statement
from coupefeu.services.refusals.facts import MAX_RANGES, Reason, Refusal, RefuseEntries
from coupefeu.store import tables
from coupefeu.store.append import act
from coupefeu.store.jobs import Lacking, Overdue
from coupefeu.store.state import LogState, ranges_of
from coupefeu.store.transaction import Transaction

_OVERDUE_BODIES = (
    select(tables.entries.c.idx)
    .where(
        tables.entries.c.log == bindparam("log"),
        tables.LACKS_BODY,
        tables.entries.c.arrived_ms <= bindparam("until_ms"),
        tables.entries.c.arrival < bindparam("before"),
    )
    .order_by(tables.entries.c.idx)
    .limit(1 << 12)
)


def name_overdue(transaction: Transaction, services: Mapping[type[Command], Service]) -> Overdue:
    """Name what is overdue, once; gives what is lacking now, overdue or not."""
    refusals: list[Refusal] = []
    lacking: list[Lacking] = []
    for log, state in transaction.states.items():
        if transaction.line.is_ours(log):
            continue
        refusals += _overdue(transaction, log, state)
        lacking += [Lacking(log=log, start=start, end=end) for start, end in _lacking(state)]
    if not refusals or transaction.line.is_silenced:
        return Overdue(entries=(), lacking=tuple(lacking))
    acted = act(transaction, services, RefuseEntries(refusals=tuple(refusals)))
    return Overdue(entries=acted.entries, lacking=tuple(lacking))


def _overdue(transaction: Transaction, log: int, state: LogState) -> list[Refusal]:
    context = transaction.context
    agreed_ms = context.agreement.deadlines_for(Precedence.ROUTINE).record_s * 1000
    found: list[Refusal] = []
    if state.withheld:
        first = state.first_lacked_after(context.now.mono_ms - agreed_ms)
        before = transaction.next_arrival if first is None else first
        bounds = {"log": log, "until_ms": context.now.utc_ms - agreed_ms, "before": before}
        rows = transaction.select(Statement(_OVERDUE_BODIES, bounds))
        found += _refusals(log, ranges_of(row["idx"] for row in rows), Reason.BODY_MISSING)
    hole, stuck = state.hole(), state.stuck_at == state.size
    front = hole or ((state.size, state.size + 1) if stuck else None)
    if front is None:
        state.stalled = None
    elif state.stalled is None or state.stalled[0] != front[0]:
        state.stalled = (front[0], context.now.mono_ms)
    elif context.now.mono_ms - state.stalled[1] >= agreed_ms:
        found += _refusals(log, (front,), Reason.LEAF_MISSING if hole else Reason.NOT_AS_SIGNED)
    return found


def _refusals(log: int, ranges: tuple[tuple[int, int], ...], reason: Reason) -> list[Refusal]:
    return [Refusal(log=log, ranges=ranges, reason=reason)] if ranges else []


def _lacking(state: LogState) -> list[tuple[int, int]]:
    hole = state.hole()
    return [*state.withheld.ranges(MAX_RANGES), *([hole] if hole else [])]
