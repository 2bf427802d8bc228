"""Two signed statements that cannot both be true: kept, never resolved by us (protocol A6, A13)."""

from sqlalchemy import bindparam, insert, select

from coupefeu.errors import PeerError, VerificationError
from coupefeu.record.equivocation import SignedLeaf, encode_equivocation, path_of, verify_equivocation
from coupefeu.record.incarnations import is_of_two_incarnations
from coupefeu.record.statements import verify_checkpoint
from coupefeu.record.tree import inclusion_path
from coupefeu.services.base import Statement
from coupefeu.store import tables
from coupefeu.store.branches import branch_hashes, keep_branch
from coupefeu.store.covering import COVERING_CHECKPOINT, COVERING_RUN
from coupefeu.store.incoming import Incoming
from coupefeu.store.jobs import FindFork, ForkFound, ForkTaken, TakeFork
from coupefeu.store.line import newest_log
from coupefeu.store.standing import verify_author
from coupefeu.store.transaction import Transaction
from coupefeu.wire.key_statement import KeyRole
from coupefeu.wire.packet import CheckpointSignature, RunSignature

ASKED = "shown-by-the-counterpart"
"""What evidence of our own two branches is called."""
FORK_REACH = 1 << 16
"""A fork further back than this is not computed, for before that it is but an unverified claim."""

FORK_AGAIN_MS = 1_000
"""A second branch is computed once in this time, for it costs up to FORK_REACH hashes, its signature true or false."""

_INSERT = insert(tables.evidence).prefix_with("OR IGNORE")
_OF_LOG = (
    select(tables.evidence)
    .where(tables.evidence.c.log == bindparam("log"))
    .order_by(tables.evidence.c.number)
)


def keep_fork(
    transaction: Transaction,
    log: int,
    entries: dict[int, Incoming],
    index: int,
    statement: CheckpointSignature,
) -> str:
    """Keep a checkpoint over another leaf at `index` than the one that was signed to us before.

    Raises:
        VerificationError: the checkpoint's signature does not hold, so that it proves nothing.
        PeerError: the fork lies too far back to be computed, or the last one was computed just now.
    """
    size = statement.size
    first = min(transaction.states[log].size, *entries)
    if size - first > FORK_REACH:
        raise PeerError(
            f"another entry at {index:,} of a log of {size:,}", code="store.equivocation.too_far_back"
        )
    _insist_seldom(transaction, log)
    branch = transaction.leaf_hashes(log, first, size)
    branch |= {each.index: each.leaf_hash for each in entries.values()}
    before = transaction.frontier_at(log, first)
    tree = before.copy()
    tree.extend(branch[each] for each in range(first, size))
    root = tree.root()
    verify_author(
        transaction,
        transaction.line.author(log),
        entries,
        size,
        lambda key: verify_checkpoint(key, size, root, statement.signature),
    )
    path = path_of(before, branch, index, size)
    other = (each for each in entries.values() if each.index >= index)
    keep_branch(transaction, log, other, {"start": None, "end": size, "signature": statement.signature})
    return keep_two_leaves(
        transaction, log, index, SignedLeaf(None, size, statement.signature, entries[index].leaf, path)
    )


def take_branch(
    transaction: Transaction, log: int, entries: dict[int, Incoming], statement: CheckpointSignature
) -> str:
    """Keep what goes on with the other branch of a log that is forked; gives what it is called.

    Its tree is that of both up to the fork, then of what was kept of the other branch, then of these entries.

    Raises: VerificationError: the checkpoint is of no branch that is known; PeerError: as `keep_fork`.
    """
    size, fork = statement.size, transaction.parted.get(log)
    if fork is None or size - fork > FORK_REACH:
        raise _no_branch(size)
    _insist_seldom(transaction, log)
    known = transaction.leaf_hashes(log, fork, size) | branch_hashes(transaction, log, fork)
    known |= {each.index: each.leaf_hash for each in entries.values()}
    tree = transaction.frontier_at(log, fork)
    if not known.keys() >= set(range(fork, size)):
        raise _no_branch(size)
    tree.extend(known[each] for each in range(fork, size))
    root = tree.root()
    transaction.line.author(log).verify_log_at(
        size, lambda key: verify_checkpoint(key, size, root, statement.signature)
    )
    other = (each for each in entries.values() if each.index >= fork)
    keep_branch(transaction, log, other, {"start": None, "end": size, "signature": statement.signature})
    return f"more of the other branch, from {min(entries):,} on"


def _no_branch(size: int) -> VerificationError:
    return VerificationError(
        f"the checkpoint at {size:,} is not of the entries that came before it",
        code="store.equivocation.no_branch",
        hint="Nothing was taken; what is not acknowledged comes again.",
    )


