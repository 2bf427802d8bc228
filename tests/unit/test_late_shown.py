"""That a movement runs late, since when and until when, is said wherever a notice leaves the record or is printed."""

import json
from xml.etree import ElementTree as ET

import pytest
from tests.unit.test_notices_ahead import DRIVE, START, Movement

from coupefeu.cli.notice_words import summary_lines
from coupefeu.console.map_routes import _drawn
from coupefeu.console.notices_told import Counted, notice_line
from coupefeu.model.instant import format_instant
from coupefeu.model.notices import CheckIn
from coupefeu.node.ageing import Aged, AgeLimits, judge_ages
from coupefeu.node.exporting.formats import Exported, ExportFormat, export_notices
from coupefeu.node.importing.judging import Wish
from coupefeu.node.importing.source import Format, Source
from coupefeu.node.notice_values import notice_values
from coupefeu.node.tak.drawn import Drawn
from coupefeu.words import say


@pytest.fixture(name="line")
def moving(tmp_path):
    line = Movement(tmp_path / "record.db").moves()
    line.say("Hold point", CheckIn.HELD, START + 1)
    return line


def at(line, hours):
    return line.view(line.notice, hours), line.context(hours).now.utc_ms


def exported(line, format_, hours=13.0):
    view, now_ms = at(line, hours)
    about = Exported(line="0" * 8, is_exercise=False, language="en", now_ms=now_ms)
    return export_notices([view], format_, about), view, now_ms


def test_geojson_says_since_when_and_comes_back_as_it_was_filed(line):
    text, view, _ = exported(line, ExportFormat.GEOJSON)
    (feature,) = json.loads(text)["features"]
    said = feature["properties"]
    assert said["state"] == "late"
    assert said["late_since"] == format_instant(view.end_ms)
    assert said["heard_of"] == format_instant(view.heard_ms)
    assert said["stands_until"] == format_instant(view.until_ms)
    in_time, _, _ = exported(line, ExportFormat.GEOJSON, hours=11)
    (before,) = json.loads(in_time)["features"]
    assert before["geometry"] == feature["geometry"]
    assert "late_since" not in before["properties"]


def test_csv_has_columns_for_it_only_where_something_runs_late(line):
    header, row = exported(line, ExportFormat.CSV)[0].splitlines()[:2]
    assert {"state", "late_since", "heard_of", "stands_until"} <= set(header.split(","))
    assert "late" in row.split(",")
    assert "late_since" not in exported(line, ExportFormat.CSV, hours=11)[0]


def test_cap_holds_until_it_stands_no_longer_and_shows_where_it_may_be(line):
    text, view, _ = exported(line, ExportFormat.CAP)
    assert format_instant(view.until_ms)[:16] in text
    areas = [each for each in ET.fromstring(text).iter() if each.tag.endswith("area")]
    assert len(areas) == len(view.fact.volumes) + len(view.ahead)
    assert say("notices-state-late", "en") in text
    assert "late-since" in text


def test_a_tak_server_is_shown_where_it_may_be_and_not_where_it_was_to_be(line):
    text, view, _ = exported(line, ExportFormat.COT)
    event = ET.fromstring(text)
    assert event.attrib["stale"] == format_instant(view.until_ms)
    assert "RUNNING LATE" in text
    drawn = Drawn(line="0" * 8, is_exercise=False, ours=None)
    assert drawn.change(*at(line, 11.0))
    assert drawn.change(*at(line, 11.5)) == []
    assert drawn.change(*at(line, 13.0)), "it runs late now, which no entry says"
    assert drawn.change(*at(line, 13.5)) == []
    assert drawn.change(*at(line, 40.0)), "and is taken off when it stands no longer"


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_it_is_printed_with_its_age(line, language):
    lines = "\n".join(summary_lines(*at(line, 13.5), language))
    assert say("notices-state-late", language) in lines
    assert "1h30m" in lines.replace(" ", "").replace("\u202f", "").replace("\u2068", "").replace("\u2069", "")
    assert "not-heard" not in lines
    silent = "\n".join(summary_lines(*at(line, 19.0), language))
    assert silent != lines


def test_values_and_pages_say_it(line):
    view, _ = at(line, 13.0)
    values = notice_values(view)
    assert (values["state"], values["until_ms"], values["heard_ms"]) == ("late", view.until_ms, view.heard_ms)
    assert len(values["ahead"]) == len(view.ahead)
    shown = notice_line(view, Counted(conflicts={}, gaps={}))
    assert (shown.state, shown.left_ms, shown.unheard) == ("late", view.left_ms, False)
    assert notice_line(at(line, 19.0)[0], Counted(conflicts={}, gaps={})).unheard
    assert _drawn(view, view.fact) == (*view.fact.volumes, *view.ahead)


def test_what_keeps_to_its_plan_is_drawn_by_it_alone(tmp_path):
    line = Movement(tmp_path / "other.db").moves()
    view, _ = at(line, 11.0)
    assert view.ahead
    assert _drawn(view, view.fact) == DRIVE.volumes


def test_it_deserves_a_look(line):
    view, now_ms = at(line, 13.0)
    (aged,) = judge_ages([view], AgeLimits(), now_ms)
    assert aged.reasons == (Aged.LATE,)


def test_what_an_import_reads_of_it_is_the_plan(line, tmp_path):
    text, view, _ = exported(line, ExportFormat.CSV)
    path = tmp_path / "late.csv"
    path.write_text(text, encoding="utf-8")
    with path.open(encoding="utf-8", newline="") as file:
        (found,) = list(Source(file, Format.CSV, Wish()))
    assert found.volumes == view.fact.volumes
