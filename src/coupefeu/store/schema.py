"""Which tables a record has: the newest are made at once, older ones are brought up by Alembic, unknown ones refused.

A new record is stamped with the newest revision, and a current one costs one SELECT; Alembic is imported only when
there is something to migrate. Views are not its business: they are dropped and rebuilt (rebuild.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from coupefeu.errors import StoreError
from coupefeu.services.base import METADATA
from coupefeu.store import tables
from coupefeu.store.rebuild import remember_views
from coupefeu.store.sqlite import Connection, create_tables

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_STAMP: Final = insert(tables.alembic_version)


def prepare_schema(connection: Connection) -> None:
    """Bring a record to the newest revision.

    Raises: StoreError: a newer program wrote it, or the database cannot be written; nothing was changed.
    """
    revision = read_revision(connection)
    if revision == tables.SCHEMA_VERSION:
        return
    if revision is None:
        _create(connection)
    else:
        _insist_known(revision)
        upgrade(connection)


def insist_current(connection: Connection) -> None:
    """Return if a record can be read by this program. Raises: StoreError."""
    revision = read_revision(connection)
    if revision is None:
        raise StoreError(
            "the record is not made yet: its file is there, and no table in it",
            code="store.schema.version",
            hint="If the node is just starting for the first time, ask again; `coupefeu up` makes the record.",
        )
    if revision != tables.SCHEMA_VERSION:
        raise StoreError(
            f"the record has revision {revision}, this program reads {tables.SCHEMA_VERSION}",
            code="store.schema.version",
            hint="An older or new record is made ready by `coupefeu up`; a newer one needs the program that wrote it.",
        )


def read_revision(connection: Connection) -> str | None:
    """Give the revision of a record's tables; None when it has none yet."""
    names = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
    if next(connection.stream(names), None) is None:
        return None
    row = next(connection.stream("SELECT version_num FROM alembic_version"), None)
    return None if row is None else str(row[0])


def upgrade(connection: Connection) -> None:
    """Run all migrations that a record lacks, in one transaction."""
    from alembic import command  # noqa: PLC0415 - 0.3 s that no usual start pays
    from alembic.config import Config  # noqa: PLC0415 - as above
    from pysqlite3 import dbapi2  # noqa: PLC0415 - as above
    from sqlalchemy import StaticPool, create_engine  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    engine = create_engine(
        "sqlite://",
        module=dbapi2,
        creator=lambda: _Lent(connection.raw),
        poolclass=StaticPool,
    )
    with engine.connect() as lent:
        config.attributes["connection"] = lent
        with _transaction(connection):
            command.upgrade(config, "head")


class _Lent:
    """Our driver's connection as Alembic gets it: beginning and ending the transaction stays with us."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def commit(self) -> None:
        """Leave the commit to `_transaction`."""

    def rollback(self) -> None:
        """Leave the rollback to `_transaction`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


def _create(connection: Connection) -> None:
    with _transaction(connection):
        create_tables(connection, tables.RECORD)
        create_tables(connection, METADATA)
        connection.execute(_STAMP, {"version_num": tables.SCHEMA_VERSION})
        remember_views(connection)


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    connection.query("BEGIN IMMEDIATE")
    try:
        yield
        connection.query("COMMIT")
    except BaseException:
        connection.roll_back()
        raise


def _insist_known(revision: str) -> None:
    if revision not in {path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("*.py")}:
        raise StoreError(
            f"the record has revision {revision}, this program knows {tables.SCHEMA_VERSION}",
            code="store.schema.version",
            hint="Install the newer version of Coupe-feu that wrote it.",
        )
