"""A peer that floods for a minute: it is held to its rate, that is shown, and our own officers get through (B8)."""

import pytest
from tests.scenario.stage import done
from tests.sizes import size

from coupefeu.link.config import Limits
from coupefeu.link.events import (
    BatchReceived,
    HoleAsked,
    LineTestReceived,
    PartAsked,
    PartReceived,
    ReceiptReceived,
    SignalReceived,
    Violation,
)
from coupefeu.link.meter import Tally
from coupefeu.model.precedence import Precedence
from coupefeu.node.events import Trouble
from coupefeu.testing.joined import JoinedNodes
from coupefeu.testing.lossy import TwoLinks
from coupefeu.wire.packet import (
    AttachmentAsk,
    AttachmentPart,
    Batch,
    CheckpointSignature,
    CosignatureItem,
    Hole,
    LineTestItem,
    PackedEntry,
    RunReceiptItem,
    RunSignature,
    Signal,
    encode_items,
)

MINUTE_MS = 60_000


def entry(index):
    return PackedEntry(index, bytes(16), b"head", b"body")


FLOODS = {
    "runs": (BatchReceived, lambda n: Batch(1, (entry(n),), RunSignature(n, n + 1, bytes(64))), 200, 1),
    "checkpoints": (
        BatchReceived,
        lambda n: Batch(1, (entry(n),), CheckpointSignature(n + 1, bytes(64))),
        20_000,
        8,
    ),
    "line tests": (LineTestReceived, lambda n: LineTestItem(1, n, 1, n), 10, 1),
    "signals": (SignalReceived, lambda n: Signal(n.to_bytes(4, "big")), 50, 1),
    "receipts": (ReceiptReceived, lambda n: RunReceiptItem(0, n, n + 1, bytes(64)), 2_000, 1),
    "co-signatures": (ReceiptReceived, lambda n: CosignatureItem(0, n + 1, 0, bytes(64)), 2_000, 1),
    "holes": (HoleAsked, lambda n: Hole(1, n, n + 1), 20, 1),
    "asks": (PartAsked, lambda n: AttachmentAsk(0, n, 0, 0), 64, 1),
    "parts": (PartReceived, lambda n: AttachmentPart(AttachmentAsk(1, n, 0, 0), b"part"), 64, 1),
}


