"""The page of a unit in Chromium: narrow, dark and light, in three languages; opened it tells, pressed it records."""

import time

import pytest
from playwright.sync_api import expect
from tests.console.browser import PATIENCE_MS
from tests.console.desks import wait_until
from tests.console.looking import cut_texts, violations
from tests.console.movements import convoy, escorted

from coupefeu.node.control import ControlClient
from coupefeu.services.notices.commands import AmendNotice, FileNotice
from coupefeu.services.passing.commands import PassDown, StopNotice
from coupefeu.services.passing.facts import NamedUnit
from coupefeu.words import LANGUAGES, say

expect.set_options(timeout=PATIENCE_MS)
UNIT = "2nd battalion"


class Movement:
    """A convoy of US that RU passes down to one unit, and the link of that unit."""

    def __init__(self, desks):
        self.us, self.ru = desks.us, desks.ru
        self.fact = convoy(int(time.time() * 1_000))
        (self.number,) = self.us.act(FileNotice.of(self.fact, "us.duty"))
        self.notice = self.us.id(self.number)
        wait_until(lambda: self.ru._node._look().notices.find(self.notice))
        self.ru.act(PassDown(**self.about(self.ru), units=(NamedUnit(name=UNIT),)))
        self.link = self.ru.thread.run(self._link())

    def about(self, desk):
        return {
            "notice": self.notice, "version": self.passing(desk).view.version, "from_post": f"{desk.party}.duty",
        }  # fmt: skip

    def passing(self, desk):
        return desk.thread.call(desk._node.passing, self.number)

    def why(self, desk):
        return {each.name: each.why and each.why.value for each in self.passing(desk).view.units}

    async def _link(self):
        client = await ControlClient.connect(self.ru.folder.socket_path)
        try:
            return (await client.ask("unit-link", notice=self.number, unit=UNIT))["link"]
        finally:
            await client.close()

    def stop(self, desk, words):
        desk.act(StopNotice(**self.about(desk), words=words))

    def amend(self):
        (number,) = self.us.act(AmendNotice.of(self.notice, escorted(self.fact), "us.duty"))
        version = self.us.id(number)
        wait_until(lambda: self.passing(self.ru).view.version == version)
        return number


@pytest.fixture
def movement(desks):
    return Movement(desks)


@pytest.fixture
def open_unit(browser):
    """Open a link in a window of its own, that no session was ever begun in."""
    windows = []

    def opened(link, **options):
        window = browser.window(**options)
        windows.append(window)
        page = window.context.new_page()
        page.window = window
        page.goto(link)
        return page

    yield opened
    for window in windows:
        window.close()


def press_of(page):
    return page.locator("#press")


def test_a_unit_reads_its_link_and_acknowledges_with_one_press(open_unit, movement):
    page = open_unit(movement.link, width=320)
    expect(page.locator("h1")).to_contain_text(movement.number)
    expect(page.locator("#told")).to_contain_text("3000 ft AMSL")
    expect(page.locator("#says")).to_contain_text(say("passing-unit-opened", "en"))
    assert movement.why(movement.ru) == {UNIT: "never"}, "it was opened, and nothing more"
    press_of(page).click()
    expect(page.locator("#says")).to_contain_text(say("passing-proof-link", "en"))
    expect(press_of(page)).to_be_hidden()
    assert movement.why(movement.ru) == {UNIT: None}
    assert page.context.cookies() == []
    wait_until(lambda: movement.why(movement.us) == {UNIT: None}, "the other side sees it")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_it_can_be_read_by_everybody_in_three_languages(open_unit, movement, dark, width):
    movement.stop(movement.ru, "Fire ahead of the convoy. " * 8)
    page = open_unit(movement.link, width=width, dark=dark, locale="ru-RU")
    expect(press_of(page)).to_contain_text("ПОДТВЕРДИТЬ СТОП")
    for language in LANGUAGES:
        page.get_by_role("button", name=say("passing-unit-language", language), exact=True).click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("#stops")).to_contain_text(say("passing-unit-stop", language))
        expect(press_of(page)).to_have_text(say("passing-unit-press-stop", language, unit=UNIT))
        assert cut_texts(page) == []
        assert violations(page) == []
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('p, h1, button')].filter((e) => e.textContent)"
        ".map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 17, "large plain text"
    assert page.evaluate("() => document.querySelector('#press').getBoundingClientRect().height") >= 64


def test_a_press_on_a_page_that_is_old_shows_what_stands_now_first(open_unit, movement):
    page = open_unit(movement.link, width=320)
    page.window.allow("409")
    expect(press_of(page)).to_be_visible()
    movement.stop(movement.ru, "Fire ahead.")
    press_of(page).click()
    expect(page.locator("#says")).to_contain_text(say("passing-unit-changed-meanwhile", "en"))
    expect(page.locator("#stops")).to_contain_text("Fire ahead.")
    assert movement.why(movement.ru) == {UNIT: "stopped"}
    press_of(page).click()
    expect(press_of(page)).to_be_hidden()
    assert movement.why(movement.ru) == {UNIT: None}


def test_after_an_amendment_the_same_link_says_that_it_changed(open_unit, movement):
    page = open_unit(movement.link, width=320)
    press_of(page).click()
    expect(press_of(page)).to_be_hidden()
    movement.amend()
    page.reload()
    expect(page.locator("#says")).to_contain_text(say("passing-unit-changed", "en", version=movement.number))
    expect(page.locator("#told")).to_contain_text("with an armed escort")
    press_of(page).click()
    expect(press_of(page)).to_be_hidden()
    assert movement.why(movement.ru) == {UNIT: None}


def test_a_link_without_its_key_or_with_another_says_whom_to_ask(open_unit, movement):
    address = movement.link.partition("#")[0]
    page = open_unit(address, width=320)
    expect(page.locator("#says")).to_contain_text(say("passing-unit-unknown", "en"))
    expect(press_of(page)).to_be_hidden()
    wrong = open_unit(f"{address}#{'A' * 43}", width=320)
    wrong.window.allow("401")
    expect(wrong.locator("#says")).to_contain_text(say("passing-unit-unknown", "en"))
    assert "battalion" not in wrong.content()


def test_a_press_that_reaches_nobody_says_that_nothing_was_acknowledged(open_unit, movement):
    page = open_unit(movement.link, width=320)
    page.window.allow("ERR_FAILED")
    expect(press_of(page)).to_be_visible()
    page.route("**/api/unit/press", lambda route: route.abort())
    press_of(page).click()
    expect(page.locator("#says")).to_contain_text(say("passing-unit-offline", "en"))
    assert movement.why(movement.ru) == {UNIT: "never"}
    page.unroute("**/api/unit/press")
    press_of(page).click()
    expect(page.locator("#says")).to_contain_text(say("passing-proof-link", "en"))


def test_what_an_author_wrote_is_text_on_the_page(open_unit, movement):
    movement.stop(movement.us, "<img src=x onerror=alert(1)> & \u202eback")
    wait_until(lambda: movement.passing(movement.ru).view.stops)
    page = open_unit(movement.link, width=320)
    expect(page.locator("#stops")).to_contain_text("<img src=x")
    assert page.locator("img").count() == 0
    assert "\u202e" not in page.content()


def test_without_scripts_the_page_says_to_telephone(open_unit, movement):
    page = open_unit(movement.link, width=320, java_script_enabled=False)
    for language in LANGUAGES:
        expect(page.locator("body")).to_contain_text(say("passing-unit-no-script", language))
