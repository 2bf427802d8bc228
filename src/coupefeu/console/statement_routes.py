"""A person stands by an entry: shown its words in one language, signs exactly these, and both sides keep them.

POST /api/record/US/14/statement/offer   -> the words, and what the passkey must sign
POST /api/record/US/14/statement         STATEMENT; of a question of presence to this post, PRESENCE SHOWN
GET  /api/record/US/14/statements        all that persons signed about it, also what has no effect
"""

from functools import partial
from typing import Annotated, Any, Final, NamedTuple

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from coupefeu.console.asserting import keys_that_count, read_assertion, verify_here
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import AbsentError, NotSignedInError, refuses
from coupefeu.console.messages import ONCE_REFUSALS, OnceHeader, recorded, recorded_once
from coupefeu.console.parts import Parts
from coupefeu.console.passkey_requests import StatementRequest
from coupefeu.console.passkey_values import (
    PersonStatementValues,
    StatementOffer,
    challenge_values,
    statement_values,
)
from coupefeu.console.record_routes import entry_id
from coupefeu.console.sessions import Session
from coupefeu.console.values import RecordedValues
from coupefeu.errors import PolicyError, UsageError, VerificationError
from coupefeu.keys.passkeys import decode_base64url
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.node.desk import Desk
from coupefeu.node.entries import head_of
from coupefeu.node.persons import KeyView, StatementView, find_statement, statements_about
from coupefeu.node.statement_text import kind_signed, statement_text
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.persons.facts import MakeStatement, ShowPresence, statement_challenge

Language = Annotated[str, QueryParameter(max_length=16)]
_NO_ENTRY = AbsentError("that entry is not on the record here", code="store.reader.no_entry")
_NO_WORDS = PolicyError("its words are not held here, or too long to be signed", code="node.statement.*")
_NO_LANGUAGE = UsageError("no language of the console", code="node.statement.language")
_NO_KEY = NotSignedInError("this post has no passkey at this console", code="console.passkey.*")
_BAD = VerificationError("the assertion does not hold", code="keys.passkeys.*")
_NO_EFFECT = PolicyError("it would have no effect", code="services.persons.*")


@post(
    "/api/record/{party:str}/{index:int}/statement/offer",
    status_code=200,
    responses=refuses(_NO_ENTRY, _NO_WORDS, _NO_LANGUAGE, _NO_KEY),
)
async def offer_statement(
    session: NamedDependency[Session],
    desk: NamedDependency[ConsoleDesk],
    parts: NamedDependency[Parts],
    party: str,
    index: int,
    language: Language,
) -> StatementOffer:
    """Give the words of an entry as a person is shown and signs them, and what the passkey must sign."""
    at = entry_id(desk, party, index)
    words = await desk.read(partial(_words, at=at, post=session.post, language=language))
    keys = await _keys_of(parts, session)
    challenge = _challenge(desk, session, at, words, language)
    offered = challenge_values(parts, challenge, tuple(each.key.credential_id for each in keys))
    return StatementOffer(text=words.text, language=language, challenge=offered)


@post(
    "/api/record/{party:str}/{index:int}/statement",
    responses=refuses(*ONCE_REFUSALS, _NO_ENTRY, _NO_WORDS, _NO_KEY, _BAD, _NO_EFFECT),
)
async def make_statement(
    data: JSONBody[StatementRequest],
    request: Request[Any, Any, Any],
    session: NamedDependency[Session],
    desk: NamedDependency[ConsoleDesk],
    parts: NamedDependency[Parts],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Put a person's statement on record: what was signed, and the words that were on the screen."""
    at = entry_id(desk, party, index)

    async def do() -> RecordedValues:
        words = await desk.read(partial(_words, at=at, post=session.post, language=data.language))
        _insist_shown(data.text, words.text)
        key = _used(await _keys_of(parts, session), decode_base64url(data.assertion.credential_id))
        assertion = read_assertion(data.assertion)
        challenge = _challenge(desk, session, at, words, data.language)
        await verify_here(parts, assertion, key.key, key.name, challenge)
        signs = ShowPresence if words.kind is Kind.PRESENCE_SHOWN else MakeStatement
        command = signs(
            from_post=session.post,
            about=at,
            leaf_hash=words.leaf_hash,
            key=key.id,
            assertion=assertion,
            language=data.language,
            text=words.text,
            officer=session.officer,
        )
        return await recorded(desk, command)

    return await recorded_once(desk, request, session, once, do)


@get("/api/record/{party:str}/{index:int}/statements", responses=refuses(_NO_ENTRY))
async def list_statements(
    desk: NamedDependency[ConsoleDesk], parts: NamedDependency[Parts], party: str, index: int
) -> tuple[PersonStatementValues, ...]:
    """List what persons have signed about an entry, by arrival, also what has no effect; a statement lists itself."""
    at, names = entry_id(desk, party, index), desk.folder.agreement.party_ids

    def look(desk: Desk) -> list[StatementView]:
        own = find_statement(desk.select, at, names)
        return [*([] if own is None else [own]), *statements_about(desk.select, at, names)]

    found = await desk.read(look)
    return tuple(statement_values(each, parts.address) for each in found)


class _Words(NamedTuple):
    """What is signed: an entry by its leaf hash, its words on the screen, and the kind of entry that this makes."""

    text: str
    leaf_hash: bytes
    kind: Kind


def _words(look: Desk, at: MessageId, post: str, language: str) -> _Words:
    """Give what is signed. Raises: UsageError: it is not held here; PolicyError: it cannot be signed by this post."""
    row = look.reader.entry(*at)
    head = head_of(row)
    if head is None:
        raise PolicyError(
            "the head of this entry cannot be read, so nobody can be shown what it is",
            code="node.statement.unreadable",
            hint="Sign another entry.",
        )
    context = look.context()
    return _Words(
        text=statement_text(at, head, row["body"], context, post, language),
        leaf_hash=leaf_hash(row["leaf"]),
        kind=kind_signed(at, head, context, post),
    )


def _insist_shown(shown: str, words: str) -> None:
    if shown != words:
        raise PolicyError(
            "what was on the screen is not what this entry says here now",
            code="node.statement.other_words",
            hint="Look at it again, and sign what it says now.",
        )


async def _keys_of(parts: Parts, session: Session) -> tuple[KeyView, ...]:
    """List the keys of this session's post; a session by passkey signs with that one alone."""
    keys = [each for each in await keys_that_count(parts) if each.post == session.post]
    found = tuple(each for each in keys if session.key in {"", each.number})
    if not found:
        raise NotSignedInError(
            "this post has no passkey that signs at this console",
            code="console.passkey.none",
            hint="`coupefeu passkey admit` prints a link by which one is enrolled.",
        )
    return found


def _used(keys: tuple[KeyView, ...], credential: bytes) -> KeyView:
    found = next((each for each in keys if each.key.credential_id == credential), None)
    if found is None:
        raise NotSignedInError(
            "that passkey is not of this session's post, or counts no longer",
            code="console.passkey.unknown",
            hint="Sign with the passkey of this post.",
        )
    return found


def _challenge(desk: ConsoleDesk, session: Session, at: MessageId, words: _Words, language: str) -> bytes:
    return statement_challenge(
        line_id=desk.folder.agreement.line_id,
        post=session.post,
        about=at,
        leaf_hash=words.leaf_hash,
        text=words.text,
        language=language,
        kind=words.kind,
    )


STATEMENT_ROUTES: Final = (offer_statement, make_statement, list_statements)
