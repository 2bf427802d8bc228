"""The routes of the Communique page: drafting, looking as a reader will, issuing; proposing and answering."""

import asyncio
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.communique import KeptDraft, proposal_page, propose_command, sign_first
from coupefeu.console.communique_values import ProposalPage
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import AbsentError, TooManyError, refuses
from coupefeu.console.guards import SANDBOX_POLICY
from coupefeu.console.messages import ONCE_REFUSALS, OnceHeader, recorded, recorded_once
from coupefeu.console.parts import Parts
from coupefeu.console.requests import AnswerRequest, ProposeRequest
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.errors import ConfigError, PolicyError, StoreError, UsageError
from coupefeu.model.messages import parse_number
from coupefeu.node.apart_jobs import communique_name
from coupefeu.node.communique.asked import CommuniqueRequest, wish_of
from coupefeu.node.communique.consenting import answer
from coupefeu.node.communique.drafted import DraftedValues
from coupefeu.node.communique.issuing import sign_body
from coupefeu.services.base import Command
from coupefeu.services.communique.facts import Range

TASK: Final = "communique"
HTML: Final = "text/html"
_BUSY = TooManyError("another proof, export or communique is being made", code="console.long_work.busy")
_NOTHING = UsageError("no entry, too many, or one that cannot be shown so", code="node.communique.*")
_OTHER = PolicyError("other entries would be shown than were looked at", code="node.communique.*")
_REFUSED = PolicyError("the rules of communiques refuse it", code="services.communique.*")
_MAY_NOT_SIGN = ConfigError("this node may sign nothing now", code="node.communique.*")
_NO_DRAFT = AbsentError("your post did not look at that selection here", code="console.communique.no_draft")
_NO_ROOM = StoreError("the record's tree is not the one that was signed", code="node.prove.tree")


@get("/api/communiques/proposals")
async def list_proposed(desk: NamedDependency[ConsoleDesk]) -> ProposalPage:
    """List what either side proposed to show to anybody, and what was answered; the newest first."""
    return await desk.read(proposal_page)


@post("/api/communiques/drafts", status_code=200, responses=refuses(_NOTHING, _BUSY, _NO_ROOM))
async def draft_communique(
    data: JSONBody[CommuniqueRequest],
    desk: NamedDependency[ConsoleDesk],
    parts: NamedDependency[Parts],
    session: NamedDependency[Session],
) -> DraftedValues:
    """Choose entries and say how much of each is shown; nothing is signed, nothing recorded. The feed tells how far."""
    wish_of(desk.folder, data)  # what is misspelt is told before anything long is begun
    await sign_first(desk.backend)
    erasures = parts.drafts.erasures
    packed = await parts.long_work.pack(TASK, ["draft"], msgspec.json.encode(data))
    with packed.file as file:
        body = file.read()
    values = msgspec.convert(packed.said["values"], DraftedValues)
    kept = KeptDraft(
        body=body,
        page_bytes=packed.said["page_bytes"],
        has_ml_dsa=packed.said["has_ml_dsa"],
        values=values,
        ranges=msgspec.convert(packed.said["ranges"], tuple[Range, ...]),
    )
    parts.drafts.keep(kept, session.post, erasures)
    return values


@get(
    "/api/communiques/drafts/{digest:str}/page",
    media_type=HTML,
    responses=refuses(_NO_DRAFT),
    sync_to_thread=False,
)
def preview(digest: str, parts: NamedDependency[Parts], session: NamedDependency[Session]) -> Response[bytes]:
    """Show a draft exactly as its readers will see it: in a sandbox, without scripts, asking for nothing."""
    found = parts.drafts.find(digest, session.post)
    headers = {"content-security-policy": SANDBOX_POLICY, "cache-control": "no-store"}
    return Response(found.page, media_type=HTML, headers=headers)


@post(
    "/api/communiques/drafts/{digest:str}/file",
    status_code=200,
    media_type=HTML,
    responses=refuses(_NO_DRAFT, _MAY_NOT_SIGN),
)
async def issue_communique(
    digest: str,
    desk: NamedDependency[ConsoleDesk],
    parts: NamedDependency[Parts],
    session: NamedDependency[Session],
) -> Response[bytes]:
    """Give what was looked at as a file, byte for byte, signed as a whole by our log key."""
    found = parts.drafts.find(digest, session.post)
    file = await asyncio.to_thread(sign_body, desk.folder, found.body, with_ml_dsa=found.has_ml_dsa)
    parts.note("communique-issued", digest=digest[:16], entries=found.values.total, post=session.post)
    name = f"{communique_name(desk.folder, desk.now_ms)}.html"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(file, media_type=HTML, headers=headers)


@post("/api/communiques/proposals", responses=refuses(_NO_DRAFT, _NOTHING, _REFUSED, *ONCE_REFUSALS))
async def propose_communique(
    data: JSONBody[ProposeRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    parts: NamedDependency[Parts],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Propose on the record to show what was looked at; the other side consents or refuses, on the record."""

    async def do() -> RecordedValues:
        found = parts.drafts.find(data.digest, session.post)
        return await recorded(desk, propose_command(found, session.post, data.words, session.officer))

    return await recorded_once(desk, request, session, once, do)


@post("/api/communiques/answers", responses=refuses(_OTHER, _NOTHING, _REFUSED, *ONCE_REFUSALS))
async def answer_communique(
    data: JSONBody[AnswerRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Consent to a proposal of the other side, or refuse it with a reason. It cannot be taken back."""
    number = parse_number(data.number, desk.folder.agreement.party_ids)

    def judge(look: Any) -> Command:
        return answer(
            desk.folder,
            look.reader,
            number,
            session.post,
            consents=data.consents,
            reason=data.reason,
            officer=session.officer,
        )

    async def do() -> RecordedValues:
        return await recorded(desk, await desk.read(judge))

    return await recorded_once(desk, request, session, once, do)


COMMUNIQUE_ROUTES: Final = (
    list_proposed,
    draft_communique,
    preview,
    issue_communique,
    propose_communique,
    answer_communique,
)
