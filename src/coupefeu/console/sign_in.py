"""Signing in by the key of a one-time link, and out; who is signed in."""

from typing import Any

from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.errors import NotSignedInError, TooManyError, refuses
from coupefeu.console.parts import Parts
from coupefeu.console.requests import SessionRequest
from coupefeu.console.sessions import (
    AT_MOST,
    Session,
    cookie_name,
    read_cookies,
    set_cookie,
)
from coupefeu.console.values import SessionValues

MAX_KEY_BYTES = 4_096


@post(
    "/api/session",
    opt={"open": True},
    request_max_body_size=MAX_KEY_BYTES,
    responses=refuses(
        NotSignedInError("the link is unknown, used, expired or displaced", code="console.link.*"),
        TooManyError("too many wrong links from one address", code="console.link.guesses"),
    ),
)
async def sign_in(
    data: JSONBody[SessionRequest], request: Request[Any, Any, Any], parts: NamedDependency[Parts]
) -> Response[SessionValues]:
    """Sign this browser in, once for each link; the answer sets the session's cookie."""
    source = request.client.host if request.client else ""
    invitation = parts.links.redeem(data.key, source)
    await leave_earlier(request, parts)
    secret, session = await parts.sessions.begin(
        post=invitation.post,
        officer=invitation.officer,
        language=invitation.language,
        admitted_by=invitation.admitted_by,
    )
    parts.note("console-signed-in", session=session.mark, post=session.post, source=source)
    lasts_s = lasts_at_most_s(session)
    return Response(parts.describe(session), headers=cookie_header(parts, secret, lasts_s))


@get("/api/session", opt={"locked": True}, sync_to_thread=False)
def show_session(session: NamedDependency[Session], parts: NamedDependency[Parts]) -> SessionValues:
    """Say who is signed in at this browser."""
    return parts.describe(session)


@post("/api/session/stay", status_code=200, opt={"reads": True}, sync_to_thread=False)
def stay(session: NamedDependency[Session], parts: NamedDependency[Parts]) -> SessionValues:
    """Stay signed in: an officer pressed that he is there; gives until when the session lasts now.

    Whatever an officer does prolongs his session alike; this is for who only watches.
    """
    return parts.describe(session)


@delete("/api/session", status_code=204, opt={"locked": True, "reads": True})
async def sign_out(session: NamedDependency[Session], parts: NamedDependency[Parts]) -> Response[None]:
    """Sign this browser out; its event streams end."""
    await parts.sessions.end(session)
    return Response(None, status_code=204, headers=cookie_header(parts, "", 0))


async def leave_earlier(request: Request[Any, Any, Any], parts: Parts) -> None:
    """End the session that a browser had when it signs in anew."""
    try:
        await parts.sessions.end(parts.sessions.find(cookies_of(request, parts)))
    except NotSignedInError:
        return


def cookies_of(request: Any, parts: Parts) -> list[str]:
    """List the secrets that a request brings for this party's console."""
    headers = request.headers.getall("cookie", [])
    return read_cookies(headers, cookie_name(parts.config.party, tls=parts.config.tls is not None))


def lasts_at_most_s(session: Session) -> int:
    """Say how long a browser keeps the cookie of a session that has just begun."""
    return AT_MOST * (session.expires_ms - session.signed_in_ms) // 1_000


def cookie_header(parts: Parts, secret: str, lasts_s: int) -> dict[str, str]:
    """Give the header that hands a browser its secret, or takes it away."""
    tls = parts.config.tls is not None
    name = cookie_name(parts.config.party, tls=tls)
    return {"set-cookie": set_cookie(name, secret, tls=tls, lasts_s=lasts_s)}
