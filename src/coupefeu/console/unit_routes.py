"""The page of a unit: a few files of its own, and two requests that its link's key opens; no session, no cookie."""

import html
import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.errors import NotSignedInError, TooManyError, refuses
from coupefeu.console.parts import Parts
from coupefeu.console.static import UNIT_PAGE
from coupefeu.console.unit_desk import UnitLook, exercise_banner
from coupefeu.console.unit_requests import UnitLookRequest, UnitPressRequest
from coupefeu.errors import PolicyError, StoreError, UsageError
from coupefeu.words import LANGUAGES, say

MAX_BYTES: Final = 1_024
_OPEN: Final = {"open": True}
_FILES: Final = files("coupefeu.console") / "unit"
_PROBLEMS: Final = {
    "console.unit.unknown": "passing-unit-unknown",
    "console.unit.changed": "passing-unit-changed-meanwhile",
    "console.unit.many": "passing-unit-many",
    "console.link.guesses": "passing-unit-many",
    "services.passing.already_acknowledged": "passing-unit-already",
    "node.passing.not_live": "passing-unit-over",
    "offline": "passing-unit-offline",
    "failed": "passing-unit-failed",
}
"""What the page says of a refusal, by its code."""
_REFUSED = (
    NotSignedInError("no such link, or it has ended", code="console.unit.unknown"),
    TooManyError("too many wrong keys from one address", code="console.link.guesses"),
    TooManyError("one link was used too often just now", code="console.unit.many"),
)


@get(UNIT_PAGE, opt=_OPEN, include_in_schema=False, sync_to_thread=False)
def unit_page(parts: NamedDependency[Parts]) -> Response[bytes]:
    """Serve the page: the same for everybody, with nothing of a notice."""
    agreement = parts.desk.folder.agreement
    page = _page(agreement.party(parts.config.party).language, is_exercise=agreement.is_exercise)
    return Response(page, media_type="text/html")


@get("/unit.js", opt=_OPEN, include_in_schema=False, sync_to_thread=False)
def unit_script() -> Response[bytes]:
    """Serve its script."""
    return Response(_read("unit.js"), media_type="text/javascript")


@get("/unit.css", opt=_OPEN, include_in_schema=False, sync_to_thread=False)
def unit_style() -> Response[bytes]:
    """Serve its style."""
    return Response(_read("unit.css"), media_type="text/css")


@post(
    "/api/unit/look",
    status_code=200,
    opt=_OPEN,
    request_max_body_size=MAX_BYTES,
    responses=refuses(*_REFUSED),
)
async def unit_look(
    data: JSONBody[UnitLookRequest], request: Request[Any, Any, Any], parts: NamedDependency[Parts]
) -> UnitLook:
    """Show a unit what its notice says, on its link. Puts nothing on record."""
    return await parts.units.look(data.key, _source(request))


@post(
    "/api/unit/press",
    opt=_OPEN,
    request_max_body_size=MAX_BYTES,
    responses=refuses(
        *_REFUSED,
        PolicyError("another version or STOP stands than the page showed", code="console.unit.changed"),
        PolicyError("it was acknowledged before", code="services.passing.already_acknowledged"),
        UsageError("the notice is not in force", code="node.passing.not_live"),
        StoreError("the record cannot be written now", code="store.*"),
    ),
)
async def unit_press(
    data: JSONBody[UnitPressRequest], request: Request[Any, Any, Any], parts: NamedDependency[Parts]
) -> UnitLook:
    """Acknowledge, as the unit itself, the version and orders that the page showed; once."""
    return await parts.units.press(data.key, data.mark, _source(request))


def _source(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""


@cache
def _read(name: str) -> bytes:
    return (_FILES / name).read_bytes()


@cache
def _page(language: str, *, is_exercise: bool) -> bytes:
    words = {
        each: {"name": say("passing-unit-language", each)}
        | {code: say(key, each) for code, key in _PROBLEMS.items()}
        for each in LANGUAGES
    }
    no_script = "".join(f"<p>{html.escape(say('passing-unit-no-script', each))}</p>" for each in LANGUAGES)
    text = _read("unit.html").decode("utf-8")
    told = {
        "{language}": language,
        "{words}": html.escape(json.dumps(words, ensure_ascii=False)),
        "{no_script}": no_script,
        "{banner}": f">{html.escape(exercise_banner())}" if is_exercise else " hidden>",
    }
    for place, value in told.items():
        text = text.replace(place, value)
    return text.encode("utf-8")


UNIT_ROUTES: Final = (unit_page, unit_script, unit_style, unit_look, unit_press)
