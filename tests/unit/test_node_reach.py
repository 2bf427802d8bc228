"""Whoever comes while a folder is held for a moment waits; a node that is up is never started twice."""

import asyncio
import socket

import pytest

import coupefeu
from coupefeu.node import reach
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import check_address
from coupefeu.node.runtime import hold_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> NodeFolder:
    made = tmp_path_factory.mktemp("reach")
    us, _ = pair_exercise(made / "us", made / "ru")
    return us


@pytest.fixture
def attempts(monkeypatch):
    """Count the attempts to run the node here, and tell whoever waits for the next one."""
    seen = asyncio.Queue()
    whole = reach._try_to_run

    async def counted(*arguments, **options):
        started = await whole(*arguments, **options)
        seen.put_nowait(started)
        return started

    monkeypatch.setattr(reach, "_try_to_run", counted)
    return seen


@pytest.mark.parametrize("how", ["act", "up"])
def test_who_comes_while_an_act_holds_the_folder_waits_for_its_end(folder, attempts, how):
    async def play():
        with hold_folder(folder):
            coming = reach.reach_node(folder, online=False) if how == "act" else reach.run_node(folder)
            waiting = asyncio.ensure_future(coming)
            assert await attempts.get() is None
            assert not waiting.done()
        backend = await waiting
        assert await backend.act(coupefeu.SendLineTest(template=1))
        await backend.close()

    asyncio.run(asyncio.wait_for(play(), 60))


def test_a_folder_that_stays_held_is_named_in_the_end(folder, monkeypatch):
    monkeypatch.setattr(reach, "PATIENCE_S", 0.0)

    async def play():
        with hold_folder(folder), pytest.raises(coupefeu.ConfigError) as refused:
            await reach.reach_node(folder, online=False)
        assert refused.value.code == reach.HELD

    asyncio.run(asyncio.wait_for(play(), 60))


def test_a_node_that_is_up_is_reached_and_not_run_twice(folder):
    async def play():
        first = await reach.run_node(folder)
        with pytest.raises(coupefeu.ConfigError) as refused:
            await reach.run_node(folder)
        assert refused.value.code == reach.HELD
        async with coupefeu.Node.open(folder.path) as node:
            sent = await node.line("RU").send("hello")
        assert sent.number.startswith("US/")
        assert (await first.status())["running"] is True
        await first.close()

    asyncio.run(asyncio.wait_for(play(), 60))


def test_an_act_on_a_stopped_node_answers_nobody_else(folder):
    async def play():
        async with coupefeu.Node.open(folder.path, online=False):
            assert not folder.socket_path.exists()

    asyncio.run(asyncio.wait_for(play(), 60))


def test_a_node_whose_port_is_taken_lets_go_of_its_folder(folder):
    async def play():
        with socket.create_server(check_address(folder.listen)), pytest.raises(coupefeu.BearerError):
            await reach.run_node(folder)
        with hold_folder(folder):
            pass

    asyncio.run(asyncio.wait_for(play(), 60))
