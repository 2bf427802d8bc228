"""What a folder made by an export holds, read as a stranger's: plain files of a bounded size, and verifier keys."""

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from coupefeu.errors import PeerError, UsageError, naming
from coupefeu.record.signatures import split_cosigners
from coupefeu.wire.note import COSIGNATURE, ED25519, ML_DSA_44, VerifierKey, parse_note
from coupefeu.wire.policy import MAX_POLICY_BYTES, Policy, parse_policy

MAX_FILE_BYTES = 32 << 20
"""A bundle of 256 of the largest bodies stays below it."""
MAX_KEYS = 64
Read = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys that are trusted for this verification, and whether they came with the folder."""

    log: VerifierKey
    cosigners: tuple[VerifierKey, ...]
    from_folder: bool
    ml_dsa: tuple[VerifierKey, ...] = ()
    witnesses: tuple[VerifierKey, ...] = ()


def reader_of(folder: Path) -> Read:
    """Read files of a folder by name; None for what is not there. Raises: PeerError: not to be read, or too large."""

    def read(name: str) -> bytes | None:
        try:
            data = _read_file(folder / name, MAX_FILE_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise PeerError(
                f"{name} cannot be read: {error.strerror}", code="cli.verify.read", hint="Check the folder."
            ) from error
        if len(data) > MAX_FILE_BYTES:
            raise PeerError(
                f"{name} has more than {MAX_FILE_BYTES:,} bytes",
                code="cli.verify.size",
                hint="No file of an export is that large.",
            )
        return data

    return read


def _read_file(path: Path, most: int) -> bytes:
    with open_plain(path) as file:
        return file.read(most)


@contextmanager
def open_plain(path: Path) -> Iterator[BinaryIO]:
    """Open a plain file; a pipe or device in a stranger's folder could keep us waiting for ever. Raises: OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "not a plain file", str(path))
        yield file


def need(read: Read, name: str) -> bytes:
    """Read a file that must be there. Raises: PeerError."""
    data = read(name)
    if data is None:
        raise PeerError(
            f"{name} is missing", code="cli.verify.missing", hint="Copy the whole folder, or make it again."
        )
    return data


def folder_keys(folder: Path) -> Keys:
    """Take the keys that came with the folder. Raises: UsageError: there are none; PeerError: one is no key."""
    log = folder / "log.vkey"
    if not log.exists():
        raise UsageError(
            f"{folder} holds no log.vkey",
            code="cli.verify.no_key",
            hint="Give the log's key with --key, as the agreement has it.",
        )
    cosigners = sorted((folder / "cosigners").glob("*.vkey"))[:MAX_KEYS]
    ml_dsa = sorted((folder / "cosigners" / "mldsa").glob("*.vkey"))[:MAX_KEYS]
    witnesses = sorted((folder / "witnesses").rglob("*.vkey"))[:MAX_KEYS]
    return Keys(
        log=_key(log),
        cosigners=tuple(map(_key, cosigners)),
        ml_dsa=tuple(map(_key, ml_dsa)),
        witnesses=tuple(map(_key, witnesses)),
        from_folder=True,
    )


def given_keys(given: Sequence[str]) -> Keys:
    """Take the keys that are trusted, texts or files. Raises: UsageError: not one log key; PeerError: no key."""
    keys = parse_keys(given)
    logs = [each for each in keys if each.algorithm == ED25519]
    if len(logs) != 1:
        raise UsageError(
            f"{len(logs)} log keys are given, one is needed",
            code="cli.verify.keys",
            hint="Give --key with the log's key (type 0x01), then one for each cosigner and witness (types"
            " 0x04 and 0x06).",
        )
    return _keys_of(logs[0], [each for each in keys if each.algorithm != ED25519])


def policy_keys(path: Path, policy: Policy, note: bytes | None) -> Keys | None:
    """Take the keys of a policy that lists the log of this checkpoint; None: it leaves the log to its reader."""
    if not policy.logs:
        return None
    names = set() if note is None else {line.name for line in parse_note(note).signatures}
    logs = [each.key for each in policy.logs if each.key.algorithm == ED25519]
    fitting = [key for key in logs if key.name in names] or logs
    if not fitting:
        raise UsageError(
            f"{path} lists no log key of type 0x01",
            code="cli.verify.policy_log",
            hint="Every record here is signed under one; ask for a policy that lists it.",
        )
    return _keys_of(fitting[0], [each.key for each in policy.witnesses])


def with_witnesses(keys: Keys, policy: Policy) -> Keys:
    """Take the log's key from the folder and the others from a policy that lists no log."""
    return replace(_keys_of(keys.log, [each.key for each in policy.witnesses]), from_folder=True)


def read_policy(path: Path) -> Policy:
    """Read a policy file. Raises: UsageError: there is none; PeerError: what is wrong with it, and in which line."""
    try:
        octets = _read_file(path, MAX_POLICY_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"the policy {path} cannot be read: {error.strerror}",
            code="cli.verify.policy",
            hint="Check its name.",
        ) from error
    with naming(path):
        return parse_policy(octets)


def _keys_of(log: VerifierKey, others: Sequence[VerifierKey]) -> Keys:
    """Part what is trusted: the log's own and holders' by their names, and whoever else signs is a witness."""
    held, witnesses = split_cosigners(each for each in others if each.name != log.name)
    return Keys(
        log=log,
        cosigners=tuple(each for each in held if each.algorithm == COSIGNATURE),
        ml_dsa=tuple(
            each for each in others if each.algorithm == ML_DSA_44 and (each in held or each.name == log.name)
        ),
        witnesses=witnesses,
        from_folder=False,
    )


def parse_keys(given: Sequence[str]) -> list[VerifierKey]:
    """Read verifier keys, texts or files. Raises: PeerError: one is no key."""
    return [_key(Path(each)) if is_file(each) else _parse(each, each[:80]) for each in given]


def is_file(given: str) -> bool:
    """Whether a file has this name; the text of a key may be longer than any name may be."""
    try:
        return Path(given).is_file()
    except OSError:
        return False


def _key(path: Path) -> VerifierKey:
    octets = _read_file(path, 4_096)
    return _parse(octets.decode("utf-8", "replace"), str(path))


def _parse(text: str, name: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text.strip())
    except PeerError as error:
        raise PeerError(
            f"{name!r} is no verifier key, and no file that holds one",
            code="cli.verify.key",
            hint="It is one line: NAME+ID+KEY.",
        ) from error
