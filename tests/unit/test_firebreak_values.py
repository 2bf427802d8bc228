"""The firebreak as JSON: every reason with its sentence, ages, entries and marks; words for everything it can say."""

from dataclasses import replace

import pytest
from tests.firebreak_marks import (
    DAY_MS,
    HOUR_MS,
    PAIR,
    START_MS,
    agreement,
    context,
    gathered,
    heard,
    mark,
    proof,
    rule,
)

from coupefeu.cli.firebreak_words import firebreak_lines
from coupefeu.model.firebreak import Level, Watched
from coupefeu.model.languages import Words
from coupefeu.node.firebreak_values import firebreak_values, span_values
from coupefeu.services.firebreak.judged import LevelSpan, What
from coupefeu.services.firebreak.judging import judge
from coupefeu.services.firebreak.marks import Bound
from coupefeu.words import has

NOW_MS = START_MS + 20 * DAY_MS
RULES = (rule("refused", Level.BROKEN, count=2),)


def declined(before_ms, index, **changes):
    found = proof(NOW_MS - before_ms, log=1, index=index)
    return mark(
        "attempt", NOW_MS - before_ms, key=PAIR, value="declined", proofs=(found._replace(**changes),)
    )


def values(*marks, language="en", rules=RULES, at_ms=None, **fields):
    agreed = context(agreement(*rules, **fields))
    return firebreak_values(
        judge(gathered([*marks, *heard(NOW_MS)], NOW_MS), agreed), agreed, language, at_ms=at_ms
    )


def test_a_reason_says_whom_it_concerns_how_old_it_is_and_which_entries_prove_it():
    found = values(
        declined(2 * DAY_MS, 4, arrived_ms=NOW_MS - HOUR_MS), declined(DAY_MS, 5), mediator="The mediator."
    )
    (reason,) = found.reasons
    assert (found.level, found.rules, found.pairs, found.at, found.left_out) == (Level.BROKEN, 1, 3, None, 0)
    assert (reason.rule, reason.subject, reason.posts) == ("refused", PAIR, ("ru.minister", "us.secretary"))
    assert (reason.age_s, reason.age_here_s, reason.count) == (2 * 86_400, 3_600, 2)
    assert [(each.party, each.index, each.number) for each in reason.entries] == [
        ("ru", 4, "RU/4"),
        ("ru", 5, "RU/5"),
    ]
    assert (reason.since, reason.marks, reason.is_absence) == ("2022-03-14T00:00:00.000Z", (), False)
    assert [each.number for each in found.sizes] == ["US/8", "RU/8"]
    assert reason.acts[-1].what is What.MEDIATOR
    assert reason.acts[-1].text == "The mediator."


def test_since_when_a_level_stands_is_never_younger_than_what_it_is_as_of():
    agreed = context(agreement(*RULES))
    judged = judge(gathered([declined(2 * DAY_MS, 4), declined(DAY_MS, 5), *heard(NOW_MS)], NOW_MS), agreed)
    assert judged.since_ms is not None
    assert firebreak_values(judged, agreed, "en").since is not None
    ours_is_newer = replace(judged, as_of_ms=judged.since_ms - 1)
    assert firebreak_values(ours_is_newer, agreed, "en").since is None


def test_an_entry_that_was_counted_at_a_bound_says_so_with_both_times():
    bounded = declined(DAY_MS, 5, claimed_ms=NOW_MS - 3 * DAY_MS, mark=Bound.BEFORE)
    (reason,) = values(declined(2 * DAY_MS, 4), bounded).reasons
    assert reason.marks == ("before-bracket",)
    assert (reason.entries[1].claimed, reason.entries[1].counted) == (
        "2022-03-13T00:00:00.000Z",
        "2022-03-15T00:00:00.000Z",
    )


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "It fires."), ("fr", "Elle joue."), ("ru", "Правило сработало.")]
)
def test_the_sentence_is_the_agreements_in_the_asked_language(language, sentence):
    assert (
        values(declined(2 * DAY_MS, 4), declined(DAY_MS, 5), language=language).reasons[0].sentence
        == sentence
    )


@pytest.mark.parametrize(
    ("skew_ms", "said"),
    [(90_000, "clock of RU seems +"), (-90_000, "clock is behind, or they came late")],
)
def test_entries_that_came_late_are_not_said_to_prove_that_a_clock_is_behind(skew_ms, said):
    agreed = context(agreement(*RULES))
    judged = replace(judge(gathered(heard(NOW_MS), NOW_MS), agreed), skew_ms=skew_ms)
    assert any(said in line for line in firebreak_lines(judged, agreed, "en"))


@pytest.mark.parametrize(("transit_ms", "is_told"), [(4, False), (DAY_MS, True)])
def test_what_an_entry_needed_to_arrive_is_no_other_age(transit_ms, is_told):
    agreed = context(agreement(*RULES))
    first = declined(2 * DAY_MS, 4, arrived_ms=NOW_MS - 2 * DAY_MS + transit_ms)
    judged = judge(gathered([first, declined(DAY_MS, 5), *heard(NOW_MS)], NOW_MS), agreed)
    said = "\n".join(firebreak_lines(judged, agreed, "en"))
    assert "2d" in said
    assert ("by arrival" in said) is is_told


def test_what_deceives_in_a_sentence_is_marked():
    deceptive = replace(RULES[0], sentence=Words(en="Call\u202eed.", fr="Appel.", ru="Вызов."))
    (reason,) = values(declined(2 * DAY_MS, 4), declined(DAY_MS, 5), rules=(deceptive,)).reasons
    assert "\u202e" not in reason.sentence
    assert "U+202E" in reason.sentence


def test_a_span_names_its_rules_and_entries():
    span = LevelSpan(
        level=Level.STRAINED, from_ms=START_MS, to_ms=NOW_MS, rules=("refused",), entries=((1, 4),)
    )
    found = span_values(span, ("us", "ru"))
    assert (found.start, found.end, found.entries) == (
        "2022-02-24T00:00:00.000Z",
        "2022-03-16T00:00:00.000Z",
        ("RU/4",),
    )


def test_everything_that_it_can_say_has_its_words():
    dashed = str.maketrans("_", "-")
    needed = [
        *(f"firebreak-page-level-{each}" for each in Level),
        *(f"firebreak-page-means-{each}" for each in Level),
        *(f"firebreak-page-act-{each.translate(dashed)}" for each in What),
        *(f"firebreak-page-{each}" for each in Bound if each),
        *(f"firebreak-watched-{each.translate(dashed)}" for each in Watched),
    ]
    assert [key for key in needed if not has(key)] == []
