"""Presence: contacts, questions, sightings and claims of one record; asking, noting, amending, taking back.

A question is answered as an entry is stood by: POST /api/record/RU/14/statement (statement_routes).
"""

from typing import Any, Final

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.acting import one_of
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import refuses
from coupefeu.console.messages import ONCE_REFUSALS, OnceHeader, recorded, recorded_once
from coupefeu.console.requests import AskPresenceRequest, ReportRequest, TakeBackRequest
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.errors import PolicyError, StoreError, UsageError
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.model.presence import (
    Bearing,
    Corroboration,
    Credibility,
    DateProof,
    Grade,
    Medium,
    Reliability,
    Report,
    ReportKind,
)
from coupefeu.node.presence import fresh_salt, look_at_presence
from coupefeu.node.presence_values import PresenceValues, presence_values
from coupefeu.services.presence.facts import AskPresence, EnterReport, WithdrawReport

_STORE = StoreError("the record cannot be written now", code="store.*")
_REFUSED = (
    PolicyError("it would have no effect", code="services.presence.*"),
    UsageError("it cannot be put on record so", code="services.presence.*"),
    UsageError("the agreement has no such post", code="model.agreement.*"),
    _STORE,
)
_WRITTEN = (
    UsageError("a code is none of those that there are", code="console.request.*"),
    UsageError("this is no number of an entry", code="model.message_number.*"),
)


@get("/api/presence", responses=refuses(StoreError("the record cannot be read now", code="store.*")))
async def show_presence(desk: NamedDependency[ConsoleDesk]) -> PresenceValues:
    """Show the last direct contact of each pair, what was asked, and sightings and claims apart."""
    return presence_values(await desk.read(look_at_presence))


@post("/api/presence/questions", responses=refuses(*ONCE_REFUSALS, *_REFUSED))
async def ask_presence(
    data: JSONBody[AskPresenceRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Ask a post of the other side to show that a person is there; nothing waits for an answer."""
    command = AskPresence(from_post=session.post, to_post=data.to_post, officer=session.officer)
    return await recorded_once(desk, request, session, once, lambda: recorded(desk, command))


@post("/api/presence/reports", responses=refuses(*ONCE_REFUSALS, *_REFUSED, *_WRITTEN))
async def note_report(
    data: JSONBody[ReportRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Note a sighting or a claim, or amend one. It is addressed to nobody: the other side holds a hash of it."""

    async def do() -> RecordedValues:
        return await recorded(desk, _enter(data, session, desk.folder.agreement.party_ids))

    return await recorded_once(desk, request, session, once, do)


@post("/api/presence/withdrawals", responses=refuses(*ONCE_REFUSALS, *_REFUSED, *_WRITTEN))
async def take_back_report(
    data: JSONBody[TakeBackRequest],
    request: Request[Any, Any, Any],
    desk: NamedDependency[ConsoleDesk],
    session: NamedDependency[Session],
    once: OnceHeader = None,
) -> RecordedValues:
    """Take back a sighting or a claim by its newest note; it stays to be read, and counts no more."""

    async def do() -> RecordedValues:
        command = WithdrawReport(
            withdraws=parse_number(data.number, desk.folder.agreement.party_ids),
            from_post=session.post,
            why=data.why,
            language=data.language,
            salt=fresh_salt(),
            officer=session.officer,
        )
        return await recorded(desk, command)

    return await recorded_once(desk, request, session, once, do)


def _enter(asked: ReportRequest, session: Session, parties: tuple[str, ...]) -> EnterReport:
    """Make the command. Raises: UsageError."""
    return EnterReport(
        kind=one_of(ReportKind, asked.kind, "kind"),
        from_post=session.post,
        report=_report(asked),
        language=asked.language,
        salt=fresh_salt(),
        amends=_number(asked.amends, parties),
        claim=_number(asked.claim, parties),
        bearing=None if asked.bearing is None else one_of(Bearing, asked.bearing, "bearing"),
        officer=session.officer,
    )


def _report(asked: ReportRequest) -> Report:
    return Report(
        posts=asked.posts,
        when_ms=(asked.from_ms, asked.to_ms),
        what=asked.what,
        source=asked.source,
        medium=one_of(Medium, asked.medium, "medium"),
        date_proof=one_of(DateProof, asked.date_proof, "date_proof"),
        date_words=asked.date_words,
        corroboration=one_of(Corroboration, asked.corroboration, "corroboration"),
        corroboration_words=asked.corroboration_words,
        grade=Grade(
            reliability=one_of(Reliability, asked.reliability, "reliability"),
            credibility=Credibility(asked.credibility),
        ),
        speaker=asked.speaker,
    )


def _number(text: str | None, parties: tuple[str, ...]) -> MessageId | None:
    return None if text is None else parse_number(text, parties)


PRESENCE_ROUTES: Final = (show_presence, ask_presence, note_report, take_back_report)
