"""The standing order to erase what the agreement lets be held no longer: step by step, pass by pass, never in a hurry.

pass    from the oldest entry that may have content, to the first that is too young
step    one bounded job of the store; the next follows a moment later, behind whatever else waits
"""

from collections.abc import Callable
from typing import Final

from coupefeu.model.instant import Moment
from coupefeu.store.expiring import AGAIN_MS
from coupefeu.store.jobs import EraseExpired, Expired, Job, Outcome

NEXT_STEP_MS: Final = 250
LEAST_WAIT_MS: Final = 1_000


class Expiring:
    """Where the pass stands; memory alone, for a start begins a new one."""

    def __init__(self, ask: Callable[[Job, Callable[[Outcome], None]], None]) -> None:
        """`ask` has the store do a job, and takes up the entries of its outcome."""
        self._ask = ask
        self.amend()

    def amend(self) -> None:
        """Begin anew: other terms may let go of what was passed over."""
        self._after = 0
        self._kept: int | None = None
        self._due_ms: int | None = None
        self._not_before_ms = 0
        self._is_asked = False

    def check(self, now: Moment) -> int:
        """Ask for the next step if it is due; gives the milliseconds until the next look."""
        wait_ms = self._not_before_ms - now.mono_ms
        if self._is_asked or wait_ms > 0:
            return max(wait_ms, NEXT_STEP_MS)
        self._is_asked = True
        after = self._after
        self._ask(EraseExpired(after=after), lambda outcome: self._done(after, outcome, now))
        return NEXT_STEP_MS

    def _done(self, after: int, outcome: Outcome, asked: Moment) -> None:
        self._is_asked = False
        if after != self._after:
            return  # the terms were amended meanwhile
        if not isinstance(outcome, Expired):
            self._not_before_ms = asked.mono_ms + AGAIN_MS
            return
        self._after = outcome.after
        self._kept = outcome.kept if self._kept is None else self._kept
        dues = [each for each in (self._due_ms, outcome.due_ms) if each is not None]
        self._due_ms = min(dues, default=None)
        if outcome.has_more:
            self._not_before_ms = asked.mono_ms + NEXT_STEP_MS
        else:
            self._end_pass(asked)

    def _end_pass(self, now: Moment) -> None:
        """Begin the next where this one first passed something over, when the first of it is due."""
        wait_ms = AGAIN_MS if self._due_ms is None else self._due_ms - now.utc_ms
        self._not_before_ms = now.mono_ms + min(max(wait_ms, LEAST_WAIT_MS), AGAIN_MS)
        if self._kept is not None:
            self._after = self._kept - 1
        self._kept = self._due_ms = None
