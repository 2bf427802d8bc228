"""Incidents and the state of the line by command: one press, both versions, requests, the file for an inquiry."""

import asyncio
import json
import shutil

import pytest
from tests.cli.conftest import BANNER, WITHIN_S, Commands
from typer.testing import CliRunner

import coupefeu
from coupefeu.cli.main import make_app
from coupefeu.model.incidents import IncidentForm
from coupefeu.model.instant import format_date_time_group
from coupefeu.node.folder import NodeFolder
from coupefeu.services.calls.commands import PlaceCall, WithdrawCall
from coupefeu.services.incidents.commands import PairIncident, QueryIncident, ReportIncident


async def _report(us, ru):
    """US has launched, RU saw it come down and asks why; all of it is on both records."""
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru) as theirs:
        (launch,) = await ours.act(
            ReportIncident(form=IncidentForm.ACCIDENTAL_LAUNCH, from_post="us.duty", casualties="None known")
        )
        await launch.receipt()
        (seen,) = await theirs.act(
            ReportIncident(
                form=IncidentForm.HAZARDOUS_INCIDENT,
                from_post="ru.duty",
                damage="A wall",
                casualties="none known",
            )
        )
        (paired,) = await theirs.act(PairIncident(incident=seen.id, other=launch.id, from_post="ru.duty"))
        (asked,) = await theirs.act(QueryIncident(incident=launch.id, from_post="ru.duty", words="Why?"))
        placed, *_ = await ours.act(
            PlaceCall(from_post="us.duty", to_post="ru.duty", words="Other business.")
        )
        ended, *_ = await ours.act(WithdrawCall(call=placed.id, from_post="us.duty"))
        for each in (seen, paired, asked, ended):
            await each.receipt()
        return launch.number, seen.number, asked.number, placed.number


@pytest.fixture(scope="module")
def reported(played, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reported")
    for name in ("us", "ru", "numbers.json"):
        copy = shutil.copytree if (played / name).is_dir() else shutil.copy
        copy(played / name, folder / name)
    return folder, asyncio.run(asyncio.wait_for(_report(folder / "us", folder / "ru"), WITHIN_S))


@pytest.fixture
def desk(reported, tmp_path):
    folder, numbers = reported
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "killed").mkdir(exist_ok=True)
    return Desk(Commands(tmp_path), *numbers)


class Desk:
    """The desk of US, whose missile it was."""

    def __init__(self, line, launch, seen, asked, placed):
        self.line, self.launch, self.seen, self.asked, self.placed = line, launch, seen, asked, placed

    def run(self, *words, node=None):
        return self.line.run("incident", *words, node=node)

    def json(self, *words, node=None):
        return self.line.json("incident", *words, node=node)

    def refused(self, *words, node=None):
        return self.line.refused("incident", *words, node=node).code


def fields(incident):
    return {each["field"]: each["value"] for each in incident["fields"] if each["value"]}


def test_one_press_reports_and_rings(desk):
    found = desk.json("report", "aircraft-astray")
    incident = found["incident"]
    assert len(found["recorded"]) == 2
    assert (incident["form"], incident["precedence"], incident["state"]) == (
        "aircraft-astray",
        "FLASH",
        "open",
    )
    assert fields(incident) == {}
    rung = desk.line.json("inbox", found["recorded"][1])
    assert rung["precedence"] == "FLASH"
    lines = desk.run("show", incident["number"])
    assert lines[0] == BANNER
    assert sum("not stated" in line for line in lines) == 13


def test_what_is_known_is_said_with_the_form(desk):
    found = desk.json(
        "report", "violation", "--when", "2024-04-01T09:00Z / 2024-04-01T09:04Z", "--about", "--position",
        "30.44N 72.35E", "--within", "2 NM", "--altitude", "FL120", "--damage", "A wall", "--not-coordinated",
        "--provision", "Article 3", "--words", "Seen by two posts.",
    )["incident"]  # fmt: skip
    assert fields(found) == {
        "when": "~ 01 APR 24 09:00:00Z - 01 APR 24 09:04:00Z",
        "position": "30.4400000N 72.3500000E ± 3704 m",
        "altitude": "FL120",
        "damage": "A wall",
        "coordinated": "no",
        "provision": "Article 3",
    }
    assert found["precedence"] == "IMMEDIATE"
    changed = desk.json("amend", found["number"], "--damage", "Two walls", "--coordinated")["incident"]
    assert fields(changed) == fields(found) | {"damage": "Two walls", "coordinated": "yes"}
    assert changed["versions"][1]["changed"] == ["is_coordinated", "damage"]
    assert desk.refused("report", "tea") == "node.incidents.no_such_trigger"
    assert (
        desk.refused("report", "other", "--position", "nowhere") == "services.incidents.unreadable_position"
    )


def test_both_versions_stand_side_by_side(desk):
    incident = desk.json("show", desk.launch)["incident"]
    assert incident["paired"]["number"] == desk.seen
    how = {each["field"]: each["how"] for each in incident["compared"]}
    assert how["casualties"] == "agreed"
    assert how["damage"] == "not-stated-by-us"
    text = "\n".join(desk.run("show", desk.launch, "--language", "fr"))
    assert "NON PRÉCISÉ PAR NOUS" in text
    listed = desk.json("pair", desk.launch)
    (found,) = listed["candidates"]
    assert listed["not_compared"] == 0
    assert (found["number"], found["by_report"]) == (desk.seen, True)
    denied = desk.json("pair", desk.launch, desk.seen, "--not-same", "--words", "Another one.")["incident"]
    assert denied["pairing_disputed"]


