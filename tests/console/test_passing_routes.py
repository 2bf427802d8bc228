"""A notice on its way down over HTTP: the gap list, links of units and every attack on them, STOP, check-ins."""

import json
import logging

import pytest
from tests.console.following import PATIENCE_S, OneLoop, Stream, get, once, post, refused
from tests.console.movements import HOUR_MS, amend, convoy, escorted, file, gaps_of, seen, unit_of

from coupefeu.model.messages import parse_number
from coupefeu.services.notices.commands import WithdrawNotice

BATTALION, BRIGADE = "2nd battalion", "Brigade North"


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    """One line for all of them: each test files a notice of its own."""
    running = OneLoop(tmp_path_factory.mktemp("passing"))
    yield running
    running.close()


def acts(number):
    return f"/api/notices/{number.lower()}/passing"


def units(*names, **stated):
    return {"act": "pass-down", "units": [{"name": name, **stated} for name in names]}


async def filed(us, ru=None, **changed):
    number = await file(us, convoy(us.desk.now_ms, **changed))
    if ru is not None:
        await seen(ru, number)
    return number


async def link(served, number, unit):
    made = await post(served, f"/api/notices/{number.lower()}/links", {"unit": unit})
    address, _, key = made["link"].partition("#")
    assert address.endswith("/unit")
    return key


async def ask(served, what, body, **headers):
    """Ask as the page of a unit does: no session, no cookie."""
    given = {"origin": served.console.address, "sec-fetch-site": "same-origin", "cookie": ""} | headers
    return await served.http.post(f"/api/unit/{what}", json=body, headers=given, timeout=PATIENCE_S)


async def look(served, key):
    answer = await ask(served, "look", {"key": key})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def press(served, key, mark=None):
    mark = (await look(served, key))["mark"] if mark is None else mark
    return await ask(served, "press", {"key": key, "mark": mark})


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


# --- passing down -------------------------------------------------------------------------------------------


def test_both_sides_see_who_has_a_notice_and_how_that_is_known(loop):
    async def test(us, ru):
        number = await filed(us, ru)
        await post(ru, acts(number), units(BATTALION, BRIGADE))
        passing = await seen(us, number, lambda each: each["units"])
        assert gaps_of(passing) == {("ru", BATTALION): "never", ("ru", BRIGADE): "never"}
        key = await link(ru, number, BATTALION)
        assert (await press(ru, key)).status_code == 201
        told = {"act": "reached", "unit": BRIGADE, "spoken_to": "Col. Orlov", "at": "now"}
        await post(ru, acts(number), told)
        theirs = await seen(us, number, lambda each: not each["gaps"])
        own, voice = (unit_of(theirs, name)["reached"] for name in (BATTALION, BRIGADE))
        assert (own["proof"], own["officer"], own["spoken_to"]) == ("link", "", "")
        assert (voice["proof"], voice["officer"], voice["spoken_to"]) == ("voice", "WATCH A", "Col. Orlov")
        assert not unit_of(theirs, BATTALION)["ours"]

    loop.do(test)


def test_whom_a_desk_telephones_is_never_told_to_the_other_side(loop):
    async def test(us, ru):
        number = await filed(us, ru)
        await post(ru, acts(number), units(BATTALION, telephone=["Ops room, 2214", "Maj. Weiss, 0170"]))
        ours = await seen(ru, number, lambda each: each["gaps"])
        assert (ours["gaps"][0]["next"], ours["gaps"][0]["telephone"]) == (
            "Ops room, 2214", ["Ops room, 2214", "Maj. Weiss, 0170"],
        )  # fmt: skip
        theirs = await seen(us, number, lambda each: each["gaps"])
        assert theirs["gaps"][0]["next"] == ""
        ours_alone = {"unit": BATTALION, "telephone": ["Our own battalion of that name"]}
        await us.http.post("/api/units/telephone", json=ours_alone, headers=once())
        assert (await seen(us, number))["gaps"][0]["next"] == "", "a unit of theirs, whatever its name"
        for served in (us, ru):
            rows = await served.desk.read(lambda desk: [desk.reader.entries(log, 0, 999) for log in (0, 1)])
            assert "Ops room" not in repr(rows)
        noted = await ru.http.post(
            "/api/units/telephone", json={"unit": BATTALION, "telephone": ["Switchboard"]}, headers=once()
        )
        assert noted.status_code == 200
        listed = await get(ru, "/api/notices/gaps")
        assert next(r for r in listed["rows"] if r["number"] == number)["gaps"][0]["next"] == "Switchboard"

    loop.do(test)


