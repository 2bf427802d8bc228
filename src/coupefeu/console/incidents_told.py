"""Incidents as the console gives them: every text of an author safe to look at, codes by their names."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from coupefeu.console.incidents_values import (
    CandidateValues,
    FieldBeside,
    FieldSaid,
    IncidentLine,
    IncidentStepValues,
    IncidentValues,
    IncidentVersionValues,
    OwedValues,
    PairingValues,
    QueryValues,
    ReplyValues,
    StatedAs,
    StatedValues,
    TriggerValues,
)
from coupefeu.console.notices_places import altitude_values, position_values
from coupefeu.console.values import WordsValues
from coupefeu.model.incidents import IncidentForm, QueryKind, ReplyField, Trigger
from coupefeu.model.messages import MessageId, format_number
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.node.values import kind_name
from coupefeu.services.incidents.facts import IncidentFact
from coupefeu.services.incidents.status import (
    Candidate,
    Compared,
    IncidentView,
    PairingView,
    QueryView,
    ReplyView,
    StepView,
    VersionView,
)
from coupefeu.services.messages.display import show, show_line

FIELDS: Final = (
    "when",
    "position",
    "uncertainty",
    "place",
    "altitude",
    "our_platform",
    "other_platform",
    "forces",
    "damage",
    "casualties",
    "coordinated",
    "measures",
    "contact_point",
    "provision",
    "words",
    "acknowledgements",
)
"""Every field of a version but its form, in the order of the page."""


def incident_line(view: IncidentView, gazetteer: Gazetteer) -> IncidentLine:
    """Give an incident on one line."""
    fact = view.fact
    return IncidentLine(
        number=view.number,
        party=view.party,
        ours=view.ours,
        form="" if view.form is None else code(view.form),
        state=view.state.value,
        precedence=view.precedence.name,
        when=None if fact is None else _when(fact),
        place="" if fact is None else show_line(fact.place),
        position=None if fact is None or fact.position is None else position_values(fact.position, gazetteer),
        said="" if fact is None else show_line(fact.words),
        reported_ms=view.reported_ms,
        arrived_ms=view.arrived_ms,
        paired=None if view.paired is None else view.paired.number,
        disputed=sum(each.how is Compared.DISPUTED for each in view.compared),
        owed=tuple(_owed(view.queries)),
        effect=view.effect,
    )


def incident_values(
    view: IncidentView,
    candidates: Sequence[Candidate],
    gazetteer: Gazetteer,
    parties: tuple[str, ...],
    us: str,
    mentions: tuple[str, ...],
    now_ms: int,
) -> IncidentValues:
    """Give an incident whole."""
    return IncidentValues(
        line=incident_line(view, gazetteer),
        to_posts=tuple(map(show_line, view.to_posts)),
        post=show_line(view.post),
        officer=show_line(view.officer),
        fields=() if view.fact is None else tuple(_fields(view.fact, gazetteer)),
        notice=None if view.notice is None else format_number(view.notice, parties),
        notice_effect=view.notice_effect,
        held=tuple(format_number(each, parties) for each in view.held),
        versions=tuple(map(_version, view.versions)),
        queries=tuple(_query(each, us, parties) for each in view.queries),
        steps=tuple(map(_step, view.steps)),
        paired=None if view.paired is None else incident_line(view.paired, gazetteer),
        pairing_disputed=view.is_pairing_disputed,
        pairings=tuple(_pairing(each, parties) for each in view.pairings),
        compared=tuple(
            FieldBeside(
                field=each.field,
                ours=stated(each.ours, gazetteer),
                theirs=stated(each.theirs, gazetteer),
                how=each.how.value,
                distance_m=each.distance_m,
            )
            for each in view.compared
        ),
        candidates=tuple(
            CandidateValues(
                line=incident_line(each.incident, gazetteer),
                distance_m=each.distance_m,
                gap_ms=each.gap_ms,
                by_report=each.is_by_report,
            )
            for each in candidates
            if not _is_judged(view, each.incident.id)
        ),
        mentions=mentions,
        as_of_ms=now_ms,
    )


def trigger_values(trigger: Trigger) -> TriggerValues:
    """Give an agreed event."""
    return TriggerValues(
        id=trigger.id,
        form=code(trigger.form),
        precedence=trigger.precedence.name.lower(),
        to=trigger.to,
        name=WordsValues(en=show_line(trigger.en), fr=show_line(trigger.fr), ru=show_line(trigger.ru)),
    )


def code(each: Any) -> str:
    """Name a code as pages and words do: `struck-after-notice`."""
    return str(each.name).lower().replace("_", "-")


def stated(value: Any, gazetteer: Gazetteer) -> StatedValues | None:
    """Say how a field is stated; None: it is not. A pair is first and last instant."""
    match value:
        case None | "":
            found = None
        case bool():
            found = StatedValues(how=StatedAs.YES_NO, yes=value)
        case IncidentForm():
            found = StatedValues(how=StatedAs.FORM, text=code(value))
        case int():
            found = StatedValues(how=StatedAs.COUNT, count=value)
        case Position():
            found = StatedValues(how=StatedAs.POSITION, position=position_values(value, gazetteer))
        case Altitude():
            found = StatedValues(how=StatedAs.ALTITUDE, altitude=altitude_values(value))
        case (start_ms, end_ms):
            found = StatedValues(how=StatedAs.WHEN, start_ms=start_ms, end_ms=end_ms)
        case _:
            found = StatedValues(how=StatedAs.TEXT, text=show(str(value)).text)
    return found


def _fields(fact: IncidentFact, gazetteer: Gazetteer) -> Iterator[FieldSaid]:
    named = {
        "when": _when(fact),
        "uncertainty": fact.uncertainty_m,
        "coordinated": fact.is_coordinated,
    }
    for name in FIELDS:
        value = named[name] if name in named else getattr(fact, name)
        said = value if isinstance(value, StatedValues) else stated(value, gazetteer)
        yield FieldSaid(field=name, said=said)


def _when(fact: IncidentFact) -> StatedValues | None:
    if fact.when_ms is None:
        return None
    return StatedValues(
        how=StatedAs.WHEN, start_ms=fact.when_ms[0], end_ms=fact.when_ms[1], about=fact.is_about
    )


def _owed(queries: Sequence[QueryView]) -> Iterator[OwedValues]:
    """Name what somebody owes: a reply that has not come, a meeting that was not held."""
    for each in queries:
        if each.is_open:
            yield OwedValues(
                query=each.number,
                asks=code(each.asks),
                of=each.of,
                due_ms=each.due_ms,
                overdue=each.is_overdue,
            )
        if each.meeting_due_ms is not None and each.met_ms is None and each.asks is QueryKind.EXPLANATION:
            yield OwedValues(
                query=each.number,
                asks=code(QueryKind.MEETING),
                of=each.of,
                due_ms=each.meeting_due_ms,
                overdue=each.is_meeting_overdue,
            )


def _version(view: VersionView) -> IncidentVersionValues:
    return IncidentVersionValues(
        number=view.number,
        post=show_line(view.post),
        officer=show_line(view.officer),
        changed=tuple(_NAMES.get(each, each) for each in view.changed),
        arrived_ms=view.arrived_ms,
        effect=view.effect,
    )


_NAMES: Final = {
    "when_ms": "when",
    "is_about": "when",
    "uncertainty_m": "uncertainty",
    "is_coordinated": "coordinated",
}
"""Fields of a version by the names that pages have for them."""


def _query(view: QueryView, us: str, parties: tuple[str, ...]) -> QueryValues:
    return QueryValues(
        number=view.number,
        party=view.party,
        ours=view.ours,
        of=view.of,
        asks=code(view.asks),
        at_ms=view.at_ms,
        words=show(view.words).text,
        post=show_line(view.post),
        officer=show_line(view.officer),
        asked_ms=view.asked_ms,
        arrived_ms=view.arrived_ms,
        due_ms=view.due_ms,
        replies=tuple(map(_reply, view.replies)),
        overdue=view.is_overdue,
        default=view.is_default,
        about=_number(view.about, parties),
        meeting=_number(view.meeting, parties),
        meeting_due_ms=view.meeting_due_ms,
        met_ms=view.met_ms,
        meeting_overdue=view.is_meeting_overdue,
        may_reply=view.of == us,
    )


def _reply(view: ReplyView) -> ReplyValues:
    fields = tuple(
        FieldSaid(field=code(ReplyField(number)), said=StatedValues(how=StatedAs.TEXT, text=show(text).text))
        for number, text in sorted(view.fact.fields.items())
        if number in set(ReplyField)
    )
    return ReplyValues(
        number=view.number,
        party=view.party,
        post=show_line(view.post),
        officer=show_line(view.fact.officer),
        fields=fields,
        words=show(view.fact.words).text,
        accepted=view.fact.is_accepted,
        at_ms=view.fact.at_ms,
        end_ms=view.fact.end_ms,
        arrived_ms=view.arrived_ms,
        late=view.is_late,
    )


def _step(view: StepView) -> IncidentStepValues:
    said = view.step or view.closure
    return IncidentStepValues(
        number=view.number,
        kind=kind_name(view.kind),
        code="" if said is None else code(said),
        party=view.party,
        ours=view.ours,
        post=show_line(view.post),
        officer=show_line(view.officer),
        words=show(view.words).text,
        at_ms=view.at_ms,
        arrived_ms=view.arrived_ms,
        effect=view.effect,
    )


def _pairing(view: PairingView, parties: tuple[str, ...]) -> PairingValues:
    return PairingValues(
        number=view.number,
        party=view.party,
        incident=format_number(view.incident, parties),
        other=format_number(view.other, parties),
        same=view.is_same,
        counts=view.counts,
        post=show_line(view.post),
        officer=show_line(view.officer),
        words=show(view.words).text,
        arrived_ms=view.arrived_ms,
        effect=view.effect,
    )


def _is_judged(view: IncidentView, other: MessageId) -> bool:
    """Whether our side has said already whether the two are the same event."""
    return any(each.ours and each.counts and other in {each.incident, each.other} for each in view.pairings)


def _number(entry: MessageId | None, parties: tuple[str, ...]) -> str | None:
    return None if entry is None else format_number(entry, parties)
