"""The demo with its consoles: ready by itself, signed in by its links, ended whole by a signal, twice at a time."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
from tests.demo_process import READY_WITHIN_S, Demo, quiet, ready

from coupefeu.node.exercise import free_port
from coupefeu.node.folder import NodeFolder


@pytest.fixture
def demo(tmp_path):
    started = []

    def start(*options, **how):
        folder = tmp_path / f"run-{len(started)}"
        folder.mkdir()
        started.append(Demo(folder, *options, **how))
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


def test_both_links_sign_in_and_a_signal_ends_everything(demo):
    running = demo("--json", "--port", str(free_port()))
    consoles = ready(running)
    assert list(consoles) == ["us", "ru"]
    for party, console in consoles.items():
        assert console["link"].startswith(f"http://{party}.localhost:{console['port']}/enter#")
        visitor = Visitor(console["link"])
        assert visitor.ask("GET", "/api/demo")[0] == 401
        assert visitor.enter()["post"] == f"{party}.duty"
        assert visitor.ask("GET", "/enter")[0] == 200
        status, values = visitor.ask("GET", "/api/demo")
        assert (status, [step["done_ms"] for step in values["steps"]]) == (200, [None] * 5)
    assert running.processes()
    assert list(running.folder.iterdir())
    running.end()
    assert list(running.folder.iterdir()) == []
    assert running.processes() == []
    assert all(is_free(each["port"]) for each in consoles.values())


def test_the_link_is_broken_and_restored_from_either_console(demo):
    visitors = {
        party: Visitor(each["link"])
        for party, each in ready(demo("--json", "--port", str(free_port()))).items()
    }
    for visitor in visitors.values():
        visitor.enter()
    assert visitors["ru"].ask("POST", "/api/demo/break")[1]["link_broken"]
    end = time.monotonic() + READY_WITHIN_S
    while (steps := visitors["us"].ask("GET", "/api/demo")[1]["steps"])[3]["done_ms"] is None:
        assert time.monotonic() < end, steps
    assert [step["name"] for step in steps if step["done_ms"] is not None] == ["break"]
    assert not visitors["us"].ask("POST", "/api/demo/restore")[1]["link_broken"]
    assert not visitors["ru"].ask("GET", "/api/demo")[1]["link_broken"]


def test_a_second_one_runs_beside_the_first_and_names_the_busy_ports(demo):
    first_port = str(free_port())
    first = demo("--json", "--port", first_port)
    taken = [each["port"] for each in ready(first).values()]
    second = demo("--port", first_port)
    said = "".join(second.until("Ctrl-C"))
    assert said.startswith("   0.0 s  ")
    assert "EXERCISE / EXERCICE / УЧЕНИЕ\n" in said
    assert f"Port {first_port}" in said
    assert "is busy; the console of US takes" in said
    assert str(taken[1]) in said
    first.end()
    assert "Nothing is left of it." in second.end(signal.SIGTERM)
    third = demo("--json", "--port", first_port)
    assert next(iter(ready(third).values()))["port"] == int(first_port)
    third.end(signal.SIGHUP)
    assert [list(each.folder.iterdir()) for each in (first, second, third)] == [[], [], []]


@pytest.mark.parametrize("stage", ["Keys, cards", "The line comes up", "Both consoles start"])
def test_an_end_in_the_middle_of_preparing_leaves_nothing_either(demo, stage):
    running = demo("--port", str(free_port()))
    running.until(stage)
    running.end()
    assert list(running.folder.iterdir()) == []
    assert running.processes() == []


def test_folders_that_are_kept_are_those_of_two_paired_nodes(demo, tmp_path):
    keep = tmp_path / "kept"
    running = demo("--port", str(free_port()), "--keep", str(keep))
    running.until("Ctrl-C")
    assert f"The nodes are in {keep / 'us'} and {keep / 'ru'}." in running.end()
    us, ru = (NodeFolder.open(keep / party) for party in ("us", "ru"))
    assert us.peers["ru"] == ru.listen


@pytest.mark.parametrize("screen", ["WAYLAND_DISPLAY", None, "--no-open"])
def test_pages_are_opened_where_there_is_a_screen_and_only_there(demo, tmp_path, screen):
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    browser.chmod(0o700)
    environment = quiet() | {"BROWSER": str(browser)}
    if screen is not None:
        environment["DISPLAY" if screen == "--no-open" else screen] = ":7"
    options = ["--no-open"] if screen == "--no-open" else []
    running = demo("--json", "--port", str(free_port()), *options, environment=environment)
    values = json.loads(running.line())
    links = [each["link"] for each in values["consoles"]]
    assert values["opened"] is (screen == "WAYLAND_DISPLAY")
    end = time.monotonic() + READY_WITHIN_S
    while screen == "WAYLAND_DISPLAY" and not (opened.exists() and opened.read_text().count("\n") == 2):
        assert time.monotonic() < end
    running.end()
    assert (opened.read_text().split() if opened.exists() else []) == (
        links if screen == "WAYLAND_DISPLAY" else []
    )


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
