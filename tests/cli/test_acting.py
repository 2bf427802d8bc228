"""Saying and acting on a stopped node: defaults that a tired person means, refusals that say what to do."""

import io
import json
import sys

import pytest
from tests.cli.conftest import BANNER, PLACE

import coupefeu
from coupefeu.cli.draft import FormName
from coupefeu.cli.main import EXIT_CODES, run
from coupefeu.model.messages import Form


def test_a_text_alone_is_enough(line):
    values = line.json("say", "Our aircraft has strayed", "--to", "ru")
    assert (values["precedence"], values["subject"]) == ("ROUTINE", "SAFETY")
    assert values["message"] == f"US/{values['index']}"
    assert (values["to_posts"], values["receipt"], values["running"]) == (["ru.duty"], None, False)
    shown = line.shown(values["message"])
    assert (shown["text"], shown["language"], shown["form"]) == (
        "Our aircraft has strayed",
        "en",
        "free-text",
    )


def test_what_was_sent_is_said_in_words(line):
    lines = line.run("say", "hello")
    assert lines[0] == BANNER
    assert lines[1] == "ON RECORD: what is said here is kept."
    assert lines[2].startswith("On our record as US/")
    assert lines[2].endswith(": ROUTINE SAFETY, to ru.duty.")
    assert lines[3] == "This node is stopped: the message leaves when it is up (`coupefeu up`)."


def test_the_operative_word_makes_a_warning_which_is_flash(line):
    words = ["--operative", "spare", "--place", PLACE, "--time", "240312Z MAR 22", "--number", "31"]
    shown = line.shown(line.say(*words))
    assert (shown["form"], shown["precedence"], shown["operative"]) == ("warning", "FLASH", "SPARE")
    assert (shown["place"], shown["time_ms"], shown["numbers"]) == (PLACE, 1648091520000, ["31"])
    assert shown["critical"] == ["word", "place", "time", "number"]


def test_every_form_can_be_said(line):
    numbers = [
        line.say("--phrase", "5", "--slot", "Karelia", "--slot", "0312Z"),
        line.say(
            "--channel", "telephone", "--time", "now", "--counterpart", "General", "--text", "We spoke."
        ),
        line.say("--form", "service-message", "Maintenance at 0600Z."),
        line.say("--form", "request-for-explanation", "What are you doing at the bridge?"),
        line.say("--form", "line-test"),
    ]
    forms = [line.shown(number)["form"] for number in numbers]
    assert forms == ["standard-phrase", "contact", "service-message", "request-for-explanation", "line-test"]
    words = [
        "--form",
        "correction",
        "--about",
        line.warning,
        "--place",
        "36.62N 37.02E",
        "A digit was wrong.",
    ]
    shown = line.shown(line.say(*words))
    assert (shown["precedence"], shown["subject"], shown["about"]) == ("FLASH", "SAFETY", line.warning)
    taken_back = line.shown(line.say("--form", "cancellation", "--about", line.warning))
    assert (taken_back["form"], taken_back["about"]) == ("cancellation", line.warning)
    assert {Form[each.name] for each in FormName} == set(Form)


