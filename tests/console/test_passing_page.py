"""Passing down in the page of a notice: who is missing, a link, a report by voice, STOP, a hold; how it looks."""

import re
import time

import pytest
from playwright.sync_api import expect
from tests.console.browser import PATIENCE_MS
from tests.console.desks import wait_until
from tests.console.looking import cut_texts, violations
from tests.console.movements import convoy

from coupefeu.model.notices import CheckIn
from coupefeu.node.passing.acting import Acting
from coupefeu.services.notices.commands import FileNotice
from coupefeu.services.passing.commands import AcknowledgeAsUnit
from coupefeu.services.passing.facts import NamedUnit
from coupefeu.words import say

expect.set_options(timeout=PATIENCE_MS)
BATTALION, BRIGADE = "2nd battalion", "Brigade North"


def file(desks, **changed):
    """File a movement of US that begins in an hour, and wait until RU has it."""
    (number,) = desks.us.act(FileNotice.of(convoy(int(time.time() * 1_000), **changed), "us.duty"))
    notice = desks.us.id(number)
    wait_until(lambda: desks.ru.thread.call(lambda: desks.ru._node._look().notices.find(notice)))
    return number


def acting(desk, number):
    found = desk.thread.call(desk._node.passing, number)
    return Acting(found=found, from_post=f"{desk.party}.duty", officer="second watch")


def pass_down(desk, number, *names):
    desk.act(acting(desk, number).pass_down(tuple(NamedUnit(name=name) for name in names)))


def part(page):
    return page.get_by_test_id("passing")


def unit(page, name):
    return part(page).locator(f"[data-testid=unit][data-unit='{name}']")


def fill(page, **fields):
    dialog = page.get_by_role("dialog")
    for key, value in fields.items():
        dialog.get_by_label(say(f"passing-{key.replace('_', '-')}", "en"), exact=True).fill(value)
    return dialog


def test_a_desk_lists_units_sees_who_is_missing_and_reports_one_by_voice(open_page, desks):
    number = file(desks)
    page = open_page(desks.ru, f"#/notices/{number}", officer="second watch")
    page.get_by_test_id("pass-down").click()
    dialog = fill(page, units=f"{BATTALION}\n{BRIGADE}")
    dialog.get_by_role("button", name=say("passing-act-pass-down", "en")).click()
    expect(dialog).to_have_count(0)
    gaps = part(page).get_by_test_id("gaps")
    expect(gaps.locator("li")).to_have_count(2)
    expect(part(page).get_by_test_id("passing-alarm")).to_be_visible()
    expect(part(page)).to_contain_text(re.compile(r"begins in \d:\d\d:\d\d"))
    expect(gaps).to_contain_text(say("passing-next-nobody", "en"))
    unit(page, BATTALION).get_by_role("button", name=say("passing-act-telephone", "en")).click()
    dialog = fill(page, telephone="Ops room, 2214\nMaj. Weiss, 0170")
    dialog.get_by_role("button", name=say("passing-act-telephone", "en")).click()
    expect(gaps).to_contain_text(say("passing-next", "en", who="Ops room, 2214"))
    unit(page, BATTALION).get_by_role("button", name=say("passing-act-reached", "en")).click()
    dialog = fill(page, spoken_to="Capt. Weiss")
    expect(dialog.get_by_label(say("passing-officer", "en"), exact=True)).to_have_value("second watch")
    dialog.get_by_role("button", name=say("passing-act-reached", "en")).click()
    expect(gaps.locator("li")).to_have_count(1)
    expect(unit(page, BATTALION)).to_contain_text("second watch spoke to Capt. Weiss")


def test_the_unit_s_own_word_and_the_desk_s_look_different_on_both_sides(open_page, desks):
    number = file(desks)
    pass_down(desks.ru, number, BATTALION, BRIGADE)
    view = desks.ru.thread.call(desks.ru._node.passing, number).view
    about = {"notice": view.id, "version": view.version, "from_post": "ru.duty"}
    desks.ru.act(AcknowledgeAsUnit(**about, unit=BATTALION))
    desks.ru.act(acting(desks.ru, number).reached(BRIGADE, int(time.time() * 1_000) - 60_000, "Col. Orlov"))
    page = open_page(desks.us, f"#/notices/{number}")
    own, voice = (unit(page, name).locator("[data-proof]") for name in (BATTALION, BRIGADE))
    expect(own).to_contain_text(say("passing-proof-link", "en"))
    expect(voice).to_contain_text(say("passing-proof-voice", "en"))
    styles = [each.evaluate("(e) => getComputedStyle(e).borderTopStyle") for each in (own, voice)]
    assert styles == ["solid", "dashed"]
    expect(unit(page, BATTALION)).to_contain_text(say("passing-their-node-says", "en", party="RU"))
    assert unit(page, BATTALION).get_by_role("button").count() == 0, "it is no unit of ours"
    expect(part(page).get_by_test_id("no-gaps")).to_contain_text("of 2 commands and units listed")


def test_a_link_is_shown_once_and_may_be_ended(open_page, desks):
    number = file(desks)
    pass_down(desks.ru, number, BATTALION)
    page = open_page(desks.ru, f"#/notices/{number}")
    unit(page, BATTALION).get_by_role("button", name=say("passing-link", "en"), exact=True).click()
    link = page.get_by_test_id("unit-link").inner_text()
    assert re.fullmatch(r"http://ru\.localhost:\d+/unit#[\w-]{43}", link)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("unit-link")).to_have_count(0)
    assert link.partition("#")[2] not in page.content()
    unit(page, BATTALION).get_by_role("button", name=re.compile("^End the link")).click()
    expect(
        unit(page, BATTALION).get_by_role("button", name=say("passing-link", "en"), exact=True)
    ).to_be_visible()


