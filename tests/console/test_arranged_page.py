"""Arranged calls on the page Calls: proposed on one console, answered and agreed on the other, and how they look."""

import re
import time

from playwright.sync_api import expect
from tests.console.arranging import OTHER, act, propose
from tests.console.browser import PATIENCE_MS
from tests.console.calling import became
from tests.console.looking import cut_texts, violations

from coupefeu.model.calls import CallState, Media, Outcome
from coupefeu.services.arranged.commands import AgreeToCall, CounterProposal
from coupefeu.services.arranged.facts import Window
from coupefeu.services.calls.commands import AnswerCall, HangUp
from coupefeu.words import say

expect.set_options(timeout=PATIENCE_MS)


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
    found = page.get_by_test_id("arrangement").filter(has_text="Before <b>it</b> is late.")
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
    over = page.get_by_test_id("arranged-over").filter(has=card(page, number))
    over.locator("summary").first.click()
    expect(card(page, number)).to_contain_text(say("arrange-state-refused", "fr"))
    card(page, number).locator("summary").click()
    expect(card(page, number)).to_contain_text(say("arrange-reason-3", "fr"))


def test_when_its_time_has_come_one_press_rings_and_the_call_says_that_it_is_this_one(open_page, line):
    desks = line
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
    page.close()
    became(desks.ru, placed, state=CallState.RINGING)
    desks.ru.act(AnswerCall(call=desks.ru.id(placed), from_post="ru.duty"))
    became(desks.us, placed, Outcome.ANSWERED, CallState.IN_CALL)
    desks.us.act(HangUp(call=desks.us.id(placed), from_post="us.duty", duration_ms=1_000))
    page = open_page(desks.us, "#/calls")
    spoke = {"caller": "US · Duty desk", "answerer": "RU · Duty desk"}
    expect(card(page, number)).to_contain_text(say("arrange-held-others", "en", number=placed, **spoke))
    expect(card(page, number).get_by_role("button", name=re.compile("^Ring RU"))).to_be_enabled()


def test_it_is_whole_and_readable_with_its_form(open_page, desks):
    """Without its forms it is judged in every language and dress with every page (tests/console/test_every_page.py)."""
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
