"""Two nodes, one attempt: it rings, it is answered or refused, and both records say which, whatever happens between."""

import pytest
from tests.scenario.calling import (
    GRACE_S,
    RING_S,
    act,
    answer,
    call,
    decline,
    is_receipted,
    outcome,
    state,
    view,
    watch,
    with_terms,
)
from tests.scenario.stage import MINUTE, open_line, unbind, verify_all, write

from coupefeu.errors import PolicyError
from coupefeu.model.calls import CallState, DeclineReason, LostCause, Media, Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.calling.open_calls import TEXT_LASTS_MS
from coupefeu.node.calling.ringing import RESUMED_MS
from coupefeu.node.events import EntryRecorded
from coupefeu.services.calls.commands import DeferCall, HangUp, WithdrawCall
from coupefeu.services.calls.facts import CallFact, encode_call
from coupefeu.services.messages.commands import Say
from coupefeu.services.watch.facts import LeaveWatch, TakeWatch

FLASH = Precedence.FLASH


@pytest.fixture
def nodes(tmp_path):
    return open_line(tmp_path)


def test_it_rings_on_the_other_side_at_once_and_both_records_say_so(nodes):
    number = call(nodes.us)
    assert state(nodes.us, number) is CallState.PLACED
    nodes.run(seconds=1)
    for node in nodes.nodes:
        assert view(node, number).rung_posts == ("ru.duty",)
        assert state(node, number) is CallState.RINGING
    assert is_receipted(nodes.us, number)
    (ringing,) = nodes.ru.calling.open_views()
    assert (ringing.id, ringing.ours) == (number, False)
    (placed,) = nodes.us.calling.open_views()
    assert placed.state is CallState.RINGING
    assert nodes.ru.calling.ringing == (number,)


def test_an_answer_ends_every_branch_and_a_hang_up_says_how_long_it_was(nodes):
    number = call(nodes.us, "ru.minister")
    nodes.run(seconds=130)
    assert view(nodes.us, number).rung_posts == ("ru.minister", "ru.chief")
    answer(nodes.ru, number, from_post="ru.chief", officer="2nd watch")
    assert nodes.ru.calling.ringing == (), "at once"
    nodes.run(seconds=300)
    for node in nodes.nodes:
        seen = view(node, number)
        assert (seen.state, seen.answered_by) == (CallState.IN_CALL, "ru.chief")
        assert seen.rung_posts == ("ru.minister", "ru.chief"), "the third rung never rang"
        assert node.calling.ringing == ()
        assert [each.state for each in node.calling.open_views()] == [CallState.IN_CALL]
    talked_ms = nodes.us.calling.talking_ms(view(nodes.us, number))
    assert 299_000 < talked_ms <= 300_000
    act(nodes.us, HangUp, number, duration_ms=talked_ms)
    nodes.run(seconds=1)
    assert outcome(nodes, number) is Outcome.ANSWERED
    for node in nodes.nodes:
        assert (view(node, number).state, view(node, number).duration_ms) == (CallState.ENDED, talked_ms)
        assert node.calling.open_views() == ()


def test_a_refusal_stops_the_ringing_and_is_never_silence(nodes):
    number = call(nodes.us)
    nodes.run(seconds=3)
    decline(nodes.ru, number, DeclineReason.NOT_AUTHORISED, words="The General Staff answers for this.")
    assert nodes.ru.calling.ringing == (), "at once"
    nodes.run(seconds=RING_S + GRACE_S + 10)
    assert outcome(nodes, number) is Outcome.DECLINED
    seen = view(nodes.us, number)
    assert seen.reason is DeclineReason.NOT_AUTHORISED
    assert seen.outcome_step.words == "The General Staff answers for this."
    assert [step.kind for step in seen.steps] == [Kind.CALL_RINGING, Kind.CALL_DECLINED]
    with pytest.raises(PolicyError) as late:
        answer(nodes.ru, number)
    assert late.value.code == "services.calls.already_ended"


