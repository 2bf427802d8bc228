"""The chain: its seven steps, their clocks on both sides, and which acts have effect."""

from dataclasses import replace

import pytest
from tests.messages_line import START_MS, Line, contact, free_text, warning

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Head, Kind
from coupefeu.model.messages import Content, Form, OutcomeCode
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.base import Recorded
from coupefeu.services.messages import SERVICE, render_message
from coupefeu.services.messages.alarms import alarms
from coupefeu.services.messages.commands import (
    ConfirmContact,
    GiveOutcome,
    PassTo,
    Read,
    ReadBack,
    RecordShown,
    SayAgain,
    SendLineTest,
    Take,
)
from coupefeu.services.messages.facts import Act, encode_act
from coupefeu.services.messages.forms import encode_content
from coupefeu.services.messages.status import StepName, TimeMark

FLASH, ROUTINE = Precedence.FLASH, Precedence.ROUTINE


def by_desk(kind, message, **fields):
    return kind(message=message, from_post="ru.duty", **fields)


def step(line, log, message, name):
    return line.status(log, message).chain("ru").step(name)


def test_each_step_of_the_chain_is_its_own_entry():
    line = Line()
    message = line.say(0, warning(), FLASH)
    assert not any(s.done for s in line.status(0, message).chain("ru").steps)
    line.do(1, RecordShown(messages=(message,), screens=2))
    assert (step(line, 0, message, StepName.SHOWN).screens, step(line, 0, message, StepName.SHOWN).idle) == (
        2,
        True,
    )
    acts = (
        by_desk(Take, message, officer="Captain"), by_desk(Read, message),
        by_desk(ReadBack, message, typed=("стоп", "", "")),
        by_desk(ReadBack, message, typed=("ПРЕКРАТИТЕ", "35.31 N 40.13 E", "15")),
        by_desk(PassTo, message, recipient="air command"),
        by_desk(GiveOutcome, message, outcome=OutcomeCode.STOPPED_AT, time_ms=START_MS),
    )  # fmt: skip
    for act in acts:
        line.wait(1)
        line.do(1, act)
    for log in (0, 1):
        chain = line.status(log, message, receipts_ms={"ru": START_MS + 5}).chain("ru")
        assert [s.name for s in chain.steps] == list(StepName)[:7]
        assert all(s.done for s in chain.steps)
        assert [s.machine for s in chain.steps] == [True, True] + [False] * 5
        assert chain.step(StepName.TAKEN_BY).acts[0].act.officer == "Captain"
        assert not chain.step(StepName.SHOWN).idle
        tries = chain.step(StepName.READ_BACK)
        assert [act.verdict.matches for act in tries.acts] == [False, True]
        assert tries.when_ms == START_MS + 4_000
        assert len(chain.step(StepName.OUTCOME).acts) == 2
    assert line.sizes == [1, 7]


def test_on_their_record_needs_their_receipt():
    line = Line()
    message = line.say(0, free_text())
    assert not step(line, 0, message, StepName.ON_THEIR_RECORD).done
    status = line.status(0, message, receipts_ms={"ru": START_MS + 9})
    assert status.chain("ru").step(StepName.ON_THEIR_RECORD).when_ms == START_MS + 9
    assert step(line, 1, message, StepName.ON_THEIR_RECORD).done


def test_taking_never_stops_the_second_clock_of_a_warning():
    line = Line()
    message = line.say(0, warning(), FLASH)
    line.wait(60)
    line.do(1, by_desk(Take, message))
    line.wait(9 * 60 - 1)
    for log in (0, 1):
        taken, outcome = (step(line, log, message, n).clock for n in (StepName.TAKEN_BY, StepName.OUTCOME))
        assert (taken.running, taken.overdue, taken.left_ms) == (False, False, 60_000)
        assert (outcome.running, outcome.overdue, outcome.left_ms) == (True, False, 1_000)
        assert not line.status(log, message).sounds
    line.wait(2)
    for log in (0, 1):
        assert step(line, log, message, StepName.OUTCOME).clock.overdue
        assert line.status(log, message).overdue
        assert line.status(log, message).sounds, "an outcome clock that has run out sounds on both sides"
    line.do(1, by_desk(GiveOutcome, message, outcome=OutcomeCode.CANNOT, text="No radio contact."))
    clock = step(line, 0, message, StepName.OUTCOME).clock
    assert (clock.running, clock.overdue) == (False, True), "done, and recorded as late"
    assert not line.status(0, message).sounds


