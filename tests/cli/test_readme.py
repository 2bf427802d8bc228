"""The tour of README.md and the programs of docs/python.md are run as they stand, and what they show is compared.

A `console` block: lines after `$ ` are commands, the lines below are what they print, `...` stands for anything. A
command without lines below it must succeed. Questions are answered with yes. Ports are exchanged for free ones.
"""

import doctest
import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.documents import ROOT
from typer.testing import CliRunner

from coupefeu.cli.main import COMMANDS, make_app
from coupefeu.node.exercise import free_port

README = (ROOT / "README.md").read_text("utf-8")
PYTHON = (ROOT / "docs" / "python.md").read_text("utf-8")
OFFICERS = (ROOT / "docs" / "officers.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(console|python)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
PROGRAMS = re.findall(r"^```python\n(import asyncio\n.*?)^```$", PYTHON, re.DOTALL | re.MULTILINE)
"""Those that stand by themselves; a fragment begins without imports."""
FAMILIES = {
    "agreement",
    "alerts",
    "arrange",
    "communique",
    "export",
    "incident",
    "line-state",
    "notice",
    "presence",
    "watch",
}
"""Commands that have commands of their own."""
WITHIN_S = 120
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def steps(block):
    """Give each command of a console block with the lines that stand below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


class Tour:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {"7420": str(free_port()), "7421": str(free_port())}
        self.nodes: dict[str, subprocess.Popen] = {}

    def words(self, command: str) -> list[str]:
        for written, free in self.ports.items():
            command = command.replace(written, free)
        program, *words = shlex.split(command)
        assert program == "coupefeu"
        return [sys.executable, "-m", "coupefeu.cli.main", *words]

    def run(self, command: str) -> str:
        done = subprocess.run(
            self.words(command), cwd=self.folder, input="yes\n", capture_output=True, text=True, check=False,
            env=os.environ | {"NO_COLOR": "1"},
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, command: str) -> None:
        words = self.words(command.removesuffix("&"))
        self.nodes[words[-1]] = subprocess.Popen(words, cwd=self.folder, stdout=subprocess.DEVNULL)
        if len(self.nodes) == 2:
            self.until("status --node us --json", self.has_tested)

    @staticmethod
    def has_tested(printed: str) -> bool:
        """Whether both sides have tested the line and signed for each other's answers."""
        records = json.loads(printed)["records"].values()
        return all(record["size"] == 3 and record["cosigned"] == 3 for record in records)

    def until(self, command: str, holds) -> str:
        end = time.monotonic() + WITHIN_S
        while not holds(printed := self.run(f"coupefeu {command}")):
            assert time.monotonic() < end, printed
        return printed

    def step(self, command: str, shown: str) -> None:
        if command.endswith("&"):
            self.start(command)
        elif shown:
            looks_only = command.split()[1] in {"calls", "inbox", "status"}
            checker = doctest.OutputChecker()

            def holds(printed: str) -> bool:
                found = checker.check_output(shown, printed, _FLAGS)
                assert found or looks_only, f"{command}\nREADME shows:\n{shown}\nprinted:\n{printed}"
                return found

            self.until(command.removeprefix("coupefeu "), holds)
        else:
            self.run(command)

    def run_programs(self) -> None:
        """Run the programs of docs/python.md: one follows and takes what another says, the third files a notice."""
        says, follows, files = PROGRAMS
        desk = subprocess.Popen(
            [sys.executable, "-c", follows],
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert desk.stdout.readline() == "following\n"
            other = subprocess.Popen(
                [sys.executable, "-c", says], cwd=self.folder, stdout=subprocess.PIPE, text=True
            )
            shown, _ = desk.communicate("yes\n", timeout=WITHIN_S)
            said, _ = other.communicate(timeout=WITHIN_S)
        finally:
            desk.kill()
        number = said.split()[0]
        assert said == f"{number} was taken by ru.duty\n"
        assert shown == f"{number} FLASH WARNING \nTake it? "
        filed = subprocess.run(
            [sys.executable, "-c", files], cwd=self.folder, capture_output=True, text=True, check=True
        )
        assert re.fullmatch(r"US/\d+ live Patrol conflicts known: 0\n", filed.stdout)

    def close(self) -> None:
        for node in self.nodes.values():
            node.terminate()
        for node in self.nodes.values():
            assert node.wait(WITHIN_S) == 0


@pytest.mark.timeout(900)
def test_the_tour_is_as_it_is_told(tmp_path):
    tour = Tour(tmp_path)
    try:
        for kind, block in BLOCKS:
            if kind == "python":
                program = [sys.executable, "-c", block]
                done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=True)
                assert re.fullmatch(r"US/\d+ is on the record of RU\n", done.stdout)
                continue
            for command, shown in steps(block):
                tour.step(command, shown)
        tour.run_programs()
    finally:
        tour.close()


@pytest.mark.parametrize("text", [README, OFFICERS], ids=["README", "officers"])
def test_every_command_and_option_that_is_named_exists(text):
    named = re.findall(r"^(?:\$ |    )coupefeu (.*)$", text, re.MULTILINE)
    assert named
    for line in named:
        command = line.split()[0]
        assert command in COMMANDS
        below = re.match(r"\S+ ([a-z][a-z-]+)", line)
        sub = [below[1]] if below and command in FAMILIES else []
        told = CliRunner().invoke(make_app(command), [command, *sub, "--help"], env={"COLUMNS": "200"})
        assert told.exit_code == 0, line
        for option in re.findall(r"(?<!\S)--[a-z-]+", line):
            assert option in told.output, f"{line}: {option}"
