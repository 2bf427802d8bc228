"""The routes of notices on their way down: who has one, reports, STOP, check-ins, links of units, the gap list."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.acting import one_of
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import AbsentError, refuses
from coupefeu.console.messages import ONCE_REFUSALS, OnceHeader, recorded, recorded_once
from coupefeu.console.parts import Parts
from coupefeu.console.passing_requests import (
    PassingActName,
    PassingActRequest,
    TelephoneRequest,
    UnitLinkRequest,
    UnitRequest,
)
from coupefeu.console.passing_values import (
    GapPage,
    MadeLink,
    NotedTelephone,
    PassingLine,
    PassingPage,
    UnitLinkValues,
)
from coupefeu.console.sessions import Session
from coupefeu.console.unit_inviting import unit_address
from coupefeu.console.values import RecordedValues
from coupefeu.errors import ConfigError, PolicyError, StoreError, UsageError
from coupefeu.model.instant import parse_last
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.model.notices import CheckIn, Level
from coupefeu.node.desk import Desk
from coupefeu.node.passing.acting import Acting
from coupefeu.node.passing.desk import Passing
from coupefeu.node.passing.directory import Telephone, note_telephone, read_directory
from coupefeu.node.passing.values import passing_values, statistics_values
from coupefeu.services.messages.display import show_line
from coupefeu.services.passing.commands import PassingCommand
from coupefeu.services.passing.facts import NamedUnit
from coupefeu.services.passing.holds import count_holds

_ABSENT = AbsentError("there is no notice under this number", code="services.notices.unknown_notice")
_NO_NUMBER = UsageError("no party of this line has this name", code="model.message_number.unknown")
_NOT_LIVE = UsageError("the notice is not in force", code="node.passing.not_live")
_REFUSED = (
    UsageError("a field is missing, or not as its form has it", code="services.passing.*"),
    UsageError("a time cannot be read", code="model.instant.unreadable"),
    UsageError("a name that there is not", code="console.*"),
    PolicyError("it would have no effect, and why", code="services.passing.*"),
    StoreError("the record cannot be written now", code="store.*"),
)


@get("/api/notices/gaps")
async def list_gaps(desk: NamedDependency[ConsoleDesk]) -> GapPage:
    """List who is not reached, of every live notice, with whom to telephone next; holds and overdue check-ins."""
    directory = await asyncio.to_thread(read_directory, desk.folder.path)
    return await desk.read(lambda look: _gap_page(look, directory))


def _gap_page(look: Desk, directory: Mapping[str, Telephone]) -> GapPage:
    context = look.context()
    found = look.passing.listed()
    lines = tuple(_line(each, directory, context.parties) for each in found)
    holds = [hold for each in found for hold in each.view.holds]
    impeded = sum(each.view.statistics.impeded for each in found)
    return GapPage(
        rows=tuple(each for each in lines if _says_something(each)),
        alarms=sum(each.alarm for each in lines),
        statistics=statistics_values(count_holds(holds, impeded)),
        as_of_ms=context.now.utc_ms,
    )


def _says_something(line: PassingLine) -> bool:
    return bool(line.gaps or line.stopped or line.held or line.impeded or line.overdue)


def _line(found: Passing, directory: Mapping[str, Telephone], parties: tuple[str, ...]) -> PassingLine:
    values = passing_values(found, directory, parties, show_line)
    return PassingLine(
        number=values.number,
        title=values.title,
        ours=values.ours,
        alarm=values.alarm,
        stopped=values.stopped,
        held=values.held,
        impeded=values.impeded,
        start_ms=values.start_ms,
        lead_begins_ms=values.lead_begins_ms,
        overdue=sum(each.overdue_ms is not None for each in values.points),
        gaps=values.gaps,
    )


@get("/api/notices/{party:str}/{index:int}/passing", responses=refuses(_ABSENT, _NO_NUMBER))
async def show_passing(
    parts: NamedDependency[Parts], session: NamedDependency[Session], party: str, index: int
) -> PassingPage:
    """Give one notice as it stands below the desks, by its number or that of any act about it."""
    desk, number = parts.desk, _number(parts.desk, party, index)
    directory = await asyncio.to_thread(read_directory, desk.folder.path)
    found = await desk.read(lambda look: look.passing.get(number))
    return PassingPage(
        passing=passing_values(found, directory, desk.folder.agreement.party_ids, show_line),
        links=tuple(_links(parts, found)),
        officer=session.officer,
    )


def _links(parts: Parts, found: Passing) -> Iterable[UnitLinkValues]:
    for unit in found.view.units:
        expires_ms = parts.units.links.expires_ms(found.notice.id, unit.name) if unit.ours else None
        if expires_ms is not None:
            yield UnitLinkValues(unit=show_line(unit.name), expires_ms=expires_ms)


@post(
    "/api/notices/{party:str}/{index:int}/passing",
    responses=refuses(*ONCE_REFUSALS, *_REFUSED, _ABSENT, _NO_NUMBER, _NOT_LIVE),
)
async def act_on_passing(
    data: JSONBody[PassingActRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Pass a notice down, report a unit by voice, say STOP or take it back, or check a movement in."""
    number = _number(desk, party, index)

    async def do() -> RecordedValues:
        found = await desk.read(lambda look: look.passing.get(number))
        done = await recorded(desk, _command(data, found, session, desk.now_ms))
        noted = {each.name: each.telephone for each in data.units if each.telephone is not None}
        if noted:
            await asyncio.to_thread(note_telephone, desk.folder.path, noted)
        return done

    return await recorded_once(desk, request, session, once, do)


