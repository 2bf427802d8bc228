"""One outcome of each attempt, whatever is written about it and in whatever order: cases, and entries at random."""

import random
from dataclasses import replace

import pytest
from tests.calls_book import FACTS, RU, US, Logs, books
from tests.sizes import size

from coupefeu.model.calls import CallState, Outcome
from coupefeu.model.entry import Kind
from coupefeu.services.calls.facts import CallFact
from coupefeu.services.calls.tables import MAX_STEPS

K = Kind
FIRST = {K.CALL_WITHDRAWN: Outcome.WITHDRAWN, K.CALL_ANSWERED: Outcome.ANSWERED}


@pytest.fixture
def logs():
    return Logs()


def agreed(logs, call):
    """Give the attempt as both records have it, whatever came first; insists that lists say the same."""
    straight, turned = books(logs, (None, logs.entries[::-1]))
    ours, theirs = straight.view(call), turned.view(call)
    assert [each.number for each in ours.steps] == [each.number for each in theirs.steps]
    assert (ours.outcome, ours.state) == (theirs.outcome, theirs.state)
    for book, view in ((straight, ours), (turned, theirs)):
        assert book.columns(call) == (view.outcome, view.is_open)
    return ours


def effects(view):
    return {each.kind: each.effect for each in view.without_effect}


def test_the_first_word_of_who_was_called_counts(logs):
    call = logs.write(US, K.CALL_PLACED)
    logs.write(RU, K.CALL_DECLINED, call, seen=1)
    logs.write(RU, K.CALL_ANSWERED, call, seen=1)
    view = agreed(logs, call)
    assert (view.outcome, view.state) == (Outcome.DECLINED, CallState.ENDED)
    assert effects(view) == {K.CALL_ANSWERED: "already_ended"}


def test_a_caller_that_withdrew_before_it_had_seen_the_answer_was_not_answered(logs):
    call = logs.write(US, K.CALL_PLACED)
    logs.write(US, K.CALL_WITHDRAWN, call)
    answer = logs.write(RU, K.CALL_ANSWERED, call, seen=1)
    view = agreed(logs, call)
    assert (view.outcome, view.answered_by) == (Outcome.WITHDRAWN, "")
    assert view.crossed.id == answer.place


@pytest.mark.parametrize("by", ["seen", "reference", "an earlier entry"])
def test_a_caller_that_had_seen_the_answer_cannot_withdraw(logs, by):
    call = logs.write(US, K.CALL_PLACED)
    answer = logs.write(RU, K.CALL_ANSWERED, call)
    if by == "an earlier entry":
        logs.write(US, K.CALL_CONNECTED, call, seen=1)
    about = (call, answer) if by == "reference" else (call,)
    logs.write(US, K.CALL_WITHDRAWN, *about, seen=1 if by == "seen" else 0)
    view = agreed(logs, call)
    assert (view.outcome, view.state) == (Outcome.ANSWERED, CallState.IN_CALL)
    assert effects(view)[K.CALL_WITHDRAWN] == "already_answered"


def test_what_a_caller_says_of_another_call_shows_nothing_of_this_one(logs):
    first = logs.write(US, K.CALL_PLACED)
    answer = logs.write(RU, K.CALL_ANSWERED, first)
    logs.write(US, K.CALL_ENDED, first, answer, seen=1)
    second = logs.write(US, K.CALL_PLACED)
    logs.write(US, K.CALL_WITHDRAWN, second)
    assert agreed(logs, second).outcome is Outcome.WITHDRAWN


def test_nobody_answers_ends_or_rings_for_the_other_side(logs):
    call = logs.write(US, K.CALL_PLACED)
    for kind in (K.CALL_ANSWERED, K.CALL_RINGING, K.CALL_DECLINED, K.CALL_DEFERRED, K.CALL_UNANSWERED):
        logs.write(US, kind, call)
    for kind in (K.CALL_WITHDRAWN, K.CALL_UNREACHED):
        logs.write(RU, kind, call, seen=1)
    logs.write(RU, K.CALL_ANSWERED, call, post="us.duty")
    view = agreed(logs, call)
    assert (view.outcome, view.state, view.steps) == (None, CallState.PLACED, ())
    assert {each.effect for each in view.without_effect} == {"not_theirs", "foreign_post"}


@pytest.mark.parametrize(
    "to_posts", [(), ("us.chief",), ("ru.duty", "ru.chief"), ("fr.duty",), ("",), ("ru",), ("ru.",)]
)
def test_a_call_of_nobody_of_several_or_of_one_s_own_rings_nowhere(logs, to_posts):
    call = logs.write(US, K.CALL_PLACED, to_posts=to_posts)
    logs.write(RU, K.CALL_ANSWERED, call)
    logs.write(US, K.CALL_WITHDRAWN, call)
    view = agreed(logs, call)
    assert (view.effect, view.outcome, view.is_open) == ("not_a_counterpart", None, False)
    assert effects(view) == {K.CALL_WITHDRAWN: "call_without_effect"}


def test_an_answer_to_another_entry_at_the_same_place_answers_nothing(logs):
    call = logs.write(US, K.CALL_PLACED)
    logs.write(RU, K.CALL_ANSWERED, call, leaf=b"\x01" * 32)
    view = agreed(logs, call)
    assert view.outcome is None
    assert effects(view) == {K.CALL_ANSWERED: "another_entry"}


