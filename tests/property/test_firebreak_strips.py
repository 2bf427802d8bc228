"""What the strip chart says of long spans: since when it is as grave, and from when on it is complete."""

import random
from functools import partial

import pytest
from tests.firebreak_marks import (
    DAY_MS,
    HOUR_MS,
    START_MS,
    WATCHED_RULES,
    agreement,
    begun,
    context,
    gathered,
    random_marks,
)
from tests.firebreak_records import History, Views
from tests.sizes import size

from coupefeu.model.firebreak import GRAVITY, Level
from coupefeu.services.firebreak import spanning
from coupefeu.services.firebreak.history import grave_since, spans
from coupefeu.services.firebreak.judging import judge

AGREED = agreement(*WATCHED_RULES, watch_grace_s=600)
CONTEXT = context(AGREED)
BEGUN_MS = START_MS - DAY_MS


def walked_back(strip, level, at_ms):
    """Go back over the whole strip, span by span, while it is as grave."""
    since_ms = at_ms
    for span in reversed([each for each in strip if each.from_ms <= at_ms]):
        if GRAVITY.index(span.level) < GRAVITY.index(level):
            break
        since_ms = span.from_ms
    return since_ms


@pytest.mark.parametrize("known", [False, True])
def test_it_is_as_grave_since_the_strip_says_so_and_not_since_the_oldest_reason_that_still_fires(known):
    earlier = 0
    for seed in range(size(small=60, full=20_000)):
        marks, chance = random_marks(seed), random.Random(seed)
        at_ms = START_MS + chance.randrange(7 * DAY_MS)
        judged = judge(gathered(marks, at_ms, known=known), CONTEXT)
        if judged.level is Level.HOLDING:
            continue
        whole = spans(marks, begun(), CONTEXT, BEGUN_MS, at_ms + 1, known=known)
        strip = partial(spans, marks, begun(), CONTEXT, known=known)
        since_ms = grave_since(judged.level, max(judged.since_ms, BEGUN_MS), BEGUN_MS, strip)
        assert since_ms == walked_back(whole, judged.level, at_ms), seed
        earlier += since_ms < max(judged.since_ms, BEGUN_MS)
    assert earlier > 5, "what raised it before may fire no more"


def test_what_is_not_known_any_more_ends_the_search():
    marks = random_marks(3)
    whole = spans(marks, begun(), CONTEXT, BEGUN_MS, START_MS + 7 * DAY_MS)
    last_ms = whole[-1].to_ms

    def strip(from_ms, to_ms):
        return spans(marks, begun(), CONTEXT, max(from_ms, last_ms - HOUR_MS - 5), to_ms)

    assert grave_since(Level.HOLDING, last_ms, BEGUN_MS, strip) == last_ms - HOUR_MS - 5
    assert grave_since(Level.HOLDING, last_ms, BEGUN_MS, lambda *_: ()) == last_ms


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("limit", [{"MOST_EVENTS": 1}, {"MOST_CLOSED": 0}, {"MOST_HEARD": 2}])
def test_a_strip_of_too_much_keeps_what_is_newest_and_says_from_when_it_is_complete(
    monkeypatch, limit, known
):
    views, shorter = Views(agreement(*WATCHED_RULES, watch_grace_s=HOUR_MS // 1_000), 0), 0
    for seed in range(size(small=14, full=4_000)):
        history = History(seed)
        start, end = START_MS - HOUR_MS, history.now_ms + 3 * DAY_MS
        monkeypatch.undo()
        whole = views.strip(history, start, end, known=known)
        for name, most in limit.items():
            monkeypatch.setattr(spanning, name, most)
        strip = views.strip(history, start, end, known=known)
        complete_ms = strip[0].from_ms
        shorter += complete_ms > start
        assert strip[-1].to_ms == end
        assert said(strip) == said(each for each in whole if each.to_ms > complete_ms), seed
    assert shorter


def said(strip):
    return [(each.level, each.rules, each.to_ms) for each in strip]
