"""All pairs of two lists of notices that conflict."""

from collections.abc import Iterator, Sequence

import numpy as np

from coupefeu.deconfliction.batch import decide_pairs
from coupefeu.deconfliction.gaps import Gap, conflicting
from coupefeu.deconfliction.prepared import Prepared
from coupefeu.deconfliction.stack import Integers, read_stack
from coupefeu.deconfliction.sweep import may_meet
from coupefeu.model.volumes import Separation


def all_pairs(
    ours: Sequence[Prepared | bytes], theirs: Sequence[Prepared | bytes], separation: Separation
) -> Integers:
    """Give every conflicting pair as places in both sequences (n, 2), in the order of ours, then theirs."""
    if not ours or not theirs:
        return np.zeros((0, 2), dtype=np.int64)
    one, other = (
        read_stack([each if isinstance(each, bytes) else each.data for each in side])
        for side in (ours, theirs)
    )
    first, second = may_meet(one, other, separation)
    near = decide_pairs(one, other, first, second, separation)
    pairs = np.unique(one.owner[first[near]] * len(theirs) + other.owner[second[near]])
    return np.stack((pairs // len(theirs), pairs % len(theirs)), axis=1)


def all_gaps(
    ours: Sequence[Prepared], theirs: Sequence[Prepared], separation: Separation
) -> Iterator[tuple[int, int, Gap]]:
    """Give every conflicting pair with its gap; in the order of ours, then theirs."""
    pairs = all_pairs(ours, theirs, separation)
    for group in np.split(pairs, np.flatnonzero(np.diff(pairs[:, 0])) + 1):
        if not len(group):
            continue
        number, candidates = int(group[0, 0]), group[:, 1].tolist()
        for at, gap in conflicting(ours[number], [theirs[each] for each in candidates], separation):
            yield number, candidates[at], gap
