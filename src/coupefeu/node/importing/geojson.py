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
_NAMED: Final = 60
"""What stands before the colon of an error is the name of a field, if it is short."""


def read_geojson(file: TextIO, datum: Datum | None) -> Iterator[Feature | Reject]:
    """Read a file; `datum`: of altitudes that name none (None: they are asked about).

    Raises:
        PeerError: `wire.geojson.*`: it is no JSON at all, and no feature a line either.
    """
    return join(_read(number, each, datum) for number, each in enumerate(_values(file), 1))


def _values(file: TextIO) -> Iterator[Any]:
    """Give the features of a collection as values, those of a feature a line as texts."""
    first = next(
        (line for line in iter(lambda: file.readline(MAX_COLLECTION_CHARACTERS), "") if line.strip()), ""
    )
    if _is_feature(first):
        yield first
        yield from (line for line in iter(lambda: file.readline(MAX_LINE_CHARACTERS), "") if line.strip())
        return
    text = first + file.read(MAX_COLLECTION_CHARACTERS)
    if len(text) >= MAX_COLLECTION_CHARACTERS:
        raise PeerError("the file is too long", code="wire.geojson.long", hint="write a feature a line")
    value = parse_json(text)
    features = value.get("features") if isinstance(value, dict) else None
    yield from features if isinstance(features, list) else [value]


def _is_feature(line: str) -> bool:
    try:
        value = parse_json(line)
    except PeerError:
        return False
    return isinstance(value, dict) and value.get("type") != "FeatureCollection"


def _read(number: int, given: Any, datum: Datum | None) -> Feature | Reject:
    text = given.rstrip("\r\n") if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    try:
        value = parse_json(given) if isinstance(given, str) else given
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


def _flat(properties: dict[str, Any]) -> dict[str, Any]:
    """Bring the fields of a form, which may stand in an object of their own, beside the rest; null is not stated."""
    fields = properties.get("fields")
    stated = {f"{FIELD}{name}": each for name, each in fields.items()} if isinstance(fields, dict) else {}
    return {
        name: each for name, each in {**properties, **stated}.items() if each is not None and name != "fields"
    }
