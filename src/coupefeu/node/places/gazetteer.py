"""Named features: ours from the package, and a party's own from `features.csv` in its node's folder.

    en,fr,ru,position
    Ascension Island,île de l'Ascension,остров Вознесения,7.95S 14.36W
    Checkpoint 7,,,33UXP0193640383                     a name that is missing in a language is the English one

A position stands in any notation that is read here (`wire.positions`), with the letters N, S, E, W.
"""

import csv
import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, Self

from coupefeu.errors import ConfigError, PeerError
from coupefeu.model.places import Position
from coupefeu.node.folder_files import read_bytes
from coupefeu.wire.deceptive import find_deception
from coupefeu.wire.positions import read_position

FILE_NAME: Final = "features.csv"
MAX_NAME_CHARACTERS: Final = 80
_COLUMNS: Final = ["en", "fr", "ru", "position"]
_MEASURED: Final = 8
"""How many that are nearest on a sphere are measured on the ellipsoid: the two differ by half a percent."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A place that people know by name."""

    names: tuple[str, str, str]
    """English, French, Russian."""
    position: Position

    def name(self, language: str) -> str:
        """Name it in a language; in English where it has no name in that one."""
        at = {"fr": 1, "ru": 2}.get(language, 0)
        return self.names[at] or self.names[0]


@dataclass(frozen=True, slots=True)
class Bearing:
    """A feature, and where something is from it.

    Metres along the geodesic, degrees from true north (0 to 359; 0 where it is there).
    """

    feature: Feature
    distance_m: int
    bearing_deg: int


class Gazetteer:
    """Features that positions are told from; the nearest is found among all of them."""

    def __init__(self, features: Iterable[Feature]) -> None:
        self._features = [(_unit(each.position), each) for each in features]

    @classmethod
    def of(cls, folder: Path | None = None) -> Self:
        """Take ours, and those that a party put in its node's folder.

        Raises:
            ConfigError: `node.places.*`: the line of its file, and what is wrong with it.
        """
        own = folder / FILE_NAME if folder else None
        return cls([*_ours(), *(read_features(own) if own and own.is_file() else ())])

    def nearest(self, position: Position) -> Bearing | None:
        """Find the nearest feature; None: there is none at all."""
        from pyproj import Geod  # noqa: PLC0415 - loaded when a position is first re-stated

        x, y, z = _unit(position)
        near = heapq.nlargest(
            _MEASURED, self._features, lambda each: x * each[0][0] + y * each[0][1] + z * each[0][2]
        )
        earth, found = Geod(ellps="WGS84"), []
        for _, feature in near:
            forward, _, distance = earth.inv(
                feature.position.lon, feature.position.lat, position.lon, position.lat
            )
            found.append((distance, round(forward) % 360, feature))
        if not found:
            return None
        distance, bearing, feature = min(found, key=lambda each: each[0])
        return Bearing(feature, round(distance), bearing if round(distance) else 0)


def read_features(path: Path) -> tuple[Feature, ...]:
    """Read a party's own file of at most 96 KiB.

    Raises:
        ConfigError: `node.places.*`: the line, the field and what was seen; `node.folder.absent`, `.too_long`.
    """
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _fault(path, 1, f"is not UTF-8 at byte {error.start}", "save the file as UTF-8") from error
    return tuple(_read(path, text))


@cache
def _ours() -> tuple[Feature, ...]:
    return tuple(_read(Path(FILE_NAME), files(__package__).joinpath(FILE_NAME).read_text("utf-8")))


def _read(path: Path, text: str) -> Iterator[Feature]:
    rows = csv.reader(text.splitlines(), strict=True)
    try:
        if next(rows, []) != _COLUMNS:
            raise _fault(path, 1, "does not name the columns", f"begin with {','.join(_COLUMNS)}")
        for row in rows:
            if row:
                yield _feature(path, rows.line_num, row)
    except csv.Error as error:
        raise _fault(
            path, rows.line_num, f"is no line of CSV: {error}", "put texts with commas in quotes"
        ) from error


def _feature(path: Path, line: int, row: list[str]) -> Feature:
    if len(row) != len(_COLUMNS):
        raise _fault(
            path, line, f"has {len(row)} fields, not {len(_COLUMNS)}", "put texts with commas in quotes"
        )
    english, french, russian = (each.strip() for each in row[:3])
    for name in (english, french, russian):
        deception = find_deception(name)
        if deception or len(name) > MAX_NAME_CHARACTERS:
            raise _fault(path, line, f"name {name[:40]!r} {deception or 'is too long'}", "type the name anew")
    if not english:
        raise _fault(path, line, "has no name in column en", "give at least that one")
    try:
        return Feature((english, french, russian), read_position(row[3]).position)
    except PeerError as error:
        raise _fault(path, line, error.message, error.hint) from error


def _fault(path: Path, line: int, says: str, hint: str) -> ConfigError:
    return ConfigError(f"{path}, line {line}: {says}", code="node.places.features", hint=hint)


def _unit(position: Position) -> tuple[float, float, float]:
    lat, lon = math.radians(position.lat), math.radians(position.lon)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)
