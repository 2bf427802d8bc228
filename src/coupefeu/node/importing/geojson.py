"""GeoJSON as a stream of features and rejects that keep their text: a collection, or a feature a line of any number."""

import json
from collections.abc import Iterator
from typing import Any, Final, TextIO

from coupefeu.errors import PeerError
from coupefeu.model.volumes import Datum
from coupefeu.wire.features import FIELD, Defect, Feature, Reject, join
from coupefeu.wire.geojson import parse_json, read_feature

MAX_COLLECTION_CHARACTERS: Final = 200_000_000
MAX_LINE_CHARACTERS: Final = 1_000_000
MAX_ID_CHARACTERS: Final = 200
_LOOKED_AT: Final = 100
"""So many lines are looked at for a feature, where the first one is none."""
_NAMED: Final = 60
"""What stands before the colon of an error is the name of a field, if it is short."""


def read_geojson(file: TextIO, datum: Datum | None) -> Iterator[Feature | Reject]:
    """Read a file; `datum`: of altitudes that name none (None: they are asked about).

    Raises:
        PeerError: `wire.geojson.*`: it is no JSON at all, and no feature a line either.
    """
    return join(_read(number, each, datum) for number, each in _values(file))


def _values(file: TextIO) -> Iterator[tuple[int, Any]]:
    """Give the features of a collection as numbered values, those of a feature a line as numbered texts."""
    lines = enumerate(_lines(file), 1)
    number, first = next(((number, line) for number, line in lines if line.strip()), (1, ""))
    if _is_feature(first):
        yield number, first
        yield from ((number, line) for number, line in lines if line.strip())
        return
    text = first + "".join(line for _, line in lines)
    try:
        value = parse_json(text, marks=True)
    except PeerError:
        given = text.splitlines()
        if not any(map(_is_feature, given[1:_LOOKED_AT])):
            raise
        yield from ((at, line) for at, line in enumerate(given, number) if line.strip())
        return
    features = value.get("features") if isinstance(value, dict) else None
    yield from enumerate(features if isinstance(features, list) else [value], 1)


def _lines(file: TextIO) -> Iterator[str]:
    """Give the lines of a file, whole whatever their length. Raises: PeerError: one is longer than any file may be."""
    for line in iter(lambda: file.readline(MAX_COLLECTION_CHARACTERS), ""):
        if len(line) >= MAX_COLLECTION_CHARACTERS:
            raise PeerError("the file is too long", code="wire.geojson.long", hint="write a feature a line")
        yield line


def _is_feature(line: str) -> bool:
    try:
        value = parse_json(line, marks=True)
    except PeerError:
        return False
    return isinstance(value, dict) and value.get("type") != "FeatureCollection"


def _read(number: int, given: Any, datum: Datum | None) -> Feature | Reject:
    text = given.rstrip("\r\n") if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    try:
        value = _value(given) if isinstance(given, str) else given
    except PeerError as error:
        return Reject(at=number, id="", defects=(Defect.of(error, "", text),), raw=(text,))
    said = value.get("properties") if isinstance(value, dict) else None
    part = said.get("volume", "") if isinstance(said, dict) else ""
    part = part if isinstance(part, str) else ""
    try:
        found = read_feature(value, number, datum=datum)
    except PeerError as error:
        id_ = str(value.get("id") or "")[:MAX_ID_CHARACTERS] if isinstance(value, dict) else ""
        name, colon, _ = error.message.partition(":")
        defect = Defect.of(error, name if colon and len(name) < _NAMED else "", "")
        return Reject(at=number, id=id_, defects=(defect,), part=part, raw=(text,))
    id_ = "" if found.id is None else str(found.id)[:MAX_ID_CHARACTERS]
    properties = _flat(found.properties)
    return Feature(at=number, id=id_, volumes=found.volumes, properties=properties, part=part, raw=(text,))


def _value(line: str) -> Any:
    """Read a line. Raises: PeerError: it is too long, or no JSON."""
    if len(line) > MAX_LINE_CHARACTERS:
        raise PeerError(
            f"the line has {len(line):,} characters, more than {MAX_LINE_CHARACTERS:,}",
            code="wire.geojson.long",
            hint="simplify the area, or give it in several notices",
        )
    return parse_json(line, marks=True)


def _flat(properties: dict[str, Any]) -> dict[str, Any]:
    """Bring the fields of a form, which may stand in an object of their own, beside the rest; null is not stated."""
    fields = properties.get("fields")
    stated = {f"{FIELD}{name}": each for name, each in fields.items()} if isinstance(fields, dict) else {}
    return {
        name: each for name, each in {**properties, **stated}.items() if each is not None and name != "fields"
    }
