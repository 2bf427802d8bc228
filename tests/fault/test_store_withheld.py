"""What is withheld is asked for, named in our own log after the agreed time, and holds back nothing else (A7)."""

from dataclasses import replace

import pytest
from tests.stores import AGREEMENT, do, moment, open_keeper

from coupefeu.errors import PeerError, VerificationError
from coupefeu.model.entry import Kind, Reference
from coupefeu.model.instant import Moment
from coupefeu.model.precedence import Precedence
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.refusals.facts import Reason, Refusal, encode_refusal, parse_refusal
from coupefeu.services.refusals.rules import subtract
from coupefeu.services.refusals.views import SELECT_REFUSALS, read_refusal
from coupefeu.store import state as states
from coupefeu.store.fsck import check_record
from coupefeu.store.jobs import Lacking, NameOverdue, Receive
from coupefeu.store.state import HELD_BYTES, HELD_ENTRIES, Waiting, batch_bytes
from coupefeu.testing.author import Author
from coupefeu.wire import cbor
from coupefeu.wire.head import encode_head, shorten
from coupefeu.wire.packet import (
    Batch,
    CheckpointSignature,
    CosignatureItem,
    LeafOnly,
    PackedEntry,
    RunReceiptItem,
)

AGREED_S = AGREEMENT.deadlines_for(Precedence.ROUTINE).record_s


@pytest.fixture
def author():
    writer = Author(AGREEMENT, "ru")
    for number in range(6):
        writer.say(f"number {number}")
    return writer


def named(keeper):
    rows = keeper.connection.execute(SELECT_REFUSALS)
    return [(row["refused_log"], row["start"], row["end"], row["reason"]) for row in rows]


def is_clean(path, keeper):
    report = check_record(path, keeper.line.parties, keeper.line.our_log, running=True)
    return report.is_clean


def test_a_leaf_withheld_for_ever(tmp_path, author):
    path = tmp_path / "record.db"
    keeper = open_keeper(path)
    do(keeper, author.checkpoint(0, 1))
    assert do(keeper, author.checkpoint(2, 4)).missing == ((1, 2),)
    received = do(keeper, author.run(2, 4), at=1)
    assert [recorded.index for recorded in received.recorded] == [2, 3]
    assert received.receipts[0] == RunReceiptItem(1, 2, 4, received.receipts[0].signature)

    first = do(keeper, NameOverdue(), at=2)
    assert (first.entries, first.lacking) == ((), (Lacking(log=1, start=1, end=2),))
    assert not do(keeper, NameOverdue(), at=1 + AGREED_S).entries
    (entry,) = do(keeper, NameOverdue(), at=2 + AGREED_S).entries
    assert entry.recorded.head.kind == Kind.REFUSED
    assert parse_refusal(entry.recorded.body) == Refusal(log=1, ranges=((1, 2),), reason=Reason.LEAF_MISSING)
    assert named(keeper) == [(1, 1, 2, Reason.LEAF_MISSING)]

    for later in (1, 2):
        again = do(keeper, NameOverdue(), at=2 + AGREED_S * (later + 1))
        assert (again.entries, len(again.lacking)) == ((), 1)
    received = do(keeper, author.run(4, 5), at=3 * AGREED_S)
    assert [recorded.index for recorded in received.recorded] == [4]
    assert isinstance(received.receipts[0], RunReceiptItem)
    assert is_clean(path, keeper)

    keeper.close()
    keeper = open_keeper(path)
    assert not do(keeper, NameOverdue(), at=0).entries
    assert not do(keeper, NameOverdue(), at=5 * AGREED_S).entries, "named before the restart"
    received = do(keeper, author.checkpoint(1, 5, left_out={2, 3, 4}), at=5 * AGREED_S)
    assert [type(receipt) for receipt in received.receipts] == [CosignatureItem]
    assert do(keeper, NameOverdue(), at=7 * AGREED_S).lacking == ()
    assert is_clean(path, keeper)


