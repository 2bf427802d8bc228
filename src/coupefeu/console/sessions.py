"""Who is signed in at this console. The browser holds a secret in a cookie; we hold its SHA-256, in memory and on disk.

On disk, so that a node that is started again at night throws no officer out; 0600, in the node's folder.
A session ends by signing out, by `coupefeu console-link --end-all`, or some hours after an officer last did something
in it, so that nobody who is at work goes deaf in the night; at the latest three times as many after its sign-in. What a
page does by itself (its stream, its lists, SHOWN) prolongs nothing: nobody may sit before it.

A session that was begun by a passkey locks when nobody did anything in it for a while: it shows no words of anybody and
takes no act, until the same passkey opens it. One that was begun by a link has nothing that could open it, and so never
locks; the page says so.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from coupefeu.console.errors import NotSignedInError
from coupefeu.console.values import SessionValues
from coupefeu.errors import ConfigError, CoupefeuError
from coupefeu.keys.files import SECRET_MODE, write_durably

SECRET_BYTES: Final = 32
MAX_SESSIONS: Final = 256
"""Of more, the oldest ends."""
HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
AT_MOST: Final = 3
"""So many times its hours a session lasts, however busy it is."""
WRITE_EVERY_MS: Final = 300_000
"""So much of its use a session may lose when the node is killed; an act does not wait for a second disk write."""
FILE_NAME: Final = "console.sessions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One signed-in browser: a post of ours and a label beside it. `id` is the SHA-256 of its secret, hexadecimal."""

    id: str
    post: str
    officer: str
    language: str
    signed_in_ms: int
    used_ms: int
    """When an officer last did something in it."""
    expires_ms: int
    key: str = ""
    """The personal key that it was begun by, by its number; empty: a one-time link."""
    admitted_by: str = ""
    """Who lets its holder enrol one passkey; empty: nobody."""
    locked: bool = False

    @property
    def mark(self) -> str:
        """By which node.log tells sessions apart."""
        return self.id[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    version: int
    sessions: tuple[Session, ...]


def _unheard(_session: Session) -> None: ...


class Sessions:
    """All sessions of one node.

    `ended` hears of each that ends, `turned` of each that is locked or opened, `not_kept` of one that could not be
    written. `lock_minutes` 0: none locks by itself.
    """

    def __init__(
        self,
        path: Path,
        now_ms: Callable[[], int],
        *,
        hours: int,
        lock_minutes: int = 0,
        ended: Callable[[Session], None] = _unheard,
        turned: Callable[[Session], None] = _unheard,
        not_kept: Callable[[ConfigError], None] = lambda _error: None,
    ) -> None:
        self._path = path
        self._now_ms = now_ms
        self._lasts_ms = hours * HOUR_MS
        self._at_most_ms = AT_MOST * self._lasts_ms
        self.locks_ms = lock_minutes * MINUTE_MS
        self._ended = ended
        self._turned = turned
        self._not_kept = not_kept
        self._writing = asyncio.Lock()
        self._written_ms: dict[str, int] = {}
        """By session: when its last use was last written."""
        self._by_id: dict[str, Session] = {each.id: each for each in _read(path)}

    async def begin(
        self, *, post: str, officer: str, language: str, key: str = "", admitted_by: str = ""
    ) -> tuple[str, Session]:
        """Sign in; gives (secret for the cookie, session).

        A session that cannot be written holds until the node ends: a full disk keeps no officer from his desk.
        """
        secret = secrets.token_urlsafe(SECRET_BYTES)
        now_ms = self._now_ms()
        session = Session(
            id=digest(secret),
            post=post,
            officer=officer,
            language=language,
            signed_in_ms=now_ms,
            used_ms=now_ms,
            expires_ms=now_ms + self._lasts_ms,
            key=key,
            admitted_by=admitted_by,
        )
        self._by_id[session.id] = session
        self.expire()
        for oldest in list(self._by_id.values())[:-MAX_SESSIONS]:
            self._drop(oldest)
        await self._save_or_tell()
        return secret, session

    def find(self, cookies: Sequence[str]) -> Session:
        """Give the session of a request, whatever else another page put beside its cookie.

        Raises:
            NotSignedInError: `console.session.none`; `console.session.two`: two live ones, so who asks is not known.
        """
        self.expire()
        found = {self._by_id[key].id: self._by_id[key] for key in map(digest, cookies) if key in self._by_id}
        if len(found) > 1:
            raise NotSignedInError(
                "the browser sends two sessions for this console",
                code="console.session.two",
                hint="Delete the cookies of this address, then sign in by a new link.",
            )
        if not found:
            raise NotSignedInError(
                "this browser is not signed in, or its session has ended",
                code="console.session.none",
                hint="On the node's machine, `coupefeu console-link` prints a new link.",
            )
        return next(iter(found.values()))

    async def prolong(self, session: Session) -> Session:
        """Say that an officer did something in it just now; gives the session as it stands then."""
        now_ms, kept = self._now_ms(), self._by_id.get(session.id)
        if kept is None:
            return session
        self._by_id[kept.id] = used = self._used(kept)
        if abs(now_ms - self._written_ms.get(kept.id, kept.signed_in_ms)) >= WRITE_EVERY_MS:
            self._written_ms[kept.id] = now_ms
            await self._save_or_tell()
        return used

    async def lock(self, session: Session) -> None:
        """Show no words and take no act in it from now on."""
        if self._turn(session.id, locked=True):
            await self._save_or_tell()

    async def unlock(self, session: Session) -> Session:
        """Open it again, for whoever has shown its passkey; gives the session as it stands then."""
        self._turn(session.id, locked=False)
        await self._save_or_tell()
        return self._by_id.get(session.id, session)

    async def spend_admission(self, session: Session) -> None:
        """Say that its holder has enrolled the one passkey that was allowed."""
        if session.id in self._by_id:
            self._by_id[session.id] = replace(self._by_id[session.id], admitted_by="")
            await self._save_or_tell()

    async def end_key(self, key: str) -> None:
        """End every session that was begun by a personal key, which counts no longer."""
        ending = [each for each in self._by_id.values() if each.key == key]
        for session in ending:
            self._drop(session)
        if ending:
            await self._save_or_tell()

    def now(self, session: Session) -> Session:
        """Give a session as it stands now."""
        return self._by_id.get(session.id, session)

    async def end(self, session: Session) -> None:
        """Sign one browser out, for good once this returns. Raises: ConfigError: that could not be written."""
        self._drop(session)
        await self._save()

    async def end_all(self) -> int:
        """Sign everybody out, for good once this returns; gives how many that were. Raises: as `end`."""
        self.expire()
        ending = list(self._by_id.values())
        for session in ending:
            self._drop(session)
        await self._save()
        return len(ending)

    def expire(self) -> None:
        """End what has lasted its hours; a clock that is set back lengthens nothing beyond as many again."""
        now_ms = self._now_ms()
        for session in list(self._by_id.values()):
            is_idle = abs(now_ms - session.used_ms) >= self._lasts_ms
            if is_idle or abs(now_ms - session.signed_in_ms) >= self._at_most_ms:
                self._drop(session)
            elif self.locks_ms and session.key and abs(now_ms - session.used_ms) >= self.locks_ms:
                self._turn(session.id, locked=True)

    def _turn(self, key: str, *, locked: bool) -> bool:
        """Lock or open a session, which then counts as used just now; gives whether that changed anything."""
        kept = self._by_id.get(key)
        if kept is None or kept.locked == locked:
            return False
        turned = replace(kept, locked=True) if locked else replace(self._used(kept), locked=False)
        self._by_id[key] = turned
        self._turned(turned)
        return True

    def _used(self, kept: Session) -> Session:
        now_ms = self._now_ms()
        ends_ms = min(now_ms + self._lasts_ms, kept.signed_in_ms + self._at_most_ms)
        return replace(kept, used_ms=now_ms, expires_ms=ends_ms)

    def _drop(self, session: Session) -> None:
        self._written_ms.pop(session.id, None)
        if self._by_id.pop(session.id, None) is not None:
            self._ended(session)

    async def _save_or_tell(self) -> None:
        try:
            await self._save()
        except ConfigError as error:
            self._not_kept(error)

    async def _save(self) -> None:
        async with self._writing:
            octets = msgspec.json.encode(_File(version=1, sessions=tuple(self._by_id.values())))
            await asyncio.to_thread(write_durably, self._path, octets, mode=SECRET_MODE)


def digest(secret: str) -> str:
    """Give what is kept of a secret; finding it in a table tells a guesser nothing about the secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def cookie_name(party: str, *, tls: bool) -> str:
    """Name the cookie by the party: two parties on one machine never take each other's.

    `__Host-` (under TLS) makes the browser refuse one that another host set for us.
    """
    return f"{'__Host-' if tls else ''}coupefeu-{party}"


def set_cookie(name: str, secret: str, *, tls: bool, lasts_s: int) -> str:
    """Write the header that gives a browser its secret; `lasts_s` 0 takes it away."""
    return f"{name}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={lasts_s}" + (
        "; Secure" if tls else ""
    )


def read_cookies(headers: Sequence[str], name: str) -> list[str]:
    """List every value that a request brings under this name, each once."""
    parts = (part.strip().partition("=") for header in headers for part in header.split(";"))
    return list(dict.fromkeys(value.strip() for key, _, value in parts if key == name))


def _read(path: Path) -> tuple[Session, ...]:
    """Read the sessions that were kept; whatever does not read, or others may read, signs nobody in."""
    try:
        if path.stat().st_mode & 0o077:
            return ()
        return msgspec.json.decode(path.read_bytes(), type=_File).sessions
    except (OSError, msgspec.MsgspecError, CoupefeuError):
        return ()


def describe_session(
    session: Session, party: str, *, locks_ms: int = 0, may_act: bool = True
) -> SessionValues:
    """Give what a page shows of a session; never its id."""
    return SessionValues(
        party=party,
        post=session.post,
        officer=session.officer,
        language=session.language,
        expires_ms=session.expires_ms,
        key=session.key or None,
        locked=session.locked,
        locks_ms=locks_ms if session.key and locks_ms else None,
        may_act=may_act,
        may_enrol=bool(session.admitted_by),
    )
