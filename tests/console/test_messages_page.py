"""The page Messages: reading, acting by press only, writing by form, and that nothing typed is ever lost."""

import re

import pytest
from tests.console.desks import wait_until

from coupefeu.model.attachments import Attachment
from coupefeu.model.messages import Channel, Content, Form, Operative
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.commands import Take
from coupefeu.services.messages.render import coded_lines
from coupefeu.services.messages.status import StepName
from coupefeu.words import say

HOSTILE = "<img src=x onerror=alert(1)>\u202egnp.exe\n— us.node abc\n⟦U+202E⟧ а\u0301\u0301\u0301\u0301"

LOSE_ONE_ANSWER = """() => {
  const ask = window.fetch;
  window.fetch = async (path, wish) => {
    const answer = await ask(path, wish);
    if (path !== '/api/messages' || wish.method !== 'POST' || window.lost) return answer;
    window.lost = answer.status;
    throw new TypeError('the answer is lost');
  };
}"""
"""The message is recorded, and the page never hears of it."""
HOLD_ONE_ANSWER = """() => {
  const ask = window.fetch;
  window.fetch = async (path, wish) => {
    const answer = await ask(path, wish);
    if (!/^\\/api\\/messages\\/ru\\/[0-9]+$/.test(path) || window.held) return answer;
    await new Promise((go) => { window.held = go; });
    return answer;
  };
}"""
"""Our node has answered, and the answer is long on its way."""


def warning(text="Stop the strike on the column."):
    return Content(
        form=Form.WARNING, subject=Subject.SAFETY, operative=Operative.STOP, place="36.1 N 38.0 E",
        numbers=("12",), text=text, passages=("the column",) if "the column" in text else (),
    )  # fmt: skip


def step(desk, number, name, party=None):
    """Give a step of the chain at a party, as a node has it."""
    return desk.message(number).chain(party or desk.party).step(name)


def is_done(desk, number, name, party=None):
    return lambda: step(desk, number, name, party).done


def write(page, text):
    page.get_by_role("textbox", name="Text").fill(text)


def judged(page):
    """Wait until our node has judged what stands on the page; gives how it will be read."""
    page.wait_for_function(
        """() => document.querySelector('[data-testid=preview] .letter')
            && !document.querySelector('[data-testid=preview] .stale')"""
    )
    return page.get_by_test_id("preview").locator(".letter")


def press(page, name):
    """Press a button once the browser has let the page sound: until then a line above it moves it."""
    page.get_by_role("button", name=name).wait_for()
    page.keyboard.press("Shift")
    page.get_by_test_id("cannot-sound").wait_for(state="detached")
    page.get_by_role("button", name=name).click()


# --- reading ----------------------------------------------------------------------------------------------


def test_what_is_open_stands_first_and_every_list_says_what_it_covers(open_page, desks):
    number = desks.ru.write("Waits to be taken.", Precedence.IMMEDIATE)
    desks.us.has(number)
    page = open_page(desks.us, "#/messages")
    opened = page.locator("#open")
    opened.get_by_text(number, exact=True).wait_for()
    assert re.search(r"\d+ shown of \d+; \d+ looked at; as of \d\d:\d\d:\d\dZ", opened.inner_text())
    page.locator("#all").get_by_text(number, exact=True).wait_for()
    assert re.search(r"\d+ looked at; as of", page.locator("#all").inner_text())


def test_a_message_that_comes_is_in_the_list_without_asking(open_page, desks):
    page = open_page(desks.us, "#/messages")
    page.locator("#all [data-row='0'] a").wait_for()
    number = desks.ru.write("Came while the page stood open.")
    page.locator("#all").get_by_text(number, exact=True).wait_for()


def test_the_keyboard_goes_through_the_list_and_opens_one(open_page, desks):
    number = desks.ru.write("Opened by the keyboard.", Precedence.IMMEDIATE)
    desks.us.has(number)
    page = open_page(desks.us, "#/messages")
    page.locator("#open").get_by_text(number, exact=True).wait_for()
    page.locator("#all [data-row='0'] a").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    chosen = page.evaluate("document.activeElement.dataset.number")
    assert chosen == page.locator("[data-row='0'] a").first.get_attribute("data-number")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=chosen).wait_for()