def test_posts_speak_with_their_counterparts_and_flash_goes_to_the_desk(line):
    assert line.json("say", "hello", "--from-post", "us.chief")["to_posts"] == ["ru.chief"]
    urgent = line.json("say", "hello", "--from-post", "us.chief", "--precedence", "flash")
    assert urgent["to_posts"] == ["ru.duty"]
    assert line.json("say", "hello", "--to-post", "RU.minister")["to_posts"] == ["ru.minister"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["hello", "--subject", "protest", "--precedence", "flash"], "services.messages.protest_flash"),
        (["hello", "--language", "fr"], "services.messages.language"),
        (["hello", "--to", "fr"], "model.agreement.no_party"),
        (["hello", "--from-post", "ru.duty"], "services.messages.foreign_post"),
        (["hello", "--critical", "good-bye"], "node.draft.critical"),
        (["hello", "--text", "hello"], "cli.say.text"),
        (["--phrase", "5", "--slot", "Karelia"], "node.draft.slots"),
        (["--phrase", "99"], "node.draft.slots"),
        (["--operative", "stop"], "services.messages.missing_place"),
        (["--operative", "stop", "--place", PLACE, "--time", "dawn"], "model.instant.unreadable"),
        (["hello", "--form", "reply"], "services.messages.missing_reference"),
        (["hello", "--form", "reply", "--about", "TEXT"], "services.messages.not_a_request"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_recorded(line, words, code):
    error = line.refused("say", *(line.text if word == "TEXT" else word for word in words))
    assert error.code == code
    assert error.hint
    assert line.json("status")["records"]["us"]["size"] == line.json("fsck")["logs"][0]["entries"]


def test_a_long_text_goes_whole_and_one_that_is_too_long_is_kept(line):
    whole = "слово " * 600
    number = line.json("say", "-", typed=whole)["message"]
    assert line.shown(number)["text"] == whole
    error = line.refused("say", "-", typed=whole * 2)
    assert error.code == "node.draft.too_long"
    (kept,) = (line.us / "unsent").iterdir()
    assert kept.read_text("utf-8") == whole * 2
    assert str(kept) in error.hint
    assert kept.stat().st_mode & 0o077 == 0


def test_a_refused_text_is_kept_until_it_is_sent_and_no_more_than_twenty_are(line):
    ru_chief = ("--from-post", "ru.chief")
    for number in range(22):
        line.refused("say", "-", *ru_chief, typed=f"text {number}")
    kept = sorted((line.us / "unsent").iterdir())
    assert [each.read_text() for each in kept] == [f"text {number}" for number in range(2, 22)]
    line.say("--file", kept[3])
    line.json("say", "-", "--wait", typed="text 9", code=6)
    left = sorted((line.us / "unsent").iterdir())
    assert left == [each for each in kept if each.name not in {kept[3].name, kept[7].name}]


def test_a_file_is_read_as_it_is_and_must_be_text(line, tmp_path):
    (tmp_path / "text").write_text("Première ligne\nВторая строка\n", "utf-8")
    number = line.say("--file", tmp_path / "text")
    assert line.shown(number)["text"] == "Première ligne\nВторая строка\n"
    (tmp_path / "text").write_bytes(b"caf\xe9")
    assert line.refused("say", "--file", tmp_path / "text").code == "cli.say.encoding"
    assert not (line.us / "unsent").exists()


def test_waiting_on_a_stopped_node_ends_at_once_with_6(line):
    values = line.json("say", "hello", "--wait", code=6)
    assert values["receipt"] is None
    assert line.shown(values["message"])["text"] == "hello"


def test_taking_twice_is_refused_by_its_code(line):
    error = line.refused("take", line.warning, node=line.ru)
    assert isinstance(error, coupefeu.PolicyError)
    assert error.code == "services.messages.already_taken"


def test_read_prints_the_message_in_full_and_records_that_it_was_read(line):
    lines = line.run("read", line.warning, "--language", "en", node=line.ru)
    assert lines[0] == BANNER
    assert lines.index(f"   Place: {PLACE}") < next(
        number for number, one in enumerate(lines) if one.startswith("On our record as RU/")
    )
    steps = {step["step"]: step for step in line.json("inbox", line.warning, node=line.ru)["chains"]["ru"]}
    assert steps["read-by"]["done"] is True
    assert steps["outcome"]["clock"]["running"] is True


def test_a_read_back_is_typed_before_what_was_sent_is_seen(line):
    result = line.invoke(
        "read-back", line.warning, "--language", "en", node=line.ru, typed="stop\n36.61N\n4\n"
    )
    assert result.exit_code == 0
    before, _, after = result.output.partition("DOES NOT MATCH")
    assert before.startswith(BANNER)
    assert PLACE not in before
    assert "Operative word (1/3):" in before
    assert 'missing: " 37.02E"' in after
    assert f"coupefeu say-again {line.warning} --node {line.ru}" in after


def test_a_read_back_names_the_letter_that_only_looks_alike_and_then_matches(line):
    typed = ["--typed", "СТОП", "--typed", "36.61N 37.02Е", "--typed", "4"]
    verdict = line.json("read-back", line.warning, *typed, node=line.ru)["verdict"]
    assert verdict["matches"] is False
    (difference,) = verdict["fields"][1]["differences"]
    assert (difference["kind"], difference["typed"]) == (
        "look-alike",
        "U+0415 CYRILLIC CAPITAL LETTER IE",
    )
    typed = ["--typed", "ПРЕКРАТИТЕ", "--typed", PLACE, "--typed", "4"]
    done = line.json("read-back", line.warning, *typed, node=line.ru)
    assert done["verdict"]["matches"] is True
    steps = {step["step"]: step for step in done["message"]["chains"]["ru"]}
    assert (steps["read-back"]["done"], len(steps["read-back"]["acts"])) == (True, 2)


def test_nothing_is_asked_where_nothing_is_critical(line):
    number = line.say("hello", "--to", "us", node=line.ru)
    assert line.refused("read-back", number, node=line.us).code == "node.desk.no_message"
    assert line.refused("read-back", number, node=line.ru).code == "cli.read_back.nothing"


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        (["stopped-at", "--at", "0312Z"], "STOPPED_AT"),
        (["stopped-at"], "STOPPED_AT"),
        (["cannot", "--text", "no contact with the battery"], "CANNOT"),
        (["not-ours"], "NOT_OURS"),
        (["passed-to", "--text", "5th battery"], "PASSED_TO"),
    ],
)
def test_only_an_outcome_stops_the_second_clock_of_a_warning(line, words, outcome):
    clock = {s["step"]: s["clock"] for s in line.json("inbox", line.warning, node=line.ru)["chains"]["ru"]}
    assert (clock["taken-by"]["running"], clock["outcome"]["running"]) == (False, True)
    done = line.json("outcome", line.warning, *words, node=line.ru)["message"]["chains"]["ru"]
    step = next(step for step in done if step["step"] == "outcome")
    assert (step["clock"]["running"], step["acts"][0]["outcome"]) == (False, outcome)


