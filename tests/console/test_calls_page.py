"""The page of calls: how each pair stands before anybody dials, RING NOW, every attempt, one with its steps."""

from tests.console.calling import allow_calls, became, read, ring
from tests.console.desks import wait_until
from tests.console.pictures import take_picture

from coupefeu.model.calls import CallRole, CallState, DeclineReason, Outcome
from coupefeu.services.calls.commands import (
    AnswerCall,
    DeclineCall,
    DeferCall,
    GiveUp,
    HangUp,
    JoinCall,
    WithdrawCall,
)
from coupefeu.services.watch.facts import TakeWatch
from coupefeu.words import say

WORDS = "Our drone has lost its link near 36.61 N 37.02 E."


def pair(page, post="ru.duty"):
    return page.locator(f"[data-testid=pair][data-post='{post}']")


def is_up(page):
    """Wait until the page shows the line as up."""
    pair(page).get_by_text(say("line-up", "en", party="RU")).wait_for()


# --- before dialling


def test_a_pair_shows_line_and_watch_of_the_other_side_before_anybody_dials(open_page, line):
    page = open_page(line.us, "#/calls")
    is_up(page)
    pair(page).get_by_test_id("pair-watch").get_by_text(say("calls-watch-none", "en")).wait_for()
    assert say("calls-rung-unstaffed", "en") in page.get_by_test_id("ladder").inner_text()
    line.ru.act(TakeWatch(from_post="ru.duty", officer="second watch", heard=True))
    pair(page).get_by_test_id("pair-watch").get_by_text("second watch").wait_for()
    page.get_by_test_id("ladder").get_by_text(say("calls-rung-staffed", "en"), exact=True).wait_for()
    page.get_by_test_id("standing").get_by_text("second watch").wait_for()
    pair(page, "ru.minister").click()
    ladder = page.get_by_test_id("ladder")
    ladder.get_by_text("Minister of Defence").first.wait_for()
    assert ladder.get_by_role("listitem").count() == 3, "the post, and two rungs after it"
    ladder.get_by_text(say("calls-unstaffed", "en", count=2, all=3)).wait_for()


def test_a_line_that_is_down_is_said_before_dialling_and_the_attempt_stands_all_the_same(open_page, line):
    page = open_page(line.us, "#/calls")
    is_up(page)
    line.cut()
    page.get_by_test_id("unreachable").wait_for()
    words = page.get_by_test_id("ring-now").get_by_role("textbox")
    words.fill(WORDS)
    page.reload()
    page.get_by_test_id("unreachable").wait_for()
    assert words.input_value() == WORDS, "nothing that was entered is lost"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("Shift+C")
    state = page.locator("[data-testid=call-state][data-state=placed]")
    state.get_by_text(say("ui-ring-state-placed", "en")).wait_for()
    page.get_by_test_id("steps").get_by_text(say("calls-not-on-theirs", "en")).wait_for()
    page.get_by_test_id("steps").get_by_text(WORDS).wait_for()
    shown = page.locator("[data-testid=diagnosis][data-verdict=tried]")
    shown.get_by_text("not shown that they saw it").wait_for()
    shown.locator("[data-signal=heartbeat][data-says=silent]").wait_for()
    number = page.url.partition("#/calls/")[2]
    line.mend()
    page.locator("[data-testid=call-state][data-state=ringing]").wait_for()
    page.get_by_test_id("call-bar").get_by_role("button", name=say("ui-ring-withdraw", "en")).click()
    became(line.ru, number, Outcome.WITHDRAWN)
    page.goto(page.url.partition("#")[0] + "#/calls")
    assert page.get_by_test_id("ring-now").get_by_role("textbox").input_value() == "", "it is on record"


# --- silence


def test_behind_a_cut_line_the_page_does_not_say_that_nobody_acted(open_page, line):
    number = ring(line.us)
    became(line.us, number, state=CallState.RINGING)
    page = open_page(line.us, f"#/calls/{number}")
    human = page.locator("[data-testid=diagnosis] [data-signal=human]")
    human.get_by_text(say("calls-says-nobody", "en")).wait_for()
    line.cut()
    line.ru.act(DeclineCall(call=line.ru.id(number), from_post="ru.duty", reason=DeclineReason.REFUSED))
    human.get_by_text(say("calls-says-none-came", "en")).wait_for()
    assert say("calls-by-node", "en", party="RU") not in human.inner_text(), "their node has not said so"
    shown = page.locator("[data-testid=diagnosis][data-verdict=rang]")
    shown.get_by_text(say("calls-verdict-rang", "en")).wait_for()
    line.mend()
    page.locator("[data-testid=diagnosis][data-verdict=declined]").wait_for()


