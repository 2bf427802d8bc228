"""The watch on both sides: what a desk says of itself reaches the other, is receipted, verified and left again.

Source: failure 11 of the field: a line that rings in an empty room.
"""

from tests.scenario.stage import open_line, troubles, unbind, verify_all, write

from coupefeu.model.precedence import Precedence
from coupefeu.node.open_things import gather_open
from coupefeu.services.watch.facts import AcceptWatch, HandOverWatch, LeaveWatch, TakeWatch
from coupefeu.services.watch.standing import WatchView


def standings(node):
    desk = node.desk()
    try:
        return desk.watch_standings()
    finally:
        desk.close()


def watches(node) -> dict[str, WatchView]:
    return {each.watch.post: each.watch for each in standings(node) if each.watch}


def test_each_side_sees_who_is_on_watch_at_both(tmp_path):
    nodes = open_line(tmp_path)
    assert watches(nodes.us) == {}
    nodes.us.act(TakeWatch(from_post="us.duty", heard=True, officer="second watch"))
    nodes.ru.act(TakeWatch(from_post="ru.duty", heard=False))
    nodes.run(seconds=3)
    for node in nodes.nodes:
        seen = watches(node)
        assert sorted(seen) == ["ru.duty", "us.duty"]
        assert (seen["us.duty"].officer, seen["us.duty"].heard) == ("second watch", True)
        assert seen["ru.duty"].heard is False
    nodes.us.act(LeaveWatch(from_post="us.duty"))
    nodes.run(seconds=3)
    assert list(watches(nodes.ru)) == ["ru.duty"]
    assert troubles(nodes.us) == troubles(nodes.ru) == []
    assert verify_all(nodes, tmp_path / "export")["us"].size == 2


def test_a_relief_while_the_line_is_down_is_read_there_when_it_is_back(tmp_path):
    nodes = open_line(tmp_path)
    us, ru = nodes.us, nodes.ru
    flash = ru.say("Stop.", precedence=Precedence.FLASH)
    us.act(TakeWatch(from_post="us.duty", heard=True, officer="first watch"))
    nodes.run(seconds=3)
    desk = us.desk()
    found = gather_open(desk)
    desk.close()
    offer = HandOverWatch(
        from_post="us.duty",
        to_officer="second watch",
        things=found.things,
        count=found.count,
        officer="first watch",
    )
    (offered,) = us.act(offer)
    nodes.run(seconds=3)
    (waiting,) = [each for each in standings(ru) if each.hand_over]
    assert (waiting.watch.officer, waiting.hand_over.to_officer) == ("first watch", "second watch")
    assert [each.entry for each in waiting.hand_over.things] == [flash]
    nodes.disconnect()
    accepted = AcceptWatch(
        from_post="us.duty", hand_over=offered, heard=True, seen=(flash,), officer="second watch"
    )
    us.act(accepted)
    nodes.run(seconds=10)
    assert watches(ru)["us.duty"].officer == "first watch", "as it was said last"
    nodes.connect()
    nodes.run(seconds=10)
    for node in nodes.nodes:
        seen = watches(node)["us.duty"]
        assert (seen.officer, seen.hand_over, seen.crossed) == ("second watch", f"US/{offered[1]}", "")
    assert verify_all(nodes, tmp_path / "export")["us"].size == 3


def test_an_odd_watch_stops_nothing_and_takes_no_desk(tmp_path, monkeypatch):
    nodes = open_line(tmp_path)
    unbind(nodes, nodes.ru, monkeypatch)
    nodes.us.act(TakeWatch(from_post="us.duty", heard=True))
    for body in (b"\xff", b"", b"\xa1\x01\x01"):
        write(nodes.ru, 48, body)
        write(nodes.ru, 49, body)
    behind = nodes.ru.say("The next one.")
    nodes.run(seconds=3)
    assert list(watches(nodes.us)) == ["us.duty"]
    assert nodes.us.message(behind).original == "The next one."
    assert troubles(nodes.us) == []


def test_the_claimed_time_is_theirs_and_the_arrival_ours(tmp_path):
    nodes = open_line(tmp_path)
    nodes.ru.shift_ms = 3_600_000
    nodes.ru.act(TakeWatch(from_post="ru.duty", heard=True))
    nodes.run(seconds=3)
    (seen,) = watches(nodes.us).values()
    assert 3_590_000 < seen.claimed_ms - seen.arrived_ms < 3_610_000
