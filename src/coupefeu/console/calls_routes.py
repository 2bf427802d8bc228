"""Calls: whom we may ring, attempts of both sides, one with its steps; ringing, answering, declining, hanging up."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from coupefeu.console.acting import one_of
from coupefeu.console.calls_acting import (
    answer_command,
    decline_command,
    defer_command,
    hang_up_command,
    join_command,
    place_command,
    withdraw_command,
)
from coupefeu.console.calls_pairs import call_pairs
from coupefeu.console.calls_requests import (
    AnswerCallRequest,
    CallsShownRequest,
    DeclineCallRequest,
    DeferCallRequest,
    JoinCallRequest,
    PlaceCallRequest,
    WithdrawCallRequest,
)
from coupefeu.console.calls_told import call_line, call_values
from coupefeu.console.calls_values import CallPage, CallPairs, CallValues
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import AbsentError, refuses
from coupefeu.console.messages import (
    ONCE_REFUSALS,
    Limit,
    Offset,
    OnceHeader,
    Word,
    as_json,
    insist_live,
    recorded_once,
)
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.errors import PolicyError, StoreError, UsageError
from coupefeu.model.calls import Outcome
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.node.desk import Desk
from coupefeu.services.base import Command
from coupefeu.services.calls.listed import CallFilter

_NO_CALL = AbsentError("it is no call on the record here", code="node.desk.no_call")
_NO_NUMBER = UsageError("no party of this line has this name", code="model.message_number.unknown")
_REFUSED = (
    UsageError("a field is missing, or not as the act has it", code="services.calls.*"),
    PolicyError("the call is past it, or it is not ours to do", code="services.calls.*"),
    StoreError("the record cannot be written now", code="store.*"),
)
_ACTS = refuses(*ONCE_REFUSALS, *_REFUSED, _NO_NUMBER)
Once = Callable[[], Awaitable[RecordedValues]]


# --- looking ------------------------------------------------------------------------------------------------


@get(
    "/api/calls",
    responses=refuses(
        UsageError("a filter names what there is not", code="console.request.*"),
        UsageError("no party of this line has this name", code="model.agreement.no_party"),
    ),
)
async def list_calls(
    desk: NamedDependency[ConsoleDesk],
    offset: Offset = 0,
    limit: Limit = 100,
    outcome: Word = None,
    party: Word = None,
    only_open: Annotated[bool, QueryParameter(name="open")] = False,
) -> Response[CallPage]:
    """Give a window of the attempts of both sides, newest first; `party`: those of one caller."""
    wanted = CallFilter(
        outcome=None if not outcome else one_of(Outcome, outcome, "outcome"),
        caller=None if not party else desk.folder.agreement.party(party.lower()).id,
        only_open=only_open,
    )

    async def make() -> CallPage:
        return await desk.read(partial(_page, wanted=wanted, offset=offset, limit=limit))

    return as_json(await desk.answers.give(("calls", wanted, offset, limit), make))


def _page(look: Desk, wanted: CallFilter, offset: int, limit: int) -> CallPage:
    found = look.calls(wanted, offset, limit)
    return CallPage(
        rows=tuple(map(call_line, found.calls)),
        offset=offset,
        total=found.total,
        looked_at=found.total,
        as_of_ms=found.as_of_ms,
        truncated=False,
    )


@get("/api/calls/pairs")
async def list_pairs(desk: NamedDependency[ConsoleDesk]) -> Response[CallPairs]:
    """Give the pairs of posts that may call each other: whom their node would ring, and when we last spoke."""

    async def make() -> CallPairs:
        return await desk.read(call_pairs)

    return as_json(await desk.answers.give("call-pairs", make))


@get("/api/calls/{party:str}/{index:int}", responses=refuses(_NO_CALL, _NO_NUMBER))
async def show_call(desk: NamedDependency[ConsoleDesk], party: str, index: int) -> CallValues:
    """Give one call with its steps. Looking is no act."""
    number = _number(desk, party, index)
    return await desk.read(partial(_one, call=number, alive=desk.calls.alive))


def _one(look: Desk, call: MessageId, alive: Callable[[str], bool]) -> CallValues:
    view = look.call(call)
    return call_values(view, look.diagnosis(call, alive=alive(view.called)))


# --- acting -------------------------------------------------------------------------------------------------


@post("/api/calls", responses=_ACTS)
async def place(
    data: JSONBody[PlaceCallRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Ring a post of the other side; the attempt stands on our record when this answers, whatever becomes of it."""
    parties = desk.folder.agreement.party_ids
    return await _record(desk, request, session, once, lambda: place_command(data, session, parties))


