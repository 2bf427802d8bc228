"""Passkeys in the real browser, with a virtual authenticator: enrolled, signing in, locking, signing, ending."""

import pytest
from tests.console.authenticator import authenticator
from tests.console.calling import allow_calls, ring
from tests.console.desks import wait_until
from tests.console.looking import cut_texts, violations
from tests.sizes import size

from coupefeu.model.precedence import Precedence
from coupefeu.services.calls.commands import WithdrawCall
from coupefeu.words import say

BY = "head of the duty desk"


def enter(window, desk, **fields):
    page = window.context.new_page()
    page.window = window
    window.allow("pubKeyCredParams")  # Chromium misses RS256, which is not taken
    page.goto(desk.link(**fields))
    page.wait_for_url("**/#/line")
    page.wait_for_selector("main h1:not(.soft)")
    return page


def enrol(page):
    """Enrol a passkey of this session's device; gives the number of its entry."""
    go(page, "persons")
    page.get_by_test_id("make-key").click()
    page.get_by_test_id("sign-key").click()
    says = page.get_by_test_id("enrolled").inner_text()
    return next(word.strip(".,") for word in says.split() if "/" in word)


def sign_in(page):
    """Sign out, and in by the passkey."""
    sign_out(page)
    page.get_by_test_id("passkey-sign-in").click()
    page.get_by_test_id("sitting").wait_for()


def sign_out(page, language="en"):
    """Sign out, and wait until the page has begun anew: a press before that is lost."""
    with page.expect_navigation():
        page.get_by_role("button", name=say("ui-sign-out", language)).click()
    page.get_by_test_id("passkey-sign-in").wait_for()


@pytest.fixture
def officer(window, desks):
    """A page whose device holds a passkey of our duty desk, signed in by it."""
    page = enter(window, desks.us, officer="WATCH A", admitted_by=BY)
    with authenticator(page) as device:
        page.device = device
        page.key = enrol(page)
        for status in ("401", "422", "423"):  # the browser names what it was refused
            window.allow(status)
        sign_in(page)
        yield page


def go(page, path):
    page.goto(f"{page.url.partition('/#')[0]}/#/{path}")


def test_an_officer_stands_by_an_entry_and_the_other_side_verifies_it(officer, desks, open_page):
    number = desks.us.write("Our patrol leaves at noon.")
    go(officer, f"record/{number}")
    officer.device.verify_user(False)
    officer.get_by_test_id("stand-by").click()
    officer.get_by_test_id("sign").click()
    assert officer.get_by_test_id("no-signature").inner_text() == say("ui-passkey-none", "en")
    officer.device.verify_user(True)
    shown = officer.get_by_test_id("to-sign").inner_text()
    assert "Our patrol leaves at noon." in shown
    officer.get_by_test_id("sign").click()
    officer.get_by_test_id("statement").wait_for()
    desks.ru.has(number)
    theirs = open_page(desks.ru, f"#/record/{number}", language="ru")
    statement = theirs.get_by_test_id("statement")
    statement.wait_for()
    says = statement.inner_text()
    assert say("persons-holds", "ru") in says
    assert shown.strip() in statement.locator("pre").inner_text()
    assert BY in says
    assert officer.key in says


