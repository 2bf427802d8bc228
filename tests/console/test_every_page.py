"""What holds for every page, whatever it shows: access for all (WCAG 2.2 AA), no text cut, in every dress."""

import datetime as dt

import pytest
from tests.console.browser import HEIGHTS
from tests.console.calling import ring
from tests.console.filing import furnish_notices
from tests.console.furnishing import LONG_RU, furnish, furnish_calls
from tests.console.looking import COLOURS, cut_texts, violations
from tests.console.mapping import NO_WEBGL

from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.commands import Take
from coupefeu.services.messages.status import StepName

PAGES = {
    "firebreak": "#/firebreak",
    "line": "#/line",
    "messages": "#/messages",
    "message": "#/messages/{number}",
    "new": "#/messages/new",
    "new-warning": "#/messages/new/warning",
    "new-phrase": "#/messages/new/standard-phrase",
    "calls": "#/calls",
    "call": "#/calls/{call}",
    "watch": "#/watch",
    "record": "#/record",
    "entry": "#/record/{number}",
    "sheet": "#/record/print/{number}",
    "day": "#/record/day/{today}",
    "communique": "#/communique",
    "agreement": "#/agreement",
    "presence": "#/presence",
    "figures": "#/figures",
    "notices": "#/notices",
    "notice": "#/notices/{notice}",
}
LANGUAGES = ("en", "fr", "ru")
STAYS = """() => {
  const said = document.body.innerText.replace(/[0-9]/g, '') + document.querySelectorAll('*').length;
  const same = window.saidBefore === said && !document.querySelector('[aria-busy=true], .wait');
  window.saidBefore = said;
  return same;
}"""


def today():
    return dt.datetime.now(dt.UTC).date().isoformat()


@pytest.fixture(scope="session")
def furnished(_joined):
    """A record with something of everything; gives the number of a message with a long chain."""
    return furnish(_joined)


@pytest.fixture(scope="session")
def furnished_calls(_joined):
    """Calls of both sides with every outcome of people; gives the number of one with many steps."""
    return furnish_calls(_joined)


@pytest.fixture(scope="session")
def furnished_notices(_joined):
    """Notices of both sides that meet; gives the number of one that was answered in every way."""
    return furnish_notices(_joined)


def settled(page):
    """Wait until what a page shows stays as it is, whatever its clocks do."""
    page.wait_for_function(STAYS, polling=200)
    return page


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
    for dress in dressed(settled(page)):
        # The dark dress changes colours alone.
        wrong = violations(page, COLOURS) if "dark" in dress else [*violations(page), *cut_texts(page)]
        for each in wrong:
            found.setdefault(each, []).append(dress)
    return "\n".join(f"{each} [{', '.join(dresses)}]" for each, dresses in found.items())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_used_by_all_and_cuts_no_text(
    open_page, desks, furnished, furnished_calls, furnished_notices, name, language
):
    path = PAGES[name].format(number=furnished, call=furnished_calls, notice=furnished_notices, today=today())
    page = open_page(desks.us, path, language=language)
    assert page.evaluate("() => document.documentElement.lang") == language
    wrong = judge(page)
    assert not wrong, wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_can_be_used_by_all_and_cuts_no_text(open_page, desks, furnished_notices, language):
    """Without WebGL: what a processor alone draws takes a minute in each dress, and all its words stand beside it."""
    page = open_page(desks.us, "#/notices", language=language)
    page.context.add_init_script(NO_WEBGL)
    page.evaluate("() => history.replaceState(null, '', '#/map')")
    page.reload()
    page.get_by_test_id("no-map").wait_for()
    page.wait_for_selector(f"[data-map-number='{furnished_notices}']")
    assert page.evaluate("() => document.documentElement.lang") == language
    wrong = judge(page)
    assert not wrong, wrong


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["?", "w"])
def test_a_dialog_can_be_used_by_all_and_cuts_no_text(open_page, desks, key, language):
    page = open_page(desks.us, language=language)
    page.keyboard.press(key)
    page.wait_for_selector("dialog[open]")
    wrong = judge(page)
    assert not wrong, wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_flash_can_be_taken_by_all_and_cuts_no_text(open_page, desks, language):
    page = open_page(desks.us, "#/agreement", language=language)
    sent = desks.ru.write("Наш самолёт сбился с курса у 55.1 N 20.3 E.", Precedence.FLASH)
    try:
        page.wait_for_selector("[data-testid=take][aria-disabled=false]")
        covers = judge(page)
        page.keyboard.press("t")
        page.wait_for_selector("[data-testid=taken]")
        taken = judge(page)
    finally:
        if not is_taken(desks, sent):
            desks.us.act(Take(message=desks.us.id(sent), from_post="us.duty"))
    assert not covers, covers
    assert not taken, taken


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_can_be_answered_by_all_and_cuts_no_text(open_page, line, language):
    page = open_page(line.us, "#/agreement", language=language)
    ring(line.ru, words=LONG_RU, precedence=Precedence.FLASH)
    page.wait_for_selector("[data-testid=answer][aria-disabled=false]")
    wrong = {"rings": judge(page)}
    for key, asks in (("d", "why"), ("f", "where")):
        page.keyboard.press(key)
        page.get_by_test_id(asks).wait_for()
        wrong[asks] = "\n".join(violations(page) + cut_texts(page))
        page.keyboard.press("Escape")
    assert not any(wrong.values()), wrong


def is_taken(desks, number):
    steps = (step for chain in desks.us.has(number).chains for step in chain.steps)
    return any(step.done for step in steps if step.name is StepName.TAKEN_BY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_browser_that_is_not_signed_in(browser, desks, language):
    window = browser.window(locale=language)
    window.allow("401")
    page = window.context.new_page()
    page.goto(desks.us.address)
    page.wait_for_selector("h1")
    assert page.evaluate("() => document.documentElement.lang") == language
    wrong = judge(page)
    window.close()
    assert not wrong, wrong
