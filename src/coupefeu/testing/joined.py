"""Two real nodes joined in memory on a virtual clock: real records, real links, no socket, no sleep.

nodes = JoinedNodes(folder)
nodes.connect()
number = nodes.us.say("hello")
nodes.run(seconds=2)
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from coupefeu.bearer.contract import Receiver
from coupefeu.bearer.memory import MemoryBearer, MemoryWire
from coupefeu.errors import BearerError
from coupefeu.keys import x25519
from coupefeu.keys.generations import Generations
from coupefeu.keys.ring import psk_path, read_generations, write_generations
from coupefeu.link.config import LinkConfig
from coupefeu.model.agreement import Agreement
from coupefeu.model.attachments import Attachment
from coupefeu.model.instant import Moment
from coupefeu.model.messages import Content, Form, MessageId
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.assembly import make_peer
from coupefeu.node.calling.calling import Calling
from coupefeu.node.calling.record import CallRecord
from coupefeu.node.desk import Desk
from coupefeu.node.engine import Engine
from coupefeu.node.events import Change
from coupefeu.node.peer import Peer
from coupefeu.node.recovery.asking import Recoverer
from coupefeu.services.agreement.facts import OpenLog
from coupefeu.services.base import Command
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.commands import Say
from coupefeu.services.messages.status import MessageStatus
from coupefeu.store.highwater import Marks
from coupefeu.store.jobs import Acted, Job, Outcome
from coupefeu.store.keeper import Keeper
from coupefeu.store.line import newest_log
from coupefeu.store.outgoing import Pending, load_behind, load_pending
from coupefeu.store.reader import Reader
from coupefeu.testing.clock import VirtualClock
from coupefeu.testing.line import (
    EMPTY_ROOT,
    make_agreement,
    make_incarnation,
    make_line,
    make_ml_dsa_signers,
    make_opening,
    private_key,
    settled_generations,
)
from coupefeu.wire.incarnation import SignedIncarnation

REDIAL_MS = 250
MAX_TEXTS = 1_000_000
EXERCISE_PSK = sha256(b"coupefeu testing psk").digest()


class MemoryNode:
    """One node: a keeper on a real database, an engine, and the far end of a wire."""

    rings = True
    """Whether it does by itself what a running node does for calls."""

    def __init__(self, name: str, path: Path, agreement: Agreement, nodes: "JoinedNodes", end: int) -> None:
        self.name = name
        self.path = path
        self.agreement = agreement
        self.shift_ms = 0
        self.changes: list[Change] = []
        self.defects: list[Exception] = []
        """What nobody foresaw, in what it does for calls."""
        self.incarnations: list[SignedIncarnation] = []
        """Those of our own; of the other side's the record tells."""
        self._position = agreement.log_number(name)
        self.saved: Marks | None = None
        """What recovering had put into the high-water file before it signed again."""
        self.is_up = False
        self._nodes = nodes
        self._entropy = 0
        self.keys = path.with_suffix(".keys")
        """Where the secrets shared with the others lie, once one has been renewed."""
        self._secrets: deque[tuple[int, Generations]] = deque()
        self._jobs: deque[tuple[Job, Callable[[Outcome], None]]] = deque()
        told = Receiver(accepted=self._accepted, received=self._received, closed=self._closed)
        self.bearer = MemoryBearer(nodes.wire, end, lambda: nodes.clock.mono_ms, told)
        self.start()

    def start(self, recovering: str | None = None, marks: Marks | None = None) -> None:
        """Open the record and build the engine from it, as after any start of the process.

        `recovering`: why it may have signed more than it holds; `marks`: of its high-water file, if that is there.
        """
        self._jobs.clear()
        self._secrets.clear()
        line = make_line(self.agreement, self.name, self.incarnations)
        self.keeper = Keeper(self.path, line, SERVICES, self.agreement)
        signer = self.keeper.line.log_signer
        self.keeper.recover(recovering)
        our_log = self.keeper.line.our_log
        others = (log for log in range(len(self.keeper.line.parties)) if not self.keeper.line.is_ours(log))
        peers = [self._make_peer(log) for log in others]
        self.engine = Engine(
            our_log=our_log,
            parties=len(self.keeper.line.parties),
            peers=peers,
            submit=lambda job, done: self._jobs.append((job, done)),
            carrier=self,
            clock=self.clock,
            entropy=self.fresh_bytes,
            load_pending=self._load_pending,
            keep_psk=lambda log, generations: self._secrets.append((log, generations)),
            ml_dsa_signers=None if self.incarnations else make_ml_dsa_signers(self.agreement, self.name),
            load_behind=lambda start, end: load_behind(
                self.keeper.connection, self.engine.our_log, start, end
            ),
        )
        self.timer: int | None = None
        self.is_up = True
        self.engine.listen(self.changes.append)
        if recovering is not None:
            recoverer = Recoverer(
                reason=recovering, marks=marks, log_signer=signer, save=self._save, resume=self.keeper.resume
            )
            self.engine.recover(recoverer, self.keeper.states)
        self.calling = Calling(
            self.engine,
            CallRecord(lambda: self.keeper.context(self.clock()), self.desk),
            self.clock,
            self.defects.append,
        )
        if self.rings:
            self.calling.begin()
        if self.incarnations and not self.keeper.states[our_log].size:
            self.act(OpenLog(body=make_opening(self.agreement, self.incarnations[-1])))

    def open_incarnation(self, *, fork: bytes = b"", **options: Any) -> SignedIncarnation:
        """Open a new log of ours while stopped, on the last checkpoint that the other side co-signed, and start."""
        log = newest_log(make_line(self.agreement, self.name, self.incarnations).parties, self._position)
        with Reader(self.path, running=False) as reader:
            agreed = reader.agreed_checkpoint(log, 1 << 62) or (0, EMPTY_ROOT)
        stated = {"incarnation": len(self.incarnations) + 2} | options
        self.incarnations.append(make_incarnation(self.agreement, self.name, *agreed, fork=fork, **stated))
        self.start()
        return self.incarnations[-1]

    def _save(self, marks: Marks, then: Callable[[], None]) -> None:
        self.saved = marks
        then()

    def stop(self) -> None:
        """End the process without ceremony: what was not committed is gone."""
        self.is_up = False
        self._jobs.clear()
        self.keeper.close()
        self._nodes.disconnect()

    def clock(self) -> Moment:
        """Read this node's clocks."""
        return self._nodes.clock.now(self.shift_ms)

    def fresh_bytes(self, count: int) -> bytes:
        """Give bytes that no other call gives; reproducible."""
        self._entropy += 1
        seed = f"{self.name} {self._entropy} {self._nodes.clock.mono_ms}".encode()
        return (sha256(seed).digest() + sha256(seed + b"!").digest())[:count]

    # --- officers -----------------------------------------------------------------------------------------

    def act(self, command: Command) -> list[MessageId]:
        """Do a command now; gives its entries, or raises the refusal."""
        outcomes: list[Outcome] = []
        self.engine.act(command, outcomes.append)
        self.work()
        (outcome,) = outcomes
        if isinstance(outcome, Exception):
            raise outcome
        assert isinstance(outcome, Acted)
        return [(each.recorded.log, each.recorded.index) for each in outcome.entries]

    def say(
        self,
        text: str,
        precedence: Precedence = Precedence.ROUTINE,
        subject: Subject = Subject.SAFETY,
        *,
        attachments: Iterable[bytes] = (),
    ) -> MessageId:
        """Send a FREE TEXT from our duty desk, with attachments named by their numbers."""
        content = Content(form=Form.FREE_TEXT, subject=subject, text=text)
        party = self.agreement.party(self.name)
        command = Say(
            content=content,
            from_post=party.duty_desk,
            precedence=precedence,
            language=party.language,
            attachments=tuple(
                Attachment(name=f"{number}", content=each) for number, each in enumerate(attachments)
            ),
        )
        (number,) = self.act(command)
        return number

    def attachment(self, message: MessageId, number: int = 0) -> bytes | None:
        """Give the content of one attachment, where it is held whole."""
        with Reader(self.path, running=True) as reader:
            return reader.attachment(*message, number)

    def desk(self) -> Desk:
        """Read as an officer does."""
        keeper = self.keeper
        return Desk(
            self.path,
            keeper.agreement,
            self.engine.our_log,
            self.clock,
            running=True,
            earlier=keeper.earlier,
        )

    def message(self, number: MessageId) -> MessageStatus:
        """Read one message."""
        desk = self.desk()
        try:
            return desk.message(number)
        finally:
            desk.close()

    def texts(self) -> list[str]:
        """Texts of all messages on this record that came from the other side, by arrival."""
        desk = self.desk()
        try:
            found = [each for each in desk.inbox(MAX_TEXTS) if not each.ours]
        finally:
            desk.close()
        return [each.content.text for each in reversed(found) if each.content is not None]

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
        self._nodes.path_closed(path)
        if self.is_up:
            self.engine.path_closed(path)

    def work(self) -> None:
        """Do all queued jobs in one transaction, as the writer's thread does; then make renewed secrets durable."""
        while self.is_up and self._jobs:
            batch = list(self._jobs)
            self._jobs.clear()
            outcomes = self.keeper.execute([job for job, _ in batch], self.clock())
            for (_, done), outcome in zip(batch, outcomes, strict=True):
                done(outcome)
            self.engine.pump()
        while self.is_up and self._secrets:
            self._keep(*self._secrets.popleft())

    def _keep(self, log: int, generations: Generations) -> None:
        self.keys.mkdir(exist_ok=True)
        write_generations(self.keys, self.agreement.party_ids[log], generations)
        self.engine.psk_kept(log, generations)

    def generations(self, log: int) -> Generations:
        """Give the secrets shared with the party of `log` as they stand on the disk."""
        party = self.agreement.party_ids[log]
        if psk_path(self.keys, party).exists():
            return read_generations(self.keys, party)
        return settled_generations(EXERCISE_PSK)

    def _load_pending(self, start: int, end: int) -> Iterable[Pending]:
        return list(load_pending(self.keeper.connection, self.engine.our_log, start, end))

    def _make_peer(self, log: int) -> Peer:
        other = self.agreement.party_ids[log]
        config = LinkConfig(
            line_id=self.agreement.line_id,
            our_origin=self.agreement.origin(self.name),
            their_origin=self.agreement.origin(other),
            our_session_private=private_key(self.name, "session"),
            their_session_public=x25519.public(private_key(other, "session")),
            generations=self.generations(log),
        )
        return make_peer(self.keeper, config, self.agreement.budgets, log, self.clock())


