"""The fields of a version in the order of the form, each as text; what is not stated is there, and empty."""

from collections.abc import Callable
from typing import Any, Final

from coupefeu.model.incidents import IncidentForm
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude
from coupefeu.services.incidents.facts import IncidentFact
from coupefeu.services.incidents.said import code_name, format_place, format_when
from coupefeu.wire.positions import write_decimal
from coupefeu.wire.quantities import write_altitude

FIELDS: Final = (
    "when", "position", "place", "altitude", "our_platform", "other_platform", "forces", "damage", "casualties",
    "coordinated", "measures", "contact_point", "provision",
)  # fmt: skip
"""By the names of their words, `incident-field-*`, with dashes."""


def stated_fields(fact: IncidentFact) -> tuple[tuple[str, str], ...]:
    """Give every field of the form and its text; "": not stated. Whether it was coordinated is "yes" or "no"."""
    texts = {name: getattr(fact, name, "") for name in FIELDS}
    texts |= {
        "when": "" if fact.when_ms is None else format_when(fact.when_ms, is_about=fact.is_about),
        "position": "" if fact.position is None else format_place(fact.position, fact.uncertainty_m),
        "altitude": "" if fact.altitude is None else write_altitude(fact.altitude),
        "coordinated": _yes_no(fact.is_coordinated),
    }
    return tuple((name, str(texts[name])) for name in FIELDS)


def compared_text(value: Any) -> str:
    """Write one side of a field that is compared; "": not stated."""
    written: dict[type, Callable[[Any], str]] = {
        type(None): lambda _: "",
        bool: _yes_no,
        IncidentForm: code_name,
        Position: lambda place: write_decimal(place, 7),
        Altitude: write_altitude,
        tuple: lambda span: format_when(span, is_about=False),
    }
    return written.get(type(value), str)(value)


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
