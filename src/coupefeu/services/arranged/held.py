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
    """COMING: its time has not begun; NOW: it may be rung; MISSED: the time has passed, and nobody answered.

    KEPT: who was to speak called, and who was to speak answered; OTHERS: a call was answered, and not between these.
    """

    COMING = "coming"
    NOW = "now"
    KEPT = "kept"
    OTHERS = "others"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call as it stands beside an arrangement: the posts that called, were called, and answered (None: nobody did).

    `arrangement`: the proposal that it names, if any.
    """

    id: MessageId
    number: str
    caller: str
    called: str
    answered_by: str | None
    arrived_ms: int
    arrangement: MessageId | None

    def is_between(self, speakers: tuple[str, str]) -> bool:
        """Whether one of these called and the other one answered, on whatever rung."""
        return {self.caller, self.answered_by} == set(speakers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """`attempts`: calls that were placed for it, the first first.

    `answered`: the first of them that was answered between those who were to speak, else the first that was answered.
    `is_due`: its time has come, and those who were to speak have not spoken.
    """

    state: HeldState
    is_due: bool
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
    answered = [each for each in counted if each.answered_by is not None]
    kept = next((each for each in answered if each.is_between(agreed.speakers)), None)
    clock = _by_the_clock(agreed.window, now_ms)
    return Held(
        state=HeldState.KEPT if kept else HeldState.OTHERS if answered else clock,
        is_due=clock is HeldState.NOW and kept is None,
        attempts=counted,
        answered=kept or next(iter(answered), None),
    )


def _counts(attempt: Attempt, agreed: AgreedCall, arrangement: MessageId) -> bool:
    """Whether it is between those who were to speak, or says that it is this one; and was placed at its time."""
    window = agreed.window
    is_theirs = {attempt.caller, attempt.called} == set(agreed.speakers) or attempt.arrangement == arrangement
    return is_theirs and window.start_ms - EARLY_MS <= attempt.arrived_ms < window.end_ms


def _by_the_clock(window: Window, now_ms: int) -> HeldState:
    if now_ms >= window.end_ms:
        return HeldState.MISSED
    return HeldState.NOW if now_ms >= window.start_ms - EARLY_MS else HeldState.COMING
