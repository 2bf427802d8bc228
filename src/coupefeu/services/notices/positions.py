"""Key positions of a notice, and whether they were read back as they stand (docs/spec/notices.md, section 6)."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from coupefeu.errors import CoupefeuError
from coupefeu.model.places import Position, sphere_distance_m
from coupefeu.model.volumes import Circle, Corridor, Polygon, Track, Volume
from coupefeu.services.notices.limits import MAX_READ_BACK
from coupefeu.services.notices.status import PositionDifference
from coupefeu.wire.positions import agrees, read_position

COARSEST_M: Final = 100.0
"""What is written more coarsely tells nothing apart."""


def key_positions(volumes: Sequence[Volume]) -> tuple[Position, ...]:
    """Give what is read back: centres, shells, lines, fixes, in the order of the volumes; the first 64."""
    return tuple(islice((each for volume in volumes for each in _of(volume)), MAX_READ_BACK))


def _of(volume: Volume) -> Iterator[Position]:
    match volume.shape:
        case Circle(centre=centre):
            yield centre
        case Polygon(parts=parts):
            for part in parts:
                yield from part[0]
        case Corridor(line=line):
            yield from line
        case Track(fixes=fixes):
            yield from (each.position for each in fixes)


def compare_positions(
    read: Sequence[str], asked: Sequence[Position], language: str
) -> tuple[PositionDifference, ...]:
    """List what was not read back as it stands, by number from 1; `language`: which letters name the compass."""
    pairs = [
        _compare(number, text, position, language)
        for number, (text, position) in enumerate(zip(read, asked, strict=False), 1)
    ]
    missing = [
        PositionDifference(number=number, read="", reason="missing", distance_m=None)
        for number in range(len(read) + 1, len(asked) + 1)
    ]
    extra = [
        PositionDifference(number=number, read=read[number - 1], reason="extra", distance_m=None)
        for number in range(len(asked) + 1, len(read) + 1)
    ]
    return (*(each for each in pairs if each is not None), *missing, *extra)


def _compare(number: int, text: str, asked: Position, language: str) -> PositionDifference | None:
    try:
        read = read_position(text, language=language)
    except CoupefeuError:
        return PositionDifference(number=number, read=text, reason="unreadable", distance_m=None)
    if read.precision_m > COARSEST_M:
        return PositionDifference(number=number, read=text, reason="coarse", distance_m=None)
    if agrees(read, asked):
        return None
    away_m = round(sphere_distance_m(read.position, asked))
    return PositionDifference(number=number, read=text, reason="elsewhere", distance_m=away_m)
