"""Arranged calls as a node sees them: beside the calls on record, with their words, and told of when no answer came."""

import asyncio
from dataclasses import replace

import pytest

from coupefeu.cli.arrange_words import summary_lines
from coupefeu.errors import UsageError
from coupefeu.model.agreement import RecordMode
from coupefeu.model.instant import format_date_time_group
from coupefeu.node.arranging import looking
from coupefeu.node.arranging.awaiting import LOOK_AGAIN_MS, NO_ANSWER, UNANSWERED, AnswersAwaited
from coupefeu.node.arranging.looking import MAX_ATTEMPTS, find_arrangement, list_arrangements
from coupefeu.node.arranging.saying import act_about, fallback, their_post
from coupefeu.node.arranging.values import arrangement_values
from coupefeu.node.events import EntryRecorded, Trouble
from coupefeu.services.arranged.commands import (
    AgreeToCall,
    CounterProposal,
    DelegateCall,
    ProposeCall,
    WithdrawProposal,
)
from coupefeu.services.arranged.facts import Window
from coupefeu.services.arranged.held import Attempt, HeldState, judge_held
from coupefeu.services.arranged.status import AgreedCall
from coupefeu.services.arranged.table import ArrangeState
from coupefeu.services.arranged.times import format_window, parse_window
from coupefeu.services.calls.commands import AnswerCall, HangUp, PlaceCall
from coupefeu.services.messages.display import show_line
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.testing.joined import JoinedNodes
from coupefeu.testing.line import make_agreement

HOUR_MS = 3_600_000
DAY_S = 86_400


@pytest.fixture
def nodes(tmp_path):
    joined = JoinedNodes(tmp_path)
    joined.connect()
    joined.run(seconds=1)
    return joined


def window(hours, length=1):
    start_ms = START_UTC_MS + int(hours * HOUR_MS)
    return Window(start_ms=start_ms, end_ms=start_ms + length * HOUR_MS)


def propose(node, *windows, **stated):
    pair = ("us.secretary", "ru.minister") if node.name == "us" else ("ru.minister", "us.secretary")
    return node.act(ProposeCall(from_post=pair[0], to_post=pair[1], windows=windows, **stated))[0]


def agree(nodes, proposed):
    nodes.run(seconds=1)
    nodes.ru.act(AgreeToCall(arrangement=proposed, from_post="ru.minister", window=0))
    nodes.run(seconds=1)


def wait(nodes, seconds):
    """Let time pass with the line cut: nobody beats a heart meanwhile."""
    nodes.run(seconds=1)
    nodes.disconnect()
    nodes.run(seconds=seconds)
    nodes.connect()
    nodes.run(seconds=2)


def look(node, do):
    desk = node.desk()
    try:
        return do(desk)
    finally:
        desk.close()


def found(node, number):
    return look(node, lambda desk: find_arrangement(desk, number))


def call(nodes, node, **stated):
    posts = {"from_post": "us.secretary", "to_post": "ru.minister"} | stated
    (entry, *_) = node.act(PlaceCall(**posts))
    nodes.run(seconds=1)
    return entry


# --- beside the calls -------------------------------------------------------------------------------------


def test_it_is_found_by_any_of_its_entries_and_by_no_other(nodes):
    proposed = propose(nodes.us, window(24))
    nodes.run(seconds=1)
    (countered,) = nodes.ru.act(
        CounterProposal(arrangement=proposed, from_post="ru.minister", windows=(window(48),))
    )
    nodes.run(seconds=1)
    assert found(nodes.us, countered).view.id == found(nodes.us, proposed).view.id == proposed
    with pytest.raises(UsageError) as refused:
        found(nodes.us, (0, 999))
    assert refused.value.code == "services.arranged.unknown_arrangement"


