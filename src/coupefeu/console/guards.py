"""What stands between a request and the routes: each rule a function with a test of its own (THREATS.md, The console).

A browser sends a page's requests to whatever address the page names, with the cookies of that address. So we ask of
every request: is it meant for us (Host), does one of our own pages ask (Origin, Sec-Fetch-Site), is it JSON.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from coupefeu.console.config import HTTP_PORT, HTTPS_PORT, ConsoleConfig
from coupefeu.console.errors import ForeignError, MisdirectedError, Teller, TooSlowError, WrongTypeError
from coupefeu.console.pressing import pressing
from coupefeu.console.static import OPENED_BY_LINKS
from coupefeu.errors import UsageError

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
OWN_SITES: Final = frozenset({"same-origin", "none"})
"""Sec-Fetch-Site of a request by our own page, and of an address that the officer typed."""
BODY_PART_WITHIN_S: Final = 20.0

POLICY: Final = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "connect-src 'self'; "
    "font-src 'self'; "
    "media-src 'self'; "
    "manifest-src 'self'; "
    "base-uri 'none'; "
    "form-action 'self'; "
    "frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; "
    "trusted-types svelte-trusted-html default"
)
"""The last two: no text becomes markup or a script's address, but what the pages' own templates were built from, and
the one address of the map's worker (`frontend/src/map/engine.ts`): the default there lets nothing else through."""
SANDBOX_POLICY: Final = (
    "sandbox; "
    "default-src 'none'; "
    "style-src 'unsafe-inline'; "
    "base-uri 'none'; "
    "form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Of a draft shown as its readers will see it: a document of no origin, without scripts, that asks for nothing."""
PERMISSIONS: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
        "midi",
        "payment",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
)
PASSKEYS: Final = "publickey-credentials-create=(self), publickey-credentials-get=(self)"
"""Of our own pages alone, and never in a frame: no page of ours has one."""
SPEAKING: Final = "camera=(self), microphone=(self)"
"""Of our own pages alone; the browser asks the officer all the same."""
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": f"{PERMISSIONS}, {PASSKEYS}, {SPEAKING}",
    "x-frame-options": "DENY",
}
TLS_HEADERS: Final = {"strict-transport-security": "max-age=31536000"}
_POLICY_NAME: Final = b"content-security-policy"
_KEEPING: Final = (b"cache-control", b"no-store")

Headers = Sequence[tuple[bytes, bytes]]


def allowed_hosts(config: ConsoleConfig, port: int) -> frozenset[str]:
    """List what Host may say; a browser leaves out the port that its scheme has anyway."""
    bare = port == (HTTPS_PORT if config.tls else HTTP_PORT)
    return frozenset(f"{name}:{port}" for name in config.names) | frozenset(config.names if bare else ())


def check_host(headers: Headers, hosts: frozenset[str]) -> str:
    """Refuse a name that is not ours: a stranger's name may be made to point here (DNS rebinding). Gives the host.

    Raises:
        MisdirectedError: `console.guards.host`.
    """
    host = _only(headers, b"host")
    if host is None or host.lower() not in hosts:
        raise MisdirectedError(
            "the request names another host than this console",
            code="console.guards.host",
            hint=f"Use the address that `coupefeu up` prints: {', '.join(sorted(hosts))}.",
        )
    return host.lower()


def check_origin(method: str, headers: Headers, own: str) -> None:
    """Refuse a page of another origin; whoever changes something must say which page he is.

    Raises:
        ForeignError: `console.guards.origin`.
    """
    origin = _only(headers, b"origin")
    if origin is None and method in SAFE_METHODS and not _all(headers, b"origin"):
        return
    if origin != own:
        raise ForeignError(
            "the request does not come from this console's own page",
            code="console.guards.origin",
            hint=f"A program that asks sends the header Origin: {own}.",
        )


def check_fetch_site(path: str, headers: Headers) -> None:
    """Refuse what the browser itself says another site asked for, even where it sends no Origin.

    A link from elsewhere may open a page. Everything else is refused by default, however its path is written: the same
    route may have many spellings.

    Raises:
        ForeignError: `console.guards.site`.
    """
    site = _only(headers, b"sec-fetch-site")
    if site is None and not _all(headers, b"sec-fetch-site"):
        return
    if site not in OWN_SITES and path not in OPENED_BY_LINKS:
        raise ForeignError(
            "a page of another site asks for this",
            code="console.guards.site",
            hint="Open the console by its own address.",
        )


