"""What the desk says beside the level: whether both sides hold the same, whatever lies on a record."""

from tests.stores import AGREEMENT, joined_line, moment, open_keeper, rich_record

from coupefeu.model.firebreak import Level
from coupefeu.node.desk import Desk


def desk_at(path, seconds=60):
    return Desk(path, AGREEMENT, 0, lambda: moment(seconds), running=True)


def test_a_record_of_odd_entries_with_holes_has_a_level_and_holds_not_the_same(tmp_path):
    keeper = rich_record(tmp_path / "record.db", "us")
    desk = desk_at(tmp_path / "record.db")
    judged = desk.firebreak.now()
    assert judged.level in set(Level)
    assert all(each.entries for each in judged.reasons)
    assert judged.same_entries is None, "the other side has signed for nothing yet"
    assert not desk.firebreak._is_complete(1)
    desk.close()
    keeper.close()


def test_an_empty_record_is_unknown(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    desk = desk_at(tmp_path / "record.db")
    judged = desk.firebreak.now()
    assert (judged.level, judged.held, judged.same_entries) == (Level.UNKNOWN, None, None)
    assert {each.entries for each in judged.reasons} == {((0, 0),), ((1, 0),)}
    assert [each.level for each in desk.firebreak.history(moment(0).utc_ms, moment(60).utc_ms)] == [
        Level.UNKNOWN
    ]
    desk.close()
    keeper.close()


def test_both_sides_hold_the_same_when_each_has_signed_for_all(tmp_path):
    nodes = joined_line(tmp_path)
    for node in nodes.nodes:
        desk = node.desk()
        judged = desk.firebreak.now()
        assert judged.same_entries is True
        assert desk.firebreak._is_complete(0)
        assert desk.firebreak._is_complete(1)
        assert set(judged.sizes) == {0, 1}
        desk.close()
    nodes.us.say("not there yet")
    desk = nodes.us.desk()
    assert desk.firebreak.now().same_entries is False
    desk.close()
