"""What a notice says, as it is typed: areas, band, window and fields of a form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.model.notices import CheckPoint, NoticeForm
from coupefeu.model.places import Position
from coupefeu.model.volumes import Bound, Circle, Corridor, Fix, Polygon, Shape, Track, Volume
from coupefeu.node.importing.judging import read_value
from coupefeu.services.notices.facts import FieldValue, NoticeFact
from coupefeu.services.notices.forms import FORMS
from coupefeu.wire.geojson import Reject, read_features
from coupefeu.wire.positions import read_position
from coupefeu.wire.quantities import read_altitude, read_instant, read_length_dm

CircleOption = Annotated[
    list[str] | None,
    typer.Option("--circle", help='Centre and radius: "44.5N 31.2E / 20 NM"; again for more.'),
]
PolygonOption = Annotated[
    list[str] | None, typer.Option("--polygon", help='Corners: "44N 31E; 44N 32E; 45N 32E".')
]
CorridorOption = Annotated[
    list[str] | None,
    typer.Option("--corridor", help='Line and half its width: "46.5N 30.7E; 44.5N 31E / 3 NM".'),
]
TrackOption = Annotated[
    list[str] | None,
    typer.Option(
        "--track",
        help='Moving buffer: "2022-08-01T06:00Z 46.5N 30.7E; 2022-08-01T18:00Z 44.5N 31E / 10 NM".',
    ),
]
GeoJsonOption = Annotated[
    Path | None, typer.Option("--geojson", help="Areas of a GeoJSON file: holes, several parts.")
]
LowerOption = Annotated[
    str | None, typer.Option("--lower", help='"SFC", "FL100", "3000 ft AMSL", "500 m AGL".')
]
UpperOption = Annotated[str | None, typer.Option("--upper", help='As --lower; "UNL" for no limit.')]
FromOption = Annotated[str | None, typer.Option("--from", help="Begins, with its zone: 2024-04-01T09:00Z.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Ends, with its zone.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="A field of the form: contact=TEXT; NAME= clears it. `notice forms` lists them."
    ),
]
MovementOption = Annotated[
    str | None, typer.Option("--movement", help="By which several notices belong together.")
]
CheckPointOption = Annotated[
    list[str] | None,
    typer.Option("--check-point", help='"Gate / 31.5N 34.4E", or with "/ 2024-04-01T10:00Z" behind it.'),
]
AskOption = Annotated[
    bool | None, typer.Option("--ask/--do-not-ask", help="Ask the other side for an answer.")
]
UnitOption = Annotated[
    list[str] | None, typer.Option("--unit", help="A unit that has to be told; again for more.")
]
RemarksOption = Annotated[str | None, typer.Option("--remarks", help="Remarks.")]
TitleOption = Annotated[str | None, typer.Option("--title", help="Subject, at most 120 characters.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed; None: nothing was."""

    language: str
    title: str | None = None
    circles: list[str] | None = None
    polygons: list[str] | None = None
    corridors: list[str] | None = None
    tracks: list[str] | None = None
    geojson: Path | None = None
    lower: str | None = None
    upper: str | None = None
    start: str | None = None
    end: str | None = None
    fields: list[str] | None = None
    movement: str | None = None
    check_points: list[str] | None = None
    asks: bool | None = None
    units: list[str] | None = None
    remarks: str | None = None
    officer: str = ""

    def over(self, fact: NoticeFact) -> NoticeFact:
        """Give a notice with what was typed in the place of what it said; the rest of it stays.

        Raises: UsageError, PeerError: it cannot be read; which option, and what to write.
        """
        shapes = self._volumes()
        changed: dict[str, Any] = {
            "volumes": tuple(map(self._bounded, shapes or fact.volumes)),
            "fields": fields_of(fact.form, fact.fields, self.fields or ()),
            "officer": self.officer,
            "conflicts": None,
        }
        plain: dict[str, Any] = {
            "title": self.title,
            "movement": self.movement,
            "check_points": None
            if self.check_points is None
            else tuple(map(self._check_point, self.check_points)),
            "wants_answer": self.asks,
            "units": None if self.units is None else tuple(self.units),
            "remarks": self.remarks,
        }
        return replace(fact, **changed, **{name: value for name, value in plain.items() if value is not None})

    def _volumes(self) -> tuple[Volume, ...]:
        shapes: list[Shape] = [
            *(self._circle(each) for each in self.circles or ()),
            *(Polygon(parts=((self._places(each),),)) for each in self.polygons or ()),
            *(self._corridor(each) for each in self.corridors or ()),
            *(self._track(each) for each in self.tracks or ()),
        ]
        typed = tuple(_open(each) for each in shapes)
        return typed + (() if self.geojson is None else read_areas(self.geojson))

    def _bounded(self, volume: Volume) -> Volume:
        """Give a volume the band and the window that were typed; a track has the window of its fixes."""
        times: dict[str, int] = {}
        if not isinstance(volume.shape, Track):
            for name, text, option in (("start_ms", self.start, "--from"), ("end_ms", self.end, "--to")):
                if text is not None:
                    times[name] = _named(option, read_instant, text)
        bounds: dict[str, Bound] = {}
        for name, text in (("lower", self.lower), ("upper", self.upper)):
            if text is not None:
                bounds[name] = _named(f"--{name}", read_altitude, text)
        return replace(volume, **times, **bounds)  # type: ignore[arg-type]  # names and values go together

    def _circle(self, text: str) -> Circle:
        places, length = self._measured("--circle", text)
        if len(places) != 1:
            raise _odd("--circle", text, 'one position and a radius: "44.5N 31.2E / 20 NM"')
        return Circle(centre=places[0], radius_dm=length)

    def _corridor(self, text: str) -> Corridor:
        places, length = self._measured("--corridor", text)
        return Corridor(line=places, half_width_dm=length)

    def _track(self, text: str) -> Track:
        line, stroke, around = text.rpartition("/")
        if not stroke:
            raise _odd("--track", text, 'times and positions, and a distance behind a stroke: "... / 10 NM"')
        fixes = []
        for each in line.split(";"):
            at, _, place = each.strip().partition(" ")
            fixes.append(
                Fix(position=self._place("--track", place), at_ms=_named("--track", read_instant, at))
            )
        return Track(fixes=tuple(fixes), buffer_dm=_named("--track", read_length_dm, around.strip()))

    def _measured(self, option: str, text: str) -> tuple[tuple[Position, ...], int]:
        line, stroke, length = text.rpartition("/")
        if not stroke:
            raise _odd(option, text, 'positions, and a distance behind a stroke: "... / 3 NM"')
        return self._places(line, option), _named(option, read_length_dm, length.strip())

    def _places(self, text: str, option: str = "--polygon") -> tuple[Position, ...]:
        return tuple(self._place(option, each) for each in text.split(";"))

    def _place(self, option: str, text: str) -> Position:
        read = _named(option, lambda each: read_position(each, language=self.language), text.strip())
        position: Position = read.position
        return position

    def _check_point(self, text: str) -> CheckPoint:
        name, place, *planned = (each.strip() for each in (*text.split("/"), ""))
        at = planned[0] if planned else ""
        return CheckPoint(
            name=name,
            position=self._place("--check-point", place),
            planned_ms=_named("--check-point", read_instant, at) if at else None,
        )


