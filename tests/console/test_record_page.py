"""The page Record: what is listed and found, one entry with its proof, downloads, verification, sheets of paper."""

import datetime as dt
import re
import zipfile

import pytest
from pysqlite3 import dbapi2  # as the node has it: two libraries over one file in one process break its locks
from tests.console.browser import PATIENCE_MS
from tests.console.looking import cut_texts, violations
from tests.console.record_story import HOSTILE
from tests.console.test_record_routes import Http, signed_for

from coupefeu.model.messages import Content, Form, Operative
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.commands import Take
from coupefeu.words import say

UNSAID = re.compile(r"\b(safe|OK|success|successful|approved|всё в порядке|tout va bien)\b|[✓✔☑✅]")


def stop(desks):
    """Send a FLASH, and take it, so that it sounds nowhere; gives its number."""
    content = Content(
        form=Form.WARNING,
        subject=Subject.SAFETY,
        operative=Operative.STOP,
        place="35 19 N 40 08 E",
        numbers=("15",),
    )
    number = desks.us.say(content, Precedence.FLASH)
    desks.ru.has(number)
    desks.ru.act(Take(message=desks.ru.id(number), from_post="ru.duty", officer="2-я смена"))
    return number


def rows(page):
    return page.get_by_role("listitem")


def search(page, words):
    page.locator("#search").fill(words)
    page.wait_for_function("(words) => document.querySelector('#search').value === words", arg=words)


def today():
    return dt.datetime.now(dt.UTC).date().isoformat()


# --- the list -------------------------------------------------------------------------------------------------


def test_each_entry_says_by_what_it_stands_and_the_list_what_it_covers(open_page, desks):
    number = desks.us.write("Standing on two signatures.")
    signed_for(Http(desks.us), number)
    page = open_page(desks.us, "#/record")
    row = rows(page).filter(has_text="Standing on two signatures.")
    row.wait_for()
    assert say("ui-proof-co-signed-ours", "en") in row.inner_text()
    assert re.search(r"\d+ looked at; as of \d\d:\d\d:\d\dZ", page.locator("main").inner_text())
    covered = page.locator("ul.covered li").all_inner_texts()
    assert [each.partition(":")[0] for each in covered] == ["US", "RU"]
    assert all("ML-DSA-44" in each or "Ed25519" in each for each in covered)


def test_an_entry_that_comes_while_the_page_is_open_is_listed(open_page, desks):
    page = open_page(desks.us, "#/record")
    rows(page).first.wait_for()
    desks.ru.write("Came while the page was open.")
    rows(page).filter(has_text="Came while the page was open.").wait_for()


def test_words_are_found_from_the_keyboard_on_both_sides(open_page, desks):
    number = desks.ru.write("Трубопровод у Кобани перекрыт.")
    desks.us.has(number)
    page = open_page(desks.us, "#/record")
    rows(page).first.wait_for()
    page.keyboard.press("/")
    page.keyboard.type("кобани ПЕРЕКРЫТ")
    page.wait_for_function("() => document.querySelectorAll('[role=listitem]').length === 1")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/#/record/{number}")


def test_an_empty_list_says_what_was_looked_at(open_page, desks):
    page = open_page(desks.us, "#/record")
    search(page, "nobody ever wrote this")
    page.get_by_text(re.compile(r"No such entry among the \d+ looked at, as of \d\d:\d\d:\d\dZ")).wait_for()


def test_a_kind_and_a_side_narrow_the_list(open_page, desks):
    stop(desks)
    page = open_page(desks.us, "#/record", language="ru")
    kind, side = (page.get_by_label(say(f"ui-record-{name}", "ru")) for name in ("kind", "side"))
    kind.select_option("taken")
    side.select_option("ru")
    page.wait_for_function(
        "(word) => [...document.querySelectorAll('[role=listitem]')].every((row) => row.innerText.includes(word))"
        " && document.querySelectorAll('[role=listitem]').length > 0",
        arg=say("act-18", "ru"),
    )
    side.select_option("us")
    page.wait_for_function("() => !document.body.innerText.includes('…')")


HOLD_ONE_ANSWER = """(part) => {
  const [ask, parse, setTimer, clearTimer] = [window.fetch, JSON.parse, window.setTimeout, window.clearTimeout];
  window.heard = [];
  window.soon = new Set();
  window.fetch = async (path, wish) => {
    const answer = await ask(path.replace('limit=200', 'limit=3'), wish);
    if (!path.startsWith('/api/record?') || !path.includes(part) || window.letGo) return answer;
    await new Promise((done) => { window.letGo = done; });
    return answer;
  };
  JSON.parse = (text, ...more) => {
    const said = parse(text, ...more);
    if (said?.what === 'entry') window.heard.push(said.number);
    return said;
  };
  window.setTimeout = (work, ms, ...more) => {
    const timer = setTimer(() => { window.soon.delete(timer); work(...more); }, ms);
    if (ms < 300) window.soon.add(timer);
    return timer;
  };
  window.clearTimeout = (timer) => { window.soon.delete(timer); clearTimer(timer); };
}"""
"""The first answer that is asked for with `part` waits for `letGo`; a day comes in windows of three.

`heard`: which entries the feed told of. `soon`: what the page is about to do.
"""


