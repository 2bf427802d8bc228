"""All pairs of two lists of notices that conflict."""

from collections.abc import Iterator, Sequence

import numpy as np

from coupefeu.deconfliction.gaps import Gap, conflicting
from coupefeu.deconfliction.prepared import Prepared
from coupefeu.deconfliction.stack import read_stack
from coupefeu.deconfliction.sweep import may_meet
from coupefeu.model.volumes import Separation


def all_gaps(
    ours: Sequence[Prepared], theirs: Sequence[Prepared], separation: Separation
) -> Iterator[tuple[int, int, Gap]]:
    """Give every conflicting pair, as places in both sequences, with its gap; in the order of ours, then theirs."""
    if not ours or not theirs:
        return
    one, other = read_stack([each.data for each in ours]), read_stack([each.data for each in theirs])
    met = [
        one.owner[first] * len(theirs) + other.owner[second]
        for first, second in may_meet(one, other, separation)
    ]
    if not met:
        return
    pairs = np.unique(np.concatenate(met))
    begins = np.flatnonzero(np.diff(pairs // len(theirs), prepend=-1))
    for group in np.split(pairs, begins[1:]):
        if not len(group):
            continue
        number = int(group[0]) // len(theirs)
        candidates = (group % len(theirs)).tolist()
        for at, gap in conflicting(ours[number], [theirs[each] for each in candidates], separation):
            yield number, candidates[at], gap
