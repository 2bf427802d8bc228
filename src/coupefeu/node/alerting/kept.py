"""What each receiver was told, in FOLDER/alerts.json: a start of the node repeats nothing.

It holds keys, states and times of causes and is small. One that cannot be read is as one that is not there: everything
that stands is told once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from coupefeu.keys.files import SECRET_MODE, write_durably
from coupefeu.node.alerting.causes import Alert, Cause, observe_all, take_all
from coupefeu.node.alerting.damping import Track

FILE: Final = "alerts.json"
MAX_BYTES: Final = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a receiver knows: by cause, and how many alerts it took."""

    tracks: dict[str, Track] = field(default_factory=dict)
    serial: int = 0


class Kept:
    """By receiver: what it knows of each cause."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._known = self._read()
        self._lock, self._writing = Lock(), Lock()

    def of(self, receiver: str) -> Known:
        """Give what a receiver knows."""
        return self._known.get(receiver, Known())

    def look(self, receiver: str, causes: Mapping[str, Cause], now_ms: int) -> None:
        """Note how things stand at a look; a start of the node may forget it."""
        with self._lock:
            known = self.of(receiver)
            self._known[receiver] = replace(known, tracks=observe_all(known.tracks, causes, now_ms))

    def take(self, receiver: str, alert: Alert) -> None:
        """Keep durably what a receiver knows now. Raises: ConfigError: it cannot be written; it counts all the same."""
        with self._writing:
            with self._lock:
                known = self.of(receiver)
                tracks = take_all(known.tracks, alert)
                self._known[receiver] = Known(tracks=tracks, serial=known.serial + 1)
                octets = msgspec.json.encode(self._known)
            write_durably(self._path, octets, mode=SECRET_MODE)

    def _read(self) -> dict[str, Known]:
        try:
            with self._path.open("rb") as file:
                return msgspec.json.decode(file.read(MAX_BYTES), type=dict[str, Known])
        except (OSError, msgspec.DecodeError):
            return {}
