"""Distances agree with two independent oracles: nothing is missed, and nothing is false, a metre beyond the minimum.

Each pair is measured by geodesics, sampled and then followed to where they are nearest, and by GEOS in a plane between
the two. Then the minimum is set a metre or two to either side of that, and some way off: box, batch and
decision must say so. `make soak` takes a million pairs, in shards that are each a process and a seed of their own.
"""

import math

import numpy as np
import pytest
from tests.drawn_volumes import draw_pair, draw_place, draw_track, shifted
from tests.oracle_of_tracks import moving_distance_m
from tests.oracles import bases_of, planar_distances_m, sampled_distances_m
from tests.sizes import size
from tests.volumes import place, volume

from coupefeu.deconfliction import TOLERANCE_M, conflicting, gap, padded, prepare, which
from coupefeu.model.volumes import Circle, Corridor, Fix, Polygon, Separation, Track

SEED = 20_261_130
AT_ONCE = 500
PLACES = ["anywhere", "poles", "antimeridian", "origin"]
SHARES = [0.3, 0.9, 0.98, 0.995, 1.005, 1.02, 1.1, 4.0]
"""Of the distance, as a minimum: by so much it is decided without being measured."""


def judge_many(where, shard, *, odd, count):
    """Judge pairs drawn from a seed of this shard alone."""
    random = np.random.default_rng([SEED, shard, len(where), odd])
    for first in range(0, count, AT_ONCE):
        drawn = [draw_pair(random, where, odd=odd) for _ in range(min(AT_ONCE, count - first))]
        bases = bases_of([shape for pair in drawn for shape in pair])
        pairs = list(zip(bases[::2], bases[1::2], strict=True))
        truths = zip(sampled_distances_m(pairs).tolist(), planar_distances_m(pairs).tolist(), strict=True)
        for number, ((one, other), (sampled, planar)) in enumerate(zip(drawn, truths, strict=True), first):
            judge(one, other, sampled, planar, (where, shard, odd, number))


def judge(one, other, sampled, planar, number):
    a, b = prepare([volume(one)]), prepare([volume(other)])
    found = gap(a, b, Separation()).distance_m
    assert abs(found - sampled) < 0.8, (number, one, other, found, sampled, planar)
    assert abs(found - planar) < 0.8, (number, one, other, found, sampled, planar)
    check_verdicts(a, b, planar, number)
    share = SHARES[number[-1] % len(SHARES)]
    minima = Separation(distance_m=round(planar * share), altitude_m=1, time_s=1)
    if abs(planar - minima.distance_m) > 2:
        expected = [0] if planar < minima.distance_m else []
        assert which(a, [b], minima) == which(b, [a], minima) == expected, (number, share, planar)


def check_verdicts(a, b, truth_m, number):
    above, below = math.ceil(truth_m + 1), math.floor(truth_m - 1)
    far = Separation(distance_m=above, altitude_m=1, time_s=1)
    assert which(a, [b.to_bytes()], far) == [0], (number, "missed")
    found = conflicting(b, [a], far)
    assert found, (number, "missed")
    wide, box = padded(a.boxes[0], far), b.boxes[0]
    assert all(wide[side] <= box[side + 1] and wide[side + 1] >= box[side] for side in range(0, 10, 2)), (
        number
    )
    if below > 0:
        near = Separation(distance_m=below, altitude_m=1, time_s=1)
        assert which(a, [b.to_bytes()], near) == [], (number, "false")
        assert found[0][1].distance_m >= below + TOLERANCE_M, (number, "false")


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("shard", range(size(small=1, full=20)))
def test_areas_corridors_and_circles(where, shard):
    judge_many(where, shard, odd=False, count=size(small=60, full=10_000))


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("shard", range(size(small=1, full=5)))
def test_holes_parts_and_corridors_without_width(where, shard):
    judge_many(where, shard, odd=True, count=size(small=40, full=10_000))


