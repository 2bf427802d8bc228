"""What a version of an incident says, and what people say of it; bytes and back (docs/spec/incidents.md).

A version (INCIDENT REPORTED, INCIDENT AMENDED) says all of it anew. Only the form must be there: what is absent is not
stated, and never reads as none.

    0 form    1 [start ms, end ms]    2 about that time    3 position    4 uncertainty, m    5 place in words
    6 altitude    7 our platform    8 other platform    9 forces    10 damage    11 casualties    12 coordinated
    13 measures    14 contact point    15 provision invoked    16 words    17 officer    18 acknowledgements held

An act about one is one map for its six kinds; which keys a kind must and may carry stands in `KEYS`:

    0 the same event    1 what is asked    2 time, UTC ms    3 {field: text}    4 end of the activity, UTC ms
    5 a meeting is accepted    6 step    7 why it is closed    8 words    9 officer
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.model.entry import MAX_BODY_BYTES, Kind
from coupefeu.model.incidents import Closure, FollowStep, IncidentForm, QueryKind, ReplyField
from coupefeu.model.places import Position
from coupefeu.model.volumes import Altitude
from coupefeu.services.incidents.limits import act_defect, version_defect
from coupefeu.wire import cbor
from coupefeu.wire.volumes import decode_bound, encode_bound, pack_positions, unpack_positions

VERSIONS: Final = frozenset({Kind.INCIDENT_REPORTED, Kind.INCIDENT_AMENDED})
"""What says all of a version of an incident."""
ACTS: Final = frozenset(
    {
        Kind.INCIDENT_PAIRED,
        Kind.INCIDENT_QUERIED,
        Kind.INCIDENT_REPLIED,
        Kind.INCIDENT_FOLLOWED,
        Kind.INCIDENT_CLOSED,
        Kind.INCIDENT_REOPENED,
    }
)
KINDS: Final = VERSIONS | ACTS
UNREADABLE: Final = "unreadable_body"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFact:
    """One version of an incident; None and "": not stated.

    `when_ms`: first and last instant, UTC ms; `is_about`: only about then. `uncertainty_m`: how far from `position`
    it may have been. `acknowledgements`: how many the reporting side held of the notice (STRUCK AFTER NOTICE); which
    notice, and which they are, stands in the head.
    """

    form: IncidentForm
    when_ms: tuple[int, int] | None = None
    is_about: bool = False
    position: Position | None = None
    uncertainty_m: int | None = None
    place: str = ""
    altitude: Altitude | None = None
    our_platform: str = ""
    other_platform: str = ""
    forces: str = ""
    damage: str = ""
    casualties: str = ""
    is_coordinated: bool | None = None
    measures: str = ""
    contact_point: str = ""
    provision: str = ""
    words: str = ""
    officer: str = ""
    acknowledgements: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentActFact:
    """What is said of an incident; what its kind does not carry is as here.

    `at_ms`: the time proposed for a meeting, or when a step was taken. `end_ms`: when the activity asked about ends.
    """

    is_same: bool | None = None
    asks: QueryKind | None = None
    at_ms: int | None = None
    fields: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    end_ms: int | None = None
    is_accepted: bool | None = None
    step: FollowStep | None = None
    closure: Closure | None = None
    words: str = ""
    officer: str = ""


TEXTS: Final = (
    ("place", 5),
    ("our_platform", 7),
    ("other_platform", 8),
    ("forces", 9),
    ("damage", 10),
    ("casualties", 11),
    ("measures", 13),
    ("contact_point", 14),
    ("provision", 15),
    ("words", 16),
    ("officer", 17),
)
"""The fields that are text, and the key of each."""
_SPOKEN: Final = frozenset({8, 9})
KEYS: Final[Mapping[int, tuple[frozenset[int], frozenset[int]]]] = {
    Kind.INCIDENT_REPORTED: (frozenset({0}), frozenset(range(1, 19))),
    Kind.INCIDENT_AMENDED: (frozenset({0}), frozenset(range(1, 19))),
    Kind.INCIDENT_PAIRED: (frozenset({0}), _SPOKEN),
    Kind.INCIDENT_QUERIED: (frozenset({1}), _SPOKEN | {2}),
    Kind.INCIDENT_REPLIED: (frozenset(), _SPOKEN | {2, 3, 4, 5}),
    Kind.INCIDENT_FOLLOWED: (frozenset({6, 8}), frozenset({2, 9})),
    Kind.INCIDENT_CLOSED: (frozenset({7}), _SPOKEN),
    Kind.INCIDENT_REOPENED: (frozenset({8}), frozenset({9})),
}
"""By kind: the keys that it must carry, and those that it may."""
_VERSION_NAMES: Final = (
    "form", "when", "is_about", "position", "uncertainty", "place", "altitude", "our_platform", "other_platform",
    "forces", "damage", "casualties", "coordinated", "measures", "contact_point", "provision", "words", "officer",
    "acknowledgements",
)  # fmt: skip
_ACT_NAMES: Final = (
    "same", "asks", "time", "fields", "end", "accepted", "step", "closure", "words", "officer",
)  # fmt: skip


def encode_incident(fact: IncidentFact) -> bytes:
    """Write the body of a version; only what is stated takes room. Raises: UsageError: it is too long."""
    stated: dict[int, Any] = {
        0: int(fact.form),
        1: None if fact.when_ms is None else list(fact.when_ms),
        2: fact.is_about or None,
        3: None if fact.position is None else pack_positions([fact.position]),
        4: fact.uncertainty_m,
        6: encode_bound(fact.altitude),
        12: fact.is_coordinated,
        18: fact.acknowledgements,
    }
    return _written(stated | {key: getattr(fact, name) or None for name, key in TEXTS})


def encode_incident_act(fact: IncidentActFact) -> bytes:
    """Write the body of an act; only what is stated takes room. Raises: UsageError: it is too long."""
    stated: dict[int, Any] = {
        0: fact.is_same,
        1: None if fact.asks is None else int(fact.asks),
        2: fact.at_ms,
        3: dict(sorted(fact.fields.items())) or None,
        4: fact.end_ms,
        5: fact.is_accepted,
        6: None if fact.step is None else int(fact.step),
        7: None if fact.closure is None else int(fact.closure),
        8: fact.words or None,
        9: fact.officer or None,
    }
    return _written(stated)


def read_incident(kind: int, body: bytes) -> tuple[IncidentFact | None, str]:
    """Read the body of a version, and name what is wrong with it ("" when nothing is); never raises.

    None: it cannot be read.
    """
    try:
        fields = _map(cbor.decode(body))
        fact = _incident(fields)
    except (CoupefeuError, TypeError, ValueError):
        return None, UNREADABLE
    return fact, _key_defect(kind, fields, _VERSION_NAMES) or version_defect(fact)


def read_incident_act(kind: int, body: bytes) -> tuple[IncidentActFact, str]:
    """Read the body of an act, and name what is wrong with it ("" when nothing is); never raises."""
    try:
        fields = _map(cbor.decode(body))
        fact = _act(fields)
    except (CoupefeuError, TypeError, ValueError):
        return IncidentActFact(), UNREADABLE
    return fact, _key_defect(kind, fields, _ACT_NAMES) or act_defect(kind, fact)


def body_defect(kind: int, body: bytes) -> str:
    """Name what is wrong with the body of any of these kinds ("" when nothing is)."""
    return (read_incident if kind in VERSIONS else read_incident_act)(kind, body)[1]


# --- inside -----------------------------------------------------------------------------------------------


def _written(stated: Mapping[int, Any]) -> bytes:
    body = cbor.encode({key: value for key, value in sorted(stated.items()) if value is not None})
    if len(body) > MAX_BODY_BYTES:
        raise UsageError(
            f"it has {len(body):,} bytes, {MAX_BODY_BYTES:,} are the limit",
            code="services.incidents.long_body",
            hint="Shorten the texts; attach what is long to a message about the incident.",
        )
    return body


def _key_defect(kind: int, fields: Mapping[int, Any], names: tuple[str, ...]) -> str:
    must, may = KEYS[kind]
    stated = {key for key, value in fields.items() if value != ""}
    missing = sorted(must - stated)
    if missing:
        return f"missing_{names[missing[0]]}"
    odd = sorted(stated - must - may)
    if not odd:
        return ""
    return "unexpected_field" if odd[0] < len(names) else "unknown_field"


def _incident(fields: Mapping[int, Any]) -> IncidentFact:
    altitude = decode_bound(fields[6]) if 6 in fields else None
    if 6 in fields and not isinstance(altitude, Altitude):
        raise TypeError("not an altitude")
    return IncidentFact(
        form=IncidentForm(_number(fields.get(0))),
        when_ms=_span(fields[1]) if 1 in fields else None,
        is_about=_flag(fields.get(2, False)),
        position=unpack_positions(fields[3], at_most=1)[0] if 3 in fields else None,
        uncertainty_m=_number(fields[4]) if 4 in fields else None,
        altitude=altitude if isinstance(altitude, Altitude) else None,
        is_coordinated=_flag(fields[12]) if 12 in fields else None,
        acknowledgements=_number(fields[18]) if 18 in fields else None,
        **{name: _text(fields.get(key, "")) for name, key in TEXTS},
    )


def _act(fields: Mapping[int, Any]) -> IncidentActFact:
    return IncidentActFact(
        is_same=_flag(fields[0]) if 0 in fields else None,
        asks=QueryKind(_number(fields[1])) if 1 in fields else None,
        at_ms=_number(fields[2]) if 2 in fields else None,
        fields=MappingProxyType(
            {int(ReplyField(key)): _text(each) for key, each in _map(fields.get(3, {})).items()}
        ),
        end_ms=_number(fields[4]) if 4 in fields else None,
        is_accepted=_flag(fields[5]) if 5 in fields else None,
        step=FollowStep(_number(fields[6])) if 6 in fields else None,
        closure=Closure(_number(fields[7])) if 7 in fields else None,
        words=_text(fields.get(8, "")),
        officer=_text(fields.get(9, "")),
    )


def _span(value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise TypeError("not two times")
    return _number(value[0]), _number(value[1])


def _map(value: Any) -> Mapping[int, Any]:
    if not isinstance(value, dict):
        raise TypeError("not a map")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("not text")
    return value


def _number(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("not a natural number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not yes or no")
    return value
