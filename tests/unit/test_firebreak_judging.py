"""The judge: each rule fires at its threshold and not before, and every reason has entries, ages and acts."""

from dataclasses import replace

import pytest
from tests.firebreak_marks import (
    DAY_MS,
    HOUR_MS,
    PAIR,
    START_MS,
    agreement,
    begun,
    context,
    gathered,
    heard,
    mark,
    proof,
    rule,
)

from coupefeu.model.firebreak import Level
from coupefeu.model.precedence import Precedence
from coupefeu.services.firebreak.history import spans
from coupefeu.services.firebreak.judged import What
from coupefeu.services.firebreak.judging import MAX_REASONS, judge
from coupefeu.services.firebreak.marks import Mark

NOW_MS = START_MS + 20 * DAY_MS
HEARD = heard(NOW_MS)


def judged(*marks, at_ms=NOW_MS, rules=(), log=0, known=False, counts=None, **fields):
    agreed = agreement(*rules, **fields)
    fresh = heard(at_ms) if at_ms != NOW_MS else HEARD
    return judge(gathered([*marks, *fresh], at_ms, known=known, counts=counts), context(agreed, log))


def fires(*marks, at_ms=NOW_MS, **fields):
    return [each.rule for each in judged(*marks, at_ms=at_ms, **fields).reasons]


def edge(make, rules, first_ms, until_ms=None, **fields):
    """Insist that a rule fires from one instant on and not before, and until another one."""
    marks = (make,) if isinstance(make, Mark) else make
    assert not fires(*marks, at_ms=first_ms - 1, rules=rules, **fields)
    assert fires(*marks, at_ms=first_ms, rules=rules, **fields) == [rules[0].id]
    if until_ms is not None:
        assert fires(*marks, at_ms=until_ms - 1, rules=rules, **fields) == [rules[0].id]
        assert not fires(*marks, at_ms=until_ms, rules=rules, **fields)


def test_nothing_fires_where_nothing_is_wrong_and_that_is_called_holding():
    found = judged(rules=(rule("outcome"),))
    assert (found.level, found.reasons, found.since_ms) == (Level.HOLDING, (), None)


def test_contact_is_overdue_by_the_cadence_and_what_the_rule_adds():
    contact = mark(
        "contact",
        START_MS + DAY_MS,
        key=PAIR,
        proofs=(proof(START_MS, index=3), proof(START_MS + DAY_MS, 1, 4)),
    )
    rules = (rule("contact", posts=("us.secretary", "ru.minister"), after_s=3_600),)
    due_ms = START_MS + 91 * DAY_MS + HOUR_MS
    edge(contact, rules, due_ms)
    (reason,) = judged(contact, at_ms=due_ms, rules=rules).reasons
    assert (reason.subject, reason.party, reason.is_absence) == (PAIR, "", True)
    assert reason.entries == ((0, 3), (1, 4))
    assert reason.age_ms == 90 * DAY_MS + HOUR_MS


def test_a_pair_that_never_spoke_counts_from_the_beginning_of_the_line():
    rules = (rule("contact", posts=("us.secretary", "ru.minister")),)
    edge((), rules, START_MS + 90 * DAY_MS)
    (reason,) = judged(at_ms=START_MS + 91 * DAY_MS, rules=rules).reasons
    assert reason.entries == ((1, 0),)
    assert reason.is_absence


@pytest.mark.parametrize(
    ("watches", "value", "other"),
    [("refused", "declined", "no_answer"), ("unanswered", "no_answer", "declined")],
)
def test_attempts_count_by_what_became_of_them_since_the_last_contact(watches, value, other):
    rules = (rule(watches, count=3),)
    tried = [mark("attempt", START_MS + at * HOUR_MS, key=PAIR, value=value, index=at) for at in range(5)]
    others = [
        mark("attempt", START_MS + at * HOUR_MS, key=PAIR, value=other, index=at + 9) for at in range(5)
    ]
    assert not fires(*tried[:2], *others, rules=rules)
    assert fires(*tried[:3], rules=rules) == [watches]
    contact = mark("contact", START_MS + HOUR_MS, key=PAIR, index=1)
    assert fires(*tried, contact, rules=rules) == [watches]
    assert not fires(*tried[:4], contact, rules=rules)
    elsewhere = contact._replace(key="ru.duty/us.duty")
    assert fires(*tried[:4], elsewhere, rules=rules) == [watches]


