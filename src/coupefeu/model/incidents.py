"""The words of incidents: forms, queries, what follows, how one is closed; and what is agreed about them.

Numbers are the wire numbers of docs/spec/incidents.md; they are never used again for something else.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from coupefeu.model.precedence import Precedence


class IncidentForm(IntEnum):
    """The forms of incident (field.md section 2)."""

    HAZARDOUS_INCIDENT = 1
    DANGEROUS_APPROACH = 2
    VIOLATION = 3
    AIRCRAFT_ASTRAY = 4
    ACCIDENTAL_LAUNCH = 5
    STRUCK_AFTER_NOTICE = 6
    UNUSUAL_ACTIVITY = 7
    OTHER = 8


class QueryKind(IntEnum):
    """What is asked of the other side: an explanation, or a meeting when none came or it did not suffice."""

    EXPLANATION = 1
    MEETING = 2


class ReplyField(IntEnum):
    """What a reply says beside its words (Vienna Document, chapter III)."""

    OBJECTIVES = 1
    LOCATION = 2
    DESIGNATION = 3
    SUBORDINATION = 4
    FORMATIONS = 5
    EQUIPMENT = 6


class FollowStep(IntEnum):
    """What was done about an incident after it was reported."""

    REMARK = 1
    MEASURE = 2
    INQUIRY = 3
    FINDING = 4
    MEETING_HELD = 5


class Closure(IntEnum):
    """Why the author of a version closes it."""

    EXPLAINED = 1
    MEASURES_TAKEN = 2
    NOT_SUBSTANTIATED = 3
    UNRESOLVED = 4


class IncidentState(StrEnum):
    """How one version of an incident stands."""

    OPEN = "open"
    QUERIED = "queried"
    REPLIED = "replied"
    FOLLOWED = "followed"
    CLOSED = "closed"


_HOUR_S: Final = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentTerms:
    """How near two versions of one incident lie (metres, seconds), and how long a reply and a meeting may take.

    48 h and 48 h where nothing is agreed (Vienna Document 2011, chapter III).
    """

    match_distance_m: int = 20_000
    match_time_s: int = 2 * _HOUR_S
    reply_s: int = 48 * _HOUR_S
    meeting_s: int = 48 * _HOUR_S


USUAL_INCIDENT_TERMS: Final = IncidentTerms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """An event agreed in advance whose form opens in one press. `to`: posts; none: the duty desks of the others."""

    id: str
    form: IncidentForm
    precedence: Precedence
    to: tuple[str, ...]
    en: str
    fr: str
    ru: str

    def in_language(self, language: str) -> str:
        """Give its name in `language`; English when it is not one of the three."""
        return {"fr": self.fr, "ru": self.ru}.get(language, self.en)


USUAL_TRIGGERS: Final = (
    Trigger(
        id="aircraft-astray",
        form=IncidentForm.AIRCRAFT_ASTRAY,
        precedence=Precedence.FLASH,
        to=(),
        en="Aircraft astray",
        fr="Aéronef égaré",
        ru="Воздушное судно отклонилось от маршрута",
    ),
    Trigger(
        id="accidental-launch",
        form=IncidentForm.ACCIDENTAL_LAUNCH,
        precedence=Precedence.FLASH,
        to=(),
        en="Accidental launch",
        fr="Lancement accidentel",
        ru="Непреднамеренный пуск",
    ),
    Trigger(
        id="dangerous-approach",
        form=IncidentForm.DANGEROUS_APPROACH,
        precedence=Precedence.IMMEDIATE,
        to=(),
        en="Dangerous approach",
        fr="Rapprochement dangereux",
        ru="Опасное сближение",
    ),
    Trigger(
        id="struck-after-notice",
        form=IncidentForm.STRUCK_AFTER_NOTICE,
        precedence=Precedence.FLASH,
        to=(),
        en="Struck after notice",
        fr="Frappé après notification",
        ru="Удар после уведомления",
    ),
)
"""Where nothing is agreed."""
