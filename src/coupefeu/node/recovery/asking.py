"""The asking side: a node that may have signed more than it holds, until it has come up to that again (A13).

    each counterpart: how far is our log? -> taken back -> how far is yours, and what did we co-sign? -> taken
    all have told and proved it -> the record against witnesses and high-water file -> high-water file durable
    -> the keeper signs again -> receipts, and what never left, behind what was taken back

A counterpart that lies can keep us here, and no more: whatever it says is our own signature, or nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from coupefeu.errors import CoupefeuError, PeerError
from coupefeu.keys.notes import LogSigner
from coupefeu.link import events
from coupefeu.model.instant import Moment
from coupefeu.node.events import Change, EntryRecorded, Recovering, Trouble
from coupefeu.node.peer import Peer
from coupefeu.node.recovery.talk import LONGEST_WAIT_MS, Talk
from coupefeu.store.jobs import Job, Outcome
from coupefeu.store.reconciling import SUPERSEDED
from coupefeu.store.recovery_jobs import (
    ReadRoot,
    Reconcile,
    Reconciled,
    Resume,
    Resumed,
    RootRead,
    TakeBack,
    TakenBack,
)
from coupefeu.wire.log_answer import LogAnswer, LogAsk, LogPiece

Marks = Mapping[int, tuple[int, bytes]]
AGAIN_MS: Final = 1_000


class Stage(StrEnum):
    """Where recovering stands; officers read `recovering-STAGE` of words/."""

    ABSENT = "absent"
    """No counterpart has answered."""
    TAKING = "taking"
    """Entries are being taken back."""
    REFUSED = "refused"
    """What came was refused, or a counterpart cannot help; it is asked again."""
    SHORT = "short"
    """More was signed than anybody gives back."""
    FORKED = "forked"
    """Our own key has signed what this record contradicts: only a new incarnation goes on."""


_FORKED: Final = "store.reconciling.forked"
_CLOSED: Final = "store.reconciling.closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recoverer:
    """What recovering needs from outside.

    `save(marks, then)` makes the high-water file durable and calls `then` on the loop; `resume()` lets the keeper sign.
    """

    reason: str
    marks: Marks | None
    log_signer: LogSigner
    save: Callable[[Marks, Callable[[], None]], None]
    resume: Callable[[], None]


class Recovery:
    """One recovering of one node; `resumed` is told what is due when it has ended."""

    def __init__(
        self,
        recoverer: Recoverer,
        talks: Iterable[tuple[Peer, tuple[int, ...]]],
        submit: Callable[[Job, Callable[[Outcome], None]], None],
        clock: Callable[[], Moment],
        tell: Callable[[Change], None],
        tell_refusal: Callable[[Peer, Exception], None],
        resumed: Callable[[Resumed], None],
    ) -> None:
        """`talks`: each counterpart with our log and those of its own, in this order."""
        self.reason = recoverer.reason
        self.log_signer = recoverer.log_signer
        self._recoverer = recoverer
        self._all_logs = {peer.log: logs for peer, logs in talks}
        self._talks = {peer.log: Talk(peer=peer, logs=logs) for peer, logs in talks}
        self._submit = submit
        self._clock = clock
        self._tell = tell
        self._tell_refusal = tell_refusal
        self._resumed = resumed
        self._stage = Stage.ABSENT
        self._said = ""
        self.awaits_witnesses = False
        """Whether those are still asked that may know of a larger log of ours."""
        self._is_judging = False
        self._judge_due_ms: int | None = None
        self._wait_ms = AGAIN_MS

    # --- what people are told -----------------------------------------------------------------------------

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        if self._stage in {Stage.FORKED, Stage.SHORT}:
            return self._stage
        if any(talk.said for talk in self._talks.values()):
            return Stage.REFUSED
        return Stage.TAKING if any(talk.has_answered for talk in self._talks.values()) else Stage.ABSENT

    def describe(self, names: tuple[str, ...]) -> dict[str, object]:
        """Say it as JSON has it: the reason, the stage, what is said of it, and by counterpart what is wrong."""
        said = {names[log]: talk.said for log, talk in self._talks.items() if talk.said}
        return {"reason": self.reason, "stage": self.stage.value, "detail": self._said, "said": said}

    def _announce(self) -> None:
        self._tell(Recovering(reason=self.reason, stage=self.stage.value))

    # --- asking -------------------------------------------------------------------------------------------

    def note_line(self, peer: Peer, event: events.Event) -> None:
        """Ask when a line comes up; what was asked on an older session may never be answered."""
        talk = self._talks.get(peer.log)
        if talk is not None and isinstance(event, events.SessionUp) and not event.renewed:
            talk.asked, talk.between, talk.fork = None, None, ""
            self._ask_anew(talk)

    def next_ms(self) -> int | None:
        """Say when something is due."""
        due = [
            talk.due_ms for talk in self._talks.values() if not talk.is_settled and talk.due_ms is not None
        ]
        return min([*due, *([] if self._judge_due_ms is None else [self._judge_due_ms])], default=None)

    def handle_timer(self, now: Moment) -> None:
        """Ask again for what was not answered, and judge again."""
        for talk in self._talks.values():
            if talk.is_settled or talk.due_ms is None or talk.due_ms > now.mono_ms:
                continue
            if talk.asked is None:
                self._ask_anew(talk)
            else:
                talk.peer.link.about_log(talk.ask_on(now.mono_ms))
        if self._judge_due_ms is not None and self._judge_due_ms <= now.mono_ms:
            self._judge_due_ms = None
            self._judge()

    def _ask_anew(self, talk: Talk, size: int | None = None) -> None:
        talk.due_ms = None
        if not talk.is_settled and self._stage is not Stage.FORKED:
            self._submit(ReadRoot(log=talk.logs[0], size=size), partial(self._root_read, talk))

    def _root_read(self, talk: Talk, outcome: Outcome) -> None:
        if isinstance(outcome, RootRead):
            self._ask(talk, outcome.log, outcome.size, outcome.root)
        elif isinstance(outcome, Exception):
            self._refuse(talk, outcome)

    def _ask(self, talk: Talk, log: int, size: int, root: bytes) -> None:
        ask = LogAsk(log, size, root, 0)
        talk.peer.link.about_log(talk.begin(ask, self._clock().mono_ms))

    # --- answers ------------------------------------------------------------------------------------------

    def take(self, peer: Peer, piece: LogPiece) -> None:
        """Take a piece of an answer."""
        talk = self._talks.get(peer.log)
        if talk is None or talk.is_settled:
            return
        asked = talk.asked
        try:
            answer = talk.take(piece)
        except PeerError as error:
            self._refuse(talk, error)
            return
        if isinstance(answer, LogAnswer) and asked is not None:
            self._answered(talk, asked, answer)
        elif answer:
            peer.link.about_log(talk.ask_on(self._clock().mono_ms))

    def _answered(self, talk: Talk, asked: LogAsk, answer: LogAnswer) -> None:
        talk.due_ms = None
        if answer.differs or talk.between is not None:
            try:
                following = talk.narrow(asked, differs=answer.differs)
            except PeerError as error:
                self._refuse(talk, error)
                return
            if following is not None:
                self._ask_anew(talk, following)
                return
        self._submit(
            TakeBack(log=asked.log, asked=asked.size, answer=answer, holder=talk.peer.log),
            partial(self._taken, talk),
        )

    def _taken(self, talk: Talk, outcome: Outcome) -> None:
        if isinstance(outcome, TakenBack):
            self._take(talk, outcome)
        elif isinstance(outcome, Exception):
            self._refuse(talk, outcome)

    def _take(self, talk: Talk, taken: TakenBack) -> None:
        for recorded in taken.recorded:
            self._tell(EntryRecorded(recorded=recorded))
        if taken.promised:
            talk.peer.fetching.promised()
        if taken.fork and taken.look_at is not None and not talk.fork:
            talk.fork = taken.fork
            self._ask_anew(talk, taken.look_at)
            return
        if taken.fork:
            self._stop(Stage.FORKED, taken.fork, _FORKED)
            return
        if taken.closed:
            talk.between = None
            self._stop(Stage.SHORT, f"{taken.closed}. {SUPERSEDED}", _CLOSED)
            return
        for what in taken.evidence:
            self._tell(Trouble(party=talk.peer.log, code="record.equivocation", detail=what))
        if taken.evidence:
            self._refuse(talk, PeerError("its own log has two branches", code="node.recovery.their_fork"))
            return
        if not taken.is_settled:
            talk.said, talk.between = "", None
            self._ask(talk, taken.log, taken.size, taken.root)
            return
        talk.settle(taken.log)
        if not talk.is_settled:
            self._ask_anew(talk)
        else:
            self._judge()

    def _refuse(self, talk: Talk, error: Exception) -> None:
        if talk.fork:  # proved; where it begins is not shown to us
            self._stop(Stage.FORKED, talk.fork, _FORKED)
            return
        says = error.message if isinstance(error, CoupefeuError) else str(error)
        talk.refuse(says, self._clock().mono_ms)
        self._tell_refusal(talk.peer, error)
        self._announce()

    # --- the end ------------------------------------------------------------------------------------------

    def witnesses_answered(self) -> None:
        """Go on: what witnesses know of our log is kept, or they cannot be asked now."""
        self.awaits_witnesses = False
        self._judge()

    def _judge(self) -> None:
        """Judge when all have told; where there is nobody to tell, never: a witness alone lets nothing be signed."""
        talks = self._talks.values()
        is_told = bool(talks) and all(each.is_settled for each in talks) and not self.awaits_witnesses
        if is_told and not self._is_judging:
            self._is_judging = True
            self._submit(Reconcile(marks=self._recoverer.marks), self._judged)

    def _judged(self, outcome: Outcome) -> None:
        self._is_judging = False
        if isinstance(outcome, Reconciled):
            self._recoverer.save(outcome.marks, self._saved)
        elif isinstance(outcome, CoupefeuError):
            stage = Stage.FORKED if outcome.code == _FORKED else Stage.SHORT
            self._stop(stage, f"{outcome.message}. {outcome.hint}", outcome.code)
        elif isinstance(outcome, Exception):
            self._stop(Stage.SHORT, str(outcome), "node.recovery.failed")

    def _stop(self, stage: Stage, says: str, code: str) -> None:
        """Stay where we are and say why; but for a fork everybody is asked again after a while."""
        self._stage, self._said = stage, says
        self._tell(Trouble(party=None, code=code, detail=says))
        self._announce()
        if stage is Stage.FORKED:
            return
        mono_ms = self._clock().mono_ms
        for talk in self._talks.values():
            talk.logs = self._all_logs[talk.peer.log]
            talk.due_ms = mono_ms + self._wait_ms
        self._wait_ms = min(2 * self._wait_ms, LONGEST_WAIT_MS)

    def _saved(self) -> None:
        """Sign again: the high-water file stands, so that a crash from here on finds an ordinary node."""
        self._recoverer.resume()
        self._submit(Resume(), self._done)

    def _done(self, outcome: Outcome) -> None:
        if isinstance(outcome, Resumed):
            self._resumed(outcome)
            self._tell(Recovering(reason=None, stage=""))
        elif isinstance(outcome, Exception):
            self._judge_due_ms = self._clock().mono_ms + AGAIN_MS
