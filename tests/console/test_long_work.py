"""Long work of a console: one at a time, told on the feed, joined by who asks again, ended with the console."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from tests.unit.test_figures_csv import usage

from coupefeu.console import long_work
from coupefeu.console.errors import TooManyError
from coupefeu.console.long_work import LongWork
from coupefeu.errors import StoreError
from coupefeu.services.usage.asked import Asked


class Jobs:
    """Stands for the other process: each job waits until it is let go; then it writes its file, or gives `result`."""

    def __init__(self, monkeypatch):
        self.begun, self.ended, self.files = [], [], []
        self.go = asyncio.Event()
        self.result = []
        monkeypatch.setattr(long_work, "run_apart", self.run)

    async def run(self, job, tell):
        self.begun.append(job)
        tell(1, 4)
        try:
            await self.go.wait()
            if len(job) > 2:
                self.write(Path(job[2]))
            return self.result
        finally:
            self.ended.append(job)

    def write(self, path):
        path.write_bytes(b"zip")
        self.files.append(path)


def in_a_loop(monkeypatch, play):
    async def run():
        told = []
        work = LongWork(Path("/node"), told.append)
        async with asyncio.timeout(30):
            await play(work, Jobs(monkeypatch), told)

    asyncio.run(run())


async def begun(jobs, count=1):
    while len(jobs.begun) < count:  # noqa: ASYNC110 - a turn of the loop, not a time
        await asyncio.sleep(0)


def test_who_asks_while_it_is_verified_gets_the_same_answer(monkeypatch):
    async def play(work, jobs, told):
        first, second = asyncio.ensure_future(work.verify()), asyncio.ensure_future(work.verify())
        await begun(jobs)
        jobs.go.set()
        assert await first == await second == ()
        assert jobs.begun == [["verify", "/node"]]
        assert [(each.what, each.task, each.done, each.total) for each in told] == [
            ("progress", "verify", 1, 4)
        ]
        await work.verify()
        assert len(jobs.begun) == 2

    in_a_loop(monkeypatch, play)


def test_who_hangs_up_takes_the_answer_from_nobody(monkeypatch):
    async def play(work, jobs, told):
        first, second = asyncio.ensure_future(work.verify()), asyncio.ensure_future(work.verify())
        await begun(jobs)
        first.cancel()
        jobs.go.set()
        assert await second == ()

    in_a_loop(monkeypatch, play)


def test_a_file_is_given_open_and_leaves_nothing_behind(monkeypatch):
    async def play(work, jobs, told):
        jobs.go.set()
        packed = await work.pack("proof-us-14", ["prove", "us", "14"])
        with packed.file as file:
            assert file.read() == b"zip"
        (path,) = jobs.files
        assert jobs.begun == [["prove", "/node", str(path), "us", "14"]]
        assert not path.parent.exists()
        assert told[0].task == "proof-us-14"

    in_a_loop(monkeypatch, play)


def test_one_file_is_made_at_a_time(monkeypatch):
    async def play(work, jobs, told):
        first = asyncio.ensure_future(work.pack("record-us", ["export", "us"]))
        await begun(jobs)
        with pytest.raises(TooManyError) as refused:
            await work.pack("record-ru", ["export", "ru"])
        assert refused.value.code == "console.long_work.busy"
        jobs.go.set()
        (await first).file.close()
        (await work.pack("record-ru", ["export", "ru"])).file.close()

    in_a_loop(monkeypatch, play)


def test_a_refusal_goes_to_who_asked_and_makes_room_for_the_next(monkeypatch):
    async def play(work, jobs, told):
        async def refuse(job, tell):
            raise StoreError("no room", code="node.apart.room")

        monkeypatch.setattr(long_work, "run_apart", refuse)
        for _ in range(2):
            with pytest.raises(StoreError):
                await work.pack("record-us", ["export", "us"])

    in_a_loop(monkeypatch, play)


def test_what_runs_ends_with_the_console(monkeypatch):
    async def play(work, jobs, told):
        tasks = [
            asyncio.ensure_future(work.verify()),
            asyncio.ensure_future(work.pack("record-us", ["export", "us"])),
        ]
        await begun(jobs, 2)
        await work.close()
        assert len(jobs.ended) == 2
        assert all(
            isinstance(each, asyncio.CancelledError)
            for each in await asyncio.gather(*tasks, return_exceptions=True)
        )

    in_a_loop(monkeypatch, play)


def test_who_asks_for_the_same_figures_gets_the_same_answer_and_others_wait(monkeypatch):
    async def play(work, jobs, told):
        del told
        year, other = Asked(from_ms=0, to_ms=9), Asked(from_ms=0, to_ms=9, party="ru")
        jobs.result = msgspec.to_builtins(usage())
        jobs.write = lambda _path: None
        first, second = asyncio.ensure_future(work.count(year)), asyncio.ensure_future(work.count(year))
        await begun(jobs)
        with pytest.raises(TooManyError):
            await work.count(other)
        jobs.go.set()
        assert await first == await second == usage()
        assert jobs.begun == [["figures", "/node", "0", "9", ""]]
        await work.count(other)
        assert len(jobs.begun) == 2
        await work.close()

    in_a_loop(monkeypatch, play)
