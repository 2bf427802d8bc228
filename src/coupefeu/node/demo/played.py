"""A whole node on a clock that the story moves: its folder, record, link and standing orders; no socket, no thread.

What it does by itself is what `node.runtime` does: it rings, tests the line, names what is overdue. Its folder is then
that of any node, and a process goes on with it.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from coupefeu.bearer.contract import Receiver
from coupefeu.bearer.memory import MemoryBearer, MemoryWire
from coupefeu.keys.generations import Generations
from coupefeu.keys.ring import write_generations
from coupefeu.model.instant import Moment
from coupefeu.model.messages import MessageId
from coupefeu.node.assembly import Surroundings, make_engine, open_keeper
from coupefeu.node.calling.calling import Calling
from coupefeu.node.calling.record import CallRecord
from coupefeu.node.desk import Desk
from coupefeu.node.duties import Duties
from coupefeu.node.folder import NodeFolder
from coupefeu.node.runtime import hold_folder
from coupefeu.services.base import Command
from coupefeu.store.highwater import write_high_water
from coupefeu.store.jobs import Acted, Job, Outcome
from coupefeu.store.outgoing import load_behind, load_pending

Clock = Callable[[], Moment]


class PlayedNode:
    """One node of the line, from `start` to `stop`; it is dark in between, and may be started again."""

    def __init__(self, folder: NodeFolder, clock: Clock, wire: MemoryWire, end: int) -> None:
        """`end`: its end of the wire, 0 or 1."""
        self.folder = folder
        self.clock = clock
        self.is_up = False
        self._jobs: deque[tuple[Job, Callable[[Outcome], None]]] = deque()
        self._secrets: deque[tuple[int, Generations]] = deque()
        self._held = ExitStack()
        told = Receiver(accepted=self._accepted, received=self._received, closed=self._closed)
        self.bearer = MemoryBearer(wire, end, lambda: clock().mono_ms, told)

    def start(self) -> None:
        """Open the record and do from now on what a node does. Raises: ConfigError: another process runs it."""
        self.folder = NodeFolder.open(self.folder.path)  # whose shared secrets may be newer by now
        self._held.enter_context(hold_folder(self.folder))
        self.keeper = open_keeper(self.folder, self.clock())
        self._held.callback(self.keeper.close)
        self.keeper.connection.query(
            "PRAGMA synchronous = OFF"
        )  # until `stop`: the story can be played again
        self.engine = make_engine(
            self.folder,
            self.keeper,
            Surroundings(
                submit=lambda job, done: self._jobs.append((job, done)),
                carrier=self,
                clock=self.clock,
                load=lambda start, end: list(
                    load_pending(self.keeper.connection, self.engine.our_log, start, end)
                ),
                keep_psk=lambda log, generations: self._secrets.append((log, generations)),
                load_behind=lambda start, end: load_behind(
                    self.keeper.connection, self.engine.our_log, start, end
                ),
            ),
        )
        self.timer: int | None = None
        self.is_up = True
        self.duties = Duties(self.engine, self.folder.agreement, self.keeper.last_line_test_ms(), self.clock)
        record = CallRecord(lambda: self.keeper.context(self.clock()), self.open_desk)
        Calling(self.engine, record, self.clock, _raise).begin()
        self.work()
        self.desk = self.open_desk()
        """As an officer reads."""
        self._held.callback(self.desk.close)

    def stop(self) -> None:
        """End as a node that is asked to: what was queued is durable, and the folder is free."""
        self.work()
        self.is_up = False
        self.keeper.connection.query("PRAGMA synchronous = FULL")
        self.keeper.connection.query("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        write_high_water(self.folder.high_water_path, self.keeper.marks())
        self._held.close()

    def open_desk(self) -> Desk:
        """Read as an officer does; the caller closes it."""
        agreement, log = self.folder.agreement, self.folder.log_number
        return Desk(self.folder.record_path, agreement, log, self.clock, running=True)

    def act(self, command: Command) -> MessageId:
        """Do what an officer asks; gives its (last) entry, which is durable. Raises: what was refused, and why."""
        outcomes: list[Outcome] = []
        self.engine.act(command, outcomes.append)
        self.work()
        (outcome,) = outcomes
        if isinstance(outcome, Exception):
            raise outcome
        assert isinstance(outcome, Acted)
        recorded = outcome.entries[-1].recorded
        return recorded.log, recorded.index

    def work(self) -> None:
        """Do all queued jobs, in one transaction a round, as the writer's thread does."""
        while self.is_up and self._jobs:
            batch = list(self._jobs)
            self._jobs.clear()
            outcomes = self.keeper.execute([job for job, _ in batch], self.clock())
            for (_, done), outcome in zip(batch, outcomes, strict=True):
                done(outcome)
            self.engine.pump()
        while self.is_up and self._secrets:
            log, generations = self._secrets.popleft()
            write_generations(self.folder.path / "keys", self.folder.agreement.party_ids[log], generations)
            self.engine.psk_kept(log, generations)

    def handle_timer(self) -> None:
        """Do what is due."""
        self.timer = None
        self.engine.handle_timer()

    # --- what the engine is carried by --------------------------------------------------------------------

    def send(self, path: int, datagrams: Sequence[bytes]) -> None:
        """See `Carrier.send`."""
        self.bearer.send(path, datagrams)

    def close_path(self, path: int) -> None:
        """See `Carrier.close_path`."""
        self.bearer.close_path(path)

    def prove(self, path: int) -> None:
        """See `Carrier.prove`."""
        self.bearer.promote(path)

    def set_timer(self) -> None:
        """See `Carrier.set_timer`."""
        self.timer = self.engine.next_timer()

    def _accepted(self, path: int) -> None:
        if self.is_up:
            self.engine.path_opened(path, peer=None)

    def _received(self, path: int, datagrams: Sequence[bytes]) -> None:
        if self.is_up:
            self.engine.receive(path, datagrams)

    def _closed(self, path: int) -> None:
        if self.is_up:
            self.engine.path_closed(path)


def _raise(defect: Exception) -> None:
    raise defect
