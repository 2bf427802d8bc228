"""CBOR as narrow as a signed record needs it: one value, one encoding.

Admitted: integers with a 64-bit argument, byte strings, UTF-8 text, arrays, maps with unsigned integer keys
in ascending order, true and false; definite lengths, shortest forms, depth 8, 1,024 items, no trailing bytes.
The scanner runs before cbor2 sees anything, for cbor2 also builds dates, decimals and regular expressions.
"""

from typing import Any, Final, NoReturn

import cbor2

from coupefeu.errors import PeerError, UsageError

MAX_BYTES: Final = 65_536
MAX_DEPTH: Final = 8
MAX_ITEMS: Final = 1_024

_ARRAY: Final = -2
_FRESH_MAP: Final = -1
_LEAST: Final = {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}
_UNSIGNED, _NEGATIVE, _TEXT, _LIST, _MAP, _SIMPLE = 0, 1, 3, 4, 5, 7
_FALSE, _TRUE = 20, 21


def encode(value: Any) -> bytes:
    """Encode `value` (int, bytes, str, bool, list or tuple, dict with unsigned integer keys).

    Raises:
        UsageError: the value lies outside the profile.
    """
    try:
        data = cbor2.dumps(value, canonical=True)
        scan(data)
    except (cbor2.CBOREncodeError, PeerError, UnicodeEncodeError, RecursionError, TypeError) as error:
        raise UsageError(
            f"a value cannot be written as CBOR: {error}",
            code="wire.cbor.unencodable",
            hint="Use integers, bytes, text, booleans, lists and maps with integer keys only.",
        ) from error
    return data


def decode(data: bytes) -> Any:
    """Return the value of exactly one admitted item.

    Raises:
        PeerError: any other bytes.
    """
    scan(data)
    try:
        return cbor2.loads(data)
    except (cbor2.CBORDecodeError, UnicodeDecodeError) as error:
        raise PeerError(
            "a CBOR text is not UTF-8", code="wire.cbor.not-utf8", hint="The sender must mend its encoder."
        ) from error


def scan(data: bytes) -> None:  # noqa: C901, PLR0912 - one loop, for it runs on every message
    """Check the profile without building anything (text is checked for UTF-8 by the decoder).

    Raises:
        PeerError: at the first byte that breaks it.
    """
    size = len(data)
    if size > MAX_BYTES:
        _refuse("too-long", 0)
    position = items = 0
    remaining, last_key = 1, _ARRAY
    outer: list[tuple[int, int]] = []
    while True:
        while not remaining:
            if not outer:
                if position != size:
                    _refuse("trailing-bytes", position)
                return
            remaining, last_key = outer.pop()
        items += 1
        if items > MAX_ITEMS:
            _refuse("too-many-items", position)
        if position >= size:
            _refuse("truncated", position)
        initial = data[position]
        position += 1
        major, argument = initial >> 5, initial & 31
        if argument > 23:
            position, argument = _argument(data, position, major, argument)
        if last_key != _ARRAY and not remaining & 1:
            if major != _UNSIGNED or argument <= last_key:
                _refuse("map-key", position)
            last_key = argument
        remaining -= 1
        if major <= _NEGATIVE:
            continue
        if major <= _TEXT:
            position += argument
            if position > size:
                _refuse("truncated", position)
        elif major <= _MAP:
            outer.append((remaining, last_key))
            if len(outer) > MAX_DEPTH:
                _refuse("too-deep", position)
            remaining, last_key = (argument, _ARRAY) if major == _LIST else (2 * argument, _FRESH_MAP)
        elif major != _SIMPLE or argument not in {_FALSE, _TRUE}:
            _refuse("not-admitted", position)


def _argument(data: bytes, position: int, major: int, code: int) -> tuple[int, int]:
    """Return the position after, and the value of, an argument of 1, 2, 4 or 8 bytes in its shortest form."""
    if major == _SIMPLE or code > 27:
        _refuse("not-admitted", position)
    width = 1 << (code - 24)
    end = position + width
    if end > len(data):
        _refuse("truncated", position)
    value = int.from_bytes(data[position:end])
    if value < _LEAST[width]:
        _refuse("not-shortest", position)
    return end, value


def _refuse(defect: str, position: int) -> NoReturn:
    raise PeerError(
        f"CBOR refused at byte {position}: {defect}",
        code=f"wire.cbor.{defect}",
        hint="The bytes are kept as they came; ask the sender which software wrote them.",
    )
