"""What the pages of notices and conflicts are given, as frozen values; every text of an author is safe to look at.

Codes travel: a form is its number (words `notices-form-N`), an answer and a settlement their names in small letters.
Positions are whole numbers of 1e-7 degree; lengths whole decimetres where they were stated, metres where computed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class AltitudeLimit(StrEnum):
    """What a bound of an altitude band is; not stated is without bound, and is never 0."""

    NOT_STATED = "not_stated"
    SURFACE = "surface"
    UNLIMITED = "unlimited"
    ALTITUDE = "altitude"


class ShapeName(StrEnum):
    """The shapes of an area."""

    CIRCLE = "circle"
    POLYGON = "polygon"
    CORRIDOR = "corridor"
    TRACK = "track"


class NoticeSide(StrEnum):
    """Who filed a notice."""

    OURS = "ours"
    THEIRS = "theirs"


class NoticeOrder(StrEnum):
    """How a list is ordered: what changed last first, or what begins next first."""

    NEWEST = "newest"
    SOONEST = "soonest"


# --- where and when -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureNames:
    """A named feature in the three languages."""

    en: str
    fr: str
    ru: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionValues:
    """A position in both notations, and how far from a named feature; `at_ms`: of a track alone.

    `near`: null where no feature is known; else it is `near_m` metres from it, on `bearing_deg`.
    """

    lat_e7: int
    lon_e7: int
    degrees: str
    mgrs: str
    near: FeatureNames | None
    near_m: int | None
    bearing_deg: int | None
    at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AltitudeValues:
    """A bound as it was written: `unit` "m", "ft" or "fl", `datum` "amsl", "hae", "std" or "agl"."""

    limit: AltitudeLimit
    value: int | None
    unit: str | None
    datum: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RingValues:
    """Positions that belong together: a ring of a part of a polygon, from 0; else the only one."""

    part: int
    hole: bool
    positions: tuple[PositionValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeValues:
    """An area, a band and a window. `reach_dm`: radius, half width or buffer; null: a polygon."""

    shape: ShapeName
    rings: tuple[RingValues, ...]
    reach_dm: int | None
    lower: AltitudeValues
    upper: AltitudeValues
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPointValues:
    """Where a movement reports, and when it means to be there."""

    name: str
    position: PositionValues
    planned_ms: int | None


# --- notices --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """A notice on one line of a list.

    `answer`: the other side's last word of it, "" while there is none; `answer_new`: it speaks of the newest version.
    `short`: filed with less than the agreed lead time, `lead_s` before its start. `changed`: it was amended since it
    was acknowledged. `until_ms`: until when it stands; of a movement `heard_ms`: of when the last word of it is,
    `left_ms`: since when it is not by its plan, `unheard`: it runs late, and was not heard of for long. `conflicts`:
    how many stand; `gaps`: units that are not known to have it.
    """

    number: str
    party: str
    ours: bool
    form: int
    title: str
    movement: str
    state: str
    from_post: str
    start_ms: int | None
    end_ms: int | None
    until_ms: int | None
    heard_ms: int | None
    left_ms: int | None
    unheard: bool
    lead_s: int | None
    agreed_lead_s: int
    short: bool
    wants_answer: bool
    answer: str
    answer_new: bool
    answer_due_ms: int | None
    overdue: bool
    changed: bool
    versions: int
    conflicts: int
    gaps: int
    arrived_ms: int
    changed_ms: int
    effect: str
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """A window of a list. `total`: how many there are in all, of `looked_at`; `truncated`: more were not looked at."""

    rows: tuple[NoticeLine, ...]
    offset: int
    total: int
    looked_at: int
    as_of_ms: int
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeField:
    """One field of a form as it was filled: `kind` says how to show it; `text` is what was written."""

    number: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeChange:
    """What reads otherwise: `field` "title", "volumes.2.window", "fields.4"; as words, "" where it was not stated."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeVersion:
    """What was filed, or an amendment; `changes` against the version before. `lead_s`: to its beginning."""

    number: str
    post: str
    officer: str
    arrived_ms: int
    lead_s: int | None
    agreed_lead_s: int
    short: bool
    changes: tuple[NoticeChange, ...]
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAnswer:
    """What the other side says of a notice. `newest`: of what it says now. `late`: after it was due.

    `volumes`: of a counter-proposal; `counter` "awaited", "accepted" or "refused", "" where it is none.
    """

    number: str
    party: str
    ours: bool
    answer: str
    version: str
    newest: bool
    post: str
    officer: str
    words: str
    volumes: tuple[VolumeValues, ...]
    counter: str
    late: bool
    arrived_ms: int
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBackDifference:
    """A position, by its number from 1, that was not read back as it stands, and why; `apart_m`: how far off it is."""

    number: int
    read: str
    reason: str
    apart_m: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReadBack:
    """Positions of a version, typed back by the other side; `understood`: all are those that were meant."""

    number: str
    party: str
    ours: bool
    post: str
    officer: str
    version: str
    newest: bool
    understood: bool
    positions: tuple[str, ...]
    differences: tuple[ReadBackDifference, ...]
    words: str
    arrived_ms: int
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeClosing:
    """The word that a notice is withdrawn, or that what it announced is over."""

    number: str
    state: str
    post: str
    officer: str
    words: str
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeValues:
    """One notice with everything that was said of it; `line` is its row of the list.

    `missing`: fields that its form cannot do without. `unseen`: what changed since it was acknowledged.
    `key_positions`: those that a read-back types. `known`: the other side's conflicting notices that it names, of
    `known_total` that there were when it was written; null: that was not checked. `messages`: written about it.
    """

    line: NoticeLine
    to_posts: tuple[str, ...]
    officer: str
    fields: tuple[NoticeField, ...]
    volumes: tuple[VolumeValues, ...]
    check_points: tuple[CheckPointValues, ...]
    units: tuple[str, ...]
    remarks: str
    missing: tuple[int, ...]
    unseen: tuple[NoticeChange, ...]
    versions: tuple[NoticeVersion, ...]
    answers: tuple[NoticeAnswer, ...]
    read_backs: tuple[NoticeReadBack, ...]
    key_positions: tuple[PositionValues, ...]
    known: tuple[str, ...]
    known_total: int | None
    conflicts: tuple["ConflictValues", ...]
    compared: "ComparedValues"
    closing: NoticeClosing | None
    messages: tuple[str, ...]
    as_of_ms: int


