"""The one process: sockets, the writer's thread, timers and standing orders around one engine."""

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coupefeu.bearer.contract import Receiver
from coupefeu.bearer.tcp import TcpBearer
from coupefeu.errors import BearerError, ConfigError, CoupefeuError, UsageError
from coupefeu.keys.generations import Generations
from coupefeu.keys.recovery import read_recovery_secret
from coupefeu.link.phase import Phase
from coupefeu.link.ratchet import ADMITTED_MS
from coupefeu.model.messages import format_log
from coupefeu.node.alarm import Alarm
from coupefeu.node.alarm_command import read_alarm
from coupefeu.node.arranging.awaiting import AnswersAwaited
from coupefeu.node.assembly import Surroundings, make_engine, marks_that_bind, open_keeper, signers_of
from coupefeu.node.backup.making import remove_left_copy
from coupefeu.node.calling.calling import Calling
from coupefeu.node.calling.record import CallRecord
from coupefeu.node.desk import Desk
from coupefeu.node.duties import Duties
from coupefeu.node.engine import Engine
from coupefeu.node.events import Change, Trouble
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import check_address
from coupefeu.node.in_force import InForce, catch_up
from coupefeu.node.journal import Journal
from coupefeu.node.media_policy import MediaPolicy, read_policy
from coupefeu.node.passing.awaiting import GapsAwaited
from coupefeu.node.post_quantum import work_at_once
from coupefeu.node.ratchet import SecretFiles, drop_old_secrets
from coupefeu.node.recovery.asking import Recoverer
from coupefeu.node.recovery.checkpoints import ask_witnesses
from coupefeu.node.signalling import Signalling
from coupefeu.node.staffing import Staffing
from coupefeu.node.staffing_alarm import StaffingAlarm
from coupefeu.node.tak.settings import TakSettings, read_tak
from coupefeu.node.troubles import Troubles
from coupefeu.node.unsent import forget_bodies
from coupefeu.node.witness_settings import WitnessSettings, read_witnesses
from coupefeu.node.witness_standing import WitnessStanding
from coupefeu.node.witness_tasks import WitnessTasks
from coupefeu.record.tree import Frontier
from coupefeu.store.highwater import Marks, read_high_water, write_high_water
from coupefeu.store.jobs import Act, Acted, EraseExpired, Expired, Job, Outcome
from coupefeu.store.keeper import Keeper
from coupefeu.store.outgoing import Pending, load_behind, load_pending
from coupefeu.store.reader import Reader
from coupefeu.store.writer import Writer

if TYPE_CHECKING:
    from coupefeu.node.alerting.settings import AlertSettings

REDIAL_S = 0.25
HIGH_WATER_EVERY_S = 1.0
TIMER_WITHIN_S = 0.002
"""So late a timer is set, while a commit or the other side is waited for: it costs no message its time."""
DEFECT_WAIT_MS = 1_000


