"""The routes of the Agreement page: reading it, checking a text, proposing and signing."""

import asyncio
from typing import Any, Final

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.agreement import agreement_page, check_text, propose, sign
from coupefeu.console.agreement_values import AgreementPage, CheckValues
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import refuses
from coupefeu.console.messages import ONCE_REFUSALS, OnceHeader, recorded, recorded_once
from coupefeu.console.requests import ProposalRequest, SignatureRequest
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.errors import ConfigError, PeerError, PolicyError, UsageError

_BAD_LINE = PeerError("a line of the text is wrong; the message says which", code="wire.toml.*")
_FIXED = PolicyError("an amendment cannot change that", code="services.agreement.*")
_NO_IDENTITY = ConfigError("the identity key is not on this machine", code="keys.ring.no_identity")
_NO_PROPOSAL = UsageError("that is not a proposal", code="node.amending.no_proposal")
_OTHER_TEXT = PolicyError("another text than the one that was read", code="console.agreement.other_text")


@get("/api/agreement")
async def show_agreement(desk: NamedDependency[ConsoleDesk]) -> AgreementPage:
    """Give the agreement in force, the amendments with what they change, and the key statements."""
    folder = desk.folder
    return await desk.read(lambda look: agreement_page(look, folder))


@post("/api/agreement/check", status_code=200, responses=refuses(_BAD_LINE, _FIXED))
async def check_amendment(desk: NamedDependency[ConsoleDesk], data: JSONBody[ProposalRequest]) -> CheckValues:
    """Check a text as one to propose, and say what it changes; nothing is recorded."""
    return await asyncio.to_thread(check_text, desk.folder, data.text)


@post("/api/agreement/proposals", responses=refuses(_BAD_LINE, _FIXED, _NO_IDENTITY, *ONCE_REFUSALS))
async def propose_amendment(
    data: JSONBody[ProposalRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Sign a text as its proposer and put it on the record; needs the identity key in the node's folder."""
    folder = desk.folder

    async def do() -> RecordedValues:
        return await recorded(desk, await asyncio.to_thread(propose, folder, data.text))

    return await recorded_once(desk, request, session, once, do)


@post(
    "/api/agreement/signatures",
    responses=refuses(_NO_PROPOSAL, _OTHER_TEXT, _FIXED, _NO_IDENTITY, *ONCE_REFUSALS),
)
async def sign_amendment(
    data: JSONBody[SignatureRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Sign the amendment that was read; needs the identity key in the node's folder."""
    folder = desk.folder

    async def do() -> RecordedValues:
        return await recorded(
            desk, await desk.read(lambda look: sign(look, folder, data.number, data.digest))
        )

    return await recorded_once(desk, request, session, once, do)


AGREEMENT_ROUTES: Final = (show_agreement, check_amendment, propose_amendment, sign_amendment)
