"""The manual, the list of commands and the commands themselves say the same."""

import json

import pytest
from tests.documents import ROOT
from typer.main import get_command
from typer.testing import CliRunner

from coupefeu.cli.main import SUMMARIES, make_app, make_listing
from coupefeu.cli.manual import render_manual
from coupefeu.cli.usage import name_values
from coupefeu.wire.agreement import parse_terms


def test_the_manual_is_what_the_commands_say():
    written = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert written == render_manual(), "python -m coupefeu.cli.manual > docs/cli.md"


@pytest.mark.parametrize("name", SUMMARIES)
def test_the_list_says_of_each_command_what_it_says_itself(name):
    command = get_command(make_app(name)).commands[name]
    assert " ".join(command.help.strip().split("\n\n")[0].split()) == SUMMARIES[name]


def test_the_list_has_every_command():
    shown = CliRunner().invoke(make_listing(), ["--help"], env={"COLUMNS": "200"}).output
    assert [name for name in SUMMARIES if f"\n  {name} " not in shown] == []


def test_what_an_officer_looks_for_is_a_command():
    names = (
        "init card pair agreement up say inbox take read read-back outcome status record prove verify fsck"
    )
    assert {*names.split(), "rebuild", "export", "bench", "demo"} <= set(get_command(make_app()).commands)


def lacking(option):
    group = get_command(make_app())
    flat = [each for one in group.commands.values() for each in getattr(one, "commands", {"": one}).values()]
    return [each.name for each in flat if not any(option in param.opts for param in each.params)]


def test_every_command_takes_json():
    assert lacking("--json") == []


def test_every_command_takes_its_node_but_those_that_need_none():
    assert set(lacking("--node")) == {
        "template", "verify", "verifier", "restore", "serve", "forks", "unpack", "demo", "bench", "conflicts",
        "unit-key", "unit-sign",
    }  # fmt: skip


def test_help_names_no_type_of_the_language_it_is_written_in(capsys):
    group = name_values(get_command(make_app()))
    for name, command in group.commands.items():
        for sub in ("", *getattr(command, "commands", ())):
            group.main([name, *filter(None, [sub]), "--help"], "coupefeu", standalone_mode=False)
            shown = capsys.readouterr().out
            assert f"Usage: coupefeu {name} {sub}" in shown
            assert [each for each in ("<str>", "<path>", "list[", "Path>") if each in shown] == [], (
                name,
                sub,
            )


def test_the_text_of_an_agreement_comes_as_json_too():
    words = ["agreement", "template", "--status", "EXERCISE"]
    text, values = (
        CliRunner().invoke(make_app(), [*words, *json_too]).stdout for json_too in ([], ["--json"])
    )
    assert json.loads(values) == {"status": "EXERCISE", "name": "line", "text": text, "to": None}
    assert parse_terms(text.encode()).is_exercise
