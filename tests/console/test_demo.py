"""The first five minutes as a newcomer walks them, in two windows: `coupefeu demo`, its two links, its eight steps.

With COUPEFEU_PICTURES=1 the walk leaves the pictures of the README in docs/pictures/.
"""

import re
import signal

import pytest
from playwright.sync_api import expect
from tests.console.browser import NARROW, PATIENCE_MS
from tests.console.looking import cut_texts, violations
from tests.console.pictures import pack, take_picture
from tests.demo_process import Demo, ready

from coupefeu.node.exercise import free_port
from coupefeu.words import say

TEXT = "Our transport aircraft has lost its way and turns back now. Please do not fire on it."
STEPS = ("ring", "answer", "flash", "hear", "take", "settle", "break", "verify")
SIZE = {"width": 1280, "height": 900}
DONE = {"us": "DONE", "ru": "СДЕЛАНО"}
expect.set_options(timeout=PATIENCE_MS)


class Walk:
    """A demo, and a page at each of its consoles, entered by its link."""

    def __init__(self, demo, browser):
        self.demo = demo
        self.windows = {party: browser.window(dark=party == "ru") for party in ("us", "ru")}
        self.us, self.ru = (self._enter(console) for console in ready(demo).values())

    def _enter(self, console):
        page = self.windows[console["party"]].context.new_page()
        page.set_viewport_size(SIZE)
        page.goto(console["link"])
        expect(page.get_by_test_id("demo")).to_be_visible()
        expect(page).to_have_url(f"{console['address']}/#/line")
        return page

    @property
    def pages(self):
        return {"us": self.us, "ru": self.ru}

    def done(self, *names):
        """Wait until exactly these steps are done, at both consoles."""
        for party, page in self.pages.items():
            for name in STEPS:
                step = page.get_by_test_id(f"demo-{name}")
                at = re.compile(rf"{DONE[party]} \d\d:\d\dZ")
                (expect(step).to_contain_text if name in names else expect(step).not_to_contain_text)(at)

    def close(self):
        for window in self.windows.values():
            window.allow("ERR_")  # the end of the demo is seen by both pages
            window.close()


@pytest.fixture
def walk(browser, tmp_path):
    demo = Demo(tmp_path, "--json", "--no-open", "--port", str(free_port()))
    try:
        walking = Walk(demo, browser)
        yield walking
        walking.close()
    finally:
        demo.kill()


@pytest.mark.timeout(300)
def test_the_first_five_minutes(walk):
    us, ru = walk.us, walk.ru
    walk.done()
    check_strip(us)
    expect(us.get_by_test_id("counts")).to_contain_text("1 overdue")
    for page in (us, ru):  # a browser wants a first press before it sounds
        page.keyboard.press("Shift")
        expect(page.get_by_test_id("cannot-sound")).to_have_count(0)
    expect(us.get_by_test_id("line-state")).to_have_text(re.compile("their node answers"))
    take_picture(us, "console-line")

    ring_and_answer(us, ru)
    walk.done("ring", "answer")

    send_flash(us)
    flash = ru.get_by_test_id("flash")
    expect(flash).to_contain_text(TEXT)
    walk.done("ring", "answer", "flash", "hear")
    expect(ru.get_by_test_id("take")).to_have_attribute("aria-disabled", "false")
    take_picture(ru, "console-flash")
    ru.keyboard.press("t")
    expect(flash).to_have_count(0)
    walk.done("ring", "answer", "flash", "hear", "take")
    take_picture(us, "console-message")
    ru.get_by_test_id("taken").get_by_role("button", name="Назад").click()

    settle(us)
    walk.done("ring", "answer", "flash", "hear", "take", "settle")

    us.get_by_test_id("demo").get_by_role("button", name="Break the link").click()
    for page, words in ((us, "down"), (ru, "прервана")):
        expect(page.get_by_test_id("line-state")).to_contain_text(words)
    walk.done("ring", "answer", "flash", "hear", "take", "settle", "break")
    us.get_by_role("link", name="Line").click()
    take_picture(us, "console-down")
    ru.get_by_role("button", name="Восстановить связь").click()
    for page, words in ((us, "up"), (ru, "действует")):
        expect(page.get_by_test_id("line-state")).to_contain_text(words)
    walk.done("ring", "answer", "flash", "hear", "take", "settle", "break")

    us.get_by_test_id("demo").get_by_role("link", name="Record").click()
    us.get_by_role("button", name="Verify", exact=True).click()
    walk.done(*STEPS)
    us.get_by_test_id("verified").evaluate("(verified) => verified.scrollIntoView()")
    take_picture(us, "console-record")
    expect(us.get_by_test_id("demo")).to_contain_text("8 of 8")

    walk.demo.end(signal.SIGINT)
    for page in (us, ru):
        expect(page.get_by_test_id("not-live")).to_be_visible()


