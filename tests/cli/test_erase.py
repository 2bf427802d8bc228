"""`coupefeu erase`: what is lost is said first, nothing of it is left in the folder, and what stands can be proved."""

import asyncio
from pathlib import Path

import pytest
from tests.cli.conftest import BANNER

import coupefeu
from coupefeu.cli.main import EXIT_CODES
from coupefeu.cli.officer import desk_of
from coupefeu.model.messages import parse_number
from coupefeu.node.folder import NodeFolder
from coupefeu.node.runtime import Runtime
from coupefeu.services.erasures.facts import EraseContent
from coupefeu.store.jobs import EraseExpired, Expired


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_nothing_of_what_it_said_is_left_in_the_folder(line):
    assert b"strayed" in bytes_of(line.us)
    lines = line.run("erase", line.text, "--yes", "--reason", "as both sides agreed")
    assert lines[0] == BANNER
    assert lines[1].startswith("Erased here, and named on our record as US/")
    said = " ".join(" ".join(lines).split())
    assert "Not erased: the copy of RU, backups, exports" in said
    assert b"strayed" not in bytes_of(line.us)
    assert b"0312Z" not in bytes_of(line.us)
    assert b"strayed" in bytes_of(line.ru)


def test_the_message_says_so_in_the_readers_language_and_its_chain_stands(line):
    line.run("erase", line.text, "--yes")
    shown = "\n".join(line.run("inbox", line.text, "--language", "fr"))
    assert "CONTENU EFFACÉ sur ordre" in shown
    assert "COLLATIONNÉ" in shown
    assert "contenu effacé" in shown
    values = line.shown(line.text)
    assert values["erased"]["why"] == "order"
    assert (values["text"], values["critical"], values["open"]) == ("", [], False)
    listed = line.json("record")["entries"]
    assert next(each for each in listed if each["entry"] == line.text)["held"] == "erased"


def test_it_is_asked_with_what_goes_and_what_stands(line):
    refused = line.refused("erase", line.text, typed="n\n")
    assert refused.code == "cli.erase.no"
    assert EXIT_CODES[type(refused)] == 2
    assert line.shown(line.text)["erased"] is None
    lines = line.run("erase", line.text, typed="y\n")
    said = " ".join(" ".join(lines).split())
    assert lines[0] == BANNER
    assert "Lost here for ever: what 4 entries say that belong to" in said
    assert "every signature" in said
    assert "ask by a message" in said


@pytest.mark.parametrize(("words", "code"), [(["US/999"], "unknown"), (["RU/0"], "nothing")])
def test_what_cannot_be_erased_is_said_before_anything_is_asked(line, words, code):
    assert line.refused("erase", *words).code == f"services.erasures.{code}"


def test_the_other_side_erases_by_its_own_act(line):
    number = line.text
    line.run("erase", number, "--yes", node=line.ru)
    assert line.shown(number)["erased"] is None


def test_an_export_shows_the_head_and_verifies(line, tmp_path):
    line.run("erase", line.text, "--yes")
    line.run("export", "record", "--party", "us", "--to", tmp_path / "record")
    deep = line.json("verify", tmp_path / "record", "--deep")
    assert deep["heads"] == deep["bodies"] + 1
    assert any(
        each.startswith("What 1 entries say of which the head alone is shown") for each in deep["not_proved"]
    )
    line.run("prove", "--party", "us", "--index", line.text.partition("/")[2], "--to", tmp_path / "proof")
    proof = line.json("verify", tmp_path / "proof")
    assert (proof["kind_name"], proof["from_post"], proof["content"]) == ("MESSAGE", "us.duty", None)
    assert line.json("fsck")["clean"]
    assert "strayed" not in line.run("rebuild")[0]
    assert line.json("fsck")["clean"]


def by_command(line):
    line.run("erase", line.text, "--yes")


def by_program(line):
    """As the console does."""

    async def order():
        async with coupefeu.Node.open(line.us, online=False) as us:
            await us.act(EraseContent(message=us.number(line.text), from_post="us.duty", reason=""))

    asyncio.run(order())


def by_age(line):
    """The store says what was erased, whoever asked for it."""
    with desk_of(NodeFolder.open(line.us)) as desk:
        body = desk.reader.entry(*parse_number(line.text, ("us", "ru")))["body"]
    outcomes = []

    async def erase():
        runtime = await Runtime.start(NodeFolder.open(line.us), online=False)
        runtime._writer.submit = lambda job, done: done(Expired(entries=(), after=0, gone=(b"?", body)))
        runtime.submit(EraseExpired(after=0), outcomes.append)
        await runtime.close()

    asyncio.run(erase())
    assert outcomes[0].gone == (b"?", body)
    assert b"strayed" not in repr(outcomes[0]).encode()


@pytest.mark.parametrize("erase", [by_command, by_program, by_age])
def test_a_refused_copy_of_the_text_goes_too(line, erase):
    kept = line.us / "unsent" / "2026-11-30T031200Z.txt"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("Our aircraft strayed.\nIt turned back at 0312Z.")
    also = line.folder / "the same file"
    also.hardlink_to(kept)
    other = kept.with_name("2026-11-30T031300Z.txt")
    other.write_text("another")
    erase(line)
    assert (kept.exists(), other.exists()) == (False, True)
    assert also.read_bytes() == bytes(also.stat().st_size), "overwritten, as the database does"
