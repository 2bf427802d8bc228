"""A FLASH far ahead of a backlog, then another entry in its place; co-signatures only grow (protocol A5, A6, C)."""

import pytest
from tests.sizes import size
from tests.stores import AGREEMENT, do, moment, open_keeper, view_rows

from coupefeu.errors import PeerError, VerificationError
from coupefeu.model.precedence import Precedence
from coupefeu.record.equivocation import encode_equivocation, verify_equivocation
from coupefeu.store.fsck import check_record
from coupefeu.testing.author import Author
from coupefeu.wire.packet import CosignatureItem, RunReceiptItem

BACKLOG = size(small=600, full=10_000)
STEP = 500


@pytest.fixture
def authors():
    """RU's log with a FLASH behind its backlog, and the same log with another entry in that place."""
    author = Author(AGREEMENT, "ru")
    for number in range(BACKLOG + 1):
        author.say(f"number {number}")
    fork = author.copy()
    author.say("STOP", Precedence.FLASH)
    fork.say("Please go on.", Precedence.FLASH)
    return author, fork


def send_backlog(keeper, author):
    for start in range(0, BACKLOG, STEP):
        received = do(keeper, author.checkpoint(start, min(start + STEP, BACKLOG)))
    return received


def kept_proofs(keeper):
    return [proof for (proof,) in keeper.connection.query("SELECT proof FROM evidence").fetchall()]


def test_a_flash_with_everything_before_it_missing_is_shown_then_contradicted(tmp_path, authors):
    author, fork = authors
    path = tmp_path / "record.db"
    keeper = open_keeper(path)
    do(keeper, author.checkpoint(0, 1))
    flash = BACKLOG + 1
    received = do(keeper, author.run(flash, flash + 1), at=1)
    assert [recorded.index for recorded in received.recorded] == [flash]
    assert [(type(each), each.start, each.end) for each in received.receipts[:1]] == [
        (RunReceiptItem, flash, flash + 1)
    ]
    assert f"{flash}" in str(view_rows(keeper)["messages"])

    backlog = send_backlog(keeper, fork)
    assert (backlog.held.complete, backlog.held.beyond) == (BACKLOG, ((flash, flash + 1),))
    received = do(keeper, fork.checkpoint(BACKLOG, flash + 1), at=2)
    assert received.evidence == (f"run-and-checkpoint at {flash}",)
    assert keeper.states[1].size == BACKLOG
    assert all(getattr(each, "size", 0) <= BACKLOG for each in received.receipts), (
        "no receipt for the other branch"
    )

    (proof,) = kept_proofs(keeper)
    key = keeper.line.parties[1].log_key
    shown = verify_equivocation(proof, key)
    assert shown.index == flash
    assert (shown.first.start, shown.second.start) == (flash, None)
    assert f"{flash:,}" in shown.proved
    assert "cannot both be" in shown.proved
    with pytest.raises(VerificationError):
        verify_equivocation(proof, keeper.line.parties[0].log_key)
    for position in range(0, len(proof), 7):
        changed = bytearray(proof)
        changed[position] ^= 1
        with pytest.raises((PeerError, VerificationError)):
            verify_equivocation(bytes(changed), key)
    same = encode_equivocation(flash, shown.first, shown.first)
    with pytest.raises(VerificationError, match="same leaf"):
        verify_equivocation(same, key)

    again = do(keeper, fork.checkpoint(BACKLOG, flash + 1), at=3)
    assert again.evidence
    assert len(kept_proofs(keeper)) == 1, "the same proof is kept once"
    keeper.close()
    keeper = open_keeper(path)
    assert kept_proofs(keeper) == [proof]
    received = do(keeper, author.checkpoint(BACKLOG, flash + 1, left_out={flash}), at=4)
    assert received.receipts[-1].size == flash + 1, "the branch that was held first goes on"
    assert check_record(path, keeper.line.parties, 0, running=True).findings == ()


def test_two_runs_at_one_index_are_proof_too_and_only_the_first_is_receipted(tmp_path, authors):
    author, fork = authors
    keeper = open_keeper(tmp_path / "record.db")
    flash = BACKLOG + 1
    do(keeper, author.run(flash, flash + 1))
    fork.say("and more")
    for run in (fork.run(flash, flash + 1), fork.run(flash - 1, flash + 2)):
        received = do(keeper, run)
        assert received.evidence == (f"run-and-run at {flash}",)
        assert received.receipts == ()
        assert received.recorded == ()
    (proof,) = kept_proofs(keeper)
    assert verify_equivocation(proof, keeper.line.parties[1].log_key).index == flash
    assert check_record(tmp_path / "record.db", keeper.line.parties, 0, running=True).is_clean


def test_a_fork_long_after_is_proved_from_the_frontiers(tmp_path, authors):
    author, _ = authors
    keeper = open_keeper(tmp_path / "record.db")
    send_backlog(keeper, author)
    other = Author(AGREEMENT, "ru")
    for number in range(BACKLOG):
        other.say(f"number {number}" if number != 300 else "never said")
    received = do(keeper, other.checkpoint(300, BACKLOG))
    assert received.evidence == ("checkpoint-and-checkpoint at 300",)
    (proof,) = kept_proofs(keeper)
    shown = verify_equivocation(proof, keeper.line.parties[1].log_key)
    assert (shown.first.end, shown.second.end) == (STEP, BACKLOG)


def test_no_smaller_size_is_ever_cosigned_later_and_all_are_kept(tmp_path, authors):
    author, _ = authors
    keeper = open_keeper(tmp_path / "record.db")
    sizes = []
    for end in (3, 7, 5, 7, 1, 12, 10):
        start = min(end - 1, keeper.states[1].size)
        received = do(keeper, author.checkpoint(start, end), at=end)
        sizes += [each.size for each in received.receipts if isinstance(each, CosignatureItem)]
    assert sizes == [3, 7, 7, 7, 7, 12, 12]
    kept = keeper.connection.query("SELECT size, time_s FROM cosignatures ORDER BY size").fetchall()
    assert kept == [(end, moment(end).utc_ms // 1000) for end in (3, 7, 12)]


def test_the_statement_is_the_same_after_a_crash_between_commit_and_send(tmp_path, authors):
    author, _ = authors
    path = tmp_path / "record.db"
    keeper = open_keeper(path)
    flash = BACKLOG + 1
    before = do(keeper, author.checkpoint(0, 4), author.run(flash, flash + 1))
    keeper.connection.raw.close()
    keeper = open_keeper(path)
    assert keeper.states[1].receipt == before[0].receipts[0], "what a link says first after the start"
    after = do(keeper, author.checkpoint(0, 4), author.run(flash, flash + 1), at=9_999)
    assert [each.receipts for each in after] == [each.receipts for each in before]
