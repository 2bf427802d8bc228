"""Incidents in the real browser, both versions side by side, asked and answered; and the line as it is declared."""

from playwright.sync_api import expect
from tests.console.browser import PATIENCE_MS
from tests.console.filing import circle, file, flight
from tests.console.looking import cut_texts, violations

from coupefeu.words import say

expect.set_options(timeout=PATIENCE_MS)


def words(key, language="en", **values):
    return say(key, language, **values)


def press(page, key, language="en", **values):
    page.get_by_role("button", name=words(key, language, **values), exact=True).first.click()


def record(page, language="en"):
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=words("ui-put-on-record", language), exact=True).click()
    expect(dialog).to_have_count(0)


def go(page, path):
    page.evaluate("(hash) => { location.hash = hash; }", f"#/{path}")


def number_of(page):
    """Give the number of the incident that a page shows."""
    page.get_by_test_id("incident").wait_for()
    return page.locator("header .number").inner_text()


def text_of(page):
    return page.get_by_test_id("incident").inner_text()


def report(page, trigger, **fields):
    """Report by one press of the agreed list, with what is known filled in; gives the number."""
    go(page, "incidents")
    page.locator(f"[data-trigger={trigger}]").click()
    for name, value in fields.items():
        page.get_by_label(words(name), exact=True).fill(value)
    press(page, "incident-page-report-press")
    return number_of(page)


def test_it_is_reported_before_anything_is_known_and_both_versions_stand_side_by_side(open_page, desks):
    page = open_page(desks.us, "#/incidents")
    number = report(page, "dangerous-approach")
    said = text_of(page)
    assert said.count(words("not-stated")) >= 10, "what is empty is not stated, and never none"
    assert violations(page) == []
    press_amend = page.get_by_role("link", name=words("incident-page-act-amend"), exact=True)
    press_amend.click()
    page.get_by_label(words("incident-page-start"), exact=True).fill("2022-03-09T13:43:00Z")
    page.get_by_label(words("incident-field-position"), exact=True).fill("30-19-42N 071-40-17E")
    expect(page.get_by_test_id("restated")).to_contain_text("42R")
    page.get_by_label(words("incident-field-our-platform"), exact=True).fill("Patrol 12")
    page.reload()
    expect(page.get_by_label(words("incident-field-our-platform"), exact=True)).to_have_value("Patrol 12")
    press(page, "incident-page-amend-press")
    expect(page.get_by_test_id("incident")).to_contain_text("Patrol 12")

    theirs = open_page(desks.ru, f"#/incidents/{number}", language="ru")
    assert "Patrol 12" in text_of(theirs)
    theirs.get_by_role("link", name=words("incident-page-our-version", "ru"), exact=True).click()
    theirs.get_by_label(words("incident-page-start", "ru"), exact=True).fill("2022-03-09T13:45:00Z")
    theirs.get_by_label(words("incident-field-position", "ru"), exact=True).fill("30-20-00N 071-41-00E")
    theirs.get_by_label(words("incident-field-other-platform", "ru"), exact=True).fill("Patrol 21")
    press(theirs, "incident-page-report-press", "ru")
    other = number_of(theirs)

    candidate = page.locator(f"[data-candidate='{other}']")
    expect(candidate).to_contain_text(words("incident-form-dangerous-approach"))
    candidate.get_by_role("button", name=words("incident-page-act-pair"), exact=True).click()
    record(page)
    platform = page.locator("tr[data-how=disputed]", has_text=words("incident-field-our-platform"))
    expect(platform).to_contain_text("Patrol 12")
    expect(platform).to_contain_text("Patrol 21")
    expect(page.locator("tr[data-how=agreed]", has_text=words("incident-field-form"))).to_have_count(1)
    expect(theirs.locator("tr[data-how=disputed]")).to_contain_text(["Patrol 12"])
    assert violations(page) == []
    assert violations(theirs) == []


