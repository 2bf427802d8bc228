"""`coupefeu notice import`: what is good is filed, what is not is named and can be mended, nothing is filed twice."""

import json

import pytest
import typer
from tests.shared import shared_file, shared_json, shared_jsonl
from tests.sizes import size
from typer.testing import CliRunner

import coupefeu
from coupefeu.cli.notice_import import register
from coupefeu.model.messages import parse_number
from coupefeu.model.places import Position
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.services.notices.listed import NoticeFilter

HEADER = "id,title,positions,radius,half_width,lower,upper,from,to,field.contact\n"
WINDOW = "2031-12-01T06:00Z,2031-12-01T09:00Z"
GOOD = f"A1,Range,48.2N 16.3E,5 NM,,SFC,3000 ft AMSL,{WINDOW},Duty desk\n"
ROUTE = f"A2,Route,48.2N 16.3E | 48.5N 17E,,926 m,FL100,FL120,{WINDOW},Duty desk\n"
FORM = ("--form", "flight-safety", "--set", "activity=1")


@pytest.fixture
def imported(line, tmp_path):
    def run(text, *words, name="plan.csv", code=0, rejects="rejects"):
        file = tmp_path / name
        file.write_text(text, "utf-8")
        app = typer.Typer()
        app.callback()(lambda: None)
        register(app)
        out = tmp_path / f"{rejects}{file.suffix}"
        arguments = ["import", str(file), "--node", str(line.us), "--rejects", str(out), *words, "--json"]
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, coupefeu.CoupefeuError):
            return result.exception
        assert result.exit_code == code, (result.output, result.exception)
        return json.loads(result.stdout)

    return run


def notices(line):
    desk = Desk.open(NodeFolder.open(line.us), running=False)
    try:
        return [each.fact for each in desk.notices.listed(NoticeFilter(ours=True), 0, 2_000).notices]
    finally:
        desk.close()


def test_what_is_good_is_filed_and_what_is_not_is_named_by_line_field_and_reason(imported, line, tmp_path):
    bad = GOOD.replace("A1", "B1").replace("5 NM", "7 NM").replace("3000 ft AMSL", "3000 ft")
    found = imported(HEADER + GOOD + bad + '"broken\n' + ROUTE, *FORM, code=5)
    assert (found["read"], found["filed"], found["rejected"], found["duplicates"]) == (4, 2, 2, 0)
    assert found["exercise"] is True
    assert [(each["number"], each["field"]) for each in found["rejects"]] == [(3, "upper"), (4, "")]
    assert {each.title for each in notices(line)} == {"Range", "Route"}
    written = (tmp_path / "rejects.csv").read_text("utf-8")
    assert "3,upper,'3000 ft' does not say above what" in written.replace('"', "")
    # Mended there and given again, it is filed; what is still broken stays in the next reject file.
    again = imported(
        written.replace("3000 ft,", "3000 ft AMSL,", 1), *FORM, name="again.csv", code=5, rejects="rest"
    )
    assert (again["filed"], again["rejected"]) == (1, 1)


def test_the_same_is_never_filed_twice(imported, line):
    twice = HEADER + GOOD + GOOD.replace("A1", "A9") + ROUTE + GOOD
    first = imported(twice, *FORM)
    assert (first["filed"], first["duplicates"]) == (2, 2)
    assert [(each["at"], each["seen"]) for each in first["duplicate_of"]] == [(3, "#2"), (5, "#2")]
    second = imported(twice, *FORM)
    assert (second["filed"], second["duplicates"]) == (0, 4)
    assert {each["seen"] for each in second["duplicate_of"]} == set(first["numbers"])
    changed = imported(HEADER + GOOD.replace("5 NM", "6 NM"), *FORM, code=5)
    assert changed["rejects"][0]["field"] == "id"
    assert first["numbers"][0] in changed["rejects"][0]["reason"]
    assert len(notices(line)) == 2


def test_looking_files_nothing_and_says_what_would_be(imported, line):
    found = imported(HEADER + GOOD + ROUTE, *FORM, "--dry-run")
    assert (found["filed"], found["dry_run"], found["numbers"]) == (2, True, [])
    assert notices(line) == []


