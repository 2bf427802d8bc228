"""Two signed statements that cannot both be true, from the node that keeps the proof to a stranger's terminal."""

import asyncio
import shutil

import pytest
from typer.testing import CliRunner

import coupefeu
from coupefeu.cli.main import make_app

WITHIN_S = 60


async def say(line, text, *, receipted):
    async with coupefeu.Node.open(line.us) as us, coupefeu.Node.open(line.ru):
        sent = await us.line("RU").send(text)
        if receipted:
            await sent.receipt()
        else:
            async with us.events() as events:
                async for event in events:
                    if getattr(event, "code", "") == "node.engine.forked":
                        break
        return sent.number


@pytest.fixture
def forked(line):
    """US's folder was put back whole, and its node wrote something else in the place of what RU holds."""
    shutil.copytree(line.us, line.folder / "old", ignore=shutil.ignore_patterns("control.sock"))
    asyncio.run(asyncio.wait_for(say(line, "Our aircraft crossed the line.", receipted=True), WITHIN_S))
    shutil.copytree(line.us, line.folder / "first", ignore=shutil.ignore_patterns("control.sock"))
    shutil.rmtree(line.us)
    shutil.copytree(line.folder / "old", line.us)
    asyncio.run(asyncio.wait_for(say(line, "Our aircraft never did.", receipted=False), WITHIN_S))
    return line


def test_a_kept_proof_is_exported_checked_and_cited_by_the_new_incarnation(forked):
    line, to = forked, forked.folder / "proof"
    assert [each["party"] for each in line.json("status", node=line.ru)["evidence"]] == ["us"]
    made = line.json("export", "equivocation", "--to", to, node=line.ru)
    shown = line.json("verify", to)
    assert shown["what"] == "equivocation"
    assert "cannot both be its log" in shown["proved"][0]
    assert "The keys used here are those that this agreement names." in shown["proved"]
    assert any("stolen key" in each for each in shown["not_proved"])
    assert line.run("verify", to)[0].startswith("EXERCISE")

    (to / "agreement").unlink()
    assert "REAL or EXERCISE" in " ".join(line.json("verify", to)["not_proved"])
    proof = (to / "equivocation").read_bytes()
    (to / "equivocation").write_bytes(proof[:-40] + bytes((proof[-40] ^ 1,)) + proof[-39:])
    assert isinstance(line.refused("verify", to), coupefeu.CoupefeuError)
    (to / "equivocation").write_bytes(proof)

    told = line.json("status", node=line.us)["evidence"]
    assert [each["entry"] for each in told] == [made["entry"]], (
        "our own node says it too, by the other side's proof"
    )
    opened = line.json("incarnation", "open", "--yes", node=line.us)
    assert (opened["forked"], opened["log"]) == (True, "US.2")
    number = asyncio.run(asyncio.wait_for(say(line, "Anew.", receipted=True), WITHIN_S))
    assert number.startswith("US.2/")
    assert line.json("fsck", node=line.ru)["clean"]


def test_two_exports_of_one_log_are_compared_by_anybody(forked):
    line, to = forked, forked.folder / "between"
    ours, theirs = line.folder / "ours", line.folder / "theirs"
    line.run("export", "record", "--party", "us", "--to", theirs, node=line.ru)
    line.run("export", "record", "--party", "us", "--to", ours, node=line.folder / "first")
    words = ("export", "equivocation", "--to", to)
    refused = line.refused(*words, "--between", ours, theirs, node=line.us)
    assert refused.code == "cli.export.equivocation", "a node or two exports, not both"
    given = ["export", *map(str, words[1:]), "--between", str(ours), str(theirs), "--json"]
    refused = CliRunner().invoke(make_app("export"), given).exception
    assert refused.code == "cli.export.no_contradiction", (
        "RU holds the branch that US had first, and no other"
    )
