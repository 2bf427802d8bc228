"""Attachments before strangers: each shown by two files or none, and nothing beside them passes for one."""

import asyncio
import shutil
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from tests.cli.conftest import Commands
from tests.cli.test_evidence import files_of

import coupefeu
from coupefeu.errors import PeerError, VerificationError
from coupefeu.node.exercise import pair_exercise
from coupefeu.wire import cbor, tiles

MAP, LIST = bytes(range(256)) * 300, b"names\n"


async def _play(us: Path, ru: Path) -> str:
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru):
        await ours.line("RU").send("Nothing goes with this one.")
        sent = await ours.line("RU").send(
            "See both.",
            attachments=[
                coupefeu.Attachment(name="map.png", content=MAP),
                coupefeu.Attachment(name="list.txt", content=LIST),
            ],
        )
        await sent.receipt()
        return sent.number


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A line on which US has sent a message with two attachments, co-signed by RU; its number, record and proof."""
    folder = tmp_path_factory.mktemp("attached")
    pair_exercise(folder / "us", folder / "ru")
    number = asyncio.run(asyncio.wait_for(_play(folder / "us", folder / "ru"), 60))
    (folder / "numbers.json").write_text("[null, null]")
    line = Commands(folder)
    line.run("export", "record", "--party", "us", "--to", folder / "record")
    line.run("prove", "--party", "us", "--index", number.partition("/")[2], "--to", folder / "proof")
    return line, int(number.partition("/")[2])


@pytest.fixture(params=["record", "proof"])
def shown(request, played, tmp_path):
    """A copy of the record or of the proof, to be changed, with the index of the message."""
    line, index = played
    shutil.copytree(line.folder / request.param, tmp_path / "out")
    return line, tmp_path / "out", index


def test_both_hold_two_files_for_each_attachment_and_no_seed(shown):
    line, out, index = shown
    found = {name for name in files_of(out) if name.startswith("attachments/")}
    assert found == {f"attachments/{index}-{number}{end}" for number in (0, 1) for end in ("", ".salt")}
    folder = out / "attachments"
    assert [(folder / f"{index}-{number}").read_bytes() for number in (0, 1)] == [MAP, LIST]
    row = line.shown(f"US/{index}")
    for attachment in row["attachments"]:
        salt = (folder / f"{index}-{attachment['number']}.salt").read_bytes()
        content = (folder / f"{index}-{attachment['number']}").read_bytes()
        origin = (out / "log.vkey").read_text().partition("+")[0].encode()
        label = b"coupefeu/attachment/v1\x00" + bytes((len(origin),)) + origin
        assert len(salt) == 16
        assert sha256(label + salt + content).hexdigest() == attachment["commitment"]


def test_verify_says_in_words_what_was_committed_and_what_is_not_here(shown):
    line, out, index = shown
    deep = ["--deep"] if (out / "checkpoint").exists() else []
    text = " ".join(" ".join(line.run("verify", out, *deep)).split())
    if deep:
        assert "Attachments shown: 2; each is what its message committed to." in text
    else:
        assert "Attachment 0 (map.png, 76,800 bytes): these bytes are what was committed." in text
    (out / f"attachments/{index}-1").unlink()
    (out / f"attachments/{index}-1.salt").unlink()
    values = line.json("verify", out, *deep)
    text = " ".join(values["not_proved"])
    if deep:
        assert (values["attachments"], values["attachments_absent"]) == (1, 1)
        assert "What is in attachments that were committed and are not here: 1." in text
    else:
        assert [each["shown"] for each in values["attachments"]] == [True, False]
        assert "Attachment 1 (list.txt, 6 bytes): what is in it. It was committed, and is not here." in text


def test_the_commands_say_how_many_they_wrote(played, tmp_path):
    line, index = played
    said = line.run("export", "record", "--party", "us", "--to", tmp_path / "a")
    assert "Attachments that are held here: 2, each in two files." in said
    assert line.json("export", "record", "--party", "ru", "--to", tmp_path / "b")["attachments"] == 0
    assert line.json("prove", "--party", "us", "--index", index, "--to", tmp_path / "c")["attachments"] == 2
    said = line.run("prove", "--party", "us", "--index", "0", "--to", tmp_path / "d")
    assert not any("Attachments" in each for each in said)


def test_without_any_the_folder_still_holds(shown):
    line, out, _ = shown
    shutil.rmtree(out / "attachments")
    assert line.run("verify", out)


def flip(path):
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)


CHANGES = {
    "one bit of the bytes": (lambda f, i: flip(f / f"{i}-0"), VerificationError, "record.enclosures.commitment"),
    "one bit of the salt": (lambda f, i: flip(f / f"{i}-1.salt"), VerificationError, "record.enclosures.commitment"),
    "a byte more": (lambda f, i: (f / f"{i}-1").write_bytes(LIST + b"\n"), VerificationError,
                    "record.enclosures.commitment"),
    "the other's bytes": (lambda f, i: (f / f"{i}-0").write_bytes(LIST), VerificationError,
                          "record.enclosures.commitment"),
    "no salt": (lambda f, i: (f / f"{i}-0.salt").unlink(), PeerError, "record.enclosures.pair"),
    "a salt alone": (lambda f, i: (f / f"{i}-0").unlink(), PeerError, "record.enclosures.pair"),
    "the seed for a salt": (lambda f, i: (f / f"{i}-0.salt").write_bytes(bytes(32)), PeerError,
                            "record.enclosures.salt"),
    "a third": (lambda f, i: add(f, f"{i}-2"), VerificationError, "record.enclosures.not_promised"),
    "a name of its own": (lambda f, i: (f / "order.pdf").write_bytes(b"x"), PeerError, "record.enclosures.name"),
    "a zero in front": (lambda f, i: add(f, f"0{i}-0"), PeerError, "record.enclosures.name"),
    "of an entry that is not there": (lambda f, i: add(f, "999-0"), PeerError, "record.enclosures.unshown"),
}  # fmt: skip


def add(folder, name):
    (folder / name).write_bytes(b"never sent")
    (folder / f"{name}.salt").write_bytes(bytes(16))


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_was_changed_or_added_is_named_also_without_deep(shown, change):
    line, out, index = shown
    do, kind, code = CHANGES[change]
    do(out / "attachments", index)
    refused = line.refused("verify", out)
    assert (type(refused), refused.code) == (kind, code)
    assert refused.hint


def test_nothing_stands_under_an_entry_that_is_no_message_or_whose_body_is_not_shown(shown):
    line, out, index = shown
    add(out / "attachments", "0-0")
    other = line.refused("verify", out)
    assert other.code == ("record.enclosures.not_promised" if (out / "checkpoint").exists() else
                          "record.enclosures.unshown")  # fmt: skip
    for each in ("0-0", "0-0.salt"):
        (out / "attachments" / each).unlink()
    hide_body(out, index)
    assert line.refused("verify", out).code == "record.enclosures.unshown"
    shutil.rmtree(out / "bodies", ignore_errors=True)
    assert line.refused("verify", out).code == "record.enclosures.unshown"


def hide_body(out, index):
    """Take the body of one entry away, as somebody who shows less would."""
    if (out / "proof").exists():
        (out / "body").unlink()
        lines = (out / "proof").read_text().splitlines()
        at = next(number for number, each in enumerate(lines) if each.startswith("extra "))
        extra = cbor.decode(b64decode(lines[at].removeprefix("extra ")))
        lines[at] = "extra " + b64encode(cbor.encode(extra[:2])).decode()
        (out / "proof").write_text("\n".join(lines) + "\n")
        return
    bundle = out / "bodies" / "000"
    items = [cbor.decode(item) for item in tiles.parse_bundle(bundle.read_bytes())]
    bundle.write_bytes(tiles.bundle(cbor.encode(item[:3] if item[0] == index else item) for item in items))