def test_a_body_withheld_for_ever(tmp_path, author):
    path = tmp_path / "record.db"
    keeper = open_keeper(path)
    received = do(keeper, author.checkpoint(0, 4, leaf_only={1}))
    assert [recorded.index for recorded in received.recorded] == [0, 2, 3]
    assert received.withheld == (1,)
    assert [(type(each), each.start, each.end) for each in received.receipts] == [(RunReceiptItem, 0 + 2, 4)]
    assert received.held.complete == 1
    assert received.held.beyond == ((2, 4),)
    assert not do(keeper, NameOverdue(), at=AGREED_S - 1).entries
    keeper.close()
    keeper = open_keeper(path)
    overdue = do(keeper, NameOverdue(), at=AGREED_S)
    assert overdue.lacking == (Lacking(log=1, start=1, end=2),)
    assert named(keeper) == [(1, 1, 2, Reason.BODY_MISSING)]
    assert not do(keeper, NameOverdue(), at=2 * AGREED_S).entries

    received = do(keeper, author.checkpoint(4, 5), at=2 * AGREED_S)
    assert [(each.start, each.end) for each in received.receipts] == [(4, 5)]
    received = do(keeper, author.checkpoint(4, 5), at=2 * AGREED_S)
    assert [(each.start, each.end) for each in received.receipts] == [(4, 5)], "said again when sent again"
    assert received.recorded == ()
    assert is_clean(path, keeper)

    received = do(keeper, author.checkpoint(1, 6, left_out={2, 3, 4}), at=3 * AGREED_S)
    assert [recorded.index for recorded in received.recorded] == [1, 5]
    assert [(type(each), each.size) for each in received.receipts] == [(CosignatureItem, 6)]
    assert is_clean(path, keeper)


def test_a_clock_that_is_set_forward_names_no_body_too_early(tmp_path, author):
    keeper = open_keeper(tmp_path / "record.db")
    do(keeper, author.checkpoint(0, 2, leaf_only={1}))
    for seconds in (1, AGREED_S - 1):
        at = moment(seconds)
        a_year_on = Moment(utc_ms=at.utc_ms + 365 * 86_400_000, mono_ms=at.mono_ms)
        (overdue,) = keeper.execute([NameOverdue()], a_year_on)
        assert overdue.lacking
        assert overdue.entries == ()
    assert do(keeper, NameOverdue(), at=AGREED_S).entries
    assert named(keeper) == [(1, 1, 2, Reason.BODY_MISSING)]


def test_what_an_entry_refers_to_is_asked_for_first(tmp_path, author):
    """Its hash is left out on air and rebuilt from what is held, so the entry cannot be read before (A3)."""
    keeper = open_keeper(tmp_path / "record.db")
    do(keeper, author.checkpoint(0, 1))
    about = Reference(log=1, index=3, leaf_hash=leaf_hash(author._leaves[3]))
    index = author.write(replace(author.head(), references=(about,)), b"about number 3")
    run = author.run(index, index + 1).batch
    (packed,) = run.entries
    short = replace(packed, head=shorten(encode_head(replace(author.head(), references=(about,)))))
    overtaking = Receive(batch=replace(run, entries=(short,)))
    received = do(keeper, overtaking)
    assert (received.recorded, received.missing) == ((), ((3, 4),))
    do(keeper, author.run(3, 4))
    (recorded,) = do(keeper, overtaking).recorded
    assert (recorded.index, recorded.head.references) == (index, (about,))


def test_a_wrong_body_for_a_withheld_one_is_refused_and_the_right_one_taken(tmp_path, author):
    keeper = open_keeper(tmp_path / "record.db")
    do(keeper, author.checkpoint(0, 2, leaf_only={1}))
    right = author.checkpoint(1, 2).batch
    (packed,) = right.entries
    wrong = PackedEntry(1, packed.seed, packed.head, packed.body + b" ")
    (refusal,) = keeper.execute([Receive(batch=Batch(1, (wrong,), right.statement))], moment(1))
    assert isinstance(refusal, VerificationError)
    assert do(keeper, author.checkpoint(1, 2)).receipts[0].size == 2


