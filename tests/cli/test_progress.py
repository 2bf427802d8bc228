"""Long work shows how far it has come: on a terminal, when it is long, and nowhere else."""

import io
import sys

import pytest
from typer.main import get_command

from coupefeu.cli import printing
from coupefeu.cli.main import make_app
from coupefeu.cli.printing import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def errors_to(monkeypatch):
    """Send the error stream elsewhere, from the test itself: pytest puts its own in place before each phase."""

    def send(stream):
        monkeypatch.setattr(sys, "stderr", stream)
        return stream

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(printing, "SHORT_WORK_S", 0)
    return send


def test_a_bar_names_the_work_and_how_far_it_is(errors_to):
    terminal = errors_to(Terminal())
    with progress("Verifying", as_json=False) as tell:
        tell(1, 4)
        tell(2, 4)
    assert "Verifying" in terminal.getvalue()
    assert "50%" in terminal.getvalue()


def test_short_work_shows_none(errors_to, monkeypatch):
    terminal = errors_to(Terminal())
    monkeypatch.setattr(printing, "SHORT_WORK_S", 1_000)
    with progress("Verifying", as_json=False) as tell:
        tell(1, 4)
    assert terminal.getvalue() == ""


def test_nor_does_work_beside_json_or_into_a_file(errors_to):
    terminal = errors_to(Terminal())
    with progress("Verifying", as_json=True) as tell:
        assert tell is None
    assert terminal.getvalue() == ""
    file = errors_to(io.StringIO())
    with progress("Verifying", as_json=False) as tell:
        assert tell is None
    assert file.getvalue() == ""


@pytest.mark.parametrize(
    ("name", "words", "title"),
    [
        ("verify", ["RECORD"], "Verifying"),
        ("export", ["record", "--party", "us", "--to", "OUT", "--node", "US"], "Exporting US"),
        ("fsck", ["--node", "US"], "Checking"),
        ("rebuild", ["--node", "US"], "Rebuilding"),
    ],
)
def test_each_long_work_shows_one(line, tmp_path, errors_to, name, words, title):
    if name == "verify":
        line.run("export", "record", "--party", "us", "--to", tmp_path / "record")
    places = {"RECORD": str(tmp_path / "record"), "OUT": str(tmp_path / "out"), "US": str(line.us)}
    command = [name, *(places.get(word, word) for word in words)]
    terminal = errors_to(Terminal())
    assert not get_command(make_app(name)).main(command, "coupefeu", standalone_mode=False)
    assert title in terminal.getvalue()
