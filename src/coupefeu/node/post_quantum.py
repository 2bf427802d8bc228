"""Has our log, and what we hold of others, signed once more with ML-DSA-44: never on the path of a receipt (A15).

    ours     due -> read -> [work: sign] -> keep, commit -> to the holder, sent again until answered
    theirs   came -> read -> [work: verify, sign] -> keep both, commit -> back
    answer   came -> read -> [work: verify] -> keep, commit

`work` runs a function apart from the loop and from the writer, and gives its result back on the loop.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from coupefeu.keys.notes import MlDsaSigner, verify_ml_dsa_raw
from coupefeu.link import events
from coupefeu.model.instant import Moment
from coupefeu.model.logs import position_of
from coupefeu.node.peer import Peer
from coupefeu.record.post_quantum import MlDsaSigners, MlDsaStatement, sign_ml_dsa
from coupefeu.store.jobs import Job, KeepMlDsa, MlDsaKept, MlDsaKnown, Outcome, ReadMlDsa
from coupefeu.wire.key_statement import KeyRole
from coupefeu.wire.packet import MlDsaCheckpoint, MlDsaCosignature

Work = Callable[[Callable[[], Any], Callable[[Any], None]], None]
"""Runs the first apart, and gives what it returned or raised to the second, on the loop."""
Settled = Callable[[dict[int, int]], None]
_UNKNOWN_KEY: Final = "store.line.no_key"


def work_at_once(task: Callable[[], Any], done: Callable[[Any], None]) -> None:
    """Run it here and now: where nobody waits, and in tests."""
    try:
        result = task()
    except Exception as error:  # noqa: BLE001 - given to whoever asked
        result = error
    done(result)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who waits until our log is covered, with each of these parties, up to what it had co-signed."""

    targets: dict[int, int]
    done: Settled


