"""The decision, the batch and all pairs say what each pair says alone, and boxes of what conflicts meet."""

import numpy as np
import pytest
from tests.drawn_volumes import draw_shape, draw_track, shifted
from tests.sizes import size
from tests.volumes import amsl, volume

from coupefeu.deconfliction import all_gaps, all_pairs, conflicting, gap, padded, prepare, which
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude, AltitudeUnit, Circle, Datum, Limit, Separation

HOUR_MS = 3_600_000
PLACES = [(30, 45), (179.9, -20), (15, 89.8), (0, 0), (-70, -89.9)]


def draw_bound(random):
    kind = random.integers(0, 6)
    if kind == 0:
        return [None, Limit.SURFACE, Limit.UNLIMITED][random.integers(0, 3)]
    if kind == 1:
        return Altitude(value=int(random.integers(0, 400)), unit=AltitudeUnit.FL, datum=Datum.STD)
    if kind == 2:
        return Altitude(value=int(random.integers(0, 9_000)), unit=AltitudeUnit.FT, datum=Datum.AGL)
    return amsl(int(random.integers(0, 9_000)))


def draw_notice(random, at):
    """Draw a notice of one to three volumes within some 100 km of a place, in a day."""
    volumes = []
    for _ in range(int(random.choice([1, 1, 1, 2, 3]))):
        there = shifted(at, random.uniform(0, 360), random.exponential(60_000))
        start_ms = int(random.uniform(0, 24 * HOUR_MS))
        if random.random() < 0.15:
            shape = draw_track(random, there, start_ms)
            end_ms = shape.fixes[-1].at_ms
        else:
            size_m = np.exp(random.uniform(np.log(300), np.log(80_000)))
            shape = draw_shape(random, there, size_m, odd=random.random() < 0.4)
            end_ms = start_ms + int(random.exponential(5 * HOUR_MS))
            if random.random() < 0.1:
                start_ms = end_ms = None
            if random.random() < 0.03:
                shape = (
                    Circle(centre=shape.centre, radius_dm=25_000_000) if isinstance(shape, Circle) else shape
                )
        lower, upper = draw_bound(random), draw_bound(random)
        volumes.append(volume(shape, lower=lower, upper=upper, start_ms=start_ms, end_ms=end_ms))
    return prepare(volumes)


@pytest.mark.parametrize("at", PLACES)
def test_all_ways_of_asking_give_one_answer(at):
    random = np.random.default_rng([20_261_130, PLACES.index(at)])
    minima = Separation()
    count = size(small=25, full=400)
    ours = [draw_notice(random, at) for _ in range(count)]
    theirs = [draw_notice(random, at) for _ in range(count)]
    alone = [
        (i, j)
        for i, one in enumerate(ours)
        for j, other in enumerate(theirs)
        if gap(one, other, minima).conflict
    ]
    assert len(alone) > count, "a draw without conflicts says nothing"
    data = [each.to_bytes() for each in theirs]
    assert [(i, j) for i, one in enumerate(ours) for j in which(one, data, minima)] == alone
    assert [(i, j) for i, one in enumerate(ours) for j, _ in conflicting(one, theirs, minima)] == alone
    assert list(map(tuple, all_pairs(ours, data, minima).tolist())) == alone
    assert [(i, j) for i, j, _ in all_gaps(ours, theirs, minima)] == alone
    for i, j in alone:
        wide = [padded(box, minima) for box in ours[i].boxes]
        assert any(
            all(one[side] <= box[side + 1] and one[side + 1] >= box[side] for side in range(0, 10, 2))
            for one in wide
            for box in theirs[j].boxes
        )


def test_nothing_against_nothing():
    one = prepare([volume(Circle(centre=Position(lat_e7=0, lon_e7=0), radius_dm=0))])
    minima = Separation()
    assert len(all_pairs([], [one], minima)) == len(all_pairs([one], [], minima)) == 0
    assert which(one, [], minima) == conflicting(one, [], minima) == list(all_gaps([], [], minima)) == []


def test_a_track_is_prepared_with_the_instants_of_its_rows():
    random = np.random.default_rng(3)
    for _ in range(20):
        track = draw_track(random, (10, 50), 0)
        stack = prepare([volume(track)]).stack
        instants = stack.at_ms(0)
        assert (instants[0], instants[-1]) == (track.fixes[0].at_ms, track.fixes[-1].at_ms)
        assert (np.diff(instants) >= 0).all()
        assert {fix.at_ms for fix in track.fixes} <= set(instants.tolist())
