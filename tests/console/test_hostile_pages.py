"""Every hostile text of data/hostile, as message and as label, on every page that shows texts: harmless and marked."""

import re

import pytest
from tests.shared import shared_json
from tests.sizes import size

from coupefeu.services.messages.commands import PassTo, SayAgain, Take
from coupefeu.words import say

HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
FIND_FOREIGN = """() => {
  const never = 'style, base, meta[http-equiv], iframe, object, embed, frame, img, video, marquee, applet, math';
  const isElsewhere = (each) => new URL(each.href || each.src || each.action, location.href).origin !== location.origin;
  const pointing = document.querySelectorAll('script, link, a[href], form[action], audio[src]');
  return [...document.querySelectorAll(never), ...[...pointing].filter(isElsewhere)].map((each) => each.outerHTML);
}"""
FIND_HANDLERS = """() => [...document.querySelectorAll('body *')].flatMap((each) =>
  [...each.attributes].filter((attribute) => /^on/i.test(attribute.name)).map((attribute) => attribute.name))"""
ALL_TEXT = """() => [document.title, ...[...document.querySelectorAll('body *')].flatMap((each) =>
  [...[...each.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data),
   ...[...each.attributes].map((attribute) => attribute.value)])]"""


def texts_of_every_kind():
    """Give the hostile texts that a message can hold; in small runs a spread of them, and all that hold markup."""
    texts = [item["text"] for item in shared_json("data/hostile/unicode.json")]
    texts += shared_json("data/hostile/naughty-strings.json")
    held = list(dict.fromkeys(text for text in texts if text and len(text.encode()) < 8_000))
    assert len(held) > 480
    step = size(small=12, full=1)
    return [
        text for number, text in enumerate(held) if number % step == 0 or HARMFUL.search(text) or "<" in text
    ]


@pytest.fixture(scope="session")
def hostile(_joined):
    """Say each text from RU, and put the short ones as labels and remarks beside an act; gives number by text."""
    ru, us = _joined.ru, _joined.us
    numbers = {text: ru.write(text) for text in texts_of_every_kind()}
    asked = us.write("Please say it again.")
    ru.has(asked)
    message = ru.id(asked)
    ru.act(Take(message=message, from_post="ru.duty"))
    for text in [text for text in numbers if len(text) <= 80][:: size(small=8, full=1)]:
        ru.act(SayAgain(message=message, from_post="ru.duty", remark=text, officer=text))
        ru.act(PassTo(message=message, from_post="ru.duty", recipient=text, officer=text))
    us.has(list(numbers.values())[-1])
    return {"": asked} | numbers


def assert_harmless(page):
    assert page.evaluate(FIND_FOREIGN) == []
    assert page.evaluate(FIND_HANDLERS) == []
    steering = [text for text in page.evaluate(ALL_TEXT) if HARMFUL.search(text)]
    assert steering == []


def shows_message(page, number):
    page.evaluate("(number) => { location.hash = `#/messages/${number}` }", number)
    page.wait_for_function(
        "(number) => document.querySelector('main h1')?.textContent?.includes(number)", arg=number
    )


def test_a_message_is_shown_harmless_and_what_deceives_is_marked(open_page, desks, hostile):
    page = open_page(desks.us, "#/messages", language="en")
    for text, number in hostile.items():
        shows_message(page, number)
        assert_harmless(page)
        status = desks.us.message(number)
        assert page.text_content("[data-testid=original]").strip() == status.shown.text.strip()
        said = " ".join(page.inner_text("main").split())
        for finding in status.shown.findings:
            assert " ".join(say(f"warned-{finding.what}", "en", name=finding.name).split()) in said
        assert status.shown.findings or not HARMFUL.search(text.replace("\r\n", "\n"))


@pytest.mark.parametrize("path", ["#/line", "#/messages", "#/record"])
def test_a_list_of_hostile_texts_is_harmless_from_its_top_to_its_end(open_page, desks, hostile, path):
    page = open_page(desks.us, path)
    page.mouse.move(640, 500)
    for _ in range(size(small=8, full=120)):
        assert_harmless(page)
        page.mouse.wheel(0, 600)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_an_entry_of_the_record_is_harmless(open_page, desks, hostile):
    page = open_page(desks.us, "#/record")
    for number in list(hostile.values())[:: size(small=10, full=1)]:
        page.evaluate("(number) => { location.hash = `#/record/${number}` }", number)
        page.wait_for_function(
            "(number) => document.querySelector('main')?.textContent?.includes(number)", arg=number
        )
        assert_harmless(page)


def test_a_hostile_search_and_address_are_harmless(open_page, desks, hostile):
    page = open_page(desks.us, "#/messages")
    for text in [text for text in hostile if "<" in text or "%" in text][: size(small=8, full=100)]:
        page.evaluate("(text) => { location.hash = `#/messages/${text}` }", text)
        page.wait_for_selector("main h1")
        assert_harmless(page)
