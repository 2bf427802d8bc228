"""A budget over the last minute: it never lets more through, and refills as the minute moves on."""

from coupefeu.node.calling.minute import MINUTE_MS, Minute


def take_free(minute, now_ms):
    """Take one if one may be taken now."""
    is_free = minute.free_ms(now_ms) <= now_ms
    if is_free:
        minute.take(now_ms)
    return is_free


def test_no_more_than_agreed_in_any_minute():
    minute = Minute(3)
    taken = [now_ms for now_ms in range(0, 5 * MINUTE_MS, 1_000) if take_free(minute, now_ms)]
    assert taken[:4] == [0, 1_000, 2_000, MINUTE_MS]
    for start in taken:
        assert sum(start <= each < start + MINUTE_MS for each in taken) <= 3


def test_it_says_when_the_next_may_be_taken():
    minute = Minute(1)
    assert minute.free_ms(5) == 5
    minute.take(5)
    assert minute.is_last
    assert minute.free_ms(6) == 5 + MINUTE_MS


def test_a_smaller_budget_counts_what_was_taken():
    minute = Minute(3)
    for now_ms in (0, 10, 20):
        minute.take(now_ms)
    minute.most = 2
    assert minute.free_ms(30) == 10 + MINUTE_MS
    minute.most = 4
    assert minute.free_ms(30) == 30
