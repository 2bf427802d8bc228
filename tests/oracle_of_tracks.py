"""An independent oracle of how near two tracks come: both sampled over time, ever more densely."""

import numpy as np

from tests.oracles import GEOD, RADIUS_M, degrees, in_space


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
