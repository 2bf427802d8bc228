"""Calls over HTTP: the post and label of the session, one entry for one press, every refusal with its code."""

import pytest
from tests.console.following import OneLoop, Stream, get, once, post, refused


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    running = OneLoop(tmp_path_factory.mktemp("calls"))
    yield running
    running.close()


async def place(served, **fields):
    """Ring the duty desk of the other side; gives the number of the call."""
    return (await post(served, "/api/calls", {"to_post": "ru.duty"} | fields))["number"]


def path_of(number, act=""):
    return f"/api/calls/{number.lower()}{act and '/' + act}"


def of_call(number, state):
    """Whether an event of the stream tells that a call stands so."""
    return lambda event: event["call"]["number"] == number and event["call"]["state"] == state


async def rings(stream, number):
    """Wait until a call rings, as the other side's node says; gives it as this stream tells it."""
    return (await stream.find("call", of_call(number, "ringing")))["call"]


def test_it_rings_is_answered_and_ended_and_both_sides_say_the_same(loop):
    async def test(us, ru):
        async with Stream(us, "at-us") as at_us, Stream(ru, "at-ru") as at_ru:
            number = await place(us, words="About the aircraft.", precedence="FLASH")
            there = await rings(at_ru, number)
            assert (there["ours"], there["from_post"], there["to_post"]) == (False, "us.duty", "ru.duty")
            assert (there["precedence"], there["media"], there["officer"]) == ("FLASH", "text", "WATCH A")
            assert there["rung_posts"] == ["ru.duty"]
            assert there["staffed_posts"] == [], "nobody is on watch there, and it rings"
            await at_ru.find("call", lambda event: event["call"]["words"] == "About the aircraft.")
            top = await at_ru.find(
                "desk", lambda event: [c["state"] for c in event["desk"]["calls"]] == ["ringing"]
            )
            assert top["desk"]["calls"][0]["number"] == number, "a page that opens now rings"
            here = await rings(at_us, number)
            assert here["ours"]
            await post(ru, path_of(number, "answer"), {})
            for stream, ours in ((at_us, True), (at_ru, False)):
                talking = (await stream.find("call", of_call(number, "in_call")))["call"]
                assert (talking["answered_by"], talking["ours"]) == ("ru.duty", ours)
            await post(
                us, path_of(number, "join"), {"role": "interpreter", "name": "Interpreter of the desk"}
            )
            await post(us, path_of(number, "hang-up"), {})
            told = [
                (await stream.find("call", of_call(number, "ended")))["call"] for stream in (at_us, at_ru)
            ]
            assert [call["outcome"] for call in told] == ["answered", "answered"]
            assert told[0]["duration_ms"] == told[1]["duration_ms"] is not None
            for served in (us, ru):
                shown = (await get(served, path_of(number)))["diagnosis"]
                assert (shown["by"], shown["verdict"]) == ("ru", "answered")
                (human,) = [each for each in shown["readings"] if each["signal"] == "human"]
                assert (human["says"], human["posts"]) == ("answered", ["ru.duty"])
                assert human["evidence"].startswith("RU/")
            kinds = [[step["kind"] for step in call["steps"]] for call in told]
            expected = ["CALL_RINGING", "CALL_ANSWERED", "CALL_JOINED", "CALL_ENDED"]
            assert kinds == [expected, expected]
            for stream in (at_us, at_ru):
                await stream.find(
                    "desk", lambda event: not event["desk"]["calls"], after=len(stream.events) - 1
                )

    loop.do(test)


def test_declining_and_deferring_name_their_reason_and_stand_in_the_list_of_both(loop):
    async def test(us, ru):
        async with Stream(us, "at-us") as at_us, Stream(ru, "at-ru") as at_ru:
            declined = await place(us)
            await rings(at_ru, declined)
            await post(ru, path_of(declined, "decline"), {"reason": "no_interpreter", "words": "In an hour."})
            told = (await at_us.find("call", of_call(declined, "ended")))["call"]
            assert (told["outcome"], told["reason"]) == ("declined", "no_interpreter")
            deferred = await place(us)
            await rings(at_ru, deferred)
            await post(ru, path_of(deferred, "defer"), {"to_post": "ru.chief"})
            told = (await at_us.find("call", of_call(deferred, "ended")))["call"]
            assert (told["outcome"], told["deferred_to_post"]) == ("deferred", "ru.chief")
            withdrawn = await place(us)
            await post(us, path_of(withdrawn, "withdraw"), {"words": "Solved."})
            await at_ru.find("call", of_call(withdrawn, "ended"))
        for served in (us, ru):
            page = await get(served, "/api/calls")
            found = {row["number"]: row["outcome"] for row in page["rows"]}
            assert (
                found.items() >= {declined: "declined", deferred: "deferred", withdrawn: "withdrawn"}.items()
            )
            assert [row["number"] for row in page["rows"]][:3] == [withdrawn, deferred, declined], (
                "newest first"
            )
            only = await get(served, "/api/calls", outcome="declined")
            assert {row["outcome"] for row in only["rows"]} == {"declined"}
            assert only["total"] == len(only["rows"])
            assert (await get(served, "/api/calls", party="ru"))["total"] == 0, "they called nobody"
            still_open = (await get(served, "/api/calls", open=True))["rows"]
            assert [(row["number"], row["state"], row["outcome"]) for row in still_open] == []
            shown = await get(served, path_of(declined))
            assert [step["words"] for step in shown["steps"] if step["kind"] == "CALL_DECLINED"] == [
                "In an hour."
            ]

    loop.do(test)


