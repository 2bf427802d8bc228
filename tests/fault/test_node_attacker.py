"""Strangers at the door of a running node: whatever they send, a message goes through meanwhile.

The attacker speaks from an address of its own (127.0.0.2), as attackers do; nothing it can send is authentic.
Source: protocol B6.
"""

import asyncio
import random
import resource
import struct
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from tests.fault.processes import run, two_processes, until
from tests.sizes import size

from coupefeu.bearer.tcp import STRANGERS_A_SOURCE
from coupefeu.model.precedence import Precedence

ATTACKER = ("127.0.0.2", 0)
CONNECTIONS = size(small=120, full=2_000)
SPARE_BYTES = 64 << 20


def target(pair):
    host, _, port = pair.folders["us"].listen.rpartition(":")
    return host, int(port)


async def dial(pair):
    return await asyncio.open_connection(*target(pair), local_addr=ATTACKER)


def resident_bytes(pair):
    """Memory that the attacked node holds."""
    pages = int(Path(f"/proc/{pair.processes['us'].pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


async def say_and_wait(pair, text):
    """A FLASH from the attacked node, and one to it; both receipted."""
    async with pair.node("us") as us, pair.node("ru") as ru:
        for node, other in ((us, "RU"), (ru, "US")):
            sent = await node.line(other).send(text, precedence=Precedence.FLASH)
            async with asyncio.timeout(60):
                await sent.receipt()


async def garbage(pair, seed):
    """Send what is no message 1: noise, lengths that lie, a datagram of every length, then hang up or wait."""
    draw = random.Random(seed)
    with suppress(OSError):
        _, writer = await dial(pair)
        length = draw.choice([0, 1, 71, 72, 73, 200, 509, 0xFFFF])
        body = draw.randbytes(draw.choice([0, 1, 70, 71, 72, 73, 509, 4_000]))
        first = bytes([draw.choice([0, 1, 2, 3, 0xFF])])
        writer.write(struct.pack(">H", length) + first + body)
        await writer.drain()
        writer.close()


async def is_closed(reader):
    """Read until the node hangs up; it may have offered a handshake before."""
    with suppress(OSError):
        await reader.read()
    return True


async def slow(pair):
    """A lawful length, then a byte now and then, for ever; gives whether the node put an end to it."""
    try:
        reader, writer = await dial(pair)
    except OSError:
        return True
    ended = asyncio.ensure_future(is_closed(reader))
    writer.write(struct.pack(">H", 510))
    try:
        while not ended.done():
            with suppress(OSError):
                writer.write(b"\x00")
            await asyncio.wait([ended], timeout=0.5)
        return await ended
    finally:
        writer.close()


def test_noise_at_the_door_stops_no_message(tmp_path):
    async def story():
        async with two_processes(tmp_path) as pair:
            await say_and_wait(pair, "before")
            before = resident_bytes(pair)
            for start in range(0, CONNECTIONS, 20):
                attack = [garbage(pair, seed) for seed in range(start, start + 20)]
                await asyncio.gather(say_and_wait(pair, f"during {start}"), *attack)
            await say_and_wait(pair, "after")
            assert resident_bytes(pair) < before + SPARE_BYTES
            async with pair.node("us") as us:
                status = await us.status()
                assert status["lines"]["ru"]["up"]
                assert (us.folder.path / "control.sock").stat().st_mode & 0o777 == 0o600, (
                    "a door for its user alone"
                )
                return sorted({message.original for message in us.inbox(1_000)} - {""})

    expected = {"before", "after", *(f"during {start}" for start in range(0, CONNECTIONS, 20))}
    assert run(story()) == sorted(expected)


def test_held_connections_displace_nobody_and_are_few(tmp_path):
    """Silent connections pile up from one address: only so many are kept, and the line is another's."""

    async def story():
        async with two_processes(tmp_path) as pair, AsyncExitStack() as stack:
            await say_and_wait(pair, "before")
            readers = []
            for _ in range(CONNECTIONS):
                with suppress(OSError):
                    reader, writer = await dial(pair)
                    stack.callback(writer.close)
                    readers.append(asyncio.ensure_future(is_closed(reader)))
            await say_and_wait(pair, "during")
            refused = [each for each in readers if each.done()]
            assert len(readers) - len(refused) <= STRANGERS_A_SOURCE

            async def all_ended():
                return all(each.done() for each in readers)

            await until(all_ended)
            await say_and_wait(pair, "after")
            return [await each for each in readers]

    assert set(run(story())) == {True}, "the silent ones are hung up on"


def test_one_byte_at_a_time_is_hung_up_on(tmp_path):
    async def story():
        async with two_processes(tmp_path) as pair:
            attack = [asyncio.ensure_future(slow(pair)) for _ in range(8)]
            await say_and_wait(pair, "during")
            async with asyncio.timeout(60):
                return await asyncio.gather(*attack)

    assert run(story()) == [True] * 8
