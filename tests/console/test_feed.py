"""The stream of two joined consoles: the whole state at once, every change without asking, and an end at once."""

import asyncio
from functools import partial

import pytest
from tests.console.following import OneLoop, Stream, acts_of, get, holds, joined, post, until
from tests.console.serving import Served, hang_up

from coupefeu.console import desk as desk_module
from coupefeu.console import judging
from coupefeu.console.feed import MAX_WAITING_BYTES, encode_event
from coupefeu.console.values import BeatEvent
from coupefeu.errors import StoreError
from coupefeu.node import desk as node_desk
from coupefeu.node.events import Trouble
from coupefeu.services.watch.facts import LeaveWatch, TakeWatch

FLASH = {"form": "warning", "operative": "STOP", "place": "35.31 N 40.13 E", "time": "now"}
ROUTINE = {"form": "free-text", "text": "Our patrol leaves at noon."}


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    running = OneLoop(tmp_path_factory.mktemp("feed"))
    yield running
    running.close()


def step(message, name, party="ru"):
    return next(each for each in message["chains"][party] if each["step"] == name)


def test_a_flash_is_told_to_the_other_console_with_its_chain_and_its_alarm(loop):
    async def do(us, ru):
        async with Stream(us, "at-us") as at_us, Stream(ru, "at-ru") as at_ru:
            said = await post(us, "/api/messages", FLASH)
            message = await at_ru.message(said["number"])
            assert (message["precedence"], message["operative"], message["ours"]) == ("FLASH", "STOP", False)
            assert (message["officer"], message["from_post"]) == ("WATCH A", "us.duty")
            alarm = await at_ru.find("desk", lambda event: event["desk"]["alarms"])
            assert alarm["desk"]["alarms"][0]["messages"] == [said["number"]]
            assert alarm["desk"]["alarms"][0]["cause"] == "flash"
            await at_us.message(said["number"], lambda m: step(m, "on-their-record")["done"])
            taken = await post(ru, acts_of(said["number"]), {"act": "take"})
            seen = await at_us.message(said["number"], lambda m: step(m, "taken-by")["done"])
            (act,) = step(seen, "taken-by")["acts"]
            assert (act["number"], act["post"], act["officer"]) == (taken["number"], "ru.duty", "WATCH A")
            await at_ru.find("desk", lambda event: not event["desk"]["alarms"], at_ru.events.index(alarm))
            words = (await at_us.find("desk", lambda e: _word(e, "ru") == taken["number"]))["desk"]
            assert {word["by_person"] for word in words["last_words"] if word["party"] == "ru"} >= {True}

    loop.do(do)


def _word(event, party):
    words = [each for each in event["desk"]["last_words"] if each["party"] == party and each["by_person"]]
    return words[0]["number"] if words else None


def test_an_alarm_waits_for_nothing_however_seldom_the_desk_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(desk_module, "DESK_EVERY_S", 3_600)

    async def do():
        async with joined(tmp_path / "line") as (us, ru, _line), Stream(ru, "hears") as stream:
            said = await post(us, "/api/messages", FLASH)
            sounding = await stream.find("desk", lambda event: event["desk"]["alarms"])
            assert sounding["desk"]["alarms"][0]["messages"] == [said["number"]]
            await post(ru, acts_of(said["number"]), {"act": "take"})
            await stream.find("desk", lambda e: not e["desk"]["alarms"], stream.events.index(sounding))

    asyncio.run(asyncio.wait_for(do(), 120))


