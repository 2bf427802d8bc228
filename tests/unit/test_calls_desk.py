"""What officers read of calls: lists, one call, what is open, who last spoke with whom; on two joined nodes."""

import pytest
from tests.calls_line import Calls

from coupefeu.errors import UsageError
from coupefeu.model.calls import CallState, DeclineReason, Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Channel, Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.calls.commands import (
    AnswerCall,
    DeclineCall,
    DeferCall,
    GiveUp,
    HangUp,
    Ring,
    Unreached,
    WithdrawCall,
)
from coupefeu.services.calls.listed import CallFilter
from coupefeu.services.messages.commands import Say
from coupefeu.testing.joined import MemoryNode

EVERYTHING = CallFilter()


@pytest.fixture
def apart(tmp_path, monkeypatch):
    monkeypatch.setattr(MemoryNode, "rings", False)
    return Calls(tmp_path)


@pytest.fixture
def calls(apart):
    apart.connect()
    return apart


def test_a_call_is_on_their_node_once_their_receipt_is_here(apart):
    calls = apart
    call = calls.place()
    view = calls.look(calls.us, lambda desk: desk.call(call))
    assert (view.state, view.on_their_record_ms) == (CallState.PLACED, None)
    calls.connect()
    ours, theirs = calls.both(lambda desk: desk.call(call))
    assert ours.state is CallState.ON_THEIR_NODE
    assert ours.on_their_record_ms >= ours.arrived_ms
    assert (theirs.state, theirs.on_their_record_ms) == (CallState.PLACED, None)
    (listed,) = calls.look(calls.us, lambda desk: desk.calls(EVERYTHING, 0, 10)).calls
    assert listed == ours


def test_every_outcome_is_listed_newest_first_and_told_apart(calls):
    placed = [calls.place() for _ in range(5)]
    calls.ru_does(AnswerCall, placed[0])
    calls.ru_does(DeclineCall, placed[1], reason=DeclineReason.NO_INTERPRETER, words="At 14:00.")
    calls.ru_does(DeferCall, placed[2], to_post="ru.chief")
    calls.ru.act(GiveUp(calls=(placed[3],), outcome=Outcome.NOT_STAFFED, rang_ms=120_000, posts=("ru.duty",)))
    calls.us.act(WithdrawCall(call=placed[4], from_post="us.duty"))
    calls.run()
    for listed in calls.both(lambda desk: desk.calls(EVERYTHING, 0, 10)):
        assert [view.outcome for view in listed.calls] == [
            Outcome.WITHDRAWN, Outcome.NOT_STAFFED, Outcome.DEFERRED, Outcome.DECLINED, Outcome.ANSWERED,
        ]  # fmt: skip
        assert [view.id for view in listed.calls] == placed[::-1]
        assert listed.total == 5
        declined = listed.calls[3]
        assert (declined.reason, declined.outcome_step.words) == (DeclineReason.NO_INTERPRETER, "At 14:00.")
        assert listed.calls[2].deferred_to_post == "ru.chief"


def test_a_list_is_narrowed_by_outcome_caller_and_openness(calls):
    first = calls.place()
    second = calls.place(calls.ru, to="us.duty", from_post="ru.duty")
    calls.ru_does(DeclineCall, first, reason=DeclineReason.NOT_NOW)

    def numbers(**wanted):
        found = calls.look(calls.us, lambda desk: desk.calls(CallFilter(**wanted), 0, 10))
        assert found.total == len(found.calls)
        return [view.id for view in found.calls]

    assert numbers(outcome=Outcome.DECLINED) == [first]
    assert numbers(outcome=Outcome.ANSWERED) == []
    assert numbers(caller="ru") == [second]
    assert numbers(caller="nobody") == []
    assert numbers(only_open=True) == [second]
    assert numbers(caller="us", only_open=True) == []
    page = calls.look(calls.us, lambda desk: desk.calls(EVERYTHING, 1, 1))
    assert ([view.id for view in page.calls], page.total) == ([first], 2)


def test_open_calls_are_those_that_ring_wait_or_are_spoken_in(calls):
    rings, waits, talks, over = (calls.place() for _ in range(4))
    calls.ru.act(Ring(call=rings, rung=0, posts=("ru.duty",), staffed=("ru.duty",)))
    calls.ru_does(AnswerCall, talks)
    calls.ru_does(AnswerCall, over)
    calls.us.act(HangUp(call=over, from_post="us.duty", duration_ms=4_000))
    calls.run()
    for views in calls.both(lambda desk: desk.open_calls(10)):
        assert [view.id for view in views] == [talks, waits, rings]
        assert [view.state for view in views][::2] == [CallState.IN_CALL, CallState.RINGING]
    assert [view.id for view in calls.look(calls.us, lambda desk: desk.open_calls(1))] == [talks]