def test_a_list_has_what_changed_last_first_and_hides_nothing_of_ours(nodes):
    first = propose(nodes.us, window(24))
    nodes.run(seconds=1)
    flood = [propose(nodes.ru, window(24 + number)) for number in range(4)]
    nodes.run(seconds=2)
    listed = look(nodes.us, lambda desk: list_arrangements(desk, limit=2))
    assert [each.view.id for each in listed] == [*flood[:1:-1], first]
    nodes.us.act(WithdrawProposal(arrangement=first, from_post="us.secretary"))
    assert look(nodes.us, lambda desk: list_arrangements(desk, limit=2))[0].view.id == first


def test_an_agreed_call_is_kept_when_a_call_between_its_posts_was_answered_at_its_time(nodes):
    proposed = propose(nodes.us, window(1))
    agree(nodes, proposed)
    assert found(nodes.us, proposed).held.state is HeldState.COMING
    early = call(nodes, nodes.us)
    wait(nodes, 50 * 60)
    assert found(nodes.us, proposed).held.state is HeldState.NOW
    other = call(nodes, nodes.us, from_post="us.duty", to_post="ru.duty")
    placed = call(nodes, nodes.ru, from_post="ru.minister", to_post="us.secretary")
    assert [each.id for each in found(nodes.us, proposed).held.attempts] == [placed]
    nodes.us.act(AnswerCall(call=placed, from_post="us.secretary"))
    nodes.run(seconds=1)
    held = found(nodes.us, proposed).held
    assert (held.state, held.answered.id) == (HeldState.KEPT, placed)
    assert {early, other}.isdisjoint({each.id for each in held.attempts})
    assert found(nodes.ru, proposed).held.state is HeldState.KEPT


def test_one_that_names_the_arrangement_counts_whoever_places_it_and_silence_is_missed(nodes):
    proposed = propose(nodes.us, window(1))
    agree(nodes, proposed)
    wait(nodes, 60 * 60)
    placed = call(nodes, nodes.us, from_post="us.duty", to_post="ru.duty", arrangement=proposed)
    wait(nodes, 60 * 60)
    held = found(nodes.us, proposed).held
    assert (held.state, held.answered) == (HeldState.MISSED, None)
    assert [each.id for each in held.attempts] == [placed]


@pytest.mark.parametrize(
    ("caller", "called", "answers"),
    [
        ("us.secretary", "ru.minister", "ru.duty"),
        ("us.duty", "ru.minister", "ru.minister"),
        ("us.duty", "ru.duty", "ru.duty"),
    ],
)
def test_it_is_not_kept_by_other_posts_and_both_sides_say_who_spoke(nodes, caller, called, answers):
    proposed = propose(nodes.us, window(0.1))
    agree(nodes, proposed)
    placed = call(nodes, nodes.us, from_post=caller, to_post=called, arrangement=proposed)
    nodes.run(seconds=20)
    nodes.ru.act(AnswerCall(call=placed, from_post=answers))
    nodes.run(seconds=1)
    for node in (nodes.us, nodes.ru):
        arrangement = found(node, proposed)
        values = arrangement_values(arrangement).held
        assert (values.state, values.answered) == (HeldState.OTHERS, "US/1")
        assert (values.caller, values.answered_by) == (caller, answers)
        lines = "\n".join(summary_lines(arrangement, "en"))
        assert f"not between these posts: US/1, called by {caller}, answered by {answers}." in lines


def test_one_that_others_answered_may_still_be_kept(nodes, monkeypatch):
    proposed = propose(nodes.us, window(0.1))
    agree(nodes, proposed)
    for answers in ("ru.duty", "ru.minister"):
        placed = call(nodes, nodes.us, arrangement=proposed)
        nodes.run(seconds=20)
        nodes.ru.act(AnswerCall(call=placed, from_post=answers))
        nodes.run(seconds=1)
        nodes.us.act(HangUp(call=placed, from_post="us.secretary", duration_ms=1_000))
        nodes.run(seconds=1)
    held = found(nodes.us, proposed).held
    assert (held.state, held.answered.id) == (HeldState.KEPT, placed)
    assert [each.answered_by for each in held.attempts] == ["ru.duty", "ru.minister"]
    monkeypatch.setattr(looking, "MAX_ATTEMPTS", 1)
    assert found(nodes.us, proposed).held.answered.id == placed


