"""The page Watch in a browser: both sides' desks, a hand-over from one officer to the next, a roster, an empty desk."""

import time

from tests.console.desks import wait_until
from tests.console.test_every_page import judge
from tests.console.test_line_page import settled, wait_for_text

from coupefeu.model.precedence import Precedence
from coupefeu.services.watch.facts import HandOverWatch, LeaveWatch, PlanRoster, RosterWindow, TakeWatch

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


def today_ms():
    return int(time.time() * 1000) // DAY_MS * DAY_MS


def plan(desk, *windows, officer="chief of the watch"):
    """Plan today from one hour to another, each a tuple (from, until, who)."""
    start_ms = today_ms()
    desk.act(
        PlanRoster(
            from_post=f"{desk.party}.duty",
            from_ms=start_ms,
            until_ms=start_ms + 2 * DAY_MS,
            windows=tuple(
                RosterWindow(
                    from_ms=start_ms + since * HOUR_MS, until_ms=start_ms + until * HOUR_MS, officer=who
                )
                for since, until, who in windows
            ),
            officer=officer,
        )
    )


def standing(page, post):
    return page.locator(f"[data-testid=standing][data-post='{post}']")


def wait_for(page, post, text):
    standing(page, post).filter(has_text=text).wait_for()


def test_both_sides_are_shown_with_who_is_there_and_who_is_planned_and_an_empty_desk_on_every_page(
    fresh_desks, open_page
):
    page = settled(open_page(fresh_desks.us, "#/watch"), "Watch")
    wait_for(page, "us.duty", "nothing was ever said of a watch here")
    fresh_desks.ru.act(TakeWatch(from_post="ru.duty", heard=False, officer="вторая смена"))
    plan(fresh_desks.ru, (0, 48, "вторая смена"))
    wait_for(page, "ru.duty", "вторая смена")
    wait_for(page, "ru.duty", "THE ALARM WAS NOT HEARD")
    wait_for(page, "ru.duty", "planned now, until")
    assert "as their node says" in page.get_by_test_id("side-ru").inner_text()
    day = page.get_by_test_id("day")
    day.filter(has_text="вторая смена").wait_for()
    assert "RU" in day.inner_text()
    see_it_before_dialling(fresh_desks.ru, open_page(fresh_desks.us, "#/calls"))
    fresh_desks.cut()
    page.get_by_test_id("side-ru").filter(has_text="The line is down").wait_for()
    fresh_desks.mend()
    see_an_empty_desk(fresh_desks, open_page)


def see_it_before_dialling(ru, page):
    """Who relieves whom over there is said as it comes, on the page that rings."""
    wait_for(page, "ru.duty", "вторая смена")
    ru.act(HandOverWatch(from_post="ru.duty", to_officer="третья смена"))
    wait_for(page, "ru.duty", "offered to: третья смена")


def test_a_watch_goes_from_one_officer_to_the_next_who_plans_the_roster(fresh_desks, open_page):
    us, ru = fresh_desks.us, fresh_desks.ru
    flash = ru.write("Stop at once.", Precedence.ROUTINE)
    us.has(flash)
    us.act(TakeWatch(from_post="us.duty", heard=True, officer="First"))
    outgoing = settled(open_page(us, "#/watch", officer="First"), "Watch")
    outgoing.get_by_test_id("hand-over-open").click()
    form = outgoing.get_by_test_id("hand-over")
    form.get_by_test_id("open-things").filter(has_text=flash).wait_for()
    form.get_by_label("To which watch or office").fill("Second")
    form.get_by_label("Remarks for the next officer").fill("RU waits for a word.")
    form.get_by_role("button", name="Offer the watch").click()
    wait_for(outgoing, "us.duty", "RU waits for a word.")
    accept = outgoing.get_by_test_id("accept")
    accept.filter(has_text="under the label of this session").wait_for()

    incoming = settled(open_page(us, "#/watch", officer="Second"), "Watch")
    accept = incoming.get_by_test_id("accept")
    press = accept.get_by_role("button", name="Accept the watch")
    assert press.is_disabled()
    for box in accept.get_by_role("checkbox").all():
        box.check()
    accept.filter(has_text="Everything listed was looked at.").wait_for()
    wrong = judge(incoming)
    assert not wrong, wrong
    press.click()
    incoming.get_by_test_id("watch-play").click()
    incoming.get_by_test_id("watch-yes").click()
    dialog = incoming.locator("dialog[open]")
    dialog.filter(has_text="The alarm was heard here.").wait_for()
    dialog.get_by_role("button", name="Close").click()
    for page in (outgoing, incoming):
        wait_for(page, "us.duty", "Second")
        wait_for(page, "us.duty", "by hand-over US/")
    incoming.get_by_test_id("accept").wait_for(state="detached")
    theirs = settled(open_page(ru, "#/watch"), "Watch")
    wait_for(theirs, "us.duty", "by hand-over US/")
    plan_by_hand(incoming, us)


def plan_by_hand(page, us):
    """Plan a roster for days: its gaps are said before it is recorded."""
    page.get_by_test_id("plan-open").click()
    form = page.get_by_test_id("plan")
    form.get_by_label("For how many days").fill("2")
    form.get_by_role("button", name="Put the roster on record").click()
    form.filter(has_text="Write a time of day such as 0600.").wait_for()
    form.get_by_label("From").fill("0600")
    form.get_by_label("Until").fill("22:00")
    form.get_by_label("Watch or office").fill("first watch")
    form.get_by_role("button", name="Another window").click()
    second = form.get_by_role("group", name="Window 2")
    second.get_by_label("Until").fill("0500")
    second.get_by_label("Watch or office").fill("second watch")
    total = page.get_by_test_id("plan-sum")
    total.filter(has_text="4 windows").wait_for()
    assert total.inner_text().count("GAP") == 2
    form.get_by_role("button", name="Put the roster on record").click()
    page.get_by_test_id("day").filter(has_text="first watch").wait_for()
    assert page.get_by_test_id("day").inner_text().count("GAP") == 1
    found = wait_until(lambda: rosters(us), "it was recorded")
    ((post, fact),) = found
    assert (post, len(fact.windows)) == ("us.duty", 4)
    assert {each.officer for each in fact.windows} == {"first watch", "second watch"}
    assert fact.windows[1].until_ms - fact.windows[1].from_ms == 7 * HOUR_MS


def rosters(desk):
    standings = desk.standings()
    return [(each.post, each.roster.fact) for each in standings if each.roster]


def see_an_empty_desk(fresh_desks, open_page):
    """It is said on every page until somebody is there."""
    us = fresh_desks.us
    page = settled(open_page(us, "#/agreement"), "Agreement")
    us.act(TakeWatch(from_post="us.duty", heard=True))
    plan(us)
    assert page.get_by_test_id("unstaffed").count() == 0
    us.act(LeaveWatch(from_post="us.duty"))
    wait_for_text(page, "unstaffed", "nobody is on watch, and the roster names nobody")
    theirs = open_page(fresh_desks.ru, "#/line")
    assert theirs.get_by_test_id("unstaffed").count() == 0, "it is our alarm, and none of theirs"
    page.get_by_test_id("unstaffed").get_by_role("link", name="Watch").click()
    wait_for(page, "us.duty", "GAP: the roster names nobody until")
    us.act(TakeWatch(from_post="us.duty", heard=True))
    page.get_by_test_id("unstaffed").wait_for(state="detached")
