"""The watch over HTTP: the session's post and label, one entry for one press, and every refusal with its code."""

import asyncio

import pytest
from tests.console.following import OneLoop, Stream, get, once, post, refused


@pytest.fixture(scope="module")
def joined(tmp_path_factory):
    running = OneLoop(tmp_path_factory.mktemp("watch"))
    yield running
    running.close()


@pytest.fixture
def loop(joined):
    """Both consoles, with nobody on watch; what was said of earlier watches stands."""
    joined.do(leave)
    return joined


async def leave(us, _ru):
    await us.sign_in(officer="WATCH A")
    if (await get(us, "/api/watch"))["standings"][0]["watch"]:
        assert (await us.http.delete("/api/watch", headers=once())).status_code == 200
    async with asyncio.timeout(30):  # the desk looks again a moment after the entry is on the record
        while (await get(us, "/api/desk"))["watches"]:
            pass


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


def test_a_watch_is_handed_over_with_what_is_open_and_accepted_once_each_was_looked_at(loop):
    async def test(us, _ru):
        await post(us, "/api/watch", {"heard": True})
        sent = await post(
            us, "/api/messages", {"form": "free_text", "text": "Read this.", "precedence": "flash"}
        )
        header = once()
        asked = {"to_officer": "WATCH B", "remarks": "One is open."}
        offered = await post(us, "/api/watch/hand-over", asked, header)
        assert await post(us, "/api/watch/hand-over", asked, header) == offered, "a retry after a cut"
        page = await get(us, "/api/watch")
        (desk,) = [each for each in page["standings"] if each["post"] == "us.duty"]
        assert desk["hand_over"]["number"] == offered["number"]
        assert (desk["hand_over"]["officer"], desk["hand_over"]["remarks"]) == ("WATCH A", "One is open.")
        (listed,) = page["offered"]
        assert (listed["number"], listed["what"], listed["message"]["open"]) == (
            sent["number"],
            "message",
            True,
        )
        assert [each["number"] for each in page["open"]] == [sent["number"]]
        accepting = {"hand_over": offered["number"], "heard": True}
        seen = accepting | {"seen": [sent["number"]]}
        assert await refused(us, "/api/watch/accept", seen) == (409, "services.watch.same_officer")
        await us.sign_in(officer="WATCH B")
        assert await refused(us, "/api/watch/accept", accepting) == (409, "services.watch.unseen")
        other = seen | {"hand_over": "RU/3"}
        assert await refused(us, "/api/watch/accept", other) == (409, "services.watch.no_hand_over")
        accepted = await post(us, "/api/watch/accept", seen)
        page = await get(us, "/api/watch")
        (desk,) = [each for each in page["standings"] if each["post"] == "us.duty"]
        assert (desk["watch"]["officer"], desk["watch"]["number"]) == ("WATCH B", accepted["number"])
        assert (desk["watch"]["hand_over"], desk["watch"]["crossed"]) == (offered["number"], "")
        assert (desk["hand_over"], page["offered"]) == (None, [])

    loop.do(test)


def test_a_hand_over_reaches_the_other_side_and_a_roster_is_planned_with_its_gaps(loop):
    async def test(us, ru):
        await post(us, "/api/watch", {"heard": True})
        async with Stream(ru, "at-ru") as at_ru:
            offered = await post(us, "/api/watch/hand-over", {"to_officer": "WATCH B"})
            await at_ru.find("entry", lambda event: event["number"] == offered["number"])
        page = await get(ru, "/api/watch")
        (desk,) = [each for each in page["standings"] if each["post"] == "us.duty"]
        assert (desk["ours"], desk["hand_over"]["to_officer"]) == (False, "WATCH B")
        assert page["offered"] == [], "it waits at another post than the session's"
        await plan(us)

    async def plan(us):
        minute = 60_000
        plan = {
            "from_ms": 0,
            "until_ms": 300 * minute,
            "windows": [{"from_ms": 60 * minute, "until_ms": 120 * minute, "officer": "WATCH B"}],
        }
        planned = await post(us, "/api/watch/roster", plan)
        page = await get(us, "/api/watch")
        (desk,) = [each for each in page["standings"] if each["post"] == "us.duty"]
        assert desk["roster"]["number"] == planned["number"]
        assert [(each["from_ms"], each["until_ms"]) for each in desk["roster"]["gaps"]] == [
            (0, 60 * minute),
            (120 * minute, 300 * minute),
        ]
        for change, code in (
            ({"until_ms": 0}, "bad_span"),
            ({"from_ms": 61 * minute}, "window_outside"),
            ({"from_ms": 1}, "broken_minute"),
        ):
            status, told = await refused(us, "/api/watch/roster", plan | change)
            assert (status, told) == (400, f"services.watch.{code}")

    loop.do(test)


def told_of(page):
    """What is said of every desk, whatever the time is."""
    return [(each["watch"], each["hand_over"], each["roster"]) for each in page["standings"]]


NOT_SAID = [
    ("/api/watch/hand-over", {"to_officer": "x"}, "services.watch.no_watch"),
    ("/api/watch/hand-over", {}, "console.request.invalid"),
    ("/api/watch/accept", {"hand_over": "US/0", "heard": True}, "services.watch.no_hand_over"),
    ("/api/watch/accept", {"hand_over": "nothing", "heard": True}, "model.message_number.unknown"),
    ("/api/watch/accept", {"hand_over": "US/0"}, "console.request.invalid"),
    ("/api/watch/accept", {"hand_over": "US/0", "heard": True, "seen": ["US/1"] * 61}, "console.request.invalid"),
    ("/api/watch/roster", {"from_ms": "now", "until_ms": 1}, "console.request.invalid"),
]  # fmt: skip


def test_what_cannot_be_said_of_a_desk_is_refused_and_changes_nothing(loop):
    async def test(us, _ru):
        before = told_of(await get(us, "/api/watch"))
        told = [(path, body, (await refused(us, path, body))[1]) for path, body, _ in NOT_SAID]
        assert told == NOT_SAID
        assert told_of(await get(us, "/api/watch")) == before

    loop.do(test)


def test_an_unstaffed_desk_is_told_to_every_console_at_once(loop):
    async def test(us, _ru):
        async with Stream(us, "at-us") as at_us:
            await post(us, "/api/watch", {"heard": True})
            day = 1_440 * 60_000
            today = (await get(us, "/api/desk"))["as_of_ms"] // day * day
            await post(us, "/api/watch/roster", {"from_ms": today, "until_ms": today + 2 * day})
            await us.http.delete("/api/watch", headers=once())
            found = await at_us.find("desk", lambda event: event["desk"]["unstaffed"])
            (desk,) = found["desk"]["unstaffed"]
            assert (desk["post"], desk["cause"]) == ("us.duty", "gap")
            after = at_us.events.index(found)
            await post(us, "/api/watch", {"heard": True})
            await at_us.find("desk", lambda event: not event["desk"]["unstaffed"], after=after)

    loop.do(test)


def test_leaving_needs_its_name(loop):
    async def test(us, _ru):
        refusal = await us.http.delete("/api/watch")
        assert (refusal.status_code, refusal.json()["error"]["code"]) == (400, "console.once.missing")

    loop.do(test)