def test_a_request_is_answered_and_a_meeting_asked_for(desk):
    listed = desk.json("list", "--state", "open", "--side", "ours")
    assert [each["number"] for each in listed["incidents"]] == [desk.launch]
    assert listed["incidents"][0]["queries"][0]["open"]
    answered = desk.json("reply", desk.asked, "--objectives", "Maintenance", "--words", "A malfunction.")
    (query,) = answered["incident"]["queries"]
    assert not query["open"]
    assert [(each["field"], each["value"]) for each in query["replies"][0]["fields"]] == [
        ("objectives", "Maintenance")
    ]
    met = desk.json("query", desk.launch, "--meeting", desk.asked, "--at", "2030-03-12T09:00Z")["incident"]
    assert [each["asks"] for each in met["queries"]] == ["explanation", "meeting"]
    assert met["queries"][0]["meeting"] == met["queries"][1]["number"]
    assert desk.refused("reply", met["queries"][1]["number"], "--accept") == "services.incidents.own_query"
    assert desk.refused("reply", desk.launch, "--words", "x") == "cli.incident.no_request"


def test_it_is_followed_closed_and_opened_again(desk):
    desk.json("follow", desk.launch, "inquiry", "--words", "A court of inquiry sits.")
    closed = desk.json("close", desk.launch, "measures-taken")["incident"]
    assert (closed["state"], closed["closed_by"]["closure"]) == ("closed", "measures_taken")
    assert desk.json("reopen", desk.launch, "--words", "New parts.")["incident"]["state"] == "queried"
    assert desk.refused("close", desk.seen, "explained") == "services.incidents.foreign_incident"


def test_the_triggers_that_are_agreed_are_listed(desk):
    found = desk.json("triggers")["triggers"]
    assert [each["id"] for each in found][:2] == ["aircraft-astray", "accidental-launch"]
    assert any("Accidental launch" in line for line in desk.run("triggers"))


def test_an_inquiry_is_one_file_that_a_stranger_verifies(desk, tmp_path):
    file = tmp_path / "inquiry.html"
    found = desk.json("export", desk.launch, "--out", file, "--language", "en", node=desk.line.ru)
    assert {desk.launch, desk.seen, desk.asked} <= set(found["entries"])
    assert found["unproved"] == []
    verified = CliRunner().invoke(make_app("verify"), ["verify", str(file), "--json"])
    assert verified.exit_code == 0, verified.output
    assert "Why?" in file.read_text("utf-8")
    assert "A wall" in file.read_text("utf-8")
    assert desk.refused("export", desk.launch, "--out", file, node=desk.line.ru) == "cli.incident.exists"
    assert desk.placed not in found["entries"]
    assert found["calls_left_out"] == 1
    assert "1 call placed meanwhile is not in this file" in file.read_text("utf-8")
    assert "Other business." not in file.read_text("utf-8")
    json.loads(verified.stdout)


def test_a_call_is_in_an_inquiry_by_the_word_of_who_issues_it(desk, tmp_path):
    file = tmp_path / "named.html"
    asked = ("--out", file, "--call", desk.placed, "--language", "en")
    found = desk.json("export", desk.launch, *asked, node=desk.line.ru)
    assert desk.placed in found["entries"]
    assert f"by the word of who issues it: {desk.placed}" in file.read_text("utf-8")
    verified = CliRunner().invoke(make_app("verify"), ["verify", str(file), "--json"])
    assert verified.exit_code == 0, verified.output
    assert desk.refused("export", desk.launch, "--out", tmp_path / "x.html", "--call", desk.launch) == (
        "node.desk.no_call"
    )


def test_the_line_is_declared_and_taken_back(line):
    shown = line.json("line-state")
    assert (shown["state"], [each["state"] for each in shown["parties"]]) == ("open", ["open", "open"])
    later = line.json(
        "line-state", "suspend", "--from", "2090-01-01T00:00Z", "--words", "Until the inquiry ends."
    )
    ours = next(each for each in later["parties"] if each["ours"])
    assert (ours["state"], ours["next"]["state"]) == ("open", "suspended")
    assert any("US will hold the line SUSPENDED" in each for each in line.run("status"))
    now_ms = NodeFolder.open(line.us).clock().utc_ms
    gone_by = format_date_time_group(now_ms - 60_000)[2:7]
    tomorrow = line.json("line-state", "suspend", "--from", gone_by)
    ours = next(each for each in tomorrow["parties"] if each["ours"])
    assert 0 < ours["next"]["from_ms"] - now_ms < 86_400_000, "a bare time is the next one to come"
    assert line.json("line-state", "degrade")["state"] == "degraded"
    assert line.json("status")["line_state"]["state"] == "degraded"
    assert any("US holds the line DEGRADED since" in each for each in line.run("status"))
    assert line.json("line-state", "close")["state"] == "closed"
    assert line.json("line-state", "open", "--words", "Agreed.")["state"] == "open"
    text = "\n".join(line.run("line-state", "show", "--language", "ru"))
    assert "ОТКРЫТА" in text
    assert (
        line.refused("line-state", "suspend", "--from", "2020-01-01T00:00Z").code
        == "services.line_state.past_time"
    )
