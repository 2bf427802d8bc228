"""Strangers, truncations and silence on TCP (protocol B6). Sockets are real; the loop's clock is moved by hand."""

import asyncio
import itertools
import socket
import struct

import pytest

from coupefeu.bearer.tcp import MAX_STRANGERS, MAX_UNSENT_BYTES, STRANGER_S, TcpBearer
from coupefeu.errors import BearerError
from coupefeu.testing.bearer_contract import Told

PATIENCE_S = 20
TURNED_AWAY = (ConnectionResetError, asyncio.IncompleteReadError)


async def until(is_so):
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110 - a bounded wait on a condition of the kernel's
            await asyncio.sleep(0.001)


async def settle():
    for _ in range(50):
        await asyncio.sleep(0)


class Listening:
    """A bearer that listens, and strangers who speak TCP to it."""

    def __init__(self, *, promotes=False):
        self.told = Told()
        self.bearer = TcpBearer(self.told.receiver())
        if promotes:
            self.told.bearer = self.bearer

    async def __aenter__(self):
        self.port = await self.bearer.listen("127.0.0.1", 0)
        self._writers = []
        return self

    async def __aexit__(self, *_):
        await self.bearer.close()
        for writer in self._writers:
            writer.close()

    async def stranger(self, source="127.0.0.1"):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(source, 0))
        self._writers.append(writer)
        return reader, writer

    @property
    def paths(self):
        return [path for what, path in self.told.happened if what == "accepted"]

    def has_closed(self, path):
        return ("closed", path) in self.told.happened


def framed(datagram):
    return struct.pack(">H", len(datagram)) + datagram


def run(test):
    asyncio.run(test)


class StoppedClock:
    """The running loop's clock, which moves by hand alone from here on; then only `turns_until` may wait."""

    def __init__(self):
        self.now_s = 1_000.0
        asyncio.get_running_loop().time = lambda: self.now_s

    async def advance(self, seconds):
        self.now_s += seconds
        await settle()


async def turns_until(is_so):
    for _ in range(200_000):
        if is_so():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come true")


def test_a_slow_loris_is_cut_off_after_five_seconds():
    async def test():
        async with Listening() as at:
            clock = StoppedClock()
            _, writer = await at.stranger()
            await turns_until(lambda: at.paths)
            for byte in framed(bytes(300))[:50]:
                writer.write(bytes([byte]))
                await clock.advance(STRANGER_S / 50 - 0.001)
                assert not at.has_closed(at.paths[0])
            await clock.advance(0.051)
            await turns_until(lambda: at.has_closed(at.paths[0]))
            assert at.told.datagrams == {}

    run(test())


def test_a_proven_path_lives_on_in_silence():
    async def test():
        async with Listening(promotes=True) as at:
            clock = StoppedClock()
            _, writer = await at.stranger()
            writer.write(framed(b"message 1"))
            await turns_until(lambda: at.told.datagrams)
            await clock.advance(10 * STRANGER_S)
            writer.write(framed(bytes(60_000)))
            await turns_until(lambda: len(at.told.came(at.paths[0])) == 2)

    run(test())


@pytest.mark.parametrize("sizes", [(510,), (72, 436), (1,) * 170, (508,)])
def test_a_stranger_may_bring_512_bytes(sizes):
    async def test():
        async with Listening() as at:
            _, writer = await at.stranger()
            writer.write(b"".join(framed(bytes(size)) for size in sizes))
            await until(lambda: at.paths and len(at.told.came(at.paths[0])) == len(sizes))
            await settle()
            assert not at.has_closed(at.paths[0])

    run(test())


@pytest.mark.parametrize("cut", ["at once", "byte by byte"])
@pytest.mark.parametrize("sizes", [(511,), (510, 1), (72, 437), (1,) * 171, (65_535,)])
def test_and_no_more_before_proof(sizes, cut):
    async def test():
        async with Listening() as at:
            _, writer = await at.stranger()
            data = b"".join(framed(bytes(size)) for size in sizes)[:600]
            for part in [data] if cut == "at once" else [bytes([byte]) for byte in data]:
                writer.write(part)
                await asyncio.sleep(0)
            await until(lambda: at.paths and at.has_closed(at.paths[0]))
            fitting = sum(1 for end in itertools.accumulate(size + 2 for size in sizes) if end <= 512)
            assert len(at.told.came(at.paths[0])) == fitting

    run(test())


def test_the_seventeenth_stranger_of_a_source_is_turned_away_and_another_source_is_not():
    async def test():
        async with Listening() as at:
            for _ in range(16):
                await at.stranger()
            await until(lambda: len(at.paths) == 16)
            reader, _ = await at.stranger()
            with pytest.raises(TURNED_AWAY):
                await reader.readexactly(1)
            await at.stranger("127.0.0.2")
            await until(lambda: len(at.paths) == 17)
            at.bearer.promote(at.paths[0])
            await at.stranger()
            await until(lambda: len(at.paths) == 18)
            at.bearer.close_path(at.paths[1])
            await until(lambda: at.has_closed(at.paths[1]))
            await at.stranger()
            await until(lambda: len(at.paths) == 19)

    run(test())


