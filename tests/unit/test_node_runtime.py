"""A node that a program runs within its own loop leaves nothing of itself there when it is closed."""

import asyncio
import functools

from coupefeu.node.exercise import pair_exercise
from coupefeu.node.node import Node
from coupefeu.node.runtime import Runtime


def timers_of_nodes(loop):
    callbacks = [getattr(handle, "_callback", None) for handle in loop._scheduled if not handle.cancelled()]
    owners = [getattr(functools.partial(each).func, "__self__", None) for each in callbacks]
    return [owner for owner in owners if isinstance(owner, Runtime)]


def test_a_closed_node_leaves_no_timer_in_its_callers_loop(tmp_path_factory):
    async def play():
        folder = tmp_path_factory.mktemp("b")
        us, ru = pair_exercise(folder / "us", folder / "ru")
        async with Node.open(us.path) as first, Node.open(ru.path):
            sent = await first.line("RU").send("It is heard.")
            await asyncio.wait_for(sent.receipt(), 60)
            assert timers_of_nodes(asyncio.get_running_loop())
        assert timers_of_nodes(asyncio.get_running_loop()) == []

    asyncio.run(play())
