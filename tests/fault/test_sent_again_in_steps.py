"""Who lost what it had co-signed gets it again in steps; nothing is read on the loop, and a bare request costs little.

Source: protocol A13; THREATS.md. A hostile counterpart may ask for the whole log behind its own co-signature.
"""

from dataclasses import replace

import pytest
from tests.scenario.stage import copy_record, done, open_line, put_back, troubles

from coupefeu.link.events import HoleAsked
from coupefeu.model.precedence import Precedence
from coupefeu.node import sending_again
from coupefeu.node.sending_again import UNSHOWN_AGAIN_MS
from coupefeu.testing.joined import JoinedNodes

STEP = 4
MESSAGES = 30


class Apart:
    """Counts what is read, and whether it was read on the loop."""

    def __init__(self, engine):
        self.again = engine._again
        self.reads = []
        self.behind = []
        self.on_loop = 0
        self._is_apart = False
        loading, work = self.again._loading, self.again._work

        def pending(start, end):
            self._note()
            self.reads.append(list(loading.pending(start, end)))
            return self.reads[-1]

        def behind(start, end):
            self._note()
            self.behind.append((start, end))
            return loading.behind(start, end)

        def apart(task, done):
            def run():
                self._is_apart = True
                try:
                    return task()
                finally:
                    self._is_apart = False

            work(run, done)

        self.again._loading = replace(loading, pending=pending, behind=behind)
        self.again._work = apart

    def _note(self):
        self.on_loop += not self._is_apart


@pytest.fixture
def small_steps(monkeypatch):
    monkeypatch.setattr(sending_again, "MAX_OFFERED_AGAIN", STEP)


def test_a_restored_party_gets_all_that_it_lost_in_steps_read_apart(tmp_path, small_steps):
    nodes = open_line(tmp_path)
    nodes.us.say("One.")
    nodes.run(seconds=2)
    nodes.us.stop()
    backup = copy_record(nodes.us, tmp_path / "backup.db")
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=1)
    for number in range(MESSAGES):
        nodes.ru.say(f"Return {number}.")
    nodes.run(seconds=3)
    nodes.us.stop()
    put_back(nodes.us, backup)
    seen = Apart(nodes.ru.engine)
    (peer,) = nodes.ru.engine.peers.values()
    queued = []
    step = seen.again.step
    seen.again.step = lambda peer: step(peer) or queued.append(peer.link.state().queued)
    waiting = nodes.ru.say("While you were away.", Precedence.FLASH)
    nodes.us.open_incarnation()
    nodes.connect()
    nodes.run(seconds=20)
    assert sorted(nodes.us.texts()) == sorted(
        [f"Return {n}." for n in range(MESSAGES)] + ["While you were away."]
    )
    assert seen.behind == [(0, MESSAGES)]
    assert seen.on_loop == 0
    assert max(map(len, seen.reads)) == STEP
    assert max(queued) <= 3 * STEP, "never the whole log at once"
    assert peer.again is None
    assert done(nodes.ru.message(waiting))[0] == "on-their-record"
    assert (peer.link.state().queued, peer.cosigned) == (0, MESSAGES + 1)


def test_a_bare_request_behind_its_co_signature_is_heard_once_an_hour(tmp_path, small_steps):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    for number in range(MESSAGES):
        nodes.us.say(f"number {number}")
    nodes.run(seconds=10)
    (peer,) = nodes.us.engine.peers.values()
    assert peer.cosigned == MESSAGES
    seen = Apart(nodes.us.engine)
    for minute in range(5):
        nodes.us.engine._handle(peer, HoleAsked(0, 0, 1), nodes.us.clock())
        nodes.run(seconds=90)
        assert len(seen.behind) == 1, f"minute {minute}"
        assert peer.sealer.base_size == peer.cosigned == MESSAGES, "what they hold is signed for again"
    nodes.clock.advance(UNSHOWN_AGAIN_MS)
    nodes.us.engine._handle(peer, HoleAsked(0, 0, 1), nodes.us.clock())
    assert len(seen.behind) == 2
    assert peer.cosigned == MESSAGES, "what they signed for they have signed for, whatever they ask"
    assert max(map(len, seen.reads)) == STEP
    assert set(troubles(nodes.us)) == {"node.engine.fell_back"}


def test_what_was_read_before_all_that_waits_went_anew_is_read_again(tmp_path, small_steps, monkeypatch):
    """Read a moment before a log was closed, it has the short form, which the other side cannot restore."""
    nodes = JoinedNodes(tmp_path)
    for number in range(3 * STEP):
        nodes.us.say(f"number {number}")
    (peer,) = nodes.us.engine.peers.values()
    again, read, offered, renewed = nodes.us.engine._again, [], [], []
    again._work = lambda task, done: read.append((task(), done))
    monkeypatch.setattr(peer.link, "offer", lambda entries: offered.extend(each.index for each in entries))
    monkeypatch.setattr(peer.link, "renew", lambda entries: renewed.extend(each.index for each in entries))
    again.offer(peer, 0, STEP)
    nodes.us.engine.renew()
    nodes.us.engine.renew()
    while read:
        pending, done = read.pop(0)
        done(pending)
        assert not offered or len(renewed) >= STEP, "not what was read before"
    assert offered == list(range(STEP))
    assert sorted(set(renewed)) == list(range(3 * STEP))
    assert len(renewed) == 4 * STEP, "the first renewal ends where the second has begun"
