"""What entries about notices say, as codes and values; a code is the key of its words, `notices-*`, or of `ui-said-*`.

`entries/notice.ts` of the pages says the same of the same bytes; a test holds them alike. Texts are as written.
"""

from collections.abc import Iterator, Sequence

from coupefeu.model.entry import Kind
from coupefeu.model.instant import format_second
from coupefeu.model.notices import NoticeForm
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude, Bound, Circle, Corridor, Limit, Polygon, Shape, Track, Volume
from coupefeu.services.notices.facts import VERSIONS, ActFact, FieldValue, NoticeFact, read_act, read_notice
from coupefeu.services.notices.forms import FORMS, FieldKind
from coupefeu.wire.positions import write_decimal
from coupefeu.wire.quantities import write_altitude

Row = tuple[str, str]


def notice_said(kind: int, body: bytes) -> tuple[Row, ...]:
    """Give (code, value) of a body of these kinds; nothing where it breaks its form."""
    if kind in VERSIONS:
        fact, defect = read_notice(kind, body)
        return () if fact is None or defect else fact_rows(fact)
    said, defect = read_act(kind, body)
    return () if defect else tuple(_act(kind, said))


def fact_rows(fact: NoticeFact) -> tuple[Row, ...]:
    """Say what a version says."""
    return tuple(_notice(fact))


def _notice(fact: NoticeFact) -> Iterator[Row]:
    yield f"notices-form-{int(fact.form)}", fact.title
    for volume in fact.volumes:
        yield from volume_rows(volume)
    for number, value in sorted(fact.fields.items()):
        yield from _field(fact.form, number, value)
    if fact.movement:
        yield "notices-movement", fact.movement
    for point in fact.check_points:
        planned = "" if point.planned_ms is None else f" {format_second(point.planned_ms)}"
        yield "notices-check-point", f"{point.name} {_place(point.position)}{planned}"
    if fact.wants_answer:
        yield "notices-wants-answer", ""
    for unit in fact.units:
        yield "notices-units", unit
    if fact.remarks:
        yield "notices-remarks", fact.remarks
    if fact.conflicts is None:
        yield "notices-conflicts-not-checked", ""
    else:
        yield "notices-conflicts", str(fact.conflicts)
    if fact.officer:
        yield "officer", fact.officer


def _act(kind: int, said: ActFact) -> Iterator[Row]:
    if said.answer is not None:
        yield f"notices-answer-{int(said.answer)}", ""
    if kind == Kind.COUNTER_ANSWERED:
        yield f"notices-counter-{'accepted' if said.is_accepted else 'refused'}", ""
    for volume in said.volumes:
        yield from volume_rows(volume)
    for position in said.positions:
        yield "notices-position", position
    if said.settlement is not None:
        yield f"notices-settlement-{int(said.settlement)}", ""
    for code, value in (("words", said.words), ("officer", said.officer)):
        if value:
            yield code, value


def volume_rows(volume: Volume) -> Iterator[Row]:
    """Say one volume: its shape, what is stated of its band, its window where its shape has none."""
    yield _shape(volume.shape)
    for name, bound in (("lower", volume.lower), ("upper", volume.upper)):
        yield from _bound(name, bound)
    if not isinstance(volume.shape, Track):
        stated = ["" if each is None else format_second(each) for each in (volume.start_ms, volume.end_ms)]
        if any(stated):
            yield "notices-window", " - ".join(stated)


def _shape(shape: Shape) -> Row:
    match shape:
        case Circle(centre=centre, radius_dm=radius):
            return "notices-circle", f"{_place(centre)}, {_metres(radius)}"
        case Polygon(parts=parts):
            return "notices-polygon", " | ".join(" / ".join(map(_places, part)) for part in parts)
        case Corridor(line=line, half_width_dm=half_width):
            return "notices-corridor", f"{_places(line)}, {_metres(half_width)}"
        case Track(fixes=fixes, buffer_dm=buffer):
            places = "; ".join(f"{format_second(each.at_ms)} {_place(each.position)}" for each in fixes)
            return "notices-track", f"{places}, {_metres(buffer)}"


def _bound(name: str, bound: Bound) -> Iterator[Row]:
    if isinstance(bound, Limit):
        yield f"notices-{name}-{int(bound)}", ""
    if isinstance(bound, Altitude):
        yield f"notices-{name}", write_altitude(bound)


def _field(form: NoticeForm, number: int, value: FieldValue) -> Iterator[Row]:
    asked = FORMS[form].field(number)
    code = f"notices-field-{int(form)}-{number}"
    if asked is None:
        yield "notices-fields", f"{number}: {value}"
    elif isinstance(value, str):
        yield code, value
    elif isinstance(value, bool):
        yield from [(code, "")] if value else []
    elif asked.kind is FieldKind.CHOICE and 1 <= value <= asked.choices:
        yield f"notices-choice-{int(form)}-{number}-{value}", ""
    else:
        yield code, format_second(value) if asked.kind is FieldKind.TIME else str(value)


def _places(positions: Sequence[Position]) -> str:
    return "; ".join(map(_place, positions))


def _place(position: Position) -> str:
    return write_decimal(position, 7)


def _metres(length_dm: int) -> str:
    return f"{length_dm // 10}.{length_dm % 10} m"
