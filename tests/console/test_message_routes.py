"""Sending, acting, listing and looking through the console's routes: two joined nodes, asked as a page asks."""

import asyncio
import base64

import pytest
from tests.console.following import OneLoop, Stream, acts_of, get, holds, once, post, refused, sizes, until
from tests.console.serving import Served

from coupefeu.console import messages
from coupefeu.model.entry import Kind
from coupefeu.wire.head import decode_head

FLASH = {
    "form": "warning",
    "operative": "stop",
    "place": "35.31 N 40.13 E",
    "time": "0312Z",
    "numbers": ["15"],
}
TEXT = {"form": "free-text", "text": "Our patrol leaves at noon."}


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    running = OneLoop(tmp_path_factory.mktemp("routes"))
    yield running
    running.close()


def steps(message, party="ru"):
    return {step["step"]: step for step in message["chains"][party]}


async def said(us, ru, body):
    """Send, and wait until the other node holds it; gives its number."""
    number = (await post(us, "/api/messages", body))["number"]
    await holds(ru, number)
    return number


async def open_with(served, number):
    """Wait until a message is judged as open, which is a moment after it is on the record; gives what is open."""
    async with asyncio.timeout(30):
        while True:
            page = await get(served, "/api/messages/open")
            if number in [row["number"] for row in page["rows"]]:
                return page


# --- saying ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "stands"),
    [
        (FLASH, {"precedence": "FLASH", "subject": "SAFETY", "operative": "STOP", "numbers": ["15"]}),
        (
            TEXT | {"subject": "protest"},
            {"precedence": "ROUTINE", "subject": "PROTEST", "to_posts": ["ru.duty"]},
        ),
        (
            TEXT | {"precedence": "IMMEDIATE", "passages": ["at noon"]},
            {"critical": ["passage"], "language": "en"},
        ),
        ({"form": "service-message", "text": "Testing at 0400Z."}, {"subject": "SERVICE"}),
        ({"form": "request-for-explanation", "text": "What was that?"}, {"subject": "CLARIFICATION"}),
        (
            {
                "form": "contact",
                "channel": "telephone",
                "counterpart": "General",
                "time": "now",
                "text": "Spoke.",
            },
            {"channel": "TELEPHONE", "counterpart": "General", "one_sided": True},
        ),
        (
            {"form": "standard-phrase", "phrase": 5, "slots": ["Karelia", "2022-03-24T03:12:33Z"]},
            {"phrase": 5, "slots": ["Karelia", 1648091520000]},
        ),
        ({"form": "line-test", "template": 2}, {"kind": "LINE_TEST", "template": 2}),
        (TEXT | {"to_posts": ["RU.minister"]}, {"to_posts": ["ru.minister"]}),
        (TEXT | {"language": "ru", "to": ["RU"]}, {"language": "ru"}),
    ],
)
def test_every_form_is_sent_by_the_post_and_under_the_label_of_the_session(loop, body, stands):
    async def do(us, ru):
        recorded = await post(us, "/api/messages", body)
        message = await holds(ru, recorded["number"])
        assert {name: message[name] for name in stands} == stands
        assert message["from_post"] == "us.duty"
        assert message["officer"] == (None if body["form"] == "line-test" else "WATCH A")
        ours = await get(us, f"/api/messages/{recorded['number'].lower()}")
        assert ours["arrived_ms"] == recorded["recorded_ms"]

    loop.do(do)


