"""The page that verifies a communique: one file, opened from a folder, that asks nobody and makes no markup."""

import json
import re

import pytest
from tests.console.communiques import START_MS, told
from tests.console.looking import cut_texts, violations
from tests.console.test_verifier_communiques import SAMPLES, flip, replaced, resigned
from tests.documents import ROOT
from tests.shared import shared_json
from typer.testing import CliRunner

from coupefeu.cli.main import make_app
from coupefeu.keys.notes import MlDsaSigner
from coupefeu.record.selection import Disclosed
from coupefeu.services.messages.display import show
from coupefeu.wire.communique import EntryItem

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


@pytest.fixture(scope="module")
def story():
    return told()


@pytest.fixture(scope="module")
def communique(story):
    return story.communique("us", query="March", embargo_ms=START_MS)


def test_what_is_shown_are_the_proved_entries_and_not_the_text_of_the_file(open_verifier, story, communique):
    page = open_verifier()
    assert give(page, communique) == "proved"
    assert page.asked == [PAGE.as_uri()]
    said = page.inner_text("main")
    assert "TEXT FOR PEOPLE" not in said
    shown = page.eval_on_selector_all("[data-entry]", "all => all.map((each) => each.dataset.entry)")
    assert shown == ["0/0", "0/1", "1/1", "0/2", "0/3", "0/4", "1/2"]
    assert "Our aircraft will pass north of the bridge at noon." in said
    assert "Cease fire at the bridge." in said
    assert "STOPPED AT 24 MAR 22 03:15:00Z" in said
    assert "RU/0: in the signed log, not in this file" in said
    assert "Not before US/1, which its author had seen" in page.inner_text("[data-entry='1/1']")
    assert "Not after 25 MAR 22 01:25:20Z: US signed then that it held it" in page.inner_text(
        "[data-entry='1/1']"
    )
    for key in (story.log_signer("us").vkey, story.cosigner("ru").vkey, story.log_ml_dsa("us").vkey):
        assert key.key_id.hex() in page.inner_text("table")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_page_shows_what_the_command_says(open_verifier, tmp_path, sample):
    """Samples, and each changed: the page accepts, refuses and shows what `coupefeu verify FILE --json` does."""
    page = open_verifier()
    said = command(sample)
    assert give(page, sample.read_bytes()) == "proved"
    shown = page.eval_on_selector_all("[data-entry]", ENTRIES_SHOWN)
    assert sorted(shown, key=lambda each: each[0]) == sorted(
        map(as_shown, said["entries"]), key=lambda each: each[0]
    )
    assert page.get_attribute(".outcome", "data-sides") == ("one" if said["one_sided"] else "all")
    assert page.query_selector(".exercise") is None or said["status"] == "EXERCISE"
    for log in said["logs"]:
        assert log["key_id"] in page.inner_text("table")
    changed = tmp_path / "changed.html"
    text = sample.read_bytes()
    for at in (len(text) // 3, len(text) // 2, len(text) - 200):
        changed.write_bytes(text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :])
        assert give(page, changed.read_bytes()) == "refused"
        assert page.get_attribute("main", "data-code") == command(changed)


def command(path):
    """Run `coupefeu verify FILE --json`; gives what it prints, or the code with which it refuses."""
    done = CliRunner().invoke(make_app("verify"), ["verify", str(path), "--json"])
    return json.loads(done.output) if done.exit_code == 0 else done.exception.code


def as_shown(entry):
    content = entry.get("content") or {}
    text = show(content["text"]).text if content.get("text") else None
    return [f"{entry['log']}/{entry['index']}", entry["disclosed"], text]


ENTRIES_SHOWN = """all => all.map((each) => [
  each.dataset.entry, each.dataset.disclosed, each.querySelector('[data-testid=original]')?.textContent ?? null,
])"""


def test_an_exercise_is_told_first_and_a_real_line_is_not_one(open_verifier, communique):
    page = open_verifier()
    give(page, communique)
    assert page.inner_text("#verifier").lstrip().startswith("EXERCISE")
    assert page.title().startswith("EXERCISE / EXERCICE / УЧЕНИЕ")
    give(page, told(real=True).communique("us"))
    assert "EXERCISE" not in page.inner_text("#verifier")
    assert "REAL agreement" in page.inner_text(".proved")