def test_rules_of_notices_are_named_by_the_names_of_the_file(imported):
    rows = (
        GOOD.replace("Duty desk", ""),
        GOOD.replace(WINDOW, "2031-12-01T06:00Z,"),
        GOOD.replace(WINDOW, "2020-12-01T06:00Z,2020-12-01T09:00Z"),
        GOOD.replace("48.2N 16.3E", "|".join(f"{each}N 1E" for each in range(1, 9))).replace("5 NM,", ",3 m"),
    )
    found = imported(
        HEADER + "".join(row.replace("A1", f"C{at}") for at, row in enumerate(rows)), *FORM, code=5
    )
    assert [each["field"] for each in found["rejects"]][:2] == ["field.contact", "from"]
    assert found["filed"] == 1
    assert "window has passed" in found["rejects"][-1]["reason"]
    without = imported(HEADER + GOOD, code=5, rejects="other")
    assert without["rejects"][0]["field"] == "form"
    unknown = imported(
        HEADER.replace("contact", "colour") + GOOD, *FORM, "--set", "contact=x", code=5, rejects="third"
    )
    assert unknown["rejects"][0]["field"] == "field.colour"


def test_a_reject_file_is_never_written_over_and_never_the_file_itself(imported, tmp_path):
    (tmp_path / "rejects.csv").write_text("mine")
    assert imported(HEADER + GOOD, *FORM).code == "node.importing.rejects"
    assert (tmp_path / "rejects.csv").read_text() == "mine"
    assert imported(HEADER + GOOD, *FORM, name="rejects.csv").code == "cli.notice.rejects"
    assert imported("colour\n", *FORM, rejects="x").code == "wire.csv.header"
    assert imported("", *FORM, name="plan.doc", rejects="x").code == "node.importing.format"


def test_geojson_is_imported_and_its_rejects_keep_their_features(imported, line, tmp_path):
    lines = shared_file("data/real/flight-notices.jsonl").read_text("utf-8").splitlines()[:12]
    odd = json.dumps(shared_jsonl("data/hostile/geojson-odd.jsonl")[4]["input"])
    words = (*FORM, "--set", "contact=Duty", "--datum", "AMSL", "--begin", "2031-06-01T00:00Z")
    found = imported("\n".join([*lines, odd, "{not json"]), *words, name="flights.jsonl", code=5)
    assert (found["read"], found["filed"], found["rejected"]) == (14, 12, 2)
    rejects = [json.loads(each) for each in (tmp_path / "rejects.jsonl").read_text("utf-8").splitlines()]
    assert [each["reject"]["number"] for each in rejects] == [13, 14]
    assert rejects[0]["coordinates"] == json.loads(odd)["coordinates"]
    assert rejects[1]["properties"]["text"] == "{not json"
    assert min(each.volumes[0].start_ms for each in notices(line)) == 1_938_038_400_000
    asked = imported(
        "\n".join(lines[:2]), *FORM, "--set", "contact=Duty", name="two.jsonl", rejects="asked", code=5
    )
    assert asked["rejects"][0]["field"].startswith("properties") or "datum" in asked["rejects"][0]["field"]


def test_a_whole_collection_is_imported(imported, line):
    text = shared_file("data/real/hazard-areas.geojson").read_text("utf-8")
    words = (
        "--form",
        "hazard-to-navigation",
        "--set",
        "activity=1",
        "--set",
        "contact=Duty",
        "--datum",
        "AMSL",
        "--dry-run",
    )
    found = imported(text, *words, name="areas.geojson", code=5)
    assert found["read"] == 11
    # The standing ranges name no window and hold until they are withdrawn; those of one day are over.
    assert [each["field"] for each in found["rejects"]] == ["to"] * found["rejected"]
    assert (found["filed"], found["rejected"]) == (5, 6)


def test_cot_is_imported(imported, line):
    event = (
        '<event version="2.0" uid="T1" type="u-d-c-c" how="h-e" time="2031-12-01T06:00:00Z"'
        ' start="2031-12-01T06:00:00Z" stale="2031-12-01T09:00:00Z">'
        '<point lat="48.2" lon="16.3" hae="9999999.0" ce="9999999.0" le="9999999.0"/>'
        '<detail><contact callsign="Range"/><shape><ellipse major="500" minor="500"/></shape></detail></event>'
    )
    found = imported(
        event + event.replace("T1", "T2").replace('lat="48.2"', 'lat="NaN"'),
        *FORM,
        "--set",
        "contact=Duty",
        name="map.cot",
        code=5,
    )
    assert (found["filed"], found["rejected"]) == (1, 1)
    assert found["rejects"][0]["field"] == "point.lat"
    assert notices(line)[0].volumes[0].shape.radius_dm == 5_000


