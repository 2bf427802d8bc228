"""Rosters, hand-overs and how every desk stands, as people type and read them."""

import io
import json
import sys

import pytest
from tests.cli.conftest import BANNER

from coupefeu.cli.main import run
from coupefeu.cli.roster_file import MAX_FILE_BYTES, read_roster_file
from coupefeu.errors import UsageError
from coupefeu.model.instant import parse_instant

PLAN = """
# the day                                 who
2022-03-24T14:00Z  22:00Z                 second watch   # after noon
2022-03-24T06:00Z  2022-03-24T14:00Z      first watch

2022-03-24T23:00Z  06:00Z                 third watch
"""


def at(text):
    return parse_instant(text, 0)


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.txt"
    path.write_text(PLAN)
    return path


def standing(line, post="us.duty", node=None):
    rows = line.json("watch", "show", node=node)["standings"]
    return next(each for each in rows if each["post"] == post)


# --- how every desk stands


def test_show_says_of_every_desk_how_it_stands_and_what_is_open(line):
    lines = line.run("watch", "show")
    assert lines[0] == BANNER
    assert "US, our own side:" in lines
    assert "RU, as their node says:" in lines
    assert "  us.duty: nobody has said that one is on watch" in lines
    assert any(each.startswith(f"  {line.warning}  message; ") for each in lines)
    values = line.json("watch", "show")
    assert values["standings"][0]["post"] == "us.duty"
    assert values["count"] == len(values["open"])
    assert line.warning in [each["number"] for each in values["open"]]


def test_without_a_command_of_its_own_watch_follows_the_line(line):
    assert line.refused("watch").code == "cli.watch.stopped"


def test_watch_needs_its_node_and_an_option_before_a_command_is_not_passed_over(line, monkeypatch, capsys):
    for words, code in (
        (["watch", "--json"], "cli.watch.node"),
        (["watch", "--json", "--node", str(line.us), "show"], "cli.watch.before"),
    ):
        monkeypatch.setattr(sys, "argv", ["coupefeu", *words])
        with pytest.raises(SystemExit) as end:
            run()
        assert end.value.code == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code


# --- hand-over


def test_a_watch_is_handed_over_with_what_is_open_and_accepted(line):
    line.run("take-watch", "--heard", "--officer", "first watch")
    offered = line.json("watch", "hand-over", "--to", "second watch", "--officer", "first watch")
    numbers = [each["number"] for each in offered["open"]]
    assert line.warning in numbers
    assert offered["count"] == len(numbers)
    waiting = standing(line)
    assert waiting["watch"]["officer"] == "first watch"
    assert (waiting["hand_over"]["number"], waiting["hand_over"]["to_officer"]) == (
        offered["recorded"],
        "second watch",
    )
    assert (
        line.refused("watch", "accept", "--heard", "--officer", "second watch").code
        == "services.watch.unseen"
    )
    seen = [word for number in numbers for word in ("--seen", number)]
    lines = line.run("watch", "accept", "--not-heard", "--officer", "second watch", *seen)
    assert "THE ALARM WAS NOT HEARD here." in lines
    now = standing(line)
    assert (now["watch"]["officer"], now["watch"]["hand_over"], now["watch"]["crossed"]) == (
        "second watch",
        offered["recorded"],
        "",
    )
    assert now["hand_over"] is None
    assert any("by hand-over" in each for each in line.run("watch", "show"))


def test_a_hand_over_says_how_it_is_accepted_and_that_one_stands_until_then(line):
    line.run("take-watch", "--heard")
    lines = line.run("watch", "hand-over", "--to", "second watch", "--remarks", "Call RU at 0400Z.")
    assert "Hand-over offered. Until it is accepted you are on watch: us.duty." in lines
    assert lines[-1] == f"The next officer accepts it: coupefeu watch accept --node {line.us}"
    shown = line.run("watch", "show", "--language", "fr")
    assert any("attend d’être acceptée" in each for each in shown)
    assert "        remarques\u202f: | Call RU at 0400Z." in shown


def test_what_does_not_wait_is_not_accepted(line):
    assert line.refused("watch", "accept", "--heard").code == "services.watch.no_hand_over"
    assert line.refused("watch", "hand-over", "--to", "x").code == "services.watch.no_watch"


