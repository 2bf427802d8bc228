"""A party's own borders: lines and areas of a file in its folder, and nothing else that the file may hold."""

import json

import pytest

from coupefeu.console.map_borders import BORDERS, MAX_BYTES, read_borders
from coupefeu.errors import ConfigError

LINE = {"type": "LineString", "coordinates": [[30.5, 50.25], [31, 51]]}


def borders(folder, given):
    (folder / BORDERS).write_text(given if isinstance(given, str) else json.dumps(given), "utf-8")
    return read_borders(folder)


def test_without_a_file_there_are_no_borders(tmp_path):
    assert read_borders(tmp_path) is None


def test_lines_and_areas_are_given_wherever_they_stand_and_without_what_is_written_beside_them(tmp_path):
    area = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    point = {"type": "Point", "coordinates": [1, 2]}
    several = {"type": "GeometryCollection", "geometries": [area, point]}
    features = [
        {"type": "Feature", "properties": {"name": "x"}, "geometry": each} for each in (LINE, several, None)
    ]
    found = borders(tmp_path, {"type": "FeatureCollection", "features": features, "crs": "x"})
    assert found == {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": each} for each in (LINE, area)],
    }


@pytest.mark.parametrize(
    "given",
    [
        "no JSON",
        "[]",
        '{"type": "LineString"}',
        '{"type": "LineString", "coordinates": [[1, 91], [1, 2]]}',
        '{"type": "LineString", "coordinates": [[NaN, 1], [1, 2]]}',
        '{"type": "LineString", "coordinates": [[true, 1], [1, 2]]}',
        '{"type": "LineString", "coordinates": [["<b>", 1], [1, 2]]}',
        '{"type": "LineString", "coordinates": [[[[[1, 1]]]]]}',
        '{"type": "FeatureCollection", "features": {}}',
        "[" * 100_000,
        json.dumps(LINE) + " " * MAX_BYTES,
    ],
    ids=lambda each: each[:40],
)
def test_a_file_that_holds_something_else_is_refused(tmp_path, given):
    with pytest.raises(ConfigError) as refused:
        borders(tmp_path, given)
    assert refused.value.code == "console.map_borders.unreadable"
