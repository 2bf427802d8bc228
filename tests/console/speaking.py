"""Two Chromium of their own, each with a microphone and a camera that are played to it, and what flows between them.

`Speaker` is one browser with its window on one desk; `flow` asks the browser's own statistics what it received.
"""

import os
import signal
from contextlib import suppress

from playwright.sync_api import Error
from tests.console.browser import ARGUMENTS, PATH, Window
from tests.console.desks import wait_until

from coupefeu.words import say

DEVICES = (
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",  # the only network there may be where tests run
)  # fmt: skip
WATCH = """(() => {
  const Real = RTCPeerConnection;
  window.__peers = [];
  window.RTCPeerConnection = class extends Real {
    constructor(...given) {
      super(...given);
      window.__peers.push(this);
    }
  };
  window.__flow = async () => {
    const report = [...(await window.__peers.at(-1)?.getStats() ?? new Map()).values()];
    const of = (type, kind) => report.find((each) => each.type === type && (!kind || each.kind === kind)) ?? {};
    const pair = report.find((each) => each.type === 'candidate-pair' && each.nominated) ?? {};
    const end = (id) => report.find((each) => each.id === id)?.candidateType ?? '';
    return {
      packets: of('inbound-rtp', 'audio').packetsReceived ?? 0,
      heard: of('inbound-rtp', 'audio').totalAudioEnergy ?? 0,
      sent: of('media-source', 'audio').totalAudioEnergy ?? 0,
      frames: of('inbound-rtp', 'video').framesDecoded ?? 0,
      ends: [end(pair.localCandidateId), end(pair.remoteCandidateId)],
    };
  };
})()"""


class Speaker:
    """One browser on one desk."""

    def __init__(self, browser, desk, language="en"):
        """`browser`: the running one of the tests, for its Playwright alone; called while it is awake."""
        self.desk, self.language = desk, language
        self._chromium = browser.launch(PATH, [*ARGUMENTS, *DEVICES])
        self.window = Window(self._chromium.new_context(viewport={"width": 1280, "height": 900}))
        self.window.context.add_init_script(WATCH)
        self.page = None

    def say(self, key, **values):
        """Give what its page says, in its language."""
        return say(key, self.language, **values)

    def open(self):
        """Show the page of calls anew, signed in; in a new window somebody has pressed a key."""
        address = self.desk.sign_in(self.window, language=self.language, officer="second watch")
        if self.page is None:
            self.page = self.window.context.new_page()
            self.page.goto(f"{address}/#/line")
            self.page.get_by_test_id("counts").wait_for()
            self.page.keyboard.press("Shift")
        for name in ("record", "calls"):
            self.page.evaluate("(name) => { location.hash = `#/${name}` }", name)
            self.page.get_by_role("heading", level=1, name=self.say(f"ui-page-{name}")).wait_for()

    def leave(self):
        """Close its page, as it stands; `open` gives another."""
        self.page.close()
        self.page = None

    def judge(self):
        """Fail for what troubled the page since the last time."""
        found = [
            each for each in self.window.troubles if not any(part in each for part in self.window.allowed)
        ]
        self.window.troubles.clear()
        self.window.allowed.clear()
        assert not found, "\n".join(found)

    def kill(self):
        """End the browser as a power cut does."""
        processes = self._chromium.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        (process,) = (each["id"] for each in processes if each["type"] == "browser")
        os.kill(process, signal.SIGKILL)
        wait_until(lambda: not self._chromium.is_connected() or self._is_gone(), "the browser lives on")

    def _is_gone(self):
        try:
            self.page.evaluate("1")
        except Error:
            return True
        return False

    def close(self):
        with suppress(Error):
            self._chromium.close()

    # --- what flows

    def flow(self):
        return self.page.evaluate("__flow()")

    def wait_for_stage(self, stage):
        self.page.locator(f"[data-testid=stage][data-stage={stage}]").wait_for()

    def wait_for_voice(self):
        """Wait until more of a voice is heard than now."""
        before = self.flow()["heard"]
        return wait_until(lambda: self.flow()["heard"] > before, "no voice is heard")

    def wait_for_picture(self):
        before = self.flow()["frames"]
        return wait_until(lambda: self.flow()["frames"] > before, "no picture is seen")