def _insist_seldom(transaction: Transaction, log: int) -> None:
    state, mono_ms = transaction.states[log], transaction.context.now.mono_ms
    if state.forked_ms is not None and 0 <= mono_ms - state.forked_ms < FORK_AGAIN_MS:
        raise PeerError(
            f"another branch of log {log}, a moment after the last one",
            code="store.equivocation.too_often",
            hint="Nothing to do: what is not acknowledged comes again.",
        )
    state.forked_ms = mono_ms


def keep_other_run(
    transaction: Transaction, log: int, entries: dict[int, Incoming], index: int, statement: RunSignature
) -> str:
    """Keep a verified run over another leaf at `index` than the one that was signed to us before."""
    hashes = [each.leaf_hash for each in entries.values()]
    path = inclusion_path(hashes, index - statement.start, len(hashes))
    other = SignedLeaf(statement.start, statement.end, statement.signature, entries[index].leaf, path)
    branch = (each for each in entries.values() if each.index >= index)
    signed = {"start": statement.start, "end": statement.end, "signature": statement.signature}
    keep_branch(transaction, log, branch, signed)
    return keep_two_leaves(transaction, log, index, other)


def take_fork(transaction: Transaction, job: TakeFork) -> ForkTaken:
    """Keep a proof that we ourselves have signed two branches, which another party gives us.

    Raises: PeerError: it is of no log of ours, or no proof; VerificationError: a statement does not hold.
    """
    line = transaction.line
    if job.log not in transaction.states or not line.is_ours(job.log):
        raise PeerError(
            f"a proof of two branches of log {job.log}, which is not ours",
            code="store.equivocation.not_ours",
            hint="Nothing to do here.",
        )
    author = line.author(job.log)
    shown = verify_equivocation(job.proof, *author.keys_of(KeyRole.LOG))
    keep_evidence(transaction, job.log, shown.index, f"{ASKED} at {shown.index}", job.proof)
    return ForkTaken(log=job.log, index=shown.index, is_closed=author.closed_at is not None)


def find_fork(transaction: Transaction, job: FindFork) -> ForkFound:
    """Find the proof of two branches of the log that a party writes now, if there is one to ask it by."""
    log = newest_log(transaction.line.parties, job.party)
    rows = transaction.select(Statement(_OF_LOG, {"log": log}))
    proofs = (row["proof"] for row in rows if not is_of_two_incarnations(row["proof"]))
    return ForkFound(log=log, proof=next(proofs, b""))


def keep_two_leaves(transaction: Transaction, log: int, index: int, other: SignedLeaf) -> str:
    """Keep a verified statement over another leaf at `index` than the one held, beside what was signed over that.

    Raises: VerificationError: nothing signed that is held covers it, so that there are no two statements.
    """
    ours = _held(transaction, log, index)
    what = f"{_name(ours)}-and-{_name(other)} at {index}"
    keep_evidence(transaction, log, index, what, encode_equivocation(index, ours, other))
    return what


def keep_evidence(transaction: Transaction, log: int, index: int, what: str, proof: bytes) -> None:
    """Keep a proof that was verified; the first one of an entry stands for all."""
    row = {"number": None, "log": log, "idx": index, "arrived_ms": transaction.context.now.utc_ms}
    transaction.write(_INSERT, row | {"what": what, "proof": proof})
    transaction.part(log, index)


def _held(transaction: Transaction, log: int, index: int) -> SignedLeaf:
    """Give the leaf that we hold at `index` with what its author signed over it."""
    row = transaction.entry(log, index)
    values = {"log": log, "index": index}
    if row is not None:
        for run in transaction.select(Statement(COVERING_RUN, values)):
            start, end = run["start"], run["end"]
            hashes = transaction.leaf_hashes(log, start, end)
            path = inclusion_path([hashes[each] for each in range(start, end)], index - start, end - start)
            return SignedLeaf(start, end, run["signature"], row["leaf"], path)
        for held in transaction.select(Statement(COVERING_CHECKPOINT, values)):
            size = held["size"]
            behind = transaction.leaf_hashes(log, index, size)
            path = path_of(transaction.frontier_at(log, index), behind, index, size)
            return SignedLeaf(None, size, held["signature"], row["leaf"], path)
    raise VerificationError(
        f"nothing signed that is held covers entry {index:,} of log {log}",
        code="store.equivocation.unsigned",
        hint="Run `coupefeu fsck`.",
    )


def _name(signed: SignedLeaf) -> str:
    return "checkpoint" if signed.start is None else "run"
