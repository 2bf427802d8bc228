"""Who waits for whom at the one writer: no officer of ours behind all that another party sends."""

import threading

import pytest
from tests.stores import AGREEMENT, moment, open_keeper

from coupefeu.services.messages.commands import SendLineTest
from coupefeu.store.jobs import Act, KeepAttachment, NameOverdue, Receive, ReceiveLineTest, TakeReceipt
from coupefeu.store.turns import BATCH_JOBS, PARTY_COST, Turns, cost_of, party_of
from coupefeu.store.writer import Writer
from coupefeu.testing.author import Author
from coupefeu.wire.packet import (
    Batch,
    CheckpointSignature,
    CosignatureItem,
    LeafOnly,
    LineTestItem,
    PackedEntry,
    RunReceiptItem,
)

SEEING = PackedEntry(0, bytes(16), bytes((1, 0, 2, 0, 5, 0, 6)), b"")
"""Its short head leaves out two roots of log 0."""
ACT = Act(command=SendLineTest(template=1))


def receive(log, count, left_out=0):
    """A batch of `count` entries, the first of which leaves out so many hashes."""
    head = bytes((1, left_out, 0)) if left_out else b"\x00"
    entries = [PackedEntry(index, bytes(16), b"\x00" if index else head, b"") for index in range(count)]
    return Receive(batch=Batch(log, tuple(entries), CheckpointSignature(count, bytes(64))))


def receipt(log):
    return TakeReceipt(item=CosignatureItem(0, 1, 0, bytes(64)), holder=log)


def taken(turns):
    return [item for _, item in turns.take()]


def fill(*jobs):
    turns = Turns()
    for number, job in enumerate(jobs):
        turns.put(job, number)
    return turns


def test_our_acts_go_first_and_the_order_of_each_queue_is_kept():
    turns = fill(receive(1, 1), receipt(1), ACT, receipt(1), ACT)
    assert taken(turns) == [2, 4, 0, 1, 3]


def test_one_commit_holds_so_much_of_each_party_and_each_has_its_turn():
    turns = fill(*[receive(1, PARTY_COST // 2) for _ in range(5)], receive(2, 1), receipt(2))
    assert taken(turns) == [0, 1, 5, 6]
    turns.put(receive(2, 1), 7)
    assert taken(turns) == [2, 3, 7]
    assert taken(turns) == [4]


def test_who_has_more_waiting_goes_to_the_end_of_the_row():
    turns = fill(*[receive(1, PARTY_COST) for _ in range(2)], receive(2, PARTY_COST), receive(2, PARTY_COST))
    assert taken(turns) == [0, 2]
    assert taken(turns) == [1, 3]


def test_one_dear_job_goes_alone_and_hashes_to_find_count():
    turns = fill(receive(1, 4 * PARTY_COST), receipt(1), receive(1, 1, left_out=200), receive(1, 60))
    assert taken(turns) == [0]
    assert taken(turns) == [1, 2]
    assert taken(turns) == [3]


def test_many_acts_of_ours_do_not_keep_the_others_out():
    turns = fill(*[ACT] * (BATCH_JOBS + 5), receive(1, 1), receipt(1))
    assert taken(turns) == [*range(BATCH_JOBS), BATCH_JOBS + 5]
    assert taken(turns) == [*range(BATCH_JOBS, BATCH_JOBS + 5), BATCH_JOBS + 6]


def test_what_is_queued_is_done_before_the_end():
    turns = fill(receive(1, PARTY_COST), receive(1, PARTY_COST))
    turns.close()
    assert [taken(turns), taken(turns), taken(turns)] == [[0], [1], []]


@pytest.mark.parametrize(
    ("job", "party", "cost"),
    [
        (receive(2, 7, left_out=96), 2, 103),
        (Receive(batch=Batch(1, (SEEING, SEEING), CheckpointSignature(2, bytes(64)))), 1, 2 + 4 * 2),
        (Receive(batch=Batch(1, (LeafOnly(0, bytes(70)),), CheckpointSignature(1, bytes(64)))), 1, 1),
        (ReceiveLineTest(item=LineTestItem(1, 5, 1, 1)), 1, 1),
        (receipt(2), 2, 1),
        (TakeReceipt(item=RunReceiptItem(0, 10, 138, bytes(64)), holder=1), 1, 128),
        (KeepAttachment(log=1, index=0, number=0, content=bytes(1 << 20)), 1, 257),
        (NameOverdue(), -1, 1),
    ],
)
def test_whose_a_job_is_and_what_it_costs(job, party, cost):
    assert (party_of(job), cost_of(job)) == (party, cost)


def test_an_act_waits_for_the_commit_under_way_and_one_share_however_much_a_party_has_sent(tmp_path):
    """The writer is held in its first commit while RU sends 2,000 entries and then one of our officers acts."""
    author = Author(AGREEMENT, "ru")
    for number in range(2_000):
        author.say(f"number {number}")
    under_way, go_on = threading.Event(), threading.Event()
    commits, outcomes = [], []

    class Held:
        def __init__(self):
            self.keeper = open_keeper(tmp_path / "record.db")

        def execute(self, jobs, now):
            under_way.set()
            go_on.wait(60)
            commits.append([type(job) for job in jobs])
            return self.keeper.execute(jobs, now)

        def close(self):
            self.keeper.close()

    writer = Writer(Held, moment, lambda hand_back: hand_back(), lambda: None, lambda defect: defect)
    writer.submit(author.checkpoint(0, 100), outcomes.append)
    under_way.wait(60)
    for start in range(100, 2_000, 100):
        writer.submit(author.checkpoint(start, start + 100), outcomes.append)
    writer.submit(ACT, outcomes.append)
    go_on.set()
    writer.close()
    assert commits[0] == [Receive]
    assert commits[1] == [Act, Receive, Receive]
    assert not [each for each in outcomes if isinstance(each, Exception)]
    assert sum(map(len, commits)) == 21