@post("/api/calls/{party:str}/{index:int}/answer", responses=_ACTS)
async def answer(
    data: JSONBody[AnswerCallRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Answer a call; it rings nowhere from then on."""
    call = _number(desk, party, index)
    return await _record(desk, request, session, once, lambda: answer_command(data, call, session))


@post("/api/calls/{party:str}/{index:int}/decline", responses=_ACTS)
async def decline(
    data: JSONBody[DeclineCallRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Decline a call, with a reason that both records keep."""
    call = _number(desk, party, index)
    return await _record(desk, request, session, once, lambda: decline_command(data, call, session))


@post("/api/calls/{party:str}/{index:int}/defer", responses=_ACTS)
async def defer(
    data: JSONBody[DeferCallRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Put a call off to another post of ours, until a time, or both."""
    call = _number(desk, party, index)
    return await _record(
        desk, request, session, once, lambda: defer_command(data, call, session, desk.now_ms)
    )


@post("/api/calls/{party:str}/{index:int}/withdraw", responses=_ACTS)
async def withdraw(
    data: JSONBody[WithdrawCallRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Take back a call of ours that nobody has answered."""
    call = _number(desk, party, index)
    return await _record(desk, request, session, once, lambda: withdraw_command(data, call, session))


@post("/api/calls/{party:str}/{index:int}/hang-up", responses=_ACTS | refuses(_NO_CALL))
async def hang_up(
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """End a call that was answered; how long it was is reckoned by our own clock."""
    call = _number(desk, party, index)
    view = await desk.read(lambda look: look.call(call))
    duration_ms = desk.backend.runtime.calling.talking_ms(view)
    return await _record(desk, request, session, once, lambda: hang_up_command(call, duration_ms, session))


@post("/api/calls/{party:str}/{index:int}/join", responses=_ACTS)
async def join(
    data: JSONBody[JoinCallRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Name who else is in the room: an interpreter, an adviser, a principal."""
    call = _number(desk, party, index)
    return await _record(desk, request, session, once, lambda: join_command(data, call, session))


@post(
    "/api/calls/shown",
    status_code=204,
    opt={"by_itself": True},  # a page says it, whoever sits before it: no session is prolonged by it
    responses=refuses(
        UsageError("the console has no live stream in this session", code="console.shown.not_live"),
        _NO_NUMBER,
    ),
)
async def confirm_ring_shown(
    data: JSONBody[CallsShownRequest], desk: NamedDependency[ConsoleDesk], session: NamedDependency[Session]
) -> None:
    """Confirm that a visible page of a live console shows calls that ring; nothing is recorded."""
    parties = desk.folder.agreement.party_ids
    calls = [parse_number(each, parties) for each in data.calls]
    insist_live(desk, data.console, session)
    desk.calls.shown(calls)


async def _record(
    desk: ConsoleDesk,
    request: Request[Any, Any, Any],
    session: Session,
    once: str | None,
    command: Callable[[], Command],
) -> RecordedValues:
    """Have the act of a request done, once; its words are an entry of their own behind it. Raises: as `Once.do`."""

    async def do() -> RecordedValues:
        entry = (await desk.act(command()))[0]
        return RecordedValues(number=desk.number(entry), recorded_ms=desk.recorded_ms(entry))

    return await recorded_once(desk, request, session, once, do)


def _number(desk: ConsoleDesk, party: str, index: int) -> MessageId:
    return parse_number(f"{party}/{index}", desk.folder.agreement.party_ids)


CALL_ROUTES: Final = (
    list_calls,
    list_pairs,
    show_call,
    place,
    answer,
    decline,
    defer,
    withdraw,
    hang_up,
    join,
    confirm_ring_shown,
)
