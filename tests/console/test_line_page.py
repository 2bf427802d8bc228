"""The page Line and the shell around every page: what is said of the line, and what is said when nothing is live."""

import re

import pytest

from coupefeu.model.precedence import Precedence

CLOCK = re.compile(r"\d\d:\d\d:\d\dZ")


def text_of(page, test_id):
    return page.get_by_test_id(test_id).first.inner_text()


def settled(page, heading="Line"):
    """Wait until the page itself stands there, and until the browser has let it sound: both move what is below."""
    page.get_by_role("heading", name=heading, level=1).wait_for()
    page.keyboard.press("Shift")
    page.get_by_test_id("cannot-sound").wait_for(state="detached")
    return page


def wait_for_text(page, test_id, text):
    page.get_by_test_id(test_id).first.filter(has_text=text).wait_for()


def test_exercise_is_the_first_word_of_the_page_and_of_its_title(open_page, desks):
    page = open_page(desks.us)
    wait_for_text(page, "exercise", "EXERCISE")
    assert re.match(r"EXERCISE\s*/\s*EXERCICE\s*/\s*УЧЕНИЕ", page.inner_text("body"))
    assert page.title().startswith("EXERCISE · ")


def test_the_line_is_said_in_words_with_both_clocks(open_page, desks):
    page = open_page(desks.us)
    wait_for_text(page, "line-words", "Line to RU: up; their node answers.")
    assert text_of(page, "line-state").strip() == "Line to RU: up; their node answers."
    assert CLOCK.fullmatch(text_of(page, "our-clock"))
    assert CLOCK.search(text_of(page, "their-clock"))


def test_three_signals_stand_apart_and_machines_look_unlike_people(open_page, desks):
    number = desks.ru.write("A person of ours says this.")
    desks.us.has(number)
    page = open_page(desks.us)
    wait_for_text(page, "signal-answer", number)
    assert "machine" in text_of(page, "signal-heartbeat")
    assert "as RU’s node says" in text_of(page, "signal-watch")
    assert "as RU’s node says" in text_of(page, "signal-answer")
    looks = [
        page.get_by_test_id(name).evaluate("e => getComputedStyle(e).borderLeftStyle")
        for name in ("signal-heartbeat", "signal-watch", "signal-answer")
    ]
    assert looks == ["dashed", "solid", "solid"]


def test_what_is_too_old_to_say_is_unknown(fresh_desks, open_page):
    page = open_page(fresh_desks.us)
    wait_for_text(page, "line-state", "up; their node answers.")
    fresh_desks.cut()
    wait_for_text(page, "line-state", "Line to RU: down.")
    wait_for_text(page, "their-clock", "unknown")
    wait_for_text(page, "signal-heartbeat", "unknown")
    wait_for_text(page, "signal-watch", "unknown")
    assert page.locator(".bearers li.proven").count() == 0
    fresh_desks.mend()
    wait_for_text(page, "their-clock", CLOCK)


def test_what_is_overdue_stands_here_and_says_what_it_covers(fresh_desks, open_page):
    page = open_page(fresh_desks.us)
    wait_for_text(page, "overdue", "Nothing is overdue among the")
    number = fresh_desks.ru.write("Nobody takes this.", Precedence.PRIORITY)
    wait_for_text(page, "overdue", number)
    wait_for_text(page, "overdue", "OVERDUE by 0:00:")
    assert re.search(r"1 shown of 1; \d+ looked at; as of", text_of(page, "overdue"))
    wait_for_text(page, "counts", "1 overdue")


def test_a_line_test_is_sent_by_press_and_answered_by_their_node(open_page, desks):
    page = open_page(desks.us)
    section = page.get_by_test_id("line-tests")
    section.get_by_role("combobox").select_option("4")
    section.get_by_role("button", name="Send a line test").click()
    number = (
        section.get_by_role("status").filter(has_text="On our record as").inner_text().split()[-1].rstrip(".")
    )
    page.goto(page.url.partition("#")[0] + f"#/messages/{number}")
    page.locator("[data-step=answered][data-done=true]").wait_for()


