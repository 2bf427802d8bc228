"""The top of every page: calm in every width, and it never loses what an officer on duty must see."""

import pytest
from tests.console.calling import ring
from tests.console.looking import cut_texts, violations

LANGUAGES = ("en", "fr", "ru")
HEIGHTS = {390: 844, 768: 1024, 1024: 768, 1200: 800, 1440: 900}
FOLDS_BELOW = 1200
ALWAYS = ("exercise", "sitting", "line-state", "lamp", "counts")
OVERLAPS = """() => {
  const parts = ['p', 'a', 'button', 'dt', 'dd', 'li', '.sitting'].map((each) => `header ${each}`);
  const shown = [...document.querySelectorAll([...parts, '.first p', 'nav a', 'main h1'].join())]
    .filter((each) => each.checkVisibility({ checkVisibilityCSS: true }) && each.getBoundingClientRect().width > 1);
  const found = [];
  for (const [place, one] of shown.entries()) {
    for (const other of shown.slice(place + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
      if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
        found.push(`${one.textContent.trim().slice(0, 30)} | ${other.textContent.trim().slice(0, 30)}`);
    }
    const box = one.getBoundingClientRect();
    const isOutside = box.left < -1 || box.right > document.documentElement.clientWidth + 1;
    if (isOutside) found.push(`outside: ${one.textContent.trim()}`);
  }
  return found;
}"""


def sized(page, width):
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page


def top_of_heading(page):
    return page.locator("main h1").bounding_box()["y"]


def is_whole(page, locator):
    """Whether it is in the first screen, all of it; what calls above the header comes and goes with the desk."""
    box, begins = locator.bounding_box(), page.locator("header").first.bounding_box()["y"]
    size = page.viewport_size
    return (
        box is not None
        and box["x"] >= 0
        and box["y"] >= 0
        and box["x"] + box["width"] <= size["width"]
        and box["y"] + box["height"] - begins <= size["height"]
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_every_width_nothing_overlaps_is_cut_or_scrolls_sideways_and_the_heading_is_on_the_first_screen(
    open_page, desks, language
):
    page = open_page(desks.us, "#/firebreak", language=language, officer="second watch")
    page.get_by_test_id("standing").wait_for()
    for width in HEIGHTS:
        sized(page, width)
        menu = page.get_by_test_id("menu")
        assert menu.is_visible() is (width <= FOLDS_BELOW)
        for state in ("folded", "unfolded"):
            if state == "unfolded":
                if not menu.is_visible():
                    break
                menu.click()
            assert page.evaluate(OVERLAPS) == [], (width, state)
            assert cut_texts(page) == [], (width, state)
            assert violations(page) == [], (width, state)
            if state == "folded":
                assert is_whole(page, page.locator("main h1")), width
                assert all(is_whole(page, page.get_by_test_id(each).first) for each in ALWAYS), width
                assert page.get_by_test_id("lamp").get_by_text("Z").is_visible(), "as of when"
            elif menu.is_visible():
                assert page.locator("nav a").last.is_visible()
                menu.click()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1280, 1440])
def test_at_a_desk_the_pages_stand_in_one_row(open_page, desks, language, width):
    page = open_page(desks.us, "#/agreement", language=language)
    page.set_viewport_size({"width": width, "height": 800})
    tops = page.evaluate(
        "() => [...document.querySelectorAll('nav a')].map((each) => Math.round(each.getBoundingClientRect().top))"
    )
    assert len(tops) == 13
    assert len(set(tops)) == 1


def test_the_menu_is_worked_by_keys_and_gives_back_focus_and_place(open_page, desks):
    page = sized(open_page(desks.us, "#/agreement"), 390)
    page.keyboard.press("Shift")
    page.get_by_test_id("cannot-sound").wait_for(state="detached")
    menu, before = page.get_by_test_id("menu"), top_of_heading(page)
    last = page.locator("nav a").last
    assert not last.is_visible()
    menu.focus()
    assert menu.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Enter")
    assert menu.get_attribute("aria-expanded") == "true"
    ids = menu.get_attribute("aria-controls").split()
    assert page.evaluate("ids => ids.every((id) => document.getElementById(id))", ids)
    for inside in (last, page.get_by_test_id("our-clock"), page.get_by_role("button", name="Sign out")):
        assert inside.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert menu.get_attribute("aria-expanded") == "false"
    assert menu.evaluate("e => e === document.activeElement")
    assert top_of_heading(page) == before
    page.keyboard.press("Enter")
    page.locator("nav a", has_text="Record").click()
    page.get_by_role("heading", name="Record", level=1).wait_for()
    assert menu.get_attribute("aria-expanded") == "false", "who went to a page wants to see it"
    page.keyboard.press("w")
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()


def test_what_rings_is_on_the_first_screen_of_a_narrow_window(fresh_desks, open_page):
    page = sized(open_page(fresh_desks.us, "#/agreement", language="ru"), 390)
    ring(fresh_desks.ru)
    answer = page.get_by_test_id("answer")
    answer.wait_for()
    assert is_whole(page, answer)
