"""Where a one-time link leads, in the real browser: it signs in and leaves no trace of the key, or says why not."""

import pytest
from tests.console.desks import wait_until

from coupefeu.words import LANGUAGES, say


def enter(window, link):
    page = window.context.new_page()
    page.goto(link)
    return page


def refused(window, link):
    """Open a link that does not sign in; gives what the page says."""
    window.allow("401")  # the browser itself names a refused request in its console
    page = enter(window, link)
    return page, page.get_by_test_id("refusal").inner_text()


def test_a_link_signs_in_and_the_key_is_in_no_address_or_history_afterwards(window, desks):
    link = desks.us.link(officer="WATCH A")
    page = enter(window, link)
    page.wait_for_url("**/#/line")
    key = link.partition("#")[2]
    assert key not in page.url
    page.wait_for_selector("main h1")
    (cookie,) = window.context.cookies()
    assert cookie["name"] == "coupefeu-us"
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
    assert page.evaluate("document.cookie") == ""
    assert key not in page.evaluate("JSON.stringify([history.state, {...localStorage}, {...sessionStorage}])")
    page.go_back(wait_until="commit")
    assert key not in page.url


def test_the_key_is_sent_once_in_a_body_and_in_no_address(window, desks):
    link = desks.us.link()
    key = link.partition("#")[2]
    asked = []
    window.context.on(
        "request", lambda each: asked.append((each.method, each.url, each.post_data, each.headers))
    )
    enter(window, link).wait_for_url("**/#/line")
    with_key = [each for each in asked if key in str(each)]
    assert [(method, key in url) for method, url, _, _ in with_key] == [("POST", False)]
    assert not with_key[0][3].get("referer")


def test_a_link_that_was_used_says_so_and_that_somebody_else_may_sit_there(window, browser, desks):
    link = desks.us.link()
    other = browser.window()
    enter(other, link).wait_for_url("**/#/line")
    other.close()
    page, says = refused(window, link)
    assert says == say("ui-enter-used", "en")
    assert page.get_by_text(say("ui-enter-used-by-whom", "en")).is_visible()
    assert page.get_by_text("coupefeu console-link --end-all").is_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_link_says_what_to_do_in_the_readers_language(browser, desks, language):
    window = browser.window(locale=language)
    address = desks.us.link().partition("/enter")[0]
    page, says = refused(window, f"{address}/enter#{'A' * 43}")
    assert says == say("ui-enter-unknown", language)
    assert page.get_by_text("coupefeu console-link").is_visible()
    assert page.evaluate("document.documentElement.lang") == language
    window.close()


def test_an_address_without_a_key_says_that_the_link_was_cut(window, desks):
    address = desks.us.link().partition("#")[0]
    _, says = refused(window, address)
    assert says == say("ui-enter-none", "en")


def test_another_link_opened_in_the_same_tab_is_tried(window, desks):
    address = desks.us.link().partition("/enter")[0]
    page, _ = refused(window, f"{address}/enter#wrong")
    page.goto(desks.us.link())
    page.wait_for_url("**/#/line")


def test_a_browser_that_is_signed_in_goes_on_although_the_link_is_bad(window, desks):
    address = desks.us.sign_in(window)
    page, _ = refused(window, f"{address}/enter#wrong")
    page.get_by_role("link", name=say("ui-enter-open", "en")).click()
    page.wait_for_url("**/#/line")


def test_a_node_that_does_not_answer_is_tried_again_with_the_same_key(window, desks):
    window.allow("ERR_FAILED")
    page = window.context.new_page()
    cut = [True]
    page.route("**/api/session", lambda route: route.abort() if cut[0] else route.continue_())
    page.goto(desks.us.link())
    assert page.get_by_test_id("refusal").inner_text() == say("ui-enter-unreachable", "en")
    cut[0] = False
    page.get_by_role("button", name=say("ui-enter-again", "en")).press("Enter")
    page.wait_for_url("**/#/line")


def test_who_signs_out_is_asked_for_a_link_and_cannot_go_back(open_page, desks):
    page = open_page(desks.ru, officer="leaves")
    page.window.allow("401")
    with page.expect_navigation():  # the page begins anew by itself
        page.get_by_role("button", name=say("ui-sign-out", "en")).click()
    page.get_by_text(say("ui-signed-out", "en")).wait_for()
    desks.ru.forget_sessions()
    page.reload()
    page.get_by_text(say("ui-signed-out", "en")).wait_for()
    wait_until(lambda: not [each for each in page.context.cookies() if each["name"] == "coupefeu-ru"])
