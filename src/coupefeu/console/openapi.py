"""The OpenAPI document of the console's routes, at /api/openapi.json, and as a page at #/api.

The framework describes what a route takes and gives. We add what it cannot know: that every route refuses by one shape
of body, which refusals every route shares, and that whatever changes something says which page it is.
"""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, Final

from litestar import Litestar
from litestar._openapi.plugin import OpenAPIPlugin
from litestar.config.app import AppConfig
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.routes import HTTPRoute

from coupefeu.console.described import describe_types, find_types
from coupefeu.console.errors import (
    STATUSES,
    ErrorValues,
    ForeignError,
    MisdirectedError,
    NotSignedInError,
    TooLargeError,
    TooSlowError,
    WrongTypeError,
)
from coupefeu.errors import CoupefeuError, StoreError, UsageError

TITLE: Final = "Coupe-feu console"
SAYS: Final = (
    "What the console's pages ask of their node; programs may ask the same. Every refusal has the body "
    "`ErrorValues`: a stable `code`, what happened, what to do, and the `id` under which node.log has it. Whoever "
    "changes something sends the console's own address as `Origin`. Instants are UTC milliseconds."
)
REFUSAL: Final = {"$ref": "#/components/schemas/ErrorValues"}

Rows = tuple[tuple[type[CoupefeuError], str, str], ...]
EVERYWHERE: Final[Rows] = (
    (MisdirectedError, "console.guards.host", "the request names another host than this console"),
    (ForeignError, "console.guards.origin", "the request does not come from this console's own page"),
    (ForeignError, "console.guards.site", "a page of another site asks for this"),
)
SIGNED_IN: Final[Rows] = (
    (NotSignedInError, "console.session.none", "this browser is not signed in, or its session has ended"),
    (NotSignedInError, "console.session.two", "the browser sends two sessions for this console"),
)
WITH_BODY: Final[Rows] = (
    (TooSlowError, "console.guards.slow", "the body stopped in the middle"),
    (UsageError, "console.request.malformed", "the body is not the JSON that this route takes"),
    (UsageError, "console.request.invalid", "a field is missing, unknown, or of another type"),
    (TooLargeError, "console.request.too_large", "the request has more bytes than this route takes"),
    (WrongTypeError, "console.guards.type", "the body is not JSON"),
)
WITH_PARAMETERS: Final[Rows] = (
    (UsageError, "console.request.invalid", "a parameter is of another type, or out of range"),
)
WHATEVER_COMES: Final[Rows] = (
    (
        CoupefeuError,
        "node.journal.defect",
        "a defect of ours; nothing was acknowledged, node.log has the incident",
    ),
    (StoreError, "store.*", "the record cannot be read or made durable now"),
)


def plan_document(app: Litestar) -> None:
    """Let the application describe its routes, without the pages that the framework would add to them."""
    config = OpenAPIConfig(
        title=TITLE, version=version("coupefeu"), description=SAYS, use_handler_docstrings=True
    )
    app.plugins.get(OpenAPIPlugin).on_app_init(AppConfig(openapi_config=config))


def make_document(app: Litestar) -> dict[str, Any]:
    """Write the whole document."""
    document = app.openapi_schema.to_schema()
    schemes = {"session": {"type": "apiKey", "in": "cookie", "name": "coupefeu-PARTY"}}
    document["components"]["securitySchemes"] = schemes
    document["paths"] = {
        path: item for path, item in sorted(document["paths"].items()) if path.startswith("/api")
    }
    operations = list(list_operations(app))
    for path, method, handler in operations:
        _complete(document["paths"][path][method], method, handler)
    functions = [handler.fn for _, _, handler in operations]
    describe_types(document["components"]["schemas"], find_types([*functions, make_error]))
    return document


def make_error(error: ErrorValues) -> ErrorValues:
    """Stand for every refusal: no route gives its body, and every route may."""
    return error


def list_operations(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    """Give (path, method in small letters, handler) of every route of the API, in the order of paths."""
    routes = [each for each in app.routes if isinstance(each, HTTPRoute)]
    for route in sorted(routes, key=lambda each: each.path_format):
        for method, (handler, _) in sorted(route.route_handler_map.items()):
            if handler.resolve_include_in_schema() and method != "OPTIONS":
                yield route.path_format, method.lower(), handler


def _complete(operation: dict[str, Any], method: str, handler: HTTPRouteHandler) -> None:
    says = operation.pop("description", "") or ""
    first, _, rest = says.partition("\n\n")
    operation["summary"] = " ".join(first.split()).rstrip(".")
    if rest.strip():
        operation["description"] = rest.strip()
    is_open = bool(handler.opt.get("open"))
    operation["security"] = [] if is_open else [{"session": []}]
    if method != "get":
        operation.setdefault("parameters", []).insert(0, _ORIGIN)
    responses = operation["responses"]
    responses.pop("400", None) if _is_the_frameworks(responses.get("400")) else None
    for error, code, sentence in shared_refusals(operation, is_open=is_open):
        _add(responses, STATUSES[error], code, sentence)
    operation["responses"] = dict(sorted(responses.items()))


def shared_refusals(operation: dict[str, Any], *, is_open: bool) -> Rows:
    """List what a route refuses by what it takes, beside what it says itself: (kind, code, sentence)."""
    rows = EVERYWHERE if is_open else EVERYWHERE + SIGNED_IN
    named = [each for each in operation.get("parameters", []) if each["in"] in {"query", "path"}]
    if operation.get("requestBody"):
        rows += WITH_BODY
    elif named:
        rows += WITH_PARAMETERS
    return rows if is_open else rows + WHATEVER_COMES


def _is_the_frameworks(response: dict[str, Any] | None) -> bool:
    """Tell the framework's own refusal, whose body is not ours, from one that a route has said."""
    return response is not None and response["content"]["application/json"]["schema"] != REFUSAL


def _add(responses: dict[str, Any], status: int, code: str, sentence: str) -> None:
    """Add a refusal; where the route has said the same code, in its own words, those stand."""
    there = responses.setdefault(
        str(status), {"description": "", "content": {"application/json": {"schema": REFUSAL}}}
    )
    if f"`{code}`" not in there["description"]:
        there["description"] = f"{there['description']}\n\n`{code}`: {sentence}".strip()


_ORIGIN: Final = {
    "name": "Origin",
    "in": "header",
    "required": True,
    "description": "The console's own address; browsers send it by themselves.",
    "schema": {"type": "string"},
}
