"""What one other party has promised and we lack, brought here: one attachment at a time, one part at a time (A3).

    FindWanted -> ask, part, ask, part ... -> KeepAttachment -> the next

The walk goes from the oldest promise to the newest. What cannot be had is passed over, so that it holds up nothing
behind it; an hour later the walk begins anew. The offset outlives a cut of the line; a start of the node begins from
what the record lacks.
"""

from collections import deque
from typing import Final, NamedTuple, TypeAlias

from coupefeu.errors import PeerError
from coupefeu.link.meter import Tally
from coupefeu.model.attachments import PART_BYTES
from coupefeu.store.jobs import FindWanted, KeepAttachment, Kept, Outcome, Wanted, WantedAttachment
from coupefeu.wire.packet import AttachmentAsk, AttachmentPart

ASK_EVERY_MS: Final = 20
"""Slower than the other side's link lets through (`Limits.asks_per_s`)."""
FIRST_WAIT_MS: Final = 2_000
LAST_WAIT_MS: Final = 30_000
MAX_UNANSWERED: Final = 8
"""Asks for one part without an answer, over two minutes, before the next attachment has its turn."""
AGAIN_MS: Final = 3_600_000

Step: TypeAlias = AttachmentAsk | FindWanted | KeepAttachment


class Progress(NamedTuple):
    """What is being fetched, and how many of its bytes are here."""

    wanted: WantedAttachment
    here: int


class Fetching:
    """The walk over what one party owes us. `step` says what to do, and is told what came of it."""

    def __init__(self, log: int) -> None:
        """`log`: any of the party's."""
        self._log = log
        self._waiting: deque[WantedAttachment] = deque()
        self._current: WantedAttachment | None = None
        self._content = bytearray()
        self._asked: AttachmentAsk | None = None
        self._asked_ms = 0
        self._unanswered = 0
        self._passed = -1, -1
        self._may_want = True
        self._is_up = self._is_with_store = False
        self._due_ms = 0
        self._again_ms: int | None = None
        self.unasked = Tally()

    @property
    def progress(self) -> Progress | None:
        """What is under way."""
        return None if self._current is None else Progress(self._current, len(self._content))

    def line_is_up(self, mono_ms: int) -> None:
        """Ask at once: what was asked before is lost."""
        self._is_up = True
        self._unanswered = 0
        self._due_ms = mono_ms

    def line_is_down(self) -> None:
        """Ask for nothing; what is here of the attachment stays."""
        self._is_up = False

    def promised(self) -> None:
        """Note that entries came which promise us attachments."""
        self._may_want = True

    def walk_again(self, mono_ms: int) -> None:
        """Begin anew when this walk has ended: more may be wanted than before."""
        self._again_ms = mono_ms

    def next_ms(self) -> int | None:
        """Say when `step` has something to do."""
        if not self._is_up or self._is_with_store:
            return None
        return self._due_ms if self._has_more else self._again_ms

    def step(self, mono_ms: int) -> Step | None:
        """Return what is to be done now: an ask for the link or a job for the store, whose outcome `answered` takes.

        Raises: PeerError: the other side does not answer; the attachment is passed over.
        """
        due_ms = self.next_ms()
        if due_ms is None or mono_ms < due_ms:
            return None
        if not self._has_more:
            self._begin_anew()
        if self._current is None and self._waiting:
            self._take_up(self._waiting.popleft())
        if self._current is None:
            self._is_with_store = True
            arrival, number = self._passed
            return FindWanted(log=self._log, after_arrival=arrival, after_number=number)
        if len(self._content) == self._current.size:
            self._is_with_store = True
            return _keep(self._current, bytes(self._content))
        return self._ask(self._current, mono_ms)

    def answered(self, outcome: Outcome, mono_ms: int) -> None:
        """Take the outcome of a job; what the store refuses to keep is passed over."""
        self._is_with_store = False
        self._due_ms = mono_ms
        if isinstance(outcome, Wanted):
            self._waiting.extend(outcome.items)
            self._may_want = bool(outcome.items)
        elif isinstance(outcome, Kept):
            self._current = None
        else:
            if self._current is None:  # it could not even say what is wanted
                self._may_want = False
            self._pass_over(mono_ms)

    def take(self, part: AttachmentPart, mono_ms: int) -> None:
        """Take a part; one that was not asked for is dropped and counted.

        Raises: PeerError: the other side has none, or not as many bytes as it promised; the attachment is passed over.
        """
        if self._current is None or part.ask != self._asked:
            self.unasked.add(mono_ms)
            return
        self._asked = None
        self._unanswered = 0
        self._due_ms = max(mono_ms, self._asked_ms + ASK_EVERY_MS)
        offset, wanted = len(self._content), self._current
        if len(part.data) != min(PART_BYTES, wanted.size - offset):
            self._pass_over(mono_ms)
            raise PeerError(
                f"attachment {wanted.number} of entry {wanted.index:,}, {wanted.size:,} bytes: {len(part.data):,} came "
                f"for the part at {offset:,}",
                code="node.fetching.part",
                hint="It is asked for again in an hour. Tell the other party if it must be here.",
            )
        self._content += part.data

    @property
    def _has_more(self) -> bool:
        return self._current is not None or bool(self._waiting) or self._may_want

    def _begin_anew(self) -> None:
        self._passed = -1, -1
        self._may_want = True
        self._again_ms = None

    def _take_up(self, wanted: WantedAttachment) -> None:
        self._current = wanted
        self._passed = wanted.arrival, wanted.number
        self._content = bytearray()
        self._unanswered = 0

    def _ask(self, wanted: WantedAttachment, mono_ms: int) -> AttachmentAsk:
        if self._unanswered == MAX_UNANSWERED:
            self._pass_over(mono_ms)
            raise PeerError(
                f"attachment {wanted.number} of entry {wanted.index:,}: {MAX_UNANSWERED} asks were not answered",
                code="node.fetching.unanswered",
                hint="It is asked for again in an hour. Tell the other party if it must be here.",
            )
        self._asked = AttachmentAsk(wanted.log, wanted.index, wanted.number, len(self._content))
        self._asked_ms = mono_ms
        self._due_ms = mono_ms + min(FIRST_WAIT_MS << self._unanswered, LAST_WAIT_MS)
        self._unanswered += 1
        return self._asked

    def _pass_over(self, mono_ms: int) -> None:
        self._current = self._asked = None
        self._content = bytearray()
        self._due_ms = mono_ms
        if self._again_ms is None:
            self._again_ms = mono_ms + AGAIN_MS


def _keep(wanted: WantedAttachment, content: bytes) -> KeepAttachment:
    return KeepAttachment(log=wanted.log, index=wanted.index, number=wanted.number, content=content)
