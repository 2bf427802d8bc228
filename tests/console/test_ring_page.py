"""A call that rings on a page: it covers everything, sounds until somebody acts, and a key answers, declines or defers.

It covers every page of a node, also those of the next test: what a test leaves open is ended at its end.
"""

import re

from tests.console.calling import allow_calls, became, read, ring
from tests.console.desks import wait_until
from tests.console.hearing import (
    BELL_PAUSE_S,
    FLASH_HERTZ,
    RING_HERTZ,
    heard,
    pitches,
    silent_s,
    wait_for_sound,
)
from tests.console.pictures import take_picture

from coupefeu.model.calls import CallState, DeclineReason, Outcome
from coupefeu.model.precedence import Precedence
from coupefeu.words import say

WORDS = "Our aircraft strays over the river. Speak with us."
AGREED = 6


def dialog(page):
    """Wait for the call that covers the page, armed; gives its dialog."""
    page.locator("[data-testid=answer][aria-disabled=false]").wait_for()
    return page.get_by_test_id("ring")


def is_untouched(page, line, number):
    return page.get_by_test_id("ring").is_visible() and read(line.ru, number).state is CallState.RINGING


# --- it cannot be overlooked


def test_it_covers_every_page_and_sounds_until_somebody_answers_by_one_key(open_heard, line):
    writing, other = open_heard(line.ru, "#/messages/new/free-text"), open_heard(line.ru, "#/agreement")
    caller = open_heard(line.us)
    writing.locator("main textarea").first.fill("that their aircraft")
    number = ring(line.us, words=WORDS)
    for page in (writing, other):
        found = dialog(page)
        found.get_by_text(WORDS).wait_for()
        assert say("ui-ring-name", "en", post="US · Duty desk") in found.inner_text()
        wait_for_sound(page)
    assert pitches(other, 12) <= set(RING_HERTZ), "a bell, not the siren"
    take_picture(other, "console-ring")
    assert heard(caller)["level"] == 0, "it sounds where it is to be answered"
    writing.keyboard.press("a")
    for desk in (line.ru, line.us):
        became(desk, number, Outcome.ANSWERED, CallState.IN_CALL)
    other.get_by_test_id("ring").wait_for(state="detached")
    wait_until(lambda: all(silent_s(page) > BELL_PAUSE_S for page in (writing, other)), "it rings on")
    writing.wait_for_url(f"**/#/calls/{number}")
    for page in (writing, other, caller):
        page.locator("[data-testid=call-bar][data-state=in_call]").wait_for()
    writing.goto(writing.url.partition("#")[0] + "#/messages/new/free-text")
    written = writing.locator("main textarea").first
    wait_until(lambda: written.input_value() == "that their aircraft", "what was being typed is lost")
    caller.get_by_test_id("call-bar").get_by_role("button", name=say("ui-ring-hang-up", "en")).click()
    became(line.ru, number, Outcome.ANSWERED)
    other.get_by_test_id("call-bar").wait_for(state="detached")


def test_a_page_that_opens_while_it_rings_rings_and_tells_our_node_that_it_shows_it(open_heard, line):
    number = ring(line.us)
    became(line.ru, number, state=CallState.RINGING)
    page = open_heard(line.ru, "#/record", ready=False)
    dialog(page)
    page.mouse.click(5, 400)
    wait_for_sound(page)
    assert is_untouched(page, line, number), "a press that lets it sound answers nothing"
    calling = line.ru.calling
    wait_until(
        lambda: not line.ru.thread.call(calling.is_unshown, line.ru.id(number)), "not said to be shown"
    )


def test_nothing_else_answers_and_what_was_being_typed_answers_nothing(open_heard, line):
    page = open_heard(line.ru, "#/messages/new/free-text")
    page.locator("main textarea").first.click()
    page.keyboard.down("a")
    number = ring(line.us, precedence=Precedence.FLASH)
    page.get_by_test_id("ring").wait_for()
    for _ in range(3):  # the key is still held, and the next ones were on their way
        page.keyboard.down("a")
    page.keyboard.up("a")
    page.keyboard.press("Enter")
    page.keyboard.press("d")
    dialog(page)
    for key in ("Escape", "Tab", "PageDown", "1", "t", "Control+a", "Alt+d"):
        page.keyboard.press(key)
    page.mouse.click(5, 400)
    page.get_by_test_id("answer").hover()
    assert is_untouched(page, line, number)
    assert page.get_by_test_id("why").count() == 0
    page.get_by_test_id("answer").focus()
    page.keyboard.press("Enter")
    became(line.us, number, Outcome.ANSWERED, CallState.IN_CALL)