def test_the_first_event_is_the_whole_state_each_time_that_a_console_connects(loop):
    async def do(us, ru):
        said = await post(us, "/api/messages", ROUTINE)
        for name in ("first", "again"):
            async with Stream(ru, name) as stream:
                desk = stream.events[0]["desk"]
                assert stream.events[0]["what"] == "desk"
                assert desk | {"lines": 0} == await get(ru, "/api/desk") | {
                    "session": None, "lines": 0, "as_of_ms": desk["as_of_ms"],
                    "open": desk["open"], "last_words": desk["last_words"], "overdue": desk["overdue"],
                    "screens": desk["screens"],
                }  # fmt: skip
                assert [party["id"] for party in desk["parties"]] == ["us", "ru"]
                assert desk["parties"][0]["posts"][0]["title"]["fr"]
                assert (desk["exercise"], desk["agreement_version"], desk["demo"]) == (True, 1, False)
                assert desk["run"] == ru.desk.run
                assert [line["party"] for line in desk["lines"]] == ["us"]
                desk = (await stream.find("desk", is_alive))["desk"]
                (line,) = desk["lines"]
                assert line["heard_ms"] <= desk["as_of_ms"]
                assert "proven" in {bearer["state"] for bearer in line["bearers"]}
        await _settled(us, said["number"])

    loop.do(do)


def is_alive(event):
    line = event["desk"]["lines"][0]
    return line["up"] and line["alive"]


async def _settled(served, number):
    """Wait until the other side has signed for a message, so that no later test hears of it."""
    async with Stream(served, "settling") as stream:
        message = await get(served, f"/api/messages/{number.lower()}")
        if not step(message, "on-their-record")["done"]:
            await stream.message(number, lambda m: step(m, "on-their-record")["done"])


def test_every_console_is_told_and_a_message_is_judged_and_encoded_once(loop, monkeypatch):
    encoded = []
    make = judging.message_event
    monkeypatch.setattr(
        judging, "message_event", lambda status: encoded.append(status.number) or make(status)
    )

    async def do(us, ru):
        clients = [ru, *[await _another(ru) for _ in range(12)]]
        names = [(client, f"c{number}-{each}") for number, client in enumerate(clients) for each in range(4)][
            :50
        ]
        streams = [Stream(client, name) for client, name in names]
        try:
            for stream in streams:
                await stream.__aenter__()
            assert len(ru.desk.feed.consoles) == 50
            await streams[0].find("desk", lambda event: event["desk"]["screens"] == 50)
            said = await post(us, "/api/messages", ROUTINE)
            messages = [await stream.message(said["number"]) for stream in streams]
            assert all(message == messages[0] for message in messages)
            assert encoded.count(said["number"]) <= 1 + 2  # once at each node, and once for the receipt
        finally:
            for stream in streams:
                await stream.__aexit__()
            for client in clients[1:]:
                await client.http.aclose()

    loop.do(do)


async def _another(served):
    """Sign in another browser."""
    other = Served(served.backend, served.console)
    await other.sign_in()
    return other


