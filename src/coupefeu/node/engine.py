"""One node's heart: links and store joined, on one loop, without a socket or a thread of its own.

    command -> store -> [commit] -> link -> path
    path -> link -> store -> [commit] -> receipt -> link -> path
                                   '--> listeners (screens, waiting officers)

The runtime gives it sockets, the writer's thread and timers; tests give it a virtual clock and a memory bearer.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from coupefeu.errors import CoupefeuError, VerificationError
from coupefeu.keys.generations import Generations
from coupefeu.link import events
from coupefeu.model.instant import Moment, format_date_time_group
from coupefeu.model.logs import position_of
from coupefeu.node.attachments import Attachments
from coupefeu.node.events import Change, EntryRecorded, LineChanged, ReceiptTaken, SignalHeard, Trouble
from coupefeu.node.peer import Peer
from coupefeu.node.post_quantum import PostQuantum, Work, work_at_once
from coupefeu.node.recovery.asking import Recoverer, Recovery
from coupefeu.node.recovery.telling import LogTelling
from coupefeu.node.sending_again import Loading, SendingAgain
from coupefeu.record.post_quantum import MlDsaSigners
from coupefeu.record.tree import Frontier
from coupefeu.services.base import Command, Recorded
from coupefeu.services.notices import NoticesService
from coupefeu.store.jobs import (
    Act,
    Acted,
    CheckConflicts,
    ConflictsChecked,
    Expired,
    FindFork,
    ForkFound,
    ForkTaken,
    Job,
    NameOverdue,
    Outcome,
    Overdue,
    Receipted,
    Receive,
    Received,
    ReceiveLineTest,
    Stored,
    TakeFork,
    TakeReceipt,
)
from coupefeu.store.outgoing import Pending
from coupefeu.store.recovery_jobs import Resumed
from coupefeu.store.transaction import MAX_INDEX
from coupefeu.wire.fork import MAX_PROOF_BYTES
from coupefeu.wire.packet import Batch, CosignatureItem, IncarnationAsk, LineTestItem, RunReceiptItem

Done = Callable[[Outcome], None]

REFUSAL_AGAIN_MS = 1_000
LACKS_REFERENCE = "store.receive.reference"
OLD_GENERATION = "node.engine.old_generation"
FORK_TOLD_AGAIN_MS = 3_600_000
REMEDY = (
    "a restored record, or a stolen key. Stop this node; the officer in charge opens a new incarnation "
    "with the identity key: coupefeu incarnation open --identity FILE"
)
COVER_AFTER_MS = 1_000
"""Quiet this long with entries covered by runs alone: the last one goes again, under a checkpoint."""


class Carrier(Protocol):
    """What carries bytes for the engine."""

    def send(self, path: int, datagrams: Sequence[bytes]) -> None:
        """Send whole datagrams on one path."""
        ...

    def close_path(self, path: int) -> None:
        """Close a path."""
        ...

    def prove(self, path: int) -> None:
        """Lift the limits on strangers: the other side has shown itself here."""
        ...

    def set_timer(self) -> None:
        """Ask `Engine.next_timer` within milliseconds, and call `Engine.handle_timer` then."""
        ...


class Order(Protocol):
    """Something that a node does by itself at its time, such as ringing the next post."""

    def next_ms(self) -> int | None:
        """Say when `handle_timer` has something to do (monotonic); None: not before something else happens."""
        ...

    def handle_timer(self, now: Moment) -> None:
        """Do what is due."""
        ...


class Engine:
    """Everything a node does between its sockets and its database; called from one loop only."""

    def __init__(
        self,
        *,
        our_log: int,
        parties: int,
        peers: Iterable[Peer],
        submit: Callable[[Job, Done], None],
        carrier: Carrier,
        clock: Callable[[], Moment],
        entropy: Callable[[int], bytes],
        load_pending: Callable[[int, int], Iterable[Pending]],
        keep_psk: Callable[[int, Generations], None],
        load_behind: Callable[[int, int], tuple[Frontier, list[bytes]]],
        work: Work = work_at_once,
        ml_dsa_signers: MlDsaSigners | None = None,
    ) -> None:
        """`our_log`: the one that we write now; `parties`: how many the line has; `work`: see `node.post_quantum`."""
        self.our_log = our_log
        self._parties = parties
        self.peers = {peer.log: peer for peer in peers}
        self._submit = submit
        self._carrier = carrier
        self._clock = clock
        self._entropy = entropy
        self._load_pending = load_pending
        self._is_checking = self._is_to_check = False
        self._keep_psk = keep_psk
        self._listeners: list[Callable[[Change], None]] = []
        self._orders: list[Order] = []
        self._attachments = Attachments(submit, clock, self.tell, self._tell_refusal)
        our_position = position_of(our_log, parties)
        self.post_quantum = PostQuantum(
            parties, our_position, ml_dsa_signers, submit, work, clock, self._tell_refusal
        )
        self._ml_dsa_signers = ml_dsa_signers
        self._telling = LogTelling(parties, submit, clock, self.tell, self._tell_refusal)
        self._again = SendingAgain(
            our_log,
            Loading(pending=load_pending, behind=load_behind),
            work,
            clock,
            self.tell,
            self._tell_refusal,
        )
        self.recovery: Recovery | None = None
        """While this node may have signed more than it holds (protocol A13)."""

    # --- recovering ---------------------------------------------------------------------------------------

    @property
    def is_recovering(self) -> bool:
        """Whether this node signs nothing yet."""
        return self.recovery is not None

    def recover(self, recoverer: Recoverer, logs: Iterable[int]) -> None:
        """Begin as a node that may have signed more than it holds; `logs`: all that are known."""
        known = sorted(logs)
        talks = []
        for peer in self.peers.values():
            theirs = (log for log in known if position_of(log, self._parties) == peer.log)
            talks.append((peer, (self.our_log, *theirs)))
            peer.link.recover()
        self.post_quantum.sign_with(None)
        self.recovery = Recovery(
            recoverer, talks, self._submit, self._clock, self.tell, self._tell_refusal, self._resume
        )

    def _resume(self, resumed: Resumed) -> None:
        """Go on as an ordinary node: say what was awaited, send what never left."""
        assert self.recovery is not None
        signer, self.recovery = self.recovery.log_signer, None
        self.post_quantum.sign_with(self._ml_dsa_signers)
        for owed in resumed.owed:
            peer = self.peers.get(owed.holder)
            if peer is None:
                continue
            peer.resume(self.our_log, owed, signer)
            for receipt in resumed.receipts:
                if position_of(receipt.log, self._parties) == peer.log:
                    peer.link.receipt(receipt)
        for peer in self.peers.values():
            peer.link.recovered(self._clock())
        if resumed.wordless:
            detail = (
                f"of {len(resumed.wordless):,} entries of ours, the first {resumed.wordless[0]:,}, only the leaf came "
                "back: they are proved, and their words are lost here. Find a newer backup, or ask the other side"
            )
            self.tell(Trouble(party=None, code="node.engine.wordless", detail=detail))

    # --- officers and screens -----------------------------------------------------------------------------

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Tell `listener` every change; gives the function that ends it."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    def stand_by(self, order: Order) -> None:
        """Let something be done at its time for as long as this engine works."""
        self._orders.append(order)
        self._carrier.set_timer()

    def act(self, command: Command, done: Done) -> None:
        """Decide and record a command; `done` is called when its entries are durable, or with the refusal."""
        self._submit(Act(command=command), partial(self._acted, done))

    def _acted(self, done: Done, outcome: Outcome) -> None:
        if isinstance(outcome, Acted):
            self._take_own(outcome.entries)
            self._check_after(each.recorded for each in outcome.entries)
        done(outcome)

    def _take_own(self, entries: Iterable[Stored]) -> None:
        for stored in entries:
            recorded = stored.recorded
            assert recorded.head is not None
            self._offer(
                Pending(
                    index=recorded.index,
                    precedence=recorded.head.precedence,
                    leaf=stored.leaf,
                    leaf_hash=recorded.leaf_hash,
                    entry=stored.entry,
                    to_posts=recorded.head.to_posts,
                )
            )
            self.tell(EntryRecorded(recorded=recorded))

    def check_conflicts(self) -> None:
        """Have the notices compared that wait (`store.colliding`): a few, then what others ask, then more."""
        self._is_to_check = True
        if not self._is_checking:
            self._is_checking, self._is_to_check = True, False
            self._submit(CheckConflicts(), self._conflicts_checked)

    def _check_after(self, entries: Iterable[Recorded]) -> None:
        """Look whether what came has something wait to be compared: a version, or a word of where a movement is."""
        if any(each.head is not None and each.head.kind in NoticesService.followed for each in entries):
            self.check_conflicts()

    def _conflicts_checked(self, outcome: Outcome) -> None:
        self._is_checking = False
        waits = isinstance(outcome, ConflictsChecked) and not outcome.is_done
        if waits or self._is_to_check:
            self.check_conflicts()

    def name_overdue(self) -> None:
        """Ask again for what others owe our record, and name in our own log what is overdue (protocol A7)."""
        self._submit(NameOverdue(), self._named)

    def _named(self, outcome: Outcome) -> None:
        if isinstance(outcome, Overdue):
            self._take_own(outcome.entries)
            for lacking in outcome.lacking:
                peer = self.peers[position_of(lacking.log, self._parties)]
                peer.link.want(lacking.log, lacking.start, lacking.end)

    def erase_expired(self, job: Job, done: Done) -> None:
        """Do one step of erasing what the agreement lets be held no longer (`node.expiring`)."""
        self._submit(job, partial(self._expired, done))

    def _expired(self, done: Done, outcome: Outcome) -> None:
        if isinstance(outcome, Expired):
            self._take_own(outcome.entries)
        done(outcome)

    def announce(self, item: LineTestItem) -> None:
        """Send a line test ahead of its proof at the next pump (protocol B9); its entry follows like any other."""
        for peer in self.peers.values():
            peer.link.line_test(item)

    def signal(self, party: int, payload: bytes) -> None:
        """Say something of machines' own to `party` (its position) at once; lost when the line is down (A18)."""
        peer = self.peers.get(party)
        if peer is not None:
            peer.link.signal(payload)
            self.pump()

    def sign_post_quantum(self, done: Callable[[dict[int, int]], None]) -> Callable[[], None]:
        """Sign with ML-DSA-44 at once what is classical only so far, as before a communique (protocol A15).

        `done` gets by party the size of our log that both have signed again, when all that are here have answered;
        that may be never. Gives the function that ends the waiting.
        """
        end = self.post_quantum.sign_now(tuple(self.peers.values()), done)
        self.pump()
        return end

    def _offer(self, pending: Pending) -> None:
        mono_ms = self._clock().mono_ms
        for peer in self.peers.values():
            peer.ml_dsa.stir(mono_ms)
            peer.sealer.append(pending.leaf_hash)
            peer.link.offer([peer.outgoing(self.our_log, pending)])

    def tell(self, change: Change) -> None:
        """Tell every listener a change."""
        for listener in tuple(self._listeners):
            listener(change)

    # --- paths --------------------------------------------------------------------------------------------

    def path_opened(self, path: int, *, peer: int | None) -> None:
        """Take a new path: dialled to `peer`, or accepted from a stranger (None) who may be any of them."""
        now = self._clock()
        for candidate in self.peers.values():
            if peer is None or candidate.log == peer:
                candidate.paths.add(path)
                candidate.link.path_opened(path, now, dialled=peer is not None, entropy=self._entropy(64))
        self.pump()

    def path_closed(self, path: int) -> None:
        """Forget a path."""
        now = self._clock()
        for peer in self.peers.values():
            if path in peer.paths:
                peer.paths.discard(path)
                peer.link.path_closed(path, now)
        self.pump()

    def part(self, log: int) -> None:
        """Part from a party for good: its paths are closed, and nothing it sends is heard."""
        for path in self.peers.pop(log).paths:
            self._carrier.close_path(path)

    def receive(self, path: int, datagrams: Iterable[bytes]) -> None:
        """Take whole datagrams from a path."""
        now = self._clock()
        for peer in self.peers.values():
            if path in peer.paths:
                for datagram in datagrams:
                    peer.link.receive(path, datagram, now, self._entropy(64))
        self._pump(now)

    def handle_timer(self) -> None:
        """Do what is due."""
        now = self._clock()
        for peer in self.peers.values():
            peer.link.handle_timer(now, self._entropy(64))
            for batch in peer.intake.due(now):
                self._receive_batch(peer, batch)
            peer.link.busy(peer.intake.is_full)
            self._cover_runs(peer, now)
        if self.recovery is not None:
            self.recovery.handle_timer(now)
        self.pump()
        for order in self._orders:  # behind the pump: nothing that fails here holds up the line
            order.handle_timer(now)
        self._carrier.set_timer()

    # --- the pump -----------------------------------------------------------------------------------------

    def pump(self) -> None:
        """Let every link speak, and set the next timer; to be called after each batch of outcomes."""
        self._pump(self._clock())

    def _pump(self, now: Moment) -> None:
        for peer in self.peers.values():
            for event in peer.link.take_events():
                self._handle(peer, event, now)
            self._again.step(peer)
            self._attachments.fetch(peer, now)
            self.post_quantum.step(peer, self.our_log, now)
            peer.link.flush(now)
            outgoing: dict[int, list[bytes]] = {}
            for path, datagram in peer.link.take_outgoing():
                outgoing.setdefault(path, []).append(datagram)
            for path, datagrams in outgoing.items():
                self._carrier.send(path, datagrams)
        self._carrier.set_timer()

    def next_timer(self) -> int | None:
        """Say when `handle_timer` has something to do; None: not before something else happens."""
        timers = [timer for peer in self.peers.values() for timer in self._timers(peer)]
        if self.recovery is not None:
            timers.append(self.recovery.next_ms())
        timers += [order.next_ms() for order in self._orders]
        return min((timer for timer in timers if timer is not None), default=None)

    def _timers(self, peer: Peer) -> tuple[int | None, ...]:
        cover = None if peer.quiet_since_ms is None else peer.quiet_since_ms + COVER_AFTER_MS
        again = self.post_quantum.next_ms(peer)
        return peer.link.next_timer(), peer.intake.next_ms(), peer.fetch_ms(), cover, again

    def _handle(self, peer: Peer, event: events.Event, now: Moment) -> None:  # noqa: C901, PLR0912, PLR0915 - one for each event
        match event:
            case events.BatchReceived(batch=batch):
                for admitted in peer.intake.admit(batch, now):
                    self._receive_batch(peer, admitted)
                peer.link.busy(peer.intake.is_full)
            case events.ReceiptReceived(item=item):
                self._take_receipt(peer, item)
            case events.LineTestReceived(item=item):
                self._submit(ReceiveLineTest(item=item), partial(self._received, peer))
            case events.SignalReceived(payload=payload):
                self.tell(SignalHeard(party=peer.log, payload=payload))
            case events.HoleAsked(log=log, start=start, end=end) if (
                log == self.our_log and not self.is_recovering
            ):
                self._again.asked(peer, start, end)
            case events.PartAsked(item=ask) if self._is_ours(ask.log):
                self._attachments.answer(peer, ask)
            case events.PartReceived(item=part):
                self._attachments.take(peer, part, now)
            case events.SignedAgain(item=item):
                self.post_quantum.take(peer, item)
            case events.IncarnationAsked(item=shown):
                job = TakeFork(log=shown.log, proof=shown.proof, holder=peer.log)
                self._submit(job, partial(self._fork_taken, peer))
            case events.LogAsked(item=asked):
                peer.has_shown_loss = peer.has_shown_loss or asked.log == self.our_log
                self._telling.answer(peer, asked)
            case events.LogPieceReceived(item=piece) if self.recovery is not None:
                self.recovery.take(peer, piece)
            case events.PathProven(path=path):
                self._carrier.prove(path)
                self._keep_path(peer, path)
            case events.PathDead(path=path):
                self._carrier.close_path(path)
            case events.SessionUp() | events.SessionDown() | events.Alive():
                self._attachments.note_line(peer, event, now)
                if isinstance(event, events.SessionUp) and not event.renewed:
                    self._ask_for_incarnation(peer)
                self.post_quantum.note_line(peer, event, now)
                if self.recovery is not None:
                    self.recovery.note_line(peer, event)
                state = peer.link.state()
                self.tell(LineChanged(party=peer.log, up=state.up, alive=state.alive))
            case events.Violation(code=code, detail=detail):
                self.tell(Trouble(party=peer.log, code=code, detail=detail))
            case events.PskToKeep(generations=generations):
                self._keep_psk(peer.log, generations)
            case events.OldGeneration(number=number, replaced_ms=replaced_ms):
                peer.has_shown_loss = True
                self.tell(Trouble(party=peer.log, code=OLD_GENERATION, detail=_old(number, replaced_ms)))
            case events.AckBeyondOurs(log=log, cumulative=cumulative) if (
                log == self.our_log and not self.is_recovering
            ):
                detail = f"the other side holds {cumulative:,} entries of our log, more than we do"
                self.tell(Trouble(party=peer.log, code="node.engine.behind", detail=detail))
            case _:
                pass

    def _is_ours(self, log: int) -> bool:
        return position_of(log, self._parties) == position_of(self.our_log, self._parties)

    def _keep_path(self, keeper: Peer, path: int) -> None:
        for peer in self.peers.values():
            if peer is not keeper and path in peer.paths:
                peer.paths.discard(path)
                peer.link.path_closed(path, self._clock())

    # --- shared secrets -------------------------------------------------------------------------------------

    def psk_kept(self, log: int, generations: Generations) -> None:
        """Take that the secrets shared with the party of `log` are durable."""
        if log in self.peers:
            self.peers[log].link.psk_kept(generations, self._clock(), self._entropy(64))
            self.pump()

    def admit_recovery(self, log: int, recovery_psk: bytes | None = None) -> None:
        """Let a restored counterpart in for an hour, for its recovery alone: an officer has spoken with its officer."""
        self.peers[log].link.admit_recovery(self._clock(), recovery_psk)

    def use_recovery(self, log: int, psk: bytes) -> None:
        """Come back to the party of `log` by the recovery secret that an officer has brought."""
        self.peers[log].link.use_recovery(psk, self._clock())
        self.pump()

    # --- what came ----------------------------------------------------------------------------------------

    def _heard(self, entries: Sequence[Recorded]) -> None:
        for each in entries:
            self.tell(EntryRecorded(recorded=each))
        self._check_after(entries)

    def _receive_batch(self, peer: Peer, batch: Batch) -> None:
        self._submit(Receive(batch=batch), partial(self._received, peer))

    def _received(self, peer: Peer, outcome: Outcome) -> None:
        if isinstance(outcome, Received):
            for receipt in outcome.receipts:
                peer.link.receipt(receipt)
            held = outcome.held
            peer.link.held(held.log, held.complete, held.beyond)
            for start, end in outcome.missing:
                peer.link.want(held.log, start, end)
            if outcome.recorded:
                peer.ml_dsa.stir(self._clock().mono_ms)
            self._heard(outcome.recorded)
            if outcome.promised:
                peer.fetching.promised()
            if outcome.evidence:
                self._found_fork(peer, outcome.evidence)
        elif isinstance(outcome, CoupefeuError) and outcome.code == LACKS_REFERENCE and self.is_recovering:
            pass  # it names what we have lost and take back: unacknowledged, it comes again
        elif isinstance(outcome, Exception):
            self._tell_refusal(peer, outcome)

    # --- forks --------------------------------------------------------------------------------------------

    def _found_fork(self, peer: Peer, evidence: Iterable[str]) -> None:
        """Tell of it, ask for a new incarnation, and send anew, whole, what the other branch could not read (A13)."""
        mono_ms = self._clock().mono_ms
        for what in evidence:
            if mono_ms - peer.told_ms.get(what, -FORK_TOLD_AGAIN_MS) < FORK_TOLD_AGAIN_MS:
                continue
            peer.told_ms[what] = mono_ms
            detail = (
                f"{what}. What we co-signed first stands; what is signed on the other branch is kept, marked"
            )
            self.tell(Trouble(party=peer.log, code="record.equivocation", detail=detail))
        self._ask_for_incarnation(peer)
        self._again.renew(peer)

    def renew(self) -> None:
        """Send anew, whole, what waits and names what a party has closed: it may hold less than we have seen."""
        for peer in self.peers.values():
            self._again.renew(peer)

    def _ask_for_incarnation(self, peer: Peer) -> None:
        self._submit(FindFork(party=peer.log), partial(self._fork_found, peer))

    def _fork_found(self, peer: Peer, outcome: Outcome) -> None:
        if isinstance(outcome, ForkFound) and 0 < len(outcome.proof) <= MAX_PROOF_BYTES:
            peer.link.about_log(IncarnationAsk(outcome.log, outcome.proof))

    def _doubt(self, peer: Peer) -> None:
        """Send again what it has not signed for, whatever it acknowledges: it means other entries (protocol A13).

        Else what an officer says on a record that was put back would be taken for delivered, and be lost.
        """
        if peer.is_doubted:
            return
        peer.is_doubted = True
        start = peer.sealer.base_size
        peer.link.doubt(self.our_log, start)
        wanted = self._load_pending(start, MAX_INDEX)
        peer.link.offer(peer.outgoing(self.our_log, each) for each in wanted)
        says = (
            f"the other side signed for entries of our log behind {start:,} that are not those that are here"
        )
        detail = f"{says}: this record was put back to an older one, or somebody else holds our key"
        self.tell(Trouble(party=peer.log, code="node.engine.other_branch", detail=detail))

    def _fork_taken(self, peer: Peer, outcome: Outcome) -> None:
        if isinstance(outcome, ForkTaken):
            if not outcome.is_closed:
                says = f"our own log is signed twice from entry {outcome.index:,} on, as the other side shows"
                detail = f"{says}: {REMEDY}"
                self.tell(Trouble(party=None, code="node.engine.forked", detail=detail))
        elif isinstance(outcome, Exception):
            self._tell_refusal(peer, outcome)

    def _take_receipt(self, peer: Peer, item: CosignatureItem | RunReceiptItem) -> None:
        if self.is_recovering or not self._is_ours(item.log):
            return
        is_newest = item.log == self.our_log
        sealed = peer.sealer.sealed(item.size) if is_newest and isinstance(item, CosignatureItem) else None
        job = TakeReceipt(item=item, holder=peer.log, sealed=sealed)
        self._submit(job, partial(self._receipted, peer, item))

    def _receipted(self, peer: Peer, item: CosignatureItem | RunReceiptItem, outcome: Outcome) -> None:
        if isinstance(outcome, Receipted):
            if item.log != self.our_log:
                return  # of an earlier log: kept, and nothing waits for it
            if isinstance(item, CosignatureItem):
                peer.cosigned = max(peer.cosigned, item.size)
                peer.cosigned_ms = self._clock().mono_ms
                peer.ml_dsa.cosigned(item.size, self._clock().mono_ms)
                peer.sealer.cosigned(item.size)
                peer.link.cosigned(item.log, item.size)
            self._watch_cover(peer)
            self.tell(
                ReceiptTaken(
                    holder=outcome.holder, start=outcome.start, end=outcome.end, arrived_ms=outcome.arrived_ms
                )
            )
        elif isinstance(outcome, Exception):
            self._tell_refusal(peer, outcome)
            if (
                isinstance(outcome, VerificationError)
                and outcome.code != "store.line.old_key"
                and isinstance(item, CosignatureItem)
                and item.log == self.our_log
            ):
                self._doubt(peer)

    def _tell_refusal(self, peer: Peer, refusal: Exception) -> None:
        """Tell of what was refused, at most once a second for each code: a flood must not fill screens and journal."""
        code = getattr(refusal, "code", "node.engine.failed")
        mono_ms = self._clock().mono_ms
        if mono_ms - peer.told_ms.get(code, -REFUSAL_AGAIN_MS) >= REFUSAL_AGAIN_MS:
            peer.told_ms[code] = mono_ms
            self.tell(Trouble(party=peer.log, code=code, detail=str(refusal)))

    # --- sending again ------------------------------------------------------------------------------------

    def _watch_cover(self, peer: Peer) -> None:
        waits = peer.sealer.base_size < peer.sealer.size and peer.link.state().queued == 0
        if not waits:
            peer.quiet_since_ms = None
        elif peer.quiet_since_ms is None:
            peer.quiet_since_ms = self._clock().mono_ms

    def _cover_runs(self, peer: Peer, now: Moment) -> None:
        """Entries receipted by runs alone: send the last one again, under a checkpoint of the whole log."""
        if peer.quiet_since_ms is None or now.mono_ms < peer.quiet_since_ms + COVER_AFTER_MS:
            return
        peer.quiet_since_ms = None
        if not self.is_recovering:
            self._again.offer(peer, peer.sealer.size - 1, peer.sealer.size)


def _old(number: int, replaced_ms: int) -> str:
    return (
        f"shows up under shared secret {number}, which was replaced {format_date_time_group(replaced_ms)}. "
        "Its node was restored from a backup, or somebody uses a stolen one. Nothing was answered. Ring its duty "
        "officer by a channel you know; only if a restore is confirmed there: coupefeu admit-recovery"
    )