def test_what_is_not_shown_to_have_rung_says_so_on_its_page_and_in_the_list(open_page, line):
    allow_calls(line.ru, per_minute=1)
    became(line.us, ring(line.us), state=CallState.RINGING)
    number = ring(line.us)
    read(line.ru, number)
    given_up = GiveUp(calls=(line.ru.id(number),), outcome=Outcome.NO_ANSWER, rang_ms=0)
    line.ru.thread.call(line.ru.calling._act, given_up)
    became(line.us, number, Outcome.NO_ANSWER)
    page = open_page(line.us, f"#/calls/{number}")
    shown = page.locator("[data-testid=diagnosis][data-verdict=unrung]")
    shown.get_by_text(say("calls-verdict-unrung", "en")).wait_for()
    shown.locator("[data-signal=human][data-says=unknown]").wait_for()
    page.goto(page.url.partition("#")[0] + "#/calls")
    row = page.locator(f"#calls [data-number='{number}'][data-outcome=no_answer]")
    row.get_by_text(say("ui-ring-not-shown-to-ring", "en")).wait_for()


# --- what became of them


def test_every_outcome_stands_in_the_list_and_is_told_apart(open_page, line):
    us, ru = line.us, line.ru
    answered, declined, deferred, withdrawn = (
        ring(us, words=WORDS if each == 0 else "") for each in range(4)
    )
    for number in (answered, declined, deferred, withdrawn):
        became(ru, number, state=CallState.RINGING)
    ru.act(AnswerCall(call=ru.id(answered), from_post="ru.duty", officer="second watch"))
    became(us, answered, Outcome.ANSWERED, CallState.IN_CALL)
    us.act(
        JoinCall(call=us.id(answered), from_post="us.duty", role=CallRole.INTERPRETER, name="Interpreters")
    )
    us.act(HangUp(call=us.id(answered), from_post="us.duty", duration_ms=261_000))
    ru.act(DeclineCall(call=ru.id(declined), from_post="ru.duty", reason=DeclineReason.NO_INTERPRETER))
    ru.act(DeferCall(call=ru.id(deferred), from_post="ru.duty", to_post="ru.chief"))
    us.act(WithdrawCall(call=us.id(withdrawn), from_post="us.duty", words="It has landed."))
    page = open_page(us, "#/calls")
    for number, outcome, detail in (
        (answered, "answered", "0:04:21"),
        (declined, "declined", say("ui-ring-reason-no-interpreter", "en")),
        (deferred, "deferred", "Chief of the General Staff"),
        (withdrawn, "withdrawn", ""),
    ):
        row = page.locator(f"#calls [data-number='{number}'][data-outcome={outcome}]")
        row.get_by_text(say(f"ui-ring-outcome-{outcome}", "en")).wait_for()
        assert detail in row.inner_text()
    page.keyboard.press("a")  # from then on it may sound, and says nothing of that
    page.get_by_text(say("ui-sound-asleep", "en")).wait_for(state="detached")
    page.set_viewport_size({"width": 1280, "height": 1180})
    take_picture(page, "console-calls")
    page.get_by_label(say("calls-outcome", "en")).select_option("declined")
    page.locator(f"#calls [data-number='{answered}']").wait_for(state="detached")
    rows = page.locator("#calls [data-outcome]")
    assert set(rows.evaluate_all("(rows) => rows.map((row) => row.dataset.outcome)")) == {"declined"}
    page.get_by_label(say("calls-outcome", "en")).select_option("")
    page.locator(f"#calls [data-number='{answered}']").click()
    steps = page.get_by_test_id("steps")
    for kind in ("CALL_RINGING", "CALL_ANSWERED", "CALL_JOINED", "CALL_ENDED"):
        steps.locator(f"[data-kind={kind}]").wait_for()
    told = steps.inner_text()
    assert WORDS in told
    assert "second watch" in told
    assert say("calls-role-interpreter", "en", name="Interpreters") in told
    assert told.count(say("calls-clock-theirs", "en", time="", party="RU").strip()) >= 2, (
        "the clock of its author"
    )


def test_a_call_goes_on_before_the_eyes_of_whoever_looks_at_it(open_page, line):
    number = ring(line.us)
    page = open_page(line.us, f"#/calls/{number}")
    page.locator("[data-testid=call-state][data-state=ringing]").wait_for()
    line.ru.act(AnswerCall(call=line.ru.id(number), from_post="ru.duty"))
    page.locator("[data-testid=call-state][data-state=in_call]").wait_for()
    page.get_by_role("button", name=say("calls-join", "en")).click()
    page.get_by_label(say("calls-join-name", "en")).fill("Interpreters of the ministry")
    page.get_by_role("button", name=say("calls-join-record", "en")).click()
    page.get_by_test_id("steps").get_by_text("Interpreters of the ministry").wait_for()
    page.locator("article").get_by_role("button", name=say("ui-ring-hang-up", "en")).click()
    page.locator("[data-testid=call-state][data-state=ended][data-outcome=answered]").wait_for()
    assert wait_until(lambda: read(line.ru, number).duration_ms is not None)