def test_nothing_is_expected_of_a_call_that_was_called_off(nodes):
    proposed = propose(nodes.us, window(1))
    agree(nodes, proposed)
    nodes.us.act(WithdrawProposal(arrangement=proposed, from_post="us.secretary"))
    arrangement = found(nodes.us, proposed)
    assert arrangement.view.agreed is not None
    assert arrangement.view.state is ArrangeState.WITHDRAWN
    assert arrangement.held is None


def test_the_edges_of_the_agreed_time():
    agreed = AgreedCall(
        window=window(1), speakers=("us.secretary", "ru.minister"), number="RU/1", party="ru", arrived_ms=0
    )
    start_ms, end_ms = agreed.window.start_ms, agreed.window.end_ms
    quarter_ms = 15 * 60_000

    def attempt(at_ms, answered_by=None, number=0):
        return Attempt(
            id=(0, number),
            number=f"US/{number}",
            caller=agreed.speakers[0],
            called=agreed.speakers[1],
            answered_by=answered_by,
            arrived_ms=at_ms,
            arrangement=None,
        )

    at = [start_ms - quarter_ms - 1, start_ms - quarter_ms, end_ms - 1, end_ms]
    held = judge_held(agreed, (0, 9), [attempt(each, number=n) for n, each in enumerate(at)], end_ms)
    assert [each.arrived_ms for each in held.attempts] == at[1:3]
    for now_ms, state in (
        (start_ms - quarter_ms - 1, HeldState.COMING),
        (start_ms - quarter_ms, HeldState.NOW),
        (end_ms - 1, HeldState.NOW),
        (end_ms, HeldState.MISSED),
    ):
        spoke = [attempt(start_ms, answered_by=each) for each in ("ru.duty", "ru.minister")]
        none, others, kept = (judge_held(agreed, (0, 9), each, now_ms) for each in ([], spoke[:1], spoke[1:]))
        assert (none.state, others.state, kept.state) == (state, HeldState.OTHERS, HeldState.KEPT)
        is_now = state is HeldState.NOW
        assert (none.is_due, others.is_due, kept.is_due) == (is_now, is_now, False)
    answered = [
        attempt(start_ms + number, answered_by=post, number=number)
        for number, post in enumerate(("ru.duty", "ru.minister", "ru.minister"))
    ]
    held = judge_held(agreed, (0, 9), answered, end_ms)
    assert (held.state, held.answered.number) == (HeldState.KEPT, "US/1")


def test_a_flood_of_attempts_does_not_hide_the_one_that_was_answered(nodes):
    proposed = propose(nodes.us, window(0.5))
    agree(nodes, proposed)
    wait(nodes, 31 * 60)
    for _ in range(MAX_ATTEMPTS + 1):
        nodes.us.act(PlaceCall(from_post="us.secretary", to_post="ru.minister"))
    nodes.run(seconds=5)
    placed = call(nodes, nodes.us)
    nodes.run(seconds=60)
    nodes.ru.act(AnswerCall(call=placed, from_post="ru.minister"))
    nodes.run(seconds=2)
    held = found(nodes.us, proposed).held
    assert (held.state, held.answered.id) == (HeldState.KEPT, placed)
    assert len(held.attempts) == MAX_ATTEMPTS


# --- words ------------------------------------------------------------------------------------------------


def act_on(node):
    async def act(command):
        return node.act(command)

    return act


def say(nodes, node, command, theirs):
    return asyncio.run(act_about(act_on(node), command, node.agreement, theirs))


def test_words_stand_in_the_entry_where_they_may(nodes):
    command = ProposeCall(
        from_post="us.secretary", to_post="ru.minister", windows=(window(24),), words="The convoy."
    )
    said = say(nodes, nodes.us, command, "ru.minister")
    assert said.message is None
    assert found(nodes.us, said.entry).view.words == "The convoy."


