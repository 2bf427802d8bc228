"""A FLASH on a page that is looked at: it covers everything, sounds until it is taken, and one key takes it.

It covers every page of a node, also those of the next test: what a test leaves open is taken at its end.
"""

import json

import pytest
from tests import demo_line
from tests.console import looking
from tests.console.desks import JoinedDesks, wait_until
from tests.console.hearing import (
    FLASH_HERTZ,
    OUTCOME_HERTZ,
    heard,
    pitches,
    sounds,
    wait_for_silence,
    wait_for_sound,
)
from tests.console.quiet import settle, watches

from coupefeu.model.messages import Content, Form, Operative
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.commands import SayAgain, Take
from coupefeu.services.messages.status import StepName
from coupefeu.words import say

FLASH = Precedence.FLASH
TEXT = "Our aircraft has strayed near the river. It turns back at once. Do not fire on it."
MOST_KEYS = 3
WATCH_FOR_WAIT = """(words) => {
  window.__waited = false;
  const keys = () => document.querySelector('[data-testid=flash-keys]')?.innerText;
  const look = () => (window.__waited ||= keys()?.includes(words));
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
"""Whether the keys were ever said to wait: a busy machine may be armed again before anybody looks."""


@pytest.fixture
def line(desks):
    """US and RU; nothing sounds and nobody is on watch when the next test begins."""
    yield desks
    settle(desks.us, desks.ru)


def warning(place="the bridge at 36.61 N 37.02 E", **fields):
    return Content(form=Form.WARNING, subject=Subject.SAFETY, operative=Operative.STOP, place=place, **fields)


def is_taken(desk, number):
    (chain,) = desk.message(number).chains
    return chain.step(StepName.TAKEN_BY).done


def shown(page):
    """Wait for the overlay; gives it."""
    overlay = page.get_by_test_id("flash")
    overlay.wait_for()
    return overlay


def armed(page):
    page.locator("[data-testid=take][aria-disabled=false]").wait_for()


# --- sound


def test_it_sounds_at_every_console_of_the_node_until_somebody_takes_it(open_heard, line):
    first, second = open_heard(line.ru), open_heard(line.ru, "#/messages")
    sender = open_heard(line.us)
    number = line.us.write(TEXT, FLASH)
    for page in (first, second):
        wait_for_sound(page)
        assert pitches(page) == set(FLASH_HERTZ), "two tones in turn"
    assert heard(sender)["level"] == 0, "it sounds where it is to be taken, not where it was sent"
    armed(first)
    first.keyboard.press("Enter")
    for page in (first, second):
        wait_for_silence(page)
    assert is_taken(line.ru, number)
    second.get_by_test_id("flash").wait_for(state="detached")
    second.reload()
    second.get_by_test_id("counts").wait_for()
    second.keyboard.press("a")
    wait_until(lambda: second.evaluate("__ready()"))
    assert not sounds(second), "the same cause never sounds again"


def test_only_a_flash_sounds(open_heard, line):
    page = open_heard(line.ru, "#/messages")
    number = line.us.write("Not urgent.", Precedence.IMMEDIATE)
    line.ru.has(number)
    page.get_by_text("Not urgent.").first.wait_for()
    assert heard(page)["level"] == 0
    assert page.get_by_test_id("flash").count() == 0


def test_an_outcome_clock_that_has_run_out_has_a_sound_of_its_own(open_heard, tmp_path, monkeypatch):
    monkeypatch.setattr(demo_line, "HURRIED", {"FLASH": {"outcome": "3s"}})
    joined, pages = JoinedDesks(tmp_path / "hurried"), []
    try:
        page = open_heard(joined.desks.ru)
        pages.append(page)
        number = joined.desks.us.say(warning(), FLASH)
        shown(page)
        armed(page)
        page.keyboard.press("t")
        page.get_by_test_id("taken").wait_for()
        page.keyboard.press("Escape")
        bar = page.get_by_test_id("outcome-overdue")
        bar.get_by_text(number).wait_for()
        wait_for_sound(page)
        assert pitches(page, 100) == {OUTCOME_HERTZ}
        assert page.get_by_test_id("flash").count() == 0, "it covers nothing"
        bar.get_by_role("button").click()
        wait_for_silence(page)
        page.reload()
        page.get_by_test_id("counts").wait_for()
        page.keyboard.press("a")
        page.get_by_test_id("counts").get_by_text("1 overdue").wait_for()
        assert heard(page)["level"] == 0, "heard is heard; the list goes on saying that it is overdue"
    finally:
        for each in pages:
            each.close()
        joined.close()


# --- one key


@pytest.mark.parametrize("key", ["Enter", "Space", "t", "T"])
def test_from_its_sound_to_taken_at_most_three_keys_with_the_page_never_seen(open_heard, line, key):
    page = open_heard(line.ru, "#/messages/new")
    number = line.us.write(TEXT, FLASH)
    wait_for_sound(page)
    for _ in range(MOST_KEYS):
        page.keyboard.press(key)
        if page.evaluate("() => new Promise((done) => setTimeout(() => done(Boolean(document.querySelector("
                         "'[data-testid=taken]'))), 900))"):  # fmt: skip
            break
    wait_until(lambda: is_taken(line.ru, number), "not taken")
    assert 0 < page.evaluate("__typed") <= MOST_KEYS


def test_nothing_else_takes_it(open_heard, line):
    page = open_heard(line.ru)
    number = line.us.write(TEXT * 20, FLASH)
    overlay = shown(page)
    armed(page)
    for key in ("Escape", "Tab", "PageDown", "ArrowDown", "a", "Control+t", "Alt+t"):
        page.keyboard.press(key)
    page.mouse.click(5, 400)
    page.mouse.wheel(0, 2_000)
    page.locator("[data-testid=flash-text]").click()
    page.get_by_test_id("take").focus()
    page.get_by_test_id("take").hover()
    page.evaluate("window.scrollTo(0, 9999)")
    assert overlay.is_visible()
    assert not is_taken(line.ru, number)
    inside = page.evaluate("document.activeElement.closest('[data-testid=flash]') !== null")
    assert inside, "the focus stays in it"


def test_what_was_being_typed_takes_nothing_and_is_kept(open_heard, line):
    page = open_heard(line.ru, "#/messages/new/free-text")
    field = page.locator("main textarea").first
    field.click()
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/acts") else None)
    page.keyboard.type("that their aircraft ")
    page.keyboard.down("t")
    page.evaluate(WATCH_FOR_WAIT, say("ui-flash-wait", "en"))
    number = line.us.write(TEXT, FLASH)
    shown(page)
    for _ in range(8):  # the key is still held, and the next ones were on their way
        page.keyboard.down("t")
    page.keyboard.up("t")
    page.keyboard.press("t")
    page.keyboard.press("Enter")
    page.keyboard.down("Space")
    armed(page)
    assert page.evaluate("__waited"), "it says that its keys do nothing yet"
    page.keyboard.up("Space")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert asked == [], "nothing was asked of the node"
    page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.get_by_test_id("taken").wait_for()
    assert is_taken(line.ru, number), "a key that is pressed after that is meant"
    acts = [act for chain in line.ru.message(number).chains for step in chain.steps for act in step.acts]
    assert len([act for act in acts if act.kind == Take.kind]) == 1
    page.keyboard.press("Escape")
    page.get_by_test_id("taken").wait_for(state="detached")
    assert field.input_value().startswith("that their aircraft t")


def test_a_key_that_is_held_never_takes_it(open_heard, line):
    page = open_heard(line.ru)
    page.keyboard.down("Enter")
    number = line.us.write(TEXT, FLASH)
    shown(page)
    armed(page)
    for _ in range(5):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.get_by_test_id("flash-keys").get_by_text(say("ui-flash-keys", "en")).wait_for()
    assert page.get_by_test_id("flash").is_visible()
    assert not is_taken(line.ru, number)


def test_a_press_on_the_button_just_as_it_appears_takes_nothing(open_heard, line):
    page = open_heard(line.ru)
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
          const take = document.querySelector('[data-testid=take]');
          if (take === null) return;
          observer.disconnect();
          take.click();
        }).observe(document.body, { childList: true, subtree: true })"""
    )
    number = line.us.write(TEXT, FLASH)
    armed(page)
    assert page.get_by_test_id("flash").is_visible()
    assert not is_taken(line.ru, number)


