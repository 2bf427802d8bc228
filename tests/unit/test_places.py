"""Positions re-stated: the nearest named feature, measured on the ellipsoid, in the reader's language."""

import pytest

from coupefeu.errors import ConfigError
from coupefeu.model.places import Position
from coupefeu.node.places.gazetteer import Gazetteer, read_features
from coupefeu.node.places.restating import distance_words, restate
from coupefeu.wire.positions import read_position

OURS = Gazetteer.of()


def at(text):
    return read_position(text).position


def test_our_features_are_known_in_three_languages_and_each_once():
    features = [feature for _, feature in OURS._features]
    assert len(features) > 300
    for column in range(3):
        assert len({each.names[column] for each in features}) == len(features)
    assert all(all(each.names) for each in features)
    assert len({each.position for each in features}) == len(features)


@pytest.mark.parametrize(
    ("position", "name"),
    [
        ("43.60N 28.60E", "Cape Kaliakra"),
        ("35.30N 40.20E", "Deir ez-Zor"),
        ("13-26-03.9N 144-37-38.3E", "Guam (Hagåtña)"),
        ("89.9N 120W", "North Pole"),
        ("71.3N 179.9E", "Wrangel Island"),
        ("17.9S 179.5W", "Suva"),
    ],
)
def test_the_nearest_feature_is_found_also_across_antimeridian_and_poles(position, name):
    assert OURS.nearest(at(position)).feature.name("en") == name


def test_distance_and_bearing_are_geodesic_and_from_the_feature(tmp_path):
    """Against GeographicLib: from 48.21N 16.37E."""
    from geographiclib.geodesic import Geodesic

    position = at("48.30N 16.60E")
    found = OURS.nearest(position)
    line = Geodesic.WGS84.Inverse(48.21, 16.37, 48.30, 16.60)
    assert found.feature.name("fr") == "Vienne"
    assert found.distance_m == round(line["s12"])
    assert found.bearing_deg == round(line["azi1"]) == 60


def test_the_nearest_is_the_nearest_of_all():
    from geographiclib.geodesic import Geodesic

    features = [feature for _, feature in OURS._features]
    for lat, lon in ((10.0, -30.0), (-60.0, 100.0), (30.0, 60.0), (85.0, 0.0)):
        nearest = OURS.nearest(Position(lat_e7=round(lat * 1e7), lon_e7=round(lon * 1e7)))
        distances = [
            Geodesic.WGS84.Inverse(f.position.lat, f.position.lon, lat, lon)["s12"] for f in features
        ]
        assert nearest.distance_m == round(min(distances))


def test_a_position_is_restated_in_every_language():
    position = at("48.20849N 16.37208E")
    assert restate(position, OURS, "en").words("en") == (
        "48-12-30.6N 016-22-19.5E (WGS 84), 33UXP0193640383 (MGRS), 228 m on a true bearing of 137° from Vienna"
    )
    assert "depuis «\u202fVienne\u202f»" in restate(position, OURS, "fr").words("fr")
    assert "от ориентира «Вена»" in restate(position, OURS, "ru").words("ru")
    assert restate(position, Gazetteer([]), "en").words("en").endswith("(MGRS)")


def test_distances_are_said_as_finely_as_they_matter():
    assert [distance_words(m, "en") for m in (0, 999, 1_000, 12_349, 99_960, 1_234_567)] == [
        "0 m", "999 m", "1.0 km", "12.3 km", "100 km", "1235 km",
    ]  # fmt: skip
    assert distance_words(12_349, "fr") == "12,3\u202fkm"


def test_a_partys_own_features_join_ours(tmp_path):
    (tmp_path / "features.csv").write_text(
        'en,fr,ru,position\n"Checkpoint 7, gate",,КПП 7,33UXP0193640383\n\n', "utf-8"
    )
    feature = Gazetteer.of(tmp_path).nearest(at("48.20849N 16.37208E")).feature
    assert [feature.name(each) for each in ("en", "fr", "ru")] == [
        "Checkpoint 7, gate",
        "Checkpoint 7, gate",
        "КПП 7",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,lat,lon\n", "line 1: does not name the columns"),
        ("en,fr,ru,position\nA,A,A,48 12\n", "line 2: position: '48 12' may be degrees and minutes"),
        ("en,fr,ru,position\nA,A,A,1N 2E\nB,B,1N 2E\n", "line 3: has 3 fields"),
        ("en,fr,ru,position\n,A,A,1N 2E\n", "line 2: has no name"),
        ("en,fr,ru,position\nA\u202e,A,A,1N 2E\n", "line 2: name"),
        ('en,fr,ru,position\n"A"x,A,A,1N 2E\n', "is no line of CSV"),
        ("en,fr,ru,position\nA,A,A,\n", "line 2: position: is empty"),
    ],
)
def test_a_partys_own_file_is_refused_by_line(tmp_path, text, says):
    (tmp_path / "features.csv").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"features\.csv") as refusal:
        read_features(tmp_path / "features.csv")
    assert says in refusal.value.message
