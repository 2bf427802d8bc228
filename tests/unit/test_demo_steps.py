"""A step of the demo is done by what both sides say, not by what one says; its routes exist in a demo alone."""

import asyncio
import urllib.error
import urllib.request
from contextlib import AsyncExitStack, asynccontextmanager
from types import SimpleNamespace

import pytest

from coupefeu.console import server
from coupefeu.console.config import ConsoleConfig
from coupefeu.console.demo_consoles import open_demo_consoles
from coupefeu.console.demo_node import serve_console
from coupefeu.console.parts import Parts
from coupefeu.console.server import Console
from coupefeu.errors import ConfigError
from coupefeu.model.entry import Kind
from coupefeu.model.firebreak import Level
from coupefeu.node.demo.facts import Pressed, fact_of, read_asked, read_said, to_line
from coupefeu.node.demo.line import pair_story
from coupefeu.node.demo.steps import BREAK, RESTORE, VERIFIED, DemoStepName, Steps, Strip
from coupefeu.node.events import EntryRecorded, LineChanged
from coupefeu.node.exercise import free_port
from coupefeu.node.reach import run_node


def unchanged():
    """The level stays as it is."""
    return Level.BROKEN


NOW_MS = 1_800_000_000_000


class Relay:
    is_cut = False

    def cut(self):
        self.is_cut = True

    def mend(self):
        self.is_cut = False


def steps_of(is_met=lambda: True, level=unchanged):
    return Steps(Relay(), is_met, level)


def hear(steps, party, change):
    steps.hear(party, read_said(to_line(fact_of(change, NOW_MS))))


def goes(steps, party, *, up):
    hear(steps, party, LineChanged(party=0, up=up, alive=up))


def press(steps, what):
    steps.hear("us", Pressed(what=what, at_ms=NOW_MS))


def test_the_link_is_broken_when_both_nodes_have_said_so():
    steps = steps_of()
    press(steps, BREAK)
    goes(steps, "us", up=False)
    goes(steps, "us", up=True)
    goes(steps, "us", up=False)
    assert steps.shown.done_ms[DemoStepName.BREAK] is None
    press(steps, RESTORE)
    goes(steps, "ru", up=False)
    assert steps.shown.done_ms[DemoStepName.BREAK] == NOW_MS


def settling(kind, *, ours):
    head = SimpleNamespace(kind=kind, precedence=None, references=(), from_post="us.duty", to_posts=())
    return EntryRecorded(recorded=SimpleNamespace(ours=ours, log=0, index=1, head=head, arrived_ms=7))


def test_a_conflict_is_settled_when_an_act_of_either_side_has_left_none_open():
    is_met = True
    steps = steps_of(lambda: is_met)
    hear(steps, "us", settling(Kind.NOTICE_AMENDED, ours=True))
    assert steps.shown.done_ms[DemoStepName.SETTLE] is None, "they still meet"
    is_met = False
    for kind in (Kind.NOTICE_FILED, Kind.NOTICE_ANSWERED):
        hear(steps, "us", settling(kind, ours=True))
    hear(steps, "ru", settling(Kind.CONFLICT_SETTLED, ours=True))
    assert steps.shown.done_ms[DemoStepName.SETTLE] is None, "US does not hold it yet"
    hear(steps, "us", settling(Kind.CONFLICT_SETTLED, ours=False))
    assert steps.shown.done_ms[DemoStepName.SETTLE] == 7


def calling(kind, from_post, *, ours, index, to_posts=(), about=()):
    references = tuple(SimpleNamespace(log=log, index=at) for log, at in about)
    head = SimpleNamespace(
        kind=kind, precedence=None, references=references, from_post=from_post, to_posts=to_posts
    )
    log = 0 if kind == Kind.CALL_PLACED else 1
    return EntryRecorded(
        recorded=SimpleNamespace(ours=ours, log=log, index=index, head=head, arrived_ms=index)
    )


