"""The memory behind Coupefeu-Once: whoever hangs up stops nothing, and the oldest is forgotten first."""

import asyncio

import pytest

from coupefeu.console import once as module
from coupefeu.console.once import Once
from coupefeu.errors import PolicyError, StoreError, UsageError

RUN = "0123456789abcdef"


class Acting:
    """Records, once `gate` lets it; fails with what it is given."""

    def __init__(self, *failures):
        self.recorded, self.failures, self.gate = 0, list(failures), asyncio.Event()
        self.gate.set()

    async def __call__(self):
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.recorded += 1
        return self.recorded


def run(do):
    asyncio.run(asyncio.wait_for(do(Once(RUN)), 20))


def test_a_page_that_hangs_up_stops_nothing_and_is_answered_when_it_asks_again():
    async def do(once):
        acting = Acting()
        acting.gate.clear()
        first = asyncio.ensure_future(once.do("a", b"say", acting))
        await asyncio.sleep(0)
        first.cancel()
        acting.gate.set()
        assert await once.do("a", b"say", acting) == 1
        assert acting.recorded == 1

    run(do)


REFUSALS = [kind("no", code="a.b.c", hint="none") for kind in (UsageError, PolicyError, StoreError)]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_was_refused_or_could_not_be_written_may_be_asked_again_under_the_same_value(refusal):
    async def do(once):
        acting = Acting(refusal)
        with pytest.raises(type(refusal)):
            await once.do("a", b"say", acting)
        assert await once.do("a", b"say it rightly", acting) == 1

    run(do)


def test_what_nobody_foresaw_may_have_been_recorded_and_is_not_done_again():
    async def do(once):
        acting = Acting(ValueError("after the commit"))
        for _ in range(2):
            with pytest.raises(ValueError, match="after the commit"):
                await once.do("a", b"say", acting)
        assert acting.recorded == 0

    run(do)


def test_only_so_many_are_remembered(monkeypatch):
    monkeypatch.setattr(module, "MAX_REMEMBERED", 3)

    async def do(once):
        acting = Acting()
        for value in "abcd":
            await once.do(value, b"say", acting)
        assert await once.do("d", b"say", acting) == 4
        assert await once.do("a", b"say", acting) == 5

    run(do)


def test_a_value_names_the_run_that_it_was_drawn_under_or_none():
    async def do(once):
        acting = Acting()
        assert await once.do(f"{RUN}.drawn", b"say", acting) == 1
        assert await once.do("1743.25", b"say", acting) == 2
        with pytest.raises(PolicyError) as refused:
            await once.do(f"{RUN[::-1]}.drawn", b"say", acting)
        assert refused.value.code == "console.once.other_run"

    run(do)
