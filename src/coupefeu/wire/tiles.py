"""Paths and contents of a tiled log (c2sp.org/tlog-tiles).

    tile/LEVEL/N[.p/WIDTH]      WIDTH hashes of 32 bytes, 256 in a full tile
    tile/entries/N[.p/WIDTH]    WIDTH leaves, each after its length in 2 bytes, big-endian

N is written in groups of three digits, all but the last after an `x`: 1234067 is `x001/x234/067`.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from coupefeu.errors import PeerError, UsageError

TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8


def number_path(number: int) -> str:
    """Return N as path elements."""
    path = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        path = f"x{number % 1000:03d}/{path}"
    return path


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a hash tile."""
    return f"tile/{level}/{_partial(index, width)}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of an entry bundle."""
    return f"tile/entries/{_partial(index, width)}"


def bundle_widths(size: int) -> Iterator[tuple[int, int]]:
    """Give number and width of each entry bundle of a log of `size`; level-0 tiles have the same."""
    return _level_widths(size, 0)


def tile_coordinates(size: int) -> Iterator[tuple[int, int, int]]:
    """Give level, number and width of every hash tile of a log of `size`."""
    level = 0
    while size >> (TILE_HEIGHT * level):
        for index, width in _level_widths(size, level):
            yield level, index, width
        level += 1


def bundle(items: Iterable[bytes]) -> bytes:
    """Return items of at most 65,535 bytes, each after its length.

    Raises:
        UsageError: an item is longer.
    """
    parts: list[bytes] = []
    for item in items:
        if len(item) > 0xFFFF:
            raise UsageError(
                f"an item of {len(item)} bytes",
                code="wire.tiles.too-long",
                hint="A bundle's items have 65,535 bytes.",
            )
        parts += (len(item).to_bytes(2), item)
    return b"".join(parts)


def parse_bundle(data: bytes) -> list[bytes]:
    """Return the items of a bundle, 256 at most.

    Raises:
        PeerError: cut off, or too many.
    """
    items: list[bytes] = []
    position = 0
    while position < len(data):
        start = position + 2
        position = start + int.from_bytes(data[position:start])
        if start > len(data) or position > len(data) or len(items) == TILE_WIDTH:
            raise PeerError(
                f"a bundle of {len(data)} bytes is refused after {len(items)} items",
                code="wire.tiles.bundle",
                hint="The file is cut off or damaged; export it again.",
            )
        items.append(data[start:position])
    return items


def _level_widths(size: int, level: int) -> Iterator[tuple[int, int]]:
    full, partial = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
    for index in range(full):
        yield index, TILE_WIDTH
    if partial:
        yield full, partial


def _partial(index: int, width: int) -> str:
    if index < 0 or not 0 < width <= TILE_WIDTH:
        raise UsageError(
            f"tile {index} of width {width}", code="wire.tiles.range", hint="Widths run from 1 to 256."
        )
    return number_path(index) + (f".p/{width}" if width < TILE_WIDTH else "")
