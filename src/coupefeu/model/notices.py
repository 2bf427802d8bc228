"""The words of notices: forms, answers, what is settled, how a unit was reached.

Numbers below are the wire numbers of docs/spec/notices.md; they are never used again for something else.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from coupefeu.model.places import Position

MAX_CHECK_POINTS: Final = 32
MAX_UNITS: Final = 64


class NoticeForm(IntEnum):
    """The forms of notice (field.md section 2)."""

    MILITARY_ACTIVITY = 1
    FLIGHT_SAFETY = 2
    HAZARD_TO_NAVIGATION = 3
    MISSILE_LAUNCH = 4
    STATIC_SITE = 5
    HUMANITARIAN_MOVEMENT = 6
    SEA_MOVEMENT = 7
    TEMPORARY_ZONE = 8
    UNUSUAL_ACTIVITY = 9


class Answer(IntEnum):
    """What the other side says of a notice. Distinct on purpose: RECEIVED never reads as approved."""

    RECEIVED = 1
    NOTED = 2
    NO_OBJECTION = 3
    OBJECTION = 4
    AGREED = 5
    DENIED = 6
    COUNTER_PROPOSAL = 7


TO_REQUESTS: Final = frozenset({Answer.AGREED, Answer.DENIED, Answer.COUNTER_PROPOSAL})
"""Only what asks for an answer may be answered so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTerms:
    """Of one form: how long before its beginning a notice is due, how long an answer may take (seconds).

    0 as lead time: none is agreed, so that no notice is short.
    """

    lead_s: int
    answer_s: int


_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400
USUAL_TERMS: Final = (
    FormTerms(lead_s=42 * _DAY_S, answer_s=2 * _DAY_S),
    FormTerms(lead_s=2 * _HOUR_S, answer_s=_HOUR_S // 2),
    FormTerms(lead_s=3 * _DAY_S, answer_s=_DAY_S),
    FormTerms(lead_s=_DAY_S, answer_s=_DAY_S // 2),
    FormTerms(lead_s=0, answer_s=2 * _DAY_S),
    FormTerms(lead_s=2 * _DAY_S, answer_s=_DAY_S),
    FormTerms(lead_s=12 * _HOUR_S, answer_s=4 * _HOUR_S),
    FormTerms(lead_s=_DAY_S, answer_s=_DAY_S // 2),
    FormTerms(lead_s=0, answer_s=2 * _DAY_S),
)
"""By form, from MILITARY_ACTIVITY on: what holds where nothing is agreed (field.md section 2)."""
EMERGENCY_LEAD_S: Final = _DAY_S
"""Of a humanitarian movement that its author calls an emergency."""
SEA_ENTRY_LEAD_S: Final = 44 * _HOUR_S
"""Of a sea movement that asks for entry; its daily plan has the lead time of its form."""


class Settlement(IntEnum):
    """What became of a conflict; each side says its own, the weaker of the two stands."""

    RESOLVED = 1
    ACCEPTED_WITH_MEASURES = 2
    DISPUTED = 3


class Level(IntEnum):
    """Who a notice is passed down to."""

    COMMAND = 1
    UNIT = 2


class Reached(IntEnum):
    """How it is known that a unit has a notice; the two look different wherever they are shown."""

    BY_ITSELF = 1
    """It pressed a key on its one-time link, or sent a signed reply."""
    BY_VOICE = 2
    """A desk reports that it told the unit, at a time."""


class CheckIn(IntEnum):
    """What is said of a movement on its way."""

    PASSED = 1
    HELD = 2
    RELEASED = 3
    IMPEDED = 4
    """It could not go on, whatever had been agreed; with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPoint:
    """Where a movement reports, and when it means to be there, UTC ms; None: not stated."""

    name: str
    position: Position
    planned_ms: int | None
