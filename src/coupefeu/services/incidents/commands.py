"""What is asked about incidents: one command for each act, each an entry of its own.

`incident`: the entry that reported it, of either side. Whether a notice that is named is one, is judged where notices
are known (`node.incident_desk`); here is judged what this service knows.
"""

from dataclasses import dataclass

from coupefeu.model.incidents import Closure, FollowStep, IncidentForm, QueryKind
from coupefeu.model.messages import MessageId
from coupefeu.model.places import Position
from coupefeu.model.precedence import Precedence
from coupefeu.model.volumes import Altitude
from coupefeu.services.base import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionCommand(Command):
    """All of a version; None and "": not stated. `notice`, `held`: that which it names, and acknowledgements of it.

    `to_posts`: none: the duty desks of the others. `acknowledgements`: how many are held, those in `held` included.
    """

    form: IncidentForm
    from_post: str
    to_posts: tuple[str, ...] = ()
    precedence: Precedence = Precedence.IMMEDIATE
    when_ms: tuple[int, int] | None = None
    is_about: bool = False
    position: Position | None = None
    uncertainty_m: int | None = None
    place: str = ""
    altitude: Altitude | None = None
    our_platform: str = ""
    other_platform: str = ""
    forces: str = ""
    damage: str = ""
    casualties: str = ""
    is_coordinated: bool | None = None
    measures: str = ""
    contact_point: str = ""
    provision: str = ""
    words: str = ""
    officer: str = ""
    notice: MessageId | None = None
    held: tuple[MessageId, ...] = ()
    acknowledgements: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIncident(VersionCommand):
    """Report an incident; everything but the form may be unknown yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendIncident(VersionCommand):
    """Say all of a version of ours anew."""

    incident: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCommand(Command):
    """An act about an incident; `officer` is a label beside the post."""

    incident: MessageId
    from_post: str
    words: str = ""
    officer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairIncident(IncidentCommand):
    """Say that an incident of ours and `other`, one of the other side, are the same event, or are not."""

    other: MessageId
    is_same: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryIncident(IncidentCommand):
    """Ask `of` (a party) for an explanation, or for a meeting about `query`; `at_ms`: the time proposed for one.

    `of` "": the other party of two, or the author of the incident.
    """

    asks: QueryKind = QueryKind.EXPLANATION
    of: str = ""
    query: MessageId | None = None
    at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyToQuery(IncidentCommand):
    """Answer a query of the other side: an explanation, or whether we come to the meeting (`is_accepted`).

    `end_ms`: when the activity ends; `at_ms`: the time at which we come to a meeting.
    """

    query: MessageId
    objectives: str = ""
    location: str = ""
    designation: str = ""
    subordination: str = ""
    formations: str = ""
    equipment: str = ""
    end_ms: int | None = None
    is_accepted: bool | None = None
    at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowIncident(IncidentCommand):
    """Put on record what was done about an incident of either side; `query`: the one that a meeting was about."""

    step: FollowStep = FollowStep.REMARK
    at_ms: int | None = None
    query: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIncident(IncidentCommand):
    """Close a version of ours."""

    closure: Closure


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenIncident(IncidentCommand):
    """Open a version of ours again; `words` say why."""


COMMANDS: tuple[type[Command], ...] = (
    ReportIncident, AmendIncident, PairIncident, QueryIncident, ReplyToQuery, FollowIncident, CloseIncident,
    ReopenIncident,
)  # fmt: skip
