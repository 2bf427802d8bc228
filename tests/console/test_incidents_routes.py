"""Incidents and the declared line over HTTP: both versions, requests and what is owed, every refusal by its field."""

import asyncio

import pytest
from tests.console.following import OneLoop, Stream, get, once, post


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    """One line for all of them."""
    running = OneLoop(tmp_path_factory.mktemp("incidents"))
    yield running
    running.close()


def path(number, more=""):
    return f"/api/incidents/{number.lower()}{more}"


async def until(party, number, is_so):
    """Wait until an incident stands so on this record, and give its sheet."""
    async with asyncio.timeout(30):
        while True:
            answer = await party.http.get(path(number))
            if answer.status_code == 200 and is_so(sheet := answer.json()):
                return sheet
            await asyncio.sleep(0.01)  # the other node's entry, which this client has asked no event for


async def suspended(party):
    """Wait until the line is declared suspended on this record, and give how it is declared."""
    while True:
        found = await get(party, "/api/line-state")
        if found["declared"]["state"] == "suspended":
            return found
        await asyncio.sleep(0.01)  # as above


async def report(party, other, **stated):
    """Report an incident, and wait until the other side holds it; gives its number."""
    number = (await post(party, "/api/incidents", {"form": "dangerous-approach"} | stated))["number"]
    await until(other, number, lambda _sheet: True)
    return number


async def act(party, number, name, **stated):
    return (await post(party, path(number, "/acts"), {"act": name} | stated))["number"]


async def refusal(party, route, body):
    answer = await party.http.post(route, json=body, headers=once())
    assert answer.status_code in {400, 404, 409}, answer.text
    return answer.json()["error"]


def test_a_flash_report_goes_before_anything_is_known_and_rings_beside(loop):
    async def test(us, ru):
        agreed = await get(ru, "/api/incidents/triggers")
        trigger = next(each for each in agreed["triggers"] if each["id"] == "accidental-launch")
        assert (trigger["form"], trigger["precedence"]) == ("accidental-launch", "FLASH")
        assert (agreed["reply_s"], agreed["meeting_s"]) == (172_800, 172_800)
        async with Stream(us, "watched") as watched:
            asked = {"form": trigger["form"], "precedence": "flash"}
            number = (await post(ru, "/api/incidents", asked))["number"]
            told = await watched.find("message", lambda event: event["message"]["precedence"] == "FLASH")
        assert told["message"]["sounds"]
        sheet = await until(us, number, lambda _sheet: True)
        assert {each["field"]: each["said"] for each in sheet["fields"]}["casualties"] is None, "not stated"
        assert sheet["mentions"] == [told["message"]["number"]]
        assert sheet["line"]["precedence"] == "FLASH"
        assert sheet["line"].keys().isdisjoint(sheet["thread"]), "nothing is told twice"

    loop.do(test)


def test_two_versions_are_found_by_place_and_time_and_stand_side_by_side_once_an_officer_says_so(loop):
    async def test(us, ru):
        ours = await report(
            us,
            ru,
            start="2022-03-09T13:43:00Z",
            position="30.3283N 71.6714E",
            our_platform="Patrol 12",
            damage="None seen",
        )
        theirs = await report(
            ru, us, start="2022-03-09T13:44:00Z", position="30.33N 71.68E", other_platform="patrol 12"
        )
        far = await report(ru, us, start="2022-03-09T13:44:00Z", position="31.33N 75.68E")
        sheet = await until(us, ours, lambda sheet: sheet["candidates"])
        named = {each["line"]["number"]: each for each in sheet["candidates"]}
        assert far not in named
        assert 500 < named[theirs]["distance_m"] < 1_500
        await act(us, ours, "pair", other=theirs, words="The same patrol.")
        both = await until(ru, theirs, lambda sheet: sheet["paired"])
        assert both["paired"]["number"] == ours
        how = {each["field"]: each["how"] for each in both["compared"]}
        assert (how["form"], how["other_platform"], how["damage"]) == (
            "agreed",
            "agreed",
            "not-stated-by-us",
        )
        assert how["position"] == "disputed"
        damage = next(each for each in both["compared"] if each["field"] == "damage")
        assert (damage["ours"], damage["theirs"]["text"]) == (None, "None seen"), (
            "each side's own, from RU's side"
        )
        judged = await until(us, ours, lambda sheet: sheet["paired"])
        assert theirs not in [each["line"]["number"] for each in judged["candidates"]]
        await act(ru, theirs, "not-same", other=ours)
        assert (await until(us, ours, lambda sheet: sheet["thread"]["pairing_disputed"]))["paired"]
        listed = await get(us, "/api/incidents", side="ours", form="dangerous-approach")
        row = next(each for each in listed["rows"] if each["number"] == ours)
        assert (row["paired"], row["disputed"]) == (theirs, both["line"]["disputed"])

    loop.do(test)


