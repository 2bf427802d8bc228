"""The page that verifies a communique: one file, opened from a folder, that asks nobody and makes no markup."""

import re

import pytest
from tests.console.looking import cut_texts, violations
from tests.documents import ROOT
from tests.shared import shared_json

PAGE = ROOT / "src" / "coupefeu" / "console" / "static" / "verifier.html"
OUTCOME = "main[data-state=refused], main[data-state=proved], main[data-state=not-read]"
KEY_OF_WORDS = re.compile(r"\b(?:verifier|ui|act|field|form|header|warned|effect|part)-[a-z0-9-]+")


@pytest.fixture
def open_verifier(browser):
    """Open the page from its file, in a window that is judged after the test; `page.asked` is what it asked for."""
    windows = []

    def opened(*, language="en", **options):
        window = browser.window(locale=language, **options)
        windows.append(window)
        window.allow("request: file:")  # the page itself; `page.asked` holds all
        page = window.context.new_page()
        page.asked = []
        page.window = window
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(PAGE.as_uri())
        page.wait_for_selector("main[data-state]")
        return page

    yield opened
    for window in windows:
        window.close()


def give(page, octets, name="communique.html"):
    """Have a page check a file, and give its state."""
    page.evaluate("() => document.querySelector('main').removeAttribute('data-state')")
    page.set_input_files(".drop input", {"name": name, "mimeType": "text/html", "buffer": octets})
    page.wait_for_selector(OUTCOME)
    return page.get_attribute("main", "data-state")


def policy():
    return re.search(r'Content-Security-Policy" content="([^"]+)"', PAGE.read_text("utf-8"))[1]


def test_the_page_is_one_file_that_names_no_other():
    text = PAGE.read_text("utf-8")
    assert not re.search(r'<(?:link|img|iframe|script[^>]* src)|@import|url\((?!"?data:)', text)
    assert len(text) < 700_000
    for rule in ("default-src 'none'", "connect-src 'none'", "base-uri 'none'", "trusted-types 'none'"):
        assert rule in policy()
    assert "'unsafe" not in policy()
    assert "script-src 'sha256-" in policy()
    assert "style-src 'sha256-" in policy()


def test_the_page_asks_nobody_and_makes_no_text_into_markup(open_verifier):
    page = open_verifier()
    assert give(page, b"<p>no communique</p>\n") == "refused"
    assert page.asked == [PAGE.as_uri()]
    for part in ("TrustedHTML", "TrustedScript", "Content Security Policy", "Failed to load resource"):
        page.window.allow(part)
    script = "document.createElement('script').textContent = 'x'"
    for attempt in ("document.body.innerHTML = '<b>x</b>'", "document.write('x')", script):
        stopped = page.evaluate(f"() => {{ try {{ {attempt}; return false; }} catch {{ return true; }} }}")
        assert stopped, attempt
    refused = page.evaluate("() => fetch('https://example.invalid/').then(() => false, () => true)")
    assert refused
    assert page.asked == [PAGE.as_uri()]


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", "wire.communique.signature-line"),
        (b"\x00" * 4_096, "wire.communique.signature-line"),
        (b"<p>x</p>\n<!-- coupefeu/communique/v1 a b -->\n", "wire.base64.malformed"),
        (b"<!-- coupefeu/communique/v1 -->\n", "wire.communique.signature-line"),
    ],
)
def test_another_file_is_refused_in_words(open_verifier, octets, code):
    page = open_verifier()
    assert give(page, octets) == "refused"
    assert page.get_attribute("main", "data-code") == code
    assert page.inner_text(".outcome h2") == "REFUSED"
    assert "does not have the form of a communique" in page.inner_text(".outcome")
    assert page.evaluate("() => document.activeElement.textContent") == "REFUSED"


def test_a_hostile_file_name_stays_a_text(open_verifier):
    page = open_verifier()
    texts = [each for each in shared_json("data/hostile/naughty-strings.json") if isinstance(each, str)]
    hostile = [each for each in texts if "<" in each and "/" not in each and "\x00" not in each][:8]
    assert hostile
    for name in [*hostile, "\u202egnp.html"]:
        assert give(page, b"x", name=name) == "refused"
        assert "\u202e" not in page.inner_text("main")
        assert page.query_selector(".outcome script, .outcome img, .outcome b") is None


LOOKS = [("en", 1280, True), ("fr", 360, False), ("ru", 360, True)]


@pytest.mark.parametrize(("language", "width", "dark"), LOOKS)
def test_the_empty_page_and_a_refusal_can_be_read_by_everybody(open_verifier, language, width, dark):
    page = open_verifier(language=language, width=width, dark=dark)
    assert page.get_attribute("html", "lang") == language
    for _ in range(2):
        assert violations(page) == []
        assert cut_texts(page) == []
        assert KEY_OF_WORDS.findall(page.inner_text("body")) == []
        give(page, b"another file")


def test_the_page_is_used_by_keyboard_alone(open_verifier):
    page = open_verifier()
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => document.activeElement.outerHTML.slice(0, 40)"))
    assert sum("<button" in each for each in reached) == 3
    assert any('type="file"' in each for each in reached)
    assert any("<summary" in each for each in reached)
    page.get_by_role("button", name="RU").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.documentElement.lang === 'ru'")
    assert page.inner_text("h1") == "Проверка коммюнике"


def test_what_is_no_key_is_named(open_verifier):
    page = open_verifier()
    page.click("main details summary")
    page.fill("textarea", "log.example+00000000+AAAA\u202e")
    page.press("textarea", "Tab")
    wrong = page.inner_text(".field .overdue")
    assert wrong.startswith("No verifier key: ")
    assert "\u202e" not in wrong


def test_the_record_page_offers_it(open_page, desks):
    page = open_page(desks.us, "#/record")
    with page.expect_download() as given:
        page.click("a[download='coupefeu-verifier.html']")
    assert given.value.path().read_bytes() == PAGE.read_bytes()
