"""Kunduz, 3 October 2015: an hour of text messages while a hospital is struck.

From shortly after two in the morning, for about an hour, a hospital was fired on whose position had been given to all
sides beforehand. Its staff rang and wrote to whoever they had a number for. At 02:47 they wrote again; the answer at
02:52 was that nobody there knew yet what had happened; at 02:59 came "I'll do my best". Afterwards each account was
put together from telephones. Who had been told, when, and what they did with it was the question of the inquiry.

Here each warning is a WARNING SPARE at FLASH whose outcome clock runs until somebody says where it went or what was
stopped; kind words are messages like any other and stop nothing; and both parties' logs of the hour verify.
"""

from tests.scenario.stage import MINUTE, both, clock, do, open_line, say, verify_all, warn

from coupefeu.model.instant import format_date_time_group
from coupefeu.model.messages import Form, Operative, OutcomeCode
from coupefeu.services.messages.commands import GiveOutcome, PassTo, Read, Take
from coupefeu.services.messages.status import StepName

HOSPITAL = "hospital, 36.718 N 68.863 E"


class Night:
    """The hour on a virtual clock: `at(minute)` lets time pass until 02:00 plus that many minutes."""

    def __init__(self, folder):
        self.nodes = open_line(folder)
        self.minute = 0

    def at(self, minute):
        self.nodes.run(seconds=(minute - self.minute) * MINUTE)
        self.minute = minute
        return self.nodes.us.clock().utc_ms


def test_who_was_told_when_and_what_they_did(tmp_path):
    night = Night(tmp_path)
    nodes, us, ru = night.nodes, night.nodes.us, night.nodes.ru
    warnings = []
    for minute in (8, 19, 33):
        night.at(minute)
        warnings.append(warn(us, Operative.SPARE, HOSPITAL, text="We are being struck. Please stop."))
    first, second, third = warnings
    night.at(35)
    do(ru, Take, first, officer="Watch officer")
    taken_ms = ru.clock().utc_ms
    night.at(47)
    last = warn(us, Operative.SPARE, HOSPITAL, text="One of us is dead. Please stop it.")
    night.at(52)
    sorry = say(
        ru, Form.FREE_TEXT, text="I am sorry to hear that. We still do not know what happened.", about=last
    )
    night.at(59)
    best = say(ru, Form.FREE_TEXT, text="I'll do my best, praying for you all.", about=last)
    night.at(60)
    for message in warnings:
        for status in both(nodes, message):
            outcome = clock(status, StepName.OUTCOME)
            assert (outcome.running, outcome.overdue) == (True, True), "sympathy stops no clock"
            assert status.sounds
    outcome = clock(us.message(last), StepName.OUTCOME)
    assert (outcome.running, outcome.overdue) == (True, True)
    assert not any(us.message(kind).flash for kind in (sorry, best))

    do(ru, Read, last)
    do(ru, PassTo, last, recipient="Joint operations centre", officer="Watch officer")
    do(ru, GiveOutcome, first, outcome=OutcomeCode.PASSED_TO, text="Air operations centre")
    stopped_ms = night.at(67)
    do(ru, GiveOutcome, last, outcome=OutcomeCode.STOPPED_AT, time_ms=stopped_ms)
    night.at(68)

    for status in both(nodes, first):
        chain = status.chain("ru")
        assert chain.step(StepName.TAKEN_BY).when_ms - taken_ms < 1_000
        assert chain.step(StepName.TAKEN_BY).clock.overdue, "27 minutes late, on both sides"
        (passed,) = chain.step(StepName.PASSED_TO).acts
        assert (passed.post, passed.act.text) == ("ru.duty", "Air operations centre")
        assert not chain.step(StepName.OUTCOME).clock.running
    for status in both(nodes, last):
        chain = status.chain("ru")
        told = [act.act.text for act in chain.step(StepName.PASSED_TO).acts]
        assert told == ["Joint operations centre"]
        assert [act.act.time_ms for act in chain.step(StepName.OUTCOME).acts] == [None, stopped_ms]
    for message in (second, third):
        assert us.message(message).sounds, "no answer to one warning is an answer to another"
        assert clock(ru.message(message), StepName.TAKEN_BY).running


def test_both_logs_tell_the_inquiry_the_same_hour(tmp_path):
    night = Night(tmp_path)
    nodes = night.nodes
    for minute in range(8, 68, 5):
        night.at(minute)
        message = warn(nodes.us, Operative.SPARE, HOSPITAL, text=format_date_time_group(night.at(minute)))
        nodes.run(seconds=1)
        if minute % 10 == 8:
            do(nodes.ru, PassTo, message, recipient="Joint operations centre")
    night.at(70)
    audits = verify_all(nodes, tmp_path / "inquiry")
    assert (audits["us"].size, audits["ru"].size) == (12, 6)
    assert all(len(audit.cosigned) == 1 for audit in audits.values()), "each signed by the other side"

    ours, theirs = (
        [
            (status.number, status.original, status.chain("ru").step(StepName.PASSED_TO).done)
            for status in node.desk().inbox()
        ]
        for node in (nodes.us, nodes.ru)
    )
    assert ours == theirs
    assert sum(passed for _, _, passed in ours) == 6