def test_a_correction_a_cancellation_and_a_reply_name_their_message(loop):
    async def do(us, ru):
        asked = await said(us, ru, {"form": "request-for-explanation", "text": "What was that?"})
        reply = await post(ru, "/api/messages", {"form": "reply", "text": "Thunder.", "about": asked})
        corrected = await post(
            us, "/api/messages", {"form": "correction", "text": "Where?", "about": asked.lower()}
        )
        cancelled = await post(us, "/api/messages", {"form": "cancellation", "about": asked})
        async with Stream(us, "waits") as stream:
            await holds(us, reply["number"])
            message = await get(us, f"/api/messages/{asked.lower()}")
            if not message["replies"]:
                message = await stream.message(asked, lambda m: m["replies"])
        assert message["replies"] == [reply["number"]]
        assert message["corrected_by"] == [corrected["number"]]
        assert message["cancelled_by"] == [cancelled["number"]]
        assert (await get(us, f"/api/messages/{cancelled['number'].lower()}"))["about"] == asked

    loop.do(do)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"form": "song"}, 400, "console.request.form"),
        (TEXT | {"precedence": "urgent"}, 400, "console.request.precedence"),
        (TEXT | {"subject": "weather"}, 400, "console.request.subject"),
        (FLASH | {"operative": "please"}, 400, "console.request.operative"),
        ({"form": "contact", "channel": "pigeon"}, 400, "console.request.channel"),
        (FLASH | {"place": ""}, 400, "services.messages.missing_place"),
        (FLASH | {"numbers": ["fifteen"]}, 400, "services.messages.bad_numbers"),
        (FLASH | {"time": "dawn"}, 400, "model.instant.unreadable"),
        (FLASH | {"place": "35.31\u202e N"}, 400, "services.messages.untypable"),
        (TEXT | {"passages": ["good-bye"]}, 400, "node.draft.critical"),
        (TEXT | {"text": "слово " * 1500}, 400, "node.draft.too_long"),
        (TEXT | {"subject": "protest", "precedence": "flash"}, 409, "services.messages.protest_flash"),
        (TEXT | {"language": "fr"}, 409, "services.messages.language"),
        (TEXT | {"to": ["fr"]}, 400, "model.agreement.no_party"),
        (TEXT | {"to_posts": ["us.chief"]}, 409, "services.messages.own_post"),
        ({"form": "standard-phrase", "phrase": 5, "slots": ["Karelia"]}, 400, "node.draft.slots"),
        ({"form": "standard-phrase", "phrase": 99}, 400, "node.draft.slots"),
        ({"form": "reply", "text": "Why?"}, 400, "services.messages.missing_reference"),
        ({"form": "reply", "text": "Why?", "about": "US/99999"}, 404, "node.desk.no_message"),
        ({"form": "reply", "text": "Why?", "about": "14"}, 400, "model.message_number.unknown"),
        ({"form": "line-test", "template": 99}, 400, "services.messages.bad_template"),
        (TEXT | {"attachments": [{"name": "", "content": ""}]}, 400, "services.messages.attachment_name"),
        ({"text": "no form"}, 400, "console.request.invalid"),
        (TEXT | {"attachments": [{"name": "a", "content": "!"}]}, 400, "console.request.invalid"),
    ],
)
def test_what_cannot_be_said_is_refused_as_on_the_command_line_and_nothing_is_recorded(
    loop, body, status, code
):
    async def do(us, _ru):
        before = (await sizes(us))[0]
        assert await refused(us, "/api/messages", body) == (status, code)
        assert (await sizes(us))[0] == before

    loop.do(do)


def test_attachments_travel_in_base64_as_far_as_was_agreed_and_are_saved_never_opened(loop):
    content = bytes(range(256)) * 64

    async def do(us, ru):
        agreed = us.folder.agreement.budgets.attachment_bytes
        too_much = base64.b64encode(bytes(agreed + 1)).decode()
        large = TEXT | {"attachments": [{"name": "large.bin", "content": too_much}]}
        assert await refused(us, "/api/messages", large) == (409, "services.messages.attachment_bytes")
        whole = base64.b64encode(bytes(agreed)).decode()
        body = TEXT | {
            "attachments": [
                {"name": '../пуск"; <script>.html', "content": base64.b64encode(content).decode()},
                {"name": "whole.bin", "content": whole},
            ]
        }
        async with Stream(ru, "waits") as stream:
            number = await said(us, ru, body)
            message = await get(ru, f"/api/messages/{number.lower()}")
            if not are_here(message):
                message = await stream.message(number, are_here)
        assert message["attachments"][0]["name"] == '../пуск"; <script>.html'
        path = f"/api/messages/{number.lower()}/attachments"
        answer = await ru.http.get(f"{path}/0")
        assert answer.content == content
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        given = answer.headers["content-disposition"]
        assert given.startswith("attachment; filename*=UTF-8''")
        assert not set(given) & set('<>"\\\n\u202e')
        assert "%2F" not in given
        assert len((await ru.http.get(f"{path}/1")).content) == agreed
        absent = await ru.http.get(f"{path}/2")
        assert (absent.status_code, absent.json()["error"]["code"]) == (404, "node.desk.no_attachment")

    loop.do(do)


