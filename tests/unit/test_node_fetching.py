"""The walk over what one party promised: order, offsets, waiting, and what is passed over."""

from itertools import pairwise

import pytest

from coupefeu.errors import PeerError, StoreError
from coupefeu.model.attachments import PART_BYTES
from coupefeu.node.fetching import AGAIN_MS, ASK_EVERY_MS, MAX_UNANSWERED, Fetching
from coupefeu.store.jobs import FindWanted, KeepAttachment, Kept, Wanted, WantedAttachment
from coupefeu.wire.packet import AttachmentAsk, AttachmentPart

THEIRS = 1
CONTENT = bytes(range(256)) * 160
"""Two parts and a half."""


def wanted(index, size=40_960):
    return WantedAttachment(log=THEIRS, index=index, arrival=index, number=0, size=size)


def ask(index, offset, number=0):
    return AttachmentAsk(THEIRS, index, number, offset)


def part(asked, content=CONTENT):
    return AttachmentPart(asked, content[asked.offset : asked.offset + PART_BYTES])


class Walk:
    """A walk and its clock."""

    def __init__(self, *items, up=True):
        self.fetching = Fetching(THEIRS)
        self.now = 1_000
        if up:
            self.fetching.line_is_up(self.now)
            assert self.step() == FindWanted(log=THEIRS)
            self.fetching.answered(Wanted(items=items), self.now)

    def step(self):
        """What is done at the time it asks for; None when it asks for none."""
        due_ms = self.fetching.next_ms()
        if due_ms is None:
            return None
        self.now = max(self.now, due_ms)
        return self.fetching.step(self.now)

    def take(self, given):
        self.fetching.take(given, self.now)

    def fetch(self, content=CONTENT):
        """Go on until a job for the store."""
        while isinstance(step := self.step(), AttachmentAsk):
            self.take(part(step, content))
        return step

    def answered(self, outcome):
        self.fetching.answered(outcome, self.now)


def kept(index):
    return Kept(log=THEIRS, index=index, number=0)


def test_it_asks_part_by_part_and_gives_the_whole_to_the_store():
    walk = Walk(wanted(7))
    asked = []
    while isinstance(step := walk.step(), AttachmentAsk):
        asked.append(step)
        walk.take(part(step))
    assert asked == [ask(7, 0), ask(7, PART_BYTES), ask(7, 2 * PART_BYTES)]
    assert step == KeepAttachment(log=THEIRS, index=7, number=0, content=CONTENT)
    assert walk.step() is None, "while it is with the store"
    walk.answered(kept(7))
    assert walk.step() == FindWanted(log=THEIRS, after_arrival=7, after_number=0)
    walk.answered(Wanted(items=()))
    assert walk.fetching.next_ms() is None, "nothing more is wanted"
    assert walk.fetching.progress is None


def test_a_size_that_ends_with_a_part_needs_no_empty_one():
    walk = Walk(wanted(7, size=2 * PART_BYTES))
    assert walk.fetch(CONTENT[: 2 * PART_BYTES]).content == CONTENT[: 2 * PART_BYTES]


def test_asks_keep_below_the_rate_of_the_link():
    walk = Walk(wanted(7))
    first = walk.step()
    walk.take(part(first))
    assert walk.fetching.step(walk.now) is None
    assert walk.fetching.next_ms() == walk.now + ASK_EVERY_MS
    assert walk.step() == ask(7, PART_BYTES)


def test_what_comes_while_it_rests_begins_it_again():
    walk = Walk()
    assert walk.step() is None
    walk.fetching.promised()
    assert walk.step() == FindWanted(log=THEIRS)


def test_a_part_that_was_not_asked_for_is_dropped_and_counted():
    walk = Walk(wanted(7))
    walk.take(AttachmentPart(ask(7, 0), b"before any ask"))
    asked = walk.step()
    others = [ask(7, PART_BYTES), ask(8, 0), ask(7, 0, number=1), AttachmentAsk(0, 7, 0, 0)]
    for other in others:
        walk.take(part(other))
    assert walk.fetching.progress.here == 0
    walk.take(part(asked))
    walk.take(part(asked))
    assert walk.fetching.progress.here == PART_BYTES
    assert walk.fetching.unasked.per_minute(walk.now) == len(others) + 2


