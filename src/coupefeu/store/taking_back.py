"""Taking back what a record has lost: our own log, under our own signatures alone, and the counterpart's (A13).

    entries under our checkpoint or run, leading to the root it signed    stored behind what is held
    entries under anything else                                           refused; nothing is written
    another entry than the one held here, under our own signature         a fork of ours: kept, and nothing is signed
    nothing more to give                                                  what it says of its size must be proved

Whatever the counterpart sends, it can make us store only what our key signed, and stop us; it cannot make us sign.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from sqlalchemy import bindparam, func, insert, literal_column, select, true

from coupefeu.errors import PeerError, VerificationError
from coupefeu.keys.incarnations import verify_incarnation
from coupefeu.model.logs import incarnation_of
from coupefeu.record.equivocation import SignedLeaf, path_of
from coupefeu.record.statements import verify_checkpoint, verify_cosignature, verify_run
from coupefeu.record.tree import Frontier, inclusion_path, root_of
from coupefeu.services.base import Recorded, Statement
from coupefeu.services.erasures.views import ERASURES
from coupefeu.services.messages.emptied import empty
from coupefeu.store import tables
from coupefeu.store.equivocation import keep_two_leaves
from coupefeu.store.erased import erase_ranges
from coupefeu.store.incoming import Incoming, restore_batch
from coupefeu.store.receipts import INSERT_CHECKPOINT, INSERT_COSIGNATURE, INSERT_RUN
from coupefeu.store.receive import Receiver
from coupefeu.store.recovery_jobs import Noted, NoteTold, TakeBack, TakenBack
from coupefeu.store.showing import parse_head
from coupefeu.store.standing import verify_author
from coupefeu.store.transaction import Transaction
from coupefeu.wire.incarnation import parse_incarnation
from coupefeu.wire.key_statement import KeyRole
from coupefeu.wire.log_answer import CosignedSize, ReceiptedSize, SignedSize
from coupefeu.wire.note import VerifierKey
from coupefeu.wire.packet import Batch, CheckpointSignature, CosignatureItem, RunSignature

CONTRADICTS: Final = "contradicts"
CLOSED: Final = "closed"

_INSERT_TOLD = insert(tables.told).prefix_with("OR REPLACE")
_ERASED_BY_AUTHOR = select(ERASURES.c.start, ERASURES.c.end).where(
    ERASURES.c.log == bindparam("log"),
    ERASURES.c.erased_log == bindparam("log"),
    ERASURES.c.effect == literal_column("''"),
)
ERASED_BY_US = select(ERASURES).where(ERASURES.c.ours == true(), ERASURES.c.effect == literal_column("''"))
_COSIGNED_BY = select(func.max(tables.cosignatures.c.size).label("size")).where(
    tables.cosignatures.c.log == bindparam("log"), tables.cosignatures.c.holder == bindparam("holder")
)


def take_back(transaction: Transaction, job: TakeBack) -> TakenBack:
    """Take an answer about our own log, or the log of the party that answers.

    Raises: VerificationError: it is not signed as it must be; PeerError: it is out of bounds, or proves nothing.
    """
    if job.log == transaction.line.our_log:
        own = _OwnLog(transaction, job)
        return own.close() if job.answer.opened else own.take()
    return _take_theirs(transaction, job)


def note_told(transaction: Transaction, job: NoteTold) -> Noted:
    """Keep what was shown of our own log. Raises: VerificationError: our key did not sign it."""
    log = transaction.line.our_log
    author = transaction.line.author(log)
    author.find_signer(KeyRole.LOG, partial(_verify, size=job.size, root=job.root, signature=job.signature))
    signed = SignedSize(size=job.size, root=job.root, signature=job.signature)
    held = transaction.states[log].size
    contradicts = job.size <= held and transaction.root(log, job.size) != job.root
    _write_told(transaction, log, job.source, signed, verdict=CONTRADICTS if contradicts else "")
    return Noted(held=held)


def _write_told(
    transaction: Transaction,
    log: int,
    source: str,
    signed: SignedSize,
    *,
    verdict: str,
    start: int | None = None,
) -> None:
    transaction.write(
        _INSERT_TOLD,
        {
            "log": log,
            "source": source,
            "size": signed.size,
            "root": signed.root,
            "start": start,
            "signature": signed.signature,
            "told_ms": transaction.context.now.utc_ms,
            "verdict": verdict,
        },
    )


def _verify(key: VerifierKey, *, size: int, root: bytes, signature: bytes) -> None:
    verify_checkpoint(key, size, root, signature)


# --- our own log ------------------------------------------------------------------------------------------


class _OwnLog:
    """One answer about our own log."""

    def __init__(self, transaction: Transaction, job: TakeBack) -> None:
        self.transaction = transaction
        self.log = job.log
        self.answer = job.answer
        self.holder = transaction.line.parties[job.holder]
        self.holder_position = job.holder
        self.source = f"party {self.holder.name}"
        self.author = transaction.line.author(job.log)
        self.state = transaction.touch(job.log)

    def take(self) -> TakenBack:
        statement = self.answer.statement
        if statement is None:
            return self._settle()
        batch = Batch(self.log, self.answer.entries, statement)
        first, size = batch.entries[0].index, self.state.size
        if first > size:
            raise PeerError(
                f"our key has signed entries from {first:,} on, and those from {size:,} on are nowhere",
                code="store.taking_back.hole",
                hint="What is lost there cannot be written again in its place: a new incarnation is needed.",
            )
        entries = restore_batch(self.transaction, self.log, batch)
        self._verify_statement(entries, statement)
        stored = self.transaction.leaf_hashes(self.log, first, min(size, first + len(entries)))
        other = next((i for i, hashed in stored.items() if entries[i].leaf_hash != hashed), None)
        if other is not None:
            return self._keep_fork(entries, statement, other)
        if first + len(entries) <= size:
            raise PeerError(
                f"{self.holder.name.upper()} gives back entries that are here already, up to {size:,}",
                code="store.taking_back.nothing_new",
            )
        return self._append(entries, statement)

    def _verify_statement(
        self, entries: Mapping[int, Incoming], statement: CheckpointSignature | RunSignature
    ) -> None:
        first, end = min(entries), max(entries) + 1
        hashes = [entry.leaf_hash for entry in entries.values()]
        bounds = (first, end)
        if isinstance(statement, RunSignature):
            if (statement.start, statement.end) != bounds:
                raise _incomplete(statement.end)
            self.root = root_of(hashes)
            verify = partial(_verify_run, bounds=bounds, root=self.root, signature=statement.signature)
        else:
            if statement.size != end:
                raise _incomplete(statement.size)
            tree = self.transaction.frontier_at(self.log, first)
            tree.extend(hashes)
            self.root = tree.root()
            verify = partial(_verify, size=end, root=self.root, signature=statement.signature)
        self.author = verify_author(self.transaction, self.author, entries, end, verify)

    def _append(
        self, entries: Mapping[int, Incoming], statement: CheckpointSignature | RunSignature
    ) -> TakenBack:
        receipts = {each.size: each for each in self.answer.receipts}
        recorded = []
        for index in range(self.state.size, max(entries) + 1):
            recorded.append(self._record(entries[index]))
            if (receipt := receipts.get(self.state.size)) is not None:
                self._keep_receipt(receipt, self.state.frontier)
        self.state.complete = self.state.size
        if isinstance(statement, CheckpointSignature):
            row = {
                "log": self.log,
                "size": statement.size,
                "root": self.root,
                "signature": statement.signature,
            }
            self.transaction.write(INSERT_CHECKPOINT, row)
        else:
            row = {"start": statement.start, "end": statement.end, "signature": statement.signature}
            self.transaction.write(INSERT_RUN, {"log": self.log, "root": self.root, **row})
        return self._taken(tuple(recorded))

    def _record(self, entry: Incoming) -> Recorded:
        arrival = self.transaction.record(
            self.log, entry.index, entry.leaf, entry.seed, entry.head, entry.body
        )
        self.transaction.append_leaf(self.log, self.state, entry.leaf_hash)
        recorded = Recorded(
            log=self.log,
            index=entry.index,
            arrival=arrival,
            arrived_ms=self.transaction.context.now.utc_ms,
            ours=True,
            head=parse_head(entry.head) if entry.head is not None else None,
            body=entry.body or b"",
            leaf_hash=entry.leaf_hash,
        )
        if entry.has_body or len(self.transaction.line.parties) > 2:
            self.transaction.show(recorded)
        return recorded

    def _keep_receipt(self, receipt: ReceiptedSize, tree: Frontier) -> None:
        """Keep a checkpoint on the way with its receipt where both hold; it is evidence, and nothing depends on it."""
        size, root = receipt.size, tree.root()
        with suppress(VerificationError):
            self.author.verify_log_at(
                size, partial(_verify, size=size, root=root, signature=receipt.signature)
            )
            self._verify_word(size, root, receipt.time_s, receipt.cosignature)
            self._write_word(size, root, receipt.signature, receipt.time_s, receipt.cosignature)

    def _verify_word(self, size: int, root: bytes, time_s: int, signature: bytes) -> None:
        origin = self.author.origin

        def verify(key: VerifierKey) -> None:
            verify_cosignature(key, origin, size, root, time_s, signature)

        self.holder.find_signer(KeyRole.COSIGNER, verify)

    def _write_word(self, size: int, root: bytes, signature: bytes, time_s: int, cosignature: bytes) -> None:
        checkpoint = {"log": self.log, "size": size, "root": root, "signature": signature}
        self.transaction.write(INSERT_CHECKPOINT, checkpoint)
        self.transaction.write(
            INSERT_COSIGNATURE,
            {
                "log": self.log,
                "size": size,
                "holder": self.holder_position,
                "time_s": time_s,
                "signature": cosignature,
                "arrived_ms": self.transaction.context.now.utc_ms,
            },
        )

    # --- the end ------------------------------------------------------------------------------------------

    def close(self) -> TakenBack:
        """Keep that our identity key opened a later log than the one we know: this record cannot go on, nor open one.

        Raises: VerificationError: our identity did not sign it; PeerError: it is of no later log of ours.
        """
        line = self.transaction.line
        statement = verify_incarnation(
            parse_incarnation(self.answer.opened), self.transaction.context.agreement
        )
        number = incarnation_of(self.log, len(line.parties))
        if statement.party != line.names[line.our_position] or statement.incarnation <= number:
            raise PeerError(
                f"{self.holder.name.upper()} says that our log is closed, and shows no later one of ours",
                code="store.taking_back.not_closed",
                hint="This node stays recovering; compare the records of both sides by another channel.",
            )
        signed = SignedSize(size=statement.size, root=statement.root, signature=bytes(64))
        _write_told(self.transaction, self.log, self.source, signed, verdict=CLOSED)
        return replace(self._taken(()), closed=closed_words(statement.party, statement.incarnation))

    def _settle(self) -> TakenBack:
        """Judge what a party says that has nothing more to give: signed by our key, and proved by what is here now."""
        name, signed, held = self.holder.name.upper(), self.answer.signed, self.state.size
        if self.answer.recovering:
            raise PeerError(
                f"the node of {name} is recovering itself: it may have lost what we signed to it",
                code="store.taking_back.both",
                hint="If neither side has a newer backup, the officer in charge opens a new incarnation.",
            )
        self._insist_on_receipts(0 if signed is None else signed.size)
        if signed is None:
            return self._taken((), is_settled=True)
        self._verify_signed(signed)
        if signed.size > held:
            raise PeerError(
                f"{name} shows our signature for {signed.size:,} entries and gives back {held:,} of them",
                code="store.taking_back.withheld",
                hint="It holds them back, or has lost them: ask by another channel, or open a new incarnation.",
            )
        if self.transaction.root(self.log, signed.size) != signed.root:
            return self._keep_signed_fork(signed)
        self._keep_word(signed, self.answer.cosigned)
        _write_told(self.transaction, self.log, self.source, signed, verdict="")
        return self._taken((), is_settled=True)

    def _verify_signed(self, signed: SignedSize) -> None:
        size, root, signature = signed.size, signed.root, signed.signature
        try:
            self.author.verify_log_at(size, partial(_verify, size=size, root=root, signature=signature))
        except VerificationError as error:
            if error.code == "store.line.old_key":
                raise
            raise VerificationError(
                f"{self.holder.name.upper()} says that our log has {size:,} entries, and our key did not sign that",
                code="store.taking_back.unsigned",
                hint="Nothing was taken. If it goes on, tell the officer in charge.",
            ) from error

    def _insist_on_receipts(self, told: int) -> None:
        """Refuse a size below what that party has co-signed to us: it can only go up (A6)."""
        at = {"log": self.log, "holder": self.holder_position}
        for row in self.transaction.select(Statement(_COSIGNED_BY, at)):
            if (row["size"] or 0) > told:
                raise PeerError(
                    f"{self.holder.name.upper()} says that it holds {told:,} entries of our log, and has signed "
                    f"to us that it holds {row['size']:,}",
                    code="store.taking_back.understated",
                    hint="Its signature is on our record. Its node was rolled back, or it does not say the truth.",
                )

    def _keep_word(self, signed: SignedSize, word: CosignedSize | None) -> None:
        """Keep what that party signs of our log's size now: if it knew of more, this proves that it did not say so."""
        if word is None:
            return
        if (word.size, word.root) != (signed.size, signed.root):
            raise PeerError(
                f"{self.holder.name.upper()} co-signs another size than it tells",
                code="store.taking_back.two_words",
            )
        self._verify_word(word.size, word.root, word.time_s, word.signature)
        self._write_word(word.size, word.root, signed.signature, word.time_s, word.signature)

    # --- forks --------------------------------------------------------------------------------------------

    def _keep_fork(
        self, entries: Mapping[int, Incoming], statement: CheckpointSignature | RunSignature, index: int
    ) -> TakenBack:
        """Keep the statement under which another entry stands at `index` than the one here."""
        first, end = min(entries), max(entries) + 1
        start = statement.start if isinstance(statement, RunSignature) else None
        if start is None:
            before = self.transaction.frontier_at(self.log, first)
            hashes = {i: entry.leaf_hash for i, entry in entries.items()}
            path = path_of(before, hashes, index, end)
        else:
            path = inclusion_path([each.leaf_hash for each in entries.values()], index - first, end - first)
        signed = SignedSize(size=end, root=self.root, signature=statement.signature)
        _write_told(self.transaction, self.log, self.source, signed, verdict=CONTRADICTS, start=start)
        with suppress(VerificationError):  # nothing signed is held here: then theirs alone is kept
            leaf = SignedLeaf(start, end, statement.signature, entries[index].leaf, path)
            keep_two_leaves(self.transaction, self.log, index, leaf)
        return self._taken((), fork=_fork_words(index, end))

    def _keep_signed_fork(self, signed: SignedSize) -> TakenBack:
        _write_told(self.transaction, self.log, self.source, signed, verdict=CONTRADICTS)
        return replace(self._taken((), fork=_fork_words(None, signed.size)), look_at=signed.size)

    def _taken(
        self, recorded: tuple[Recorded, ...], *, is_settled: bool = False, fork: str = ""
    ) -> TakenBack:
        size = self.state.size
        return TakenBack(
            log=self.log,
            recorded=recorded,
            size=size,
            root=self.state.root if size else bytes(32),
            is_settled=is_settled,
            fork=fork,
        )


