"""However the attempts of many pairs are read, all at once or each pair by itself, the level is the same."""

import random

import pytest
from tests.firebreak_marks import HOUR_MS, START_MS, WATCHED_RULES, agreement
from tests.firebreak_records import History, Views
from tests.sizes import size

from coupefeu.services.firebreak import gathering

AGREED = agreement(*WATCHED_RULES, watch_grace_s=3_600)


def fired(judged):
    return judged.level, [(each.rule, each.subject, each.count) for each in judged.reasons]


@pytest.mark.parametrize("known", [False, True])
def test_attempts_read_at_once_are_those_read_pair_by_pair(known, monkeypatch):
    views, attempts = Views(AGREED, 0), 0
    for seed in range(size(small=60, full=4_000)):
        history = History(seed)
        instants = [history.now_ms, random.Random(seed).randrange(START_MS - HOUR_MS, history.now_ms)]
        at_once = views.levels(history, instants, known=known)
        with monkeypatch.context() as patch:
            patch.setattr(gathering, "MOST_AT_ONCE", -1)
            patch.setattr(gathering, "FEWEST_ATTEMPTS", gathering.MOST_ATTEMPTS)
            by_pair = views.levels(history, instants, known=known)
            patch.setattr(gathering, "FEWEST_ATTEMPTS", 1)
            fewest = views.levels(history, instants, known=known)
        assert at_once == by_pair, seed
        assert list(map(fired, at_once)) == list(map(fired, fewest)), seed
        attempts += sum(reason.topic == "attempt" for each in at_once for reason in each.reasons)
    assert attempts > 0
