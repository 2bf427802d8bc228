"""The firebreak over HTTP: the same level on both consoles, every reason proved; its history; what pages are told."""

import asyncio
from itertools import pairwise

import pytest
from tests.console.following import OneLoop, Stream, get, sizes, until

from coupefeu.console import firebreak_desk
from coupefeu.errors import StoreError
from coupefeu.model.calls import DeclineReason
from coupefeu.model.instant import format_instant, parse_instant
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.calls.commands import DeclineCall, PlaceCall
from coupefeu.services.messages.commands import Say

DECLINED = 3
JUDGED = 4


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    """One line for all of them."""
    running = OneLoop(tmp_path_factory.mktemp("firebreak"))
    yield running
    running.close()


async def decline(us, ru):
    """Call the duty desk of RU, which declines."""
    (call,) = await us.backend.act(PlaceCall(from_post="us.duty", to_post="ru.duty"))
    log, index = call
    while (await sizes(ru))[log] <= index:  # noqa: ASYNC110 - as below
        await asyncio.sleep(0.01)  # the other node's entry, which no event tells
    await ru.backend.act(DeclineCall(call=call, from_post="ru.duty", reason=DeclineReason.NOT_NOW))


async def broken(us, ru):
    """Have RU decline calls until both sides call direct contact broken; gives both levels."""
    if (await get(us, "/api/firebreak"))["level"] != "broken":
        for _ in range(DECLINED):
            await decline(us, ru)
    return [await levelled(each, "broken") for each in (us, ru)]


async def levelled(party, level):
    async with asyncio.timeout(30):
        while True:
            found = await get(party, "/api/firebreak")
            if found["level"] == level and found["same_entries"]:
                return found
            await asyncio.sleep(0.02)  # the other node's entry, which this client has asked no event for


def test_both_consoles_say_the_same_level_for_the_same_reasons(loop):
    async def test(us, ru):
        ours, theirs = await broken(us, ru)
        told = [
            [(each["rule"], each["subject"], each["count"]) for each in side["reasons"]]
            for side in (ours, theirs)
        ]
        assert told[0] == told[1]
        assert ("calls-declined", "ru.duty/us.duty", DECLINED) in told[0]
        assert [each["number"] for each in ours["sizes"]] == [each["number"] for each in theirs["sizes"]]

    loop.do(test)


def test_every_reason_has_entries_that_are_there_and_acts_of_its_own_side(loop):
    async def test(us, ru):
        for side, found in zip((us, ru), await broken(us, ru), strict=True):
            for reason in found["reasons"]:
                assert reason["entries"], reason["rule"]
                for entry in reason["entries"]:
                    await get(side, f"/api/record/{entry['party']}/{entry['index']}")
                if reason["subject"] == "ru.duty/us.duty":
                    other = "ru.duty" if side is us else "us.duty"
                    assert {"what": "ring", "posts": [other], "entry": None, "text": ""} in reason["acts"]

    loop.do(test)


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_sentences_come_in_the_asked_language(loop, language):
    async def test(us, ru):
        await broken(us, ru)
        agreed = (await get(us, "/api/agreement"))["reading"]["firebreak"]["rules"]
        sentences = {each["id"]: each["sentence"][language] for each in agreed}
        for reason in (await get(us, "/api/firebreak", language=language))["reasons"]:
            assert reason["sentence"] == sentences[reason["rule"]]

    loop.do(test)


def test_an_instant_of_the_past_is_judged_by_either_clock(loop):
    async def test(us, ru):
        found = (await broken(us, ru))[0]
        before = format_instant(parse_instant(found["reasons"][0]["since"], 0) - 61_000)
        for clock in ("at", "known_at"):
            earlier = await get(us, "/api/firebreak", **{clock: before})
            assert earlier[clock] == before
            assert "calls-declined" not in [each["rule"] for each in earlier["reasons"]]

    loop.do(test)


