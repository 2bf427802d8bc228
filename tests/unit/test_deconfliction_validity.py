"""What is no volume is refused by its field, with a code and what to do."""

import pytest
from tests.volumes import amsl, place, volume

from coupefeu.deconfliction import require_valid
from coupefeu.errors import UsageError
from coupefeu.model.places import Position
from coupefeu.model.volumes import (
    Altitude,
    AltitudeUnit,
    Circle,
    Corridor,
    Datum,
    Fix,
    Limit,
    Polygon,
    Track,
)

HERE = Circle(centre=place(30, 40), radius_dm=10)


def ring(*corners):
    return tuple(place(*corner) for corner in corners)


def area(*rings):
    return Polygon(parts=(rings,))


SQUARE = ring((0, 0), (2, 0), (2, 2), (0, 2))


def inner(low, high):
    return ring((low, low), (high, low), (high, high), (low, high))


BAD_SHAPES = {
    "shell: 2 positions": ("few", area(SQUARE[:2])),
    "shape: an area without": ("empty", Polygon(parts=())),
    "shell: its edges 1 and 3 cross": ("crossing", area(ring((0, 0), (1, 1), (1, 0), (0, 1)))),
    "shell: it holds nothing": ("thin", area(ring((0, 0), (1, 0), (2, 0)))),
    "shell: its corner 4 lies on its edge 1": (
        "touching",
        area(ring((0, 0), (2, 0), (2, 2), (1, 0), (0, 2))),
    ),
    "shell: its corner 2": ("touching", area(ring((0, 0), (1, 1), (2, 0), (2, 2), (1, 1), (0, 2)))),
    "shell: it goes round half": ("half", area(ring((0, 0), (90, 0), (180, 0), (-90, 0)))),
    "hole 1: the hole does not lie": ("outside", area(SQUARE, inner(5, 6))),
    "hole 1: the hole does": ("outside", area(SQUARE, inner(1, 3))),
    "hole 1: the hole": ("outside", area(SQUARE, SQUARE)),
    "hole 2: the hole overlaps": ("overlap", area(SQUARE, inner(0.2, 1.2), inner(1, 1.5))),
    "hole 2: the hole over": ("overlap", area(SQUARE, inner(0.2, 1.2), inner(0.5, 0.6))),
    "hole 2: the hole is given twice": ("overlap", area(SQUARE, inner(0.2, 1.2), inner(0.2, 1.2))),
    "part 2, shell: its edges": (
        "crossing",
        Polygon(parts=((SQUARE,), (ring((0, 0), (1, 1), (1, 0), (0, 1)),))),
    ),
    "line: 1 positions": ("few", Corridor(line=(place(0, 0),), half_width_dm=0)),
    "line, edge 1: its ends": ("antipodal", Corridor(line=ring((0, 0), (180, 0)), half_width_dm=0)),
    "half width: 10,000,000.1 m": ("range", Corridor(line=ring((0, 0), (1, 0)), half_width_dm=100_000_001)),
    "radius: -0.1 m": ("range", Circle(centre=place(0, 0), radius_dm=-1)),
    "position 1: latitude 130.5": (
        "latitude",
        Circle(centre=Position(lat_e7=1_305_000_000, lon_e7=0), radius_dm=0),
    ),
    "position 1: longitude 180": (
        "longitude",
        Circle(centre=Position(lat_e7=0, lon_e7=1_800_000_000), radius_dm=0),
    ),
    "shape: 1,001 positions": (
        "many",
        Corridor(line=ring((0, 0), (1, 0)) * 500 + ring((0, 0)), half_width_dm=0),
    ),
    "track, fix 2: it is not later": (
        "order",
        Track(fixes=tuple(Fix(position=place(each, 0), at_ms=5) for each in range(2)), buffer_dm=0),
    ),
}


@pytest.mark.parametrize("says", BAD_SHAPES)
def test_an_impossible_shape_is_refused_by_its_field(says):
    defect, shape = BAD_SHAPES[says]
    with pytest.raises(UsageError) as caught:
        require_valid(volume(shape))
    assert caught.value.code == f"deconfliction.valid.{defect}"
    assert caught.value.message.startswith(says)
    assert caught.value.hint


def test_exchanged_latitude_and_longitude_are_asked_about():
    with pytest.raises(UsageError) as caught:
        require_valid(volume(Circle(centre=Position(lat_e7=1_305_000_000, lon_e7=504_000_000), radius_dm=0)))
    assert "exchanged" in caught.value.hint


FEET = Altitude(value=1_000, unit=AltitudeUnit.FT, datum=Datum.AGL)


@pytest.mark.parametrize(
    ("lower", "upper", "defect", "field"),
    [
        (amsl(301), amsl(300), "order", "upper"),
        (Limit.UNLIMITED, None, "bound", "lower"),
        (None, Altitude(value=100, unit=AltitudeUnit.FL, datum=Datum.AMSL), "datum", "upper"),
        (amsl(60_000_000), None, "range", "lower"),
        (FEET, Limit.SURFACE, "order", "upper"),
        (amsl(12_000), Limit.SURFACE, "order", "upper"),
    ],
)
def test_an_impossible_band_is_refused(lower, upper, defect, field):
    with pytest.raises(UsageError) as caught:
        require_valid(volume(HERE, lower=lower, upper=upper))
    assert caught.value.code == f"deconfliction.valid.{defect}"
    assert caught.value.message.startswith(field)


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        (None, None),
        (Limit.SURFACE, Limit.SURFACE),
        (amsl(300), amsl(300)),
        (FEET, Altitude(value=80, unit=AltitudeUnit.FL, datum=Datum.STD)),
        (amsl(1_000), FEET),
        (Limit.SURFACE, Limit.UNLIMITED),
    ],
)
def test_a_band_that_may_be_is_accepted(lower, upper):
    require_valid(volume(HERE, lower=lower, upper=upper))


def test_a_window_that_ends_before_it_begins_is_refused():
    with pytest.raises(UsageError, match=r"^end: "):
        require_valid(volume(HERE, start_ms=5, end_ms=4))
    require_valid(volume(HERE, start_ms=5, end_ms=5))


@pytest.mark.parametrize(
    "shape",
    [
        area(SQUARE),
        area(SQUARE[::-1]),
        area((*SQUARE, SQUARE[-1])),
        area(SQUARE, inner(0.5, 1), inner(1.2, 1.5)),
        area(ring((0, 0), (2, 0), (2, 2), (0, 2), (0, 1.5), (1.5, 1.5), (1.5, 0.5), (0, 0.5))),
        area(ring(*((each, 80) for each in range(0, 360, 45)))),
        area(ring((179, 0), (-179, 0), (-179, 1), (179, 1))),
        Corridor(line=ring((0, 90), (90, 90)), half_width_dm=0),
        Circle(centre=place(0, -90), radius_dm=100_000_000),
    ],
)
def test_what_is_odd_and_still_an_area_is_accepted(shape):
    require_valid(volume(shape))
