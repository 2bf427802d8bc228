"""One file in which everything is wrong that we know of, between notices that are right, through both commands.

Each line is filed or stands in the reject file with its number, its field and what to do; the right ones behind the
wrong ones are filed and compared all the same; what lacks a position is refused and never lands on (0, 0).
"""

import json
import math

import pytest
from tests.shared import shared_jsonl
from tests.sizes import size
from typer.testing import CliRunner

from coupefeu.cli.main import make_app
from coupefeu.model.volumes import Circle, Corridor, Polygon, Track
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder
from coupefeu.services.notices.listed import NoticeFilter

MANY = size(small=100_000, full=1_000_000)
WINDOW = {"from": "2031-12-01T06:00:00Z", "to": "2031-12-01T09:00:00Z"}
BAND = {"lower": 1_000, "upper": 2_000, "unit": "m", "datum": "AMSL"}
FORM = ("--form", "flight-safety", "--set", "activity=1", "--set", "contact=Duty")
PUBLISHED = ((44.10, 33.20), (44.30, 33.60), (44.30, 33.20), (44.10, 33.60))
"""Corners in the order in which a broadcast gave them: the sides cross."""


def feature(name, places=(33.0, 44.0), kind="Point", **said):
    shape = {
        "Point": {"shape": "circle", "radius_m": 5_000},
        "LineString": {"shape": "corridor", "half_width_m": 900},
    }
    properties = shape.get(kind, {"shape": "polygon"}) | WINDOW | BAND | {"title": name or "wrong"} | said
    stated = {key: each for key, each in properties.items() if each is not None}
    return {
        "type": "Feature",
        "id": name,
        "geometry": {"type": kind, "coordinates": places},
        "properties": stated,
    }


def ring(*places):
    closed = [[lon, lat] for lat, lon in (*places, places[0])]
    return [closed]


def circle_of(count):
    turns = [2 * math.pi * each / count for each in range(count)]
    return ring(*((44.0 + 0.1 * math.sin(turn), 33.0 + 0.1 * math.cos(turn)) for turn in turns))


HOSTILE = {
    "sides cross": (feature("", ring(*PUBLISHED), "Polygon"), "positions", "cross"),
    "NaN": (
        '{"type":"Feature","geometry":{"type":"Point","coordinates":[NaN,44.0]},"properties":{}}',
        "",
        "NaN",
    ),
    "infinity": (feature("", (33.0, 44.0), radius_m=math.inf), "", "Infinity"),
    "1e999": (
        '{"type":"Feature","geometry":{"type":"Point","coordinates":[1e999,44.0]},"properties":{}}',
        "",
        "",
    ),
    "exchanged": (feature("", (44.0, 133.0)), "geometry.coordinates", "Are latitude and longitude exchanged"),
    "a million corners": (feature("", circle_of(MANY), "Polygon"), "", "simplify the area"),
    "20,000 corners": (feature("", circle_of(20_000), "Polygon"), "geometry.coordinates", "20,001 positions"),
    "no datum": (feature("", datum=None), "properties.datum", "AMSL"),
    "ends first": (feature("", to="2031-12-01T05:00:00Z"), "", ""),
    "no zone": (feature("", **{"from": "2031-12-01T06:00:00"}), "properties.from", "zone"),
    "local zone": (feature("", **{"from": "2031-12-01T06:00 local"}), "properties.from", ""),
    "no position": (feature("", []), "geometry.coordinates", ""),
    "empty position": (feature("", [None, None]), "geometry.coordinates", ""),
    "no geometry": ({"type": "Feature", "geometry": None, "properties": WINDOW}, "geometry", ""),
    "no coordinates": ({"type": "Feature", "geometry": {"type": "Point"}, "properties": WINDOW}, "", ""),
    "upside down": (feature("", lower=3_000), "lower", ""),
    "no radius": (feature("", radius_m=None), "properties.radius_m", ""),
    "over already": (
        feature("", **{"from": "2011-12-01T06:00:00Z", "to": "2011-12-01T09:00:00Z"}),
        "to",
        "passed",
    ),
    "half a line": ('{"type":"Feature","geometry":{"type":"Point","coordinates":[33.0,44', "", ""),
    "a list": ("[1, 2]", "", ""),
}
"""By what is wrong: the line; in which field it is said; words of what is said."""