def test_what_is_asked_is_owed_until_it_is_answered_and_a_version_is_closed_and_opened(loop):
    async def test(us, ru):
        number = await report(ru, us, form="unusual-activity", words="Large movements.")
        query = await act(us, number, "query", words="What for?")
        owed = (await until(ru, number, lambda sheet: sheet["line"]["owed"]))["line"]["owed"]
        assert [(each["query"], each["asks"], each["of"], each["overdue"]) for each in owed] == [
            (query, "explanation", "ru", False)
        ]
        await act(ru, number, "reply", query=query, designation="Signals 22", words="An exercise.")
        sheet = await until(us, number, lambda sheet: not sheet["line"]["owed"])
        (reply,) = sheet["thread"]["queries"][0]["replies"]
        assert {each["field"]: each["value"] for each in reply["fields"]}["designation"] == "Signals 22"
        meeting = await act(us, number, "meeting", query=query, at="2031-03-09T13:00:00Z")
        await until(ru, number, lambda sheet: sheet["line"]["owed"])
        await act(ru, number, "reply", query=meeting, accepted=True)
        await act(us, number, "follow", step="meeting-held", query=meeting, words="It was held.")
        await act(ru, number, "close", closure="explained")
        closed = await until(us, number, lambda sheet: sheet["line"]["state"] == "closed")
        assert closed["thread"]["steps"][-1]["closure"] == "explained"
        assert number not in [
            each["number"] for each in (await get(us, "/api/incidents", is_open=True))["rows"]
        ]
        await act(ru, number, "reopen", words="New facts.")
        await until(us, number, lambda sheet: sheet["line"]["state"] != "closed")

    loop.do(test)


def test_what_cannot_be_read_is_refused_by_its_field_and_nothing_is_recorded(loop):
    async def test(us, ru):
        before = (await get(us, "/api/incidents"))["total"]
        for field, value in [
            ("start", "yesterday"),
            ("position", "95N 57E"),
            ("uncertainty", "far"),
            ("altitude", {"limit": "altitude", "value": "high", "unit": "m", "datum": "amsl"}),
            ("altitude", {"limit": "surface"}),
            ("coordinated", "perhaps"),
        ]:
            error = await refusal(us, "/api/incidents", {"form": "other", field: value})
            assert error["code"] == f"services.incidents.unreadable_{field}", error
            assert field in error["message"]
            assert error["hint"]
        assert (await refusal(us, "/api/incidents", {"form": "nothing"}))["code"].endswith("unreadable_form")
        only_end = {"form": "other", "end": "2022-03-09T13:44:00Z"}
        assert (await refusal(us, "/api/incidents", only_end))[
            "code"
        ] == "services.incidents.unreadable_start"
        assert (await get(us, "/api/incidents"))["total"] == before
        assert (await refusal(us, path("us/0", "/acts"), {"act": "query"}))["code"].endswith(
            "unknown_incident"
        )
        number = await report(ru, us)
        foreign = await refusal(us, path(number, "/acts"), {"act": "close", "closure": "explained"})
        assert foreign["code"] == "services.incidents.foreign_incident"
        lacking = await refusal(us, path(number, "/acts"), {"act": "reply"})
        assert lacking["code"] == "services.incidents.unreadable_query"

    loop.do(test)


def test_the_line_is_declared_apart_from_what_machines_see_and_each_side_says_its_own(loop):
    async def test(us, ru):
        declared = await get(us, "/api/line-state")
        assert (declared["declared"]["state"], declared["calls_pass"], declared["flash_passes"]) == (
            "open",
            True,
            True,
        )
        await post(ru, "/api/line-state", {"state": "suspended", "words": "Until further notice."})
        async with asyncio.timeout(30):
            found = await suspended(us)
        states = {each["party"]: each for each in found["declared"]["parties"]}
        assert states["us"]["state"] == "open"
        assert states["ru"]["declared"]["words"] == "Until further notice."
        assert us.desk.values().lines[0].up, "what is declared cuts nothing"
        past = await refusal(us, "/api/line-state", {"state": "degraded", "begins": "2001-01-01T00:00:00Z"})
        assert past["code"] == "services.line_state.past_time"
        later = await post(us, "/api/line-state", {"state": "closed", "begins": "2031-01-01T00:00:00Z"})
        found = await get(us, "/api/line-state")
        mine = next(each for each in found["declared"]["parties"] if each["ours"])
        assert (mine["state"], mine["next"]["number"], found["next_ms"]) == (
            "open",
            later["number"],
            1_924_992_000_000,
        )

    loop.do(test)
