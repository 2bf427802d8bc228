"""What holds for every page, whatever it shows: access for all (WCAG 2.2 AA), no text cut, in every dress."""

import pytest
from tests.console.browser import HEIGHTS
from tests.console.furnishing import furnish
from tests.console.looking import cut_texts, violations

PAGES = {
    "line": "#/line",
    "messages": "#/messages",
    "message": "#/messages/{number}",
    "record": "#/record",
    "entry": "#/record/{number}",
    "agreement": "#/agreement",
    "api": "#/api",
}
LANGUAGES = ("en", "fr", "ru")


@pytest.fixture(scope="session")
def furnished(_joined):
    """A record with something of everything; gives the number of a message with a long chain."""
    return furnish(_joined)


def dressed(page):
    """Show a page narrow and wide, light and dark; gives the name of each dress."""
    for width, height in HEIGHTS.items():
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(
                "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            yield f"{width} {scheme}"


def judge(page):
    """Give everything that is wrong with a page, each with the dresses in which it is."""
    found = {}
    for dress in dressed(page):
        for each in [*violations(page), *cut_texts(page)]:
            found.setdefault(each, []).append(dress)
    return "\n".join(f"{each} [{', '.join(dresses)}]" for each, dresses in found.items())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_used_by_all_and_cuts_no_text(open_page, desks, furnished, name, language):
    page = open_page(desks.us, PAGES[name].format(number=furnished), language=language)
    assert page.evaluate("() => document.documentElement.lang") == language
    wrong = judge(page)
    assert not wrong, wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_browser_that_is_not_signed_in(window, desks, language):
    window.allow("401")
    page = window.context.new_page()
    page.add_init_script(f"Object.defineProperty(navigator, 'language', {{ get: () => '{language}' }})")
    page.goto(desks.us.address)
    page.wait_for_selector("h1")
    wrong = judge(page)
    assert not wrong, wrong
