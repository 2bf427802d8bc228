"""The reject file: what was not filed, as it came, with where, what and why; mend it, and give it again."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TextIO

from coupefeu.errors import ConfigError, PeerError
from coupefeu.node.importing.source import Format, Source
from coupefeu.wire.features import Reject
from coupefeu.wire.geojson import parse_json


class RejectFile:
    """Made when there is a first reject; never written over what is there."""

    def __init__(self, path: Path, source: Source) -> None:
        """Take a name that is free. Raises: ConfigError `node.importing.rejects`."""
        if path.exists():
            raise ConfigError(
                f"{path} is there already", code="node.importing.rejects", hint="Give a new name."
            )
        self._path, self._source = path, source
        self._file: TextIO | None = None

    def write(self, reject: Reject) -> None:
        """Add one."""
        if self._file is None:
            self._file = self._path.open("x", encoding="utf-8", errors="surrogateescape", newline="")
            self._file.write(self._source.rows.header if self._source.rows else "")
        self._file.write(write_reject(self._source, reject))

    def keep(self) -> None:
        """Have what was added survive a power cut."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Keep all of it, and let go of the file."""
        self.keep()
        if self._file is not None:
            self._file.close()


def write_reject(source: Source, reject: Reject) -> str:
    """Write what was not filed as it came, with what is wrong; before CSV goes `source.rows.header`."""
    return _WRITERS[source.format](source, reject)


def why(reject: Reject) -> dict[str, Any]:
    """Say where a reject stands, in which fields its defects are, and what they are."""
    reasons = (f"{each.reason}: {each.hint}" if each.hint else each.reason for each in reject.defects)
    return {
        "number": reject.at,
        "id": reject.id,
        "field": " ".join(dict.fromkeys(each.field for each in reject.defects if each.field)),
        "reason": "; ".join(reasons),
    }


def _csv(source: Source, reject: Reject) -> str:
    return source.rows.rows(reject) if source.rows else ""


def _geojson(_source: Source, reject: Reject) -> str:
    """Write a feature a line with a member `reject`, which is read over; what is no feature stands in one as a text."""
    written = []
    for raw in reject.raw:
        try:
            value = parse_json(raw)
        except PeerError:
            value = None
        if not isinstance(value, dict):
            text = raw.encode("utf-8", "replace").decode()
            value = {"type": "Feature", "geometry": None, "properties": {"text": text}}
        written.append(json.dumps(value | {"reject": why(reject)}, ensure_ascii=False) + "\n")
    return "".join(written)


def _cot(_source: Source, reject: Reject) -> str:
    """Write the events behind a comment that says why."""
    said = json.dumps(why(reject), ensure_ascii=False).replace("--", "- -")
    return f"<!-- {said} -->\n" + "".join(f"{raw}\n" for raw in reject.raw)


_WRITERS: Final[dict[Format, Callable[[Source, Reject], str]]] = {
    Format.CSV: _csv,
    Format.GEOJSON: _geojson,
    Format.COT: _cot,
}
