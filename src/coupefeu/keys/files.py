"""Files that must be there after a crash, and secrets that only their owner may read.

The order, in this module only: write beside, fsync, rename over, fsync the folder.
"""

import os
import tomllib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from coupefeu.errors import ConfigError

SECRET_MODE: Final = 0o600
PUBLIC_MODE: Final = 0o644
MAX_KEY_FILE_BYTES: Final = 4_096


def write_durably(path: Path, octets: bytes, *, mode: int = PUBLIC_MODE, replace: bool = True) -> None:
    """Write the whole file or nothing; without `replace`, an existing file is never touched.

    Raises:
        ConfigError: `keys.files.exists`, `keys.files.unwritable`.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.unlink(missing_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(octets)
            file.flush()
            os.fsync(descriptor)
        if replace:
            beside.replace(path)
        else:
            os.link(beside, path)
            beside.unlink()
        sync_folder(path.parent)
    except FileExistsError as error:
        _drop(beside)
        raise ConfigError(
            f"{path} is there already",
            code="keys.files.exists",
            hint="it is never written over; give another name or folder",
        ) from error
    except OSError as error:
        _drop(beside)
        raise ConfigError(
            f"cannot write {path}: {error.strerror}",
            code="keys.files.unwritable",
            hint="check disk space and rights",
        ) from error


def write_secrets(path: Path, says: str, secrets: Mapping[str, bytes], *, replace: bool = False) -> None:
    """Write named secrets, in base64, to a file that only its owner may read."""
    rows = "".join(f'{name} = "{b64encode(secret).decode("ascii")}"\n' for name, secret in secrets.items())
    write_durably(path, f"# {says}\n{rows}".encode(), mode=SECRET_MODE, replace=replace)


def read_secrets(path: Path, lengths: Mapping[str, int]) -> dict[str, bytes]:
    """Read what `write_secrets` wrote: exactly these names, of these lengths in bytes.

    Raises:
        ConfigError: `keys.files.absent`, `.readable_by_others`, `.bad_key_file`; never with the contents.
    """
    octets = read_private(path, MAX_KEY_FILE_BYTES)
    secrets = _decoded(octets) if len(octets) <= MAX_KEY_FILE_BYTES else None
    if secrets is None or {name: len(secret) for name, secret in secrets.items()} != dict(lengths):
        raise ConfigError(
            f"{path} does not hold {', '.join(lengths)}",
            code="keys.files.bad_key_file",
            hint="bring the file back from where it is kept",
        )
    return secrets


def read_private(path: Path, max_bytes: int) -> bytes:
    """Read a file that its owner alone may read, at most one byte more than `max_bytes`.

    Raises:
        ConfigError: `keys.files.absent`, `.readable_by_others`.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigError(
                f"others may read {path}", code="keys.files.readable_by_others", hint=f"run: chmod 600 {path}"
            )
        with path.open("rb") as file:
            return file.read(max_bytes + 1)
    except OSError as error:
        raise ConfigError(
            f"cannot read {path}: {error.strerror}",
            code="keys.files.absent",
            hint="bring the file back from where it is kept, or replace the key by a statement",
        ) from error


def _decoded(octets: bytes) -> dict[str, bytes] | None:
    try:
        values = tomllib.loads(octets.decode("ascii"))
        return {name: b64decode(text, validate=True) for name, text in values.items()}
    except (ValueError, TypeError, Base64Error):
        return None


def _drop(beside: Path) -> None:
    """Leave no half-written secret behind; what failed before is what is told."""
    with suppress(OSError):
        beside.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make durable which files a folder holds, and under which names. Raises: OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
