"""Arranged calls on the page Calls: proposed on one console, answered and agreed on the other, and how they look."""

import re
import time

from playwright.sync_api import expect
from tests.console.browser import PATIENCE_MS
from tests.console.desks import wait_until
from tests.console.looking import cut_texts, violations

from coupefeu.model.calls import Media
from coupefeu.services.arranged.commands import AgreeToCall, CounterProposal, ProposeCall
from coupefeu.services.arranged.facts import Window
from coupefeu.services.arranged.times import parse_window
from coupefeu.services.calls.commands import WithdrawCall
from coupefeu.words import say

expect.set_options(timeout=PATIENCE_MS)

OURS, THEIRS = "us.secretary", "ru.minister"


def times(*texts):
    """Give windows that are still to come, for as long as these tests may be kept."""
    return tuple(parse_window(each, 0) for each in texts)


TABLE = times("241500Z MAR 90/2h", "260900Z MAR 90/1h")
OTHER = times("280900Z MAR 90/1h")


def propose(desk, **stated):
    """Have US propose a call; gives its number once RU holds it."""
    asked = {
        "from_post": "us.duty",
        "post": OURS,
        "to_post": THEIRS,
        "windows": TABLE,
        "officer": "day watch",
    }
    (number,) = desk.act(ProposeCall(**(asked | stated)))
    return number


def act(desk, command, number, **stated):
    """Do an act about it on the other side, once that side holds it."""
    about = {"arrangement": desk.id(number), "from_post": f"{desk.party}.duty"}

    def try_it():
        try:
            return desk.act(command(**about, **stated))
        except Exception as error:
            if getattr(error, "code", "") != "services.arranged.unknown_arrangement":
                raise
            return None

    return wait_until(try_it, f"{number} did not arrive at {desk.party}")[0]


def card(page, number):
    return page.locator(f"[data-testid=arrangement][data-number='{number}']")


def test_a_call_is_proposed_here_agreed_there_and_nothing_rings(open_page, desks):
    page = open_page(desks.us, "#/calls")
    page.window.allow("409")
    page.get_by_test_id("arrange").click()
    dialog = page.get_by_role("dialog")
    begins = dialog.get_by_label(say("arrange-begins", "en", number=1))
    begins.fill("240312Z MAR 22")
    dialog.get_by_role("button", name=say("arrange-propose", "en")).click()
    expect(dialog.get_by_role("alert")).to_contain_text(say("arrange-effect-past-window", "en"))
    begins.fill("241500Z MAR 90")
    expect(dialog.get_by_text("24 MAR 90 15:00:00Z")).to_be_visible()
    dialog.get_by_label(say("arrange-words", "en")).fill("Before <b>it</b> is late.")
    dialog.get_by_role("button", name=say("arrange-propose", "en")).click()
    expect(dialog).to_have_count(0)
    found = page.get_by_test_id("arrangement").first
    number = found.get_attribute("data-number")
    expect(found.get_by_test_id("answer")).to_contain_text("answer of RU due by")
    countered = act(desks.ru, CounterProposal, number, windows=OTHER, words="The minister travels.")
    theirs = card(page, number).get_by_test_id("offer").filter(has_text="On the table, of RU")
    theirs.get_by_role("button", name=say("arrange-act-agree", "en")).click()
    dialog.get_by_role("button", name=say("arrange-act-agree", "en")).click()
    expect(card(page, number)).to_contain_text("Agreed: 280900Z MAR 90 to 281000Z MAR 90, UTC")
    expect(card(page, number)).to_contain_text(say("arrange-held-coming", "en"))
    assert page.locator("[role=alertdialog], [data-testid=ring]").count() == 0
    card(page, number).locator("summary").click()
    expect(card(page, number)).to_contain_text("The minister travels.")
    assert card(page, number).locator("b").count() == 0, "the text is no markup"
    assert countered in card(page, number).inner_text()


def test_who_owes_an_answer_refuses_with_a_reason(open_page, desks):
    number = propose(desks.us)
    page = open_page(desks.ru, "#/calls", language="fr")
    found = card(page, number)
    expect(found.get_by_test_id("answer")).to_contain_text("réponse de RU attendue avant")
    found.get_by_role("button", name=say("arrange-act-refuse", "fr"), exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(say("arrange-why", "fr")).select_option("no_interpreter")
    dialog.get_by_role("button", name=say("arrange-act-refuse", "fr"), exact=True).click()
    expect(dialog).to_have_count(0)
    page.locator("details", has_text=number).first.locator("summary").first.click()
    expect(card(page, number)).to_contain_text(say("arrange-state-refused", "fr"))
    card(page, number).locator("summary").click()
    expect(card(page, number)).to_contain_text(say("arrange-reason-3", "fr"))


def test_when_its_time_has_come_one_press_rings_and_the_call_says_that_it_is_this_one(open_page, desks):
    now_ms = int(time.time() * 1_000)
    open_now = (Window(start_ms=now_ms - 60_000, end_ms=now_ms + 3_600_000),)
    number = propose(desks.us, windows=open_now, media=Media.TEXT)
    act(desks.ru, AgreeToCall, number, window=0)
    page = open_page(desks.us, "#/calls")
    expect(card(page, number)).to_contain_text(say("arrange-held-now", "en"))
    card(page, number).get_by_role("button", name=re.compile("^Ring RU")).click()
    page.wait_for_url("**/#/calls/US/*")
    placed = "/".join(page.url.rpartition("/#/calls/")[2].split("/"))
    view = desks.us.thread.call(desks.us._node.call_view, desks.us.id(placed))
    assert view.arrangement == desks.us.id(number)
    desks.us.act(WithdrawCall(call=desks.us.id(placed), from_post="us.duty"))


def test_it_is_whole_and_readable_with_its_form(open_page, desks):
    """Wide, light and in the other languages it is judged with every page (tests/console/test_every_page.py)."""
    crossed = propose(desks.us, interpreter=True, languages=("en", "ru"))
    act(desks.ru, CounterProposal, crossed, windows=OTHER, post="ru.chief", words="The minister travels.")
    page = open_page(desks.us, "#/calls", language="fr", width=360, dark=True)
    expect(card(page, crossed)).to_contain_text("280900Z MAR 90")
    card(page, crossed).locator("summary").click()
    assert violations(page) == []
    assert cut_texts(page) == []
    page.get_by_test_id("arrange").click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
    assert cut_texts(page) == []
