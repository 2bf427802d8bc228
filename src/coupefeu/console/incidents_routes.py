"""The routes of incidents: the ledger, one beside the other side's version, reporting, and the acts about one."""

from functools import partial
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.acting import one_of
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import AbsentError, refuses
from coupefeu.console.incidents_reading import act_command, version_command
from coupefeu.console.incidents_requests import IncidentActRequest, IncidentDraft
from coupefeu.console.incidents_told import incident_line, incident_sheet
from coupefeu.console.incidents_values import HeldValues, IncidentPage, IncidentSheet, TriggersValues
from coupefeu.console.messages import (
    ONCE_REFUSALS,
    Limit,
    Offset,
    OnceHeader,
    Word,
    as_json,
    recorded,
    recorded_once,
)
from coupefeu.console.notices_values import NoticeSide
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.errors import PolicyError, StoreError, UsageError
from coupefeu.model.incidents import IncidentForm
from coupefeu.model.messages import MessageId, format_number, parse_number
from coupefeu.node.desk import Desk
from coupefeu.node.incident_acting import ringing
from coupefeu.node.incident_values import trigger_values
from coupefeu.node.places.gazetteer import Gazetteer
from coupefeu.services.incidents.commands import ReportIncident
from coupefeu.services.incidents.listed import IncidentFilter
from coupefeu.services.incidents.rules import MAX_HELD
from coupefeu.services.incidents.said import code_name

_ABSENT = AbsentError("there is no incident under this number", code="services.incidents.unknown_incident")
_NO_NOTICE = AbsentError("there is no notice under this number", code="services.notices.unknown_notice")
_NO_NUMBER = UsageError("no party of this line has this name", code="model.message_number.unknown")
_REFUSED = (
    UsageError("a name that there is not", code="console.request.*"),
    UsageError("a post or a party that the agreement does not have", code="model.agreement.*"),
    UsageError(
        "a field cannot be read, is missing, or is not as its form has it", code="services.incidents.*"
    ),
    PolicyError("it would have no effect, and why", code="services.incidents.*"),
    StoreError("the record cannot be written now", code="store.*"),
)


@get(
    "/api/incidents",
    responses=refuses(UsageError("a filter names what there is not", code="console.request.*")),
)
async def list_incidents(
    desk: NamedDependency[ConsoleDesk],
    offset: Offset = 0,
    limit: Limit = 100,
    side: Word = None,
    form: Word = None,
    is_open: bool | None = None,
) -> Response[IncidentPage]:
    """Give a window of the incidents of both sides, newest first; `side` "ours" or "theirs"."""
    wanted = IncidentFilter(
        ours=None if side is None else one_of(NoticeSide, side, "side") is NoticeSide.OURS,
        form=None if form is None else one_of(IncidentForm, form, "form"),
        is_open=is_open,
    )
    gazetteer = desk.notices.gazetteer
    look = partial(_page, wanted=wanted, offset=offset, limit=limit, gazetteer=gazetteer)
    return as_json(await desk.answers.give(("incidents", wanted, offset, limit), lambda: desk.read(look)))


def _page(look: Desk, wanted: IncidentFilter, offset: int, limit: int, gazetteer: Gazetteer) -> IncidentPage:
    found = look.incidents.listed(wanted, offset, limit)
    return IncidentPage(
        rows=tuple(incident_line(each, gazetteer) for each in found.incidents),
        offset=offset,
        total=found.total,
        looked_at=found.total,
        as_of_ms=found.as_of_ms,
        truncated=False,
    )


@get("/api/incidents/triggers")
async def list_triggers(desk: NamedDependency[ConsoleDesk]) -> TriggersValues:
    """List the agreed events whose form opens in one press, every form, and the agreed times for an answer."""
    agreement = desk.folder.agreement
    terms = agreement.incidents
    return TriggersValues(
        triggers=tuple(map(trigger_values, agreement.triggers)),
        forms=tuple(map(code_name, IncidentForm)),
        reply_s=terms.reply_s,
        meeting_s=terms.meeting_s,
        match_distance_m=terms.match_distance_m,
        match_time_s=terms.match_time_s,
    )


@get("/api/incidents/held/{party:str}/{index:int}", responses=refuses(_NO_NOTICE, _NO_NUMBER))
async def show_held(desk: NamedDependency[ConsoleDesk], party: str, index: int) -> HeldValues:
    """Give the acknowledgements that are held here of a notice: what a report STRUCK AFTER NOTICE names."""
    number, parties = _number(desk, party, index), desk.folder.agreement.party_ids
    held = await desk.read(lambda look: look.incidents.held(number, MAX_HELD))
    return HeldValues(
        notice=format_number(held.notice, parties),
        count=held.count,
        numbers=tuple(format_number(each, parties) for each in held.acknowledgements),
    )


@get("/api/incidents/{party:str}/{index:int}", responses=refuses(_ABSENT, _NO_NUMBER))
async def show_incident(desk: NamedDependency[ConsoleDesk], party: str, index: int) -> IncidentSheet:
    """Give one incident, by the number of its report or of any entry about it, beside the other side's version."""
    number = _number(desk, party, index)
    gazetteer = desk.notices.gazetteer
    return await desk.read(partial(_incident, number=number, gazetteer=gazetteer))


def _incident(look: Desk, number: MessageId, gazetteer: Gazetteer) -> IncidentSheet:
    view = look.incidents.get(number)
    context = look.context()
    return incident_sheet(
        view,
        look.incidents.candidates(view.id),
        gazetteer,
        context.parties,
        tuple(each.number for each in look.mentions(view.id)),
        context.now.utc_ms,
    )


@post("/api/incidents", responses=refuses(*ONCE_REFUSALS, *_REFUSED, _ABSENT, _NO_NUMBER))
async def report_incident(
    data: JSONBody[IncidentDraft],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Report an incident, or say a version of ours anew; everything but the form may be unknown yet.

    Beside a report of precedence FLASH goes a FLASH message that names it, which rings and is acknowledged.
    """

    async def do() -> RecordedValues:
        agreement = desk.folder.agreement
        language = agreement.party(desk.folder.party).language
        command = await desk.read(lambda look: version_command(look, data, session, desk.now_ms, language))
        entry, *_ = await desk.act(command)
        beside = ringing(command, entry, agreement) if isinstance(command, ReportIncident) else None
        if beside is not None:
            await desk.act(beside)
        return RecordedValues(number=desk.number(entry), recorded_ms=desk.recorded_ms(entry))

    return await recorded_once(desk, request, session, once, do)


@post(
    "/api/incidents/{party:str}/{index:int}/acts",
    responses=refuses(*ONCE_REFUSALS, *_REFUSED, _ABSENT, _NO_NUMBER),
)
async def act_on_incident(
    data: JSONBody[IncidentActRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Say whether two are the same event, ask for an explanation or a meeting, answer, follow up, close, open again."""
    number = _number(desk, party, index)

    async def do() -> RecordedValues:
        command = await desk.read(
            lambda look: act_command(look, data, look.incidents.get(number).id, session, desk.now_ms)
        )
        return await recorded(desk, command)

    return await recorded_once(desk, request, session, once, do)


def _number(desk: ConsoleDesk, party: str, index: int) -> MessageId:
    return parse_number(f"{party}/{index}", desk.folder.agreement.party_ids)


INCIDENT_ROUTES: Final = (
    list_incidents,
    list_triggers,
    show_held,
    show_incident,
    report_incident,
    act_on_incident,
)
