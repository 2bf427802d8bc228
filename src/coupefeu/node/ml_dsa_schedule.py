"""When our log is signed once more with ML-DSA-44 for one other party (protocol A15).

    quiet for 2 s with something that is classical only   -> sign the newest size that they co-signed
    a minute since the first of it, or since the last     -> the same, however busy the line is
    sent and not answered                                 -> again, each time later; at once when the line is up

Pure: times come from outside, on the monotonic clock.
"""

from typing import Final

QUIET_MS: Final = 2_000
AT_LEAST_EVERY_MS: Final = 60_000
FIRST_WAIT_MS: Final = 5_000
LONGEST_WAIT_MS: Final = 60_000


class MlDsaSchedule:
    """One party's; `covered`: the largest size of our log under which both ML-DSA-44 signatures are durable here."""

    def __init__(self, *, covered: int, cosigned: int, mono_ms: int) -> None:
        self.covered = covered
        self._cosigned = cosigned
        self._sent = 0
        self._is_up = self._is_busy = self._is_asked = False
        self._stirred_ms = mono_ms
        self._behind_ms = mono_ms
        self._again_ms = mono_ms
        self._wait_ms = FIRST_WAIT_MS
        self._put_off_ms = mono_ms

    @property
    def is_behind(self) -> bool:
        """Whether they co-signed something that is classical only so far."""
        return self._cosigned > self.covered

    @property
    def is_up(self) -> bool:
        """Whether the line to it is."""
        return self._is_up

    @property
    def cosigned_size(self) -> int:
        """Their newest co-signature by Ed25519."""
        return self._cosigned

    def stir(self, mono_ms: int) -> None:
        """Note that something went to or fro."""
        self._stirred_ms = mono_ms

    def cosigned(self, size: int, mono_ms: int) -> None:
        """Note their newest co-signature by Ed25519."""
        if self._cosigned <= max(self.covered, self._sent) < size:
            self._behind_ms = mono_ms
        self._cosigned = max(self._cosigned, size)

    def line_is_up(self, mono_ms: int) -> None:
        """Send again at once what was not answered."""
        self._is_up = True
        self._again_ms, self._wait_ms = mono_ms, FIRST_WAIT_MS

    def line_is_down(self) -> None:
        """Do nothing until the line is up."""
        self._is_up = False

    def ask(self) -> None:
        """Sign at once what is classical only so far, if anything is."""
        self._is_asked = self.is_behind

    def next_ms(self) -> int | None:
        """Say when `take_due` has something."""
        if not self._is_up or self._is_busy or not self.is_behind:
            return None
        if self._is_asked:
            return self._stirred_ms
        fresh_ms = min(self._stirred_ms + QUIET_MS, self._behind_ms + AT_LEAST_EVERY_MS)
        waits = [fresh_ms] if self._cosigned > self._sent else []
        if self._sent > self.covered:
            waits.append(self._again_ms)
        return max(min(waits), self._put_off_ms)

    def take_due(self, mono_ms: int) -> int | None:
        """Give the size to be signed, or sent again, now; `sent`, `put_off` or `answered` must follow."""
        due_ms = self.next_ms()
        if due_ms is None or due_ms > mono_ms:
            return None
        self._is_busy = True
        return self._cosigned

    def sent(self, size: int, mono_ms: int) -> None:
        """Note that our signature is durable and leaves."""
        self._sent = max(self._sent, size)
        self._behind_ms = mono_ms
        self._again_ms = mono_ms + self._wait_ms
        self._wait_ms = min(2 * self._wait_ms, LONGEST_WAIT_MS)
        self._is_busy = self._is_asked = False

    def put_off(self, mono_ms: int) -> None:
        """Note that nothing can be signed now: a key is not here yet, or what failed was told."""
        self._put_off_ms = mono_ms + LONGEST_WAIT_MS
        self._is_busy = self._is_asked = False

    def answered(self, size: int) -> None:
        """Note that their ML-DSA-44 co-signature at `size` is durable here."""
        self.covered = max(self.covered, size)
        self._wait_ms = FIRST_WAIT_MS
        self._is_busy = False
        self._is_asked = self._is_asked and self.is_behind
