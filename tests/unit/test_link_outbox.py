"""What leaves next, under which statement, and what is sent again (protocol A5, B7)."""

import pytest

from coupefeu.link.config import Limits, Timings
from coupefeu.link.delivery import Delivery
from coupefeu.link.outbox import RUN_GAP, Outbox, Outgoing
from coupefeu.model.precedence import Precedence
from coupefeu.wire.packet import Ack, CheckpointSignature, LeafOnly, PackedEntry

FLASH, IMMEDIATE, PRIORITY, ROUTINE = Precedence


def entry(index, precedence=ROUTINE, size=100):
    return Outgoing(0, index, precedence, PackedEntry(index, bytes(16), b"h", bytes(size)))


def outbox(count, urgent=None):
    box = Outbox()
    for index in range(count):
        box.offer(entry(index, (urgent or {}).get(index, ROUTINE)))
    return box


def send(box, *, due_ms=100, flash_only=False, max_entries=128, max_bytes=60_000):
    """Take one batch and let it fly: indices and whether it is contiguous."""
    batch, contiguous = box.take(
        box.most_urgent(), flash_only=flash_only, max_entries=max_entries, max_bytes=max_bytes
    )
    box.fly(batch, due_ms, contiguous=contiguous)
    return [each.index for each in batch], contiguous


def test_in_order_goes_under_checkpoints():
    box = outbox(300)
    assert send(box) == (list(range(128)), True)
    assert send(box) == (list(range(128, 256)), True)
    assert send(box) == (list(range(256, 300)), True)
    assert box.most_urgent() is None


def test_bytes_bound_a_batch_and_one_large_entry_still_goes():
    box = outbox(10)
    assert send(box, max_bytes=3 * 140)[0] == [0, 1, 2]
    assert send(box, max_bytes=1)[0] == [3]


@pytest.mark.parametrize("overtakes", [False, True])
def test_what_heads_leave_out_bounds_a_batch_and_one_entry_still_goes(overtakes):
    box = Outbox()
    for index in range(7):
        head = bytes((1, 200 if index == 2 else 40, 0))
        precedence = FLASH if overtakes and index else ROUTINE
        box.offer(Outgoing(0, index, precedence, PackedEntry(index, bytes(16), head, b"")))
    batches = [send(box, flash_only=overtakes)[0] for _ in range(4 if overtakes else 3)]
    assert batches == ([[1], [2], [3, 4, 5], [6]] if overtakes else [[0, 1], [2], [3, 4, 5]])


def test_flash_overtakes_a_backlog_as_a_run_and_the_backlog_follows_from_the_front():
    box = outbox(10_001, {10_000: FLASH})
    assert send(box) == ([10_000], False)
    assert send(box) == (list(range(128)), True)


def test_flash_within_the_next_batch_does_not_cost_a_run():
    assert send(outbox(50, {40: FLASH})) == (list(range(50)), True)


def test_a_run_carries_little_between_urgent_entries_and_nothing_behind_the_last():
    box = outbox(1_000, {500: PRIORITY, 503: IMMEDIATE, 510: PRIORITY, 600: PRIORITY})
    assert send(box) == ([503], False)
    box = outbox(1_000, {500: PRIORITY, 500 + RUN_GAP: PRIORITY, 600: PRIORITY})
    assert send(box) == (list(range(500, 501 + RUN_GAP)), False)
    assert send(box) == ([600], False)


def test_precedence_orders_runs():
    box = outbox(2_000, {1_000: PRIORITY, 1_400: FLASH, 1_700: IMMEDIATE})
    assert [send(box)[0] for _ in range(3)] == [[1_400], [1_700], [1_000]]


def test_flash_only_takes_nothing_less_urgent_along():
    assert send(outbox(5, {0: FLASH, 1: FLASH}), flash_only=True) == ([0, 1], True)
    assert send(outbox(5, {3: FLASH}), flash_only=True) == ([3], False)


def test_the_front_passes_over_what_has_overtaken_it():
    box = outbox(300, {200: FLASH})
    assert send(box) == ([200], False)
    box.acknowledge(0, [(200, 201)])
    assert send(box)[0] == list(range(128))
    assert send(box) == ([*range(128, 200), *range(201, 257)], True)