def test_only_the_minister_answers_the_secretary_and_only_when_the_level_follows():
    level = Level.BROKEN
    steps = steps_of(level=lambda: level)

    def placed(from_post, to_post, index):
        hear(steps, "us", calling(Kind.CALL_PLACED, from_post, ours=True, index=index, to_posts=(to_post,)))

    def answered(from_post, about, index):
        hear(steps, "us", calling(Kind.CALL_ANSWERED, from_post, ours=False, index=index, about=[about]))

    placed("us.duty", "ru.duty", 1)
    placed("us.secretary", "ru.duty", 2)
    assert steps.shown.done_ms[DemoStepName.RING] is None
    placed("us.secretary", "ru.minister", 3)
    assert steps.shown.done_ms[DemoStepName.RING] == 3
    level = Level.STRAINED
    answered("ru.minister", (0, 1), 4)
    answered("ru.duty", (0, 3), 5)
    assert steps.shown.done_ms[DemoStepName.ANSWER] is None, (
        "a desk in the place of a post is no contact with it"
    )
    level = Level.BROKEN
    answered("ru.minister", (0, 3), 6)
    assert steps.shown.done_ms[DemoStepName.ANSWER] is None, "the level has not followed yet"
    level = Level.STRAINED
    hear(steps, "us", calling(Kind.CALL_ENDED, "ru.minister", ours=False, index=7, about=[(0, 3)]))
    assert steps.shown.done_ms[DemoStepName.ANSWER] == 7


def test_who_listens_hears_each_change_until_it_listens_no_more():
    steps = steps_of()
    heard = []
    end = steps.listen(lambda: heard.append(steps.shown.link_broken))
    for what in (BREAK, RESTORE, VERIFIED, VERIFIED):
        press(steps, what)
    end()
    press(steps, BREAK)
    assert heard == [True, False, False]


def test_a_strip_tells_what_is_pressed_and_shows_what_it_is_told():
    pressed, heard = [], []
    strip = Strip(pressed.append)
    end = strip.listen(lambda: heard.append(strip.link_broken))
    strip.break_link()
    strip.restore_link()
    strip.verified(holds=False)
    strip.verified(holds=True)
    assert pressed == [BREAK, RESTORE, VERIFIED]
    steps = steps_of()
    press(steps, BREAK)
    press(steps, VERIFIED)
    strip.show(read_asked(to_line(steps.shown)))
    end()
    strip.break_link()
    assert heard == [True, False, True]
    assert list(strip.done_ms) == list(DemoStepName)
    assert {name for name, at_ms in strip.done_ms.items() if at_ms} == {DemoStepName.VERIFY}


@asynccontextmanager
async def running(folder):
    """A node alone, in this process."""
    us, _ = await asyncio.to_thread(pair_story, folder)
    backend = await run_node(us)
    try:
        yield backend
    finally:
        await backend.close()


def test_a_console_that_is_no_demo_has_none_of_its_routes(tmp_path):
    async def play():
        async with running(tmp_path) as backend:
            config = ConsoleConfig(party="us", host="127.0.0.1", port=0, tls=None, session_hours=1)
            for demo, status in ((None, 404), (Strip(lambda _what: None), 401)):
                console = await Console.start(backend, config, demo=demo)
                try:
                    assert await asyncio.to_thread(ask, console.address, "/api/demo") == status
                finally:
                    await console.close()

    asyncio.run(play())


def ask(address, path):
    host = address.partition("://")[2]
    where = f"http://127.0.0.1:{host.rpartition(':')[2]}{path}"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(where, headers={"Host": host}), timeout=10)
    caught.value.close()
    return caught.value.code


def opened(folder):
    async def play():
        async with open_demo_consoles(folder, free_port(), lambda _stage: None):
            raise AssertionError("it opened")

    asyncio.run(play())


def test_without_its_pages_it_says_how_to_build_them(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "pages_or_none", dict)
    with pytest.raises(ConfigError, match="not built") as caught:
        opened(tmp_path)
    assert caught.value.code == "console.demo.not_built"
    assert "make console" in caught.value.hint


def test_a_console_that_does_not_answer_is_not_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(Parts, "address", "http://elsewhere.localhost:1")

    async def play():
        async with running(tmp_path) as backend, AsyncExitStack() as stack:
            await serve_console(stack, backend, free_port(), Strip(lambda _what: None))

    with pytest.raises(ConfigError, match="421") as caught:
        asyncio.run(play())
    assert caught.value.code == "console.demo.no_answer"
