"""When the caller's node says that it heard nothing, and whether their node was there."""

from coupefeu.model.calls import Outcome
from coupefeu.node.calling.attempts import GRACE_MS, Attempts, LineSign

CALL = (0, 7)
LADDER_MS = 120_000
DEAD = LineSign(alive_since_ms=None, heard_ms=1_000)
ALIVE = LineSign(alive_since_ms=0, heard_ms=5_000)


class Line:
    def __init__(self, sign=DEAD):
        self.sign = sign
        self.attempts = Attempts(lambda _: self.sign)
        self.attempts.place(CALL, "ru", LADDER_MS, 0)

    def due(self, now_ms):
        return [(each.outcome, each.heard_ms) for each in self.attempts.due(now_ms)]


def test_a_dead_line_is_named_with_when_it_was_last_heard():
    line = Line()
    assert line.attempts.next_ms(0) == LADDER_MS + GRACE_MS
    assert line.due(LADDER_MS + GRACE_MS - 1) == []
    assert line.due(LADDER_MS + GRACE_MS) == [(Outcome.LINE_DOWN, 1_000)]
    assert line.due(10 * LADDER_MS) == []
    assert line.attempts.next_ms(10 * LADDER_MS) is None


def test_a_node_that_was_there_and_never_rang():
    assert Line(ALIVE).due(LADDER_MS + GRACE_MS) == [(Outcome.NO_ANSWER, 5_000)]


def test_one_that_was_never_heard_has_no_time():
    line = Line(LineSign(alive_since_ms=None, heard_ms=None))
    assert line.due(LADDER_MS + GRACE_MS) == [(Outcome.LINE_DOWN, None)]


def test_once_it_rings_their_ladder_has_its_whole_time():
    line = Line(ALIVE)
    line.attempts.rings(CALL, 140_000)
    assert line.due(LADDER_MS + GRACE_MS) == []
    assert line.due(140_000 + LADDER_MS + GRACE_MS) == [(Outcome.NO_ANSWER, 5_000)]


def test_many_are_not_looked_through_at_every_turn_of_the_engine():
    asked = []
    attempts = Attempts(lambda _: asked.append(1) or DEAD)
    for number in range(1_000):
        attempts.place((0, number), "ru", LADDER_MS, number)
    assert {attempts.next_ms(now_ms) for now_ms in range(0, LADDER_MS, 1_000)} == {LADDER_MS + GRACE_MS}
    assert asked == []
    assert len(list(attempts.due(LADDER_MS + GRACE_MS + 499))) == 500
    assert attempts.next_ms(LADDER_MS + GRACE_MS + 499) == LADDER_MS + GRACE_MS + 500


def test_one_that_says_again_and_again_that_it_rings_gets_no_more_time():
    line = Line(ALIVE)
    for at_ms in range(0, 600_000, 10_000):
        line.attempts.rings(CALL, at_ms)
    assert line.due(LADDER_MS + GRACE_MS) == [(Outcome.NO_ANSWER, 5_000)]


def test_a_line_that_has_just_come_back_may_bring_its_answer():
    line = Line(LineSign(alive_since_ms=149_000, heard_ms=5_000))
    end_ms = LADDER_MS + GRACE_MS
    assert line.due(end_ms) == []
    assert line.attempts.next_ms(end_ms) == 149_000 + GRACE_MS
    assert line.due(149_000 + GRACE_MS) == [(Outcome.NO_ANSWER, 5_000)]


def test_one_that_comes_and_goes_cannot_put_the_end_off_for_ever():
    line = Line()
    end_ms = LADDER_MS + 2 * GRACE_MS
    for now_ms in range(LADDER_MS + GRACE_MS, end_ms, 5_000):
        line.sign = LineSign(alive_since_ms=now_ms - 4_000, heard_ms=5_000)
        assert line.due(now_ms) == []
    line.sign = LineSign(alive_since_ms=end_ms - 1_000, heard_ms=5_000)
    assert line.due(end_ms) == [(Outcome.NO_ANSWER, 5_000)]


def test_an_outcome_ends_it():
    line = Line()
    assert line.attempts.end(CALL)
    assert not line.attempts.end(CALL)
    assert line.due(10 * LADDER_MS) == []