@pytest.mark.parametrize(("seconds", "overdue"), [(120, False), (120.001, True)])
def test_untaken_is_overdue_on_both_sides_to_the_millisecond(seconds, overdue):
    line = Line()
    message = line.say(0, warning(), FLASH)
    line.wait(seconds)
    assert [step(line, log, message, StepName.TAKEN_BY).clock.overdue for log in (0, 1)] == [overdue] * 2


def test_which_steps_have_a_clock():
    line = Line()
    stop = line.say(0, warning(), FLASH)
    to_desk = line.say(0, free_text())
    to_minister = line.say(0, free_text(passages=("noon",)), from_post="us.secretary")
    clocks = {
        m: {s.name.value for s in line.status(1, m).chain("ru").steps if s.clock}
        for m in (stop, to_desk, to_minister)
    }
    always = {"on-their-record", "shown", "taken-by", "read-by"}
    assert clocks == {
        stop: always | {"read-back", "outcome"},
        to_desk: always,
        to_minister: always | {"read-back", "passed-to"},
    }


def test_flash_may_be_taken_by_anyone_on_watch_other_messages_by_the_addressed_post():
    line = Line()
    flash, routine = line.say(0, warning(), FLASH), line.say(0, free_text())
    line.do(1, Take(message=flash, from_post="ru.chief"))
    with pytest.raises(PolicyError) as refused:
        line.do(1, Take(message=routine, from_post="ru.chief"))
    assert refused.value.code == "services.messages.post_not_addressed"
    line.do(1, by_desk(Take, routine))
    assert step(line, 0, flash, StepName.TAKEN_BY).acts[0].post == "ru.chief"


def test_the_desk_may_pass_on_what_is_addressed_to_the_minister():
    line = Line()
    message = line.say(0, free_text(), from_post="us.secretary")
    with pytest.raises(PolicyError):
        line.do(1, by_desk(Take, message))
    with pytest.raises(PolicyError):
        line.do(1, PassTo(message=message, from_post="ru.chief", recipient="ru.minister"))
    line.do(1, by_desk(PassTo, message, recipient="ru.minister"))
    assert step(line, 0, message, StepName.PASSED_TO).done


def test_say_again_is_always_possible_from_either_side_and_action_never_waits():
    line = Line()
    message = line.say(0, warning(), FLASH)
    line.do(1, by_desk(ReadBack, message, typed=("STOP", "35.31 N 40.31 E", "15")))
    line.do(1, by_desk(SayAgain, message, field=1))
    line.do(0, SayAgain(message=message, from_post="us.duty", remark="read the place back"))
    line.do(1, by_desk(SayAgain, message))
    line.do(1, by_desk(GiveOutcome, message, outcome=OutcomeCode.NOT_OURS))
    line.do(1, by_desk(SayAgain, message))
    status = line.status(0, message)
    assert [act.act.field for act in status.say_again] == [1, None, None, None]
    assert not status.chain("ru").step(StepName.READ_BACK).done
    assert status.chain("ru").step(StepName.OUTCOME).done


@pytest.mark.parametrize("field", [3, 9, -1])
def test_say_again_names_a_field_that_there_is(field):
    line = Line()
    stop, plain = line.say(0, warning(), FLASH), line.say(0, free_text())
    for message, hint in (
        (stop, "Name one of 1 word, 2 place, 3 number, or the whole message."),
        (plain, "Name the whole message."),
    ):
        with pytest.raises(UsageError) as refused:
            line.do(1, by_desk(SayAgain, message, field=field))
        assert (refused.value.code, refused.value.hint) == ("services.messages.no_such_field", hint)
    assert line.sizes == [2, 0]


def test_a_read_back_without_effect_is_not_compared():
    line = Line()
    message = line.say(0, warning(), FLASH)
    body = encode_act(Act(typed=("x" * 1_001,)))
    line.hostile(1, kind=Kind.READ_BACK, body=body, references=(message,))
    (act,) = line.status(0, message).without_effect
    assert (act.effect, act.verdict) == ("long_typed", None)


def test_read_back_needs_as_many_texts_as_there_are_fields():
    line = Line()
    stop, plain = line.say(0, warning(), FLASH), line.say(0, free_text())
    for message, typed, reason in ((stop, ("STOP",), "field_count"), (plain, ("x",), "nothing_critical")):
        with pytest.raises(UsageError) as refused:
            line.do(1, by_desk(ReadBack, message, typed=typed))
        assert refused.value.code == f"services.messages.{reason}"


