"""Volumes and positions as a body carries them: whole numbers alone (docs/spec/notices.md, section 2).

    volume = {0: shape, ? 1: lower, ? 2: upper, ? 3: start ms, ? 4: end ms}     a key that is absent: not stated
    shape  = [1, positions (one), radius dm] | [2, [parts: [rings: positions]]] | [3, positions, half width dm]
           | [4, fixes, buffer dm]
    bound  = 1 the surface | 2 unlimited | [value, unit, datum]

Positions are one byte string: latitude and longitude of the first in units of 1e-7 degree, then the differences, each a
signed number as 7-bit groups, least first (zigzag, LEB128). Of a fix a third number follows, its UTC ms.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NoReturn

from coupefeu.model.places import MAX_LATITUDE_E7, MAX_LONGITUDE_E7, Position, wrap_longitude
from coupefeu.model.volumes import (
    MAX_POSITIONS,
    Altitude,
    AltitudeUnit,
    Bound,
    Circle,
    Corridor,
    Datum,
    Fix,
    Limit,
    Polygon,
    Shape,
    Track,
    Volume,
)

_CIRCLE, _POLYGON, _CORRIDOR, _TRACK = 1, 2, 3, 4
MAX_GROUPS: Final = 9
"""Seven bits each: 63 bits hold every time and every difference."""


def encode_volume(volume: Volume) -> dict[int, Any]:
    """Give a volume as a map; of a track the window is that of its fixes, and is not written."""
    is_track = isinstance(volume.shape, Track)
    stated = {
        0: _encode_shape(volume.shape),
        1: encode_bound(volume.lower),
        2: encode_bound(volume.upper),
        3: None if is_track else volume.start_ms,
        4: None if is_track else volume.end_ms,
    }
    return {key: value for key, value in stated.items() if value is not None}


def decode_volume(value: Any) -> Volume:
    """Read a volume. Raises: TypeError, ValueError: it breaks its form."""
    if not isinstance(value, dict) or not value.keys() <= {0, 1, 2, 3, 4}:
        raise TypeError("not a volume")
    shape = _decode_shape(value.get(0))
    start_ms, end_ms = (_natural(value[key]) if key in value else None for key in (3, 4))
    if isinstance(shape, Track):
        if start_ms is not None or end_ms is not None:
            raise ValueError("the window of a track is that of its fixes")
        start_ms, end_ms = shape.fixes[0].at_ms, shape.fixes[-1].at_ms
    return Volume(
        shape=shape,
        lower=decode_bound(value[1]) if 1 in value else None,
        upper=decode_bound(value[2]) if 2 in value else None,
        start_ms=start_ms,
        end_ms=end_ms,
    )


def pack_positions(positions: Iterable[Position]) -> bytes:
    """Write positions as one byte string."""
    return _pack((each.lat_e7, each.lon_e7) for each in positions)


def unpack_positions(data: Any, *, at_most: int = MAX_POSITIONS) -> tuple[Position, ...]:
    """Read positions. Raises: TypeError, ValueError: it breaks its form, or holds none, or too many."""
    return tuple(_position(lat, lon) for lat, lon in _unpack(data, 2, at_most))


# --- shapes and bounds ------------------------------------------------------------------------------------


def _encode_shape(shape: Shape) -> list[Any]:
    match shape:
        case Circle():
            return [_CIRCLE, pack_positions([shape.centre]), shape.radius_dm]
        case Polygon():
            return [_POLYGON, [[pack_positions(ring) for ring in part] for part in shape.parts]]
        case Corridor():
            return [_CORRIDOR, pack_positions(shape.line), shape.half_width_dm]
        case Track():
            numbers = ((each.position.lat_e7, each.position.lon_e7, each.at_ms) for each in shape.fixes)
            return [_TRACK, _pack(numbers), shape.buffer_dm]


def _decode_shape(value: Any) -> Shape:
    if not isinstance(value, list) or not value or type(value[0]) is not int:
        raise TypeError("not a shape")
    match value:
        case [1, bytes() as data, radius]:
            (centre,) = unpack_positions(data, at_most=1)
            return Circle(centre=centre, radius_dm=_natural(radius))
        case [2, [*parts]] if parts:
            return Polygon(parts=tuple(map(_part, parts)))
        case [3, bytes() as data, half_width]:
            return Corridor(line=unpack_positions(data), half_width_dm=_natural(half_width))
        case [4, bytes() as data, buffer]:
            fixes = tuple(
                Fix(position=_position(lat, lon), at_ms=_natural(at))
                for lat, lon, at in _unpack(data, 3, MAX_POSITIONS)
            )
            return Track(fixes=fixes, buffer_dm=_natural(buffer))
        case _:
            raise TypeError("not a shape")


def _part(value: Any) -> tuple[tuple[Position, ...], ...]:
    if not isinstance(value, list) or not value:
        raise TypeError("not a part of a polygon")
    return tuple(map(unpack_positions, value))


def encode_bound(bound: Bound) -> int | list[int] | None:
    """Give an altitude as its value, unit and datum, another bound as its number; None: not stated."""
    if isinstance(bound, Altitude):
        return [bound.value, int(bound.unit), int(bound.datum)]
    return None if bound is None else int(bound)


def decode_bound(value: Any) -> Bound:
    """Read a bound that is stated. Raises: TypeError, ValueError: it breaks its form."""
    if type(value) is int:
        return Limit(value)
    if not isinstance(value, list) or len(value) != 3 or not all(type(each) is int for each in value):
        raise TypeError("not an altitude")
    return Altitude(value=value[0], unit=AltitudeUnit(value[1]), datum=Datum(value[2]))


def _natural(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("not a natural number")
    return value


# --- packed numbers ---------------------------------------------------------------------------------------


def _position(lat_e7: int, lon_e7: int) -> Position:
    if abs(lat_e7) > MAX_LATITUDE_E7:
        raise ValueError("no such latitude")
    return Position(lat_e7=lat_e7, lon_e7=lon_e7)


def _pack(rows: Iterable[tuple[int, ...]]) -> bytes:
    """Write the first row, then differences; the one of the longitude the shorter way round."""
    packed = bytearray()
    before: Sequence[int] | None = None
    for row in rows:
        numbers = row if before is None else [now - last for now, last in zip(row, before, strict=True)]
        lat, lon, *rest = numbers
        for number in (lat, lon if before is None else wrap_longitude(lon), *rest):
            _append(packed, (number << 1) ^ (number >> 63))
        before = row
    return bytes(packed)


def _append(packed: bytearray, number: int) -> None:
    while number > 0x7F:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)


def _unpack(data: Any, width: int, at_most: int) -> Iterator[tuple[int, ...]]:
    if not isinstance(data, bytes):
        raise TypeError("not packed numbers")
    numbers = list(_numbers(data, width * at_most))
    if not numbers or len(numbers) % width:
        raise ValueError("not whole positions")
    now = [0] * width
    for start in range(0, len(numbers), width):
        steps = numbers[start : start + width]
        if not -MAX_LONGITUDE_E7 <= steps[1] < MAX_LONGITUDE_E7:
            raise ValueError("no such longitude")
        now = [last + step for last, step in zip(now, steps, strict=True)]
        now[1] = wrap_longitude(now[1])
        yield tuple(now)


def _numbers(data: bytes, at_most: int) -> Iterator[int]:
    """Read zigzag numbers, each in its shortest form."""
    number = shift = count = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
            if shift >= 7 * MAX_GROUPS:
                _refuse("too long a number")
            continue
        if not byte and shift:
            _refuse("not the shortest form")
        count += 1
        if count > at_most:
            _refuse("too many positions")
        yield (number >> 1) ^ -(number & 1)
        number = shift = 0
    if shift:
        _refuse("cut short")


def _refuse(what: str) -> NoReturn:
    raise ValueError(what)
