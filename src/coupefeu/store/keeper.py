"""The store's core: jobs in, one transaction, one commit, outcomes out. Used by one thread only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from coupefeu.errors import ConfigError, CoupefeuError, PeerError, PolicyError, StoreError, VerificationError
from coupefeu.keys.incarnations import parse_opening_body
from coupefeu.keys.notes import CosignSigner, LogSigner, MuteCosigner, MuteLogSigner
from coupefeu.model.agreement import Agreement
from coupefeu.model.instant import Moment
from coupefeu.record.statements import verify_cosignature
from coupefeu.record.tree import Frontier
from coupefeu.services.agreement.facts import OpenLog, TakeIncarnation
from coupefeu.services.agreement.in_force import find_in_force
from coupefeu.services.base import Command, Context, Recorded, Service
from coupefeu.services.erasures.facts import EraseContent
from coupefeu.services.messages.views import SELECT_LAST_LINE_TEST
from coupefeu.store import tables
from coupefeu.store.announce import receive_line_test
from coupefeu.store.append import act
from coupefeu.store.attachments import find_wanted, keep_attachment, read_part
from coupefeu.store.colliding import change_minima, check_conflicts, read_minima
from coupefeu.store.equivocation import find_fork, take_fork
from coupefeu.store.erasing import erase_on_order
from coupefeu.store.expiring import expire
from coupefeu.store.highwater import Marks
from coupefeu.store.incarnations import check_cited, find_second_opening, keep_second_openings, take_up
from coupefeu.store.jobs import (
    Act,
    Acted,
    CheckConflicts,
    EraseExpired,
    Expired,
    FindFork,
    FindWanted,
    Job,
    KeepAttachment,
    KeepMlDsa,
    KeepWitnessed,
    NameOverdue,
    Outcome,
    ReadMlDsa,
    ReadPart,
    Receive,
    Received,
    ReceiveLineTest,
    TakeFork,
    TakeReceipt,
)
from coupefeu.store.line import Line, logs_of, make_parties
from coupefeu.store.overdue import name_overdue
from coupefeu.store.parted import parted_logs
from coupefeu.store.post_quantum import keep_ml_dsa, read_ml_dsa
from coupefeu.store.rebuild import Progress, are_current, rebuild
from coupefeu.store.receipts import take_receipt
from coupefeu.store.receive import Receiver
from coupefeu.store.recovering import recover, refuse
from coupefeu.store.recovery_jobs import RecoveryJob, RecoveryOutcome, TakenBack
from coupefeu.store.remains import Remains
from coupefeu.store.schema import prepare_schema
from coupefeu.store.showing import by_kind, concluders_of, followers_of, guards_of, make_context
from coupefeu.store.sqlite import UNAVAILABLE, open_for_writing
from coupefeu.store.standing import is_of_agreement, read_standing
from coupefeu.store.state import LogState, empty_log
from coupefeu.store.taking_back import erase_again
from coupefeu.store.transaction import Transaction
from coupefeu.store.witnessed import keep_witnessed
from coupefeu.wire.agreement import parse_agreement
from coupefeu.wire.packet import Batch, CosignatureItem

_INSERT_LOG = insert(tables.logs)
_CLOSE_LOG = (
    update(tables.logs)
    .where(tables.logs.c.log == bindparam("b_log"))
    .values(closed_at=bindparam("b_closed_at"))
)
_NEWEST_OWN_COSIGNATURE = (
    select(tables.cosignatures)
    .where(tables.cosignatures.c.log == bindparam("log"), tables.cosignatures.c.holder == bindparam("holder"))
    .order_by(tables.cosignatures.c.size.desc(), tables.cosignatures.c.time_s.desc())
    .limit(1)
)


_SIGNING = (Act, NameOverdue, EraseExpired, TakeReceipt)
"""Jobs that write into our own log, or sign for it."""


class Keeper:
    """The record of one line in one database. Every method is called from the writer's thread."""

    def __init__(
        self,
        path: Path,
        line: Line,
        services: Sequence[Service],
        agreement: Agreement,
        progress: Progress | None = None,
        earlier: Sequence[Agreement] = (),
    ) -> None:
        """Open the record; views that an older program made are rebuilt, which `progress` follows.

        `agreement` is the newest version in the folder, `earlier` those before it.
        """
        self.line = line
        self.agreement = agreement
        self.earlier = tuple(earlier)
        self._signers = line.log_signer, line.cosigner
        self.recovering: str | None = None
        """Why this record may be older than what was signed; nothing is signed then (protocol A13)."""
        self._by_kind = by_kind(services)
        self._followers = followers_of(services)
        self._concluders = concluders_of(services)
        self._guards = guards_of(services)
        self._by_command: Mapping[type[Command], Service] = {c: s for s in services for c in s.commands}
        self.connection = open_for_writing(path)
        prepare_schema(self.connection)
        if not are_current(self.connection):
            rebuild(self.connection, line, services, agreement, progress, self.earlier)
        self._separation = read_minima(self.connection)
        self._remains = Remains(self.connection)
        self._take_standing()
        self.states = self._load_states()
        self.parted = parted_logs(self.connection)
        self._next_arrival = self._load_next_arrival()
        self._marks = self._read_marks(self.states)
        self._in_doubt = False
        self._give_signers()

    # --- what governs the line ----------------------------------------------------------------------------

    def sign_with(self, log_signer: LogSigner, cosigner: CosignSigner) -> None:
        """Sign with these from the next transaction on; any thread may say so."""
        self._signers = log_signer, cosigner

    def recover(self, reason: str | None) -> None:
        """Sign nothing until `resume`, if there is a reason; before the writer's thread runs."""
        self.recovering = reason
        self._give_signers()

    def resume(self) -> None:
        """Sign again from the next transaction on: the record has come up to what was signed; any thread may say so."""
        self.recovering = None

    def _give_signers(self) -> None:
        """Put the signers into the line; while the node recovers, such as cannot sign."""
        log_signer, cosigner = self._signers
        if self.recovering is not None:
            log_signer, cosigner = MuteLogSigner(log_signer), MuteCosigner(cosigner)
        self.line = replace(self.line, log_signer=log_signer, cosigner=cosigner)
        self._given = self.recovering, self._signers

    def _take_standing(self) -> None:
        """Read what the record says governs the line: coming amendments, and the keys that stand."""
        self.standing = read_standing(self.connection, self.agreement, self.line.incarnations)
        opened = [signed.statement for signed in self.standing.incarnations]
        if self.standing.statements or opened:
            statements = [signed.statement for signed in self.standing.statements]
            published = {**self.line.published, **self.standing.published}
            self.line = replace(
                self.line, parties=make_parties(self.agreement, statements, published, opened)
            )

    def _bring_into_force(self, now: Moment) -> None:
        due = find_in_force(self.standing.amendments, now.utc_ms)
        if due is not None and due.version > self.agreement.version:
            self.earlier = (*self.earlier, self.agreement)
            self.agreement = parse_agreement(due.octets)

    def context(self, now: Moment) -> Context:
        """Say by what a service judges now; any thread may ask."""
        return make_context(self.line, self.agreement, now, self.earlier)

    # --- the batch ----------------------------------------------------------------------------------------

    def execute(self, jobs: Sequence[Job], now: Moment) -> list[Outcome]:
        """Do all jobs in one transaction; each outcome is durable when this returns.

        A job that is refused has its error as outcome and writes nothing. When the database cannot write, every
        outcome is that failure and nothing happened. When a job breaks after it has written, the batch is undone
        and each job is done in a transaction of its own: no peer can make another's job fail.
        """
        try:
            return self._transact(jobs, now)
        except StoreError as failure:
            if failure.code in UNAVAILABLE:
                return [failure] * len(jobs)
            broken: Exception = failure
        except Exception as defect:  # noqa: BLE001 - what a peer sent must not end the only writer
            broken = defect
        if len(jobs) > 1:
            return [outcome for job in jobs for outcome in self.execute([job], now)]
        return [_outcome_of(broken)]

    def _transact(self, jobs: Sequence[Job], now: Moment) -> list[Outcome]:
        transaction = self._begin(now)
        try:
            outcomes = [self._do(transaction, job) for job in jobs]
            self._commit(transaction)
        except BaseException:
            self._roll_back(transaction)
            raise
        return outcomes

    def _do(self, transaction: Transaction, job: Job) -> Outcome:
        writes = transaction.writes
        try:
            return self._carry_out(transaction, job)
        except StoreError:
            raise
        except CoupefeuError as refusal:
            if transaction.writes != writes:
                raise  # half done: `execute` undoes it
            return refusal

    def _carry_out(self, transaction: Transaction, job: Job) -> Outcome:  # noqa: C901, PLR0911, PLR0912 - one case per job
        if transaction.is_recovering and isinstance(job, _SIGNING):
            refuse(str(self.recovering))
        match job:
            case Act(command=command):
                return self._act(transaction, command)
            case Receive(batch=batch):
                return self._receive(transaction, batch)
            case ReceiveLineTest():
                return receive_line_test(transaction, job)
            case TakeReceipt():
                return take_receipt(transaction, job)
            case NameOverdue():
                return name_overdue(transaction, self._by_command)
            case CheckConflicts():
                return check_conflicts(transaction)
            case FindWanted():
                return find_wanted(transaction, job)
            case ReadPart():
                return read_part(transaction, job)
            case KeepAttachment():
                return keep_attachment(transaction, job)
            case EraseExpired():
                return self._expire(transaction, job)
            case KeepWitnessed():
                return keep_witnessed(transaction, job)
            case ReadMlDsa():
                return read_ml_dsa(transaction, job)
            case KeepMlDsa():
                return keep_ml_dsa(transaction, job)
            case FindFork():
                return find_fork(transaction, job)
            case TakeFork():
                return take_fork(transaction, job)
            case _:
                return self._recover(transaction, job)

    def _recover(self, transaction: Transaction, job: RecoveryJob) -> RecoveryOutcome:
        outcome = recover(transaction, job, self._signers)
        if isinstance(outcome, TakenBack):
            self._govern(transaction, outcome.recorded)
        return outcome

    def _receive(self, transaction: Transaction, batch: Batch) -> Received:
        second = find_second_opening(transaction, self.standing, batch)
        if second is not None:
            return second
        is_opened = take_up(transaction, batch)
        received = Receiver(transaction, batch.log).receive(batch)
        if is_opened and not transaction.states[batch.log].complete:
            raise PeerError(
                f"the opening of log {batch.log} came without a statement that covers it",
                code="store.keeper.opening",
                hint="Nothing to do: what is not acknowledged comes again.",
            )
        self._govern(transaction, received.recorded)
        return received

    def _act(self, transaction: Transaction, command: Command) -> Acted:
        self._insist_able()
        if isinstance(command, EraseContent):
            transaction.is_ordered = True
            return erase_on_order(transaction, self._by_command, command)
        if isinstance(command, OpenLog):
            erase_again(transaction)  # of a restore that could not be gone on with, and was never resumed
        if isinstance(command, TakeIncarnation):
            check_cited(transaction, parse_opening_body(command.body).signed.statement)
        acted = act(transaction, self._by_command, command)
        self._govern(transaction, [stored.recorded for stored in acted.entries])
        return acted

    def _expire(self, transaction: Transaction, job: EraseExpired) -> Expired:
        if self.line.is_silenced:
            return Expired(entries=(), after=job.after)
        return expire(transaction, self._by_command, job)

    def _insist_able(self) -> None:
        if self.line.is_silenced:
            raise PolicyError(
                "a key of ours is revoked and has no successor: nothing that we say would count",
                code="store.keeper.revoked",
                hint="The record can be read and exported. To speak again, pair a new line in new folders.",
            )

    def _govern(self, transaction: Transaction, recorded: Sequence[Recorded]) -> None:
        """Take up a key that has just come: the jobs behind it in this batch are judged by it."""
        if any(is_of_agreement(each) for each in recorded):
            transaction.flush()
            self._take_standing()
            self._take_up_by_statement(transaction)
            transaction.line = self.line
            keep_second_openings(transaction, self.standing)

    def _take_up_by_statement(self, transaction: Transaction) -> None:
        """Open the log of an incarnation whose statement is on the record before any entry of it has come."""
        for log, author in logs_of(self.line.parties).items():
            if log not in transaction.states:
                transaction.open_log(log, author.origin)
            if author.closed_at is not None and transaction.states[log].closed_at is None:
                transaction.close_log(log, author.closed_at)

    def _begin(self, now: Moment) -> Transaction:
        if self._in_doubt:
            raise StoreError(
                "the disk failed at a commit, and whether it was made could not be read",
                code="store.disk.in_doubt",
                hint="Check the disk, then start this node again: it reads what is on its record.",
            )
        self._bring_into_force(now)
        if self._given != (self.recovering, self._signers):
            self._give_signers()
        self._before = self.standing, self.line
        context = self.context(now)
        try:
            self.connection.query("BEGIN IMMEDIATE")
        except StoreError:
            self.connection.roll_back()
            raise
        transaction = Transaction(
            self.connection,
            self.line,
            self.states,
            self._by_kind,
            context,
            self._next_arrival,
            is_recovering=self.recovering is not None,
            parted=self.parted,
            followers=self._followers,
            concluders=self._concluders,
            guards=self._guards,
        )
        if self._separation != self.agreement.notices.separation:
            change_minima(transaction, self.agreement.notices.separation)
        return transaction

    def _commit(self, transaction: Transaction) -> None:
        transaction.conclude()
        transaction.save_states()
        transaction.flush()
        if self.standing.awaits_receipts:
            self._take_standing()
        try:
            self.connection.query("COMMIT")
        except StoreError:
            if not self._is_persisted(transaction):
                raise
        self._next_arrival = transaction.next_arrival
        self._separation = transaction.context.agreement.notices.separation
        self._marks = {**self._marks, **self._read_marks(transaction.changed)}
        mono_ms = transaction.context.now.mono_ms
        self._remains.committed(transaction.erased, mono_ms, at_once=transaction.is_ordered)

    def _is_persisted(self, transaction: Transaction) -> bool:
        """Look whether a commit that failed was made all the same; while that cannot be seen, nothing is done."""
        self._in_doubt = True
        self.connection.roll_back()
        ((newest,),) = self.connection.query("SELECT coalesce(max(arrival), 0) FROM entries").fetchall()
        rows = self.connection.execute(select(tables.logs))
        self._in_doubt = False
        stand = {row["log"]: (row["size"], row["complete"]) for row in rows}
        return transaction.has_moved and (newest + 1, stand) == (transaction.next_arrival, transaction.stand)

    def _read_marks(self, logs: Iterable[int]) -> Marks:
        """Say how far we have signed in these logs: what is in ours, and what we co-signed of others'."""
        marks = {}
        for log in logs:
            state = self.states[log]
            if self.line.is_ours(log):
                marks[log] = (state.size, state.root)
            if state.receipt is not None:
                size = state.receipt.size
                marks[log] = (size, state.root if size == state.size else state.roots.get(size, b""))
        return marks

    def _roll_back(self, transaction: Transaction) -> None:
        transaction.undo()
        self.standing, self.line = self._before
        self.connection.roll_back()

    def marks(self) -> Marks:
        """Say how far this node has signed, as of the last commit; any thread may ask."""
        return self._marks

    def last_line_test_ms(self) -> int | None:
        """Say when our newest line test was written; before the writer's thread runs."""
        rows = self.connection.execute(SELECT_LAST_LINE_TEST, {"log": self.line.our_log})
        return rows[0]["written_ms"] if rows else None

    def close(self) -> None:
        """Close the database; what was committed stays."""
        self.connection.close()

    # --- start --------------------------------------------------------------------------------------------

    def _load_states(self) -> dict[int, LogState]:
        rows = {row["log"]: row for row in self.connection.execute(select(tables.logs))}
        for log, party in logs_of(self.line.parties).items():
            if log not in rows:
                rows[log] = empty_log(log, party.origin)
                self.connection.execute(_INSERT_LOG, rows[log])
            if rows[log]["origin"] != party.origin:
                raise ConfigError(
                    f"the record is of {rows[log]['origin']}, the agreement says {party.origin}",
                    code="store.keeper.other_line",
                    hint="This record.db belongs to another line; put the right one back.",
                )
            if party.closed_at != rows[log]["closed_at"]:
                self.connection.execute(_CLOSE_LOG, {"b_log": log, "b_closed_at": party.closed_at})
        return {log: self._load_state(rows[log]) for log in logs_of(self.line.parties)}

    def _load_state(self, row: Mapping[str, Any]) -> LogState:
        log = row["log"]
        state = LogState(frontier=Frontier.from_bytes(row["frontier"]), complete=row["complete"])
        state.closed_at = self.line.author(log).closed_at
        if self.line.is_ours(log):
            return state
        known = self.connection.query(
            "SELECT idx, body IS NOT NULL OR erased IS NOT NULL FROM entries WHERE log = ? AND idx >= ?",
            (log, state.complete),
        )
        for index, has_body in known:
            if has_body or len(self.line.parties) > 2:
                state.beyond.add(index)
            else:
                state.withheld.add(index)
        newest = self.connection.execute(
            _NEWEST_OWN_COSIGNATURE, {"log": log, "holder": self.line.our_position}
        )
        for found in newest:
            state.receipt = CosignatureItem(log, found["size"], found["time_s"], found["signature"])
            if not self._is_by_our_key(log, state, state.receipt):
                state.receipt = None  # of an incarnation before: it stands where it is held
        return state

    def _is_by_our_key(self, log: int, state: LogState, receipt: CosignatureItem) -> bool:
        """Whether a receipt is by the key that we sign with; only a new incarnation makes that a question."""
        if not self.line.us.earlier or receipt.size != state.size:
            return not self.line.us.earlier
        try:
            verify_cosignature(
                self.line.cosigner.vkey,
                self.line.author(log).origin,
                receipt.size,
                state.root,
                receipt.time_s,
                receipt.signature,
            )
        except VerificationError:
            return False
        return True

    def _load_next_arrival(self) -> int:
        ((newest,),) = self.connection.query("SELECT coalesce(max(arrival), 0) FROM entries")
        return int(newest) + 1


def _outcome_of(broken: Exception) -> CoupefeuError:
    """Give what is told of a job that broke, alone in its transaction."""
    if isinstance(broken, CoupefeuError):
        return broken
    failure = StoreError(
        f"a job could not be recorded: {type(broken).__name__}: {broken}",
        code="store.keeper.broken",
        hint="Report this defect; nothing of the job was recorded, and all others were done.",
    )
    failure.__cause__ = broken
    return failure
