"""Page Firebreak and the lamp in the real browser: the level and its reasons, what next in one press, how it was."""

import dataclasses
import re

import pytest
from playwright.sync_api import expect
from tests.console.browser import PATIENCE_MS
from tests.console.calling import allow_calls, became, ring
from tests.console.desks import JoinedDesks
from tests.console.looking import COLOURS, cut_texts, violations
from tests.sizes import size

from coupefeu.console.firebreak_values import FirebreakEvent
from coupefeu.model.calls import DeclineReason, Outcome
from coupefeu.services.calls.commands import DeclineCall
from coupefeu.services.watch.facts import TakeWatch
from coupefeu.words import say

expect.set_options(timeout=PATIENCE_MS)
SUBJECT = "ru.duty/us.duty"


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """US and RU, both on watch; RU has declined three calls, and nobody has spoken since."""
    joined = JoinedDesks(tmp_path_factory.mktemp("broken"))
    us, ru = joined.desks.us, joined.desks.ru
    for desk in (us, ru):
        allow_calls(desk)
        desk.act(TakeWatch(from_post=f"{desk.party}.duty", officer="WATCH A", heard=True))
    for _ in range(3):
        number = ring(us)
        became(ru, number, state="ringing")
        ru.act(DeclineCall(call=ru.id(number), from_post="ru.duty", reason=DeclineReason.NOT_NOW))
        became(us, number, Outcome.DECLINED)
    yield joined.desks
    joined.close()


def words(key, language="en", **values):
    return say(f"firebreak-page-{key}", language, **values)


def reason(page, rule="calls-declined"):
    return page.locator(f"[data-testid=reason][data-rule='{rule}'][data-subject='{SUBJECT}']")


def subject(page):
    return page.locator(f"[data-testid=subject][data-subject='{SUBJECT}']")


def at_level(page, level="broken"):
    """Wait until lamp and page say a level."""
    expect(page.get_by_test_id("lamp")).to_have_attribute("data-level", level)
    expect(page.get_by_test_id("standing")).to_have_attribute("data-level", level)
    return page


def test_the_page_says_the_level_why_since_when_and_what_proves_it(open_page, broken):
    page = at_level(open_page(broken.us, "#/firebreak"))
    assert words("level-broken") in page.get_by_test_id("standing").inner_text()
    expect(page.get_by_test_id("standing")).to_contain_text(words("same-entries", party="RU"))
    found = reason(page)
    expect(found).to_contain_text(
        "Several calls, or times proposed for them, were declined, and no direct contact followed."
    )
    expect(subject(page)).to_contain_text("RU · Duty desk – US · Duty desk")
    expect(found).to_contain_text(words("count", count=3))
    numbers = found.locator("a[href^='#/record/']")
    assert numbers.count() >= 3
    looked = page.get_by_test_id("looked").inner_text()
    assert re.search(r"rules: \d+ .* pairs of posts: 3; records: up to US/\d+ and up to RU/\d+; at ", looked)
    page.emulate_media(media="print")
    expect(page.get_by_test_id("standing")).to_be_visible()
    expect(subject(page).locator("[data-act]").first).to_be_hidden()
    page.emulate_media(media="screen")
    href = numbers.first.get_attribute("href")
    numbers.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(href.removeprefix("#/record/"))
    theirs = at_level(open_page(broken.ru, "#/firebreak", language="ru"))
    expect(reason(theirs)).to_contain_text("Несколько вызовов или предложений времени для них отклонено")


def test_each_act_opens_a_form_that_is_filled_in_and_does_nothing(open_page, broken):
    page = at_level(open_page(broken.us, "#/firebreak"))
    sizes = broken.us.thread.call(broken.us.calling.open_views)
    acts = subject(page).locator("[data-act]")
    found = {each.get_attribute("data-act"): each.get_attribute("href") for each in acts.all()}
    assert acts.count() == len(found), "what is offered for several reasons is offered once"
    assert found["ring"] == "#/calls?ring=ru.duty"
    assert found["ask_time"] == "#/calls?arrange=ru.duty"
    assert found["write"].endswith("?to=ru.duty")
    subject(page).locator("[data-act=ring]").click()
    expect(page.locator("[data-testid=pair][aria-pressed=true]")).to_have_attribute("data-post", "ru.duty")
    page.go_back()
    subject(page).locator("[data-act=write]").click()
    expect(page.locator("input[type=checkbox]:checked")).to_have_value("ru.duty")
    assert broken.us.thread.call(broken.us.calling.open_views) == sizes


