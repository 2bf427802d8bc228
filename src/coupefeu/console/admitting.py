"""Letting a restored counterpart back in from the Line page: the press of an officer on watch, noted with its post."""

from typing import Final

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import refuses
from coupefeu.console.requests import AdmissionRequest
from coupefeu.console.sessions import Session
from coupefeu.console.values import AdmissionValues
from coupefeu.errors import PolicyError, UsageError

_NOT_ON_WATCH = PolicyError("the post is not on watch", code="console.admitting.not_on_watch")
_UNCONFIRMED = UsageError("nobody has confirmed the restore", code="console.admitting.unconfirmed")
_NO_PARTY = UsageError("there is no link to that party", code="node.runtime.party")


@post("/api/admissions", responses=refuses(_NOT_ON_WATCH, _UNCONFIRMED, _NO_PARTY))
async def admit(
    data: JSONBody[AdmissionRequest],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
) -> AdmissionValues:
    """Let a restored counterpart in for its recovery, once its duty officer has confirmed the restore."""
    if not data.confirmed:
        raise UsageError(
            f"nobody has said that {data.party.upper()} was restored",
            code="console.admitting.unconfirmed",
            hint="Ring its duty officer by a channel you know first.",
        )
    if not desk.is_on_watch(session.post):
        raise PolicyError(
            f"{session.post} is not on watch",
            code="console.admitting.not_on_watch",
            hint="Take the watch first; or the operator runs `coupefeu admit-recovery`.",
        )
    by = f"{session.post} | {session.officer}" if session.officer else session.post
    admitted = desk.backend.admit_recovery(data.party, by=by)
    return AdmissionValues(party=admitted["party"], until_ms=admitted["until_ms"])


ADMISSION_ROUTES: Final = (admit,)
