"""Makes renewed secrets durable, beside the loop and in order; the link waits with each step until they are (B10)."""

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

from coupefeu.errors import CoupefeuError
from coupefeu.keys.generations import PSK_BYTES, Generations, first_generation
from coupefeu.keys.recovery import read_recovery_secret
from coupefeu.keys.ring import psk_path, write_generations
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import read_node_file

AGAIN_S: Final = 30.0
"""A disk that could not take a secret is tried again after this; the line goes on under the one before."""

Kept = Callable[[int, Generations], None]
Failed = Callable[[int, CoupefeuError], None]


class SecretFiles:
    """Writes keys/psk-PARTY.key, one after the other; `kept` and `failed` are called in the loop, by log number."""

    def __init__(
        self,
        keys: Path,
        names: Sequence[str],
        *,
        deliver: Callable[[Callable[[], None]], None],
        later: Callable[[float, Callable[[], None]], object],
        kept: Kept,
        failed: Failed,
    ) -> None:
        """`deliver` runs a function in the loop, `later` after so many seconds."""
        self._keys = keys
        self._names = names
        self._deliver = deliver
        self._later = later
        self._kept = kept
        self._failed = failed
        self._newest: dict[int, Generations] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="secrets")
        self._is_closed = False

    def keep(self, log: int, generations: Generations) -> None:
        """Write the secrets shared with the party of `log`; an older value is never written over a newer one."""
        self._newest[log] = generations
        self._submit(log)

    def close(self) -> None:
        """Finish what is being written; blocks, so call it beside the loop."""
        self._is_closed = True
        self._thread.shutdown(wait=True)

    def _submit(self, log: int) -> None:
        if not self._is_closed:
            newest = self._newest[log]
            written = self._thread.submit(write_generations, self._keys, self._names[log], newest)
            written.add_done_callback(partial(self._written, log, newest))

    def _written(self, log: int, generations: Generations, written: "Future[None]") -> None:
        self._deliver(partial(self._tell, log, generations, written))

    def _tell(self, log: int, generations: Generations, written: "Future[None]") -> None:
        error = written.exception()
        if self._is_closed:
            return
        if error is None:
            self._kept(log, generations)
        elif isinstance(error, CoupefeuError):
            self._failed(log, error)
            self._later(AGAIN_S, partial(self._submit, log))
        else:
            raise error


def drop_old_secrets(folder: NodeFolder, utc_ms: int) -> None:
    """Take out of the key files what was replaced 30 days ago or longer. Raises: ConfigError: one cannot be written."""
    for party in folder.counterparts:
        held = folder.generations(party)
        young = held.forget_old(utc_ms)
        if young is not held:
            write_generations(folder.path / "keys", party, young)


def stand_in(path: Path, recovery_file: Path) -> None:
    """Where the key file of the shared secrets is lost, put one in its place that nobody shares, so that a node starts.

    Raises: ConfigError: the recovery secret cannot be read.
    """
    us = read_node_file(path)["party"]
    for them in read_recovery_secret(recovery_file).parties - {us}:
        if not psk_path(path / "keys", them).exists():
            nobodys = first_generation(secrets.token_bytes(PSK_BYTES))
            write_generations(path / "keys", them, nobodys)
