"""How an incident stands: made of the entries about it and of the clock; what it means is judged here, when it is read.

Of two entries of one party the later is the one with the higher place in its log. `counted`: the time that counts of an
entry, where more is known than its author's clock and ours (`services.firebreak`); else the claimed time, and never one
later than its arrival here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from coupefeu.model.entry import Kind
from coupefeu.model.incidents import IncidentState
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context, Rows
from coupefeu.services.incidents.acts import Act, Row, is_same
from coupefeu.services.incidents.facts import TEXTS, VERSIONS, IncidentFact
from coupefeu.services.incidents.matching import compare
from coupefeu.services.incidents.queries import fold_queries, judge_queries
from coupefeu.services.incidents.status import IncidentView, PairingView, QueryView, StepView, VersionView

Counted = Mapping[MessageId, int]
_FIELDS = (
    "form", "when_ms", "is_about", "position", "uncertainty_m", "altitude", "is_coordinated", "acknowledgements",
    *(name for name, _ in TEXTS),
)  # fmt: skip


def fold(rows: Rows, root: MessageId, context: Context, counted: Counted | None = None) -> IncidentView:
    """Read the entries about one incident (`views.select_acts`); never raises for what a peer wrote.

    `rows` hold the entry that reported it.
    """
    acts = [Act.of(row) for row in rows]
    report = next(each for each in acts if each.id == root)
    times = {each.id: counted_ms(each.row, counted) for each in acts}
    effects = {each.id: _judge(each, report) for each in acts}
    effects |= judge_queries(acts, effects, context)
    effects |= _judge_closing(acts, effects)
    good = [each for each in acts if not effects[each.id]]
    versions = tuple(_versions(acts, effects, context))
    standing = [each for each in versions if not each.effect]
    queries = fold_queries(good, times, context)
    steps = {each.id: _step(each, effects[each.id], context) for each in acts}
    closing = _closing(good)
    newest = standing[-1] if standing else None
    fact = None if newest is None else newest.fact
    form = None if fact is None else fact.form
    return IncidentView(
        id=root,
        number=format_number(root, context.parties),
        party=report.party,
        ours=report.party == context.us,
        form=form,
        state=_state(closing, queries, good),
        precedence=Precedence(report.row["precedence"])
        if report.row["precedence"] in set(Precedence)
        else Precedence.ROUTINE,
        post=report.row["from_post"],
        to_posts=report.posts,
        officer="" if newest is None else newest.officer,
        reported_ms=times[root],
        said_ms=report.row["claimed_ms"],
        arrived_ms=report.row["arrived_ms"],
        fact=fact,
        notice=None if newest is None else newest.notice,
        notice_effect="",
        held=() if newest is None else newest.held,
        versions=versions,
        queries=queries,
        closed_by=None if closing is None else steps[closing.id],
        steps=tuple(sorted(steps.values(), key=lambda each: (times[each.id], each.id))),
        effect=effects[root],
    )


def counted_ms(row: Row, counted: Counted | None) -> int:
    """Give the time that counts of an entry."""
    known = (counted or {}).get((row["log"], row["idx"]))
    return int(min(row["claimed_ms"], row["arrived_ms"]) if known is None else known)


def _judge(act: Act, report: Act) -> str:
    """Name why an entry is about another incident than the one that is held here, or has no effect by itself."""
    if act.effect or act is report:
        return act.effect
    if report.kind != Kind.INCIDENT_REPORTED or not is_same(report.row["leaf_hash"], act.named[0][1]):
        return "another_entry"
    return ""


def _judge_closing(acts: Sequence[Act], effects: Mapping[MessageId, str]) -> dict[MessageId, str]:
    """Mark what closes an incident that is closed, or opens again one that is open."""
    marked: dict[MessageId, str] = {}
    is_closed = False
    for act in sorted(acts, key=lambda each: each.id):
        if effects[act.id] or act.kind not in {Kind.INCIDENT_CLOSED, Kind.INCIDENT_REOPENED}:
            continue
        closes = act.kind == Kind.INCIDENT_CLOSED
        if closes == is_closed:
            marked[act.id] = "already_closed" if closes else "not_closed"
        is_closed = closes
    return marked


def _closing(good: Iterable[Act]) -> Act | None:
    """Give what closed it last, if nothing has opened it since."""
    turns = [each for each in good if each.kind in {Kind.INCIDENT_CLOSED, Kind.INCIDENT_REOPENED}]
    newest = max(turns, key=lambda each: each.id, default=None)
    return newest if newest is not None and newest.kind == Kind.INCIDENT_CLOSED else None


def _state(closing: Act | None, queries: Sequence[QueryView], good: Sequence[Act]) -> IncidentState:
    if closing is not None:
        return IncidentState.CLOSED
    if any(each.is_open for each in queries):
        return IncidentState.QUERIED
    if any(each.kind == Kind.INCIDENT_FOLLOWED for each in good):
        return IncidentState.FOLLOWED
    return IncidentState.REPLIED if queries else IncidentState.OPEN


def _versions(
    acts: Sequence[Act], effects: Mapping[MessageId, str], context: Context
) -> Iterator[VersionView]:
    before: IncidentFact | None = None
    for act in sorted((each for each in acts if each.kind in VERSIONS), key=lambda each: each.id):
        notice = act.beside[0] if act.beside else None
        effect = effects[act.id]
        fact = None if effect else act.fact
        yield VersionView(
            id=act.id,
            number=format_number(act.id, context.parties),
            fact=fact,
            notice=None if notice is None else notice[0],
            notice_leaf=b"" if notice is None else notice[1],
            held=tuple(place for place, _ in act.beside[1:]),
            changed=_changed(before, fact),
            officer="" if fact is None else fact.officer,
            post=act.row["from_post"],
            said_ms=act.row["claimed_ms"],
            arrived_ms=act.row["arrived_ms"],
            effect=effect,
        )
        before = fact or before


def _changed(before: IncidentFact | None, after: IncidentFact | None) -> tuple[str, ...]:
    if before is None or after is None:
        return ()
    return tuple(name for name in _FIELDS if getattr(before, name) != getattr(after, name))


def _step(act: Act, effect: str, context: Context) -> StepView:
    said = act.said
    return StepView(
        id=act.id,
        number=format_number(act.id, context.parties),
        kind=act.kind,
        party=act.party,
        ours=act.party == context.us,
        post=act.row["from_post"],
        officer=act.officer,
        words=act.words,
        step=said.step,
        closure=said.closure,
        at_ms=said.at_ms,
        said_ms=act.row["claimed_ms"],
        arrived_ms=act.row["arrived_ms"],
        effect=effect,
    )


# --- two versions of one incident -------------------------------------------------------------------------------


def fold_pairings(
    rows: Rows, reports: Mapping[MessageId, bytes], context: Context
) -> tuple[PairingView, ...]:
    """Read what both sides say of being the same event, of the rows of `select_acts` and `select_pairs` together.

    `reports`: the leaf hash of each incident that is here, of those that these rows name (`views.select_reports`).
    """
    said = [act for act in map(Act.of, rows) if act.kind == Kind.INCIDENT_PAIRED and not act.effect]
    effects = {act.id: _judge_pair(act, reports) for act in said}
    newest: dict[tuple[str, MessageId, MessageId], MessageId] = {}
    for act in sorted(said, key=lambda each: each.id):
        if not effects[act.id]:
            newest[act.party, act.root, act.about] = act.id
    return tuple(
        PairingView(
            id=act.id,
            number=format_number(act.id, context.parties),
            party=act.party,
            ours=act.party == context.us,
            incident=act.root,
            other=act.about,
            is_same=bool(act.said.is_same),
            counts=act.id == newest.get((act.party, act.root, act.about)),
            post=act.row["from_post"],
            officer=act.said.officer,
            words=act.said.words,
            said_ms=act.row["claimed_ms"],
            arrived_ms=act.row["arrived_ms"],
            effect=effects[act.id],
        )
        for act in sorted(said, key=lambda each: (each.row["arrival"], each.id))
    )


def _judge_pair(act: Act, reports: Mapping[MessageId, bytes]) -> str:
    (_, leaf), (_, other_leaf), *_ = act.named
    held, other_held = reports.get(act.root), reports.get(act.about)
    if held is None or other_held is None:
        return "unknown_incident"
    return "" if is_same(held, leaf) and is_same(other_held, other_leaf) else "another_entry"


def choose_pair(incident: MessageId, pairings: Sequence[PairingView]) -> tuple[MessageId | None, bool]:
    """Name the other side's version of an incident, and whether one side says that it is not.

    Where both name one it goes before any that one side alone names; then the one named last in its author's log.
    """
    words: dict[MessageId, list[PairingView]] = {}
    for each in pairings:
        if each.counts and incident in {each.incident, each.other}:
            words.setdefault(each.other if each.incident == incident else each.incident, []).append(each)
    same = {
        other: [each.is_same for each in said]
        for other, said in words.items()
        if any(e.is_same for e in said)
    }
    if not same:
        return None, False
    chosen = max(
        same, key=lambda other: (all(same[other]), len(same[other]), max(e.id for e in words[other]))
    )
    return chosen, not all(same[chosen])


def judged_by_us(view: IncidentView) -> frozenset[MessageId]:
    """Name the incidents of which our side has said whether they are the same event as this one."""
    said = [each for each in view.pairings if each.ours and each.counts]
    return frozenset(each.other if each.incident == view.id else each.incident for each in said)


def join(
    view: IncidentView, other: IncidentView | None, pairings: tuple[PairingView, ...], context: Context
) -> IncidentView:
    """Put what the other side says of the same event beside a version."""
    terms = context.agreement.incidents
    if other is None:
        return replace(view, pairings=pairings)
    ours, theirs = (view.fact, other.fact) if view.ours else (other.fact, view.fact)
    is_disputed = choose_pair(view.id, pairings)[1]
    compared = (
        () if ours is None or theirs is None else compare(ours, theirs, terms, context.agreement.skew_s)
    )
    return replace(view, pairings=pairings, paired=other, is_pairing_disputed=is_disputed, compared=compared)