def check_framing(headers: Headers) -> None:
    """Refuse a body whose end is said in two ways: what stands before us might see another request in it.

    Raises:
        UsageError: `console.guards.framing`.
    """
    if _all(headers, b"content-length") and _all(headers, b"transfer-encoding"):
        raise UsageError(
            "the request gives both Content-Length and Transfer-Encoding",
            code="console.guards.framing",
            hint="Give one of them.",
        )


def check_body_type(headers: Headers) -> None:
    """Refuse a body that is not JSON: forms and plain text are what a foreign page may send unasked.

    Raises:
        WrongTypeError: `console.guards.type`.
    """
    length = _only(headers, b"content-length") or "0"
    if length == "0" and not _all(headers, b"transfer-encoding"):
        return
    kind = (_only(headers, b"content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise WrongTypeError(
            f"a body of type {kind[:40]!r} is not taken",
            code="console.guards.type",
            hint="Send JSON, with Content-Type: application/json.",
        )


def answer_headers(*, tls: bool) -> list[tuple[bytes, bytes]]:
    """List what every answer carries, whatever it answers."""
    headers = HEADERS | (TLS_HEADERS if tls else {})
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in headers.items()]


class Gate:
    """The outermost part of the application: no request reaches a route before every guard has let it pass."""

    def __init__(self, app: "ASGIApp", config: ConsoleConfig, port: int, teller: Teller) -> None:
        self._app = app
        self._scheme = config.scheme
        self._hosts = allowed_hosts(config, port)
        self._headers = answer_headers(tls=config.tls is not None)
        self._teller = teller

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Judge one request, and pass it on or refuse it."""
        values: dict[str, Any] = dict(scope)
        dressed = self._dress(send)
        try:
            self._judge(values)
        except UsageError as error:
            status, body = self._teller.tell(error, method=values["method"], route="")
            await _answer(dressed, status, msgspec.json.encode(body))
            return
        accepted = ",".join(_all(values["headers"], b"accept-encoding"))
        await self._app(scope, in_time(receive), pressing(dressed, accepted))

    def _judge(self, scope: dict[str, Any]) -> None:
        headers, method = scope["headers"], scope["method"]
        host = check_host(headers, self._hosts)
        check_origin(method, headers, f"{self._scheme}://{host}")
        check_fetch_site(scope["path"], headers)
        check_framing(headers)
        if method not in SAFE_METHODS:
            check_body_type(headers)

    def _dress(self, send: "Send") -> "Send":
        """Give every answer its headers; a browser keeps nothing but what its route says it may."""
        names = {name for name, _ in self._headers}

        async def dressed(message: "Message") -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", []))
                theirs = [each for each in given if each[0].lower() not in names]
                may_keep = any(name.lower() == _KEEPING[0] for name, _ in theirs)
                ours = _sandboxed(self._headers) if _asks_for_sandbox(given) else self._headers
                message["headers"] = [*theirs, *ours, *([] if may_keep else [_KEEPING])]
            await send(message)

        return dressed


def _asks_for_sandbox(given: Headers) -> bool:
    """Whether a route asks for the one policy that it may have in the place of ours: the stricter one."""
    return (_POLICY_NAME, SANDBOX_POLICY.encode("ascii")) in [(name.lower(), value) for name, value in given]


def _sandboxed(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [
        (name, SANDBOX_POLICY.encode("ascii") if name == _POLICY_NAME else value) for name, value in headers
    ]


def in_time(receive: "Receive", within_s: float = BODY_PART_WITHIN_S) -> "Receive":
    """Wait for the parts of a body, each for a while only: who stops in the middle lets go of his place."""
    more = True

    async def received() -> Any:
        nonlocal more
        if not more:
            return await receive()
        try:
            message: Any = await asyncio.wait_for(receive(), within_s)
        except TimeoutError as error:
            raise TooSlowError(
                "the request's body did not come", code="console.guards.slow", hint="Try again."
            ) from error
        more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    return received


async def _answer(send: "Send", status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    headers.append((b"content-length", str(len(body)).encode("ascii")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _all(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _only(headers: Headers, name: bytes) -> str | None:
    """Give the one value of a header; one that stands twice is none."""
    values = _all(headers, name)
    return values[0] if len(values) == 1 else None