def test_where_words_are_erased_they_go_apart_to_the_same_post(tmp_path):
    nodes = JoinedNodes(
        tmp_path, agreement=replace(make_agreement(), record_mode=RecordMode.FACT_ONLY, record_keep_s=DAY_S)
    )
    nodes.connect()
    nodes.run(seconds=1)
    command = ProposeCall(
        from_post="us.secretary",
        to_post="ru.minister",
        windows=(window(24),),
        words="The convoy.",
        officer="day watch",
    )
    said = say(nodes, nodes.us, command, "ru.minister")
    nodes.run(seconds=2)
    theirs = found(nodes.ru, said.entry)
    assert theirs.view.words == ""
    assert theirs.view.officer == "day watch"
    message = nodes.ru.message(said.message)
    assert (message.content.text, message.content.officer) == ("The convoy.", "day watch")
    assert (message.from_post, message.to_posts) == ("us.secretary", ("ru.minister",))
    assert theirs.messages == (message.number,)


def test_the_written_fallback_reaches_their_desk_in_any_case(nodes):
    proposed = propose(nodes.us, window(24))
    view = found(nodes.us, proposed).view
    (written,) = nodes.us.act(fallback(view, "We still wish to speak.", "us.duty", nodes.us.agreement, "us"))
    nodes.run(seconds=2)
    message = nodes.ru.message(written)
    assert message.to_posts == ("ru.minister", "ru.duty")
    assert found(nodes.ru, proposed).messages == (message.number,)


def test_the_other_sides_post_is_who_speaks_now(nodes):
    proposed = propose(nodes.us, window(24))
    nodes.run(seconds=1)
    nodes.ru.act(DelegateCall(arrangement=proposed, from_post="ru.minister", post="ru.chief"))
    nodes.run(seconds=1)
    view = found(nodes.us, proposed).view
    assert their_post(view, "us") == "ru.chief"
    assert their_post(view, "ru") == "us.secretary"


# --- values -----------------------------------------------------------------------------------------------


def test_values_say_who_speaks_from_here_and_make_texts_safe(nodes):
    proposed = propose(nodes.us, window(24), words="left\u202eright")
    nodes.run(seconds=1)
    for node, posts in (
        (nodes.us, ("us.secretary", "ru.minister")),
        (nodes.ru, ("ru.minister", "us.secretary")),
    ):
        values = arrangement_values(found(node, proposed), show_line)
        assert (values.our_post, values.their_post) == posts
        assert "\u202e" not in values.words
        assert values.offers[0].answers == "ru"
    assert arrangement_values(found(nodes.us, proposed)).words == "left\u202eright"


# --- times ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "start_h", "length"),
    [
        ("240600Z MAR 22/240700Z MAR 22", None, 1),
        ("2022-03-24T06:00Z/1h30m", None, 1.5),
    ],
)
def test_a_window_is_read_as_people_write_it(text, start_h, length):
    found_window = parse_window(text, START_UTC_MS)
    assert format_date_time_group(found_window.start_ms) == "240600Z MAR 22"
    assert found_window.end_ms - found_window.start_ms == int(length * HOUR_MS)


def test_a_bare_time_is_the_next_one_to_come():
    day_ms = DAY_S * 1_000
    now_ms = START_UTC_MS - START_UTC_MS % day_ms + 10 * HOUR_MS
    later = parse_window("1500Z/1600Z", now_ms)
    assert later.start_ms - now_ms == 5 * HOUR_MS
    tomorrow = parse_window("0900Z/0800Z", now_ms)
    assert tomorrow.start_ms - now_ms == 23 * HOUR_MS
    assert tomorrow.end_ms - tomorrow.start_ms == 23 * HOUR_MS
    assert parse_window(format_window(later), now_ms) == later


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1500Z", "services.arranged.unreadable_window"),
        ("noon/1h", "model.instant.unreadable"),
        ("1500Z/", "model.instant.unreadable"),
        ("1500Z/9999d", "model.duration.unreadable"),
    ],
)
def test_a_window_that_cannot_be_read_is_named(text, code):
    with pytest.raises(UsageError) as refused:
        parse_window(text, START_UTC_MS)
    assert refused.value.code == code


