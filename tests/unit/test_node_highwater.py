"""A running node writes down how far it has signed, so that it finds out when its record was put back."""

import asyncio

from coupefeu.node import runtime
from coupefeu.node.demo.watching import wait_until
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.node import Node
from coupefeu.store.highwater import read_high_water


def test_how_far_it_has_signed_is_written_down_while_it_runs(tmp_path_factory, monkeypatch):
    """At least once a second, also before it is killed (protocol A13)."""
    assert runtime.HIGH_WATER_EVERY_S <= 1
    monkeypatch.setattr(runtime, "HIGH_WATER_EVERY_S", 0.01)

    async def play():
        folder = tmp_path_factory.mktemp("b")
        us, _ = pair_exercise(folder / "us", folder / "ru")
        async with Node.open(us.path, online=False) as node:
            sent = await node.line("RU").send("It is signed.")
            await wait_until(
                lambda: read_high_water(us.high_water_path)[us.log_number][0] > sent.id[1], "it is written"
            )

    asyncio.run(play())
