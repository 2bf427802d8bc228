"""The page Communique: entries chosen, seen as a reader will, issued; proposed, looked at and agreed to."""

import io
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.console.browser import PATIENCE_MS
from tests.console.looking import cut_texts, violations
from tests.console.test_communique_routes import row
from tests.console.test_record_routes import Http, signed_for

from coupefeu.record.communique import verify_communique
from coupefeu.services.bodies import promised_in
from coupefeu.wire.communique import Why
from coupefeu.words import say

expect.set_options(timeout=PATIENCE_MS)

TEXT = "What strangers may read <u>of</u> it, as both sides hold it."
EMBARGO, EMBARGO_SAID = "2090-11-30T06:00Z", "300600Z NOV 90"


@pytest.fixture
def said(desks):
    number = desks.us.write(TEXT)
    signed_for(Http(desks.us), number)
    return number


def look(page, button, shown, language="en"):
    """Press, and again where the page says that our node did not answer: what a process makes apart may come too late
    on a busy machine, and the page says what to do then."""
    late = page.get_by_text(say("ui-unreachable", language))
    for _ in range(4):
        page.get_by_role("button", name=say(button, language), exact=True).click()
        expect(shown.or_(late).first).to_be_visible()
        if not late.is_visible():
            return
    expect(shown).to_be_visible()


def choose(page, number):
    page.get_by_label(say("ui-communique-numbers", "en")).fill(number)
    look(page, "ui-communique-look", page.locator(f".entry a[href='#/record/{number}']"))


def show_whole(page, number):
    page.get_by_label(say("ui-communique-level", "en", number=number)).select_option("all")
    expect(page.get_by_text(say("ui-communique-stale", "en"))).to_be_visible()
    expect(page.get_by_test_id("preview")).to_have_count(0)
    look(page, "ui-communique-look-again", page.get_by_test_id("preview"))


def test_what_is_seen_as_readers_will_is_what_is_issued(open_page, desks, said):
    page = open_page(desks.us, "#/communique")
    choose(page, said)
    expect(page.get_by_test_id("standing")).to_contain_text("RU")
    show_whole(page, said)
    with page.context.expect_page() as opened:
        page.get_by_test_id("preview").click()
    seen = opened.value
    seen.wait_for_load_state()
    assert TEXT in seen.locator("main").inner_text()
    assert seen.locator("u").count() == 0, "the text is no markup"
    assert "EXERCISE" in seen.locator(".exercise").inner_text()
    seen.close()
    with page.expect_download() as saved:
        page.get_by_role("button", name=say("ui-communique-issue", "en")).click()
    octets = Path(saved.value.path()).read_bytes()
    assert saved.value.suggested_filename.startswith("EXERCISE-communique-us-")
    proved = verify_communique(io.BytesIO(octets).readline, promised_in)
    assert [each.item.index for each in proved.entries if each.item.why is Why.CHOSEN] == [
        int(said.partition("/")[2])
    ]


@pytest.mark.parametrize(("language", "width"), [("fr", 360), ("ru", 1280)])
def test_a_draft_is_whole_and_readable(open_page, desks, said, language, width):
    page = open_page(desks.us, "#/communique", language=language, width=width)
    page.get_by_label(say("ui-communique-numbers", language)).fill(said)
    page.get_by_label(say("ui-communique-embargo", language)).fill(EMBARGO)
    look(page, "ui-communique-look", page.get_by_test_id("preview"), language)
    expect(page.get_by_text(say("ui-communique-embargoed", language, time=EMBARGO_SAID))).to_be_visible()
    assert violations(page) == []
    assert cut_texts(page) == []


def test_the_other_side_looks_before_it_can_consent(open_page, desks, said):
    ours, theirs = open_page(desks.us, "#/communique"), open_page(desks.ru, "#/communique")
    ours.get_by_label(say("ui-communique-embargo", "en")).fill(EMBARGO)
    choose(ours, said)
    show_whole(ours, said)
    ours.get_by_role("button", name=say("ui-communique-propose", "en", parties="RU")).click()
    proposed = ours.get_by_text("Proposed as US/").first
    proposed.wait_for()
    number = proposed.inner_text().removeprefix("Proposed as ").rstrip(".")
    proposal = theirs.get_by_test_id("proposal").filter(has_text=number)
    expect(proposal).to_contain_text(say("ui-communique-embargoed", "en", time=EMBARGO_SAID))
    consent = proposal.get_by_role("button", name=say("ui-communique-consent", "en"), exact=True)
    expect(consent).to_be_disabled()
    proposal.get_by_role("button", name=say("ui-communique-look-at-it", "en")).click()
    expect(consent).to_be_enabled()
    consent.click()
    dialog = theirs.get_by_role("dialog")
    assert "cannot be taken back" in dialog.inner_text()
    dialog.get_by_role("button", name=say("ui-communique-consent", "en"), exact=True).click()
    agreed = say("ui-communique-consented", "en", party="RU")
    answered = ours.get_by_test_id("proposal").filter(has_text=number).filter(has_text=agreed)
    answered.wait_for()
    (answer,) = row(Http(desks.us), number)["answers"]
    signed_for(Http(desks.us), answer["number"])
    answered.get_by_role("button", name=say("ui-communique-look-at-it", "en")).click()
    expect(ours.get_by_test_id("standing")).to_have_text(
        say("ui-communique-agreed", "en"), timeout=PATIENCE_MS
    )
