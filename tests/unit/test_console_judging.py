"""Judging what events name: FLASH first, a flood in turns, and nothing that stops it for good."""

import asyncio
from collections import deque

from tests.messages_line import START_MS, Line, free_text, warning

from coupefeu.console import judging as module
from coupefeu.console.feed import MAX_WAITING_BYTES
from coupefeu.console.judging import AT_ONCE, MAX_NAMED, TOLD_AT_ONCE_BYTES, Judging, judge
from coupefeu.errors import StoreError
from coupefeu.model.precedence import Precedence

FLASH, ROUTINE = Precedence.FLASH, Precedence.ROUTINE


class Readers:
    """Stands where threads read: notes what it is asked to judge, and fails when it is told to."""

    def __init__(self):
        self.batches, self.looks, self.fails = [], 0, []
        self.gate, self.takes = None, AT_ONCE

    async def read(self, look):
        if self.gate is not None:
            await self.gate.wait()
        await asyncio.sleep(0)
        if self.fails:
            raise self.fails.pop()
        if look.func is module.judge_open:
            self.looks += 1
            return "everything"
        waiting = look.keywords["waiting"]
        self.batches.append([waiting.popleft() for _ in range(min(self.takes, len(waiting)))])
        return self.batches[-1]


def following(do):
    """Run a judging that tells into `told` and `begun`."""

    async def run():
        readers, told, begun, defects = Readers(), [], [], []
        judging = Judging(readers, begun.append, told.append, defects.append)
        await judging.start()
        try:
            await asyncio.wait_for(do(judging, readers, told, begun, defects), 20)
        finally:
            await judging.close()

    asyncio.run(run())


async def until(is_so):
    while not is_so():  # noqa: ASYNC110 - plain lists, which no event tells of
        await asyncio.sleep(0)


def test_it_looks_at_everything_once_then_only_at_what_is_named():
    async def do(judging, readers, told, begun, _defects):
        assert begun == ["everything"]
        judging.name([(0, 1)], ROUTINE)
        await until(lambda: told)
        assert (told, readers.looks) == ([[(0, 1)]], 1)

    following(do)


def test_a_message_that_is_named_often_is_judged_once_and_flash_goes_first():
    async def do(judging, readers, told, _begun, _defects):
        readers.gate = asyncio.Event()
        judging.name([(9, 9)], ROUTINE)
        await asyncio.sleep(0)
        for number in range(AT_ONCE + 5):
            judging.name([(0, number)], ROUTINE)
        for _ in range(3):
            judging.name([(0, 7)], ROUTINE)
        judging.name([(1, 1)], FLASH)
        judging.name([(0, 9)], FLASH)
        readers.gate.set()
        await until(lambda: sum(map(len, told)) == AT_ONCE + 7)
        first, *rest = readers.batches if readers.batches[0] != [(9, 9)] else readers.batches[1:]
        assert set(first[:2]) == {(1, 1), (0, 9)}
        assert max(map(len, readers.batches)) <= AT_ONCE
        everything = [message for batch in (first, *rest) for message in batch]
        assert everything.count((0, 7)) == 1

    following(do)


def test_of_a_flood_everything_is_looked_at_anew_but_the_flash_in_it_at_once(monkeypatch):
    monkeypatch.setattr(module, "AGAIN_AFTER_S", 0.05)

    async def do(judging, readers, told, begun, _defects):
        readers.gate = asyncio.Event()
        judging.name([(1, 1)], FLASH)
        judging.name([(0, number) for number in range(MAX_NAMED + 1)], ROUTINE)
        readers.gate.set()
        await until(lambda: len(begun) == 2)
        assert [(1, 1)] in told
        assert not judging._named

    following(do)


def test_other_terms_have_everything_judged_at_once():
    async def do(judging, _readers, _told, begun, _defects):
        judging.look_anew()
        await until(lambda: len(begun) == 2)

    following(do)


def test_a_message_that_breaks_the_judging_ends_nothing():
    async def do(judging, readers, told, begun, defects):
        readers.fails = [ValueError("nobody foresaw it")]
        judging.name([(0, 1)], ROUTINE)
        await until(lambda: defects)
        judging.name([(0, 2)], ROUTINE)
        await until(lambda: told)
        assert told == [[(0, 2)]]
        assert len(begun) == 1

    following(do)


class Poisoned:
    """A desk whose message (0, 1) breaks whoever judges it, and whose clock moves while it is judged."""

    def __init__(self, line):
        self.line = line

    def context(self):
        return self.line.sides[1].context(self.line.now_ms)

    def message(self, number):
        if number == (0, 1):
            raise ValueError("nobody foresaw it")
        status = self.line.status(1, number)
        self.line.wait(1)
        return status


def test_one_message_that_cannot_be_judged_takes_no_other_with_it():
    line, defects = Line(), []
    first, poisoned, last = (line.say(0, warning(), FLASH) for _ in range(3))
    told = judge(Poisoned(line), deque([first, poisoned, last]), defects.append)
    assert [each.judged.status.id for each in told] == [first, last]
    assert [str(each) for each in defects] == ["nobody foresaw it"]
    assert [each.judged.as_of_ms for each in told] == [START_MS, START_MS + 1_000]


def test_after_a_record_that_could_not_be_read_everything_is_looked_at_anew(monkeypatch):
    monkeypatch.setattr(module, "AGAIN_AFTER_S", 0.01)

    async def do(judging, readers, _told, begun, defects):
        readers.fails = [StoreError("the disk failed", code="store.disk.failed", hint="Check it.")]
        judging.name([(0, 1)], FLASH)
        await until(lambda: len(begun) == 2)
        assert [each.code for each in defects] == ["store.disk.failed"]

    following(do)


class Looking:
    """Our side of a line, as the threads that judge see it."""

    def __init__(self, line):
        self._line = line

    def context(self):
        return self._line.sides[0].context(START_MS)

    def message(self, number):
        return self._line.status(0, number)


def test_texts_that_grow_when_they_are_shown_end_a_turn_before_they_cut_who_reads():
    line = Line()
    numbers = [line.say(1, free_text("\x01" * 7_000)) for _ in range(8)]
    waiting = deque(numbers)
    told = judge(Looking(line), waiting, lambda defect: None)
    size_bytes = sum(len(each.octets) for each in told)
    assert TOLD_AT_ONCE_BYTES <= size_bytes < MAX_WAITING_BYTES // 2
    assert [each.judged.status.id for each in told] + list(waiting) == numbers


def test_what_a_turn_left_over_comes_in_the_next_ones_and_a_flash_before_it():
    async def do(judging, readers, told, _begun, _defects):
        readers.takes, readers.gate = 2, asyncio.Event()
        judging.name([(0, number) for number in range(9)], ROUTINE)
        await asyncio.sleep(0)
        readers.gate.set()
        await until(lambda: told)
        judging.name([(1, 1)], FLASH)
        await until(lambda: sum(map(len, told)) == 10)
        everything = [message for batch in readers.batches for message in batch]
        assert sorted(everything) == [*((0, number) for number in range(9)), (1, 1)]
        assert everything.index((1, 1)) < 6

    following(do)