def test_acknowledged_entries_are_gone():
    box = outbox(100)
    send(box)
    assert box.acknowledge(60, [(70, 80)]) == 70
    assert (box.queued, box.flying, box.acknowledged) == (30, 30, 60)
    assert box.acknowledge(100, []) == 30
    assert (box.queued, box.flying, box.flying_bytes, box.due_ms()) == (0, 0, 0, None)


def test_acknowledgements_that_come_twice_or_late_change_nothing():
    box = outbox(100)
    send(box)
    box.acknowledge(60, [])
    for _ in range(2):
        assert box.acknowledge(40, [(10, 20)]) == 0
    assert box.acknowledged == 60


def test_what_is_not_acknowledged_in_time_goes_again_as_a_run():
    box = outbox(256)
    send(box, due_ms=10)
    send(box, due_ms=20)
    assert not box.land_due(9)
    assert box.land_due(10)
    assert send(box, due_ms=30) == (list(range(128)), False)
    assert box.due_ms() == 20


def test_after_a_path_is_lost_everything_goes_again_from_what_they_hold_under_a_checkpoint():
    box = outbox(256)
    send(box)
    send(box)
    box.land_all()
    assert (box.flying, box.flying_bytes) == (0, 0)
    box.acknowledge(100, [])
    assert send(box) == (list(range(100, 228)), True)


def test_a_hole_goes_again_at_once():
    box = outbox(100)
    send(box)
    assert box.resend(10, 20)
    assert send(box) == (list(range(10, 20)), False)


def test_a_hole_in_what_was_acknowledged_needs_the_node():
    box = outbox(100)
    send(box)
    box.acknowledge(100, [])
    assert not box.resend(10, 12)
    for index in (10, 11):
        box.offer(entry(index))
    assert send(box) == ([10, 11], False)
    box.acknowledge(100, [])
    assert box.queued == 0


def test_an_overtaker_offered_again_goes_under_a_checkpoint():
    box = outbox(200, {199: FLASH})
    assert send(box) == ([199], False)
    box.acknowledge(0, [(199, 200)])
    while box.most_urgent() is not None:
        send(box)
    box.acknowledge(200, [])
    box.offer(entry(199))
    box.acknowledge(200, [])
    assert send(box) == ([199], True)
    box.acknowledge(200, [])
    assert box.queued == 0


def test_entries_may_be_offered_out_of_order():
    box = Outbox()
    box.restore(5, [(8, 9)])
    box.offer(entry(9, FLASH))
    assert send(box) == ([9], False)
    for index in (7, 6, 5):
        box.offer(entry(index))
    assert send(box) == ([5, 6, 7], True)
    assert box.end == 10


def test_nothing_goes_under_a_checkpoint_before_a_gap_is_offered():
    box = Outbox()
    box.offer(entry(3))
    assert send(box) == ([3], False)


def test_hostile_ranges_cost_what_waits_not_what_they_claim():
    box = outbox(50)
    box.acknowledge(0, [(10, 1 << 62)])
    assert box.queued == 10
    box.resend(0, 1 << 62)


class _Counted(dict):
    """What waits, counting how often it is looked at."""

    looks = 0

    def __iter__(self):
        for index in super().__iter__():
            self.looks += 1
            yield index

    def __contains__(self, index):
        self.looks += 1
        return super().__contains__(index)

    def pop(self, *key):
        self.looks += 1
        return super().pop(*key)


@pytest.mark.parametrize("again", [False, True])
def test_what_is_acknowledged_again_costs_nothing_however_much_waits(again):
    """A peer may repeat in every frame that it holds all but the first; nothing of a frame's acks is metered."""
    box = outbox(10_000)
    box.acknowledge(0, [(1, 5_000)])
    for index in range(1, 5_000) if again else ():
        box.offer(entry(index))
    box._waiting = counted = _Counted(box._waiting)
    for _ in range(10):
        box.acknowledge(0, [(1, 2_000), (2_001, 5_000)])
    assert counted.looks <= 20
    assert box.queued == (10_000 if again else 5_001)


def test_what_is_acknowledged_bit_by_bit_costs_what_is_new():
    box = outbox(10_000)
    box._waiting = counted = _Counted(box._waiting)
    for end in range(2, 1_000):
        box.acknowledge(0, [(1, end), (5_000, 5_000 + end)])
    assert counted.looks < 4_000
    assert box.queued == 10_000 - 998 - 999


