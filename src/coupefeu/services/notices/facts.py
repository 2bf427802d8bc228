"""What a notice says, and what people say of it; bytes and back (docs/spec/notices.md).

A version of a notice (NOTICE_FILED, NOTICE_AMENDED) says all of it anew:

    0 form    1 title    2 [volume...]    3 {field: value}    4 movement    5 [check point...]
    6 an answer is asked for    7 [unit...]    8 remarks    9 officer    10 conflicts known when it was written

An act about one is one map for its six kinds; which keys a kind must and may carry stands in `KEYS`:

    0 answer    1 counter-proposal accepted    2 [volume...]    3 [position as it was typed...]    4 settlement
    5 words    9 officer
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from coupefeu.errors import CoupefeuError, UsageError
from coupefeu.model.entry import MAX_BODY_BYTES, Kind
from coupefeu.model.notices import Answer, CheckPoint, NoticeForm, Settlement
from coupefeu.model.volumes import Volume
from coupefeu.services.notices.limits import act_defect, first_defect
from coupefeu.wire import cbor
from coupefeu.wire.volumes import decode_volume, encode_volume, pack_positions, unpack_positions

FieldValue = str | int | bool

VERSIONS: Final = frozenset({Kind.NOTICE_FILED, Kind.NOTICE_AMENDED})
"""What says all of a notice."""
CLOSINGS: Final = frozenset({Kind.NOTICE_WITHDRAWN, Kind.NOTICE_COMPLETED})
ACTS: Final = frozenset(
    {
        Kind.NOTICE_WITHDRAWN,
        Kind.NOTICE_COMPLETED,
        Kind.NOTICE_ANSWERED,
        Kind.COUNTER_ANSWERED,
        Kind.POSITIONS_READ_BACK,
        Kind.CONFLICT_SETTLED,
    }
)
KINDS: Final = VERSIONS | ACTS


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFact:
    """One version of a notice.

    `units`: those of the author's side and of the other that it asks to be told. `movement`: by which several notices
    belong together. `conflicts`: how many notices of the other side it conflicted with, as its author knew; None: that
    was not checked.
    """

    form: NoticeForm
    title: str
    volumes: tuple[Volume, ...]
    fields: Mapping[int, FieldValue] = field(default_factory=lambda: MappingProxyType({}))
    movement: str = ""
    check_points: tuple[CheckPoint, ...] = ()
    wants_answer: bool = False
    units: tuple[str, ...] = ()
    remarks: str = ""
    officer: str = ""
    conflicts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFact:
    """What is said of a notice; what a kind does not carry is as here."""

    answer: Answer | None = None
    is_accepted: bool | None = None
    volumes: tuple[Volume, ...] = ()
    positions: tuple[str, ...] = ()
    settlement: Settlement | None = None
    words: str = ""
    officer: str = ""


KEYS: Final[Mapping[int, tuple[frozenset[int], frozenset[int]]]] = {
    Kind.NOTICE_FILED: (frozenset({0, 1, 2}), frozenset(range(3, 11))),
    Kind.NOTICE_AMENDED: (frozenset({0, 1, 2}), frozenset(range(3, 11))),
    Kind.NOTICE_WITHDRAWN: (frozenset(), frozenset({5, 9})),
    Kind.NOTICE_COMPLETED: (frozenset(), frozenset({5, 9})),
    Kind.NOTICE_ANSWERED: (frozenset({0}), frozenset({2, 5, 9})),
    Kind.COUNTER_ANSWERED: (frozenset({1}), frozenset({5, 9})),
    Kind.POSITIONS_READ_BACK: (frozenset({3}), frozenset({5, 9})),
    Kind.CONFLICT_SETTLED: (frozenset({4}), frozenset({5, 9})),
}
"""By kind: the keys that it must carry, and those that it may."""
_NOTICE_NAMES: Final = (
    "form", "title", "volumes", "fields", "movement", "check_points", "wants_answer", "units", "remarks", "officer",
    "conflicts",
)  # fmt: skip
_ACT_NAMES: Final = (
    "answer", "accepted", "volumes", "positions", "settlement", "words", "", "", "", "officer", "",
)  # fmt: skip


def encode_notice(fact: NoticeFact) -> bytes:
    """Write the body of a version; only what is stated takes room. Raises: UsageError: it is too long."""
    stated: dict[int, Any] = {
        0: int(fact.form),
        1: fact.title,
        2: [encode_volume(each) for each in fact.volumes],
        3: dict(sorted(fact.fields.items())) or None,
        4: fact.movement or None,
        5: [_check_point(each) for each in fact.check_points] or None,
        6: fact.wants_answer or None,
        7: list(fact.units) or None,
        8: fact.remarks or None,
        9: fact.officer or None,
        10: fact.conflicts,
    }
    return _written(stated)


def encode_act(fact: ActFact) -> bytes:
    """Write the body of an act; only what is stated takes room. Raises: UsageError: it is too long."""
    stated: dict[int, Any] = {
        0: None if fact.answer is None else int(fact.answer),
        1: fact.is_accepted,
        2: [encode_volume(each) for each in fact.volumes] or None,
        3: list(fact.positions) or None,
        4: None if fact.settlement is None else int(fact.settlement),
        5: fact.words or None,
        9: fact.officer or None,
    }
    return _written(stated)


def read_notice(kind: int, body: bytes) -> tuple[NoticeFact | None, str]:
    """Read the body of a version, and name what is wrong with it ("" when nothing is); never raises.

    None: it cannot be read. A field that its form asks for and that is missing is no defect: volumes are what counts,
    and `forms.lacking` names the rest.
    """
    try:
        fields = _map(cbor.decode(body))
        fact = _notice(fields)
    except (CoupefeuError, TypeError, ValueError):
        return None, "unreadable_body"
    return fact, _key_defect(kind, fields, _NOTICE_NAMES) or first_defect(fact)


def read_act(kind: int, body: bytes) -> tuple[ActFact, str]:
    """Read the body of an act, and name what is wrong with it ("" when nothing is); never raises."""
    try:
        fields = _map(cbor.decode(body))
        fact = _act(fields)
    except (CoupefeuError, TypeError, ValueError):
        return ActFact(), "unreadable_body"
    return fact, _key_defect(kind, fields, _ACT_NAMES) or act_defect(kind, fact)


def body_defect(kind: int, body: bytes) -> str:
    """Name what is wrong with the body of any of these kinds ("" when nothing is)."""
    return (read_notice if kind in VERSIONS else read_act)(kind, body)[1]


def encode_volumes(volumes: Sequence[Volume]) -> bytes:
    """Write volumes by themselves, as a command carries a counter-proposal."""
    return cbor.encode([encode_volume(each) for each in volumes])


def decode_volumes(data: bytes) -> tuple[Volume, ...]:
    """Read volumes. Raises: UsageError: `services.notices.unreadable_body`."""
    try:
        return _volumes(cbor.decode(data))
    except (CoupefeuError, TypeError, ValueError) as error:
        raise UsageError(
            f"the volumes cannot be read: {error}",
            code="services.notices.unreadable_body",
            hint="docs/spec/notices.md, section 2, says how they are written.",
        ) from error


# --- inside -----------------------------------------------------------------------------------------------


def _written(stated: Mapping[int, Any]) -> bytes:
    body = cbor.encode({key: value for key, value in stated.items() if value is not None})
    if len(body) > MAX_BODY_BYTES:
        raise UsageError(
            f"it has {len(body):,} bytes, {MAX_BODY_BYTES:,} are the limit",
            code="services.notices.long_body",
            hint="Use fewer positions or shorter texts; or file several notices of one movement.",
        )
    return body


def _check_point(point: CheckPoint) -> dict[int, Any]:
    planned = {} if point.planned_ms is None else {2: point.planned_ms}
    return {0: point.name, 1: pack_positions([point.position])} | planned


def _key_defect(kind: int, fields: Mapping[int, Any], names: tuple[str, ...]) -> str:
    must, may = KEYS[kind]
    missing = sorted(must - fields.keys())
    if missing:
        return f"missing_{names[missing[0]]}"
    odd = sorted(fields.keys() - must - may)
    if not odd:
        return ""
    return "unexpected_field" if odd[0] < len(names) and names[odd[0]] else "unknown_field"


def _notice(fields: Mapping[int, Any]) -> NoticeFact:
    conflicts = fields.get(10)
    return NoticeFact(
        form=NoticeForm(_number(fields.get(0, 0))),
        title=_text(fields.get(1, "")),
        volumes=_volumes(fields.get(2, [])),
        fields=MappingProxyType({key: _value(each) for key, each in _map(fields.get(3, {})).items()}),
        movement=_text(fields.get(4, "")),
        check_points=tuple(map(_read_check_point, _list(fields.get(5, [])))),
        wants_answer=_flag(fields.get(6, False)),
        units=tuple(map(_text, _list(fields.get(7, [])))),
        remarks=_text(fields.get(8, "")),
        officer=_text(fields.get(9, "")),
        conflicts=None if conflicts is None else _number(conflicts),
    )


def _act(fields: Mapping[int, Any]) -> ActFact:
    answer, settlement = fields.get(0), fields.get(4)
    return ActFact(
        answer=None if answer is None else Answer(_number(answer)),
        is_accepted=None if 1 not in fields else _flag(fields[1]),
        volumes=_volumes(fields.get(2, [])),
        positions=tuple(map(_text, _list(fields.get(3, [])))),
        settlement=None if settlement is None else Settlement(_number(settlement)),
        words=_text(fields.get(5, "")),
        officer=_text(fields.get(9, "")),
    )


def _volumes(value: Any) -> tuple[Volume, ...]:
    return tuple(map(decode_volume, _list(value)))


def _read_check_point(value: Any) -> CheckPoint:
    fields = _map(value)
    if not fields.keys() <= {0, 1, 2}:
        raise TypeError("not a check point")
    (position,) = unpack_positions(fields.get(1), at_most=1)
    planned = _number(fields[2]) if 2 in fields else None
    return CheckPoint(name=_text(fields.get(0)), position=position, planned_ms=planned)


def _map(value: Any) -> Mapping[int, Any]:
    if not isinstance(value, dict):
        raise TypeError("not a map")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
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


def _value(value: Any) -> FieldValue:
    return value if isinstance(value, bool) else _text(value) if isinstance(value, str) else _number(value)