def closed_words(party: str, incarnation: int) -> str:
    """Say what was opened since this record was copied, and what that means."""
    return (
        f"our identity key has opened {party.upper()}.{incarnation} since this copy of the record was made, and closed "
        "the log that it knows"
    )


def _verify_run(key: VerifierKey, *, bounds: tuple[int, int], root: bytes, signature: bytes) -> None:
    verify_run(key, *bounds, root, signature)


def _incomplete(end: int) -> PeerError:
    return PeerError(
        f"entries are given back without all that our statement up to {end:,} covers",
        code="store.taking_back.incomplete",
    )


def _fork_words(index: int | None, size: int) -> str:
    where = "" if index is None else f": entry {index:,} is another one"
    return f"our own key has signed a log of {size:,} entries that this record contradicts{where}"


# --- the counterpart's log --------------------------------------------------------------------------------


def _take_theirs(transaction: Transaction, job: TakeBack) -> TakenBack:
    """Take entries of the counterpart's log as ever, and our own largest word on it: we never co-sign less again."""
    answer, log = job.answer, job.log
    receiver = Receiver(transaction, log)
    recorded: tuple[Recorded, ...] = ()
    evidence: tuple[str, ...] = ()
    promised = False
    if answer.statement is not None:
        received = receiver.receive(Batch(log, answer.entries, answer.statement))
        recorded, promised, evidence = received.recorded, received.promised, received.evidence
    state = transaction.states[log]
    name = receiver.party.name.upper()
    if answer.statement is not None and not (recorded or evidence or state.size > job.asked):
        raise PeerError(f"{name} gives nothing new of its own log", code="store.taking_back.nothing_new")
    is_settled = answer.statement is None and not answer.recovering
    if is_settled:
        excuse_erased(transaction, log)
        _insist_reached(transaction, receiver, answer.signed)
        _take_our_word(transaction, receiver, answer.cosigned)
    return TakenBack(
        log=log,
        recorded=recorded,
        size=state.size,
        root=state.root if state.size else bytes(32),
        is_settled=is_settled,
        evidence=evidence,
        promised=promised,
    )


