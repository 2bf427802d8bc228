"""Another party's entries: restored, verified, stored, receipted (protocol A5 to A9).

    checkpoint, next in order   the tree grows, co-signature
    checkpoint behind a hole    waits in memory, the hole is named
    run                         stored and shown at once, run receipt
    another leaf at an index    both statements are kept as proof; the branch held first stands (A13)

Content never matters here (A8): what a head or body says is judged by the services' views.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from sqlalchemy import bindparam, update

from coupefeu.errors import CoupefeuError, PeerError, StoreError, VerificationError
from coupefeu.record.statements import sign_run_receipt, verify_checkpoint, verify_run
from coupefeu.record.tree import root_of
from coupefeu.services.base import Recorded
from coupefeu.store import tables
from coupefeu.store.equivocation import keep_fork, keep_other_run, take_branch
from coupefeu.store.incoming import Incoming, MissingReferenceError, restore_batch
from coupefeu.store.jobs import Ranges, Receipt, Received
from coupefeu.store.receipts import (
    INSERT_CHECKPOINT,
    INSERT_RUN,
    INSERT_RUN_RECEIPT,
    MAX_RECEIPT_RUN,
    cosign,
)
from coupefeu.store.showing import parse_head
from coupefeu.store.standing import verify_author
from coupefeu.store.state import LogState, ranges_of
from coupefeu.store.transaction import Transaction
from coupefeu.wire.packet import (
    RUN_HORIZON,
    Batch,
    CheckpointSignature,
    RunReceiptItem,
    RunSignature,
)

_FILL_BODY = (
    update(tables.entries)
    .where(tables.entries.c.log == bindparam("b_log"), tables.entries.c.idx == bindparam("b_idx"))
    .values(
        arrival=bindparam("b_arrival"),
        arrived_ms=bindparam("b_arrived_ms"),
        seed=bindparam("b_seed"),
        head=bindparam("b_head"),
        body=bindparam("b_body"),
    )
)


class Receiver:
    """Takes one batch, and whatever it sets free, into one log."""

    def __init__(self, transaction: Transaction, log: int) -> None:
        if transaction.line.is_ours(log) or log not in transaction.states:
            raise PeerError(
                f"entries for log {log}, which is not theirs to send", code="store.receive.wrong_log"
            )
        self.transaction = transaction
        self.log = log
        self.party = transaction.line.author(log)
        self.origin = self.party.origin
        self.state: LogState = transaction.touch(log)
        self.recorded: list[Recorded] = []
        self.receipts: list[Receipt] = []
        self.evidence: list[str] = []
        self._came: set[int] = set()
        self._promises_before = transaction.promises

    def receive(self, batch: Batch) -> Received:
        """Take a batch.

        Raises: VerificationError: its statement does not hold; PeerError: it is out of bounds.
        """
        try:
            if isinstance(batch.statement, RunSignature):
                missing = self._take_run(batch, batch.statement)
            else:
                missing = self._take_checkpoint(batch, batch.statement)
        except VerificationError:
            self.state.stuck_at = self.state.size
            raise
        except MissingReferenceError as lacking:
            if lacking.log != self.log:
                raise
            missing = ((lacking.index, lacking.index + 1),)
        missing = self._take_waiting() or missing
        self.state.settle()
        self._cosign()
        return Received(
            recorded=tuple(self.recorded),
            receipts=tuple(self.receipts),
            held=self.state.held(self.log),
            missing=missing,
            withheld=tuple(islice(self.state.withheld, 16)),
            evidence=tuple(self.evidence),
            promised=self.transaction.promises > self._promises_before,
        )

    def receipt_now(self) -> tuple[Receipt, ...]:
        """Sign for what is held, though nothing came."""
        self.state.settle()
        self._cosign()
        return tuple(self.receipts)

    # --- checkpoints --------------------------------------------------------------------------------------

    def _take_checkpoint(self, batch: Batch, statement: CheckpointSignature) -> Ranges:
        size, had = statement.size, self.state.size
        self._insist_open(size)
        gap = self._first_gap({entry.index for entry in batch.entries}, size)
        if gap:
            self.state.waiting.add(batch, size)
            return gap
        entries = restore_batch(self.transaction, self.log, batch)
        stored = self._stored_leaves(entries, size)
        other = _first_other(stored, entries)
        if other is not None:
            self.evidence.append(keep_fork(self.transaction, self.log, entries, other, statement))
            return ()
        if size > had:
            leaf_hashes = {index: entry.leaf_hash for index, entry in entries.items()}
            try:
                self._grow(stored | leaf_hashes, statement, entries)
            except VerificationError:
                if self.log not in self.transaction.parted:
                    raise
                self.evidence.append(take_branch(self.transaction, self.log, entries, statement))
                return ()
        self._came.update(entries)
        self._fill_bodies(entries)
        for index in range(had, size):
            if index not in stored:
                self._store(entries[index])
        return ()

    def _grow(
        self, hashes: dict[int, bytes], statement: CheckpointSignature, entries: Mapping[int, Incoming]
    ) -> None:
        frontier = self.state.frontier.copy()
        for index in range(frontier.size, statement.size):
            frontier.append(hashes[index])
        root = frontier.root()
        self.party = verify_author(
            self.transaction,
            self.party,
            entries,
            statement.size,
            lambda key: verify_checkpoint(key, statement.size, root, statement.signature),
        )
        for index in range(self.state.size, statement.size):
            self.transaction.append_leaf(self.log, self.state, hashes[index])
        self.state.remember(statement.size, root)
        self.transaction.write(
            INSERT_CHECKPOINT,
            {"log": self.log, "size": statement.size, "root": root, "signature": statement.signature},
        )

    def _stored_leaves(self, entries: Collection[int], size: int) -> dict[int, bytes]:
        """Give what is held of these entries, and of all between our size and that of the checkpoint."""
        had = self.state.size
        stored = self.transaction.leaf_hashes(self.log, had, size) if self.state.beyond else {}
        for start, end in ranges_of(index for index in entries if index < had):
            stored |= self.transaction.leaf_hashes(self.log, start, end)
        return stored

    def _first_gap(self, coming: set[int], size: int) -> Ranges:
        beyond, start = self.state.beyond, self.state.size
        while start in coming or start in beyond:
            start = max(start + 1, beyond.end_of(start))
        if start >= size:
            return ()
        behind = [
            index for index in (*coming, beyond.next_from(start)) if index is not None and index > start
        ]
        return ((start, min(behind, default=size)),)

    def _take_waiting(self) -> Ranges:
        """Take the batches that the last one set free; gives the hole that is left, if any."""
        while (batch := self.state.waiting.take_next()) is not None:
            assert isinstance(batch.statement, CheckpointSignature)
            try:
                missing = self._take_checkpoint(batch, batch.statement)
            except StoreError:
                raise
            except CoupefeuError:
                continue  # one bad item never blocks those behind it; its sender still owes it
            if missing:
                return missing
        return ()

    # --- runs ---------------------------------------------------------------------------------------------

    def _take_run(self, batch: Batch, statement: RunSignature) -> Ranges:
        start, end = statement.start, statement.end
        self._insist_open(end)
        if end > self.state.size + RUN_HORIZON:
            raise PeerError(
                f"a run reaches {end:,}, too far beyond {self.state.size:,}", code="store.receive.run_reach"
            )
        if len(batch.entries) != end - start or batch.entries[0].index != start:
            raise PeerError(
                f"a run of [{start:,}, {end:,}) without its leaves", code="store.receive.run_incomplete"
            )
        entries = restore_batch(self.transaction, self.log, batch)
        root = root_of([entry.leaf_hash for entry in entries.values()])
        self.party = verify_author(
            self.transaction,
            self.party,
            entries,
            end,
            lambda key: verify_run(key, start, end, root, statement.signature),
        )
        stored = self.transaction.leaf_hashes(self.log, start, end)
        other = _first_other(stored, entries)
        if other is not None:
            self.evidence.append(keep_other_run(self.transaction, self.log, entries, other, statement))
            return ()
        row = {"log": self.log, "start": start, "end": end, "root": root, "signature": statement.signature}
        self.transaction.write(INSERT_RUN, row)
        self._fill_bodies(entries)
        for index, entry in entries.items():
            if index not in stored:
                self._store(entry)
        if not any(index in self.state.withheld for index in entries):
            self._sign_run_receipt(start, end, root)
        return ()

    def _insist_open(self, end: int) -> None:
        """Take nothing more of a log beyond the size at which its party closed it; what was held before stands."""
        closed_at = self.state.closed_at
        if closed_at is not None and end > max(closed_at, self.state.size):
            raise VerificationError(
                f"{self.party.name.upper()} closed this log at {closed_at:,} entries and signs in another one now; "
                f"a signature over {end:,} of them is void",
                code="store.receive.closed",
                hint="If it goes on, somebody else holds the key of the old log.",
            )

    # --- storing ------------------------------------------------------------------------------------------

    def _store(self, entry: Incoming) -> None:
        arrival = self.transaction.record(
            self.log, entry.index, entry.leaf, entry.seed, entry.head, entry.body
        )
        if not entry.has_body and len(self.transaction.line.parties) == 2:
            self.state.withheld.add(entry.index)
            self.state.lacked.setdefault(self.transaction.context.now.mono_ms // 1_000, arrival)
            return
        self.state.beyond.add(entry.index)
        self._show(entry, arrival)

    def _show(self, entry: Incoming, arrival: int) -> None:
        recorded = Recorded(
            log=self.log,
            index=entry.index,
            arrival=arrival,
            arrived_ms=self.transaction.context.now.utc_ms,
            ours=False,
            head=parse_head(entry.head) if entry.head is not None else None,
            body=entry.body or b"",
            leaf_hash=entry.leaf_hash,
        )
        self.transaction.show(recorded)
        self.recorded.append(recorded)

    def _fill_bodies(self, entries: dict[int, Incoming]) -> None:
        """Fill in withheld bodies that came after all, as the newest arrival; they must match the leaf signed."""
        for index in [each for each in sorted(entries) if each in self.state.withheld]:
            entry = entries[index]
            row = self.transaction.entry(self.log, index)
            if row is None or not entry.has_body or row["leaf"] != entry.leaf:
                continue
            arrival = self.transaction.take_arrival()
            self.transaction.write(
                _FILL_BODY,
                {
                    "b_log": self.log,
                    "b_idx": index,
                    "b_arrival": arrival,
                    "b_arrived_ms": self.transaction.context.now.utc_ms,
                    "b_seed": entry.seed,
                    "b_head": entry.head,
                    "b_body": entry.body,
                },
            )
            self.state.withheld.discard(index)
            self.state.beyond.add(index)
            self._show(entry, arrival)

    # --- receipts -----------------------------------------------------------------------------------------

    def _cosign(self) -> None:
        """Co-sign when all is held completely; behind a withheld body, run receipts for what came (A7)."""
        state = self.state
        if self.transaction.is_recovering:
            return
        if state.complete != state.size:
            self._receipt_runs()
            return
        if state.size == 0:
            return
        self.receipts.append(cosign(self.transaction, self.log))

    def _receipt_runs(self) -> None:
        held = [each for each in sorted(self._came) if each in self.state.beyond and each < self.state.size]
        for start, end in _cut(ranges_of(held), MAX_RECEIPT_RUN):
            hashes = self.transaction.leaf_hashes(self.log, start, end)
            self._sign_run_receipt(start, end, root_of([hashes[index] for index in range(start, end)]))

    def _sign_run_receipt(self, start: int, end: int, root: bytes) -> None:
        if self.transaction.is_recovering:
            return
        line = self.transaction.line
        signature = sign_run_receipt(line.log_signer, self.origin, start, end, root)
        self.receipts.append(RunReceiptItem(self.log, start, end, signature))
        self.transaction.write(
            INSERT_RUN_RECEIPT,
            {
                "log": self.log,
                "start": start,
                "end": end,
                "holder": line.our_position,
                "root": root,
                "signature": signature,
                "arrived_ms": self.transaction.context.now.utc_ms,
            },
        )


def _first_other(stored: Mapping[int, bytes], entries: Mapping[int, Incoming]) -> int | None:
    """Give the first index at which another leaf is held than the one that came."""
    others = (i for i, entry in entries.items() if stored.get(i, entry.leaf_hash) != entry.leaf_hash)
    return min(others, default=None)


def _cut(ranges: Ranges, most: int) -> Iterator[tuple[int, int]]:
    """Cut ranges into parts of at most `most` entries."""
    for start, end in ranges:
        for at in range(start, end, most):
            yield at, min(at + most, end)
