"""The routes of the Record page: lists, one entry, proofs and exports as downloads, verification."""

from typing import Annotated, Any, Final

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream

from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.downloads import download
from coupefeu.console.errors import AbsentError, TooManyError, refuses
from coupefeu.console.messages import ONCE_REFUSALS, OnceHeader, recorded, recorded_once
from coupefeu.console.parts import Parts
from coupefeu.console.record import MAX_ROWS, entry_values, read_evidence
from coupefeu.console.record_values import EntryPage, EntryValues, ErasableValues, VerifyValues
from coupefeu.console.requests import EraseRequest
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.errors import PolicyError, StoreError, UsageError
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.node.apart_jobs import proof_name, record_name
from coupefeu.node.entries import wanted_of
from coupefeu.node.erasable import look_at
from coupefeu.node.verified import RecordVerdict
from coupefeu.services.erasures.facts import EraseContent

ZIP: Final = "application/zip"
MAX_TEXT_CHARACTERS: Final = 200
_NO_ENTRY = AbsentError("that entry is not on the record here", code="store.reader.no_entry")
_NOT_COSIGNED = UsageError("no other party has co-signed it yet", code="node.export.not_cosigned")
_MAY_NOT_GO = PolicyError(
    "what sounds, what the line owes, and what governs it stays", code="services.erasures.*"
)
_BUSY = TooManyError("another proof, export or communique is being made", code="console.long_work.busy")
_NO_ROOM = StoreError("there is no room for what would be written", code="node.apart.room")

Offset = Annotated[int, QueryParameter(ge=0, le=1 << 53)]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_ROWS)]
Word = Annotated[str | None, QueryParameter(max_length=64)]
Words = Annotated[str | None, QueryParameter(max_length=MAX_TEXT_CHARACTERS)]
Instant = Annotated[int | None, QueryParameter(ge=0, le=1 << 53)]


@get("/api/record", responses=refuses(UsageError("no such party, or kind of entry", code="node.entries.*")))
async def list_record(
    desk: NamedDependency[ConsoleDesk],
    parts: NamedDependency[Parts],
    offset: Offset = 0,
    limit: Limit = 100,
    party: Word = None,
    kind: Word = None,
    text: Words = None,
    since_ms: Instant = None,
    before_ms: Instant = None,
    whole: bool = False,
) -> EntryPage:
    """List the entries of both sides, the newest arrival first.

    `text` is searched in posts, officers and everything that authors wrote, of the newest 100,000; a number ("US/14")
    finds its entry and what refers to it. `since_ms`, `before_ms`: when it was stored here. `whole`: every text to
    its end, as a day's log is printed.
    """
    wanted = wanted_of(desk.folder.agreement.party_ids, party, kind, text, since_ms, before_ms)
    return await desk.read(lambda look: parts.lists.page(look, wanted, offset, limit, whole=whole))


@get("/api/record/{party:str}/{index:int}", responses=refuses(_NO_ENTRY))
async def show_entry(desk: NamedDependency[ConsoleDesk], party: str, index: int) -> EntryValues:
    """Give one entry, with all that is signed over it."""
    at, parties = entry_id(desk, party, index), desk.folder.parties
    return await desk.read(lambda look: entry_values(look, parties, at))


@get(
    "/api/record/{party:str}/{index:int}/proof",
    responses=refuses(_NO_ENTRY, _NOT_COSIGNED, _BUSY, _NO_ROOM),
)
async def download_proof(
    desk: NamedDependency[ConsoleDesk], parts: NamedDependency[Parts], party: str, index: int
) -> Stream:
    """Give what `coupefeu prove` writes as one zip file."""
    entry_id(desk, party, index)
    job = ["prove", party.lower(), str(index)]
    packed = await parts.long_work.pack(f"proof-{party.lower()}-{index}", job)
    return download(packed.file, f"{proof_name(desk.folder, party.lower(), index)}.zip", ZIP)


@get("/api/record/{party:str}/{index:int}/erasable", responses=refuses(_NO_ENTRY, _MAY_NOT_GO))
async def show_erasable(desk: NamedDependency[ConsoleDesk], party: str, index: int) -> ErasableValues:
    """Say what an order to erase this entry would take here: it, and all that belongs to it."""
    at, parties = entry_id(desk, party, index), desk.folder.parties
    found = await desk.read(lambda look: look_at(look, parties, at))
    return ErasableValues(entries=found.entries, attachments=found.attachments)


@post("/api/record/{party:str}/{index:int}/erase", responses=refuses(*ONCE_REFUSALS, _NO_ENTRY, _MAY_NOT_GO))
async def erase_entry(
    data: JSONBody[EraseRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Erase here what this entry and all that belongs to it say; head, proofs and receipts stand. Nothing undoes it.

    Of an exchange of more than 1,024 entries the rest is erased when it is asked again.
    """
    at = entry_id(desk, party, index)

    async def do() -> RecordedValues:
        command = EraseContent(message=at, from_post=session.post, reason=data.reason)
        return await recorded(desk, command)

    return await recorded_once(desk, request, session, once, do)


@get("/api/record/{party:str}/export", responses=refuses(_NO_ENTRY, _NOT_COSIGNED, _BUSY, _NO_ROOM))
async def download_record(
    desk: NamedDependency[ConsoleDesk], parts: NamedDependency[Parts], party: str
) -> Stream:
    """Give what `coupefeu export record` writes as one zip file."""
    entry_id(desk, party, 0)
    packed = await parts.long_work.pack(f"record-{party.lower()}", ["export", party.lower()])
    return download(packed.file, f"{record_name(desk.folder, party.lower())}.zip", ZIP)


@post("/api/record/verify", status_code=200, responses=refuses(_NO_ROOM))
async def verify_records(desk: NamedDependency[ConsoleDesk], parts: NamedDependency[Parts]) -> VerifyValues:
    """Verify both records as `coupefeu verify` would, in another process; the feed tells how far it has come."""
    found = await parts.long_work.verify()
    names = desk.folder.agreement.party_ids
    evidence = await desk.read(lambda look: read_evidence(look.reader, names))
    if desk.demo is not None:
        desk.demo.verified(holds=all(each.verdict is RecordVerdict.HOLDS for each in found))
    return VerifyValues(as_of_ms=desk.now_ms, records=found, evidence=evidence)


def entry_id(desk: ConsoleDesk, party: str, index: int) -> MessageId:
    """Name an entry. Raises: AbsentError: there is no such party, or index."""
    names = desk.folder.agreement.party_ids
    try:
        return parse_number(f"{party}/{index}", names)
    except UsageError:
        raise AbsentError(
            "that entry is not on the record here",
            code="store.reader.no_entry",
            hint=f"The parties are {', '.join(names)}; GET /api/record lists what is held.",
        ) from None


RECORD_ROUTES: Final = (
    list_record,
    show_entry,
    download_proof,
    show_erasable,
    erase_entry,
    download_record,
    verify_records,
)