def flood(world, make, count, over_ms):
    """Let end 1 send `count` items in so much time, and stop watching what end 0 does with them."""
    world.ends[0].stalled = True
    steps = min(count, 600)
    for step in range(steps):
        span = range(count * step // steps, count * (step + 1) // steps)
        for start in range(span.start, span.stop, 200):
            items = [make(n) for n in range(start, min(start + 200, span.stop))]
            world.ends[1].link._connection.send(encode_items(items))
        world.pump()
        if step == steps // 2:
            world.write(0, 1, Precedence.FLASH)
            assert world.run(1_000, lambda: 0 in world.ends[1].shown), "our own FLASH must get through"
        world.run(over_ms // steps)


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_held_to_its_rate_and_shown(name):
    kind, make, per_s, cost = FLOODS[name]
    world = TwoLinks(1)
    world.connect()
    world.run(1_000)
    world.ends[0].events.clear()
    count = size(small=10_000, full=100_000)
    over_ms = MINUTE_MS if count == 100_000 else 1_000
    started = world.clock.mono_ms
    flood(world, make, count, over_ms)
    elapsed_s = (world.clock.mono_ms - started) / 1_000
    passed = sum(isinstance(event, kind) for event in world.ends[0].events)
    assert passed * cost <= per_s * (2 + elapsed_s + 1)
    assert passed >= min(count, per_s // cost)
    state = world.ends[0].link.state()
    assert state.up
    if count * cost > per_s * (2 + elapsed_s + 1):
        assert state.beyond_rate > 0
        told = [event for event in world.ends[0].events if isinstance(event, Violation)]
        assert 1 <= len(told) <= elapsed_s + 2
        assert all(event.code.startswith("link.flood.") for event in told)


def test_the_rates_of_the_floods_are_those_of_the_code():
    limits = Limits()
    assert {name: rate for name, (_, _, rate, _) in FLOODS.items()} == {
        "runs": limits.runs_per_s,
        "checkpoints": limits.entries_per_s,
        "line tests": limits.line_tests_per_s,
        "signals": limits.signals_per_s,
        "receipts": limits.receipts_per_s,
        "co-signatures": limits.receipts_per_s,
        "holes": limits.holes_per_s,
        "asks": limits.asks_per_s,
        "parts": limits.parts_per_s,
    }


def test_a_tally_is_of_the_last_minute():
    tally = Tally()
    for second in range(60):
        tally.add(second * 1_000)
    assert tally.per_minute(59_999) == 60
    assert tally.per_minute(60_000) == 60
    assert tally.per_minute(90_000) == 30
    assert tally.per_minute(119_999) <= 1
    assert tally.per_minute(10 * MINUTE_MS) == 0


def test_two_real_nodes_one_floods_and_the_desk_of_the_other_still_gets_its_flash_through(tmp_path):
    """RU's node sends forged FLASH runs as fast as its link can: none is shown, and US works on."""
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    nodes.run(seconds=1)
    peer = nodes.us.engine.peers[1]
    link = nodes.ru.engine.peers[0].link
    count = size(small=2_000, full=100_000)
    number = None
    for start in range(0, count, 100):
        runs = [
            Batch(1, (entry(n),), RunSignature(n, n + 1, bytes(64))) for n in range(start + 5, start + 105)
        ]
        link._connection.send(encode_items(runs))
        nodes.ru.engine.pump()
        if start == count // 2:
            number = nodes.us.say("STOP", Precedence.FLASH)
            nodes.run(seconds=1)
            assert "on-their-record" in done(nodes.us.message(number))
        nodes.run(seconds=0.06)
    refusals = [change for change in nodes.us.changes if isinstance(change, Trouble)]
    assert 1 <= len(refusals) <= 4 * (nodes.clock.mono_ms // 1_000)
    shown = peer.link.state().beyond_rate + peer.intake.beyond_rate.per_minute(nodes.clock.mono_ms)
    assert shown > 0
    assert nodes.us.texts() == []
    number = nodes.us.say("still here", Precedence.ROUTINE)
    nodes.run(seconds=2)
    assert "on-their-record" in done(nodes.us.message(number))
    number = nodes.ru.say("and so are we", Precedence.ROUTINE)
    nodes.run(seconds=30)
    assert nodes.us.texts() == ["and so are we"]


def test_a_receipt_that_does_not_verify_moves_nothing_and_the_true_one_is_taken_later(tmp_path):
    nodes = JoinedNodes(tmp_path)
    nodes.connect()
    nodes.run(seconds=1)
    cosigned = nodes.us.engine.peers[1].cosigned
    troubles = len(nodes.us.changes)
    nodes.wire.faults.is_cut = True
    number = nodes.us.say("hello")
    nodes.wire.faults.is_cut = False
    forged = [
        CosignatureItem(0, number[1] + 1, 0, bytes(64)),
        RunReceiptItem(0, number[1], number[1] + 1, bytes(64)),
    ]
    nodes.ru.engine.peers[0].link._connection.send(encode_items(forged))
    nodes.ru.engine.pump()
    nodes.run(seconds=0.1)
    # What is doubted is sent again at once: it may be there by now, and truly receipted, but no sooner.
    is_there = nodes.ru.texts() == ["hello"]
    assert is_there or "on-their-record" not in done(nodes.us.message(number))
    assert is_there or nodes.us.engine.peers[1].cosigned == cosigned
    assert len(nodes.us.changes) > troubles
    later = nodes.us.say("again")
    nodes.run(seconds=30)
    assert "on-their-record" in done(nodes.us.message(later))
    assert "on-their-record" in done(nodes.us.message(number))
    assert nodes.ru.texts() == ["hello", "again"]
