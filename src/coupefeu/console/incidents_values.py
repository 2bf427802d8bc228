"""What pages are given of incidents: both versions of an event, what is asked and owed; null is "not stated"."""

from dataclasses import dataclass
from enum import StrEnum

from coupefeu.console.notices_values import AltitudeValues, PositionValues
from coupefeu.node.incident_shapes import IncidentThread, TriggerValues


class StatedAs(StrEnum):
    """How a field is stated, so that a page knows how to show it."""

    TEXT = "text"
    WHEN = "when"
    POSITION = "position"
    ALTITUDE = "altitude"
    YES_NO = "yes-no"
    COUNT = "count"
    FORM = "form"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedValues:
    """What one side states in a field; by `how` one of the others is there.

    `text`: also the name of a form. `end_ms` is `start_ms` for an instant; `about`: only
    about then.
    """

    how: StatedAs
    text: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    about: bool = False
    position: PositionValues | None = None
    altitude: AltitudeValues | None = None
    yes: bool | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSaid:
    """One field of one version; null: not stated."""

    field: str
    said: StatedValues | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldBeside:
    """One field of both versions, named from our side. `how`: "agreed", "disputed", "not-stated-by-us"...

    `distance_m`: between two positions.
    """

    field: str
    ours: StatedValues | None
    theirs: StatedValues | None
    how: str
    distance_m: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedValues:
    """Something that a party owes: a reply to a request, or a meeting. `due_ms`: by when."""

    query: str
    asks: str
    of: str
    due_ms: int
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """An incident on one line. `form` "": it cannot be read. `paired`: the other side's version of the same event.

    `disputed`: fields that both state, not the same. `effect`: why the report has none ("": it has).
    """

    number: str
    party: str
    ours: bool
    form: str
    state: str
    precedence: str
    when: StatedValues | None
    place: str
    position: PositionValues | None
    said: str
    reported_ms: int
    arrived_ms: int
    paired: str | None
    disputed: int
    owed: tuple[OwedValues, ...]
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """A window of the list, newest first; `total` are in the list."""

    rows: tuple[IncidentLine, ...]
    offset: int
    total: int
    looked_at: int
    as_of_ms: int
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateLine:
    """An incident of the other side that may be the same event; null: a distance that cannot be said.

    `by_report`: of one of both only the time of the report is known.
    """

    line: IncidentLine
    distance_m: int | None
    gap_ms: int
    by_report: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSheet:
    """One incident as its page shows it. `fields`: every one of its own version; `compared`: beside the other side's.

    `thread`: what was said about it. `mentions`: messages written beside it. `not_compared`: so many more lie
    near it than `candidates`.
    """

    line: IncidentLine
    thread: IncidentThread
    fields: tuple[FieldSaid, ...]
    paired: IncidentLine | None
    compared: tuple[FieldBeside, ...]
    candidates: tuple[CandidateLine, ...]
    not_compared: int
    mentions: tuple[str, ...]
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggersValues:
    """The agreed events, every form, and the agreed times for a reply and for a meeting (seconds)."""

    triggers: tuple[TriggerValues, ...]
    forms: tuple[str, ...]
    reply_s: int
    meeting_s: int
    match_distance_m: int
    match_time_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldValues:
    """Acknowledgements that are held here of a notice."""

    notice: str
    count: int
    numbers: tuple[str, ...]
