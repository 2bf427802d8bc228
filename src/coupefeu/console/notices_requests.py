"""What pages ask about notices, as frozen values with their limits; who asks is said by the session alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from coupefeu.console.notices_values import AltitudeLimit, ShapeName
from coupefeu.console.requests import Name
from coupefeu.model.notices import MAX_CHECK_POINTS, MAX_UNITS
from coupefeu.model.volumes import MAX_POSITIONS, MAX_VOLUMES

MAX_POSITIONS_CHARACTERS = 64 * MAX_POSITIONS
MAX_WORDS_CHARACTERS = 2_000
"""Of any one text; the form sets the limit that counts, with an error of its own."""

MAX_FILE_CHARACTERS = 16_777_216
"""Of a file that a browser gives; a larger one is imported by `coupefeu notice import`."""

Line = Annotated[str, Meta(max_length=300)]
Words = Annotated[str, Meta(max_length=MAX_WORDS_CHARACTERS)]
PositionsText = Annotated[str, Meta(max_length=MAX_POSITIONS_CHARACTERS)]


class NoticeActName(StrEnum):
    """The acts about a notice that is on the record."""

    ANSWER = "answer"
    ACCEPT = "accept"
    REFUSE = "refuse"
    READ_BACK = "read-back"
    WITHDRAW = "withdraw"
    COMPLETE = "complete"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class AltitudeDraft:
    """A bound of a band; `value`, `unit` and `datum` of an altitude alone."""

    limit: AltitudeLimit = AltitudeLimit.NOT_STATED
    value: Annotated[str, Meta(max_length=20)] = ""
    unit: Name = ""
    datum: Name = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingDraft:
    """Positions as typed, one on each line; of a track each with `@` and its time. `hole`: of the part before it."""

    positions: PositionsText = ""
    hole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeDraft:
    """A volume as typed. `reach`: radius, half width or buffer, as "5 NM", "9.26 km", "300 m"; times are text, UTC."""

    shape: ShapeName
    rings: Annotated[tuple[RingDraft, ...], Meta(max_length=64)] = ()
    reach: Line = ""
    lower: AltitudeDraft = AltitudeDraft()
    upper: AltitudeDraft = AltitudeDraft()
    start: Name = ""
    end: Name = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDraft:
    """A field of the form, by its number, as typed."""

    number: int
    text: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPointDraft:
    """A place where a movement reports, as typed."""

    name: Line = ""
    position: Line = ""
    planned: Name = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """A notice as typed; empty is not stated. `amends`: the notice that it amends; null: it is a new one.

    `counters`: to be checked alone: the notice whose author is to be proposed these volumes.
    """

    form: int
    title: Line = ""
    volumes: Annotated[tuple[VolumeDraft, ...], Meta(max_length=MAX_VOLUMES)] = ()
    fields: Annotated[tuple[FieldDraft, ...], Meta(max_length=64)] = ()
    movement: Line = ""
    check_points: Annotated[tuple[CheckPointDraft, ...], Meta(max_length=MAX_CHECK_POINTS)] = ()
    wants_answer: bool = False
    units: Annotated[tuple[Line, ...], Meta(max_length=MAX_UNITS)] = ()
    remarks: Words = ""
    to_posts: Annotated[tuple[Name, ...], Meta(max_length=64)] = ()
    amends: Name | None = None
    counters: Name | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionsRequest:
    """Positions as typed, one on each line, to be said back in both notations. `timed`: each with `@` and a time."""

    text: PositionsText
    timed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeActRequest:
    """An act about a notice.

    `answer` "noted", "no-objection"...; `volumes`: of a counter-proposal. `counter`: the answer RU/9 that is accepted
    or refused. `typed`: positions of a read-back, in their order. `other`, `settlement`: of a conflict. `version`:
    the version that was looked at; another one is refused.
    """

    act: NoticeActName
    version: Name | None = None
    answer: Name | None = None
    counter: Name | None = None
    volumes: Annotated[tuple[VolumeDraft, ...], Meta(max_length=MAX_VOLUMES)] = ()
    typed: Annotated[tuple[Line, ...], Meta(max_length=MAX_POSITIONS)] = ()
    other: Name | None = None
    settlement: Name | None = None
    words: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """A file of notices: `kind` "geojson", "csv" or "cot". The rest is said of all that does not say it itself.

    `datum` "amsl": of altitudes; `reach` "1 NM": of points and lines; `fields`: of the form. `try_only`: file nothing.
    """

    kind: Name
    text: Annotated[str, Meta(max_length=MAX_FILE_CHARACTERS)]
    form: int | None = None
    fields: Annotated[tuple[FieldDraft, ...], Meta(max_length=64)] = ()
    movement: Line = ""
    datum: Name = ""
    reach: Line = ""
    try_only: bool = False
