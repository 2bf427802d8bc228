"""What pages and programs are given of a watch: every text of the other side is safe to put on a screen."""

import msgspec
from tests.stores import AGREEMENT, do, open_keeper
from tests.watches import START_MS, roster, standings, window, write

from coupefeu.node.watch_values import standing_values
from coupefeu.services.watch.facts import WatchFact, encode_watch
from coupefeu.services.watch.hand_over import HandOverFact, OpenRow, encode_hand_over
from coupefeu.services.watch.roster import encode_roster
from coupefeu.testing.author import Author

ODD = "second\u202e\nwatch"


def values_of(keeper, post, now_ms=START_MS):
    found = [standing_values(each, AGREEMENT.party_ids, now_ms) for each in standings(keeper)]
    return next(each for each in found if each.post == post)


def test_nothing_that_the_other_side_wrote_comes_out_raw(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    write(author, 48, encode_watch(WatchFact(officer=ODD, heard=True)))
    offer = HandOverFact(officer=ODD, to_officer=ODD, remarks=ODD, rows=(OpenRow(what=9, due_ms=5),), count=3)
    write(author, 50, encode_hand_over(offer), (0,))
    write(author, 52, encode_roster(roster(window(0, 1, ODD), window(2, 3, ODD))))
    do(keeper, author.checkpoint(0, author.size))
    values = values_of(keeper, "ru.duty")
    said = msgspec.json.encode(values).decode()
    assert "\u202e" not in said
    assert "\\n" not in said
    assert (values.ours, values.watch.number, values.hand_over.number) == (False, "RU/0", "RU/1")
    (thing,) = values.hand_over.things
    assert (thing.number, thing.what, thing.due_ms, values.hand_over.count) == ("RU/0", "other", 5, 3)
    assert values.planned.now == values.roster.windows[:1]
    assert values.planned.then == values.roster.windows[1]


def test_it_says_what_is_planned_at_that_time_and_what_was_never_said(tmp_path):
    keeper = open_keeper(tmp_path / "record.db")
    author = Author(AGREEMENT, "ru")
    write(author, 52, encode_roster(roster(window(0, 1), until=2)))
    do(keeper, author.checkpoint(0, author.size))
    hour = 3_600_000
    gap = values_of(keeper, "ru.duty", START_MS + hour)
    assert (gap.planned.now, gap.planned.gap) == ((), gap.roster.gaps[0])
    after = values_of(keeper, "ru.duty", START_MS + 2 * hour)
    assert (after.planned.is_planned, after.planned.gap, after.planned.then) == (False, None, None)
    nothing = values_of(keeper, "us.duty")
    assert (nothing.watch, nothing.roster, nothing.planned, nothing.said_ms) == (None, None, None, None)
