"""From when to when two volumes are too near, where one of them moves: not only when they are nearest.

Whole legs count, at most 10 km each: what is said begins no later and ends no earlier than it does.
"""

import numpy as np

from coupefeu.deconfliction.ellipsoid import Floats
from coupefeu.deconfliction.moving import NEARLY_M, line_while, meetings
from coupefeu.deconfliction.nearest import nearest
from coupefeu.deconfliction.stack import LINE, TRACK, Integers, Stack
from coupefeu.model.volumes import Separation

Span = tuple[int, int]
"""Instants, UTC ms."""


def lasting(ours: Stack, theirs: Stack, separation: Separation, tolerance_m: float) -> Span | None:
    """Give when the first leg that is too near begins and the last one ends; each stack holds one volume.

    None: no leg is, though all of them together may be within an error of it.
    """
    if int(ours.head["kind"][0]) != TRACK:
        return lasting(theirs, ours, separation, tolerance_m)
    most_m = separation.distance_m + tolerance_m
    if int(theirs.head["kind"][0]) == TRACK:
        return _both_move(ours, theirs, separation.time_s * 1_000, most_m)
    return _one_moves(ours, theirs, separation.time_s * 1_000, most_m)


def _one_moves(ours: Stack, theirs: Stack, most_ms: int, most_m: float) -> Span | None:
    line, instants = line_while(ours, theirs, most_ms)
    near = np.flatnonzero(nearest(_legs_of(ours, line), theirs).distance_m < most_m)
    if not near.size:
        return None
    first, last = int(instants[near[0]]), int(instants[near[-1] + 1])
    start, end = int(theirs.head["start_ms"][0]), int(theirs.head["end_ms"][0])
    early, late = sorted((max(first, start), min(last, end)))
    return early, late


def _legs_of(ours: Stack, line: Floats) -> Stack:
    """Make each leg of a line a volume of its own."""
    count = len(line) - 1
    head = np.repeat(ours.head, count)
    head["kind"], head["rows"] = LINE, 2
    ends = np.stack((line[:-1], line[1:]), axis=1).reshape(-1, 3)
    step: Integers = np.tile(np.array([1, 0], dtype=np.int64), count)
    return Stack(head, np.arange(count), np.ascontiguousarray(ends.T), step, ours.data * count)


def _both_move(ours: Stack, theirs: Stack, most_ms: int, most_m: float) -> Span | None:
    reach_m = most_m + float(ours.buffer_m[0] + theirs.buffer_m[0]) + NEARLY_M
    spans = [
        np.sort(
            (
                np.maximum(each.instants[0][near], each.instants[2][near]),
                np.minimum(each.instants[1][near], each.instants[3][near]),
            ),
            axis=0,
        )
        for each in meetings(ours, theirs, most_ms)
        if (near := np.flatnonzero(each.length < reach_m)).size
    ]
    if not spans:
        return None
    return min(int(each[0].min()) for each in spans), max(int(each[1].max()) for each in spans)