def test_an_explanation_is_asked_for_and_answered_and_what_is_owed_is_seen_in_the_list(open_page, desks):
    page = open_page(desks.us, "#/incidents/new/unusual-activity")
    press(page, "incident-page-report-press")
    number = number_of(page)
    press(page, "incident-page-act-query")
    page.get_by_role("dialog").locator("textarea").fill("What is the purpose?")
    record(page)
    query = page.locator("[data-query]").first.get_attribute("data-query")
    go(page, "incidents")
    row = page.locator(f"a[data-number='{number}']")
    expect(row).to_contain_text("RU owes an explanation by")

    anywhere = open_page(desks.ru, "#/messages", language="ru")
    owed = anywhere.get_by_test_id("open-incidents").locator(f"a[href='#/incidents/{query}?act=look']")
    expect(owed).to_contain_text("мы должны дать разъяснение")
    theirs = open_page(desks.ru, f"#/incidents/{query}", width=360, dark=True)
    dialog = theirs.get_by_role("dialog")
    dialog.locator("textarea").fill("Учение войск связи.")
    dialog.get_by_label(words("incident-reply-designation"), exact=True).fill("Связь-22")
    assert cut_texts(theirs) == []
    record(theirs)
    expect(theirs.locator(f"[data-query='{query}']")).to_contain_text("Связь-22")
    expect(row).not_to_contain_text("RU owes")
    expect(owed).to_have_count(0)
    go(page, f"incidents/{number}")
    expect(page.locator(f"[data-query='{query}']")).to_contain_text("Учение войск связи.")
    press(page, "incident-page-act-close")
    page.get_by_role("dialog").get_by_label(words("incident-page-closure")).select_option("explained")
    record(page)
    expect(page.get_by_test_id("incident")).to_have_attribute("data-state", "closed")
    press(page, "incident-page-act-reopen")
    page.get_by_role("dialog").locator("textarea").fill("It goes on.")
    record(page)
    expect(page.get_by_test_id("incident")).not_to_have_attribute("data-state", "closed")


def test_a_strike_after_a_notice_names_the_acknowledgements_that_are_held(open_page, desks):
    notice = file(desks.us, flight(circle(-12.5, 44.25), title="Hospital"))
    theirs = open_page(desks.ru, f"#/notices/{notice}")
    theirs.get_by_role("button", name=words("notices-answer-1"), exact=True).click()
    record(theirs)
    page = open_page(desks.us, f"#/incidents/new/struck-after-notice?notice={notice}")
    expect(page.get_by_test_id("held")).to_contain_text(words("incident-page-held", count=1, notice=notice))
    press(page, "incident-page-report-press")
    expect(page.get_by_test_id("incident")).to_contain_text(words("incident-page-held-named"))
    assert notice in text_of(page)


def test_a_party_declares_the_line_suspended_and_everybody_reads_so_before_dialling(open_page, line):
    page = open_page(line.us, "#/line?declare=state")
    dialog = page.get_by_role("dialog")
    send = dialog.get_by_role("button", name=words("ui-put-on-record"), exact=True)
    expect(send).to_be_disabled(), "nothing is chosen beforehand"
    dialog.get_by_label(words("line-state-suspended"), exact=False).check()
    dialog.locator("textarea").fill("Until further notice.")
    record(page)
    expect(page.locator("[data-party=us]")).to_contain_text(words("line-state-suspended"))
    theirs = open_page(line.ru, "#/calls", language="fr", width=360)
    expect(theirs.get_by_test_id("declared-state").first).to_contain_text(words("line-state-suspended", "fr"))
    expect(theirs.get_by_test_id("passes")).to_contain_text(words("line-state-page-calls-pass", "fr"))
    assert cut_texts(theirs) == []
    assert violations(theirs) == []
    press(page, "line-state-page-press")
    page.get_by_role("dialog").get_by_label(words("line-state-open"), exact=False).check()
    record(page)
    expect(theirs.get_by_test_id("declared-state")).to_have_count(0)
    assert violations(page) == []
