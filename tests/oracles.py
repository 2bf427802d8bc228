"""Two independent oracles of the least distance of two areas: geodesics sampled densely, and GEOS in a plane.

Neither uses anything of `coupefeu.deconfliction`. A shape is here its base: lines of (longitude, latitude) in degrees
with geodesic edges (closed for rings), which of them are holes, and a buffer. Both take many pairs at once, so that
PROJ and NumPy are called once for all: a million pairs take an hour, not three.
"""

from dataclasses import dataclass

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
    edges: np.ndarray


def bases_of(shapes):
    """Take shapes of the model apart."""
    taken = [_lines_of(shape) for shape in shapes]
    starts, ends, numbers = [], [], []
    for lines, *_ in taken:
        for number, line in enumerate(lines):
            starts.append(line[:-1] if len(line) > 1 else line)
            ends.append(line[1:] if len(line) > 1 else line)
            numbers.append(np.full(len(starts[-1]), number))
    start, end = np.concatenate(starts), np.concatenate(ends)
    azimuth, _, length = GEOD.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    edges = np.column_stack((start, azimuth, length, np.concatenate(numbers)))
    counts = [sum(max(1, len(line) - 1) for line in lines) for lines, *_ in taken]
    split = np.split(edges, np.cumsum(counts)[:-1])
    return [Base(*each, own) for each, own in zip(taken, split, strict=True)]


def _lines_of(shape):
    if isinstance(shape, Circle):
        return [degrees([shape.centre])], [False], False, shape.radius_dm / 10
    if isinstance(shape, Corridor):
        return [degrees(shape.line)], [False], False, shape.half_width_dm / 10
    assert isinstance(shape, Polygon)
    rings = [
        (degrees([*ring, ring[0]]), number > 0) for part in shape.parts for number, ring in enumerate(part)
    ]
    return [ring for ring, _ in rings], [is_hole for _, is_hole in rings], True, 0.0


def degrees(positions):
    return np.array([(each.lon, each.lat) for each in positions])


def in_space(longitude, latitude):
    lon, lat = np.radians(longitude), np.radians(latitude)
    n = A / np.sqrt(1 - E2 * np.sin(lat) ** 2)
    return np.stack(
        (n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1 - E2) * np.sin(lat)), axis=-1
    )


