"""Both nodes come to the same level from the same entries, whatever came first, and however authors lie about times."""

import random
from collections import Counter

import pytest
from tests.firebreak_marks import DAY_MS, HOUR_MS, START_MS, WATCHED_RULES, agreement
from tests.firebreak_records import History, Views, of_both
from tests.sizes import size

from coupefeu.model.firebreak import Level

AGREED = agreement(*WATCHED_RULES, watch_grace_s=3_600)


@pytest.mark.parametrize("shard", range(size(small=1, full=25)))
def test_both_nodes_say_the_same_of_the_same_entries(shard):
    """In the soak 10^5 histories, each at two instants."""
    ours, theirs = Views(AGREED, 0), Views(AGREED, 1)
    count = size(small=60, full=4_000)
    levels, rules = Counter(), set()
    for seed in range(shard * count, (shard + 1) * count):
        history, chance = History(seed), random.Random(seed)
        last_ms = history.now_ms + chance.choice((60_000, HOUR_MS, DAY_MS))
        instants = [last_ms, chance.randrange(START_MS - HOUR_MS, last_ms)]
        first, second = ours.levels(history, instants), theirs.levels(history, instants)
        for one, other in zip(first, second, strict=True):
            assert of_both(one) == of_both(other), (seed, one.asked)
            assert all(each.entries for each in one.reasons)
            levels[one.level] += 1
            rules |= {each.rule for each in one.reasons}
    assert set(levels) == set(Level)
    assert {
        "refused-strained",
        "unanswered-strained",
        "acknowledgement-strained",
        "watch-strained",
        "unknown",
    } <= rules


def test_what_a_node_knew_then_is_what_it_judged_then():
    """Where nobody lies about times, an instant judged by arrival is what the node said at it, by what it held."""
    views = Views(AGREED, 0)
    for seed in range(size(small=30, full=10_000)):
        history = History(seed, honest=True)
        arrived = history.arrivals(0)
        at_ms = arrived[len(arrived) // 2][0]
        (afterwards,) = views.levels(history, [at_ms], known=True)
        cut = History(seed, honest=True)
        cut.arrivals = lambda log, kept=[each for each in arrived if each[0] <= at_ms]: kept
        (then,) = views.levels(cut, [at_ms], known=True)
        assert afterwards.level is then.level
        assert [(each.rule, each.subject, each.entries) for each in afterwards.reasons] == [
            (each.rule, each.subject, each.entries) for each in then.reasons
        ]


@pytest.mark.parametrize("known", [False, True])
def test_the_strip_chart_of_a_record_is_its_judge_at_every_instant(known):
    views = Views(AGREED, 0)
    for seed in range(size(small=30, full=10_000)):
        history, chance = History(seed), random.Random(seed)
        start, end = START_MS + chance.randrange(-HOUR_MS, 2 * DAY_MS), history.now_ms + 3 * DAY_MS
        if start >= end:
            continue
        strip = views.strip(history, start, end, known=known)
        edges = [each.from_ms for each in strip] + [each.to_ms - 1 for each in strip]
        instants = [
            *chance.sample(edges, min(6, len(edges))),
            *(chance.randrange(start, end) for _ in range(3)),
        ]
        for at_ms, judged in zip(instants, views.levels(history, instants, known=known), strict=True):
            (span,) = [each for each in strip if each.from_ms <= at_ms < each.to_ms]
            rules = tuple(sorted({each.rule for each in judged.reasons}))
            assert (span.level, span.rules) == (judged.level, rules), (seed, at_ms)
