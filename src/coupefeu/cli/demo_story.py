"""`coupefeu demo --headless`: two nodes on this machine play the main job by themselves, and prove that it held."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict
from pathlib import Path

import typer

from coupefeu.cli.demo_notices import LoadingBar, loaded_values, say_rejects
from coupefeu.errors import UsageError
from coupefeu.model.agreement import EXERCISE_WORDS
from coupefeu.node.demo.story import Demo
from coupefeu.node.demo.summary import Step, Summary
from coupefeu.node.demo.texts import OUR_TEXT
from coupefeu.node.shared_data import find_file

BANNER = " / ".join(EXERCISE_WORDS.values())
TITLES = {
    "pair": "Two nodes are paired",
    "march-2022": "24 February to 24 March 2022: attempts in vain, as the article reports them",
    "firebreak-broken": "The firebreak is broken, and both records say why",
    "run-on": "Both run on as processes from 24 March 2022, 12:00Z",
    "answered-at-last": "The Secretary rings, the Minister answers, and the level follows",
    "message-read-back": "A message is taken, read and read back",
    "flash-stop-outcome": "A FLASH STOP is taken by the desk, with its outcome",
    "line-test": "A line test is answered",
    "calls": "Calls are answered, declined, put off, withdrawn, and not answered",
    "conflict-settled": "A dozen notices are filed, their one conflict is found on both sides and settled",
    "notices-loaded": "Notices are loaded from files",
    "kill-and-restart": "A node is killed in the middle and restarted",
    "flash-overtakes-backlog": "A FLASH overtakes a backlog",
    "nothing-lost-or-doubled": "Nothing was lost, nothing doubled",
    "records-verified": "Both records prove it to strangers",
}


def play_story(message: Path | None, notices: Sequence[Path], keep: Path | None, *, as_json: bool) -> None:
    """Play the story and say how it went. Raises: UsageError: the text cannot be read; typer.Exit: it did not hold."""
    text = OUR_TEXT if message is None else _read_text(message)
    with nullcontext(keep) if keep else tempfile.TemporaryDirectory(prefix="coupefeu-") as folder:
        if not as_json:
            typer.echo(f"{BANNER}\nA line between US and RU, on this machine.\n")
        with closing(LoadingBar(as_json=as_json)) as bar:
            played = Demo(
                Path(str(folder)),
                text,
                _silent if as_json else _tell,
                notices=tuple(map(find_file, notices)),
                told=bar.tell,
            )
            summary = asyncio.run(played.run())
    if as_json:
        typer.echo(json.dumps(_values(summary), ensure_ascii=False))
    else:
        _conclude(summary, keep)
    if not summary.ok:
        raise typer.Exit(1)


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}", code="cli.demo.message", hint="give a text file"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8 text (byte {error.start})", code="cli.demo.message", hint="save it as UTF-8"
        ) from error


def _silent(_step: Step) -> None:
    """Print nothing: the JSON says it all at the end."""


def _tell(step: Step) -> None:
    mark = "" if step.ok else "DOES NOT HOLD: "
    typer.echo(f"{step.seconds:6.1f} s  {TITLES[step.name]}\n          {mark}{step.detail}")


def _conclude(summary: Summary, keep: Path | None) -> None:
    for line in say_rejects(summary.loaded):
        typer.echo(f"          {line}")
    for record in summary.records:
        typer.echo(
            f"          {record.party.upper()}'s record as {record.node.upper()} holds it:"
            f" {record.size:,} entries, {record.cosigned:,} co-signed by the other side"
        )
    seconds = sum(step.seconds for step in summary.steps)
    typer.echo(f"\nLost: {summary.lost}. Doubled: {summary.doubled}. {seconds:.1f} s in all.")
    if keep and summary.ok:
        typer.echo(
            f"The nodes are in {keep / 'us'} and {keep / 'ru'}. Look: coupefeu inbox --node {keep / 'us'}"
        )
    typer.echo("Everything held." if summary.ok else "Something did not hold.")


def _values(summary: Summary) -> dict[str, object]:
    return {
        "exercise": True,
        "ok": summary.ok,
        "steps": [asdict(step) for step in summary.steps],
        "lost": summary.lost,
        "doubled": summary.doubled,
        "records": [asdict(record) for record in summary.records],
        "notices": loaded_values(summary.loaded),
    }