# --- conflicts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictParty:
    """One of the two notices of a conflict."""

    number: str
    party: str
    ours: bool
    form: int
    title: str
    movement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearingValues:
    """The least shift of our own notice alone, one at a time, that would clear a conflict; null: none within bounds."""

    earlier_s: int | None
    later_s: int | None
    lower_m: int | None
    raise_m: int | None
    move_bearing_deg: int | None
    move_m: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementValues:
    """What one side says became of a conflict, of both notices as they stand."""

    number: str
    party: str
    ours: bool
    settlement: str
    post: str
    officer: str
    words: str
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictValues:
    """Two notices that would meet: where they come closest, in which window, and by how much they keep apart.

    `ours`: null in a draft. `at_least`: the altitudes are over different datums, and the gap is at least this.
    `tolerance`: the distance is so near to its minimum that the rule says conflict. `settled`: how it stands by what
    both sides said, "" while it is open. `alarm`: why it must be seen now, "" where it need not.
    """

    ours: ConflictParty | None
    theirs: ConflictParty
    place: PositionValues
    other: PositionValues
    distance_m: int
    altitude_gap_m: int
    time_gap_s: int
    tolerance: bool
    at_least: bool
    start_ms: int | None
    end_ms: int | None
    found_ms: int
    alarm: str
    clearing: ClearingValues | None
    settlements: tuple[SettlementValues, ...]
    settled: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictGroup:
    """Conflicts of one movement of ours, or of one notice that belongs to none; `alarm`: one for all of them."""

    movement: str
    title: str
    alarm: str
    conflicts: tuple[ConflictValues, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedValues:
    """What any answer about conflicts rests on: so many live notices of each side, with the agreed minima.

    `theirs_newest_ms`: when their newest was written, null: none was. `line_up`: whether what they file now would come.
    `not_checked` "minima", "gap" or "damaged": why not all was compared, and `since_ms` when it last was; "": all was.
    """

    conflicts: int
    ours: int
    theirs: int
    theirs_newest_ms: int | None
    line_up: bool
    distance_m: int
    altitude_m: int
    time_s: int
    not_checked: str
    since_ms: int | None
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictPage:
    """The conflicts that are not over, grouped, what begins next first; `total` stand, of which these are the first."""

    groups: tuple[ConflictGroup, ...]
    total: int
    compared: ComparedValues


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictAlarm:
    """Conflicts of one movement of ours that must be seen now: the first of them, how many `more`, and why."""

    ours: str
    theirs: str
    movement: str
    title: str
    cause: str
    start_ms: int | None
    more: int


# --- a draft --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDefect:
    """What is wrong with one field of a draft: `field` as "volumes.1.rings.1.3", from 1. `missing`: it is empty."""

    field: str
    code: str
    missing: bool
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestatedLine:
    """One typed position: `line` from 0; read, or the defect that it has."""

    line: int
    position: PositionValues | None
    defect: DraftDefect | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestatedPositions:
    """Typed positions as they were understood."""

    lines: tuple[RestatedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDraft:
    """What filing a draft now would mean; with defects it would be refused.

    `agreed_lead_s`: what the form asks for; `answer_s`: how long the other side would have to answer.
    """

    defects: tuple[DraftDefect, ...]
    volumes: tuple[VolumeValues, ...]
    lead_s: int | None
    agreed_lead_s: int
    short: bool
    answer_s: int | None
    conflicts: tuple[ConflictValues, ...]
    compared: ComparedValues
    as_of_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReject:
    """What was not imported: which item of the file, from 1, its own name, in which fields, and why."""

    at: int
    id: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedNotices:
    """What became of a file. `filed`, `rejects`: the first of them; `ready`: what would be filed, where it was tried.

    `reject_file`: all that was rejected as it came, each with why, to be mended and given again.
    """

    read: int
    ready: int
    filed: tuple[str, ...]
    filed_count: int
    known: int
    rejects: tuple[ImportReject, ...]
    rejected: int
    reject_file: str
    notes: tuple[str, ...]


# --- the map --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MapVolume:
    """One volume on a map: whole numbers of 1e-5 degree, longitude before latitude, unwrapped over the antimeridian.

    `parts`: each a shell and its holes, each ring its first position, then the step to each next one. `label`: where
    its symbol stands. `fixes`: of a track, longitude, latitude and UTC ms in turn. `reach_m`: radius, half width or
    buffer; null: a polygon.
    """

    shape: ShapeName
    parts: tuple[tuple[tuple[int, ...], ...], ...]
    label: tuple[int, int]
    lower: AltitudeValues
    upper: AltitudeValues
    start_ms: int | None
    end_ms: int | None
    fixes: tuple[int, ...]
    reach_m: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNotice:
    """A live notice on a map."""

    number: str
    party: str
    ours: bool
    form: int
    state: str
    title: str
    movement: str
    short: bool
    conflicts: int
    volumes: tuple[MapVolume, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapConflict:
    """A conflict on a map: from one place to the other, as `MapVolume.label` is written, in a window."""

    ours: str
    theirs: str
    place: tuple[int, int]
    other: tuple[int, int]
    distance_m: int
    start_ms: int | None
    end_ms: int | None
    alarm: str
    settled: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMap:
    """Live notices of both sides, a window of `total`; with the first window conflicts, of `conflicts_total`."""

    notices: tuple[MapNotice, ...]
    conflicts: tuple[MapConflict, ...]
    conflicts_total: int
    total: int
    as_of_ms: int


# --- the feed -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeEvent:
    """A notice is new, or something was said of it: by its number; a page asks for it anew."""

    what: Literal["notice"] = "notice"
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictEvent:
    """The conflicts changed: what is raised now."""

    what: Literal["conflict"] = "conflict"
    alarms: tuple[ConflictAlarm, ...]
    total: int
