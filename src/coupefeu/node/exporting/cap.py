"""A notice as a CAP message: a first version alerts, a later one updates, what is withdrawn or over cancels."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from coupefeu.model.notices import NoticeForm
from coupefeu.model.places import E7, Position, wrap_longitude
from coupefeu.model.volumes import Circle, Corridor, Polygon, Shape, Track, Volume
from coupefeu.node.exporting.features import LATE, feature_of
from coupefeu.services.notices.status import NoticeState, NoticeView
from coupefeu.wire.cap import CapAlert, CapArea, CapCategory, CapType
from coupefeu.wire.positions import write_dms
from coupefeu.wire.quantities import write_altitude
from coupefeu.words import say

LANGUAGES: Final = {"en": "en-GB", "fr": "fr-FR", "ru": "ru-RU"}
MAX_NAMED: Final = 12
"""So many positions of an area are said in words; all of them are drawn."""
_WIDENED: Final = (1_002, 1_000, 10)
"""A round end is drawn with corners on its edge, and so a little inside: drawn so much wider, nothing is left out."""
_CATEGORIES: Final = {
    NoticeForm.FLIGHT_SAFETY: CapCategory.TRANSPORT, NoticeForm.HAZARD_TO_NAVIGATION: CapCategory.TRANSPORT,
    NoticeForm.STATIC_SITE: CapCategory.SAFETY, NoticeForm.HUMANITARIAN_MOVEMENT: CapCategory.SAFETY,
    NoticeForm.SEA_MOVEMENT: CapCategory.TRANSPORT,
}  # fmt: skip


def cap_of(view: NoticeView, *, line: str, is_exercise: bool, language: str) -> CapAlert:
    """Make a message of the version that stands; `line` names the line.

    Raises:
        UsageError: `node.exporting.gone`.
    """
    said = feature_of(view, is_exercise=is_exercise).properties
    fact = view.fact
    assert fact is not None
    versions = [each for each in view.versions if not each.effect]
    names = [
        (_identifier(line, view.number, number), each.written_ms) for number, each in enumerate(versions, 1)
    ]
    is_over = view.state in {NoticeState.WITHDRAWN, NoticeState.COMPLETED}
    earlier = tuple(names if is_over else names[:-1])
    type_ = CapType.CANCEL if is_over else CapType.UPDATE if earlier else CapType.ALERT
    closed_ms = view.closing.written_ms if view.closing else None
    is_late = view.state is NoticeState.LATE
    state = f"{say('notices-state-' + view.state.value, language)}\n" if is_over or is_late else ""
    areas = (*fact.volumes, *view.ahead) if is_late else fact.volumes
    return CapAlert(
        identifier=_identifier(line, view.number, len(names) + is_over),
        sender=f"coupefeu.{line}.{view.party}",
        sent_ms=closed_ms if is_over and closed_ms is not None else versions[-1].written_ms,
        type=type_,
        is_exercise=is_exercise,
        language=LANGUAGES.get(language, LANGUAGES["en"]),
        category=_CATEGORIES.get(fact.form, CapCategory.SECURITY),
        event=say(f"notices-form-{int(fact.form)}", language),
        headline=fact.title,
        description=f"{state}{view.number}\n{said.get('remarks', '')}".strip(),
        areas=tuple(map(_area, areas)),
        effective_ms=versions[-1].written_ms,
        onset_ms=view.start_ms,
        expires_ms=view.until_ms if view.is_live else view.end_ms,
        sender_name=view.from_post,
        references=earlier,
        parameters={"movement": fact.movement, "notice": view.number, "state": view.state.value}
        | {name.replace("_", "-"): said[name] for name in LATE[1:] if name in said},
    )


def _identifier(line: str, number: str, version: int) -> str:
    return f"coupefeu.{line}.{number.replace('/', '-')}.v{version}"


def _area(volume: Volume) -> CapArea:
    shape = volume.shape
    circle = (shape.centre, shape.radius_dm) if isinstance(shape, Circle) else None
    return CapArea(
        description=describe(volume),
        polygons=() if circle else tuple(_shells(shape)),
        circle=circle,
        lower=volume.lower,
        upper=volume.upper,
    )


def describe(volume: Volume) -> str:
    """Say an area without words of a language: `circle 9260.0 m: 48-12-30.6N 016-22-19.5E; SFC - FL100`."""
    shape = volume.shape
    reach_dm: int | None
    match shape:
        case Circle(centre=centre, radius_dm=reach_dm):
            positions = [centre]
        case Corridor(line=line, half_width_dm=reach_dm):
            positions = list(line)
        case Track(fixes=fixes, buffer_dm=reach_dm):
            positions = [fix.position for fix in fixes]
        case Polygon(parts=parts):
            positions, reach_dm = [each for part in parts for each in part[0]], None
    reach = "" if reach_dm is None else f" {reach_dm // 10}.{reach_dm % 10} m"
    more = f" ... ({len(positions)})" if len(positions) > MAX_NAMED else ""
    band = f"{write_altitude(volume.lower) or '?'} - {write_altitude(volume.upper) or '?'}"
    where = " / ".join(map(write_dms, positions[:MAX_NAMED]))
    return f"{type(shape).__name__.lower()}{reach}: {where}{more}; {band}"


def _shells(shape: Shape) -> Iterator[tuple[Position, ...]]:
    """Draw a shape as rings without holes, so that they hold all of it."""
    from coupefeu.deconfliction.outlines import areas  # noqa: PLC0415 - geometry is loaded by the first that needs it

    for part in areas(_widened(shape)):
        ring = [
            Position(lat_e7=round(lat * E7), lon_e7=wrap_longitude(round(lon * E7))) for lon, lat in part[0]
        ]
        yield tuple(ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring)


def _widened(shape: Shape) -> Shape:
    times, by, more_dm = _WIDENED
    match shape:
        case Corridor(half_width_dm=reach_dm):
            return replace(shape, half_width_dm=reach_dm * times // by + more_dm)
        case Track(buffer_dm=reach_dm):
            return replace(shape, buffer_dm=reach_dm * times // by + more_dm)
        case _:
            return shape