def test_attempts_count_within_a_span_only():
    rules = (rule("refused", count=2, within_s=3_600),)
    tried = [mark("attempt", START_MS + at, key=PAIR, value="declined", index=at) for at in (0, 1_000)]
    assert fires(*tried, at_ms=START_MS + HOUR_MS, rules=rules) == ["refused"]
    assert not fires(*tried, at_ms=START_MS + HOUR_MS + 1, rules=rules)


def test_a_reason_about_attempts_of_both_sides_is_of_neither():
    both = [
        mark("attempt", START_MS + at, key=PAIR, value="declined", party=party, index=at)
        for at, party in enumerate(("us", "ru"))
    ]
    for tried, party in ((both, ""), (both[:1], "us")):
        (reason,) = judged(*tried, rules=(rule("refused"),)).reasons
        assert reason.party == party


def test_a_reason_about_attempts_names_them_all_and_is_as_old_as_the_first():
    rules = (rule("unanswered"),)
    tried = [
        mark("attempt", START_MS + at * DAY_MS, key=PAIR, value="no_answer", party="us", index=at + 1)
        for at in range(3)
    ]
    found = judged(*tried, rules=rules, counts={(PAIR, "no_answer"): 70})
    (reason,) = found.reasons
    assert reason.entries == ((0, 1), (0, 2), (0, 3))
    assert (reason.count, reason.age_ms, reason.from_ms) == (70, 20 * DAY_MS, START_MS - 60_000)


@pytest.mark.parametrize(
    "watches", ["acknowledgement", "outcome", "reply", "arranged", "notice_answer", "line_test", "query"]
)
def test_what_is_owed_fires_when_it_is_late_and_until_it_is_done(watches):
    rules = (rule(watches, after_s=60),)
    owed = mark(watches, START_MS, due_ms=START_MS + HOUR_MS, closed=proof(START_MS + 2 * HOUR_MS, 1, 5))
    edge(owed, rules, START_MS + HOUR_MS + 60_000, START_MS + 2 * HOUR_MS - 60_000)


@pytest.mark.parametrize("watches", ["incident", "conflict", "units"])
def test_what_is_open_without_a_deadline_fires_at_once(watches):
    edge(mark(watches, START_MS), (rule(watches),), START_MS)


def test_a_rule_that_counts_counts_what_one_party_owes():
    rules = (rule("outcome", count=2),)
    owed = [mark("outcome", START_MS, key=f"US/{at}", party="ru", index=at) for at in range(3)]
    assert not fires(owed[0], owed[1]._replace(party="us"), rules=rules)
    (reason,) = judged(*owed, rules=rules).reasons
    assert (reason.subject, reason.count, reason.entries) == ("ru", 3, ((0, 0), (0, 1), (0, 2)))


def test_a_message_counts_once_however_many_of_its_steps_are_awaited():
    steps = [
        mark("acknowledgement", START_MS, key="US/1", value=value, due_ms=START_MS + at)
        for at, value in enumerate(("taken-by", "read-by", "read-back"))
    ]
    assert not fires(*steps, rules=(rule("acknowledgement", count=2),))
    other = mark("acknowledgement", START_MS, key="US/2", value="read-by", index=2)
    (reason,) = judged(*steps, other, rules=(rule("acknowledgement", count=2),)).reasons
    assert (reason.count, reason.from_ms) == (2, START_MS)
    assert reason.values == ("taken-by", "read-by", "read-back")


