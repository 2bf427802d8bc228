"""The answering side: what a counterpart that lost its record asks of ours, piece by piece."""

from collections.abc import Callable
from functools import partial
from typing import Final

from coupefeu.model.instant import Moment
from coupefeu.model.logs import position_of
from coupefeu.node.events import Change, Trouble
from coupefeu.node.peer import Peer
from coupefeu.store.jobs import Job, Outcome
from coupefeu.store.recovery_jobs import TellLog, ToldLog
from coupefeu.wire.log_answer import LogAsk, cut_piece

TOLD_AGAIN_MS: Final = 60_000


class LogTelling:
    """Answers one ask of each peer at a time; an answer is kept until its last piece has left."""

    def __init__(
        self,
        parties: int,
        submit: Callable[[Job, Callable[[Outcome], None]], None],
        clock: Callable[[], Moment],
        tell: Callable[[Change], None],
        tell_refusal: Callable[[Peer, Exception], None],
    ) -> None:
        self._parties = parties
        self._submit = submit
        self._clock = clock
        self._tell = tell
        self._tell_refusal = tell_refusal
        self._answers: dict[int, tuple[LogAsk, bytes]] = {}
        self._asked: set[int] = set()

    def answer(self, peer: Peer, ask: LogAsk) -> None:
        """Give the next piece of the answer at hand, or have one made."""
        self._note(peer, ask)
        begun, answer = self._answers.get(peer.log, (None, b""))
        if (
            begun is not None
            and ask.offset
            and (begun.log, begun.size, begun.root) == (ask.log, ask.size, ask.root)
        ):
            self._give(peer, ask, answer)
        elif peer.log not in self._asked:
            self._asked.add(peer.log)
            job = TellLog(log=ask.log, size=ask.size, root=ask.root, holder=peer.log)
            first = LogAsk(ask.log, ask.size, ask.root, 0)
            self._submit(job, partial(self._told, peer, first))

    def _told(self, peer: Peer, ask: LogAsk, outcome: Outcome) -> None:
        self._asked.discard(peer.log)
        if isinstance(outcome, ToldLog):
            self._answers[peer.log] = (ask, outcome.answer)
            self._give(peer, ask, outcome.answer)
        elif isinstance(outcome, Exception):
            self._tell_refusal(peer, outcome)

    def _give(self, peer: Peer, ask: LogAsk, answer: bytes) -> None:
        piece = cut_piece(ask, answer)
        if piece is not None:
            peer.link.about_log(piece)
        if piece is None or piece.offset + len(piece.data) == len(answer):
            self._answers.pop(peer.log, None)

    def _note(self, peer: Peer, ask: LogAsk) -> None:
        """Tell our operator, once a minute at most, that the other side asks for its own log."""
        mono_ms, code = self._clock().mono_ms, "node.recovery.peer"
        if position_of(ask.log, self._parties) != peer.log:
            return
        if mono_ms - peer.told_ms.get(code, -TOLD_AGAIN_MS) >= TOLD_AGAIN_MS:
            peer.told_ms[code] = mono_ms
            detail = (
                f"the other side asks how far its own log reaches here, as it holds {ask.size:,} entries: it was "
                "restored or rolled back, and takes back what it has lost"
            )
            self._tell(Trouble(party=peer.log, code=code, detail=detail))
