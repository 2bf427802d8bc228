"""An incident and the state of the line made into values (`incident_shapes.py`), each text as `text` gives it."""

from dataclasses import fields
from typing import NamedTuple

from coupefeu.model.incidents import IncidentForm, ReplyField, Trigger
from coupefeu.model.line_state import LineState
from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.incident_shapes import (
    CandidateValues,
    DeclaredValues,
    IncidentComparedValues,
    IncidentField,
    IncidentQueryValues,
    IncidentReplyValues,
    IncidentStepValues,
    IncidentThread,
    IncidentValues,
    IncidentVersionValues,
    LineStatesValues,
    LineStateValues,
    PairedValues,
    PairingValues,
    TriggerValues,
)
from coupefeu.node.values import Text, exactly, kind_name
from coupefeu.services.incidents.facts import IncidentFact
from coupefeu.services.incidents.render import compared_text, stated_fields
from coupefeu.services.incidents.said import code_name
from coupefeu.services.incidents.status import (
    Candidate,
    FieldCompared,
    IncidentView,
    PairingView,
    QueryView,
    ReplyView,
    StepView,
    VersionView,
)
from coupefeu.services.line_state.fold import DeclaredView, LineStateView, gravest


class _Saying(NamedTuple):
    parties: tuple[str, ...]
    text: Text

    def number(self, entry: MessageId | None) -> str:
        return "" if entry is None else format_number(entry, self.parties)


def incident_values(view: IncidentView, parties: tuple[str, ...], text: Text = exactly) -> IncidentValues:
    """Give an incident."""
    saying = _Saying(parties, text)
    thread = incident_thread(view, parties, text)
    return IncidentValues(
        **{each.name: getattr(thread, each.name) for each in fields(thread)},
        number=view.number,
        party=view.party,
        ours=view.ours,
        form=_form(view.form),
        state=view.state.value,
        effect=view.effect,
        precedence=view.precedence.name,
        words="" if view.fact is None else text(view.fact.words),
        reported_ms=view.reported_ms,
        arrived_ms=view.arrived_ms,
        fields=_fields(view.fact, saying),
        acknowledgements=None if view.fact is None else view.fact.acknowledgements,
        paired=None if view.paired is None else _paired(view.paired, saying),
        compared=tuple(_compared(each, saying) for each in view.compared),
    )


def incident_thread(view: IncidentView, parties: tuple[str, ...], text: Text = exactly) -> IncidentThread:
    """Give what was said about an incident."""
    saying = _Saying(parties, text)
    return IncidentThread(
        open=view.is_open,
        post=text(view.post),
        to_posts=tuple(map(text, view.to_posts)),
        officer=text(view.officer),
        said_ms=view.said_ms,
        notice=saying.number(view.notice),
        notice_effect=view.notice_effect,
        held=tuple(map(saying.number, view.held)),
        versions=tuple(_version(each, saying) for each in view.versions),
        queries=tuple(_query(each, saying) for each in view.queries),
        closed_by=None if view.closed_by is None else _step(view.closed_by, saying),
        steps=tuple(_step(each, saying) for each in view.steps),
        pairings=tuple(_pairing(each, saying) for each in view.pairings),
        pairing_disputed=view.is_pairing_disputed,
        beyond=view.beyond,
    )


def candidate_values(found: Candidate) -> CandidateValues:
    """Give a candidate."""
    view = found.incident
    return CandidateValues(
        number=view.number,
        party=view.party,
        form=_form(view.form),
        state=view.state.value,
        said_ms=view.said_ms,
        distance_m=found.distance_m,
        gap_ms=found.gap_ms,
        by_report=found.is_by_report,
    )


def trigger_values(trigger: Trigger) -> TriggerValues:
    """Give a trigger."""
    return TriggerValues(
        id=trigger.id,
        form=code_name(trigger.form),
        precedence=trigger.precedence.name,
        to=trigger.to,
        en=trigger.en,
        fr=trigger.fr,
        ru=trigger.ru,
    )


def line_state_values(views: tuple[LineStateView, ...], text: Text = exactly) -> LineStatesValues:
    """Give the state of the line."""
    return LineStatesValues(
        state=_state(gravest(views)),
        parties=tuple(
            LineStateValues(
                party=each.party,
                ours=each.ours,
                state=_state(each.state),
                since_ms=each.since_ms,
                declared=_declared(each.declared, text),
                next=_declared(each.next, text),
            )
            for each in views
        ),
    )


# --- parts --------------------------------------------------------------------------------------------------


def _form(form: IncidentForm | None) -> str:
    return "" if form is None else code_name(form)


def _state(state: LineState | None) -> str:
    return "" if state is None else state.name.lower()