def test_the_gap_list_has_what_begins_next_first_and_counts_alarms(loop):
    async def test(us, _ru):
        before = (await get(us, "/api/notices/gaps"))["alarms"]
        later = await filed(us, starts_in_ms=400 * HOUR_MS)
        soon = await filed(us, starts_in_ms=HOUR_MS)
        for number in (later, soon):
            await post(us, acts(number), units(BATTALION))
        page = await get(us, "/api/notices/gaps")
        places = [row["number"] for row in page["rows"]]
        assert places.index(soon) < places.index(later)
        alarms = {row["number"]: row["alarm"] for row in page["rows"]}
        assert (alarms[soon], alarms[later]) == (True, False)
        assert page["alarms"] == before + 1

    loop.do(test)


def test_what_is_raised_is_told_to_every_page_and_falls_again(loop):
    async def test(us, ru):
        number = await filed(us, ru)

        def raises(event):
            return any(each["number"] == number for each in event["alarms"])

        async with Stream(ru, "gaps") as stream:
            await post(ru, acts(number), units(BATTALION))
            raised = await stream.find("gap", raises)
            (alarm,) = [each for each in raised["alarms"] if each["number"] == number]
            assert (alarm["missing"], alarm["stopped"]) == (1, False)
            told = stream.events.index(raised) + 1
            await post(ru, acts(number), {"act": "reached", "unit": BATTALION, "spoken_to": "Capt. Weiss"})
            await stream.find("gap", lambda event: not raises(event), after=told)
        async with Stream(ru, "late") as late:
            assert not raises(await late.find("gap")), "who connects is told at once"

    loop.do(test)


def test_what_an_author_asks_for_is_missing_until_somebody_lists_it(loop):
    async def test(us, ru):
        number = await filed(us, ru, units=("Drone group",))
        assert gaps_of(await seen(ru, number)) == {("", "Drone group"): "not_passed_down"}
        await post(ru, acts(number), units("Drone group"))
        assert gaps_of(await seen(us, number, lambda each: each["units"])) == {("ru", "Drone group"): "never"}

    loop.do(test)


# --- links of units -----------------------------------------------------------------------------------------


def test_opening_a_link_acknowledges_nothing(loop):
    """Whoever opens it, a preview of a messenger among them: the page is the same for all, and knows no key."""

    async def test(us, ru):
        number = await filed(us, ru)
        await post(ru, acts(number), units(BATTALION))
        key = await link(ru, number, BATTALION)
        for site in ("none", "cross-site", "same-origin"):
            page = await ru.http.get("/unit", headers={"sec-fetch-site": site, "cookie": ""})
            assert page.status_code == 200
            assert "no-store" in page.headers["cache-control"]
            assert key not in page.text
            assert number not in page.text
        for _ in range(3):
            shown = await look(ru, key)
        assert shown["languages"]["en"]["press"]
        assert gaps_of(await seen(ru, number)) == {("ru", BATTALION): "never"}
        assert (await ru.http.get(f"/api/unit/press?key={key}")).status_code == 405

    loop.do(test)


def test_a_unit_reads_place_band_window_and_the_stop_in_three_languages(loop):
    async def test(us, ru):
        number = await filed(us, ru)
        await post(ru, acts(number), units(BATTALION))
        await post(us, acts(number), {"act": "stop", "words": "Fire ahead."})
        await seen(ru, number, lambda each: each["stopped"])
        shown = (await look(ru, await link(ru, number, BATTALION)))["languages"]
        assert set(shown) == {"en", "fr", "ru"}
        for words in shown.values():
            text = json.dumps(words, ensure_ascii=False)
            assert number in words["heading"]
            assert "Fire ahead." in words["stops"][0]
            assert "31-31-48.0N" in text or "31°" in text or "31-31-48N" in text, text
            assert "3000 ft AMSL" in text
            assert BATTALION in words["press"]
        assert "STOP" in shown["en"]["press"]
        assert "СТОП" in shown["ru"]["press"]

    loop.do(test)


