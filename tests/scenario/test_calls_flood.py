"""A hundred thousand calls in a minute: the flooded desk still calls and answers FLASH, and sees one line with a count.

No more of a party ring in a minute than both agreed, and no more entries are written about the others than that; in the
end each of them has an outcome on both records. Source: protocol B8.
"""

import pytest
from tests.scenario.calling import (
    RING_S,
    answer,
    call,
    is_receipted,
    outcome,
    outcomes,
    state,
    view,
    with_terms,
)
from tests.scenario.stage import MINUTE, open_line, unbind, write
from tests.sizes import size

from coupefeu.model.calls import CallState, LostCause, MediaPath, Outcome
from coupefeu.model.entry import Kind
from coupefeu.model.precedence import Precedence
from coupefeu.node.calling import open_calls
from coupefeu.node.calling.open_calls import MAX_FOLLOWED
from coupefeu.node.calling.ringing import MAX_WAITING
from coupefeu.node.events import EntryRecorded
from coupefeu.services.calls.commands import HangUp, MediaConnected, PlaceCall, Ring
from coupefeu.services.calls.facts import CallFact, encode_call
from coupefeu.services.calls.fold import fold

FLOOD = size(small=1_200, full=100_000)
MANY = size(small=200, full=100_000)
PER_MINUTE = 6
FLASH = Precedence.FLASH


@pytest.fixture
def nodes(tmp_path):
    """RU's program does nothing by itself for calls: whatever ends them ends here."""
    nodes = open_line(tmp_path, agreement=with_terms(per_minute=PER_MINUTE))
    nodes.ru.calling.end()
    return nodes


