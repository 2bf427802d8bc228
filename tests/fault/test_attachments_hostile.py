"""An authentic and hostile peer against attachments: other bytes, other lengths, other places, floods, a third party.

Source: protocol A2, A3, A14, B8.
"""

import tracemalloc
from dataclasses import replace

import pytest
from tests.scenario.stage import done, open_line, troubles
from tests.scenario.test_three_parties import agreement_of_three

from coupefeu.errors import StoreError
from coupefeu.model.attachments import PART_BYTES, Attachment
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.events import AttachmentKept, Trouble
from coupefeu.node.fetching import AGAIN_MS
from coupefeu.services.messages.commands import Say
from coupefeu.store.jobs import Part, ReadPart
from coupefeu.testing.joined import JoinedNodes
from coupefeu.wire.packet import AttachmentAsk, AttachmentPart, encode_items

US, RU, FR = range(3)
FIRST = bytes(range(256)) * 128
"""Two parts."""
SECOND = b"the second"


@pytest.fixture
def nodes(tmp_path):
    return open_line(tmp_path)


def link_of(node):
    (peer,) = node.engine.peers.values()
    return peer.link


def lie(node, make):
    """Let a node put another part in place of each that its store gave; gives what was asked, and the end of it."""
    link, asked = link_of(node), []
    say = link.part
    link.part = lambda part: asked.append(part.ask) or say(make(part))
    return asked, lambda: setattr(link, "part", say)


def say(node, *items):
    """Let a node's link say what it never would."""
    link_of(node)._connection.send(encode_items(items))
    node.engine.pump()


def held(node, message):
    return [node.attachment(message, number) for number in (0, 1)]


def flipped(part):
    return replace(part, data=bytes([part.data[0] ^ 1]) + part.data[1:])


LIES = {
    "a flipped bit": (flipped, "record.attachment.commitment"),
    "longer than promised": (
        lambda part: replace(part, data=part.data + b"x" * (len(part.data) < PART_BYTES)),
        "node.fetching.part",
    ),
    "shorter": (lambda part: replace(part, data=part.data[:-1]), "node.fetching.part"),
    "none": (lambda part: replace(part, data=b""), "node.fetching.part"),
    "another offset": (lambda part: replace(part, ask=replace(part.ask, offset=part.ask.offset + 1)), None),
    "the part after it": (
        lambda part: replace(part, ask=replace(part.ask, offset=part.ask.offset + PART_BYTES)),
        None,
    ),
    "another attachment": (lambda part: replace(part, ask=replace(part.ask, number=5)), None),
    "another entry": (lambda part: replace(part, ask=replace(part.ask, index=1 << 60)), None),
    "another's log": (lambda part: replace(part, ask=replace(part.ask, log=US)), None),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lying_peer_is_named_keeps_nothing_and_the_truth_is_kept_later(nodes, name):
    make, code = LIES[name]
    asked, end = lie(nodes.ru, make)
    message = nodes.ru.say("See both.", attachments=[FIRST + b"!", SECOND])
    nodes.run(seconds=400)
    assert held(nodes.us, message) == [None, None]
    told = [change for change in nodes.us.changes if isinstance(change, Trouble)]
    assert {trouble.code for trouble in told} == {code or "node.fetching.unanswered"}
    assert f"attachment 0 of entry {message[1]}" in told[0].detail
    assert {ask.number for ask in asked} == {0, 1}, "the second had its turn"
    end()
    nodes.run(seconds=AGAIN_MS / 1_000)
    assert held(nodes.us, message) == [FIRST + b"!", SECOND]
    later = nodes.ru.say("And the line stands.")
    nodes.run(seconds=1)
    assert "on-their-record" in done(nodes.ru.message(later))


def test_one_that_cannot_be_had_holds_up_nothing_behind_it(nodes):
    bad = nodes.ru.say("bad", attachments=[FIRST])
    _, end = lie(nodes.ru, lambda part: flipped(part) if part.ask.index == bad[1] else part)
    good = [nodes.ru.say(f"good {number}", attachments=[SECOND]) for number in range(100)]
    nodes.run(seconds=10)
    assert all(nodes.us.attachment(message) == SECOND for message in good)
    assert nodes.us.attachment(bad) is None
    end()
    nodes.run(seconds=AGAIN_MS / 1_000)
    assert nodes.us.attachment(bad) == FIRST


def test_a_flood_of_parts_nobody_asked_for_costs_nothing_and_is_counted(nodes):
    nodes.ru.say("See both.", attachments=[FIRST, SECOND])
    tracemalloc.start()
    for number in range(400):
        parts = [AttachmentPart(AttachmentAsk(RU, number, n, 0), bytes(PART_BYTES)) for n in range(3)]
        say(nodes.ru, *parts)
        nodes.run(seconds=0.01)
        nodes.wire.carried.clear()
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 16 << 20
    (peer,) = nodes.us.engine.peers.values()
    mono_ms = nodes.clock.mono_ms
    assert peer.fetching.unasked.per_minute(mono_ms) <= 64 * 6
    assert peer.link.state().beyond_rate + peer.beyond_rate(mono_ms) >= 400 * 3
    nodes.run(seconds=60)
    assert held(nodes.us, (RU, 0)) == [FIRST, SECOND], "what was asked for comes all the same"


def test_who_asks_in_a_flood_is_answered_as_the_meter_allows_and_delays_no_flash(nodes):
    message = nodes.us.say("See both.", attachments=[FIRST, SECOND])
    nodes.run(seconds=1)
    reads = []
    submit = nodes.us.engine._attachments._submit
    nodes.us.engine._attachments._submit = lambda job, done: reads.append(job) or submit(job, done)
    started = nodes.clock.mono_ms
    for number in range(1_000):
        say(nodes.ru, *[AttachmentAsk(US, message[1], n % 2, 0) for n in range(20)])
        if number == 500:
            flash = nodes.us.say("STOP", Precedence.FLASH)
            nodes.run(seconds=0.003)
            assert "on-their-record" in done(nodes.us.message(flash))
        nodes.run(seconds=0.005)
    elapsed_s = (nodes.clock.mono_ms - started) / 1_000
    assert all(isinstance(job, ReadPart) for job in reads)
    assert len(reads) <= 64 * (2 + elapsed_s)
    assert set(troubles(nodes.us)) == {"link.flood.asks"}
    assert nodes.us.engine.peers[RU].link.state().beyond_rate > 0


@pytest.mark.parametrize(
    "ask",
    [
        AttachmentAsk(US, 0, 0, len(FIRST)),
        AttachmentAsk(US, 0, 0, (1 << 63) - 1),
        AttachmentAsk(US, 0, 2, 0),
        AttachmentAsk(US, 0, (1 << 63) - 1, 0),
        AttachmentAsk(US, 7, 0, 0),
        AttachmentAsk(US, (1 << 63) - 1, 0, 0),
    ],
)
def test_whoever_asks_for_what_is_not_there_gets_none(nodes, ask):
    nodes.us.say("See both.", attachments=[FIRST, SECOND])
    nodes.run(seconds=5)
    assert heard_by(nodes.ru, nodes, ask) == [AttachmentPart(ask, b"")]
    assert troubles(nodes.us) == []


@pytest.mark.parametrize("log", [RU, 7, (1 << 63) - 1])
def test_another_log_than_ours_is_not_ours_to_answer_for(nodes, log):
    nodes.ru.say("See both.", attachments=[FIRST, SECOND])
    nodes.run(seconds=5)
    assert heard_by(nodes.ru, nodes, AttachmentAsk(log, 0, 0, 0)) == []
    assert troubles(nodes.us) == []


def heard_by(node, nodes, ask):
    """What a node hears when it asks what it never would."""
    heard = []
    (peer,) = node.engine.peers.values()
    take = peer.fetching.take
    peer.fetching.take = lambda part, mono_ms: heard.append(part) or take(part, mono_ms)
    say(node, ask)
    nodes.run(seconds=1)
    return heard


def test_a_third_party_that_is_not_addressed_gets_no_byte(tmp_path):
    """US and RU and FR: what US sends to RU with a file is asked for by FR, and FR gets a part of none."""
    agreement = agreement_of_three()
    content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text="For one desk.")
    given = {}
    for other, posts in (("ru", ("ru.duty",)), ("fr", ("ru.duty",)), ("fr", ("ru.duty", "fr.duty"))):
        folder = tmp_path / f"{other}-{len(given)}"
        folder.mkdir()
        nodes = JoinedNodes(folder, agreement=agreement, other=other)
        nodes.connect()
        nodes.run(seconds=1)
        command = Say(
            content=content,
            from_post="us.duty",
            to_posts=posts,
            precedence=Precedence.ROUTINE,
            language="en",
            attachments=(Attachment(name="file", content=SECOND),),
        )
        (message,) = nodes.us.act(command)
        nodes.run(seconds=2)
        kept = [change for change in nodes.nodes[1].changes if isinstance(change, AttachmentKept)]
        ask = AttachmentAsk(US, message[1], 0, 0)
        asked = heard(nodes, ask)
        given[other, posts] = len(kept), nodes.nodes[1].attachment(message), asked
    assert list(given.values()) == [(1, SECOND, SECOND), (0, None, b""), (1, SECOND, SECOND)]


