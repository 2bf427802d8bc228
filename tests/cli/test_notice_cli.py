"""Notices by command: filed on one side, answered and read back on the other, and what each side reads of them."""

import asyncio
import json
import shutil
from datetime import UTC, datetime

import pytest
from tests.cli.conftest import BANNER, WITHIN_S, Commands

import coupefeu
from coupefeu.model.notices import NoticeForm
from coupefeu.model.places import Position
from coupefeu.model.volumes import Circle, Volume
from coupefeu.node.folder import NodeFolder
from coupefeu.services.notices.commands import AnswerNotice, FileNotice
from coupefeu.services.notices.facts import NoticeFact
from coupefeu.services.notices.forms import FORMS

HOUR_MS = 3_600_000
FIELDS = {1: "Relief", 2: 2, 4: 3, 7: "Warehouse", 8: 1, 9: "Port", 10: 2, 14: "Leader", 15: "+000"}


def at(folder, hours):
    now_ms = NodeFolder.open(folder).clock().utc_ms
    return now_ms - now_ms % 60_000 + hours * HOUR_MS


def written(folder, hours):
    return datetime.fromtimestamp(at(folder, hours) / 1_000, UTC).strftime("%Y-%m-%dT%H:%MZ")


def area(folder, start):
    return Volume(
        shape=Circle(centre=Position(lat_e7=445_000_000, lon_e7=312_000_000), radius_dm=100_000),
        lower=None,
        upper=None,
        start_ms=at(folder, start),
        end_ms=at(folder, start + 2),
    )


async def _speak(us, ru):
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru) as theirs:
        fact = NoticeFact(
            form=NoticeForm.HUMANITARIAN_MOVEMENT, title="Convoy", volumes=(area(us, 72),), fields=FIELDS,
            wants_answer=True,
        )  # fmt: skip
        (filed,) = await ours.act(FileNotice.of(fact, "us.duty"))
        await filed.receipt()
        (countered,) = await theirs.act(
            AnswerNotice.countering(filed.id, (area(us, 80),), "ru.duty", words="Later.")
        )
        await countered.receipt()
        return filed.number, countered.number


@pytest.fixture(scope="module")
def spoken(played, tmp_path_factory):
    """A movement that US filed and RU answered with a counter-proposal; both are on both records."""
    folder = tmp_path_factory.mktemp("notices")
    for name in ("us", "ru", "numbers.json"):
        copy = shutil.copytree if (played / name).is_dir() else shutil.copy
        copy(played / name, folder / name)
    return folder, asyncio.run(asyncio.wait_for(_speak(folder / "us", folder / "ru"), WITHIN_S))


@pytest.fixture
def table(spoken, tmp_path):
    folder, numbers = spoken
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "killed").mkdir(exist_ok=True)
    return Commands(tmp_path), *numbers


def flights(line):
    return (
        "notice", "file", "flight-safety", "--title", "Patrol", "--circle", "44.5N 31.2E / 20 NM", "--lower", "SFC",
        "--upper", "FL120", "--from", written(line.us, 4), "--to", written(line.us, 9), "--set", "activity=2",
        "--set", "contact=Duty desk", "--unit", "Squadron 2",
    )  # fmt: skip


def test_a_notice_is_filed_as_it_was_typed(line):
    said = line.json(*flights(line))["notice"]
    assert said["state"] == "live"
    assert said["form"] == "flight-safety"
    assert said["fields"] == {"activity": 2, "contact": "Duty desk"}
    assert said["units"] == ["Squadron 2"]
    assert not said["short_notice"]
    (shape,) = said["areas"]
    assert shape["geometry"] == {"type": "Point", "coordinates": [31.2, 44.5]}
    assert shape["properties"]["radius_m"] == 37_040
    lines = line.run("notice", "show", said["number"])
    assert "   Patrol" in lines
    text = "\n".join(lines)
    assert lines[0] == BANNER
    assert "IN FORCE  Flight safety notice: Patrol" in text
    assert "44.5000000N 31.2000000E, 37040.0 m" in text
    assert "Protection under the law does not depend on a notice" in text
    assert "EN VIGUEUR  Notification de sécurité aérienne" in "\n".join(
        line.run("notice", "list", "--language", "fr")
    )


def test_what_is_not_typed_stays_when_it_is_amended(line):
    filed = line.json(*flights(line))["notice"]
    amended = line.json(
        "notice",
        "amend",
        filed["number"],
        "--upper",
        "FL100",
        "--set",
        "call-sign=EAGLE",
        "--set",
        "activity=1",
    )["notice"]
    assert amended["versions"][-1]["changed"] == ["volumes.1.upper", "fields.1", "fields.3"]
    assert amended["fields"] == {"activity": 1, "contact": "Duty desk", "call_sign": "EAGLE"}
    assert amended["areas"][0]["geometry"] == filed["areas"][0]["geometry"]
    withdrawn = line.json("notice", "withdraw", filed["number"], "--words", "No flights.")["notice"]
    assert (withdrawn["state"], withdrawn["closing"]["words"]) == ("withdrawn", "No flights.")
    assert line.json("notice", "list", "--state", "live")["total"] == 0


