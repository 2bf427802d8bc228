"""Notices over HTTP: filed on one console, compared, answered and settled on the other, every refusal by its field."""

import asyncio
import json
import time

import pytest
from tests.console.following import OneLoop, Stream, get, once, post, refused

CORNERS = "54.50N 19.10E\n54.90N 19.10E\n54.90N 19.90E\n54.50N 19.90E"


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    """One line for all of them: each test files notices of its own, far from those of the others."""
    running = OneLoop(tmp_path_factory.mktemp("notices"))
    yield running
    running.close()


def group(hours):
    """Write an instant so many hours from now as an officer does."""
    return time.strftime("%d%H%MZ %b %y", time.gmtime(time.time() + hours * 3_600)).upper()


def circle(position, start=24, end=30, reach="5 NM", **more):
    band = {
        "lower": {"limit": "surface"},
        "upper": {"limit": "altitude", "value": "3 000", "unit": "ft", "datum": "amsl"},
    }
    rings = [{"positions": position}]
    return {
        "shape": "circle",
        "rings": rings,
        "reach": reach,
        "start": group(start),
        "end": group(end),
        **band,
        **more,
    }


def draft(*volumes, title="Patrol", **more):
    """Type a flight safety notice."""
    fields = [{"number": 1, "text": "2"}, {"number": 6, "text": "Duty desk"}]
    return {"form": 2, "title": title, "volumes": list(volumes), "fields": fields} | more


