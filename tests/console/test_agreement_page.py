"""The page Agreement: reading it, what an amendment changes, proposing, signing by keyboard, a key kept away."""

import contextlib
import re
import shutil

import pytest
from playwright.sync_api import Error
from tests.console.desks import wait_until
from tests.console.looking import cut_texts, violations
from tests.console.test_record_routes import Http, next_text

from coupefeu.words import say

LOSE_ONE_SIGNATURE = """() => {
  const ask = window.fetch;
  window.names = [];
  window.fetch = async (path, wish) => {
    const answer = await ask(path, wish);
    if (path !== '/api/agreement/signatures') return answer;
    window.names.push(new Headers(wish.headers).get('Coupefeu-Once'));
    if (window.names.length === 1) throw new TypeError('the answer is lost');
    return answer;
  };
}"""
"""The signature is recorded, and the page never hears of it; `names`: under which names it was asked for."""


def propose(desks):
    us = Http(desks.us)
    us.post("/agreement/proposals", {"text": next_text(us, 'outcome = "10m"', 'outcome = "12m"')})
    ru = Http(desks.ru)
    (amendment,) = wait_until(lambda: ru.get("/agreement")[1]["amendments"], "it is at RU")
    return amendment


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_everything_that_was_agreed_is_read_in_the_readers_language(open_page, desks, language):
    page = open_page(desks.us, "#/agreement", language=language)
    page.get_by_text(say("ui-terms-deadlines", language)).first.wait_for()
    text = page.locator("main").inner_text()
    agreement = desks.us.folder.agreement
    for post in agreement.posts:
        assert post.title.in_language(language) in text
        assert post.address.in_language(language) in text
    assert "EXERCISE / EXERCICE / УЧЕНИЕ" in text
    grace = say("ui-minutes", language, count=agreement.watch_grace_s // 60)
    assert say("ui-terms-watch-grace", language, time=grace) in text
    assert say("ui-paired-in-person", language) in text
    assert text.count(say("ui-signer-signed", language)) == 2


def test_the_exact_text_is_there_with_its_hash(open_page, desks):
    page = open_page(desks.us, "#/agreement")
    page.get_by_text(say("ui-exact-text", "en")).first.click()
    lines = page.locator("details ol li")
    shown = "\n".join(lines.all_inner_texts()) + "\n"
    assert shown.replace("\u00a0", " ") == desks.us.folder.agreement_octets.decode()


def test_an_amendment_is_signed_by_keyboard_once_its_version_is_typed(fresh_desks, open_page):
    propose(fresh_desks)
    page = open_page(fresh_desks.ru, "#/agreement")
    page.get_by_text(say("ui-amendment", "en", version=2)).wait_for()
    difference = page.get_by_role("region", name=say("ui-difference", "en"))
    assert re.search(r"−[^+]*outcome = \"10m\"", difference.inner_text())
    page.get_by_role("button", name=say("ui-sign", "en")).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert 'outcome = "12m"' in dialog.inner_text()
    assert not violations(page)
    field = dialog.get_by_label(say("ui-sign-type", "en", version=2))
    field.focus()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    dialog.get_by_text(say("ui-sign-wrong", "en", version=2)).wait_for()
    assert Http(fresh_desks.ru).get("/agreement")[1]["amendments"][0]["missing"] == ["ru"]
    page.keyboard.press("Backspace")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    page.get_by_text(re.compile("^" + re.escape("Version 2 is in force"))).wait_for()


def test_escape_signs_nothing(fresh_desks, open_page):
    propose(fresh_desks)
    page = open_page(fresh_desks.ru, "#/agreement", language="ru")
    page.get_by_role("button", name=say("ui-sign", "ru")).click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    assert Http(fresh_desks.ru).get("/agreement")[1]["amendments"][0]["missing"] == ["ru"]


def test_a_key_that_is_kept_away_gives_a_command_and_no_button(fresh_desks, open_page, tmp_path):
    amendment = propose(fresh_desks)
    shutil.move(fresh_desks.ru.folder.path / "keys" / "identity.key", tmp_path / "away.key")
    page = open_page(fresh_desks.ru, "#/agreement", language="fr")
    page.get_by_text(amendment["sign_command"], exact=True).wait_for()
    page.get_by_text(say("ui-identity-away", "fr")).wait_for()
    assert page.get_by_role("button", name=say("ui-sign", "fr")).count() == 0
    assert page.locator("input[type=file]").count() == 0
    assert not violations(page)
    assert not cut_texts(page)


def test_a_wrong_line_is_named_and_the_caret_goes_there(fresh_desks, open_page):
    page = open_page(fresh_desks.us, "#/agreement/propose")
    page.window.allow("400")
    area = page.get_by_label(say("ui-propose-text", "en"))
    area.fill(area.input_value().replace('taken = "2m"', 'taken = "soon"', 1))
    page.get_by_role("button", name=say("ui-propose-check", "en")).click()
    page.get_by_text(
        re.compile(r"line \d+, field deadlines\.FLASH\.taken: 'soon' is not a duration")
    ).wait_for()
    selected = "(area) => area.value.slice(area.selectionStart, area.selectionEnd)"
    assert area.evaluate(selected) == 'taken = "soon"'
    assert page.evaluate("() => document.activeElement.tagName") == "TEXTAREA"


def test_an_amendment_is_proposed_from_the_page(fresh_desks, open_page):
    page = open_page(fresh_desks.us, "#/agreement/propose")
    area = page.get_by_label(say("ui-propose-text", "en"))
    area.fill(area.input_value().replace('taken = "2m"', 'taken = "3m"', 1))
    page.get_by_role("button", name=say("ui-propose-check", "en")).click()
    page.get_by_text(say("ui-propose-changes", "en", version=2)).wait_for()
    assert not violations(page)
    page.get_by_role("button", name=say("ui-propose-do", "en", version=2)).click()
    page.get_by_text(say("ui-proposed", "en", version=2)).wait_for()
    (amendment,) = Http(fresh_desks.us).get("/agreement")[1]["amendments"]
    assert (amendment["version"], amendment["missing"]) == (2, ["ru"])


def test_what_was_checked_and_then_changed_must_be_checked_again(fresh_desks, open_page):
    page = open_page(fresh_desks.us, "#/agreement/propose")
    area = page.get_by_label(say("ui-propose-text", "en"))
    area.fill(area.input_value().replace('taken = "2m"', 'taken = "3m"', 1))
    page.get_by_role("button", name=say("ui-propose-check", "en")).click()
    page.get_by_text(say("ui-propose-changes", "en", version=2)).wait_for()
    area.fill(area.input_value().replace('read = "3m"', 'read = "4m"', 1))
    page.get_by_text(say("ui-propose-changes", "en", version=2)).wait_for(state="detached")


def test_a_change_of_language_loses_nothing_that_was_typed(fresh_desks, open_page):
    page = open_page(fresh_desks.us, "#/agreement/propose")
    area = page.locator("textarea")
    area.fill(area.input_value() + "# typed by hand\n")
    page.get_by_role("button", name="Русский").click()
    page.get_by_text(say("ui-propose-hint", "ru")).wait_for()
    assert area.input_value().endswith("# typed by hand\n")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_proposed_amendment_can_be_read_by_all_narrow_and_wide(fresh_desks, open_page, width):
    propose(fresh_desks)
    page = open_page(fresh_desks.ru, "#/agreement", language="ru", width=width, dark=width == 360)
    page.get_by_text(say("ui-amendment", "ru", version=2)).wait_for()
    assert not violations(page)
    assert not cut_texts(page)


def test_an_amendment_that_is_being_written_is_kept_over_other_pages_and_a_reload(fresh_desks, open_page):
    page = open_page(fresh_desks.us, "#/agreement/propose")
    area = page.get_by_label(say("ui-propose-text", "en"))
    begun = area.input_value()
    area.fill(begun + "# an hour of work\n")
    page.get_by_role("link", name=say("ui-back-to-agreement", "en")).click()
    page.get_by_role("link", name=say("ui-propose", "en"), exact=True).click()
    assert area.input_value() == begun + "# an hour of work\n"
    page.reload()
    area.wait_for()
    assert area.input_value() == begun + "# an hour of work\n"
    page.get_by_role("button", name=say("ui-propose-again", "en")).click()
    page.reload()
    area.wait_for()
    assert area.input_value() == begun


def test_what_was_proposed_is_no_draft_any_more(fresh_desks, open_page):
    page = open_page(fresh_desks.us, "#/agreement/propose")
    area = page.get_by_label(say("ui-propose-text", "en"))
    begun = area.input_value()
    area.fill(begun.replace('taken = "2m"', 'taken = "3m"', 1))
    page.get_by_role("button", name=say("ui-propose-check", "en")).click()
    page.get_by_role("button", name=say("ui-propose-do", "en", version=2)).click()
    page.get_by_text(say("ui-proposed", "en", version=2)).wait_for()
    page.reload()
    area.wait_for()
    assert area.input_value() == begun


def test_the_first_press_after_a_start_of_the_node_signs_what_was_opened_before(desk_processes, open_page):
    """The name of the entry is of the run that hears the press, so nothing tells of an earlier press that never was."""
    ru = desk_processes.ru
    propose(desk_processes)
    page = open_page(ru, "#/agreement")
    page.get_by_role("button", name=say("ui-sign", "en")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(say("ui-sign-type", "en", version=2)).fill("2")
    page.window.allow("ERR_")  # the stream breaks when the node is killed
    dead = page.get_by_test_id("not-live")
    desk_processes.kill("ru")
    dead.wait_for()
    desk_processes.start("ru")
    dead.wait_for(state="detached")
    dialog.get_by_role("button", name=say("ui-sign-do", "en", version=2)).click()
    dialog.wait_for(state="detached")


def test_a_press_whose_answer_was_lost_signs_once_when_it_is_made_again(fresh_desks, open_page):
    propose(fresh_desks)
    page = open_page(fresh_desks.ru, "#/agreement")
    page.get_by_role("button", name=say("ui-sign", "en")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(say("ui-sign-type", "en", version=2)).fill("2")
    page.window.allow("ERR_")
    page.evaluate(LOSE_ONE_SIGNATURE)
    sign = dialog.get_by_role("button", name=say("ui-sign-do", "en", version=2))
    sign.click()
    dialog.get_by_text("Our node did not answer.").wait_for()
    with contextlib.suppress(Error):  # the feed may tell first that it is signed, and the dialog is gone
        sign.click(timeout=5_000)
    dialog.wait_for(state="detached")
    assert len(set(page.evaluate("() => window.names"))) == 1