def north_and_east(longitude, latitude):
    """Give the two directions over the ground at a place, in space."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    north = np.stack((-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)), axis=-1)
    return north, np.stack((-np.sin(lon), np.cos(lon), np.zeros_like(lon)), axis=-1)


def along(edges, metres):
    """Give longitudes, latitudes and places in space so far along edges (n, 5); `metres`: (n) or (n, points)."""
    flat = np.ravel(metres)
    lon, lat, azimuth = (np.repeat(edges[:, each], flat.size // len(edges)) for each in range(3))
    longitude, latitude, _ = GEOD.fwd(lon, lat, azimuth, flat)
    longitude, latitude = (np.asarray(each).reshape(np.shape(metres)) for each in (longitude, latitude))
    return longitude, latitude, in_space(longitude, latitude)


# --- sampled ----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Coarse:
    """A base sampled all along: of each sample its edge, how far along it that lies, and its place in space."""

    base: Base
    edge: np.ndarray
    metres: np.ndarray
    step_m: float
    place: np.ndarray


def sampled_distances_m(pairs):
    """Sample both all along, and look closer where two edges may be nearest; the last distance is GeographicLib's.

    No edge is left out unless its samples say so: two edges are no nearer than their nearest samples less half a step
    of each, for no place of an edge lies farther from a sample than that.
    """
    coarse = _coarse([base for pair in pairs for base in pair])
    sampled = list(zip(coarse[::2], coarse[1::2], strict=True))
    distances = np.zeros(len(pairs))
    apart = [
        number for number, pair in enumerate(sampled) if not (is_within(*pair) or is_within(*pair[::-1]))
    ]
    least, tables = {}, {}
    for number in apart:
        tables[number] = _table(*sampled[number])
        least[number] = (np.inf, None)
    while tables:
        chosen = [_take(number, sampled[number], tables[number], least[number][0]) for number in tables]
        chosen = [each for each in chosen if each is not None]
        tables = {number: tables[number] for number, *_ in chosen}
        if chosen:
            for (number, *_), found in zip(chosen, _looked_at(sampled, chosen), strict=True):
                least[number] = min(least[number], found, key=lambda each: each[0])
    for number, (_, ends) in least.items():
        lon_1, lat_1, lon_2, lat_2 = ends
        exact = Geodesic.WGS84.Inverse(lat_1, lon_1, lat_2, lon_2)["s12"]
        distances[number] = max(0.0, exact - sum(base.buffer_m for base in pairs[number]))
    return distances


def _coarse(bases, count=160):
    steps = [max(base.edges[:, 3].sum() / count, 1e-6) for base in bases]
    edges, metres = [], []
    for base, step in zip(bases, steps, strict=True):
        counts = (base.edges[:, 3] // step).astype(int) + 2
        edge = np.repeat(np.arange(len(counts)), counts)
        place = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
        edges.append(edge)
        metres.append(base.edges[edge, 3] * place / (counts[edge] - 1))
    own = np.concatenate([base.edges[edge] for base, edge in zip(bases, edges, strict=True)])
    _, _, place = along(own, np.concatenate(metres))
    places = np.split(place, np.cumsum([len(each) for each in edges])[:-1])
    return [Coarse(*each) for each in zip(bases, edges, metres, steps, places, strict=True)]


def _table(one, other):
    """Give the straight lines between all samples, and the least of each edge with each edge."""
    chord = np.zeros((len(one.edge), len(other.edge)))
    for axis in range(3):
        chord += (one.place[:, axis, None] - other.place[:, axis]) ** 2
    chord = np.sqrt(chord)
    first, second = (np.flatnonzero(np.diff(each.edge, prepend=-1)) for each in (one, other))
    return (
        chord,
        np.minimum.reduceat(np.minimum.reduceat(chord, first, axis=0), second, axis=1),
        first,
        second,
    )


def _take(number, pair, table, best):
    """Take the nearest two edges that were not looked at yet; None: none can be nearer than what was found."""
    chord, edges, first, second = table
    one, other = np.unravel_index(edges.argmin(), edges.shape)
    if edges[one, other] - (pair[0].step_m + pair[1].step_m) / 2 >= best:
        return None
    rows, columns = _slice(first, one, len(chord)), _slice(second, other, chord.shape[1])
    part = chord[rows, columns]
    i, j = np.unravel_index(part.argmin(), part.shape)
    edges[one, other] = np.inf
    return number, one, other, pair[0].metres[rows.start + i], pair[1].metres[columns.start + j]


def _slice(first, number, count):
    return slice(first[number], first[number + 1] if number + 1 < len(first) else count)


def _looked_at(sampled, chosen):
    """Give of each two edges the least distance that is found, and its two ends."""
    sides = [
        np.array([sampled[each[0]][side].base.edges[each[1 + side]] for each in chosen]) for side in range(2)
    ]
    tries = [_met(sides, [np.array([each[3 + side] for each in chosen]) for side in range(2)])]
    for one, other in (sides, sides[::-1]):
        for metres in (np.zeros(len(one)), one[:, 3]):
            ends = _from_end(one, metres, other)
            tries.append(ends if one is sides[0] else ends[:, [2, 3, 0, 1]])
    distance = np.array([GEOD.inv(*each.T)[2] for each in tries])
    best = distance.argmin(axis=0)
    return [(distance[way, number], tuple(tries[way][number])) for number, way in enumerate(best.tolist())]


def _from_end(edges, metres, over, points=9):
    """Look ever closer along edges (`over`) from an end of the edges over against them: nearly alongside, these are
    nearest at an end. Gives both ends (n, 4)."""
    longitude, latitude, place = along(edges, metres)
    low, high = np.zeros(len(over)), over[:, 3].copy()
    every = np.arange(len(over))
    while True:
        grid = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, points)
        there = along(over, grid)
        nearest = ((there[2] - place[:, None]) ** 2).sum(axis=2).argmin(axis=1)
        if (high - low).max() < 1.0:
            return np.column_stack((longitude, latitude, there[0][every, nearest], there[1][every, nearest]))
        low, high = grid[every, np.maximum(nearest - 1, 0)], grid[every, np.minimum(nearest + 1, points - 1)]


def _met(sides, at, rounds=10):
    """Go along both edges to where tangents at two places are nearest, and on from there. Gives both ends (n, 4).

    It finds where they cross. A finer grid does not: at a flat angle edges are near one another far around that place,
    and whether two places of a grid lie abreast counts for more than how far they are from it.
    """
    at, best, ends = list(at), np.full(len(at[0]), np.inf), np.zeros((len(at[0]), 4))
    lengths = [edges[:, 3] for edges in sides]
    for _ in range(rounds):
        here = [_place_and_way(edges, metres) for edges, metres in zip(sides, at, strict=True)]
        between = here[1][2] - here[0][2]
        (own, their), apart = (each[3] for each in here), (between * between).sum(axis=1)
        is_nearer = apart < best
        best[is_nearer] = apart[is_nearer]
        ends[is_nearer] = np.column_stack([each for found in here for each in found[:2]])[is_nearer]
        ahead, over, alike = (
            (x * y).sum(axis=1) for x, y in ((between, own), (between, their), (own, their))
        )
        sine = (np.cross(own, their) ** 2).sum(axis=1)
        first = np.clip(at[0] + (ahead - alike * over) / np.maximum(sine, 1e-20), 0, lengths[0]) - at[0]
        second = np.clip(at[1] + alike * first - over, 0, lengths[1]) - at[1]
        first = np.clip(at[0] + ahead + alike * second, 0, lengths[0]) - at[0]
        at = [at[0] + first, at[1] + second]
    return ends


def _place_and_way(edges, metres):
    """Give longitudes, latitudes and places in space so far along edges, and in which direction each runs there."""
    longitude, latitude, back = GEOD.fwd(*edges[:, :3].T, metres)
    north, east = north_and_east(longitude, latitude)
    turn = np.radians(np.asarray(back) + 180)[:, None]
    return longitude, latitude, in_space(longitude, latitude), np.cos(turn) * north + np.sin(turn) * east


def is_within(one, other):
    """Say whether the first place of a line of the one lies in the other, by how the other winds round it.

    Directions are those in space over the ground at the place: round by round they are as often round as azimuths.
    """
    if not other.base.is_area:
        return False
    line_of = other.base.edges[other.edge, 4]
    for line in one.base.lines:
        here = in_space(*line[0])
        north, east = north_and_east(*line[0])
        way = other.place - here
        if (way * way).sum(axis=1).min() < 1e-6:
            return True
        turned = np.arctan2(way @ east, way @ north)
        inside = 0
        for ring, is_hole in enumerate(other.base.holes):
            turns = np.diff(turned[line_of == ring])
            winds = abs(((turns + np.pi) % (2 * np.pi) - np.pi).sum()) > np.pi
            inside += winds * (-1 if is_hole else 1)
        if inside > 0:
            return True
    return False


# --- in a plane -------------------------------------------------------------------------------------------


def planar_distances_m(pairs, *, rounds=3):
    """Let GEOS measure in a plane that keeps azimuths and distances from its centre, half-way between the two."""
    bases = [base for pair in pairs for base in pair]
    lines = _lines(bases)
    owner = np.repeat(np.arange(len(bases)) // 2, [sum(map(len, each)) for each in lines])
    places = np.concatenate([line for each in lines for line in each])
    centres = np.array([one.lines[0][0] for one, _ in pairs])
    for _ in range(rounds):
        centre = centres[owner]
        azimuth, _, distance = GEOD.inv(centre[:, 0], centre[:, 1], places[:, 0], places[:, 1])
        turn = np.radians(azimuth)
        flat = np.column_stack((distance * np.sin(turn), distance * np.cos(turn)))
        shapes = _shapes(bases, lines, flat)
        near = shapely.get_coordinates(shapely.shortest_line(shapes[::2], shapes[1::2])).reshape(-1, 2, 2)
        x, y = near.mean(axis=1).T
        moved = GEOD.fwd(centres[:, 0], centres[:, 1], np.degrees(np.arctan2(x, y)), np.hypot(x, y))
        centres = np.column_stack(moved[:2])
    apart = np.hypot(*(near[:, 0] - near[:, 1]).T)
    return np.maximum(apart - [one.buffer_m + other.buffer_m for one, other in pairs], 0.0)


def _lines(bases, step_m=10_000):
    """Give the lines of each base with a place every 10 km."""
    edges = np.concatenate([base.edges for base in bases])
    counts = (edges[:, 3] // step_m).astype(int) + 1
    index = np.repeat(np.arange(len(edges)), counts)
    share = (np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[index]
    longitude, latitude, _ = along(edges[index], share * edges[index, 3])
    each = np.split(np.column_stack((longitude, latitude)), np.cumsum(counts)[:-1])
    first, found = 0, []
    for base in bases:
        line_of = base.edges[:, 4]
        own = each[first : first + len(line_of)]
        first += len(line_of)
        found.append(
            [
                np.concatenate([*(own[edge] for edge in np.flatnonzero(line_of == number)), line[-1:]])
                for number, line in enumerate(base.lines)
            ]
        )
    return found


def _shapes(bases, lines, flat):
    """Make shapes of GEOS of what was laid flat."""
    counts = [len(line) for each in lines for line in each]
    rings = iter(np.split(flat, np.cumsum(counts)[:-1]))
    shapes = []
    for base in bases:
        if not base.is_area:
            ring = next(rings)
            shapes.append(shapely.Point(ring[0]) if len(base.lines[0]) == 1 else shapely.LineString(ring))
            continue
        parts = []
        for is_hole in base.holes:
            if is_hole:
                parts[-1][1].append(next(rings))
            else:
                parts.append((next(rings), []))
        shapes.append(shapely.MultiPolygon([shapely.Polygon(*part) for part in parts]))
    return np.array(shapes, dtype=object)
