"""What an outgoing officer leaves open: calls, messages, arranged calls, in the order in which they press."""

import pytest

from coupefeu.model.precedence import Precedence
from coupefeu.node import open_things
from coupefeu.node.open_things import gather_open
from coupefeu.services.arranged.commands import AgreeToCall, ProposeCall, WithdrawProposal
from coupefeu.services.arranged.facts import Window
from coupefeu.services.calls.commands import AnswerCall, PlaceCall, WithdrawCall
from coupefeu.services.messages.commands import Read, Take
from coupefeu.services.watch.facts import HandOverWatch, OpenWhat, TakeWatch
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.testing.joined import JoinedNodes

HOUR_MS = 3_600_000


@pytest.fixture
def nodes(tmp_path):
    joined = JoinedNodes(tmp_path)
    for node in joined.nodes:
        node.rings = False
    joined.connect()
    joined.run(seconds=1)
    return joined


def look(node):
    desk = node.desk()
    try:
        return gather_open(desk)
    finally:
        desk.close()


def what(node):
    return [(each.what, each.entry) for each in look(node).things]


def propose(node, hours=2):
    start_ms = START_UTC_MS + hours * HOUR_MS
    windows = (Window(start_ms=start_ms, end_ms=start_ms + HOUR_MS),)
    return node.act(ProposeCall(from_post="us.secretary", to_post="ru.minister", windows=windows))[0]


def test_calls_stand_before_messages_and_those_before_what_is_being_arranged(nodes):
    us, ru = nodes.us, nodes.ru
    arranged = propose(us)
    flash = ru.say("Stop.", precedence=Precedence.FLASH)
    routine = us.say("A routine word.")
    call = us.act(PlaceCall(from_post="us.duty", to_post="ru.duty"))[0]
    nodes.run(seconds=1)
    found = look(us)
    assert found.things[0].entry == call
    assert [each.what for each in found.things] == [
        OpenWhat.CALL,
        *[OpenWhat.MESSAGE] * (len(found.things) - 2),
        OpenWhat.ARRANGED,
    ]
    messages = [each.entry for each in found.things if each.what is OpenWhat.MESSAGE]
    assert messages[0] == flash
    assert routine in messages
    assert (found.things[-1].entry, found.count) == (arranged, len(found.things))
    assert found.things[1].due_ms is not None
    assert what(ru)[0] == (OpenWhat.CALL, call), "the other side's desk leaves it open too"


def test_what_is_done_is_not_open(nodes):
    us, ru = nodes.us, nodes.ru
    arranged = propose(us)
    call = us.act(PlaceCall(from_post="us.duty", to_post="ru.duty"))[0]
    message = us.say("Read this.", precedence=Precedence.PRIORITY)
    nodes.run(seconds=1)
    us.act(WithdrawCall(call=call, from_post="us.duty"))
    us.act(WithdrawProposal(arrangement=arranged, from_post="us.secretary"))
    ru.act(Take(message=message, from_post="ru.duty"))
    ru.act(Read(message=message, from_post="ru.duty"))
    nodes.run(seconds=1)
    assert what(us) == what(ru) == []


def test_an_agreed_call_is_open_until_its_time_is_over(nodes):
    arranged = propose(nodes.us)
    nodes.run(seconds=1)
    nodes.ru.act(AgreeToCall(arrangement=arranged, from_post="ru.minister", window=0))
    nodes.run(seconds=1)
    (thing,) = look(nodes.us).things
    assert (thing.what, thing.due_ms) == (OpenWhat.ARRANGED, START_UTC_MS + 2 * HOUR_MS)
    nodes.disconnect()
    nodes.run(seconds=3 * 3_600)
    assert what(nodes.us) == []


def test_a_flood_of_calls_hides_no_flash_and_is_counted(nodes, monkeypatch):
    monkeypatch.setattr(open_things, "MAX_CALLS_LISTED", 2)
    calls = [nodes.ru.act(PlaceCall(from_post="ru.duty", to_post="us.duty"))[0] for _ in range(4)]
    flash = nodes.ru.say("Stop.", precedence=Precedence.FLASH)
    nodes.run(seconds=1)
    nodes.us.act(AnswerCall(call=calls[0], from_post="us.duty"))
    found = look(nodes.us)
    assert [each.entry for each in found.things] == [calls[0], calls[3], flash]
    assert found.count == 5


def test_what_is_found_can_be_handed_over(nodes):
    nodes.ru.say("Stop.", precedence=Precedence.FLASH)
    propose(nodes.us)
    nodes.run(seconds=1)
    nodes.us.act(TakeWatch(from_post="us.duty", heard=True))
    found = look(nodes.us)
    command = HandOverWatch(from_post="us.duty", to_officer="2", things=found.things, count=found.count)
    nodes.us.act(command)
    nodes.run(seconds=1)
    desk = nodes.ru.desk()
    (offered,) = [each.hand_over for each in desk.watch_standings() if each.hand_over]
    desk.close()
    assert (offered.things, offered.count) == (found.things, 2)