@pytest.fixture(scope="module", name="rows")
def all_rows():
    """The lines: a right one first, last and in the middle; what is wrong with each, "" for the right ones."""
    odd = [
        (f"odd {row['name']}", row["careful_reader"], dressed(row["input"]))
        for row in shared_jsonl("data/hostile/geojson-odd.jsonl")
    ]
    wrong = [(name, "reject", line) for name, (line, _, _) in HOSTILE.items()]
    right = [("", "accept", feature(f"right {number}", (20.0 + number, 44.0))) for number in range(3)]
    return [right[0], *wrong, right[1], *odd, right[2]]


def dressed(value):
    """Give a bare geometry of the odd ones a window and a band, so that nothing but its geometry is odd."""
    if value.get("type") == "note":  # "a ring of 20,000 vertices on a 10 km circle"
        value = {"type": "Polygon", "coordinates": circle_of(20_000)}
    said = value.get("properties", {}) if value.get("type") == "Feature" else {}
    geometry = value.get("geometry") if value.get("type") == "Feature" else value
    reach = {"LineString": {"shape": "corridor", "half_width_m": 900}}.get((geometry or {}).get("type"), {})
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": WINDOW | BAND | reach | {"title": "odd"} | said,
    }


def line_of(row):
    return row[2] if isinstance(row[2], str) else json.dumps(row[2])


def positions(volume):
    match volume.shape:
        case Circle(centre=centre):
            yield centre
        case Polygon(parts=parts):
            yield from (place for part in parts for each in part for place in each)
        case Corridor(line=places):
            yield from places
        case Track(fixes=fixes):
            yield from (fix.position for fix in fixes)


def test_everything_wrong_is_named_by_line_and_field_and_everything_right_is_filed(line, rows, tmp_path):
    file, rejects = tmp_path / "odd.jsonl", tmp_path / "rejects.jsonl"
    file.write_text("\n".join(map(line_of, rows)), "utf-8")
    found = line.json("notice", "import", file, "--rejects", rejects, *FORM, code=5)
    assert found["read"] == len(rows)
    assert found["filed"] + found["duplicates"] + found["rejected"] == len(rows), "nothing is lost"
    kept = [json.loads(each) for each in rejects.read_text("utf-8").splitlines()]
    assert len(kept) == found["rejected"], "whatever was not filed can be mended and given again"
    by_number = {each["number"]: each for each in found["rejects"]}
    for number, (name, wanted, _) in enumerate(rows, 1):
        said = by_number.get(number)
        is_right = wanted.startswith(("accept", "say"))
        assert (said is None) == is_right or " or " in wanted, (name, said)
        if said is not None:
            assert len(said["reason"]) > 10, name
        if name in HOSTILE:
            _, field, words = HOSTILE[name]
            assert field in said["field"], (name, said)
            assert words in said["reason"], (name, said)

    desk = Desk.open(NodeFolder.open(line.us), running=False)
    try:
        filed = [each.fact for each in desk.notices.listed(NoticeFilter(ours=True), 0, 1_000).notices]
    finally:
        desk.close()
    assert len(filed) == found["filed"]
    assert {f"right {number}" for number in range(3)} <= {fact.title for fact in filed}
    for fact in filed:
        at_nothing = [
            each for volume in fact.volumes for each in positions(volume) if not each.lat_e7 | each.lon_e7
        ]
        assert not at_nothing or fact.title == "odd", (
            "nobody lands on (0, 0); some of the odd ones say that they are"
        )


def test_conflicts_names_the_same_and_still_compares_the_rest(line, rows, tmp_path):
    file, other = tmp_path / "odd.jsonl", tmp_path / "other.geojson"
    file.write_text("\n".join(map(line_of, rows)), "utf-8")
    theirs = [feature(f"theirs {number}", (20.05 + number, 44.0)) for number in range(3)]
    other.write_text(json.dumps({"type": "FeatureCollection", "features": theirs}), "utf-8")
    result = CliRunner().invoke(make_app("conflicts"), ["conflicts", str(file), str(other)])
    assert result.exit_code == 5, "a script must see that something was not compared"
    found = {(each["a"], each["b"]) for each in map(json.loads, result.stdout.splitlines())}
    assert found == {(f"right {number}", f"theirs {number}") for number in range(3)}
    for number, (name, wanted, _) in enumerate(rows, 1):
        is_named = f"feature {number}," in result.stderr or f"feature {number} " in result.stderr
        if name in HOSTILE and name not in {"no datum", "over already"}:  # two that only a line refuses
            assert is_named, name
        if wanted == "accept" and not name.startswith("odd 3d"):
            assert not is_named, name
