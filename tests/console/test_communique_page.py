"""The text of a communique as people read it: a file in a browser, in three languages, without script or request."""

import io

import pytest
from tests.console.communiques import Story, told
from tests.console.looking import cut_texts, violations
from tests.shared import shared_json

from coupefeu.record.communique import verify_communique
from coupefeu.record.selection import Disclosed
from coupefeu.services.bodies import promised_in
from coupefeu.services.communique.page import render_page
from coupefeu.services.messages.display import show

VISIBLE = "() => document.body.innerText"


def page_of(octets):
    return render_page(verify_communique(io.BytesIO(octets).readline, promised_in))


@pytest.fixture
def open_file(browser, tmp_path):
    """Open a text for people from a folder, in a window that is judged after the test."""
    windows = []

    def opened(human, **options):
        path = tmp_path / f"{len(windows)}.html"
        path.write_bytes(human + b"</body>\n</html>\n")
        window = browser.window(**options)
        window.allow("request: file:")  # the file itself; `page.asked` holds all
        windows.append(window)
        page = window.context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield opened
    for window in windows:
        window.close()


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)])
def test_it_reads_well_in_each_language_and_asks_for_nothing(open_file, width, dark):
    page = open_file(page_of(told().communique("us", embargo_ms=1_900_000_000_000)), width=width, dark=dark)
    stop = {"en": "STOP", "fr": "CESSEZ", "ru": "ПРЕКРАТИТЕ"}
    for language in ("ru", "fr", "en"):
        page.click(f"label[for=language-{language}]")
        shown = page.evaluate(VISIBLE)
        assert stop[language] in shown
        assert not any(word in shown for each, word in stop.items() if each != language)
        assert shown.startswith("EXERCISE / EXERCICE / УЧЕНИЕ")
        assert "Our aircraft will pass north of the bridge at noon." in shown, (
            "the original, in every language"
        )
        assert cut_texts(page) == []
    assert violations(page) == []
    assert len(page.asked) == 1


def test_the_language_is_chosen_by_keys_too_and_its_own_party_reads_first(open_file):
    page = open_file(page_of(told().communique("ru")))
    assert "Коммюнике" in page.evaluate(VISIBLE)
    page.focus("#language-ru")
    page.keyboard.press("ArrowLeft")
    assert "Communiqué" in page.evaluate(VISIBLE)


def test_paper_shows_the_chosen_language_and_no_control(open_file):
    page = open_file(page_of(told().communique("us")))
    page.click("label[for=language-fr]")
    page.emulate_media(media="print")
    shown = page.evaluate(VISIBLE)
    assert "Русский" not in shown
    assert "CESSEZ" in shown
    assert "EXERCICE" in shown
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") in {
        "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)",
    }  # fmt: skip


def test_facts_of_machines_and_acts_of_people_look_different(open_file):
    story = told()
    story.add("us", 17, b"\xa1\x06\x01", references=[(1, 1)])
    page = open_file(page_of(story.communique("us")))
    look = "(by) => getComputedStyle(document.querySelector(`.${by} > .card`)).borderTopStyle"
    assert [page.evaluate(look, by) for by in ("person", "machine")] == ["solid", "none"]


def test_hostile_text_is_text(open_file):
    """Whatever stands in a message, a label or the name of a file, it is shown as it is marked, and does nothing."""
    texts = [item["text"] for item in shared_json("data/hostile/unicode.json")]
    texts += [text for text in shared_json("data/hostile/naughty-strings.json") if text.strip()]
    story = Story()
    for number, text in enumerate(texts):
        story.say(
            "us" if number % 2 else "ru", text[:1_900], officer=text[:40], files=[("</b><script>.x", b"x")]
        )
    page = open_file(page_of(story.communique("us")))
    shown = page.evaluate("() => [...document.querySelectorAll('.said')].map((each) => each.textContent)")
    expected = {show(text[:1_900]).text for text in texts}
    assert set(shown) == expected
    inside = page.evaluate(
        "() => document.querySelectorAll('.said *, script, img, iframe, svg, form, a').length"
    )
    assert inside == 0
    assert page.evaluate("() => document.querySelectorAll('style').length") == 1
    assert len(page.asked) == 1


def test_without_styles_each_text_stands_in_every_language_apart(open_file):
    page = open_file(page_of(told().communique("us")))
    page.evaluate("() => document.querySelector('style').remove()")
    assert "STOP / CESSEZ / ПРЕКРАТИТЕ" in page.evaluate(VISIBLE)


def test_what_is_left_out_is_said(open_file):
    story = told()
    disclosing = story.all_of()
    disclosing = {
        at: (Disclosed.EXISTENCE, ()) if at[0] == 0 and at[1] > 1 else how for at, how in disclosing.items()
    }
    del disclosing[1, 1]
    shown = open_file(page_of(story.communique("us", disclosing))).evaluate(VISIBLE)
    assert "US/2 – US/4: existence only" in shown
    assert "RU/0 – RU/1: on the record, not in this communique" in shown
