"""A file of notices as a stream of features and rejects, whatever its format."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Final, Self, TextIO

from coupefeu.errors import ConfigError, UsageError
from coupefeu.model.volumes import Datum
from coupefeu.node.importing.geojson import read_geojson
from coupefeu.node.importing.judging import Wish
from coupefeu.wire.cot_read import read_cot
from coupefeu.wire.csv_notices import CsvNotices, CsvRejects
from coupefeu.wire.csv_records import MAX_RECORD_CHARACTERS
from coupefeu.wire.features import Feature, Reject

_PIECE: Final = 65_536


class Format(StrEnum):
    """What a file of notices is written in."""

    CSV = "csv"
    GEOJSON = "geojson"
    COT = "cot"


_SUFFIXES: Final = {
    ".csv": Format.CSV, ".tsv": Format.CSV, ".txt": Format.CSV,
    ".geojson": Format.GEOJSON, ".json": Format.GEOJSON, ".jsonl": Format.GEOJSON, ".geojsonl": Format.GEOJSON,
    ".cot": Format.COT, ".xml": Format.COT,
}  # fmt: skip


def format_of(path: Path) -> Format:
    """Tell a format by the name of a file. Raises: UsageError `node.importing.format`."""
    found = _SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise UsageError(
            f"{path.name}: its name does not say what it is written in",
            code="node.importing.format",
            hint="Give --format csv, geojson or cot.",
        )
    return found


class Source:
    """One file, read once; `notes`: what people should know of all of it; `rows`: how its rejects are written."""

    def __init__(self, file: TextIO, format_: Format, wish: Wish) -> None:
        """Begin to read.

        Raises:
            PeerError: nothing of it can be read.
        """
        self.format = format_
        self.notes: tuple[str, ...] = ()
        self.rows: CsvRejects | None = None
        self._file = file
        self._found: Iterable[Feature | Reject]
        match format_:
            case Format.CSV:
                lines = iter(lambda: file.readline(MAX_RECORD_CHARACTERS + 2), "")
                notices = CsvNotices(lines, wish.language)
                self.rows, self._found = CsvRejects(notices), notices
                unread = ", ".join(notices.unread)
                self.notes = (f"columns that nothing is taken from: {unread}",) if unread else ()
            case Format.GEOJSON:
                self._found = read_geojson(file, Datum[wish.datum] if wish.datum else None)
            case Format.COT:
                self._found = read_cot(iter(lambda: file.read(_PIECE), ""), wish.reach)

    @classmethod
    def open(cls, path: Path, format_: Format | None, wish: Wish) -> Self:
        """Open a file.

        Raises:
            ConfigError: `node.importing.absent`. UsageError, PeerError: as above.
        """
        chosen = format_ or format_of(path)
        try:
            file = path.open("r", encoding="utf-8-sig", errors="surrogateescape", newline="")
        except OSError as error:
            raise ConfigError(
                f"cannot read {path}: {error.strerror}", code="node.importing.absent", hint="Check the name."
            ) from error
        try:
            return cls(file, chosen, wish)
        except BaseException:
            file.close()
            raise

    def __iter__(self) -> Iterator[Feature | Reject]:
        """Give what the file holds, in its order."""
        return iter(self._found)

    @property
    def place(self) -> int:
        """How many bytes were taken from the file."""
        return self._file.buffer.tell() if isinstance(self._file, TextIOWrapper) else 0

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