def test_on_a_terminal_each_thing_listed_is_asked(line, monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    line.run("take-watch", "--heard")
    listed = line.json("watch", "hand-over", "--to", "2")["open"]
    told = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("y\n" * len(listed)))
    monkeypatch.setattr(sys, "stderr", told)
    words = ["coupefeu", "watch", "accept", "--heard", "--node", str(line.us), "--json"]
    monkeypatch.setattr(sys, "argv", words)
    try:
        run()
    except SystemExit as end:
        assert end.code == 0  # noqa: PT017 - the command ends so
    assert all(f"Looked at {each['number']}?" in told.getvalue() for each in listed)
    assert json.loads(capsys.readouterr().out)["heard"] is True


# --- roster


def test_a_roster_is_written_shown_and_its_gaps_are_named(line, plan):
    lines = line.run("watch", "roster", plan, "--officer", "chief of the watch")
    assert lines[1].startswith("On our record as US/")
    assert lines[2] == "us.duty: planned from 240600Z MAR 22 to 250600Z MAR 22"
    assert lines[3:] == [
        "  240600Z MAR 22 to 241400Z MAR 22   | first watch",
        "  241400Z MAR 22 to 242200Z MAR 22   | second watch",
        "  ! GAP 242200Z MAR 22 to 242300Z MAR 22: nobody is named",
        "  242300Z MAR 22 to 250600Z MAR 22   | third watch",
    ]
    (shown,) = line.json("watch", "roster")["rosters"]
    assert (shown["post"], shown["officer"], len(shown["windows"]), len(shown["gaps"])) == (
        "us.duty",
        "chief of the watch",
        3,
        1,
    )
    assert line.run("watch", "roster")[1:] == lines[2:]


def test_a_span_may_reach_beyond_its_windows_and_may_hold_none(line, plan, tmp_path):
    shown = line.json("watch", "roster", plan, "--from", "2022-03-24T00:00Z", "--until", "2022-03-26T00:00Z")
    assert [(each["from_ms"], each["until_ms"]) for each in shown["rosters"][0]["gaps"]] == [
        (at("2022-03-24T00:00Z"), at("2022-03-24T06:00Z")),
        (at("2022-03-24T22:00Z"), at("2022-03-24T23:00Z")),
        (at("2022-03-25T06:00Z"), at("2022-03-26T00:00Z")),
    ]
    nobody = tmp_path / "nobody.txt"
    nobody.write_text("# nobody\n")
    assert line.refused("watch", "roster", nobody).code == "cli.roster.empty"
    times = ("--from", "2022-03-24T00:00Z", "--until", "2022-03-25T00:00Z")
    assert line.json("watch", "roster", nobody, *times)["rosters"][0]["windows"] == []


def test_without_a_roster_that_is_said(line):
    assert line.run("watch", "roster")[1:] == ["no roster"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0600Z 1400Z", "cli.roster.line"),
        ("24th March 1400Z first", "cli.roster.line"),
        ("2022-03-24T06:00 2022-03-24T14:00 first watch", "cli.roster.line"),
        (b"\xff\xfe", "cli.roster.text"),
        ("x" * (MAX_FILE_BYTES + 1), "cli.roster.large"),
    ],
    ids=["no name", "no time", "no zone", "no text", "large"],
)
def test_what_is_no_roster_is_refused_with_its_line(tmp_path, text, code):
    path = tmp_path / "plan.txt"
    path.write_bytes(text if isinstance(text, bytes) else f"# first\n{text}".encode())
    with pytest.raises(UsageError) as refusal:
        read_roster_file(path, 0)
    assert refusal.value.code == code
    if code == "cli.roster.line":
        assert "line 2" in refusal.value.message


def test_a_label_of_the_other_side_can_imitate_no_line(line):
    line.json("take-watch", "--heard", "--officer", "x\n  us.duty: on watch\u202e", node=line.ru)
    line.json("watch", "hand-over", "--to", "y\n! GAP", node=line.ru)
    told = line.run("watch", "show", node=line.ru)
    assert not [
        each for each in told if each.startswith(("  us.duty: on watch", "! GAP")) or "\u202e" in each
    ]
