"""What a past view of the firebreak says of its own instant: the last direct contact as it was then."""

from contextlib import closing

from tests.scenario.calling import answer, call, decline, watch
from tests.scenario.stage import DESKS, open_line

from coupefeu.cli.firebreak_words import firebreak_lines
from coupefeu.console.firebreak_looking import look_at_pairs, values_at
from coupefeu.model.firebreak import Level
from coupefeu.model.instant import format_instant
from coupefeu.node.firebreak_pairs import pairs_then
from coupefeu.services.firebreak.marks import Asked

MINUTE_S = 60


def desks_at(node, at_ms, *, known):
    """Give the pair of the duty desks as it stood."""
    with closing(node.desk()) as desk:
        pairs = pairs_then(desk, Asked(at_ms=at_ms, known=known))
    return next(each for each in pairs if each.ours == DESKS[node.name])


def test_the_last_contact_is_that_of_the_instant_looked_at_by_both_clocks_on_both_sides(tmp_path):
    nodes = open_line(tmp_path)
    us, instants = nodes.us, [nodes.us.clock().utc_ms]
    calls = []
    for _ in range(2):
        nodes.run(seconds=MINUTE_S)
        calls.append(call(us))
        nodes.run(seconds=2)
        answer(nodes.ru, calls[-1])
        nodes.run(seconds=MINUTE_S)
        instants.append(us.clock().utc_ms)
    declined = call(us)
    nodes.run(seconds=2)
    decline(nodes.ru, declined)
    nodes.run(seconds=MINUTE_S)
    for node in nodes.nodes:
        for known in (False, True):
            none, first, second = (desks_at(node, each, known=known) for each in instants)
            assert none.contacts == ()
            assert [each.last.entries[0] for each in (first, second)] == ["US/0", "US/1"]
            assert first.last.by == DESKS["ru"]
            assert instants[0] < first.last.at_ms < instants[1] < second.last.at_ms < instants[2]
            now = desks_at(node, us.clock().utc_ms, known=known)
            assert now.last.entries == second.last.entries
            expected = [("declined", 1)] if node is us else []
            assert [(each.value, count) for each, count in now.attempts] == expected, "calls of ours"


def test_the_page_shows_the_pairs_of_its_instant_and_the_command_line_the_same(tmp_path):
    nodes = open_line(tmp_path)
    before_ms = nodes.us.clock().utc_ms
    nodes.run(seconds=MINUTE_S)
    number = call(nodes.us)
    nodes.run(seconds=2)
    answer(nodes.ru, number)
    nodes.run(seconds=MINUTE_S)
    with closing(nodes.us.desk()) as desk:
        now, at, known_at = (
            look_at_pairs(desk, *each) for each in ((None, None), (before_ms, None), (None, before_ms))
        )
    of = {pages.as_of_ms: next(each for each in pages.pairs if each.ours == "us.duty") for pages in (now, at)}
    assert of.pop(before_ms).last is None
    assert next(iter(of.values())).last.entries[0] == "US/0"
    assert (known_at.as_of_ms, known_at.pairs) == (before_ms, at.pairs)


def refuse_thrice(nodes, from_post, to_post):
    for _ in range(3):
        number = call(nodes.us, to_post, from_post=from_post)
        nodes.run(seconds=2)
        decline(nodes.ru, number, from_post=to_post)
        nodes.run(seconds=MINUTE_S)


def test_it_is_as_grave_since_what_broke_it_first_also_when_that_has_been_mended_since(tmp_path):
    nodes = open_line(tmp_path)
    for node in nodes.nodes:
        watch(node)
    nodes.run(seconds=MINUTE_S)
    refuse_thrice(nodes, "us.duty", "ru.duty")
    broken_ms = nodes.us.clock().utc_ms
    refuse_thrice(nodes, "us.chief", "ru.chief")
    number = call(nodes.us)
    nodes.run(seconds=2)
    answer(nodes.ru, number)
    nodes.run(seconds=MINUTE_S)
    with closing(nodes.us.desk()) as desk:
        for judged in (desk.firebreak.now(), desk.firebreak.at(nodes.us.clock().utc_ms)):
            assert judged.level is Level.BROKEN
            assert {each.subject for each in judged.reasons if each.level is Level.BROKEN} == {
                "ru.chief/us.chief"
            }
            whole = desk.firebreak.with_since(judged)
            assert whole.since_ms < broken_ms < judged.since_ms
            strip = desk.firebreak.history(whole.since_ms - 1, judged.asked.at_ms, known=judged.asked.known)
            assert {each.level for each in strip if each.to_ms > whole.since_ms} == {Level.BROKEN}
            assert strip[0].level is not Level.BROKEN
            said = "\n".join(firebreak_lines(whole, desk.context(), "en"))
            assert "at least as grave since" in said
        shown = values_at(desk, "en", None, None, is_link_up=True)
        assert shown.since == format_instant(desk.firebreak.with_since(desk.firebreak.now()).since_ms)