def test_what_is_never_as_signed_is_named_and_holds_back_nothing_that_runs(tmp_path, author):
    keeper = open_keeper(tmp_path / "record.db")
    do(keeper, author.checkpoint(0, 1))
    good = author.checkpoint(1, 3).batch
    forged = Receive(batch=Batch(1, good.entries, CheckpointSignature(3, bytes(64))))
    for at in (1, AGREED_S, 2 * AGREED_S):
        assert isinstance(keeper.execute([forged], moment(at))[0], VerificationError)
        do(keeper, NameOverdue(), at=at)
    assert named(keeper) == [(1, 1, 2, Reason.NOT_AS_SIGNED)]
    assert do(keeper, author.run(2, 3)).receipts[0].start == 2
    assert do(keeper, Receive(batch=good)).receipts[-1].size == 3
    assert not do(keeper, NameOverdue(), at=9 * AGREED_S).entries


def test_progress_is_no_delay(tmp_path, author):
    keeper = open_keeper(tmp_path / "record.db")
    do(keeper, author.run(5, 6))
    for index in range(4):
        do(keeper, NameOverdue(), at=index * AGREED_S)
        do(keeper, author.checkpoint(index, index + 1), at=index * AGREED_S)
    assert named(keeper) == []


def test_many_withheld_bodies_become_one_entry(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    for number in range(400):
        author.say(f"number {number}")
    do(keeper, author.checkpoint(0, 400, leaf_only=set(range(0, 400, 2))))
    for at in range(1, 9):
        assert len(do(keeper, NameOverdue(), at=at * AGREED_S).entries) == (1 if at <= 4 else 0)
    assert len(named(keeper)) == 200
    assert keeper.states[0].size == 4


# --- what does not parse, what is unknown -----------------------------------------------------------------


def test_bytes_that_do_not_parse_are_kept_cosigned_and_shown_as_unreadable(tmp_path, author):
    keeper = open_keeper(tmp_path / "record.db")
    size = author.size
    author.write(b"\xff\xffno head", b"any bytes \x00")
    author.write(b"", b"")
    author.write(author.head(), b"\xff")
    author.write(author.head(kind=77_777), b"of a newer peer")
    received = do(keeper, author.checkpoint(0, author.size))
    assert received.receipts[0].size == author.size
    rows = keeper.connection.query(
        "SELECT m.effect, e.head, e.body FROM messages m JOIN entries e ON e.log = m.log AND e.idx = m.idx"
        " WHERE m.idx >= ? ORDER BY m.idx",
        (size,),
    ).fetchall()
    assert [row[0] for row in rows] == [
        "unreadable_head",
        "unreadable_head",
        "unreadable_body",
        "unknown_form",
    ]
    assert rows[0][1:] == (b"\xff\xffno head", b"any bytes \x00")


# --- bounds beyond a hole ---------------------------------------------------------------------------------


def batch_behind_a_hole(start, body=b"", count=1_024):
    entries = tuple(PackedEntry(start + each, bytes(16), b"", body) for each in range(count))
    return Batch(1, entries, CheckpointSignature(start + count, bytes(64)))


@pytest.mark.parametrize("body", [b"", bytes(8_192)])
def test_what_waits_beyond_a_hole_is_bounded(body):
    waiting = Waiting()
    for number in range(80):
        batch = batch_behind_a_hole(1 + 1_024 * number, body)
        waiting.add(batch, batch.statement.size)
        waiting.add(batch, batch.statement.size)
    assert waiting.entries <= HELD_ENTRIES == 1 << 16
    assert waiting.bytes <= HELD_BYTES == 64 << 20
    held = min(HELD_ENTRIES // 1_024, HELD_BYTES // batch_bytes(batch))
    assert len(waiting.batches) == held
    taken = [waiting.take_next() for _ in range(held)]
    assert [each.entries[0].index for each in taken] == [1 + 1_024 * number for number in range(held)]
    assert (waiting.take_next(), waiting.entries, waiting.bytes) == (None, 0, 0)


def test_what_did_not_fit_beyond_the_hole_comes_again(tmp_path, monkeypatch):
    monkeypatch.setattr(states, "HELD_ENTRIES", 3)
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    for number in range(8):
        author.say(f"number {number}")
    for index in range(1, 8):
        assert do(keeper, author.checkpoint(index, index + 1)).missing == ((0, 1),)
    assert do(keeper, author.checkpoint(0, 1)).held.complete == 4
    assert do(keeper, author.checkpoint(4, 8)).held.complete == 8


def test_a_run_too_far_ahead_is_refused(tmp_path, author):
    keeper = open_keeper(tmp_path / "record.db")
    far = (1 << 20) + 1
    run = author.run(0, 1).batch
    (packed,) = run.entries
    moved = PackedEntry(far - 1, packed.seed, packed.head, packed.body)
    statement = type(run.statement)(far - 1, far, run.statement.signature)
    (refusal,) = keeper.execute([Receive(batch=Batch(1, (moved,), statement))], moment())
    assert refusal.code == "store.receive.run_reach"


# --- the entry itself -------------------------------------------------------------------------------------


def test_a_refusal_of_the_other_side_is_read_in_words_and_a_bad_one_has_no_effect(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    good = Refusal(log=0, ranges=((3, 4), (7, 9)), reason=Reason.BODY_MISSING)
    for body in (
        encode_refusal(good),
        encode_refusal(Refusal(log=1, ranges=((0, 1),), reason=Reason.LEAF_MISSING)),
        encode_refusal(Refusal(log=7, ranges=((0, 1),), reason=Reason.LEAF_MISSING)),
        b"\xff",
    ):
        author.write(author.head(kind=Kind.REFUSED), body)
    do(keeper, author.checkpoint(0, 4))
    views = [read_refusal(row, AGREEMENT.party_ids) for row in keeper.connection.execute(SELECT_REFUSALS)]
    assert [(view.number, view.refused, view.effect) for view in views] == [
        ("RU/0", "US/3", ""),
        ("RU/0", "US/7 - US/8", ""),
        ("RU/1", "", "not_theirs_to_refuse"),
        ("RU/2", "", "not_theirs_to_refuse"),
        ("RU/3", "", "unreadable_body"),
    ]
    assert views[0].words
    assert not any(view.ours for view in views)


@pytest.mark.parametrize(
    "value",
    [
        {0: 0, 1: [[0, 1]]},
        {0: 0, 1: [], 2: 1},
        {0: 0, 1: [[1, 1]], 2: 1},
        {0: 0, 1: [[2, 3], [1, 2]], 2: 1},
        {0: 0, 1: [[0, 1]] * 65, 2: 1},
        {0: 0, 1: [[0, 1]], 2: 9},
        {0: 0, 1: [[0, 1]], 2: True},
        {0: -1, 1: [[0, 1]], 2: 1},
        {0: 0, 1: [[0, 1 << 63]], 2: 1},
        {0: 0, 1: [[0]], 2: 1},
        [0],
    ],
)
def test_other_bytes_are_no_refusal(value):
    with pytest.raises(PeerError):
        parse_refusal(cbor.encode(value))


def test_what_was_named_is_taken_out():
    assert subtract([(0, 10), (20, 30)], [(2, 3), (5, 22)]) == ((0, 2), (3, 5), (22, 30))
    assert subtract([(0, 10)], [(0, 10)]) == ()
    assert subtract([(0, 10)], []) == ((0, 10),)


def test_a_leaf_alone_is_never_shown(tmp_path, author):
    keeper = open_keeper(tmp_path / "record.db")
    assert isinstance(author.run(5, 6, leaf_only={5}).batch.entries[0], LeafOnly)
    received = do(keeper, author.run(5, 6, leaf_only={5}))
    assert (received.recorded, received.receipts) == ((), ())
    received = do(keeper, author.run(5, 6))
    assert [recorded.index for recorded in received.recorded] == [5]
    assert received.receipts[0].start == 5