def test_our_own_refusals():
    line = Line()
    message = line.say(0, free_text())
    line.do(1, by_desk(Take, message))
    refusals = [
        (1, by_desk(Take, message), "already_taken"),
        (0, Take(message=message, from_post="us.duty"), "own_message"),
        (1, Read(message=message, from_post="us.duty"), "foreign_post"),
        (1, by_desk(ConfirmContact, message), "not_a_contact"),
        (1, by_desk(Take, (0, 99)), "unknown_message"),
    ]
    for log, command, reason in refusals:
        with pytest.raises((PolicyError, UsageError)) as refused:
            line.do(log, command)
        assert refused.value.code == f"services.messages.{reason}"
    assert line.sizes == [1, 1]


@pytest.mark.parametrize(
    ("log", "fields", "reason"),
    [
        (0, {}, "own_message"),
        (1, {"from_post": "us.duty"}, "foreign_post"),
        (1, {"from_post": "ru.chief"}, "post_not_addressed"),
        (1, {"body": b"\xff"}, "unreadable_body"),
        (1, {"kind": Kind.OUTCOME}, "missing_outcome"),
        (1, {"kind": Kind.LINE_TEST_ANSWER}, "not_a_line_test"),
        (1, {"kind": Kind.CONTACT_CONFIRMED}, "not_a_contact"),
    ],
)
def test_acts_of_the_other_side_are_stored_and_judged(log, fields, reason):
    line = Line()
    message = line.say(0, free_text())
    line.hostile(log, **({"kind": Kind.TAKEN, "references": (message,)} | fields))
    for side in (0, 1):
        status = line.status(side, message)
        assert [act.effect for act in status.without_effect] == [reason]
        assert not any(s.done for s in status.chain("ru").steps[1:])


@pytest.mark.parametrize("command", [Take, Read, ReadBack, PassTo, GiveOutcome])
def test_nobody_acts_on_a_line_test_for_nothing_would_show_it(command):
    line = Line()
    test = line.do(0, SendLineTest(template=1))
    fields = {
        ReadBack: {"typed": ("x",)},
        PassTo: {"recipient": "the ministry"},
        GiveOutcome: {"outcome": OutcomeCode.NOT_OURS},
    }
    with pytest.raises(PolicyError) as refused:
        line.do(1, by_desk(command, test, **fields.get(command, {})))
    assert refused.value.code == "services.messages.of_a_line_test"
    assert "nodes answer a line test by themselves" in refused.value.message
    assert "coupefeu say" in refused.value.hint
    assert line.sizes == [1, 0]


def test_what_the_other_side_does_with_a_line_test_is_kept_without_effect():
    line = Line()
    test = line.do(0, SendLineTest(template=1))
    line.hostile(1, kind=Kind.TAKEN, references=(test,))
    for side in (0, 1):
        status = line.status(side, test)
        assert [act.effect for act in status.without_effect] == ["of_a_line_test"]


def test_a_second_taking_is_kept_without_effect():
    line = Line()
    message = line.say(0, free_text())
    first = line.do(1, by_desk(Take, message, officer="first"))
    line.hostile(1, Kind.TAKEN, references=(message,))
    status = line.status(0, message)
    assert [act.id for act in status.chain("ru").step(StepName.TAKEN_BY).acts] == [first]
    assert status.without_effect[0].effect == "already_taken"


def test_an_act_that_overtakes_its_message_has_effect_when_it_comes():
    line = Line()
    message = (0, 0)
    line.hostile(1, Kind.TAKEN, references=(message,))
    line.wait(5)
    line.say(0, free_text())
    taken = step(line, 0, message, StepName.TAKEN_BY)
    assert (taken.done, taken.clock.running) == (True, False)


@pytest.mark.parametrize("form", Form)
def test_a_line_test_that_carries_another_form_sounds_nowhere_and_acts_on_nothing(form):
    line = Line()
    message = line.say(0, Content(form=Form.REQUEST_FOR_EXPLANATION, subject=Subject.CLARIFICATION, text="?"))
    content = replace(warning(), form=form)
    test = line.hostile(1, Kind.LINE_TEST, encode_content(content), (message,), precedence=FLASH)
    line.wait(1_000_000)
    for log in (0, 1):
        context = line.sides[log].context(line.now_ms)
        shown = {status.id: status for status in line.inbox(log)}
        assert shown[test].effect
        assert not shown[test].sounds
        assert alarms(shown.values(), context) == ()
        assert shown[message].without_effect == ()
        assert all(render_message(status, context, "en") for status in shown.values())


