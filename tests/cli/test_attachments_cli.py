"""Attachments by CLI on a stopped node: sent, shown, saved under harmless names, refused with what to do."""

import os
import stat
from pathlib import Path

import pytest
from tests.cli.conftest import BANNER

from coupefeu.errors import PolicyError, UsageError

PICTURE = bytes(range(256)) * 400


def attach(line, *names, content=PICTURE):
    """Write files, and say something with them; gives the message's number and the files."""
    files = [line.folder / name for name in names]
    for file in files:
        file.write_bytes(content)
    options = [word for file in files for word in ("--attach", file)]
    return line.say("See the map.", *options), files


def test_what_is_attached_is_shown_and_saved_as_it_was(line):
    number, _ = attach(line, "map.png", "second.png")
    shown = line.shown(number)
    assert [(each["number"], each["name"], each["size"], each["state"]) for each in shown["attachments"]] == [
        (0, "map.png", len(PICTURE), "held"),
        (1, "second.png", len(PICTURE), "held"),
    ]
    assert len({each["commitment"] for each in shown["attachments"]}) == 2, "each under its own salt"
    lines = line.run("inbox", number)
    assert "   Attachment 0: map.png, 102,400 bytes: here" in lines
    values = line.json("inbox", number, "--save-attachments", line.folder / "saved")
    saved = [Path(values["saved"][key]) for key in ("0", "1")]
    assert [path.name for path in saved] == [
        f"{number.replace('/', '-')}-0-map.png",
        f"{number.replace('/', '-')}-1-second.png",
    ]
    assert [path.read_bytes() for path in saved] == [PICTURE, PICTURE]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in saved)


def test_saving_overwrites_nothing_and_follows_no_link(line):
    number, _ = attach(line, "map.png")
    folder = line.folder / "saved"
    folder.mkdir()
    elsewhere = line.folder / "elsewhere"
    name = f"{number.replace('/', '-')}-0-map.png"
    (folder / name).symlink_to(elsewhere)
    refused = line.refused("inbox", number, "--save-attachments", folder)
    assert refused.code == "cli.inbox.exists"
    assert not elsewhere.exists()
    elsewhere.write_bytes(PICTURE)
    assert line.refused("inbox", number, "--save-attachments", folder).code == "cli.inbox.exists"
    (folder / name).unlink()
    (folder / name).write_text("mine")
    assert line.refused("inbox", number, "--save-attachments", folder).hint
    assert (folder / name).read_text() == "mine"
    (folder / name).write_bytes(PICTURE)
    assert line.json("inbox", number, "--save-attachments", folder)["saved"] == {"0": str(folder / name)}


def test_looking_and_saving_change_nothing_of_the_node(line):
    number, _ = attach(line, "map.png")
    before = {path: path.read_bytes() for path in line.us.rglob("*") if path.is_file()}
    line.run("inbox", number, "--save-attachments", line.folder / "saved")
    assert {path: path.read_bytes() for path in line.us.rglob("*") if path.is_file()} == before


def test_the_list_says_how_many_and_how_many_are_here(line):
    attach(line, "map.png")
    assert "  Attachments: 1, here: 1" in line.run("inbox", "--all")
    lines = line.run("say", "Again.", "--attach", line.folder / "map.png")
    assert (lines[0], lines[3]) == (BANNER, "Attachment 0: map.png, 102,400 bytes: here")


def test_what_is_larger_than_agreed_is_refused_before_it_is_read(line):
    huge = line.folder / "disk.img"
    with huge.open("wb") as file:
        file.truncate(1 << 40)
    refused = line.refused("say", "all of it", "--attach", huge)
    assert isinstance(refused, PolicyError)
    assert "1,099,511,627,776 bytes, agreed is at most 1,048,576" in refused.message
    assert "smaller" in refused.hint


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["hello", "--attach", "nowhere"], "cli.say.no_attachment"),
        (["hello", "--attach", "/"], "cli.say.no_attachment"),
        (["hello", *["--attach", "/etc/hostname"] * 9], "services.messages.attachment_count"),
        (["--form", "line-test", "--attach", "/etc/hostname"], "cli.say.line_test"),
        (["hello", "--attach", os.devnull], "cli.say.no_attachment"),
    ],
)
def test_what_cannot_be_attached_is_refused_with_what_to_do(line, words, code):
    refused = line.refused("say", *words)
    assert isinstance(refused, UsageError)
    assert refused.code == code
    assert refused.hint


def test_saving_needs_a_message(line):
    assert line.refused("inbox", "--save-attachments", line.folder / "x").code == "cli.inbox.save_of"
