"""Erasing from the page of an entry, and what every page says of what the record keeps, before anything is written."""

import re

import pytest
from tests.console.desks import wait_until
from tests.console.looking import cut_texts, violations
from tests.console.test_record_routes import Http, signed_for

from coupefeu.services.messages.commands import Read
from coupefeu.words import say


def said(desks, text):
    """Say something that RU has read, and that both have signed for."""
    number = desks.us.write(text)
    desks.ru.has(number)
    desks.ru.act(Read(message=desks.ru.id(number), from_post="ru.duty", officer="2-я смена"))
    http = Http(desks.us)
    signed_for(http, number)
    wait_until(lambda: http.get(f"/record/{number}/erasable")[1].get("entries") == 2, "the act is here")
    return number


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_press_and_one_more_erase_what_an_entry_says(open_page, desks, language):
    number = said(desks, f"To be erased, in {language}.")
    page = open_page(desks.us, f"#/record/{number}", language=language)
    page.get_by_role("button", name=say("ui-erase-open", language)).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(say("erase-stands", language)).wait_for()
    shown = dialog.inner_text()
    assert say("erase-elsewhere", language, parties="RU") in shown
    assert say("erase-lost", language, number=number, entries=2, attachments=0) in shown
    assert violations(page) == []
    assert cut_texts(page) == []
    dialog.get_by_role("textbox").fill("as both sides agreed")
    dialog.get_by_role("button", name=say("ui-erase-do", language)).click()
    dialog.wait_for(state="detached")
    page.get_by_text("as both sides agreed").wait_for()
    main = page.locator("main").inner_text()
    assert "To be erased" not in main
    assert say("erased-why-order", language) in main
    assert page.get_by_role("button", name=say("ui-erase-open", language)).count() == 0
    assert desks.ru.message(number).original == f"To be erased, in {language}."


def test_what_a_program_asks_and_is_refused(desks):
    http = Http(desks.us)
    number = said(desks, "Erased by a route.")
    assert http.get(f"/record/{number}")[1]["erasable"] is True
    assert http.post(f"/record/{number}/erase", {"reason": "x" * 201})[0] == 400
    status, done = http.post(f"/record/{number}/erase", {"reason": "agreed"})
    assert status == 201
    assert re.fullmatch(r"US/\d+", done["number"])
    entry = http.get(f"/record/{number}")[1]
    (erasure,) = entry["erasures"]
    assert (erasure["why"], erasure["post"], erasure["ours"]) == ("order", "us.duty", True)
    assert (entry["erasable"], entry["line"]["erased"], entry["line"]["beginning"]) == (False, True, "")
    status, refused = http.get(f"/record/{number}/erasable")
    assert (status, refused["error"]["code"]) == (409, "services.erasures.nothing")
    named = http.get(f"/record/{done['number']}")[1]
    assert named["line"]["by"] == "machine"
    assert {each["code"] for each in named["says"]} == {"erased", "erased-order", "reason"}


def test_the_mode_stands_above_what_is_written(open_page, desks):
    page = open_page(desks.us, "#/messages/new")
    page.get_by_test_id("record-mode").wait_for()
    assert page.get_by_test_id("record-mode").inner_text() == say("mode-on-record", "en")
    before = page.evaluate(
        "() => { const mode = document.querySelector('[data-testid=record-mode]');"
        " const field = document.querySelector('main form, main fieldset, main [role=radiogroup]');"
        " return !!(mode.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING); }"
    )
    assert before
