"""An independent check of a record: everything is computed anew from what is stored. It changes no byte.

    schema       a record that this program can read
    database     SQLite's own check of pages and indices
    logs         one row for each party of the agreement
    each log     leaves, tree at every checkpoint, signatures, gaps, order of arrival (fsck_log.py),
                 and every attachment that is held (fsck_attachments.py)
    high water   the file against the record (protocol A13)
    evidence     every kept proof that a party signed two things that cannot both be true
    branches     entries of other branches of forked logs (fsck_branches.py)
    announced    line tests that were heard ahead of their proof
    views        every row against what the record makes of it (fsck_views.py)

It works on the record of a running node and of a stopped one, and never stops at the first finding.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from coupefeu.errors import CoupefeuError, StoreError, VerificationError
from coupefeu.model.agreement import Agreement
from coupefeu.record.equivocation import verify_equivocation
from coupefeu.record.incarnations import is_of_two_incarnations, verify_two_incarnations
from coupefeu.services.base import Service
from coupefeu.services.messages.forms import LINE_TEST_TEMPLATES
from coupefeu.store import tables
from coupefeu.store.findings import RESTORE, Findings, LogReport, Report
from coupefeu.store.fsck_branches import check_branches
from coupefeu.store.fsck_log import LogCheck
from coupefeu.store.fsck_ml_dsa import check_ml_dsa
from coupefeu.store.fsck_told import check_told
from coupefeu.store.fsck_views import ViewCheck
from coupefeu.store.fsck_witnessed import check_witnessed
from coupefeu.store.highwater import Marks, read_high_water
from coupefeu.store.line import Line, Party, find_author, logs_of
from coupefeu.store.outgoing import load_frontier
from coupefeu.store.schema import read_revision
from coupefeu.store.sqlite import Connection, open_for_reading
from coupefeu.wire.key_statement import KeyRole

Progress = Callable[[int, int], None]
"""Entries done, entries in all."""

_PROGRESS_EVERY: Final = 1_024
_NO_DAMAGE: Final = frozenset({"store.database.locked", "store.disk.full", "store.disk.failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """What the views are made by."""

    line: Line
    services: Sequence[Service]
    agreement: Agreement
    earlier: Sequence[Agreement] = ()


def check_record(
    path: Path,
    parties: tuple[Party, ...],
    our_log: int,
    high_water: Path | None = None,
    *,
    running: bool,
    progress: Progress | None = None,
    agreement: Agreement | None = None,
    views: Views | None = None,
) -> Report:
    """Check the record at `path`; `high_water` is the file that should stand beside it; `views`: compare them too.

    `agreement` names the identity keys; without it a proof under one of them is named as not checked.

    Raises: StoreError: there is no database that could be opened.
    """
    connection = open_for_reading(path, running=running)
    try:
        check = _Check(connection, parties, our_log, progress or (lambda _done, _total: None))
        check.agreement = agreement
        return check.run(high_water, views)
    finally:
        connection.close()


class _Check:
    agreement: Agreement | None = None

    def __init__(
        self, connection: Connection, parties: tuple[Party, ...], our_log: int, progress: Progress
    ) -> None:
        self._connection, self._parties, self._our_log = connection, parties, our_log
        self._progress = progress
        self._findings = Findings()
        self._done = self._total = 0

    def run(self, high_water: Path | None, views: Views | None) -> Report:
        logs: list[LogReport] = []
        evidence = 0
        if not self._check_schema():
            return self._findings.report(logs, evidence)
        with self._guard("the whole record"):
            self._connection.query("BEGIN")
            ((self._total,),) = self._connection.stream("SELECT count(*) FROM entries")
        with self._guard("pages and indices"):
            self._check_pages()
        for row in self._log_rows():
            with self._guard(f"log {row['log']}"):
                check = LogCheck(
                    self._connection, self._findings, self._parties, self._our_log, row, self._step
                )
                logs.append(check.run())
            with self._guard(f"ML-DSA-44 signatures of log {row['log']}"):
                check_ml_dsa(self._connection, self._findings, self._parties, row["log"])
            with self._guard(f"witnesses of log {row['log']}"):
                check_witnessed(self._connection, self._findings, self._parties, row["log"])
            with self._guard(f"what was shown of log {row['log']}"):
                check_told(self._connection, self._findings, self._parties, row["log"])
        if high_water is not None:
            with self._guard("high-water file"):
                self._check_high_water(high_water)
        with self._guard("evidence"):
            evidence = self._check_evidence()
        with self._guard("branches"):
            check_branches(self._connection, self._findings, self._parties)
        with self._guard("announced"):
            self._check_announced()
        if views is not None:
            with self._guard("views"):
                check_views = ViewCheck(self._connection, self._findings)
                check_views.run(views.line, views.services, views.agreement, views.earlier)
        self._progress(self._total, self._total)
        return self._findings.report(logs, evidence)

    @contextmanager
    def _guard(self, where: str) -> Iterator[None]:
        """Turn what cannot be read into a finding, and go on with the next part."""
        try:
            yield
        except StoreError as error:
            hint = error.hint if error.code in _NO_DAMAGE else RESTORE
            self._findings.add("database", error.message, where, hint)
        except (TypeError, ValueError, OverflowError) as error:
            self._findings.add("database", f"a row holds values of another type: {error}", where)

    def _check_schema(self) -> bool:
        """Whether there is a record in this database that this program can read."""
        revision = tables.SCHEMA_VERSION  # where it cannot be read, all else is tried
        with self._guard("schema"):
            revision = read_revision(self._connection) or ""
            if not revision:
                what = "the database holds no record: it is empty, or its table of revisions is"
                self._findings.add("schema", what, "record.db")
            elif revision != tables.SCHEMA_VERSION:
                what = f"the record has revision {revision[:20]}, this program checks {tables.SCHEMA_VERSION}"
                hint = (
                    "An older record is made ready by `coupefeu up`; a newer one needs the program that wrote it. "
                    "If neither is so, restore the newest backup."
                )
                self._findings.add("schema", what, "record.db", hint)
        return revision == tables.SCHEMA_VERSION

    def _step(self) -> None:
        self._done += 1
        if self._done % _PROGRESS_EVERY == 0:
            self._progress(self._done, self._total)

    def _check_pages(self) -> None:
        for (said,) in self._connection.stream("PRAGMA integrity_check(100)"):
            if said != "ok":
                self._findings.add("database", str(said), "pages and indices")

    def _log_rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        with self._guard("logs"):
            for log, origin, size, complete, frontier in self._connection.stream(
                "SELECT log, origin, size, complete, frontier FROM logs ORDER BY log"
            ):
                author = find_author(self._parties, log)
                if author is None:
                    self._findings.add("logs", "a log of no party of the agreement", f"log {log}")
                    continue
                if origin != author.origin:
                    what = f"the record says {origin}, agreement and folder {author.origin}"
                    self._findings.add("logs", what, f"log {log}", "Put the record.db of this line back.")
                row = {"log": log, "size": size, "complete": complete, "frontier": frontier}
                rows.append(row)
            for log in logs_of(self._parties).keys() - {row["log"] for row in rows}:
                self._findings.add("logs", "the row is missing", f"log {log}")
        return rows

    # --- high water ---------------------------------------------------------------------------------------

    def _check_high_water(self, path: Path) -> None:
        try:
            marks = read_high_water(path)
        except CoupefeuError as error:
            self._findings.add("high_water", error.message, path.name, error.hint)
            return
        if marks is not None:
            self._compare_marks(marks, path.name)
        elif self._total:
            hint = (
                "Start no node on this folder by guess: how far it has signed is unknown (protocol A13). "
                "Put the file back, or restore a backup: the node then asks the other side."
            )
            self._findings.add("high_water", "the file is missing", path.name, hint)

    def _compare_marks(self, marks: Marks, name: str) -> None:
        standing: dict[int, int] = dict(self._connection.stream("SELECT log, min(size, complete) FROM logs"))
        for log, (size, root) in sorted(marks.items()):
            held = standing.get(log, 0)
            where = f"{name}, log {log}"
            if held < size:
                what = f"{size:,} entries were signed for, the record holds {held:,}"
                hint = (
                    "This record is older than what was signed: an old copy was put back, or record.db-wal was left "
                    "behind. Put back the newest record.db with its -wal, or start the node: it reads, signs nothing, "
                    "and asks the other side for what is missing."
                )
                self._findings.add("high_water", what, where, hint)
            elif root and load_frontier(self._connection, log, size).root() != root:
                what = f"the root at {size:,} is another one"
                hint = (
                    "The file or the record is of another node, or the log was written anew after a restore. Start no "
                    "node on this folder before both are of one origin: it would sign a second branch."
                )
                self._findings.add("high_water", what, where, hint)

    # --- line tests that were heard ---------------------------------------------------------------------

    def _check_announced(self) -> None:
        for log, index, template in self._connection.stream("SELECT log, idx, template FROM announced"):
            author = find_author(self._parties, log)
            if author is None or index < 0 or not 0 <= template <= LINE_TEST_TEMPLATES:
                what = "a line test that was heard is of no party, or has no such text"
                hint = (
                    "It is no evidence, and nothing of the record is lost; restore a backup if there is more."
                )
                self._findings.add("announced", what, f"log {log}, entry {index}", hint)

    # --- evidence -----------------------------------------------------------------------------------------

    def _check_evidence(self) -> int:
        count = 0
        for number, log, index, proof in self._connection.stream(
            "SELECT number, log, idx, proof FROM evidence"
        ):
            count += 1
            where = f"evidence {number}"
            author = find_author(self._parties, log)
            if author is None:
                self._findings.add("evidence", "of no party of the agreement", where)
                continue
            try:
                shown = self._verify_proof(author, proof)
            except CoupefeuError as error:
                self._findings.add("evidence", f"the proof does not hold: {error.message}", where)
                continue
            if shown != index:
                self._findings.add("evidence", f"the proof is of entry {shown:,}, not {index:,}", where)
        return count

    def _verify_proof(self, author: Party, proof: bytes) -> int:
        """Verify a kept proof, and give the entry that it is of."""
        if not is_of_two_incarnations(proof):
            return verify_equivocation(proof, *author.keys_of(KeyRole.LOG)).index
        if self.agreement is None:
            raise VerificationError(
                "it is under an identity key, and no agreement was given",
                code="store.fsck.no_agreement",
                hint="Run `coupefeu fsck` on the folder.",
            )
        return verify_two_incarnations(proof, self.agreement).index