def test_it_is_put_off_to_another_post_and_time(nodes):
    number = call(nodes.us)
    nodes.run(seconds=1)
    later_ms = nodes.ru.clock().utc_ms + 3_600_000
    act(nodes.ru, DeferCall, number, to_post="ru.chief", to_ms=later_ms)
    nodes.run(seconds=1)
    assert outcome(nodes, number) is Outcome.DEFERRED
    seen = view(nodes.us, number)
    assert (seen.deferred_to_post, seen.deferred_to_ms) == ("ru.chief", later_ms)


def test_each_rung_rings_after_its_wait_and_in_the_end_nobody_answered(nodes):
    watch(nodes.ru)
    nodes.run(seconds=1)
    number = call(nodes.us, "ru.minister")
    nodes.run(seconds=2 * RING_S + RING_S + GRACE_S)
    assert outcome(nodes, number) is Outcome.NO_ANSWER
    seen = view(nodes.us, number)
    rung = [(step.fact.rung, step.fact.posts, step.fact.staffed) for step in seen.steps[:3]]
    assert rung == [
        (0, ("ru.minister",), ()),
        (1, ("ru.chief",), ()),
        (2, ("ru.duty",), ("ru.duty",)),
    ]
    waits = [step.written_ms - seen.steps[0].written_ms for step in seen.steps]
    assert [round(each, -2) for each in waits] == [0, 120_000, 240_000, 360_000]
    last = seen.steps[-1]
    assert (last.fact.posts, round(last.fact.rang_ms, -2)) == (
        ("ru.minister", "ru.chief", "ru.duty"),
        360_000,
    )
    assert last.machine


def test_a_flash_rings_every_rung_at_once(nodes):
    number = call(nodes.us, "ru.minister", FLASH)
    nodes.run(seconds=1)
    assert view(nodes.us, number).rung_posts == ("ru.minister", "ru.chief", "ru.duty")


def test_an_empty_room_is_named_as_one(nodes):
    number = call(nodes.us)
    nodes.run(seconds=RING_S + 5)
    assert outcome(nodes, number) is Outcome.NOT_STAFFED


def test_every_post_that_speaks_already_is_busy(nodes):
    nodes.ru.act(TakeWatch(from_post="ru.duty", heard=True))
    first = call(nodes.us)
    nodes.run(seconds=1)
    answer(nodes.ru, first)
    nodes.run(seconds=1)
    second = call(nodes.us, from_post="us.chief")
    nodes.run(seconds=RING_S + 5)
    assert outcome(nodes, second) is Outcome.BUSY
    act(nodes.us, HangUp, first, duration_ms=1)
    nodes.run(seconds=1)
    third = call(nodes.us)
    nodes.run(seconds=RING_S + 5)
    assert outcome(nodes, third) is Outcome.NO_ANSWER


def test_an_empty_desk_is_never_busy_though_nobody_hung_up_there(nodes):
    nodes.ru.act(TakeWatch(from_post="ru.duty", heard=True))
    first = call(nodes.us)
    nodes.run(seconds=1)
    answer(nodes.ru, first)
    nodes.ru.act(LeaveWatch(from_post="ru.duty"))
    nodes.run(seconds=3_600)
    second = call(nodes.us, from_post="us.chief")
    nodes.run(seconds=RING_S + 5)
    assert outcome(nodes, second) is Outcome.NOT_STAFFED


def test_a_call_by_text_that_nobody_hung_up_does_not_make_a_desk_busy(nodes):
    nodes.ru.act(TakeWatch(from_post="ru.duty", heard=True))
    first = call(nodes.us)
    nodes.run(seconds=1)
    answer(nodes.ru, first)
    nodes.run(seconds=TEXT_LASTS_MS / 1_000 - RING_S)
    content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text="We are looking.")
    say = {"from_post": "ru.duty", "precedence": Precedence.IMMEDIATE, "language": "ru", "about": first}
    nodes.ru.act(Say(content=content, **say))
    second = call(nodes.us, from_post="us.chief")
    nodes.run(seconds=RING_S + 5)
    assert outcome(nodes, second) is Outcome.BUSY, "they write still"
    nodes.run(seconds=TEXT_LASTS_MS / 1_000)
    third = call(nodes.us, from_post="us.chief")
    nodes.run(seconds=RING_S + 5)
    assert outcome(nodes, third) is Outcome.NO_ANSWER
    assert [each.id for each in nodes.ru.calling.open_views()] == [first], "it stands open all the same"