def test_filters_leave_what_they_say_and_an_empty_list_says_what_was_looked_at(open_page, desks):
    number = desks.ru.write("Zanzibar alone holds this word.", subject=Subject.NOTICE)
    desks.us.has(number)
    page = open_page(desks.us, "#/messages")
    page.get_by_label("Words in the message, or its number").fill("zanzibar")
    rows = page.locator("#all [data-row] a")
    page.wait_for_function("() => document.querySelectorAll('#all [data-row] a').length === 1")
    assert rows.get_attribute("data-number") == number
    page.get_by_label("SUBJECT").select_option("PROTEST")
    empty = page.locator("#all").get_by_text("looked at is like this, as of")
    empty.wait_for()
    page.get_by_role("button", name="Show all again").click()
    page.wait_for_function("() => document.querySelectorAll('#all [data-row] a').length > 1")


def test_the_original_stands_beside_the_rendering_with_its_language(open_page, desks):
    number = desks.ru.say(warning("Прекратите удар."))
    desks.us.has(number)
    page = open_page(desks.us, f"#/messages/{number}", language="fr")
    original = page.get_by_test_id("original")
    original.wait_for()
    assert original.inner_text().strip() == "Прекратите удар."
    assert original.get_attribute("lang") == "ru"
    letter = page.locator(".letter").inner_text()
    assert "CESSEZ" in letter
    assert "Texte original, en russe" in letter


