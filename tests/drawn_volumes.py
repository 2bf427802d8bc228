"""Shapes drawn at random: circles, corridors and polygons with holes and parts, at the places where geometry fails."""

import numpy as np
from pyproj import Geod

from coupefeu.model.volumes import Circle, Corridor, Fix, Polygon, Track
from tests.volumes import place

GEOD = Geod(ellps="WGS84")


def draw_place(random, where):
    """Draw a place: `anywhere`, `poles`, `antimeridian` or `origin`."""
    if where == "poles":
        return random.uniform(-180, 180), random.choice([-1, 1]) * (90 - random.exponential(0.6))
    if where == "antimeridian":
        return 180 + random.normal(0, 0.7), np.degrees(np.arcsin(random.uniform(-0.98, 0.98)))
    if where == "origin":
        return random.normal(0, 0.4), random.normal(0, 0.4)
    return random.uniform(-180, 180), np.degrees(np.arcsin(random.uniform(-1, 1)))


def draw_pair(random, where, *, odd=False):
    """Draw two shapes near one another; `odd`: with holes, several parts and corridors without width."""
    size = np.exp(random.uniform(np.log(300), np.log(150_000), 2))
    at = draw_place(random, where)
    one = draw_shape(random, at, size[0], odd=odd)
    if odd and isinstance(one, Polygon) and random.random() < 0.4:
        return one, draw_shape(
            random, shifted(at, random.uniform(0, 360), size[0] * 0.15), size[0] * 0.05, odd=False
        )
    apart = (size[0] + size[1]) * random.uniform(0.3, 1.1) + random.uniform(0, 20_000)
    return one, draw_shape(random, shifted(at, random.uniform(0, 360), apart), size[1], odd=odd)


def draw_shape(random, at, size_m, *, odd):
    """Draw a shape whose places lie within `size_m` of `at`."""
    kind = random.choice(["circle", "corridor", "polygon"], p=[0.1, 0.3, 0.6] if odd else [0.3, 0.35, 0.35])
    if kind == "circle":
        return Circle(centre=place(*at), radius_dm=round(size_m * 10 * random.choice([0, 1], p=[0.1, 0.9])))
    if kind == "corridor":
        line = [
            shifted(at, random.uniform(0, 360), size_m * random.random())
            for _ in range(random.integers(2, 7))
        ]
        width = random.choice([0, 1, 30]) if odd else size_m * random.uniform(0.01, 0.2)
        return Corridor(line=tuple(place(*each) for each in line), half_width_dm=round(width * 10))
    if odd and random.random() < 0.3:
        return Polygon(parts=tuple(
            draw_part(random, shifted(at, bearing, size_m * 0.6), size_m * 0.3, has_hole=random.random() < 0.5)
            for bearing in (0, 150, 250)
        ))  # fmt: skip
    return Polygon(parts=(draw_part(random, at, size_m, has_hole=odd),))


def draw_part(random, at, size_m, *, has_hole):
    """Draw a star-shaped ring, with a hole in its middle or none."""
    rings = [draw_ring(random, at, size_m * 0.55, size_m)]
    if has_hole:
        rings.append(draw_ring(random, at, size_m * 0.15, size_m * 0.25))
    return tuple(rings)


def draw_ring(random, at, least_m, most_m):
    count = int(random.integers(5, 16))
    bearings = (np.arange(count) + random.uniform(-0.3, 0.3, count)) * (360 / count) * random.choice([-1, 1])
    return tuple(place(*shifted(at, bearing, random.uniform(least_m, most_m))) for bearing in bearings)


def shifted(at, bearing, metres):
    longitude, latitude, _ = GEOD.fwd(*at, bearing, metres)
    return longitude, latitude


def draw_track(random, at, start_ms):
    """Draw a track of some hours from `at`."""
    fixes, when = [], start_ms
    for _ in range(int(random.integers(2, 6))):
        fixes.append(Fix(position=place(*at), at_ms=when))
        hours = random.uniform(0.2, 3)
        at = shifted(at, random.uniform(0, 360), hours * random.uniform(0, 40_000))
        when += round(hours * 3_600_000)
    return Track(fixes=tuple(fixes), buffer_dm=round(random.uniform(0, 30_000)))
