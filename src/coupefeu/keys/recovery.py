"""The recovery secret of two parties: made at pairing, kept by each on a medium offline, on no node and in no backup.

It opens nothing by itself: a node that begins under it is let in once the other side's officer has given the same
secret from the file there, and then for its recovery alone (protocol B10).
"""

import tomllib
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coupefeu.errors import ConfigError
from coupefeu.keys.files import MAX_KEY_FILE_BYTES, SECRET_MODE, read_private, write_durably
from coupefeu.keys.generations import PSK_BYTES

_FIELDS: Final = {"line_id", "parties", "psk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverySecret:
    """The secret (32 bytes) of two parties of one line, the same file on either side."""

    line_id: bytes
    parties: frozenset[str]
    psk: bytes = field(repr=False)

    def need_for(self, line_id: bytes, us: str, them: str) -> bytes:
        """Give the secret, if it is of these two on this line.

        Raises:
            ConfigError: `keys.recovery.other`.
        """
        if (self.line_id, self.parties) != (line_id, frozenset((us, them))):
            raise ConfigError(
                f"that recovery secret is of {' and '.join(sorted(map(str.upper, self.parties)))}, or of another line",
                code="keys.recovery.other",
                hint=f"give the file that pairing wrote for {us.upper()} and {them.upper()}",
            )
        return self.psk


def write_recovery_secret(path: Path, secret: RecoverySecret) -> None:
    """Write the file to be taken away; raises ConfigError `keys.files.*`."""
    names = sorted(secret.parties)
    listed = ", ".join(f'"{name}"' for name in names)
    text = (
        f"# Recovery secret of {' and '.join(map(str.upper, names))}. Keep it offline, apart from nodes and backups.\n"
        f'line_id = "{secret.line_id.hex()}"\nparties = [{listed}]\n'
        f'psk = "{b64encode(secret.psk).decode("ascii")}"\n'
    )
    write_durably(path, text.encode("ascii"), mode=SECRET_MODE)


def read_recovery_secret(path: Path) -> RecoverySecret:
    """Read such a file.

    Raises:
        ConfigError: `keys.files.absent`, `.readable_by_others`, `keys.recovery.bad_file`; never with the contents.
    """
    octets = read_private(path, MAX_KEY_FILE_BYTES)
    try:
        return _read(octets)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ConfigError(
            f"{path} does not hold a recovery secret",
            code="keys.recovery.bad_file",
            hint="give the file that `coupefeu pair` wrote beside the node's folder",
        ) from None


def _read(octets: bytes) -> RecoverySecret:
    values = tomllib.loads(octets.decode("ascii"))
    line_id, psk = bytes.fromhex(values["line_id"]), b64decode(values["psk"], validate=True)
    parties = frozenset(values["parties"])
    is_whole = len(line_id) == 16 and len(psk) == PSK_BYTES and len(parties) == len(values["parties"]) == 2
    if values.keys() != _FIELDS or not is_whole or not all(isinstance(name, str) for name in parties):
        raise ValueError
    return RecoverySecret(line_id=line_id, parties=parties, psk=psk)
