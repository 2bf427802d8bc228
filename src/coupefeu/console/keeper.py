"""Keeps trying to have a console. The line matters more: it is up whatever becomes of the console.

While the console cannot start (its port is taken, its certificate is gone), the reason is said once and it is tried
again; what was mended is taken without a restart.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from coupefeu.console.config import ConsoleConfig
from coupefeu.console.server import Console
from coupefeu.errors import CoupefeuError
from coupefeu.model.instant import format_second
from coupefeu.node.local import LocalBackend

Say = Callable[[str, str | None], None]
"""Called with words, and with the console's address once it is up."""
AGAIN_S: Final = 5.0


class ConsoleKeeper:
    """Starts the console of a running node, as soon as that is possible."""

    def __init__(self, backend: LocalBackend, config: ConsoleConfig, say: Say) -> None:
        self._backend = backend
        self._config = config
        self._say = say
        self._console: Console | None = None
        self._said = ""
        self._starting = asyncio.ensure_future(self._start())

    async def close(self) -> None:
        """End the console, or the attempts to start it."""
        self._starting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._starting
        if self._console is not None:
            await self._console.close()

    async def _start(self) -> None:
        while self._console is None:
            try:
                self._console = await Console.start(self._backend, self._config)
            except CoupefeuError as error:
                self._tell(error)
            except Exception as error:  # noqa: BLE001 - a defect of the console must not be silent, nor end the line
                self._tell(self._backend.runtime.journal.defect(error))
            else:
                self._announce(self._console)
                return
            await asyncio.sleep(AGAIN_S)

    def _tell(self, error: CoupefeuError) -> None:
        """Say once why there is no console; the next attempts are silent while the reason stays the same."""
        if error.code != self._said:
            self._said = error.code
            self._backend.runtime.journal.note("console-not-up", code=error.code, detail=error.message)
            self._say(f"No console: {error}. {error.hint} The line is up; the console is tried again.", None)

    def _announce(self, console: Console) -> None:
        self._backend.runtime.journal.note("console-up", address=console.address)
        words = f"Console: {console.address} (sign in by a link of `coupefeu console-link`)."
        if console.certificate is not None:
            words += f" Its certificate is good until {format_second(console.certificate.not_after_ms)}."
        if not console.is_built:
            words += " It has no pages: run `make console` in the source tree, then start the node again."
        self._say(words, console.address)
