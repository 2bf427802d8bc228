"""When a witness counts as unseen, and which witnesses are named at all."""

from tests.pairs import make_terms
from tests.unit.test_witness_settings import AGREED

from coupefeu.node.witness_settings import WitnessSettings
from coupefeu.node.witness_standing import WitnessStanding, witness_standing
from coupefeu.store.witnessed import LastWord
from coupefeu.wire.agreement import parse_terms

AGREEMENT = parse_terms(make_terms() + AGREED.encode())
OURS = WitnessSettings(name="ours", url="http://127.0.0.1:1", keys=(), every_s=60)
QUARTER_MS = 15 * 60_000


def word(size, arrived_ms, witness="ours", log=0):
    return LastWord(witness=witness, log=log, size=size, time_s=0, arrived_ms=arrived_ms)


def test_a_witness_is_unseen_after_fifteen_intervals_and_before_its_first_word():
    for now_ms, unseen in ((QUARTER_MS, False), (QUARTER_MS + 1, True)):
        found, _ = witness_standing([OURS], AGREEMENT, [word(3, 0), word(2, -5, log=1)], now_ms)
        assert found == WitnessStanding(
            name="ours", asked=True, heard_ms=0, sizes=((0, 3), (1, 2)), unseen=unseen
        )
    silent, _ = witness_standing([OURS], AGREEMENT, [], 0)
    assert (silent.heard_ms, silent.unseen) == (None, True)


def test_one_that_is_agreed_and_not_asked_is_named_so_and_a_former_one_is_not():
    _, agreed = witness_standing([OURS], AGREEMENT, [word(1, 0, "former")], 10 * QUARTER_MS)
    assert (agreed.name, agreed.asked, agreed.unseen) == ("neutral", False, False)
