"""The demo with its consoles: ready by itself, signed in by its links, ended whole by a signal, twice at a time."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import webbrowser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.demo_process import READY_WITHIN_S, Demo, quiet

from coupefeu.cli.demo_consoles import has_screen
from coupefeu.node.demo.playing import COMMUNIQUE
from coupefeu.node.exercise import free_port
from coupefeu.node.folder import NodeFolder


@pytest.fixture
def demo():
    """Start demos in folders of their own, with short names: a socket's path has at most 107 bytes."""
    started = []
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:

        def start(*options, **how):
            own = Path(folder, str(len(started)))
            own.mkdir()
            started.append(Demo(own, *options, **how))
            return started[-1]

        yield start
        for each in started:
            each.kill()


class Visitor:
    """A browser's requests, as far as this test needs them."""

    def __init__(self, link):
        self.parts = urlsplit(link)
        self.cookie = ""

    def ask(self, method, path, body=None):
        """Give (status, JSON or bytes)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.parts.port, timeout=READY_WITHIN_S)
        origin = f"http://{self.parts.netloc}"
        headers = {"Host": self.parts.netloc, "Origin": origin, "Cookie": self.cookie}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        self.cookie = (answer.getheader("Set-Cookie") or self.cookie).partition(";")[0]
        octets = answer.read()
        connection.close()
        return answer.status, json.loads(octets) if "json" in (
            answer.getheader("Content-Type") or ""
        ) else octets

    def enter(self):
        status, session = self.ask("POST", "/api/session", {"key": self.parts.fragment})
        assert status < 300, session
        return session


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@pytest.fixture
def screen(tmp_path):
    """A screen with a browser that notes what it opens; gives the environment and the notes."""
    opened, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    browser.chmod(0o700)
    return quiet() | {"BROWSER": str(browser), "WAYLAND_DISPLAY": "wayland-7"}, opened


def test_both_links_sign_in_either_console_breaks_the_link_and_a_signal_ends_everything(demo, screen):
    environment, opened = screen
    running = demo("--json", "--no-open", "--port", str(free_port()), environment=environment)
    values = json.loads(running.line())
    consoles = {each["party"]: each for each in values["consoles"]}
    assert (values["exercise"], values["opened"], list(consoles)) == (True, False, ["us", "ru"])
    us, ru = (Visitor(each["link"]) for each in consoles.values())
    for party, visitor in (("us", us), ("ru", ru)):
        assert consoles[party]["link"].startswith(
            f"http://{party}.localhost:{consoles[party]['port']}/enter#"
        )
        assert visitor.ask("GET", "/api/demo")[0] == 401
        assert visitor.enter()["post"] == {"us": "us.secretary", "ru": "ru.minister"}[party]
        assert visitor.ask("GET", "/enter")[0] == 200
    steps = us.ask("GET", "/api/demo")[1]["steps"]
    assert {step["done_ms"] for step in steps} == {None}

    assert ru.ask("POST", "/api/demo/break")[1]["link_broken"]
    end = time.monotonic() + READY_WITHIN_S
    while not (done := [each for each in us.ask("GET", "/api/demo")[1]["steps"] if each["done_ms"]]):
        assert time.monotonic() < end
    assert [step["name"] for step in done] == ["break"]
    assert not us.ask("POST", "/api/demo/restore")[1]["link_broken"]
    while ru.ask("GET", "/api/demo")[1]["link_broken"]:
        assert time.monotonic() < end

    assert len(running.processes()) == 3, "the demo, and a process for each node"
    assert list(running.folder.iterdir())
    running.end()
    assert list(running.folder.iterdir()) == []
    assert running.processes() == []
    assert all(is_free(each["port"]) for each in consoles.values())
    assert not opened.exists(), "where it is told not to, it opens no page"


def test_of_a_demo_that_is_killed_nothing_goes_on(demo):
    running = demo("--json", "--no-open", "--port", str(free_port()))
    consoles = json.loads(running.line())["consoles"]
    assert len(running.processes()) == 3
    running.kill()
    end = time.monotonic() + READY_WITHIN_S
    while running.processes() or not all(is_free(each["port"]) for each in consoles):
        assert time.monotonic() < end


def test_a_second_one_runs_beside_the_first_and_names_the_busy_ports(demo, screen, tmp_path):
    environment, opened = screen
    keep = tmp_path / "kept"
    first = demo("--json", "--port", str(free_port()), environment=environment)
    values = json.loads(first.line())
    assert values["opened"]
    taken = [each["port"] for each in values["consoles"]]
    first_port = str(taken[0])
    second = demo("--port", first_port, "--keep", str(keep))
    said = "".join(second.until("Ctrl-C"))
    assert re.match(r" *\d+\.\d s  ", said), "each step says when it was, from the start on"
    assert "EXERCISE / EXERCICE / УЧЕНИЕ\n" in said
    assert "2022-02-24T13:00Z  us.secretary rings ru.minister: declined (article; hour illustration)" in said
    assert f"Ports in use: {first_port}" in said
    assert "the console of US takes" in said
    assert str(taken[1]) in said
    assert f"The nodes are in {keep / 'us'} and {keep / 'ru'}." in second.end(signal.SIGTERM)

    end = time.monotonic() + READY_WITHIN_S
    while not (opened.exists() and opened.read_text().count("\n") == 2):
        assert time.monotonic() < end
    assert opened.read_text().split() == [each["link"] for each in values["consoles"]], "its pages are opened"
    first.end(signal.SIGHUP)
    assert [list(each.folder.iterdir()) for each in (first, second)] == [[], []]
    us, ru = (NodeFolder.open(keep / party) for party in ("us", "ru"))
    assert us.peers["ru"] == ru.listen, "the folders that are kept are those of two paired nodes"
    assert verify_kept(keep).startswith("EXERCISE / EXERCICE / УЧЕНИЕ\nCommunique of US")


def verify_kept(folder):
    """What a stranger reads in the communique of 23 March."""
    command = [sys.executable, "-m", "coupefeu.cli.main", "verify", str(folder / COMMUNIQUE)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("stage", ["2022-02-24T13:00Z", "Both consoles start"])
def test_an_end_in_the_middle_of_preparing_leaves_nothing_either(demo, stage):
    running = demo("--port", str(free_port()))
    running.until(stage)
    assert "Nothing is left of it." in running.end()
    assert list(running.folder.iterdir()) == []
    assert running.processes() == []


def test_without_a_browser_nothing_is_said_to_open(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setenv("BROWSER", "")
    monkeypatch.setattr("shutil.which", lambda *_given, **_values: None)
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})
    assert not has_screen()


@pytest.mark.parametrize(
    "options", [("--message", "x"), ("--headless", "--port", "7430"), ("--headless", "--no-open")]
)
def test_what_only_the_other_demo_takes_is_refused(demo, options):
    refused = subprocess.run(
        [sys.executable, "-m", "coupefeu.cli.main", "demo", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert "[cli.demo." in refused.stderr
