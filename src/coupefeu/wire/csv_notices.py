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
from coupefeu.wire.features import FIELD, TEXTS, Defect, Feature, Reject

MAX_COLUMNS: Final = 128
MAX_VOLUMES: Final = 16
REJECTED: Final = ("reject_line", "reject_field", "reject_reason")
"""Columns of a reject file: read over when it is given again."""
WRITTEN: Final = ("shape", "positions", *REACHES.values(), "lower", "upper", "from", "to")
_COUNTED: Final = re.compile(r"(\d{1,2})(?:/(\d{1,2}))?", re.ASCII)
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")
_RUNNABLE: Final = re.compile(r"'*[=+\-@]")
"""What a spreadsheet would run as a formula; an apostrophe before it makes it a text."""
_RUN: Final = re.compile(r"^'(?='*[=+\-@])")
COLUMNS: Final = ("id", "volume", *TEXTS, *OF_VOLUMES)


class CsvNotices:
    """A file of notices as it is read; `unread`: names of columns that nothing is taken from."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Read the names of the columns.

        Raises:
            PeerError: `wire.csv.header`: there are none that name notices, or one stands twice.
        """
        source = iter(lines)
        self.header = next(source, "")
        self.delimiter = find_delimiter(self.header)
        self._names = _read_header(self.header, self.delimiter)
        known = {*COLUMNS, *REJECTED}
        self.unread = tuple(each for each in self._names if each not in known and not each.startswith(FIELD))
        self._records = read_records(source, self.delimiter, first=2)

    def __iter__(self) -> Iterator[Feature | Reject]:
        """Give what the file holds, row by row; a notice of several volumes when its last row was read."""
        group: list[tuple[Record, Cells]] = []
        for record in self._records:
            defect = _record_defect(record, len(self._names))
            if defect is not None:
                if group:
                    yield _notice(group)
                    group = []
                yield Reject(at=record.at, id="", defects=(defect,), raw=record.raw)
                continue
            cells = dict(zip(self._names, (each.strip() for each in record.cells), strict=True))
            if group and not _continues(cells, group[-1][1], len(group)):
                yield _notice(group)
                group = []
            group.append((record, cells))
        if group:
            yield _notice(group)


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
        records = list(read_records(_LINES.findall(reject.raw), self._delimiter))
        records = records if all(len(each.cells) == self._columns for each in records) else []
        rows = [self._of(each.cells) for each in records]
        unread = [reject.raw.rstrip("\r\n"), *[""] * (len(self._kept) - 1)]
        return "".join(write_record([*each, *why], self._delimiter) for each in rows or [unread])

    def _of(self, cells: Sequence[str]) -> list[str]:
        return [cells[at] for at in self._kept]


def write_csv(features: Iterable[Feature], fields: Sequence[str] = ()) -> Iterator[str]:
    """Write notices, a row for each volume, the names of the columns first; `fields`: `field.NAME` that are used."""
    names = ("exercise", "id", "volume", *(each for each in TEXTS if each != "exercise"), *fields, *WRITTEN)
    yield write_record(names)
    for feature in features:
        texts = {name: _text(feature.properties[name]) for name in names if name in feature.properties}
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


def _continues(cells: Cells, before: Cells, count: int) -> bool:
    """Whether a row is the next volume of the notice that the row before belongs to."""
    counted = _COUNTED.fullmatch(cells.get("volume", ""))
    is_later = counted is not None and int(counted[1]) > 1
    return is_later and cells.get("id") == before.get("id") and count < MAX_VOLUMES


def _notice(group: Sequence[tuple[Record, Cells]]) -> Feature | Reject:
    """Read the rows of one notice; one bad row rejects all of them: half a notice is none."""
    defects: list[Defect] = []
    volumes = []
    first = group[0][1]
    for number, (_, cells) in enumerate(group, 1):
        written = cells.get("volume", "") or "1/1"
        counted = _COUNTED.fullmatch(written)
        if not counted or int(counted[1]) != number or int(counted[2] or len(group)) != len(group):
            reason = f"this is row {number} of {len(group)} that stand together with this id"
            hint = "count the rows of one notice 1/3, 2/3, 3/3, one behind the other"
            defects.append(_defect("volume", "volume", written, reason, hint))
        volumes.append(read_volume(cells, defects))
    id_ = first.get("id", "")
    read = [each for each in volumes if each is not None]
    if defects or len(read) < len(group):
        raw = "".join(record.raw for record, _ in group)
        return Reject(at=group[0][0].at, id=id_, defects=tuple(defects), raw=raw)
    return Feature(at=group[0][0].at, id=id_, volumes=tuple(read), properties=_properties(first))


def _properties(cells: Cells) -> Mapping[str, str]:
    named = chain(TEXTS, (each for each in cells if each.startswith(FIELD)))
    return {name: _RUN.sub("", cells[name]) for name in named if cells.get(name)}


def _text(value: object) -> str:
    """Write a text so that no spreadsheet runs it; numbers, yes and no as words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if _RUNNABLE.match(text) else text
