"""Forms that another page asks for by its address: filled in, and nothing is done until a person presses."""

from playwright.sync_api import expect
from tests.console.browser import PATIENCE_MS

expect.set_options(timeout=PATIENCE_MS)
DONE = """async () => {
  const ask = async (path) => (await fetch(`/api${path}`)).json();
  const [calls, arranged, messages] = await Promise.all(['/calls', '/arranged', '/messages?form=free-text'].map(ask));
  return [calls.total, arranged.rows.length, messages.total];
}"""


def go(page, path):
    page.evaluate("path => { location.hash = path }", path)


def test_a_form_that_the_address_asks_for_is_filled_in_and_nothing_is_done(open_page, line):
    page = open_page(line.us, "#/calls?ring=ru.minister")
    done = page.evaluate(DONE)
    chosen = page.locator("[data-testid=pair][aria-pressed=true]")
    expect(chosen).to_have_attribute("data-post", "ru.minister")
    expect(page.get_by_test_id("ring-now").locator("h3")).to_contain_text("RU · Minister of Defence")
    go(page, "#/calls?arrange=ru.chief")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("input[name=arrange-pair]:checked + span")).to_contain_text(
        "Chief of the General Staff"
    )
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    go(page, "#/messages/new/free-text?to=ru.chief")
    expect(page.locator("input[type=checkbox]:checked")).to_have_value("ru.chief")
    go(page, "#/watch?watch=take")
    expect(dialog).to_contain_text("Take the watch")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert page.evaluate(DONE) == done
