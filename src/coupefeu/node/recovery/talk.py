"""What one counterpart was asked about logs, and what has come of its answer; no clock, no store."""

from dataclasses import dataclass, field
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.node.peer import Peer
from coupefeu.wire.log_answer import LogAnswer, LogAsk, LogPiece, decode_log_answer, tag_of

ANSWER_WAIT_MS: Final = 2_000
FIRST_WAIT_MS: Final = 1_000
LONGEST_WAIT_MS: Final = 60_000


@dataclass(slots=True, kw_only=True)
class Talk:
    """The talk with one counterpart: about our log first, then about its own.

    `between`: while the two sides differ, a size at which they agree and one at which they do not.
    """

    peer: Peer
    logs: tuple[int, ...]
    """Those that are not settled yet."""
    asked: LogAsk | None = None
    due_ms: int | None = None
    wait_ms: int = FIRST_WAIT_MS
    between: tuple[int, int] | None = None
    has_answered: bool = False
    said: str = ""
    fork: str = ""
    """What our key has signed that this record contradicts, while the entry where it begins is looked for."""
    _pieces: bytearray = field(default_factory=bytearray)
    _tag: bytes = b""

    @property
    def is_settled(self) -> bool:
        """Whether this counterpart has told all that it knows, and proved it."""
        return not self.logs

    def begin(self, ask: LogAsk, mono_ms: int) -> LogAsk:
        """Ask anew."""
        self.asked = ask
        self._pieces.clear()
        self._tag = b""
        return self.ask_on(mono_ms)

    def ask_on(self, mono_ms: int) -> LogAsk:
        """Ask for what is behind the pieces that have come, again if no piece comes in time."""
        assert self.asked is not None
        self.due_ms = mono_ms + ANSWER_WAIT_MS
        return LogAsk(self.asked.log, self.asked.size, self.asked.root, len(self._pieces))

    def take(self, piece: LogPiece) -> LogAnswer | bool:
        """Take a piece; gives the answer when all are there, else whether this one was the next.

        Raises: PeerError: the pieces are no answer.
        """
        asked = self.asked
        if asked is None or (piece.log, piece.size) != (asked.log, asked.size):
            return False
        if piece.offset == 0:
            self._pieces.clear()
            self._tag = piece.tag
        if piece.offset != len(self._pieces) or piece.tag != self._tag:
            return False  # of another answer, or twice
        self._pieces += piece.data
        if len(self._pieces) < piece.total:
            return True
        answer, self.asked = bytes(self._pieces), None
        self._pieces.clear()
        if tag_of(answer) != self._tag:
            raise PeerError("the pieces of an answer do not belong together", code="node.recovery.pieces")
        self.has_answered = True
        return decode_log_answer(answer)

    def settle(self, log: int) -> None:
        """Note that this counterpart has nothing more to tell about a log."""
        self.logs = tuple(each for each in self.logs if each != log)
        self.said, self.wait_ms, self.between = "", FIRST_WAIT_MS, None

    def refuse(self, says: str, mono_ms: int) -> None:
        """Note what was wrong, and ask again later, each time waiting twice as long."""
        self.said, self.asked, self.between = says, None, None
        self.due_ms = mono_ms + self.wait_ms
        self.wait_ms = min(2 * self.wait_ms, LONGEST_WAIT_MS)

    def narrow(self, asked: LogAsk, *, differs: bool) -> int | None:
        """Look for the first entry at which both sides differ; gives the next size to ask at.

        None: the answer at hand gives the entries behind the last one that is the same.

        Raises: PeerError: it says now the opposite of what it said before.
        """
        low, high = self.between or (0, asked.size)
        if (asked.size <= low) if differs else (asked.size >= high):
            raise PeerError(
                f"the other side says two things of {asked.size:,} entries", code="node.recovery.two_words"
            )
        low, high = (low, min(high, asked.size)) if differs else (max(low, asked.size), high)
        self.between = low, high
        if high - low > 1:
            return (low + high) // 2
        return low if differs else None
