"""The wire in memory is a bearer."""

import asyncio

import pytest

from coupefeu.bearer.memory import MemoryBearer, MemoryWire
from coupefeu.testing.bearer_contract import BEARER_CHECKS, BearerPair, Told, check_bearer
from coupefeu.testing.clock import VirtualClock


async def make():
    clock, wire = VirtualClock(), MemoryWire(1)
    near, far = Told(), Told()
    near.bearer = MemoryBearer(wire, 0, lambda: clock.mono_ms, near.receiver())
    far.bearer = MemoryBearer(wire, 1, lambda: clock.mono_ms, far.receiver())

    async def settle():
        while (due_ms := wire.due_ms()) is not None:
            clock.mono_ms = due_ms
            wire.carry(clock.mono_ms)

    async def until(is_so):
        await settle()
        assert is_so()

    return BearerPair(
        near=near.bearer,
        far=far.bearer,
        near_told=near,
        far_told=far,
        address="memory",
        nowhere="elsewhere",
        until=until,
        settle=settle,
    )


@pytest.mark.parametrize("check", BEARER_CHECKS, ids=lambda check: check.__name__)
def test_contract(check):
    asyncio.run(check_bearer(check, make))
