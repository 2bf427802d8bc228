"""A record that may be older than what its node signed is read and never signed for (protocol A13)."""

import shutil

import pytest

from coupefeu.errors import ConfigError
from coupefeu.model.instant import Moment
from coupefeu.node.assembly import open_keeper
from coupefeu.node.exercise import pair_exercise
from coupefeu.services.messages.commands import SendLineTest
from coupefeu.store.highwater import read_high_water, why_recovering, write_high_water
from coupefeu.store.jobs import Act
from coupefeu.store.reader import Reader
from coupefeu.testing.joined import JoinedNodes

NOW = Moment(utc_ms=1_700_000_000_000, mono_ms=0)


@pytest.fixture
def folder(tmp_path):
    """A node with one entry of its own, and a copy of its record from before the second."""
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    keeper = open_keeper(us, NOW)
    write_high_water(us.high_water_path, keeper.marks())
    keeper.close()
    shutil.copy(us.record_path, tmp_path / "backup.db")
    keeper = open_keeper(us, NOW)
    keeper.execute([Act(command=SendLineTest(template=1))], NOW)
    write_high_water(us.high_water_path, keeper.marks())
    keeper.close()
    return us


def refusal(folder):
    with pytest.raises(ConfigError) as caught:
        open_keeper(folder, NOW)
    return caught.value


def test_the_record_as_it_was_left_is_opened(folder):
    keeper = open_keeper(folder, NOW)
    assert keeper.states[folder.log_number].size == 2
    keeper.close()


def test_a_record_from_a_backup_signs_nothing_and_is_read(folder, tmp_path):
    shutil.copy(tmp_path / "backup.db", folder.record_path)
    error = refusal(folder)
    assert error.code == "node.assembly.recovering"
    assert "holds 1 entries, 2 were signed for" in error.message
    with Reader(folder.record_path, running=False) as reader:
        assert reader.entry(folder.log_number, 0)["body"]


def test_without_the_file_a_record_signs_nothing(folder):
    folder.high_water_path.unlink()
    assert refusal(folder).code == "node.assembly.recovering"


def test_without_file_and_record_no_other_entry_0_is_signed(folder):
    """Keys and agreement alone came back from a backup: a record that begins anew would fork the one signed."""
    folder.high_water_path.unlink()
    folder.record_path.unlink()
    assert refusal(folder).code == "node.assembly.recovering"


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"logs": 1}', b'{"logs": {"0": [1]}}', b"\xff"])
def test_a_damaged_file_is_not_taken_for_none(folder, damage):
    folder.high_water_path.write_bytes(damage)
    assert refusal(folder).code == "store.highwater.damaged"


def test_the_file_comes_back_as_it_was_written(tmp_path):
    marks = {0: (7, b"\x01" * 32), 1: (5, b"\x02" * 32)}
    write_high_water(tmp_path / "highwater", marks)
    assert read_high_water(tmp_path / "highwater") == marks
    assert [path.name for path in tmp_path.iterdir()] == ["highwater"]


def test_what_counts_as_older():
    marks = {0: (7, b""), 1: (5, b"")}
    assert why_recovering(marks, {0: 7, 1: 5}) is None
    assert why_recovering(marks, {0: 8, 1: 6}) is None
    assert "log 1" in why_recovering(marks, {0: 7, 1: 4})
    assert "missing" in why_recovering(None, {0: 1})
    assert "missing" in why_recovering(None, {0: 0, 1: 0})
    assert why_recovering({}, {0: 0, 1: 0}) is None


def test_the_marks_after_each_commit_are_those_of_the_whole_record(tmp_path):
    """They are kept up by what a transaction changed: a log that is left out would be signed again after a loss."""
    nodes = JoinedNodes(tmp_path)
    nodes.connect()

    def exchange():
        for node in nodes.nodes:
            node.say(f"from {node.name}")
        nodes.run(seconds=2)
        for node in nodes.nodes:
            keeper = node.keeper
            assert keeper.marks() == keeper._read_marks(keeper.states)
            assert all(mark[0] for mark in keeper.marks().values())

    exchange()
    nodes.us.stop()
    nodes.us.open_incarnation()
    nodes.connect()
    exchange()
    assert set(nodes.us.keeper.marks()) == set(nodes.ru.keeper.marks()) == {0, 1, 2}