# --- what it covers, and what comes after


def test_it_covers_a_dialog_that_is_open(open_heard, line):
    page = open_heard(line.ru)
    page.keyboard.press("w")
    page.get_by_test_id("watch-play").wait_for()
    line.us.write(TEXT, FLASH)
    shown(page)
    armed(page)
    assert (
        page.evaluate(
            "document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('dialog').dataset.testid"
        )
        == "flash"
    )
    page.keyboard.press("Enter")
    page.get_by_test_id("taken").wait_for()
    page.keyboard.press("Escape")
    assert page.get_by_test_id("watch-play").is_visible(), "and leaves it as it was"


def test_several_are_taken_one_by_one_the_oldest_first(open_heard, line):
    page = open_heard(line.ru)
    numbers = [line.us.write(f"This is number {each}.", FLASH) for each in ("one", "two", "three")]
    page.get_by_test_id("flash-count").get_by_text("3 FLASH wait").wait_for()
    for number, word in zip(numbers, ("one", "two", "three"), strict=True):
        page.get_by_test_id("flash").get_by_role("heading").get_by_text(number).wait_for()
        page.get_by_test_id("flash-text").get_by_text(f"This is number {word}.").wait_for()
        armed(page)
        assert sounds(page) or wait_for_sound(page)
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")  # pressed twice in haste: the next one is not taken by it
        wait_until(lambda number=number: is_taken(line.ru, number))
    page.get_by_test_id("taken").wait_for()
    assert [is_taken(line.ru, number) for number in numbers] == [True] * 3
    wait_for_silence(page)
    page.get_by_role("link", name=numbers[0]).wait_for()


