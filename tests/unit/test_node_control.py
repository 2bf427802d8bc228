"""The control socket as docs/spec/control.md has it: who may open it, what it answers, what its events never hold."""

import asyncio
import json
import os
import re
import stat
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.documents import ROOT

from coupefeu.model.entry import Head
from coupefeu.model.precedence import Precedence
from coupefeu.node.control import Client, ControlServer
from coupefeu.node.events import (
    AttachmentKept,
    EntryRecorded,
    LineChanged,
    ReceiptTaken,
    Recovering,
    StaffingChanged,
    TermsChanged,
    Trouble,
)
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.following import AttachmentSeen, read_event
from coupefeu.node.local import LocalBackend, describe_change
from coupefeu.services.base import Recorded
from coupefeu.services.watch.unstaffed import Unstaffed, UnstaffedCause

SPECIFICATION = (ROOT / "docs" / "spec" / "control.md").read_text("utf-8")
SECRET_WORDS = "what the officer wrote"


def table(heading: str) -> list[list[str]]:
    """Give the names in backticks of each row of the table below a heading, cell by cell."""
    section = SPECIFICATION.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line for line in section.split("\n") if line.startswith("| `")]
    return [[re.findall(r"`(\w+)`", cell) for cell in row.strip("| ").split(" | ")] for row in rows]


@pytest.fixture
def folder(tmp_path):
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    return us


async def asked(folder, *lines: bytes) -> list[dict]:
    backend = await LocalBackend.start(folder, online=False)
    try:
        assert stat.S_IMODE(folder.socket_path.stat().st_mode) == 0o600
        reader, writer = await asyncio.open_unix_connection(str(folder.socket_path))
        answers = []
        for line in lines:
            writer.write(line + b"\n")
            answers.append(json.loads(await asyncio.wait_for(reader.readline(), 20)))
        writer.close()
    finally:
        await backend.close()
    assert not folder.socket_path.exists()
    return answers


def ask(folder, **request):
    (answer,) = asyncio.run(asked(folder, json.dumps({"id": 7, **request}).encode()))
    assert answer.pop("id") == 7
    return answer


def test_the_example_of_the_specification_is_recorded(folder):
    example = SPECIFICATION.split("```json\n")[1].split("```")[0]
    (answer,) = asyncio.run(asked(folder, example.replace("\n", "").encode()))
    assert answer == {"id": 1, "ok": [[0, 1]]}


def test_what_nobody_can_ask_is_refused_by_a_branch_of_the_error_tree(folder):
    error = ask(folder, do="erase")["error"]
    assert (error["kind"], error["code"]) == ("PeerError", "node.control.unknown")


def test_the_status_has_the_fields_that_are_published(folder):
    (line,) = ask(folder, do="status")["ok"]["lines"].values()
    assert set(line) == {name for names, *_ in table("Status") for name in names}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"nonsense",
        b'{"id": 1}',
        b'{"id": 1, "do": "act"}',
        b'{"id": 1, "do": "act", "command": "Erase", "fields": {}}',
        b'{"id": 1, "do": "act", "command": "Take", "fields": {"message": "US/1", "from_post": "us.duty"}}',
        b'{"id": 1, "do": "receipt", "index": "x"}',
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_code_and_the_next_is_answered(folder, line):
    refused, answered = asyncio.run(asked(folder, line, b'{"id": 2, "do": "status"}'))
    assert set(refused["error"]) == {"kind", "code", "message", "hint"}
    assert answered["ok"]["running"]


def entry(index: int) -> Recorded:
    head = partial(Head, kind=16, from_post="us.duty", to_posts=("ru.duty",), precedence=Precedence.FLASH)
    return Recorded(
        log=0, index=index, arrival=1, arrived_ms=5, ours=True, leaf_hash=bytes(32), body=SECRET_WORDS.encode(),
        head=head(written_ms=5, language=SECRET_WORDS, agreement_version=1),
    )  # fmt: skip


CHANGES = {
    "entry": EntryRecorded(recorded=entry(3)),
    "receipt": ReceiptTaken(holder=1, start=0, end=4, arrived_ms=9),
    "line": LineChanged(party=1, up=True, alive=False),
    "terms": TermsChanged(version=2, says="Version 2 of the agreement is in force."),
    "recovering": Recovering(reason="the high-water file is missing", stage="absent"),
    "attachment": AttachmentKept(log=1, index=7, number=2),
    "staffing": StaffingChanged(
        before=(), unstaffed=(Unstaffed(post="us.duty", cause=UnstaffedCause.NOBODY, since_ms=9),)
    ),
    "trouble": Trouble(party=None, code="node.engine.behind", detail="more than we do"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_an_event_has_the_fields_that_are_published_and_no_contents(what):
    event = describe_change(CHANGES[what], ("us", "ru"))
    (published,) = [names for (name,), names, *_ in table("Events") if name == what]
    assert set(event) == {"what", *published}
    assert SECRET_WORDS not in json.dumps(event)


def test_the_events_that_are_published_are_these():
    assert {name for (name,), *_ in table("Events")} == {"what", *CHANGES}


def test_the_arrival_of_an_attachment_is_read_as_it_was_told():
    told = describe_change(CHANGES["attachment"], ("us", "ru"))
    assert read_event(told) == AttachmentSeen(number="RU/7", attachment=2)


def test_the_socket_is_its_owners_from_the_first_moment_whatever_the_umask_is(tmp_path, monkeypatch):
    path = tmp_path / "control.sock"
    monkeypatch.delattr(Path, "chmod")

    async def serve():
        server = ControlServer(path, None, None)
        await server.start()
        mode = stat.S_IMODE(path.stat().st_mode)
        await server.close()
        return mode

    mask = os.umask(0)
    try:
        assert asyncio.run(serve()) == 0o600
    finally:
        assert os.umask(mask) == 0, "and the umask is as it was"


def test_who_hangs_up_while_waiting_for_a_receipt_leaves_nothing_behind(folder):
    async def play():
        backend = await LocalBackend.start(folder, online=False)
        try:
            _, writer = await asyncio.open_unix_connection(str(folder.socket_path))
            writer.write(b'{"id": 1, "do": "receipt", "index": 9}\n')
            writer.write(b'{"id": 2, "do": "follow"}\n')
            for _ in range(2_000):
                if backend._waiting:
                    break
                await asyncio.sleep(0.01)
            tasks = set(backend._server._tasks)
            writer.close()
            _, waiting = await asyncio.wait(tasks, timeout=20)
            assert (backend._waiting, waiting) == ({}, set())
            assert [each for each in backend.runtime.engine._listeners if "follow" in repr(each)] == []
        finally:
            await backend.close()

    asyncio.run(play())


def test_what_begins_after_its_caller_hung_up_is_let_go_at_once():
    ended = []
    client = Client(SimpleNamespace(close=lambda: ended.append("socket")))
    client.when_closed(lambda: ended.append("first"))()
    client.when_closed(lambda: ended.append("second"))
    client.close()
    client.when_closed(lambda: ended.append("third"))
    assert ended == ["second", "socket", "third"]