def test_hostile_heads_and_bodies_are_stored_and_shown():
    line = Line()
    protest = line.hostile(1, body=encode_content(free_text("!", subject=Subject.PROTEST)), precedence=FLASH)
    unreadable = line.hostile(1, body=b"\xffnot cbor", precedence=FLASH)
    newer = line.hostile(1, body=b"\xa2\x00\x18\x63\x01\x00")
    foreign = line.hostile(1, body=encode_content(free_text()), from_post="us.chief")
    no_head = line.record(1, None, b"\x00\x01")
    wild = line.hostile(
        1, Kind.SHOWN, body=b"\xa1\x06\x01", references=((1 << 40, 1 << 63), (9, 0)), written_ms=2**63
    )
    expected = {
        protest: "protest_flash", unreadable: "unreadable_body", newer: "unknown_form", foreign: "foreign_post",
        no_head: "unreadable_head",
    }  # fmt: skip
    assert {s.id: s.effect for s in line.inbox(0)} == expected
    assert not line.status(0, protest).flash
    assert not line.status(0, protest).sounds
    assert line.status(0, unreadable).sounds, "a FLASH that cannot be read still rings"
    assert line.status(0, unreadable).body == b"\xffnot cbor"
    assert wild == (1, 5)


def test_correction_cancellation_and_reply_name_their_message():
    line = Line()
    stop = line.say(0, warning(), FLASH)
    correct = Content(form=Form.CORRECTION, subject=Subject.SAFETY, text="East, not west.", place="35.31 E")
    cancel = Content(form=Form.CANCELLATION, subject=Subject.SAFETY)
    line.say(0, correct, FLASH, about=stop)
    assert line.status(1, stop).corrected_by == ("US/1",)
    assert line.status(1, (0, 1)).critical[0].value == "US/0", "the number corrected is critical"
    assert line.status(1, stop).sounds
    line.wait(300)
    line.say(0, cancel, FLASH, about=stop)
    line.wait(3_000)
    status = line.status(1, stop)
    assert (status.cancelled_by, status.sounds) == (("US/2",), False)
    assert not status.chain("ru").step(StepName.OUTCOME).clock.running

    ask = Content(form=Form.REQUEST_FOR_EXPLANATION, subject=Subject.CLARIFICATION, text="Why?")
    reply = Content(form=Form.REPLY, subject=Subject.CLARIFICATION, text="An error of navigation.")
    asked = line.say(0, ask)
    clock = step(line, 0, asked, StepName.OUTCOME).clock
    assert clock.due_ms - clock.started_ms == 48 * 3_600_000
    line.say(1, reply, about=asked)
    assert line.status(0, asked).replies == ("RU/0",)
    assert not step(line, 0, asked, StepName.OUTCOME).clock.running
    refusals = [(1, correct, stop, "not_the_author"), (1, cancel, stop, "not_the_author"),
                (1, reply, stop, "not_a_request"), (0, reply, asked, "not_a_request"),
                (0, cancel, None, "missing_reference"), (0, cancel, (0, 99), "unknown_message")]  # fmt: skip
    for log, content, about, reason in refusals:
        with pytest.raises((PolicyError, UsageError)) as refused:
            line.say(log, content, about=about)
        assert refused.value.code == f"services.messages.{reason}"


def test_the_other_side_cannot_cancel_our_message():
    line = Line()
    stop = line.say(0, warning(), FLASH)
    body = encode_content(Content(form=Form.CANCELLATION, subject=Subject.SAFETY))
    line.hostile(1, body=body, references=(stop,))
    status = line.status(0, stop)
    assert status.cancelled_by == ()
    assert status.without_effect[0].effect == "not_the_author"
    assert status.chain("ru").step(StepName.OUTCOME).clock.running


def test_a_contact_by_another_channel_is_one_sided_until_confirmed():
    line = Line()
    message = line.say(0, contact())
    assert line.status(0, message).one_sided
    assert line.status(1, message).one_sided
    line.do(1, by_desk(ConfirmContact, message, remark="Yes, at noon."))
    assert not line.status(0, message).one_sided
    assert line.status(0, message).confirmations[0].act.text == "Yes, at noon."