CODED = (
    Content(
        form=Form.WARNING, subject=Subject.SAFETY, operative=Operative.SPARE, place="36.1 N 38.0 E",
        time_ms=1_648_091_520_000, numbers=("12", "-3.5"), officer="Смена 3",
    ),
    Content(form=Form.STANDARD_PHRASE, subject=Subject.SAFETY, phrase=12, slots=("55.1 N 20.3 E", "5")),
    Content(
        form=Form.CONTACT, subject=Subject.NOTICE, channel=Channel.ATTACHE, time_ms=1_648_091_520_000,
        counterpart="Duty officer", text="Spoke.",
    ),
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
@pytest.mark.parametrize("content", CODED, ids=lambda content: content.form.name.lower())
def test_codes_are_said_in_the_words_of_the_command_line(open_page, desks, content, language):
    number = desks.ru.say(content)
    status = desks.us.has(number)
    page = open_page(desks.us, f"#/messages/{number}", language=language)
    page.locator(".letter .fields").wait_for()
    letter = page.locator(".letter").inner_text()
    for line in coded_lines(status.content, language):
        name, _, value = line.partition(":")
        assert name.strip() in letter
        assert value.strip() in letter
    chain = page.locator(".chain").inner_text()
    for step in status.chain("us").steps:
        assert (
            say(f"step-{step.name}", language, screens=step.screens) in chain or step.name == StepName.SHOWN
        )


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_hostile_text_is_harmless_in_the_list_and_on_its_page(open_page, desks, language):
    number = desks.ru.write(HOSTILE)
    desks.us.has(number)
    page = open_page(desks.us, "#/messages", language=language)
    page.locator("#all").get_by_text(number, exact=True).click()
    page.get_by_test_id("original").wait_for()
    shown = page.inner_text("body")
    assert "\u202e" not in shown
    assert "⟦U+202E⟧" in shown
    assert page.locator("main img").count() == 0
    assert page.locator(".marks li").count() >= 3


def test_looking_scrolling_and_focus_are_no_act_and_only_shown_is_recorded(open_page, desks):
    number = desks.ru.write("Looked at.\n" * 60, Precedence.IMMEDIATE)
    desks.us.has(number)
    page = open_page(desks.us, f"#/messages/{number}")
    page.get_by_test_id("original").wait_for()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    for _ in range(12):
        page.keyboard.press("Tab")
    wait_until(is_done(desks.ru, number, StepName.SHOWN, "us"))
    for name in (StepName.TAKEN_BY, StepName.READ_BY, StepName.READ_BACK):
        assert not step(desks.us, number, name).done


def test_a_page_that_nobody_can_see_shows_nothing(open_page, desks):
    number = desks.ru.write("Behind another window.")
    desks.us.has(number)
    page = open_page(desks.us)
    page.evaluate(
        "() => { Object.defineProperty(document, 'visibilityState', { get: () => window.seen ?? 'hidden' }); }"
    )
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(f"location.hash = '#/messages/{number}'")
    page.get_by_test_id("original").wait_for()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert not any(url.endswith("/api/shown") for url in asked)
    with page.expect_request("**/api/shown"):
        page.evaluate(
            "() => { window.seen = 'visible'; document.dispatchEvent(new Event('visibilitychange')); }"
        )
    wait_until(is_done(desks.us, number, StepName.SHOWN))


# --- acting -----------------------------------------------------------------------------------------------


def test_one_key_takes_one_key_says_read_and_each_is_on_record(open_page, desks):
    number = desks.ru.say(warning(), Precedence.IMMEDIATE)
    desks.us.has(number)
    page = open_page(desks.us, f"#/messages/{number}", officer="Watch 2")
    page.get_by_test_id("original").wait_for()
    page.keyboard.press("Shift+T")
    page.locator("[data-step=taken-by][data-done=true]").wait_for()
    assert "US · Duty desk (Watch 2)" in page.locator("[data-step=taken-by]").inner_text().replace("\n", " ")
    assert step(desks.us, number, StepName.TAKEN_BY).acts[0].act.officer == "Watch 2"
    page.keyboard.press("Shift+R")
    page.locator("[data-step=read-by][data-done=true]").wait_for()
    assert len(step(desks.us, number, StepName.READ_BY).acts) == 1


def test_a_read_back_is_typed_anew_and_a_difference_is_named_on_both_sides(open_page, desks):
    number = desks.ru.say(warning(), Precedence.IMMEDIATE)
    desks.us.has(number)
    page = open_page(desks.us, f"#/messages/{number}")
    page.get_by_test_id("original").wait_for()
    page.keyboard.press("Shift+B")
    fields = page.locator(".acts form input")
    page.wait_for_function("() => document.querySelectorAll('.acts form input').length === 4")
    fields.nth(0).focus()
    page.evaluate(
        """() => document.activeElement.dispatchEvent(
            new ClipboardEvent('paste', { bubbles: true, cancelable: true }))"""
    )
    page.get_by_text("what is pasted proves nothing").wait_for()
    for field, typed in enumerate(("stop", "36.1 N 38.O E", "12", "the column")):
        fields.nth(field).fill(typed)
    page.reload()
    page.get_by_test_id("original").wait_for()
    page.keyboard.press("Shift+B")
    page.wait_for_function(
        "() => document.querySelectorAll('.acts form input')[1]?.value === '36.1 N 38.O E'"
    )
    page.get_by_role("button", name="Put on record").click()
    verdict = page.locator("[data-matches=false]")
    verdict.wait_for()
    assert "looks alike" in verdict.inner_text()
    other = open_page(desks.ru, f"#/messages/{number}", language="ru")
    other.locator("[data-matches=false]").wait_for()
    assert "НЕ СОВПАДАЕТ" in other.locator("[data-matches=false]").inner_text()


def test_an_outcome_needs_its_reason_and_says_it_at_the_other_side(open_page, desks):
    number = desks.ru.say(warning(), Precedence.IMMEDIATE)
    desks.us.has(number)
    page = open_page(desks.us, f"#/messages/{number}")
    press(page, "OUTCOME")
    page.get_by_role("radio", name="CANNOT").check()
    reason = page.get_by_role("textbox", name="Why it cannot be done")
    assert reason.get_attribute("required") is not None
    reason.fill("No contact with the battery")
    page.get_by_role("button", name="Put on record").click()
    page.locator("[data-step=outcome][data-done=true]").wait_for()
    wait_until(is_done(desks.ru, number, StepName.OUTCOME, "us"))
    assert step(desks.ru, number, StepName.OUTCOME, "us").acts[0].act.text == "No contact with the battery"


def test_what_the_rules_refuse_is_told_with_its_code_and_what_to_do(open_page, desks):
    number = desks.ru.write("Asked about.", Precedence.IMMEDIATE)
    desks.us.has(number)
    page = open_page(desks.us, f"#/messages/{number}")
    page.window.allow("400")
    press(page, "PASS TO")
    page.get_by_role("textbox", name="To whom").fill("x" * 500)
    page.evaluate("document.querySelector('.acts form input').removeAttribute('maxlength')")
    page.get_by_role("textbox", name="To whom").fill("x" * 501)
    page.get_by_role("button", name="Put on record").click()
    told = page.get_by_role("alert")
    told.wait_for()
    assert "services.messages." in told.inner_text()
    assert "What to do" in told.inner_text()
    assert page.get_by_role("textbox", name="To whom").input_value() == "x" * 501


def test_the_sender_is_told_that_no_screen_has_shown_it(open_page, desks):
    page = open_page(desks.us, "#/messages/new/free-text")
    write(page, "On their record, on no screen.")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("On their record; no screen has shown it.").wait_for()


# --- writing ----------------------------------------------------------------------------------------------


def fill_warning(page):
    page.get_by_role("radio", name=re.compile("^STOP")).check()
    page.get_by_role("textbox", name="Place").fill("36.1 N 38.0 E")
    page.get_by_role("radio", name=re.compile("IMMEDIATE")).check()


def fill_phrase(page):
    page.get_by_label("Phrase", exact=True).select_option("12")
    page.get_by_role("textbox", name="Place").fill("55.1 N 20.3 E")
    page.get_by_role("textbox", name="Number").fill("5")


def fill_contact(page):
    page.get_by_role("radio", name="TELEPHONE", exact=True).check()
    page.get_by_role("textbox", name="With").fill("Duty officer")
    page.get_by_role("textbox", name="Time").fill("now")
    write(page, "Spoke by telephone.")


FILLED = {
    "warning": fill_warning,
    "standard-phrase": fill_phrase,
    "request-for-explanation": lambda page: write(page, "What was that?"),
    "free-text": lambda page: write(page, "Good evening."),
    "contact": fill_contact,
    "service-message": lambda page: write(page, "Maintenance tonight."),
}


@pytest.mark.parametrize("form", FILLED)
def test_each_form_is_written_shown_as_they_will_read_it_and_sent(open_page, desks, form):
    page = open_page(desks.us, "#/messages/new")
    page.locator(f"input[value={form}]").check()
    FILLED[form](page)
    foreseen = judged(page).locator(".content").inner_text()
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url(re.compile(r"#/messages/US/\d+$"))
    number = page.url.partition("#/messages/")[2]
    desks.ru.has(number)
    other = open_page(desks.ru, f"#/messages/{number}", language="ru")
    other.locator(".letter .content").wait_for()
    assert other.locator(".letter .content").inner_text() == foreseen


def test_a_selected_passage_is_critical_for_the_reader(open_page, desks):
    page = open_page(desks.us, "#/messages/new/free-text")
    write(page, "Hold fire until noon.")
    page.get_by_role("button", name="Mark the selection as critical").click()
    page.get_by_text("Select the passage in the text first.").wait_for()
    page.evaluate("() => { const t = document.querySelector('textarea'); t.setSelectionRange(10, 20); }")
    page.get_by_role("button", name="Mark the selection as critical").click()
    page.get_by_test_id("preview").locator("mark", has_text="until noon").wait_for()
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url(re.compile(r"#/messages/US/\d+$"))
    got = desks.ru.has(page.url.partition("#/messages/")[2])
    assert got.content.passages == ("until noon",)


def test_a_flash_goes_only_after_it_was_said_what_it_does(open_page, desks):
    page = open_page(desks.us, "#/messages/new/warning")
    page.get_by_role("radio", name=re.compile("^STOP")).check()
    page.get_by_role("textbox", name="Place").fill("36.1 N 38.0 E")
    judged(page)
    page.get_by_role("button", name="Send the FLASH").click()
    dialog = page.get_by_role("dialog", name="Send a FLASH?")
    dialog.wait_for()
    assert "sounds until somebody takes it" in dialog.inner_text()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert page.get_by_role("textbox", name="Place").input_value() == "36.1 N 38.0 E"
    assert page.url.endswith("#/messages/new/warning")


def test_a_draft_outlives_a_reload_and_a_node_that_does_not_answer_and_goes_once(open_page, desks):
    text = "Sent once, however often it is pressed."
    page = open_page(desks.us, "#/messages/new/free-text")
    page.window.allow("ERR_")
    write(page, text)
    judged(page)
    page.reload()
    page.wait_for_function("() => document.querySelector('textarea')?.value.startsWith('Sent once')")
    judged(page)
    page.evaluate(LOSE_ONE_ANSWER)
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("Our node did not answer.").wait_for()
    assert page.evaluate("window.lost") == 201
    assert page.get_by_role("textbox", name="Text").input_value() == text
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url(re.compile(r"#/messages/US/\d+$"))
    number = page.url.partition("#/messages/")[2]
    desks.ru.has(number)
    sent = [each.number for each in desks.us.thread.call(desks.us._node.inbox, 200) if each.original == text]
    assert sent == [number]
    page.goto(page.url.partition("#")[0] + "#/messages/new/free-text")
    page.wait_for_function("() => document.querySelector('textarea')?.value === ''")


def test_a_message_is_corrected_from_its_page(open_page, desks):
    number = desks.us.say(warning(), Precedence.IMMEDIATE)
    page = open_page(desks.us, f"#/messages/{number}")
    page.get_by_role("link", name="Correct it").click()
    page.get_by_role("heading", name=f"CORRECTION · {number}").wait_for()
    write(page, "The second column.")
    judged(page)
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url(re.compile(r"#/messages/US/\d+$"))
    correction = page.url.partition("#/messages/")[2]
    assert desks.ru.has(correction).about == number
    page.locator(f".letter a[href='#/record/{number}']").wait_for()
    wait_until(lambda: desks.us.message(number).corrected_by == (correction,))


def test_an_attachment_is_sent_and_can_be_saved_at_the_other_side(open_page, desks):
    page = open_page(desks.us, "#/messages/new/free-text")
    write(page, "See the chart.")
    chart = {"name": "chart.txt", "mimeType": "text/plain", "buffer": b"55.1 N 20.3 E"}
    page.locator("input[type=file]").set_input_files([chart])
    page.get_by_test_id("preview").get_by_text("chart.txt").wait_for()
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url(re.compile(r"#/messages/US/\d+$"))
    number = page.url.partition("#/messages/")[2]
    desks.ru.has(number)
    other = open_page(desks.ru, f"#/messages/{number}")
    with other.expect_download() as saving:
        other.get_by_role("link", name=re.compile("chart.txt")).click()
    assert saving.value.path().read_bytes() == b"55.1 N 20.3 E"


def test_an_attachment_of_theirs_says_whether_it_is_here(open_page, desks):
    number = desks.ru.write("Карта.", attachments=(Attachment(name="карта.txt", content=b"1"),))
    desks.us.has(number)
    page = open_page(desks.us, f"#/messages/{number}")
    page.locator(".letter .fact", has_text="here").wait_for()


def test_after_a_lost_answer_another_text_is_told_to_be_another_message(open_page, desks):
    page = open_page(desks.us, "#/messages/new/free-text")
    write(page, "The first text.")
    judged(page)
    page.evaluate(LOSE_ONE_ANSWER)
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text("Our node did not answer.").wait_for()
    page.reload()
    page.wait_for_function("() => document.querySelector('textarea')?.value === 'The first text.'")
    write(page, "The second text.")
    page.get_by_text("An earlier press was not answered").wait_for()
    page.get_by_test_id("preview").get_by_text("The second text.").wait_for()
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url(re.compile(r"#/messages/US/\d+$"))
    said = {each.original for each in desks.us.thread.call(desks.us._node.inbox, 200)}
    assert {"The first text.", "The second text."} <= said


def test_what_is_awaited_does_not_read_as_done(open_page, desks):
    number = desks.ru.write("Waits for somebody.", Precedence.IMMEDIATE)
    desks.us.has(number)
    page = open_page(desks.us, "#/messages")
    row = page.locator(f"#open a[data-number='{number}']")
    row.wait_for()
    assert "awaited at US: " in row.text_content()  # what is out of sight is not drawn, and has no inner text


# --- what the reading of this code found ------------------------------------------------------------------


def test_a_key_that_is_held_down_signs_once(open_page, desks):
    number = desks.ru.write("Held down.", Precedence.IMMEDIATE)
    desks.us.has(number)
    page = open_page(desks.us, f"#/messages/{number}")
    page.get_by_test_id("original").wait_for()
    page.keyboard.press("r")
    page.keyboard.down("Shift")
    for _ in range(4):
        page.keyboard.down("R")
    page.locator("[data-step=read-by][data-done=true]").wait_for()
    for _ in range(4):
        page.keyboard.down("R")
    page.keyboard.up("R")
    assert page.get_by_role("button", name="I HAVE READ IT").is_disabled()
    assert len(step(desks.us, number, StepName.READ_BY).acts) == 1


def test_an_acting_key_is_found_on_a_cyrillic_keyboard(open_page, desks):
    number = desks.us.write("Читаю.", Precedence.IMMEDIATE)
    desks.ru.has(number)
    page = open_page(desks.ru, f"#/messages/{number}", language="ru")
    page.get_by_test_id("original").wait_for()
    page.evaluate(
        """() => document.body.dispatchEvent(new KeyboardEvent('keydown',
            { key: 'Е', code: 'KeyT', shiftKey: true, bubbles: true, cancelable: true }))"""
    )
    page.locator("[data-step=taken-by][data-done=true]").wait_for()


def test_nothing_goes_before_our_node_has_judged_what_stands_there(open_page, desks):
    page = open_page(desks.us, "#/messages/new/free-text")
    write(page, "Quickly made a FLASH.")
    judged(page)
    held = []

    def hold(route):
        held.append(route)

    page.route("**/api/messages/preview", hold)
    sent = []
    page.on("request", lambda asked: sent.append(asked) if asked.url.endswith("/api/messages") else None)
    with page.expect_request("**/api/messages/preview"):
        page.get_by_role("radio", name=re.compile("^FLASH")).check()
        page.locator("input[name=precedence]:checked").press("Enter")
    assert page.get_by_role("button", name="Send", exact=True).is_disabled()
    assert not [asked for asked in sent if asked.method == "POST"]
    held[0].continue_()
    page.unroute("**/api/messages/preview")
    page.get_by_role("button", name="Send the FLASH").click()
    page.get_by_role("dialog", name="Send a FLASH?").wait_for()


def test_a_message_under_a_dialog_is_not_shown(open_page, desks):
    number = desks.ru.write("Under a dialog.")
    desks.us.has(number)
    page = open_page(desks.us)
    page.get_by_role("heading", name="Line", level=1).wait_for()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("dialog", name="Keys").wait_for()
    page.evaluate(f"location.hash = '#/messages/{number}'")
    page.get_by_test_id("original").wait_for(state="attached")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert not any(url.endswith("/api/shown") for url in asked)
    with page.expect_request("**/api/shown"):
        page.keyboard.press("Escape")


def test_the_page_says_as_which_post_it_acts_and_when_that_ends(open_page, desks):
    page = open_page(desks.us, officer="Watch 2")
    sitting = page.get_by_test_id("sitting")
    sitting.wait_for()
    assert sitting.inner_text() == "you act as Duty desk (Watch 2)"
    assert page.get_by_test_id("session-ends").count() == 0
    soon = """() => {
      const ask = window.fetch;
      window.fetch = async (path, wish) => {
        const answer = await ask(path, wish);
        if (path !== '/api/session' || wish.method !== 'GET') return answer;
        return Response.json({ ...(await answer.json()), expires_ms: Date.now() + 1_800_000 });
      };
    }"""
    page.add_init_script(f"({soon})()")
    page.reload()
    page.get_by_test_id("session-ends").wait_for()
    assert re.search(r"ends at \d\d:\d\dZ, in 0:\d\d:\d\d", page.get_by_test_id("session-ends").inner_text())
    assert "session ends" in page.title()
    page.get_by_role("button", name="I am here").click()
    page.get_by_test_id("session-ends").wait_for(state="detached")


def test_files_outlive_a_reload_and_a_thrown_draft_comes_back(open_page, desks):
    page = open_page(desks.us, "#/messages/new/free-text")
    write(page, "With a chart.")
    chart = {"name": "chart.txt", "mimeType": "text/plain", "buffer": b"55.1 N 20.3 E"}
    page.locator("input[type=file]").set_input_files([chart])
    judged(page).get_by_text("chart.txt").wait_for()
    page.reload()
    judged(page).get_by_text("chart.txt").wait_for()
    page.get_by_role("button", name="Throw the draft away").click()
    page.wait_for_function(
        "() => document.querySelector('textarea') === null || document.querySelector('textarea').value === ''"
    )
    page.get_by_role("button", name="Bring the draft back").click()
    page.wait_for_function("() => document.querySelector('textarea')?.value === 'With a chart.'")
    judged(page).get_by_text("chart.txt").wait_for()


def test_stopped_at_is_a_time_that_somebody_said(open_page, desks):
    number = desks.ru.say(warning(), Precedence.IMMEDIATE)
    desks.us.has(number)
    page = open_page(desks.us, f"#/messages/{number}")
    press(page, "OUTCOME")
    page.get_by_role("radio", name="STOPPED AT").check()
    when = page.get_by_role("textbox", name="When it was stopped")
    assert when.get_attribute("required") is not None
    page.get_by_role("button", name="now").click()
    assert re.fullmatch(r"\d{6}Z [A-Z]{3} \d\d", when.input_value()), "with its day, though it is sent later"
    page.get_by_role("button", name="Put on record").click()
    page.locator("[data-step=outcome][data-done=true]").wait_for()


def test_a_refusal_is_said_in_the_language_of_the_reader(open_page, desks):
    page = open_page(desks.us, "#/messages/new/free-text", language="ru")
    page.window.allow("400")
    page.locator("textarea").fill("я" * 5_000)
    told = page.get_by_role("alert")
    told.wait_for()
    assert "Текст слишком длинный для одного сообщения" in told.inner_text()
    assert "node.draft.too_long" in told.inner_text()


def test_an_answer_that_is_older_than_what_was_pushed_changes_nothing(open_page, desks):
    number = desks.ru.write("Taken while the page asked.", Precedence.IMMEDIATE)
    desks.us.has(number)
    page = open_page(desks.us)
    page.get_by_role("heading", name="Line", level=1).wait_for()
    page.evaluate(HOLD_ONE_ANSWER)
    page.evaluate(f"location.hash = '#/messages/{number}'")
    page.wait_for_function("() => window.held")
    desks.us.act(Take(message=desks.us.id(number), from_post="us.duty"))
    page.locator("[data-step=taken-by][data-done=true]").wait_for()
    page.evaluate("() => window.held()")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.locator("[data-step=taken-by][data-done=true]").count() == 1


HOLD_WHOLE_LIST = """() => {
  const ask = window.fetch;
  window.fetch = async (path, wish) => {
    const answer = await ask(path, wish);
    if (!path.startsWith('/api/messages?') || path.includes('text=') || window.letGo) return answer;
    const page = await answer.json();
    await new Promise((done) => { window.letGo = done; });
    return { ok: true, status: 200, json: async () => (window.given = page) };
  };
}"""
"""The first answer for the whole list waits for `letGo`; what it holds is `given`."""


def test_what_is_pushed_while_our_node_answers_stays_in_the_list(open_page, desks):
    page = open_page(desks.us, "#/messages")
    page.locator("#all").wait_for()
    page.evaluate(HOLD_WHOLE_LIST)
    search = page.locator("#search")
    search.fill("nobody ever wrote this, either")
    page.wait_for_function("() => document.querySelectorAll('#all [data-row]').length === 0")
    search.fill("")
    page.wait_for_function("() => window.letGo")
    number = desks.ru.write("Pushed while the node answered.")
    row = page.locator("#all [data-row]").filter(has_text="Pushed while the node answered.")
    row.wait_for()
    page.evaluate("() => window.letGo()")
    page.wait_for_function("() => window.given")
    assert number not in {each["number"] for each in page.evaluate("() => window.given.rows")}
    assert row.count() == 1
