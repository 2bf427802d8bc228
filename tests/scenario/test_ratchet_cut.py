"""The shared secret is being renewed when the carrier cuts the line and a machine is started anew, at any step.

Two real nodes with their key files: after each of R1, R2, R3, message 1, message 2 and the first frame under the new
secret the path breaks (the step itself arrives, or is lost with it), and neither, one, the other or both restart from
what is on the disk. Whatever was lost, both agree on one new secret, and messages pass.
"""

from itertools import product

import pytest
from tests.sizes import size

from coupefeu.keys.generations import first_generation
from coupefeu.keys.ring import write_generations
from coupefeu.link.handshake import MESSAGE_1, MESSAGE_2
from coupefeu.link.session import Session
from coupefeu.testing.joined import JoinedNodes
from coupefeu.wire.packet import RatchetAnswer, RatchetOffer, RatchetProof, decode_items

STEPS = {"R1": RatchetOffer, "R2": RatchetAnswer, "R3": RatchetProof}
POINTS = [*STEPS, "message 1", "message 2", "first frame"]
RESTARTS = ((), ("us", "ru"), ("us",), ("ru",))
CASES = [(point, arrives, each) for each in RESTARTS for point, arrives in product(POINTS, (True, False))]
PSK = bytes(range(32))


class Cut:
    """Watches what is sealed and sent, and breaks the path once, as the step named leaves."""

    def __init__(self, nodes, monkeypatch, point, *, arrives):
        self.nodes, self.point, self.arrives = nodes, point, arrives
        self.is_done = False
        self.frame = None
        seal = Session.seal

        def watch(session, slot, plaintext):
            frame = seal(session, slot, plaintext)
            if self.frame is None and self.is_it(session, plaintext):
                self.frame = frame
            return frame

        monkeypatch.setattr(Session, "seal", watch)
        for node in nodes.nodes:
            node.send = self.sending(node)

    def is_it(self, session, plaintext):
        if self.point == "first frame":
            return session.generation.number == 1
        kind = STEPS.get(self.point)
        return kind is not None and any(isinstance(item, kind) for item in decode_items(plaintext))

    def sending(self, node):
        def send(path, datagrams):
            for datagram in datagrams:
                kind = {MESSAGE_1: "message 1", MESSAGE_2: "message 2"}.get(datagram[0])
                is_now = datagram == self.frame if kind is None else kind == self.point and self.is_begun()
                if is_now and not self.is_done:
                    self.is_done = True
                    if not self.arrives:
                        continue
                node.bearer.send(path, [datagram])

        return send

    def is_begun(self):
        """Whether this handshake is one under the new secret: its beginner has it, durably."""
        held = [node.generations(other) for node, other in pairs(self.nodes)]
        return any(each.candidate is not None and each.candidate.begun_here for each in held)


@pytest.fixture
def nodes(tmp_path):
    for name, other in (("us", "ru"), ("ru", "us")):
        folder = tmp_path / f"{name}.keys"
        folder.mkdir()
        write_generations(folder, other, first_generation(PSK))
    return JoinedNodes(tmp_path)


@pytest.mark.parametrize(
    ("point", "arrives", "restarts"),
    CASES[:: size(small=5, full=1)],
    ids=str,
)
def test_cut_and_restarted_anywhere_both_agree_on_one_new_secret(
    nodes, monkeypatch, point, arrives, restarts
):
    cut = Cut(nodes, monkeypatch, point, arrives=arrives)
    nodes.connect()
    run_until(nodes, lambda: cut.is_done, seconds=30)
    assert cut.is_done, f"{point} left"
    if arrives:
        nodes.run(seconds=0.001)
    nodes.disconnect()
    for name in restarts:
        node = getattr(nodes, name)
        node.stop()
        node.start()
    accepted = [{each.psk for each in node.generations(other).ordinary} for node, other in pairs(nodes)]
    assert accepted[0] & accepted[1], "on the disks as they are now"
    nodes.connect()
    nodes.us.say("after the cut")
    nodes.ru.say("after the cut too")
    run_until(nodes, lambda: settled(nodes) and nodes.ru.texts() and nodes.us.texts(), seconds=120)
    assert settled(nodes)
    (ours, theirs) = (node.generations(other) for node, other in pairs(nodes))
    assert ours.current == theirs.current
    assert ours.current.number == 1
    assert ours.candidate is theirs.candidate is None
    assert nodes.ru.texts() == ["after the cut"]
    assert nodes.us.texts() == ["after the cut too"]
    assert not [change for node in nodes.nodes for change in node.changes if is_trouble(change)]


def pairs(nodes):
    return (nodes.us, 1), (nodes.ru, 0)


def settled(nodes):
    held = [node.generations(other) for node, other in pairs(nodes)]
    return all(each.current.number == 1 and each.candidate is None for each in held)


def run_until(nodes, holds, *, seconds):
    for _ in range(seconds * 20):
        if holds():
            return
        nodes.run(seconds=0.05)


def is_trouble(change):
    return type(change).__name__ == "Trouble"