def test_a_body_that_cannot_be_read_or_breaks_a_rule_has_no_effect(logs):
    call = logs.write(US, K.CALL_PLACED)
    logs.write(RU, K.CALL_ANSWERED, call, body=b"\xff")
    logs.write(
        RU, K.CALL_DECLINED, call, fact=CallFact(reason=FACTS[K.CALL_DECLINED].reason, officer="x" * 81)
    )
    view = agreed(logs, call)
    assert effects(view) == {K.CALL_ANSWERED: "unreadable_body", K.CALL_DECLINED: "long_officer"}
    assert view.outcome is None


def test_one_entry_answers_every_call_that_it_names(logs):
    calls = [logs.write(US, K.CALL_PLACED) for _ in range(3)]
    logs.write(RU, K.CALL_UNANSWERED, *calls[:2])
    assert [agreed(logs, call).outcome for call in calls] == [Outcome.NOT_STAFFED, Outcome.NOT_STAFFED, None]


def test_words_stand_beside_the_entry_of_their_own_author_alone(logs):
    call = logs.write(US, K.CALL_PLACED)
    logs.write(US, K.CALL_WORDS, call, fact=CallFact(words="Whose are they?"))
    declined = logs.write(RU, K.CALL_DECLINED, call)
    logs.write(US, K.CALL_WORDS, call, declined, fact=CallFact(words="We refuse."))
    logs.write(RU, K.CALL_WORDS, call, declined, fact=CallFact(words="Not ours."))
    logs.write(RU, K.CALL_WORDS, call, declined, fact=CallFact(words="Said twice."))
    view = agreed(logs, call)
    assert (view.words, view.outcome_step.words) == ("Whose are they?", "Not ours.")
    assert [each.effect for each in view.without_effect] == ["words_beside_nothing"] * 2


def test_a_call_is_over_when_either_side_ends_it_and_only_then(logs):
    call = logs.write(US, K.CALL_PLACED)
    logs.write(US, K.CALL_ENDED, call)
    answer = logs.write(RU, K.CALL_ANSWERED, call)
    assert agreed(logs, call).state is CallState.IN_CALL
    logs.write(US, K.CALL_ENDED, call, answer, fact=CallFact(duration_ms=9_000))
    view = agreed(logs, call)
    assert (view.state, view.duration_ms, effects(view)) == (
        CallState.ENDED,
        9_000,
        {K.CALL_ENDED: "not_in_call"},
    )


@pytest.mark.parametrize(
    ("side", "kind", "last"),
    [
        (RU, K.CALL_RINGING, K.CALL_ANSWERED),
        (RU, K.CALL_WORDS, K.CALL_ANSWERED),
        (US, K.CALL_JOINED, K.CALL_WITHDRAWN),
    ],
)
def test_of_a_flood_about_one_call_the_earliest_count_and_the_rest_on_neither_record(side, kind, last):
    logs = Logs()
    call = logs.write(US, K.CALL_PLACED)
    for _ in range(MAX_STEPS - 1):
        logs.write(side, kind, call)
    logs.write(side, last, call)
    assert agreed(logs, call).outcome is FIRST[last], "the last that counts"
    logs.entries.insert(1, replace(logs.entries[1], index=-1))  # one more, earlier in its log, that comes now
    for book in books(logs, (None, [*logs.entries[:1], *logs.entries[2:], logs.entries[1]])):
        view = book.view(call)
        assert (view.outcome, book.columns(call)) == (None, (None, True))
        assert len(view.steps) + len(view.without_effect) <= MAX_STEPS


def scramble(draw, logs):
    """Write entries that no rule of ours would let be written, about one another, with any claim of what was seen."""
    for _ in range(draw.randrange(4, 30)):
        log, kind = draw.randrange(2), draw.choice(sorted(FACTS))
        count = draw.choice((0, 1, 1, 1, 2, 3)) if kind != K.CALL_PLACED else draw.choice((0, 0, 1))
        about = [draw.choice(logs.entries) for _ in range(min(count, len(logs.entries)))]
        odd = {"post": draw.choice(("ru.duty", "us.duty", "", "\0", "ru."))} if draw.random() < 0.1 else {}
        odd |= (
            {"leaf": bytes(32)}
            if draw.random() < 0.1
            else {"leaf": b"\1" * 32}
            if draw.random() < 0.05
            else {}
        )
        odd |= {"body": draw.randbytes(4)} if draw.random() < 0.05 else {}
        odd |= {"to_posts": ()} if draw.random() < 0.05 else {}
        logs.write(
            log, kind, *about, seen=draw.choice((0, 0, logs.sizes[1 - log], draw.randrange(40))), **odd
        )


def test_whatever_is_written_both_records_and_their_lists_agree():
    draw = random.Random(25)
    outcomes = set()
    for _ in range(size(small=30, full=5_000)):
        logs = Logs()
        logs.write(draw.randrange(2), K.CALL_PLACED)
        scramble(draw, logs)
        orders = [draw.sample(logs.entries, len(logs.entries)) for _ in range(2)]
        ours, theirs = books(logs, orders)
        for call in (each for each in logs.entries if each.head.kind == K.CALL_PLACED):
            views = [book.view(call) for book in (ours, theirs)]
            told = [(view.outcome, view.state, view.effect, view.words) for view in views]
            assert told[0] == told[1]
            steps = [[(each.number, each.effect, each.words) for each in view.steps] for view in views]
            assert steps[0] == steps[1]
            for book, view in zip((ours, theirs), views, strict=True):
                assert book.columns(call) == (view.outcome, view.is_open), (call, logs.entries)
            outcomes.add(views[0].outcome)
    assert {None, Outcome.ANSWERED, Outcome.DECLINED, Outcome.WITHDRAWN, Outcome.NOT_STAFFED} <= outcomes
