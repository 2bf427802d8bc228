"""A running node and a running witness, over HTTP."""

import asyncio

from tests.witnesses import serving

from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.node import Node
from coupefeu.store.reader import Reader

WITHIN_S = 30


def with_witness(folder, url, key):
    rows = [{"name": "neutral", "url": url, "key": key, "every": "10s"}]
    write_node_file(
        folder.path,
        party=folder.party,
        listen=folder.listen,
        address=folder.address,
        peers=folder.peers,
        tables={"witnesses": rows},
    )
    return NodeFolder.open(folder.path)


async def until(condition):
    async with asyncio.timeout(WITHIN_S):
        while not condition():  # noqa: ASYNC110 - another program's file, which tells nobody
            await asyncio.sleep(0.02)


def test_a_node_asks_its_witness_as_soon_as_it_is_up_and_holds_what_it_says(tmp_path):
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    trusted = [each.log_key.text() for each in us.parties]
    with serving(tmp_path / "w", trusted) as (url, witness):
        us = with_witness(us, url, witness.keys.ed25519.vkey.text())

        def is_held():
            with Reader(us.record_path, running=True) as reader:
                return {each.log for each in reader.last_words()} == {0}

        async def play():
            async with Node.open(us.path):
                await until(is_held)

        asyncio.run(play())
        assert [head.origin for head in witness._heads.read().values()] == [us.origin("us")]


def test_a_node_whose_witness_is_not_there_is_up_all_the_same(tmp_path):
    us, ru = pair_exercise(tmp_path / "us", tmp_path / "ru")
    us = with_witness(us, "http://127.0.0.1:1", VKEY)

    async def play():
        async with Node.open(us.path) as node, Node.open(ru.path):
            sent = await node.line("RU").send("It is heard.")
            await asyncio.wait_for(sent.receipt(), WITHIN_S)

    asyncio.run(play())


def _vkey():
    from coupefeu.testing.witness_contract import ContractLog
    from coupefeu.wire.note import COSIGNATURE, VerifierKey

    return VerifierKey.of("neutral/1", COSIGNATURE, ContractLog("neutral/1").vkeys[0].key).text()


VKEY = _vkey()