def test_a_contact_by_another_channel_stands_in_the_same_list(calls):
    first = calls.place()
    content = Content(
        form=Form.CONTACT,
        subject=Subject.SAFETY,
        channel=Channel.TELEPHONE,
        time_ms=1_681_000_020_000,
        counterpart="Duty officer, Northern channel",
        text="Nobody lifted the receiver at 09:00.",
    )
    (contact,) = calls.us.act(
        Say(content=content, from_post="us.duty", precedence=Precedence.ROUTINE, language="en")
    )
    calls.us.say("No attempt at all.")
    last = calls.place()
    for listed in calls.both(lambda desk: desk.calls(EVERYTHING, 0, 10)):
        assert [view.id for view in listed.calls] == [last, contact, first]
        assert listed.total == 3
        told = listed.calls[1]
        assert (told.outcome, told.state, told.party in {"us", "ru"}) == (
            Outcome.OTHER_CHANNEL, CallState.ENDED, True,
        )  # fmt: skip
        assert (told.from_post, told.to_post, told.placed_ms) == ("us.duty", "ru.duty", 1_681_000_020_000)
        assert (told.channel, told.counterpart) == (Channel.TELEPHONE, "Duty officer, Northern channel")
        assert told.words == "Nobody lifted the receiver at 09:00."

    def ids(**wanted):
        return [
            each.id
            for each in calls.look(calls.ru, lambda desk: desk.calls(CallFilter(**wanted), 0, 9)).calls
        ]

    assert ids(outcome=Outcome.OTHER_CHANNEL) == [contact]
    assert ids(caller="us") == [last, contact, first]
    assert ids(caller="ru") == []
    assert contact not in ids(only_open=True)
    view = calls.look(calls.us, lambda desk: desk.call(contact))
    assert view.on_their_record_ms is not None


def test_who_last_spoke_with_whom_counts_the_post_that_answered_itself(calls):
    minister = calls.place(to="ru.minister")
    calls.ru_does(AnswerCall, minister)
    found = [
        calls.look(calls.us, lambda desk, post=post: desk.last_answered("us.duty", post))
        for post in ("ru.minister", "ru.duty")
    ]
    assert found[0] is None
    assert found[1].id == minister
    back = calls.place(calls.ru, to="us.duty", from_post="ru.duty")
    calls.us.act(AnswerCall(call=back, from_post="us.duty"))
    calls.run()
    for view in calls.both(lambda desk: desk.last_answered("us.duty", "ru.duty")):
        assert view.id == back
    unheard = calls.place(to="ru.duty")
    calls.us.act(Unreached(call=unheard, outcome=Outcome.NO_ANSWER))
    assert calls.look(calls.us, lambda desk: desk.last_answered("us.duty", "ru.duty")).id == back


def test_what_is_no_call_is_refused_by_its_number(calls):
    message = calls.us.say("hello")
    for number in (message, (0, 999)):
        assert calls.look(calls.us, lambda desk, number=number: desk.find_call(number)) is None
    with pytest.raises(UsageError) as caught:
        calls.look(calls.us, lambda desk: desk.call(message))
    assert caught.value.code == "node.desk.no_call"
    assert f"US/{message[1]}" in caught.value.message


def test_a_list_gives_of_each_call_what_the_call_itself_gives(calls):
    """The window reads steps for many calls at once: none strays to another, though one entry answers several."""
    flood = [calls.place() for _ in range(6)]
    calls.ru.act(Ring(call=flood[0], rung=0, posts=("ru.duty",)))
    calls.ru.act(GiveUp(calls=tuple(flood), outcome=Outcome.NO_ANSWER))
    calls.run()
    for node in calls.nodes.nodes:
        listed = calls.look(node, lambda desk: desk.calls(EVERYTHING, 0, 4))
        alone = [calls.look(node, lambda desk, each=each: desk.call(each.id)) for each in listed.calls]
        assert [view.steps for view in listed.calls] == [view.steps for view in alone]
        assert all(view.outcome is Outcome.NO_ANSWER for view in listed.calls)
        assert {step.kind for view in alone for step in view.steps} == {Kind.CALL_UNANSWERED}


def test_what_was_seen_of_one_call_says_nothing_of_another(calls):
    """A call that was answered and ended, then one that is withdrawn at once, and one that is hung up."""
    first = calls.place()
    calls.ru_does(AnswerCall, first)
    calls.us.act(HangUp(call=first, from_post="us.duty", duration_ms=1_000))
    calls.run()
    second = calls.place()
    calls.us.act(WithdrawCall(call=second, from_post="us.duty"))
    third = calls.place()
    calls.ru_does(AnswerCall, third)
    calls.run()
    for listed in calls.both(lambda desk: desk.calls(EVERYTHING, 0, 10)):
        assert [(view.id, view.outcome) for view in listed.calls] == [
            (third, Outcome.ANSWERED), (second, Outcome.WITHDRAWN), (first, Outcome.ANSWERED),
        ]  # fmt: skip
    for wanted, expected in (
        (CallFilter(outcome=Outcome.WITHDRAWN), [second]),
        (CallFilter(only_open=True), [third]),
    ):
        for listed in calls.both(lambda desk, wanted=wanted: desk.calls(wanted, 0, 10)):
            assert [view.id for view in listed.calls] == expected