def heard(nodes, ask):
    """The bytes that the second node gets from the first for an ask of its own making."""
    node = nodes.nodes[1]
    peer, got = node.engine.peers[US], []
    take = peer.fetching.take
    peer.fetching.take = lambda part, mono_ms: got.append(part) or take(part, mono_ms)
    peer.link.ask(ask)
    node.engine.pump()
    nodes.run(seconds=1)
    (part,) = got
    assert part.ask == ask
    return part.data


def test_asks_that_come_while_one_is_with_the_store_are_not_queued(nodes):
    """A writer that is slow, and a peer that asks on: one part is read for it, whatever it asks meanwhile."""
    message = nodes.us.say("See both.", attachments=[FIRST, SECOND])
    nodes.run(seconds=1)
    (peer,) = nodes.us.engine.peers.values()
    attachments, queued = nodes.us.engine._attachments, []
    attachments._submit = lambda job, done: queued.append((job, done))
    for offset in range(20):
        attachments.answer(peer, AttachmentAsk(US, message[1], 0, offset))
    ((job, done),) = queued
    assert job.offset == 0
    done(Part(data=FIRST[:PART_BYTES]))
    attachments.answer(peer, AttachmentAsk(US, message[1], 0, 1))
    assert [job.offset for job, _ in queued] == [0, 1]


def test_a_store_that_cannot_read_is_told_and_the_next_ask_is_answered(nodes):
    message = nodes.us.say("See both.", attachments=[FIRST, SECOND])
    nodes.run(seconds=1)
    (peer,) = nodes.us.engine.peers.values()
    attachments, queued = nodes.us.engine._attachments, []
    attachments._submit = lambda job, done: queued.append(done)
    ask = AttachmentAsk(US, message[1], 0, 0)
    attachments.answer(peer, ask)
    queued[0](StoreError("no", code="store.no"))
    assert troubles(nodes.us) == ["store.no"]
    attachments.answer(peer, ask)
    assert len(queued) == 2
