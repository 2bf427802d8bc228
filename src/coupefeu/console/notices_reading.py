"""A notice as it was typed on a page: read field by field, every defect named with the field that it stands in.

    NoticeDraft -> ReadDraft(fact, defects)      the services judge the fact once more, whoever wrote it

Fields are named as `services.notices.limits` names them, numbers from 1: `volumes.2.rings.1.3` is the third line of the
first ring of the second volume.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

from coupefeu.console.notices_requests import AltitudeDraft, NoticeDraft, RingDraft, VolumeDraft
from coupefeu.console.notices_values import AltitudeLimit, DraftDefect, ShapeName
from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.model.instant import parse_instant
from coupefeu.model.notices import CheckPoint, NoticeForm
from coupefeu.model.places import Position
from coupefeu.model.volumes import (
    Altitude,
    AltitudeUnit,
    Bound,
    Circle,
    Corridor,
    Datum,
    Fix,
    Limit,
    Polygon,
    Shape,
    Track,
    Volume,
)
from coupefeu.services.notices.facts import FieldValue, NoticeFact
from coupefeu.services.notices.forms import FORMS, FieldKind, FormField
from coupefeu.services.notices.insisting import notice_defects
from coupefeu.services.notices.render import effect_words
from coupefeu.wire.positions import read_position
from coupefeu.wire.quantities import read_length_dm

Read = TypeVar("Read")

MISSING: Final = UsageError("it is empty", code="services.notices.missing_field", hint="Fill it in.")
_SPEC: Final = "docs/spec/notices.md says what each field holds."
MAX_NUMBER_DIGITS: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedPosition:
    """A line that was read; `at_ms`: of a track."""

    position: Position
    at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDraft:
    """What was read: `fact` says what could be, volumes with a defect left out; None: there is no such form."""

    fact: NoticeFact | None
    defects: tuple[DraftDefect, ...]


@dataclass(slots=True)
class Reader:
    """Reads texts, and keeps what is wrong with each. `language`: of the letters of compass points."""

    now_ms: int
    language: str
    defects: list[DraftDefect] = field(default_factory=list)

    def read(self, name: str, text: str, how: Callable[[str], Read]) -> Read | None:
        """Read a text; None: it is wrong, and that is noted."""
        try:
            return how(text)
        except CoupefeuError as error:
            self.note(name, error)
            return None

    def note(self, name: str, error: CoupefeuError, *, missing: bool = False) -> None:
        """Note that a field is wrong."""
        self.defects.append(defect_of(name, error, missing=missing))

    def lack(self, name: str) -> None:
        """Note that a field is empty that must not be."""
        self.note(name, MISSING, missing=True)

    def instant(self, name: str, text: str) -> int | None:
        """Read an instant; nothing typed is not stated."""
        return self.read(name, text, lambda each: parse_instant(each, self.now_ms)) if text.strip() else None

    def position(self, name: str, text: str) -> Position | None:
        """Read a position."""
        found = self.read(name, text, lambda each: read_position(each, language=self.language))
        return None if found is None else found.position


def defect_of(name: str, error: CoupefeuError, *, missing: bool = False) -> DraftDefect:
    """Say what is wrong with a field."""
    return DraftDefect(field=name, code=error.code, missing=missing, message=error.message, hint=error.hint)


def read_draft(draft: NoticeDraft, officer: str, now_ms: int, language: str) -> ReadDraft:
    """Read a notice as it was typed; never raises for what was typed."""
    reader = Reader(now_ms=now_ms, language=language)
    form = next((each for each in NoticeForm if each == draft.form), None)
    if form is None:
        reader.note(
            "form", UsageError("there is no such form", code="services.notices.unknown_form", hint=_SPEC)
        )
    volumes = read_volumes(reader, draft.volumes)
    fields = {} if form is None else dict(_fields(reader, form, draft))
    points = list(_check_points(reader, draft))
    if not draft.title.strip():
        reader.lack("title")
    if form is None:
        return ReadDraft(fact=None, defects=tuple(reader.defects))
    read = tuple(each for each in volumes if each is not None)
    fact = NoticeFact(
        form=form,
        title=draft.title.strip(),
        volumes=read,
        fields=fields,
        movement=draft.movement.strip(),
        check_points=tuple(points),
        wants_answer=draft.wants_answer,
        units=tuple(each.strip() for each in draft.units),
        remarks=draft.remarks.strip(),
        officer=officer,
    )
    _judge(reader, fact, is_whole=len(read) == len(volumes))
    return ReadDraft(fact=fact, defects=tuple(reader.defects))


def _judge(reader: Reader, fact: NoticeFact, *, is_whole: bool) -> None:
    """Name what the services would refuse, where the field has no defect yet; of volumes only when all were read."""
    named = {each.field for each in reader.defects}
    for each in notice_defects(fact):
        is_known = each.field in named or (each.field.startswith("volumes") and not is_whole)
        if not is_known:
            says = effect_words(each.code, "en")
            error = UsageError(says, code=f"services.notices.{each.code}", hint=_SPEC)
            reader.note(each.field, error, missing=each.code.startswith("missing"))


def read_volumes(reader: Reader, drafts: tuple[VolumeDraft, ...]) -> list[Volume | None]:
    """Read volumes; None where one has a defect."""
    if not drafts:
        reader.lack("volumes")
    return [_volume(reader, f"volumes.{number}", each) for number, each in enumerate(drafts, 1)]


def _volume(reader: Reader, name: str, draft: VolumeDraft) -> Volume | None:
    before = len(reader.defects)
    shape = _shape(reader, name, draft)
    lower = _bound(reader, f"{name}.lower", draft.lower)
    upper = _bound(reader, f"{name}.upper", draft.upper)
    if isinstance(shape, Track):
        start, end = _window_of(shape)
    else:
        start = reader.instant(f"{name}.start", draft.start)
        end = reader.instant(f"{name}.end", draft.end)
    if shape is None or len(reader.defects) > before:
        return None
    volume = Volume(shape=shape, lower=lower, upper=upper, start_ms=start, end_ms=end)
    return volume if _is_possible(reader, name, volume) else None


def _window_of(track: Track) -> tuple[int | None, int | None]:
    return track.fixes[0].at_ms, track.fixes[-1].at_ms


def _is_possible(reader: Reader, name: str, volume: Volume) -> bool:
    """Whether an area can be: no ring crosses itself, no edge joins antipodes."""
    from coupefeu.deconfliction import require_valid  # noqa: PLC0415 - loads numpy, on the first draft only

    try:
        require_valid(volume)
    except CoupefeuError as error:
        reader.note(f"{name}.shape", error)
        return False
    return True


def _shape(reader: Reader, name: str, draft: VolumeDraft) -> Shape | None:
    before = len(reader.defects)
    rings = [
        _ring(reader, f"{name}.rings.{number}", ring, timed=draft.shape is ShapeName.TRACK)
        for number, ring in enumerate(draft.rings, 1)
    ]
    reach_dm = 0
    if draft.shape is not ShapeName.POLYGON:
        reach_dm = _reach(reader, f"{name}.reach", draft.reach)
    if not rings:
        reader.lack(f"{name}.rings.1")
    if len(reader.defects) > before:
        return None
    return _shape_of(reader, name, draft, rings, reach_dm)


def _shape_of(
    reader: Reader, name: str, draft: VolumeDraft, rings: list[list[TypedPosition]], reach_dm: int
) -> Shape | None:
    first = [each.position for each in rings[0]]
    match draft.shape:
        case ShapeName.CIRCLE:
            if len(first) > 1:
                error = UsageError(
                    "a circle has one centre",
                    code="console.notices.centres",
                    hint="Leave one line; or draw a polygon.",
                )
                reader.note(f"{name}.rings.1", error)
                return None
            return Circle(centre=first[0], radius_dm=reach_dm)
        case ShapeName.CORRIDOR:
            return Corridor(line=tuple(first), half_width_dm=reach_dm)
        case ShapeName.TRACK:
            fixes = tuple(Fix(position=each.position, at_ms=each.at_ms or 0) for each in rings[0])
            return Track(fixes=fixes, buffer_dm=reach_dm)
        case ShapeName.POLYGON:
            return Polygon(parts=_parts(draft.rings, rings))


def _parts(
    drafts: tuple[RingDraft, ...], rings: list[list[TypedPosition]]
) -> tuple[tuple[tuple[Position, ...], ...], ...]:
    """Put each hole to the part before it; the first ring is never one."""
    parts: list[list[tuple[Position, ...]]] = []
    for draft, ring in zip(drafts, rings, strict=True):
        positions = _opened(tuple(each.position for each in ring))
        if draft.hole and parts:
            parts[-1].append(positions)
        else:
            parts.append([positions])
    return tuple(map(tuple, parts))


def _opened(ring: tuple[Position, ...]) -> tuple[Position, ...]:
    """Leave out a last position that only closes the ring, as charts often list it."""
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring


def _ring(reader: Reader, name: str, draft: RingDraft, *, timed: bool) -> list[TypedPosition]:
    read = [each for _, each in read_lines(reader, name, draft.positions, timed=timed)]
    if not read:
        reader.lack(name)
    return [each for each in read if each is not None]


def read_lines(
    reader: Reader, name: str, text: str, *, timed: bool
) -> Iterator[tuple[int, TypedPosition | None]]:
    """Read positions, one on each line that is not empty; gives the line, from 0, and what stands on it."""
    for number, line in enumerate(text.split("\n")):
        if line.strip():
            yield number, _typed(reader, f"{name}.{number + 1}", line.strip(), timed=timed)


def _typed(reader: Reader, name: str, line: str, *, timed: bool) -> TypedPosition | None:
    where, sign, when = line.partition("@") if timed else (line, "", "")
    position = reader.position(name, where.strip())
    if not timed:
        return None if position is None else TypedPosition(position=position, at_ms=None)
    if not sign or not when.strip():
        hint = 'write the position, @ and its time: "54.5 N 20.2 E @ 241500Z MAR 22"'
        reader.note(name, UsageError("it has no time", code="console.notices.untimed", hint=hint))
        return None
    at_ms = reader.instant(name, when)
    if position is None or at_ms is None:
        return None
    return TypedPosition(position=position, at_ms=at_ms)


def _reach(reader: Reader, name: str, text: str) -> int:
    if not text.strip():
        reader.lack(name)
        return 0
    return reader.read(name, text, read_length_dm) or 0


def _bound(reader: Reader, name: str, draft: AltitudeDraft) -> Bound:
    match draft.limit:
        case AltitudeLimit.NOT_STATED:
            return None
        case AltitudeLimit.SURFACE:
            return Limit.SURFACE
        case AltitudeLimit.UNLIMITED:
            return Limit.UNLIMITED
        case AltitudeLimit.ALTITUDE:
            return reader.read(name, draft.value, lambda text: read_altitude_draft(draft, text))


def read_altitude_draft(draft: AltitudeDraft, text: str) -> Altitude:
    """Read an altitude. Raises: UsageError: no number, or a unit or datum is missing: neither is ever guessed."""
    unit = AltitudeUnit.__members__.get(draft.unit.upper())
    datum = Datum.STD if unit is AltitudeUnit.FL else Datum.__members__.get(draft.datum.upper())
    if unit is None or datum is None:
        raise UsageError(
            "an altitude has a unit and says what it is measured from",
            code="services.notices.bad_datum",
            hint="Choose m, ft or FL, and AMSL, HAE or AGL.",
        )
    return Altitude(value=_number(text), unit=unit, datum=datum)


def _number(text: str) -> int:
    """Read a whole number, with or without blanks between its digits. Raises: UsageError."""
    digits = "".join(text.split()).replace("\u202f", "").replace("−", "-")
    if not digits.removeprefix("-").isdecimal() or not digits.isascii() or len(digits) > MAX_NUMBER_DIGITS:
        raise UsageError(
            f"{text[:40]!r} is no whole number",
            code="services.notices.bad_number",
            hint="Write digits alone: 1500.",
        )
    return int(digits)


def _fields(reader: Reader, form: NoticeForm, draft: NoticeDraft) -> Iterator[tuple[int, FieldValue]]:
    rule = FORMS[form]
    for each in draft.fields:
        asked = rule.field(each.number)
        name = f"fields.{each.number}"
        if asked is None:
            reader.note(
                name, UsageError("the form has no such field", code="services.notices.odd_field", hint=_SPEC)
            )
        elif text := each.text.strip():
            value = reader.read(name, text, lambda text, asked=asked: _value(asked, text, reader.now_ms))  # type: ignore[misc]  # bound now
            if value is not None:
                yield each.number, value


def _value(asked: FormField, text: str, now_ms: int) -> FieldValue:
    match asked.kind:
        case FieldKind.TEXT:
            return text
        case FieldKind.FLAG:
            return text == "true"
        case FieldKind.TIME:
            return parse_instant(text, now_ms)
        case FieldKind.NUMBER | FieldKind.CHOICE:
            return _number(text)


def _check_points(reader: Reader, draft: NoticeDraft) -> Iterator[CheckPoint]:
    for number, each in enumerate(draft.check_points, 1):
        name = f"check_points.{number}"
        if not each.name.strip() or not each.position.strip():
            reader.lack(name)
            continue
        position = reader.position(name, each.position)
        planned_ms = reader.instant(name, each.planned)
        if position is not None:
            yield CheckPoint(name=each.name.strip(), position=position, planned_ms=planned_ms)
