"""When which posts ring: the ladder of alternates of an agreement as one schedule, counted from when it begins to ring.

    IMMEDIATE   the post called --wait--> rung 1 --wait--> rung 2 ... --ring--> nobody acted
    FLASH       all of them at once ....................................--------> nobody acted

Earlier rungs ring on, so a FLASH gives nobody less time than the ladder would.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from coupefeu.model.agreement import Agreement, Ladder
from coupefeu.model.calls import Outcome
from coupefeu.model.precedence import Precedence


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Posts that begin to ring together, so long after the call began to ring."""

    posts: tuple[str, ...]
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The rungs in order, the first at 0; `ends_ms`: when nobody has acted."""

    rungs: tuple[Rung, ...]
    ends_ms: int

    @property
    def posts(self) -> tuple[str, ...]:
        """Every post that may ring, in order."""
        return tuple(post for rung in self.rungs for post in rung.posts)


def schedule(agreement: Agreement, post: str, precedence: Precedence) -> Schedule:
    """Say when which posts ring for a call of `post`; one without a ladder rings alone."""
    ladder = agreement.ladder(post) or Ladder(post=post, rungs=())
    rungs = tuple(_rungs(ladder))
    ends_ms = rungs[-1].at_ms + agreement.calls.ring_s * 1_000
    if precedence is Precedence.FLASH:
        rungs = (Rung(posts=ladder.posts, at_ms=0),)
    return Schedule(rungs=rungs, ends_ms=ends_ms)


def longest_ms(agreement: Agreement) -> int:
    """Say how long a call of anybody may ring at most: so long a caller's node waits before it gives up by itself."""
    return max(schedule(agreement, post.id, Precedence.IMMEDIATE).ends_ms for post in agreement.posts)


def judge_silence(*, was_staffed: bool, was_free: bool) -> Outcome:
    """Say what it was that nobody acted: nobody was on watch, every post spoke already, or simply no answer.

    `was_staffed`, `was_free`: whether a post that rang was on watch, or not in a call, at any time while it rang. An
    empty desk is never `busy`, though a call stands open there that nobody hung up.
    """
    if not was_staffed:
        return Outcome.NOT_STAFFED
    return Outcome.NO_ANSWER if was_free else Outcome.BUSY


def _rungs(ladder: Ladder) -> Iterator[Rung]:
    at_ms = 0
    yield Rung(posts=(ladder.post,), at_ms=at_ms)
    for rung in ladder.rungs:
        at_ms += rung.wait_s * 1_000
        yield Rung(posts=rung.posts, at_ms=at_ms)