def are_here(message):
    return [each["state"] for each in message["attachments"]] == ["held", "held"]


# --- acting ---------------------------------------------------------------------------------------------------


def test_every_act_is_an_entry_of_the_session_s_post(loop):
    acts = (
        {"act": "take"},
        {"act": "read"},
        {"act": "read-back", "typed": ["ПРЕКРАТИТЕ", "35.31 N 40.13 E", "", "15"]},
        {"act": "say-again", "field": 3, "text": "when?"},
        {"act": "pass-to", "text": "air command"},
        {"act": "outcome", "outcome": "CANNOT", "text": "no contact with the unit"},
        {"act": "outcome", "outcome": "stopped-at"},
    )

    async def do(us, ru):
        number = await said(us, ru, FLASH)
        recorded = [await post(ru, acts_of(number), act) for act in acts]
        message = await get(ru, f"/api/messages/{number.lower()}")
        found = [act for step in message["chains"]["ru"] for act in step["acts"]] + message["say_again"]
        by_number = {act["number"]: act for act in found}
        assert {each["number"] for each in recorded} <= by_number.keys()
        assert {act["officer"] for act in by_number.values()} == {"WATCH A"}
        assert {act["post"] for act in by_number.values()} == {"ru.duty"}
        for each in recorded:
            assert by_number[each["number"]]["when_ms"] == each["recorded_ms"]
        (verdict,) = [act["verdict"] for act in by_number.values() if act["verdict"]]
        assert [field["kind"] for field in verdict["fields"]] == ["word", "place", "time", "number"]
        assert not verdict["matches"]
        assert by_number[recorded[3]["number"]]["field"] == 3
        assert by_number[recorded[5]["number"]]["outcome"] == "CANNOT"
        assert by_number[recorded[6]["number"]]["time_ms"] is not None

    loop.do(do)


@pytest.mark.parametrize(
    ("act", "status", "code"),
    [
        ({"act": "outcome"}, 400, "console.request.outcome"),
        ({"act": "outcome", "outcome": "won"}, 400, "console.request.outcome"),
        ({"act": "outcome", "outcome": "CANNOT"}, 400, "services.messages.missing_reason"),
        ({"act": "outcome", "outcome": "STOPPED_AT", "time": "soon"}, 400, "model.instant.unreadable"),
        ({"act": "pass-to"}, 400, "services.messages.missing_recipient"),
        ({"act": "read-back"}, 400, "services.messages.missing_typed"),
        ({"act": "read-back", "typed": ["one"]}, 400, "services.messages.field_count"),
        ({"act": "say-again", "field": 9}, 400, "services.messages.no_such_field"),
        ({"act": "confirm"}, 409, "services.messages.not_a_contact"),
        ({"act": "sing"}, 400, "console.request.invalid"),
        ({"act": "say-again", "field": 0}, 400, "console.request.invalid"),
    ],
)
def test_an_act_that_cannot_be_is_refused_as_on_the_command_line(loop, act, status, code):
    async def do(us, ru):
        number = await said(us, ru, FLASH)
        before = (await sizes(ru))[1]
        assert await refused(ru, acts_of(number), act) == (status, code)
        assert (await sizes(ru))[1] == before

    loop.do(do)


def test_who_acts_is_said_by_the_session_alone(loop):
    async def do(us, ru):
        number = await said(us, ru, TEXT)
        assert await refused(us, acts_of(number), {"act": "take"}) == (409, "services.messages.own_message")
        chief = Served(ru.backend, ru.console)
        await chief.sign_in(post="ru.chief", officer="Colonel")
        forged = {"act": "read", "from_post": "ru.duty", "officer": "somebody", "post": "ru.duty"}
        code = "services.messages.post_not_addressed"
        assert await refused(chief, acts_of(number), forged) == (409, code)
        urgent = await said(us, ru, FLASH)
        await post(chief, acts_of(urgent), {"act": "take", "from_post": "ru.duty"})
        (taken,) = steps(await get(ru, f"/api/messages/{urgent.lower()}"))["taken-by"]["acts"]
        assert (taken["post"], taken["officer"]) == ("ru.chief", "Colonel")
        again = await refused(ru, acts_of(urgent), {"act": "take"})
        assert again == (409, "services.messages.already_taken")
        await chief.http.aclose()

    loop.do(do)