def test_a_large_hole_asked_for_again_and_again_stops_at_the_first_that_is_not_here():
    box = outbox(10_000)
    box.acknowledge(2, ())
    box._waiting = counted = _Counted(box._waiting)
    for _ in range(10):
        assert not box.resend(1, 9_000)
    assert counted.looks <= 10


def test_leaves_alone_are_carried_too():
    box = Outbox()
    box.offer(Outgoing(0, 0, ROUTINE, LeafOnly(0, bytes(70))))
    assert send(box) == ([0], True)


@pytest.mark.parametrize("precedence", [-1, 4, 99])
def test_a_precedence_out_of_range_is_taken_as_the_nearest(precedence):
    box = Outbox()
    box.offer(entry(0, precedence))
    assert box.most_urgent() == (0 if precedence < 0 else 3)


def test_what_a_co_signature_covers_never_goes_again():
    """Its acknowledgement was lost, or it was to go once more: the leaves before it are no longer at hand."""
    box = outbox(8)
    box.acknowledge(2, ())
    box.offer(entry(0))
    send(box, max_entries=4)
    box.land_all()
    box.cosigned(5)
    assert (box.acknowledged, box.queued, box.flying) == (5, 3, 0)
    assert send(box) == ([5, 6, 7], True)
    box.offer(entry(4))
    box.cosigned(5)
    assert box.most_urgent() is None
    box.cosigned(3)
    assert (box.acknowledged, box.queued) == (5, 3), "an older one changes nothing"


def test_what_goes_once_more_is_dropped_when_held_after_it_has_left_again():
    box = outbox(20)
    send(box)
    box.acknowledge(0, [(1, 20)])
    box.land_all()
    for index in (5, 6, 7):
        box.offer(entry(index))
    box.acknowledge(0, [(1, 20)])
    assert box.queued == 4, "said before it has left again"
    assert send(box, max_entries=3)[0] == [0, 5, 6]
    box.acknowledge(0, [(1, 20)])
    assert (box.queued, box.flying) == (2, 1)
    assert send(box)[0] == [7]
    box.land_all()
    box.acknowledge(0, [(1, 20)])
    assert (box.queued, box.flying_bytes) == (2, 0), "what was given up has to leave again"


def test_a_form_that_is_renewed_goes_anew_though_the_old_one_is_under_way():
    box = outbox(3)
    assert send(box) == ([0, 1, 2], True)
    box.renew(entry(1))
    assert box.flying == 3, "in the same form it need not go anew"
    box.renew(Outgoing(0, 1, ROUTINE, PackedEntry(1, bytes(16), b"whole", b"")))
    box.renew(entry(7))
    batch, _ = box.take(ROUTINE, flash_only=False, max_entries=128, max_bytes=60_000)
    assert [each.index for each in batch] == [1]
    assert batch[0].entry.head == b"whole"


@pytest.fixture
def delivery():
    class Config:
        limits, timings = Limits(), Timings()

    made = Delivery(
        Config(), lambda log, batch, contiguous: CheckpointSignature(batch[-1].index + 1, bytes(64))
    )
    made.offer(entry(index) for index in range(4))
    return made


def indices(made, mono_ms=0):
    batch = made.next_batch(mono_ms, 0, flash_only=False, max_bytes=60_000)
    return None if batch is None else [each.index for each in batch.entries]


def test_acknowledgements_of_another_branch_count_for_nothing_and_cosignatures_that_hold_do(delivery):
    assert indices(delivery) == [0, 1, 2, 3]
    delivery.doubt(0, 1)
    delivery.offer(entry(index) for index in range(1, 4))
    assert delivery.acknowledge(Ack(0, 4)) == (True, 1)
    assert indices(delivery) == [1, 2, 3]
    delivery.acknowledge(Ack(0, 2, ((3, 4),)))
    assert delivery.queued == 3
    delivery.cosigned(0, 3)
    assert delivery.queued == 1


def test_what_is_lost_at_the_other_side_goes_again_from_there(delivery):
    assert indices(delivery) == [0, 1, 2, 3]
    delivery.acknowledge(Ack(0, 4))
    assert delivery.queued == 0
    delivery.begin_anew(0, 2)
    delivery.offer(entry(index) for index in range(2, 4))
    assert indices(delivery) == [2, 3]
    delivery.acknowledge(Ack(0, 4))
    assert delivery.queued == 0
