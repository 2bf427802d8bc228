"""Arranged calls over HTTP: proposed on one console, answered on the other, and every refusal with its code."""

import asyncio

import pytest
from tests.console.following import OneLoop, get, once, post, refused

OURS, THEIRS = "us.secretary", "ru.minister"
PROPOSE = {"to_post": THEIRS, "post": OURS, "windows": ["2359Z/1h"], "words": "Before it is late."}


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    """One line for all of them: each test proposes a call of its own."""
    running = OneLoop(tmp_path_factory.mktemp("arranged"))
    yield running
    running.close()


async def numbers(party):
    return [row["number"] for row in (await get(party, "/api/arranged"))["rows"]]


async def arranged(party, number):
    """Wait until an arranged call is on this record, and give it."""
    async with asyncio.timeout(30):
        while True:
            for row in (await get(party, "/api/arranged"))["rows"]:
                if row["number"] == number:
                    return row


async def until(party, number, state):
    async with asyncio.timeout(30):
        while (row := await arranged(party, number))["state"] != state:
            pass
        return row


def path(number, more="/acts"):
    return f"/api/arranged/{number.lower()}{more}"


def test_a_call_is_proposed_answered_agreed_and_called_off(loop):
    async def test(us, ru):
        proposed = (await post(us, "/api/arranged", PROPOSE))["number"]
        theirs = await arranged(ru, proposed)
        assert (theirs["our_post"], theirs["their_post"], theirs["by_post"]) == (THEIRS, OURS, "us.duty")
        assert (theirs["words"], theirs["officer"], theirs["offers"][0]["answers"]) == (
            "Before it is late.", "WATCH A", "ru",
        )  # fmt: skip
        act = {"act": "counter", "windows": ["2359Z/30m"], "post": "ru.chief", "within_s": 3_600}
        countered = (await post(ru, path(proposed), act))["number"]
        row = await until(us, proposed, "countered")
        assert [each["number"] for each in row["offers"]] == [proposed, countered]
        agreed = await post(us, path(countered), {"act": "agree", "window": 1, "offer": countered})
        row = await until(ru, proposed, "agreed")
        assert (row["agreed"]["number"], row["our_post"]) == (agreed["number"], "ru.chief")
        assert row["held"]["state"] in {"coming", "now"}
        await post(us, path(proposed), {"act": "withdraw"})
        assert (await until(ru, proposed, "withdrawn"))["held"] is None
        assert (await get(us, path(countered, "")))["number"] == proposed

    loop.do(test)


def test_what_is_written_instead_reaches_their_desk_and_is_listed_beside_it(loop):
    async def test(us, ru):
        proposed = (await post(us, "/api/arranged", PROPOSE))["number"]
        await arranged(ru, proposed)
        written = await post(us, path(proposed), {"act": "write", "text": "We still wish to speak."})
        async with asyncio.timeout(30):
            while not (row := await arranged(ru, proposed))["messages"]:
                pass
        assert row["messages"] == [written["number"]]
        message = await get(ru, f"/api/messages/{written['number'].lower()}")
        assert (message["text"], message["to_posts"]) == ("We still wish to speak.", [THEIRS, "ru.duty"])

    loop.do(test)


def test_what_is_arranged_is_no_message_and_counts_as_none(loop):
    async def test(us, ru):
        before = (await get(us, "/api/desk"))["open"]["looked_at"]
        proposed = (await post(us, "/api/arranged", PROPOSE))["number"]
        await arranged(ru, proposed)
        await post(ru, path(proposed), {"act": "refuse", "reason": "not_now"})
        await until(us, proposed, "refused")
        assert (await get(us, "/api/desk"))["open"]["looked_at"] == before

    loop.do(test)


def test_the_page_says_who_may_arrange_a_call(loop):
    async def test(us, _ru):
        found = await get(us, "/api/arranged")
        assert {"our_post": OURS, "their_post": THEIRS} in found["pairs"]
        assert not [each for each in found["pairs"] if "duty" in each["our_post"] + each["their_post"]]
        assert (found["answer_s"], found["words_apart"]) == (86_400, False)

    loop.do(test)


def test_one_press_is_one_entry_and_another_post_is_named_by_nobody(loop):
    async def test(us, _ru):
        header, before = once(), await numbers(us)
        body = PROPOSE | {"from_post": OURS}
        first = await post(us, "/api/arranged", body, header)
        assert await post(us, "/api/arranged", body, header) == first
        assert set(await numbers(us)) == {*before, first["number"]}
        row = await arranged(us, first["number"])
        assert (row["by_post"], row["from_post"]) == ("us.duty", OURS)

    loop.do(test)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (PROPOSE | {"windows": []}, "services.arranged.bad_windows"),
        (PROPOSE | {"windows": ["soon"]}, "services.arranged.unreadable_window"),
        (PROPOSE | {"windows": ["2359Z/1h"] * 6}, "console.request.invalid"),
        (PROPOSE | {"words": "x" * 281}, "console.request.invalid"),
        (PROPOSE | {"post": "us.chief"}, "services.arranged.not_counterparts"),
        (PROPOSE | {"post": ""}, "services.arranged.duty_desk"),
        (PROPOSE | {"to_post": "ru.duty"}, "services.arranged.duty_desk"),
        (PROPOSE | {"media": "smoke"}, "console.request.media"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_and_recorded_nowhere(loop, body, code):
    async def test(us, _ru):
        before = await numbers(us)
        status, told = await refused(us, "/api/arranged", body)
        assert 400 <= status < 500
        assert told == code
        assert await numbers(us) == before

    loop.do(test)


@pytest.mark.parametrize(
    ("act", "code", "status"),
    [
        ({"act": "agree", "window": 1}, "services.arranged.no_such_offer", 409),
        ({"act": "agree"}, "console.arranged.window", 400),
        ({"act": "refuse", "reason": "tired"}, "console.request.reason", 400),
        ({"act": "refuse", "reason": "not_now"}, "services.arranged.nothing_to_refuse", 409),
        ({"act": "delegate", "post": "ru.chief"}, "services.arranged.foreign_delegate", 409),
        ({"act": "sing"}, "console.request.invalid", 400),
    ],
)
def test_an_act_that_cannot_be_is_refused_and_named(loop, act, code, status):
    async def test(us, _ru):
        proposed = (await post(us, "/api/arranged", PROPOSE))["number"]
        assert (await refused(us, path(proposed), act)) == (status, code)
        assert (await refused(us, path("us/999"), {"act": "withdraw"})) == (
            404, "services.arranged.unknown_arrangement",
        )  # fmt: skip

    loop.do(test)
