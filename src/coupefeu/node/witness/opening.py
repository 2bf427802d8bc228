"""The folder of a witness: opened by one process at a time, made at its first start."""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coupefeu.errors import ConfigError
from coupefeu.model.instant import Moment
from coupefeu.node.clock import Clock
from coupefeu.node.journal import Journal
from coupefeu.node.witness.keys import HEADS_FILE, WitnessKeys, insist_heads, open_keys
from coupefeu.node.witness.rules import LogRules, read_rules
from coupefeu.node.witness.witness import Witness
from coupefeu.store.witness_heads import Heads

JOURNAL_FILE: Final = "witness.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWitness:
    """A witness at work, and its journal."""

    witness: Witness
    journal: Journal


@contextmanager
def open_witness(
    folder: Path,
    trusted: Sequence[str],
    *,
    name: str | None = None,
    clock: Callable[[], Moment] | None = None,
) -> Iterator[OpenWitness]:
    """Open a witness, or make it; `trusted`: verifier keys of logs, or files that hold them.

    Raises: ConfigError: another process has it, a key cannot be trusted, files do not belong together; StoreError.
    """
    rules = read_rules(folder, trusted)
    _make_folder(folder)
    with _held(folder):
        insist_heads(folder)
        heads = Heads(folder / HEADS_FILE)
        journal = Journal(folder / JOURNAL_FILE, ())
        try:
            keys = open_keys(folder, name, has_heads=bool(heads.read()))
            _check_apart(keys, rules.values())
            yield OpenWitness(
                witness=Witness(keys, rules, heads, clock or Clock(), journal.note), journal=journal
            )
        finally:
            heads.close()
            journal.close()


def is_running(folder: Path) -> bool:
    """Whether some process has this witness open."""
    with suppress(FileNotFoundError), (folder / "lock").open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be made: {error.strerror}",
            code="node.witness.folder",
            hint="Give a folder that this user may write.",
        ) from error


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Keep every other process off this folder: two would each move a head, and sign a fork."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(
                f"another process runs the witness in {folder}",
                code="node.witness.running",
                hint="End it first.",
            ) from error
        yield
    finally:
        os.close(handle)


def _check_apart(keys: WitnessKeys, rules: Iterable[LogRules]) -> None:
    """Refuse to trust ourselves: log, cosigner and witness keys and names are always distinct (protocol A6)."""
    ours = {keys.ed25519.vkey.key, keys.ml_dsa.vkey.key}
    for log in rules:
        if log.origin == keys.name or any(key.name == keys.name or key.key in ours for key in log.keys):
            raise ConfigError(
                f"the log {log.origin} has a key or the name of this witness itself",
                code="node.witness.key",
                hint="Trust keys of logs alone.",
            )
