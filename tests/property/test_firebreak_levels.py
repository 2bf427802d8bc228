"""The level over random histories: as the specification words it, in any order of arrival, at an instant and swept."""

import random
from itertools import pairwise

import pytest
from tests.firebreak_marks import (
    DAY_MS,
    START_MS,
    WATCHED_RULES,
    SlowJudge,
    agreement,
    begun,
    context,
    gathered,
    random_marks,
)
from tests.sizes import size

from coupefeu.services.firebreak.history import spans
from coupefeu.services.firebreak.judging import judge

AGREED = agreement(*WATCHED_RULES, watch_grace_s=600)
CONTEXT = context(AGREED)
SPAN_MS = 8 * DAY_MS


def instants(chance, marks):
    """Give instants at random, and those at which something may change, with their neighbours."""
    yield from (START_MS - DAY_MS + chance.randrange(SPAN_MS) for _ in range(4))
    for each in chance.sample(marks, min(4, len(marks))):
        edge = chance.choice((each.counted.counted_ms, each.counted.arrived_ms, each.due_ms or START_MS))
        yield from (edge - 1, edge, edge + 1, edge - AGREED.skew_s * 1_000)


@pytest.mark.parametrize("known", [False, True])
def test_the_level_is_what_the_rules_say_one_by_one(known):
    seen = set()
    for seed in range(size(small=60, full=20_000)):
        marks, chance = random_marks(seed), random.Random(seed)
        for at_ms in instants(chance, marks):
            judged = judge(gathered(marks, at_ms, known=known), CONTEXT)
            found = judged.level, tuple(sorted({each.rule for each in judged.reasons}))
            assert found == SlowJudge(marks, begun(), AGREED, at_ms, known=known).judge(), (seed, at_ms)
            assert all(each.entries and each.age_ms >= 0 and each.age_here_ms >= 0 for each in judged.reasons)
            seen.add(judged.level)
    assert len(seen) >= 3


@pytest.mark.parametrize("known", [False, True])
def test_the_strip_chart_is_the_judge_at_every_instant(known):
    for seed in range(size(small=60, full=20_000)):
        marks, chance = random_marks(seed), random.Random(seed)
        start, end = START_MS - DAY_MS, START_MS + SPAN_MS
        strip = spans(marks, begun(), CONTEXT, start, end, known=known)
        assert (strip[0].from_ms, strip[-1].to_ms) == (start, end)
        assert all(one.to_ms == other.from_ms for one, other in pairwise(strip))
        assert all(each.from_ms < each.to_ms for each in strip)
        assert all((one.level, one.rules) != (other.level, other.rules) for one, other in pairwise(strip))
        edges = [each.from_ms + shift for each in strip for shift in (-1, 0)]
        for at_ms in [*instants(chance, marks), *chance.sample(edges, min(6, len(edges)))]:
            if start <= at_ms < end:
                (span,) = [each for each in strip if each.from_ms <= at_ms < each.to_ms]
                judged = judge(gathered(marks, at_ms, known=known), CONTEXT)
                rules = tuple(sorted({each.rule for each in judged.reasons}))
                assert (span.level, span.rules) == (judged.level, rules), (seed, at_ms)
                assert bool(span.entries) == bool(rules)


def test_the_order_of_marks_changes_nothing():
    for seed in range(size(small=100, full=20_000)):
        marks, chance = random_marks(seed), random.Random(seed)
        at_ms = START_MS + chance.randrange(6 * DAY_MS)
        once = judge(gathered(marks, at_ms), CONTEXT)
        chance.shuffle(marks)
        again = judge(gathered(marks, at_ms), CONTEXT)
        assert once == again