def test_a_press_counts_once_and_an_amendment_opens_it_again_for_what_is_shown_now(loop):
    async def test(us, ru):
        fact = convoy(us.desk.now_ms)
        number = await file(us, fact)
        await seen(ru, number)
        await post(ru, acts(number), units(BATTALION))
        key = await link(ru, number, BATTALION)
        mark = (await look(ru, key))["mark"]
        assert (await press(ru, key, mark)).status_code == 201
        assert code(await press(ru, key, mark)) == (409, "services.passing.already_acknowledged")
        assert (await look(ru, key))["languages"]["en"]["press"] == ""
        amended = await amend(us, number, escorted(fact))
        await seen(ru, number, lambda each: each["version"] == amended)
        assert gaps_of(await seen(ru, number)) == {("ru", BATTALION): "changed"}
        assert code(await press(ru, key, mark)) == (409, "console.unit.changed"), "replayed, or an old page"
        assert gaps_of(await seen(ru, number)) == {("ru", BATTALION): "changed"}
        assert number in (await look(ru, key))["languages"]["en"]["says"][0]
        assert (await press(ru, key)).status_code == 201
        reached = unit_of(await seen(ru, number), BATTALION)["reached"]
        assert reached["version"] == amended

    loop.do(test)


def test_a_press_on_a_page_from_before_a_stop_is_refused(loop):
    async def test(us, ru):
        number = await filed(us, ru)
        await post(ru, acts(number), units(BATTALION))
        key = await link(ru, number, BATTALION)
        mark = (await look(ru, key))["mark"]
        await post(ru, acts(number), {"act": "stop", "words": "Wait."})
        assert code(await press(ru, key, mark)) == (409, "console.unit.changed")
        assert (await press(ru, key)).status_code == 201
        passing = await seen(ru, number)
        assert passing["gaps"] == []
        assert unit_of(passing, BATTALION)["reached"]["orders"] == [passing["orders"][0]["number"]]
        await post(ru, acts(number), {"act": "resume"})
        assert gaps_of(await seen(ru, number)) == {("ru", BATTALION): "resumed"}
        assert (await press(ru, key)).status_code == 201

    loop.do(test)


def test_a_page_of_another_site_presses_nothing(loop):
    async def test(us, ru):
        number = await filed(us, ru)
        await post(ru, acts(number), units(BATTALION))
        key = await link(ru, number, BATTALION)
        body = {"key": key, "mark": (await look(ru, key))["mark"]}
        assert code(await ask(ru, "press", body, origin="https://elsewhere.example")) == (
            403,
            "console.guards.origin",
        )
        foreign = {"sec-fetch-site": "cross-site"}
        assert code(await ask(ru, "press", body, **foreign)) == (403, "console.guards.site")
        form = {"origin": ru.console.address, "content-type": "text/plain"}
        plain = await ru.http.post("/api/unit/press", content=json.dumps(body), headers=form)
        assert code(plain) == (415, "console.guards.type")
        assert gaps_of(await seen(ru, number)) == {("ru", BATTALION): "never"}

    loop.do(test)


def test_nobody_guesses_a_key(loop):
    async def test(us, ru):
        number = await filed(us, ru)
        await post(ru, acts(number), units(BATTALION))
        key = await link(ru, number, BATTALION)
        ru.console._parts.units.links._guesses.clear()
        answers = [await ask(ru, "look", {"key": f"{n:043}"}) for n in range(11)]
        assert [code(each)[1] for each in answers] == [*["console.unit.unknown"] * 10, "console.link.guesses"]
        assert code(await press(ru, key, "x")) == (429, "console.link.guesses"), "of this address"
        ru.console._parts.units.links._guesses.clear()
        assert (await press(ru, key)).status_code == 201
        assert (await ask(ru, "look", {"key": "k" * 65})).status_code == 400

    loop.do(test)


def test_a_link_ends_when_it_is_taken_back_replaced_or_its_unit_is_listed_no_longer(loop):
    async def test(us, ru):
        number = await filed(us, ru)
        await post(ru, acts(number), units(BATTALION, BRIGADE))
        first = await link(ru, number, BATTALION)
        second = await link(ru, number, BATTALION)
        assert code(await ask(ru, "look", {"key": first})) == (401, "console.unit.unknown")
        await post(ru, f"/api/notices/{number.lower()}/links", {"unit": BATTALION, "end": True})
        assert code(await ask(ru, "look", {"key": second})) == (401, "console.unit.unknown")
        third = await link(ru, number, BRIGADE)
        mark = (await look(ru, third))["mark"]
        await post(ru, acts(number), units(BRIGADE, level="none"))
        assert code(await ask(ru, "look", {"key": third})) == (401, "console.unit.unknown")
        assert code(await press(ru, third, mark)) == (409, "console.unit.changed")
        ru.console._parts.units.links._guesses.clear()

    loop.do(test)


