"""Two independent oracles of the least distance of two areas: geodesics sampled densely, and GEOS in a plane.

Neither uses anything of `coupefeu.deconfliction`. A shape is here its base: lines of (longitude, latitude) in degrees
with geodesic edges (closed for rings), which of them are holes, and a buffer.
"""

from dataclasses import dataclass, field

import numpy as np
import shapely
from geographiclib.geodesic import Geodesic
from pyproj import Geod

from coupefeu.model.volumes import Circle, Corridor, Polygon

GEOD = Geod(ellps="WGS84")
A, E2 = GEOD.a, GEOD.es
RADIUS_M = 6_371_000.0


@dataclass(eq=False)
class Base:
    """Lines with geodesic edges: `edges` holds longitude, latitude, azimuth, length and line number of each."""

    lines: list[np.ndarray]
    holes: list[bool]
    is_area: bool
    buffer_m: float
    edges: np.ndarray = field(init=False)

    def __post_init__(self):
        found = []
        for number, line in enumerate(self.lines):
            ends = line[1:] if len(line) > 1 else line
            starts = line[:-1] if len(line) > 1 else line
            azimuth, _, length = GEOD.inv(starts[:, 0], starts[:, 1], ends[:, 0], ends[:, 1])
            found.append(np.column_stack((starts, azimuth, length, np.full(len(starts), number))))
        self.edges = np.concatenate(found)


def base_of(shape):
    """Take a shape of the model apart."""
    if isinstance(shape, Circle):
        return Base([degrees([shape.centre])], [False], False, shape.radius_dm / 10)
    if isinstance(shape, Corridor):
        return Base([degrees(shape.line)], [False], False, shape.half_width_dm / 10)
    assert isinstance(shape, Polygon)
    rings = [
        (degrees([*ring, ring[0]]), number > 0) for part in shape.parts for number, ring in enumerate(part)
    ]
    return Base([ring for ring, _ in rings], [is_hole for _, is_hole in rings], True, 0.0)


def degrees(positions):
    return np.array([(each.lon, each.lat) for each in positions])


def in_space(longitude, latitude):
    lon, lat = np.radians(longitude), np.radians(latitude)
    n = A / np.sqrt(1 - E2 * np.sin(lat) ** 2)
    return np.column_stack(
        (n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1 - E2) * np.sin(lat))
    )


def sampled_distance_m(one, other, *, points=41):
    """Sample both all along, then ever more densely where two edges may be nearest; each end is GeographicLib's."""
    if is_within(one, other) or is_within(other, one):
        return 0.0
    first, second = _coarse(one), _coarse(other)
    chord = np.linalg.norm(first[3][:, None] - second[3], axis=2)
    best, between = np.inf, (first[2] + second[2]) / 2
    while chord.min() - between < best:
        i, j = np.unravel_index(chord.argmin(), chord.shape)
        best = min(best, _zoomed(one, other, first, second, i, j, points))
        for place, edge, base in _ends(one, first[0][i], other, second[0][j]):
            best = min(best, _from_end(place, edge, base, points))
        chord[np.ix_(first[0] == first[0][i], second[0] == second[0][j])] = np.inf
    return max(0.0, best - one.buffer_m - other.buffer_m)


