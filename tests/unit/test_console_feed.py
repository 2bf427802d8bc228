"""The queue of one console and the hand-out to all: bounds, order, and what a slow one costs the others."""

import asyncio
import json

import pytest

from coupefeu.console import feed as feed_module
from coupefeu.console.feed import AGAIN, CHUNK_BYTES, MAX_WAITING_BYTES, Feed, Follower, encode_event
from coupefeu.console.values import BeatEvent


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 20))


def read(octets):
    """Give the events of a piece of a stream."""
    parts = octets.removeprefix(AGAIN).split(b"\n\n")
    return [json.loads(part.removeprefix(b"data: ")) for part in parts if part]


async def turn():
    """Let the loop go round, so that what was told is handed out."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def test_a_console_gets_what_is_first_then_every_event_in_order():
    async def do():
        feed = Feed()
        follower = Follower("a", "session")
        feed.join(follower, [encode_event(BeatEvent(as_of_ms=0))])
        feed.tell(BeatEvent(as_of_ms=1))
        feed.tell(BeatEvent(as_of_ms=2))
        await turn()
        octets = await follower.take()
        assert octets.startswith(AGAIN)
        assert [each["as_of_ms"] for each in read(octets)] == [0, 1, 2]

    run(do())


def test_an_event_is_encoded_once_however_many_follow(monkeypatch):
    encoded = []
    monkeypatch.setattr(feed_module, "encode_event", lambda event: encoded.append(event) or b"data: {}\n\n")

    async def do():
        feed = Feed()
        followers = [Follower(str(number), "s") for number in range(50)]
        for follower in followers:
            feed.join(follower, [])
        feed.tell(BeatEvent(as_of_ms=1))
        await turn()
        assert len(encoded) == 1
        assert all([b"data: {}" in await follower.take() for follower in followers])

    run(do())


def test_nothing_is_encoded_while_nobody_follows(monkeypatch):
    monkeypatch.setattr(feed_module, "encode_event", lambda _event: pytest.fail("encoded for nobody"))

    async def do():
        Feed().tell(BeatEvent(as_of_ms=1))

    run(do())


def test_a_console_that_does_not_keep_up_is_cut_and_the_others_lose_nothing():
    async def do():
        feed = Feed()
        slow, quick = Follower("slow", "s"), Follower("quick", "s")
        feed.join(slow, [])
        feed.join(quick, [])
        piece, got = b"x" * (MAX_WAITING_BYTES // 4), 0
        for _ in range(5):
            feed.tell_encoded(piece)
            await turn()
            while quick._waiting:
                got += len(await quick.take())
        assert got == 5 * len(piece) + len(AGAIN)
        assert (slow.is_live, quick.is_live) == (False, True)
        assert await slow.take() == b""
        assert feed.consoles == {"quick"}
        assert slow._waiting == []

    run(do())


def test_a_piece_is_no_longer_than_a_connection_should_hold():
    async def do():
        follower = Follower("a", "s")
        for _ in range(10):
            follower.put(b"x" * (CHUNK_BYTES // 2))
        assert len(await follower.take()) == CHUNK_BYTES
        follower.put(b"y" * (2 * CHUNK_BYTES))
        for _ in range(4):
            assert len(await follower.take()) == CHUNK_BYTES
        assert len(await follower.take()) == 2 * CHUNK_BYTES
        assert follower._waiting_bytes == 0

    run(do())


def test_an_ended_stream_wakes_whoever_waits_and_takes_nothing_more():
    async def do():
        follower = Follower("a", "s")
        waiting = asyncio.ensure_future(follower.take())
        await turn()
        follower.end()
        assert await waiting == b""
        follower.put(b"late")
        assert await follower.take() == b""

    run(do())


def test_a_console_counts_while_one_of_its_streams_is_connected():
    async def do():
        changes = []
        feed = Feed(lambda: changes.append(len(feed.consoles)))
        first, again, other = Follower("a", "s"), Follower("a", "s"), Follower("b", "t")
        leave_first = feed.join(first, [])
        leave_again = feed.join(again, [])
        feed.join(other, [])
        assert feed.consoles == {"a", "b"}
        leave_first()
        assert feed.consoles == {"a", "b"}
        assert feed.is_live("a", "s")
        assert not feed.is_live("a", "t")
        leave_again()
        leave_again()
        assert feed.consoles == {"b"}
        assert not feed.is_live("a", "s")
        feed.end_all()
        assert feed.consoles == frozenset()
        assert changes == [1, 1, 2, 2, 1]

    run(do())
