"""Incidents as the console gives them: every text of an author safe to look at, codes by their names."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from coupefeu.console.incidents_values import (
    CandidateLine,
    FieldBeside,
    FieldSaid,
    IncidentLine,
    IncidentSheet,
    OwedValues,
    StatedAs,
    StatedValues,
)
from coupefeu.console.notices_places import altitude_values, position_values
from coupefeu.model.incidents import IncidentForm, QueryKind
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude
from coupefeu.node.incident_values import incident_thread
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.services.incidents.facts import IncidentFact
from coupefeu.services.incidents.said import code_name
from coupefeu.services.incidents.status import Candidates, Compared, IncidentView, QueryView
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
        form="" if view.form is None else code_name(view.form),
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


def incident_sheet(
    view: IncidentView,
    candidates: Candidates,
    gazetteer: Gazetteer,
    parties: tuple[str, ...],
    mentions: tuple[str, ...],
    now_ms: int,
) -> IncidentSheet:
    """Give an incident whole."""
    return IncidentSheet(
        line=incident_line(view, gazetteer),
        thread=incident_thread(view, parties, text=lambda each: show(each).text),
        fields=() if view.fact is None else tuple(_fields(view.fact, gazetteer)),
        paired=None if view.paired is None else incident_line(view.paired, gazetteer),
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
            CandidateLine(
                line=incident_line(each.incident, gazetteer),
                distance_m=each.distance_m,
                gap_ms=each.gap_ms,
                by_report=each.is_by_report,
            )
            for each in candidates.near
        ),
        not_compared=candidates.not_compared,
        mentions=mentions,
        as_of_ms=now_ms,
    )


def stated(value: Any, gazetteer: Gazetteer) -> StatedValues | None:
    """Say how a field is stated; None: it is not. A pair is first and last instant."""
    match value:
        case None | "":
            found = None
        case bool():
            found = StatedValues(how=StatedAs.YES_NO, yes=value)
        case IncidentForm():
            found = StatedValues(how=StatedAs.FORM, text=code_name(value))
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
                asks=code_name(each.asks),
                of=each.of,
                due_ms=each.due_ms,
                overdue=each.is_overdue,
            )
        if each.meeting_due_ms is not None and each.met_ms is None and each.asks is QueryKind.EXPLANATION:
            yield OwedValues(
                query=each.number,
                asks=code_name(QueryKind.MEETING),
                of=each.of,
                due_ms=each.meeting_due_ms,
                overdue=each.is_meeting_overdue,
            )