def test_a_counter_proposal_is_accepted_by_its_number(table):
    line, filed, countered = table
    text = "\n".join(line.run("notice", "show", filed))
    assert "RU: COUNTER-PROPOSAL" in text
    assert "| Later." in text
    said = line.json("notice", "counter", countered, "accept")
    assert len(said["recorded"]) == 2
    assert said["notice"]["requests"] == {"ru": "counter-accepted"}
    assert said["notice"]["start_ms"] == at(line.us, 80)


def test_the_other_side_answers_and_reads_back(table):
    line, filed, _ = table
    read = line.json("notice", "read-back", filed, "--position", "44.5000N 31.2000E", node=line.ru)["notice"]
    assert read["read_backs"][0]["is_understood"]
    text = "\n".join(
        line.run(
            "notice", "read-back", filed, "--position", "44.6000N 31.2000E", "--language", "en", node=line.ru
        )
    )
    assert "READ BACK DIFFERENTLY" in text
    (_, other) = line.json("notice", "show", filed, node=line.ru)["notice"]["read_backs"]
    ((number, reason),) = [(each["number"], each["reason"]) for each in other["differences"]]
    assert (number, reason) == (1, "elsewhere")
    said = line.json("notice", "answer", filed, "agreed", node=line.ru)["notice"]
    assert said["requests"] == {"ru": "agreed"}
    assert said["answers"][-1]["answer"] == "AGREED"
    refused = line.refused("notice", "answer", filed, "denied", node=line.ru)
    assert refused.code == "services.notices.missing_words"
    assert line.refused("notice", "answer", filed, "noted").code == "services.notices.own_notice"
    assert line.refused("notice", "read-back", filed, node=line.ru).code == "cli.notice.no_position"


@pytest.mark.parametrize(
    ("options", "code", "named"),
    [
        (("--circle", "44.5N 31.2E"), "cli.notice.unreadable", "--circle"),
        (("--circle", "1N 1E; 2N 2E / 5 NM"), "cli.notice.unreadable", "--circle"),
        (("--circle", "somewhere / 5 NM"), "wire.position.unreadable", "--circle"),
        (("--corridor", "1N 1E; 2N 2E / far"), "wire.quantity.length", "--corridor"),
        (("--track", "noon 1N 1E / 5 NM"), "wire.quantity.instant", "--track"),
        (("--upper", "100"), "wire.quantity.no_unit", "--upper"),
        (("--from", "2024-04-01T09:00"), "wire.quantity.no_zone", "--from"),
        (("--set", "colour=red"), "cli.notice.no_field", "--set"),
        (("--set", "aircraft=two"), "node.importing.field", "--set aircraft"),
        (("--geojson", "nowhere.geojson"), "cli.notice.no_file", "nowhere.geojson"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_option(line, options, code, named):
    refused = line.refused(*flights(line), *options)
    assert refused.code == code
    assert named in refused.message


def test_an_area_that_cannot_be_is_refused_by_its_number(line):
    bow = "1N 1E; 2N 2E; 2N 1E; 1N 2E"
    refused = line.refused(*flights(line), "--polygon", bow)
    assert refused.code.startswith("deconfliction.")
    assert refused.message.startswith("Area 2")


def test_areas_come_from_a_file_with_holes(line, tmp_path):
    shell, hole = ([[30, 44], [32, 44], [32, 45], [30, 45]], [[30.5, 44.4], [31, 44.4], [31, 44.6]])
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]] for ring in (shell, hole)]}
    (tmp_path / "area.geojson").write_text(
        json.dumps({"type": "Feature", "geometry": geometry, "properties": {}})
    )
    said = line.json(*flights(line)[:5], *flights(line)[7:], "--geojson", tmp_path / "area.geojson")["notice"]
    assert len(said["areas"][0]["geometry"]["coordinates"]) == 2


def test_the_forms_are_listed_with_what_is_agreed(line):
    forms = line.json("notice", "forms")["forms"]
    assert [each["number"] for each in forms] == [int(each) for each in NoticeForm]
    assert all(len(each["fields"]) == len(FORMS[each["number"]].fields) for each in forms)
    text = "\n".join(line.run("notice", "forms", "--language", "ru"))
    assert "Гуманитарное передвижение" in text
