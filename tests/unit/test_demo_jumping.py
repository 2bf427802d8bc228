"""The clock of the story jumps, and never back; both clocks of a node go together, so that what each promises holds."""

from coupefeu.node.demo.jumping import JumpingClock
from coupefeu.node.demo.terms import RUNS_ON, at, shift_ms


def test_it_goes_forward_only_and_both_clocks_together():
    clock = JumpingClock(1_000)
    before = clock()
    for by_ms in (86_400_000, -5, 0, 1):
        clock.go_on(by_ms)
        now = clock()
        assert now.mono_ms >= before.mono_ms
        assert now.utc_ms - now.mono_ms == 1_000
        before = now
    assert before.mono_ms == 86_400_001


def test_a_shifted_clock_shows_the_end_of_the_story_or_a_little_later():
    for now_ms in (at(RUNS_ON), at(RUNS_ON) + 1, 1_796_000_000_123, 1_796_000_000_999, 0):
        shift = shift_ms(now_ms)
        assert shift % 1_000 == 0, "an agreement has whole seconds"
        assert 0 <= now_ms + shift - at(RUNS_ON) < 1_000