class JoinedNodes:
    """The nodes of US and RU (or whom `other` names), one wire between them, one clock under both."""

    def __init__(
        self, folder: Path, *, seed: int = 1, agreement: Agreement | None = None, other: str = "ru"
    ) -> None:
        self.clock = VirtualClock()
        self.wire = MemoryWire(seed)
        self._path = 0
        self._redial_ms: int | None = None
        agreed = agreement or make_agreement()
        self._other_log = agreed.log_number(other)
        self.us = MemoryNode("us", folder / "us.db", agreed, self, 0)
        self.ru = MemoryNode(other, folder / f"{other}.db", agreed, self, 1)
        self.nodes = (self.us, self.ru)

    def connect(self) -> None:
        """Open a path; US has dialled, and dials again whenever that path is lost, as a running node does."""
        self._redial_ms = None
        self._path = self.us.bearer.connect()
        self.us.engine.path_opened(self._path, peer=self._other_log)

    def disconnect(self) -> None:
        """Break the path, as both sides notice at once, until `connect`."""
        path, self._path = self._path, 0
        self.us.bearer.close_path(path)

    def path_closed(self, path: int) -> None:
        """Let US dial again if it was the path that it dialled last."""
        if path == self._path:
            self._redial_ms = self.clock.mono_ms + REDIAL_MS

    def _redial(self) -> None:
        """Dial; where the wire is cut, try again later."""
        try:
            self.connect()
        except BearerError:
            self._redial_ms = self.clock.mono_ms + REDIAL_MS

    def run(self, *, seconds: float) -> None:
        """Let time pass, event by event."""
        end_ms = self.clock.mono_ms + int(seconds * 1000)
        while True:
            self._settle()
            times = [self.wire.due_ms(), self._redial_ms, *(node.timer for node in self.nodes if node.is_up)]
            due_ms = min((time for time in times if time is not None), default=end_ms)
            if due_ms >= end_ms:
                self.clock.advance(end_ms - self.clock.mono_ms)
                return
            self.clock.advance(max(0, due_ms - self.clock.mono_ms))
            if self._redial_ms is not None and self._redial_ms <= self.clock.mono_ms:
                self._redial()
            for node in self.nodes:
                if node.is_up and node.timer is not None and node.timer <= self.clock.mono_ms:
                    node.timer = None
                    node.engine.handle_timer()

    def _settle(self) -> None:
        self.wire.carry(self.clock.mono_ms)
        for node in self.nodes:
            node.work()
