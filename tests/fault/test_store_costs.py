"""What one peer, with all its keys, can make the only writer do and keep: bounded, whatever it sends."""

import pytest
from tests.stores import AGREEMENT, do, moment, open_keeper

from coupefeu.errors import PeerError, VerificationError
from coupefeu.keys.notes import CosignSigner
from coupefeu.model.entry import Kind
from coupefeu.model.precedence import Precedence
from coupefeu.record.statements import cosign_checkpoint
from coupefeu.services.messages.commands import SendLineTest
from coupefeu.services.refusals import RefusalsService
from coupefeu.services.refusals.facts import Reason, Refusal, RefuseEntries, encode_refusal
from coupefeu.services.refusals.rules import subtract
from coupefeu.store.equivocation import FORK_AGAIN_MS
from coupefeu.store.jobs import Act, NameOverdue, Receive, TakeReceipt
from coupefeu.store.receipts import MAX_COSIGNATURES, MAX_RECEIPT_RUN
from coupefeu.store.state import batch_bytes
from coupefeu.testing.author import Author
from coupefeu.testing.line import private_key
from coupefeu.wire.packet import Batch, CheckpointSignature, CosignatureItem, PackedEntry, RunReceiptItem

OVERDUE_S = 10 * AGREEMENT.deadlines_for(Precedence.ROUTINE).record_s


@pytest.fixture
def keeper(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    yield keeper
    keeper.close()


def author_of(count):
    author = Author(AGREEMENT, "ru")
    for number in range(count):
        author.write(author.head(kind=9_000), b"%d" % number)
    return author


def cosignature(keeper, time_s):
    signer = CosignSigner(AGREEMENT.cosigner_name("ru"), private_key("ru", "cosigner"))
    size, root = keeper.states[0].size, keeper.states[0].root
    signature = cosign_checkpoint(signer, AGREEMENT.origin("us"), size, root, time_s)
    return TakeReceipt(item=CosignatureItem(0, size, time_s, signature), holder=1)


def test_one_size_is_cosigned_a_few_times_at_most_and_the_first_stays(keeper):
    do(keeper, Act(command=SendLineTest(template=1)))
    times = [2_000, *range(1_000, 1_050)]
    for time_s in times:
        do(keeper, cosignature(keeper, time_s))
    kept = [time for (time,) in keeper.connection.query("SELECT time_s FROM cosignatures WHERE holder = 1")]
    assert sorted(kept) == sorted(times[:MAX_COSIGNATURES])
    do(keeper, Act(command=SendLineTest(template=2)))
    do(keeper, cosignature(keeper, 3_000))
    newest = keeper.connection.query("SELECT size FROM cosignatures WHERE time_s = 3000").fetchall()
    assert newest == [(keeper.states[0].size,)], "another size is counted by itself"


def test_a_run_receipt_over_more_than_a_batch_is_not_computed(keeper):
    do(keeper, *[Act(command=SendLineTest(template=1)) for _ in range(MAX_RECEIPT_RUN + 1)])
    (refused,) = keeper.execute(
        [TakeReceipt(item=RunReceiptItem(0, 0, MAX_RECEIPT_RUN + 1, bytes(64)), holder=1)], moment()
    )
    assert refused.code == "store.receipt.run_too_long"


def test_what_we_receipt_by_runs_is_within_what_is_taken(keeper):
    """Behind a withheld body, batches that a hole held back are set free at once: more entries than one run holds."""
    author = author_of(3 + 3 * MAX_RECEIPT_RUN)
    do(keeper, author.checkpoint(0, 1, leaf_only={0}))
    steps = range(2, author.size, MAX_RECEIPT_RUN)
    for start in steps:
        do(keeper, author.checkpoint(start, min(start + MAX_RECEIPT_RUN, author.size)))
    received = do(keeper, author.checkpoint(1, 2))
    runs = [(receipt.start, receipt.end) for receipt in received.receipts]
    assert max(end - start for start, end in runs) == MAX_RECEIPT_RUN
    assert (runs[0][0], runs[-1][1]) == (1, author.size)
    assert [end for _, end in runs[:-1]] == [start for start, _ in runs[1:]]


def test_a_second_branch_is_computed_once_in_a_while_and_its_proof_is_kept_all_the_same(keeper):
    author, other = author_of(4), Author(AGREEMENT, "ru")
    do(keeper, author.checkpoint(0, 4))
    for number in range(4):
        other.write(other.head(kind=9_000), b"another %d" % number)
    forged = Batch(1, (other.packed(0),), CheckpointSignature(4, bytes(64)))
    with pytest.raises(VerificationError):
        do(keeper, Receive(batch=forged))
    for job in (Receive(batch=forged), other.checkpoint(0, 4)):
        with pytest.raises(PeerError) as caught:
            do(keeper, job, at=(FORK_AGAIN_MS - 1) / 1_000)
        assert caught.value.code == "store.equivocation.too_often"
    assert do(keeper, other.checkpoint(0, 4), at=FORK_AGAIN_MS / 1_000).evidence


def test_heads_are_weighed_with_what_waits():
    bare = Batch(1, (PackedEntry(5, bytes(16), b"", b""),), CheckpointSignature(6, bytes(64)))
    heavy = Batch(1, (PackedEntry(5, bytes(16), bytes(4_096), b""),), CheckpointSignature(6, bytes(64)))
    assert batch_bytes(heavy) - batch_bytes(bare) == 4_096


def test_what_others_name_is_not_read_when_we_name(keeper):
    author = Author(AGREEMENT, "ru")
    for number in range(3):
        refusal = Refusal(log=0, ranges=((number, number + 1),), reason=Reason.BODY_MISSING)
        author.write(author.head(kind=Kind.REFUSED), encode_refusal(refusal))
    author.say("withheld")
    do(keeper, author.checkpoint(0, 4, leaf_only={3}))
    assert do(keeper, NameOverdue(), at=OVERDUE_S).entries
    (need,) = RefusalsService().needs(RefuseEntries(refusals=()))
    rows = keeper.connection.execute(need.executable, need.parameters)
    assert [(row["ours"], row["start"]) for row in rows] == [(True, 3)]


def test_naming_what_is_scattered_costs_little():
    """Each of many ranges against each of many named ones would hold the writer for minutes."""
    looked = 0

    class Counted(int):
        def __lt__(self, other):
            nonlocal looked
            looked += 1
            return int(self) < int(other)

    scattered = [(Counted(at), Counted(at + 1)) for at in range(0, 8_000, 2)]
    assert subtract(scattered, scattered) == ()
    assert subtract(scattered, scattered[:-1]) == ((7_998, 7_999),)
    assert looked < 100 * len(scattered)
