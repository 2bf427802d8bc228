"""What the node has to tell stands on the page of the line, also for whoever opens it later."""

from coupefeu.node.events import Trouble


def test_a_trouble_stands_on_the_page_of_the_line_with_its_code_and_how_often(fresh_desks, open_page):
    us = fresh_desks.us
    told = Trouble(
        party=1, code="node.engine.behind", detail="the other side holds more than we do \u202e<b>"
    )
    page = open_page(us, "#/line", language="ru", width=360)
    page.locator("h1").wait_for()
    assert page.get_by_test_id("troubles").count() == 0
    for _ in range(2):
        us.thread.call(us.engine.tell, told)
    section = page.get_by_test_id("troubles")
    section.get_by_text("сообщено 2 раза").wait_for()
    assert "RU: the other side holds more than we do ⟦U+202E⟧<b>" in section.inner_text()
    assert "node.engine.behind" in section.inner_text()
