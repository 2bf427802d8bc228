"""The media of calls over HTTP: by which way, what reaches the other console, and what becomes of a page that goes."""

import asyncio
import base64
import hashlib
import hmac
from dataclasses import replace

import pytest
from tests.console.following import OneLoop, Stream, get, post, refused
from tests.console.test_calls_routes import of_call, path_of, place, rings
from tests.descriptions import FINGERPRINT, OTHER, voice

from coupefeu.console import rooms
from coupefeu.node.media_policy import MediaPolicy, Relay

MINUTE_MS = 60_000
SECRET = "0123456789abcdef0123456789abcdef"
URLS = ("turn:relay.example.org:3478?transport=udp",)
HOST = "1 1 udp 1 192.0.2.2 5000 typ host"


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    running = OneLoop(tmp_path_factory.mktemp("media"))
    yield running
    running.close()


@pytest.fixture
def quick(monkeypatch):
    """A page is gone at once, for nobody need wait for it here."""
    monkeypatch.setattr(rooms, "GONE_AFTER_S", 0.2)
    monkeypatch.setattr(rooms, "LOOK_EVERY_S", 0.02)


def described(fingerprint, **fields):
    return voice(fingerprint=fingerprint, candidates=[HOST], **fields)


async def ring(us, at_ru):
    """Call by voice; gives the number when it rings there."""
    number = await place(us, media="voice", fingerprint=FINGERPRINT.hex())
    await rings(at_ru, number)
    return number


async def talk(us, ru, at_us, at_ru):
    """Have a call answered by voice, both descriptions said and heard."""
    number = await ring(us, at_ru)
    await post(ru, path_of(number, "answer"), {"media": "voice", "fingerprint": OTHER.hex()})
    await at_us.find("call", of_call(number, "in_call"))
    told = await describe(us, number, at_us, "offer", described(FINGERPRINT))
    assert told == (200, {"addresses": ["192.0.2.2"]})
    await at_ru.find("signal", lambda event: event["call"] == number)
    assert (await describe(ru, number, at_ru, "answer", described(OTHER, setup="active")))[0] == 200
    await at_us.find("signal", lambda event: event["call"] == number)
    return number


async def describe(served, number, stream, kind, sdp, **fields):
    body = {"kind": kind, "sdp": sdp, "console": stream.name} | fields
    answer = await served.http.post(path_of(number, "signal"), json=body)
    return answer.status_code, answer.json() if answer.status_code == 200 else answer.json()["error"]["code"]


async def say_media(served, number, stream, state, **fields):
    body = {"state": state, "console": stream.name} | fields
    return (await served.http.post(path_of(number, "media"), json=body)).status_code


def kinds(event):
    return [step["kind"] for step in event["call"]["steps"]]


async def cause(stream, number):
    """Wait until a call is lost; gives why."""
    event = await stream.find(
        "call", lambda event: of_call(number, "ended")(event) and "CALL_LOST" in kinds(event)
    )
    return event["call"]["steps"][-1]["cause"]


# --- by which way


def test_the_way_is_known_before_anybody_dials_and_what_a_direct_call_shows(loop):
    async def test(us, _ru):
        asked = {"addresses": "10.0.0.5,8.8.8.8,::1"}
        assert await get(us, "/api/relay", **asked) == {
            "has_relay": False, "is_direct": True, "shown": ["10.0.0.5", "8.8.8.8", "::1"],
        }  # fmt: skip
        signalling = us.backend.runtime.signalling
        before, signalling.policy = signalling.policy, MediaPolicy()
        try:
            assert await get(us, "/api/relay", **asked) == {
                "has_relay": False, "is_direct": False, "shown": ["8.8.8.8"],
            }  # fmt: skip
            answer = await us.http.get("/api/relay", params={"addresses": "desk.local"})
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "console.media.address")
        finally:
            signalling.policy = before

    loop.do(test)


def test_a_password_of_the_relay_is_made_for_each_call_and_the_secret_stays(loop):
    async def test(us, _ru):
        assert await refused(us, "/api/relay", {}) == (404, "console.media.no_relay")
        signalling = us.backend.runtime.signalling
        before = signalling.policy
        signalling.policy = MediaPolicy(relay=Relay(urls=URLS, secret=SECRET))
        try:
            answers = [await us.http.post("/api/relay", json={}) for _ in range(2)]
        finally:
            signalling.policy = before
        made, other = (answer.json() for answer in answers)
        code = hmac.digest(SECRET.encode(), made["username"].encode(), hashlib.sha1)
        assert made["password"] == base64.b64encode(code).decode()
        assert made["urls"] == list(URLS)
        assert made["username"] != other["username"]
        assert SECRET not in answers[0].text

    loop.do(test)


# --- what reaches the other console


def test_descriptions_reach_the_other_console_and_media_that_flows_is_recorded_once(loop):
    async def test(us, ru):
        async with Stream(us, "at-us") as at_us, Stream(ru, "at-ru") as at_ru:
            number = await talk(us, ru, at_us, at_ru)
            heard = await get(ru, path_of(number, "signal"))
            assert (heard["kind"], heard["number"], heard["refused_here"]) == ("offer", 1, "")
            assert "192.0.2.2 5000 typ host" in heard["sdp"]
            assert (await get(us, path_of(number, "signal")))["kind"] == "answer"
            for _ in range(2):
                assert await say_media(us, number, at_us, "connected", way="direct") == 204
            await at_ru.find("call", lambda event: kinds(event)[-1:] == ["CALL_CONNECTED"])
            await post(us, path_of(number, "hang-up"), {})
            ended = await at_us.find("call", of_call(number, "ended"))
            assert kinds(ended).count("CALL_CONNECTED") == 1

    loop.do(test)


