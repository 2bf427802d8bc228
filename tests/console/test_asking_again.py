"""A message whose answer was lost when the node was killed: the page never sends it twice without an officer's look."""

from tests.console.desks import wait_until
from tests.console.test_messages_page import LOSE_ONE_ANSWER, write

TEXT = "Said once, whatever becomes of the node."


def said(desk):
    return [each for each in desk.thread.call(desk._node.inbox, 50) if each.original == TEXT]


def test_what_was_asked_of_a_node_that_was_killed_goes_again_only_after_a_look(desk_processes, open_page):
    us = desk_processes.us
    page = open_page(us, "#/messages/new/free-text")
    page.window.allow("ERR_")  # the stream breaks when the node is killed
    page.window.allow("409")
    send = page.get_by_role("button", name="Send", exact=True)
    write(page, TEXT)
    page.get_by_test_id("preview").locator(".letter").wait_for()
    page.evaluate(LOSE_ONE_ANSWER)
    send.click()
    page.get_by_text("Our node did not answer.").wait_for()
    assert len(said(us)) == 1
    dead = page.get_by_test_id("not-live")
    desk_processes.kill("us")
    dead.wait_for()
    desk_processes.start("us")
    dead.wait_for(state="detached")
    send.click()
    page.get_by_text("console.once.other_run").wait_for()
    assert len(said(us)) == 1
    assert page.get_by_role("textbox", name="Text").input_value() == TEXT
    send.click()
    wait_until(lambda: len(said(us)) == 2)