@pytest.mark.parametrize("length", [0, 1, PART_BYTES - 1])
def test_a_part_of_another_length_passes_it_over_and_the_next_has_its_turn(length):
    walk = Walk(wanted(7), wanted(8))
    asked = walk.step()
    with pytest.raises(PeerError, match=f"entry 7, 40,960 bytes: {length:,} came for the part at 0"):
        walk.take(AttachmentPart(asked, CONTENT[:length]))
    assert walk.step() == ask(8, 0)


def test_no_part_goes_beyond_the_promised_size():
    walk = Walk(wanted(7, size=PART_BYTES + 5))
    walk.take(part(walk.step()))
    with pytest.raises(PeerError, match="6 came for the part at 16,384"):
        walk.take(AttachmentPart(walk.step(), b"longer"))
    assert walk.fetching.progress is None


def test_it_asks_again_later_and_later_and_passes_over_what_is_not_answered():
    walk = Walk(wanted(7), wanted(8))
    times = []
    for _ in range(MAX_UNANSWERED):
        assert walk.step() == ask(7, 0)
        times.append(walk.now)
    waits = [after - before for before, after in pairwise(times)]
    assert waits == [2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]
    with pytest.raises(PeerError, match="8 asks were not answered"):
        walk.step()
    assert walk.step() == ask(8, 0)


def test_an_answer_begins_the_count_of_unanswered_asks_anew():
    walk = Walk(wanted(7))
    for offset in (0, PART_BYTES):
        for _ in range(MAX_UNANSWERED):
            asked = walk.step()
            assert asked == ask(7, offset)
        walk.take(part(asked))
    assert walk.fetch().content == CONTENT


def test_the_offset_outlives_a_cut_and_nothing_is_asked_for_meanwhile():
    walk = Walk(wanted(7))
    walk.take(part(walk.step()))
    assert walk.step() == ask(7, PART_BYTES)
    walk.fetching.line_is_down()
    assert walk.step() is None
    walk.now += 1
    walk.fetching.line_is_up(walk.now)
    assert walk.fetching.step(walk.now) == ask(7, PART_BYTES), "at once"
    assert walk.fetch() == KeepAttachment(log=THEIRS, index=7, number=0, content=CONTENT)


def test_what_is_not_what_was_committed_is_passed_over_and_tried_again_after_an_hour():
    walk = Walk(wanted(7), wanted(8, size=1))
    walk.fetch(b"x" * len(CONTENT))
    walk.answered(PeerError("other bytes", code="record.attachment.commitment"))
    failed_ms = walk.now
    assert walk.fetch(b"y").index == 8
    walk.answered(kept(8))
    assert walk.step() == FindWanted(log=THEIRS, after_arrival=8, after_number=0)
    walk.answered(Wanted(items=()))
    assert walk.fetching.next_ms() == failed_ms + AGAIN_MS
    assert walk.step() == FindWanted(log=THEIRS), "from the beginning"
    assert walk.now == failed_ms + AGAIN_MS
    walk.answered(Wanted(items=(wanted(7),)))
    assert walk.fetch().content == CONTENT


def test_what_is_promised_in_that_hour_does_not_wait_for_its_end():
    walk = Walk(wanted(7))
    with pytest.raises(PeerError):
        walk.take(AttachmentPart(walk.step(), b""))
    assert isinstance(walk.step(), FindWanted)
    walk.answered(Wanted(items=()))
    walk.fetching.promised()
    before = walk.now
    assert walk.step() == FindWanted(log=THEIRS, after_arrival=7, after_number=0)
    assert walk.now == before


def test_a_store_that_cannot_say_what_is_wanted_is_asked_again_after_an_hour():
    walk = Walk(up=False)
    walk.fetching.line_is_up(walk.now)
    assert isinstance(walk.step(), FindWanted)
    walk.answered(StoreError("no", code="store.no"))
    before = walk.now
    assert walk.step() == FindWanted(log=THEIRS)
    assert walk.now == before + AGAIN_MS


def test_after_an_amendment_it_walks_from_the_oldest_again_when_this_walk_has_ended():
    walk = Walk(wanted(7))
    walk.fetching.walk_again(walk.now)
    walk.fetch()
    walk.answered(kept(7))
    assert walk.step() == FindWanted(log=THEIRS, after_arrival=7, after_number=0)
    walk.answered(Wanted(items=()))
    assert walk.step() == FindWanted(log=THEIRS)
    walk.answered(Wanted(items=()))
    assert walk.step() is None
