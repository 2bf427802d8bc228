"""One HTTP request to a server that nobody has to trust: bounded in time and bytes, no redirect followed, nothing kept.

url  http[s]://HOST[:PORT][/PREFIX]     https by the authorities that this system trusts
"""

import asyncio
import ssl
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import SplitResult, urlsplit

import h11

from coupefeu.errors import BearerError, ConfigError

WITHIN_S: Final = 10.0
MAX_REPLY_BYTES: Final = 131_072
"""Head and body as they come, before anything is made of them."""
MAX_HEAD_BYTES: Final = 16_384
MAX_URL: Final = 512
TEXT: Final = "text/plain; charset=utf-8"
Headers = tuple[tuple[str, str], ...]
_READ_BYTES: Final = 16_384
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server answered; `content_type` without its parameters, in lower case."""

    status: int
    content_type: str
    body: bytes


def check_url(text: str) -> str:
    """Give an address without a slash at its end. Raises: ConfigError: it is none, or holds more than it may."""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in _PORTS and _host_fits(parts) and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if (
        not fits
        or len(text) > MAX_URL
        or not text.isascii()
        or not text.isprintable()
        or set(text) & set(" ?#@\\")
    ):
        raise ConfigError(
            f"{text[:80]!r} is no address of a server",
            code="node.exchange.url",
            hint='Write it such as "https://witness.example" or "http://192.0.2.7:8080/prefix".',
        )
    return text.rstrip("/")


def _host_fits(parts: SplitResult) -> bool:
    if ":" in (parts.hostname or ""):
        IPv6Address(parts.hostname)
    return bool(parts.hostname)


async def post(
    url: str,
    body: bytes,
    *,
    content_type: str = TEXT,
    headers: Headers = (),
    context: ssl.SSLContext | None = None,
) -> Reply:
    """Send one request and read its answer, whatever its status. Raises: BearerError: there is none to be had.

    `context`: whose authorities are trusted over https; None: those of this system.
    """
    return await _exchange(url, "POST", body, (("Content-Type", content_type), *headers), context)


async def get(url: str) -> Reply:
    """Ask for a page and read the answer, whatever its status. Raises: BearerError: there is none to be had."""
    return await _exchange(url, "GET", b"", (("Content-Type", TEXT),), None)


async def _exchange(
    url: str, method: str, body: bytes, headers: Headers, context: ssl.SSLContext | None
) -> Reply:
    try:
        async with asyncio.timeout(WITHIN_S):
            return await _send(urlsplit(url), method, body, headers, context)
    except TimeoutError as error:
        raise _failed("timeout", f"no answer within {WITHIN_S:.0f} s") from error
    except (OSError, h11.ProtocolError) as error:
        raise _failed("failed", _words(error)) from error


async def _send(
    parts: SplitResult, method: str, body: bytes, headers: Headers, context: ssl.SSLContext | None
) -> Reply:
    assert parts.hostname is not None
    if parts.scheme != "https":
        context = None
    elif context is None:
        context = await asyncio.to_thread(_context)
    reader, writer = await asyncio.open_connection(
        parts.hostname, parts.port or _PORTS[parts.scheme], ssl=context, limit=_READ_BYTES
    )
    try:
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        writer.write(_request(connection, parts, method, body, headers))
        await writer.drain()
        return await _read(connection, reader)
    finally:
        writer.transport.abort()


def _request(
    connection: h11.Connection, parts: SplitResult, method: str, body: bytes, headers: Headers
) -> bytes:
    all_headers = [
        ("Host", parts.netloc),
        *headers,
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    ]
    head = connection.send(h11.Request(method=method, target=parts.path or "/", headers=all_headers))
    rest = connection.send(h11.Data(data=body)), connection.send(h11.EndOfMessage())
    return b"".join(each or b"" for each in (head, *rest))


async def _read(connection: h11.Connection, reader: asyncio.StreamReader) -> Reply:
    response: h11.Response | None = None
    body, came = bytearray(), 0
    while True:
        event = connection.next_event()
        match event:
            case h11.NEED_DATA:
                data = await reader.read(_READ_BYTES)
                came += len(data)
                if came > MAX_REPLY_BYTES:
                    raise _failed("too_long", f"an answer of more than {MAX_REPLY_BYTES:,} bytes")
                connection.receive_data(data)
            case h11.Response():
                response = event
            case h11.Data():
                body += event.data
            case h11.EndOfMessage() if response is not None:
                return Reply(status=response.status_code, content_type=_type_of(response), body=bytes(body))
            case h11.InformationalResponse():
                pass
            case _:
                raise _failed("failed", "the connection ended before the answer")


def _type_of(response: h11.Response) -> str:
    found = [value for name, value in response.headers if name == b"content-type"]
    return found[0].decode("latin-1").partition(";")[0].strip().lower() if len(found) == 1 else ""


@cache
def _context() -> ssl.SSLContext:
    """Read the system's authorities once: it takes a moment."""
    return ssl.create_default_context()


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {error.verify_message}"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def _failed(defect: str, says: str) -> BearerError:
    return BearerError(
        says, code=f"node.exchange.{defect}", hint="It is asked again at the next time of its schedule."
    )
