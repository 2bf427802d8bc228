"""SQLite's border: opening, durability settings, statements compiled once, errors translated.

SQLite comes with us (pysqlite3), not from the user's Python; 3.51.0 and 3.51.1 hang where one thread opens a record
as another closes it, so no such version is ever used.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, Final
from weakref import finalize

from pysqlite3 import dbapi2
from sqlalchemy import Executable, MetaData, Table
from sqlalchemy.dialects import sqlite as dialect_module
from sqlalchemy.schema import CreateIndex, CreateTable

from coupefeu.errors import StoreError

_DIALECT: Final = dialect_module.dialect(paramstyle="qmark")
_DURABLE: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "foreign_keys=ON",
    "cache_size=-8000",
)
"""FULL with WAL: one fsync per commit, and a commit that returned survives a power cut."""
CACHED_STATEMENTS: Final = 1_024
"""More than there are: of a full cache the driver drops the newest, and two in turns are prepared anew each time."""
BUSY_MS: Final = 2_000
"""So long a statement waits for another process that holds the database."""


class Compiled:
    """A statement's text for the driver, and the order of its values."""

    __slots__ = ("executable", "text", "values")

    values: Callable[[Mapping[str, Any]], Sequence[Any]]
    """Puts the values, and those fixed inside the statement, in their order."""

    def __init__(self, executable: Executable) -> None:
        compiled = executable.compile(dialect=_DIALECT)  # type: ignore[attr-defined]  # every Executable has it
        self.executable = executable
        self.text = str(compiled)
        names: tuple[str, ...] = tuple(compiled.positiontup or ())
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        if fixed or len(names) < 2:
            self.values = lambda parameters: [{**fixed, **parameters}[name] for name in names]
        else:
            self.values = itemgetter(*names)


class Compiler:
    """Each Core statement is compiled once; its text then goes straight to the driver (0.64 ms -> 0.18 ms)."""

    def __init__(self) -> None:
        self._known: dict[int, Compiled] = {}

    def __call__(self, executable: Executable) -> Compiled:
        """Give the compiled statement."""
        known = self._known.get(id(executable))
        if known is None:
            known = self._known[id(executable)] = Compiled(executable)
        return known