def test_a_dead_stream_makes_the_page_plainly_dead_and_it_comes_back_by_itself(desk_processes, open_page):
    page = open_page(desk_processes.us, "#/messages/new/free-text")
    page.window.allow("ERR_")
    page.get_by_role("textbox", name="Text").fill("Typed before the power cut.")
    desk_processes.kill("us")
    dead = page.get_by_test_id("not-live")
    dead.wait_for()
    assert re.search(r"NOT LIVE since \d\d:\d\d:\d\dZ", dead.inner_text())
    assert "NOT LIVE since" in page.title()
    assert page.title().startswith("EXERCISE")
    assert page.get_by_test_id("exercise").is_visible()
    assert (
        page.locator(".not-live main").evaluate("e => getComputedStyle(e.closest('.not-live')).opacity") < "1"
    )
    before = text_of(page, "our-clock")
    desk_processes.start("us")
    dead.wait_for(state="detached")
    page.wait_for_function(
        f"() => document.querySelector('[data-testid=our-clock]').innerText !== '{before}'"
    )
    assert page.get_by_role("textbox", name="Text").input_value() == "Typed before the power cut."


def test_a_stream_that_only_falls_silent_makes_the_page_dead_too(open_page, desks):
    page = open_page(desks.us)
    page.window.allow("ERR_")
    silent = """() => {
      window.EventSource = class { constructor() { this.readyState = 1; } close() {} };
    }"""
    page.add_init_script(f"({silent})()")
    page.reload()
    page.get_by_test_id("not-live").wait_for()
    assert "NOT LIVE" in text_of(page, "not-live")


def test_the_language_changes_on_every_page_and_nothing_typed_is_lost(open_page, desks):
    page = open_page(desks.us, "#/messages/new/free-text")
    page.get_by_role("textbox", name="Text").fill("Half a sentence")
    page.get_by_role("button", name="RU").click()
    page.get_by_role("heading", name="Написать сообщение").wait_for()
    assert page.locator("textarea").input_value() == "Half a sentence"
    page.get_by_role("button", name="FR").click()
    page.get_by_role("heading", name="Rédiger un message").wait_for()
    assert page.locator("textarea").input_value() == "Half a sentence"
    page.reload()
    page.get_by_role("heading", name="Rédiger un message").wait_for()
    assert page.evaluate("document.documentElement.lang") == "fr"


def test_light_and_dark_are_chosen_and_kept(open_page, desks):
    page = open_page(desks.us)
    settled(page)
    paper = "() => getComputedStyle(document.body).backgroundColor"
    by_day = page.evaluate(paper)
    page.get_by_role("button", name="Light: as the system").click()
    page.get_by_role("button", name="Light: day").click()
    assert page.get_by_role("button", name="Light: night").is_visible()
    by_night = page.evaluate(paper)
    assert by_night != by_day
    page.reload()
    settled(page)
    assert page.evaluate(paper) == by_night


@pytest.mark.parametrize(
    ("keys", "heading"), [("3", "Messages"), ("g m", "Messages"), ("2", "Line"), ("n", "Write a message")]
)
def test_single_keys_go_where_they_say_and_the_focus_goes_along(open_page, desks, keys, heading):
    page = open_page(desks.us, "#/line" if keys != "n" else "#/messages")
    settled(page, "Line" if keys != "n" else "Messages")
    for key in keys.split():
        page.keyboard.press(key)
    page.get_by_role("heading", name=heading, level=1).wait_for()
    if keys != "2":
        page.wait_for_function("() => document.activeElement.tagName === 'H1'")


def test_single_keys_are_listed_and_can_be_switched_off(open_page, desks):
    page = settled(open_page(desks.us))
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    dialog.wait_for()
    assert "Messages" in dialog.inner_text()
    dialog.get_by_role("checkbox", name="Single keys work").uncheck()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    page.keyboard.press("3")
    page.get_by_role("button", name="Keys").click()
    dialog.wait_for()
    assert page.evaluate("location.hash") == "#/line"


def test_the_first_stop_of_the_keyboard_leads_to_the_content(open_page, desks):
    page = settled(open_page(desks.us))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "To the content of the page"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H1"


def fetched(open_page, desk, path, language):
    """Open a page; gives the names of the scripts, styles and words that its browser asked for until it was at rest."""
    page = open_page(desk, "#/agreement", language=language)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("about:blank")
    page.goto(f"{desk.address}/{path}")
    page.get_by_test_id("lamp").wait_for()
    page.get_by_test_id("declared").wait_for()
    page.wait_for_load_state("load")
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    names = [url.rpartition("/assets/")[2] for url in asked if "/assets/" in url]
    return [name for name in names if name.endswith((".js", ".css"))]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_first_page_asks_for_its_own_words_alone_and_for_each_thing_once(
    fresh_desks, open_page, language
):
    found = fetched(open_page, fresh_desks.us, "#/line", language)
    words = [name for name in found if re.match(r"(?:later-)?(?:en|fr|ru)-", name)]
    assert [name.partition("-")[0] for name in words] == [language], words
    assert len(found) == len(set(found)) <= 20, found