def test_one_sided_is_marked_until_the_other_side_consents(open_verifier, communique):
    page = open_verifier()
    give(page, communique)
    assert "ONE-SIDED: chosen and shown by US. On the record, RU has not consented to it." in page.inner_text(
        ".outcome"
    )
    assert "Not to be published before 24 MAR 22 03:12:00Z" in page.inner_text(".outcome")
    story = told()
    chosen = story.all_of()
    proposal = story.propose("us", chosen)
    consent = story.consent("ru", proposal, story.digest(chosen))
    give(page, story.communique("us", chosen, consents=[proposal, consent]))
    assert page.get_attribute(".outcome", "data-sides") == "all"
    assert "Consented to by all parties, on the record: US/5, RU/3" in page.inner_text(".outcome")


def test_what_a_file_does_not_prove_is_said(open_verifier, story):
    page = open_verifier()
    less = dict.fromkeys(story.all_of(), (Disclosed.EXISTENCE, ())) | {(0, 1): (Disclosed.ALL, ())}
    give(page, story.communique("us", less))
    said = page.inner_text(".not-proved")
    parts = ("Whose these keys are", "is true", "Which person", "left out", "no other branch")
    counts = (
        "existence is shown (5)",
        "attachments that are not in this file (2)",
        "when it is opened by itself",
    )
    assert [each for each in (*parts, *counts) if each not in said] == []
    assert page.inner_text("[data-entry='0/2']").strip().startswith("US/2 ENTRY")
    assert "TAKEN" not in page.inner_text("[data-entry='0/2']")
    assert not re.search(r"[✓✔✅]|\bverified\b|\bsafe\b", page.inner_text("body"), re.IGNORECASE)


def test_hostile_texts_are_shown_harmless(open_verifier):
    story = told()
    texts = [each for each in shared_json("data/hostile/naughty-strings.json") if isinstance(each, str)]
    texts = [each for each in texts if each.strip() and "\x00" not in each and len(each) < 2_000][:400:8]
    for text in texts:
        story.say("ru", text, officer=text[:60])
    page = open_verifier()
    assert give(page, story.communique("us", query="<img src=x onerror=alert(1)>\u202e")) == "proved"
    shown = page.eval_on_selector_all("[data-testid=original]", "all => all.map((each) => each.textContent)")
    assert shown[-len(texts) :] == [show(each).text for each in texts]
    assert page.query_selector("main script, main img, main iframe, main svg [onload]") is None
    assert "\u202e" not in page.evaluate("() => document.body.textContent")
    assert page.asked == [PAGE.as_uri()]


def test_many_entries_all_come(open_verifier):
    story = told()
    for number in range(120):
        story.say("us", f"Number {number}.")
    page = open_verifier()
    assert give(page, story.communique("us")) == "proved"
    page.wait_for_function("() => document.querySelectorAll('[data-entry]').length === 127")
    shown = page.eval_on_selector_all("[data-testid=original]", "all => all.map((each) => each.textContent)")
    assert shown[-120:] == [f"Number {number}." for number in range(120)]


def test_an_attachment_is_saved_as_it_was_committed(open_verifier, communique):
    page = open_verifier()
    give(page, communique)
    with page.expect_download() as given:
        page.click("[data-entry='0/1'] .attachments li:nth-child(2) button")
    assert given.value.suggested_filename == "map.png"
    assert given.value.path().read_bytes() == bytes(100_000)