def test_the_history_has_no_gap_and_ends_with_the_level_of_now(loop):
    async def test(us, ru):
        now = (await broken(us, ru))[0]
        begun = format_instant(parse_instant(now["looked"], 0) - 3_600_000)
        for known in (0, 1):
            history = await get(us, "/api/firebreak/history", **{"from": begun}, known=known)
            spans = history["spans"]
            assert (spans[0]["start"], spans[-1]["end"]) == (history["start"], history["end"])
            assert all(one["end"] == other["start"] for one, other in pairwise(spans))
            assert spans[-1]["level"] == now["level"]
            assert set(spans[-1]["rules"]) <= {each["id"] for each in history["rules"]}
            assert "calls-declined" in spans[-1]["rules"]

    loop.do(test)


def test_the_pairs_stand_with_their_cadence(loop):
    async def test(us, _ru):
        pairs = (await get(us, "/api/firebreak/pairs"))["pairs"]
        agreed = (await get(us, "/api/agreement"))["reading"]["pairs"]
        assert [(each["ours"], each["theirs"]) for each in pairs] == [tuple(each["posts"]) for each in agreed]
        assert [each["contact_every_s"] for each in pairs] == [each["contact_every_s"] for each in agreed]
        assert pairs[0]["last"] is None

    loop.do(test)


REFUSED = [
    ("", {"at": "2022-03-17T06:00Z", "known_at": "2022-03-17T06:00Z"}, "console.firebreak.two_clocks"),
    ("", {"at": "yesterday"}, "model.instant.unreadable"),
    ("", {"known_at": "2999-01-01T00:00Z"}, "node.firebreak.later"),
    ("", {"language": "de"}, "console.firebreak.language"),
    ("/history", {"from": "2022-03-17T06:00Z", "to": "2022-03-16T06:00Z"}, "node.firebreak.span"),
    ("/history", {"from": "0001-03-17T06:00Z"}, "node.firebreak.span"),
    ("/history", {"from": "2022-03-17T06:00Z", "known": "2"}, "console.request.invalid"),
]


@pytest.mark.parametrize(("path", "query", "code"), REFUSED)
def test_what_cannot_be_said_is_refused_by_its_code(loop, path, query, code):
    async def test(us, _ru):
        answer = await us.http.get(f"/api/firebreak{path}", params=query)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
        assert answer.json()["error"]["hint"]

    loop.do(test)


# --- what every page is told


def test_a_page_is_told_the_level_first_and_when_it_changes(loop):
    async def test(us, ru):
        await broken(us, ru)
        async with Stream(us, "lamp") as stream:
            told = await stream.find("firebreak", lambda event: event["level"] == "broken")
            assert {"rule": "calls-declined", "level": "broken", "subject": "ru.duty/us.duty"} in told[
                "causes"
            ]

    loop.do(test)


def test_however_much_is_recorded_it_is_judged_once_a_second_at_most(loop):
    async def test(us, _ru):
        said = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text="More.")
        more = Say(content=said, from_post="us.duty", precedence=Precedence.ROUTINE, language="en")
        async with Stream(us, "calm") as stream:
            looked = []
            while len(looked) < JUDGED:
                await us.backend.act(more)
                looked = [each["looked_ms"] for each in stream.events if each["what"] == "firebreak"]
        assert all(later - earlier >= 990 for earlier, later in pairwise(looked)), looked

    loop.do(test)


def test_without_any_entry_it_is_judged_again_and_again(loop, monkeypatch):
    monkeypatch.setattr(firebreak_desk, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(firebreak_desk, "LOOK_AGAIN_S", 0.01)

    async def test(us, _ru):
        us.desk.firebreak.look()
        async with Stream(us, "clock") as stream:
            await until(lambda: sum(each["what"] == "firebreak" for each in stream.events) >= 2 * JUDGED)

    loop.do(test)


def test_a_record_that_cannot_be_read_is_noted_and_looked_at_again(loop, monkeypatch):
    monkeypatch.setattr(firebreak_desk, "LOOK_EVERY_S", 0.01)
    failed = []

    def fail(look, **given):
        if failed or look.context().us != "us":
            return real(look, **given)
        failed.append(True)
        raise StoreError("the disk is gone", code="store.test", hint="-")

    real = firebreak_desk._judge
    monkeypatch.setattr(firebreak_desk, "_judge", fail)

    async def test(us, _ru):
        async with Stream(us, "again") as stream:
            before = len(stream.events)
            us.desk.firebreak.look()
            await until(lambda: any(note.get("error") == "StoreError" for note in us.notes()))
            await stream.find("firebreak", after=before)

    loop.do(test)
