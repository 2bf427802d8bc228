"""A hundred thousand FLASH in a minute: the flooded desk still reaches the other side, and hears everything else.

The flooder's entries are taken up as fast as the agreement says; the rest waits on the flooder's own side, whose node
is told that the other is busy. Its alarms become one line with a count. Source: protocol B8.
"""

from dataclasses import replace

import pytest
from tests.scenario.stage import MINUTE, clock, do, open_line, say, unbind, warn, write
from tests.sizes import size

from coupefeu.model.entry import Kind
from coupefeu.model.messages import Content, Form, Operative, OutcomeCode
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.alarms import alarms
from coupefeu.services.messages.commands import GiveOutcome, Say, Take
from coupefeu.services.messages.forms import encode_content
from coupefeu.services.messages.status import StepName
from coupefeu.testing.line import make_agreement

FLOOD = size(small=2_000, full=100_000)
AGREED_PER_MINUTE = FLOOD // 10


@pytest.fixture
def nodes(tmp_path):
    agreement = make_agreement()
    budgets = replace(
        agreement.budgets, entries_per_minute=AGREED_PER_MINUTE, flash_per_minute=AGREED_PER_MINUTE // 10
    )
    return open_line(tmp_path, agreement=replace(agreement, budgets=budgets))


def flood(nodes):
    """RU says FLASH upon FLASH for a minute, as fast as it can: all of three seconds in one commit."""
    ru, steps, outcomes = nodes.ru, 20, []
    for number in range(FLOOD):
        content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=f"FLASH {number}")
        command = Say(content=content, from_post="ru.duty", precedence=Precedence.FLASH, language="ru")
        ru.engine.act(command, outcomes.append)
        if (number + 1) % (FLOOD // steps) == 0:
            ru.work()
            nodes.run(seconds=MINUTE / steps)
    assert len(outcomes) == FLOOD


def sounding(node):
    desk = node.desk()
    try:
        return alarms(desk.inbox(FLOOD + 2), desk.context())
    finally:
        desk.close()


def test_own_officers_reach_the_other_side_and_hear_what_is_not_the_flood(nodes):
    before = warn(nodes.us, Operative.SPARE, "hospital, 36.718 N 68.863 E")
    flood(nodes)
    ours = warn(nodes.us, Operative.STOP, "35.3 N 40.1 E")
    nodes.run(seconds=1)
    for message in (before, ours):
        status = nodes.us.message(message)
        receipt = status.chain("ru").step(StepName.ON_THEIR_RECORD)
        assert receipt.when_ms - status.arrived_ms < 1_000, "receipted within the second, flood or not"
        assert nodes.ru.message(message).original == status.original

    taken_up = len(nodes.us.texts())
    assert taken_up <= 3 * AGREED_PER_MINUTE, "no more than was agreed, and what lay ready"
    (peer,) = nodes.ru.engine.peers.values()
    assert peer.link.state().their_node_busy, "its own node is told"
    assert peer.link.state().queued >= FLOOD - 3 * AGREED_PER_MINUTE, "where the rest waits"

    nodes.run(seconds=11 * MINUTE)
    found = sounding(nodes.us)
    agreed = nodes.us.agreement.budgets.alarms_per_minute
    theirs = [alarm for alarm in found if alarm.party == "ru"]
    assert len([alarm for alarm in theirs if alarm.count > 1]) == 1, "one line with a count"
    assert len(theirs) <= 12 * agreed + 1
    texts = nodes.us.texts()
    assert len(texts) == len(set(texts)) == FLOOD, "in the end nothing of it is lost or doubled"
    assert sum(alarm.count for alarm in theirs) == FLOOD
    (collapsed,) = [alarm for alarm in theirs if alarm.count > 1]
    assert collapsed.per_minute > agreed, "and its rate"
    assert clock(nodes.us.message(before), StepName.OUTCOME).overdue
    assert [alarm.messages for alarm in found if alarm.party == "us"] == [(before,), (ours,)], (
        "heard beside the flood"
    )


def test_a_node_that_was_busy_says_so_no_longer_and_the_rest_comes(tmp_path):
    """More ROUTINE than is agreed: what waits at its author comes at the agreed rate, with nobody's help."""
    agreement = make_agreement()
    budgets = replace(agreement.budgets, entries_per_minute=60, flash_per_minute=6)
    nodes = open_line(tmp_path, agreement=replace(agreement, budgets=budgets))
    for number in range(300):
        nodes.ru.say(f"number {number}")
    nodes.run(seconds=2)
    (peer,) = nodes.ru.engine.peers.values()
    assert peer.link.state().their_node_busy
    assert len(nodes.us.texts()) < 100
    nodes.run(seconds=10 * MINUTE)
    assert not peer.link.state().their_node_busy
    assert nodes.us.texts() == [f"number {number}" for number in range(300)]


def open_numbers(node, limit):
    desk = node.desk()
    try:
        return [status.id for status in desk.open_messages(limit).messages]
    finally:
        desk.close()


def test_a_flash_that_nobody_took_never_falls_off_the_list_however_many_come(tmp_path, monkeypatch):
    """Ten are shown of each kind; more than those come of FLASH, and of what looks like it and asks for nothing."""
    limit = 10
    nodes = open_line(tmp_path)
    us, ru = nodes.nodes
    unbind(nodes, ru, monkeypatch)
    body = encode_content(Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text="for nobody of ours"))
    cancelled = [say(ru, Form.FREE_TEXT, text="void", precedence=Precedence.FLASH) for _ in range(limit)]
    for message in cancelled:
        say(ru, Form.CANCELLATION, about=message, text="void")
    for _ in range(limit):
        write(ru, Kind.MESSAGE, body, precedence=Precedence.FLASH, to_posts=("ru.chief",))
    waiting = [warn(us, Operative.STOP, "35.3 N 40.1 E"), warn(ru, Operative.STOP, "35.3 N 40.1 E")]
    corrected = say(ru, Form.FREE_TEXT, text="we have stopped", precedence=Precedence.FLASH)
    say(ru, Form.CORRECTION, about=corrected, text="we have not")
    nodes.run(seconds=2)
    do(us, Take, waiting[1])
    nodes.run(seconds=1)
    for number in range(3 * limit):
        say(ru, Form.FREE_TEXT, text=f"FLASH {number}", precedence=Precedence.FLASH)
    nodes.run(seconds=2)
    still_open = set(open_numbers(us, limit))
    assert {*waiting, corrected} <= still_open, "taken, a WARNING waits for its outcome"
    do(us, Take, corrected)
    do(us, GiveOutcome, waiting[1], outcome=OutcomeCode.NOT_OURS)
    assert waiting[0] in open_numbers(us, limit)
    assert not {waiting[1], corrected} & set(open_numbers(us, limit))
