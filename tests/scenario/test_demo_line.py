"""The line of the console demo: two processes, a path that is really cut, and steps ticked off by facts."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager

import pytest
from tests.demo_line import open_processes

import coupefeu
from coupefeu.errors import ConfigError
from coupefeu.node.demo.facts import Pressed
from coupefeu.node.demo.line import open_demo_line, pair_story
from coupefeu.node.demo.playing import play_apart
from coupefeu.node.demo.steps import BREAK, RESTORE, VERIFIED, DemoStepName, Steps
from coupefeu.node.demo.watching import is_held, is_up, wait_until
from coupefeu.node.folder import NodeFolder
from coupefeu.node.node import Node
from coupefeu.node.runtime import hold_folder
from coupefeu.services.messages.commands import RecordShown, Take

WITHIN_S = 60


class Desks:
    def __init__(self, line, us, ru):
        self.line, self.us, self.ru = line, us, ru
        self.steps = Steps(line.relay, lambda: True, lambda: None)
        self.told = []
        self.steps.listen(lambda: self.told.append(self.done))

    @property
    def done(self):
        return [name for name, at_ms in self.steps.shown.done_ms.items() if at_ms is not None]

    async def are_done(self, *names):
        await wait_until(lambda: len(self.done) >= len(names), f"done: {names}")
        assert self.done == list(names)

    def press(self, what):
        self.steps.hear("us", Pressed(what=what, at_ms=1))

    async def send(self, node, party, precedence=coupefeu.Precedence.FLASH):
        sent = await node.line(party).send("Our aircraft has turned back.", precedence=precedence)
        other = self.ru if node is self.us else self.us
        await wait_until(lambda: is_held(other, sent.id), "it arrives")
        return sent.id

    async def both(self, *, up):
        for node, party in ((self.us, "ru"), (self.ru, "us")):

            async def holds(node=node, party=party):
                return await is_up(node, party) is up

            await wait_until(holds, f"the line is up: {up}")


@asynccontextmanager
async def desks(folder):
    heard = []
    async with (
        open_processes(folder, lambda party, fact: [each(party, fact) for each in heard]) as line,
        Node.open(folder / "us") as us,
        Node.open(folder / "ru") as ru,
    ):
        desks = Desks(line, us, ru)
        await desks.both(up=True)
        heard.append(desks.steps.hear)
        yield desks


def play(folder, story):
    async def run():
        async with desks(folder) as opened:
            await story(opened)

    asyncio.run(asyncio.wait_for(run(), WITHIN_S))


def test_a_step_is_done_by_what_stands_on_the_record(tmp_path):
    async def story(desks):
        us, ru = desks.us, desks.ru
        routine = await desks.send(us, "RU", coupefeu.Precedence.ROUTINE)
        theirs = await desks.send(ru, "US")
        await ru.act(RecordShown(messages=(routine,), screens=1))
        await ru.act(Take(message=routine, from_post="ru.duty"))
        await us.act(Take(message=theirs, from_post="us.duty"))
        flash = await desks.send(us, "RU")
        await desks.are_done(DemoStepName.FLASH)
        await ru.act(RecordShown(messages=(flash,), screens=1))
        await desks.are_done(DemoStepName.FLASH, DemoStepName.HEAR)
        await ru.act(Take(message=flash, from_post="ru.duty"))
        await desks.are_done(DemoStepName.FLASH, DemoStepName.HEAR, DemoStepName.TAKE)
        first = desks.steps.shown
        again = await desks.send(us, "RU")
        await ru.act(Take(message=again, from_post="ru.duty"))
        desks.press(VERIFIED)
        assert {**desks.steps.shown.done_ms, DemoStepName.VERIFY: None} == first.done_ms
        assert desks.told == [desks.done[:1], desks.done[:2], desks.done[:3], desks.done]

    play(tmp_path, story)


def test_the_link_is_really_cut_noticed_by_both_and_comes_back(tmp_path):
    async def story(desks):
        desks.press(BREAK)
        assert desks.steps.shown.link_broken
        assert desks.done == []
        await desks.both(up=False)
        await desks.are_done(DemoStepName.BREAK)
        waiting = await desks.us.line("RU").send("Sent while the link was cut.")
        assert not is_held(desks.ru, waiting.id)
        desks.press(RESTORE)
        assert not desks.steps.shown.link_broken
        await desks.both(up=True)
        await wait_until(lambda: is_held(desks.ru, waiting.id), "what waited arrives")
        assert desks.told[-1] == [DemoStepName.BREAK]

    play(tmp_path, story)


def test_a_line_that_goes_down_of_itself_is_no_broken_link(tmp_path):
    async def story(desks):
        desks.line.relay.cut()
        await desks.both(up=False)
        desks.line.relay.mend()
        await desks.both(up=True)
        await desks.send(desks.us, "RU")
        await desks.are_done(DemoStepName.FLASH)

    play(tmp_path, story)


def test_a_node_that_dies_is_told_and_one_that_cannot_begin_says_why(tmp_path):
    async def story(desks):
        os.kill(desks.line.ru.pid, signal.SIGKILL)
        error = await desks.line.ru.ended
        assert (error.code, "RU" in error.message) == ("node.demo.ended", True)
        with pytest.raises(ConfigError) as caught:
            await desks.line.ru.serve(1)
        assert caught.value.code == "node.demo.ended"

    play(tmp_path, story)

    async def run():
        async with open_demo_line(tmp_path, lambda _party, _fact: None):
            raise AssertionError("it opened")

    with hold_folder(NodeFolder.open(tmp_path / "ru")), pytest.raises(ConfigError) as caught:
        asyncio.run(run())
    assert caught.value.code == "node.runtime.running", "as the node itself says it"


def test_the_folders_say_afterwards_what_pairing_wrote_there(tmp_path):
    async def story(desks):
        assert NodeFolder.open(tmp_path / "us").peers == {"ru": desks.line.relay.address}

    play(tmp_path, story)
    us, ru = (NodeFolder.open(tmp_path / name) for name in ("us", "ru"))
    assert us.peers == {"ru": ru.listen}
    assert ru.peers == {"us": us.listen}
    assert not list(tmp_path.rglob("control.sock"))


def test_a_story_that_is_called_off_ends_with_the_event_at_hand(tmp_path):
    us, ru = pair_story(tmp_path)
    heard = []

    async def call_off():
        loop, begun = asyncio.get_running_loop(), asyncio.Event()

        def hear(event):
            heard.append(event)
            loop.call_soon_threadsafe(begun.set)

        playing = asyncio.ensure_future(play_apart(us.path, ru.path, hear))
        await begun.wait()
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing

    asyncio.run(call_off())  # which waits for its thread
    assert 1 <= len(heard) < 5
    with hold_folder(us), hold_folder(ru):
        assert NodeFolder.open(us.path).agreement.is_exercise, "both folders are free"