def _fields(fact: IncidentFact | None, saying: _Saying) -> tuple[IncidentField, ...]:
    rows = () if fact is None else stated_fields(fact)
    return tuple(IncidentField(field=name, value=saying.text(value)) for name, value in rows)


def _compared(field: FieldCompared, saying: _Saying) -> IncidentComparedValues:
    return IncidentComparedValues(
        field=field.field,
        ours=saying.text(compared_text(field.ours)),
        theirs=saying.text(compared_text(field.theirs)),
        how=field.how.value,
        distance_m=field.distance_m,
    )


def _version(view: VersionView, saying: _Saying) -> IncidentVersionValues:
    return IncidentVersionValues(
        number=view.number,
        post=saying.text(view.post),
        officer=saying.text(view.officer),
        said_ms=view.said_ms,
        arrived_ms=view.arrived_ms,
        changed=view.changed,
        effect=view.effect,
    )


def _query(view: QueryView, saying: _Saying) -> IncidentQueryValues:
    return IncidentQueryValues(
        number=view.number,
        party=view.party,
        ours=view.ours,
        of=view.of,
        asks=view.asks.name.lower(),
        at_ms=view.at_ms,
        words=saying.text(view.words),
        post=saying.text(view.post),
        officer=saying.text(view.officer),
        asked_ms=view.asked_ms,
        said_ms=view.said_ms,
        arrived_ms=view.arrived_ms,
        due_ms=view.due_ms,
        open=view.is_open,
        overdue=view.is_overdue,
        default=view.is_default,
        replies=tuple(_reply(each, saying) for each in view.replies),
        about=saying.number(view.about),
        meeting=saying.number(view.meeting),
        meeting_due_ms=view.meeting_due_ms,
        met_ms=view.met_ms,
        meeting_overdue=view.is_meeting_overdue,
    )


def _reply(view: ReplyView, saying: _Saying) -> IncidentReplyValues:
    fact = view.fact
    return IncidentReplyValues(
        number=view.number,
        party=view.party,
        ours=view.ours,
        post=saying.text(view.post),
        officer=saying.text(fact.officer),
        fields=tuple(
            IncidentField(field=ReplyField(key).name.lower(), value=saying.text(value))
            for key, value in sorted(fact.fields.items())
            if value
        ),
        end_ms=fact.end_ms,
        accepted=fact.is_accepted,
        at_ms=fact.at_ms,
        words=saying.text(fact.words),
        replied_ms=view.replied_ms,
        said_ms=view.said_ms,
        arrived_ms=view.arrived_ms,
        late=view.is_late,
    )


def _step(view: StepView, saying: _Saying) -> IncidentStepValues:
    return IncidentStepValues(
        number=view.number,
        kind=kind_name(view.kind),
        party=view.party,
        ours=view.ours,
        post=saying.text(view.post),
        officer=saying.text(view.officer),
        words=saying.text(view.words),
        step="" if view.step is None else view.step.name.lower(),
        closure="" if view.closure is None else view.closure.name.lower(),
        at_ms=view.at_ms,
        said_ms=view.said_ms,
        arrived_ms=view.arrived_ms,
        effect=view.effect,
    )


def _pairing(view: PairingView, saying: _Saying) -> PairingValues:
    return PairingValues(
        number=view.number,
        party=view.party,
        ours=view.ours,
        incident=saying.number(view.incident),
        other=saying.number(view.other),
        same=view.is_same,
        counts=view.counts,
        post=saying.text(view.post),
        officer=saying.text(view.officer),
        words=saying.text(view.words),
        said_ms=view.said_ms,
        arrived_ms=view.arrived_ms,
        effect=view.effect,
    )


def _paired(view: IncidentView, saying: _Saying) -> PairedValues:
    return PairedValues(
        number=view.number,
        party=view.party,
        ours=view.ours,
        form=_form(view.form),
        state=view.state.value,
        post=saying.text(view.post),
        officer=saying.text(view.officer),
        words="" if view.fact is None else saying.text(view.fact.words),
        said_ms=view.said_ms,
        arrived_ms=view.arrived_ms,
        fields=_fields(view.fact, saying),
    )


def _declared(view: DeclaredView | None, text: Text) -> DeclaredValues | None:
    if view is None:
        return None
    return DeclaredValues(
        number=view.number,
        state=_state(view.state),
        from_ms=view.from_ms,
        begins_ms=view.begins_ms,
        back_dated=view.is_back_dated,
        said_ms=view.said_ms,
        arrived_ms=view.arrived_ms,
        post=text(view.post),
        officer=text(view.officer),
        words=text(view.words),
        effect=view.effect,
    )
