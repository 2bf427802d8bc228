"""Notices there and back through every format that reads and writes; arbitrary files give features and rejects only."""

import dataclasses
import io
import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.property.test_positions_properties import POSITIONS

from coupefeu.errors import PeerError
from coupefeu.model.volumes import (
    MAX_RADIUS_DM,
    Altitude,
    AltitudeUnit,
    Circle,
    Corridor,
    Datum,
    Fix,
    Limit,
    Polygon,
    Track,
    Volume,
)
from coupefeu.wire.cot import write_events
from coupefeu.wire.cot_read import _BETWEEN, read_cot
from coupefeu.wire.csv_notices import CsvNotices, CsvRejects, write_csv
from coupefeu.wire.features import Feature, Reject

INSTANTS = st.integers(0, 4_000_000_000_000)
REACHES = st.integers(0, MAX_RADIUS_DM)
RINGS = st.lists(POSITIONS, min_size=3, max_size=6, unique=True).map(tuple)
SHAPES = st.one_of(
    st.builds(Circle, centre=POSITIONS, radius_dm=REACHES),
    st.builds(Corridor, line=st.lists(POSITIONS, min_size=2, max_size=6).map(tuple), half_width_dm=REACHES),
    st.builds(
        Polygon,
        parts=st.lists(st.lists(RINGS, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2).map(tuple),
    ),
)
TRACKS = st.builds(
    lambda fixes, buffer_dm: Track(
        fixes=tuple(Fix(position=where, at_ms=at) for at, where in sorted(fixes.items())), buffer_dm=buffer_dm
    ),
    st.dictionaries(INSTANTS, POSITIONS, min_size=2, max_size=5),
    REACHES,
)
BOUNDS = st.one_of(
    st.none(),
    st.sampled_from(Limit),
    st.builds(Altitude, value=st.integers(0, 400), unit=st.just(AltitudeUnit.FL), datum=st.just(Datum.STD)),
    st.builds(
        Altitude,
        value=st.integers(-900, 100_000),
        unit=st.sampled_from([AltitudeUnit.M, AltitudeUnit.FT]),
        datum=st.sampled_from([Datum.AMSL, Datum.HAE, Datum.AGL]),
    ),
)


def mm(bound):
    return bound.mm if isinstance(bound, Altitude) else -math.inf


@st.composite
def volumes(draw):
    shape = draw(SHAPES | TRACKS)
    bounds = draw(BOUNDS), draw(BOUNDS)
    if all(isinstance(each, Altitude) for each in bounds):
        bounds = sorted(bounds, key=mm)
    window = sorted((draw(INSTANTS), draw(INSTANTS)))
    if isinstance(shape, Track):
        window = shape.fixes[0].at_ms, shape.fixes[-1].at_ms
    elif draw(st.booleans()):
        window = None, window[1]
    return Volume(shape=shape, lower=bounds[0], upper=bounds[1], start_ms=window[0], end_ms=window[1])


WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20).map(str.strip)
FEATURES = st.builds(
    Feature,
    at=st.just(2),
    id=st.from_regex(r"[A-Z]{1,3}[0-9]{1,4}", fullmatch=True),
    volumes=st.lists(volumes(), min_size=1, max_size=3).map(tuple),
    properties=st.fixed_dictionaries(
        {},
        optional={
            "title": WORDS.filter(bool),
            "remarks": WORDS.filter(bool),
            "field.contact": WORDS.filter(bool),
        },
    ),
)


@given(st.lists(FEATURES, max_size=4, unique_by=lambda each: each.id))
def test_csv_there_and_back(features):
    text = "".join(write_csv(features, ["field.contact"]))
    again = list(CsvNotices(io.StringIO(text, newline="")))
    assert [(each.id, each.volumes, dict(each.properties)) for each in again] == [
        (each.id, each.volumes, each.properties) for each in features
    ]


def without_holes(volume):
    """Give what CoT can draw: each part of an area by itself, without its holes."""
    if not isinstance(volume.shape, Polygon):
        return [volume]
    return [dataclasses.replace(volume, shape=Polygon(parts=((part[0],),))) for part in volume.shape.parts]


@given(FEATURES, st.integers(1, 4_000_000_000_000))
def test_cot_there_and_back(feature, now_ms):
    texts = list(write_events(feature, line="1f2e3d4c", now_ms=now_ms))
    (again,) = read_cot(texts)
    assert isinstance(again, Feature), again
    assert again.volumes == tuple(each for volume in feature.volumes for each in without_holes(volume))
    assert again.id == feature.id


@given(st.text(max_size=300), st.lists(st.integers(0, 300), max_size=5))
def test_arbitrary_text_as_cot_is_rejected_and_nothing_of_it_lost(text, cuts):
    at = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[start:end] for start, end in pairwise(at)]
    found = list(read_cot(pieces))
    assert all(isinstance(each, Reject) and each.defects for each in found)
    assert len("".join(raw for each in found for raw in each.raw)) <= len(text)
    assert bool(found) == bool(_BETWEEN.sub("", text))


@given(st.text(max_size=300), st.sampled_from(",;\t"))
def test_arbitrary_csv_gives_features_and_rejects_that_can_be_given_again(text, delimiter):
    header = delimiter.join(["id", "lat", "lon", "radius", "from"])
    source = CsvNotices(io.StringIO(f"{header}\n{text}", newline=""))
    writer = CsvRejects(source)
    rejects = [each for each in source if isinstance(each, Reject)]
    assert all(each.defects and each.raw for each in rejects)
    again = list(CsvNotices(io.StringIO(writer.header + "".join(map(writer.rows, rejects)), newline="")))
    assert len(again) >= len(rejects)
    assert all(isinstance(each, Reject) for each in again)


@given(st.text(max_size=100))
def test_arbitrary_headers_are_read_or_refused(text):
    try:
        CsvNotices(iter([text]))
    except PeerError:
        return
