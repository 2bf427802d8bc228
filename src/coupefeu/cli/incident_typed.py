"""What a version of an incident says, as it is typed; what is not given is not stated."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coupefeu.cli.officer import desk_of
from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.model.volumes import Altitude
from coupefeu.services.incidents.facts import TEXTS, IncidentFact
from coupefeu.services.incidents.rules import MAX_HELD
from coupefeu.services.incidents.status import IncidentView
from coupefeu.wire.positions import read_position
from coupefeu.wire.quantities import read_altitude, read_instant, read_length_dm

if TYPE_CHECKING:
    from coupefeu.cli.incident_officer import IncidentOfficer

WhenOption = Annotated[
    str | None,
    typer.Option("--when", help='When, with its zone: "2022-03-09T13:43Z", or "... / ..." from and to.'),
]
AboutOption = Annotated[bool, typer.Option("--about", help="Only about that time.")]
PositionOption = Annotated[
    str | None, typer.Option("--position", help='Where, in any notation: "30.44N 72.35E".')
]
UncertaintyOption = Annotated[
    str | None, typer.Option("--within", help='How far from there it may have been: "500 m", "2 NM".')
]
PlaceOption = Annotated[str | None, typer.Option("--place", help="Where, in words.")]
AltitudeOption = Annotated[str | None, typer.Option("--altitude", help='"FL400", "12000 m AMSL".')]
OurPlatformOption = Annotated[str | None, typer.Option("--our-platform", help="Our ship, aircraft, missile.")]
OtherPlatformOption = Annotated[str | None, typer.Option("--other-platform", help="The other one.")]
ForcesOption = Annotated[str | None, typer.Option("--forces", help="Forces involved.")]
DamageOption = Annotated[str | None, typer.Option("--damage", help="Damage.")]
CasualtiesOption = Annotated[str | None, typer.Option("--casualties", help="Casualties.")]
CoordinatedOption = Annotated[
    bool | None, typer.Option("--coordinated/--not-coordinated", help="Whether it was agreed beforehand.")
]
MeasuresOption = Annotated[str | None, typer.Option("--measures", help="Measures taken.")]
ContactOption = Annotated[str | None, typer.Option("--contact", help="Contact point for clarification.")]
ProvisionOption = Annotated[str | None, typer.Option("--provision", help="Agreement and article invoked.")]
NoticeOption = Annotated[
    str | None,
    typer.Option(
        "--notice", help="The notice that was struck: US/7; acknowledgements held are named with it."
    ),
]
SaidOption = Annotated[str | None, typer.Option("--words", help="What is said beside it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed; None: nothing was. `language`: in which letters of the compass are read."""

    language: str
    when: str | None
    about: bool
    position: str | None
    uncertainty: str | None
    place: str | None
    altitude: str | None
    our_platform: str | None
    other_platform: str | None
    forces: str | None
    damage: str | None
    casualties: str | None
    coordinated: bool | None
    measures: str | None
    contact: str | None
    provision: str | None
    words: str | None

    def stated(self) -> dict[str, Any]:
        """Give what was typed, by the fields of a report. Raises: UsageError, PeerError: it cannot be read."""
        found: dict[str, Any] = {
            "when_ms": None if self.when is None else _named("--when", _read_span, self.when),
            "is_about": self.about or None,
            "position": None
            if self.position is None
            else _named("--position", self._read_place, self.position),
            "uncertainty_m": None
            if self.uncertainty is None
            else _named("--within", _read_m, self.uncertainty),
            "altitude": None if self.altitude is None else _named("--altitude", _read_height, self.altitude),
            "is_coordinated": self.coordinated,
            "contact_point": self.contact,
        }
        same = {name: getattr(self, name) for name, _ in TEXTS if name not in {"officer", "contact_point"}}
        return {name: value for name, value in (found | same).items() if value is not None}

    def over(self, fact: IncidentFact | None) -> dict[str, Any]:
        """Give all of a version with what was typed in the place of what it said."""
        before = {} if fact is None else {name: getattr(fact, name) for name in fact.__slots__}
        return before | self.stated()

    def _read_place(self, text: str) -> Any:
        return read_position(text, language=self.language).position


def held_of(desk: "IncidentOfficer", number: str) -> dict[str, Any]:
    """Name a notice and the acknowledgements that are held of it. Raises: UsageError: it is no notice here."""
    with desk_of(desk.folder) as sat:
        held = sat.incidents.held(desk.entry(number), MAX_HELD)
    return {"notice": held.notice, "held": held.acknowledgements, "acknowledgements": held.count}


def notice_of(view: IncidentView) -> dict[str, Any]:
    """Name the notice that a version names already."""
    return {"notice": view.notice, "held": view.held}


def _read_span(text: str) -> tuple[int, int]:
    first, stroke, last = (each.strip() for each in text.partition("/"))
    start_ms = int(read_instant(first))
    return start_ms, int(read_instant(last)) if stroke else start_ms


def _read_m(text: str) -> int:
    return -(-read_length_dm(text) // 10)


def _read_height(text: str) -> Altitude:
    height = read_altitude(text)
    if not isinstance(height, Altitude):
        raise UsageError(
            f"{text[:60]!r} is no altitude",
            code="cli.incident.altitude",
            hint='Write "FL400" or "3000 ft AMSL".',
        )
    return height


def _named(option: str, read: Any, text: str) -> Any:
    """Read an option, and name it in what is wrong."""
    try:
        return read(text)
    except CoupefeuError as error:
        error.message = f"{option}: {error.message}"
        raise