def test_after_taking_it_is_read_and_read_back_by_keyboard_at_once(open_heard, line):
    page = open_heard(line.ru)
    number = line.us.say(warning(), FLASH)
    shown(page)
    armed(page)
    page.keyboard.press("t")
    page.get_by_test_id("taken").locator("button.main:focus").wait_for()
    page.keyboard.press("Shift+R")
    wait_until(lambda: _done(line.ru, number, StepName.READ_BY), "not read")
    page.get_by_test_id("taken").get_by_text("On our record as").wait_for()
    page.keyboard.press("Shift+B")
    page.get_by_test_id("taken").locator("form input").first.focus()
    page.keyboard.type("STOP")
    page.keyboard.press("Tab")
    page.keyboard.type("the bridge at 36.61 N 37.02 E")
    page.keyboard.press("Enter")
    wait_until(lambda: _done(line.ru, number, StepName.READ_BACK), "not read back")
    page.keyboard.press("Escape")
    page.get_by_test_id("taken").wait_for(state="detached")


HOLD_ANSWERS_TO_ACTS = """() => {
  const ask = window.fetch;
  window.fetch = async (path, wish) => {
    const answer = await ask(path, wish);
    if (String(path).endsWith("/acts")) await new Promise((go) => { window.letGo = go; });
    return answer;
  };
}"""


