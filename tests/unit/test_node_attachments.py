"""Attachments by Python: sent through the control socket of a running node, and read back as they were."""

import asyncio

import pytest

import coupefeu
from coupefeu.errors import PolicyError, UsageError
from coupefeu.node import control
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.local import LocalBackend

AGREED = 1 << 20


@pytest.fixture
def folder(tmp_path):
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    return us


def with_running(folder, do):
    """Run the node, and reach it from outside over its control socket."""

    async def run():
        backend = await LocalBackend.start(folder, online=False)
        try:
            async with coupefeu.Node.open(folder.path) as node:
                assert type(node.backend).__name__ == "RemoteBackend"
                return await do(node)
        finally:
            await backend.close()

    return asyncio.run(run())


def test_eight_of_the_agreed_size_pass_the_socket_and_come_back_as_they_were(folder):
    sent = [
        coupefeu.Attachment(name=f"part {number}", content=bytes((number,)) * AGREED) for number in range(8)
    ]

    async def do(node):
        message = await node.line("RU").send("In eight parts.", attachments=sent)
        assert [each.state for each in message.status().attachments] == [coupefeu.AttachmentState.HELD] * 8
        assert [node.attachment(message.number, number) for number in range(8)] == sent
        assert node.attachment(message.id) == sent[0]
        with pytest.raises(UsageError) as refused:
            node.attachment(message.number, 8)
        assert refused.value.code == "node.desk.no_attachment"

    with_running(folder, do)


def test_one_beyond_the_agreed_size_is_refused_and_nothing_is_recorded(folder):
    async def do(node):
        before = len(node.inbox())
        with pytest.raises(PolicyError) as refused:
            await node.line("RU").send(
                "x", attachments=[coupefeu.Attachment(name="a", content=bytes(AGREED + 1))]
            )
        assert refused.value.code == "services.messages.attachment_bytes"
        assert len(node.inbox()) == before

    with_running(folder, do)


def test_more_than_a_node_takes_is_refused_here_and_the_line_goes_on(folder, monkeypatch):
    monkeypatch.setattr(control, "MAX_LINE_BYTES", 100_000)

    async def do(node):
        with pytest.raises(UsageError) as refused:
            await node.line("RU").send(
                "x", attachments=[coupefeu.Attachment(name="a", content=bytes(100_000))]
            )
        assert refused.value.code == "node.control.too_long"
        assert (await node.line("RU").send("Without it.")).number.startswith("US/")

    with_running(folder, do)
