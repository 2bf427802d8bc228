"""One answer for all who ask at once, and a new one as soon as something has changed."""

import asyncio

import pytest

from coupefeu.console import answers as module
from coupefeu.console.answers import MAX_HELD, Answers


class Making:
    """Makes answers that count; `gate` holds them back."""

    def __init__(self):
        self.made, self.gate = 0, asyncio.Event()
        self.gate.set()

    async def __call__(self):
        await self.gate.wait()
        self.made += 1
        return self.made


def run(do):
    asyncio.run(asyncio.wait_for(do(Answers()), 20))


def test_who_asks_while_an_answer_is_being_made_gets_that_one():
    async def do(answers):
        making = Making()
        making.gate.clear()
        asking = [asyncio.ensure_future(answers.give("list", making)) for _ in range(50)]
        await asyncio.sleep(0)
        making.gate.set()
        assert set(await asyncio.gather(*asking)) == {b"1"}
        assert await answers.give("list", making) == b"1"
        assert await answers.give("another", making) == b"2"

    run(do)


def test_after_a_change_nobody_is_given_what_was_asked_before_it():
    async def do(answers):
        making = Making()
        making.gate.clear()
        before = asyncio.ensure_future(answers.give("list", making))
        await asyncio.sleep(0)
        answers.change()
        after = asyncio.ensure_future(answers.give("list", making))
        await asyncio.sleep(0)
        making.gate.set()
        assert await before != await after
        assert await answers.give("list", making) == await after

    run(do)


def test_an_answer_is_given_again_for_a_moment_only(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])

    async def do(answers):
        making = Making()
        assert await answers.give("list", making) == b"1"
        now[0] += module.LASTS_S
        assert await answers.give("list", making) == b"1"
        now[0] += 0.1
        assert await answers.give("list", making) == b"2"

    run(do)


def test_a_failure_is_given_to_those_who_asked_and_not_again():
    async def do(answers):
        async def fail():
            raise ValueError("the disk")

        asking = [asyncio.ensure_future(answers.give("list", fail)) for _ in range(2)]
        for each in asking:
            with pytest.raises(ValueError, match="the disk"):
                await each
        assert await answers.give("list", Making()) == b"1"

    run(do)


def test_one_who_hangs_up_ends_nobody_else_s_answer():
    async def do(answers):
        making = Making()
        making.gate.clear()
        gone, stays = (asyncio.ensure_future(answers.give("list", making)) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        making.gate.set()
        assert await stays == b"1"

    run(do)


def test_only_so_many_are_kept():
    async def do(answers):
        making = Making()
        for number in range(MAX_HELD + 5):
            await answers.give(number, making)
        assert len(answers._held) == MAX_HELD
        assert await answers.give(MAX_HELD + 4, making) == str(MAX_HELD + 5).encode()
        assert await answers.give(0, making) == str(MAX_HELD + 6).encode()

    run(do)
