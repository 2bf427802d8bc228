"""Notices as one text of a format: GeoJSON, CSV, CAP or CoT."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from coupefeu.errors import UsageError
from coupefeu.node.exporting.cap import cap_of
from coupefeu.node.exporting.features import LATE, drawn_of, feature_of
from coupefeu.services.notices.status import NoticeView
from coupefeu.wire.cap import write_cap
from coupefeu.wire.cot import write_events
from coupefeu.wire.csv_notices import write_csv
from coupefeu.wire.features import FIELD
from coupefeu.wire.geojson import write_feature

MEDIA_TYPES: Final = {
    "geojson": "application/geo+json", "csv": "text/csv; charset=utf-8", "cap": "application/cap+xml",
    "cot": "application/xml",
}  # fmt: skip


class ExportFormat(StrEnum):
    """What notices are written as."""

    GEOJSON = "geojson"
    CSV = "csv"
    CAP = "cap"
    COT = "cot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What is said of all that is exported: the line by its first eight digits, whether it is an exercise, and when."""

    line: str
    is_exercise: bool
    language: str
    now_ms: int


def export_notices(views: Sequence[NoticeView], format_: ExportFormat, about: Exported) -> str:
    """Write notices as one text; CAP writes one notice only, and is given its own file for each.

    Raises:
        UsageError: `node.exporting.gone`: the content of one is gone; `node.exporting.one`.
    """
    return _WRITERS[format_](views, about)


def _geojson(views: Sequence[NoticeView], about: Exported) -> str:
    features = []
    for view in views:
        found = feature_of(view, is_exercise=about.is_exercise)
        own = {"party": view.party, "state": view.state.value, "version": len(view.versions)}
        for number, volume in enumerate(found.volumes, 1):
            part = {"volume": f"{number}/{len(found.volumes)}"} if len(found.volumes) > 1 else {}
            features.append(write_feature(found.id, volume, {**found.properties, **own, **part}))
    marked: dict[str, Any] = {"exercise": "EXERCISE / EXERCICE / УЧЕНИЕ"} if about.is_exercise else {}
    return (
        json.dumps({**marked, "type": "FeatureCollection", "features": features}, ensure_ascii=False) + "\n"
    )


def _csv(views: Sequence[NoticeView], about: Exported) -> str:
    features = [feature_of(view, is_exercise=about.is_exercise) for view in views]
    stated = dict.fromkeys(name for each in features for name in each.properties)
    names = [name for name in stated if name.startswith(FIELD) or name in LATE]
    return "".join(write_csv(features, names))


def _cap(views: Sequence[NoticeView], about: Exported) -> str:
    if len(views) != 1:
        raise UsageError(
            f"a CAP message is about one notice, not {len(views)}",
            code="node.exporting.one",
            hint="Export them one by one; --to with a folder writes a file for each.",
        )
    return write_cap(
        cap_of(views[0], line=about.line, is_exercise=about.is_exercise, language=about.language)
    )


def _cot(views: Sequence[NoticeView], about: Exported) -> str:
    found = (drawn_of(view, is_exercise=about.is_exercise) for view in views)
    events = (event for each in found for event in write_events(each, line=about.line, now_ms=about.now_ms))
    return "".join(f"{event}\n" for event in events)


_WRITERS: Final[dict[ExportFormat, Callable[[Sequence[NoticeView], Exported], str]]] = {
    ExportFormat.GEOJSON: _geojson,
    ExportFormat.CSV: _csv,
    ExportFormat.CAP: _cap,
    ExportFormat.COT: _cot,
}