def test_an_answer_that_comes_when_the_officer_has_left_troubles_nobody(open_heard, line):
    page = open_heard(line.ru)
    number = line.us.say(warning(), FLASH)
    shown(page)
    armed(page)
    page.keyboard.press("t")
    page.get_by_test_id("taken").locator("button.main:focus").wait_for()
    page.evaluate(HOLD_ANSWERS_TO_ACTS)
    page.keyboard.press("Shift+R")
    wait_until(lambda: _done(line.ru, number, StepName.READ_BY), "not read")
    page.keyboard.press("Escape")
    page.get_by_test_id("taken").wait_for(state="detached")
    page.wait_for_function("() => window.letGo")  # its answer has come
    page.evaluate(
        "window.letGo(), new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )  # the window fails the test for whatever the page complains of


def _done(desk, number, name):
    (chain,) = desk.message(number).chains
    return chain.step(name).done


def test_one_that_is_taken_elsewhere_uncovers_this_page(open_heard, line):
    page = open_heard(line.ru)
    number = line.us.write(TEXT, FLASH)
    shown(page)
    line.ru.act(Take(message=line.ru.id(number), from_post="ru.duty"))
    page.get_by_test_id("flash").wait_for(state="detached")
    wait_for_silence(page)
    assert page.get_by_test_id("taken").count() == 0, "who did not take it goes on where he was"


def test_the_name_and_the_icon_of_the_tab_say_it(open_heard, line):
    page = open_heard(line.ru)
    calm = page.title()
    icon = page.locator("link[rel=icon]")
    assert icon.get_attribute("href") == "/icon.svg"
    number = line.us.write(TEXT, FLASH)
    shown(page)
    assert page.title().startswith(f"EXERCISE · FLASH {number}")
    assert icon.get_attribute("href") == "/icon-alarm.svg"
    line.ru.act(Take(message=line.ru.id(number), from_post="ru.duty"))
    page.get_by_test_id("flash").wait_for(state="detached")
    assert page.title() == calm
    assert icon.get_attribute("href") == "/icon.svg"


# --- what the sender sees


def test_the_sender_sees_shown_and_nobody_has_acted_then_nothing_more(open_heard, line):
    sender, page = open_heard(line.us), open_heard(line.ru)
    number = line.us.write(TEXT, FLASH)
    ours = sender.get_by_test_id("our-flash")
    ours.get_by_text("SHOWN ON 1 SCREEN, NOBODY HAS ACTED").wait_for()
    ours.get_by_text(number).wait_for()
    shown(page)
    armed(page)
    page.keyboard.press("Enter")
    ours.wait_for(state="detached")


def test_where_no_screen_shows_it_the_sender_reads_so_on_every_page(open_heard, line):
    sender = open_heard(line.us, "#/messages")
    number = line.us.write(TEXT, FLASH)
    ours = sender.get_by_test_id("our-flash")
    ours.get_by_text("ON THEIR RECORD").wait_for()
    ours.get_by_text(say("ui-on-record-not-shown", "en")).wait_for()
    assert ours.get_by_text(say("ui-our-flash", "en")).is_visible()
    sender.goto(f"{sender.url.partition('#')[0]}#/line")
    assert ours.get_by_text(say("ui-on-record-not-shown", "en")).is_visible()
    line.ru.act(Take(message=line.ru.id(number), from_post="ru.duty"))
    ours.wait_for(state="detached")


# --- what must not move it, and what must end it

WATCH_TAKE = """() => {
  window.__disarmed = 0;
  new MutationObserver((found) => {
    window.__disarmed += found.filter(({ target }) => target.getAttribute('aria-disabled') === 'true').length;
  }).observe(document.querySelector('[data-testid=take]'), { attributeFilter: ['aria-disabled'] });
}"""
THROUGH_OUR_HANDS = """(() => {
  const own = Object.getOwnPropertyDescriptor(EventSource.prototype, 'onmessage');
  Object.defineProperty(EventSource.prototype, 'onmessage', {
    set(hear) {
      own.set.call(this, ({ data }) => {
        if (window.__isSilent) return;
        const event = JSON.parse(data);
        if (event.what === 'message' && window.__alarms) return; // nothing else tells the page
        if (event.what === 'desk') event.desk.alarms = [...event.desk.alarms, ...(window.__alarms ?? [])];
        hear(new MessageEvent('message', { data: JSON.stringify(event) }));
      });
    },
  });
})();"""


def test_whatever_else_is_pushed_meanwhile_disarms_nothing_and_steals_no_focus(open_heard, line):
    page = open_heard(line.ru, "#/messages")
    flash = line.us.write(TEXT, FLASH)
    shown(page)
    armed(page)
    says = page.get_by_role("region", name=say("ui-flash-says", "en"))
    says.focus()
    page.evaluate(WATCH_TAKE)
    for each in range(4):
        other = line.us.write(f"Routine number {each}.")
        page.locator(f'[data-number="{other}"]').first.wait_for(state="attached")
    assert page.evaluate("__disarmed") == 0, "TAKE stayed armed"
    assert says.evaluate("(region) => region === document.activeElement"), "the focus stayed where it was"
    page.keyboard.press("t")
    wait_until(lambda: is_taken(line.ru, flash), "not taken")


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_on_a_page_that_cannot_sound_no_word_names_a_key_that_takes(language):
    words = say("ui-flash-silent-why", language)
    assert not {"Enter", "Entrée", "T", "Т"} & set(words.replace(",", " ").replace(".", " ").split())


def test_one_that_was_taken_already_uncovers_the_page_though_an_alarm_still_names_it(open_heard, line):
    page = open_heard(line.ru)
    number = line.us.write(TEXT, FLASH)
    shown(page)
    wait_until(lambda: _done(line.ru, number, StepName.SHOWN), "not shown")
    line.ru.act(Take(message=line.ru.id(number), from_post="ru.duty"))
    page.get_by_test_id("flash").wait_for(state="detached")
    alarm = {
        "cause": "flash",
        "party": "us",
        "messages": [number],
        "first_ms": 1,
        "last_ms": 1,
        "per_minute": 1,
    }
    page.add_init_script(f"{THROUGH_OUR_HANDS} window.__alarms = [{json.dumps(alarm)}];")
    page.reload()
    asked = f"some(({{ name }}) => name.endsWith('/api/messages/{number.lower()}'))"
    wait_until(lambda: page.evaluate(f"performance.getEntriesByType('resource').{asked}"), "it never looked")
    page.get_by_test_id("flash").wait_for(state="detached")
    assert page.evaluate("__alarms.length") == 1, "the alarm still names it"


def test_what_comes_after_taking_says_when_it_is_not_live_and_in_which_language(open_heard, line):
    page = open_heard(line.ru)
    page.add_init_script(THROUGH_OUR_HANDS)
    page.reload()
    page.get_by_test_id("counts").wait_for()
    line.us.write(TEXT, FLASH)
    shown(page)
    armed(page)
    page.keyboard.press("t")
    taken = page.get_by_test_id("taken")
    taken.wait_for()
    page.evaluate("window.__isSilent = true")
    taken.get_by_test_id("flash-not-live").get_by_text("NOT LIVE since").wait_for()
    taken.get_by_role("button", name="Français").click()
    taken.get_by_test_id("flash-not-live").get_by_text(say("ui-not-live-hint", "fr")).wait_for()
    page.evaluate("window.__isSilent = false")
    taken.get_by_test_id("flash-not-live").wait_for(state="detached")


def test_it_is_shown_over_a_dialog_that_was_open(open_heard, line):
    page = open_heard(line.ru)
    page.keyboard.press("w")
    page.get_by_test_id("watch-play").wait_for()
    number = line.us.write(TEXT, FLASH)
    line.ru.has(number)
    wait_until(lambda: _done(line.ru, number, StepName.SHOWN), "not shown")


def test_while_nothing_comes_from_them_the_sender_reads_that_and_not_that_nobody_acted(open_heard, line):
    sender = open_heard(line.us)
    number = line.us.write(TEXT, FLASH)
    ours = sender.get_by_test_id("our-flash")
    ours.get_by_text(say("ui-on-record-not-shown", "en")).wait_for()
    ours.get_by_text("No act of theirs on it is on our record").wait_for()
    line.cut()
    ours.get_by_text("Nothing has come to us from there since").wait_for()
    assert ours.get_by_text(say("ui-on-record-not-shown", "en")).count() == 0, "it is not known any more"
    assert ours.get_by_text("No act of theirs").count() == 0
    line.mend()
    ours.get_by_text("No act of theirs on it is on our record").wait_for()
    line.ru.act(SayAgain(message=line.ru.id(number), from_post="ru.duty"))
    ours.wait_for(state="detached")  # asking for it again is an act


def test_our_own_flash_is_asked_for_when_the_page_connects_and_not_again(open_heard, line):
    sender = open_heard(line.us)
    line.us.write(TEXT, FLASH)
    sender.get_by_test_id("our-flash").wait_for()
    asked = []
    sender.on("request", lambda request: asked.append(request.url))
    sender.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    line.us.write(TEXT, FLASH)
    sender.get_by_test_id("our-flash").locator("li").nth(1).wait_for()
    assert len([url for url in asked if url.endswith("/api/messages/open")]) < 3, "it asks without end"


# --- the watch


def test_taking_the_watch_plays_the_alarm_and_puts_the_answer_on_record(open_heard, line):
    page = open_heard(line.ru, ready=False)
    page.get_by_test_id("watch-ru").get_by_text(say("ui-watch-nobody", "en")).wait_for()
    page.get_by_role("button", name=say("ui-duty-take", "en")).click()
    assert heard(page)["level"] == 0
    page.get_by_test_id("watch-play").press("Enter")
    wait_for_sound(page)
    assert pitches(page) == set(FLASH_HERTZ), "the alarm itself"
    page.get_by_test_id("watch-yes").press("Enter")
    wait_for_silence(page)
    page.get_by_test_id("watch-ru").get_by_text("Duty desk").wait_for()
    (watch,) = watches(line.ru)
    assert (watch.post, watch.officer, watch.heard) == ("ru.duty", "second watch", True)
    wait_until(lambda: [each.heard for each in watches(line.us)] == [True], "US does not see it")


def test_an_alarm_that_was_not_heard_is_on_record_too_and_says_what_to_look_at(open_heard, line):
    page = open_heard(line.ru)
    page.keyboard.press("w")
    page.get_by_test_id("watch-play").click()
    page.get_by_test_id("watch-no").click()
    wait_for_silence(page)
    page.get_by_text(say("ui-duty-check-tab", "en")).wait_for()
    page.get_by_test_id("watch-ru").get_by_text(say("ui-watch-not-heard", "en")).wait_for()
    assert [each.heard for each in watches(line.ru)] == [False]
    page.get_by_test_id("watch-play").click()
    wait_for_sound(page)
    page.get_by_test_id("watch-yes").click()
    wait_until(lambda: [each.heard for each in watches(line.ru)] == [True])


def test_the_watch_is_left_by_a_press(open_heard, line):
    page = open_heard(line.ru)
    page.keyboard.press("w")
    page.get_by_test_id("watch-play").click()
    page.get_by_test_id("watch-yes").click()
    wait_until(lambda: watches(line.ru))
    page.keyboard.press("Escape")
    page.get_by_role("button", name=say("ui-duty-leave", "en")).click()
    page.get_by_test_id("watch-leave").click()
    page.get_by_test_id("watch-ru").get_by_text(say("ui-watch-nobody", "en")).wait_for()
    assert watches(line.ru) == ()


def test_closing_the_trial_ends_its_sound(open_heard, line):
    page = open_heard(line.ru)
    page.keyboard.press("w")
    page.get_by_test_id("watch-play").click()
    wait_for_sound(page)
    page.keyboard.press("Escape")
    wait_for_silence(page)
    assert watches(line.ru) == ()


# --- looks


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
@pytest.mark.parametrize(("width", "dark"), [(360, False), (1280, True)])
def test_it_can_be_read_by_everybody(open_heard, line, language, width, dark):
    page = open_heard(line.ru, language=language, width=width, dark=dark)
    line.us.say(warning(text=TEXT), FLASH)
    shown(page)
    assert page.get_by_test_id("flash-exercise").is_visible(), "EXERCISE first"
    armed(page)
    assert looking.violations(page) == []
    assert looking.cut_texts(page) == []
    assert page.get_by_test_id("take").is_visible()
    take, window = page.get_by_test_id("take").bounding_box(), page.viewport_size
    assert take["y"] + take["height"] <= window["height"], "without scrolling"
    page.keyboard.press("Enter")
    page.get_by_test_id("taken").locator("button.main:focus").wait_for()
    assert looking.violations(page) == []
    assert looking.cut_texts(page) == []


def test_its_language_can_be_changed_while_it_covers_the_page(open_heard, line):
    page = open_heard(line.ru)
    line.us.write(TEXT, FLASH)
    shown(page)
    armed(page)
    page.get_by_test_id("flash").get_by_role("button", name="Русский").click()
    page.get_by_test_id("take").get_by_text(say("ui-flash-take", "ru")).wait_for()
    assert page.get_by_test_id("flash-text").inner_text() == TEXT, "what the author wrote is not translated"
