"""The instruments themselves: what they must find, and what they must leave alone."""

import pytest
from tests.console.looking import COLOURS, cut_texts, violations

GOOD = "<main><h1>Line</h1><p>Nobody has looked.</p><button>Take</button></main>"
PAGE = '<!doctype html><html lang="en"><head><title>t</title><style>{}</style></head><body>{}</body></html>'


@pytest.fixture
def show(window):
    page = window.context.new_page()

    def shown(body, style=""):
        page.set_content(PAGE.format(style, body))
        return page

    return shown


def test_a_good_page_is_left_alone(show):
    page = show(GOOD)
    assert violations(page) == cut_texts(page) == []


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (f"{GOOD}<main><img src='data:,'></main>", "image-alt"),
        (f"{GOOD}<p style='color:#999;background:#aaa'>Grey on grey</p>", "color-contrast"),
        (f"{GOOD}<input>", "label"),
    ],
)
def test_what_a_reader_of_screens_or_a_tired_eye_would_miss_is_found(show, body, rule):
    assert any(each.startswith(f"{rule}:") for each in violations(show(body)))


def test_colours_are_judged_alone_too(show):
    page = show(f"{GOOD}<p style='color:#999;background:#aaa'>Grey on grey</p><input>")
    assert {each.partition(":")[0] for each in violations(page, COLOURS)} == {"color-contrast"}


@pytest.mark.parametrize(
    "style",
    [
        "p { width: 40px; overflow: hidden; white-space: nowrap }",
        "p { width: 40px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis }",
        "p { height: 6px; overflow: hidden }",
        "main { width: 40px; overflow: hidden } p { width: 400px }",
        "p { width: 3000px }",
    ],
)
def test_a_text_that_is_cut_is_found(show, style):
    assert cut_texts(show(GOOD, style))


def test_a_window_tells_of_another_host_a_dialog_and_an_error(browser):
    window = browser.window()
    page = window.context.new_page()
    page.set_content(
        "<img src='http://elsewhere.invalid/x.png'><script>alert('hello')</script><script>nowhere()</script>"
    )
    page.wait_for_function("() => document.readyState !== 'loading'")
    with pytest.raises(AssertionError) as told:
        window.close()
    assert {line.split(":")[0] for line in str(told.value).splitlines()} >= {"request", "dialog", "error"}