def test_one_press_is_one_attempt_however_often_it_is_sent(loop):
    async def test(us, _ru):
        header = once()
        first = await post(us, "/api/calls", {"to_post": "ru.duty"}, header)
        assert await post(us, "/api/calls", {"to_post": "ru.duty"}, header) == first
        refusal = await refused(us, "/api/calls", {"to_post": "ru.chief"}, header)
        assert refusal[1] == "console.once.other"
        await post(us, path_of(first["number"], "withdraw"), {})

    loop.do(test)


def test_the_pairs_say_whom_their_node_would_ring_and_when_we_last_spoke(loop):
    async def test(us, _ru):
        pairs = (await get(us, "/api/calls/pairs"))["pairs"]
        assert [(each["our_post"], each["their_post"]) for each in pairs] == [
            ("us.duty", "ru.duty"), ("us.chief", "ru.chief"), ("us.secretary", "ru.minister"),
        ]  # fmt: skip
        assert [rung["posts"] for rung in pairs[2]["rungs"]] == [["ru.minister"], ["ru.chief"], ["ru.duty"]]
        assert [rung["after_s"] for rung in pairs[2]["rungs"]] == [0, 120, 240]
        assert all(rung["staffed"] == [] for pair in pairs for rung in pair["rungs"])
        assert pairs[0]["last_call"].startswith("US/")
        assert pairs[1]["last_call"] is None

    loop.do(test)


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/api/calls", {"to_post": "us.chief"}, 409, "services.calls.own_post"),
        ("/api/calls", {"to_post": "ru.duty", "precedence": "ROUTINE"}, 409, "services.calls.precedence"),
        ("/api/calls", {"to_post": "ru.duty", "precedence": "LOUD"}, 400, "console.request.precedence"),
        ("/api/calls", {"to_post": "ru.duty", "media": "smell"}, 400, "console.request.invalid"),
        ("/api/calls", {"to_post": "ru.duty", "words": "x" * 281}, 400, "console.request.invalid"),
        ("/api/calls", {"to_post": "ru.duty", "fingerprint": "AB" * 32}, 400, "console.request.invalid"),
        ("/api/calls/us/0/answer", {}, 400, "services.calls.unknown_call"),
        ("/api/calls/us/999999/hang-up", {}, 404, "node.desk.no_call"),
        ("/api/calls/xx/1/answer", {}, 400, "model.message_number.unknown"),
        ("/api/calls/us/0/decline", {"reason": "tired"}, 400, "console.request.reason"),
        ("/api/calls/us/0/join", {"role": "spy", "name": "x"}, 400, "console.request.role"),
        ("/api/calls/us/0/defer", {"to_time": "soon"}, 400, "model.instant.unreadable"),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(loop, path, body, status, code):
    async def test(us, _ru):
        assert await refused(us, path, body) == (status, code)

    loop.do(test)


def test_only_a_live_console_of_this_session_says_that_a_ring_is_shown(loop):
    async def test(us, ru):
        async with Stream(ru, "at-ru") as at_ru:
            number = await place(us)
            await rings(at_ru, number)
            calling, call = ru.backend.runtime.calling, ru.folder.agreement.log_number("us")
            call = (call, int(number.partition("/")[2]))
            said = {"console": "another", "calls": [number]}
            assert await refused(ru, "/api/calls/shown", said) == (400, "console.shown.not_live")
            assert calling.is_unshown(call)
            answer = await ru.http.post("/api/calls/shown", json=said | {"console": "at-ru"})
            assert answer.status_code == 204
            assert not calling.is_unshown(call), "no alarm is run elsewhere"
            await post(ru, path_of(number, "decline"), {"reason": "not_now"})

    loop.do(test)


def test_nobody_who_is_not_signed_in_looks_or_acts(loop):
    async def test(us, _ru):
        cookie = us.http.headers.pop("cookie")
        try:
            assert (await us.http.get("/api/calls")).status_code == 401
            assert (await us.http.post("/api/calls", json={"to_post": "ru.duty"})).status_code == 401
        finally:
            us.http.headers["cookie"] = cookie

    loop.do(test)
