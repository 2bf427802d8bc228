"""What a version of an incident says, as it is typed; what is not given is not stated."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coupefeu.cli.officer import desk_of
from coupefeu.services.incidents.facts import IncidentFact
from coupefeu.services.incidents.rules import MAX_HELD
from coupefeu.services.incidents.status import IncidentView
from coupefeu.services.incidents.typed import TypedVersion, read_version

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


def typed_version(desk: "IncidentOfficer", **typed: Any) -> dict[str, Any]:
    """Read what was typed, by the fields of a report; None: an option that was not given. Raises: UsageError."""
    given = {name: value for name, value in typed.items() if value is not None}
    start, stroke, end = (each.strip() for each in given.pop("when", "").partition("/"))
    coordinated = given.pop("coordinated", None)
    if stroke and not end:
        end = stroke  # refused as the end that cannot be read
    read = {
        name: given.pop(name) for name in ("about", "position", "uncertainty", "altitude") if name in given
    }
    version = TypedVersion(
        language=desk.folder.agreement.party(desk.folder.party).language,
        start=start,
        end=end,
        coordinated="" if coordinated is None else "yes" if coordinated else "no",
        texts={"contact_point" if name == "contact" else name: value for name, value in given.items()},
        **read,
    )
    return read_version(version, desk.now_ms)


def over(fact: IncidentFact | None, stated: Mapping[str, Any]) -> dict[str, Any]:
    """Give all of a version with what was typed in the place of what it said."""
    before = {} if fact is None else {name: getattr(fact, name) for name in fact.__slots__}
    return before | dict(stated)


def held_of(desk: "IncidentOfficer", number: str) -> dict[str, Any]:
    """Name a notice and the acknowledgements that are held of it. Raises: UsageError: it is no notice here."""
    with desk_of(desk.folder) as sat:
        return sat.incidents.held(desk.entry(number), MAX_HELD).stated()


def notice_of(view: IncidentView) -> dict[str, Any]:
    """Name the notice that a version names already."""
    return {"notice": view.notice, "held": view.held}
