"""A record is made with the newest tables; the migrations make the same; what is newer is refused untouched."""

import subprocess
import sys

import pytest
from tests.stores import do, open_keeper, rich_record, view_rows, wind_back

from coupefeu.errors import StoreError
from coupefeu.store import tables
from coupefeu.store.jobs import FindWanted
from coupefeu.store.reader import Reader
from coupefeu.store.schema import prepare_schema, read_revision, upgrade
from coupefeu.store.sqlite import open_for_writing


def schema(connection):
    """Columns and indices of the record's own tables, as the database sees them."""
    found = {}
    for name in tables.RECORD.tables:
        columns = connection.query(f"PRAGMA table_info({name})").fetchall()
        unique = connection.query(f"PRAGMA index_list({name})").fetchall()
        indices = sorted(
            (origin, is_unique, partial, tuple(connection.query(f"PRAGMA index_info('{index}')").fetchall()))
            for _, index, is_unique, origin, partial in unique
        )
        found[name] = (columns, indices)
    return found


def test_the_migrations_make_what_a_new_record_has(tmp_path):
    made = open_keeper(tmp_path / "made.db").connection
    migrated = open_for_writing(tmp_path / "migrated.db")
    upgrade(migrated)
    assert schema(migrated) == schema(made)
    assert read_revision(migrated) == read_revision(made) == tables.SCHEMA_VERSION
    prepare_schema(migrated)
    migrated.close()
    keeper = open_keeper(tmp_path / "migrated.db")
    assert view_rows(keeper)["messages"] == []


def test_a_record_of_before_there_were_attachments_is_brought_up_and_keeps_all(tmp_path):
    path = tmp_path / "record.db"
    keeper = rich_record(path, "us")
    before = view_rows(keeper)
    entries = keeper.connection.query("SELECT * FROM entries").fetchall()
    wind_back(keeper.connection, "0001")
    for statement in (
        "DROP TABLE message_attachments",
        "UPDATE views_built SET digest = 'of the first program'",
    ):
        keeper.connection.query(statement)
    keeper.close()
    again = open_keeper(path)
    assert read_revision(again.connection) == tables.SCHEMA_VERSION
    assert view_rows(again) == before
    assert again.connection.query("SELECT * FROM entries").fetchall() == entries
    assert [wanted.number for wanted in do(again, FindWanted(log=1)).items] == [0, 1]


def test_a_migration_that_fails_leaves_nothing(tmp_path):
    connection = open_for_writing(tmp_path / "record.db")
    connection.query("CREATE TABLE runs (in_the_way INTEGER)")
    with pytest.raises(Exception, match="runs already exists"):
        upgrade(connection)
    assert connection.query("SELECT name FROM sqlite_master").fetchall() == [("runs",)]
    connection.query("DROP TABLE runs")
    upgrade(connection)
    assert read_revision(connection) == tables.SCHEMA_VERSION


def test_a_record_of_a_newer_program_is_refused_and_not_changed(tmp_path):
    path = tmp_path / "record.db"
    keeper = rich_record(path, "us")
    keeper.connection.query("UPDATE alembic_version SET version_num = '9999'")
    keeper.close()
    before = path.read_bytes()
    for opening in (lambda: open_keeper(path), lambda: Reader(path, running=False)):
        with pytest.raises(StoreError) as refused:
            opening()
        assert refused.value.code == "store.schema.version"
        assert "9999" in refused.value.message
        assert refused.value.hint
    assert path.read_bytes() == before


def test_a_database_without_a_record_cannot_be_read(tmp_path):
    open_for_writing(tmp_path / "record.db").close()
    with pytest.raises(StoreError) as refused:
        Reader(tmp_path / "record.db", running=False)
    assert refused.value.code == "store.schema.version"
    assert "not made yet" in refused.value.message
    assert "ask again" in refused.value.hint, "a node may be starting for the first time beside it"


def test_no_start_pays_for_alembic(tmp_path):
    do(open_keeper(tmp_path / "record.db"))
    code = (
        "import sys; from pathlib import Path; from tests.stores import open_keeper;"
        f"open_keeper(Path({str(tmp_path)!r}) / 'record.db'); open_keeper(Path({str(tmp_path)!r}) / 'new.db');"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
