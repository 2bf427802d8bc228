"""A step of the demo is done by what both sides say, not by what one says; its routes exist in a demo alone."""

import asyncio
import urllib.error
import urllib.request
from types import SimpleNamespace

import pytest
from tests.demo_line import open_fresh_line

from coupefeu.console import server
from coupefeu.console.config import ConsoleConfig
from coupefeu.console.demo_consoles import open_demo_consoles
from coupefeu.console.parts import Parts
from coupefeu.console.server import Console
from coupefeu.errors import ConfigError
from coupefeu.model.entry import Kind
from coupefeu.model.firebreak import Level
from coupefeu.model.instant import Moment
from coupefeu.node.demo import playing
from coupefeu.node.demo.march import MARCH
from coupefeu.node.demo.steps import DemoStepName, Steps
from coupefeu.node.events import EntryRecorded, LineChanged
from coupefeu.node.exercise import free_port


def unchanged():
    """The level stays as it is."""
    return Level.BROKEN


NOW = Moment(utc_ms=1_800_000_000_000, mono_ms=1)


class Node:
    """What the steps ask of a node."""

    def __init__(self):
        self.listeners = []
        self.runtime = SimpleNamespace(engine=self, clock=lambda: NOW)

    def listen(self, listener):
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def goes(self, *, up):
        for listener in self.listeners:
            listener(LineChanged(party=0, up=up, alive=up))


class Relay:
    is_cut = False

    def cut(self):
        self.is_cut = True

    def mend(self):
        self.is_cut = False


@pytest.fixture
def line():
    us, ru = Node(), Node()
    return SimpleNamespace(us=us, ru=ru, nodes={"us": us, "ru": ru}, relay=Relay())


def test_the_link_is_broken_when_both_nodes_have_said_so(line):
    steps = Steps(line, lambda: True, unchanged)
    steps.break_link()
    line.us.goes(up=False)
    line.us.goes(up=True)
    line.us.goes(up=False)
    assert steps.done_ms[DemoStepName.BREAK] is None
    steps.restore_link()
    line.ru.goes(up=False)
    assert steps.done_ms[DemoStepName.BREAK] == NOW.utc_ms


def settling(kind, *, ours):
    head = SimpleNamespace(kind=kind, precedence=None, references=())
    return EntryRecorded(recorded=SimpleNamespace(ours=ours, log=0, index=1, head=head, arrived_ms=7))


def test_a_conflict_is_settled_when_an_act_of_either_side_has_left_none_open(line):
    is_met = True
    steps = Steps(line, lambda: is_met, unchanged)
    for listener in line.us.listeners:
        listener(settling(Kind.NOTICE_AMENDED, ours=True))
    assert steps.done_ms[DemoStepName.SETTLE] is None, "they still meet"
    is_met = False
    for kind in (Kind.NOTICE_FILED, Kind.NOTICE_ANSWERED):
        line.us.listeners[0](settling(kind, ours=True))
    line.ru.listeners[0](settling(Kind.CONFLICT_SETTLED, ours=True))
    assert steps.done_ms[DemoStepName.SETTLE] is None, "US does not hold it yet"
    line.us.listeners[0](settling(Kind.CONFLICT_SETTLED, ours=False))
    assert steps.done_ms[DemoStepName.SETTLE] == 7


def calling(kind, from_post, *, ours, index, to_posts=(), about=()):
    references = tuple(SimpleNamespace(log=log, index=at) for log, at in about)
    head = SimpleNamespace(
        kind=kind, precedence=None, references=references, from_post=from_post, to_posts=to_posts
    )
    log = 0 if kind == Kind.CALL_PLACED else 1
    return EntryRecorded(
        recorded=SimpleNamespace(ours=ours, log=log, index=index, head=head, arrived_ms=index)
    )


def test_only_the_minister_answers_the_secretary_and_only_when_the_level_follows(line):
    level = Level.BROKEN
    steps = Steps(line, lambda: True, lambda: level)
    (hear,) = line.us.listeners

    def placed(from_post, to_post, index):
        hear(calling(Kind.CALL_PLACED, from_post, ours=True, index=index, to_posts=(to_post,)))

    def answered(from_post, about, index):
        hear(calling(Kind.CALL_ANSWERED, from_post, ours=False, index=index, about=[about]))

    placed("us.duty", "ru.duty", 1)
    placed("us.secretary", "ru.duty", 2)
    assert steps.done_ms[DemoStepName.RING] is None
    placed("us.secretary", "ru.minister", 3)
    assert steps.done_ms[DemoStepName.RING] == 3
    level = Level.STRAINED
    answered("ru.minister", (0, 1), 4)
    answered("ru.duty", (0, 3), 5)
    assert steps.done_ms[DemoStepName.ANSWER] is None, "a desk in the place of a post is no contact with it"
    level = Level.BROKEN
    answered("ru.minister", (0, 3), 6)
    assert steps.done_ms[DemoStepName.ANSWER] is None, "the level has not followed yet"
    level = Level.STRAINED
    hear(calling(Kind.CALL_ENDED, "ru.minister", ours=False, index=7, about=[(0, 3)]))
    assert steps.done_ms[DemoStepName.ANSWER] == 7


def test_who_listens_hears_each_change_until_it_listens_no_more(line):
    steps = Steps(line, lambda: True, unchanged)
    heard = []
    end = steps.listen(lambda: heard.append(steps.link_broken))
    steps.break_link()
    steps.restore_link()
    steps.verified(holds=True)
    steps.verified(holds=True)
    end()
    steps.break_link()
    assert heard == [True, False, False]
    steps.close()
    assert not line.us.listeners
    assert not line.ru.listeners


def test_a_console_that_is_no_demo_has_none_of_its_routes(tmp_path):
    async def play():
        async with open_fresh_line(tmp_path) as line:
            config = ConsoleConfig(party="us", host="127.0.0.1", port=0, tls=None, session_hours=1)
            for demo, status in ((None, 404), (Steps(line, lambda: True, unchanged), 401)):
                console = await Console.start(line.us, config, demo=demo)
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
    monkeypatch.setattr(server, "pages_or_none", lambda: {"/": b""})
    monkeypatch.setattr(Parts, "address", "http://elsewhere.localhost:1")
    monkeypatch.setattr(playing, "MARCH", MARCH[:2])  # the rest of the story tells this test nothing
    with pytest.raises(ConfigError, match="421") as caught:
        opened(tmp_path)
    assert caught.value.code == "console.demo.no_answer"
