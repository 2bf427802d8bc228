"""What a reader finds, and what it says where it cannot read."""

import shutil
import tempfile
from types import SimpleNamespace

import pytest
from tests.stores import open_keeper, rich_record

from coupefeu.errors import StoreError
from coupefeu.store.reader import Reader

US, RU, FR = 0, 1, 2


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (
            "cosignatures (size, log, holder, time_s, signature, arrived_ms)",
            "({n}, 0, {holder}, 0, x'', {ms})",
        ),
        (
            'run_receipts ("end", log, start, holder, root, signature, arrived_ms)',
            "({n} + 10, 0, 0, {holder}, x'', x'', {ms})",
        ),
    ],
)
def test_a_holder_that_signs_often_hides_no_other(tmp_path, table, row):
    keeper = open_keeper(tmp_path / "record.db")
    keeper.connection.query(
        "INSERT INTO logs SELECT 2, 'fr', size, complete, frontier, NULL FROM logs WHERE log = 1"
    )
    for number in range(1, 201):
        values = row.format(n=number, holder=RU, ms=1_000 + number)
        keeper.connection.query(f"INSERT INTO {table} VALUES {values}")
    values = row.format(n=201, holder=FR, ms=5_000)
    keeper.connection.query(f"INSERT INTO {table} VALUES {values}")
    keeper.close()
    with Reader(tmp_path / "record.db", running=False) as reader:
        assert reader.receipts(US, 0) == {RU: 1_001, FR: 5_000}
        assert reader.receipts(RU, 0) == {}


@pytest.fixture
def killed(tmp_path):
    """The record of a node that was killed: its write-ahead log is still there."""
    keeper = rich_record(tmp_path / "running.db", "us")
    for name in ("running.db", "running.db-wal"):
        shutil.copyfile(tmp_path / name, tmp_path / name.replace("running", "record"))
    keeper.close()
    return tmp_path / "record.db"


@pytest.fixture
def copies(tmp_path, monkeypatch):
    """Where private copies are made."""
    folder = tmp_path / "copies"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_the_record_of_a_killed_node_is_read_from_a_copy_that_goes_away(killed, copies):
    before = sorted(killed.parent.iterdir()), killed.read_bytes()
    with Reader(killed, running=False) as reader:
        assert reader.entry(RU, 0)["body"]
        assert len(list(copies.iterdir())) == 1
    del reader
    assert (sorted(killed.parent.iterdir()), killed.read_bytes()) == before
    assert not list(copies.iterdir())


def test_without_room_for_the_copy_it_says_how_much_is_needed_and_what_to_do(killed, copies, monkeypatch):
    needed = sum(killed.with_name(name).stat().st_size for name in ("record.db", "record.db-wal"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=needed - 1))
    with pytest.raises(StoreError, match=f"{needed:,} bytes, {copies} has {needed - 1:,}") as refused:
        Reader(killed, running=False)
    assert refused.value.code == "store.disk.no_room_to_read"
    assert "coupefeu up" in refused.value.hint
    assert "TMPDIR" in refused.value.hint
    assert not list(copies.iterdir())


def test_a_copy_that_fails_half_way_leaves_nothing_behind(killed, copies):
    log = killed.with_name("record.db-wal")
    log.unlink()
    (log / "in the way").mkdir(parents=True)
    with pytest.raises(StoreError) as refused:
        Reader(killed, running=False)
    assert refused.value.code == "store.disk.no_copy_to_read"
    assert "coupefeu up" in refused.value.hint
    assert not list(copies.iterdir())
