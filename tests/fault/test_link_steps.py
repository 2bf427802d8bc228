"""The making of a session, cut or its ends killed at each step: message 1, message 2, first frame, its answer (C)."""

import pytest

from coupefeu.bearer.memory import Faults
from coupefeu.link.phase import Phase
from coupefeu.model.precedence import Precedence
from coupefeu.testing.lossy import TwoLinks

STEPS = ["message 1", "message 2", "first frame", "answer"]
SENDERS = [0, 1, 0, 1]
ONE_WAY_MS = 10


def everything_is_there(world):
    return all(
        sorted(world.ends[1 - log].shown) == list(range(len(world.ends[log].written)))
        and world.ends[log].cosigned == len(world.ends[log].written)
        for log in (0, 1)
    )


def world_at(step, *, precedence):
    """Two ends with something to say each, and the datagram of this step on the wire."""
    world = TwoLinks(1, faults=Faults(delay_ms=ONE_WAY_MS))
    world.write(0, 5, precedence)
    world.write(1, 5, precedence)
    world.connect()
    world.run(STEPS.index(step) * ONE_WAY_MS)
    end, _, datagram = next(
        each for each in reversed(world.wire.carried) if each[0] == SENDERS[STEPS.index(step)]
    )
    kind = {"message 1": 0x10, "message 2": 0x20}.get(step, 0x30)
    assert datagram[0] == kind
    return world, 1 - end, datagram


@pytest.mark.parametrize("precedence", [Precedence.FLASH, Precedence.ROUTINE])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("happens", ["cut", "restart 0", "restart 1", "lost", "both restart"])
def test_whatever_happens_at_a_step_nothing_is_lost_or_doubled(step, happens, precedence):
    world, _, _ = world_at(step, precedence=precedence)
    match happens:
        case "cut":
            world.connect()
        case "lost":
            world.wire.drop_path(world.path)
        case "both restart":
            world.restart(0)
            world.restart(1)
        case _:
            world.restart(int(happens[-1]))
    assert world.run(10_000, lambda: everything_is_there(world))
    for node in world.ends:
        assert len(node.shown) == len(set(node.shown)) == 5
        assert node.link.state().phase is Phase.OPEN


@pytest.mark.parametrize("step", STEPS)
def test_a_step_cut_at_every_byte_is_refused_and_the_true_one_still_counts(step):
    world, receiver, datagram = world_at(step, precedence=Precedence.ROUTINE)
    assert any(datagram == each for _, _, each in world.wire.deliver(world.clock.mono_ms + ONE_WAY_MS))
    before = world.ends[receiver].link.state()
    for length in range(len(datagram)):
        world.inject(receiver, datagram[:length])
    after = world.ends[receiver].link.state()
    assert after.refused == before.refused + len(datagram)
    assert after.phase is before.phase
    world.inject(receiver, datagram)
    assert world.ends[receiver].link.state().refused == after.refused
    assert world.run(1_000, lambda: everything_is_there(world))


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_comes_twice_counts_once(step):
    world, receiver, datagram = world_at(step, precedence=Precedence.ROUTINE)
    world.run(ONE_WAY_MS)
    refused = world.ends[receiver].link.state().refused
    world.inject(receiver, datagram)
    assert world.ends[receiver].link.state().refused == refused + 1
    assert world.run(1_000, lambda: everything_is_there(world))
    assert all(node.doubled == 0 for node in world.ends)