def test_the_other_acts_are_recorded(line):
    line.run("say-again", line.warning, "--field", "2", "--remark", "which valley", node=line.ru)
    line.run("pass-to", line.warning, "5th battery", "--officer", "2nd watch", node=line.ru)
    shown = line.json("inbox", line.warning, node=line.ru)
    assert [(each["field"], each["text"]) for each in shown["say_again"]] == [(2, "which valley")]
    steps = {step["step"]: step for step in shown["chains"]["ru"]}
    assert [each["text"] for each in steps["passed-to"]["acts"]] == ["5th battery"]
    assert line.refused("confirm", line.warning, node=line.ru).code == "services.messages.not_a_contact"
    assert (
        line.refused("outcome", line.warning, "cannot", node=line.ru).code
        == "services.messages.missing_reason"
    )


def test_a_long_remark_keeps_its_bar_on_every_line(line):
    remark = "which valley, " * 12 + "US/9"
    lines = line.run("say-again", line.warning, "--remark", remark, node=line.ru)
    behind = [each for each in lines if "which valley" in each or "US/9" in each]
    assert len(behind) == 3
    assert all(each.startswith("       | ") for each in behind)


@pytest.mark.parametrize("as_json", [False, True])
def test_an_error_leaves_with_its_exit_code_and_says_what_to_do(line, monkeypatch, capsys, as_json):
    words = ["coupefeu", "take", line.warning, "--node", str(line.ru)] + ["--json"] * as_json
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == EXIT_CODES[coupefeu.PolicyError]
    said = capsys.readouterr()
    if as_json:
        assert json.loads(said.out)["error"]["code"] == "services.messages.already_taken"
    else:
        assert said.err == (
            f"{line.warning}: it was already taken. [services.messages.already_taken]\n"
            "  Its chain says what was done about it.\n"
        )


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["status"], "Missing option '--node'.", "See: coupefeu status --help"),
        (["agreement"], "No such option: --json", "See: coupefeu agreement --help"),
        (["agreement", "sign", "US/1"], "Missing option '--node'.", "See: coupefeu agreement sign --help"),
        (
            ["outcome", "US/1", "fine", "--node", "us"],
            "Invalid value for 'RESULT': 'fine' is not one of 'passed-to', 'stopped-at', 'cannot', 'not-ours'.",
            "See: coupefeu outcome --help",
        ),
        (["frob"], "No such command 'frob'.", "See: coupefeu --help"),
    ],
)
def test_a_misspelt_command_is_said_as_every_error_is(monkeypatch, capsys, words, message, hint):
    monkeypatch.setattr(sys, "argv", ["coupefeu", *words, "--json"])
    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == EXIT_CODES[coupefeu.UsageError]
    said = json.loads(capsys.readouterr().out)
    assert said == {"error": {"code": "cli.main.usage", "message": message, "hint": hint}}


