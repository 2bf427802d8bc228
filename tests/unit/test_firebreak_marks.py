"""What is a contact, an attempt, a silence: by entries of every service, and of a peer that says whatever it likes."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select
from tests.firebreak_line import SKEW_MS, Entry, MemoryRecord
from tests.stores import AGREEMENT, moment

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.agreement import NeutralWitness
from coupefeu.model.calls import DeclineReason, Media
from coupefeu.model.entry import Kind
from coupefeu.model.line_state import LineState
from coupefeu.model.messages import Channel, Content, Form, Operative
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.model.topics import Topic
from coupefeu.services.base import Statement
from coupefeu.services.calls.facts import CallFact, encode_call
from coupefeu.services.firebreak import gathering, times
from coupefeu.services.firebreak.gathering import (
    FEWEST_ATTEMPTS,
    MOST_ATTEMPTS,
    MOST_DECLARED,
    MOST_OPENED,
    gather,
)
from coupefeu.services.firebreak.marks import MOST_COUNTED, Asked, Bound, Role
from coupefeu.services.firebreak.rows import About, At, Awaited, closed_by, due, event, opened
from coupefeu.services.firebreak.service import FirebreakService
from coupefeu.services.firebreak.spanning import gather_between
from coupefeu.services.firebreak.tables import INSERT_TIME, TIMES
from coupefeu.services.firebreak.times import Timed
from coupefeu.services.firebreak.unsettled import EPOCH_MS, MOST_CONFLICTS
from coupefeu.services.line_state.facts import LineStateFact, encode_line_state
from coupefeu.services.messages.facts import Act, encode_act
from coupefeu.services.messages.forms import encode_content
from coupefeu.services.notices.conflicts import INSERT_CONFLICT
from coupefeu.services.notices.tables import ACTS
from coupefeu.services.watch.facts import WatchFact, encode_watch
from coupefeu.services.witnessed.facts import TellWitness
from coupefeu.services.witnessed.rules import decide
from coupefeu.services.witnessed.views import select_our_newest

START_MS = moment().utc_ms
HOUR_MS = 3_600_000
WARNING = encode_content(
    Content(
        form=Form.WARNING, subject=Subject.SAFETY, operative=Operative.STOP, place="35.31 N", numbers=("15",)
    )
)
READ = encode_act(Act(typed=("STOP", "35.31 N", "15")))
MISREAD = encode_act(Act(typed=("STOP", "35.13 N", "15")))
PAIR = "ru.duty/us.duty"


def marks(record, topic, at_ms=START_MS + 100 * HOUR_MS, *, known=False):
    found = gather(record.select, record.context(), Asked(at_ms=at_ms, known=known)).marks
    return [mark for mark in found if mark.topic is topic]


def held(*entries, ours=0):
    record = MemoryRecord(ours)
    for entry in entries:
        record.take(entry, after_ms=0)
    return record


def placed(index=0, at_ms=START_MS, **fields):
    return Entry(
        log=0,
        index=index,
        claimed_ms=at_ms,
        kind=Kind.CALL_PLACED,
        body=encode_call(Kind.CALL_PLACED, CallFact(media=Media.TEXT)),
        **fields,
    )


def of_call(index, kind, fact, at_ms, call=(0, 0), **fields):
    return Entry(
        log=1,
        index=index,
        claimed_ms=at_ms,
        kind=kind,
        body=encode_call(kind, fact),
        about=(call,),
        seen=call[1] + 1,
        **fields,
    )


def test_a_read_back_that_matches_is_a_contact_and_one_that_does_not_is_none():
    said = Entry(
        log=0, index=0, claimed_ms=START_MS, kind=Kind.MESSAGE, body=WARNING, precedence=Precedence.FLASH
    )
    read = {"log": 1, "index": 0, "claimed_ms": START_MS + 1, "kind": Kind.READ_BACK, "about": ((0, 0),)}
    (contact,) = marks(held(said, Entry(body=READ, **read)), Topic.CONTACT)
    assert (contact.key, contact.party, contact.post, contact.value) == (PAIR, "ru", "ru.duty", "read_back")
    assert [proof.entry for proof in contact.proofs] == [(0, 0), (1, 0)]
    assert not marks(held(said, Entry(body=MISREAD, **read)), Topic.CONTACT)
    assert not marks(
        held(
            said,
            Entry(
                body=READ,
                post="nobody",
                log=0,
                **{k: v for k, v in read.items() if k not in {"log", "index"}},
                index=1,
            ),
        ),
        Topic.CONTACT,
    )


def test_a_call_that_the_post_answers_is_a_contact_and_what_failed_before_it_counts_no_more():
    declined = of_call(0, Kind.CALL_DECLINED, CallFact(reason=DeclineReason.REFUSED), START_MS + 1)
    record = held(placed(), declined)
    (attempt,) = marks(record, Topic.ATTEMPT)
    assert (attempt.key, attempt.party, attempt.value) == (PAIR, "ru", "declined")
    assert [proof.entry for proof in attempt.proofs] == [(0, 0), (1, 0)]
    assert not marks(record, Topic.CONTACT)
    record.take(placed(1, START_MS + HOUR_MS), after_ms=0)
    answered = of_call(1, Kind.CALL_ANSWERED, CallFact(media=Media.TEXT), START_MS + HOUR_MS + 1, (0, 1))
    record.take(answered, after_ms=0)
    (contact,) = marks(record, Topic.CONTACT)
    assert (contact.value, contact.counted.entry) == ("call", (1, 1))
    assert not marks(record, Topic.ATTEMPT)
    assert [mark.value for mark in marks(record, Topic.ATTEMPT, START_MS + HOUR_MS // 2)] == ["declined"]
    assert not marks(record, Topic.CONTACT, START_MS + HOUR_MS // 2)


def test_an_answer_of_another_post_is_no_contact_of_the_one_that_was_called():
    answered = of_call(0, Kind.CALL_ANSWERED, CallFact(media=Media.TEXT), START_MS + 1, post="duty")
    record = held(placed(post="chief", to_post="chief"), answered)
    assert not marks(record, Topic.CONTACT), "us.chief and ru.duty are no pair"
    assert not marks(record, Topic.ATTEMPT), "it was neither refused nor left without an answer"


def test_a_contact_elsewhere_that_one_side_reports_proves_nothing():
    content = Content(
        form=Form.CONTACT,
        subject=Subject.SAFETY,
        channel=Channel.TELEPHONE,
        time_ms=START_MS // 60_000 * 60_000,
        counterpart="General",
        text="Spoke.",
    )
    record = held(Entry(log=0, index=0, claimed_ms=START_MS, kind=Kind.MESSAGE, body=encode_content(content)))
    assert not marks(record, Topic.ATTEMPT)
    assert not marks(record, Topic.CONTACT)


def test_the_newest_of_a_flood_of_attempts_are_given_and_all_are_counted():
    record = MemoryRecord(0)
    count = MOST_ATTEMPTS + 10
    for number in range(count):
        at_ms = START_MS + number * 1_000
        declined = of_call(
            number, Kind.CALL_DECLINED, CallFact(reason=DeclineReason.REFUSED), at_ms + 1, (0, number)
        )
        record.take(placed(number, at_ms), declined, after_ms=0)
    gathered = gather(record.select, record.context(), Asked(at_ms=START_MS + HOUR_MS))
    given = [mark.counted.entry[1] for mark in gathered.marks if mark.topic is Topic.ATTEMPT]
    assert sorted(given) == list(range(10, count))
    assert gathered.counts == {(PAIR, "declined"): count}


@pytest.mark.parametrize("known", [False, True])
def test_a_flood_of_calls_that_found_no_line_hides_none_that_was_declined(known):
    declined = of_call(0, Kind.CALL_DECLINED, CallFact(reason=DeclineReason.REFUSED), START_MS + 1, (0, 0))
    record = held(placed(), declined)
    about = About(topic=Topic.ATTEMPT, root=(0, 0), key=PAIR, party="us", value="line_down")
    for number in range(MOST_COUNTED + 1):
        when = At((0, 1 + number), *[START_MS + 2 + number] * 3)
        timed = Timed(
            position=0,
            place=1 + number,
            claimed_ms=when.counted_ms,
            arrived_ms=when.arrived_ms,
            skew_ms=0,
            sees={},
        )
        flood = event(replace(about, root=(0, 1 + number)), when)
        record.connection.execute(INSERT_TIME, timed.row)
        record.connection.execute(flood.executable, flood.parameters)
    asked = Asked(at_ms=START_MS + HOUR_MS, known=known)
    gathered = gather(record.select, record.context(), asked)
    assert gathered.counts == {(PAIR, "declined"): 1, (PAIR, "line_down"): MOST_COUNTED}
    attempts = [mark.value for mark in gathered.marks if mark.topic is Topic.ATTEMPT]
    assert attempts.count("declined") == 1


@pytest.mark.parametrize("known", [False, True])
def test_states_that_are_announced_hide_none_that_holds(known):
    body = encode_line_state(LineStateFact(state=LineState.SUSPENDED))
    later = encode_line_state(LineStateFact(state=LineState.OPEN, from_ms=START_MS + 9_000 * HOUR_MS))
    record = held(
        Entry(log=1, index=0, claimed_ms=START_MS, kind=Kind.LINE_STATE, body=body),
        *(
            Entry(log=1, index=1 + at, claimed_ms=START_MS + 1, kind=Kind.LINE_STATE, body=later)
            for at in range(MOST_DECLARED + 1)
        ),
    )
    declared = [mark.value for mark in marks(record, Topic.LINE_STATE, known=known)]
    assert declared.count("suspended") == 1


def test_a_flood_hides_nothing_that_is_late_for_longer():
    record = MemoryRecord(0)
    for number in range(MOST_OPENED + 5):
        at_ms = START_MS + number * 1_000
        said = Entry(
            log=1,
            index=number,
            claimed_ms=at_ms,
            kind=Kind.MESSAGE,
            body=WARNING,
            precedence=Precedence.FLASH,
        )
        record.take(said, after_ms=0)
    late = [mark.counted.entry[1] for mark in marks(record, Topic.OUTCOME)]
    assert late == list(range(MOST_OPENED))
    gathered = gather(record.select, record.context(), Asked(at_ms=START_MS + 100 * HOUR_MS))
    given = sum(mark.role is Role.OPENED for mark in gathered.marks)
    alone = held(
        Entry(
            log=1, index=0, claimed_ms=START_MS, kind=Kind.MESSAGE, body=WARNING, precedence=said.precedence
        )
    )
    steps = len(marks(alone, Topic.OUTCOME)) + len(marks(alone, Topic.ACKNOWLEDGEMENT))
    assert given + gathered.beyond == steps * (MOST_OPENED + 5), "what is not given is counted"


@pytest.mark.parametrize("fewest", [1, FEWEST_ATTEMPTS])
def test_a_flood_of_attempts_of_many_pairs_is_given_as_far_as_rules_count(monkeypatch, fewest):
    monkeypatch.setattr(gathering, "MOST_AT_ONCE", 10)
    monkeypatch.setattr(gathering, "FEWEST_ATTEMPTS", fewest)
    record = MemoryRecord(0)
    for number in range(MOST_ATTEMPTS):
        at_ms = START_MS + number * 1_000
        declined = of_call(
            number, Kind.CALL_DECLINED, CallFact(reason=DeclineReason.REFUSED), at_ms + 1, (0, number)
        )
        record.take(placed(number, at_ms), declined, after_ms=0)
    gathered = gather(record.select, record.context(), Asked(at_ms=START_MS + HOUR_MS))
    given = [mark.counted.entry[1] for mark in gathered.marks if mark.topic is Topic.ATTEMPT]
    most = max(fewest, *(rule.count for rule in AGREEMENT.firebreak.rules))
    assert most > 1
    assert sorted(given) == list(range(MOST_ATTEMPTS - most, MOST_ATTEMPTS))
    assert gathered.counts == {(PAIR, "declined"): MOST_ATTEMPTS}
    terms = replace(AGREEMENT, firebreak=replace(AGREEMENT.firebreak, rules=()))
    no_rules = replace(record.context(), agreement=terms, earlier=())
    gathered = gather(record.select, no_rules, Asked(at_ms=START_MS + HOUR_MS))
    assert sum(mark.topic is Topic.ATTEMPT for mark in gathered.marks) == fewest


def test_conflicts_beyond_those_that_are_given_are_counted():
    watch = {"kind": Kind.WATCH_TAKEN, "body": encode_watch(WatchFact(heard=True))}
    record = held(*(Entry(log=log, index=0, claimed_ms=START_MS, **watch) for log in (0, 1)))
    values = {
        "kind": 128,
        "party": "",
        "from_post": "",
        "to_posts": "[]",
        "agreement_version": 1,
        "body": b"",
    }
    values |= {
        "leaf_hash": b"",
        "effect": "",
        "root_idx": 0,
        "stands": True,
        "other_log": -1,
        "other_idx": -1,
    }
    values |= {"about_log": -1, "about_idx": -1, "named": "[]", "title": "", "movement": "", "asks": False}
    entry = {"arrived_ms": 0, "claimed_ms": 0, "written_ms": 0, "ours": False, "erased": None}
    for log in (0, 1):
        row = {**values, **entry, "log": log, "idx": 0, "root_log": log, "arrival": log + 1}
        record.connection.execute(insert(ACTS), {each.name: row.get(each.name) for each in ACTS.c})
    start_s = (START_MS - EPOCH_MS) // 1_000
    for number in range(MOST_CONFLICTS + 3):
        found = {"our_log": 0, "our_idx": number, "our_arrival": 1, "their_log": 1, "their_idx": 0}
        found |= {"their_arrival": 2, "found_arrival": 2, "found_ms": START_MS}
        found |= {"since_s": start_s, "start_s": start_s, "until_s": start_s + 3_600}
        record.connection.execute(INSERT_CONFLICT, found)
    gathered = gather(record.select, record.context(), Asked(at_ms=START_MS + 60_000))
    assert sum(mark.topic is Topic.CONFLICT for mark in gathered.marks) == MOST_CONFLICTS
    assert gathered.beyond == 3


def test_watch_line_state_and_witness_stand_as_they_were_said_last():
    watch = {"kind": Kind.WATCH_TAKEN, "body": encode_watch(WatchFact(heard=True))}
    left = {"kind": Kind.WATCH_LEFT, "body": encode_watch(WatchFact())}
    begins_ms = START_MS + 2 * HOUR_MS
    state = {
        "kind": Kind.LINE_STATE,
        "body": encode_line_state(LineStateFact(state=LineState.SUSPENDED, from_ms=begins_ms)),
    }
    record = held(
        Entry(log=1, index=0, claimed_ms=START_MS, **watch),
        Entry(log=1, index=1, claimed_ms=START_MS + HOUR_MS, **left),
        Entry(log=1, index=2, claimed_ms=START_MS + HOUR_MS, **state),
    )
    assert [mark.value for mark in marks(record, Topic.WATCH)] == ["left"]
    assert [mark.value for mark in marks(record, Topic.WATCH, START_MS + HOUR_MS // 2)] == ["taken"]
    (declared,) = marks(record, Topic.LINE_STATE)
    assert (declared.key, declared.value, declared.due_ms) == ("ru", "suspended", begins_ms)
    assert not marks(record, Topic.LINE_STATE, START_MS)


def test_who_writes_for_a_post_that_is_not_theirs_opens_nothing():
    said = {"log": 1, "index": 0, "claimed_ms": START_MS, "kind": Kind.MESSAGE, "body": WARNING}
    for post, is_theirs in (("duty", True), ("nobody", False)):
        assert bool(marks(held(Entry(**said, post=post)), Topic.ACKNOWLEDGEMENT)) is is_theirs, post


def test_a_contact_holds_when_both_its_entries_count():
    answered = of_call(0, Kind.CALL_ANSWERED, CallFact(media=Media.TEXT), START_MS + 5_000)
    record = held(placed(), answered)
    (contact,) = marks(record, Topic.CONTACT)
    rows = record.select(Statement(select(TIMES), {}))
    times = {(row["position"], row["place"]): row for row in rows}
    for proof in contact.proofs:
        row = times[proof.entry]
        found = proof.counted_ms, proof.claimed_ms, proof.arrived_ms
        assert found == (row["counted_ms"], row["claimed_ms"], row["arrived_ms"])
    assert [proof.entry for proof in contact.proofs] == [(0, 0), (1, 0)]


def test_what_is_awaited_says_what_its_entry_claims():
    ours = [Entry(log=0, index=number, claimed_ms=START_MS + number * HOUR_MS) for number in range(3)]
    back_ms = START_MS - 1_000 * HOUR_MS
    said = Entry(log=1, index=0, claimed_ms=back_ms, seen=3, kind=Kind.MESSAGE, body=WARNING)
    for mark in marks(held(*ours, said), Topic.OUTCOME):
        assert (mark.counted.claimed_ms, mark.counted.mark) == (back_ms, Bound.BEFORE)
        assert mark.counted.counted_ms == START_MS + 2 * HOUR_MS - SKEW_MS
        break
    else:
        pytest.fail("nothing is awaited")


def test_what_is_open_about_something_else_is_named_by_that():
    record = held(*(Entry(log=0, index=number, claimed_ms=START_MS) for number in range(8)))
    what = Awaited(
        topic=Topic.QUERY, position=1, number=0, value="meeting", post="", precedence=1, root=(0, 5)
    )
    when = At((0, 7), START_MS, START_MS, START_MS)
    row = opened(what, when, due(when, 60), closed_by([]), 2)
    record.connection.execute(row.executable, row.parameters)
    assert [mark.key for mark in marks(record, Topic.QUERY)] == ["US/5"]


def test_what_a_notice_ends_by_itself_is_closed_at_that_end():
    record = held(*(Entry(log=log, index=0, claimed_ms=START_MS) for log in (0, 1)))
    what = Awaited(topic=Topic.UNITS, position=1, number=1, value="a unit", post="ru.duty", root=(0, 0))
    when, end_ms = At((0, 0), START_MS, START_MS, START_MS), START_MS + 5 * HOUR_MS
    over = closed_by([At((0, 0), end_ms, end_ms, end_ms)])
    row = opened(what, when, due(when, 60), over, 2)
    record.connection.execute(row.executable, row.parameters)
    between = gather_between(record.select, record.context(), START_MS, START_MS + 9 * HOUR_MS)
    (unit,) = (mark for mark in between.marks if mark.topic is Topic.UNITS)
    assert (unit.closed.entry, unit.closed.counted_ms, unit.closed.mark) == ((0, 0), end_ms, Bound.NONE)


def test_nobody_dates_an_act_back_before_what_its_author_had_seen():
    ours = [Entry(log=0, index=number, claimed_ms=START_MS + number * HOUR_MS) for number in range(3)]
    back = Entry(
        log=1,
        index=0,
        claimed_ms=START_MS - 1_000 * HOUR_MS,
        seen=3,
        kind=Kind.WATCH_TAKEN,
        body=encode_watch(WatchFact(heard=True)),
    )
    (taken,) = marks(held(*ours, back), Topic.WATCH)
    assert taken.counted.counted_ms == START_MS + 2 * HOUR_MS - SKEW_MS
    assert taken.counted.mark is Bound.BEFORE
    assert taken.counted.claimed_ms == START_MS - 1_000 * HOUR_MS


def test_nobody_dates_an_act_into_next_year_once_the_other_side_has_seen_it():
    ahead = Entry(
        log=1,
        index=0,
        claimed_ms=START_MS + 9_000 * HOUR_MS,
        kind=Kind.WATCH_TAKEN,
        body=encode_watch(WatchFact(heard=True)),
    )
    record = held(ahead)
    assert not marks(record, Topic.WATCH)
    record.take(Entry(log=0, index=0, claimed_ms=START_MS + HOUR_MS, seen=1), after_ms=0)
    (taken,) = marks(record, Topic.WATCH)
    assert (taken.counted.counted_ms, taken.counted.mark) == (START_MS + HOUR_MS + SKEW_MS, Bound.AFTER)


def test_who_had_seen_more_in_an_entry_that_was_overtaken_has_not_forgotten_it():
    ours = [Entry(log=0, index=number, claimed_ms=START_MS + number * HOUR_MS) for number in range(3)]
    first = Entry(log=1, index=0, claimed_ms=START_MS + 2 * HOUR_MS, seen=3)
    second = Entry(log=1, index=1, claimed_ms=START_MS, seen=1)
    expected = {
        (1, 0): (START_MS + 2 * HOUR_MS, ""),
        (1, 1): (START_MS + 2 * HOUR_MS - SKEW_MS, "before-bracket"),
    }
    for order in ([first, second], [second, first]):
        counted = held(*ours, *order).counted()
        assert {entry: counted[entry] for entry in expected} == expected


def test_what_one_entry_moves_is_bounded():
    record = MemoryRecord(0)
    count = times.MOST_MOVED + 20
    record.take(
        *(Entry(log=1, index=at, claimed_ms=START_MS + 9_000 * HOUR_MS) for at in range(count)), after_ms=0
    )
    record.take(Entry(log=0, index=0, claimed_ms=START_MS, seen=count), after_ms=0)
    moved = [entry for entry, (_, bound) in record.counted().items() if bound == Bound.AFTER]
    assert sorted(moved) == [(1, at) for at in range(20, count)]


def test_what_one_entry_leaves_later_than_it_may_be_is_moved_by_the_next():
    """Whoever writes many entries ahead of time post-dates none of them for long."""
    record = MemoryRecord(0)
    count = times.MOST_MOVED + 20
    ahead = (Entry(log=1, index=at, claimed_ms=START_MS + 9_000 * HOUR_MS) for at in range(count))
    record.take(*ahead, after_ms=0)
    record.take(Entry(log=0, index=0, claimed_ms=START_MS, seen=count), after_ms=0)
    record.take(Entry(log=1, index=count, claimed_ms=START_MS + HOUR_MS), after_ms=0)
    record.take(Entry(log=0, index=1, claimed_ms=START_MS + HOUR_MS, seen=count + 1), after_ms=0)
    counted = record.counted()
    bound = (START_MS + SKEW_MS, "after-bracket")
    assert {counted[1, at] for at in range(count)} == {bound}


def test_a_call_whose_answer_claims_to_be_older_counts_at_the_bound_after_its_time_moved():
    ahead = of_call(0, Kind.CALL_ANSWERED, CallFact(media=Media.TEXT), START_MS + 9_000 * HOUR_MS)
    record = held(placed(), ahead)
    assert not marks(record, Topic.CONTACT)
    record.take(Entry(log=0, index=1, claimed_ms=START_MS + HOUR_MS, seen=1), after_ms=0)
    (contact,) = marks(record, Topic.CONTACT)
    assert contact.counted.counted_ms == START_MS + HOUR_MS + SKEW_MS


def test_a_witness_is_spoken_of_only_when_it_changes():
    record = MemoryRecord(0)
    silent = TellWitness(name="neutral", is_heard=False, size=3, heard_ms=None)
    with pytest.raises(PolicyError) as refused:
        decide(silent, [[]], record.context())
    assert refused.value.code == "services.witnessed.not_agreed"
    agreement = replace(AGREEMENT, witnesses=(NeutralWitness(name="neutral", key=""),))
    context = replace(record.context(), agreement=agreement)
    (draft,) = decide(silent, [], context)
    assert (draft.kind, draft.from_post, draft.to_posts) == (Kind.WITNESS_HEARD, "us.duty", ("ru.duty",))
    record.take(Entry(log=0, index=0, claimed_ms=START_MS, kind=draft.kind, body=draft.body), after_ms=0)
    known = record.select(select_our_newest("neutral"))
    assert decide(silent, known, context) == ()
    (again,) = decide(replace(silent, is_heard=True), known, context)
    record.take(Entry(log=0, index=1, claimed_ms=START_MS + 1, kind=again.kind, body=again.body), after_ms=0)
    known = record.select(select_our_newest("neutral"))
    assert decide(replace(silent, is_heard=True), known, context) == ()
    for at_ms, value in ((START_MS - SKEW_MS, "unseen"), (START_MS + 1, "heard")):
        (mark,) = [
            each
            for each in gather(record.select, context, Asked(at_ms=at_ms)).marks
            if each.topic is Topic.WITNESS
        ]
        assert (mark.key, mark.party, mark.value) == ("neutral/us", "us", value)


def test_nothing_is_asked_of_the_firebreak_as_a_service():
    with pytest.raises(UsageError) as refused:
        FirebreakService().needs(TellWitness(name="x", is_heard=True, size=0, heard_ms=None))
    assert refused.value.code == "services.firebreak.unknown_command"
