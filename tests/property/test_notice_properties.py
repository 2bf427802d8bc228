"""Notices there and back, whatever they say; arbitrary bytes are a defect and never an error."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from coupefeu.model.entry import Kind
from coupefeu.model.notices import Answer, CheckPoint, NoticeForm, Settlement
from coupefeu.model.places import E7, MAX_LATITUDE_E7, MAX_LONGITUDE_E7, Position
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
    Volume,
)
from coupefeu.services.notices.facts import (
    KINDS,
    ActFact,
    NoticeFact,
    body_defect,
    decode_volumes,
    encode_act,
    encode_notice,
    encode_volumes,
    read_act,
    read_notice,
)
from coupefeu.wire.volumes import pack_positions, unpack_positions

TIMES = st.integers(0, 253_402_300_799_999)
LENGTHS = st.integers(0, 100_000_000)
POSITIONS = st.builds(
    Position,
    lat_e7=st.integers(-MAX_LATITUDE_E7, MAX_LATITUDE_E7),
    lon_e7=st.integers(-MAX_LONGITUDE_E7, MAX_LONGITUDE_E7 - 1),
)
RINGS = st.lists(POSITIONS, min_size=3, max_size=6).map(tuple)
FIXES = st.lists(st.tuples(POSITIONS, TIMES), min_size=2, max_size=5, unique_by=lambda each: each[1]).map(
    lambda rows: tuple(Fix(position=at, at_ms=ms) for at, ms in sorted(rows, key=lambda each: each[1]))
)
STILL = st.one_of(
    st.builds(Circle, centre=POSITIONS, radius_dm=LENGTHS),
    st.builds(
        Polygon,
        parts=st.lists(st.lists(RINGS, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2).map(tuple),
    ),
    st.builds(Corridor, line=st.lists(POSITIONS, min_size=2, max_size=5).map(tuple), half_width_dm=LENGTHS),
)
LOWERS = st.sampled_from(
    [None, Limit.SURFACE, Altitude(value=-20, unit=AltitudeUnit.M, datum=Datum.AMSL)],
)
UPPERS = st.sampled_from(
    [None, Limit.UNLIMITED, Altitude(value=245, unit=AltitudeUnit.FL, datum=Datum.STD)],
)
VOLUMES = st.one_of(
    st.builds(
        lambda shape, lower, upper, window: Volume(
            shape=shape, lower=lower, upper=upper, start_ms=window[0], end_ms=window[1]
        ),
        STILL,
        LOWERS,
        UPPERS,
        st.one_of(st.tuples(TIMES, TIMES).map(sorted), st.tuples(st.none(), TIMES), st.just((None, None))),
    ),
    st.builds(
        lambda fixes, buffer, lower, upper: Volume(
            shape=Track(fixes=fixes, buffer_dm=buffer),
            lower=lower,
            upper=upper,
            start_ms=fixes[0].at_ms,
            end_ms=fixes[-1].at_ms,
        ),
        FIXES,
        LENGTHS,
        LOWERS,
        UPPERS,
    ),
)
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=40)
NAMES = TEXTS.map(lambda text: f"x{text}")
FACTS = st.builds(
    NoticeFact,
    form=st.sampled_from(NoticeForm),
    title=NAMES,
    volumes=st.lists(VOLUMES, min_size=1, max_size=3).map(tuple),
    fields=st.dictionaries(st.integers(1, 255), st.one_of(TEXTS, TIMES, st.booleans()), max_size=5),
    movement=TEXTS,
    check_points=st.lists(
        st.builds(CheckPoint, name=NAMES, position=POSITIONS, planned_ms=st.one_of(st.none(), TIMES)),
        max_size=3,
    ).map(tuple),
    wants_answer=st.booleans(),
    units=st.lists(NAMES, max_size=4, unique=True).map(tuple),
    remarks=TEXTS,
    officer=TEXTS,
    conflicts=st.one_of(st.none(), st.integers(0, 1 << 40)),
)


def lines_of(shape):
    match shape:
        case Polygon(parts=parts):
            return [(*ring, ring[0]) for part in parts for ring in part]
        case Corridor(line=line):
            return [line]
        case Track(fixes=fixes):
            return [[each.position for each in fixes]]
    return []


def are_edges_long(volumes):
    """Whether all edges together pass more than 600 degrees, the short way round."""
    turn, passed = 2 * MAX_LONGITUDE_E7, 0
    for line in (line for volume in volumes for line in lines_of(volume.shape)):
        for one, other in pairwise(line):
            east = (other.lon_e7 - one.lon_e7) % turn
            passed += abs(other.lat_e7 - one.lat_e7) + min(east, turn - east)
    return passed > 600 * E7


@given(FACTS)
def test_a_notice_is_read_as_it_was_written(fact):
    defect = "long_edges" if are_edges_long(fact.volumes) else ""
    assert read_notice(Kind.NOTICE_FILED, encode_notice(fact)) == (fact, defect)


@given(st.lists(VOLUMES, max_size=3).map(tuple))
def test_volumes_are_read_as_they_were_written(volumes):
    assert decode_volumes(encode_volumes(volumes)) == volumes


@given(st.lists(POSITIONS, min_size=1, max_size=30))
def test_positions_have_one_encoding(positions):
    packed = pack_positions(positions)
    assert unpack_positions(packed) == tuple(positions)
    assert pack_positions(unpack_positions(packed)) == packed


@given(st.binary(max_size=40))
def test_what_can_be_unpacked_is_packed_to_the_same_bytes(data):
    try:
        positions = unpack_positions(data)
    except (TypeError, ValueError):
        return
    assert pack_positions(positions) == data


ACTS = st.one_of(
    st.tuples(st.just(Kind.NOTICE_WITHDRAWN), st.builds(ActFact, words=TEXTS, officer=TEXTS)),
    st.tuples(
        st.just(Kind.NOTICE_ANSWERED),
        st.builds(ActFact, answer=st.sampled_from(list(Answer)[:-1]), words=TEXTS, officer=TEXTS),
    ),
    st.tuples(
        st.just(Kind.NOTICE_ANSWERED),
        st.builds(ActFact, answer=st.just(Answer.COUNTER_PROPOSAL), volumes=st.tuples(VOLUMES), words=TEXTS),
    ),
    st.tuples(st.just(Kind.COUNTER_ANSWERED), st.builds(ActFact, is_accepted=st.booleans(), words=TEXTS)),
    st.tuples(
        st.just(Kind.POSITIONS_READ_BACK),
        st.builds(ActFact, positions=st.lists(NAMES, min_size=1, max_size=4).map(tuple)),
    ),
    st.tuples(
        st.just(Kind.CONFLICT_SETTLED),
        st.builds(ActFact, settlement=st.sampled_from(Settlement), words=TEXTS),
    ),
)


@given(ACTS)
def test_an_act_is_read_as_it_was_written(act):
    kind, fact = act
    assert read_act(kind, encode_act(fact)) == (fact, "")


@given(st.binary(max_size=200), st.sampled_from(sorted(KINDS)))
def test_bytes_are_a_defect_or_a_body(data, kind):
    assert isinstance(body_defect(kind, data), str)