def test_what_is_an_exercise_is_imported_on_an_exercise_line_alone():
    from coupefeu.node.importing.judging import Wish, judge
    from coupefeu.wire.csv_notices import CsvNotices

    text = (
        HEADER.replace("id,", "exercise,id,form,field.activity,")
        + "yes,"
        + GOOD.replace("A1", "A1,flight-safety,1", 1)
    )
    (feature,) = CsvNotices(iter(text.splitlines(keepends=True)))
    assert judge(feature, Wish(), is_exercise=True).title == "Range"
    (defect,) = judge(feature, Wish(), is_exercise=False)
    assert defect.field == "exercise"


def test_numbers_are_those_of_the_record(imported, line):
    found = imported(HEADER + GOOD, *FORM)
    desk = Desk.open(NodeFolder.open(line.us), running=False)
    try:
        view = desk.notices.get(parse_number(found["numbers"][0], desk.context().parties))
    finally:
        desk.close()
    assert view.fact.title == "Range"
    assert view.fact.remarks == "ID: A1"


def test_odd_geometries_stand_in_nobodys_way(imported, line):
    """Each of the hostile file between two good ones: the good are filed, the odd filed or named, none is lost."""
    odd = [
        each["input"]
        for each in shared_jsonl("data/hostile/geojson-odd.jsonl")
        if each["name"] != "20000-vertices"
    ]
    area = {"type": "Polygon", "coordinates": [[[0, 50], [1, 50], [1, 51], [0, 50]]]}
    window = {"from": "2031-12-01T06:00:00Z", "to": "2031-12-01T09:00:00Z"}
    good = [
        {"type": "Feature", "id": each, "geometry": area, "properties": {**window, "title": each}}
        for each in "AZ"
    ]
    ring = [[16 + at / 1e6, 48 + at % 2 / 1e6] for at in range(size(small=20_000, full=1_000_000))]
    many = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    lines = [json.dumps(each) for each in (good[0], *odd, many, good[1])]
    found = imported("\n".join(lines), *FORM, "--set", "contact=Duty", name="odd.jsonl", code=5)
    assert found["read"] >= len(lines)
    assert found["filed"] + found["rejected"] + found["duplicates"] == found["read"]
    titles = {each.title for each in notices(line)}
    assert {"A", "Z"} <= titles
    assert all(each["reason"] for each in found["rejects"])
    centres = [volume.shape for each in notices(line) for volume in each.volumes]
    assert not any(getattr(each, "centre", None) == Position(lat_e7=0, lon_e7=0) for each in centres)


def test_naughty_strings_are_filed_or_named_and_never_break_a_line(imported, line, tmp_path):
    strings = shared_json("data/hostile/naughty-strings.json")[:: size(small=5, full=1)]
    rows = []
    for at, text in enumerate(strings):
        cell = text.replace('"', '""')
        rows.append(GOOD.replace("A1,Range", f'N{at},"{cell}"').replace("48.2N", f"{at % 80}.{at:04}N"))
    found = imported(HEADER + "".join(rows) + "broken\n", *FORM, code=5)
    assert found["filed"] + found["rejected"] + found["duplicates"] == found["read"]
    assert found["filed"] > len(strings) * 9 // 10
    assert all(each.title.isprintable() for each in notices(line))


def test_corners_as_they_were_published_are_filed_and_a_ring_that_crosses_itself_is_named(imported, line):
    """Positions of federal notices as printed; one lists its corners so that the ring crosses itself."""
    areas = json.loads(shared_file("data/real/hazard-areas.geojson").read_text("utf-8"))["features"]
    rows = []
    for area in areas:
        printed = area["properties"]["positions_as_published"]
        if area["geometry"]["type"] == "Polygon" and ";" not in printed:
            words = printed.split()
            ring = " | ".join(f"{lat} {lon}" for lat, lon in zip(words[::2], words[1::2], strict=True))
            rows.append(f"{area['id']},{ring},polygon,Duty desk,1")
    assert len(rows) == 7
    text = "\n".join(["id,positions,shape,field.contact,field.activity", *rows])
    found = imported(text, "--form", "hazard-to-navigation", code=5)
    assert found["filed"] == 6
    assert [(each["id"], each["field"]) for each in found["rejects"]] == [("33CFR334.1490B", "positions")]
    assert "edges 2 and 4 cross" in found["rejects"][0]["reason"]
