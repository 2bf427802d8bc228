"""Distances in metres: from a place to an edge on WGS 84, near by in a plane and far away by PROJ's geodesics."""

import numpy as np

from coupefeu.deconfliction.ellipsoid import (
    NEAR_M,
    Floats,
    axes,
    cross,
    far_inverse,
    near_distance_m,
    radii_m,
    unit,
)

_STEPS = 5


def measure(place: Floats, start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """Give for each place (n, 3) its distance from an edge and the foot (n, 3) there; start = end is a place."""
    foot = _foot_on_plane(place, start, end, _foot_on_sphere(place, start, end))
    distance = near_distance_m(place, foot)
    far = np.flatnonzero(distance > NEAR_M)
    if far.size:
        distance[far], foot[far] = _measure_far(place[far], start[far], end[far], foot[far])
    return distance, foot


def between(one: Floats, other: Floats, share: Floats) -> Floats:
    """Give places on the arcs from `one` to `other`: 0 is the one, 1 the other."""
    chord = np.sqrt(np.einsum("ij,ij->i", other - one, other - one))
    angle = 2.0 * np.arcsin(np.minimum(chord / 2.0, 1.0))
    sine = np.sin(angle)
    flat = sine < 1e-9
    safe = np.where(flat, 1.0, sine)
    first = np.where(flat, 1.0 - share, np.sin((1.0 - share) * angle) / safe)
    second = np.where(flat, share, np.sin(share * angle) / safe)
    return unit(one * first[:, None] + other * second[:, None])


def _foot_on_sphere(place: Floats, start: Floats, end: Floats) -> Floats:
    pole = unit(cross(start, end))
    foot = place - np.einsum("ij,ij->i", place, pole)[:, None] * pole
    edge = np.einsum("ij,ij->i", start, end)
    to_start, to_end = np.einsum("ij,ij->i", place, start), np.einsum("ij,ij->i", place, end)
    beside = (to_end >= edge * to_start) & (to_start >= edge * to_end)
    nearer = np.where((to_start >= to_end)[:, None], start, end)
    return unit(np.where(beside[:, None], foot, nearer))


def _foot_on_plane(place: Floats, start: Floats, end: Floats, about: Floats) -> Floats:
    """Find the foot where arcs are straight and both axes have their scale: a plane that touches half-way."""
    middle = unit(place + about)
    east, north = axes(middle)
    across, along = radii_m(middle[:, 2])
    flat = []
    for normal in (place, start, end):
        height = np.maximum(np.einsum("ij,ij->i", normal, middle), 1e-3)
        easting = across * np.einsum("ij,ij->i", normal, east) / height
        flat.append(np.stack((easting, along * np.einsum("ij,ij->i", normal, north) / height), axis=-1))
    edge, offset = flat[2] - flat[1], flat[0] - flat[1]
    length = np.einsum("ij,ij->i", edge, edge)
    share = np.einsum("ij,ij->i", offset, edge) / np.where(length > 0.0, length, 1.0)
    share = np.clip(share, 0.0, 1.0)
    foot = flat[1] + share[:, None] * edge
    return unit(middle + east * (foot[:, 0] / across)[:, None] + north * (foot[:, 1] / along)[:, None])


def _measure_far(place: Floats, start: Floats, end: Floats, foot: Floats) -> tuple[Floats, Floats]:
    """Walk along the edge to where the geodesic from the place meets it squarely, or to its end."""
    edge = end - start
    length = np.einsum("ij,ij->i", edge, edge)
    share = np.einsum("ij,ij->i", foot - start, edge) / np.where(length > 0.0, length, 1.0)
    share = np.clip(share, 0.0, 1.0)
    for _ in range(_STEPS):
        at = unit(start + share[:, None] * edge)
        distance, _, azimuth = far_inverse(place, at)
        east, north = axes(at)
        across, along = radii_m(at[:, 2])
        easting = across * np.einsum("ij,ij->i", edge, east)
        northing = along * np.einsum("ij,ij->i", edge, north)
        outwards = easting * np.sin(azimuth) + northing * np.cos(azimuth)
        sideways = easting * np.cos(azimuth) - northing * np.sin(azimuth)
        bend = sideways**2 / (across * np.tan(np.minimum(distance / across, 3.14)))
        step = np.where(bend > 0.0, outwards / np.where(bend > 0.0, bend, 1.0), np.sign(outwards) * 2.0)
        share = np.clip(share - step, 0.0, 1.0)
    tries = np.stack((unit(start + share[:, None] * edge), start, end))
    distances = np.stack([far_inverse(place, each)[0] for each in tries])
    best = distances.argmin(axis=0)
    every = np.arange(len(best))
    return distances[best, every], tries[best, every]
