"""The application: every route of the console in one list, what each is given, and what every refusal looks like."""

from collections.abc import Callable
from typing import Any, Final

from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, ControllerRouterHandler

from coupefeu.console.admitting import ADMISSION_ROUTES
from coupefeu.console.agreement_routes import AGREEMENT_ROUTES
from coupefeu.console.arranged_routes import ARRANGED_ROUTES
from coupefeu.console.calls_routes import CALL_ROUTES
from coupefeu.console.communique_routes import COMMUNIQUE_ROUTES
from coupefeu.console.connections import prove
from coupefeu.console.demo import DEMO_ROUTES
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import ErrorValues
from coupefeu.console.events import FEED_ROUTES
from coupefeu.console.figures_routes import FIGURES_ROUTES
from coupefeu.console.firebreak_routes import FIREBREAK_ROUTES
from coupefeu.console.guards import SAFE_METHODS, Gate
from coupefeu.console.incidents_routes import INCIDENT_ROUTES
from coupefeu.console.line_state_routes import LINE_STATE_ROUTES
from coupefeu.console.lock_routes import LOCK_ROUTES, check_lock, check_role
from coupefeu.console.map_routes import MAP_ROUTES
from coupefeu.console.media_routes import MEDIA_ROUTES
from coupefeu.console.messages import MESSAGE_ROUTES
from coupefeu.console.notices_files import NOTICE_FILE_ROUTES
from coupefeu.console.notices_routes import NOTICE_ROUTES
from coupefeu.console.openapi import plan_document
from coupefeu.console.pages import health, openapi, page
from coupefeu.console.parts import Parts
from coupefeu.console.passing_routes import PASSING_ROUTES
from coupefeu.console.passkey_routes import PASSKEY_ROUTES
from coupefeu.console.presence_routes import PRESENCE_ROUTES
from coupefeu.console.preview import PREVIEW_ROUTES
from coupefeu.console.record_routes import RECORD_ROUTES
from coupefeu.console.sessions import Session
from coupefeu.console.sign_in import cookies_of, show_session, sign_in, sign_out, stay
from coupefeu.console.statement_routes import STATEMENT_ROUTES
from coupefeu.console.streams import Streams
from coupefeu.console.unit_routes import UNIT_ROUTES
from coupefeu.console.watching import WATCH_ROUTES

MAX_BODY_BYTES: Final = 65_536
"""Of a request; a route that takes more says so itself."""

ROUTES: Final[tuple[ControllerRouterHandler, ...]] = (
    # signing in and out
    sign_in,
    show_session,
    stay,
    sign_out,
    *LOCK_ROUTES,
    # personal keys, and what persons sign
    *PASSKEY_ROUTES,
    *STATEMENT_ROUTES,
    # the desk, live
    *FEED_ROUTES,
    # whether direct contact holds
    *FIREBREAK_ROUTES,
    # messages
    *MESSAGE_ROUTES,
    *PREVIEW_ROUTES,
    # arranged calls
    *ARRANGED_ROUTES,
    # calls
    *CALL_ROUTES,
    *MEDIA_ROUTES,
    # notices and conflicts
    *NOTICE_ROUTES,
    *NOTICE_FILE_ROUTES,
    # incidents, and the line as it is declared
    *INCIDENT_ROUTES,
    *LINE_STATE_ROUTES,
    # the watch
    *WATCH_ROUTES,
    *ADMISSION_ROUTES,
    # whether posts are there
    *PRESENCE_ROUTES,
    # notices on their way down
    *PASSING_ROUTES,
    *UNIT_ROUTES,
    # what the line was used for
    *FIGURES_ROUTES,
    # the record and the agreement
    *RECORD_ROUTES,
    *AGREEMENT_ROUTES,
    # the map
    *MAP_ROUTES,
    # what strangers are given
    *COMMUNIQUE_ROUTES,
    # the pages, and this list as a document
    health,
    openapi,
    page,
)


def make_app(parts: Parts) -> ASGIApp:
    """Build the application behind its guards; every route needs a session unless its `opt` says `open`."""
    app = make_routes(parts)
    return Gate(app, parts.config, parts.port, parts.teller)


def make_routes(parts: Parts) -> Litestar:
    """Build the routes without the guards that judge where a request comes from."""

    async def need_session(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        if handler.opt.get("open"):
            return
        session = parts.sessions.find(cookies_of(connection, parts))
        prove(connection.scope)
        check_lock(session, handler.opt)
        check_role(str(connection.scope.get("method")), handler.opt, may_act=parts.may_act(session))
        if handler.opt.get("locked"):
            pass
        elif connection.scope.get("method") not in SAFE_METHODS and not handler.opt.get("by_itself"):
            session = await parts.sessions.prolong(session)
        connection.scope["auth"] = session

    def refuse(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorValues]:
        status, body = parts.teller.tell(error, method=request.method, route=_route_of(request))
        return Response(body, status_code=status, media_type="application/json")

    app = Litestar(
        route_handlers=(*ROUTES, *(DEMO_ROUTES if parts.desk.demo else ())),
        guards=[need_session],
        dependencies=_dependencies(parts),
        exception_handlers={Exception: refuse},
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=None,
        logging_config=None,
    )
    plan_document(app)
    return app


def _dependencies(parts: Parts) -> dict[str, Provide]:
    def session(request: Request[Any, Any, Any]) -> Session:
        found: Session = request.auth
        return found

    def desk() -> ConsoleDesk:
        return parts.desk

    def streams() -> Streams:
        return parts.streams

    def given_parts() -> Parts:
        return parts

    given: dict[str, Callable[[], Any] | Callable[[Any], Any]] = {
        "session": session,
        "desk": desk,
        "streams": streams,
        "parts": given_parts,
    }
    return {name: Provide(each, sync_to_thread=False) for name, each in given.items()}


def _route_of(request: Request[Any, Any, Any]) -> str:
    """Name the route by its pattern; what was typed into it stays out of node.log."""
    return str(request.scope.get("path_template", ""))