def test_a_rule_looks_at_its_posts_and_precedences_only():
    flash = mark("outcome", START_MS, post="ru.duty", precedence=Precedence.FLASH)
    assert fires(flash, rules=(rule("outcome", precedences=(Precedence.FLASH,)),))
    assert not fires(flash, rules=(rule("outcome", precedences=(Precedence.ROUTINE,)),))
    assert fires(flash, rules=(rule("outcome", posts=("ru.duty",)),))
    assert not fires(flash, rules=(rule("outcome", posts=("ru.chief",)),))


def test_a_desk_is_unstaffed_beyond_the_agreed_grace():
    taken, left = (
        mark("watch", START_MS, key="ru.duty", value="taken"),
        mark("watch", START_MS + 1, key="ru.duty", value="left", index=2),
    )
    rules = (rule("watch", posts=("ru.duty",), after_s=300),)
    edge((taken, left), rules, START_MS + 1 + 1_200_000)
    assert not fires(taken, rules=rules)
    edge((), rules, START_MS + 1_200_000)
    (reason,) = judged(rules=rules).reasons
    assert (reason.party, reason.entries, reason.is_absence) == ("ru", ((1, 0),), True)


def test_a_line_state_holds_from_when_it_begins_and_until_the_next():
    said = mark("line_state", START_MS, key="ru", value="suspended", due_ms=START_MS + HOUR_MS)
    opened = mark("line_state", START_MS + 2 * HOUR_MS, key="ru", value="open", index=2)
    edge((said, opened), (rule("line_suspended"),), START_MS + HOUR_MS, START_MS + 2 * HOUR_MS - 60_000)
    assert not fires(said._replace(value="degraded"), rules=(rule("line_suspended"),))
    assert fires(said._replace(value="closed"), rules=(rule("line_suspended"),))
    assert fires(said._replace(value="degraded"), rules=(rule("line_degraded"),))


def test_a_witness_is_missed_when_a_node_says_so():
    unseen = mark("witness", START_MS, key="neutral/us", party="us", value="unseen")
    edge(unseen, (rule("witness", after_s=3_600),), START_MS + HOUR_MS)
    assert not fires(unseen._replace(value="heard"), rules=(rule("witness"),))


def test_the_level_is_the_gravest_and_reasons_come_gravest_first_then_oldest():
    rules = (rule("outcome"), rule("reply", Level.BROKEN), rule("query"))
    found = judged(
        mark("outcome", START_MS + 2, key="US/2"), mark("query", START_MS + 1, key="US/1"),
        mark("reply", START_MS + 3, key="US/3"), rules=rules,
    )  # fmt: skip
    assert found.level is Level.BROKEN
    assert [each.rule for each in found.reasons] == ["reply", "query", "outcome"]
    assert found.since_ms == START_MS + 3


def test_records_that_are_too_old_are_unknown_whatever_else_fires():
    late = mark("outcome", START_MS)
    rules = (rule("outcome", Level.BROKEN),)
    marks = [late, *heard(NOW_MS, "us"), *heard(NOW_MS - 26 * HOUR_MS, "ru")]
    found = judge(gathered(marks, NOW_MS), context(agreement(*rules)))
    assert found.level is Level.BROKEN
    found = judge(gathered(marks, NOW_MS + 1), context(agreement(*rules)))
    assert found.level is Level.UNKNOWN
    assert [each.rule for each in found.reasons] == ["unknown", "outcome"]
    unknown = found.reasons[0]
    assert (unknown.party, unknown.entries, unknown.age_ms, unknown.is_absence) == (
        "ru",
        ((1, 7),),
        26 * HOUR_MS + 1,
        True,
    )
    assert found.as_of_ms == NOW_MS - 26 * HOUR_MS


def test_before_the_line_began_the_level_is_unknown_and_still_has_entries():
    found = judge(gathered([], START_MS - DAY_MS), context(agreement()))
    assert found.level is Level.UNKNOWN
    assert {each.entries for each in found.reasons} == {((0, 0),), ((1, 0),)}