def check_strip(page):
    """See that the strip is readable, folded and unfolded, in every language; it is in English again afterwards."""
    strip = page.get_by_test_id("demo")
    height = page.evaluate("() => document.querySelector('[data-testid=demo]').offsetHeight")
    assert height < 120, "the strip pushes the page away"
    for language, count in (
        ("fr", "Étapes faites : 0 sur 8"),
        ("ru", "Сделано шагов: 0 из 8"),
        ("en", "0 of 8"),
    ):
        page.locator("button", has_text=re.compile(f"^\\s*{language.upper()}\\s*$")).click()
        expect(strip).to_contain_text(count)
        for width in (1280, NARROW):
            page.set_viewport_size({"width": width, "height": 740})
            for _ in ("folded", "unfolded"):
                assert cut_texts(page) == []
                assert violations(page) == []
                strip.locator(".bar > button").click()
        page.set_viewport_size(SIZE)  # a narrow window folds the languages away


def ring_and_answer(us, ru):
    """Ring the Minister from the strip's link on, answer there by one key, and see the lamp of both pages follow."""
    lamps = [page.get_by_test_id("lamp") for page in (us, ru)]
    for lamp in lamps:
        expect(lamp).to_have_attribute("data-level", "broken")
    lamps[0].click()
    expect(us.locator("[data-testid=reason][data-rule=calls-unanswered]")).to_be_visible()
    us.get_by_test_id("standing").evaluate("(standing) => standing.scrollIntoView()")
    take_picture(us, "console-firebreak")
    take_back(us, ru)
    ring(us, ru)
    expect(ru.get_by_test_id("answer")).to_have_attribute("aria-disabled", "false")
    ru.keyboard.press("a")
    ru.locator("[data-testid=call-bar][data-state=in_call]").wait_for()
    for lamp in lamps:
        expect(lamp).to_have_attribute("data-level", "strained")
    us.get_by_test_id("call-bar").get_by_role("button", name="Hang up").click()
    ru.get_by_test_id("call-bar").get_by_role("button", name=say("ui-ring-seen", "ru")).click()
    for page in (us, ru):
        page.get_by_test_id("call-bar").wait_for(state="detached")


def ring(us, ru):
    """Ring the Minister from the strip's link on."""
    us.get_by_test_id("demo").get_by_role("link").click()
    us.get_by_test_id("ring-now-press").click()
    expect(ru.get_by_test_id("ring")).to_be_visible()
    us.get_by_test_id("call-state").wait_for()


def take_back(us, ru):
    """Ring and take it back: the strip says at both that nothing rings any more, and where to ring again."""
    ring(us, ru)
    us.get_by_test_id("call-bar").get_by_role("button", name=say("ui-ring-withdraw", "en")).click()
    ru.get_by_test_id("ring").wait_for(state="detached")
    for page, words in ((us, say("ui-demo-again-there", "en")), (ru, say("ui-demo-again-here", "ru"))):
        expect(page.get_by_test_id("demo")).to_contain_text(words)


def settle(page):
    """Say what was agreed of the conflict, from the strip's link on."""
    page.get_by_test_id("demo").get_by_role("link", name="Conflicts").click()
    conflict = page.get_by_test_id("conflict")
    expect(conflict).to_contain_text("Patrol along the Euphrates")
    expect(conflict).to_contain_text("1,193 m")
    take_picture(page, "console-conflict")
    conflict.get_by_role("button", name="Say what became of it").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("ACCEPTED WITH MEASURES").check()
    dialog.locator("textarea, input[type=text]").first.fill("The patrol keeps above 4 000 m.")
    dialog.get_by_role("button", name="Put on record").click()
    expect(conflict).to_contain_text("ACCEPTED WITH MEASURES")


def send_flash(page):
    """Write and send a FLASH from the strip's link on."""
    page.get_by_test_id("demo").get_by_role("link").click()
    page.locator("textarea").fill(TEXT)
    page.locator("input[name=precedence][value=FLASH]").check(force=True)
    page.get_by_role("button", name="Send the FLASH").click()
    page.get_by_role("dialog").get_by_role("button", name="Send the FLASH").click()


def test_a_console_that_is_no_demo_has_no_strip(open_page, desks):
    page = open_page(desks.us)
    expect(page.get_by_test_id("counts")).to_be_visible()
    assert page.get_by_test_id("demo").count() == 0


def test_a_picture_is_packed_and_looks_the_same(window):
    page = window.context.new_page()
    page.set_content(
        "<body style='background: #f5f1e8'><h1 style='color: #a8321a'>EXERCISE / УЧЕНИЕ</h1></body>"
    )
    picture = page.screenshot()
    packed = pack(page, picture)
    assert len(packed) < len(picture)
    apart = """async (pictures) => {
      const [left, right] = await Promise.all(pictures.map(async (octets) => {
        const image = await createImageBitmap(new Blob([new Uint8Array(octets)], { type: 'image/png' }));
        const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
        canvas.drawImage(image, 0, 0);
        return canvas.getImageData(0, 0, image.width, image.height).data;
      }));
      if (left.length !== right.length) return 255;
      return left.reduce((most, each, at) => Math.max(most, Math.abs(each - right[at])), 0);
    }"""
    assert page.evaluate(apart, [list(picture), list(packed)]) < 8
