"""The file that holds a passphrase: its only line, which nobody else may read."""

from pathlib import Path
from typing import Final

from coupefeu.errors import ConfigError
from coupefeu.node.folder_files import read_given

_MAX_BYTES: Final = 1_024


def read_passphrase(path: Path) -> bytes:
    """Read it, without the end of the line. Raises: ConfigError: absent, readable by others, or not one line."""
    octets = read_given(path).rstrip(b"\r\n")
    if path.stat().st_mode & 0o077:
        raise ConfigError(
            f"others may read {path}", code="node.backup.passphrase_readable", hint=f"run: chmod 600 {path}"
        )
    if not 0 < len(octets) <= _MAX_BYTES or b"\n" in octets:
        raise ConfigError(
            f"{path} does not hold one line of at most {_MAX_BYTES:,} bytes",
            code="node.backup.passphrase",
            hint="Put the passphrase into it, alone.",
        )
    return octets
