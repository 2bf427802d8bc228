"""A running node and a running witness, over HTTP."""

import asyncio
from dataclasses import replace

from sqlalchemy import select
from tests.pairs import make_terms
from tests.witnesses import serving

from coupefeu.node.assembly import open_keeper
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file
from coupefeu.node.node import Node
from coupefeu.node.witness.opening import open_witness
from coupefeu.record.witnessed import WitnessLine
from coupefeu.services.witnessed.views import WITNESS_WORDS
from coupefeu.store.jobs import KeepWitnessed
from coupefeu.store.reader import Reader
from coupefeu.testing.witness_contract import ContractLog
from coupefeu.wire.checkpoint import Checkpoint

WITHIN_S = 30
HEARD_BEFORE_MS = 2 * 3_600_000
NOWHERE = "http://127.0.0.1:1"


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
    us = with_witness(us, NOWHERE, VKEY)

    async def play():
        async with Node.open(us.path) as node, Node.open(ru.path):
            sent = await node.line("RU").send("It is heard.")
            await asyncio.wait_for(sent.receipt(), WITHIN_S)

    asyncio.run(play())


def test_that_an_agreed_witness_fell_silent_and_is_heard_again_is_recorded_once_each(tmp_path):
    with open_witness(tmp_path / "w", [ContractLog("other.example").vkeys[0].text()]) as opened:
        keys = opened.witness.keys
    key = keys.ed25519.vkey.text()
    terms = make_terms().decode() + f'\n[[witnesses]]\nname = "neutral"\nkey = "{key}"\n'
    us, ru = pair_exercise(tmp_path / "us", tmp_path / "ru", terms=terms)
    trusted = [each.log_key.text() for each in us.parties]
    run_until(us, ru, lambda: words_of(ru) == [])
    size, heard_ms = heard_long_ago(us, keys.ed25519)
    us = with_witness(us, NOWHERE, key)
    run_until(us, ru, lambda: words_of(ru))
    run_until(us, ru, lambda: words_of(ru), times_asked=2)
    (silent,) = words_of(ru)
    assert (silent["log"], silent["effect"], silent["name"], silent["is_heard"]) == (0, "", "neutral", False)
    assert (silent["size"], silent["heard_ms"]) == (size, heard_ms)
    with serving(tmp_path / "w", trusted) as (url, _):
        us = with_witness(us, url, key)
        run_until(us, ru, lambda: len(words_of(ru)) > 1, times_asked=2)
    (_, again) = words_of(ru)
    assert (again["name"], again["is_heard"]) == ("neutral", True)
    assert again["heard_ms"] >= heard_ms + HEARD_BEFORE_MS


def run_until(us, ru, condition, times_asked=0):
    """Let both nodes run until a condition is true; then US asks its witness so often outside its schedule."""

    async def play():
        async with Node.open(us.path) as node, Node.open(ru.path):
            await until(condition)
            for _ in range(times_asked):
                await node.backend.runtime.witness_tasks.ask_now()
            sent = await node.line("RU").send("Whatever was said before this is there.")
            await asyncio.wait_for(sent.receipt(), WITHIN_S)

    asyncio.run(play())


def words_of(folder):
    """What both sides have put on record of witnesses, as this folder holds it."""
    with Reader(folder.record_path, running=True) as reader:
        return reader.view(select(WITNESS_WORDS).order_by(WITNESS_WORDS.c.arrival))


def heard_long_ago(folder, signer):
    """Put an old word of the witness on a stopped node's record; gives the size signed and the instant."""
    opened = NodeFolder.open(folder.path)
    with Reader(opened.record_path, running=False) as reader:
        head = reader.newest_checkpoint(0)
    checkpoint = Checkpoint(opened.parties[0].origin, head["size"], head["root"])
    now = opened.clock()
    then = replace(now, utc_ms=now.utc_ms - HEARD_BEFORE_MS)
    signature = signer.cosign_raw(checkpoint.text(), then.utc_ms // 1_000)
    job = KeepWitnessed(
        log=0,
        size=head["size"],
        root=head["root"],
        signature=head["signature"],
        witness="neutral",
        lines=(WitnessLine(key=signer.vkey, time_s=then.utc_ms // 1_000, signature=signature),),
    )
    keeper = open_keeper(opened, now)
    (outcome,) = keeper.execute([job], then)
    keeper.close()
    assert not isinstance(outcome, Exception), outcome
    return head["size"], then.utc_ms


def _vkey():
    from coupefeu.wire.note import COSIGNATURE, VerifierKey

    return VerifierKey.of("neutral/1", COSIGNATURE, ContractLog("neutral/1").vkeys[0].key).text()


VKEY = _vkey()
