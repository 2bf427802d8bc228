"""The routes of the pages themselves, the OpenAPI document, and whether the console answers at all."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from coupefeu.console.errors import AbsentError
from coupefeu.console.openapi import make_document
from coupefeu.console.parts import Parts
from coupefeu.console.static import PAGES, not_built
from coupefeu.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthValues:
    """The console answers; nothing more is said to whoever asks."""

    answers: bool


@get(["/", "/{path:path}"], opt={"open": True}, include_in_schema=False, sync_to_thread=False)
def page(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """Serve one built file, in the coding that the browser likes best."""
    file = parts.pages.get(request.scope["path"])
    if file is None:
        raise _missing(request.scope["path"], parts)
    headers = {"etag": file.etag, "cache-control": file.cache, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(b"", status_code=304, headers=headers, media_type=file.content_type)
    coding, content = file.choose(request.headers.get("accept-encoding", ""))
    if coding is not None:
        headers["content-encoding"] = coding
    return Response(content, headers=headers, media_type=file.content_type)


@get("/api/health", opt={"open": True}, sync_to_thread=False)
def health() -> HealthValues:
    """Say that the console answers; it needs no session and tells nothing else."""
    return HealthValues(answers=True)


@get("/api/openapi.json", sync_to_thread=False)
def openapi(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Give this document."""
    return make_document(request.app)


def _missing(path: str, parts: Parts) -> AbsentError | ConfigError:
    if path in PAGES and not parts.pages:
        return not_built()
    return AbsentError("there is nothing here", code="console.route.absent", hint="Begin at /.")