@pytest.mark.parametrize("where", ["anywhere", "poles", "antimeridian"])
def test_two_buffers_that_move(where):
    random = np.random.default_rng([SEED, len(where), 3])
    for number in range(size(small=25, full=20_000)):
        at = draw_place(random, where)
        one = draw_track(random, at, 0)
        other = draw_track(random, shifted(at, random.uniform(0, 360), random.uniform(0, 60_000)), 3_600_000)
        minutes = int(random.choice([0, 10, 60]))
        minima = Separation(time_s=max(1, minutes * 60))
        a, b = prepare([volume(one)]), prepare([volume(other)])
        if one.fixes[-1].at_ms + minima.time_s * 1_000 <= other.fixes[0].at_ms:
            continue
        truth = moving_distance_m(one, other, minima.time_s * 1_000)
        for found in (gap(a, b, minima), gap(b, a, minima)):
            assert abs(found.distance_m - truth) < 1, (number, one, other, minima, found, truth)
        assert bool(which(a, [b], minima)) == found.conflict


def test_a_buffer_that_moves_past_what_stands():
    random = np.random.default_rng([SEED, 4])
    for number in range(size(small=40, full=20_000)):
        at = draw_place(random, "anywhere")
        track = draw_track(random, at, 0)
        begin = int(random.uniform(0, track.fixes[-1].at_ms))
        end = begin + int(random.uniform(0, 3_600_000))
        centre = place(*shifted(at, random.uniform(0, 360), random.uniform(0, 100_000)))
        radius_dm = round(random.uniform(0, 50_000))
        still = Track(
            fixes=(Fix(position=centre, at_ms=begin), Fix(position=centre, at_ms=end + 1)),
            buffer_dm=radius_dm,
        )
        circle = volume(Circle(centre=centre, radius_dm=radius_dm), start_ms=begin, end_ms=end)
        a, b = prepare([volume(track)]), prepare([circle])
        truth = moving_distance_m(track, still, 600_000)
        for found in (gap(a, b, Separation()), gap(b, a, Separation())):
            assert abs(found.distance_m - truth) < 1, (number, track, circle, found, truth)


def test_the_nearest_place_just_before_a_corner_where_the_sphere_has_it_at_the_corner():
    """Found by `make soak`: the edge before the nearest corner holds the nearest place by WGS 84, not by the sphere."""
    line = tuple(place(*each) for each in ((-179.5999776, 10.4953441), (-179.3504115, 9.9932138)))
    corner = tuple(place(*each) for each in ((179.7337386, 9.8613232), (179.70, 9.86), (179.70, 9.84)))
    one, other = Corridor(line=line, half_width_dm=0), Polygon(parts=((corner,),))
    (truth,) = planar_distances_m([bases_of([one, other])])
    assert gap(prepare([volume(one)]), prepare([volume(other)]), Separation()).distance_m == pytest.approx(
        truth, abs=0.2
    )


def test_two_areas_that_cross_at_a_flat_angle_where_samples_saw_twelve_metres():
    """Found by `make soak`, and not ours: edges of 100 km cross half a degree apart in direction, by the pole."""
    random = np.random.default_rng([SEED, 3, len("poles"), False])
    drawn = [draw_pair(random, "poles") for _ in range(4_157)][-1]
    (pair,) = [bases_of(drawn)]
    (sampled,), (planar,) = sampled_distances_m([pair]), planar_distances_m([pair])
    assert (sampled, planar) == (pytest.approx(0, abs=0.01), 0)
    judge(*drawn, sampled, planar, ("poles", 3, False, 4_156))


@pytest.mark.parametrize("where", PLACES)
def test_samples_find_where_edges_cross_however_flat_the_angle(where):
    """The oracle alone: what it measures crosses because it was drawn so."""
    random = np.random.default_rng([SEED, len(where), 5])
    pairs = []
    for _ in range(size(small=100, full=20_000)):
        at, bearing = draw_place(random, where), random.uniform(0, 360)
        turned = bearing + np.degrees(np.exp(random.uniform(np.log(1e-4), np.log(0.1))))
        ends = np.exp(random.uniform(np.log(20_000), np.log(150_000), 4)) * [1, -1, 1, -1]
        lines = [
            shifted(at, way, each) for way, each in zip((bearing, bearing, turned, turned), ends, strict=True)
        ]
        one, other = (tuple(place(*each) for each in line) for line in (lines[:2], lines[2:]))
        pairs.append(bases_of([Corridor(line=line, half_width_dm=0) for line in (one, other)]))
    assert max(sampled_distances_m(pairs)) < 0.05
