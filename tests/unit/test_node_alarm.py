"""The alarm command: how node.toml names it, what it is given, and what a node with one does; real processes."""

import asyncio
import json
import sys
import tomllib
from pathlib import Path

import pytest

from coupefeu.errors import ConfigError
from coupefeu.model.precedence import Precedence
from coupefeu.node import alarm, unseen
from coupefeu.node.alarm_command import MAX_ARGUMENTS, Ended, read_alarm, run_program
from coupefeu.node.desk import Desk
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.node import Node
from coupefeu.services.calls.commands import PlaceCall
from coupefeu.services.messages.commands import RecordShown, Take

WITHIN_S = 60
SECRET = "COUPEFEU_TEST_SECRET"
WRITES_ENVIRONMENT = (
    "import json, os, sys; open(sys.argv[1], 'a').write(json.dumps(dict(os.environ)) + '\\n')"
)


async def until(is_so):
    """Wait for something in the world of files and processes, with a bound."""
    async with asyncio.timeout(WITHIN_S):
        while not is_so():  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.02)


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ('command = ["aplay", "-q", "flash.wav"]', ("aplay", "-q", "flash.wav")),
        ('command = ["/usr/local/bin/lamp"]', ("/usr/local/bin/lamp",)),
    ],
)
def test_a_program_and_its_arguments_are_read(text, command):
    assert read_alarm(tomllib.loads(text)) == command


def test_without_the_section_there_is_none():
    assert read_alarm(None) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "fields"),
        ('command = ["a"]\nshell = true', "fields"),
        ('commands = ["a"]', "fields"),
        ('command = "aplay -q flash.wav"', "command"),
        ("command = []", "command"),
        ('command = ["aplay", 3]', "command"),
        ('command = [""]', "command"),
        ('command = ["./aplay"]', "command"),
        ('command = ["bin/aplay"]', "command"),
        ('command = ["a\\u0000b"]', "command"),
        (f"command = {['a'] * (MAX_ARGUMENTS + 1)}", "command"),
        (f'command = ["{"a" * 5_000}"]', "command"),
    ],
)
def test_what_is_no_command_is_refused_before_the_node_starts(text, code):
    with pytest.raises(ConfigError) as refused:
        read_alarm(tomllib.loads(text))
    assert refused.value.code == f"node.alarm.{code}"
    assert refused.value.hint


def test_a_program_learns_what_it_must_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv(SECRET, "x")
    out = tmp_path / "environment"
    command = (sys.executable, "-c", WRITES_ENVIRONMENT, str(out))
    assert asyncio.run(run_program(command, {"COUPEFEU_MESSAGE": "RU/14"})) == Ended(status=0)
    (environment,) = lines_of(out)
    assert environment["COUPEFEU_MESSAGE"] == "RU/14"
    own = {"PATH", "HOME", "LANG", "XDG_RUNTIME_DIR", "COUPEFEU_MESSAGE"}
    assert set(environment) - own <= {"LC_CTYPE"}, "Python's own"


def test_no_shell_reads_an_argument(tmp_path):
    out = tmp_path / "argument"
    says = "import sys; open(sys.argv[1], 'w').write(sys.argv[2])"
    argument = f"$(touch {tmp_path}/harm); `id` | cat > {tmp_path}/harm"
    asyncio.run(run_program((sys.executable, "-c", says, str(out), argument), {}))
    assert out.read_text() == argument
    assert not (tmp_path / "harm").exists()


def test_how_it_ended_is_told():
    assert asyncio.run(run_program(("sh", "-c", "exit 3"), {})) == Ended(status=3)
    assert asyncio.run(run_program(("/nowhere/lamp",), {})) == Ended(error="No such file or directory")


def test_one_that_does_not_end_is_killed_with_all_that_it_started(tmp_path):
    pids = tmp_path / "pids"
    script = f"sleep 3600 & echo $! > {pids}; echo $$ >> {pids}; trap '' TERM; sleep 3600"

    async def play():
        assert await run_program(("sh", "-c", script), {}, within_s=1) == Ended()
        started = pids.read_text().split()
        assert len(started) == 2
        await until(lambda: not any(_lives(pid) for pid in started))

    asyncio.run(play())


def test_one_that_runs_when_the_node_ends_is_killed(tmp_path):
    pids = tmp_path / "pids"

    async def play():
        task = asyncio.ensure_future(run_program(("sh", "-c", f"echo $$ > {pids}; sleep 3600"), {}))
        await until(lambda: pids.exists() and pids.read_text())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not _lives(pids.read_text().strip())

    asyncio.run(play())


