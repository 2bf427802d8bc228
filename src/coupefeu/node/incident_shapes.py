"""What programs and pages are given of incidents and of the state of the line: stable keys, instants in UTC ms.

`coupefeu ... --json` prints them with every text exactly as its author wrote it; the console gives `text=show_line`.
Codes travel; words are made where they are read. A text that is empty is not stated.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentField:
    """One field of a version, `incident-field-*`; "": not stated. `coordinated` is "yes" or "no"."""

    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentComparedValues:
    """One field of both versions side by side, "" not stated. `how`: `incident-compared-*`."""

    field: str
    ours: str
    theirs: str
    how: str
    distance_m: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentVersionValues:
    """One version. `changed`: fields that read otherwise than in the one before; `effect`: why it changes nothing."""

    number: str
    post: str
    officer: str
    said_ms: int
    arrived_ms: int
    changed: tuple[str, ...]
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReplyValues:
    """One answer. `fields`: `incident-reply-*`; `accepted`: whether its author comes to the meeting, null: not said."""

    number: str
    party: str
    ours: bool
    post: str
    officer: str
    fields: tuple[IncidentField, ...]
    end_ms: int | None
    accepted: bool | None
    at_ms: int | None
    words: str
    replied_ms: int
    said_ms: int
    arrived_ms: int
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentQueryValues:
    """One request. `asks`: "explanation" or "meeting". `default`: nothing came in time, whatever came later.

    `due_ms`: of the reply; `meeting_due_ms`: null where no meeting is due. `open`: nothing came of it.
    """

    number: str
    party: str
    ours: bool
    of: str
    asks: str
    at_ms: int | None
    words: str
    post: str
    officer: str
    asked_ms: int
    said_ms: int
    arrived_ms: int
    due_ms: int
    open: bool
    overdue: bool
    default: bool
    replies: tuple[IncidentReplyValues, ...]
    about: str
    meeting: str
    meeting_due_ms: int | None
    met_ms: int | None
    meeting_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentStepValues:
    """One entry in the thread, of a person. `step`, `closure`: of what was done and why it was closed, "" else."""

    number: str
    kind: str
    party: str
    ours: bool
    post: str
    officer: str
    words: str
    step: str
    closure: str
    at_ms: int | None
    said_ms: int
    arrived_ms: int
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingValues:
    """What one side says of two incidents being the same event. `counts`: it is that party's last word of the two."""

    number: str
    party: str
    ours: bool
    incident: str
    other: str
    same: bool
    counts: bool
    post: str
    officer: str
    words: str
    said_ms: int
    arrived_ms: int
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedValues:
    """What the other side says of the same event."""

    number: str
    party: str
    ours: bool
    form: str
    state: str
    post: str
    officer: str
    words: str
    said_ms: int
    arrived_ms: int
    fields: tuple[IncidentField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentThread:
    """What was said about one side's version of an incident, beside what it states: requests, steps, pairs, versions.

    `notice`: the number that it names, `notice_effect` what is wrong with it; `held`: acknowledgements of it that are
    named. `beyond`: entries about it that are on the record and were not looked at.
    """

    open: bool
    post: str
    to_posts: tuple[str, ...]
    officer: str
    said_ms: int
    notice: str
    notice_effect: str
    held: tuple[str, ...]
    versions: tuple[IncidentVersionValues, ...]
    queries: tuple[IncidentQueryValues, ...]
    closed_by: IncidentStepValues | None
    steps: tuple[IncidentStepValues, ...]
    pairings: tuple[PairingValues, ...]
    pairing_disputed: bool
    beyond: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentValues(IncidentThread):
    """One side's version of an incident, and what the other says. `form` "": erased, or not readable.

    `state`: open, queried, replied, followed, closed. `fields`: all of the form, also what is not stated.
    `acknowledgements`: how many of the notice there were, those in `held` included.
    """

    number: str
    party: str
    ours: bool
    form: str
    state: str
    effect: str
    precedence: str
    words: str
    reported_ms: int
    arrived_ms: int
    fields: tuple[IncidentField, ...]
    acknowledgements: int | None
    paired: PairedValues | None
    compared: tuple[IncidentComparedValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateValues:
    """An incident of the other side that may be the same event. `distance_m` null: not stated by both."""

    number: str
    party: str
    form: str
    state: str
    said_ms: int
    distance_m: int | None
    gap_ms: int
    by_report: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerValues:
    """An event agreed in advance; its form opens in one press. `to` empty: the duty desks of the others."""

    id: str
    form: str
    precedence: str
    to: tuple[str, ...]
    en: str
    fr: str
    ru: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredValues:
    """One declaration. `state`: open, degraded, suspended, closed; `begins_ms`: from when it holds."""

    number: str
    state: str
    from_ms: int | None
    begins_ms: int
    back_dated: bool
    said_ms: int
    arrived_ms: int
    post: str
    officer: str
    words: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStateValues:
    """How one party holds the line. `declared` null: it has declared nothing; `next`: announced, and not begun."""

    party: str
    ours: bool
    state: str
    since_ms: int | None
    declared: DeclaredValues | None
    next: DeclaredValues | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStatesValues:
    """The state of the line: the gravest that a party declares; apart from whether the line is up."""

    state: str
    parties: tuple[LineStateValues, ...]
