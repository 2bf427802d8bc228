"""The node's log tells what the machine did, never what was said, and never stops the line."""

import asyncio
import json

import pytest

from coupefeu.errors import CoupefeuError, StoreError
from coupefeu.model.instant import Moment
from coupefeu.node.control import ControlClient, ControlServer
from coupefeu.node.events import LineChanged, Trouble
from coupefeu.node.journal import OLD_FILES, Journal
from coupefeu.store.writer import Writer


@pytest.fixture
def journal(tmp_path):
    kept = Journal(tmp_path / "node.log", ("us", "ru"))
    yield kept
    kept.close()


def lines(tmp_path):
    return [json.loads(line) for line in (tmp_path / "node.log").read_text("utf-8").splitlines()]


def test_changes_of_the_line_and_trouble_are_noted(journal, tmp_path):
    journal.hear(LineChanged(party=1, up=True, alive=False))
    journal.hear(Trouble(party=None, code="a.b.c", detail="Где?"))
    first, second = lines(tmp_path)
    assert {key: first[key] for key in ("what", "party", "up", "alive")} == {
        "what": "line", "party": "ru", "up": True, "alive": False
    }  # fmt: skip
    assert first["at"].endswith("Z")
    assert (second["what"], second["party"], second["detail"]) == ("trouble", None, "Где?")
    assert "Где?" in (tmp_path / "node.log").read_text("utf-8")
    assert (tmp_path / "node.log").stat().st_mode & 0o777 == 0o600


def test_a_defect_has_one_incident_here_and_at_the_officers_and_quotes_no_contents(journal, tmp_path):
    contents = "the secret"
    try:
        int(contents)
    except ValueError as error:
        told = journal.defect(error)
    (noted,) = lines(tmp_path)
    assert noted["incident"] in told.message
    assert noted["incident"] in told.hint
    assert noted["error"] == "ValueError"
    assert "test_node_journal" in noted["trace"]
    assert contents not in (tmp_path / "node.log").read_text("utf-8")


def test_it_never_grows_without_bound(journal, tmp_path, monkeypatch):
    monkeypatch.setattr(journal._handler, "maxBytes", 2_000)
    for number in range(300):
        journal.note("line", number=number)
    files = list(tmp_path.iterdir())
    assert len(files) == OLD_FILES + 1
    assert max(file.stat().st_size for file in files) <= 2_000
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_full_disk_stops_nothing(tmp_path):
    journal = Journal(tmp_path / "node.log", ("us", "ru"))
    (tmp_path / "node.log").unlink()
    (tmp_path / "node.log").symlink_to("/dev/full")
    journal.note("line", up=True)
    journal.close()


def test_a_defect_of_the_node_is_answered_with_its_incident(journal, tmp_path):
    async def answer(request, client):
        raise RuntimeError("the secret of the message")

    async def ask():
        server = ControlServer(tmp_path / "control.sock", answer, journal.defect)
        await server.start()
        client = await ControlClient.connect(tmp_path / "control.sock")
        try:
            await asyncio.wait_for(client.ask("anything"), 10)
        finally:
            await client.close()
            await server.close()

    with pytest.raises(CoupefeuError, match="incident") as raised:
        asyncio.run(ask())
    assert raised.value.code == "node.journal.defect"
    assert lines(tmp_path)[0]["incident"] in raised.value.message


def test_a_defect_of_the_writer_reaches_every_waiting_caller(journal, tmp_path):
    class Broken:
        def execute(self, jobs, now):
            raise ZeroDivisionError

        def close(self):
            pass

    outcomes = []
    clock = lambda: Moment(utc_ms=0, mono_ms=0)  # noqa: E731 - a clock of one line
    writer = Writer(Broken, clock, lambda hand_back: hand_back(), lambda: None, journal.defect)
    writer.submit(None, outcomes.append)
    writer.close()
    assert isinstance(outcomes[0], StoreError)
    assert lines(tmp_path)[0]["error"] == "ZeroDivisionError"