def test_who_is_missing_in_the_lead_time_is_raised_on_every_page_without_a_sound(open_page, desks):
    number = file(desks)
    page = open_page(desks.us, "#/line")
    pass_down(desks.ru, number, BATTALION)
    bar = page.get_by_test_id("gap-bar")
    expect(bar).to_contain_text("NOT REACHED")
    link = bar.locator(f"a[href='#/notices/{number}']")
    others = bar.get_by_text("more")  # other tests of this line may leave more than are named
    expect(link.or_(others).first).to_be_visible()
    assert page.locator("[role=alertdialog]").count() == 0
    assert cut_texts(page) == []
    assert violations(page) == []


def test_a_stop_stands_on_both_pages_at_once_and_its_own_side_takes_it_back(open_page, desks):
    number = file(desks)
    pass_down(desks.ru, number, BATTALION)
    ours = open_page(desks.us, f"#/notices/{number}")
    theirs = open_page(desks.ru, f"#/notices/{number}")
    ours.get_by_test_id("say-stop").click()
    dialog = fill(ours, why="Fire <b>ahead</b>.")
    dialog.get_by_role("button", name=say("passing-act-stop", "en")).click()
    for page in (ours, theirs):
        expect(part(page).get_by_test_id("stop")).to_contain_text("Fire <b>ahead</b>.")
        expect(part(page).get_by_test_id("gaps")).to_contain_text(say("passing-why-stopped", "en"))
    assert theirs.get_by_role("button", name=say("passing-act-resume", "en")).count() == 0
    ours.get_by_role("button", name=say("passing-act-resume", "en")).click()
    ours.get_by_role("dialog").get_by_role("button", name=say("passing-act-resume", "en")).click()
    for page in (ours, theirs):
        expect(part(page).get_by_test_id("stop")).to_have_count(0)
    expect(part(theirs).get_by_test_id("gaps")).to_contain_text(say("passing-why-never", "en"))


def test_a_movement_that_runs_late_says_so_on_both_pages_and_is_stopped(open_page, desks):
    number = file(desks, starts_in_ms=-4 * 3_600_000 + 4_000)  # and lasts four hours
    pass_down(desks.ru, number, BATTALION)
    held = acting(desks.us, number).check_in(
        "Hold point", CheckIn.HELD, int(time.time() * 1_000), "The gate is closed."
    )
    desks.us.act(held)
    wait_until(lambda: acting(desks.us, number).found.notice.state == "late", "its window is not over")
    ours = open_page(desks.us, f"#/notices/{number}")
    theirs = open_page(desks.ru, f"#/notices/{number}", language="ru")
    expect(ours.locator("[data-testid=notice]")).to_have_attribute("data-state", "late")
    expect(ours.locator("[data-mark=late]").nth(1)).to_contain_text("RUNNING LATE by")
    expect(ours.locator("[data-mark=late]").first).to_contain_text("NOT BY ITS PLAN since")
    expect(theirs.locator("[data-mark=late]").nth(1)).to_contain_text("ОПАЗДЫВАЕТ на")
    ours.get_by_test_id("say-stop").click()
    dialog = fill(ours, why="One vehicle is hit.")
    dialog.get_by_role("button", name=say("passing-act-stop", "en")).click()
    for page in (ours, theirs):
        expect(part(page).get_by_test_id("stop")).to_contain_text("One vehicle is hit.")
        expect(part(page).get_by_test_id("gaps")).to_contain_text(BATTALION)
        assert violations(page) == []
        assert cut_texts(page) == []


def test_a_hold_has_a_clock_that_runs_and_overdue_points_are_marked(open_page, desks):
    number = file(desks, starts_in_ms=-3_600_000 * 3 // 2)
    page = open_page(desks.us, f"#/notices/{number}")
    points = part(page).get_by_test_id("points").locator("li")
    expect(points).to_have_count(3)
    expect(points.nth(0)).to_contain_text("OVERDUE by 1:3")
    now_ms = int(time.time() * 1_000)
    desks.us.act(acting(desks.us, number).check_in("Jetty", CheckIn.PASSED, now_ms - 3_600_000))
    held = acting(desks.us, number).check_in(
        "Hold point", CheckIn.HELD, now_ms - 1_800_000, "The gate is closed."
    )
    desks.us.act(held)
    holds = part(page).get_by_test_id("holds")
    expect(holds).to_contain_text(re.compile(r"HELD for 0:3\d:\d\d at Hold point"))
    before = holds.inner_text()
    expect(holds).not_to_have_text(before)
    expect(points.nth(0)).not_to_contain_text("OVERDUE")
    desks.us.act(acting(desks.us, number).check_in("Hold point", CheckIn.RELEASED, now_ms))
    expect(holds).to_contain_text("then RELEASED")


@pytest.mark.parametrize(
    ("language", "width", "dark"), [("en", 1280, False), ("fr", 360, True), ("ru", 360, False)]
)
def test_it_can_be_read_by_everybody(open_page, desks, language, width, dark):
    number = file(desks, units=("Drone group",))
    pass_down(desks.ru, number, BATTALION, BRIGADE, "Отдельный разведывательный батальон связи и управления")
    desks.ru.act(acting(desks.ru, number).reached(BRIGADE, int(time.time() * 1_000), "Col. Orlov"))
    desks.us.act(
        acting(desks.us, number).stop("Les véhicules sont arrêtés devant le point de contrôle. " * 4)
    )
    page = open_page(desks.ru, f"#/notices/{number}", language=language, width=width, dark=dark)
    expect(part(page).get_by_test_id("stop")).to_be_visible()
    expect(part(page).get_by_test_id("gaps").locator("li")).to_have_count(4)
    part(page).locator("summary").last.click()
    assert cut_texts(page) == []
    assert violations(page) == []