def test_the_history_is_read_by_keyboard_and_the_address_keeps_the_instant(open_page, broken):
    page = at_level(open_page(broken.us, "#/firebreak"))
    page.get_by_role("button", name=words("zoom-week"), exact=True).press("Enter")
    slider = page.get_by_role("slider", name=words("slider"))
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(f"{words('level-broken')}.*Several calls"))
    picked = page.get_by_test_id("picked")
    expect(picked).to_have_attribute("data-level", "broken")
    page.get_by_role("button", name=words("change-before"), exact=True).press("Enter")
    expect(picked).not_to_contain_text("Several calls, or times proposed for them, were declined")
    box = page.locator("figure svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    before = picked.inner_text().partition("\n")[0]
    page.get_by_test_id("show-instant").click()
    expect(page).to_have_url(re.compile(r"#/firebreak\?at=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"))
    expect(page.get_by_test_id("standing")).to_contain_text(before[:12])
    expect(reason(page)).to_have_count(0)
    assert page.evaluate("document.activeElement.tagName") == "H1"
    expect(page.get_by_test_id("lamp")).to_have_attribute("data-level", "broken")
    page.get_by_role("radio", name=words("by-arrival")).check()
    page.get_by_label(words("type-instant")).fill("2022-03-17 06:00")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("standing")).to_contain_text(words("known-at", time="17 MAR 22 06:00:00Z"))
    expect(page.get_by_role("radio", name=words("by-arrival"))).to_be_checked()
    page.go_back()
    expect(page.get_by_role("radio", name=words("by-counted"))).to_be_checked()
    page.go_back()
    expect(reason(page)).to_be_visible()
    table = page.get_by_test_id("span-table")
    table.locator("summary").press("Enter")
    expect(table.locator("tbody tr").first).to_contain_text(
        "Several calls, or times proposed for them, were declined"
    )


LOOKS = [("fr", 390, True), ("ru", 390, False), ("ru", 1440, True), ("fr", 1440, False), ("en", 390, True)]


@pytest.mark.parametrize(("language", "width", "dark"), LOOKS[: size(small=1, full=5)])
def test_a_broken_level_is_whole_and_readable(open_page, broken, language, width, dark):
    page = at_level(open_page(broken.us, "#/firebreak", language=language, width=width, dark=dark))
    page.get_by_test_id("picked").wait_for()
    assert violations(page) == []
    assert cut_texts(page) == []


@pytest.mark.parametrize(("level", "dark"), [("holding", False), ("strained", True), ("unknown", True)])
def test_the_lamp_says_each_level_in_word_and_shape_and_never_in_green(open_page, broken, level, dark):
    page = at_level(open_page(broken.us, "#/firebreak", dark=dark))
    lamp = page.get_by_test_id("lamp")
    shape = lamp.locator("svg").inner_html()
    now_ms = page.evaluate("Date.now()")
    event = FirebreakEvent(level=level, as_of_ms=now_ms, looked_ms=now_ms, same_entries=True, causes=())
    broken.us.thread.call(broken.us.feed.tell, event)
    expect(lamp).to_have_attribute("data-level", level)
    expect(lamp).to_contain_text(words(f"level-{level}"))
    assert lamp.locator("svg").inner_html() != shape
    assert violations(page, COLOURS) == []
    stale = dataclasses.replace(event, looked_ms=now_ms - 181_000)
    broken.us.thread.call(broken.us.feed.tell, stale)
    expect(lamp).to_have_attribute("data-level", "unknown")
    colours = lamp.evaluate(
        "lamp => [lamp, ...lamp.querySelectorAll('*')].flatMap((each) => ['color', 'backgroundColor', 'borderColor']"
        ".map((name) => getComputedStyle(each)[name]))"
    )
    assert not [each for each in colours if is_green(each)]


def is_green(colour):
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    return green > red + 24 and green > blue + 24
