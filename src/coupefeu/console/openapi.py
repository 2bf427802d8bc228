"""The OpenAPI document of the console's routes: /api/openapi.json, shown by the page #/api."""

from importlib.metadata import version
from typing import Final

from litestar import Litestar
from litestar._openapi.plugin import OpenAPIPlugin
from litestar.config.app import AppConfig
from litestar.openapi import OpenAPIConfig

TITLE: Final = "Coupe-feu console"
SAYS: Final = (
    "What the console's pages ask of their node. A session's cookie is needed except where it says otherwise; whatever "
    "changes something carries this console's own `Origin`. Every refusal has the body `ErrorValues`: a stable `code`, "
    "what happened, what to do, and the `id` under which node.log has it."
)


def describe_routes(app: Litestar) -> None:
    """Let the application describe its routes, without the pages and routes that the framework would add to them."""
    config = OpenAPIConfig(title=TITLE, version=version("coupefeu"), description=SAYS)
    unused = AppConfig(openapi_config=config)
    app.plugins.get(OpenAPIPlugin).on_app_init(unused)