def flood(nodes, count=MANY, precedence=Precedence.IMMEDIATE):
    """RU calls upon calls for a minute, as fast as it can: all of three seconds in one commit."""
    outcomes, steps = [], 20
    command = PlaceCall(from_post="ru.duty", to_post="us.duty", precedence=precedence)
    for number in range(count):
        nodes.ru.engine.act(command, outcomes.append)
        if (number + 1) % (count // steps) == 0:
            nodes.ru.work()
            nodes.run(seconds=MINUTE / steps)
    assert len(outcomes) == count


def written(node, kind):
    """Our entries of a kind: (minute, how many)."""
    return [
        each.recorded
        for each in node.changes
        if isinstance(each, EntryRecorded) and each.recorded.ours and each.recorded.head.kind == kind
    ]


def test_own_officers_call_and_answer_a_flash_within_a_second(nodes):
    flood(nodes)
    urgent, ours = call(nodes.ru, "us.duty", FLASH), call(nodes.us)
    nodes.run(seconds=1)
    assert state(nodes.us, urgent) is CallState.RINGING
    assert is_receipted(nodes.us, ours)
    answered = answer(nodes.us, urgent)
    nodes.run(seconds=1)
    assert outcome(nodes, urgent) is Outcome.ANSWERED
    assert answered[0] == nodes.us.engine.our_log
    assert {each.id for each in nodes.us.calling.open_views()} > {urgent, ours}
    assert len(nodes.us.calling.open_views()) <= 2 * PER_MINUTE + 2, "the flood is not among them"


def test_it_is_one_line_with_a_count_and_its_first_and_last_time(nodes):
    began_ms = nodes.us.clock().utc_ms
    flood(nodes)
    (line,) = nodes.us.calling.floods()
    rung = written(nodes.us, Kind.CALL_RINGING)
    assert (line.party, line.count) == ("ru", MANY - len(rung))
    assert began_ms <= line.first_ms < line.last_ms <= nodes.us.clock().utc_ms
    assert PER_MINUTE <= len(rung) <= 2 * PER_MINUTE
    assert not nodes.us.defects


def test_a_flood_of_flash_rings_no_more_often_either(nodes):
    flood(nodes, 200, FLASH)
    assert len(written(nodes.us, Kind.CALL_RINGING)) <= 2 * PER_MINUTE
    usual = call(nodes.ru, "us.duty")
    nodes.run(seconds=1)
    assert state(nodes.us, usual) is CallState.RINGING


def test_in_the_end_each_has_an_outcome_on_both_records_and_the_line_is_gone(nodes):
    assert FLOOD > MAX_WAITING + 64, "some of them find no room"
    flood(nodes, FLOOD)
    concluded = 64 * PER_MINUTE
    nodes.run(seconds=2 * RING_S + (FLOOD // concluded + 2) * MINUTE)
    for node in nodes.nodes:
        assert sum(outcomes(node).values()) == FLOOD
        assert set(outcomes(node)) <= {Outcome.NO_ANSWER, Outcome.NOT_STAFFED}
    assert (nodes.us.calling.floods(), nodes.us.calling.open_views()) == ((), ())
    per_minute = {}
    for entry in written(nodes.us, Kind.CALL_UNANSWERED):
        minute = entry.arrived_ms // 60_000
        per_minute[minute] = per_minute.get(minute, 0) + 1
    assert max(per_minute.values()) <= 3 * PER_MINUTE, "those that rang, and those that did not"


def test_a_flood_of_entries_about_one_call_costs_no_more_each_than_the_first(nodes, monkeypatch):
    number = call(nodes.ru)
    nodes.run(seconds=1)
    unbind(nodes, nodes.ru, monkeypatch)
    folded = []
    monkeypatch.setattr(
        open_calls,
        "fold",
        lambda call, steps, context: folded.append(len(steps)) or fold(call, steps, context),
    )
    body, about = encode_call(Kind.CALL_CONNECTED, CallFact(path=MediaPath.RELAY)), {"references": (number,)}
    for _ in range(4 * MAX_FOLLOWED):
        write(nodes.ru, int(Kind.CALL_CONNECTED), body, to_posts=("us.duty",), **about)
    nodes.run(seconds=5)
    assert len(folded) <= 2 * MAX_FOLLOWED, "on either side"
    assert max(folded) == MAX_FOLLOWED
    answer(nodes.us, number)
    assert nodes.us.calling.view(number).state is CallState.IN_CALL


def test_of_what_may_change_a_call_nothing_is_left_out_and_the_record_is_read_seldom(nodes, monkeypatch):
    number = call(nodes.ru)
    nodes.run(seconds=1)
    unbind(nodes, nodes.ru, monkeypatch)
    answer(nodes.us, number)
    reads, read = [], nodes.us.calling._calls._read
    nodes.us.calling._calls._read = lambda call: reads.append(call) or read(call)

    def write_about(kind, count, **fact):
        body = encode_call(kind, CallFact(**fact))
        for _ in range(count):
            write(nodes.ru, int(kind), body, to_posts=("us.duty",), references=(number,))
        nodes.run(seconds=5)

    write_about(Kind.CALL_CONNECTED, MAX_FOLLOWED, path=MediaPath.RELAY)
    assert not reads, "they change nothing"
    write_about(Kind.CALL_WITHDRAWN, 4 * MAX_FOLLOWED)
    assert 0 < len(reads) < 2 * MAX_FOLLOWED
    assert nodes.us.calling.view(number).state is CallState.IN_CALL, "it was answered before"
    write_about(Kind.CALL_ENDED, 1, duration_ms=1)
    assert state(nodes.us, number) is CallState.ENDED
    assert nodes.us.calling.open_views() == ()
    assert nodes.us.calling._posts().engaged == frozenset()


def test_a_call_whose_way_changes_again_and_again_ends_when_it_is_hung_up(nodes):
    number = call(nodes.us)
    nodes.run(seconds=1)
    answer(nodes.ru, number)
    nodes.run(seconds=1)
    for path in (MediaPath.RELAY, MediaPath.DIRECT) * (MAX_FOLLOWED // 2 + 4):
        nodes.us.act(MediaConnected(call=number, path=path))
    nodes.us.calling._calls._free_ms = (
        nodes.us.clock().mono_ms + 60_000
    )  # theirs have used up what may be read
    nodes.us.act(HangUp(call=number, from_post="us.duty", duration_ms=5))
    assert nodes.us.calling.open_views() == (), "our own act is heard at once"
    nodes.run(seconds=1)
    assert outcome(nodes, number) is Outcome.ANSWERED
    for node in nodes.nodes:
        assert (state(node, number), node.calling.open_views()) == (CallState.ENDED, ())


def test_an_answer_after_many_rungs_is_heard(nodes):
    nodes.ru.calling.end()
    number = call(nodes.us)
    nodes.run(seconds=1)
    for rung in range(MAX_FOLLOWED + 8):
        nodes.ru.act(Ring(call=number, rung=rung, posts=("ru.duty",), staffed=()))
    answer(nodes.ru, number)
    nodes.run(seconds=1)
    assert nodes.us.calling.view(number).state is CallState.IN_CALL
    nodes.run(seconds=2 * RING_S)
    assert outcome(nodes, number) is Outcome.ANSWERED


def test_our_own_are_resumed_whatever_flood_stands_behind_them(nodes):
    spoken = call(nodes.ru)
    nodes.run(seconds=1)
    answer(nodes.us, spoken)
    ours = call(nodes.us)
    nodes.run(seconds=1)
    flood(nodes, MAX_WAITING + 96)
    nodes.us.stop()
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=2 * RING_S)
    assert outcome(nodes, ours) is Outcome.NO_ANSWER
    assert state(nodes.us, spoken) is CallState.ENDED
    assert view(nodes.us, spoken).steps[-1].fact.cause is LostCause.RESTART


def test_one_that_never_rang_can_still_be_answered(nodes):
    flood(nodes, FLOOD)
    latest = (1, FLOOD - 1)
    assert nodes.us.calling.view(latest) is None, "there was no room for it"
    answer(nodes.us, latest)
    assert nodes.us.calling.view(latest).state is CallState.IN_CALL
    nodes.run(seconds=1)
    assert outcome(nodes, latest) is Outcome.ANSWERED
