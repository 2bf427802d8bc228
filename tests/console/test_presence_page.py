"""The page Presence in the real browser: the article's table noted and read back, claims beside evidence, a question
answered by passkey."""

import re

import pytest
from playwright.sync_api import expect
from tests.console.authenticator import authenticator
from tests.console.browser import PATIENCE_MS
from tests.console.desks import wait_until
from tests.console.looking import cut_texts, violations
from tests.console.test_persons_page import BY, enrol, enter, go
from tests.shared import shared_file
from tests.sizes import size

from coupefeu.words import say

expect.set_options(timeout=PATIENCE_MS)


def words(key, language="en", **values):
    return say(key, language, **values)


def story(day):
    """Give what the article's table says of a day in March 2022."""
    text = shared_file("seed/story.md").read_text("utf-8")
    return re.search(rf"^\| {day} Mar 2022[^|]*\| (.+?) \|", text, re.MULTILINE)[1]


def numbers(page):
    return {each.get_attribute("data-report") for each in page.locator("[data-report]").all()}


def questions(page):
    return {each.get_attribute("data-question") for each in page.locator("[data-question]").all()}


def note(page, kind, what, day, *, posts=(), speaker="", **chosen):
    """Fill the form of a sighting or a claim as an officer does, and put it on record."""
    before = numbers(page)
    page.get_by_role("button", name=words(f"presence-note-{kind}"), exact=True).click()
    dialog = page.get_by_role("dialog")
    for post in posts:
        dialog.get_by_label(post).check()
    dialog.get_by_label(words("presence-field-from")).fill(f"2022-03-{day:02d}")
    dialog.get_by_label(words("presence-field-to")).fill(f"2022-03-{day:02d} 23:59")
    seen = "said" if kind == "claim" else "seen"
    dialog.get_by_label(words(f"presence-field-what-{seen}")).fill(what)
    if speaker:
        dialog.get_by_label(words("presence-field-speaker")).fill(speaker)
    dialog.get_by_label(words("presence-field-source")).fill("an international newspaper")
    for field, value in chosen.items():
        dialog.get_by_label(words(f"presence-field-{field}"), exact=True).select_option(value)
    dialog.get_by_role("button", name=words("presence-record"), exact=True).click()
    expect(dialog).to_have_count(0)
    (number,) = wait_until(lambda: numbers(page) - before)
    assert what in page.locator(f"[data-report='{number}'][data-kind={kind}]").inner_text()
    return number


MINISTER, CHIEF = "RU · Minister of Defence", "RU · Chief of the General Staff"


def record(page):
    page.get_by_role("dialog").get_by_role("button", name=words("presence-record"), exact=True).click()


def test_the_articles_table_is_noted_and_read_back(open_page, desks):
    page = open_page(desks.us, "#/presence")
    graded = {"reliability": "b", "credibility": "2", "date": "publisher"}
    sighting = note(page, "sighting", story(11), 11, posts=(MINISTER, CHIEF), **graded)
    note(page, "claim", story(21), 21, speaker="a spokesman")
    claim = note(page, "claim", story(24), 24, posts=(MINISTER,), speaker="the office", reliability="c")
    claims, evidence = page.locator("section.claims"), page.locator("section:has(#evidence)")
    said, seen = (page.locator(f"[data-report='{each}']") for each in (claim, sighting))
    assert said.locator("[data-standing]").inner_text() == words("presence-standing-no-evidence")
    assert said.locator(".grade").inner_text() == "C6"
    assert (
        claims.locator("[data-kind=sighting]").count() == evidence.locator("[data-kind=claim]").count() == 0
    )
    assert "11 MAR 22 00:00:00Z – 11 MAR 22 23:59:00Z" in seen.inner_text()
    assert words("ui-said-report-reliability-b") in seen.inner_text()
    pair = page.locator("[data-pair='us.secretary ru.minister']")
    assert words("presence-none") in pair.inner_text(), "what is seen and said is no contact"
    assert pair.locator("svg .seen").count() > 0
    assert pair.locator("svg .said").count() > 0
    assert pair.locator("svg .contact").count() == 0
    bearing = {"claim": claim, "bearing": "contradicts"}
    note(page, "sighting", "The same footage.", 23, posts=(MINISTER,), **bearing)
    expect(said.locator("[data-standing=contradicted]")).to_have_count(1)
    said.locator("footer a").first.click()
    expect(page.locator("main")).to_contain_text(words("ui-said-report-reliability-c"))
    page.go_back()
    seen.wait_for()
    theirs = open_page(desks.ru, "#/presence")
    theirs.locator("[data-pair]").first.wait_for()
    assert theirs.locator("[data-kind]").count() == 0, "nothing of it is told"

    seen.get_by_role("button", name=words("presence-amend"), exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(words("presence-field-credibility")).select_option("1")
    page.window.allow("400")
    record(page)
    expect(dialog).to_contain_text(words("ui-error-services-presence-unconfirmed"))
    dialog.get_by_label(words("presence-field-credibility")).select_option("4")
    record(page)
    expect(seen.locator(".grade")).to_have_text("B4")
    assert seen.locator("footer .fact").count() == 2
    seen.get_by_role("button", name=words("presence-take-back"), exact=True).click()
    dialog.get_by_label(words("presence-take-back-why")).fill("an older recording")
    record(page)
    expect(seen).to_contain_text(words("presence-withdrawn", why="an older recording"))
    assert seen.get_by_role("button").count() == 0


LOOKS = [("ru", 360, True), ("fr", 360, False), ("en", 1280, True), ("ru", 1280, False)]


@pytest.mark.parametrize(("language", "width", "dark"), LOOKS[: size(small=1, full=4)])
def test_the_form_of_a_sighting_is_whole_and_readable(desks, open_page, language, width, dark):
    page = open_page(desks.us, "#/presence", language=language, width=width, dark=dark)
    page.get_by_role("button", name=words("presence-note-sighting", language), exact=True).click()
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
    assert cut_texts(page) == []


def test_a_question_is_answered_by_passkey_and_both_see_the_contact(window, desks, open_page):
    asking = open_page(desks.ru, "#/presence")
    pair = asking.locator("[data-pair='ru.duty us.duty']")
    ask = pair.get_by_role("button", name=words("presence-ask"), exact=True)
    ask.wait_for()
    before = questions(asking)
    ask.click()
    record(asking)
    (number,) = wait_until(lambda: questions(asking) - before)
    page = enter(window, desks.us, officer="WATCH A", admitted_by=BY)
    with authenticator(page):
        enrol(page)
        go(page, "presence")
        question = page.locator(f"[data-question='{number}']")
        question.get_by_role("button", name=words("presence-answer"), exact=True).click()
        shown = page.get_by_test_id("to-sign").inner_text()
        assert words("presence-i-am-there", number=number, post="US · Duty desk") in shown
        page.get_by_test_id("sign").click()
        question.locator(".answer").wait_for()
    expect(asking.locator(f"[data-question='{number}'] .answer")).to_contain_text(words("presence-proves"))
    expect(pair.locator(f".fact a[href='#/record/{number}']")).to_have_count(1)
    assert words("presence-way-presence", by="US · Duty desk") in pair.inner_text()
    assert pair.locator("svg .contact").count() > 0
