"""An officer on watch lets a restored counterpart back in from the Line page; nobody else, and not without a word."""

import json

import pytest
from tests.console.following import OneLoop, Stream, post, refused

from coupefeu.node.engine import OLD_GENERATION
from coupefeu.node.events import Trouble


@pytest.fixture
def loop(tmp_path):
    running = OneLoop(tmp_path)
    yield running
    running.close()


def test_it_takes_a_confirmation_a_watch_and_a_party_of_the_line_and_is_noted_with_its_post(loop):
    async def test(us, _ru):
        asked = {"party": "ru", "confirmed": True}
        assert (await refused(us, "/api/admissions", asked))[1] == "console.admitting.not_on_watch"
        async with Stream(us, "here") as stream:
            await post(us, "/api/watch", {"heard": True})
            await stream.find("desk", lambda event: event["desk"]["watches"])
        unconfirmed = asked | {"confirmed": False}
        assert (await refused(us, "/api/admissions", unconfirmed))[1] == "console.admitting.unconfirmed"
        assert (await refused(us, "/api/admissions", asked | {"party": "fr"}))[1] == "node.runtime.party"
        engine = us.desk.backend.runtime.engine
        (peer,) = engine.peers.values()
        ratchet = peer.link._connection.ratchet
        assert not ratchet.is_admitted(engine._clock().mono_ms)
        answer = await post(us, "/api/admissions", asked)
        assert answer["party"] == "ru"
        assert ratchet.is_admitted(engine._clock().mono_ms)
        lines = us.desk.folder.log_path.read_text("utf-8").splitlines()
        (noted,) = [each for each in map(json.loads, lines) if each["what"] == "recovery-admitted"]
        assert (noted["party"], noted["by"]) == ("ru", "us.duty | WATCH A")

    loop.do(test)


def test_the_press_stands_where_the_trouble_is_told(fresh_desks, open_page):
    us = fresh_desks.us
    page = open_page(us, "#/line")
    page.locator("h1").wait_for()
    for code in ("node.engine.behind", OLD_GENERATION):
        us.thread.call(us.engine.tell, Trouble(party=1, code=code, detail="shows up under shared secret 3"))
    form = page.get_by_test_id("admit")
    form.wait_for()
    assert form.count() == 1, "beside that trouble alone"
    button = form.get_by_role("button", name="LET RU BACK IN")
    assert button.is_disabled()
    form.get_by_role("checkbox").check()
    page.window.allow("409")
    button.click()
    form.get_by_text("console.admitting.not_on_watch").wait_for()
