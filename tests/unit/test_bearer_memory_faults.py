"""The wire's faults: each does what its name says, the same for the same seed."""

import pytest

from coupefeu.bearer.contract import Receiver
from coupefeu.bearer.memory import Faults, MemoryBearer, MemoryWire
from coupefeu.errors import BearerError


def carried(faults, seed=1, count=1_000):
    wire = MemoryWire(seed, faults)
    for number in range(count):
        wire.send(0, 1, number.to_bytes(2, "big") * 8, number)
    arrived = []
    while (due_ms := wire.due_ms()) is not None:
        arrived += [(due_ms, datagram) for _, _, datagram in wire.deliver(due_ms)]
    return arrived


def whole(count=1_000):
    return [number.to_bytes(2, "big") * 8 for number in range(count)]


def test_without_faults_everything_comes_in_order_after_the_delay():
    assert carried(Faults(delay_ms=7)) == [(number + 7, each) for number, each in enumerate(whole())]


@pytest.mark.parametrize("seed", range(3))
def test_faults_repeat_by_their_seed_and_differ_by_it(seed):
    def faults():
        return Faults(loss=200, doubling=100, damage=50, jitter_ms=40)

    assert carried(faults(), seed) == carried(faults(), seed)
    assert carried(faults(), seed) != carried(faults(), seed + 1)


def test_loss_loses_doubling_doubles_damage_flips_one_bit_and_jitter_reorders():
    assert 600 < len(carried(Faults(loss=300))) < 800
    assert 1_200 < len(carried(Faults(doubling=300))) < 1_400
    damaged = [
        (sent, came)
        for sent, (_, came) in zip(whole(), carried(Faults(damage=300)), strict=True)
        if sent != came
    ]
    assert 200 < len(damaged) < 400
    assert all(
        (int.from_bytes(sent, "big") ^ int.from_bytes(came, "big")).bit_count() == 1 for sent, came in damaged
    )
    reordered = [datagram for _, datagram in carried(Faults(jitter_ms=50))]
    assert reordered != whole()
    assert sorted(reordered) == whole()


def test_a_cut_wire_carries_nothing_and_opens_no_path():
    assert carried(Faults(is_cut=True)) == []
    wire = MemoryWire(1, Faults(is_cut=True))
    nobody = Receiver(accepted=lambda _: None, received=lambda *_: None, closed=lambda _: None)
    near, _ = (MemoryBearer(wire, end, lambda: 0, nobody) for end in (0, 1))
    with pytest.raises(BearerError):
        near.connect()
    wire.faults.is_cut = False
    assert near.connect() == 1