def test_an_entry_that_comes_while_our_node_answers_is_listed_too(fresh_desks, open_page):
    page = open_page(fresh_desks.us, "#/record")
    rows(page).first.wait_for()
    page.evaluate(HOLD_ONE_ANSWER, "limit=100")
    fresh_desks.us.write("Said first.")
    page.wait_for_function("() => window.letGo")
    number = fresh_desks.us.write("Said while the node answered.")
    page.wait_for_function("(number) => window.heard.includes(number) && window.soon.size === 0", arg=number)
    page.evaluate("() => window.letGo()")
    rows(page).filter(has_text="Said while the node answered.").wait_for()


def test_an_entry_of_which_nobody_can_say_who_wrote_it_bears_neither_mark(fresh_desks, open_page):
    number = fresh_desks.us.write("Written by a newer node.")
    signed_for(Http(fresh_desks.us), number)
    index = number.partition("/")[2]
    page = open_page(fresh_desks.us, "#/record")
    row = rows(page).filter(has_text=number)
    row.locator(".what svg circle").wait_for()
    with dbapi2.connect(fresh_desks.us.folder.record_path) as record:
        record.execute(f"UPDATE entries SET head = x'ff' WHERE log = 0 AND idx = {index}")
    record.close()
    page.reload()
    rows(page).filter(has_text=say("ui-kind-unreadable", "en")).wait_for()
    assert row.locator(".what svg").count() == 0


# --- one entry ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_an_entry_names_who_signed_with_which_key_and_between_which_times(open_page, desks, language):
    number = stop(desks)
    entry = signed_for(Http(desks.us), number)
    page = open_page(desks.us, f"#/record/{number}", language=language)
    page.locator(".hash", has_text=entry["leaf_hash"]).wait_for()
    text = page.locator("main").inner_text()
    for signed in (entry["signed"], *entry["receipts"]):
        assert signed["key_id"] in text
    assert say("ui-bracket-after", language) in text
    assert say("ui-again-not", language) in text or say("ui-again-by", language, parties="US, RU") in text
    assert not UNSAID.search(text)
    assert not violations(page)
    assert not cut_texts(page)


def test_an_act_is_shown_as_an_act_of_a_person(open_page, desks):
    stop(desks)
    (taken,) = Http(desks.us).get("/record", kind="taken", limit=1)[1]["rows"]
    page = open_page(desks.us, f"#/record/{taken['number']}")
    act = page.locator(".act")
    act.wait_for()
    assert "2-я смена" in act.inner_text()
    assert page.locator("main .fact", has_text="TAKEN").count() == 0


def test_a_hostile_text_is_marked_on_every_page_of_the_record(open_page, desks):
    number = desks.ru.write(HOSTILE)
    desks.us.has(number)
    for path in (f"#/record/{number}", f"#/record/print/{number}", f"#/record/day/{today()}"):
        page = open_page(desks.us, path)
        page.get_by_text("⟦U+202E⟧RETTEL").first.wait_for()
        assert "\u202e" not in page.content()
        assert page.locator("main script").count() == 0


def test_a_proof_is_saved_from_the_page_and_holds(open_page, desks, tmp_path, verified_by_command):
    number = desks.us.write("Proved from the page.")
    signed_for(Http(desks.us), number)
    page = open_page(desks.us, f"#/record/{number}")
    with page.expect_download() as coming:
        page.get_by_role("button", name=say("ui-proof-download", "en")).click()
    name = f"EXERCISE-proof-{number.lower().replace('/', '-')}.zip"
    assert coming.value.suggested_filename == name
    coming.value.save_as(tmp_path / name)
    assert (
        verified_by_command((tmp_path / name).read_bytes(), tmp_path)["content"]["text"]
        == "Proved from the page."
    )
    page.get_by_text(say("ui-download-saved", "en", name=name)).wait_for()


