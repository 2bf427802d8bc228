"""One log of a record against itself: leaves, tree, statements, where it stands. One pass, memory flat."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.model.logs import position_of
from coupefeu.record.leaf import LEAF_BYTES, leaf_hash, make_leaf
from coupefeu.record.statements import verify_checkpoint, verify_cosignature, verify_run, verify_run_receipt
from coupefeu.record.tree import Frontier
from coupefeu.store import tables
from coupefeu.store.findings import REMAKE, Findings, LogReport
from coupefeu.store.fsck_attachments import check_attachments
from coupefeu.store.fsck_erased import ErasedCheck, Remaining
from coupefeu.store.line import Party, Verify, need_author
from coupefeu.store.sqlite import Connection
from coupefeu.wire.key_statement import KeyRole

Row = tuple[Any, ...]

_BYTES: Final = ", ".join(f"CAST({name} AS BLOB)" for name in ("leaf", "seed", "head", "body", "head_salt"))
"""A damaged row may hold text where bytes belong."""


class LogCheck:
    """Checks the log of one party; what is found goes to `findings`.

    After a gap or a wrong root the tree goes on from the next kept frontier, so that one defect hides no other.
    """

    def __init__(
        self,
        connection: Connection,
        findings: Findings,
        parties: tuple[Party, ...],
        our_log: int,
        row: dict[str, Any],
        step: Callable[[], None],
    ) -> None:
        self._connection, self._findings, self._step = connection, findings, step
        self._parties, self._log = parties, row["log"]
        self._party = need_author(parties, self._log)
        self._position = position_of(self._log, len(parties))
        self._our_position = position_of(our_log, len(parties))
        self._ours = self._position == self._our_position
        self._row = row
        self._tree: Frontier | None = Frontier()
        self._proved_size = 0
        self._complete: int | None = None
        self._last_arrival = 0
        self._entries = self._withheld = self._erased = 0
        self._erasures = ErasedCheck(connection, findings, self._party.origin, self._log, self._is_ours)
        self._checkpoints = self._cosignatures = 0

    def _is_ours(self, log: int) -> bool:
        return position_of(log, len(self._parties)) == self._our_position

    def run(self) -> LogReport:
        """Check everything of this log."""
        self._check_entries()
        self._check_standing()
        self._check_surplus()
        if self._ours:
            self._erasures.check_named()
        return LogReport(
            party=self._party.name,
            size=self._row["size"],
            entries=self._entries,
            withheld=self._withheld,
            erased=self._erased,
            checkpoints=self._checkpoints,
            cosignatures=self._check_cosignatures(),
            runs=self._check_runs(),
            run_receipts=self._check_run_receipts(),
            attachments=check_attachments(
                self._connection,
                self._findings,
                self._party.origin,
                self._log,
                ours=self._ours,
            ),
        )

    # --- entries and tree ---------------------------------------------------------------------------------

    def _check_entries(self) -> None:
        checkpoints = self._all("SELECT size, root, signature FROM checkpoints WHERE log = ? ORDER BY size")
        checkpoint = next(checkpoints, None)
        expected = 0
        size = self._row["size"]
        for index, leaf, seed, head, body, head_salt, erased_log, erased, arrival in self._all(
            f"SELECT idx, {_BYTES}, erased_log, erased, arrival FROM entries WHERE log = ? ORDER BY idx"  # noqa: S608 - fixed
        ):
            if index != expected and expected < size:
                self._gap(expected, min(index, size))
            expected = index + 1
            self._entries += 1
            self._step()
            if erased is None and head_salt is None:
                self._check_entry(index, leaf, seed, head, body)
            else:
                self._erased += 1
                content = None if seed is None and body is None else b"" if body is None else body
                by = None if erased is None else (erased_log, erased)
                self._erasures.check(index, by, Remaining(leaf, head, head_salt, content))
            self._check_arrival(index, arrival)
            if index >= size:
                self._check_beyond(index)
                continue
            self._grow(index, leaf)
            while checkpoint is not None and checkpoint[0] <= index + 1:
                self._check_checkpoint(*checkpoint)
                checkpoint = next(checkpoints, None)
        if expected < size:
            self._gap(expected, size)
        while checkpoint is not None:
            self._check_checkpoint(*checkpoint)
            checkpoint = next(checkpoints, None)

    def _gap(self, start: int, end: int) -> None:
        self._tree = None
        self._found("gap", f"entries [{start:,}, {end:,}) are missing", start)

    def _check_entry(
        self, index: int, leaf: bytes, seed: bytes | None, head: bytes | None, body: bytes | None
    ) -> None:
        if seed is None and head is None and body is None:
            self._check_withheld(index, leaf)
        elif seed is None or head is None or body is None:
            self._found("entry", "seed, head and body are not all held", index)
        elif leaf != make_leaf(self._party.origin, seed, head, body):
            self._found("leaf", "the leaf is not what seed, head and body make", index)

    def _check_withheld(self, index: int, leaf: bytes) -> None:
        self._withheld += 1
        if len(leaf) != LEAF_BYTES:
            self._found("leaf", f"{len(leaf)} bytes are no leaf", index)
        if self._ours:
            self._found("entry", "head and body of our own entry are not held", index)
        if self._complete is None and len(self._parties) == 2:
            self._complete = index

    def _check_arrival(self, index: int, arrival: int) -> None:
        """Our own entries arrive in the order of their index; another log's may not."""
        if self._ours and arrival <= self._last_arrival:
            self._found("arrival", f"arrived as number {arrival:,}, before the entry in front of it", index)
        self._last_arrival = arrival

    def _check_beyond(self, index: int) -> None:
        if self._ours:
            self._found("beyond", f"stands behind the end of our log at {self._row['size']:,}", index)
        elif not self._one('SELECT 1 FROM runs WHERE log = ? AND start <= ? AND "end" > ?', index, index):
            self._found("uncovered", "neither a checkpoint nor a run covers it", index)

    def _grow(self, index: int, leaf: bytes) -> None:
        stored = self._frontier_row(index) if index and index % tables.FRONTIER_STEP == 0 else None
        if self._tree is None:
            self._tree = stored
        if self._tree is not None:
            if stored is not None and stored.to_bytes() != self._tree.to_bytes():
                self._derived("frontier", "the kept tree is not that of the entries", index)
            hashed = leaf_hash(leaf)
            for level, number, root in self._tree.completed_by(hashed, tables.SUBTREE_STEP):
                self._check_subtree(level, number, root)
            self._tree.append(hashed)

    def _check_surplus(self) -> None:
        """Look for subtrees of leaves that are not there."""
        size, step = self._row["size"], tables.SUBTREE_STEP
        due = sum(size >> level for level in range(step, size.bit_length(), step))
        row = self._one("SELECT count(*) FROM subtrees WHERE log = ?")
        if row is not None and row[0] > due:
            self._derived("subtree", f"{row[0] - due:,} kept subtrees are of no leaves", size)

    def _check_subtree(self, level: int, number: int, root: bytes) -> None:
        row = self._one("SELECT root FROM subtrees WHERE log = ? AND level = ? AND number = ?", level, number)
        if row is None or row[0] != root:
            what = "is missing" if row is None else "is not that of its leaves"
            self._derived("subtree", f"the kept subtree {number:,} of level {level} {what}", number << level)

    def _frontier_row(self, size: int) -> Frontier | None:
        row = self._one("SELECT frontier FROM frontiers WHERE log = ? AND size = ?", size)
        try:
            frontier = Frontier.from_bytes(row[0]) if row else None
        except CoupefeuError as error:
            self._derived("frontier", error.message, size)
            return None
        if frontier is None or frontier.size != size:
            self._derived("frontier", "the kept tree is missing", size)
            return None
        return frontier

    # --- statements ---------------------------------------------------------------------------------------

    def _check_checkpoint(self, size: int, root: bytes, signature: bytes) -> None:
        self._checkpoints += 1
        where = f"checkpoint of {self._party.origin} at {size:,}"
        self._holds(
            where, self._party, KeyRole.LOG, lambda key: verify_checkpoint(key, size, root, signature)
        )
        if size > self._row["size"]:
            self._add("checkpoint", f"the log holds {self._row['size']:,} entries only", where)
        if self._tree is None or self._tree.size != size:
            return
        if self._tree.root() != root:
            what = f"entries [{self._proved_size:,}, {size:,}) do not have the root that was signed"
            self._add("root", what, where)
            self._tree = None
        self._proved_size = size

    def _check_cosignatures(self) -> int:
        count = 0
        for size, holder, time_s, signature, root in self._all(
            "SELECT c.size, c.holder, c.time_s, c.signature, p.root FROM cosignatures c"
            " LEFT JOIN checkpoints p ON p.log = c.log AND p.size = c.size WHERE c.log = ?"
        ):
            count += 1
            where = f"co-signature of {self._party.origin} at {size:,} by party {holder}"
            if not 0 <= holder < len(self._parties) or holder == self._position:
                self._add("holder", "no such party holds this log", where)
            elif root is None:
                self._add("checkpoint", "the checkpoint that it signs is missing", where)
            else:
                signed = partial(
                    verify_cosignature,
                    origin=self._party.origin,
                    size=size,
                    root=root,
                    time_s=time_s,
                    signature=signature,
                )
                self._holds(where, self._parties[holder], KeyRole.COSIGNER, signed)
            if holder == self._our_position and size > self._held:
                self._add("signed_ahead", "we signed for more than is held", where)
        return count

    def _check_runs(self) -> int:
        count = 0
        for start, end, root, signature in self._all(
            'SELECT start, "end", root, signature FROM runs WHERE log = ?'
        ):
            count += 1
            where = f"run [{start:,}, {end:,}) of {self._party.origin}"
            signed = partial(verify_run, start=start, end=end, root=root, signature=signature)
            self._holds(where, self._party, KeyRole.LOG, signed)
            self._check_run_root(start, end, root, where)
        return count

    def _check_run_receipts(self) -> int:
        count = 0
        for start, end, holder, root, signature in self._all(
            'SELECT start, "end", holder, root, signature FROM run_receipts WHERE log = ?'
        ):
            count += 1
            where = f"receipt for [{start:,}, {end:,}) of {self._party.origin} by party {holder}"
            if not 0 <= holder < len(self._parties) or holder == self._position:
                self._add("holder", "no such party holds this log", where)
                continue
            signed = partial(
                verify_run_receipt,
                origin=self._party.origin,
                start=start,
                end=end,
                root=root,
                signature=signature,
            )
            self._holds(where, self._parties[holder], KeyRole.LOG, signed)
            lacking = self._check_run_root(start, end, root, where)
            if lacking and holder == self._our_position and len(self._parties) == 2:
                self._add("signed_ahead", f"we signed for {lacking:,} entries that are not held", where)
        return count

    def _check_run_root(self, start: int, end: int, root: bytes, where: str) -> int:
        """Compare the root of [start, end); gives how many of these bodies are not held."""
        tree, lacking = Frontier(), 0
        for leaf, has_body in self._all(
            "SELECT leaf, body IS NOT NULL OR erased IS NOT NULL FROM entries"
            " WHERE log = ? AND idx >= ? AND idx < ? ORDER BY idx",
            start,
            end,
        ):
            tree.append(leaf_hash(leaf))
            lacking += not has_body
        if tree.size != end - start:
            self._add("gap", f"{end - start - tree.size:,} of its entries are missing", where)
        elif tree.root() != root:
            self._add("root", "its entries do not have the root that was signed", where)
        return lacking

    def _holds(self, where: str, signer: Party, role: KeyRole, verify: Verify) -> None:
        """Check a signature by any key that its party has had; each counted when it was taken."""
        try:
            signer.find_signer(role, verify)
        except CoupefeuError as error:
            self._add("signature", f"the signature does not hold: {error.message}", where)

    @property
    def _held(self) -> int:
        """Entries before this are held with their bodies."""
        size: int = self._row["size"]
        return size if self._complete is None else min(size, self._complete)

    # --- where the log stands -----------------------------------------------------------------------------

    def _check_standing(self) -> None:
        size, ours = self._row["size"], self._ours
        if self._tree is not None and (self._tree.size, self._tree.to_bytes()) != (
            size,
            self._row["frontier"],
        ):
            self._found("frontier", "the tree in `logs` is not that of the entries", size)
        complete = size if self._complete is None else min(size, self._complete)
        if self._row["complete"] != complete:
            what = (
                f"`logs` says that all is held before {self._row['complete']:,}; it is so before {complete:,}"
            )
            self._found("complete", what, complete)
        newest = self._one("SELECT coalesce(max(size), 0) FROM checkpoints WHERE log = ?")
        if not ours and newest is not None and newest[0] < size:
            what = f"the newest checkpoint covers {newest[0]:,} entries, the log is said to have {size:,}"
            self._found("uncovered", what, newest[0])

    # --- rows ---------------------------------------------------------------------------------------------

    def _all(self, query: str, *values: Any) -> Iterator[Row]:
        return self._connection.stream(query, (self._log, *values))

    def _one(self, query: str, *values: Any) -> Row | None:
        return next(self._all(query + " LIMIT 1", *values), None)

    def _derived(self, subject: str, what: str, index: int) -> None:
        """Name damage to what is made from the leaves and can be made again."""
        self._findings.add(subject, what, f"{self._party.origin}, entry {index:,}", REMAKE)

    def _found(self, subject: str, what: str, index: int) -> None:
        self._findings.add(subject, what, f"{self._party.origin}, entry {index:,}")

    def _add(self, subject: str, what: str, where: str) -> None:
        self._findings.add(subject, what, where)
