"""The lock of a session, and what a session's post may do: asked of every request before its route."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.asserting import find_holder
from coupefeu.console.errors import LockedError, NotSignedInError, ReadsError, refuses
from coupefeu.console.guards import SAFE_METHODS
from coupefeu.console.parts import Parts
from coupefeu.console.passkey_requests import AssertionRequest
from coupefeu.console.passkey_values import ChallengeValues, challenge_values
from coupefeu.console.sessions import Session
from coupefeu.console.values import SessionValues
from coupefeu.errors import VerificationError

_OPEN: Final = {"locked": True, "reads": True}
_NO_KEY = NotSignedInError(
    "the passkey is not that of this session, or counts no longer", code="console.passkey.*"
)
_BAD = VerificationError("the assertion does not hold", code="keys.passkeys.*")


def check_lock(session: Session, opt: Mapping[str, Any]) -> None:
    """Refuse everything but opening it where a session is locked. Raises: LockedError `console.session.locked`."""
    if session.locked and not opt.get("locked"):
        raise LockedError(
            "this console is locked",
            code="console.session.locked",
            hint="Open it with the passkey that signed in here, or sign in anew.",
        )


def check_role(method: str, opt: Mapping[str, Any], *, may_act: bool) -> None:
    """Refuse what puts something on record where a post only reads. Raises: ReadsError `console.session.reads`."""
    if not may_act and method not in SAFE_METHODS and not (opt.get("reads") or opt.get("by_itself")):
        raise ReadsError(
            "this session only reads: its post does, or it acts only where a passkey has signed in",
            code="console.session.reads",
            hint="[console] of node.toml says so: readers, passkey_posts. Sign in by passkey, or as another post.",
        )


@post("/api/session/lock", status_code=200, opt=_OPEN)
async def lock(session: NamedDependency[Session], parts: NamedDependency[Parts]) -> SessionValues:
    """Lock this browser: it shows no words and takes no act, and still sounds. A session by link is left as it is."""
    if session.key:
        await parts.sessions.lock(session)
    return parts.describe(parts.sessions.now(session))


@post("/api/session/unlock/challenge", status_code=200, opt=_OPEN, sync_to_thread=False)
def unlock_challenge(session: NamedDependency[Session], parts: NamedDependency[Parts]) -> ChallengeValues:
    """Give what the passkey of this session must sign to open it."""
    return challenge_values(parts, parts.challenges.issue(f"unlock {session.id}"))


@post("/api/session/unlock", status_code=200, opt=_OPEN, responses=refuses(_NO_KEY, _BAD))
async def unlock(
    data: JSONBody[AssertionRequest], session: NamedDependency[Session], parts: NamedDependency[Parts]
) -> SessionValues:
    """Open a locked session by the passkey that began it."""
    holder = await find_holder(parts, data, f"unlock {session.id}")
    if holder.number != session.key:
        raise NotSignedInError(
            "another passkey has signed in here",
            code="console.passkey.other",
            hint="Use that one, or sign in anew with this one.",
        )
    opened = await parts.sessions.unlock(session)
    return parts.describe(opened)


LOCK_ROUTES: Final = (lock, unlock_challenge, unlock)