def _coarse(base, count=160):
    length = base.edges[:, 3]
    step = max(length.sum() / count, 1e-6)
    number = np.concatenate([np.full(int(each // step) + 2, edge) for edge, each in enumerate(length)])
    along = np.concatenate([np.linspace(0, each, int(each // step) + 2) for each in length])
    return (number, along, step, _places(base, number, along)[1])


def _places(base, number, along):
    edge = base.edges[number]
    longitude, latitude, _ = GEOD.fwd(edge[:, 0], edge[:, 1], edge[:, 2], along)
    return np.column_stack((longitude, latitude)), in_space(longitude, latitude)


def _ends(one, edge, other, other_edge):
    """Give the ends of both edges, each with the edge over against it: edges nearly alongside are nearest at an end."""
    for here, number, there, over in ((one, edge, other, other_edge), (other, other_edge, one, edge)):
        _, places = _places(here, np.full(2, number), np.array([0.0, here.edges[number, 3]]))
        yield from ((place, over, there) for place in places)


def _from_end(place, edge, base, points):
    """Look ever closer along one edge; gives the arc over the straight line to the place."""
    low, high = 0.0, base.edges[edge, 3]
    while True:
        along = np.linspace(low, high, points)
        chord = np.linalg.norm(_places(base, np.full(points, edge), along)[1] - place, axis=1)
        nearest = int(chord.argmin())
        if high - low < 1.0:
            return 2 * RADIUS_M * np.arcsin(chord[nearest] / 2 / RADIUS_M)
        low, high = along[max(0, nearest - 1)], along[min(points - 1, nearest + 1)]


def _zoomed(one, other, first, second, i, j, points):
    """Look ever closer at two edges; where the nearest is at the border of what is looked at, look beyond it first."""
    at = [(first[0][i], first[1][i]), (second[0][j], second[1][j])]
    step = [first[2], second[2]]
    for _ in range(400):
        found = []
        for base, (edge, along), width in zip((one, other), at, step, strict=True):
            length = base.edges[edge, 3]
            places = np.linspace(max(0, along - width), min(length, along + width), points)
            found.append((places, *_places(base, np.full(points, edge), places)))
        chord = np.linalg.norm(found[0][2][:, None] - found[1][2], axis=2)
        i, j = np.unravel_index(chord.argmin(), chord.shape)
        is_within_view = all(
            0 < index < points - 1 or places[index] in {0.0, base.edges[edge, 3]}
            for base, (edge, _), (places, _, _), index in zip((one, other), at, found, (i, j), strict=True)
        )
        at = [
            (edge, places[index]) for (edge, _), (places, _, _), index in zip(at, found, (i, j), strict=True)
        ]
        if is_within_view:
            step = [each / 3 for each in step]
            if max(step) < 0.05:
                break
    (lon_1, lat_1), (lon_2, lat_2) = found[0][1][i], found[1][1][j]
    return Geodesic.WGS84.Inverse(lat_1, lon_1, lat_2, lon_2)["s12"]


def is_within(one, other):
    """Say whether the first place of a line of the one lies in the other, by how the other winds round it."""
    if not other.is_area:
        return False
    number, _, _, _ = coarse = _coarse(other)
    places = _places(other, number, coarse[1])[0]
    line_of = other.edges[number, 4]
    for line in one.lines:
        lon, lat = np.full(len(places), line[0, 0]), np.full(len(places), line[0, 1])
        azimuth, _, distance = GEOD.inv(lon, lat, places[:, 0], places[:, 1])
        if distance.min() < 1e-3:
            return True
        inside = 0
        for ring, is_hole in enumerate(other.holes):
            turns = np.diff(azimuth[line_of == ring])
            winds = abs(((turns + 180) % 360 - 180).sum()) > 180
            inside += winds * (-1 if is_hole else 1)
        if inside > 0:
            return True
    return False


def planar_distance_m(one, other, *, rounds=3):
    """Let GEOS measure in a plane that keeps azimuths and distances from its centre, half-way between the two."""
    centre = tuple(one.lines[0][0])
    distance = 0.0
    for _ in range(rounds):
        flat = [_flat(base, centre) for base in (one, other)]
        near = shapely.get_coordinates(shapely.shortest_line(*flat))
        if not len(near):
            return 0.0
        distance = float(np.linalg.norm(near[0] - near[1]))
        x, y = near.mean(axis=0)
        longitude, latitude, _ = GEOD.fwd(*centre, np.degrees(np.arctan2(x, y)), np.hypot(x, y))
        centre = (longitude, latitude)
    return max(0.0, distance - one.buffer_m - other.buffer_m)


def _flat(base, centre, step_m=10_000):
    rings = []
    for number in range(len(base.lines)):
        edges = base.edges[base.edges[:, 4] == number]
        counts = (edges[:, 3] // step_m).astype(int) + 1
        index = np.repeat(np.arange(len(edges)), counts)
        along = np.concatenate([np.arange(count) / count for count in counts]) * edges[index, 3]
        longitude, latitude, _ = GEOD.fwd(edges[index, 0], edges[index, 1], edges[index, 2], along)
        longitude, latitude = (
            np.append(longitude, base.lines[number][-1, 0]),
            np.append(latitude, base.lines[number][-1, 1]),
        )
        azimuth, _, distance = GEOD.inv(
            np.full(len(longitude), centre[0]), np.full(len(longitude), centre[1]), longitude, latitude
        )
        turn = np.radians(azimuth)
        rings.append(np.column_stack((distance * np.sin(turn), distance * np.cos(turn))))
    if not base.is_area:
        return shapely.Point(rings[0][0]) if len(base.lines[0]) == 1 else shapely.LineString(rings[0])
    parts = []
    for ring, is_hole in zip(rings, base.holes, strict=True):
        if is_hole:
            parts[-1][1].append(ring)
        else:
            parts.append((ring, []))
    return shapely.MultiPolygon([shapely.Polygon(*part) for part in parts])


def moving_distance_m(one, other, most_ms, *, points=300):
    """Sample two tracks over the time of the one, and how much later the other is, ever more densely."""
    begin = max(one.fixes[0].at_ms, other.fixes[0].at_ms - most_ms)
    end = min(one.fixes[-1].at_ms, other.fixes[-1].at_ms + most_ms)
    first, later = np.linspace(begin, end, points), np.linspace(-most_ms, most_ms, 41)
    chord = _apart(one, other, first, later, most_ms)
    best = np.inf
    for _ in range(5):
        i, j = np.unravel_index(chord.argmin(), chord.shape)
        at, steps = (first[i], later[j]), (first[1] - first[0], later[1] - later[0])
        best = min(best, _closest(one, other, at, steps, (begin, end), most_ms))
        chord[max(0, i - 4) : i + 5] = np.inf
    best = (
        2 * RADIUS_M * np.arcsin(best / 2 / RADIUS_M)
    )  # a straight line of 100 km is a metre shorter than the ground
    return max(0.0, best - (one.buffer_dm + other.buffer_dm) / 10)


def _closest(one, other, at, steps, span, most_ms, points=21):
    least = np.inf
    while max(steps) > 2 and span[1] > span[0]:
        first = np.linspace(max(span[0], at[0] - 2 * steps[0]), min(span[1], at[0] + 2 * steps[0]), points)
        later = np.linspace(max(-most_ms, at[1] - 2 * steps[1]), min(most_ms, at[1] + 2 * steps[1]), points)
        chord = _apart(one, other, first, later, most_ms)
        i, j = np.unravel_index(chord.argmin(), chord.shape)
        is_better = chord[i, j] < least
        least = min(least, chord[i, j])
        is_within_view = (0 < i < points - 1 or first[i] in span) and (
            0 < j < points - 1 or abs(later[j]) == most_ms
        )
        at = (first[i], later[j])
        if is_within_view or not is_better:
            steps = [step / 4 for step in steps]
    return least


def _apart(one, other, first, later, most_ms):
    """Give how far apart both are; where the other is not under way yet, or no more, at its next instant allowed."""
    low = np.maximum(other.fixes[0].at_ms, first - most_ms)[:, None]
    high = np.minimum(other.fixes[-1].at_ms, first + most_ms)[:, None]
    when = np.clip(first[:, None] + later, low, high)
    there = _sailed(other, when.ravel()).reshape(*when.shape, 3)
    return np.linalg.norm(_sailed(one, first)[:, None] - there, axis=2)


def _sailed(track, instants):
    at = np.array([fix.at_ms for fix in track.fixes], dtype=float)
    places = degrees([fix.position for fix in track.fixes])
    leg = np.clip(np.searchsorted(at, instants, side="right") - 1, 0, len(at) - 2)
    azimuth, _, length = GEOD.inv(places[leg, 0], places[leg, 1], places[leg + 1, 0], places[leg + 1, 1])
    share = (instants - at[leg]) / (at[leg + 1] - at[leg])
    longitude, latitude, _ = GEOD.fwd(places[leg, 0], places[leg, 1], azimuth, np.asarray(length) * share)
    return in_space(longitude, latitude)