def test_an_act_about_nothing_is_refused(loop):
    async def do(us, _ru):
        unknown = "services.messages.unknown_message"
        assert await refused(us, "/api/messages/ru/99999/acts", {"act": "read"}) == (400, unknown)
        answer = await us.http.get("/api/messages/xx/1")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "model.message_number.unknown")
        answer = await us.http.get("/api/messages/ru/99999")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "node.desk.no_message")

    loop.do(do)


# --- once -----------------------------------------------------------------------------------------------------


def test_the_same_value_gives_the_same_answer_and_no_second_entry(loop):
    async def do(us, _ru):
        header = once()
        before = (await sizes(us))[0]
        asking = [us.http.post("/api/messages", json=TEXT, headers=header) for _ in range(3)]
        answers = [answer.json() for answer in await asyncio.gather(*asking)]
        answers.append(await post(us, "/api/messages", TEXT, header))
        assert all(answer == answers[0] for answer in answers)
        assert (await sizes(us))[0] == before + 1
        other = TEXT | {"text": "Something else."}
        assert await refused(us, "/api/messages", other, header) == (400, "console.once.other")
        anew = await post(us, "/api/messages", TEXT)
        assert anew["number"] != answers[0]["number"]

    loop.do(do)


def test_what_a_page_asked_of_an_earlier_run_of_the_node_is_not_done_again_unasked(loop):
    async def do(us, _ru):
        ours = {"coupefeu-once": f"{us.desk.run}.drawn"}
        await post(us, "/api/messages", TEXT, ours)
        earlier = {"coupefeu-once": f"{'0' * 16}.drawn"}
        assert await refused(us, "/api/messages", TEXT, earlier) == (409, "console.once.other_run")
        for bad in ("", "x" * 129):
            assert await refused(us, "/api/messages", TEXT, {"coupefeu-once": bad}) == (
                400,
                "console.once.missing",
            )

    loop.do(do)


def test_what_was_refused_may_be_asked_again_and_a_page_that_hangs_up_stops_nothing(loop):
    async def do(us, _ru):
        header = once()
        code = "services.messages.missing_place"
        assert await refused(us, "/api/messages", FLASH | {"place": ""}, header) == (400, code)
        answer = await post(us, "/api/messages", FLASH, header)
        header = once()
        asking = asyncio.ensure_future(us.http.post("/api/messages", json=TEXT, headers=header))
        await until(lambda: header["coupefeu-once"] in us.desk.once._done)
        asking.cancel()
        before = int(answer["number"].partition("/")[2])
        again = await post(us, "/api/messages", TEXT, header)
        after = await post(us, "/api/messages", TEXT)
        numbers = [int(each["number"].partition("/")[2]) for each in (again, after)]
        assert numbers == [before + 1, before + 2]

    loop.do(do)


# --- shown ----------------------------------------------------------------------------------------------------


def test_shown_is_recorded_once_for_the_screens_that_confirm_together_and_looking_records_nothing(loop):
    async def do(us, ru):
        number = await said(us, ru, FLASH)
        async with Stream(ru, "one"), Stream(ru, "two"):
            before = (await sizes(ru))[1]
            for path in ("", "/open", f"/{number.lower()}", "?text=noon", "?open=true"):
                assert (await ru.http.get(f"/api/messages{path}")).status_code == 200
            await get(ru, "/api/desk")
            assert (await sizes(ru))[1] == before
            asking = [
                ru.http.post("/api/shown", json={"console": name, "messages": [number]})
                for name in ("one", "two", "one")
            ]
            assert {answer.status_code for answer in await asyncio.gather(*asking)} == {204}
            assert (await sizes(ru))[1] == before + 1
            message = await get(ru, f"/api/messages/{number.lower()}")
            shown = steps(message)["shown"]
            assert (shown["done"], shown["screens"], shown["machine"], shown["idle"]) == (True, 2, True, True)
            assert not steps(message)["read-by"]["done"]
            again = await ru.http.post("/api/shown", json={"console": "two", "messages": [number]})
            assert again.status_code == 204
            ru.desk.shown._known.clear()  # as after a start of the node
            again = await ru.http.post("/api/shown", json={"console": "two", "messages": [number]})
            assert again.status_code == 204
            assert (await sizes(ru))[1] == before + 1

    loop.do(do)


