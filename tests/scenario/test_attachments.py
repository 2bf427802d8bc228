"""A map goes with a message: fetched at ROUTINE precedence, part by part, and never in the way of what is urgent.

Source: protocol A2, A3, A14, B8.
"""

import random
from dataclasses import replace

import pytest
from tests.scenario.stage import done, open_line, troubles

from coupefeu.model.attachments import PART_BYTES
from coupefeu.model.precedence import Precedence
from coupefeu.node.events import AttachmentKept, ReceiptTaken
from coupefeu.store.jobs import FindWanted, ReadPart
from coupefeu.testing.line import make_agreement

MIB = 1 << 20
MAP = random.Random(1962).randbytes(MIB)
NOTE = b"legend"


@pytest.fixture
def nodes(tmp_path):
    return open_line(tmp_path)


def here(node):
    """Bytes that are here of what this node fetches from the only other party."""
    (peer,) = node.engine.peers.values()
    progress = peer.fetching.progress
    return 0 if progress is None else progress.here


def kept(node):
    return [(each.index, each.number) for each in node.changes if isinstance(each, AttachmentKept)]


def run_until(nodes, holds, *, seconds=60, step=0.05):
    for _ in range(int(seconds / step)):
        if holds():
            return
        nodes.run(seconds=step)
    raise AssertionError(f"not within {seconds} s")


def jobs_of(node):
    """Note every job that a node gives to its store from now on."""
    noted = []
    queue = node._jobs.append
    node.engine._submit = node.engine._attachments._submit = lambda job, done: (
        noted.append(job) or queue((job, done))
    )
    return noted


def test_a_map_arrives_whole_and_the_message_does_not_wait_for_it(nodes):
    message = nodes.ru.say("See the map.", attachments=[MAP, NOTE])
    nodes.run(seconds=0.1)
    assert "on-their-record" in done(nodes.ru.message(message))
    assert nodes.us.attachment(message) is None
    run_until(nodes, lambda: len(kept(nodes.us)) == 2)
    assert kept(nodes.us) == [(message[1], 0), (message[1], 1)]
    assert [nodes.us.attachment(message, number) for number in (0, 1)] == [MAP, NOTE]
    assert troubles(nodes.us) == troubles(nodes.ru) == []


