"""A ladder tried out before it is agreed: which posts would ring when, what ends it, and which rungs reach nobody.

The schedule and the judgement of silence are those of a running node (ladder.py); only the people are made up.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from coupefeu.model.calls import Outcome
from coupefeu.services.calls.ladder import Schedule, judge_silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """How the posts of the side that is called are supposed to stand.

    `answers`: how long after it begins to ring a post answers, in milliseconds; a post that is engaged never does.
    """

    on_watch: Collection[str] = frozenset()
    engaged: Collection[str] = frozenset()
    answers_ms: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedRung:
    """Posts that would begin to ring so long after the call came; `staffed`: those of them on watch.

    `reaches_nobody`: each of its posts is engaged, or none is on watch; it rings all the same.
    """

    number: int
    at_ms: int
    posts: tuple[str, ...]
    staffed: tuple[str, ...]
    reaches_nobody: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """How a call would go: the rungs that ring before it ends, when that is, and by whom, "" when nobody acts."""

    rungs: tuple[SimulatedRung, ...]
    outcome: Outcome
    by: str
    ends_ms: int


def simulate(plan: Schedule, supposed: Supposed) -> Simulated:
    """Say how a call would go by this schedule."""
    answers = sorted(
        (rung.at_ms + after_ms, post)
        for rung in plan.rungs
        for post in rung.posts
        if post not in supposed.engaged
        for after_ms in _answer_of(post, supposed)
    )
    ends_ms, by = next(((at_ms, post) for at_ms, post in answers if at_ms < plan.ends_ms), (plan.ends_ms, ""))
    rungs = tuple(
        _rung(number, rung.at_ms, rung.posts, supposed)
        for number, rung in enumerate(plan.rungs)
        if rung.at_ms <= ends_ms
    )
    silence = judge_silence(
        was_staffed=any(post in supposed.on_watch for post in plan.posts),
        was_free=any(post not in supposed.engaged for post in plan.posts),
    )
    return Simulated(rungs=rungs, outcome=Outcome.ANSWERED if by else silence, by=by, ends_ms=ends_ms)


def _answer_of(post: str, supposed: Supposed) -> tuple[int, ...]:
    after_ms = (supposed.answers_ms or {}).get(post)
    return () if after_ms is None else (after_ms,)


def _rung(number: int, at_ms: int, posts: tuple[str, ...], supposed: Supposed) -> SimulatedRung:
    staffed = tuple(post for post in posts if post in supposed.on_watch)
    free = [post for post in staffed if post not in supposed.engaged]
    return SimulatedRung(number=number, at_ms=at_ms, posts=posts, staffed=staffed, reaches_nobody=not free)