def test_only_a_live_console_of_the_same_session_is_a_screen(loop):
    async def do(us, ru):
        number = await said(us, ru, TEXT)
        body = {"console": "mine", "messages": [number]}
        assert await refused(ru, "/api/shown", body) == (400, "console.shown.not_live")
        other = Served(ru.backend, ru.console)
        await other.sign_in()
        async with Stream(ru, "mine"):
            assert await refused(other, "/api/shown", body) == (400, "console.shown.not_live")
        await until(lambda: not ru.desk.feed.consoles)
        assert await refused(ru, "/api/shown", body) == (400, "console.shown.not_live")
        assert not steps(await get(ru, f"/api/messages/{number.lower()}"))["shown"]["done"]
        await other.http.aclose()

    loop.do(do)


def test_our_own_messages_line_tests_and_numbers_of_nothing_are_never_shown(loop):
    async def do(us, ru):
        ours = await post(ru, "/api/messages", TEXT)
        test = await said(us, ru, {"form": "line-test"})
        async with Stream(ru, "mine"):
            before = (await sizes(ru))[1]
            body = {"console": "mine", "messages": [ours["number"], test, "US/99999", "US/0"]}
            assert (await ru.http.post("/api/shown", json=body)).status_code == 204
            assert Kind.SHOWN not in await _kinds(ru, before)
            assert await refused(ru, "/api/shown", body | {"messages": ["?"]}) == (
                400,
                "model.message_number.unknown",
            )

    loop.do(do)


async def _kinds(served, since):
    """Give the kinds of what RU has recorded since."""
    rows = await served.desk.read(lambda look: look.reader.entries(1, since, 100))
    return [decode_head(row["head"]).kind for row in rows]


def test_a_flood_is_shown_sixteen_to_an_entry(loop):
    async def do(us, ru):
        numbers = [(await post(us, "/api/messages", TEXT | {"text": f"{n}"}))["number"] for n in range(40)]
        await holds(ru, numbers[-1])
        for number in numbers:
            await holds(ru, number)
        async with Stream(ru, "mine"):
            before = (await sizes(ru))[1]
            body = {"console": "mine", "messages": numbers}
            assert (await ru.http.post("/api/shown", json=body)).status_code == 204
            assert (await _kinds(ru, before)).count(Kind.SHOWN) == 3
            for number in (numbers[0], numbers[-1]):
                assert steps(await get(ru, f"/api/messages/{number.lower()}"))["shown"]["screens"] == 1

    loop.do(do)


# --- lists ----------------------------------------------------------------------------------------------------


