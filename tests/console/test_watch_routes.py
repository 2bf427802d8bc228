"""The watch over HTTP: the session's post and label, one entry for one press, and every refusal with its code."""

import asyncio

import pytest
from tests.console.following import OneLoop, Stream, get, once, post, refused


@pytest.fixture
def loop(tmp_path):
    running = OneLoop(tmp_path)
    yield running
    running.close()


def test_it_is_taken_seen_by_both_and_left(loop):
    async def test(us, ru):
        async with Stream(us, "at-us") as at_us, Stream(ru, "at-ru") as at_ru:
            taken = await post(us, "/api/watch", {"heard": False})
            for stream in (at_us, at_ru):
                found = await stream.find("desk", lambda event: event["desk"]["watches"])
                (watch,) = found["desk"]["watches"]
                assert (watch["post"], watch["officer"], watch["heard"]) == ("us.duty", "WATCH A", False)
                assert watch["number"] == taken["number"]
            header = once()
            left = await us.http.delete("/api/watch", headers=header)
            assert left.status_code == 200
            await at_ru.find(
                "desk", lambda event: not event["desk"]["watches"], after=at_ru.events.index(found)
            )
            repeated = await us.http.delete("/api/watch", headers=header)
            assert (repeated.status_code, repeated.json()) == (200, left.json()), "a retry after a cut"
            again = await us.http.delete("/api/watch", headers=once())
            assert (again.status_code, again.json()["error"]["code"]) == (409, "services.watch.no_watch")

    loop.do(test)


def test_one_press_is_one_entry_however_often_it_is_sent(loop):
    async def test(us, _ru):
        header = once()
        first = await post(us, "/api/watch", {"heard": True}, header)
        assert await post(us, "/api/watch", {"heard": True}, header) == first
        assert (await refused(us, "/api/watch", {"heard": False}, header))[1] == "console.once.other"
        async with asyncio.timeout(30):  # the desk looks again a moment after the entry is on the record
            while not (watches := (await get(us, "/api/desk"))["watches"]):
                pass
        assert [each["number"] for each in watches] == [first["number"]]

    loop.do(test)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"heard": "yes"}, "console.request.invalid"),
        ({}, "console.request.invalid"),
    ],
)
def test_what_cannot_be_is_refused_and_recorded_nowhere(loop, body, code):
    async def test(us, _ru):
        status, told = await refused(us, "/api/watch", body)
        assert 400 <= status < 500
        assert told == code
        assert (await get(us, "/api/desk"))["watches"] == []

    loop.do(test)


def test_no_request_names_another_post_than_that_of_its_session(loop):
    async def test(us, _ru):
        async with Stream(us, "at-us") as at_us:
            await post(us, "/api/watch", {"heard": True, "post": "us.principal"})
            found = await at_us.find("desk", lambda event: event["desk"]["watches"])
            assert [watch["post"] for watch in found["desk"]["watches"]] == ["us.duty"]
            left = await us.http.delete("/api/watch", params={"post": "us.principal"}, headers=once())
            assert left.status_code == 200, "the session's post left, whatever was named"
            after = at_us.events.index(found)
            await at_us.find("desk", lambda event: not event["desk"]["watches"], after=after)

    loop.do(test)


def test_leaving_needs_its_name(loop):
    async def test(us, _ru):
        refusal = await us.http.delete("/api/watch")
        assert (refusal.status_code, refusal.json()["error"]["code"]) == (400, "console.once.missing")

    loop.do(test)
