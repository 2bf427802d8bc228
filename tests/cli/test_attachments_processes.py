"""Two nodes as processes: by command, a file is attached, fetched by the other node, saved, exported and verified."""

import asyncio
import random
from pathlib import Path

from tests.cli.conftest import Commands
from tests.fault.processes import run, two_processes

from coupefeu.cli.enclosing import AWAITED_EXIT

CONTENTS = {"map of the area.png": random.Random(62).randbytes(400_000), "list.txt": b"three names\n"}


def save_when_here(line, number, node, folder):
    """Ask again while it is said to be not here yet; the story's own time limit bounds it."""
    words = ("inbox", number, "--save-attachments", folder)
    while line.invoke(*words, node=node).exit_code == AWAITED_EXIT:
        pass
    return line.json(*words, node=node)


def test_what_one_desk_attaches_the_other_saves_and_both_can_prove(tmp_path):
    (tmp_path / "numbers.json").write_text("[null, null]")
    line = Commands(tmp_path)

    def play():
        files = [tmp_path / name for name in CONTENTS]
        for file in files:
            file.write_bytes(CONTENTS[file.name])
        attach = [word for file in files for word in ("--attach", file)]
        sent = line.json("say", "See both.", "--wait", *attach)
        assert sent["receipt"]["holder"] == "ru"
        values = save_when_here(line, sent["message"], line.ru, tmp_path / "saved")
        assert [each["state"] for each in values["attachments"]] == ["held", "held"]
        saved = [Path(path) for path in values["saved"].values()]
        assert [path.read_bytes() for path in saved] == list(CONTENTS.values())
        assert {path.parent for path in saved} == {tmp_path / "saved"}
        for node in (line.us, line.ru):
            record, proof = tmp_path / f"{node.name}-record", tmp_path / f"{node.name}-proof"
            line.run("export", "record", "--party", "us", "--to", record, node=node)
            assert line.json("verify", record, "--deep")["attachments"] == len(CONTENTS)
            line.run("prove", "--party", "us", "--index", sent["index"], "--to", proof, node=node)
            verified = line.json("verify", proof)
            assert [each["name"] for each in verified["attachments"] if each["shown"]] == list(CONTENTS)
            assert line.json("fsck", node=node)["clean"]

    async def story():
        async with two_processes(tmp_path):
            await asyncio.to_thread(play)

    run(story())
