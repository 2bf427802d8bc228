"""March 2022, as the level of both records has it: attempts in vain, broken with its reasons, one call answered.

The Secretary and the Chairman call their counterparts; one call is declined, some are not answered, one meets a node
that is dark. Both records come to the same level from the same entries, and each reason links to them. Then the
Minister answers, and the level of his pair changes.
"""

from dataclasses import replace

import pytest
from tests.scenario.calling import GRACE_S, RING_S, answer, call, decline, watch, with_terms
from tests.scenario.stage import MINUTE, open_line, say

from coupefeu.errors import UsageError
from coupefeu.model.firebreak import Level
from coupefeu.model.messages import Form
from coupefeu.services.firebreak.clocks import RECENT
from coupefeu.services.firebreak.judged import What
from coupefeu.store.reader import Reader

PAIR, OTHER = "ru.minister/us.secretary", "ru.chief/us.chief"
LADDER_S = 3 * RING_S + GRACE_S + 1
HOUR_MS = 3_600_000


def look(node, read):
    desk = node.desk()
    try:
        return read(desk.firebreak)
    finally:
        desk.close()


def now(node):
    return look(node, lambda desk: desk.now())


def alike(judged):
    """What must be the same on both records."""
    reasons = [
        replace(each, acts=(), age_here_ms=0, proofs=tuple(one._replace(arrived_ms=0) for one in each.proofs))
        for each in judged.reasons
    ]
    return judged.level, judged.as_of_ms, judged.since_ms, judged.marked, reasons


def both(nodes):
    """The level now, which both records share: the same by the signed times, and by what is held here."""
    at_ms = nodes.us.clock().utc_ms
    ours, theirs = (look(node, lambda desk: desk.at(at_ms)) for node in nodes.nodes)
    assert alike(ours) == alike(theirs)
    assert ours.same_entries is theirs.same_entries is True
    held = list(map(now, nodes.nodes))
    assert {each.level for each in held} == {ours.level}
    rules = {(each.rule, each.subject, each.entries) for each in ours.reasons}
    assert all({(each.rule, each.subject, each.entries) for each in one.reasons} == rules for one in held)
    return ours


def reason(judged, rule, subject=PAIR):
    return next((each for each in judged.reasons if (each.rule, each.subject) == (rule, subject)), None)


@pytest.fixture
def nodes(tmp_path):
    line = open_line(tmp_path, agreement=replace(with_terms(ring_s=RING_S)))
    for node in line.nodes:
        watch(node)
    line.run(seconds=5)
    return line


def try_in_vain(nodes):
    """Five attempts: declined, not answered, and one to a dark node; two of the Chairman, declined."""
    placed = [call(nodes.us, "ru.minister", from_post="us.secretary")]
    nodes.run(seconds=5)
    decline(nodes.ru, placed[0], from_post="ru.minister")
    nodes.run(seconds=5)
    for _ in range(2):
        placed.append(call(nodes.us, "ru.minister", from_post="us.secretary"))
        nodes.run(seconds=LADDER_S)
    nodes.ru.stop()
    placed.append(call(nodes.us, "ru.minister", from_post="us.secretary"))
    nodes.run(seconds=LADDER_S)
    nodes.ru.start()
    nodes.connect()
    nodes.run(seconds=MINUTE)
    return placed


def test_the_level_is_broken_by_attempts_in_vain_until_one_call_is_answered(nodes):
    assert both(nodes).level is Level.HOLDING
    placed = try_in_vain(nodes)
    judged = both(nodes)
    assert judged.level is Level.BROKEN
    unanswered, declined = reason(judged, "calls-unanswered"), reason(judged, "call-declined")
    assert (unanswered.level, unanswered.count) == (Level.BROKEN, 3)
    assert set(placed[1:]) <= set(unanswered.entries)
    assert (declined.level, declined.count) == (Level.STRAINED, 1)
    assert placed[0] in declined.entries
    with Reader(nodes.us.path, running=True) as reader:
        assert all(reader.entry(*each)["body"] for each in declined.entries), (
            "the entries that prove it are there"
        )
    offered = [(act.what, act.posts) for act in unanswered.acts]
    assert offered[:3] == [
        (What.RING, ("ru.minister",)), (What.RING_NEXT, ("ru.chief",)), (What.ASK_TIME, ("ru.minister",)),
    ]  # fmt: skip
    assert reason(judged, "calls-unanswered", OTHER) is None

    last = call(nodes.us, "ru.minister", from_post="us.secretary")
    nodes.run(seconds=5)
    answer(nodes.ru, last, from_post="ru.minister")
    nodes.run(seconds=5)
    after = both(nodes)
    assert not [each for each in after.reasons if each.subject == PAIR]
    assert after.level is Level.HOLDING


