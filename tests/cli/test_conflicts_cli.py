"""`coupefeu conflicts`: one line a pair, the rest compared, and what was compared said."""

import json
import subprocess
import sys

import pytest
from tests.shared import shared_file, shared_jsonl
from typer.testing import CliRunner

from coupefeu.cli.conflicts import parse_separation
from coupefeu.cli.main import make_app
from coupefeu.errors import UsageError
from coupefeu.model.volumes import Separation


def run(*arguments):
    return CliRunner().invoke(make_app("conflicts"), ["conflicts", *map(str, arguments)])


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_shared_pairs_are_judged_one_line_each():
    result = run("--pairs", shared_file("data/geo/cases-sample.jsonl"))
    cases = shared_jsonl("data/geo/cases-sample.jsonl")
    assert result.exit_code == 0
    for line, case in zip(lines(result), cases, strict=True):
        truth = case["truth"]
        assert line["case"] == case["case"]
        assert line["conflict"] == truth["conflict"]
        assert abs(line["distance_m"] - truth["distance_m"]) < 1
        assert (line["altitude_gap_m"], line["time_gap_s"]) == (truth["altitude_gap_m"], truth["time_gap_s"])


def feature(name, longitude, **properties):
    geometry = {"type": "Point", "coordinates": [longitude, 60.0]}
    return {
        "type": "Feature",
        "id": name,
        "geometry": geometry,
        "properties": {"radius_m": 1_000, **properties},
    }


def collection(path, *features):
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def test_two_files_are_compared_and_the_bad_ones_named(tmp_path):
    one = collection(
        tmp_path / "a.geojson", feature("a1", 10.0), feature("a2", 20.0), feature("a3", 10.0, radius_m=-5)
    )
    other = collection(tmp_path / "b.geojson", feature("b1", 10.1), feature("b2", 12.0), feature(7, 20.0))
    result = run(one, other, "--separation", "9260m,300m,600s")
    assert [(line["a"], line["b"], line["conflict"]) for line in lines(result)] == [
        ("a1", "b1", True),
        ("a2", 7, True),
    ]
    assert set(lines(result)[0]) == {"a", "b", "conflict", "distance_m", "altitude_gap_m", "time_gap_s"}
    assert "feature 3 (a3), properties.radius_m: -5 is not a length" in result.stderr
    assert "2 conflicts among 2 of" in result.stderr
    assert "1 features NOT COMPARED" in result.stderr
    assert result.exit_code == 5, "a script must see that something was not compared"


def test_an_empty_list_says_what_was_compared(tmp_path):
    one = collection(tmp_path / "a.geojson", feature("a1", 10.0))
    other = collection(tmp_path / "b.geojson", feature("b1", 12.0))
    result = run(one, other)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "0 conflicts among 1 of" in result.stderr
    assert "minima 9,260 m, 300 m, 600 s" in result.stderr


def test_one_file_twice_is_compared_within_itself_each_pair_once(tmp_path):
    one = collection(tmp_path / "a.geojson", *(feature(name, 10.0) for name in "xyz"))
    found = [(line["a"], line["b"]) for line in lines(run(one, one))]
    assert found == [("x", "y"), ("x", "z"), ("y", "z")]


def test_a_bad_pair_is_named_by_case_side_and_field_and_the_others_are_judged(tmp_path):
    good = {"case": "good", "a": feature("a", 10.0), "b": feature("b", 10.0)}
    bad = {"case": "bad", "a": feature("a", 10.0), "b": feature("b", 10.0, **{"from": "2026-11-30T06:00:00"})}
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(map(json.dumps, (bad, good, {"case": 3}, good))) + "\nno JSON\n", "utf-8")
    result = run("--pairs", path)
    assert [line["case"] for line in lines(result)] == ["good", "good"]
    assert "line 1, case bad, b: properties.from" in result.stderr
    assert "line 3, not an object with case, a and b" in result.stderr
    assert "line 5, not JSON" in result.stderr
    assert result.exit_code == 5


def test_a_million_positions_are_refused_with_a_clear_error(tmp_path):
    ring = [[each * 1e-6, 50.0] for each in range(1_000_000)]
    many = {
        "type": "Feature",
        "id": "many",
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }
    one = collection(tmp_path / "a.geojson", many, feature("a1", 10.0))
    result = run(one, collection(tmp_path / "b.geojson", feature("b1", 10.0)))
    assert "feature 1 (many), geometry.coordinates: 1,000,001 positions, more than 1,000" in result.stderr
    assert [line["a"] for line in lines(result)] == ["a1"]


def test_minima_are_read_in_the_units_of_the_field():
    assert parse_separation("9260m,300m,600s") == Separation(distance_m=9_260, altitude_m=300, time_s=600)
    assert parse_separation("5NM, 1000ft, 10min") == Separation(distance_m=9_260, altitude_m=305, time_s=600)


@pytest.mark.parametrize(
    "text", ["", "9260", "9260,300,600", "-1m,300m,600s", "9260m,300m", "1e9m,1m,1s", "5NM,1m,1d"]
)
def test_other_minima_are_refused(text):
    with pytest.raises(UsageError) as caught:
        parse_separation(text)
    assert caught.value.code == "cli.conflicts.separation"


@pytest.mark.parametrize("arguments", [[], ["one.geojson"], ["a", "b", "c"], ["a", "b", "--pairs", "c"]])
def test_other_numbers_of_files_are_refused(arguments):
    result = run(*arguments)
    assert isinstance(result.exception, UsageError)


def test_other_commands_load_no_geometry():
    loaded = "import sys, coupefeu.cli.main as m; m.make_app(); print(sorted(sys.modules.keys() & {'numpy', 'pyproj'}))"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