def test_a_question_without_an_answer_is_no_defect(line, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["coupefeu", "read-back", line.warning, "--node", str(line.ru)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == EXIT_CODES[coupefeu.UsageError]
    assert "[cli.main.unanswered]" in capsys.readouterr().err


def test_words_may_be_typed_as_they_are_printed(line):
    assert line.shown(line.say("--operative", "STOP", "--place", PLACE))["operative"] == "STOP"
    assert line.shown(line.say("hello", "--precedence", "PRIORITY"))["precedence"] == "PRIORITY"
    line.run("outcome", line.warning, "NOT-OURS", "--language", "FR", node=line.ru)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["--operative", "stop"], "Give --place"),
        (["--operative", "stop", "--place", PLACE, "--number", "1O"], "Give --number in digits"),
        (["--phrase", "12", "--slot", "Karelia", "--slot", "two"], "--slot for each"),
        (["hello", "--form", "reply"], "--about US/14"),
        (["hello", "--form", "service-message", "--place", PLACE], "Leave that option out"),
        (["--text", ""], "Give the text"),
    ],
)
def test_a_form_that_is_not_right_names_the_option_that_mends_it(line, words, option):
    assert option in line.refused("say", *words).hint


@pytest.mark.parametrize(
    ("result", "hint"), [("cannot", "Say why it cannot be done"), ("passed-to", "Say to whom")]
)
def test_an_outcome_without_its_text_names_the_option(line, result, hint):
    assert hint in line.refused("outcome", line.warning, result, node=line.ru).hint


def test_an_officer_reads_one_language(line):
    lines = line.run("say", "Наш самолёт повернул назад.", node=line.ru)
    assert lines[2].startswith("Записано в наш журнал: RU/")
    assert lines[3].startswith("Этот узел остановлен")
    typed = ["--typed", "STOP", "--typed", "36.61N", "--typed", "4"]
    said = "\n".join(line.run("read-back", line.warning, *typed, "--language", "fr", node=line.ru))
    assert f"Pour faire répéter\u202f: coupefeu say-again {line.warning}" in said
    assert "Inscrit à notre journal\u202f: RU/" in said
    assert " - COLLATIONNÉ\u202f: pas encore" in said
    assert "On our record" not in said


def test_a_contact_is_one_sided_and_its_author_cannot_confirm_it(line):
    contact = ["--channel", "telephone", "--time", "now", "--counterpart", "General", "--text", "We spoke."]
    number = line.say(*contact, node=line.ru)
    assert line.refused("confirm", number, node=line.ru).code == "services.messages.own_message"
    assert any("ОДНОСТОРОННЕ" in one for one in line.run("inbox", number, node=line.ru))


def test_a_file_that_the_system_refuses_is_named(line, tmp_path, monkeypatch, capsys):
    (tmp_path / "taken").write_text("")
    words = [
        "export",
        "record",
        "--party",
        "us",
        "--to",
        str(tmp_path / "taken" / "x"),
        "--node",
        str(line.us),
    ]
    monkeypatch.setattr(sys, "argv", ["coupefeu", *words])
    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == EXIT_CODES[coupefeu.ConfigError]
    assert str(tmp_path / "taken" / "x") in capsys.readouterr().err