def test_busy_is_said_only_where_the_record_says_it_too(nodes, monkeypatch):
    nodes.ru.act(TakeWatch(from_post="ru.duty", heard=True))
    first = call(nodes.us)
    nodes.run(seconds=1)
    answer(nodes.ru, first)
    nodes.run(seconds=1)
    with monkeypatch.context() as patch:
        patch.setattr(nodes.ru.calling, "_take_step", lambda *_: None)
        act(nodes.us, HangUp, first)
        nodes.run(seconds=1)
    assert nodes.ru.calling.view(first), "its memory is at fault"
    second = call(nodes.us)
    nodes.run(seconds=RING_S + 5)
    assert outcome(nodes, second) is Outcome.NO_ANSWER
    assert nodes.ru.calling.view(first) is None


def test_the_caller_takes_it_back(nodes):
    number = call(nodes.us)
    nodes.run(seconds=5)
    act(nodes.us, WithdrawCall, number)
    nodes.run(seconds=RING_S + GRACE_S)
    assert outcome(nodes, number) is Outcome.WITHDRAWN
    assert nodes.ru.calling.ringing == ()
    assert len(view(nodes.ru, number).steps) == 2


def test_both_call_each_other_at_once_and_either_may_be_answered(nodes):
    ours, theirs = call(nodes.us), call(nodes.ru)
    nodes.run(seconds=1)
    assert {state(node, each) for node in nodes.nodes for each in (ours, theirs)} == {CallState.RINGING}
    answer(nodes.us, theirs)
    answer(nodes.ru, ours)
    nodes.run(seconds=1)
    assert [outcome(nodes, each) for each in (ours, theirs)] == [Outcome.ANSWERED] * 2
    for number in (ours, theirs):
        act(nodes.us, HangUp, number)
    nodes.run(seconds=1)
    assert [view(nodes.ru, each).state for each in (ours, theirs)] == [CallState.ENDED] * 2


def test_both_hang_up_at_once(nodes):
    number = call(nodes.us)
    nodes.run(seconds=1)
    answer(nodes.ru, number)
    nodes.run(seconds=10)
    act(nodes.us, HangUp, number, duration_ms=10_000)
    act(nodes.ru, HangUp, number, duration_ms=9_990)
    nodes.run(seconds=1)
    assert outcome(nodes, number) is Outcome.ANSWERED
    assert len({view(node, number).duration_ms for node in nodes.nodes}) == 1


def test_a_call_that_was_ended_before_it_came_never_rings(nodes):
    """What is urgent overtakes what is not: the news of its end may be here first."""
    held = []
    carry = nodes.ru.calling._take
    nodes.ru.calling._take = held.append
    number = call(nodes.us, precedence=FLASH)
    act(nodes.us, WithdrawCall, number)
    nodes.run(seconds=1)
    entries = [each for each in held if isinstance(each, EntryRecorded) and not each.recorded.ours]
    assert [each.recorded.head.kind for each in entries] == [Kind.CALL_PLACED, Kind.CALL_WITHDRAWN]
    nodes.ru.calling._take = carry
    for each in reversed(entries):
        nodes.ru.calling._take(each)
    assert (nodes.ru.calling.next_ms(), nodes.ru.calling._calls.views) == (None, ()), "not for a moment"
    nodes.run(seconds=RING_S)
    assert (nodes.ru.calling.ringing, nodes.ru.calling._calls.views) == ((), ())
    assert view(nodes.us, number).rung_posts == ()


def test_one_entry_that_is_heard_twice_is_one_step(nodes):
    number = call(nodes.us)
    nodes.run(seconds=1)
    heard = [each for each in nodes.us.changes if isinstance(each, EntryRecorded)][-1]
    assert heard.recorded.head.kind == Kind.CALL_RINGING
    nodes.us.calling._take(heard)
    assert nodes.us.calling.view(number) == view(nodes.us, number)


