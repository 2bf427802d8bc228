"""`coupefeu demo` with its consoles, as a process that tests start, read and end."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading

READY_WITHIN_S = 60
ENDS_WITHIN_S = 60


def quiet():
    """The environment without a screen."""
    return {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}


class Demo:
    """`coupefeu demo` as a process of its own; what it leaves behind would lie in `folder`."""

    def __init__(self, folder, *options, environment=None):
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "coupefeu.cli.main", "demo", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=(environment or quiet()) | {"TMPDIR": str(folder)}, start_new_session=True,
        )  # fmt: skip
        self._said = queue.Queue()
        self._listening = threading.Thread(target=self._listen)
        self._listening.start()

    def _listen(self):
        for line in self._process.stdout:
            self._said.put(line)
        self._said.put("")

    def line(self):
        """Give its next line; it must come in time."""
        return self._said.get(timeout=READY_WITHIN_S)

    def until(self, words):
        """Read on until a line has these words."""
        lines = [self.line()]
        while words not in lines[-1]:
            assert lines[-1], lines
            lines.append(self.line())
        return lines

    def end(self, number=signal.SIGINT):
        """Ask it to end, and give what it still said."""
        self._process.send_signal(number)
        self._process.wait(ENDS_WITHIN_S)
        self._listening.join()
        complaints = self._process.stderr.read()
        assert (self._process.returncode, complaints) == (0, "")
        return "".join(iter(self._said.get, ""))

    def processes(self):
        """List its processes: itself, and a node for each folder."""
        found = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True)
        lines = [line.split(maxsplit=1) for line in found.stdout.splitlines()]
        return [pid for pid, args in lines if pid == str(self._process.pid) or str(self.folder) in args]

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._listening.join()
        self._process.stdout.close()
        self._process.stderr.close()


def ready(demo):
    """Wait until both consoles answer; gives what `--json` says of each, by party."""
    values = json.loads(demo.line())
    assert values["exercise"]
    return {each["party"]: each for each in values["consoles"]}
