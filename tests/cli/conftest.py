"""A line that was once up: US and RU in this process, over loopback; what commands see is a copy of their folders."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import coupefeu
from coupefeu.cli.main import make_app
from coupefeu.node.exercise import pair_exercise
from coupefeu.services.messages.commands import Read, ReadBack, Take

BANNER = "EXERCISE / EXERCICE / УЧЕНИЕ"
PLACE = "36.61N 37.02E"
WITHIN_S = 60


async def _play(us: Path, ru: Path, killed: Path) -> None:
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru) as theirs:
        line = ours.line("RU")
        warning = await line.say(
            coupefeu.Content(
                form=coupefeu.Form.WARNING,
                subject=coupefeu.Subject.SAFETY,
                operative=coupefeu.Operative.STOP,
                place=PLACE,
                numbers=("4",),
            ),
            precedence=coupefeu.Precedence.FLASH,
        )
        text = await line.send("Our aircraft strayed.\nIt turned back at 0312Z.", critical=("0312Z",))
        for sent in (warning, text):
            await sent.receipt()
        await theirs.act(Take(message=warning.id, from_post="ru.duty", officer="2nd watch"))
        await theirs.act(Read(message=text.id, from_post="ru.duty"))
        await theirs.act(ReadBack(message=text.id, from_post="ru.duty", typed=("0З12Z",)))
        (last,) = await theirs.act(ReadBack(message=text.id, from_post="ru.duty", typed=("0312Z",)))
        await last.receipt()
        await text.until(coupefeu.StepName.READ_BACK)
        shutil.copytree(us, killed, ignore=shutil.ignore_patterns("control.sock"))
        (us.parent / "numbers.json").write_text(json.dumps([warning.number, text.number]))


@pytest.fixture(scope="session")
def played(tmp_path_factory) -> Path:
    """A FLASH WARNING of US that RU has taken, and a text that RU has read back at the second attempt; `killed`: US as
    a power cut would leave it."""
    folder = tmp_path_factory.mktemp("played")
    us, ru = folder / "us", folder / "ru"
    pair_exercise(us, ru)
    asyncio.run(asyncio.wait_for(_play(us, ru, folder / "killed"), WITHIN_S))
    return folder


class Commands:
    """The folders of one test, and the commands on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.us, self.ru, self.killed = folder / "us", folder / "ru", folder / "killed"
        self.warning, self.text = json.loads((folder / "numbers.json").read_text())

    def say(self, *words, node=None) -> str:
        """Say something, and give its number."""
        number: str = self.json("say", *words, node=node)["message"]
        return number

    def shown(self, number, node=None):
        """Look at a message."""
        return self.json("inbox", number, node=node)

    def run(self, name, *words, node=None, code=0, typed=None):
        """Give the lines printed, whose first on an exercise line is the exercise word."""
        result = self.invoke(name, *words, node=node, typed=typed)
        assert result.exit_code == code, result.output + repr(result.exception)
        return result.output.splitlines()

    def json(self, name, *words, node=None, code=0, typed=None):
        result = self.invoke(name, *words, "--json", node=node, typed=typed)
        assert result.exit_code == code, result.output + repr(result.exception)
        return json.loads(result.stdout)

    def refused(self, name, *words, node=None, typed=None):
        result = self.invoke(name, *words, node=node, typed=typed)
        assert isinstance(result.exception, coupefeu.CoupefeuError), result.output
        return result.exception

    def invoke(self, name, *words, node=None, typed=None):
        given = [] if name in {"verify", "restore"} else ["--node", str(node or self.us)]
        arguments = [name, *map(str, words), *given]
        return CliRunner().invoke(make_app(name), arguments, input=typed)


@pytest.fixture
def line(played, tmp_path) -> Commands:
    shutil.copytree(played, tmp_path, dirs_exist_ok=True)
    return Commands(tmp_path)
