"""A notice as a message of the Common Alerting Protocol 1.2 (OASIS), for systems that warn: written, never read.

    alert  identifier sender sent status (Actual | Exercise) msgType (Alert | Update | Cancel) scope references
      info   language category event urgency, severity, certainty: Unknown  effective onset expires headline parameter
        area   areaDesc polygon... circle altitude ceiling

CAP asks for a guess of urgency, severity and certainty; a notice makes none. Its altitudes are feet above mean sea
level: a bound over another datum is said in words and left out there, so that the volume is larger, never smaller.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from types import MappingProxyType
from typing import Final

from coupefeu.model.places import E7, Position
from coupefeu.model.volumes import MM, Altitude, AltitudeUnit, Bound, Datum, Limit
from coupefeu.wire.xml import write_element, write_text

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
RESTRICTION: Final = "The parties to the line, and those whom they choose to tell."
LOWEST_GROUND_FT: Final = -1_500
HIGHEST_GROUND_FT: Final = 29_100
"""Below every shore and above every summit: CAP has no word for the ground, and no ceiling without an altitude."""
_UNSPEAKABLE: Final = str.maketrans(dict.fromkeys(" ,<&\t\r\n", "-"))
"""What no identifier and no sender of CAP may hold."""


class CapType(StrEnum):
    """What a message of CAP does to those before it."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


class CapCategory(StrEnum):
    """Of what an event is, as far as notices are concerned."""

    SAFETY = "Safety"
    SECURITY = "Security"
    TRANSPORT = "Transport"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapArea:
    """One area: shells of polygons without their holes, or a circle."""

    description: str
    polygons: tuple[tuple[Position, ...], ...] = ()
    circle: tuple[Position, int] | None = None
    """Centre and radius in decimetres."""
    lower: Bound = None
    upper: Bound = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CapAlert:
    """What a message says. `references`: identifiers and instants of those that it replaces."""

    identifier: str
    sender: str
    sent_ms: int
    type: CapType
    is_exercise: bool
    language: str
    category: CapCategory
    event: str
    headline: str
    description: str
    areas: tuple[CapArea, ...]
    effective_ms: int | None = None
    onset_ms: int | None = None
    expires_ms: int | None = None
    sender_name: str = ""
    references: tuple[tuple[str, int], ...] = ()
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def write_cap(alert: CapAlert) -> str:
    """Write a message, with its XML declaration."""
    sender = _name(alert.sender)
    references = " ".join(f"{sender},{_name(each)},{_instant(at)}" for each, at in alert.references)
    exercise = "EXERCISE EXERCISE EXERCISE" if alert.is_exercise else ""
    written = write_element(
        "alert",
        {"xmlns": NAMESPACE},
        *_texts(
            identifier=_name(alert.identifier),
            sender=sender,
            sent=_instant(alert.sent_ms),
            status="Exercise" if alert.is_exercise else "Actual",
            msgType=alert.type.value,
            scope="Restricted",
            restriction=RESTRICTION,
            note=exercise,
            references=references,
        ),
        _info(alert, exercise),
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'


def _info(alert: CapAlert, exercise: str) -> str:
    times = {
        name: "" if at is None else _instant(at)
        for name, at in (
            ("effective", alert.effective_ms),
            ("onset", alert.onset_ms),
            ("expires", alert.expires_ms),
        )
    }
    parameters = (
        write_element("parameter", {}, *_texts(valueName=name, value=value))
        for name, value in alert.parameters.items()
        if value
    )
    return write_element(
        "info",
        {},
        *_texts(
            language=alert.language,
            category=alert.category.value,
            event=alert.event,
            urgency="Unknown",
            severity="Unknown",
            certainty="Unknown",
            **times,
            senderName=alert.sender_name,
            headline=f"{exercise}: {alert.headline}" if exercise else alert.headline,
            description=alert.description,
        ),
        *parameters,
        *map(_area, alert.areas),
    )


def _area(area: CapArea) -> str:
    polygons = (write_element("polygon", {}, write_text(_ring(ring))) for ring in area.polygons)
    circle = ""
    if area.circle is not None:
        centre, radius_dm = area.circle
        kilometres = f"{radius_dm // 10_000}.{radius_dm % 10_000:04}"
        circle = write_element("circle", {}, write_text(f"{_position(centre)} {kilometres}"))
    return write_element(
        "area",
        {},
        *_texts(areaDesc=area.description),
        *polygons,
        circle,
        *_texts(**_band(area.lower, area.upper)),
    )


def _band(lower: Bound, upper: Bound) -> dict[str, str]:
    """Write a band in feet above mean sea level, rounded outwards; what cannot be said is left out."""
    altitude, ceiling = _feet(lower, floor), _feet(upper, ceil)
    if altitude is None and ceiling is not None:
        altitude = LOWEST_GROUND_FT
    return {
        name: str(each) for name, each in (("altitude", altitude), ("ceiling", ceiling)) if each is not None
    }


def _feet(bound: Bound, outwards: Callable[[Fraction], int]) -> int | None:
    if isinstance(bound, Altitude) and bound.datum is Datum.AMSL:
        return outwards(bound.mm / MM[AltitudeUnit.FT])
    if bound is Limit.SURFACE:
        return LOWEST_GROUND_FT if outwards is floor else HIGHEST_GROUND_FT
    return None


def _ring(ring: Sequence[Position]) -> str:
    return " ".join(map(_position, (*ring, ring[0])))


def _position(position: Position) -> str:
    return ",".join(
        f"{'-' if e7 < 0 else ''}{abs(e7) // E7}.{abs(e7) % E7:07}"
        for e7 in (position.lat_e7, position.lon_e7)
    )


def _instant(at_ms: int) -> str:
    """Write an instant as CAP asks for it: to the second, UTC as -00:00 and never as Z."""
    return f"{datetime.fromtimestamp(at_ms // 1_000, UTC):%Y-%m-%dT%H:%M:%S}-00:00"


def _name(text: str) -> str:
    return text.translate(_UNSPEAKABLE)


def _texts(**texts: str) -> Iterable[str]:
    return (write_element(name, {}, write_text(text)) for name, text in texts.items() if text)