def excuse_erased(transaction: Transaction, log: int) -> None:
    """Await no words that their author has erased since, and said so on its own log (protocol A17)."""
    state = transaction.touch(log)
    for row in transaction.select(Statement(_ERASED_BY_AUTHOR, {"log": log})):
        for index in [each for each in state.withheld if row["start"] <= each < row["end"]]:
            state.withheld.discard(index)
    state.settle()


def erase_again(transaction: Transaction) -> None:
    """Erase once more, from the views too, what our entries ERASED name: it came back with what was taken back."""
    for row in transaction.select(Statement(ERASED_BY_US, {})):
        range_, by = (row["erased_log"], row["start"], row["end"]), (row["log"], row["idx"])
        if erase_ranges(transaction, (range_,), by):
            for emptied in empty(range_, by, row["why"]):
                transaction.write(emptied.executable, emptied.parameters)


def _insist_reached(transaction: Transaction, receiver: Receiver, signed: SignedSize | None) -> None:
    held = transaction.states[receiver.log].size
    if signed is not None and (
        signed.size > held or transaction.root(receiver.log, signed.size) != signed.root
    ):
        raise PeerError(
            f"{receiver.party.name.upper()} says that its log has {signed.size:,} entries, and gives {held:,}",
            code="store.taking_back.withheld",
        )


