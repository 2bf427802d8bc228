"""Il-20, 17 September 2018: less than one minute's warning.

Four aircraft attacked a coast. The line was used: the other side was told less than a minute before the strike, and
there was no time to bring a third aircraft, with fifteen men on board, out of the way. It was shot down by the defence
that answered the attack. A line cannot give a warning that is not sent; it must not lose one second of the one that is.

Here a FLASH overtakes whatever waits before it and is receipted within the second; and one that was held on the way
is marked late where it arrives, so that nobody takes an old warning for a new one.
"""

from tests.scenario.stage import MINUTE, both, clock, do, open_line, verify_all, warn
from tests.sizes import size

from coupefeu.model.messages import Operative, OutcomeCode
from coupefeu.model.precedence import Precedence
from coupefeu.node.events import EntryRecorded, ReceiptTaken
from coupefeu.services.messages.commands import GiveOutcome
from coupefeu.services.messages.status import StepName, TimeMark

BACKLOG = size(small=1_200, full=10_000)


def test_a_warning_of_one_minute_overtakes_the_backlog(tmp_path):
    nodes = open_line(tmp_path)
    nodes.disconnect()
    for number in range(BACKLOG):
        nodes.us.say(f"Daily return {number}.")
    arrived = []

    def note(change):
        if isinstance(change, EntryRecorded) and not change.recorded.ours:
            arrived.append((change.recorded.index, nodes.clock.mono_ms))

    nodes.ru.engine.listen(note)
    nodes.wire.faults.delay_ms = 100
    nodes.connect()
    for _ in range(20):
        nodes.run(seconds=0.05)
        if arrived:
            break
    assert 0 < len(arrived) < BACKLOG, "the backlog is under way"
    sent_ms = nodes.clock.mono_ms
    message = warn(nodes.us, Operative.STOP, "35.5 N 35.5 E, 6 000 m", numbers=("4",))
    nodes.run(seconds=1)

    (came_ms,) = [ms for index, ms in arrived if index == message[1]]
    assert came_ms - sent_ms <= 200, "one way, and at most one more frame before it"
    receipts = [
        change
        for change in nodes.us.changes
        if isinstance(change, ReceiptTaken) and change.start <= message[1] < change.end
    ]
    assert receipts, "receipted within the second"
    nodes.run(seconds=60)
    assert len(arrived) == BACKLOG + 1
    assert max(ms for _, ms in arrived) > came_ms, "it came before the backlog had ended"
    assert sorted(index for index, _ in arrived) == list(range(BACKLOG + 1)), (
        "and nothing was lost or doubled"
    )
    status = nodes.us.message(message)
    receipt_ms = status.chain("ru").step(StepName.ON_THEIR_RECORD).when_ms
    assert receipt_ms - status.arrived_ms < 1_000
    assert not clock(status, StepName.ON_THEIR_RECORD).overdue


def test_both_sides_hold_the_minute_exactly(tmp_path):
    nodes = open_line(tmp_path)
    message = warn(nodes.us, Operative.STOP, "35.5 N 35.5 E")
    nodes.run(seconds=50)
    do(nodes.ru, GiveOutcome, message, outcome=OutcomeCode.CANNOT, text="50 seconds are too short")
    nodes.run(seconds=1)
    for status in both(nodes, message):
        outcome = clock(status, StepName.OUTCOME)
        assert not outcome.overdue
        assert 49_900 <= outcome.stopped_ms - outcome.started_ms <= 50_100
        assert status.chain("ru").step(StepName.OUTCOME).acts[0].act.text == "50 seconds are too short"
    verify_all(nodes, tmp_path / "export")


def test_a_warning_that_was_held_on_the_way_is_marked_late(tmp_path):
    nodes = open_line(tmp_path)
    nodes.wire.faults.is_cut = True
    message = warn(nodes.us, Operative.STOP, "35.5 N 35.5 E")
    nodes.run(seconds=3 * MINUTE)
    assert clock(nodes.us.message(message), StepName.ON_THEIR_RECORD).overdue, (
        "the sender sees it is not there"
    )
    nodes.wire.faults.is_cut = False
    nodes.connect()
    nodes.run(seconds=10)
    ours, theirs = both(nodes, message)
    assert (ours.time_marks, theirs.time_marks) == ((), (TimeMark.LATE,))
    assert theirs.arrived_ms - theirs.claimed_ms > 3 * MINUTE * 1000 - 2_000
    assert theirs.sounds, "late or not, it is shown and it sounds"
    assert clock(theirs, StepName.TAKEN_BY).started_ms == theirs.arrived_ms, (
        "its reader's clock starts on arrival"
    )
    assert clock(ours, StepName.TAKEN_BY).overdue
    assert not clock(theirs, StepName.TAKEN_BY).overdue


def test_one_that_came_at_once_is_not_marked(tmp_path):
    nodes = open_line(tmp_path)
    message = warn(nodes.us, Operative.STOP, "35.5 N 35.5 E")
    nodes.run(seconds=1)
    status = nodes.ru.message(message)
    assert (status.time_marks, status.precedence) == ((), Precedence.FLASH)