def test_what_the_record_refuses_is_read_from_it(nodes):
    number = call(nodes.us)
    nodes.run(seconds=1)
    carry, nodes.ru.calling._take = nodes.ru.calling._take, lambda _: None
    act(nodes.us, WithdrawCall, number)
    nodes.run(seconds=1)
    nodes.ru.calling._take = carry
    assert nodes.ru.calling.ringing == (number,), "it did not hear of it"
    nodes.run(seconds=RING_S + 1)
    assert (nodes.ru.calling.ringing, nodes.ru.calling._calls.views) == ((), ())


# --- the line ----------------------------------------------------------------------------------------------


def test_a_line_that_is_down_is_named_as_that_and_not_as_their_silence(nodes):
    nodes.run(seconds=60)
    heard_ms = nodes.us.clock().utc_ms
    nodes.wire.faults.is_cut = True
    number = call(nodes.us)
    nodes.run(seconds=RING_S + GRACE_S - 1)
    assert view(nodes.us, number).outcome is None
    nodes.run(seconds=2)
    seen = view(nodes.us, number)
    assert seen.outcome is Outcome.LINE_DOWN
    assert heard_ms - 60_000 <= seen.outcome_step.fact.heard_ms <= heard_ms
    assert not is_receipted(nodes.us, number)
    nodes.wire.faults.is_cut = False
    nodes.run(seconds=MINUTE)
    assert outcome(nodes, number) is Outcome.LINE_DOWN, "that it came in the end changes nothing"
    assert nodes.ru.calling.ringing == ()


def test_a_node_that_is_there_and_never_rings_did_not_answer(nodes):
    nodes.ru.stop()
    nodes.ru.rings = False
    nodes.ru.start()
    nodes.connect()
    nodes.run(seconds=1)
    number = call(nodes.us)
    nodes.run(seconds=RING_S + GRACE_S + 1)
    seen = view(nodes.us, number)
    assert (seen.outcome, seen.outcome_step.kind) == (Outcome.NO_ANSWER, Kind.CALL_UNREACHED)
    assert is_receipted(nodes.us, number)


def test_what_was_queued_while_the_line_was_down_rings_when_it_is_back(nodes):
    nodes.wire.faults.is_cut = True
    number = call(nodes.us)
    nodes.run(seconds=60)
    nodes.wire.faults.is_cut = False
    nodes.run(seconds=30)
    assert state(nodes.us, number) is CallState.RINGING
    answer(nodes.ru, number)
    nodes.run(seconds=1)
    assert outcome(nodes, number) is Outcome.ANSWERED


def test_an_answer_that_crosses_a_giving_up_is_no_contact_on_either_record(nodes):
    number = call(nodes.us)
    nodes.run(seconds=1)
    nodes.wire.faults.is_cut = True
    nodes.run(seconds=10)
    answer(nodes.ru, number)
    act(nodes.us, WithdrawCall, number)
    nodes.wire.faults.is_cut = False
    nodes.run(seconds=MINUTE)
    assert outcome(nodes, number) is Outcome.WITHDRAWN
    for node in nodes.nodes:
        assert view(node, number).crossed.kind == Kind.CALL_ANSWERED
        assert node.calling.open_views() == ()


# --- restarts ----------------------------------------------------------------------------------------------


def restart(nodes, node, away_s=0.0):
    node.stop()
    nodes.run(seconds=away_s)
    node.start()
    nodes.connect()
    nodes.run(seconds=2)


def test_the_called_node_is_killed_in_mid_ring_and_goes_on_where_it_was(nodes):
    number = call(nodes.us, "ru.minister")
    nodes.run(seconds=100)
    restart(nodes, nodes.ru, away_s=5)
    assert nodes.ru.calling.ringing == (number,)
    nodes.run(seconds=20)
    assert view(nodes.us, number).rung_posts == ("ru.minister", "ru.chief"), "two minutes from its first ring"
    answer(nodes.ru, number, from_post="ru.chief")
    nodes.run(seconds=1)
    assert outcome(nodes, number) is Outcome.ANSWERED


def test_the_called_node_was_away_until_its_time_was_over(nodes):
    number = call(nodes.us)
    nodes.run(seconds=20)
    restart(nodes, nodes.ru, away_s=RING_S)
    assert nodes.ru.calling.ringing == (number,), "once more, and not given up without a sound"
    nodes.run(seconds=RESUMED_MS / 1_000)
    assert outcome(nodes, number) is Outcome.NOT_STAFFED
    rang_ms = view(nodes.us, number).outcome_step.fact.rang_ms
    assert RESUMED_MS <= rang_ms <= 30_000, "it does not count the time in which nothing rang"


