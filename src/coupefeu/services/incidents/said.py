"""What entries about incidents say, as codes and values; a code that begins with `incident-` names its own words.

`entries/incident.ts` of the pages says the same of the same bytes; a test holds them alike. Texts are as written.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from coupefeu.model.incidents import ReplyField
from coupefeu.model.instant import format_second
from coupefeu.model.places import Position
from coupefeu.services.incidents.facts import (
    VERSIONS,
    IncidentActFact,
    IncidentFact,
    read_incident,
    read_incident_act,
)
from coupefeu.wire.positions import write_decimal
from coupefeu.wire.quantities import write_altitude

Said = Iterator[tuple[str, str]]
_FIELDS: Final = ("our_platform", "other_platform", "forces", "damage", "casualties")
_FIELDS_AFTER: Final = ("measures", "contact_point", "provision")


def incident_said(kind: int, body: bytes) -> tuple[tuple[str, str], ...]:
    """Give (code, value) of a body of these kinds; nothing where it breaks its form."""
    if kind in VERSIONS:
        fact, defect = read_incident(kind, body)
        return () if fact is None or defect else tuple(_version(fact))
    act, defect = read_incident_act(kind, body)
    return () if defect else tuple(act_rows(act))


def code_name(code: IntEnum) -> str:
    """Write a code as people type it and as words name it: `accidental-launch`."""
    return code.name.lower().replace("_", "-")


def format_when(when_ms: tuple[int, int], *, is_about: bool) -> str:
    """Write when something happened: an instant or a span, after "~" when only about then."""
    first, last = map(format_second, when_ms)
    return f"{'~ ' if is_about else ''}{first}{'' if first == last else f' - {last}'}"


def format_place(position: Position, uncertainty_m: int | None) -> str:
    """Write a position exactly, and how far from it something may have been."""
    place = write_decimal(position, 7)
    return place if uncertainty_m is None else f"{place} ± {uncertainty_m} m"


def _version(fact: IncidentFact) -> Said:
    yield f"incident-form-{code_name(fact.form)}", ""
    if fact.when_ms is not None:
        yield "incident-field-when", format_when(fact.when_ms, is_about=fact.is_about)
    if fact.position is not None:
        yield "incident-field-position", format_place(fact.position, fact.uncertainty_m)
    yield from _texts(fact, ("place",))
    if fact.altitude is not None:
        yield "incident-field-altitude", write_altitude(fact.altitude)
    yield from _texts(fact, _FIELDS)
    if fact.is_coordinated is not None:
        yield f"incident-coordinated-{'yes' if fact.is_coordinated else 'no'}", ""
    yield from _texts(fact, _FIELDS_AFTER)
    if fact.acknowledgements is not None:
        yield "incident-field-acknowledgements", str(fact.acknowledgements)
    yield from _spoken(fact.words, fact.officer)


def act_rows(fact: IncidentActFact) -> Said:
    """Say what an act says."""
    if fact.is_same is not None:
        yield f"incident-pair-{'same' if fact.is_same else 'not-same'}", ""
    if fact.asks is not None:
        yield f"incident-asks-{code_name(fact.asks)}", ""
    if fact.is_accepted is not None:
        yield f"incident-meeting-{'accepted' if fact.is_accepted else 'declined'}", ""
    if fact.step is not None:
        yield f"incident-step-{code_name(fact.step)}", ""
    if fact.closure is not None:
        yield f"incident-closure-{code_name(fact.closure)}", ""
    if fact.at_ms is not None:
        yield "incident-field-time", format_second(fact.at_ms)
    for key, value in sorted(fact.fields.items()):
        if value:
            yield f"incident-reply-{code_name(ReplyField(key))}", value
    if fact.end_ms is not None:
        yield "incident-reply-end", format_second(fact.end_ms)
    yield from _spoken(fact.words, fact.officer)


def _texts(fact: IncidentFact, names: tuple[str, ...]) -> Said:
    for name in names:
        if value := getattr(fact, name):
            yield f"incident-field-{name.replace('_', '-')}", value


def _spoken(words: str, officer: str) -> Said:
    for code, value in (("words", words), ("officer", officer)):
        if value:
            yield code, value