class Connection:
    """One SQLite connection; drivers' errors leave it as StoreError."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self._compile = Compiler()

    def execute(
        self, executable: Executable, parameters: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Run one statement; rows as dictionaries by column name."""
        compiled = self._compile(executable)
        try:
            cursor = self.raw.execute(compiled.text, compiled.values(parameters or {}))
            if cursor.description is None:
                return []
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]
        except dbapi2.Error as error:
            raise _translate(error) from error

    def execute_many(self, executable: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run one statement once per row."""
        compiled = self._compile(executable)
        try:
            if len(rows) == 1:
                self.raw.execute(compiled.text, compiled.values(rows[0]))
            else:
                self.raw.executemany(compiled.text, map(compiled.values, rows))
        except dbapi2.Error as error:
            raise _translate(error) from error

    def query(self, text: str, parameters: Sequence[Any] = ()) -> Any:
        """Run fixed SQL text; a cursor over plain tuples (for streams over the whole record)."""
        try:
            return self.raw.execute(text, parameters)
        except dbapi2.Error as error:
            raise _translate(error) from error

    def stream(self, text: str, parameters: Sequence[Any] = ()) -> Iterator[Any]:
        """Run fixed SQL text and give its rows one by one; what the driver finds broken half-way is translated too."""
        with Translated():
            yield from self.raw.execute(text, parameters)

    def stream_of(
        self, executable: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Run one statement and give its rows one by one, as they stand in its columns."""
        compiled = self._compile(executable)
        return self.stream(compiled.text, compiled.values(parameters or {}))

    def roll_back(self) -> None:
        """Undo the open transaction, if there is one."""
        with Translated():
            if self.raw.in_transaction:
                self.raw.rollback()

    def close(self) -> None:
        """Close; idempotent."""
        self.raw.close()


class Translated:
    """`with Translated():` turns the driver's errors into StoreError that says what to do."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if kind is not None and issubclass(kind, dbapi2.Error):
            assert error is not None
            raise _translate(error) from error


def _translate(error: BaseException) -> StoreError:
    seen = str(error)
    for needle, code, hint in _CAUSES:
        if needle in seen:
            return StoreError(f"the record's database says: {seen}", code=code, hint=hint)
    return StoreError(
        f"the record's database says: {seen}", code="store.database.failed", hint="Run `coupefeu fsck`."
    )


_CAUSES: Final = (
    (
        "disk is full",
        "store.disk.full",
        "Free space on the disk of the node's folder; nothing recorded was lost.",
    ),
    ("disk I/O", "store.disk.failed", "Check the disk; then `coupefeu fsck`."),
    (
        "RTree",
        "store.database.corrupt",
        "An index of the views is damaged: stop the node and run `coupefeu rebuild`; the record stays as it is.",
    ),
    (
        "locked",
        "store.database.locked",
        "Another program holds the record; stop it, then start this node again.",
    ),
    ("malformed", "store.database.corrupt", "Run `coupefeu fsck`; restore from a backup if it names damage."),
    (
        "not a database",
        "store.database.corrupt",
        "Run `coupefeu fsck`; restore from a backup if it names damage.",
    ),
    (
        "no such",
        "store.database.other_version",
        "Its views are of another version of the program: start the node (coupefeu up), or coupefeu rebuild.",
    ),
    ("readonly", "store.database.readonly", "Give this user the right to write in the node's folder."),
    ("unable to open", "store.database.missing", "Check --node FOLDER; `coupefeu init` makes a new node."),
)

UNAVAILABLE: Final = frozenset({"store.disk.in_doubt", *(code for _, code, _ in _CAUSES)})
"""Codes of failures that no job is the cause of: nothing can be written now."""


def open_for_writing(path: Path) -> Connection:
    """Open or make the database of a node, durable settings on.

    Raises: StoreError: locked by another process, corrupt, disk failed.
    """
    with Translated():
        raw = dbapi2.connect(
            str(path),
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_MS / 1_000,
            cached_statements=CACHED_STATEMENTS,
        )
        for setting in _DURABLE:
            raw.execute(f"PRAGMA {setting}")
    path.chmod(0o600)
    return Connection(raw)


def open_for_reading(path: Path, *, running: bool) -> Connection:
    """Open a record so that reading changes no byte of the folder.

    A running node shares its memory file. A node that stopped cleanly has no write-ahead log and is opened as
    immutable. One that was killed has one: it is read from a private copy, as replaying the log would write.
    """
    if not path.exists():
        raise StoreError(
            f"there is no record at {path}",
            code="store.database.missing",
            hint="Check --node FOLDER; pair first, then `coupefeu up`.",
        )
    if running:
        return Connection(_connect_uri(path, "mode=ro"))
    log = path.with_name(path.name + "-wal")
    if not log.exists() or log.stat().st_size == 0:
        return Connection(_connect_uri(path, "mode=ro&immutable=1"))
    folder = _copy_apart((path, log))
    connection = Connection(_connect_uri(folder / path.name, "mode=rw"))
    finalize(connection, shutil.rmtree, folder, ignore_errors=True)
    return connection


def _copy_apart(parts: Sequence[Path]) -> Path:
    """Copy files to a private folder of their own. Raises: StoreError: there is no room for them."""
    around = Path(tempfile.gettempdir())
    needed, free = sum(part.stat().st_size for part in parts), shutil.disk_usage(around).free
    if needed > free:
        raise StoreError(
            f"this node was killed, so its record is read from a copy: that takes {needed:,} bytes, "
            f"{around} has {free:,}",
            code="store.disk.no_room_to_read",
            hint="Start the node (coupefeu up): no copy is needed then. Or name a folder with room in TMPDIR.",
        )
    folder = Path(tempfile.mkdtemp(prefix="coupefeu-read-"))
    try:
        for part in parts:
            shutil.copyfile(part, folder / part.name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise StoreError(
            f"this node was killed, and the copy to read its record from failed: {error.strerror}",
            code="store.disk.no_copy_to_read",
            hint=f"Start the node (coupefeu up): no copy is needed then. Or check {around}, and this user's rights.",
        ) from error
    return folder


def _connect_uri(path: Path, options: str) -> Any:
    with Translated():
        return dbapi2.connect(
            f"file:{path.absolute()}?{options}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_MS / 1_000,
            cached_statements=CACHED_STATEMENTS,
        )


def create_tables(connection: Connection, metadata: MetaData) -> None:
    """Create every table and index of `metadata`."""
    for table in metadata.sorted_tables:
        for text in declared(table):
            connection.query(text)


def declared(table: Table) -> list[str]:
    """Give the SQL that makes a table and its indices.

    One whose `info` names a module (`{"using": "rtree_i32"}`) is a virtual table of it.
    """
    module = table.info.get("using")
    if module is None:
        indices = sorted(compile_text(CreateIndex(index)) for index in table.indexes)
        return [compile_text(CreateTable(table)), *indices]
    columns = ", ".join(column.name for column in table.columns)
    return [f"CREATE VIRTUAL TABLE {table.name} USING {module} ({columns})"]


def compile_text(statement: Any) -> str:
    """Give a statement as SQLite's SQL."""
    return str(statement.compile(dialect=_DIALECT))