def test_a_flash_passes_a_map_of_a_mebibyte_and_its_receipt_does_not_wait(nodes):
    nodes.wire.faults.delay_ms = 25
    message = nodes.ru.say("See the map.", attachments=[MAP])
    run_until(nodes, lambda: here(nodes.us) > MIB // 4)
    for sender in nodes.nodes:
        nodes.run(seconds=0.03)
        before = nodes.clock.mono_ms
        flash = sender.say("STOP", Precedence.FLASH)
        receipts = len([each for each in sender.changes if isinstance(each, ReceiptTaken)])
        while len([each for each in sender.changes if isinstance(each, ReceiptTaken)]) == receipts:
            nodes.run(seconds=0.001)
        assert nodes.clock.mono_ms - before <= 51, "there and back, and no more"
        assert "on-their-record" in done(sender.message(flash))
    assert MIB // 4 < here(nodes.us) < MIB, "the map is still under way"
    run_until(nodes, lambda: nodes.us.attachment(message) == MAP)


def test_entries_behind_one_another_go_before_any_part(nodes):
    """Two hundred ROUTINE entries written while a map is under way are all there before one more part than asked."""
    nodes.wire.faults.delay_ms = 25
    nodes.ru.say("See the map.", attachments=[MAP])
    run_until(nodes, lambda: here(nodes.us) > 0)
    was = here(nodes.us)
    for number in range(200):
        nodes.ru.say(f"number {number}")
    run_until(nodes, lambda: len(nodes.us.texts()) == 201, step=0.001)
    assert here(nodes.us) - was <= 4 * PART_BYTES


def test_a_cut_in_the_middle_goes_on_at_the_offset(nodes):
    message = nodes.ru.say("See the map.", attachments=[MAP])
    run_until(nodes, lambda: here(nodes.us) > MIB // 2)
    nodes.disconnect()
    nodes.run(seconds=60)
    was = here(nodes.us)
    assert MIB // 2 < was < MIB
    noted = jobs_of(nodes.ru)
    nodes.connect()
    run_until(nodes, lambda: nodes.us.attachment(message) == MAP)
    offsets = [job.offset for job in noted if isinstance(job, ReadPart)]
    assert offsets == list(range(was, MIB, PART_BYTES)), "each part once"


def test_a_path_that_loses_and_doubles_delays_it_and_no_more(tmp_path):
    nodes = open_line(tmp_path, seed=7)
    nodes.wire.faults.loss, nodes.wire.faults.doubling = 100, 100
    nodes.wire.faults.delay_ms, nodes.wire.faults.jitter_ms = 20, 20
    message = nodes.ru.say("See the map.", attachments=[MAP[: MIB // 4]])
    run_until(nodes, lambda: nodes.us.attachment(message) is not None, seconds=600, step=1)
    assert nodes.us.attachment(message) == MAP[: MIB // 4]
    assert troubles(nodes.us) == troubles(nodes.ru) == []


@pytest.mark.parametrize("victim", [0, 1], ids=["who fetches", "whose map it is"])
def test_a_restart_in_the_middle(nodes, victim):
    message = nodes.ru.say("See the map.", attachments=[MAP])
    run_until(nodes, lambda: here(nodes.us) > MIB // 2)
    was = here(nodes.us)
    nodes.nodes[victim].stop()
    nodes.run(seconds=1)
    nodes.nodes[victim].start()
    assert here(nodes.us) == (0 if victim == 0 else was), "a start begins from the record, a cut does not"
    nodes.connect()
    run_until(nodes, lambda: nodes.us.attachment(message) == MAP)
    assert kept(nodes.us) == [(message[1], 0)]


def test_what_was_promised_while_it_was_down_is_fetched_after_the_start(nodes):
    nodes.us.stop()
    messages = [nodes.ru.say(f"map {number}", attachments=[NOTE, MAP[:100]]) for number in range(40)]
    nodes.us.start()
    nodes.connect()
    run_until(nodes, lambda: len(kept(nodes.us)) == 80)
    assert all(nodes.us.attachment(message, 1) == MAP[:100] for message in messages)
    assert kept(nodes.us) == [(index, number) for _, index in messages for number in (0, 1)], "oldest first"


def test_both_directions_at_once(nodes):
    one, other = nodes.us.say("ours", attachments=[MAP]), nodes.ru.say("theirs", attachments=[MAP[::-1]])
    run_until(nodes, lambda: kept(nodes.us) and kept(nodes.ru))
    assert (nodes.ru.attachment(one), nodes.us.attachment(other)) == (MAP, MAP[::-1])


def test_what_is_larger_than_agreed_is_never_asked_for(tmp_path):
    """Its author went by another agreement; the reader's own budget stands."""
    agreement = make_agreement()
    nodes = open_line(tmp_path)
    small = replace(agreement, budgets=replace(agreement.budgets, attachment_bytes=1_000))
    nodes.us.stop()
    nodes.us.agreement = small
    nodes.us.start()
    nodes.connect()
    nodes.run(seconds=1)
    noted = jobs_of(nodes.ru)
    message = nodes.ru.say("See the map.", attachments=[MAP[:1_001], MAP[:1_000]])
    nodes.run(seconds=60)
    assert kept(nodes.us) == [(message[1], 1)]
    assert nodes.us.attachment(message, 0) is None
    assert {job.number for job in noted if isinstance(job, ReadPart)} == {1}


def test_a_message_without_attachments_costs_no_look_for_them(nodes):
    noted = [jobs_of(node) for node in nodes.nodes]
    for number in range(20):
        nodes.us.say(f"number {number}")
        nodes.ru.say(f"number {number}", Precedence.FLASH)
        nodes.run(seconds=1)
    assert len(nodes.us.texts()) == len(nodes.ru.texts()) == 20
    assert not [job for jobs in noted for job in jobs if isinstance(job, FindWanted | ReadPart)]
    nodes.ru.say("See the map.", attachments=[NOTE])
    nodes.run(seconds=1)
    assert [job for job in noted[0] if isinstance(job, FindWanted)]


def test_who_has_more_entries_waiting_than_is_agreed_asks_for_no_part_meanwhile(tmp_path):
    """Its own node says busy, so parts would only wait: the map comes when the entries have been taken up."""
    agreement = make_agreement()
    budgets = replace(agreement.budgets, entries_per_minute=60, flash_per_minute=6)
    nodes = open_line(tmp_path, agreement=replace(agreement, budgets=budgets))
    message = nodes.ru.say("See the map.", attachments=[MAP])
    for number in range(200):
        nodes.ru.say(f"number {number}")
    nodes.run(seconds=1)
    (peer,) = nodes.us.engine.peers.values()
    asked, ask = [], peer.link.ask
    peer.link.ask = lambda item: asked.append(peer.intake.is_full) or ask(item)
    run_until(nodes, lambda: nodes.us.attachment(message) == MAP, seconds=1_200, step=1)
    assert asked
    assert not any(asked)
    assert troubles(nodes.us) == []
