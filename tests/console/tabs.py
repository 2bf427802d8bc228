"""Tabs as an officer has them: really behind another one, throttled, frozen, put away.

Playwright keeps every page visible and awake. So this drives Debian's Chromium over its own pipe: the messages of the
Chrome DevTools Protocol, each ended by a NUL, on descriptors 3 and 4.
"""

import json
import os
import subprocess
import tempfile
import threading

import pytest
from tests.console.browser import ARGUMENTS, PATH
from tests.console.desks import PATIENCE_S, wait_until
from tests.console.hearing import LISTEN

_KEYS = {
    "a": {"code": "KeyA", "windowsVirtualKeyCode": 65, "text": "a"},
    "Enter": {"code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"},
    "t": {"code": "KeyT", "windowsVirtualKeyCode": 84, "text": "t"},
}


class Tabs:
    """A Chromium with tabs of one window."""

    def __init__(self):
        if PATH is None:
            pytest.skip("DOCUMENTED: chromium absent")
        self._folder = tempfile.TemporaryDirectory(prefix="coupefeu-tabs-", ignore_cleanup_errors=True)
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        self._process = subprocess.Popen(
            # The shell puts our pipes where Chromium looks for them, and becomes Chromium.
            ["bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "bash", PATH, *self._arguments()],
            pass_fds=(theirs_in, theirs_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        self._asked = 0
        self._answers = {}
        self._answered = threading.Condition()
        threading.Thread(target=self._listen, daemon=True, name="tabs").start()

    def _arguments(self):
        return [
            "--headless=new", "--no-sandbox", "--mute-audio", "--remote-debugging-pipe",
            f"--user-data-dir={self._folder.name}", *ARGUMENTS, "about:blank",
        ]  # fmt: skip

    def send(self, method, session=None, **given):
        """Ask for something, and give its result."""
        self._asked += 1
        asked = {"id": self._asked, "method": method, "params": given}
        if session is not None:
            asked["sessionId"] = session
        os.write(self._out, json.dumps(asked).encode() + b"\0")
        with self._answered:
            assert self._answered.wait_for(lambda: asked["id"] in self._answers, PATIENCE_S), method
            answer = self._answers.pop(asked["id"])
        assert "error" not in answer, f"{method}: {answer}"
        return answer["result"]

    def _listen(self):
        held = b""
        while said := os.read(self._in, 65_536):
            *whole, held = (held + said).split(b"\0")
            for message in map(json.loads, whole):
                if "id" in message:
                    with self._answered:
                        self._answers[message["id"]] = message
                        self._answered.notify_all()

    def open(self, url="about:blank"):
        """Open a tab in front of the others."""
        return Tab(self, url)

    def open_desk(self, desk, path="#/line", *, ready=True, before=""):
        """Open a page of a desk's console, signed in; `before`: a script that runs first."""
        holder = _Cookies()
        address = desk.sign_in(holder, language="en", officer="second watch")
        tab = self.open()
        tab.send("Page.addScriptToEvaluateOnNewDocument", source=LISTEN + before)
        for cookie in holder.cookies:
            tab.send("Network.setCookie", **cookie)
        tab.send("Page.navigate", url=f"{address}/{path}")
        tab.wait_for("document.querySelector('[data-testid=counts]')")
        if ready:
            tab.press("a")
            tab.wait_for("__ready()")
        return tab

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._out)
        self._folder.cleanup()


class _Cookies:
    """Takes the cookie that `Desk.sign_in` gives to a window."""

    def __init__(self):
        self.context = self
        self.cookies = []

    def add_cookies(self, cookies):
        self.cookies += cookies


class Tab:
    """One tab. `evaluate` is what a page of Playwright has, so that `hearing` measures here too."""

    def __init__(self, tabs, url):
        self._tabs = tabs
        self._target = tabs.send("Target.createTarget", url=url)["targetId"]
        self._session = tabs.send("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        self.send("Page.enable")

    def send(self, method, **given):
        return self._tabs.send(method, self._session, **given)

    def evaluate(self, expression):
        found = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait_for(self, expression):
        return wait_until(lambda: self.evaluate(f"Boolean({expression})"), f"never: {expression}")

    def wait_for_timeout(self, ms):
        self.evaluate(f"new Promise((done) => setTimeout(done, {ms}))")

    def text(self, test_id):
        """Give the text of an element, "" where it is not there."""
        return self.evaluate(f"(document.querySelector('[data-testid={test_id}]')?.innerText ?? '').trim()")

    def is_hidden(self):
        return self.evaluate("document.visibilityState") == "hidden"

    def to_front(self):
        self._tabs.send("Target.activateTarget", targetId=self._target)
        self.wait_for("document.visibilityState === 'visible'")

    def press(self, key):
        given = {"key": key, **_KEYS[key]}
        self.send("Input.dispatchKeyEvent", type="keyDown" if "text" in given else "rawKeyDown", **given)
        given.pop("text", None)
        self.send("Input.dispatchKeyEvent", type="keyUp", **given)

    def click(self, selector):
        """Press an element with the mouse, as a hand does: in its middle, where it stands."""
        box = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        x, y = self.evaluate(f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({box})")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def set_lifecycle(self, state):
        """`frozen`: nothing of the page runs; `active`: it goes on."""
        self.send("Page.setWebLifecycleState", state=state)

    def close(self):
        self._tabs.send("Target.closeTarget", targetId=self._target)
