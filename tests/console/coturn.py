"""Debian's coturn as a relay of this machine, by the very configuration that docs/relay.md gives to operators."""

import re
import secrets
import shutil
import socket
import subprocess
from contextlib import closing

import pytest
from tests.console.desks import wait_until
from tests.documents import ROOT

PATH = shutil.which("turnserver")
_HERE = "127.0.0.1"


class Coturn:
    """A running relay: its `address`, and the `secret` that it shares with nodes."""

    def __init__(self, folder):
        if PATH is None:
            pytest.skip("DOCUMENTED: coturn absent")
        folder.mkdir()
        self.secret = secrets.token_hex(32)
        self.port = _free_port()
        self.log = folder / "relay.log"
        configuration = folder / "turnserver.conf"
        configuration.write_text(self._configure())
        places = ["--pidfile", str(folder / "pid"), "--userdb", str(folder / "users")]
        self._command = [PATH, "-c", configuration, *places]
        self.start()

    def start(self):
        """Start it, also again where it was."""
        with self.log.open("a") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        wait_until(self._listens, "coturn does not listen")

    @property
    def url(self):
        return f"turn:{_HERE}:{self.port}?transport=udp"

    def close(self):
        self._process.kill()
        self._process.wait()

    def _configure(self):
        """Take the documented file; what differs is the place, and that peers may be of this machine."""
        text = re.search(r"```coturn\n(.*?)```", (ROOT / "docs/relay.md").read_text("utf-8"), re.DOTALL)[1]
        for name, value in {
            "listening-ip": _HERE,
            "relay-ip": _HERE,
            "listening-port": self.port,
            "static-auth-secret": self.secret,
            "denied-peer-ip=127.0.0.0-127.255.255.255": None,
        }.items():
            whole = name if "=" in name else f"{name}=[^\n]*"
            assert len(re.findall(f"^{whole}$", text, re.MULTILINE)) == 1, name
            text = re.sub(
                f"^{whole}\n", "" if value is None else f"{name}={value}\n", text, flags=re.MULTILINE
            )
        return f"{text}allow-loopback-peers\nallowed-peer-ip={_HERE}\nsimple-log\nlog-file=stdout\n"

    def _listens(self):
        assert self._process.poll() is None, self.log.read_text()
        with closing(socket.socket()) as tried:
            return tried.connect_ex((_HERE, self.port)) == 0


def _free_port():
    with closing(socket.socket()) as taken:
        taken.bind((_HERE, 0))
        return taken.getsockname()[1]