def _lives(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# --- a node that has one


@pytest.fixture
def line(tmp_path_factory, monkeypatch):
    monkeypatch.setattr(unseen, "UNSHOWN_MS", 300)
    folder = tmp_path_factory.mktemp("a")
    return (*pair_exercise(folder / "us", folder / "ru"), folder / "rung")


def command_that(folder, *command):
    with (folder.path / "node.toml").open("a") as file:
        file.write(f"\n[alarm]\ncommand = {json.dumps(command)}\n")


def journal_of(folder, what):
    return [each for each in lines_of(folder.path / "node.log") if each["what"] == what]


async def flash(folder, text="Stop at once."):
    """Have this node say something at FLASH."""
    sent = await folder.line("RU").send(text, precedence=Precedence.FLASH)
    await asyncio.wait_for(sent.receipt(), WITHIN_S)
    return sent


def test_a_flash_that_nothing_shows_runs_it_once_and_the_journal_says_so(line):
    us, ru, rung = line
    command_that(ru, sys.executable, "-c", WRITES_ENVIRONMENT, str(rung))

    async def play():
        async with Node.open(us.path) as ours, Node.open(ru.path):
            first = await flash(ours, "a text that stays on the record")
            await until(lambda: len(journal_of(ru, "alarm-ended")) == 1)
            second = await flash(ours)
            await until(lambda: len(journal_of(ru, "alarm-ended")) == 2)
            return first, second

    first, second = asyncio.run(play())
    told = [
        (each["COUPEFEU_MESSAGE"], each["COUPEFEU_PARTY"], each["COUPEFEU_COUNT"]) for each in lines_of(rung)
    ]
    assert told == [(first.number, "us", "1"), (second.number, "us", "1")]
    assert [each["message"] for each in journal_of(ru, "alarm")] == [first.number, second.number]
    assert {each["status"] for each in journal_of(ru, "alarm-ended")} == {0}
    assert "stays on the record" not in rung.read_text() + (ru.path / "node.log").read_text()


def test_a_call_that_rings_unshown_runs_it_and_one_that_rings_at_the_start_does_too(line):
    us, ru, rung = line
    command_that(ru, sys.executable, "-c", WRITES_ENVIRONMENT, str(rung))

    async def play():
        async with Node.open(us.path) as ours:
            async with Node.open(ru.path):
                words = "words that stay on the record"
                call, _ = await ours.act(PlaceCall(from_post="us.duty", to_post="ru.duty", words=words))
                await until(lambda: len(journal_of(ru, "alarm-ended")) == 1)
            async with Node.open(ru.path):
                await until(lambda: len(journal_of(ru, "alarm-ended")) == 2)
            return call.number

    number = asyncio.run(play())
    told = [
        (each["COUPEFEU_CALL"], each["COUPEFEU_PARTY"], each["COUPEFEU_COUNT"]) for each in lines_of(rung)
    ]
    assert told == [(number, "us", "1")] * 2
    assert "stay on the record" not in rung.read_text() + (ru.path / "node.log").read_text()


def test_one_that_waits_when_the_node_starts_runs_it_too(line):
    us, ru, rung = line

    async def play():
        async with Node.open(us.path) as ours, Node.open(ru.path):
            shown, taken = await flash(ours, "shown"), await flash(ours, "taken")
            sent = await flash(ours)
        command_that(ru, sys.executable, "-c", WRITES_ENVIRONMENT, str(rung))
        async with Node.open(ru.path, online=False) as theirs:
            await theirs.act(RecordShown(messages=(shown.id,), screens=1))
            await theirs.act(Take(message=taken.id, from_post="ru.duty"))
        assert not rung.exists(), "a command at the desk rings nothing"
        async with Node.open(ru.path):
            await until(lambda: journal_of(ru, "alarm-ended"))
        return sent

    sent = asyncio.run(play())
    assert [each["COUPEFEU_MESSAGE"] for each in lines_of(rung)] == [sent.number]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("/nowhere/lamp",), "node.alarm.not-run"),
        (("sh", "-c", "exit 3"), "node.alarm.failed"),
        (("sleep", "3600"), "node.alarm.killed"),
    ],
)
def test_a_failure_is_told_and_the_line_goes_on(line, monkeypatch, command, code):
    us, ru, _ = line
    command_that(ru, *command)
    run = alarm.run_program
    monkeypatch.setattr(alarm, "run_program", lambda *each: run(*each, within_s=0.5))

    async def play():
        async with Node.open(us.path) as ours, Node.open(ru.path):
            await flash(ours)
            await until(lambda: code in [each["code"] for each in journal_of(ru, "trouble")])
            await flash(ours, "and one more")

    asyncio.run(play())


def test_a_program_that_is_not_there_is_told_at_the_start(line):
    _, ru, _ = line
    command_that(ru, "no-such-program-here")

    async def play():
        async with Node.open(ru.path):
            await until(lambda: journal_of(ru, "trouble"))

    asyncio.run(play())
    (told,) = journal_of(ru, "trouble")
    assert told["code"] == "node.alarm.absent"


def test_a_message_that_cannot_be_judged_rings(line, monkeypatch):
    us, ru, rung = line
    command_that(ru, sys.executable, "-c", WRITES_ENVIRONMENT, str(rung))

    def fails(*_):
        raise KeyError

    async def play():
        async with Node.open(us.path) as ours, Node.open(ru.path):
            monkeypatch.setattr(Desk, "find_message", fails)
            await flash(ours)
            await until(lambda: journal_of(ru, "alarm-ended"))

    asyncio.run(play())
    assert len(lines_of(rung)) == 1
    assert journal_of(ru, "defect")


def test_a_wrong_section_keeps_the_node_from_starting(line):
    _, ru, _ = line
    command_that(ru)

    async def play():
        async with Node.open(ru.path):
            pass

    with pytest.raises(ConfigError, match="alarm"):
        asyncio.run(play())