def test_a_clock_within_the_agreed_skew_raises_nothing_and_no_age_is_negative():
    ahead = mark(
        "contact", START_MS + 60_000, key=PAIR, proofs=(proof(START_MS + 60_000, arrived_ms=START_MS),)
    )
    tried = mark("attempt", START_MS - DAY_MS, key=PAIR, value="declined", index=2)
    rules = (rule("refused"),)
    assert not fires(ahead, tried, at_ms=START_MS, rules=rules)
    assert fires(ahead, tried, at_ms=START_MS - 1, rules=rules) == ["refused"]
    incident = mark(
        "incident", START_MS, proofs=(proof(START_MS + 59_000, arrived_ms=START_MS),), due_ms=START_MS
    )
    (reason,) = judged(incident, at_ms=START_MS, rules=(rule("incident"),)).reasons
    assert (reason.age_ms, reason.age_here_ms) == (0, 0)


def test_what_was_known_counts_from_its_arrival_and_is_no_younger_for_it():
    tried = mark(
        "attempt", START_MS, key=PAIR, value="declined", proofs=(proof(START_MS, 1, 3, START_MS + DAY_MS),)
    )
    rules = (rule("refused"),)
    assert not fires(tried, at_ms=START_MS + DAY_MS - 1, rules=rules, known=True)
    (reason,) = judged(tried, at_ms=START_MS + DAY_MS, rules=rules, known=True).reasons
    assert (reason.age_ms, reason.age_here_ms) == (DAY_MS, 0)
    (reason,) = judged(tried, at_ms=START_MS + DAY_MS, rules=rules).reasons
    assert (reason.age_ms, reason.age_here_ms) == (DAY_MS, 0)


def test_what_is_proved_by_two_entries_is_known_when_both_are_here():
    proofs = (proof(START_MS, index=1, arrived_ms=START_MS + DAY_MS), proof(START_MS + 5, log=1, index=4))
    tried = mark("attempt", START_MS, key=PAIR, value="declined", proofs=proofs)
    assert not fires(tried, at_ms=START_MS + DAY_MS - 1, rules=(rule("refused"),), known=True)
    assert fires(tried, at_ms=START_MS + DAY_MS, rules=(rule("refused"),), known=True)


def test_what_came_before_it_says_that_it_was_written_is_as_old_as_its_arrival():
    early = mark("incident", NOW_MS, due_ms=START_MS, proofs=(proof(NOW_MS, 1, 3, arrived_ms=START_MS),))
    (reason,) = judged(early, at_ms=START_MS + HOUR_MS, rules=(rule("incident"),), known=True).reasons
    assert (reason.since_ms, reason.age_ms) == (START_MS, HOUR_MS)


def test_a_state_that_begins_later_leaves_the_one_before_it_until_then():
    degraded = mark("line_state", START_MS, key="ru", value="degraded")
    later = mark("line_state", START_MS + 1, key="ru", value="open", due_ms=START_MS + HOUR_MS, index=2)
    edge((degraded, later), (rule("line_degraded"),), START_MS, START_MS + HOUR_MS)


def test_a_time_that_was_counted_at_a_bound_is_marked_in_its_reason():
    moved = proof(START_MS)._replace(mark="before-bracket", claimed_ms=START_MS - DAY_MS)
    (reason,) = judged(mark("incident", START_MS, proofs=(moved,)), rules=(rule("incident"),)).reasons
    assert [each.mark for each in reason.proofs] == ["before-bracket"]


def test_an_instant_is_judged_by_the_rules_that_were_in_force_then():
    newer = replace(agreement(rule("outcome", Level.BROKEN)), version=2, in_force_ms=NOW_MS)
    both = context(newer, earlier=(agreement(rule("outcome")),))
    marks = [mark("outcome", START_MS), *heard(NOW_MS - 1)]
    assert judge(gathered(marks, NOW_MS - 1), both).level is Level.STRAINED
    found = judge(gathered(marks, NOW_MS), both)
    assert (found.level, found.version) == (Level.BROKEN, 2)
    strip = spans(marks, begun(), both, NOW_MS - 10, NOW_MS + 10)
    assert [(each.level, each.from_ms) for each in strip] == [
        (Level.STRAINED, NOW_MS - 10),
        (Level.BROKEN, NOW_MS),
    ]


