"""Notices as CSV: a row is a volume; rows of one id whose column `volume` counts 1/3, 2/3, 3/3 are one notice.

    id,form,title,shape,positions,radius,lower,upper,from,to
    A1,flight-safety,Refuelling,corridor,48.1N 16.2E | 48.4N 17.0E,5 NM,FL180,FL240,2026-12-01T06:00Z,2026-12-01T09:00Z

Columns, in any order: `id`, `volume`, `form`, `title`, `movement`, `remarks`, `wants_answer`, `units`, `exercise`,
`field.NAME` of the form; `shape`; `positions`, or `lat` and `lon`; `radius` (circle), `half_width` (corridor), `buffer`
(track), or the same with `_m`; `lower`, `upper`, or `lower_m`, `upper_m` and `datum`; `from`, `to`. Between positions
stands `|`, before a hole `||`, before another part `|||`; a position of a track is followed by `@` and its instant.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.wire.csv_records import Record, find_delimiter, read_records, write_record
from coupefeu.wire.csv_volumes import COLUMNS as OF_VOLUMES
from coupefeu.wire.csv_volumes import REACHES, Cells, read_volume, write_volume
from coupefeu.wire.features import FIELD, TEXTS, Defect, Feature, Reject, join

MAX_COLUMNS: Final = 128
REJECTED: Final = ("reject_line", "reject_field", "reject_reason")
"""Columns of a reject file: read over when it is given again."""
WRITTEN: Final = ("shape", "positions", *REACHES.values(), "lower", "upper", "from", "to")
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")
_FORMULA: Final = r"'*[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]"
_RUNNABLE: Final = re.compile(_FORMULA)
"""What a spreadsheet would run as a formula, behind blanks too, and by wide signs; an apostrophe makes it a text."""
_RUN: Final = re.compile(rf"^'(?={_FORMULA})")
COLUMNS: Final = ("id", "volume", *TEXTS, *OF_VOLUMES)


class CsvNotices:
    """A file of notices as it is read; `unread`: names of columns that nothing is taken from."""

    def __init__(self, lines: Iterable[str], language: str = "en") -> None:
        """Read the names of the columns; `language`: which letters stand for the points of the compass.

        Raises:
            PeerError: `wire.csv.header`: there are none that name notices, or one stands twice.
        """
        source = iter(lines)
        self._language = language
        self.header = next(source, "")
        self.delimiter = find_delimiter(self.header)
        self._names = _read_header(self.header, self.delimiter)
        known = {*COLUMNS, *REJECTED}
        self.unread = tuple(each for each in self._names if each not in known and not each.startswith(FIELD))
        self._records = read_records(source, self.delimiter, first=2)

    def __iter__(self) -> Iterator[Feature | Reject]:
        """Give what the file holds, row by row; a notice of several volumes when its last row was read."""
        return join(map(self._row, self._records))

    def _row(self, record: Record) -> Feature | Reject:
        defect = _record_defect(record, len(self._names))
        if defect is not None:
            return Reject(at=record.at, id="", defects=(defect,), raw=(record.raw,))
        cells = dict(zip(self._names, (each.strip() for each in record.cells), strict=True))
        defects: list[Defect] = []
        volume = read_volume(cells, defects, self._language)
        id_, part = cells.get("id", ""), cells.get("volume", "")
        if volume is None:
            return Reject(at=record.at, id=id_, defects=tuple(defects), part=part, raw=(record.raw,))
        properties = _properties(cells)
        return Feature(
            at=record.at, id=id_, volumes=(volume,), properties=properties, part=part, raw=(record.raw,)
        )


class CsvRejects:
    """What a reject file says: the rows as they were, and three columns more, which are read over later."""

    def __init__(self, source: CsvNotices) -> None:
        """Write as `source` is written: its columns, and what stands between them."""
        self._delimiter = source.delimiter
        header = next(read_records([source.header], source.delimiter))
        self._kept = [at for at, name in enumerate(header.cells) if name.strip().lower() not in REJECTED]
        self._columns = len(header.cells)
        self.header = write_record([*self._of(header.cells), *REJECTED], self._delimiter)

    def rows(self, reject: Reject) -> str:
        """Write the rows of a reject; of a record that cannot be read, its text stands in the first cell."""
        why = [
            str(reject.at),
            " ".join(dict.fromkeys(each.field for each in reject.defects if each.field)),
            "; ".join(f"{each.reason}: {each.hint}" if each.hint else each.reason for each in reject.defects),
        ]
        rows = []
        for raw in reject.raw:
            record = next(read_records(_LINES.findall(raw), self._delimiter), None)
            is_whole = record is not None and len(record.cells) == self._columns
            unread = [raw.rstrip("\r\n"), *[""] * (len(self._kept) - 1)]
            rows.append(self._of(record.cells) if record is not None and is_whole else unread)
        return "".join(write_record([*each, *why], self._delimiter) for each in rows)

    def _of(self, cells: Sequence[str]) -> list[str]:
        return [cells[at] for at in self._kept]


def write_csv(features: Iterable[Feature], fields: Sequence[str] = ()) -> Iterator[str]:
    """Write notices, a row for each volume, the names of the columns first; `fields`: `field.NAME` that are used."""
    names = ("exercise", "id", "volume", *(each for each in TEXTS if each != "exercise"), *fields, *WRITTEN)
    yield write_record(names)
    for feature in features:
        texts = {name: cell_text(feature.properties[name]) for name in names if name in feature.properties}
        for number, volume in enumerate(feature.volumes, 1):
            cells = {
                "id": feature.id,
                "volume": f"{number}/{len(feature.volumes)}",
                **texts,
                **write_volume(volume),
            }
            yield write_record(cells.get(name, "") for name in names)


def _read_header(header: str, delimiter: str) -> tuple[str, ...]:
    record = next(read_records([header], delimiter), None)
    names = tuple(each.strip().lower() for each in record.cells) if record else ()
    stated = [each for each in names if each]
    hint = "begin with the names of the columns, such as id,title,lat,lon,radius,from,to"
    if not set(stated) & {"positions", "lat"} or len(names) > MAX_COLUMNS:
        raise PeerError("line 1 does not name the columns of notices", code="wire.csv.header", hint=hint)
    twice = next((each for each in stated if stated.count(each) > 1), None)
    if twice:
        raise PeerError(
            f"line 1 names the column {twice[:40]!r} twice", code="wire.csv.header", hint="take one out"
        )
    return names


def _record_defect(record: Record, columns: int) -> Defect | None:
    if record.defect:
        reason, hint = record.defect, "close the quotes, double those inside a cell"
    elif re.search("[\ud800-\udfff]", record.raw):
        reason, hint = "the line is not UTF-8", "save the file as UTF-8"
    elif len(record.cells) != columns:
        reason = f"there are {len(record.cells)} cells under {columns} columns"
        hint = "put texts that hold the separator in quotes"
    else:
        return None
    return _defect("record", "", record.raw.encode("utf-8", "replace").decode(), reason, hint)


def _defect(defect: str, field: str, seen: str, reason: str, hint: str) -> Defect:
    return Defect(code=f"wire.csv.{defect}", field=field, seen=seen[:60], reason=reason, hint=hint)


def _properties(cells: Cells) -> Mapping[str, str]:
    named = chain(TEXTS, (each for each in cells if each.startswith(FIELD)))
    return {name: _RUN.sub("", cells[name]) for name in named if cells.get(name)}


def cell_text(value: object) -> str:
    """Write a text so that no spreadsheet runs it; numbers, yes and no as words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if _RUNNABLE.match(text) else text
