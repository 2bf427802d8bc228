"""The routes of arranged calls: what is on the table, proposing, answering, and the message that goes instead."""

from typing import Any, Final

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.arranged import act_command, arranged_page, propose_command
from coupefeu.console.arranged_requests import ArrangeActName, ArrangeActRequest, ArrangeRequest
from coupefeu.console.arranged_values import ArrangedPage
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import AbsentError, refuses
from coupefeu.console.messages import ONCE_REFUSALS, OnceHeader, recorded, recorded_once
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.errors import PolicyError, StoreError, UsageError
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.node.arranging.looking import find_arrangement
from coupefeu.node.arranging.saying import act_about, fallback, their_post
from coupefeu.node.arranging.values import ArrangementValues, arrangement_values
from coupefeu.services.arranged.commands import ArrangeCommand, ProposeCall
from coupefeu.services.messages.display import show_line

_ABSENT = AbsentError(
    "there is no proposed call under this number", code="services.arranged.unknown_arrangement"
)
_NO_NUMBER = UsageError("no party of this line has this name", code="model.message_number.unknown")
_REFUSED = (
    UsageError("a field is missing, or cannot be read", code="services.arranged.*"),
    UsageError("a name, or a number of a time, that there is not", code="console.*"),
    PolicyError("it would have no effect, and why", code="services.arranged.*"),
    StoreError("the record cannot be written now", code="store.*"),
)


@get("/api/arranged")
async def list_arranged(desk: NamedDependency[ConsoleDesk]) -> ArrangedPage:
    """List the calls that either side proposed to arrange, what changed last first, and who may arrange one."""
    return await desk.read(arranged_page)


@get("/api/arranged/{party:str}/{index:int}", responses=refuses(_ABSENT, _NO_NUMBER))
async def show_arranged(desk: NamedDependency[ConsoleDesk], party: str, index: int) -> ArrangementValues:
    """Give one, by the number of its proposal or of any act about it."""
    number = _number(desk, party, index)
    found = await desk.read(lambda look: find_arrangement(look, number))
    return arrangement_values(found, show_line)


@post("/api/arranged", responses=refuses(*ONCE_REFUSALS, *_REFUSED))
async def propose_call(
    data: JSONBody[ArrangeRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Propose a call between two principals. Nobody's telephone rings by it."""

    async def do() -> RecordedValues:
        command = propose_command(data, session, desk.now_ms)
        return await _recorded(desk, command, command.to_post)

    return await recorded_once(desk, request, session, once, do)


@post(
    "/api/arranged/{party:str}/{index:int}/acts",
    responses=refuses(*ONCE_REFUSALS, *_REFUSED, _ABSENT, _NO_NUMBER),
)
async def act_on_arranged(
    data: JSONBody[ArrangeActRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Put other times, agree, refuse, say who speaks, call off; or write instead, which reaches their duty desk."""
    number = _number(desk, party, index)

    async def do() -> RecordedValues:
        view = (await desk.read(lambda look: find_arrangement(look, number))).view
        agreement, us = desk.folder.agreement, desk.folder.party
        if data.act is ArrangeActName.WRITE:
            said = fallback(view, data.text, session.post, agreement, us, officer=session.officer)
            return await recorded(desk, said)
        command = act_command(data, view.id, session, desk.now_ms, agreement)
        return await _recorded(desk, command, their_post(view, us))

    return await recorded_once(desk, request, session, once, do)


async def _recorded(desk: ConsoleDesk, command: ProposeCall | ArrangeCommand, theirs: str) -> RecordedValues:
    said = await act_about(desk.act, command, desk.folder.agreement, theirs)
    return RecordedValues(number=desk.number(said.entry), recorded_ms=desk.recorded_ms(said.entry))


def _number(desk: ConsoleDesk, party: str, index: int) -> MessageId:
    return parse_number(f"{party}/{index}", desk.folder.agreement.party_ids)


ARRANGED_ROUTES: Final = (list_arranged, show_arranged, propose_call, act_on_arranged)
