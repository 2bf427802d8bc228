"""Taking and leaving the watch as people type it, and how `status` says it on both sides."""

import io
import json
import sys

from tests.cli.conftest import BANNER

from coupefeu.cli.main import run
from coupefeu.cli.proved_entry import entry_lines
from coupefeu.model.entry import Kind
from coupefeu.services.watch.facts import WatchFact, encode_watch
from coupefeu.testing.author import Author
from coupefeu.testing.line import make_agreement


def test_taking_the_watch_says_what_was_recorded_and_who_sees_it(line):
    lines = line.run("take-watch", "--heard", "--officer", "second watch")
    assert lines[0] == BANNER
    assert lines[1].startswith("On our record as US/")
    assert lines[2:] == [
        "On watch from now on: us.duty. The other side sees it.",
        "The alarm was heard here.",
    ]
    (watch,) = line.json("status")["watches"]
    assert (watch["post"], watch["officer"], watch["heard"]) == ("us.duty", "second watch", True)


def test_an_alarm_that_was_not_heard_says_what_to_look_at(line):
    lines = line.run("take-watch", "--not-heard", "--language", "fr")
    assert lines[-2:] == [
        "L’ALARME N’A PAS ÉTÉ ENTENDUE ici.",
        "Vérifiez le haut-parleur, le volume et le câble, puis prenez le quart de nouveau.",
    ]
    told = next(each for each in line.run("status") if each.startswith("Watch of US"))
    assert told.startswith("Watch of US: us.duty since ")
    assert told.endswith("THE ALARM WAS NOT HEARD there.")


def test_leaving_ends_it(line):
    line.run("take-watch", "--heard")
    assert line.json("leave-watch")["post"] == "us.duty"
    assert line.json("status")["watches"] == []
    assert "Watch of US: nobody has said that one is kept." in line.run("status")
    assert "Watch of RU: nobody has said that one is kept." in line.run("status")
    assert line.refused("leave-watch").code == "services.watch.no_watch"


def test_without_a_terminal_nobody_is_asked(line):
    assert line.refused("take-watch").code == "cli.take_watch.not_asked"
    assert line.json("status")["watches"] == []


def test_on_a_terminal_it_rings_and_asks(line, monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    told = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    monkeypatch.setattr(sys, "stderr", told)
    monkeypatch.setattr(sys, "argv", ["coupefeu", "take-watch", "--node", str(line.us), "--json"])
    try:
        run()
    except SystemExit as end:
        assert end.code == 0  # noqa: PT017 - the command ends so
    assert told.getvalue().startswith("\a\a\aThe alarm rings now. Did you hear it?")
    assert json.loads(capsys.readouterr().out)["heard"] is True


def test_a_label_of_the_other_side_can_imitate_nothing(line):
    line.json("take-watch", "--heard", "--officer", "us.duty since 250312Z\n; heard\u202e", node=line.ru)
    told = line.run("status", node=line.ru)
    assert not [each for each in told if "\u202e" in each or each.startswith("; heard")]
    assert sum("us.duty since" in each for each in told) == 1


def test_a_proved_watch_says_its_words():
    head = Author(make_agreement(), "ru").head(kind=Kind.WATCH_TAKEN)
    told = entry_lines(head, encode_watch(WatchFact(officer="second watch", heard=False)), None)
    assert told[0].startswith("It is: WATCH_TAKEN, ROUTINE, from ru.duty to us.duty;")
    assert told[1:] == ["It says: the alarm was not heard.", "Its label:", "  | second watch"]
    assert entry_lines(head, b"\xff", None)[1:] == ["Its content cannot be read here."]