@pytest.mark.parametrize("acted", ["confirmed", "replied"])
def test_who_confirms_or_replies_has_acted(acted):
    line = Line()
    asks = Content(form=Form.REQUEST_FOR_EXPLANATION, subject=Subject.CLARIFICATION, text="Why?")
    message = line.say(0, contact() if acted == "confirmed" else asks)
    line.do(1, RecordShown(messages=(message,), screens=1))
    assert step(line, 0, message, StepName.SHOWN).idle
    if acted == "confirmed":
        line.do(1, by_desk(ConfirmContact, message))
    else:
        answer = Content(form=Form.REPLY, subject=Subject.CLARIFICATION, text="A drill.")
        line.say(1, answer, about=message)
    assert not any(step(line, log, message, StepName.SHOWN).idle for log in (0, 1))


def test_claimed_times_are_displayed_and_never_obeyed():
    line = Line()
    late = line.hostile(0, body=encode_content(free_text()), written_ms=0)
    early = line.hostile(0, body=encode_content(free_text()), written_ms=4_070_908_800_000)  # 2099
    inside = line.hostile(0, body=encode_content(free_text()), written_ms=START_MS - 600_000 - 60_000)
    outside = line.hostile(0, body=encode_content(free_text()), written_ms=START_MS + 60_001)
    marks = {s.id: s.time_marks for s in line.inbox(1)}
    assert marks == {
        late: (TimeMark.LATE,), early: (TimeMark.AFTER_BRACKET,), inside: (), outside: (TimeMark.AFTER_BRACKET,)
    }  # fmt: skip
    assert [s.id for s in line.inbox(1)] == [outside, inside, early, late], "sorted by arrival"
    assert {step(line, 1, m, StepName.TAKEN_BY).clock.due_ms for m in marks} == {START_MS + 7_200_000}
    bracket = {"not_before_ms": START_MS - 60_000, "not_after_ms": START_MS - 130_000}
    assert line.status(1, inside, **bracket).time_marks == (TimeMark.BEFORE_BRACKET,)
    assert line.status(0, late).time_marks == (), "our own clock is not doubted"


@pytest.mark.parametrize(
    ("before_ms", "is_marked"), [(0, False), (119_999, False), (120_000, True), (86_400_000, True)]
)
def test_stopped_at_a_time_before_the_message_is_marked_on_both_sides(before_ms, is_marked):
    line = Line()
    message = line.say(0, warning(), FLASH)
    line.wait(30)
    stopped = GiveOutcome(
        message=message,
        from_post="ru.duty",
        outcome=OutcomeCode.STOPPED_AT,
        time_ms=START_MS - before_ms,
    )
    line.do(1, stopped)
    for log in (0, 1):
        done = step(line, log, message, StepName.OUTCOME)
        assert done.done
        assert done.acts[0].time_marks == ((TimeMark.STOPPED_BEFORE,) if is_marked else ())
    text = render_message(line.status(1, message), line.sides[1].context(line.now_ms), "en")
    assert ("       stopped before the message was sent\n" in text) is is_marked


def test_deir_ez_zor_the_desk_owns_the_urgent_message():
    """17 September 2016: a caller waited 27 minutes for the usual contact while the strikes went on."""
    line = Line()
    message = line.say(1, warning(place="Deir ez-Zor, 35.31 N 40.13 E"), FLASH)
    assert line.status(0, message).sounds
    line.wait(27 * 60)
    for log in (0, 1):
        assert line.status(log, message).overdue
    line.do(0, Take(message=message, from_post="us.secretary"))
    stopped = GiveOutcome(
        message=message, from_post="us.duty", outcome=OutcomeCode.STOPPED_AT, time_ms=line.now_ms
    )
    line.do(0, stopped)
    chain = line.status(1, message).chain("us")
    assert chain.step(StepName.TAKEN_BY).clock.left_ms == -25 * 60_000
    assert not chain.step(StepName.OUTCOME).clock.running


def test_rebuilding_from_the_same_entries_gives_the_same_rows():
    line = Line()
    head = Head(
        kind=16, from_post="us.duty", to_posts=("ru.duty",), precedence=ROUTINE, written_ms=1, language="en",
        agreement_version=1,
    )  # fmt: skip
    recorded = Recorded(
        log=0, index=0, arrival=0, arrived_ms=5, ours=False, head=head, body=encode_content(free_text()),
        leaf_hash=bytes(32),
    )  # fmt: skip
    once = SERVICE.apply(recorded, line.sides[0].context(1))
    again = SERVICE.apply(recorded, line.sides[1].context(10**12))
    assert [dict(s.parameters) for s in once] == [dict(s.parameters) for s in again]
    assert [s.executable for s in once] == [s.executable for s in again], "fixed objects, compiled once"


def test_an_act_says_only_what_is_stated():
    assert encode_act(Act()) == b"\xa0"
