"""A party's second log is signed once more with ML-DSA-44 like its first, under keys of its own (protocol A13, A15)."""

import asyncio

import coupefeu
from coupefeu.model.entry import Kind
from coupefeu.node.folder import NodeFolder
from coupefeu.store.reader import Reader
from coupefeu.wire.head import decode_head

WITHIN_S = 60


async def speak_and_sign(line):
    async with coupefeu.Node.open(line.us) as us, coupefeu.Node.open(line.ru) as ru:
        sent = await us.line("RU").send("Here again.")
        await sent.receipt()
        answer = await ru.line("US").send("Heard.")
        await answer.receipt()
        async with asyncio.timeout(WITHIN_S):
            while (covered := (await us.sign_post_quantum())["ru"]) <= sent.id[1]:  # noqa: ASYNC110 - nothing tells it
                await asyncio.sleep(0.05)  # the key is shown whole first, which tells nobody
        return covered


def test_the_second_log_of_a_party_is_signed_again_too(line):
    (line.us / "highwater").unlink()
    line.json("incarnation", "open", "--yes", node=line.us)
    assert asyncio.run(speak_and_sign(line)) > 1
    for node in (line.us, line.ru):
        status = line.json("status", node=node)
        record = status["records"]["us"]
        assert (record["name"], record["covered"] > 1) == ("US.2", True)
        folder = NodeFolder.open(node)
        with Reader(folder.record_path, running=False) as reader:
            kinds = [decode_head(row["head"]).kind for row in reader.entries(2, 0, 100)]
        assert kinds.count(Kind.KEYS_PUBLISHED) == 1
    to = str(line.folder / "exported")
    line.json("export", "record", "--party", "us", "--to", to, node=line.ru)
    shown = line.json("verify", to, "--deep", node=None)
    assert shown["post_quantum_before"] > 1
    assert shown["agreement"]["names_these_keys"]
