"""A node came back from a backup of ten days ago: its shared secret is old, and the other side must let it in.

The record, the key files and the links are real. Until the officer here admits it nothing is answered; then it learns
how far it had signed, takes it back, and the two make a new secret: the line is as before, without a journey.
"""

from dataclasses import replace

import pytest
from tests.scenario.stage import copy_record, open_line, put_back, troubles, verify_all

from coupefeu.keys.generations import Generation, Generations
from coupefeu.keys.ring import write_generations
from coupefeu.node.engine import OLD_GENERATION
from coupefeu.testing.clock import START_UTC_MS

GONE = "the high-water file is missing, which pairing made"
TEN_DAYS_MS = 10 * 86_400_000


def secret(number):
    return Generation(number=number, psk=bytes([number]) * 32, since_ms=START_UTC_MS)


def put_secret(node, other, current, *sealed):
    node.keys.mkdir(exist_ok=True)
    replaced = tuple(replace(each, replaced_ms=START_UTC_MS - TEN_DAYS_MS) for each in sealed)
    write_generations(node.keys, other, Generations(current=current, sealed=replaced))


@pytest.fixture
def restored(tmp_path):
    """US is back with record and secret of ten steps ago; RU has gone on."""
    nodes = open_line(tmp_path)
    nodes.us.say("before the backup")
    nodes.run(seconds=2)
    nodes.us.stop()
    backup = copy_record(nodes.us, tmp_path / "backup.db")
    nodes.us.start()
    nodes.connect()
    for number in range(5):
        nodes.us.say(f"after the backup {number}")
        nodes.ru.say(f"theirs {number}")
        nodes.run(seconds=1)
    lost = {log: (state.size, state.root) for log, state in nodes.us.keeper.states.items()}
    nodes.us.stop()
    nodes.ru.stop()
    put_back(nodes.us, backup)
    put_secret(nodes.us, "ru", secret(7))
    put_secret(nodes.ru, "us", secret(17), secret(7))
    nodes.ru.start()
    nodes.us.changes.clear()
    nodes.ru.changes.clear()
    nodes.us.start(recovering=GONE)
    nodes.connect()
    nodes.run(seconds=30)
    return nodes, lost


def test_nothing_is_answered_before_an_officer_has_said_so(restored):
    nodes, _ = restored
    assert nodes.us.engine.is_recovering
    assert not up(nodes.us)
    told = [change for change in nodes.ru.changes if getattr(change, "code", "") == OLD_GENERATION]
    assert len(told) == 1
    assert "shared secret 7" in told[0].detail
    assert "admit-recovery" in told[0].detail
    assert troubles(nodes.us) == []


def test_once_admitted_it_takes_back_its_log_and_is_back_under_a_new_secret(restored, tmp_path):
    nodes, lost = restored
    nodes.ru.engine.admit_recovery(0)
    for _ in range(60):
        nodes.run(seconds=1)
        if not nodes.us.engine.is_recovering and nodes.us.generations(1).current.number == 18:
            break
    assert not nodes.us.engine.is_recovering
    assert {log: (state.size, state.root) for log, state in nodes.us.keeper.states.items()} == lost
    nodes.us.say("we are back")
    nodes.ru.say("we hear you")
    nodes.run(seconds=10)
    assert nodes.ru.texts()[-1] == "we are back"
    assert nodes.us.texts()[-1] == "we hear you"
    ours, theirs = nodes.us.generations(1), nodes.ru.generations(0)
    assert ours.current == theirs.current
    assert ours.current.number == 18
    assert ours.current.psk not in {secret(7).psk, secret(17).psk}
    assert [each.number for each in theirs.sealed] == [17, 7]
    assert OLD_GENERATION in troubles(nodes.ru)
    assert "link.recovery.item" not in troubles(nodes.ru)
    verify_all(nodes, tmp_path / "exports")


def test_the_old_secret_opens_no_line_afterwards(restored):
    nodes, _ = restored
    nodes.ru.engine.admit_recovery(0)
    nodes.run(seconds=60)
    assert up(nodes.us)
    nodes.us.stop()
    put_secret(nodes.us, "ru", secret(7))
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=60)
    assert not up(nodes.us), "an admission is for one recovery"


def test_a_secret_that_is_not_old_needs_no_officer(tmp_path):
    nodes = open_line(tmp_path)
    nodes.us.say("before the backup")
    nodes.run(seconds=2)
    nodes.us.stop()
    nodes.us.start(recovering=GONE)
    nodes.connect()
    nodes.run(seconds=20)
    nodes.us.say("back")
    nodes.run(seconds=10)
    assert nodes.ru.texts() == ["before the backup", "back"]
    assert nodes.us.generations(1).current == nodes.ru.generations(0).current
    assert nodes.us.generations(1).current.number == 2, "and a new secret is made all the same"


def up(node):
    (peer,) = node.engine.peers.values()
    return peer.link.state().up and not peer.link.is_recovery_only