def _take_our_word(transaction: Transaction, receiver: Receiver, word: CosignedSize | None) -> None:
    """Take back our largest co-signature. Raises: VerificationError: it is not ours; PeerError: it is of more."""
    if word is None:
        return
    line, log, state = transaction.line, receiver.log, transaction.touch(receiver.log)
    origin, held = receiver.origin, state.size

    def verify(key: VerifierKey) -> None:
        verify_cosignature(key, origin, word.size, word.root, word.time_s, word.signature)

    line.us.find_signer(KeyRole.COSIGNER, verify)
    if word.size > held or transaction.root(log, word.size) != word.root:
        raise PeerError(
            f"we co-signed {word.size:,} entries of {receiver.party.name.upper()}; the {held:,} that it gives are "
            "not these",
            code="store.taking_back.other_log",
            hint="Its log is not the one that we signed for: keep this folder, and tell the officer in charge.",
        )
    if state.receipt is None or state.receipt.size < word.size:
        state.receipt = CosignatureItem(log, word.size, word.time_s, word.signature)
    transaction.write(
        INSERT_COSIGNATURE,
        {
            "log": log,
            "size": word.size,
            "holder": line.our_position,
            "time_s": word.time_s,
            "signature": word.signature,
            "arrived_ms": transaction.context.now.utc_ms,
        },
    )
