"""The page Notices in the real browser: typed, checked, filed, answered, amended, read back; conflicts seen."""

import pytest
from playwright.sync_api import expect
from tests.console.browser import PATIENCE_MS
from tests.console.desks import wait_until
from tests.console.filing import circle, file, flight, notice, window
from tests.console.looking import cut_texts, violations
from tests.sizes import size

from coupefeu.model.instant import format_date_time_group
from coupefeu.services.messages.display import show_line
from coupefeu.words import say

expect.set_options(timeout=PATIENCE_MS)


def words(key, language="en", **values):
    return say(key, language, **values)


def group(hours):
    return format_date_time_group(window(hours, hours)["start_ms"])


def field(page, key, **values):
    return page.get_by_label(words(key, **values), exact=True)


def press(page, key, **values):
    page.get_by_role("button", name=words(key, **values), exact=True).first.click()


def record(page):
    page.get_by_role("dialog").get_by_role("button", name=words("ui-put-on-record"), exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def go(page, path):
    page.evaluate("(hash) => { location.hash = hash; }", f"#/{path}")


def number_of(page):
    """Give the number of the notice that a page shows."""
    page.get_by_test_id("notice").wait_for()
    return page.locator("header .number").inner_text()


def test_a_notice_is_typed_said_back_checked_and_filed_and_its_conflict_is_seen_on_both_consoles(
    open_page, desks
):
    known = file(desks.ru, flight(circle(-21.0, 57.5, 0, 5), title="Стрельбы"))
    notice(desks.us, known)
    theirs = open_page(desks.ru, "#/line", language="ru")
    page = open_page(desks.us, "#/notices/new")
    page.get_by_role("link", name=words("notices-form-2")).click()
    field(page, "notices-title").fill("Survey of the reef")
    where = field(page, "ui-notice-positions-circle")
    where.fill("95N 57E")
    said = page.get_by_label(words("ui-notice-understood"), exact=True).first
    expect(said).to_contain_text("latitude")
    where.fill("21-00-00S 057-31-00E")
    expect(said).to_contain_text("40KEB")
    expect(said).to_contain_text("°, from")
    field(page, "ui-notice-reach-name-circle").fill("5")
    field(page, "ui-notice-start").fill(group(1))
    field(page, "ui-notice-end").fill(group(4))
    checked = page.get_by_test_id("checked")
    expect(checked.locator(".defects li")).to_have_count(1)
    field(page, "ui-notice-reach-name-circle").fill("5 NM")
    expect(checked.locator(".defects")).to_have_count(0)
    expect(checked.get_by_test_id("short")).to_contain_text("SHORT NOTICE")
    expect(checked.locator(f"a[href='#/notices/{known}']")).to_have_count(1)
    assert "5.0 NM" in checked.get_by_test_id("conflict").inner_text()
    page.reload()
    expect(field(page, "notices-title")).to_have_value("Survey of the reef"), "what was typed is kept"
    page.window.allow("400")
    press(page, "ui-notice-file-press")
    expect(page.locator(".defects")).to_contain_text(words("notices-effect-missing-field"))
    page.get_by_label(words("notices-field-2-1"), exact=False).select_option("2")
    page.get_by_label(words("notices-field-2-6"), exact=False).fill("Duty desk")
    expect(checked.locator(".defects")).to_have_count(0)
    press(page, "ui-notice-file-press")
    number = number_of(page)
    conflict = page.locator(f"[data-pair='{number} {known}']")
    expect(conflict).to_contain_text(words("conflicts-alarm-running"))
    assert words("ui-notice-where") in conflict.inner_text()
    bar = theirs.get_by_test_id("conflict-bar")
    expect(bar.locator(f"a[href='#/notices/{number}']")).to_have_count(1)
    assert theirs.get_by_test_id("taken").count() == 0, "a conflict is seen, and sounds nowhere"
    assert violations(theirs) == []
    go(theirs, "notices/conflicts")
    pair = theirs.locator(f"[data-pair='{known} {number}']")
    pair.get_by_role("button", name=words("ui-notice-settle", "ru"), exact=True).click()
    dialog = theirs.get_by_role("dialog")
    record = dialog.get_by_role("button", name=words("ui-put-on-record", "ru"), exact=True)
    expect(record).to_be_disabled()  # nothing is chosen beforehand
    dialog.get_by_label(words("notices-settlement-3", "ru")).check()
    dialog.locator("textarea").fill("Район занят.")
    record.click()
    expect(conflict).to_contain_text(words("conflicts-stands", settlement=words("notices-settlement-3")))
    assert "Район занят." in conflict.inner_text()
    compared = page.get_by_test_id("compared").last.inner_text()
    assert "minima 5 NM / 300 m / 10 min" in compared


def test_answers_are_distinct_and_an_amendment_asks_for_them_again(open_page, desks):
    number = file(desks.us, flight(circle(-40.5, 120.25), title="Convoy", wants_answer=True))
    notice(desks.ru, number)
    theirs = open_page(desks.ru, f"#/notices/{number}")
    assert words("notices-protection") in theirs.get_by_test_id("protection").inner_text()
    acts = theirs.locator(".acts")
    for answer in range(1, 8):
        assert acts.get_by_role("button", name=words(f"notices-answer-{answer}"), exact=True).count() == 1
    press(theirs, "notices-answer-3")
    assert words("notices-answer-3-means") in theirs.get_by_role("dialog").inner_text()
    record(theirs)
    page = open_page(desks.us, f"#/notices/{number}")
    expect(page.locator("[data-answer=no_objection]")).to_contain_text("NO OBJECTION")
    page.get_by_role("link", name=words("ui-notice-act-amend"), exact=True).click()
    expect(field(page, "notices-title")).to_have_value("Convoy")
    field(page, "notices-title").fill("Convoy with armed guards")
    press(page, "ui-notice-amend-press")
    expect(page.get_by_test_id("changed")).to_contain_text("Convoy with armed guards")
    changed = theirs.get_by_test_id("changed")
    expect(changed.locator("ins")).to_have_text("Convoy with armed guards")
    expect(changed.locator("del")).to_have_text("Convoy")
    assert changed.locator("dt").all_inner_texts() == [words("notices-title")], "nothing else was touched"
    press(theirs, "ui-notice-act-read-back")
    theirs.get_by_label(words("ui-notice-position-of", number=1, total=1), exact=True).fill(
        "40.5000S 120.3500E"
    )
    press(theirs, "ui-put-on-record")
    expect(page.get_by_test_id("differences")).to_contain_text("40.5000S 120.3500E")
    assert words("notices-read-back-differs") in page.inner_text("article")
    press(theirs, "notices-answer-7")
    theirs.get_by_text(words("ui-notice-counter-title", number=number), exact=True).wait_for()
    field(theirs, "ui-notice-start").fill(group(26))
    press(theirs, "ui-notice-counter-press")
    counter = page.locator("[data-testid=answer][data-answer=counter_proposal]")
    expect(counter.locator(".differs")).to_have_count(2)
    counter.get_by_role("button", name=words("ui-notice-act-accept"), exact=True).click()
    record(page)
    expect(counter).to_contain_text(words("notices-counter-accepted"))
    expect(page.get_by_test_id("notice").locator("li .act")).to_have_count(3)


def test_a_list_shows_both_sides_lives_and_is_filtered(open_page, desks):
    ours = file(desks.us, flight(circle(-60.0, -140.0), title="Station", movement="Pole 4"))
    page = open_page(desks.us, "#/notices")
    field(page, "notices-movement").fill("Pole 4")
    rows = page.locator("#all [data-number]")
    expect(rows).to_have_count(1)
    theirs = file(desks.ru, flight(circle(-60.0, -120.0, 1, 9), title="Станция", movement="Pole 4"))
    expect(rows).to_have_count(2)
    row = page.locator(f"#all [data-number='{theirs}']")
    assert "SHORT NOTICE" in row.inner_text()
    assert show_line("Станция") in row.inner_text()
    page.get_by_label(words("ui-notice-filter-side")).select_option("ours")
    expect(rows).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator("h1").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert number_of(page) == ours


PATHS = ("#/notices/new/6", "#/notices/new", "#/notices/import", "#/notices/conflicts")
LOOKS = [("ru", 360, True), ("fr", 360, False), ("en", 1280, True), ("ru", 1280, False)]


@pytest.mark.parametrize(("language", "width", "dark"), LOOKS[: size(small=1, full=4)])
def test_its_forms_are_whole_and_readable(open_page, desks, language, width, dark):
    page = open_page(desks.us, PATHS[0], language=language, width=width, dark=dark)
    for path in PATHS:
        go(page, path.removeprefix("#/"))
        wait_until(lambda path=path: page.evaluate("location.hash") == path)
        page.locator("main h1:not(.soft)").wait_for()
        assert violations(page) == []
        assert cut_texts(page) == []
