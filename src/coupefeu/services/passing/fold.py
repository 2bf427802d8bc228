"""How a notice stands below the desks: made of its acts, of what the notice says now, and of the clock.

A unit must have the newest version that changes what it must know, and the newest order of each party. A report counts
for exactly what its author named in its head: nothing that came later is acknowledged by it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.notices import CheckIn, Reached
from coupefeu.services.base import Context, Rows
from coupefeu.services.passing.acts import (
    Act,
    Listed,
    judge_about,
    judge_reached,
    listed_units,
    newest_orders,
    orders_of,
    proof_of,
)
from coupefeu.services.passing.facts import ORDERS
from coupefeu.services.passing.holds import count_holds, fold_holds, fold_points, in_time, is_impeded
from coupefeu.services.passing.status import (
    Gap,
    NoticeKnown,
    OrderView,
    PassingView,
    Proof,
    ReachedView,
    StepView,
    UnitView,
    Why,
)


def fold(notice: NoticeKnown, rows: Rows, context: Context) -> PassingView:
    """Read the acts about a notice (`views.select_acts`); never raises for what a peer wrote."""
    acts = [Act.of(row, context) for row in rows]
    effects = {act.id: judge_about(act, notice) for act in acts}
    good = [act for act in acts if not effects[act.id]]
    listed = listed_units(good)
    said = orders_of(good)
    for act in good:
        if act.kind == Kind.UNIT_REACHED:
            effects[act.id] = judge_reached(act, said, listed)
    orders = newest_orders(good)
    taken = {each.id for each in orders.values()}
    effects |= dict.fromkeys(_took_nothing_back(good), "not_stopped")
    reached: dict[tuple[str, str], list[Act]] = {}
    for act in good:
        if act.kind == Kind.UNIT_REACHED and not effects[act.id]:
            reached.setdefault((act.party, act.fact.unit), []).append(act)
    units = tuple(_unit(each, reached.get(key, ()), orders, notice, context) for key, each in listed.items())
    gaps = _gaps(notice, units, orders)
    check_ins = in_time(act for act in good if act.kind == Kind.CHECKED_IN)
    now_ms = context.now.utc_ms
    holds = fold_holds(check_ins, now_ms)
    impeded = sum(each.fact.check_in is CheckIn.IMPEDED for each in check_ins)
    is_stopped = any(each.kind == Kind.NOTICE_STOPPED for each in orders.values())
    lead_ms = None if notice.start_ms is None else notice.start_ms - notice.lead_s * 1_000
    is_due = is_stopped or (lead_ms is not None and now_ms >= lead_ms)
    return PassingView(
        id=notice.id,
        number=format_number(notice.id, context.parties),
        version=notice.versions[-1].id,
        as_of_ms=now_ms,
        starts_in_ms=None if notice.start_ms is None else notice.start_ms - now_ms,
        lead_begins_ms=lead_ms,
        is_live=notice.is_live,
        alarm=notice.is_live and bool(gaps) and is_due,
        orders=tuple(
            _order(act, act.id in taken, context)
            for act in good
            if act.kind in ORDERS and not effects[act.id]
        ),
        must_know=tuple(each.id for each in orders.values()),
        units=units,
        gaps=gaps,
        points=fold_points(notice.check_points, check_ins, now_ms, is_live=notice.is_live),
        holds=holds,
        statistics=count_holds(holds, impeded),
        is_held=any(each.ended_ms is None for each in holds),
        is_impeded=is_impeded(check_ins),
        steps=tuple(_step(act, effects[act.id], context) for act in _by_time(acts)),
    )


def _took_nothing_back(acts: Iterable[Act]) -> Iterator[MessageId]:
    """Name what says RESUMED where the last order of its party before it was no STOP."""
    last: dict[str, int] = {}
    for act in acts:
        if act.kind == Kind.NOTICE_RESUMED and last.get(act.party) != Kind.NOTICE_STOPPED:
            yield act.id
        if act.kind in ORDERS:
            last[act.party] = act.kind


def _unit(
    listed: Listed, own: Sequence[Act], orders: Mapping[str, Act], notice: NoticeKnown, context: Context
) -> UnitView:
    name, party = listed.unit.name, listed.by.party
    counting = [act for act in own if _counts(act, orders, notice)]
    why = None if counting else _why(own, orders, notice)
    earlier = None if counting or not own else _reached(own[-1], counts=False, context=context)
    return UnitView(
        party=party,
        ours=party == context.us,
        name=name,
        level=listed.level,
        key=listed.unit.key,
        listed_ms=listed.by.row["arrived_ms"],
        listed=format_number(listed.by.id, context.parties),
        reached=_reached(counting[-1], counts=True, context=context) if counting else None,
        earlier=earlier,
        why=why,
    )


def _has_version(act: Act, notice: NoticeKnown) -> bool:
    """Whether it speaks of a version after which nothing changed that a unit must know."""
    last = max((place for place, each in enumerate(notice.versions) if each.reopens), default=0)
    places = {each.id: place for place, each in enumerate(notice.versions)}
    return act.version is not None and places[act.version[0]] >= last


def _counts(act: Act, orders: Mapping[str, Act], notice: NoticeKnown) -> bool:
    named = {order for order, _ in act.orders}
    return _has_version(act, notice) and all(each.id in named for each in orders.values())


def _why(own: Sequence[Act], orders: Mapping[str, Act], notice: NoticeKnown) -> Why:
    if not own:
        is_stopped = any(each.kind == Kind.NOTICE_STOPPED for each in orders.values())
        return Why.STOPPED if is_stopped else Why.NEVER
    named = {order for act in own for order, _ in act.orders}
    unknown = {each.kind for each in orders.values() if each.id not in named}
    if Kind.NOTICE_STOPPED in unknown:
        return Why.STOPPED
    if not any(_has_version(act, notice) for act in own):
        return Why.CHANGED
    return Why.RESUMED if unknown else Why.CHANGED


def _gaps(notice: NoticeKnown, units: Sequence[UnitView], orders: Mapping[str, Act]) -> tuple[Gap, ...]:
    """List who is not reached; what the author asked for, and nobody listed, is a gap as well."""
    if not notice.is_live:
        return ()
    since = {Why.STOPPED: Kind.NOTICE_STOPPED, Why.RESUMED: Kind.NOTICE_RESUMED}
    said = {act.kind: act.row["arrived_ms"] for act in orders.values()}
    gaps = [
        Gap(
            party=each.party,
            ours=each.ours,
            unit=each.name,
            level=each.level,
            why=each.why,
            since_ms=said.get(since[each.why]) if each.why in since else each.listed_ms,
        )
        for each in units
        if each.why is not None
    ]
    names = {each.name.casefold() for each in units}
    asked = [
        Gap(party="", ours=False, unit=name, level=None, why=Why.NOT_PASSED_DOWN, since_ms=None)
        for name in notice.asked
        if name.casefold() not in names
    ]
    return (*gaps, *asked)


# --- how each is shown -----------------------------------------------------------------------------------------


def _reached(act: Act, *, counts: bool, context: Context) -> ReachedView:
    version = act.version or (act.named[0][0], b"")
    return ReachedView(
        id=act.id,
        number=format_number(act.id, context.parties),
        party=act.party,
        unit=act.fact.unit,
        how=act.fact.how or Reached.BY_ITSELF,
        proof=Proof(proof_of(act.fact)),
        at_ms=act.at_ms,
        arrived_ms=act.row["arrived_ms"],
        post=act.row["from_post"],
        officer=act.fact.officer,
        spoken_to=act.fact.spoken_to,
        words=act.fact.words,
        version=version[0],
        orders=tuple(order for order, _ in act.orders),
        counts=counts,
    )


def _order(act: Act, is_newest: bool, context: Context) -> OrderView:
    is_stop = act.kind == Kind.NOTICE_STOPPED
    return OrderView(
        id=act.id,
        number=format_number(act.id, context.parties),
        party=act.party,
        ours=act.party == context.us,
        is_stop=is_stop,
        in_force=is_stop and is_newest,
        post=act.row["from_post"],
        officer=act.fact.officer,
        words=act.fact.words,
        said_ms=act.row["claimed_ms"],
        arrived_ms=act.row["arrived_ms"],
    )


def _step(act: Act, effect: str, context: Context) -> StepView:
    fact = act.fact
    return StepView(
        id=act.id,
        number=format_number(act.id, context.parties),
        kind=act.kind,
        party=act.party,
        ours=act.party == context.us,
        post=act.row["from_post"],
        officer=fact.officer,
        words=fact.words,
        at_ms=act.at_ms,
        said_ms=act.row["claimed_ms"],
        arrived_ms=act.row["arrived_ms"],
        units=(fact.unit,) if fact.unit else tuple(each.name for each in fact.units),
        how=fact.how,
        proof=None if fact.how is None else Proof(proof_of(fact)),
        spoken_to=fact.spoken_to,
        check_in=fact.check_in,
        point=fact.point,
        effect=effect,
    )


def _by_time(acts: Sequence[Act]) -> list[Act]:
    return sorted(acts, key=lambda each: (each.at_ms, each.id))


def required(view: PassingView) -> tuple[MessageId, ...]:
    """Give what a unit acknowledges now: the version, then every order that it must know."""
    return (view.version, *view.must_know)