def test_what_cannot_be_proved_yet_says_so_and_offers_nothing(fresh_desks, open_page):
    fresh_desks.cut()
    number = fresh_desks.us.write("while the line is cut")
    page = open_page(fresh_desks.us, f"#/record/{number}")
    page.get_by_text(say("ui-proof-not-yet", "en")).wait_for()
    page.get_by_text(say("ui-proof-signed-ours", "en")).wait_for()
    page.get_by_text(say("ui-again-not", "en")).wait_for()
    assert page.get_by_role("button", name=say("ui-proof-download", "en")).count() == 0
    fresh_desks.mend()
    page.get_by_role("button", name=say("ui-proof-download", "en")).wait_for()


def test_an_entry_is_asked_for_again_only_when_the_feed_tells_of_something(fresh_desks, open_page):
    """What was loaded is no reason to load again; the page asks for forty other things meanwhile, one by one."""
    fresh_desks.cut()
    number = fresh_desks.us.write("not signed by them, as long as the line is cut")
    page = open_page(fresh_desks.us, f"#/record/{number}")
    page.get_by_text(say("ui-proof-not-yet", "en")).wait_for()
    asked = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/api/record/us/" in request.url else None
    )
    page.evaluate("async () => { for (let each = 0; each < 40; each += 1) await fetch('/api/session'); }")
    assert len(asked) < 8


def test_a_record_is_saved_from_the_page(open_page, desks, tmp_path):
    page = open_page(desks.us, "#/record")
    with page.expect_download() as coming:
        page.get_by_role("button", name=say("ui-export-of", "en", party="RU")).click()
    coming.value.save_as(tmp_path / "record.zip")
    with zipfile.ZipFile(tmp_path / "record.zip") as archive:
        assert "EXERCISE-record-ru/checkpoint" in archive.namelist()


# --- verification ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_verifying_says_what_is_proved_by_whose_keys_and_what_is_not(open_page, desks, language):
    page = open_page(desks.us, "#/record", language=language)
    page.get_by_role("button", name=say("ui-verify-do", language), exact=True).click()
    record = page.get_by_role("article", name=say("ui-verify-record", language, party="RU"))
    record.wait_for()
    text = record.inner_text()
    for key in ("ui-verify-holds", "ui-verify-proved", "ui-verify-when", "ui-verify-not-proved"):
        assert say(key, language) in text
    for code in ("truth", "person", "written", "branch"):
        assert say(f"ui-verify-not-proved-{code}", language) in text
    assert re.search(r"\b[0-9a-f]{8}\b", text)
    assert not UNSAID.search(page.locator("main").inner_text())
    assert not violations(page)
    assert not cut_texts(page)


def test_a_progress_bar_tells_how_far_the_verification_has_come(open_page, desks):
    page = open_page(desks.us, "#/record")
    page.evaluate(
        "() => { window.seen = []; new MutationObserver(() => document.querySelectorAll('progress').forEach((each) =>"
        " window.seen.push([each.value, each.max]))).observe(document.body, { subtree: true, childList: true,"
        " attributes: true, characterData: true }); }"
    )
    page.get_by_role("button", name=say("ui-verify-do", "en"), exact=True).click()
    page.get_by_role("article").nth(1).wait_for()
    seen = page.evaluate("() => window.seen")
    assert any(value == most > 1 for value, most in seen), seen


def test_a_record_that_was_changed_says_so_and_calls_nothing_proved(fresh_desks, open_page):
    number = fresh_desks.us.write("This will be changed on the disk.")
    signed_for(Http(fresh_desks.us), number)
    index = number.partition("/")[2]
    with dbapi2.connect(fresh_desks.us.folder.record_path) as record:
        record.execute(
            f"UPDATE entries SET body = CAST(body || x'00' AS BLOB) WHERE log = 0 AND idx = {index}"
        )
    record.close()
    page = open_page(fresh_desks.us, "#/record")
    page.get_by_role("button", name=say("ui-verify-do", "en"), exact=True).click()
    broken = page.get_by_role("article", name=say("ui-verify-record", "en", party="US"))
    broken.wait_for()
    assert say("ui-verify-broken", "en") in broken.inner_text()
    assert say("ui-verify-proved", "en") not in broken.inner_text().split("\n")


def test_evidence_stands_above_everything_else(fresh_desks, open_page):
    number = fresh_desks.ru.write("One of two truths.")
    fresh_desks.us.has(number)
    index = number.partition("/")[2]
    with dbapi2.connect(fresh_desks.us.folder.record_path) as record:
        record.execute(
            f"INSERT INTO evidence VALUES (NULL, 1, {index}, 5, 'run-and-checkpoint at {index}', x'00')"
        )
    record.close()
    page = open_page(fresh_desks.us, "#/record")
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert say("ui-evidence", "en") in alert.inner_text()
    assert number in alert.inner_text()
    row = rows(page).filter(has_text="One of two truths.")
    assert say("ui-evidence-held", "en") in row.inner_text()