def test_only_the_page_that_holds_a_call_speaks_of_its_media(loop):
    async def test(us, ru):
        async with Stream(us, "at-us") as at_us, Stream(ru, "at-ru") as at_ru, Stream(us, "beside") as beside:
            number = await talk(us, ru, at_us, at_ru)
            offer = described(FINGERPRINT)
            assert await describe(us, number, beside, "offer", offer) == (400, "console.media.held_elsewhere")
            assert await say_media(us, number, beside, "lost") == 400
            beside.name = "nobody"
            assert await describe(us, number, beside, "offer", offer) == (400, "console.shown.not_live")
            assert await describe(us, number, at_us, "answer", offer) == (400, "node.signalling.no_call")
            await post(ru, path_of(number, "hang-up"), {})
            await at_us.find("call", of_call(number, "ended"))
            assert await describe(us, number, at_us, "offer", offer) == (400, "node.signalling.no_call")

    loop.do(test)


def test_what_no_browser_writes_and_what_must_not_be_shown_is_refused_by_name(loop):
    async def test(us, ru):
        async with Stream(us, "at-us") as at_us, Stream(ru, "at-ru") as at_ru:
            number = await ring(us, at_ru)
            for sdp, refusal in (
                ("v=0\r\n" * 200_000, (413, "console.request.too_large")),
                (described(FINGERPRINT, more=["a=mid:0"] * 2_000), (400, "wire.sdp.too-long")),
                (described(OTHER), (400, "node.signalling.our_fingerprint")),
                ("v=0", (400, "wire.sdp.no-fingerprint")),
            ):
                assert await describe(us, number, at_us, "offer", sdp) == refusal
            await post(us, path_of(number, "withdraw"), {})

    loop.do(test)


# --- what becomes of a page that goes


def test_a_page_that_goes_takes_the_call_with_it_and_both_records_say_so(loop, quick):
    async def test(us, ru):
        async with Stream(us, "at-us") as at_us, Stream(ru, "watching") as watching:
            async with Stream(ru, "speaking") as speaking:
                number = await talk(us, ru, at_us, speaking)
            assert await cause(at_us, number) == "console_gone"
            assert await cause(watching, number) == "console_gone"

    loop.do(test)


def test_a_page_that_connects_again_in_time_holds_its_call(loop, monkeypatch):
    monkeypatch.setattr(rooms, "GONE_AFTER_S", 60)
    monkeypatch.setattr(rooms, "LOOK_EVERY_S", 0.02)

    async def test(us, ru):
        async with Stream(us, "at-us") as at_us:
            async with Stream(ru, "speaking") as speaking:
                number = await talk(us, ru, at_us, speaking)
            held = ru.console._parts.rooms._rooms
            call = next(iter(held))
            while held[call].gone_s is None:
                await sleep_once()
            async with Stream(ru, "speaking") as again:
                while held[call].gone_s is not None:
                    await sleep_once()
                assert await say_media(ru, number, again, "lost") == 204
                assert await cause(again, number) == "path_gone"

    loop.do(test)


async def sleep_once():
    """Let the loop do what it has to."""
    await asyncio.sleep(0.01)


# --- the lock of a session


def begun_by_passkey(served):
    """Have the sessions of a console count as begun by a passkey, so that they lock; gives its clock, to be put on."""
    sessions = served.console._parts.sessions
    sessions.locks_ms = 15 * MINUTE_MS
    for each in tuple(sessions._by_id.values()):
        sessions._by_id[each.id] = replace(each, key="US/1")
    return sessions


@pytest.fixture
def passkey(loop):
    """The sessions of US as if a passkey had begun them; links begin them again afterwards."""
    before = {}

    async def begin(us, _ru):
        sessions = us.console._parts.sessions
        before.update(by_id=dict(sessions._by_id), locks_ms=sessions.locks_ms, now_ms=sessions._now_ms)
        return begun_by_passkey(us)

    async def end(us, _ru):
        sessions = us.console._parts.sessions
        sessions._by_id, sessions.locks_ms = before["by_id"], before["locks_ms"]
        sessions._now_ms = before["now_ms"]

    yield loop.do(begin)
    loop.do(end)


def test_whoever_speaks_presses_no_key_and_his_console_does_not_lock(loop, quick, passkey):
    async def test(us, ru):
        async with Stream(us, "at-us") as at_us, Stream(ru, "at-ru") as at_ru:
            number = await talk(us, ru, at_us, at_ru)
            real = passkey._now_ms
            for minute in range(31):
                passkey._now_ms = lambda now=minute: real() + now * MINUTE_MS
                assert await say_media(us, number, at_us, "connected", way="direct") == 204
            assert not any(each.locked for each in passkey._by_id.values())
            passkey._now_ms = lambda: real() + 46 * MINUTE_MS
            assert await say_media(us, number, at_us, "connected", way="direct") == 423
            assert await cause(at_ru, number) == "console_gone"

    loop.do(test)