class Runtime:
    """One running node. Build with `await Runtime.start(folder)`; end with `await close()`."""

    engine: Engine
    duties: Duties
    signalling: Signalling
    """What the consoles of two nodes say of the media of a call."""
    staffing: Staffing
    """Which desks of ours are unstaffed; of a node on the line alone."""
    calling: Calling
    """What this node does for calls by itself; on the line alone."""
    port: int
    """Where it listens, once it is online; the system chose it if the folder says 0."""

    def __init__(self, folder: NodeFolder) -> None:
        self.folder = folder
        self.clock = folder.clock
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._setter: asyncio.TimerHandle | None = None
        self._terms_timer = self._loop.call_later(0, int)
        self._wake_ms = 0
        self._tasks: list[asyncio.Task[None]] = []
        self.witness_tasks: WitnessTasks | None = None
        self._workshop = ThreadPoolExecutor(1, thread_name_prefix="coupefeu-ml-dsa")
        self._dialled: dict[str, int] = {}
        self._lock = _lock(folder)
        self.troubles = Troubles(self.clock)
        self.journal = Journal(folder.log_path, folder.agreement.party_ids)

    @classmethod
    async def start(cls, folder: NodeFolder, *, online: bool = True) -> "Runtime":
        """Open the record; when `online`, listen and dial too, and recover where that is needed (protocol A13).

        Raises: ConfigError: another process runs this node, or it is recovering and not `online`; BearerError: the port
        is taken; StoreError.
        """
        alarm = read_alarm(folder.alarm)
        media = read_policy(folder.path, folder.relay)
        tak = read_tak(folder.tak)
        alerts = _read_alerts(folder)
        read_witnesses(folder.path, folder.agreement, folder.witnesses)
        runtime = cls(folder)
        try:
            keeper = open_keeper(folder, runtime.clock(), may_recover=online)
            runtime.folder = catch_up(folder, keeper, runtime.clock())
            keeper.sign_with(*signers_of(runtime.folder))
            drop_old_secrets(runtime.folder, runtime.clock().utc_ms)
            remove_left_copy(folder.path)
        except BaseException as error:
            runtime._note_not_up(error)
            runtime.journal.close()
            runtime._unlock()
            raise
        runtime._assemble(keeper, media)
        if online:
            await runtime._go_online()
            with runtime._withstand():
                runtime.calling.begin()
            runtime._stand_by(alarm)
            runtime._feed(tak)
        runtime._judge_desks()
        if online:
            runtime._alert(alerts)
        return runtime

    def _note_not_up(self, error: BaseException) -> None:
        self.journal.note("not-up", code=getattr(error, "code", type(error).__name__))

    def _assemble(self, keeper: Keeper, media: MediaPolicy) -> None:
        self._keeper = keeper
        self._bearer = TcpBearer(
            Receiver(accepted=self._accepted, received=self._received, closed=self._closed)
        )
        surroundings = Surroundings(
            submit=self._submit,
            carrier=self,
            clock=self.clock,
            load=self._load_pending,
            keep_psk=self._keep_psk,
            work=self._work_apart,
            load_behind=self._load_behind,
        )
        self._secrets = SecretFiles(
            self.folder.path / "keys",
            self.folder.agreement.party_ids,
            deliver=self._deliver,
            later=self._loop.call_later,
            kept=self._psk_kept,
            failed=self._psk_not_kept,
        )
        self.engine = make_engine(self.folder, keeper, surroundings)
        if keeper.recovering is not None:
            self._recover(keeper.recovering)
        self.duties = Duties(self.engine, self.folder.agreement, keeper.last_line_test_ms(), self.clock)
        self._writer = Writer(
            lambda: keeper, self.clock, self._deliver, self.engine.pump, self.journal.defect
        )
        self.engine.listen(self.journal.hear)
        self.engine.listen(self.troubles.hear)
        self._save_high_water(self._keeper.marks())
        self._in_force = InForce(self.folder, keeper, self.engine, self.duties, self.clock)
        self.engine.listen(self._heed)
        self._check_in_force()
        self.calling = Calling(
            self.engine,
            CallRecord(
                lambda: keeper.context(self.clock()),
                lambda: Desk.open(self.folder, running=True),
            ),
            self.clock,
            self.journal.defect,
        )
        self.signalling = Signalling(
            self.engine,
            self.folder.agreement.party_ids,
            find=self.calling.view,
            policy=media,
            clock=self.clock,
        )
        self._tasks.append(asyncio.ensure_future(self._keep_high_water()))

    def _recover(self, reason: str) -> None:
        """Ask the others how far we had signed, before we sign again."""
        self.journal.note("recovering", reason=reason)
        recoverer = Recoverer(
            reason=reason,
            marks=marks_that_bind(self.folder, read_high_water(self.folder.high_water_path)),
            log_signer=signers_of(self.folder)[0],
            save=lambda marks, then: self._tasks.append(asyncio.ensure_future(self._save_then(marks, then))),
            resume=self._keeper.resume,
        )
        self.engine.recover(recoverer, self._keeper.states)
        witnesses = read_witnesses(self.folder.path, self.folder.agreement, self.folder.witnesses)
        if witnesses and self.engine.recovery is not None:
            self.engine.recovery.awaits_witnesses = True
            self._tasks.append(asyncio.ensure_future(self._ask_witnesses(witnesses)))

    async def _ask_witnesses(self, witnesses: Sequence[WitnessSettings]) -> None:
        """Keep what they know of our log, before it is judged whether this record is as new as all that."""
        origin = self.folder.log_origin
        with self._withstand():  # a defect here must not leave the node waiting for them for ever
            for job in await ask_witnesses(witnesses, origin, self.engine.tell):
                self._submit(job, self._noted)
        if self.engine.recovery is not None:
            self.engine.recovery.witnesses_answered()

    def _noted(self, outcome: Outcome) -> None:
        if isinstance(outcome, CoupefeuError):
            self.engine.tell(Trouble(party=None, code=outcome.code, detail=outcome.message))

    async def _save_then(self, marks: Marks, then: Callable[[], None]) -> None:
        """Make the high-water file durable, however often that takes, and only then go on."""
        is_saved = False
        while not is_saved:
            with self._withstand():
                await self._loop.run_in_executor(None, write_high_water, self.folder.high_water_path, marks)
                is_saved = True
            if not is_saved:
                await asyncio.sleep(DEFECT_WAIT_MS / 1000)
        then()

    async def _go_online(self) -> None:
        """Listen and dial; a node that cannot listen ends and lets go of its folder."""
        try:
            self.port = await self._bearer.listen(*check_address(self.folder.listen))
        except BaseException as error:
            self._note_not_up(error)
            await self.close()
            raise
        self.journal.note("up", party=self.folder.party, listen=self.folder.listen, sizes=self._sizes())
        self._tasks.append(asyncio.ensure_future(self._keep_orders()))
        self._await_answers()
        self._await_gaps()
        self._tasks += [asyncio.ensure_future(self._keep_dialling(name)) for name in self.folder.counterparts]
        self.witness_tasks = WitnessTasks(
            our_log=self.engine.our_log,
            marks=self._keeper.marks,
            submit=self._submit,
            tell=self.engine.tell,
            clock=self.clock,
            defect=self.journal.defect,
            say=self.engine.act,
        )
        if not self.engine.is_recovering:
            self.witness_tasks.follow(self.folder)

    def _await_answers(self) -> None:
        """Tell when an answer to a proposed call did not come in the agreed time."""
        awaited = AnswersAwaited(
            lambda: Desk.open(self.folder, running=True), self.clock, self.engine.tell, self.journal.defect
        )
        self.engine.listen(awaited.hear)
        self.engine.stand_by(awaited)

    def _await_gaps(self) -> None:
        """Tell when the lead time of a notice begins and a unit is not reached."""
        awaited = GapsAwaited(
            lambda: Desk.open(self.folder, running=True),
            self.clock,
            self.engine.tell,
            self.journal.defect,
            self._work_apart,
        )
        self.engine.listen(awaited.hear)
        self.engine.stand_by(awaited)

    def _feed(self, settings: TakSettings | None) -> None:
        """Show a TAK server what is in force, if one is named."""
        if settings is None:
            return
        from coupefeu.node.tak.drawn import Drawn  # noqa: PLC0415 - a node without one stays as small as it is
        from coupefeu.node.tak.feed import TakFeed  # noqa: PLC0415 - as above

        feed = TakFeed(
            settings,
            Drawn(
                line=self.folder.line_id.hex()[:8],
                is_exercise=bool(self.folder.banner()),
                ours=settings.ours,
            ),
            desk=lambda: Desk.open(self.folder, running=True),
            clock=self.clock,
            tell=self.engine.tell,
            defect=self.journal.defect,
        )
        self.engine.listen(feed.hear)
        self._tasks.append(asyncio.ensure_future(feed.keep()))

    def _alert(self, settings: "AlertSettings | None") -> None:
        """Tell people outside what they must know, if anybody is named."""
        if settings is None:
            return
        from coupefeu.node.alerting.alerter import Alerter  # noqa: PLC0415 - a node without one stays as small
        from coupefeu.node.alerting.kept import Kept  # noqa: PLC0415 - as above

        alerter = Alerter(
            settings,
            Kept(self.folder.path),
            desk=lambda: Desk.open(self.folder, running=True),
            unstaffed=lambda: self.staffing.unstaffed,
            is_link_up=lambda: all(each.link.state().up for each in self.engine.peers.values()),
            tell=self.engine.tell,
            defect=self.journal.defect,
        )
        self.engine.listen(alerter.hear)
        self._tasks.append(asyncio.ensure_future(alerter.keep()))

    def _stand_by(self, command: tuple[str, ...]) -> None:
        """Have the operator's program run for what nothing shows, if there is one."""
        if command:
            alarm = Alarm(command, lambda: self.folder, self.journal, self.engine.tell, self.calling)
            self.engine.listen(alarm.hear)
            self._tasks.append(asyncio.ensure_future(alarm.keep()))
            unstaffed = StaffingAlarm(command, self.folder.party, self.engine, self.journal)
            self._tasks.append(asyncio.ensure_future(unstaffed.keep()))

    def _judge_desks(self) -> None:
        """Look at our own desks from now on, also where only a console reads the record."""
        self.staffing = Staffing(
            self.engine, lambda: Desk.open(self.folder, running=True), self.clock, self.journal.defect
        )

    async def close(self) -> None:
        """Finish what is queued, then end; the record is durable and the folder free when this returns."""
        self.calling.end()
        self._terms_timer.cancel()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        try:
            if self.witness_tasks is not None:
                await self.witness_tasks.close()
            await self._bearer.close()
            await self._loop.run_in_executor(None, self._workshop.shutdown)
            await self._loop.run_in_executor(None, self._writer.close)
            await self._loop.run_in_executor(None, self._secrets.close)
            for timer in (self._setter, self._timer):
                if timer is not None:  # or the engine would run on in its caller's loop
                    timer.cancel()
            self._save_high_water(self._keeper.marks())
            self.journal.note("down", party=self.folder.party, sizes=self._sizes())
        finally:
            self.journal.close()
            self._unlock()

    def _sizes(self) -> dict[str, int]:
        names = self.folder.agreement.party_ids
        return {
            format_log(log, names).lower(): size
            for log, (size, _root) in sorted(self._keeper.marks().items())
        }

    def submit(self, job: Job, done: Callable[[Outcome], None]) -> None:
        """Have the store do a job; `done` is called on the loop."""
        self._submit(job, done)

    def _submit(self, job: Job, done: Callable[[Outcome], None]) -> None:
        erases = isinstance(job, Act | EraseExpired)
        self._writer.submit(job, partial(self._erased, done) if erases else done)

    def _erased(self, done: Callable[[Outcome], None], outcome: Outcome) -> None:
        """Forget what lies beside the record of erased content, before it is said to be erased."""
        if isinstance(outcome, Acted | Expired) and outcome.gone:
            with self._withstand():
                forget_bodies(self.folder, outcome.gone)
        done(outcome)

    def witnesses(self) -> tuple[WitnessStanding, ...]:
        """Say when each neutral witness was last heard; none while the node is not online."""
        return () if self.witness_tasks is None else self.witness_tasks.standing()

    def _unlock(self) -> None:
        os.close(self._lock)

    # --- what the engine is carried by --------------------------------------------------------------------

    def send(self, path: int, datagrams: Sequence[bytes]) -> None:
        """See `Carrier.send`."""
        self._bearer.send(path, datagrams)

    def close_path(self, path: int) -> None:
        """See `Carrier.close_path`."""
        self._bearer.close_path(path)

    def prove(self, path: int) -> None:
        """See `Carrier.prove`."""
        self._bearer.promote(path)

    def set_timer(self) -> None:
        """See `Carrier.set_timer`."""
        if self._setter is None:
            self._setter = self._loop.call_later(TIMER_WITHIN_S, self._set_timer)

    def _set_timer(self) -> None:
        self._setter = None
        with self._withstand():
            self._wake_at(self.engine.next_timer())

    def _wake_at(self, mono_ms: int | None) -> None:
        """Set the timer; one that is set for earlier stays, for waking early does no harm."""
        if mono_ms is None or (self._timer is not None and self._wake_ms <= mono_ms):
            return
        if self._timer is not None:
            self._timer.cancel()
        delay_s = max(0.0, mono_ms / 1000 - time.monotonic())
        self._wake_ms = mono_ms
        self._timer = self._loop.call_later(delay_s, self._wake)

    def _wake(self) -> None:
        self._timer = None
        with self._withstand():
            self.engine.handle_timer()

    @contextlib.contextmanager
    def _withstand(self) -> Iterator[None]:
        """Note a defect and go on a second later: no frame, timer or standing order may silence the line for good."""
        try:
            yield
        except Exception as defect:  # noqa: BLE001 - whatever nobody foresaw
            self.journal.defect(defect)
            self._wake_at(self.clock().mono_ms + DEFECT_WAIT_MS)

    def _accepted(self, path: int) -> None:
        self.engine.path_opened(path, peer=None)

    def _closed(self, path: int) -> None:
        for name, dialled in tuple(self._dialled.items()):
            if dialled == path:
                del self._dialled[name]
        self.engine.path_closed(path)

    def _received(self, path: int, datagrams: Sequence[bytes]) -> None:
        with self._withstand():
            self.engine.receive(path, datagrams)

    def _deliver(self, function: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is gone: the record is kept, nobody waits
            self._loop.call_soon_threadsafe(function)

    def _load_pending(self, start: int, end: int) -> list[Pending]:
        reader = Reader(self.folder.record_path, running=True)
        try:
            return list(load_pending(reader.connection, self.engine.our_log, start, end))
        finally:
            reader.close()

    def _keep_psk(self, log: int, generations: Generations) -> None:
        self._secrets.keep(log, generations)

    def _psk_kept(self, log: int, generations: Generations) -> None:
        self.journal.note("secret-kept", party=self._name(log), number=generations.current.number)
        with self._withstand():
            self.engine.psk_kept(log, generations)

    def _psk_not_kept(self, log: int, error: CoupefeuError) -> None:
        detail = f"the renewed secret could not be kept, and is tried again: {error.message}"
        self.engine.tell(Trouble(party=log, code=error.code, detail=detail))

    def admit_recovery(self, party: str, recovery_file: Path | None, *, by: str) -> dict[str, Any]:
        """Let a restored counterpart in for an hour; gives until when (UTC ms). Raises: UsageError, ConfigError."""
        log = self._log_of(party)
        psk = None if recovery_file is None else self._recovery_psk(recovery_file, party)
        self.engine.admit_recovery(log, psk)
        self.journal.note("recovery-admitted", party=party, by=by, by_recovery_secret=psk is not None)
        return {"party": party, "until_ms": self.clock().utc_ms + ADMITTED_MS}

    def use_recovery(self, recovery_file: Path) -> str:
        """Come back by a recovery secret that an officer has brought; gives to whom. Raises: ConfigError."""
        parties = read_recovery_secret(recovery_file).parties
        party = next((name for name in self.folder.counterparts if name in parties), "")
        psk = self._recovery_psk(recovery_file, party)
        self.engine.use_recovery(self._log_of(party), psk)
        self.journal.note("recovery-secret-used", party=party)
        return party

    def _recovery_psk(self, recovery_file: Path, party: str) -> bytes:
        secret = read_recovery_secret(recovery_file)
        return secret.need_for(self.folder.line_id, self.folder.party, party)

    def _log_of(self, party: str) -> int:
        """Give the number of a counterpart that there is a link to."""
        for log in self.engine.peers:
            if self._name(log) == party:
                return log
        raise UsageError(
            f"there is no link to {party!r}",
            code="node.runtime.party",
            hint=f"The other parties are {', '.join(self.folder.counterparts)}.",
        )

    def _name(self, log: int) -> str:
        return self.folder.agreement.party_ids[log]

    def _work_apart(self, task: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Run what takes more than an instant on a thread of its own, which holds up neither loop nor writer (A15)."""

        def run() -> None:
            work_at_once(task, lambda result: self._deliver(partial(self._worked, done, result)))

        with contextlib.suppress(RuntimeError):  # the node is ending
            self._workshop.submit(run)

    def _worked(self, done: Callable[[Any], None], result: Any) -> None:
        with self._withstand():
            done(result)
            self.engine.pump()

    def _load_behind(self, start: int, end: int) -> tuple[Frontier, list[bytes]]:
        with Reader(self.folder.record_path, running=True) as reader:
            return load_behind(reader.connection, self.engine.our_log, start, end)

    def _heed(self, _: Change) -> None:
        if self._in_force.is_stale and not self.engine.is_recovering:
            self._check_in_force()

    def _check_in_force(self) -> None:
        """Bring into force what is due, and look again when the next is."""
        self._terms_timer.cancel()
        wait_ms = DEFECT_WAIT_MS
        if not self.engine.is_recovering:  # keys that are taken back may not be in the folder
            wait_ms = self._in_force.check()
            self.folder = self._in_force.folder
            if self.witness_tasks is not None:
                self.witness_tasks.follow(self.folder)
        self._terms_timer = self._loop.call_later(wait_ms / 1000, self._check_in_force)

    # --- standing tasks -----------------------------------------------------------------------------------

    async def _keep_dialling(self, name: str) -> None:
        """Dial the other side whenever no path leads there; what strangers hold open leads nowhere."""
        peer = self.engine.peers.get(self.folder.agreement.log_number(name))
        if peer is None:
            return  # it revoked its session key: there is no line to it any more
        while peer.log in self.engine.peers:
            address = self.folder.peers.get(name)
            is_cut_off = peer.link.state().phase is Phase.NO_PATH
            if address is not None and is_cut_off and name not in self._dialled:
                with self._withstand(), contextlib.suppress(BearerError):
                    path = await self._bearer.open(address)
                    self._dialled[name] = path
                    self.engine.path_opened(path, peer=peer.log)
            await asyncio.sleep(REDIAL_S)

    async def _keep_orders(self) -> None:
        while True:
            wait_ms = DEFECT_WAIT_MS
            with self._withstand():
                wait_ms = self.duties.check()
            await asyncio.sleep(wait_ms / 1000)

    async def _keep_high_water(self) -> None:
        written: Marks = self._keeper.marks()
        while True:
            await asyncio.sleep(HIGH_WATER_EVERY_S)
            marks = self._keeper.marks()
            if marks != written:
                with self._withstand():
                    await self._loop.run_in_executor(None, self._save_high_water, marks)
                    written = marks

    def _save_high_water(self, marks: Marks) -> None:
        """Write the file; while the node recovers, it stays as it is, or missing."""
        if self._keeper.recovering is None:
            write_high_water(self.folder.high_water_path, marks)


@contextlib.contextmanager
def hold_folder(folder: NodeFolder) -> Iterator[None]:
    """Keep every node off a stopped node's folder meanwhile. Raises: ConfigError: a process runs it."""
    handle = _lock(folder)
    try:
        yield
    finally:
        os.close(handle)


def _read_alerts(folder: NodeFolder) -> "AlertSettings | None":
    """Read who is alerted; a node that alerts nobody stays as small as it is."""
    if folder.alerts is None and folder.alert_webhook is None and folder.alert_smtp is None:
        return None
    from coupefeu.node.alerting.settings import read_alerts  # noqa: PLC0415 - as said

    return read_alerts(folder)


def _lock(folder: NodeFolder) -> int:
    """Take the folder for this process. Raises: ConfigError: another one has it."""
    handle = os.open(folder.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise ConfigError(
            f"another process runs the node in {folder.path}",
            code="node.runtime.running",
            hint="Stop it first (Ctrl-C where `coupefeu up` runs). Other commands talk to the running node.",
        ) from error
    return handle
