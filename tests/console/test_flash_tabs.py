"""A FLASH at a tab that nobody looks at: behind another, throttled, frozen, put away. Real tabs of a real Chromium."""

import pytest
from tests.console.desks import wait_until
from tests.console.hearing import FLASH_HERTZ, heard, pitches, wait_for_silence, wait_for_sound
from tests.console.quiet import settle
from tests.console.tabs import Tabs

from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.commands import Take
from coupefeu.services.messages.status import StepName
from coupefeu.words import say

FLASH = Precedence.FLASH
TEXT = "Our aircraft has strayed near the river. It turns back at once. Do not fire on it."
TICK_MS = 20
MEASURE_TICKS = f"""new Promise((done) => {{
  const begun = performance.now();
  let ticks = 0;
  const timer = setInterval(() => {{
    ticks += 1;
    if (ticks < 3) return;
    clearInterval(timer);
    done((performance.now() - begun) / ticks);
  }}, {TICK_MS});
}})"""
ARMED = "document.querySelector('[data-testid=take][aria-disabled=false]')"


@pytest.fixture
def line(desks):
    yield desks
    settle(desks.us, desks.ru)


@pytest.fixture
def tabs(line):
    running = Tabs()
    yield running
    running.close()


def step(desk, number, name):
    (chain,) = desk.message(number).chains
    return chain.step(name)


def test_a_page_that_cannot_sound_says_so_and_one_key_mends_it(tabs, line):
    tab = tabs.open_desk(line.ru, ready=False)
    wait_until(lambda: say("ui-sound-asleep", "en") in tab.text("cannot-sound"), "it does not say so")
    line.us.write(TEXT, FLASH)
    wait_until(lambda: say("ui-sound-asleep", "en") in tab.text("flash-silent"), "nor while a FLASH stands")
    assert heard(tab)["level"] == 0
    tab.wait_for(ARMED)
    tab.press("a")
    wait_for_sound(tab)
    assert tab.text("flash-silent") == ""
    assert tab.text("take"), "the key that lets it sound takes nothing"


def test_a_page_that_cannot_sound_is_let_to_by_its_button(tabs, line):
    tab = tabs.open_desk(line.ru, ready=False)
    wait_until(lambda: say("ui-sound-wake", "en") in tab.text("cannot-sound"), "it has no button")
    assert not tab.evaluate("__ready()")
    tab.click("[data-testid=cannot-sound] button")
    wait_until(lambda: tab.text("cannot-sound") == "", "it still says that it cannot sound")
    assert tab.evaluate("__ready()")
    line.us.write(TEXT, FLASH)
    wait_for_sound(tab)


def test_a_hidden_tab_whose_timers_are_throttled_sounds_and_shows_nothing(tabs, line):
    tab = tabs.open_desk(line.ru)
    other = tabs.open()
    wait_until(tab.is_hidden, "it is not hidden")
    assert tab.evaluate(MEASURE_TICKS) > 10 * TICK_MS, "the browser throttles it"
    number = line.us.write(TEXT, FLASH)
    wait_for_sound(tab)
    found = pitches(tab, 4)
    assert found, "nothing was heard in four looks"
    assert found <= set(FLASH_HERTZ)
    assert tab.evaluate("document.title").startswith(f"EXERCISE · FLASH {number}")
    assert tab.evaluate("document.querySelector('link[rel=icon]').getAttribute('href')") == "/icon-alarm.svg"
    assert not step(line.ru, number, StepName.SHOWN).done, "a page that nobody can see has shown nothing"
    tab.to_front()
    assert other.is_hidden()
    wait_until(lambda: step(line.ru, number, StepName.SHOWN).done, "it is on a screen now")
    tab.wait_for(ARMED)
    tab.press("Enter")
    wait_until(lambda: step(line.ru, number, StepName.TAKEN_BY).done, "not taken")
    wait_for_silence(tab)


