"""The page of the HTTP API, in the real browser: all that the document has, from the node itself, by keyboard alone."""

from itertools import product

import pytest
from tests.console.looking import cut_texts, violations
from tests.sizes import size

from coupefeu.words import LANGUAGES, say

WAYS_TO_LOOK = list(product(LANGUAGES, (360, 1280), (False, True)))[:: size(small=5, full=1)]
"""Language, width, dark; every fifth shows each language, both widths and both schemes."""


def document(page):
    return page.evaluate("fetch('/api/openapi.json').then((answer) => answer.json())")


def test_every_route_and_type_of_the_document_is_there(open_page, desks):
    page = open_page(desks.us, "#/api")
    page.locator("#routes").wait_for()
    written = document(page)
    routes = {f"{method.upper()} {path}" for path, item in written["paths"].items() for method in item}
    shown = page.locator("section[aria-labelledby=routes] summary").all()
    assert {" ".join(each.locator(".method, .path").all_inner_texts()) for each in shown} == routes
    types = page.locator("section[aria-labelledby=types] summary").all_inner_texts()
    assert sorted(types) == sorted(written["components"]["schemas"])


def test_a_route_says_every_code_by_which_it_refuses(open_page, desks):
    page = open_page(desks.us, "#/api")
    route = page.locator("details", has=page.get_by_text("/api/session", exact=True)).filter(has_text="POST")
    route.locator("summary").press("Enter")
    for code in (
        "console.link.*",
        "console.link.guesses",
        "console.guards.origin",
        "console.request.too_large",
    ):
        assert route.get_by_text(code, exact=True).is_visible()


def test_a_type_is_reached_from_where_it_is_named_and_keeps_the_focus(open_page, desks):
    page = open_page(desks.us, "#/api")
    route = page.locator("details", has=page.get_by_text("/api/session", exact=True)).filter(has_text="POST")
    route.locator("summary").press("Enter")
    route.get_by_role("link", name="SessionValues").press("Enter")
    fields = page.locator("#type-SessionValues")
    fields.locator("dt").get_by_text("expires_ms").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "SessionValues"


@pytest.mark.parametrize(("language", "width", "dark"), WAYS_TO_LOOK)
def test_it_can_be_read_by_everybody(open_page, desks, language, width, dark):
    page = open_page(desks.us, "#/api", language=language, width=width, dark=dark)
    page.get_by_role("heading", name=say("ui-api-routes", language)).wait_for()
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert violations(page) == []
    assert cut_texts(page) == []
