"""Unsigned integers below 2^63, seven bits a byte, the lowest first, shortest form only."""

from typing import Final, NoReturn

from coupefeu.errors import PeerError, UsageError

_ONE_BYTE: Final = tuple(bytes((value,)) for value in range(128))
_MAX_BYTES: Final = 9


def varint(value: int) -> bytes:
    """`value` in 1 to 9 bytes.

    Raises:
        UsageError: negative, or 2^63 and more.
    """
    if 0 <= value < 128:
        return _ONE_BYTE[value]
    if value < 0 or value >> 63:
        raise UsageError(
            f"{value} is no number for the wire",
            code="wire.varint.range",
            hint="Numbers run from 0 to 2^63 - 1.",
        )
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)


def read_varint(data: bytes, position: int) -> tuple[int, int]:
    """Return the number at `position` and the position after it.

    Raises:
        PeerError: cut off, longer than 9 bytes, or not the shortest form.
    """
    try:
        byte = data[position]
        if byte < 128:
            return byte, position + 1
        value = byte & 127
        for step in range(1, _MAX_BYTES):
            byte = data[position + step]
            value |= (byte & 127) << (7 * step)
            if byte < 128:
                if not byte:
                    _refuse("not-shortest")
                return value, position + step + 1
    except IndexError:
        _refuse("truncated")
    return _refuse("too-long")


def _refuse(defect: str) -> NoReturn:
    raise PeerError(
        f"a number on the wire is refused: {defect}",
        code=f"wire.varint.{defect}",
        hint="The frame is dropped; it comes again if it was damaged on the way.",
    )
