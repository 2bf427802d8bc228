"""The page Figures in the real browser: the running year at once, a span and a party asked for, a file saved."""

import csv
import re

import pytest
from playwright.sync_api import expect
from tests.console.browser import PATIENCE_MS
from tests.console.looking import cut_texts, violations
from tests.sizes import size

from coupefeu.words import say

expect.set_options(timeout=PATIENCE_MS)
LOOKS = [("ru", 360, True), ("fr", 360, False), ("en", 1280, True), ("ru", 1280, False)]


@pytest.fixture
def figures(desks, open_page):
    desks.us.write("Counted on a page.")
    return open_page(desks.us, "#/figures")


def table(page, name):
    return page.locator(f"[data-figures={name}] table")


def test_the_running_year_is_shown_at_once_and_a_party_and_a_span_when_asked(figures):
    kinds = table(figures, "figures-entries")
    kinds.wait_for()
    expect(kinds).to_contain_text(say("act-16", "en"))
    expect(table(figures, "figures-messages")).to_contain_text(say("form-3", "en"))
    both = kinds.locator("tbody tr").count()
    figures.get_by_label(say("figures-party", "en")).select_option("ru")
    figures.get_by_role("button", name=say("figures-show", "en"), exact=True).click()
    expect(kinds.locator("tbody th").first).to_have_text("Russian Federation")
    expect(kinds).not_to_contain_text("United States")
    assert kinds.locator("tbody tr").count() < both
    figures.get_by_label(say("figures-from", "en")).fill("2001-01-01")
    figures.get_by_label(say("figures-to", "en")).fill("2001-12-31")
    figures.keyboard.press("Enter")
    expect(figures.locator("[data-span='978307200000-1009843200000']")).to_be_visible()
    expect(figures.locator("[data-figures=figures-entries]")).to_contain_text(say("figures-none", "en"))


def test_what_is_no_span_is_said_and_the_figures_stay(figures):
    table(figures, "figures-entries").wait_for()
    figures.window.allow("400")
    figures.get_by_label(say("figures-year", "en")).fill("1066")
    figures.get_by_role("button", name=say("figures-show", "en"), exact=True).click()
    expect(figures.get_by_role("alert")).to_contain_text(say("ui-error-services-usage-span", "en"))
    expect(table(figures, "figures-entries")).to_be_visible()


def test_they_are_saved_as_a_file(figures, tmp_path):
    table(figures, "figures-entries").wait_for()
    with figures.expect_download() as saved:
        figures.get_by_role("button", name=say("figures-csv", "en"), exact=True).click()
    target = tmp_path / "figures.csv"
    saved.value.save_as(target)
    assert re.fullmatch(r"EXERCISE-figures-joint-\w+-\w+\.csv", saved.value.suggested_filename)
    with target.open(encoding="utf-8", newline="") as file:
        assert any(row["of"] == "MESSAGE" for row in csv.DictReader(file))


@pytest.mark.parametrize(("language", "width", "dark"), LOOKS[: size(small=1, full=4)])
def test_tables_and_bars_are_whole_and_readable(desks, open_page, language, width, dark):
    page = open_page(desks.us, "#/figures", language=language, width=width, dark=dark)
    table(page, "figures-entries").wait_for()
    assert violations(page) == []
    assert cut_texts(page) == []
