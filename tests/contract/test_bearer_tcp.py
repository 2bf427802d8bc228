"""TCP is a bearer, on the loop of the standard library and on the one that nodes run on."""

import asyncio
import socket

import pytest
import uvloop

from coupefeu.bearer.tcp import TcpBearer
from coupefeu.errors import BearerError
from coupefeu.testing.bearer_contract import BEARER_CHECKS, BearerPair, Told, check_bearer

PATIENCE_S = 20


async def settle():
    """Let the loop and the kernel's loopback deliver what was sent."""
    for _ in range(50):
        await asyncio.sleep(0)


async def until(is_so):
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110 - a bounded wait on a condition of the kernel's
            await asyncio.sleep(0.001)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


async def make():
    near, far = Told(), Told()
    near.bearer, far.bearer = TcpBearer(near.receiver()), TcpBearer(far.receiver())
    port = await far.bearer.listen("127.0.0.1", 0)
    return BearerPair(
        near=near.bearer,
        far=far.bearer,
        near_told=near,
        far_told=far,
        address=f"127.0.0.1:{port}",
        nowhere=f"127.0.0.1:{free_port()}",
        until=until,
        settle=settle,
    )


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("check", BEARER_CHECKS, ids=lambda check: check.__name__)
def test_contract(check, loop):
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(check_bearer(check, make))


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("host", ["a..b", "a" * 70, "a\x00b", "["])
def test_an_address_that_cannot_be_one_is_nobodys(host, loop):
    async def dial():
        with pytest.raises(BearerError) as caught:
            await TcpBearer(Told().receiver()).open(f"{host}:99999")
        return caught.value.code

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(dial()) == "bearer.tcp.dial"


def test_a_dial_that_is_cancelled_as_it_connects_keeps_nobody_from_closing():
    async def play(port):
        bearer = TcpBearer(Told().receiver())
        dial = asyncio.ensure_future(bearer.open(f"127.0.0.1:{port}"))
        made = bearer.opened

        def opened(connection):
            dial.cancel()
            return made(connection)

        bearer.opened = opened
        with pytest.raises(asyncio.CancelledError):
            await dial
        async with asyncio.timeout(5):
            await bearer.close()

    for run in (asyncio.run, uvloop.run):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            run(play(listening.getsockname()[1]))
