"""How fast the other side's entries are taken up: budgets, waiting, and what is sent again meanwhile."""

from dataclasses import replace

from coupefeu.model.instant import Moment
from coupefeu.node.intake import WAITING_BATCHES, Bucket, Intake
from coupefeu.testing.line import make_agreement
from coupefeu.wire.packet import Batch, CheckpointSignature, LeafOnly, RunSignature

LEAF = b"\x83\x01\x58\x20" + bytes(32) + b"\x58\x20" + bytes(32)


def at(ms):
    return Moment(utc_ms=0, mono_ms=ms)


def batch(start, end, run=False):
    entries = tuple(LeafOnly(index, LEAF) for index in range(start, end))
    statement = RunSignature(start, end, bytes(64)) if run else CheckpointSignature(end, bytes(64))
    return Batch(0, entries, statement)


def intake(entries=60, runs=6):
    budgets = replace(make_agreement().budgets, entries_per_minute=entries, flash_per_minute=runs)
    return Intake(budgets, at(0))


def test_what_is_within_the_budget_passes_at_once():
    taken = intake()
    assert list(taken.admit(batch(0, 60), at(0))) == [batch(0, 60)]
    assert not taken.is_full
    assert taken.next_ms() is None


def test_what_is_beyond_it_waits_and_comes_in_order_when_it_may():
    taken = intake()
    list(taken.admit(batch(0, 60), at(0)))
    for start in (60, 61, 62):
        assert list(taken.admit(batch(start, start + 1), at(0))) == []
    assert taken.is_full
    assert taken.next_ms() == 1_000
    assert list(taken.due(at(999))) == []
    assert list(taken.due(at(2_500))) == [batch(60, 61), batch(61, 62)]
    assert list(taken.due(at(3_000))) == [batch(62, 63)]
    assert not taken.is_full


def test_what_is_sent_again_while_it_waits_is_not_charged_twice():
    taken = intake()
    list(taken.admit(batch(0, 60), at(0)))
    for _ in range(10):
        assert list(taken.admit(batch(60, 62), at(0))) == []
        assert list(taken.admit(batch(61, 62), at(0))) == []
    assert list(taken.admit(batch(61, 63), at(0))) == [], "one new entry is enough to wait as well"
    assert list(taken.due(at(60_000))) == [batch(60, 62), batch(61, 63)]
    assert list(taken.admit(batch(60, 62), at(60_000))) == [batch(60, 62)], (
        "afterwards it is not known any more"
    )


def test_runs_have_a_budget_of_their_own_and_go_ahead():
    taken = intake()
    list(taken.admit(batch(0, 60), at(0)))
    list(taken.admit(batch(60, 70), at(0)))
    assert list(taken.admit(batch(500, 501, run=True), at(0))) == [batch(500, 501, run=True)]
    for index in range(501, 506):
        list(taken.admit(batch(index, index + 1, run=True), at(0)))
    assert list(taken.admit(batch(506, 507, run=True), at(0))) == [], "a small one"
    first, *_ = taken.admit(batch(507, 508, run=True), at(10_000))
    assert first == batch(507, 508, run=True), "it refills"


def test_what_waits_is_bounded():
    taken = intake()
    list(taken.admit(batch(0, 60), at(0)))
    for start in range(60, 60 + 10 * WAITING_BATCHES):
        list(taken.admit(batch(start, start + 1), at(0)))
    found = list(taken.due(at(10**9)))
    assert len(found) == 60, "one minute's worth at most, however long it was quiet"
    assert len(found) + len(list(taken.due(at(2 * 10**9)))) == WAITING_BATCHES


def test_a_batch_larger_than_the_whole_budget_passes_when_the_bucket_is_full():
    taken = intake(entries=5)
    assert list(taken.admit(batch(0, 100), at(0))) == [batch(0, 100)]
    assert list(taken.admit(batch(100, 101), at(11_999))) == []
    assert list(taken.due(at(12_000))) == [batch(100, 101)]


def test_a_bucket_says_when_and_a_clock_that_stands_gives_nothing():
    bucket = Bucket(60, at(0))
    assert bucket.take(60, at(0))
    assert not bucket.take(1, at(0))
    assert bucket.ready_ms(1) == 1_000
    assert not bucket.take(1, at(999))
    assert bucket.take(1, at(1_000))
    assert not bucket.take(1, at(500)), "nor one that goes back"
