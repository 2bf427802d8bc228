"""Views made anew from the record are the same, row by row; an interrupted rebuild changes nothing (protocol A8)."""

import subprocess
import sys

import pytest
from tests.stores import AGREEMENT, joined_line, open_keeper, rich_record, view_rows

from coupefeu.errors import StoreError
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.views import SELECT_LATEST_MESSAGES
from coupefeu.store import rebuild as rebuilding
from coupefeu.store.reader import Reader
from coupefeu.store.rebuild import are_current, rebuild, rebuild_record
from coupefeu.testing.line import make_line


@pytest.mark.parametrize("ours", ["us", "ru"])
def test_a_record_with_everything_on_it_gives_the_same_rows(tmp_path, ours):
    keeper = rich_record(tmp_path / "record.db", ours)
    before = view_rows(keeper)
    assert len(before["messages"]) > 8
    assert len(before["message_attachments"]) == 2
    assert before["agreement_entries"]
    told = []
    shown = rebuild(
        keeper.connection, keeper.line, SERVICES, AGREEMENT, lambda done, total: told.append((done, total))
    )
    assert view_rows(keeper) == before
    held = keeper.connection.query("SELECT number, content FROM attachments").fetchall()
    assert held == [(1, b"and more")]
    assert told[-1] == (shown + 1, shown + 1)  # one body is withheld still, and not shown


def test_both_sides_of_a_busy_line_give_the_same_rows(tmp_path):
    nodes = joined_line(tmp_path)
    for node in nodes.nodes:
        before = view_rows(node.keeper)
        assert len(before["message_facts"]) >= 3
        rebuild(node.keeper.connection, node.keeper.line, SERVICES, AGREEMENT)
        assert view_rows(node.keeper) == before


def test_a_body_that_came_late_counts_from_when_it_came(tmp_path):
    keeper = rich_record(tmp_path / "record.db", "us")
    arrivals = [
        arrival for (arrival,) in keeper.connection.query("SELECT arrival FROM entries WHERE idx = 5")
    ]
    others = [arrival for (arrival,) in keeper.connection.query("SELECT arrival FROM entries WHERE idx = 48")]
    assert arrivals > others


def test_views_that_another_program_made_are_rebuilt_at_the_next_start(tmp_path):
    path = tmp_path / "record.db"
    keeper = rich_record(path, "us")
    before = view_rows(keeper)
    keeper.connection.query("UPDATE views_built SET digest = 'of an older program'")
    keeper.connection.query("DROP TABLE message_facts")
    keeper.connection.query("CREATE TABLE a_view_of_old (number INTEGER)")
    assert not are_current(keeper.connection)
    keeper.close()
    again = open_keeper(path)
    assert view_rows(again) == before
    assert are_current(again.connection)
    names = [
        name for (name,) in again.connection.query("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    assert "a_view_of_old" not in names


@pytest.mark.parametrize("running", [True, False])
def test_views_of_another_program_are_not_read_even_where_their_columns_are_ours(tmp_path, running):
    path = tmp_path / "record.db"
    keeper = rich_record(path, "us")
    keeper.connection.query("UPDATE views_built SET digest = 'of an older program'")
    keeper.close()
    with Reader(path, running=running) as reader:
        assert reader.entry(1, 0)["idx"] == 0
        with pytest.raises(StoreError, match="another version of the program") as refused:
            reader.view(SELECT_LATEST_MESSAGES, {"limit": 10})
    assert refused.value.code == "store.database.other_version"
    assert "coupefeu up" in refused.value.hint
    open_keeper(path).close()
    with Reader(path, running=running) as reader:
        assert reader.view(SELECT_LATEST_MESSAGES, {"limit": 10})


_READS_ONE_SERVICE = """
import sys
from pathlib import Path
from coupefeu.services.agreement.views import SELECT_ENTRIES
from coupefeu.store.reader import Reader

with Reader(Path(sys.argv[1]), running=False) as reader:
    print(len(reader.view(SELECT_ENTRIES)))
"""


def test_a_program_that_uses_one_service_knows_the_views_of_all(tmp_path):
    path = tmp_path / "record.db"
    rich_record(path, "us").close()
    words = [sys.executable, "-c", _READS_ONE_SERVICE, str(path)]
    assert int(subprocess.run(words, capture_output=True, check=True, timeout=60).stdout) >= 0


def test_a_rebuild_that_fails_half_way_leaves_the_old_views(tmp_path, monkeypatch):
    path = tmp_path / "record.db"
    keeper = rich_record(path, "us")
    before = view_rows(keeper)

    def fail(done, _total):
        raise KeyboardInterrupt(done)

    with pytest.raises(KeyboardInterrupt):
        rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT, fail)
    assert view_rows(keeper) == before
    keeper.close()
    monkeypatch.setattr(rebuilding, "_CHUNK", 7)
    assert rebuild_record(path, make_line(AGREEMENT, "us"), SERVICES, AGREEMENT) == 49
    assert view_rows(open_keeper(path)) == before