def test_a_clock_that_was_set_forward_while_nodes_were_away_ends_nothing_at_once(nodes):
    number = call(nodes.us)
    nodes.run(seconds=5)
    for node in nodes.nodes:
        node.stop()
        node.shift_ms += 3_600_000
        node.start()
    nodes.connect()
    nodes.run(seconds=GRACE_S - 12)
    assert nodes.ru.calling.ringing == (number,)
    answer(nodes.ru, number)
    nodes.run(seconds=1)
    assert outcome(nodes, number) is Outcome.ANSWERED


def test_the_calling_node_is_killed_and_still_says_in_the_end_that_nobody_answered(nodes):
    nodes.wire.faults.is_cut = True
    number = call(nodes.us)
    nodes.run(seconds=20)
    nodes.us.stop()
    nodes.run(seconds=10 * MINUTE)
    nodes.us.start()
    nodes.run(seconds=GRACE_S + 1)
    seen = view(nodes.us, number)
    assert seen.outcome is Outcome.LINE_DOWN
    nodes.wire.faults.is_cut = False
    nodes.connect()
    nodes.run(seconds=MINUTE)
    assert outcome(nodes, number) is Outcome.LINE_DOWN


def test_a_call_that_was_held_when_a_node_was_killed_is_lost_and_both_records_say_why(nodes):
    number = call(nodes.us)
    nodes.run(seconds=1)
    answer(nodes.ru, number)
    nodes.run(seconds=10)
    restart(nodes, nodes.ru, away_s=3)
    assert outcome(nodes, number) is Outcome.ANSWERED
    for node in nodes.nodes:
        last = view(node, number).steps[-1]
        assert (last.kind, last.fact.cause, last.fact.duration_ms) == (
            Kind.CALL_LOST,
            LostCause.RESTART,
            None,
        )
        assert node.calling.open_views() == ()


def test_a_node_that_is_not_on_the_line_rings_nothing_and_loses_nothing(nodes):
    """A command on a stopped node opens its record alone."""
    number = call(nodes.us)
    nodes.run(seconds=1)
    answer(nodes.ru, number)
    nodes.run(seconds=1)
    nodes.ru.stop()
    nodes.ru.rings = False
    nodes.ru.start()
    nodes.ru.work()
    assert state(nodes.ru, number) is CallState.IN_CALL


def test_a_node_that_ends_says_nothing_more_by_itself(nodes):
    nodes.wire.faults.is_cut = True
    number = call(nodes.us)
    nodes.us.calling.end()
    nodes.run(seconds=RING_S + GRACE_S + 5)
    assert view(nodes.us, number).outcome is None


# --- what is agreed, and what nobody agreed ----------------------------------------------------------------


def test_a_post_that_is_not_in_the_agreement_is_answered_for_by_the_desk(nodes, monkeypatch):
    unbind(nodes, nodes.ru, monkeypatch)
    body = encode_call(Kind.CALL_PLACED, CallFact(media=Media.TEXT))
    number = write(nodes.ru, int(Kind.CALL_PLACED), body, to_posts=("us.attache",), precedence=FLASH)
    nodes.run(seconds=1)
    assert view(nodes.us, number).rung_posts == ("us.duty",)
    assert not nodes.us.defects


def test_the_times_are_those_of_the_agreement(tmp_path):
    nodes = open_line(tmp_path, agreement=with_terms(ring_s=20))
    number = call(nodes.us)
    nodes.run(seconds=21)
    assert outcome(nodes, number) is Outcome.NOT_STAFFED


def test_all_of_it_stands_on_both_records_and_strangers_can_check_it(nodes, tmp_path):
    for number in (call(nodes.us), call(nodes.ru)):
        nodes.run(seconds=1)
        decline(nodes.ru if number[0] == 0 else nodes.us, number)
    nodes.run(seconds=5)
    audits = verify_all(nodes, tmp_path / "export")
    assert (audits["us"].size, audits["ru"].size) == (3, 3)