def test_very_many_reasons_are_bounded_and_counted():
    owed = [mark("outcome", START_MS + at, key=f"US/{at}", index=at) for at in range(MAX_REASONS + 5)]
    found = judged(*owed, rules=(rule("outcome"),))
    assert (len(found.reasons), found.left_out) == (MAX_REASONS, 5)


def acts(*marks, log=0, **fields):
    return [
        (each.what, each.posts, each.entry)
        for reason in judged(*marks, log=log, **fields).reasons
        for each in reason.acts
    ]


def test_what_next_is_what_the_agreement_offers_to_our_side():
    tried = mark("attempt", START_MS, key=PAIR, value="declined", party="ru", index=4)
    assert acts(tried, rules=(rule("refused"),)) == [
        (What.RING, ("ru.minister",), None),
        (What.RING_NEXT, ("ru.chief",), None),
        (What.ASK_TIME, ("ru.minister",), None),
        (What.WRITE, ("ru.minister",), (0, 4)),
    ]
    assert [each[1] for each in acts(tried, rules=(rule("refused"),), log=1)][:2] == [
        ("us.secretary",),
        ("us.chief",),
    ]


@pytest.mark.parametrize(
    ("watches", "what"),
    [
        ("acknowledgement", What.READ), ("outcome", What.READ), ("reply", What.REPLY), ("arranged", What.ASK_TIME),
        ("notice_answer", What.ANSWER_NOTICE), ("query", What.ANSWER_QUERY), ("units", What.REACH),
        ("incident", What.READ),
    ],
)  # fmt: skip
def test_what_we_owe_we_can_do_and_what_they_owe_we_can_ask_for(watches, what):
    owed = mark(watches, START_MS, party="ru", post="ru.duty", index=4)
    ours = acts(owed, rules=(rule(watches),), log=1)
    assert ours == [(what, ("ru.duty",), (0, 4))]
    theirs = acts(owed, rules=(rule(watches),), log=0)
    assert theirs[0] == (What.RING, ("ru.duty",), None)
    assert theirs[-1] == (What.WRITE, ("ru.duty",), (0, 4))


def test_an_act_that_answers_several_of_what_we_owe_is_offered_once():
    owed = [
        mark("acknowledgement", START_MS, key="US/4", value=step, party="ru", post="ru.duty", index=4)
        for step in ("taken-by", "read-by", "read-back")
    ]
    assert acts(*owed, rules=(rule("acknowledgement"),), log=1) == [(What.READ, ("ru.duty",), (0, 4))]


def test_the_other_acts_are_those_of_their_topic():
    left = mark("watch", START_MS, key="ru.duty", value="left")
    watch = (rule("watch", posts=("ru.duty",)),)
    assert acts(left, rules=watch, log=1) == [(What.TAKE_WATCH, ("ru.duty",), None)]
    assert acts(left, rules=watch)[0] == (What.RING, ("ru.duty",), None)
    state = mark("line_state", START_MS, key="ru", value="suspended")
    assert acts(state, rules=(rule("line_suspended"),), log=1) == [(What.SET_LINE_STATE, (), (0, 1))]
    assert acts(mark("conflict", START_MS), rules=(rule("conflict"),))[0] == (What.SETTLE, (), (0, 1))


def test_of_a_pair_of_others_nothing_is_offered_to_our_side():
    tried = mark("attempt", START_MS, key="fr.duty/ru.duty", value="declined", party="ru")
    (reason,) = judged(tried, rules=(rule("refused"),)).reasons
    assert reason.acts == ()


def test_a_mediator_is_offered_when_the_firebreak_is_broken_or_unknown():
    tried = mark("attempt", START_MS, key=PAIR, value="declined")
    assert What.MEDIATOR not in {
        each[0] for each in acts(tried, rules=(rule("refused"),), mediator="The embassy")
    }
    (reason,) = judged(tried, rules=(rule("refused", Level.BROKEN),), mediator="The embassy").reasons
    assert (reason.acts[-1].what, reason.acts[-1].text) == (What.MEDIATOR, "The embassy")