# --- paper ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_a_days_log_is_a_sheet_that_says_exercise_first_and_what_it_covers(open_page, desks, language):
    number = desks.us.write("First line of the day's log.\nAnd its second line, to the end.")
    page = open_page(desks.us, f"#/record/day/{today()}", language=language)
    page.get_by_text("And its second line, to the end.").first.wait_for()
    button = page.get_by_role("button", name=say("ui-print", language), exact=True)
    page.wait_for_function("(button) => !button.disabled", arg=button.element_handle())
    page.emulate_media(media="print")
    sheet = page.locator(".paper")
    text = sheet.inner_text()
    assert text.startswith("EXERCISE / EXERCICE / УЧЕНИЕ")
    assert number in text
    assert re.search(r"\d\d:\d\d:\d\dZ", text)
    for key in ("ui-clock-ours", "ui-clock-theirs"):
        assert say(key, language, party="US" if key.endswith("ours") else "RU") in text
    for hidden in (page.locator("nav"), button, page.get_by_test_id("counts")):
        assert not hidden.is_visible()
    assert page.evaluate("() => getComputedStyle(document.body).page") == "exercise"
    assert not violations(page)


def test_a_days_log_has_each_entry_once_whatever_is_stored_meanwhile(fresh_desks, open_page):
    written = [fresh_desks.us.write(f"Line {each} of the log.") for each in range(5)]
    page = open_page(fresh_desks.us, "#/record")
    page.evaluate(HOLD_ONE_ANSWER, "whole=true")
    page.evaluate("(day) => { location.hash = `#/record/day/${day}`; }", today())
    page.wait_for_function("() => window.letGo")
    fresh_desks.us.write("Stored while it was read.")
    fresh_desks.us.write("And that.")
    page.evaluate("() => window.letGo()")
    button = page.get_by_role("button", name=say("ui-print", "en"), exact=True)
    page.wait_for_function("(button) => !button.disabled", arg=button.element_handle())
    numbers = page.locator("tbody td:nth-child(2)").all_inner_texts()
    assert len(numbers) == len(set(numbers))
    assert set(written) < set(numbers)
    sheet = page.locator(".paper").inner_text()
    assert f"{len(numbers)} of {len(numbers)} entries" in sheet
    assert "Stored while it was read." not in sheet


def test_a_message_is_a_sheet_with_its_header_chain_and_proof(open_page, desks):
    number = stop(desks)
    signed_for(Http(desks.us), number)
    page = open_page(desks.us, f"#/record/{number}")
    page.get_by_role("link", name=say("ui-print", "en"), exact=True).click()
    page.get_by_text(say("header-end", "en", number=number)).wait_for()
    page.emulate_media(media="print", color_scheme="dark")
    became(lambda: "TAKEN BY" in page.locator(".paper").inner_text(), page)
    text = page.locator(".paper").inner_text()
    order = [
        text.index(each)
        for each in ("EXERCISE", f"{number} · MESSAGE", "PRECEDENCE", "CHAIN AT RU", "TAKEN BY")
    ]
    assert order == sorted(order)
    assert f"Covers {number}, its chain" in text
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_day_of_which_nothing_was_stored_says_what_was_looked_at(open_page, desks):
    page = open_page(desks.us, "#/record/day/2001-01-01")
    page.get_by_text(re.compile(r"No such entry among the \d+ looked at")).wait_for()


def test_any_page_prints_exercise_first_and_no_controls(open_page, desks):
    number = stop(desks)
    page = open_page(desks.us, f"#/messages/{number}")
    page.get_by_text(say("header-end", "en", number=number)).wait_for()
    page.emulate_media(media="print")
    assert page.locator("body").inner_text().strip().startswith("EXERCISE")
    for hidden in ("nav", ".back", "main button", "main a[href*='/new/']"):
        assert not any(each.is_visible() for each in page.locator(hidden).all())
    assert page.evaluate("() => getComputedStyle(document.body).page") == "exercise"


def test_a_page_that_died_says_on_paper_since_when(desk_processes, open_page):
    page = open_page(desk_processes.us, "#/record")
    page.locator("main [role=listitem] a").first.wait_for()
    page.window.allow("ERR")
    desk_processes.kill("us")
    page.get_by_test_id("not-live").wait_for()
    page.emulate_media(media="print")
    assert page.get_by_test_id("not-live").is_visible()
    assert "NOT LIVE since" in page.get_by_test_id("not-live").inner_text()
    assert page.evaluate("() => getComputedStyle(document.querySelector('.not-live')).opacity") == "1"


def became(holds, page):
    """Wait until the page has shown what it is told of later."""
    for _ in range(PATIENCE_MS // 50):
        if holds():
            return
        page.wait_for_timeout(50)
    assert holds()