def test_a_link_is_for_units_that_we_list_of_notices_in_force(loop):
    async def test(us, ru):
        number = await filed(us, ru)
        path = f"/api/notices/{number.lower()}/links"
        assert await refused(ru, path, {"unit": BATTALION}) == (400, "console.unit.not_listed")
        assert await refused(ru, "/api/notices/us/99999/links", {"unit": BATTALION}) == (
            404, "services.notices.unknown_notice",
        )  # fmt: skip
        await post(us, acts(number), units(BATTALION))
        await seen(ru, number, lambda each: each["units"])
        assert await refused(ru, path, {"unit": BATTALION}) == (400, "console.unit.not_listed"), "theirs"

    loop.do(test)


def test_a_key_is_in_no_file_and_no_log(loop, caplog):
    async def test(us, ru):
        number = await filed(us, ru)
        await post(ru, acts(number), units(BATTALION))
        with caplog.at_level(logging.DEBUG):
            key = await link(ru, number, BATTALION)
            await press(ru, key)
            await press(ru, key)
        assert key not in caplog.text
        folder = ru.desk.folder.path
        held = [each for each in folder.rglob("*") if each.is_file() and key.encode() in each.read_bytes()]
        assert held == []
        assert '"unit-acknowledged"' in (folder / "node.log").read_text()

    loop.do(test)


# --- on its way ---------------------------------------------------------------------------------------------


def test_a_movement_checks_in_and_a_hold_is_clocked_on_both_sides(loop):
    async def test(us, ru):
        number = await filed(us, ru, starts_in_ms=-3 * HOUR_MS // 2)
        assert [each["overdue_ms"] is not None for each in (await seen(ru, number))["points"]] == [
            True,
            True,
            False,
        ]
        await post(us, acts(number), {"act": "check-in", "point": "Jetty", "check_in": "passed"})
        held = {"act": "check-in", "point": "Hold point", "check_in": "held", "words": "The gate is closed."}
        await post(ru, acts(number), held)
        theirs = await seen(us, number, lambda each: each["held"])
        (hold,) = theirs["holds"]
        assert (hold["party"], hold["reason"], hold["ended_ms"]) == ("ru", "The gate is closed.", None)
        await post(us, acts(number), {"act": "check-in", "point": "Hold point", "check_in": "released"})
        over = await seen(ru, number, lambda each: not each["held"] and each["holds"])
        assert over["statistics"]["holds"] == 1

    loop.do(test)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"act": "stop"}, "services.passing.missing_words"),
        ({"act": "resume"}, "services.passing.not_stopped"),
        ({"act": "reached", "unit": BATTALION, "spoken_to": "x"}, "services.passing.no_such_unit"),
        ({"act": "check-in", "point": "Jetty", "check_in": "flown"}, "console.request.check_in"),
        (
            {"act": "check-in", "point": "Jetty", "check_in": "passed", "at": "soon"},
            "model.instant.unreadable",
        ),
        ({"act": "pass-down", "units": [{"name": "x", "level": "army"}]}, "console.request.level"),
        ({"act": "fly"}, "console.request.body"),
    ],
)
def test_what_is_refused_says_why(loop, body, expected):
    async def test(us, _ru):
        number = await filed(us)
        status, named = await refused(us, acts(number), body)
        assert 400 <= status < 500
        assert named == expected or expected.endswith("body")

    loop.do(test)


def test_what_is_over_is_neither_stopped_nor_passed_down(loop):
    async def test(us, _ru):
        number = await filed(us)
        notice = parse_number(number, us.desk.folder.agreement.party_ids)
        await us.desk.act(WithdrawNotice(notice=notice, from_post="us.duty"))
        for body in (units(BATTALION), {"act": "stop", "words": "Wait."}):
            assert await refused(us, acts(number), body) == (400, "node.passing.not_live")

    loop.do(test)
