"""Whom a desk telephones to reach its units: `units.json` of the node's folder, for this node alone.

    {"version": 1, "units": {"2nd battalion": ["Ops room, extension 2214", "Maj. Weiss, 0170 ..."]}}

Names and numbers of persons are on no record: the other side reads what is written there. A backup holds the file.
"""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from coupefeu.errors import ConfigError, UsageError
from coupefeu.keys.files import SECRET_MODE, read_private, write_durably
from coupefeu.services.passing.facts import is_name

FILE_NAME: Final = "units.json"
_LOCK_NAME: Final = ".units.lock"
MAX_FILE_BYTES: Final = 98_304
"""As much as a backup takes of one file."""
MAX_UNITS: Final = 1_024
MAX_PERSONS: Final = 8
MAX_PERSON_CHARACTERS: Final = 120

Telephone = tuple[str, ...]
"""Whom to telephone, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    version: int = 1
    units: dict[str, Telephone] = field(default_factory=dict)


def read_directory(folder: Path) -> Mapping[str, Telephone]:
    """Give whom to telephone, by unit; nothing where nothing was noted.

    Raises: ConfigError: `node.passing.directory`: others may read the file, or it cannot be read.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return {}
    try:
        return msgspec.json.decode(read_private(path, MAX_FILE_BYTES), type=_File).units
    except msgspec.MsgspecError as error:
        raise ConfigError(
            f"{path}: {error}",
            code="node.passing.directory",
            hint="Mend it, or remove it and note anew whom to telephone: `coupefeu notice telephone`.",
        ) from error


def note_telephone(folder: Path, noted: Mapping[str, Telephone]) -> None:
    """Note whom to telephone for units, in the place of what was noted; an empty list takes a unit out.

    Raises: UsageError: `node.passing.telephone`; ConfigError: the file cannot be read or written.
    """
    for unit, persons in noted.items():
        _insist(unit, persons)
    with _locked(folder):
        units = {unit: kept for unit, kept in read_directory(folder).items() if unit not in noted}
        units |= {unit: tuple(persons) for unit, persons in noted.items() if persons}
        if len(units) > MAX_UNITS:
            raise _refusal(f"more than {MAX_UNITS:,} units", "Take out those that are told no longer.")
        octets = msgspec.json.format(msgspec.json.encode(_File(units=units)), indent=1) + b"\n"
        if len(octets) > MAX_FILE_BYTES:
            raise _refusal(f"the list has {len(octets):,} bytes", f"At most {MAX_FILE_BYTES:,} are kept.")
        write_durably(folder / FILE_NAME, octets, mode=SECRET_MODE)


def _insist(unit: str, persons: Telephone) -> None:
    if not is_name(unit):
        raise _refusal(f"{unit!r} is no name of a unit", "One line of at most 80 plain characters.")
    if len(persons) > MAX_PERSONS:
        raise _refusal(
            f"{len(persons)} persons for {unit!r}", f"At most {MAX_PERSONS}, in the order to ring."
        )
    for person in persons:
        if not is_name(person[:80].strip()) or len(person) > MAX_PERSON_CHARACTERS:
            hint = f"One line of at most {MAX_PERSON_CHARACTERS} plain characters: who, and the number."
            raise _refusal(f"{person!r} cannot be noted", hint)


def _refusal(says: str, hint: str) -> UsageError:
    return UsageError(says, code="node.passing.telephone", hint=hint)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep another process from writing meanwhile: a command and the console may note at once."""
    with (folder / _LOCK_NAME).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