# --- declining and deferring


def test_a_key_and_a_digit_decline_with_a_reason_and_both_sides_read_it(open_heard, line):
    caller, page = open_heard(line.us, "#/calls"), open_heard(line.ru)
    caller.get_by_test_id("ring-now-press").click()
    caller.get_by_test_id("call-state").wait_for()
    dialog(page)
    page.keyboard.press("d")
    page.get_by_test_id("why").get_by_role("textbox").fill("In 10 minutes.")
    assert page.get_by_test_id("ring").is_visible(), "a digit in a field is a digit"
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    assert page.get_by_test_id("why").get_by_role("textbox").input_value() == "In 10 minutes."
    page.keyboard.press("4")
    page.get_by_test_id("ring").wait_for(state="detached")
    number = caller.url.partition("#/calls/")[2]
    view = became(line.us, number, Outcome.DECLINED)
    assert view.reason is DeclineReason.NO_INTERPRETER
    for shown in (caller.get_by_test_id("call-state"), caller.get_by_test_id("call-bar")):
        shown.get_by_text(say("ui-ring-outcome-declined", "en")).wait_for()
        shown.get_by_text(say("ui-ring-reason-no-interpreter", "en")).wait_for()
    caller.get_by_test_id("steps").get_by_text("In 10 minutes.").wait_for()
    caller.get_by_test_id("call-bar").get_by_role("button", name=say("ui-ring-seen", "en")).click()
    caller.get_by_test_id("call-bar").wait_for(state="detached")


def test_it_is_put_off_to_another_post_and_time(open_heard, line):
    page = open_heard(line.ru)
    number = ring(line.us)
    dialog(page)
    page.keyboard.press("f")
    where = page.get_by_test_id("where")
    where.get_by_role("combobox").select_option("ru.chief")
    where.get_by_role("button", name=say("ui-ring-defer-in", "en", minutes=30)).click()
    time = where.get_by_role("textbox", name=say("ui-ring-defer-time", "en")).input_value()
    assert re.fullmatch(r"\d{6}Z [A-Z]{3} \d\d", time), "it names its day: half an hour on may be tomorrow"
    where.get_by_role("button", name=say("ui-ring-defer-send", "en")).click()
    view = became(line.us, number, Outcome.DEFERRED)
    assert view.deferred_to_post == "ru.chief"
    assert view.deferred_to_ms is not None
    caller = open_heard(line.us, f"#/calls/{number}")
    caller.get_by_test_id("call-state").get_by_text("until ").wait_for()  # not when it was put off
    page.get_by_test_id("ring").wait_for(state="detached")


# --- beside other alarms


def test_a_flash_covers_it_and_says_that_a_call_rings_too(open_heard, line):
    page = open_heard(line.ru)
    number = ring(line.us)
    dialog(page)
    line.us.write("Do not fire on it.", Precedence.FLASH)
    page.get_by_test_id("flash").get_by_test_id("ring-line").get_by_text("US · Duty desk").wait_for()
    assert page.get_by_test_id("ring").count() == 0
    page.locator("[data-testid=take][aria-disabled=false]").wait_for()
    wait_until(lambda: pitches(page, 1) & set(FLASH_HERTZ), "the siren goes first")
    page.get_by_test_id("ring-line").get_by_role("button", name=say("ui-ring-answer", "en")).click()
    became(line.us, number, Outcome.ANSWERED, CallState.IN_CALL)
    assert page.get_by_test_id("flash").is_visible(), "a call takes no FLASH"


def test_a_flood_is_one_line_with_its_count_and_what_is_agreed_rings(open_heard, line):
    page = open_heard(line.ru)
    allow_calls(line.ru, AGREED)
    for _ in range(AGREED + 12):
        ring(line.us)
    flood = page.get_by_test_id("call-flood")
    flood.first.wait_for()
    dialog(page)
    rings = line.ru.thread.call(line.ru.calling.open_views)
    (waiting,) = line.ru.thread.call(line.ru.calling.floods)
    assert len(rings) <= AGREED
    assert len(rings) + waiting.count >= 12
    urgent = ring(line.us, precedence=Precedence.FLASH)
    page.get_by_test_id("ring").get_by_text(urgent, exact=True).wait_for()
    assert page.get_by_test_id("ring").get_by_test_id("call-flood").count() == 1