# --- no answer --------------------------------------------------------------------------------------------


def await_answers(node, defects=None):
    told = []
    order = AnswersAwaited(node.desk, node.clock, told.append, (defects or []).append)
    node.engine.listen(order.hear)
    node.engine.stand_by(order)
    return told


def test_no_answer_in_the_agreed_time_is_told_once_on_both_sides(nodes):
    ours, theirs = await_answers(nodes.us), await_answers(nodes.ru)
    proposed = propose(nodes.us, window(72), within_s=360)
    wait(nodes, 350)
    assert ours == theirs == []
    wait(nodes, 20)
    assert [(each.code, each.party) for each in ours] == [(NO_ANSWER, None)]
    assert [(each.code, each.party) for each in theirs] == [(UNANSWERED, 0)]
    assert "US/0" in ours[0].detail
    nodes.us.act(DelegateCall(arrangement=proposed, from_post="us.secretary", post="us.chief"))
    wait(nodes, 720)
    assert len(ours) == len(theirs) == 1


def test_an_answer_in_time_is_told_to_nobody_and_the_counter_offer_has_a_time_of_its_own(nodes):
    ours, theirs = await_answers(nodes.us), await_answers(nodes.ru)
    proposed = propose(nodes.us, window(72), within_s=360)
    wait(nodes, 180)
    nodes.ru.act(
        CounterProposal(arrangement=proposed, from_post="ru.minister", windows=(window(80),), within_s=720)
    )
    wait(nodes, 700)
    assert ours == theirs == []
    wait(nodes, 60)
    assert [each.code for each in ours] == [UNANSWERED]
    assert [each.code for each in theirs] == [NO_ANSWER]


def test_what_became_overdue_while_the_node_was_down_is_told_at_its_start(nodes):
    propose(nodes.us, window(72), within_s=360)
    wait(nodes, 400)
    told = await_answers(nodes.us)
    nodes.run(seconds=2)
    assert [each.code for each in told] == [NO_ANSWER]


def test_it_looks_once_a_second_however_many_come_and_never_when_nothing_is_owed(nodes):
    looks = []
    order = AnswersAwaited(
        lambda: looks.append(nodes.clock.mono_ms) or nodes.us.desk(), nodes.us.clock, list, list
    )
    nodes.us.engine.listen(order.hear)
    nodes.us.engine.stand_by(order)
    nodes.run(seconds=5)
    assert (len(looks), order.next_ms()) == (1, None)
    for number in range(6):
        propose(nodes.us, window(24 + number))
        nodes.run(seconds=0.15)
    nodes.run(seconds=2)
    assert len(looks) == 2


def test_a_defect_is_noted_and_it_looks_again_a_minute_later(nodes):
    defects = []

    def broken():
        raise OSError("no disk")

    order = AnswersAwaited(broken, nodes.us.clock, list, defects.append)
    order.handle_timer(nodes.us.clock())
    assert [type(each) for each in defects] == [OSError]
    assert order.next_ms() == nodes.clock.mono_ms + LOOK_AGAIN_MS


def test_another_entry_makes_it_look_at_nothing(nodes):
    order = AnswersAwaited(nodes.us.desk, nodes.us.clock, list, list)
    order.handle_timer(nodes.us.clock())
    assert order.next_ms() is None
    order.hear(Trouble(party=None, code="x", detail="x"))
    nodes.us.say("hello")
    for change in nodes.us.changes:
        if isinstance(change, EntryRecorded):
            order.hear(change)
    assert order.next_ms() is None
