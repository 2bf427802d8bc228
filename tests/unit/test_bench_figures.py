"""The bench judges its figures by what was asked, and its relay cuts as a network does."""

import asyncio
import contextlib

import pytest

from coupefeu.node.bench.figures import Figure, spread
from coupefeu.node.bench.floor import MessageFloor, hash_tree
from coupefeu.node.relay import Relay


def figure(**given):
    return Figure(name="n", what="w", unit="ms", **({"ours": 3.0} | given))


@pytest.mark.parametrize(
    ("given", "holds", "asked"),
    [
        ({}, None, ""),
        ({"limit": 3.0}, True, "at most 3 ms"),
        ({"limit": 2.9}, False, "at most 2.9 ms"),
        ({"limit": 3.0, "at_least": True}, True, "at least 3 ms"),
        ({"limit": 3.1, "at_least": True}, False, "at least 3.1 ms"),
        ({"limit": 2.0, "relative": True, "floor": 1.5}, True, "at most 2 x the floor"),
        ({"limit": 2.0, "relative": True, "floor": 1.4}, False, "at most 2 x the floor"),
        ({"limit": 2.0, "relative": True}, False, "at most 2 x the floor"),
        ({"limit": 3.0, "flaw": "1 lost"}, False, "at most 3 ms"),
    ],
)
def test_a_figure_holds_only_when_what_was_asked_is_reached(given, holds, asked):
    judged = figure(**given)
    assert judged.holds is holds
    assert judged.asked == asked


def test_spread_gives_milliseconds():
    assert spread([0.003, 0.001, 0.002]) == {
        "n": 3,
        "median_ms": 2.0,
        "p99_ms": 3.0,
        "min_ms": 1.0,
        "max_ms": 3.0,
    }


def test_the_floor_does_its_work(tmp_path):
    with MessageFloor(tmp_path) as floor:
        assert floor.once() > 0
    assert hash_tree(10) > 0


class Echo:
    """Answers what it gets, through a relay."""

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.relay = await Relay(self.server.sockets[0].getsockname()).__aenter__()
        return self

    async def __aexit__(self, *_):
        await self.relay.__aexit__()
        self.server.close()

    async def serve(self, reader, writer):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(100):
                writer.write(data)
        writer.close()

    async def dial(self):
        host, _, port = self.relay.address.rpartition(":")
        return await asyncio.open_connection(host, int(port))


async def exchange(path, data):
    path[1].write(data)
    return await asyncio.wait_for(path[0].readexactly(len(data)), 5)


async def hang_up(*paths):
    for _, writer in paths:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def test_a_cut_swallows_what_is_under_way_and_the_old_path_stays_dead():
    async def play():
        async with Echo() as echo:
            path = await echo.dial()
            assert await exchange(path, b"before") == b"before"
            echo.relay.cut()
            path[1].write(b"lost")
            meanwhile = await echo.dial()
            meanwhile[1].write(b"hello?")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(path[0].read(1), 0.2)
            echo.relay.mend()
            assert await asyncio.wait_for(meanwhile[0].read(), 5) == b""
            fresh = await echo.dial()
            assert await exchange(fresh, b"after") == b"after"
            path[1].write(b"still lost")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(path[0].read(1), 0.2)
            await hang_up(path, meanwhile, fresh)

    asyncio.run(play())


def test_the_relay_counts_bytes_with_their_headers():
    async def play():
        async with Echo() as echo:
            path = await echo.dial()
            await exchange(path, b"x")
            before = echo.relay.carried()
            assert before is not None
            await exchange(path, bytes(100))
            after = echo.relay.carried()
            assert 200 + 2 * 52 <= after[0] - before[0] <= 200 + 4 * 52
            assert 2 <= after[1] - before[1] <= 4
            await hang_up(path)

    asyncio.run(play())
