"""Positions there and back in every notation; arbitrary text gives a position or a refusal by name."""

import math
import string

from hypothesis import given
from hypothesis import strategies as st

from coupefeu.errors import PeerError
from coupefeu.model.places import MAX_LATITUDE_E7, MAX_LONGITUDE_E7, Position, wrap_longitude
from coupefeu.wire.positions import agrees, read_position, write_decimal, write_dms, write_mgrs

POSITIONS = st.builds(
    Position,
    lat_e7=st.integers(-MAX_LATITUDE_E7, MAX_LATITUDE_E7),
    lon_e7=st.integers(-MAX_LONGITUDE_E7, MAX_LONGITUDE_E7 - 1),
)
NEAR_AN_EDGE = st.builds(
    Position,
    lat_e7=st.builds(
        lambda band, off: max(min(band * 80_000_000 + off, MAX_LATITUDE_E7), -MAX_LATITUDE_E7),
        st.integers(-11, 11),
        st.integers(-30_000, 30_000),
    ),
    lon_e7=st.builds(
        lambda zone, off: max(min(zone * 30_000_000 + off, MAX_LONGITUDE_E7 - 1), -MAX_LONGITUDE_E7),
        st.integers(-60, 60),
        st.integers(-30_000, 30_000),
    ),
)
TYPED = st.text(string.digits + " .,;:-+°'\"NSEWnsewСЮВЗОoUXPSA\u202f−", max_size=30)


@given(POSITIONS, st.integers(1, 7))
def test_degrees_there_and_back(position, places):
    assert agrees(read_position(write_decimal(position, places)), position)
    assert agrees(read_position(write_dms(position)), position)
    assert read_position(write_decimal(position, 7)).position == position


@given(POSITIONS | NEAR_AN_EDGE, st.integers(1, 5))
def test_a_cell_holds_what_it_was_made_of(position, digits):
    cell = write_mgrs(position, digits)
    read = read_position(cell)
    assert is_at_an_edge(position, digits) or (
        agrees(read, position) and write_mgrs(read.position, digits) == cell
    )


def is_at_an_edge(position, digits):
    """Whether a zone ends within the cell: what is left of the cell may be a splinter that no reader aims at."""
    step = 10 ** (5 - digits) * 200
    return (
        len(
            {
                write_mgrs(moved(position, north, east), 0)[:3]
                for north in (-step, 0, step)
                for east in (-step, 0, step)
            }
        )
        > 1
    )


def moved(position, north_e7, east_e7):
    lat = max(min(position.lat_e7 + north_e7, MAX_LATITUDE_E7), -MAX_LATITUDE_E7)
    stretched = int(east_e7 / max(math.cos(math.radians(lat / 1e7)), 0.001))
    return Position(lat_e7=lat, lon_e7=wrap_longitude(position.lon_e7 + stretched))


@given(TYPED | st.text(max_size=90), st.sampled_from(["en", "fr", "ru"]))
def test_arbitrary_text_gives_a_position_or_a_refusal(text, language):
    try:
        read = read_position(text, language=language)
    except PeerError:
        return
    assert abs(read.position.lat_e7) <= MAX_LATITUDE_E7
    assert -MAX_LONGITUDE_E7 <= read.position.lon_e7 < MAX_LONGITUDE_E7
    assert read.precision_m > 0


@given(POSITIONS)
def test_no_reading_depends_on_the_language_where_letters_are_international(position):
    for text in (write_decimal(position), write_dms(position)):
        assert len({read_position(text, language=each) for each in ("en", "fr", "ru")}) == 1