def fields_of(
    form: NoticeForm, before: Mapping[int, FieldValue], typed: Iterable[str]
) -> dict[int, FieldValue]:
    """Give the fields of a form with those that were typed, NAME=VALUE. Raises: UsageError, PeerError."""
    fields = dict(before)
    known = {each.name: each for each in FORMS[form].fields}
    for text in typed:
        name, equals, value = text.partition("=")
        asked = known.get(name.strip().replace("-", "_"))
        if asked is None or not equals:
            raise UsageError(
                f"--set {text[:60]!r} names no field of this form",
                code="cli.notice.no_field",
                hint=f"It has {', '.join(known)}.",
            )
        if value.strip():
            fields[asked.number] = _named(f"--set {asked.name}", partial(read_value, asked), value.strip())
        else:
            fields.pop(asked.number, None)
    return fields


def read_areas(path: Path) -> tuple[Volume, ...]:
    """Read every area of a GeoJSON file. Raises: UsageError, PeerError: one cannot be read."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}", code="cli.notice.no_file", hint="Name a GeoJSON file."
        ) from None
    found: list[Volume] = []
    for each in read_features(text):
        if isinstance(each, Reject):
            raise each.error
        found += each.volumes
    return tuple(found)


def _open(shape: Shape) -> Volume:
    fixes = shape.fixes if isinstance(shape, Track) else ()
    start_ms, end_ms = (fixes[0].at_ms, fixes[-1].at_ms) if fixes else (None, None)
    return Volume(shape=shape, lower=None, upper=None, start_ms=start_ms, end_ms=end_ms)


def _named(option: str, read: Any, text: str) -> Any:
    """Read a part of an option, and name the option in what is wrong."""
    try:
        return read(text)
    except CoupefeuError as error:
        error.message = f"{option}: {error.message}"
        raise


def _odd(option: str, text: str, means: str) -> UsageError:
    return UsageError(
        f"{option}: {text[:60]!r} cannot be read", code="cli.notice.unreadable", hint=f"Write {means}."
    )