class PostQuantum:
    """The signing again of one node, with all other parties; called from the engine's loop only."""

    def __init__(
        self,
        parties: int,
        our_position: int,
        signers: MlDsaSigners | None,
        submit: Callable[[Job, Callable[[Outcome], None]], None],
        work: Work,
        clock: Callable[[], Moment],
        refuse: Callable[[Peer, Exception], None],
    ) -> None:
        """`signers` None: this line is classical only. `refuse` tells of what was refused."""
        self._parties = parties
        self._our_position = our_position
        self._signers = signers
        self._submit = submit
        self._work = work
        self._clock = clock
        self._refuse = refuse
        self._asked: list[_Asked] = []
        self._covered: dict[int, int] = {}
        self._taking: set[tuple[int, type]] = set()
        """Of whom what is being worked on."""

    def sign_with(self, signers: MlDsaSigners | None) -> None:
        """Sign with these from now on."""
        self._signers = signers

    def next_ms(self, peer: Peer) -> int | None:
        """Say when `step` has something to do for a party."""
        return None if self._signers is None else peer.ml_dsa.next_ms()

    def sign_now(self, peers: Sequence[Peer], done: Settled) -> Callable[[], None]:
        """Sign at once what is classical only so far; `done` gets the covered size by party, once all have answered.

        A party that is away now is not waited for. Gives the function that ends the waiting: its bound is the caller's.
        """
        for peer in peers:
            peer.ml_dsa.ask()
        able = [peer for peer in peers if self._signers is not None and peer.ml_dsa.is_up]
        self._covered |= {peer.log: peer.ml_dsa.covered for peer in peers}
        asked = _Asked({peer.log: peer.ml_dsa.cosigned_size for peer in able}, done)
        self._asked.append(asked)
        self._settle()
        return lambda: self._asked.remove(asked) if asked in self._asked else None

    def _settle(self) -> None:
        for asked in tuple(self._asked):
            if all(self._covered[log] >= size for log, size in asked.targets.items()):
                self._asked.remove(asked)
                asked.done(dict(self._covered))

    def note_line(self, peer: Peer, event: events.Event, now: Moment) -> None:
        """Sign and send while the line is up."""
        if isinstance(event, events.SessionDown):
            peer.ml_dsa.line_is_down()
        elif isinstance(event, events.SessionUp) and not event.renewed:
            peer.ml_dsa.line_is_up(now.mono_ms)

    # --- ours ---------------------------------------------------------------------------------------------

    def step(self, peer: Peer, our_log: int, now: Moment) -> None:
        """Begin what is due for a party."""
        size = None if self._signers is None else peer.ml_dsa.take_due(now.mono_ms)
        if size is not None:
            job = ReadMlDsa(log=our_log, size=size, holder=peer.log, peer=peer.log)
            self._submit(job, partial(self._sign_ours, peer, job))

    def _sign_ours(self, peer: Peer, job: ReadMlDsa, known: Outcome) -> None:
        signers = self._signers
        if not isinstance(known, MlDsaKnown):
            self._give_up(peer, known)
        elif known.checkpoint is None or signers is None or not _can_exchange(known, signers.log):
            self._put_off(peer)
        elif known.by_holder is not None:
            self._answered(peer, job.size)
        elif known.by_author is not None:
            self._send_ours(peer, job.log, known.by_author)
        else:
            time_s = self._time_s(known, known.author_s)
            task = partial(sign_ml_dsa, signers.log, known.checkpoint, time_s)
            self._work(task, partial(self._keep_ours, peer, job))

    def _keep_ours(self, peer: Peer, job: ReadMlDsa, made: MlDsaStatement | Exception) -> None:
        if isinstance(made, Exception):
            self._give_up(peer, made)
            return
        keep = KeepMlDsa(log=job.log, holder=peer.log, peer=peer.log, by_author=made)
        self._submit(keep, partial(self._ours_kept, peer, job.log, made))

    def _ours_kept(self, peer: Peer, log: int, made: MlDsaStatement, outcome: Outcome) -> None:
        if isinstance(outcome, MlDsaKept):
            self._send_ours(peer, log, made)
        else:
            self._give_up(peer, outcome)

    def _send_ours(self, peer: Peer, log: int, made: MlDsaStatement) -> None:
        size = made.checkpoint.size
        peer.link.sign_again(MlDsaCheckpoint(log, size, made.time_s, made.signature))
        peer.ml_dsa.sent(size, self._clock().mono_ms)

    def _put_off(self, peer: Peer) -> None:
        peer.ml_dsa.put_off(self._clock().mono_ms)

    def _give_up(self, peer: Peer, outcome: Any) -> None:
        self._put_off(peer)
        if isinstance(outcome, Exception):
            self._refuse(peer, outcome)

    # --- what came ----------------------------------------------------------------------------------------

    def take(self, peer: Peer, item: MlDsaCheckpoint | MlDsaCosignature) -> None:
        """Take what a party sent: of each kind one at a time, for it comes again."""
        ours = isinstance(item, MlDsaCosignature)
        author = self._our_position if ours else peer.log
        if (peer.log, type(item)) in self._taking or position_of(item.log, self._parties) != author:
            return
        self._taking.add((peer.log, type(item)))
        holder = peer.log if ours else self._our_position
        job = ReadMlDsa(log=item.log, size=item.size, holder=holder, peer=peer.log)
        self._submit(job, partial(self._check, peer, item))

    def _check(self, peer: Peer, item: MlDsaCheckpoint | MlDsaCosignature, known: Outcome) -> None:
        if not isinstance(known, MlDsaKnown):
            self._done(peer, item, known)
        elif isinstance(item, MlDsaCosignature):
            self._check_answer(peer, item, known)
        else:
            self._check_theirs(peer, item, known)

    def _check_theirs(self, peer: Peer, item: MlDsaCheckpoint, known: MlDsaKnown) -> None:
        """Answer for exactly what we have co-signed, once for each size, and never for a smaller one than before."""
        signers, checkpoint = self._signers, known.checkpoint
        is_able = signers is not None and _can_exchange(known, signers.cosigner)
        if known.by_holder is not None:
            self._send_theirs(peer, item, known.by_holder)
        elif checkpoint is None or signers is None or not is_able or item.size < known.newest_by_holder:
            self._done(peer, item)
        else:
            time_s = self._time_s(known, known.holder_s)

            def verify_and_sign() -> tuple[MlDsaStatement, MlDsaStatement]:
                theirs = _verified_author(known, item)
                return theirs, sign_ml_dsa(signers.cosigner, checkpoint, time_s)

            self._work(verify_and_sign, partial(self._keep_theirs, peer, item))

    def _keep_theirs(
        self, peer: Peer, item: MlDsaCheckpoint, made: tuple[MlDsaStatement, MlDsaStatement] | Exception
    ) -> None:
        if isinstance(made, Exception):
            self._done(peer, item, made)
            return
        theirs, ours = made
        keep = KeepMlDsa(
            log=item.log, holder=self._our_position, peer=peer.log, by_author=theirs, by_holder=ours
        )
        self._submit(keep, partial(self._theirs_kept, peer, item, ours))

    def _theirs_kept(self, peer: Peer, item: MlDsaCheckpoint, made: MlDsaStatement, outcome: Outcome) -> None:
        if isinstance(outcome, MlDsaKept):
            self._send_theirs(peer, item, made)
        else:
            self._done(peer, item, outcome)

    def _send_theirs(self, peer: Peer, item: MlDsaCheckpoint, made: MlDsaStatement) -> None:
        peer.link.sign_again(MlDsaCosignature(item.log, made.checkpoint.size, made.time_s, made.signature))
        self._done(peer, item)

    def _check_answer(self, peer: Peer, item: MlDsaCosignature, known: MlDsaKnown) -> None:
        if known.by_holder is not None:
            self._answered(peer, item.size)
            self._done(peer, item)
        elif known.checkpoint is None or known.by_author is None:
            self._done(peer, item)
        else:
            self._work(partial(_verified_holder, known, item), partial(self._keep_answer, peer, item))

    def _keep_answer(self, peer: Peer, item: MlDsaCosignature, made: MlDsaStatement | Exception) -> None:
        if isinstance(made, Exception):
            self._done(peer, item, made)
            return
        keep = KeepMlDsa(log=item.log, holder=peer.log, peer=peer.log, by_holder=made)
        self._submit(keep, partial(self._answer_kept, peer, item))

    def _answer_kept(self, peer: Peer, item: MlDsaCosignature, outcome: Outcome) -> None:
        if isinstance(outcome, MlDsaKept):
            self._answered(peer, item.size)
        self._done(peer, item, outcome)

    def _answered(self, peer: Peer, size: int) -> None:
        peer.ml_dsa.answered(size)
        self._covered[peer.log] = peer.ml_dsa.covered
        self._settle()

    def _done(self, peer: Peer, item: MlDsaCheckpoint | MlDsaCosignature, outcome: Any = None) -> None:
        """Take the next item; a key that has not been shown whole yet is no fault."""
        self._taking.discard((peer.log, type(item)))
        if isinstance(outcome, Exception) and getattr(outcome, "code", "") != _UNKNOWN_KEY:
            self._refuse(peer, outcome)

    def _time_s(self, known: MlDsaKnown, last_s: int) -> int:
        """Give the time to be signed: none where a larger tree is held (c2sp.org/tlog-cosignature).

        Never one before `last_s`, our last, even where the clock went back: such a pair would speak against us.
        """
        return max(self._clock().utc_ms // 1_000, last_s) if known.is_largest else 0


def _can_exchange(known: MlDsaKnown, signer: MlDsaSigner) -> bool:
    """Whether author and holder have keys that are known whole, ours being the one that `signer` signs with."""
    keys = (known.author.log_ml_dsa_key, known.holder.cosigner_ml_dsa_key)
    return None not in keys and signer.vkey in keys


def _verified_author(known: MlDsaKnown, item: MlDsaCheckpoint) -> MlDsaStatement:
    """Verify the author's own line, by a key that counts at this size. Raises: VerificationError, PeerError."""
    checkpoint = known.checkpoint
    assert checkpoint is not None
    known.author.verify_log_at(
        item.size,
        lambda key: verify_ml_dsa_raw(key, checkpoint, item.time_s, item.signature),
        KeyRole.LOG_ML_DSA,
    )
    return MlDsaStatement(checkpoint=checkpoint, time_s=item.time_s, signature=item.signature)


def _verified_holder(known: MlDsaKnown, item: MlDsaCosignature) -> MlDsaStatement:
    """Verify the holder's line, by its newest key. Raises: VerificationError, PeerError."""
    checkpoint = known.checkpoint
    assert checkpoint is not None
    known.holder.verify_now(
        KeyRole.COSIGNER_ML_DSA,
        lambda key: verify_ml_dsa_raw(key, checkpoint, item.time_s, item.signature),
    )
    return MlDsaStatement(checkpoint=checkpoint, time_s=item.time_s, signature=item.signature)