async def check(party, body):
    answer = await party.http.post("/api/notices/check", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def path(number, more=""):
    return f"/api/notices/{number.lower()}{more}"


async def until(party, number, is_so):
    """Wait until a notice stands so on this record, and give it."""
    async with asyncio.timeout(30):
        while True:
            answer = await party.http.get(path(number))
            if answer.status_code == 200 and is_so(notice := answer.json()):
                return notice
            await asyncio.sleep(0.01)  # the other node's entry, which this client has asked no event for


async def file(party, other, *volumes, **more):
    """File a notice, and wait until the other side holds it; gives its number."""
    number = (await post(party, "/api/notices", draft(*volumes, **more)))["number"]
    await until(other, number, lambda _notice: True)
    return number


def test_a_notice_is_filed_answered_amended_read_back_and_ended(loop):
    async def test(us, ru):
        number = await file(us, ru, circle("54.71N 20.51E"), wants_answer=True, remarks="By day.")
        theirs = await until(ru, number, lambda _notice: True)
        (volume,) = theirs["volumes"]
        (centre,) = volume["rings"][0]["positions"]
        assert (centre["degrees"], centre["mgrs"]) == ("54-42-36.0N 020-30-36.0E", "34UDF6842962631")
        assert centre["near"]["ru"] == "Калининград"
        assert (volume["reach_dm"], volume["upper"]["unit"], volume["upper"]["value"]) == (
            92_600,
            "ft",
            3_000,
        )
        assert (theirs["line"]["short"], theirs["line"]["wants_answer"]) == (False, True)
        answer = {"act": "answer", "answer": "noted", "version": number, "words": "Understood."}
        await post(ru, path(number, "/acts"), answer)
        noted = await until(us, number, lambda notice: notice["answers"])
        assert (noted["line"]["answer"], noted["line"]["answer_new"], noted["line"]["changed"]) == (
            "noted",
            True,
            False,
        )
        amended = draft(circle("54.71N 20.51E", 25, 31), amends=number, wants_answer=True, remarks="By day.")
        version = (await post(us, "/api/notices", amended))["number"]
        changed = await until(ru, number, lambda notice: len(notice["versions"]) == 2)
        assert (changed["line"]["changed"], changed["line"]["answer_new"]) == (True, False)
        assert [each["field"] for each in changed["unseen"]] == ["volumes.1.window"]
        assert changed["versions"][1]["number"] == version
        typed = {"act": "read-back", "version": version, "typed": ["54.7100N 20.6100E"]}
        await post(ru, path(number, "/acts"), typed)
        read = (await until(us, number, lambda notice: notice["read_backs"]))["read_backs"][0]
        assert (read["understood"], read["differences"][0]["reason"]) == (False, "elsewhere")
        assert 6_000 < read["differences"][0]["apart_m"] < 7_000
        await post(ru, path(number, "/acts"), typed | {"typed": ["34UDF6842962631"]})
        again = await until(us, number, lambda notice: len(notice["read_backs"]) == 2)
        assert again["read_backs"][1]["understood"]
        await post(us, path(number, "/acts"), {"act": "withdraw", "words": "Weather."})
        ended = await until(ru, number, lambda notice: notice["closing"])
        assert (ended["line"]["state"], ended["closing"]["words"]) == ("withdrawn", "Weather.")

    loop.do(test)


def test_a_counter_proposal_stands_beside_what_was_asked_and_amends_it_when_accepted(loop):
    async def test(us, ru):
        number = await file(us, ru, circle("36.10N 5.20W"), wants_answer=True)
        proposed = {
            "act": "answer",
            "answer": "counter_proposal",
            "volumes": [circle("36.10N 5.20W", 26, 32)],
        }
        counter = (await post(ru, path(number, "/acts"), proposed))["number"]
        notice = await until(us, number, lambda notice: notice["answers"])
        assert (notice["answers"][0]["counter"], len(notice["answers"][0]["volumes"])) == ("awaited", 1)
        await post(us, path(number, "/acts"), {"act": "accept", "counter": counter})
        agreed = await until(ru, number, lambda notice: len(notice["versions"]) == 2)
        assert agreed["answers"][0]["counter"] == "accepted"
        assert agreed["volumes"][0]["start_ms"] == notice["answers"][0]["volumes"][0]["start_ms"]

    loop.do(test)


def test_a_conflict_is_on_both_consoles_at_once_with_what_would_clear_it_until_both_settle_it(loop):
    async def test(us, ru):
        async with Stream(us, "ours") as ours, Stream(ru, "theirs") as theirs:
            known = await file(ru, us, circle("44.60N 33.40E"), title="Стрельбы")
            mine = draft(circle("44.65N 33.45E"), title="Survey", movement="Survey 7")
            checked = await check(us, mine)
            assert [each["theirs"]["number"] for each in checked["conflicts"]] == [known]
            assert checked["conflicts"][0]["clearing"]["move_m"] > 0
            number = (await post(us, "/api/notices", mine))["number"]
            for stream in (ours, theirs):
                await stream.find("conflict", lambda event: event["total"] > 0)
            filed = await until(us, number, lambda notice: notice["conflicts"])
            assert (filed["known"], filed["known_total"]) == ([known], 1)
            (conflict,) = filed["conflicts"]
            assert (conflict["distance_m"], conflict["time_gap_s"], conflict["settled"]) == (0, 0, "")
            page = await get(ru, "/api/notices/conflicts")
            pairs = [
                (each["ours"]["number"], each["theirs"]["number"])
                for group in page["groups"]
                for each in group["conflicts"]
            ]
            assert (known, number) in pairs
            assert page["compared"]["distance_m"] == 9_260
            settle = {
                "act": "settle",
                "settlement": "accepted_with_measures",
                "words": "Radio watch on channel 16.",
            }
            await post(us, path(number, "/acts"), settle | {"other": known})
            await post(ru, path(known, "/acts"), settle | {"other": number, "settlement": "resolved"})
            both = await until(us, number, lambda notice: notice["conflicts"][0]["settled"])
            assert both["conflicts"][0]["settled"] == "accepted_with_measures"

    loop.do(test)


def test_a_notice_that_is_running_raises_its_conflict_on_every_page_once_for_each_movement(loop):
    async def test(us, ru):
        async with Stream(us, "raised") as stream:
            running = await file(
                us, ru, circle("12.0N 45.0E", 0, 5), title="Convoy", movement="Aden 3", remarks="Runs."
            )
            await file(ru, us, circle("12.02N 45.02E", 0, 5), title="Стрельбы")
            await file(ru, us, circle("12.04N 45.0E", 0, 5), title="Полёты")

            def is_it(event):
                return any(each["movement"] == "Aden 3" and each["more"] == 1 for each in event["alarms"])

            event = await stream.find("conflict", is_it)
            (alarm,) = (each for each in event["alarms"] if each["movement"] == "Aden 3")
            assert (alarm["ours"], alarm["cause"]) == (running, "running")
        async with Stream(us, "late") as late:
            assert any(each["ours"] == running for each in (await late.find("conflict"))["alarms"])

    loop.do(test)


def test_a_draft_is_read_field_by_field_and_nothing_of_it_is_recorded(loop):
    async def test(us, _ru):
        before = (await get(us, "/api/notices"))["total"]
        bow = {
            "shape": "polygon",
            "rings": [{"positions": "54.5N 19.1E\n54.9N 19.9E\n54.9N 19.1E\n54.5N 19.9E"}],
        }
        odd = {
            "shape": "polygon",
            "rings": [{"positions": f"{CORNERS}\n95N 10E"}],
            "lower": {"limit": "altitude", "value": "1,5", "unit": "m", "datum": "amsl"},
            "upper": {"limit": "altitude", "value": "100", "unit": "m"},
            "start": "24 March, 5 o'clock",
            "end": "2022-03-24T15:00",
        }
        body = draft(bow, odd, circle("", reach="5"), title=" ") | {"fields": [{"number": 2, "text": "many"}]}
        found = await check(us, body)
        wrong = {each["field"]: each["code"] for each in found["defects"]}
        assert wrong["title"] == wrong["fields.1"] == "services.notices.missing_field"
        assert wrong["volumes.2.rings.1.5"].startswith("wire.position.")
        assert wrong["volumes.2.lower"] == "services.notices.bad_number"
        assert wrong["volumes.2.upper"] == "services.notices.bad_datum"
        assert wrong["volumes.2.start"] == wrong["volumes.2.end"] == "model.instant.unreadable"
        assert wrong["volumes.3.rings.1"] == "services.notices.missing_field"
        assert wrong["volumes.3.reach"].startswith("wire.quantity.")
        assert wrong["fields.2"] == "services.notices.bad_number"
        assert wrong["volumes.1.shape"].startswith("deconfliction."), "a ring that crosses itself"
        status, code = await refused(us, "/api/notices", body)
        assert (status, code) == (400, found["defects"][0]["code"])
        assert (await get(us, "/api/notices"))["total"] == before
        soon = await check(us, draft(circle("70N 10W", 1, 3)))
        assert (soon["defects"], soon["short"]) == ([], True)
        assert soon["agreed_lead_s"] > 3_600 >= soon["lead_s"]

    loop.do(test)


def test_positions_are_said_back_line_by_line_in_both_notations(loop):
    async def test(us, _ru):
        text = "34UDF6842962631\n\n54.71N 20.51E @ 241500Z MAR 22\n54.71N 20.51E\nhere @ 1500Z"
        answer = await us.http.post("/api/notices/positions", json={"text": text, "timed": True})
        lines = answer.json()["lines"]
        assert [(each["line"], each["position"] is not None) for each in lines] == [
            (0, False),
            (2, True),
            (3, False),
            (4, False),
        ]
        assert lines[1]["position"]["at_ms"] == 1_648_134_000_000
        assert lines[2]["defect"]["code"] == "console.notices.untimed"
        answer = await us.http.post("/api/notices/positions", json={"text": text.partition("\n")[0]})
        assert answer.json()["lines"][0]["position"]["degrees"] == "54-42-36.0N 020-30-36.0E"

    loop.do(test)


def test_a_list_is_filtered_by_side_form_state_and_movement_and_ordered_by_beginning(loop):
    async def test(us, ru):
        late = await file(us, ru, circle("60N 30W", 50, 52), title="Late watch", movement="Order 9")
        early = await file(ru, us, circle("60N 20W", 40, 42), title="Early watch", movement="Order 9")

        async def numbers(**query):
            return [each["number"] for each in (await get(us, "/api/notices", **query))["rows"]]

        assert await numbers(movement="Order 9") == [early, late]
        assert await numbers(movement="Order 9", order="soonest") == [early, late]
        assert await numbers(movement="Order 9", side="ours") == [late]
        assert await numbers(movement="Order 9", form=1) == []
        await post(us, path(late, "/acts"), {"act": "complete"})
        assert await numbers(movement="Order 9", state="completed") == [late]
        assert await numbers(movement="Order 9", order="soonest") == [early]
        assert await numbers(text="EARLY", movement="Order 9") == [early]

    loop.do(test)


def test_one_press_is_one_entry_and_each_act_says_what_it_is_about(loop):
    async def test(us, ru):
        header, body = once(), draft(circle("50N 40W"))
        first = await post(us, "/api/notices", body, header)
        assert await post(us, "/api/notices", body, header) == first
        number = first["number"]
        await until(ru, number, lambda _notice: True)
        acts = path(number, "/acts")
        assert await refused(us, acts, {"act": "answer", "answer": "noted"}) == (
            409,
            "services.notices.own_notice",
        )
        assert await refused(ru, acts, {"act": "answer", "answer": "agreed"}) == (
            409,
            "services.notices.not_asked",
        )
        assert await refused(ru, acts, {"act": "answer", "answer": "fine"}) == (400, "console.request.answer")
        assert await refused(us, acts, {"act": "accept"}) == (400, "console.notices.counter")
        assert await refused(us, path("us/99999", "/acts"), {"act": "complete"}) == (
            404,
            "services.notices.unknown_notice",
        )
        assert await refused(us, "/api/notices", draft(circle("50N 40W"), form=77)) == (
            400,
            "services.notices.unknown_form",
        )

    loop.do(test)


def features(*places, start=30):
    """Write points as GeoJSON; None: one without a place."""
    now = time.time()
    times = {
        key: time.strftime("%Y-%m-%dT%H:%M:00Z", time.gmtime(now + hours * 3_600))
        for key, hours in (("from", start), ("to", start + 2))
    }
    found = [
        {
            "type": "Feature",
            "id": f"{number}",
            "geometry": place and {"type": "Point", "coordinates": place},
            "properties": {"title": f"Flight {number}", "radius_m": 1_000} | times,
        }
        for number, place in enumerate(places)
    ]
    return json.dumps({"type": "FeatureCollection", "features": found})


def test_letters_of_the_compass_in_a_file_are_those_of_the_party_that_imports_it(loop):
    async def test(us, ru):
        text = 'id,title,positions,radius\n1,Стрельбы,"55,75 С 37,6 В",5 NM\n'
        body = {"kind": "csv", "text": text, "try_only": True}
        told = {}
        for name, desk in (("us", us), ("ru", ru)):
            answer = await desk.http.post("/api/notices/import", json=body, headers=once(), timeout=30)
            told[name] = [each["field"] for each in answer.json()["rejects"]]
        assert "positions" in told["us"]
        assert "positions" not in told["ru"]

    loop.do(test)


def test_a_file_is_imported_with_its_rejects_given_back_and_notices_are_exported(loop):
    async def test(us, ru):
        async def imported(text, **more):
            body = {"kind": "geojson", "text": text, "form": 2, "fields": [{"number": 1, "text": "2"}]} | more
            answer = await us.http.post("/api/notices/import", json=body, headers=once(), timeout=30)
            assert answer.status_code == 200, answer.text
            return answer.json()

        text = features([-30.0, 5.0], None, [-31.0, 5.0])
        contact = {
            "fields": [{"number": 1, "text": "2"}, {"number": 6, "text": "Duty desk"}],
            "movement": "Import 1",
        }
        bare = await imported(text)
        assert (bare["filed_count"], bare["rejected"], bare["known"]) == (0, 3, 0), "no contact is stated"
        tried = await imported(text, try_only=True, **contact)
        assert (tried["read"], tried["ready"], tried["filed"], tried["rejected"]) == (3, 2, [], 1)
        done = await imported(text, **contact)
        assert (done["filed_count"], done["known"], done["rejects"][0]["at"]) == (2, 0, 2)
        assert done["rejects"][0]["reason"]
        assert json.loads(done["reject_file"])["id"] == "1"
        again = await imported(text, **contact)
        assert (again["filed_count"], again["known"], again["rejected"]) == (0, 2, 1)
        number = done["filed"][0]
        notice = await until(ru, number, lambda _notice: True)
        assert (notice["line"]["movement"], notice["line"]["form"]) == ("Import 1", 2)
        answer = await us.http.get("/api/notices/export", params={"format": "geojson", "number": number})
        (feature,) = json.loads(answer.text)["features"]
        assert feature["geometry"]["coordinates"] == [-30.0, 5.0]
        assert "EXERCISE" in answer.text
        assert answer.headers["content-disposition"].endswith(
            f'notice-{number.replace("/", "-").lower()}.geojson"'
        )
        everything = await us.http.get("/api/notices/export", params={"format": "csv"})
        assert "Flight 0" in everything.text
        assert "Flight 2" in everything.text
        cap = await us.http.get("/api/notices/export", params={"format": "cap", "number": number})
        assert "<alert" in cap.text
        answer = await us.http.get("/api/notices/export", params={"format": "cap"})
        assert answer.json()["error"]["code"] == "node.exporting.one"
        assert await refused(us, "/api/notices/import", {"kind": "gpx", "text": "x"}) == (
            400,
            "console.request.kind",
        )

    loop.do(test)
