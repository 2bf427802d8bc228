"""The ladder of alternates: how it is agreed, when which posts ring, and how it is refused."""

import pytest
from tests.unit.test_agreement_text import TERMS, refusal

from coupefeu.model.agreement import CallTerms, Rung
from coupefeu.model.precedence import Precedence
from coupefeu.services.calls.ladder import Schedule, longest_ms, schedule
from coupefeu.wire.agreement import parse_terms

MINISTER = '[[ladders]]\npost = "ru.minister"\nrungs = ["ru.chief", "ru.duty"]\nstep = "2m"\n'
CALLS = '[calls]\nring = "2m"\narrange_answer = "24h"\nper_minute = 6\n'


def agreement(ladder=MINISTER, calls=CALLS):
    assert MINISTER in TERMS
    assert CALLS in TERMS
    return parse_terms(TERMS.replace(MINISTER, ladder, 1).replace(CALLS, calls, 1).encode())


def rungs(plan: Schedule):
    return [(each.at_ms // 1_000, *each.posts) for each in plan.rungs]


def test_each_rung_rings_after_the_one_before_it_and_the_last_for_its_agreed_time():
    plan = schedule(agreement(), "ru.minister", Precedence.IMMEDIATE)
    assert rungs(plan) == [(0, "ru.minister"), (120, "ru.chief"), (240, "ru.duty")]
    assert plan.ends_ms == 360_000
    assert plan.posts == ("ru.minister", "ru.chief", "ru.duty")


def test_each_rung_may_have_its_own_wait_and_posts_may_ring_together():
    own = MINISTER.replace('step = "2m"', 'steps = ["45s", "3m"]')
    assert rungs(schedule(agreement(own), "ru.minister", Precedence.IMMEDIATE)) == [
        (0, "ru.minister"), (45, "ru.chief"), (225, "ru.duty"),
    ]  # fmt: skip
    together = MINISTER.replace('"ru.chief", "ru.duty"', '"ru.duty + ru.chief"')
    agreed = agreement(together)
    assert agreed.ladder("ru.minister").rungs == (Rung(posts=("ru.duty", "ru.chief"), wait_s=120),)
    assert rungs(schedule(agreed, "ru.minister", Precedence.IMMEDIATE)) == [
        (0, "ru.minister"), (120, "ru.duty", "ru.chief"),
    ]  # fmt: skip


def test_a_flash_rings_every_rung_at_once_and_gives_nobody_less_time():
    plan = schedule(agreement(), "ru.minister", Precedence.FLASH)
    assert rungs(plan) == [(0, "ru.minister", "ru.chief", "ru.duty")]
    assert plan.ends_ms == schedule(agreement(), "ru.minister", Precedence.IMMEDIATE).ends_ms


def test_a_post_without_a_ladder_rings_alone():
    for precedence in (Precedence.FLASH, Precedence.IMMEDIATE):
        plan = schedule(agreement(), "ru.duty", precedence)
        assert (rungs(plan), plan.ends_ms) == ([(0, "ru.duty")], 120_000)


def test_the_longest_ladder_is_that_of_any_post():
    own = MINISTER.replace('step = "2m"', 'steps = ["1h", "3m"]')
    assert longest_ms(agreement(own)) == (3_600 + 180 + 120) * 1_000


def test_what_is_agreed_about_calls_is_read_and_what_is_not_stands_as_the_page_says():
    agreed = agreement(calls='[calls]\nring = "45s"\narrange_answer = "2h"\nper_minute = 60\n')
    assert agreed.calls == CallTerms(ring_s=45, arrange_answer_s=7_200, per_minute=60)
    assert agreement(calls="").calls == CallTerms(ring_s=120, arrange_answer_s=86_400, per_minute=6)


MANY = "".join(
    f'[[posts]]\nid = "ru.p{n}"\ntitle = {{ en = "P", fr = "P", ru = "П" }}\n'
    f'address = {{ en = "P", fr = "P", ru = "П" }}\n\n'
    for n in range(64)
)
LONG = ", ".join('"' + " + ".join(f"ru.p{n}" for n in range(at, at + 8)) + '"' for at in range(0, 64, 8))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"ru.chief", "ru.duty"', '"ru.chief + ru.chief"', "twice"),
        ('"ru.chief", "ru.duty"', '"ru.chief", "ru.duty + ru.chief"', "twice"),
        ('"ru.chief", "ru.duty"', '"ru.chief + us.duty"', "bad_value"),
        ('"ru.chief", "ru.duty"', '"ru.chief + ru.nobody"', "unknown_post"),
        ('"ru.chief", "ru.duty"', '"ru.chief + ru.minister"', "bad_value"),
        ('"ru.chief", "ru.duty"', '"ru.chief+ru.duty"', "bad_value"),
        ('"ru.chief", "ru.duty"', '"ru.chief + "', "bad_value"),
        ('step = "2m"', 'steps = ["2m"]', "bad_value"),
        ('step = "2m"', 'steps = ["2m", "3m", "4m"]', "bad_value"),
        ('step = "2m"', 'steps = ["2m", "0s"]', "bad_value"),
        ('step = "2m"', 'steps = ["2m", 3]', "wrong_type"),
        ('step = "2m"', "steps = []", "bad_value"),
        ('step = "2m"', 'step = "2m"\nsteps = ["2m", "3m"]', "unknown_field"),
    ],
)
def test_a_ladder_that_cannot_be_rung_is_refused(old, new, code):
    assert refusal(TERMS.replace(MINISTER, MINISTER.replace(old, new), 1)).code == f"wire.toml.{code}"


def test_a_ladder_of_more_posts_than_one_entry_names_is_refused():
    few = MINISTER.replace('"ru.chief", "ru.duty"', LONG.replace(" + ru.p63", ""))
    text = TERMS.replace("[[posts]]\n", MANY + "[[posts]]\n", 1)
    assert len(parse_terms(text.replace(MINISTER, few, 1).encode()).ladder("ru.minister").posts) == 64
    many = MINISTER.replace('"ru.chief", "ru.duty"', LONG)
    assert refusal(text.replace(MINISTER, many, 1)).code == "wire.toml.bad_value"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('ring = "2m"', 'ring = "9s"', "bad_value"),
        ('ring = "2m"', 'ring = "25h"', "bad_value"),
        ('arrange_answer = "24h"', 'arrange_answer = "59s"', "bad_value"),
        ("per_minute = 6", "per_minute = 0", "bad_value"),
        ("per_minute = 6", "per_minute = 601", "bad_value"),
        ("per_minute = 6\n", "", "missing_field"),
        ("per_minute = 6", "per_minute = 6\nper_hour = 6", "unknown_field"),
    ],
)
def test_terms_of_calls_that_nobody_can_keep_are_refused(old, new, code):
    assert refusal(TERMS.replace(CALLS, CALLS.replace(old, new), 1)).code == f"wire.toml.{code}"
