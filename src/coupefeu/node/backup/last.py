"""When the last backup was made: `last-backup.json` in the node's folder, so that the status can say it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from coupefeu.keys.files import SECRET_MODE, write_durably
from coupefeu.node.backup.contents import Manifest

FILE: Final = "last-backup.json"
_MAX_BYTES: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackup:
    """`made_ms`: its clock; `to`: where it was written; `entries`: by party, what it holds."""

    made_ms: int
    to: str
    sealed: bool
    entries: dict[str, int]

    @classmethod
    def of(cls, manifest: Manifest, to: Path, *, sealed: bool) -> Self:
        """Note a backup that is on the disk."""
        return cls(made_ms=manifest.made_ms, to=str(to.absolute()), sealed=sealed, entries=manifest.entries)


def write_last_backup(folder: Path, last: LastBackup) -> None:
    """Write it down. Raises: ConfigError: the folder cannot be written."""
    write_durably(folder / FILE, (json.dumps(asdict(last)) + "\n").encode(), mode=SECRET_MODE)


def read_last_backup(folder: Path) -> dict[str, Any] | None:
    """Read it as JSON has it; None where no backup was made from here, or the note is damaged."""
    try:
        with (folder / FILE).open("rb") as file:
            return asdict(LastBackup(**json.loads(file.read(_MAX_BYTES))))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
