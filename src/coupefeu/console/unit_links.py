"""Links by which units acknowledge a notice: one for each unit and notice, made by the node of the unit's own party.

The key is the whole secret: 256 bits, shown once behind the `#` of the link, so that it reaches no request, log or
preview. We keep its hash in `unit-links.json` of the node's folder, so that a link outlives a start of the node.
"""

import asyncio
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from coupefeu.console.errors import NotSignedInError, TooManyError
from coupefeu.console.guesses import Guesses
from coupefeu.console.links import too_many_guesses
from coupefeu.console.sessions import SECRET_BYTES, digest
from coupefeu.errors import CoupefeuError
from coupefeu.keys.files import SECRET_MODE, write_durably
from coupefeu.model.messages import MessageId

FILE_NAME: Final = "unit-links.json"
HOUR_MS: Final = 3_600_000
AFTER_END_MS: Final = 25 * HOUR_MS
"""So long after a notice has ended its links still open: a movement may run late, and a STOP is for it too."""
AT_LEAST_MS: Final = HOUR_MS
AT_MOST_MS: Final = 30 * 24 * HOUR_MS
MAX_LINKS: Final = 4_096
"""Of more, the oldest ends."""
MAX_KEY_CHARACTERS: Final = 64
USES: Final = 30
"""Looks and presses on one link at once; then one every two seconds."""
USE_EVERY_MS: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLink:
    """What a link is for: one unit of ours, one notice; `post` is the desk that gave it out."""

    notice: MessageId
    unit: str
    post: str
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    digest: str
    link: UnitLink


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    version: int
    links: tuple[_Kept, ...]


class UnitLinks:
    """The links of one node that are out; `now_ms` is UTC, `mono_ms` a monotonic clock."""

    def __init__(self, path: Path, now_ms: Callable[[], int], mono_ms: Callable[[], int]) -> None:
        self._path = path
        self._now_ms = now_ms
        self._writing = asyncio.Lock()
        self._guesses = Guesses(mono_ms, too_many_guesses)
        self._uses = Guesses(mono_ms, _too_many_uses, at_once=USES, every_ms=USE_EVERY_MS)
        self._by_digest: dict[str, UnitLink] = {each.digest: each.link for each in _read(path)}

    async def issue(
        self, notice: MessageId, unit: str, post: str, end_ms: int | None
    ) -> tuple[str, UnitLink]:
        """Make a link's key; the one before of this unit and notice ends. Durable when this returns.

        `end_ms`: when the notice ends. Raises: ConfigError: it could not be written, and no link was made.
        """
        self._expire()
        now_ms = self._now_ms()
        wanted_ms = now_ms + AT_MOST_MS if end_ms is None else end_ms + AFTER_END_MS
        expires_ms = min(max(wanted_ms, now_ms + AT_LEAST_MS), now_ms + AT_MOST_MS)
        link = UnitLink(notice=notice, unit=unit, post=post, expires_ms=expires_ms)
        key, before = secrets.token_urlsafe(SECRET_BYTES), dict(self._by_digest)
        self._drop(notice, unit)
        self._by_digest[digest(key)] = link
        while len(self._by_digest) > MAX_LINKS:
            del self._by_digest[next(iter(self._by_digest))]
        try:
            await self._save()
        except CoupefeuError:
            self._by_digest = before
            raise
        return key, link

    async def revoke(self, notice: MessageId, unit: str) -> bool:
        """End the link of a unit; says whether there was one. Raises: ConfigError: that could not be written."""
        was_there = self._drop(notice, unit)
        if was_there:
            await self._save()
        return was_there

    def expires_ms(self, notice: MessageId, unit: str) -> int | None:
        """Say until when the link of a unit opens; None: there is none."""
        self._expire()
        found = [
            each.expires_ms for each in self._by_digest.values() if (each.notice, each.unit) == (notice, unit)
        ]
        return found[0] if found else None

    def find(self, key: str, source: str) -> UnitLink:
        """Give what a key is for; `source` is the address that brings it. A good key stays good.

        Raises:
            NotSignedInError: `console.unit.unknown`: no such link, or it has ended.
            TooManyError: `console.link.guesses`, `console.unit.many`.
        """
        self._guesses.bear(source)
        self._expire()
        given = digest(key)
        found = [each for each in self._by_digest if hmac.compare_digest(each, given)]
        if not found:
            self._guesses.count(source)
            raise NotSignedInError(
                "this link is not known here: it has expired, or a newer one took its place",
                code="console.unit.unknown",
                hint="Ask the desk that sent it for a new one, or acknowledge by telephone.",
            )
        self._uses.bear(given)
        self._uses.count(given)
        return self._by_digest[found[0]]

    def _drop(self, notice: MessageId, unit: str) -> bool:
        ended = [key for key, each in self._by_digest.items() if (each.notice, each.unit) == (notice, unit)]
        for key in ended:
            del self._by_digest[key]
        return bool(ended)

    def _expire(self) -> None:
        now_ms = self._now_ms()
        self._by_digest = {key: each for key, each in self._by_digest.items() if each.expires_ms > now_ms}

    async def _save(self) -> None:
        async with self._writing:
            kept = tuple(_Kept(digest=key, link=each) for key, each in self._by_digest.items())
            octets = msgspec.json.encode(_File(version=1, links=kept))
            await asyncio.to_thread(write_durably, self._path, octets, mode=SECRET_MODE)


def _read(path: Path) -> tuple[_Kept, ...]:
    """Read the links that were kept; whatever does not read, or others may read, opens nothing."""
    try:
        if path.stat().st_mode & 0o077:
            return ()
        return msgspec.json.decode(path.read_bytes(), type=_File).links
    except (OSError, msgspec.MsgspecError, CoupefeuError):
        return ()


def _too_many_uses() -> TooManyError:
    return TooManyError(
        "this link was opened too often just now",
        code="console.unit.many",
        hint="Wait a few seconds, then try again.",
    )
