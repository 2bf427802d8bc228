"""One-time links: once, within ten minutes, and no guessing."""

import hmac

import pytest

from coupefeu.console.errors import NotSignedInError, TooManyError
from coupefeu.console.guesses import AT_ONCE as GUESSES
from coupefeu.console.guesses import MAX_SOURCES
from coupefeu.console.links import LASTS_MS, MAX_OUTSTANDING, Invitation, Links

INVITED = Invitation(post="us.duty", officer="", language="en")


class Desk:
    def __init__(self):
        self.now_ms = 5_000
        self.links = Links(lambda: self.now_ms)

    def refusal(self, key, source="192.0.2.1"):
        with pytest.raises((NotSignedInError, TooManyError)) as refused:
            self.links.redeem(key, source)
        assert refused.value.hint
        return refused.value.code.rpartition(".")[2]


@pytest.fixture
def desk():
    return Desk()


def test_a_link_signs_in_once(desk):
    key = desk.links.issue(INVITED)
    assert len(key) == 43
    assert desk.links.redeem(key, "::1") == INVITED
    assert desk.refusal(key) == "used"


def test_a_link_is_good_for_ten_minutes(desk):
    early, late = desk.links.issue(INVITED), desk.links.issue(INVITED)
    desk.now_ms += LASTS_MS - 1
    assert desk.links.redeem(early, "::1") == INVITED
    desk.now_ms += 1
    assert desk.refusal(late) == "expired"


@pytest.mark.parametrize("key", ["", "x", "\udcff", "ключ", "A" * 43])
def test_any_other_key_is_unknown(desk, key):
    desk.links.issue(INVITED)
    assert desk.refusal(key) == "unknown"


def test_the_key_itself_is_kept_nowhere(desk):
    key = desk.links.issue(INVITED)
    assert key not in repr(vars(desk.links))


def test_sixteen_links_are_good_at_once_and_the_oldest_ends(desk):
    keys = [desk.links.issue(INVITED) for _ in range(MAX_OUTSTANDING + 1)]
    assert desk.refusal(keys[0]) == "displaced"
    assert all(desk.links.redeem(key, "::1") == INVITED for key in keys[1:])


def test_all_links_can_be_ended(desk):
    keys = [desk.links.issue(INVITED) for _ in range(2)]
    desk.links.end_all()
    assert [desk.refusal(key) for key in keys] == ["displaced"] * 2


def test_an_address_that_guessed_often_is_refused_even_with_a_good_key_and_others_are_not(desk):
    key, other = desk.links.issue(INVITED), desk.links.issue(INVITED)
    assert [desk.refusal("x") for _ in range(GUESSES)] == ["unknown"] * GUESSES
    assert desk.refusal(key) == "guesses"
    assert desk.links.redeem(other, "192.0.2.2") == INVITED
    desk.now_ms += 1_000
    assert desk.links.redeem(key, "192.0.2.1") == INVITED


def test_guesses_come_back_one_a_second(desk):
    for _ in range(GUESSES):
        desk.refusal("x")
    desk.now_ms += 2_999
    assert [desk.refusal("x") for _ in range(3)] == ["unknown", "unknown", "guesses"]
    desk.now_ms += 1
    assert [desk.refusal("x") for _ in range(2)] == ["unknown", "guesses"]


def test_a_good_key_is_no_guess(desk):
    for _ in range(3 * GUESSES):
        desk.links.redeem(desk.links.issue(INVITED), "::1")


def test_addresses_that_guess_are_remembered_in_bounded_room(desk):
    for number in range(3 * MAX_SOURCES):
        desk.refusal("x", f"2001:db8::{number:x}")
    assert len(desk.links._guesses) <= MAX_SOURCES


def test_every_key_is_compared_in_constant_time_with_all_that_are_outstanding(desk, monkeypatch):
    compared = []

    def compare(one, two):
        compared.append(one)
        return one == two

    monkeypatch.setattr(hmac, "compare_digest", compare)
    keys = [desk.links.issue(INVITED) for _ in range(5)]
    desk.links.redeem(keys[0], "::1")
    assert len(compared) == 5
