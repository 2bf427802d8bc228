"""`init --console`, `up` and `console-link`, as people type them."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from coupefeu.cli.main import EXIT_CODES
from coupefeu.errors import ConfigError, UsageError
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import write_node_file


def coupefeu(*words):
    command = [sys.executable, "-m", "coupefeu.cli.main", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def made(path, *words):
    done = coupefeu("init", path, "--party", "us", "--listen", "127.0.0.1:7000", *words)
    assert done.returncode == 0, done.stderr
    return NodeFolder.open(path).console


def test_a_new_node_has_a_console_on_this_machine_unless_it_is_told_otherwise(tmp_path):
    assert made(tmp_path / "a") == {"listen": "127.0.0.1:7430"}
    assert made(tmp_path / "b", "--console", "[::1]:7431") == {"listen": "[::1]:7431"}
    assert made(tmp_path / "c", "--console", "none") is None


@pytest.mark.parametrize(
    ("console", "kind", "code"),
    [("0.0.0.0:7430", UsageError, "cli.init.console"), ("localhost:1", ConfigError, "console.config.listen")],
)
def test_a_console_for_others_is_not_made_by_a_word(tmp_path, console, kind, code):
    path = tmp_path / "us"
    done = coupefeu("init", path, "--party", "us", "--listen", "127.0.0.1:7000", "--console", console)
    assert done.returncode == EXIT_CODES[kind]
    assert code in done.stderr
    assert not path.exists()


class Running:
    """`coupefeu up` with a console on a free port."""

    def __init__(self, folder):
        write_node_file(
            folder.path, party=folder.party, listen=folder.listen, address=folder.address, peers=folder.peers,
            tables={"console": {"listen": "127.0.0.1:0"}},
        )  # fmt: skip
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "coupefeu.cli.main", "up", "--node", str(folder.path), "--json"],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.events = []

    def wait_for_console(self):
        """Read what it prints until it names its console; gives the address."""
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if self.events[-1].get("what") == "console":
                return self.events[-1]["address"]
        raise AssertionError(self.events)

    def end(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        self.process.stdout.close()
        return code


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    path = tmp_path_factory.mktemp("up")
    started = Running(pair_exercise(path / "us", path / "ru")[0])
    yield started
    assert started.end() == 0


@pytest.fixture(scope="module")
def address(running):
    return running.wait_for_console()


def test_a_link_is_printed_first_and_says_what_it_does(running, address):
    done = coupefeu("console-link", "--node", running.folder.path, "--officer", "WATCH A", "--language", "ru")
    banner, link, says = done.stdout.splitlines()
    assert banner == running.folder.banner()
    assert re.fullmatch(re.escape(f"{address}/enter#") + r"[\w-]{43}", link)
    assert "once, until" in says
    assert "us.duty" in says


def test_a_program_reads_it_as_one_object(running, address):
    done = coupefeu("console-link", "--node", running.folder.path, "--post", "US.CHIEF", "--json")
    values = json.loads(done.stdout)
    assert values["link"].startswith(address)
    assert (values["post"], values["officer"], values["exercise"]) == ("us.chief", "", True)


def test_everybody_is_signed_out(running, address):
    done = coupefeu("console-link", "--node", running.folder.path, "--end-all", "--json")
    assert json.loads(done.stdout) == {"exercise": True, "ended": 0}


def test_a_post_of_another_party_is_refused(running, address):
    done = coupefeu("console-link", "--node", running.folder.path, "--post", "ru.duty", "--json")
    assert done.returncode == EXIT_CODES[UsageError]
    assert json.loads(done.stdout)["error"]["code"] == "console.invite.post"


def test_the_key_stands_nowhere_in_the_nodes_folder(running, address):
    done = coupefeu("console-link", "--node", running.folder.path, "--json")
    key = json.loads(done.stdout)["link"].partition("#")[2].encode()
    for file in running.folder.path.rglob("*"):
        if file.is_file():
            assert key not in file.read_bytes(), file


def test_a_node_that_is_not_running_or_has_no_console_says_so(tmp_path):
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    done = coupefeu("console-link", "--node", us.path)
    assert (done.returncode, "cli.console_link.not_running" in done.stderr) == (EXIT_CODES[ConfigError], True)


def test_a_running_node_without_a_console_says_how_to_have_one(tmp_path):
    us, _ = pair_exercise(tmp_path / "us", tmp_path / "ru")
    command = [sys.executable, "-m", "coupefeu.cli.main", "up", "--node", str(us.path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    ) as up:
        for line in up.stdout:
            if "is up on" in line:
                break
        done = coupefeu("console-link", "--node", us.path)
        up.send_signal(signal.SIGINT)
        up.stdout.read()
    assert (done.returncode, "cli.console_link.none" in done.stderr) == (EXIT_CODES[ConfigError], True)
    assert "[console]" in done.stderr


def test_the_line_does_not_wait_for_the_web_framework():
    look = "import sys, coupefeu.cli.up; sys.exit('litestar' in sys.modules or 'uvicorn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
