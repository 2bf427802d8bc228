"""What people type about an incident, read field by field: the same on the command line and on the page.

What is not typed is not stated. What cannot be read is refused by its field: `services.incidents.unreadable_position`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, TypeVar

from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.model.incidents import IncidentForm
from coupefeu.model.instant import Instant, parse_last, parse_next
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude
from coupefeu.services.incidents.said import code_name
from coupefeu.wire.positions import read_position
from coupefeu.wire.quantities import read_altitude, read_length_dm

Read = TypeVar("Read")
_SEEN: Final = 60
_YES_NO: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedVersion:
    """A version as typed; "" is not typed. `language`: in which letters of the compass are read.

    `start`, `end`: when; of one instant no end. `uncertainty`: "300 m", "2 NM". `altitude`: "FL400", "12000 m AMSL".
    `coordinated`: "yes" or "no". `texts`: fields that are text, as far as they were typed.
    """

    language: str
    start: str = ""
    end: str = ""
    about: bool = False
    position: str = ""
    uncertainty: str = ""
    altitude: str = ""
    coordinated: str = ""
    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def read_version(typed: TypedVersion, now_ms: int) -> dict[str, Any]:
    """Give what was typed, by the fields of `VersionCommand`. Raises: UsageError `services.incidents.unreadable_*`."""
    read: dict[str, Any] = {
        "when_ms": _when(typed, now_ms),
        "is_about": typed.about or None,
        "position": read_field("position", typed.position, lambda text: _position(text, typed.language)),
        "uncertainty_m": read_field("uncertainty", typed.uncertainty, _metres),
        "altitude": read_field("altitude", typed.altitude, _altitude),
        "is_coordinated": read_field("coordinated", typed.coordinated, _yes_no),
    }
    return {name: value for name, value in read.items() if value is not None} | dict(typed.texts)


def read_past(name: str, text: str, now_ms: int) -> Instant | None:
    """Read when something was, UTC; None: nothing was typed. Raises: UsageError."""
    return read_field(name, text, lambda written: parse_last(written, now_ms))


def read_coming(name: str, text: str, now_ms: int) -> Instant | None:
    """Read when something will be, UTC; None: nothing was typed. Raises: UsageError."""
    return read_field(name, text, lambda written: parse_next(written, now_ms))


def read_form(text: str) -> IncidentForm:
    """Read the name of a form: `accidental-launch`. Raises: UsageError: there is none such."""
    wanted = text.strip().lower().replace("_", "-")
    for form in IncidentForm:
        if code_name(form) == wanted:
            return form
    raise _unreadable(
        "form",
        f"{text[:_SEEN]!r} is no form of incident",
        f"There are: {', '.join(map(code_name, IncidentForm))}.",
    )


def insist_typed(name: str, text: str | None) -> str:
    """Give what was typed in a field that must name an entry. Raises: UsageError: nothing was."""
    if not text:
        raise _unreadable(name, f"the field {name} is empty", "Name the entry: RU/12.")
    return text


def read_field(name: str, text: str, read: Callable[[str], Read]) -> Read | None:
    """Read a field; None: nothing was typed. Raises: UsageError, which names the field before what is wrong."""
    if not text.strip():
        return None
    try:
        return read(text)
    except CoupefeuError as error:
        raise _unreadable(name, f"the field {name}: {error.message}", error.hint) from error


def _when(typed: TypedVersion, now_ms: int) -> tuple[int, int] | None:
    start_ms, end_ms = read_past("start", typed.start, now_ms), read_past("end", typed.end, now_ms)
    if start_ms is None and end_ms is not None:
        raise _unreadable("start", "an end is stated, and no beginning", "State when it began, or neither.")
    return None if start_ms is None else (start_ms, start_ms if end_ms is None else end_ms)


def _position(text: str, language: str) -> Position:
    return read_position(text, language=language).position


def _metres(text: str) -> int:
    return -(-read_length_dm(text) // 10)


def _altitude(text: str) -> Altitude:
    height = read_altitude(text)
    if not isinstance(height, Altitude):
        raise _unreadable("altitude", f"{text[:_SEEN]!r} is no altitude", 'Write "FL400" or "3000 ft AMSL".')
    return height


def _yes_no(text: str) -> bool:
    if text not in _YES_NO:
        raise _unreadable(
            "coordinated", f"{text[:_SEEN]!r} is neither yes nor no", "Say yes, no, or nothing."
        )
    return _YES_NO[text]


def _unreadable(name: str, says: str, hint: str) -> UsageError:
    defect = f"unreadable_{name}"
    return UsageError(says, code=f"services.incidents.{defect}", hint=hint)