def test_a_past_instant_is_the_same_on_both_nodes_and_what_was_known_then_is_not(nodes):
    nodes.run(seconds=MINUTE)
    nodes.ru.stop()
    for _ in range(3):
        call(nodes.us, "ru.minister", from_post="us.secretary")
        nodes.run(seconds=LADDER_S)
    dark_ms = nodes.us.clock().utc_ms
    nodes.ru.start()
    nodes.connect()
    nodes.run(seconds=10 * MINUTE)

    ours, theirs = (look(node, lambda desk: desk.at(dark_ms)) for node in nodes.nodes)
    assert alike(ours) == alike(theirs)
    assert reason(ours, "calls-unanswered").count == 3
    ours, theirs = (look(node, lambda desk: desk.known_at(dark_ms)) for node in nodes.nodes)
    assert reason(ours, "calls-unanswered").count == 3
    assert theirs.reasons == (), "none of it had come there"


def test_records_that_are_too_old_are_unknown_and_say_what_held(nodes):
    nodes.run(seconds=MINUTE)
    nodes.ru.stop()
    nodes.clock.advance(25 * HOUR_MS)
    say(nodes.us, Form.FREE_TEXT, text="Are you there?")
    assert now(nodes.us).level is not Level.UNKNOWN
    nodes.clock.advance(2 * HOUR_MS)
    judged = now(nodes.us)
    assert (judged.level, judged.held) == (Level.UNKNOWN, Level.HOLDING)
    unknown = judged.reasons[0]
    assert (unknown.rule, unknown.party, unknown.is_absence) == ("unknown", "ru", True)
    assert unknown.entries[0][0] == 1
    assert judged.same_entries is False, "the other side has not signed for what we wrote since"
    assert look(nodes.us, lambda desk: desk.now(is_link_up=False)).same_entries is False


def test_a_party_whose_clock_runs_ahead_hides_nothing_from_now(nodes):
    nodes.ru.shift_ms = 3 * HOUR_MS
    number = call(nodes.us, "ru.minister", from_post="us.secretary")
    nodes.run(seconds=5)
    decline(nodes.ru, number, from_post="ru.minister")
    nodes.run(seconds=5)
    seen = reason(now(nodes.us), "call-declined")
    assert number in seen.entries
    assert seen.age_ms <= 10_000


def test_nobody_can_say_that_the_other_side_holds_no_more_while_the_line_is_down(nodes):
    nodes.run(seconds=MINUTE)
    assert look(nodes.us, lambda desk: desk.now(is_link_up=True)).same_entries is True
    assert look(nodes.us, lambda desk: desk.now(is_link_up=False)).same_entries is None


def test_the_other_clock_is_compared_by_what_came(nodes):
    nodes.ru.shift_ms = 5 * MINUTE * 1_000
    say(nodes.ru, Form.FREE_TEXT, text="By our clock.")
    nodes.run(seconds=5)
    ahead_ms = now(nodes.us).skew_ms
    assert 0 <= 5 * MINUTE * 1_000 - ahead_ms <= 5_000
    for _ in range(RECENT):
        say(nodes.us, Form.FREE_TEXT, text="By our clock.")
    nodes.run(seconds=5)
    assert now(nodes.ru).skew_ms <= -5 * MINUTE * 1_000, "it is behind, or all that came lately came late"


def test_an_instant_that_is_still_to_come_is_refused(nodes):
    later_ms = nodes.us.clock().utc_ms + 1
    for ask in (lambda desk: desk.at(later_ms), lambda desk: desk.known_at(later_ms)):
        with pytest.raises(UsageError) as refused:
            look(nodes.us, ask)
        assert refused.value.code == "node.firebreak.later"


def test_the_strip_chart_shows_the_level_of_every_stretch(nodes):
    start_ms = nodes.us.clock().utc_ms
    nodes.run(seconds=2 * MINUTE)
    try_in_vain(nodes)
    end_ms = nodes.us.clock().utc_ms
    ours, theirs = (look(node, lambda desk: desk.history(start_ms, end_ms)) for node in nodes.nodes)
    assert ours == theirs
    assert [each.level for each in ours] == [Level.HOLDING, Level.STRAINED, Level.STRAINED, Level.BROKEN]
    for span in ours:
        for at_ms in (span.from_ms, span.to_ms - 1):
            judged = look(nodes.us, lambda desk, at_ms=at_ms: desk.at(at_ms))
            assert (judged.level, tuple(sorted({each.rule for each in judged.reasons}))) == (
                span.level,
                span.rules,
            )
    assert all(each.entries for each in ours[1:])
    with pytest.raises(UsageError) as refused:
        look(nodes.us, lambda desk: desk.history(end_ms, start_ms))
    assert refused.value.code == "node.firebreak.span"