def test_a_hidden_tab_never_says_that_it_showed_what_was_taken_before_it_was_looked_at(tabs, line):
    tab = tabs.open_desk(line.ru)
    tabs.open()
    wait_until(tab.is_hidden)
    number = line.us.write(TEXT, FLASH)
    wait_for_sound(tab)
    tab.wait_for("document.querySelector('[data-testid=flash-text]')")
    line.ru.act(Take(message=line.ru.id(number), from_post="ru.duty"))
    tab.wait_for("document.querySelector('[data-testid=flash]') === null")
    tab.to_front()
    later = line.us.write("This one is seen.", FLASH)
    line.ru.has(later)
    wait_until(lambda: step(line.ru, later, StepName.SHOWN).done, "the later one is shown")
    assert step(line.ru, number, StepName.SHOWN).screens == 0, "no screen has shown the first"


def test_a_hidden_tab_falls_silent_when_it_is_taken_elsewhere(tabs, line):
    hidden = tabs.open_desk(line.ru)
    front = tabs.open_desk(line.ru)
    wait_until(hidden.is_hidden)
    line.us.write(TEXT, FLASH)
    wait_for_sound(hidden)
    front.wait_for(ARMED)
    front.press("t")
    wait_for_silence(hidden)
    wait_for_silence(front)


def test_a_slow_machine_sounds_and_takes_by_one_key(tabs, line):
    tab = tabs.open_desk(line.ru)
    tab.send("Emulation.setCPUThrottlingRate", rate=10)
    number = line.us.write(TEXT, FLASH)
    wait_for_sound(tab)
    tab.wait_for(ARMED)
    tab.press("Enter")
    wait_until(lambda: step(line.ru, number, StepName.TAKEN_BY).done, "not taken")


def test_a_frozen_tab_shows_nothing_and_catches_up_when_it_goes_on(tabs, line):
    tab = tabs.open_desk(line.ru)
    tabs.open()
    wait_until(tab.is_hidden)
    tab.set_lifecycle("frozen")
    number = line.us.write(TEXT, FLASH)
    line.ru.has(number)
    assert not step(line.ru, number, StepName.SHOWN).done
    tab.set_lifecycle("active")
    wait_for_sound(tab)
    tab.to_front()
    wait_until(lambda: step(line.ru, number, StepName.SHOWN).done, "not shown")
    tab.wait_for(ARMED)
    tab.press("Enter")
    wait_until(lambda: step(line.ru, number, StepName.TAKEN_BY).done, "not taken")


def test_a_page_holds_what_keeps_browsers_from_freezing_it(tabs, line):
    tab = tabs.open_desk(line.ru)
    held = "navigator.locks.query().then((found) => found.held.map((each) => each.name).join())"
    assert tab.evaluate(held) == "coupefeu.desk"


def test_a_tab_that_was_put_away_counts_as_no_screen_and_has_it_when_it_is_back(tabs, line):
    tab = tabs.open_desk(line.ru)
    sender = tabs.open_desk(line.us)
    tab.close()
    number = line.us.write(TEXT, FLASH)
    line.ru.has(number)
    not_shown = say("ui-on-record-not-shown", "en")
    wait_until(
        lambda: not_shown in sender.text("our-flash"), "the sender does not read that no screen has shown it"
    )
    assert not step(line.ru, number, StepName.SHOWN).done
    back = tabs.open_desk(
        line.ru, before="; Object.defineProperty(document, 'wasDiscarded', { value: true });", ready=False
    )
    back.wait_for("document.querySelector('[data-testid=flash]')")
    wait_until(lambda: step(line.ru, number, StepName.SHOWN).done, "not shown")
    back.wait_for("document.querySelector('[data-testid=cannot-sound]')")
    assert heard(back)["level"] == 0, "a page that was put away cannot sound until somebody presses something"
    assert say("ui-sound-discarded", "en") in back.text("cannot-sound"), "it says that it was blind"
    back.wait_for(ARMED)
    back.press("Enter")
    wait_until(lambda: step(line.ru, number, StepName.TAKEN_BY).done, "not taken")
