"""The page Map draws what its list holds, at the chosen instant; it works by keys alone, and without a map."""

import time

import pytest
from tests.console.desks import wait_until
from tests.console.looking import cut_texts, violations
from tests.console.mapping import NO_WEBGL, file, shapes_at

from coupefeu.node.desk import Desk
from coupefeu.services.notices.commands import WithdrawNotice

IDLE = "[data-testid=map][data-idle=true]"
SLOW_DRAWING = "GPU stall due to ReadPixels"
"""What the software that stands in for a graphics card says of itself."""
DRAWN = """(layers) => {
  const { map } = document.querySelector('[data-testid=map]').chart;
  const found = map.queryRenderedFeatures({ layers });
  return [...new Set(found.map((each) => each.properties.number))].sort();
}"""
MEETING = """() => {
  const { map } = document.querySelector('[data-testid=map]').chart;
  return map.queryRenderedFeatures({ layers: ['conflicts'] })[0]?.properties;
}"""


@pytest.fixture(scope="module")
def on_map(_joined):
    """One notice of each shape, of both sides by turns; gives their numbers by title. They go with this module."""
    numbers = {}
    for index, (title, fact) in enumerate(shapes_at(round(time.time() * 1000))):
        (numbers[title],) = file(_joined.us if index % 2 else _joined.ru, fact)
    record = Desk.open(_joined.us.folder, running=True)
    arrived = [_joined.us.id(number) for number in numbers.values()]
    wait_until(lambda: all(map(record.notices.find, arrived)), "a notice did not arrive")
    record.close()
    yield numbers
    for number in numbers.values():
        desk = _joined.us if number.startswith("US") else _joined.ru
        desk.act(WithdrawNotice(notice=desk.id(number), from_post=f"{desk.party}.duty"))


@pytest.fixture
def open_map(open_page, desks):
    def opened(path="#/map", **options):
        page = open_page(desks.us, path, **options)
        page.window.allow(SLOW_DRAWING)
        page.wait_for_selector(IDLE)
        page.get_by_label("Number, title or movement").fill("map ")
        return page

    return opened


def listed(page):
    """Give the numbers in the list, as far as it was searched."""
    page.wait_for_selector("[data-map-number]")
    return sorted(
        page.eval_on_selector_all("[data-map-number]", "all => all.map((each) => each.dataset.mapNumber)")
    )


def drawn(page, *layers):
    page.wait_for_selector(IDLE)
    return page.evaluate(DRAWN, list(layers))


def test_the_map_holds_what_the_list_holds_and_asks_nobody_else(open_map, on_map):
    page = open_map()
    assert listed(page) == sorted(on_map.values())
    wait_until(
        lambda: set(drawn(page, "symbols", "dots")) >= set(on_map.values()), "something is not on the map"
    )
    assert on_map["map track"] in drawn(page, "moving")
    conflict = page.evaluate(MEETING)
    assert conflict == {"ours": on_map["map track"], "theirs": on_map["map circle"]}
    assert "1 conflict" in page.locator(f"[data-map-number='{on_map['map track']}']").inner_text()
    assert violations(page) == []
    assert cut_texts(page) == []


def test_a_map_of_many_is_fetched_by_windows_and_one_notice_by_its_number(open_page, desks, on_map):
    page = open_page(desks.us)
    ask = "async (query) => (await fetch(`/api/notices/map${query}`)).json()"
    whole, rest, one = [
        page.evaluate(ask, each) for each in ("", "?offset=1", f"?number={on_map['map circle']}")
    ]
    assert len(whole["notices"]) == whole["total"] == rest["total"] == len(rest["notices"]) + 1
    assert whole["conflicts_total"] == len(whole["conflicts"]) > 0
    assert rest["conflicts"] == []
    assert [each["number"] for each in one["notices"]] == [on_map["map circle"]]
    assert [each["theirs"] for each in one["conflicts"]] == [on_map["map circle"]]
    assert page.evaluate("async () => (await fetch('/api/map/borders')).json()") is None


def test_no_worker_but_the_maps_own_starts_beside_it(open_map, on_map):
    page = open_map()
    page.window.allow("TrustedScriptURL")
    start = (
        "() => { try { new Worker('/assets/other.js'); return ''; } catch (error) { return error.name; } }"
    )
    assert page.evaluate(start) == "TypeError"


def test_the_slider_shows_another_instant_and_the_list_with_it(open_map, on_map):
    page = open_map()
    page.get_by_label("Also what is in force").select_option("instant")
    now = sorted(set(on_map.values()) - {on_map["map later"]})
    wait_until(lambda: listed(page) == now, "what is in force now")
    for _ in range(12):
        page.get_by_role("button", name="+ 1 hour").click()
    wait_until(lambda: listed(page) == [on_map["map later"]], "what is in force then")
    page.get_by_role("slider").press("Home")
    wait_until(lambda: page.locator("[data-map-number]").count() == 0, "nothing is in force before all")
    page.get_by_role("button", name="Now", exact=True).click()
    wait_until(lambda: listed(page) == now, "what is in force now")


def test_a_distance_is_measured_and_a_notice_brought_into_sight_by_keys_alone(open_map, on_map):
    page = open_map(f"#/map/{on_map['map antimeridian']}")
    page.get_by_role("button", name="Bring into sight").press("Enter")
    assert on_map["map antimeridian"] in drawn(page, "outline-ours")
    page.locator("h1").press("d")
    canvas = page.locator(".maplibregl-canvas")
    canvas.press("Enter")
    canvas.press("ArrowRight")
    page.wait_for_selector(IDLE)
    canvas.press("Enter")
    said = page.get_by_test_id("measured").inner_text()
    assert "NM" in said
    assert "true bearing 0" in said


def test_a_browser_without_webgl_says_so_and_lists_everything(open_page, browser, desks, on_map):
    page = open_page(desks.us, "#/map", language="ru", width=360)
    page.context.add_init_script(NO_WEBGL)
    page.reload()
    page.get_by_test_id("no-map").wait_for()
    page.locator("input[type=search]").fill("map ")
    assert set(listed(page)) <= set(on_map.values())
    page.locator(f"[data-map-number='{on_map['map circle']}']").press("Enter")
    assert "42°00.00'N 030°00.00'E" in page.get_by_test_id("chosen").inner_text()
    assert violations(page) == []
    assert cut_texts(page) == []


def test_an_area_is_drawn_by_keys_and_by_mouse_into_the_form(open_page, desks):
    page = open_page(desks.us, "#/notices/new/3")
    page.window.allow(SLOW_DRAWING)
    page.get_by_role("button", name="Draw on the map").press("Enter")
    page.wait_for_selector(IDLE)
    page.locator(".maplibregl-canvas").press("Enter")
    wait_until(
        lambda: page.locator("section.volume textarea").first.input_value() == "35.00000N 20.00000E", "drawn"
    )
    page.locator(".handle").press("ArrowDown")
    wait_until(
        lambda: "35.0" not in page.locator("section.volume textarea").first.input_value(), "moved by a key"
    )
    box = page.get_by_test_id("map").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5)
    wait_until(lambda: "NM" in page.get_by_test_id("drawn").inner_text(), "its rim")
    assert violations(page) == []
