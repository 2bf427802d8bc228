"""Debian's Chromium, driven by Playwright: one for each process of tests, a fresh window with its own cookies for each.

Every window is watched. At its end it fails the test if a page asked another host for anything, opened a dialog, threw
an error or was stopped by its own policy: nothing that a page of ours may do.
"""

import asyncio
import shutil
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, sync_playwright

PATH = shutil.which("chromium")
WITHOUT_FRAME = shutil.which("chromium-headless-shell") or PATH
"""The same browser without the tabs, menus and tools of its own, less than half the work for each window."""
ARGUMENTS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE_MS = 45_000
"""How long a page is waited for; nothing is timed by it."""
NARROW, WIDE = 360, 1280
HEIGHTS = {NARROW: 740, WIDE: 800}


class Browser:
    """A running Chromium. Its loop is this thread's only within `awake`: other tests here run loops of their own."""

    def __init__(self):
        if PATH is None:
            pytest.skip("DOCUMENTED: chromium absent")
        self._start()
        self._sleep()

    def _start(self):
        self._playwright = sync_playwright().start()
        self._loop = asyncio.get_running_loop()
        self._chromium = self._playwright.chromium.launch(executable_path=WITHOUT_FRAME, args=list(ARGUMENTS))

    @contextmanager
    def awake(self):
        asyncio._set_running_loop(self._loop)
        try:
            yield self
        finally:
            self._sleep()

    def window(self, **options):
        """Open a window of its own: `width` 1280 or 360, `dark`, and what Playwright's `new_context` takes."""
        width = options.pop("width", WIDE)
        scheme = "dark" if options.pop("dark", False) else "light"
        how = {
            "viewport": {"width": width, "height": HEIGHTS.get(width, 800)},
            "color_scheme": scheme,
            "timezone_id": "Asia/Kamchatka",  # a page that told local time would be seen
        } | options
        try:
            return Window(self._chromium.new_context(**how))
        except Error:  # it ended with the test before: that test has failed, this one need not
            self._sleep()
            self._start()
            return Window(self._chromium.new_context(**how))

    def launch(self, path, arguments):
        """Start one more Chromium, which whoever asked closes."""
        return self._playwright.chromium.launch(executable_path=path, args=arguments)

    def close(self):
        with self.awake():
            self._chromium.close()
            self._playwright.stop()

    @staticmethod
    def _sleep():
        asyncio._set_running_loop(None)


class Window:
    """One browser window with its cookies, and all that its pages did that they may not."""

    def __init__(self, context):
        self.context = context
        self.context.set_default_timeout(PATIENCE_MS)
        self.troubles = []
        self.allowed = []
        self.context.on("page", self._watch)
        self.context.on("request", self._judge)

    def allow(self, part):
        """Expect a trouble that holds this text: a test that breaks something says so."""
        self.allowed.append(part)

    def close(self):
        """End it, and fail for what it should not have done."""
        self.context.close()
        found = [each for each in self.troubles if not any(part in each for part in self.allowed)]
        assert not found, "\n".join(found)

    def _watch(self, page):
        page.on("dialog", self._refuse)
        page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        page.on("console", self._listen)

    def _refuse(self, dialog):
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _listen(self, said):
        if said.type in {"error", "warning"}:
            self.troubles.append(f"console: {said.text} ({said.location.get('url', '')})")

    def _judge(self, request):
        parts = urlsplit(request.url)
        ours = parts.scheme in {"data", "blob"} or (parts.hostname or "").endswith("localhost")
        if not (ours or parts.hostname == "127.0.0.1"):
            self.troubles.append(f"request: {request.url}")
