"""Signing in by passkey: fresh challenges of ours, each good once, and the counters that devices must count up.

    challenge   number 8 | random 8 | HMAC-SHA256 over both, the purpose and the second, first 16 bytes        32 bytes

Nothing is kept of a challenge until it comes back, so that whoever asks for a million of them takes no officer's place.
"""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from coupefeu.console.errors import NotSignedInError
from coupefeu.errors import ConfigError, UsageError, VerificationError
from coupefeu.keys.files import SECRET_MODE, write_durably
from coupefeu.keys.passkeys import PersonalKey, answered_challenge

LASTS_MS: Final = 300_000
"""So long an officer has for PIN or finger."""
MAX_USED: Final = 4_096
"""Challenges remembered as used until their time is over; each cost somebody a good signature."""
MAX_COUNTERS: Final = 4_096
MAX_MADE: Final = 64
COUNTERS_FILE: Final = "console.counters"
_STAMP_BYTES: Final = 8
_MAC_BYTES: Final = 16


class Challenges:
    """The challenges of one run of the node; `now_ms` is a monotonic clock."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._key = secrets.token_bytes(32)
        self._used: OrderedDict[bytes, int] = OrderedDict()
        """By challenge: when it is forgotten."""

    def issue(self, purpose: str) -> bytes:
        """Make one (32 bytes), good once for this purpose within five minutes."""
        stamp = self._now_ms().to_bytes(_STAMP_BYTES, "big") + secrets.token_bytes(_STAMP_BYTES)
        return stamp + self._mac(stamp, purpose)

    def check(self, challenge: bytes, purpose: str) -> None:
        """Return if it is one of ours, for this purpose, in time, and was not used.

        Raises: NotSignedInError `console.passkey.challenge`.
        """
        stamp, mac = challenge[:-_MAC_BYTES], challenge[-_MAC_BYTES:]
        made_ms = int.from_bytes(stamp[:_STAMP_BYTES], "big")
        is_ours = len(challenge) == 32 and hmac.compare_digest(mac, self._mac(stamp, purpose))
        if not is_ours or not 0 <= self._now_ms() - made_ms < LASTS_MS or challenge in self._used:
            raise NotSignedInError(
                "this challenge was used, is older than five minutes, or is not of this run of the node",
                code="console.passkey.challenge",
                hint="Try again: the page asks for a new one.",
            )

    def issued_in(self, client_data: bytes, purpose: str) -> bytes:
        """Give the challenge of ours that a browser says it answers; that it is signed is verified later.

        Raises: PeerError `keys.passkeys.malformed`; as `check`.
        """
        challenge = answered_challenge(client_data)
        self.check(challenge, purpose)
        return challenge

    def use(self, challenge: bytes) -> None:
        """Count it as used; to be called once its signature was found good."""
        now_ms = self._now_ms()
        self._used[challenge] = now_ms + LASTS_MS
        while self._used and (len(self._used) > MAX_USED or next(iter(self._used.values())) <= now_ms):
            self._used.popitem(last=False)

    def _mac(self, stamp: bytes, purpose: str) -> bytes:
        return hmac.new(self._key, stamp + purpose.encode("utf-8"), sha256).digest()[:_MAC_BYTES]


class MadeKeys:
    """New passkeys that were made and have not signed their enrolment yet: one of a session."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, PersonalKey] = OrderedDict()

    def keep(self, session: str, key: PersonalKey) -> None:
        """Keep the newest of a session."""
        self._made.pop(session, None)
        self._made[session] = key
        while len(self._made) > MAX_MADE:
            self._made.popitem(last=False)

    def find(self, session: str) -> PersonalKey:
        """Give it. Raises: UsageError `console.passkey.not_made`."""
        if session not in self._made:
            raise UsageError(
                "no new passkey was made in this session, or it has been enrolled",
                code="console.passkey.not_made",
                hint="Begin again on the page Keys.",
            )
        return self._made[session]

    def forget(self, session: str) -> None:
        """Forget it."""
        self._made.pop(session, None)


class Counters:
    """The last counter of each key that counts, on disk: one that goes back may be a copy of the device."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = _read(path)

    def advance(self, name: str, counter: int) -> None:
        """Take the counter of a good assertion; `name` is that of the key. A device that counts nothing says 0.

        Raises: VerificationError `console.passkey.counter_back`.
        """
        last = self._last.get(name, 0)
        if (last or counter) and counter <= last:
            raise VerificationError(
                f"the counter of this passkey went back, from {last} to {counter}: there may be a copy of it",
                code="console.passkey.counter_back",
                hint="If it happens again, end this key and enrol another one (docs/operators.md).",
            )
        if counter:
            self._last[name] = counter
            self._save()

    def _save(self) -> None:
        for oldest in list(self._last)[:-MAX_COUNTERS]:
            del self._last[oldest]
        try:
            write_durably(self._path, msgspec.json.encode(self._last), mode=SECRET_MODE)
        except ConfigError:  # a full disk keeps no officer from his desk; this run remembers
            return


def _read(path: Path) -> dict[str, int]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, int])
    except (OSError, msgspec.MsgspecError):
        return {}
