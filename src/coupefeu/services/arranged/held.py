"""Whether an agreed call took place: compared with the calls on the same record, and by our own clock.

Nothing of this is signed by anybody. That a call was answered stands in the entries of the call.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from coupefeu.model.messages import MessageId
from coupefeu.services.arranged.facts import Window
from coupefeu.services.arranged.status import AgreedCall

EARLY_MS: Final = 15 * 60_000
"""So long before the agreed window a call counts as the agreed one."""


class HeldState(StrEnum):
    """COMING: its time has not begun; NOW: it may be rung; KEPT: a call was answered; MISSED: the time has passed."""

    COMING = "coming"
    NOW = "now"
    KEPT = "kept"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call as it stands beside an arrangement. `arrangement`: the proposal that it names, if any."""

    id: MessageId
    number: str
    posts: frozenset[str]
    arrived_ms: int
    answered: bool
    arrangement: MessageId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """`attempts`: calls that were placed for it, the first first; `answered`: the first of them that was answered."""

    state: HeldState
    attempts: tuple[Attempt, ...]
    answered: Attempt | None


def judge_held(agreed: AgreedCall, arrangement: MessageId, attempts: Iterable[Attempt], now_ms: int) -> Held:
    """Compare an agreed call with the calls on record."""
    counted = tuple(
        sorted(
            (each for each in attempts if _counts(each, agreed, arrangement)),
            key=lambda each: (each.arrived_ms, each.id),
        )
    )
    answered = next((each for each in counted if each.answered), None)
    return Held(state=_state(agreed.window, answered, now_ms), attempts=counted, answered=answered)


def _counts(attempt: Attempt, agreed: AgreedCall, arrangement: MessageId) -> bool:
    """Whether it is between those who were to speak, or says that it is this one; and was placed at its time."""
    window = agreed.window
    is_theirs = attempt.posts == frozenset(agreed.speakers) or attempt.arrangement == arrangement
    return is_theirs and window.start_ms - EARLY_MS <= attempt.arrived_ms < window.end_ms


def _state(window: Window, answered: Attempt | None, now_ms: int) -> HeldState:
    if answered is not None:
        return HeldState.KEPT
    if now_ms >= window.end_ms:
        return HeldState.MISSED
    return HeldState.NOW if now_ms >= window.start_ms - EARLY_MS else HeldState.COMING
