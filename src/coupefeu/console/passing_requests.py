"""What pages ask about a notice on its way down, as frozen values with limits; who asks is said by the session."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from coupefeu.console.requests import Name
from coupefeu.model.notices import MAX_UNITS
from coupefeu.node.passing.directory import MAX_PERSON_CHARACTERS, MAX_PERSONS
from coupefeu.services.passing.facts import MAX_NAME_CHARACTERS, MAX_WORDS_CHARACTERS

PassingName = Annotated[str, Meta(max_length=MAX_NAME_CHARACTERS)]
PassingWords = Annotated[str, Meta(max_length=MAX_WORDS_CHARACTERS)]
Person = Annotated[str, Meta(max_length=MAX_PERSON_CHARACTERS)]
Persons = Annotated[tuple[Person, ...], Meta(max_length=MAX_PERSONS)]


class PassingActName(StrEnum):
    """The acts about a notice on its way down, named as the commands are."""

    PASS_DOWN = "pass-down"  # noqa: S105 - a notice is passed down
    REACHED = "reached"
    STOP = "stop"
    RESUME = "resume"
    CHECK_IN = "check-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRequest:
    """A unit to pass down to. `level` "command", "unit", or "none": listed no longer.

    `telephone`: whom to ring, in this order; it stays with this node. null: as it is noted.
    """

    name: PassingName
    level: Name = "unit"
    telephone: Persons | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingActRequest:
    """An act about a notice. `at` is text, UTC: "0312Z", "240312Z MAR 22", "now".

    `officer`, `spoken_to`: of a report by voice; "" is the label of the session. `check_in`: "passed", "held",
    "released" or "impeded".
    """

    act: PassingActName
    units: Annotated[tuple[UnitRequest, ...], Meta(max_length=MAX_UNITS)] = ()
    unit: PassingName = ""
    at: Name = "now"
    spoken_to: PassingName = ""
    officer: PassingName = ""
    point: PassingName = ""
    check_in: Name = ""
    words: PassingWords = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLinkRequest:
    """Make the link of a unit, or `end` the one that there is."""

    unit: PassingName
    end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneRequest:
    """Note whom to telephone for a unit, in this order; it stays with this node."""

    unit: PassingName
    telephone: Persons
