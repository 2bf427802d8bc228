"""Our own attempts that nobody has ended: when the caller's node says by itself that it heard nothing.

    placed --> their node rings --> what they do                    theirs to say
       |            '--> nothing more by the end of their ladder    we say it: they were there, or the line was down
       '--> nothing by the end of the longest ladder                as above

Their ladder is counted from what was heard of it, for a line that came back late rings late. Pure: it reads no clock.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from coupefeu.model.calls import Outcome
from coupefeu.model.messages import MessageId
from coupefeu.services.calls.commands import Unreached

GRACE_MS: Final = 30_000
"""Beyond the end of the longest ladder: their node may conclude at the end of it, and its entry travels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSign:
    """The line to a party: alive since when (monotonic), None when it is not; when it was last heard (UTC)."""

    alive_since_ms: int | None
    heard_ms: int | None


@dataclass(slots=True, kw_only=True)
class _Attempt:
    party: str
    ladder_ms: int
    due_ms: int
    has_rung: bool = False


class Attempts:
    """Attempts of ours that are open."""

    def __init__(self, line: Callable[[str], LineSign]) -> None:
        self._line = line
        self._open: dict[MessageId, _Attempt] = {}
        self._next_ms: int | None = None
        """When the next may be due, looked for anew when that has come: an engine asks at every turn."""

    def place(
        self, call: MessageId, party: str, ladder_ms: int, placed_ms: int, begun_ms: int | None = None
    ) -> None:
        """Take in one of ours; `ladder_ms`: how long theirs may ring, `placed_ms` on the monotonic clock.

        `begun_ms`: when this node was started after it had been placed; the line is then given the time to come back.
        """
        begun_ms = placed_ms if begun_ms is None else begun_ms
        due_ms = max(placed_ms + ladder_ms, begun_ms) + GRACE_MS
        self._open[call] = _Attempt(party=party, ladder_ms=ladder_ms, due_ms=due_ms)
        self._next_ms = due_ms if self._next_ms is None else min(self._next_ms, due_ms)

    def rings(self, call: MessageId, at_ms: int) -> None:
        """Take that their node rings: what it says next is awaited for a whole ladder from then on, once."""
        attempt = self._open.get(call)
        if attempt is not None and not attempt.has_rung:
            attempt.has_rung = True
            attempt.due_ms = max(attempt.due_ms, at_ms + attempt.ladder_ms + GRACE_MS)

    def end(self, call: MessageId) -> bool:
        """Take that it has an outcome; gives whether it was open."""
        return self._open.pop(call, None) is not None

    def next_ms(self, now_ms: int) -> int | None:
        """Say when `due` may have something; None: not before one is placed."""
        if self._next_ms is not None and self._next_ms <= now_ms:
            times = (self._settled_ms(each, now_ms) for each in self._open.values())
            self._next_ms = min(times, default=None)
        return self._next_ms

    def due(self, now_ms: int) -> Iterator[Unreached]:
        """Give what is to be recorded now; it counts as done, and `end` takes it back."""
        for call, attempt in tuple(self._open.items()):
            if self._settled_ms(attempt, now_ms) <= now_ms:
                del self._open[call]
                yield self._conclude(call, attempt)

    def _settled_ms(self, attempt: _Attempt, now_ms: int) -> int:
        """Say from when on silence means something: a line that has just come back brings what it held, but once."""
        if attempt.due_ms > now_ms:
            return attempt.due_ms
        since_ms = self._line(attempt.party).alive_since_ms
        back_ms = attempt.due_ms if since_ms is None else since_ms + GRACE_MS
        return max(attempt.due_ms, min(back_ms, attempt.due_ms + GRACE_MS))

    def _conclude(self, call: MessageId, attempt: _Attempt) -> Unreached:
        line = self._line(attempt.party)
        outcome = Outcome.LINE_DOWN if line.alive_since_ms is None else Outcome.NO_ANSWER
        return Unreached(call=call, outcome=outcome, heard_ms=line.heard_ms)