def test_keys_that_the_reader_has_decide(open_verifier, story, communique):
    page = open_verifier()
    give(page, communique)
    page.click("main details summary")
    logs = "\n".join(story.log_signer(each).vkey.text() for each in ("us", "ru"))
    page.fill("textarea", logs)
    page.press("textarea", "Tab")
    page.wait_for_selector("text=you gave it")
    assert page.inner_text("table").count("you gave it") == 2
    unsaid = page.inner_text(".not-proved")
    assert "Whose these keys are, which you did not give" in unsaid
    assert story.cosigner("ru").vkey.key_id.hex() in unsaid
    every = [signer(each) for signer in (story.cosigner, story.log_ml_dsa) for each in ("us", "ru")]
    page.fill("textarea", "\n".join([logs, *(each.vkey.text() for each in every)]))
    page.press("textarea", "Tab")
    page.wait_for_function(
        "!document.querySelector('.not-proved')?.innerText.includes('Whose these keys are')"
    )
    assert "identity keys" not in page.inner_text(".not-proved")
    page.fill("textarea", f"{logs}\n{MlDsaSigner(story.origin('us'), bytes(32)).vkey.text()}")
    page.press("textarea", "Tab")
    page.wait_for_selector("main[data-state=refused]")
    page.fill("textarea", f"{logs}\n{story.cosigner('us').vkey.text()}")
    page.press("textarea", "Tab")
    page.wait_for_selector("main[data-state=refused]")
    page.fill("textarea", story.log_signer("ru").vkey.text())
    page.press("textarea", "Tab")
    page.wait_for_selector(f"text={story.origin('us')}")
    assert page.get_attribute("main", "data-code") == "cli.verify_communique.not_trusted"
    assert page.query_selector("[data-entry]") is None


def test_of_a_changed_file_nothing_is_shown(open_verifier, communique):
    page = open_verifier()
    at = communique.index(b"AAAA")
    for changed in (
        communique[:at] + b"B" + communique[at + 1 :],
        communique.replace(b"TEXT FOR", b"text for"),
    ):
        assert give(page, changed) == "refused"
        assert page.query_selector("[data-entry]") is None
        assert page.get_attribute("main", "data-code")
        give(page, communique)


def test_a_refusal_says_where(open_verifier, story):
    page = open_verifier()
    change = replaced(EntryItem, body=lambda item: flip(item.body, 5))
    assert give(page, resigned(story, change)) == "refused"
    assert "What is shown of an entry is not what was recorded." in page.inner_text(".outcome")
    assert f"Where: entry 0 of {story.origin('us')}" in page.inner_text(".outcome")
    assert page.get_attribute("main", "data-code") == "record.disclosure.body"


def test_a_large_file_is_refused_before_it_is_read(open_verifier):
    page = open_verifier()
    page.evaluate("""() => {
      const input = document.querySelector('.drop input');
      const file = new File(['x'], 'large.html');
      Object.defineProperty(file, 'size', { value: 129 * 1024 * 1024 });
      file.arrayBuffer = () => { throw new Error('it was read'); };
      Object.defineProperty(input, 'files', { value: [file] });
      input.dispatchEvent(new Event('change', { bubbles: true }));
    }""")
    page.wait_for_selector("main[data-state=refused]")
    assert page.get_attribute("main", "data-code") == "wire.communique.size"


def test_a_file_is_dropped_on_the_page_and_a_check_is_stopped(open_verifier, communique):
    page = open_verifier()
    page.evaluate(
        """(text) => {
      const given = new DataTransfer();
      given.items.add(new File([text], 'dropped.html'));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer: given, cancelable: true }));
    }""",
        communique.decode(),
    )
    page.wait_for_selector("main[data-state=proved]")
    page.evaluate(
        """() => {
      const input = document.querySelector('.drop input');
      const file = new File(['x'], 'slow.html');
      file.arrayBuffer = () => new Promise(() => {});
      Object.defineProperty(input, 'files', { value: [file] });
      input.dispatchEvent(new Event('change', { bubbles: true }));
    }"""
    )
    page.wait_for_selector("main[data-state=checking]")
    assert page.query_selector("[data-entry]") is None
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("main[data-state=nothing]")


def judge_looks(page):
    """Insist that everybody can read what a page shows, whole, in words and not in names of words."""
    assert violations(page) == []
    assert cut_texts(page) == []
    assert KEY_OF_WORDS.findall(page.inner_text("body")) == []


@pytest.mark.parametrize(("language", "width", "dark"), LOOKS)
def test_everybody_can_read_it_and_print_it(open_verifier, communique, language, width, dark):
    page = open_verifier(language=language, width=width, dark=dark)
    assert page.get_attribute("html", "lang") == language
    judge_looks(page)
    give(page, b"another file")
    judge_looks(page)
    give(page, communique)
    page.eval_on_selector_all("details", "all => all.forEach((each) => { each.open = true; })")
    judge_looks(page)
    page.emulate_media(media="print")
    printed = page.inner_text("#verifier").lstrip()
    assert printed.startswith("EXERCISE")
    assert "Our aircraft will pass" in printed
    assert not page.is_visible(".drop")


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
