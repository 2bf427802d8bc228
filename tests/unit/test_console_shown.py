"""Gathering what screens confirm: one entry for all that comes together, none twice, and a failure is tried again."""

import asyncio

import pytest

from coupefeu.console import shown as module
from coupefeu.console.shown import Shown, commands_for
from coupefeu.errors import StoreError, UsageError


class Node:
    """Records SHOWN once `gate` lets it; every message still awaits its showing, as far as the record says."""

    def __init__(self):
        self.entries, self.failures, self.gate = [], [], asyncio.Event()
        self.gate.set()

    async def read(self, look):
        return sorted(look.__closure__[0].cell_contents)

    async def act(self, command):
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop()
        self.entries.append((command.messages, command.screens))


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(module, "GATHER_S", 0.01)


def run(do):
    async def with_node():
        node = Node()
        await do(Shown(node.read, node.act), node)

    asyncio.run(asyncio.wait_for(with_node(), 20))


def test_what_is_confirmed_together_is_one_entry_with_the_number_of_consoles():
    async def do(shown, node):
        asking = [shown.confirm(console, [(0, 1), (0, 2)]) for console in ("a", "b", "a")]
        await asyncio.gather(*asking, shown.confirm("c", [(0, 2)]))
        assert node.entries == [(((0, 1),), 2), (((0, 2),), 3)]

    run(do)


def test_a_screen_that_confirms_while_the_first_is_being_recorded_adds_no_entry():
    async def do(shown, node):
        node.gate.clear()
        first = asyncio.ensure_future(shown.confirm("a", [(0, 1)]))
        while shown._gathered or not shown._known:  # noqa: ASYNC110 - until the first is with the node
            await asyncio.sleep(0.001)
        second = asyncio.ensure_future(shown.confirm("b", [(0, 1)]))
        await asyncio.sleep(0)
        node.gate.set()
        await asyncio.gather(first, second)
        assert node.entries == [(((0, 1),), 1)]

    run(do)


def test_what_could_not_be_recorded_is_recorded_when_it_is_confirmed_again():
    async def do(shown, node):
        node.failures = [StoreError("full", code="store.disk.full", hint="Free space.")]
        with pytest.raises(StoreError):
            await shown.confirm("a", [(0, 1)])
        await shown.confirm("a", [(0, 1)])
        assert node.entries == [(((0, 1),), 1)]

    run(do)


def test_an_entry_names_sixteen_messages_at_most_and_one_number_of_screens():
    screens = {(0, number): 1 + (number >= 20) for number in range(40)}
    made = [(len(command.messages), command.screens) for command in commands_for(screens)]
    assert made == [(16, 1), (4, 1), (16, 2), (4, 2)]
    assert commands_for({}) == []


class NoMessageYet:
    """A desk to which nothing has come."""

    party = "us"

    def message(self, _number):
        raise UsageError("none", code="node.desk.no_message", hint="none")


def test_what_was_confirmed_before_it_came_counts_when_it_is_there():
    async def do(_shown, node):
        async def read(look):
            return look(NoMessageYet())

        shown = Shown(read, node.act)
        await shown.confirm("a", [(1, 7)])
        assert node.entries == []
        shown._read = node.read
        await shown.confirm("a", [(1, 7)])
        assert node.entries == [(((1, 7),), 1)]

    run(do)
