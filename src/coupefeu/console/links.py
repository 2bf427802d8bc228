"""One-time links by which officers sign in: made on the node's machine, used once, within ten minutes.

The key is the whole secret: 256 bits, printed once behind the `#` of the link, so that it reaches no log and no other
page. We keep its hash, in memory alone.
"""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from coupefeu.console.errors import NotSignedInError, TooManyError
from coupefeu.console.guesses import Guesses
from coupefeu.console.sessions import SECRET_BYTES, digest

LASTS_MS: Final = 600_000
MAX_OUTSTANDING: Final = 16
"""Of more, the oldest ends."""
MAX_SPENT: Final = 64
"""Links remembered after their end, so that a person is told why."""
_AGAIN: Final = "On the node's machine, `coupefeu console-link` prints a new one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a link signs in: a post of ours, a label beside it, a language to begin with."""

    post: str
    officer: str
    language: str
    admitted_by: str = ""
    """Who lets the holder enrol one passkey; empty: nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outstanding:
    invitation: Invitation
    ends_ms: int


class Links:
    """The outstanding links of one node; `now_ms` is a monotonic clock."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._outstanding: OrderedDict[str, _Outstanding] = OrderedDict()
        self._spent: OrderedDict[str, str] = OrderedDict()
        self._guesses = Guesses(now_ms, too_many_guesses)

    def issue(self, invitation: Invitation) -> str:
        """Make a link's key."""
        self._expire()
        key = secrets.token_urlsafe(SECRET_BYTES)
        self._outstanding[digest(key)] = _Outstanding(
            invitation=invitation, ends_ms=self._now_ms() + LASTS_MS
        )
        while len(self._outstanding) > MAX_OUTSTANDING:
            self._spend(next(iter(self._outstanding)), "displaced")
        return key

    def end_all(self) -> None:
        """End every outstanding link."""
        for key in tuple(self._outstanding):
            self._spend(key, "displaced")

    def redeem(self, key: str, source: str) -> Invitation:
        """Use a key up; `source` is the address that brings it.

        Raises:
            NotSignedInError: `console.link.unknown`, `.used`, `.expired`, `.displaced`.
            TooManyError: `console.link.guesses`.
        """
        self.bear(source)
        self._expire()
        given = digest(key)
        found = _find(given, self._outstanding)
        if found is None:
            self.count_wrong(source)
            raise _refusal(self._spent.get(_find(given, self._spent) or "", "unknown"))
        invitation = self._outstanding[found].invitation
        self._spend(found, "used")
        return invitation

    def count_wrong(self, source: str) -> None:
        """Count one thing that did not sign in against its address, which `bear` has let pass."""
        self._guesses.count(source)

    def bear(self, source: str) -> None:
        """Refuse an address that guessed too often, without looking at what it brings now.

        Raises: TooManyError `console.link.guesses`.
        """
        self._guesses.bear(source)

    def _expire(self) -> None:
        now_ms = self._now_ms()
        for key in [key for key, each in self._outstanding.items() if each.ends_ms <= now_ms]:
            self._spend(key, "expired")

    def _spend(self, key: str, how: str) -> None:
        del self._outstanding[key]
        self._spent[key] = how
        while len(self._spent) > MAX_SPENT:
            self._spent.popitem(last=False)


def too_many_guesses() -> TooManyError:
    """Say that too many wrong keys came from an address."""
    return TooManyError(
        "too many wrong links came from this address",
        code="console.link.guesses",
        hint="Wait a few seconds, then try again.",
    )


def _find(given: str, known: "OrderedDict[str, _Outstanding] | OrderedDict[str, str]") -> str | None:
    """Compare with every one in constant time, and stop at none."""
    found = [key for key in known if hmac.compare_digest(key, given)]
    return found[0] if found else None


_WHY: Final = {
    "unknown": "this link is not known here: another node made it, or this one was started again since",
    "used": "this link was used already; each signs in one browser once",
    "expired": "this link has expired; each is good for ten minutes",
    "displaced": f"this link was ended: everybody was signed out, or {MAX_OUTSTANDING} newer ones were made",
}


def _refusal(why: str) -> NotSignedInError:
    return NotSignedInError(_WHY[why], code=f"console.link.{why}", hint=_AGAIN)
