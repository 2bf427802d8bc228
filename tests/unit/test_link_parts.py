"""Asks for attachments and their parts leave last: when no entry may, and one of each at a time (protocol A3)."""

from coupefeu.link.events import BatchReceived, PartAsked, PartReceived
from coupefeu.link.phase import Phase
from coupefeu.model.attachments import PART_BYTES
from coupefeu.model.precedence import Precedence
from coupefeu.testing.lossy import TwoLinks
from coupefeu.wire.packet import AttachmentAsk, AttachmentPart, Batch, decode_items

ASK = AttachmentAsk(1, 5, 0, PART_BYTES)
PART = AttachmentPart(ASK, bytes(PART_BYTES))


def flush(world, end):
    world.ends[end].link.flush(world.clock.now())
    world.pump()


def came(world, end):
    """What an end was told, in order, but for acknowledgements and receipts."""
    kinds = (BatchReceived, PartAsked, PartReceived)
    return [event for event in world.ends[end].events if isinstance(event, kinds)]


def frames_to(world, end):
    """The items of each frame that has left for an end, read by a twin of its session."""
    session = world.ends[end].link._connection.session
    session._windows.clear()
    return [decode_items(session.open(frame, 0)[0]) for by, _, frame in world.wire.carried if by != end]


def test_an_ask_and_its_part_arrive(two):
    two.ends[0].link.ask(ASK)
    flush(two, 0)
    two.run(5)
    assert came(two, 1) == [PartAsked(ASK)]
    two.ends[1].link.part(PART)
    flush(two, 1)
    two.run(5)
    assert came(two, 0) == [PartReceived(PART)]


def test_they_leave_behind_every_entry_and_in_a_frame_of_their_own(two):
    link = two.ends[1].link
    link.part(PART)
    two.write(1, 300)
    frames = frames_to(two, 0)
    assert frames[-1] == [PART]
    assert all(isinstance(each[-1], Batch) for each in frames[:-1])
    assert sum(len(each[-1].entries) for each in frames[:-1]) == 300


def test_a_flash_written_after_a_part_was_given_leaves_before_it(two):
    two.ends[1].link.part(PART)
    two.write(1, 1, Precedence.FLASH)
    two.run(5)
    batch, part = came(two, 0)
    assert isinstance(batch, BatchReceived)
    assert part == PartReceived(PART)


def test_of_what_has_not_left_the_newest_alone_leaves(two):
    later = AttachmentAsk(1, 5, 0, 2 * PART_BYTES)
    for ask in (ASK, later):
        two.ends[0].link.ask(ask)
        two.ends[0].link.part(AttachmentPart(ask, b"part"))
    flush(two, 0)
    flush(two, 0)
    two.run(5)
    assert came(two, 1) == [PartAsked(later), PartReceived(AttachmentPart(later, b"part"))]


def test_a_part_waits_while_the_other_node_is_busy_and_an_ask_does_not(two):
    two.ends[0].link.busy(True)
    two.run(1_100)
    two.ends[1].link.part(PART)
    two.ends[1].link.ask(ASK)
    flush(two, 1)
    two.run(5)
    assert came(two, 0) == [PartAsked(ASK)]
    two.ends[0].link.busy(False)
    two.run(1_100)
    assert came(two, 0) == [PartAsked(ASK), PartReceived(PART)]


def test_nothing_of_them_leaves_before_the_greeting_and_all_of_it_after():
    world = TwoLinks(1)
    world.ends[0].link.ask(ASK)
    world.ends[1].link.part(PART)
    world.connect()
    phases = []

    def both():
        phases.extend(end.link.state().phase for end in world.ends if came(world, 1 - end.log))
        return bool(came(world, 0) and came(world, 1))

    assert world.run(2_000, both)
    assert set(phases) == {Phase.OPEN}


def test_a_peer_that_acknowledges_nothing_gets_its_parts_all_the_same(two):
    """A full window holds entries back, not what leaves when none may: or a backlog would starve attachments."""
    two.ends[0].stalled = True
    two.write(1, 2_000)
    two.run(5)
    assert two.ends[1].link.state().in_flight == 512
    two.ends[1].link.part(PART)
    flush(two, 1)
    two.run(5)
    assert came(two, 0)[-1] == PartReceived(PART)