def _command(asked: PassingActRequest, found: Passing, session: Session, now_ms: int) -> PassingCommand:
    officer = asked.officer if asked.act is PassingActName.REACHED and asked.officer else session.officer
    acting = Acting(found=found, from_post=session.post, officer=officer)
    match asked.act:
        case PassingActName.PASS_DOWN:
            return acting.pass_down(tuple(map(_unit, asked.units)), asked.words)
        case PassingActName.REACHED:
            at_ms = parse_last(asked.at, now_ms)
            return acting.reached(asked.unit, at_ms, asked.spoken_to, asked.words)
        case PassingActName.STOP:
            return acting.stop(asked.words)
        case PassingActName.RESUME:
            return acting.resume(asked.words)
        case PassingActName.CHECK_IN:
            said = one_of(CheckIn, asked.check_in, "check_in")
            return acting.check_in(asked.point, said, parse_last(asked.at, now_ms), asked.words)


def _unit(asked: UnitRequest) -> NamedUnit:
    level = None if asked.level == "none" else one_of(Level, asked.level, "level")
    return NamedUnit(name=asked.name, level=level)


@post(
    "/api/notices/{party:str}/{index:int}/links",
    responses=refuses(
        UsageError("the unit is not one that we have passed it down to", code="console.unit.not_listed"),
        ConfigError("the link could not be kept", code="keys.files.*"),
        _ABSENT,
        _NO_NUMBER,
        _NOT_LIVE,
    ),
)
async def make_unit_link(
    data: JSONBody[UnitLinkRequest],
    parts: NamedDependency[Parts],
    session: NamedDependency[Session],
    party: str,
    index: int,
) -> MadeLink:
    """Make the link by which a unit acknowledges, given this once; the one before ends. Or end what there is."""
    number = _number(parts.desk, party, index)
    if data.end:
        await parts.units.revoke(number, data.unit)
        return MadeLink(unit=data.unit, link="", expires_ms=None)
    key, link = await parts.units.issue(number, data.unit, session.post)
    return MadeLink(unit=data.unit, link=unit_address(parts, key), expires_ms=link.expires_ms)


@post(
    "/api/units/telephone",
    status_code=200,
    responses=refuses(UsageError("a name or a line cannot be noted", code="node.passing.telephone")),
)
async def note_unit_telephone(
    data: JSONBody[TelephoneRequest], desk: NamedDependency[ConsoleDesk]
) -> NotedTelephone:
    """Note whom to telephone for a unit; it stays with this node, on no record."""
    await asyncio.to_thread(note_telephone, desk.folder.path, {data.unit: data.telephone})
    return NotedTelephone(unit=data.unit, telephone=data.telephone)


def _number(desk: ConsoleDesk, party: str, index: int) -> MessageId:
    return parse_number(f"{party}/{index}", desk.folder.agreement.party_ids)


PASSING_ROUTES: Final = (list_gaps, show_passing, act_on_passing, make_unit_link, note_unit_telephone)
