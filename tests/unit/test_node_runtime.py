"""A node within a program's own loop: what it dials, and that it leaves nothing of itself there when it is closed."""

import asyncio
import functools

from coupefeu.bearer import tcp
from coupefeu.keys.notes import LogSigner
from coupefeu.model.instant import Moment
from coupefeu.model.precedence import Precedence
from coupefeu.node import runtime
from coupefeu.node.duties import Duties
from coupefeu.node.events import ReceiptTaken
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.node import Node
from coupefeu.node.runtime import Runtime
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.statements import sign_run_receipt
from coupefeu.store.reader import Reader
from coupefeu.wire.packet import RunReceiptItem


def timers_of_nodes(loop):
    callbacks = [getattr(handle, "_callback", None) for handle in loop._scheduled if not handle.cancelled()]
    owners = [getattr(functools.partial(each).func, "__self__", None) for each in callbacks]
    return [owner for owner in owners if isinstance(owner, Runtime)]


def test_a_closed_node_leaves_no_timer_in_its_callers_loop(tmp_path_factory):
    async def play():
        folder = tmp_path_factory.mktemp("b")
        us, ru = pair_exercise(folder / "us", folder / "ru")
        async with Node.open(us.path) as first, Node.open(ru.path):
            sent = await first.line("RU").send("It is heard.")
            await asyncio.wait_for(sent.receipt(), 60)
            assert timers_of_nodes(asyncio.get_running_loop())
        assert timers_of_nodes(asyncio.get_running_loop()) == []

    asyncio.run(play())


def test_a_stranger_at_the_door_keeps_no_node_from_dialling(tmp_path_factory, monkeypatch):
    """RU does not know where US is: the line comes up if US dials, whoever holds a connection to it."""
    monkeypatch.setattr(tcp, "STRANGER_S", 600)

    async def play():
        folder = tmp_path_factory.mktemp("b")
        us, ru = pair_exercise(folder / "us", folder / "ru")
        write_node_file(ru.path, party="ru", listen=ru.listen, address=ru.listen, peers={})
        host, _, port = us.listen.rpartition(":")
        async with Node.open(us.path) as first:
            reader, writer = await asyncio.open_connection(host, int(port), local_addr=("127.0.0.2", 0))
            async with Node.open(ru.path):
                sent = await first.line("RU").send("It is heard.")
                await asyncio.wait_for(sent.receipt(), 20)
            assert not reader.at_eof(), "and the stranger was there all the time"
            writer.close()
            assert await reader.read() == b"", "and heard nothing"

    asyncio.run(play())


class _Once:
    """Breaks the first time it is called, and works from then on."""

    def __init__(self, function):
        self._function = function
        self.calls = 0

    def __call__(self, *arguments):
        self.calls += 1
        if self.calls == 1:
            raise KeyError(self._function)
        return self._function(*arguments)


def test_a_defect_met_once_is_noted_and_the_line_goes_on(tmp_path_factory, monkeypatch):
    """In a timer, a frame, a standing order, the high-water file: each is tried again by itself."""
    monkeypatch.setattr(runtime, "HIGH_WATER_EVERY_S", 0.01)
    check = _Once(Duties.check)
    monkeypatch.setattr(Duties, "check", functools.partialmethod(check))

    async def play():
        folder = tmp_path_factory.mktemp("b")
        us, ru = pair_exercise(folder / "us", folder / "ru")
        async with Node.open(us.path) as first:
            ours = first.backend.runtime
            ours.engine.handle_timer = _Once(ours.engine.handle_timer)
            ours.engine.receive = _Once(ours.engine.receive)
            ours._save_high_water = _Once(ours._save_high_water)
            ours._bearer.open = _Once(ours._bearer.open)
            broken = (
                ours.engine.handle_timer,
                ours.engine.receive,
                ours._bearer.open,
                ours._save_high_water,
                check,
            )
            async with Node.open(ru.path):
                sent = await first.line("RU").send("It is heard.")
                await asyncio.wait_for(sent.receipt(), 60)
                for _ in range(6_000):
                    if all(each.calls > 1 for each in broken):
                        break
                    await asyncio.sleep(0.01)
            assert all(each.calls > 1 for each in broken)
            assert ours.folder.log_path.read_text("utf-8").count('"what": "defect"') == len(broken)

    asyncio.run(play())


def test_a_receipt_that_came_before_it_was_asked_for_has_the_time_at_which_it_came(tmp_path_factory):
    async def play():
        folder = tmp_path_factory.mktemp("b")
        us, ru = pair_exercise(folder / "us", folder / "ru")
        async with Node.open(us.path) as first, Node.open(ru.path):
            sent = await first.line("RU").send("It is heard.")
            receipt = await asyncio.wait_for(sent.receipt(), 60)
            first.backend.runtime.clock = lambda: Moment(utc_ms=0, mono_ms=0)
            assert await asyncio.wait_for(sent.receipt(), 60) == receipt
            asked = asyncio.ensure_future(sent.receipt())
            await asyncio.sleep(0)
            again = ReceiptTaken(holder=0, start=0, end=sent.id[1] + 1, arrived_ms=0)
            first.backend._hear(again)
            assert await asyncio.wait_for(asked, 60) == receipt, "not the same receipt, come again"

    asyncio.run(play())


def test_a_receipt_for_a_run_that_came_before_it_was_asked_for_is_found(tmp_path):
    async def play():
        us, ru = pair_exercise(tmp_path / "us", tmp_path / "ru")
        async with Node.open(us.path, online=False) as node:
            await node.line("RU").send("It waits.")
            sent = await node.line("RU").send("It overtakes.", precedence=Precedence.FLASH)
            engine, index = node.backend.runtime.engine, sent.id[1]
            with Reader(us.record_path, running=True) as reader:
                root = leaf_hash(reader.entry(0, index)["leaf"])
            signer = LogSigner(ru.origin("ru"), ru.ring.log)
            signature = sign_run_receipt(signer, us.origin("us"), index, index + 1, root)
            taken = asyncio.Event()
            engine.listen(lambda change: taken.set() if isinstance(change, ReceiptTaken) else None)
            engine._take_receipt(engine.peers[1], RunReceiptItem(0, index, index + 1, signature))
            await asyncio.wait_for(taken.wait(), 60)
            assert (await asyncio.wait_for(sent.receipt(), 20)).holder == "ru"

    asyncio.run(play())
