"""A message is shown as it will be read before it is sent: judged alike, made safe alike, and recorded nowhere."""

import asyncio

import pytest
from tests.console.following import get, joined, post

WARNING = {
    "form": "warning",
    "operative": "STOP",
    "place": "36.1 N 38.0 E",
    "numbers": ["12"],
    "text": "Stop the strike on the column.",
    "passages": ["the column"],
}
OF_ITS_TIME = ("number", "arrived_ms", "claimed_ms", "chains", "open", "time_marks", "ours", "sounds")


def on_line(tmp_path, do):
    async def run():
        async with joined(tmp_path / "line") as (us, ru, _line):
            await do(us, ru)

    asyncio.run(run())


def test_what_is_shown_before_is_what_the_other_side_gets(tmp_path):
    async def do(us, ru):
        before = (await get(us, "/api/messages"))["total"]
        shown = await look(us, WARNING)
        assert (await get(us, "/api/messages"))["total"] == before
        said = await post(us, "/api/messages", WARNING)
        got = await _message(ru, said["number"])
        for name in set(got) - set(OF_ITS_TIME):
            assert shown[name] == got[name], name
        assert shown["number"] == ""
        assert (shown["flash"], shown["to_posts"], shown["critical"]) == (
            True,
            ["ru.duty"],
            ["word", "place", "number", "passage"],
        )

    on_line(tmp_path, do)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (WARNING | {"place": ""}, "services.messages.missing_place"),
        (
            {"form": "free-text", "subject": "PROTEST", "precedence": "FLASH", "text": "No."},
            "services.messages.protest_flash",
        ),
        ({"form": "cancellation", "about": "RU/0"}, "node.desk.no_message"),
        ({"form": "line-test", "template": 1}, "console.preview.line_test"),
        (WARNING | {"passages": ["another"]}, "node.draft.critical"),
    ],
)
def test_what_would_be_refused_is_refused_before(tmp_path, asked, code):
    async def do(us, _ru):
        answer = await us.http.post("/api/messages/preview", json=asked)
        assert answer.status_code >= 400
        assert answer.json()["error"]["code"] == code

    on_line(tmp_path, do)


def test_a_correction_is_shown_with_the_message_that_it_names(tmp_path):
    async def do(us, _ru):
        said = await post(us, "/api/messages", WARNING)
        asked = {"form": "correction", "about": said["number"], "text": "The second column."}
        shown = await look(us, asked)
        assert (shown["about"], shown["precedence"], shown["critical"]) == (
            said["number"],
            "FLASH",
            ["number"],
        )

    on_line(tmp_path, do)


def test_hostile_text_is_marked_before_it_is_sent(tmp_path):
    async def do(us, _ru):
        shown = await look(us, {"form": "free-text", "text": "a\u202eb <script>"})
        assert "\u202e" not in shown["shown"] + shown["text"]
        assert [mark["what"] for mark in shown["marked"]] == ["direction"]

    on_line(tmp_path, do)


async def look(served, asked):
    answer = await served.http.post("/api/messages/preview", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _message(served, number):
    async with asyncio.timeout(30):
        while True:
            answer = await served.http.get(f"/api/messages/{number.lower()}")
            if answer.status_code == 200:
                return answer.json()
            await asyncio.sleep(0.02)  # another node's record