def test_a_locked_console_hides_everything_sounds_and_names_the_sender(officer, desks):
    number = desks.us.write("A word that nobody else may read.")
    go(officer, f"record/{number}")
    officer.get_by_text("A word that nobody else may read.").first.wait_for()
    officer.get_by_test_id("lock").click()
    officer.get_by_test_id("locked").wait_for()
    assert "nobody else may read" not in officer.content()
    desks.ru.write("Zephyr at noon.", Precedence.FLASH)
    waiting = officer.get_by_test_id("lock-waiting")
    waiting.wait_for()
    assert "RU" in waiting.inner_text()
    assert "FLASH" in waiting.inner_text()
    assert "Zephyr" not in officer.content()
    allow_calls(desks.us)
    call = ring(desks.ru, words="Sirocco at noon.")
    rings = officer.get_by_test_id("lock-call")
    rings.get_by_text(say("ui-ring-name", "en", post="RU · Duty desk")).wait_for()
    assert "Sirocco" not in officer.content()
    desks.ru.act(WithdrawCall(call=desks.ru.id(call), from_post="ru.duty"))
    rings.wait_for(state="detached")
    assert "icon-alarm" in officer.evaluate("document.querySelector('link[rel=icon]').href")
    assert officer.evaluate("fetch('/api/messages/open').then((answer) => answer.status)") == 423
    officer.get_by_test_id("unlock").click()
    officer.get_by_text("Zephyr at noon.").first.wait_for()
    wait_until(lambda: officer.get_by_test_id("take").get_attribute("aria-disabled") == "false")
    officer.get_by_test_id("take").click()
    officer.get_by_test_id("flash").wait_for(state="detached")


def test_a_copy_is_refused_and_a_key_that_ends_throws_its_session_out(officer, browser, desks):
    (credential,) = officer.device.credentials
    officer.get_by_test_id("lock").click()
    officer.get_by_test_id("unlock").click()
    officer.get_by_test_id("sitting").wait_for()
    window = browser.window()
    for status in ("401", "422"):
        window.allow(status)
    page = window.context.new_page()
    page.goto(desks.us.address)
    with authenticator(page) as other:
        other.take(credential | {"signCount": 1})
        page.get_by_test_id("passkey-sign-in").click()
        page.get_by_text("console.passkey.counter_back").wait_for()
    window.close()
    go(officer, "persons")
    row = officer.get_by_test_id("personal-key").filter(has_text=officer.key)
    row.get_by_test_id("end-key").click()
    officer.get_by_label(say("persons-end-reason", "en")).select_option("stolen")
    officer.get_by_role("button", name=say("persons-end-do", "en")).click()
    officer.get_by_test_id("passkey-sign-in").click()
    officer.get_by_text("console.passkey.unknown").wait_for()


LOOKS = [("ru", 360), ("en", 1280), ("fr", 1280), ("fr", 360), ("ru", 1280), ("en", 360)]


@pytest.mark.parametrize(("language", "width"), LOOKS[: size(small=1, full=6)])
def test_the_pages_are_whole_in_every_language(browser, desks, language, width):
    window = browser.window(width=width, dark=width == 360)
    window.allow("401")
    window.allow("423")  # what the page still asked for as it was locked
    page = enter(window, desks.us, officer="WATCH A", admitted_by=BY, language=language)
    unfold(page)
    page.get_by_role("button", name=f"{language.upper()} ·").click()
    with authenticator(page):
        enrol(page)
        looked(page, f"persons-{language}-{width}")
        number = desks.us.write("Our patrol leaves at noon.")
        go(page, f"record/{number}")
        page.get_by_test_id("stand-by").click()
        page.get_by_test_id("to-sign").wait_for()
        looked(page, f"sign-{language}-{width}")
        page.get_by_test_id("sign").click()
        page.get_by_test_id("statement").wait_for()
        looked(page, f"statement-{language}-{width}")
        unfold(page)
        sign_out(page, language)
        looked(page, f"out-{language}-{width}")
        page.get_by_test_id("passkey-sign-in").click()
        page.get_by_test_id("menu").wait_for(state="attached")
        unfold(page)
        page.get_by_test_id("lock").click()
        page.get_by_test_id("locked").wait_for()
        looked(page, f"locked-{language}-{width}")
    window.close()


def unfold(page):
    """Unfold what a narrow window folds."""
    menu = page.get_by_test_id("menu")
    if menu.is_visible() and menu.get_attribute("aria-expanded") == "false":
        menu.click()


def looked(page, name):
    if LOOK:
        page.screenshot(path=f"{LOOK}/{name}.png", full_page=True)
    assert cut_texts(page) == []
    assert violations(page) == []


LOOK = ""
