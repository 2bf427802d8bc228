"""Finding the node of a folder: the running one, or the folder itself as soon as nobody holds it.

An act on a stopped node holds its folder for a moment, and a node that starts holds it before it answers. Whoever comes
meanwhile waits a little, so that neither is told "no" for a formality.
"""

import asyncio
from typing import TYPE_CHECKING, Final

from coupefeu.errors import ConfigError
from coupefeu.node.backend import Backend, RemoteBackend
from coupefeu.node.folder import NodeFolder

if TYPE_CHECKING:
    from coupefeu.node.local import LocalBackend

PATIENCE_S: Final = 10.0
AGAIN_S: Final = 0.05
HELD: Final = "node.runtime.running"


async def reach_node(folder: NodeFolder, *, online: bool) -> Backend:
    """Reach the running node; else run it here, on the line or not. Only on the line does it answer others.

    Raises: ConfigError: the folder stayed held, or the node is recovering; StoreError.
    """
    end_s = _now_s() + PATIENCE_S
    while True:
        backend = await RemoteBackend.connect(folder)
        if backend is not None:
            return backend
        started = await _try_to_run(folder, online=online, last=_now_s() > end_s)
        if started is not None:
            return started
        await asyncio.sleep(AGAIN_S)


async def run_node(folder: NodeFolder) -> "LocalBackend":
    """Run the node here, on the line. Raises: ConfigError: it is up already, or recovering; StoreError."""
    end_s = _now_s() + PATIENCE_S
    while True:
        running = await RemoteBackend.connect(folder)
        if running is not None:
            await running.close()
        started = await _try_to_run(folder, online=True, last=running is not None or _now_s() > end_s)
        if started is not None:
            return started
        await asyncio.sleep(AGAIN_S)


async def _try_to_run(folder: NodeFolder, *, online: bool, last: bool) -> "LocalBackend | None":
    """Give None while somebody holds the folder, unless this was the `last` attempt."""
    from coupefeu.node.local import LocalBackend  # noqa: PLC0415 - a running node is reached without it

    try:
        return await LocalBackend.start(folder, online=online, serve=online)
    except ConfigError as error:
        if last or error.code != HELD:
            raise
        return None


def _now_s() -> float:
    return asyncio.get_running_loop().time()