def test_all_strangers_together_are_bounded_and_proven_paths_do_not_count():
    async def test():
        async with Listening() as at:
            for number in range(MAX_STRANGERS):
                await at.stranger(f"127.0.1.{number // 16 + 1}")
            await until(lambda: len(at.paths) == MAX_STRANGERS)
            reader, _ = await at.stranger("127.0.2.1")
            with pytest.raises(TURNED_AWAY):
                await reader.readexactly(1)
            at.bearer.promote(at.paths[7])
            await at.stranger("127.0.2.1")
            await until(lambda: len(at.paths) == MAX_STRANGERS + 1)

    run(test())


@pytest.mark.parametrize("before", [b"", framed(b"x")])
def test_a_length_of_zero_ends_the_connection(before):
    async def test():
        async with Listening(promotes=True) as at:
            _, writer = await at.stranger()
            writer.write(before + b"\x00\x00" + framed(b"after"))
            await until(lambda: at.paths and at.has_closed(at.paths[0]))
            assert b"after" not in at.told.came(at.paths[0])

    run(test())


def test_a_datagram_cut_at_every_byte_is_not_told():
    async def test():
        async with Listening(promotes=True) as at:
            message = framed(b"message 1")
            for length in range(len(message)):
                _, writer = await at.stranger()
                writer.write(message[:length])
                writer.close()
                await until(lambda length=length: len(at.paths) == length + 1 and at.has_closed(at.paths[-1]))
            assert at.told.datagrams == {}

    run(test())


def test_a_datagram_in_single_bytes_is_told_once_and_whole():
    async def test():
        async with Listening(promotes=True) as at:
            _, writer = await at.stranger()
            for byte in framed(b"message 1") + framed(b"and a frame"):
                writer.write(bytes([byte]))
                await settle()
            await until(lambda: len(at.told.came(at.paths[0])) == 2)
            assert at.told.came(at.paths[0]) == [b"message 1", b"and a frame"]

    run(test())


def test_a_connection_closed_in_one_direction_is_closed():
    async def test():
        async with Listening(promotes=True) as at:
            reader, writer = await at.stranger()
            writer.write(framed(b"message 1"))
            writer.write_eof()
            await until(lambda: at.paths and at.has_closed(at.paths[0]))
            assert at.told.came(at.paths[0]) == [b"message 1"]
            assert await reader.read() == b""

    run(test())


def test_a_peer_that_stops_reading_is_cut_off_and_costs_little_memory():
    async def test():
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            told = Told()
            bearer = TcpBearer(told.receiver())
            path = await bearer.open(f"127.0.0.1:{server.getsockname()[1]}")
            deaf, _ = server.accept()
            chunk = [bytes(60_000)]
            given = 0
            while ("closed", path) not in told.happened:
                bearer.send(path, chunk)
                given += len(chunk[0])
                assert given < 4 * MAX_UNSENT_BYTES, "what is not sent has no bound"
                await asyncio.sleep(0)
            assert given > MAX_UNSENT_BYTES
            deaf.close()
            await bearer.close()

    run(test())


def test_a_port_that_is_taken_is_said():
    async def test():
        async with Listening() as at:
            with pytest.raises(BearerError) as raised:
                await TcpBearer(Told().receiver()).listen("127.0.0.1", at.port)
            assert raised.value.code == "bearer.tcp.listen"
            assert "node.toml" in raised.value.hint

    run(test())


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.0.0.1:", ":7420", "127.0.0.1:x", "127.0.0.1:70000", ""]
)
def test_an_address_that_is_none_is_no_answer(address):
    async def test():
        told = Told()
        bearer = TcpBearer(told.receiver())
        with pytest.raises(BearerError):
            await bearer.open(address)
        await bearer.close()
        assert told.happened == []

    run(test())


def test_closing_during_a_dial_leaves_no_path():
    async def test():
        async with Listening() as at:
            for turns in range(8):
                told = Told()
                bearer = TcpBearer(told.receiver())
                dialling = asyncio.ensure_future(bearer.open(f"127.0.0.1:{at.port}"))
                for _ in range(turns):
                    await asyncio.sleep(0)
                await bearer.close()
                happened = list(told.happened)
                outcome = (await asyncio.gather(dialling, return_exceptions=True))[0]
                assert isinstance(outcome, BearerError | int)
                await settle()
                assert told.happened == happened
                assert bearer._connections == {}
            await until(lambda: all(at.has_closed(path) for path in at.paths))

    run(test())


def test_a_path_closed_while_its_datagrams_are_told_tells_no_more():
    async def test():
        async with Listening() as at:
            told = []

            def close(path, datagrams):
                told.append(datagrams)
                at.bearer.promote(path)
                at.bearer.close_path(path)

            object.__setattr__(at.bearer._receiver, "received", close)
            _, writer = await at.stranger()
            writer.write(framed(b"one") + framed(bytes(600)))
            await until(lambda: at.paths and at.has_closed(at.paths[0]))
            await settle()
            assert told == [[b"one"]]

    run(test())