def test_a_console_that_does_not_read_is_cut_and_the_others_lose_nothing(loop):
    async def do(_us, ru):
        async with Stream(ru, "reads") as stream:
            _, writer = await _connect_deaf(ru, "deaf")
            try:
                await until(lambda: "deaf" in ru.desk.feed.consoles)
                mark = encode_event(BeatEvent(as_of_ms=7))
                filler = b": " + b"x" * (MAX_WAITING_BYTES // 4) + b"\n\n"
                while "deaf" in ru.desk.feed.consoles:
                    ru.desk.feed.tell_encoded(filler)
                    await asyncio.sleep(0.01)  # the other one must have time to read
                ru.desk.feed.tell_encoded(mark)
                await stream.find("beat", lambda event: event["as_of_ms"] == 7)
                assert ru.desk.feed.consoles == {"reads"}
            finally:
                await hang_up(writer)

    loop.do(do)


async def _connect_deaf(served, name):
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
    cookie = served.http.headers["cookie"]
    writer.write(
        f"GET /api/events?console={name} HTTP/1.1\r\nhost: {served.host}\r\ncookie: {cookie}\r\n\r\n".encode()
    )
    await writer.drain()
    return reader, writer


def test_a_message_that_cannot_be_judged_hides_no_other_from_a_console_that_starts(loop, monkeypatch):
    async def do(us, ru):
        poisoned = (await post(us, "/api/messages", ROUTINE))["number"]
        kept = (await post(us, "/api/messages", ROUTINE))["number"]
        await holds(ru, kept)
        make, defects = node_desk.message_status, []

        def fail(row, *given):
            if f"US/{row['idx']}" == poisoned:
                raise ValueError("nobody foresaw it")
            return make(row, *given)

        monkeypatch.setattr(node_desk, "message_status", fail)
        found = await ru.desk.read(partial(judging.judge_open, defect=defects.append))
        numbers = [each.line.number for each in found.messages]
        assert kept in numbers
        assert poisoned not in numbers
        assert [str(each) for each in defects] == ["nobody foresaw it"]

    loop.do(do)


def test_a_page_that_hangs_up_counts_no_longer(loop):
    async def do(_us, ru):
        _, writer = await _connect_deaf(ru, "goes")
        await until(lambda: "goes" in ru.desk.feed.consoles)
        await hang_up(writer)
        await until(lambda: "goes" not in ru.desk.feed.consoles)

    loop.do(do)


def test_the_node_says_that_it_lives_and_what_moved_on_the_line(loop, monkeypatch):
    monkeypatch.setattr(desk_module, "BEAT_S", 0.02)

    async def do(_us, ru):
        async with Stream(ru, "beats") as stream:
            first = await stream.find("beat")
            later = await stream.find("beat", lambda event: event["as_of_ms"] > first["as_of_ms"])
            heard = stream.events[0]["desk"]["lines"][0]["heard_ms"]
            await stream.find("desk", lambda event: event["desk"]["lines"][0]["heard_ms"] > heard)
            assert later["as_of_ms"] <= ru.desk.now_ms

    loop.do(do)


def test_a_deadline_that_passes_is_told_without_any_entry(loop):
    """The agreement of this line has a PRIORITY taken within three seconds."""

    async def do(us, ru):
        async with Stream(us, "waits") as stream:
            said = await post(us, "/api/messages", ROUTINE | {"precedence": "priority"})
            before = await get(us, f"/api/messages/{said['number'].lower()}")
            assert not before["overdue"]
            after = await stream.message(said["number"], lambda message: message["overdue"])
            assert step(after, "taken-by")["clock"]["overdue"]

            def is_named(event):
                return said["number"] in [row["number"] for row in event["desk"]["overdue"]]

            desk = (await stream.find("desk", is_named))["desk"]
            assert desk["open"]["overdue"] >= 1
            assert desk["open"]["open"] >= desk["open"]["overdue"]
            assert desk["alarms"] == []
            await post(ru, acts_of(said["number"]), {"act": "take"})

    loop.do(do)


def test_who_is_on_watch_is_told(loop):
    async def do(us, ru):
        async with Stream(us, "sees") as stream:
            await ru.desk.act(TakeWatch(from_post="ru.duty", heard=True, officer="WATCH \u202eB"))

            def is_on(event):
                return event["desk"]["watches"]

            found = await stream.find("desk", is_on)
            (watch,) = found["desk"]["watches"]
            assert (watch["party"], watch["post"], watch["heard"]) == ("ru", "ru.duty", True)
            assert watch["officer"] == "WATCH ⟦U+202E⟧B"
            await ru.desk.act(LeaveWatch(from_post="ru.duty"))
            await stream.find("desk", lambda e: not is_on(e), stream.events.index(found))

    loop.do(do)


def test_what_the_node_has_to_tell_is_told_at_once_and_to_whoever_comes_later(loop):
    trouble = Trouble(party=0, code="node.engine.behind", detail="more than we do \u202e")

    async def do(_us, ru):
        async with Stream(ru, "there") as stream:
            ru.backend.runtime.engine.tell(trouble)
            told = await stream.find("trouble")
            assert (told["code"], told["party"]) == ("node.engine.behind", "us")
            assert told["detail"] == "more than we do ⟦U+202E⟧"
        async with Stream(ru, "later") as stream:
            (kept,) = [each for each in stream.events[0]["desk"]["troubles"] if each["code"] == trouble.code]
            assert (kept["detail"], kept["party"], kept["count"]) == (told["detail"], "us", 1)

    loop.do(do)


def test_a_watch_that_could_not_be_read_is_looked_for_again(loop, monkeypatch):
    monkeypatch.setattr(desk_module, "AGAIN_AFTER_S", 0.01)
    look, failures = node_desk.Desk.watches, [StoreError("busy", code="store.database.locked", hint="Wait.")]

    def fail_once(desk):
        if failures:
            raise failures.pop()
        return look(desk)

    async def do(_us, ru):
        async with Stream(ru, "sees") as stream:
            monkeypatch.setattr(node_desk.Desk, "watches", fail_once)
            await ru.desk.act(TakeWatch(from_post="ru.duty", heard=False))
            await stream.find("desk", lambda event: event["desk"]["watches"])
            assert not failures
            await ru.desk.act(LeaveWatch(from_post="ru.duty"))

    loop.do(do)


def test_an_entry_is_named_for_the_page_of_the_record(loop):
    async def do(us, ru):
        async with Stream(ru, "record") as stream:
            said = await post(us, "/api/messages", ROUTINE)
            entry = await stream.find("entry", lambda event: event["number"] == said["number"])
            assert entry["kind"] == "MESSAGE"

    loop.do(do)


def test_signing_out_ends_the_streams_of_that_session_alone(loop):
    async def do(_us, ru):
        other = await _another(ru)
        async with Stream(ru, "stays") as stays, Stream(other, "goes") as goes:
            await other.http.delete("/api/session")
            await goes.over()
            assert not stays.is_over
            assert ru.desk.feed.consoles == {"stays"}
        await other.http.aclose()

    loop.do(do)


def test_five_pages_of_one_browser_are_one_too_many(loop):
    async def do(_us, ru):
        streams = [Stream(ru, str(number)) for number in range(4)]
        for stream in streams:
            await stream.__aenter__()
        answer = await ru.http.get("/api/events?console=5")
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "console.streams.session")
        for stream in streams:
            await stream.__aexit__()
        await until(lambda: not ru.desk.feed.consoles)
        async with Stream(ru, "again"):
            pass

    loop.do(do)


