"""Records of CSV one by one, from lines of any number: a bad one is given back whole, and the next one is read.

    lines -> Record(at=2, cells=("A1", "48.2N 16.4E"), raw="A1,48.2N 16.4E", defect="")

A quote that is never closed would take all that follows into one cell: a record has at most so many lines, and when
they make none, its first line alone is bad and reading goes on behind it.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

MAX_RECORD_CHARACTERS: Final = 65_536
MAX_RECORD_LINES: Final = 32
DELIMITERS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: the number of its first line, its cells, its text; `defect`: why it is none ("": it is one)."""

    at: int
    cells: tuple[str, ...]
    raw: str
    defect: str = ""


def read_records(lines: Iterable[str], delimiter: str = ",", first: int = 1) -> Iterator[Record]:
    """Read records from lines that keep their ends; blank ones are left out. `first`: the number of the first line."""
    waiting, source, at = deque[str](), iter(lines), first
    while waiting or _take(waiting, source):
        record, count = _record(waiting, source, delimiter, at)
        for _ in range(count):
            waiting.popleft()
        at += count
        if record.defect or any(cell.strip() for cell in record.cells):
            yield record


def find_delimiter(header: str) -> str:
    """Say what stands between the names of columns most often; a comma where nothing does."""
    return max(DELIMITERS, key=header.count)


def write_record(cells: Iterable[str], delimiter: str = ",") -> str:
    """Write one record, cells in quotes where they need them."""
    return delimiter.join(_cell(each, delimiter) for each in cells) + "\r\n"


def _record(waiting: deque[str], source: Iterator[str], delimiter: str, at: int) -> tuple[Record, int]:
    """Make a record of as many lines as it takes; gives it, and how many they are."""
    text, count, defect = "", 0, "a quote is not closed"
    while count < MAX_RECORD_LINES and (count < len(waiting) or _take(waiting, source)):
        text, count = text + waiting[count], count + 1
        if len(text) > MAX_RECORD_CHARACTERS:
            defect = f"the record has more than {MAX_RECORD_CHARACTERS:,} characters"
            break
        try:
            rows = list(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error as error:
            if not str(error).startswith("unexpected end of data"):
                defect = str(error)
                break
            continue
        return Record(at=at, cells=tuple(rows[0]) if rows else (), raw=text), count
    first = waiting[0]
    return Record(at=at, cells=(), raw=first, defect=defect), 1


def _take(waiting: deque[str], source: Iterator[str]) -> bool:
    line = next(source, None)
    if line is None:
        return False
    waiting.append(line)
    return True


def _cell(text: str, delimiter: str) -> str:
    if any(each in text for each in (delimiter, '"', "\r", "\n")) or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text
