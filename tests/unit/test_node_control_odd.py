"""The control socket takes anything that a program of its user may write, answers it, and goes on.

`json-odd.jsonl` applies here: it is the only place where a node reads JSON that it did not write.
"""

import asyncio
import json

import pytest
from tests.shared import shared_jsonl

from coupefeu.errors import CoupefeuError, PeerError, StoreError
from coupefeu.node import control
from coupefeu.node.commands import decode_command, encode_command
from coupefeu.node.control import MAX_LINE_BYTES, ControlClient, ControlServer
from coupefeu.services.messages.commands import Take

ODD = {
    "nan-literal": "node.control.request",
    "infinity-literal": "node.control.request",
    "duplicate-key": None,
    "trailing-comma": "node.control.request",
    "bom": "node.control.request",
    "comment": "node.control.request",
    "lone-surrogate": "node.control.request",
    "big-int": "node.control.request",
    "deep": "node.control.request",
}
"""What is not JSON, or beyond bounds, is refused for that; a key twice (None) is JSON: refused for what it asks."""

DEEP = b'{"do": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


async def answer(request, client):
    """A node that knows one request."""
    if request.get("do") != "echo":
        raise CoupefeuError(f"there is no request {request.get('do')!r}", code="node.control.unknown")
    return request["said"]


def defect(error):
    """What a node says of an accident of its own; nothing here may lead to it."""
    return StoreError(f"{type(error).__name__}: {error}", code="test.defect")


def converse(tmp_path, conversation):
    """Run a conversation with a real server on a real socket."""

    async def run():
        server = ControlServer(tmp_path / "control.sock", answer, defect)
        await server.start()
        try:
            reader, writer = await asyncio.open_unix_connection(str(tmp_path / "control.sock"))
            try:
                return await asyncio.wait_for(conversation(reader, writer), 20)
            finally:
                writer.close()
        finally:
            await server.close()

    return asyncio.run(run())


def ask_all(tmp_path, lines):
    """Send lines, each followed by a good request; give every answer."""

    async def conversation(reader, writer):
        answers = []
        for line in lines:
            writer.write(line + b"\n" + b'{"id": 1, "do": "echo", "said": "still here"}\n')
            found = [json.loads(await reader.readline()) for _ in range(2)]
            assert {"id": 1, "ok": "still here"} in found, line[:60]
            answers += [each for each in found if each != {"id": 1, "ok": "still here"}]
        return answers

    return converse(tmp_path, conversation)


def test_every_odd_json_text_gets_its_answer(tmp_path):
    texts = {
        item["name"]: item["text"].encode("utf-8", "surrogatepass")
        for item in shared_jsonl("data/hostile/json-odd.jsonl")
    }
    assert texts.keys() == ODD.keys()
    answers = ask_all(tmp_path, texts.values())
    for name, found in zip(texts, answers, strict=True):
        assert found["error"]["code"] == (ODD[name] or "node.control.unknown"), (name, found)


@pytest.mark.parametrize("line", [b"[]", b"3", b'"text"', b"null", b"{", b"\xff", b"\x00", DEEP])
def test_what_is_no_request_is_answered_as_an_error(tmp_path, line):
    (found,) = ask_all(tmp_path, [line])
    assert found["error"]["code"] == "node.control.request"


def test_a_line_without_end_closes_that_connection_alone(tmp_path):
    async def conversation(reader, writer):
        writer.write(b"x" * (MAX_LINE_BYTES + 65_537))
        try:
            await writer.drain()
            assert await reader.read() == b""
        except ConnectionError:
            pass
        other = await ControlClient.connect(tmp_path / "control.sock")
        try:
            return await other.ask("echo", said="for others it is there")
        finally:
            await other.close()

    assert converse(tmp_path, conversation) == "for others it is there"


def test_a_command_goes_and_comes_back_and_a_wrong_field_is_named():
    command = Take(message=(0, 3), from_post="us.duty")
    encoded = encode_command(command)
    assert decode_command(encoded["command"], encoded["fields"]) == command
    for name, fields, code in (
        ("Nothing", {}, "node.commands.unknown"),
        ("Take", {"message": [0, "three"], "from_post": "us.duty"}, "node.commands.field"),
        ("Take", {"message": [0, 3]}, "node.commands.field"),
        ("Take", [], "node.commands.field"),
        ("Say", {"content": {"form": 99}}, "node.commands.field"),
    ):
        with pytest.raises(PeerError) as caught:
            decode_command(name, fields)
        assert caught.value.code == code


def test_who_asks_a_node_that_went_away_is_told_so_at_once(tmp_path):
    async def run():
        server = ControlServer(tmp_path / "control.sock", answer, defect)
        await server.start()
        client = await ControlClient.connect(tmp_path / "control.sock")
        assert await client.ask("echo", said="here") == "here"
        client._writer.transport.abort()
        await asyncio.wait_for(client._task, 20)
        try:
            with pytest.raises(PeerError) as caught:
                await asyncio.wait_for(client.ask("echo", said="and now"), 20)
        finally:
            await client.close()
            await server.close()
        return caught.value.code

    assert asyncio.run(run()) == "node.control.gone"


def test_a_program_that_does_not_read_is_hung_up_on_and_costs_little_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(control, "MAX_UNREAD_BYTES", 100_000)
    waited = []

    async def flood(request, client):
        for number in range(5_000):
            client.tell({"event": {"number": number, "detail": "x" * 1_000}})
            waited.append(client._writer.transport.get_write_buffer_size())
        return {}

    async def run():
        server = ControlServer(tmp_path / "control.sock", flood, defect)
        await server.start()
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "control.sock"), limit=1_000)
        writer.write(b'{"id": 1, "do": "follow"}\n')
        told = len(await asyncio.wait_for(reader.read(), 20))
        writer.close()
        await server.close()
        return told

    assert asyncio.run(run()) < 5_000_000
    assert max(waited) < 102_000
