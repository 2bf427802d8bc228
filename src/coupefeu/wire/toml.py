"""TOML read strictly: every field is asked for, and what nobody asked for is refused with its line.

    text -> tomllib -> Table.text("name"), Table.duration_s("skew"), ... -> Table.finish()

`tomllib` keeps no line numbers, so a small index of the text finds them; multi-line strings are refused,
which is what makes that index right.
"""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from coupefeu.errors import PeerError, UsageError
from coupefeu.model.duration import MAX_DURATION_S, parse_duration_s, parse_shift_ms
from coupefeu.model.instant import Instant
from coupefeu.wire.base64 import parse_base64
from coupefeu.wire.deceptive import find_deception

MAX_TOML_BYTES = 24_576
MAX_TEXT_CHARACTERS = 200
MAX_LINE_DOTS = 64
"""What `tomllib` spends on a key grows with the square of its parts, and no key goes on over a line's end."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.-][A-Za-z0-9_.\s-]*)\]")
_FIELD = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*=")
_LINE_IN_TOML_ERROR = re.compile(r"line (\d+)")

Choice = TypeVar("Choice", bound=StrEnum)


class Lines:
    """Where each table and field of a TOML text stands; lines are counted from 1."""

    def __init__(self, text: str) -> None:
        self._at: dict[str, int] = {}
        counts: dict[str, int] = {}
        table = ""
        for number, line in enumerate(text.split("\n"), start=1):
            if header := _HEADER.match(line):
                table = header[2].strip()
                if header[1] == "[[":
                    counts[table] = counts.get(table, 0) + 1
                    table = f"{table}[{counts[table]}]"
                self._at.setdefault(table, number)
            elif field := _FIELD.match(line):
                self._at.setdefault(f"{table}.{field[1]}".removeprefix("."), number)

    def find(self, path: str) -> int:
        """Give the line of `path`, or of the nearest thing around it."""
        while path not in self._at and "." in path:
            path = path.rpartition(".")[0]
        return self._at.get(path, 1)


class Table:
    """One table of the text; every reader raises PeerError (`wire.toml.*`) with field, line and value."""

    def __init__(self, values: dict[str, Any], path: str, lines: Lines) -> None:
        self._values = dict(values)
        self._path = path
        self._lines = lines

    def fault(self, field: str, defect: str, says: str, hint: str = "") -> PeerError:
        """Build the error for one field; the caller raises it."""
        path = f"{self._path}.{field}".strip(".")
        return PeerError(
            f"line {self._lines.find(path)}, field {path[:80]}: {says}", code=f"wire.toml.{defect}", hint=hint
        )

    def has(self, field: str) -> bool:
        """Whether the field is there and not yet read."""
        return field in self._values

    def finish(self) -> None:
        """Refuse every field that nobody has read."""
        for field in self._values:
            raise self.fault(
                field,
                "unknown_field",
                "is not a field of this text",
                "take the line out, or have the software of every party brought to the version that knows it",
            )

    def text(
        self,
        field: str,
        pattern: str = ".+",
        means: str = "a text of one line",
        most: int = MAX_TEXT_CHARACTERS,
    ) -> str:
        """Read a string that fits `pattern`, in NFC, with nothing in it that looks like something else."""
        value = self._take(field, str)
        if len(value) > most or re.fullmatch(pattern, value) is None:
            raise self.fault(field, "bad_value", f"{value[:60]!r} is not {means}", f"write {means}")
        if deception := find_deception(value):
            raise self.fault(field, "deceptive_text", f"{value[:60]!r} {deception}", "type the text anew")
        return str(value)

    def choice(self, field: str, choices: type[Choice]) -> Choice:
        """Read one of the words of an enumeration."""
        value = self._take(field, str)
        if value not in set(choices):
            words = ", ".join(f'"{word.value}"' for word in choices)
            raise self.fault(
                field, "bad_value", f"{str(value)[:60]!r} is not one of {words}", f"write one of {words}"
            )
        return choices(value)

    def integer(self, field: str, least: int, most: int) -> int:
        """Read an integer within [least, most]."""
        value = self._take(field, int)
        if isinstance(value, bool) or not least <= value <= most:
            seen = repr(value) if value.bit_length() < 64 else f"a number of {value.bit_length():,} bits"
            raise self.fault(field, "bad_value", f"{seen} is not a whole number from {least} to {most}")
        return int(value)

    def flag(self, field: str) -> bool:
        """Read true or false."""
        return bool(self._take(field, bool))

    def duration_s(self, field: str, least_s: int = 1, most_s: int = MAX_DURATION_S) -> int:
        """Read a duration such as "1h30m"."""
        seconds = self._converted(field, partial(parse_duration_s, most_s=most_s))
        if seconds < least_s:
            raise self.fault(field, "bad_value", f"is shorter than {least_s} s")
        return seconds

    def durations_s(self, field: str, least_s: int = 1, most: int = 32) -> tuple[int, ...]:
        """Read an array of durations, at least one; they may be alike."""
        values = self._take(field, list)
        if not 1 <= len(values) <= most:
            raise self.fault(field, "bad_value", f"has {len(values)} items, not 1 to {most}")
        rows = (Table({field: value}, self._path, self._lines) for value in values)
        return tuple(row.duration_s(field, least_s) for row in rows)

    def shift_ms(self, field: str) -> int:
        """Read a signed shift such as "+2h"."""
        return self._converted(field, parse_shift_ms)

    def instant(self, field: str) -> Instant:
        """Read a UTC date and time that ends in Z, to the millisecond."""
        value = self._take(field, datetime)
        if value.utcoffset() != timedelta(0) or value.microsecond % 1_000:
            raise self.fault(
                field, "bad_value", "is not UTC to the millisecond", "write it such as 2026-11-23T16:00:00Z"
            )
        return Instant((value - _EPOCH) // timedelta(milliseconds=1))

    def octets(self, field: str, length: int) -> bytes:
        """Read bytes written as base64 of exactly `length` bytes, in the one spelling."""
        value = self._take(field, str)
        try:
            return parse_base64(value, field, length)
        except PeerError as error:
            raise self.fault(field, "bad_value", f"is not base64 of {length} bytes") from error

    def hexadecimal(self, field: str, length: int) -> bytes:
        """Read bytes written as lower-case hexadecimal digits."""
        return bytes.fromhex(
            self.text(field, f"[0-9a-f]{{{2 * length}}}", f"{2 * length} hexadecimal digits")
        )

    def texts(self, field: str, pattern: str, means: str, most: int = 32) -> tuple[str, ...]:
        """Read an array of different strings, at least one."""
        values = self._take(field, list)
        if not 1 <= len(values) <= most:
            raise self.fault(field, "bad_value", f"has {len(values)} items, not 1 to {most}")
        read: list[str] = []
        for value in values:
            row = Table({field: value}, self._path, self._lines)
            read.append(row.text(field, pattern, means))
        if len(set(read)) != len(read):
            raise self.fault(field, "twice", "holds the same item twice")
        return tuple(read)

    def table(self, field: str) -> "Table":
        """Read a table inside this one."""
        return Table(self._take(field, dict), f"{self._path}.{field}".strip("."), self._lines)

    def tables(self, field: str, least: int, most: int = 64) -> list["Table"]:
        """Read an array of tables, `[[field]]`."""
        rows = self._take(field, list) if least or field in self._values else []
        if not least <= len(rows) <= most or not all(isinstance(row, dict) for row in rows):
            raise self.fault(field, "bad_value", f"there must be {least} to {most} tables [[{field}]]")
        path = f"{self._path}.{field}".strip(".")
        return [Table(row, f"{path}[{number}]", self._lines) for number, row in enumerate(rows, start=1)]

    def _converted(self, field: str, convert: Any) -> int:
        try:
            return int(convert(self._take(field, str)))
        except UsageError as error:
            raise self.fault(field, "bad_value", error.message, error.hint) from error

    def _take(self, field: str, kind: type) -> Any:
        if field not in self._values:
            near = get_close_matches(field, self._values, n=1)
            says = f"is missing ({near[0]!r} is not a field)" if near else "is missing"
            raise self.fault(
                field, "missing_field", says, "every field is needed; see docs/spec/agreement.md"
            )
        value = self._values.pop(field)
        if not isinstance(value, kind):
            raise self.fault(field, "wrong_type", f"is {type(value).__name__}, not {kind.__name__}")
        return value


def parse_toml(octets: bytes) -> Table:
    """Read one whole TOML text, at most 24,576 bytes of UTF-8, lines ended by line feeds.

    Raises:
        PeerError: `wire.toml.too_long`, `.not_text`, `.multi_line_string`, `.many_dots`, `.deceptive_text`,
            `.syntax`, naming the line.
    """
    if len(octets) > MAX_TOML_BYTES:
        raise PeerError(
            f"the text has {len(octets)} bytes, more than {MAX_TOML_BYTES}",
            code="wire.toml.too_long",
            hint="shorten it",
        )
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        where = octets[: error.start].count(b"\n") + 1
        raise PeerError(
            f"line {where}: not UTF-8", code="wire.toml.not_text", hint="save it as UTF-8"
        ) from error
    for number, line in enumerate(text.split("\n"), start=1):
        _check_line(number, line)
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        found = _LINE_IN_TOML_ERROR.search(str(error))
        place = f"line {found[1]}" if found else "the last line"
        raise PeerError(
            f"{place}: not TOML ({error})", code="wire.toml.syntax", hint="mend that line"
        ) from error
    return Table(values, "", Lines(text))


def _check_line(number: int, line: str) -> None:
    if '"""' in line or "'''" in line:
        raise PeerError(
            f"line {number}: a string over several lines",
            code="wire.toml.multi_line_string",
            hint="use one line",
        )
    if line.count(".") > MAX_LINE_DOTS:
        raise PeerError(
            f"line {number}: {line.count('.'):,} dots, more than {MAX_LINE_DOTS}",
            code="wire.toml.many_dots",
            hint="break the line after a comma",
        )
    if deception := find_deception(line):
        raise PeerError(
            f"line {number}: {deception}", code="wire.toml.deceptive_text", hint="type the line anew"
        )
