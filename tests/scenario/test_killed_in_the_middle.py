"""One node ends without ceremony in the middle of an exchange and is started again: both sides go on where they were.

The same is done to real processes in tests/fault/test_node_kill.py; here the moment is drawn from a seed, on a path
that loses, delays and reorders. Source: issue of the line, bad days; protocol A6, B7.
"""

import random
from collections import Counter

import pytest
from tests.scenario.stage import do, done, open_line, troubles, verify_all
from tests.sizes import size

from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.commands import Take

MOMENTS = size(small=4, full=200)


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_nothing_is_lost_or_doubled_whoever_is_killed_and_when(tmp_path, seed):
    draw = random.Random(seed)
    nodes = open_line(tmp_path, seed=seed)
    faults = nodes.wire.faults
    faults.delay_ms, faults.jitter_ms, faults.loss = 20, 20, 50
    first = nodes.us.say("Before it.", Precedence.FLASH)
    nodes.run(seconds=10)  # it may be lost, and lost again
    do(nodes.ru, Take, first)
    texts = ["Before it."]
    victim = nodes.nodes[seed % 2]
    for number in range(60):
        texts.append(f"Message {number}")
        nodes.us.say(texts[-1], draw.choice(list(Precedence)))
        nodes.run(seconds=draw.random() * 0.02)
        if number == 30:
            nodes.run(seconds=draw.random() * 0.2)
            victim.stop()
            victim.start()
            nodes.connect()
    nodes.run(seconds=120)

    assert Counter(nodes.ru.texts()) == Counter(texts), "each once"
    assert "taken-by" in done(nodes.us.message(first)), "and what was done before it is known after it"
    (peer,) = nodes.us.engine.peers.values()
    assert (peer.link.state().queued, peer.cosigned) == (0, len(texts))
    assert troubles(nodes.us) == troubles(nodes.ru) == []
    verify_all(nodes, tmp_path / "export")


def test_nothing_is_acknowledged_before_it_is_on_the_record(tmp_path, monkeypatch):
    nodes = open_line(tmp_path)
    with monkeypatch.context() as busy_disk:
        busy_disk.setattr(nodes.ru, "work", lambda: None)
        message = nodes.us.say("Is it on your record?")
        nodes.run(seconds=10)
        (peer,) = nodes.us.engine.peers.values()
        assert (peer.link.state().queued, peer.cosigned) == (1, 0)
        assert done(nodes.us.message(message)) == []
    nodes.run(seconds=2)
    assert (peer.link.state().queued, peer.cosigned) == (0, 1)
    assert done(nodes.us.message(message)) == ["on-their-record"]
