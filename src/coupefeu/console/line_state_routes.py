"""The routes of the declared state of the line: how each party holds it, and declaring ours."""

from typing import Any, Final

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.acting import one_of
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import refuses
from coupefeu.console.line_state_values import LineStatePage, LineStateRequest
from coupefeu.console.messages import ONCE_REFUSALS, OnceHeader, recorded, recorded_once
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.errors import PolicyError, StoreError, UsageError
from coupefeu.model.instant import parse_next
from coupefeu.model.line_state import LineState
from coupefeu.node.desk import Desk
from coupefeu.node.incident_values import line_state_values
from coupefeu.services.line_state.commands import DeclareLineState
from coupefeu.services.messages.display import show


@get("/api/line-state", responses=refuses(StoreError("the record cannot be read now", code="store.*")))
async def show_line_state(desk: NamedDependency[ConsoleDesk]) -> LineStatePage:
    """Show how each party declares the line, apart from whether machines reach each other."""
    return await desk.read(_states)


def _states(look: Desk) -> LineStatePage:
    context = look.context()
    views = look.line_states()
    terms = context.agreement.line_state
    return LineStatePage(
        declared=line_state_values(views, text=lambda each: show(each).text),
        calls_pass=terms.calls,
        flash_passes=terms.flash,
        messages_pass=terms.messages,
        next_ms=min((each.next.begins_ms for each in views if each.next is not None), default=None),
        as_of_ms=context.now.utc_ms,
    )


@post(
    "/api/line-state",
    responses=refuses(
        *ONCE_REFUSALS,
        UsageError("there is no such state", code="console.request.state"),
        UsageError("the time cannot be read", code="model.instant.unreadable"),
        UsageError("it cannot be declared so", code="services.line_state.*"),
        PolicyError(
            "it is declared so already, or begins before it is declared", code="services.line_state.*"
        ),
        StoreError("the record cannot be written now", code="store.*"),
    ),
)
async def declare_line_state(
    data: JSONBody[LineStateRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Declare how our party holds the line, on both records; the machines go on as they are."""

    async def do() -> RecordedValues:
        command = DeclareLineState(
            state=one_of(LineState, data.state, "state"),
            from_post=session.post,
            from_ms=parse_next(data.begins, desk.now_ms) if data.begins.strip() else None,
            words=data.words.strip(),
            officer=session.officer,
        )
        return await recorded(desk, command)

    return await recorded_once(desk, request, session, once, do)


LINE_STATE_ROUTES: Final = (show_line_state, declare_line_state)