def test_windows_join_filters_let_through_what_they_say_and_every_list_says_what_it_covers(loop):
    async def do(us, ru):
        async def page(**query):
            return await get(us, "/api/messages", **query)

        await post(us, "/api/messages", FLASH | {"text": "Ёлка у моста"})
        for body in (TEXT | {"subject": "protest"}, *[TEXT] * 4):
            await post(us, "/api/messages", body)
        await said(ru, us, TEXT)
        await said(us, ru, TEXT | {"text": "Straße NAÏVE 100%_x", "precedence": "priority"})
        whole = await page(limit=200)
        count = len(whole["rows"])
        assert (whole["total"], whole["looked_at"], whole["truncated"], whole["offset"]) == (
            count,
            count,
            False,
            0,
        )
        assert [row["arrived_ms"] for row in whole["rows"]] == sorted(
            (row["arrived_ms"] for row in whole["rows"]), reverse=True
        )
        numbers = [row["number"] for row in whole["rows"]]
        assert len(set(numbers)) == count
        parts = [await page(offset=offset, limit=7) for offset in range(0, count + 7, 7)]
        assert [row["number"] for part in parts for row in part["rows"]] == numbers
        assert {part["total"] for part in parts} == {count}
        for query, keeps in (
            ({"precedence": "FLASH"}, lambda row: row["precedence"] == "FLASH"),
            ({"party": "ru"}, lambda row: row["party"] == "ru"),
            ({"form": "warning"}, lambda row: row["form"] == "warning"),
            ({"subject": "PROTEST"}, lambda row: row["subject"] == "PROTEST"),
            ({"form": "free-text", "precedence": "priority"}, lambda row: row["precedence"] == "PRIORITY"),
        ):
            found = await page(limit=200, **query)
            kept = [row["number"] for row in whole["rows"] if keeps(row)]
            assert [row["number"] for row in found["rows"]] == kept
            assert found["total"] == len(kept) > 0
        for words, expected in (
            ("ЕЛКА У МОСТА", 1), ("елка", 1), ("strasse nai\u0308ve", 1), ("100%_X", 1), ("100%zx", 0),
            ("  noon. ", None), ("nowhere at all", 0),
        ):  # fmt: skip
            found = await page(text=words, limit=200)
            assert expected is None or found["total"] == len(found["rows"]) == expected, words
            assert (found["looked_at"], found["truncated"]) == (count, False)
        some = await page(text="noon", limit=2, offset=2)
        every = await page(text="noon", limit=200)
        assert some["rows"] == every["rows"][2:4]
        assert some["total"] == every["total"]
        beyond = await page(text="noon", limit=2, offset=5_000)
        assert (beyond["rows"], beyond["total"]) == ([], every["total"])
        narrow = await page(text="noon", party="ru", limit=200)
        assert [r["number"] for r in narrow["rows"]] == [
            r["number"] for r in every["rows"] if r["party"] == "ru"
        ]

    loop.do(do)


def test_fifty_pages_that_ask_at_once_cost_one_look_and_none_is_given_an_old_list(loop, monkeypatch):
    looks = []
    make = messages.message_page

    def counted(look, **asked):
        looks.append(asked)
        return make(look, **asked)

    monkeypatch.setattr(messages, "message_page", counted)

    async def do(us, _ru):
        await post(us, "/api/messages", TEXT)
        answers = await asyncio.gather(*[get(us, "/api/messages", limit=60) for _ in range(50)])
        assert len({answer["rows"][0]["number"] for answer in answers}) == 1
        assert len(looks) < 25  # each receipt, and each judging, that comes meanwhile is a change
        for _ in range(5):
            number = (await post(us, "/api/messages", TEXT))["number"]
            assert (await get(us, "/api/messages", limit=60))["rows"][0]["number"] == number

    loop.do(do)


def test_what_is_open_is_listed_by_urgency_and_filtered_like_the_rest(loop):
    async def do(us, ru):
        urgent = await said(us, ru, FLASH)
        page = await open_with(ru, urgent)
        assert page["rows"][0]["precedence"] == "FLASH"
        order = ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"]
        ranks = [order.index(row["precedence"]) for row in page["rows"]]
        assert ranks == sorted(ranks)
        assert all(row["open"] and row["due_ms"] and row["next_step"] for row in page["rows"])
        assert page["looked_at"] >= len(page["rows"])
        found = await get(ru, "/api/messages", open="true", form="warning")
        assert urgent in [row["number"] for row in found["rows"]]
        assert {row["form"] for row in found["rows"]} == {"warning"}
        assert found["total"] == len([row for row in page["rows"] if row["form"] == "warning"])

    loop.do(do)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"precedence": "urgent"}, "console.request.precedence"),
        ({"form": "song"}, "console.request.form"),
        ({"subject": "weather"}, "console.request.subject"),
        ({"party": "xx"}, "model.agreement.no_party"),
        ({"limit": "201"}, "console.request.invalid"),
        ({"limit": "0"}, "console.request.invalid"),
        ({"offset": "-1"}, "console.request.invalid"),
        ({"text": "x" * 501}, "console.request.invalid"),
    ],
)
def test_a_list_that_cannot_be_is_refused(loop, query, code):
    async def do(us, _ru):
        answer = await us.http.get("/api/messages", params=query)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)

    loop.do(do)
