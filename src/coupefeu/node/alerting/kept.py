"""What each receiver was told, in FOLDER/alerts.json: a start of the node repeats nothing.

It holds keys and states of causes and is small. One that cannot be read is as one that is not there: everything that
stands is told once more.
"""

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from coupefeu.keys.files import SECRET_MODE, write_durably

FILE: Final = "alerts.json"
MAX_BYTES: Final = 1 << 22
States = dict[str, dict[str, str]]


class Kept:
    """By receiver: the state of each cause that it knows."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._states = self._read()
        self._lock = Lock()

    def of(self, receiver: str) -> Mapping[str, str]:
        """Give what a receiver knows."""
        return self._states.get(receiver, {})

    def take(self, receiver: str, states: Mapping[str, str]) -> None:
        """Keep durably what a receiver knows now. Raises: ConfigError: it cannot be written; it counts all the same."""
        with self._lock:
            self._states[receiver] = dict(states)
            write_durably(self._path, msgspec.json.encode(self._states), mode=SECRET_MODE)

    def _read(self) -> States:
        try:
            with self._path.open("rb") as file:
                return msgspec.json.decode(file.read(MAX_BYTES), type=States)
        except (OSError, msgspec.DecodeError):
            return {}
