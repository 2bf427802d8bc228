"""What a backup holds, by name, and nothing else; the same list is what restoring takes.

    node.toml  line.toml  units.json  agreement/NNNN.toml .sigs  agreement/PARTY-NNNN.statement PARTY-*.keys
    keys/ROLE.key .next .retired  keys/psk-PARTY.key     never the identity key, never a recovery secret
    *.vkey                                               of witnesses that node.toml names
    features.csv                                         named features of the party's own
    record.db
    manifest.json                                        the last: names, sizes and SHA-256 of all before it

Never `highwater` (it would say that this copy is the newest), never sessions, links, sockets, locks or logs.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from coupefeu.errors import ConfigError, PeerError
from coupefeu.keys.ring import IDENTITY_FILE

RECORD: Final = "record.db"
MANIFEST: Final = "manifest.json"
FORMAT: Final = "coupefeu/backup/v1"
MAX_FILES: Final = 4_096
MAX_FILE_BYTES: Final = 98_304
MAX_MANIFEST_BYTES: Final = 1 << 20
_READS: Final = 5

_NEEDFUL: Final = re.compile(
    r"node\.toml|line\.toml|features\.csv|units\.json|[a-z0-9][a-z0-9-]{0,60}\.vkey"
    r"|agreement/(?:[0-9]{4}\.(?:toml|sigs)|[a-z][a-z0-9]{0,15}[-.][0-9a-f]{1,8}\.(?:statement|keys|incarnation))"
    r"|keys/(?!identity|recovery)[a-z0-9-]{1,64}\.(?:key|next|retired|vkey)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One file of a backup: its name in the folder, its bytes, and their SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself; `entries`: by party, how many entries of its log the record holds."""

    made_ms: int
    party: str
    line_id: str
    exercise: bool
    program: str
    entries: dict[str, int]
    files: tuple[Stored, ...]

    def to_bytes(self) -> bytes:
        """Give the bytes of manifest.json."""
        values = {"format": FORMAT, **asdict(self)}
        return (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode()


def is_needful(name: str) -> bool:
    """Whether a backup may hold a file of this name, beside the record and the manifest."""
    return _NEEDFUL.fullmatch(name) is not None


def read_needful(folder: Path) -> dict[str, bytes]:
    """Read all files but the record as they stood at one moment.

    Raises: ConfigError: one is too long, or they never rest.
    """
    before: dict[str, bytes] = {}
    for _ in range(_READS):
        now = {name: _read(folder / name) for name in sorted(_names(folder))}
        if now == before:
            return now
        before = now
    raise ConfigError(
        f"the files of {folder} change while they are read",
        code="node.backup.restless",
        hint="Try again when no amendment or key is being put in place.",
    )


def _names(folder: Path) -> Iterator[str]:
    for path in (*folder.iterdir(), *(folder / "agreement").iterdir(), *(folder / "keys").iterdir()):
        name = path.relative_to(folder).as_posix()
        if is_needful(name) and path.name != IDENTITY_FILE and path.is_file() and not path.is_symlink():
            yield name


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        octets = file.read(MAX_FILE_BYTES + 1)
    if len(octets) > MAX_FILE_BYTES:
        raise ConfigError(
            f"{path} has more than {MAX_FILE_BYTES:,} bytes", code="node.backup.too_long", hint="Look at it."
        )
    return octets


def parse_manifest(octets: bytes) -> Manifest:
    """Read manifest.json strictly. Raises: PeerError."""
    try:
        values: dict[str, Any] = json.loads(octets)
        listed = _typed({"files": values.pop("files")}, files=list)["files"]
        files = tuple(Stored(**_typed(each, name=str, size=int, sha256=str)) for each in listed)
        entries = {str(party): int(size) for party, size in values.pop("entries").items()}
        kinds = {"made_ms": int, "party": str, "line_id": str, "exercise": bool, "program": str}
        _insist_format(values.pop("format"))
        return Manifest(files=files, entries=entries, **_typed(values, **kinds))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PeerError(
            f"{MANIFEST} is none of a backup that this program reads",
            code="node.backup.manifest",
            hint=f"It must be a {FORMAT}; a newer one needs the program that wrote it.",
        ) from error


def _insist_format(seen: object) -> None:
    if seen != FORMAT:
        raise ValueError(seen)


def _typed(values: dict[str, Any], **kinds: type) -> dict[str, Any]:
    if values.keys() != kinds.keys() or any(type(values[name]) is not kind for name, kind in kinds.items()):
        raise ValueError
    return values