def test_a_page_that_connects_anew_takes_the_place_of_its_lost_stream(loop):
    """A connection that broke without a word may seem open for a quarter of an hour."""

    async def do(_us, ru):
        streams = [Stream(ru, "same") for _ in range(6)]
        for stream in streams:
            await stream.__aenter__()
        for stream in streams[:-1]:
            await stream.over()
        assert not streams[-1].is_over
        assert ru.desk.feed.consoles == {"same"}
        for stream in streams:
            await stream.__aexit__()

    loop.do(do)


def test_a_stream_needs_a_session(loop):
    async def do(_us, ru):
        answer = await ru.http.get("/api/events", headers={"cookie": ""})
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "console.session.none")

    loop.do(do)


def test_a_cut_line_and_a_stopped_node_are_told(tmp_path, monkeypatch):
    """The console of US sees its line go down and come back; every stream ends when the console does."""
    monkeypatch.setattr(desk_module, "BEAT_S", 3_600)

    async def do():
        async with joined(tmp_path / "line") as (us, ru, line):
            stream = Stream(us, "sees")
            await stream.__aenter__()
            line.relay.cut()
            down = await stream.find("desk", lambda event: not event["desk"]["lines"][0]["up"])
            said = await post(us, "/api/messages", ROUTINE)
            line.relay.mend()
            await stream.find("desk", lambda e: e["desk"]["lines"][0]["up"], stream.events.index(down))
            await stream.message(said["number"], lambda m: step(m, "on-their-record")["done"])
            assert (await ru.http.get(f"/api/messages/{said['number'].lower()}")).status_code == 200
        await stream.over()
        await stream.__aexit__()

    asyncio.run(asyncio.wait_for(do(), 120))
