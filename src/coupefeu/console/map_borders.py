"""A party's own borders: a GeoJSON file in its node's folder, shown on its own screens, never on a record.

Where borders are is a position that one side takes; the map itself has none.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from coupefeu.errors import ConfigError

BORDERS: Final = "borders.geojson"
MAX_BYTES: Final = 8 * 1024 * 1024
_KINDS: Final = frozenset({"LineString", "MultiLineString", "Polygon", "MultiPolygon"})
_HINT: Final = f"Put lines or areas as GeoJSON (RFC 7946) of at most 8 MiB into {BORDERS}, or take it away."


def read_borders(folder: Path) -> dict[str, Any] | None:
    """Give the file's lines and areas as one FeatureCollection without properties; None: there is no file.

    Raises:
        ConfigError: `console.map_borders.unreadable`.
    """
    path = folder / BORDERS
    if not path.is_file():
        return None
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("it is too large")  # noqa: TRY301 - said like all that is wrong with it
        features = [_bare(each) for each in _geometries(json.loads(path.read_bytes()), depth=4)]
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(
            f"{BORDERS} in the node's folder cannot be read as borders",
            code="console.map_borders.unreadable",
            hint=_HINT,
        ) from error
    return {"type": "FeatureCollection", "features": features}


def _geometries(given: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Find the lines and areas, wherever they stand in it."""
    if not isinstance(given, dict) or depth == 0:
        raise ValueError("this is no GeoJSON")
    if given.get("type") == "FeatureCollection":
        for each in _list(given.get("features")):
            yield from _geometries(each, depth - 1)
    elif given.get("type") == "GeometryCollection":
        for each in _list(given.get("geometries")):
            yield from _geometries(each, depth - 1)
    elif given.get("type") == "Feature":
        if given.get("geometry") is not None:
            yield from _geometries(given["geometry"], depth - 1)
    elif given.get("type") in _KINDS:
        _check_positions(given.get("coordinates"), depth=4)
        yield given


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise ValueError("this is no GeoJSON")  # noqa: TRY004 - said like all that is wrong with it
    return given


def _check_positions(given: Any, depth: int) -> None:
    """Refuse what is no list of positions: a browser would be given it as it is."""
    if depth == 0 or not isinstance(given, list) or not given:
        raise ValueError("coordinates are no positions")
    if isinstance(given[0], list):
        for each in given:
            _check_positions(each, depth - 1)
        return
    longitude, latitude = given[0], given[1] if len(given) > 1 else None
    for each, most in ((longitude, 540), (latitude, 90)):
        if isinstance(each, bool) or not isinstance(each, int | float) or not -most <= each <= most:
            raise ValueError("this is no position")


def _bare(geometry: dict[str, Any]) -> dict[str, Any]:
    kept = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
    return {"type": "Feature", "properties": {}, "geometry": kept}
