"""Views made anew from the record are the same, row by row; an interrupted rebuild changes nothing (protocol A8)."""

import pytest
from tests.stores import AGREEMENT, joined_line, open_keeper, rich_record, view_rows

from coupefeu.node.assembly import SERVICES
from coupefeu.store import rebuild as rebuilding
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
