"""Passkeys at this console: sign in by one, enrol one, end one. Enrolling needs a link by which somebody admitted it.

GET    /api/passkeys                    all keys on record
POST   /api/session/passkey/challenge   -> what to sign        POST /api/session/passkey      signs in
POST   /api/passkeys/new                -> what to make        POST /api/passkeys/made        -> what the new key signs
POST   /api/passkeys                    PERSONAL KEY ENROLLED  POST /api/passkeys/US/14/end   PERSONAL KEY ENDED
"""

import asyncio
import secrets
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from coupefeu.console.asserting import Holder, find_holder, keys_that_count, read_assertion, verify_here
from coupefeu.console.desk import ConsoleDesk
from coupefeu.console.errors import NotSignedInError, TooManyError, refuses
from coupefeu.console.messages import ONCE_REFUSALS, OnceHeader, recorded, recorded_once
from coupefeu.console.parts import Parts
from coupefeu.console.passkey_requests import (
    EndKeyRequest,
    EnrolRequest,
    NewKeyRequest,
    PasskeySessionRequest,
)
from coupefeu.console.passkey_values import (
    ChallengeValues,
    KeyPage,
    NewKeyValues,
    challenge_values,
    key_values,
)
from coupefeu.console.record_routes import entry_id
from coupefeu.console.sessions import Session
from coupefeu.console.sign_in import cookie_header, lasts_at_most_s, leave_earlier
from coupefeu.console.values import RecordedValues, SessionValues
from coupefeu.errors import CoupefeuError, PolicyError, UsageError, VerificationError
from coupefeu.keys.passkeys import (
    ALGORITHMS,
    PersonalKey,
    decode_base64url,
    encode_base64url,
    verify_registration,
)
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.node.persons import MAX_KEYS, personal_keys
from coupefeu.services.persons.facts import EndKey, EndReason, EnrolKey, enrolment_challenge, key_name
from coupefeu.words import LANGUAGES

SIGN_IN: Final = "sign in"
_OPEN: Final = {"open": True}
_READS: Final = {"reads": True}
_BAD = VerificationError("the assertion does not hold", code="keys.passkeys.*")
_COPIED = VerificationError(
    "the device counts back: there may be a copy", code="console.passkey.counter_back"
)
_NOT_ADMITTED = PolicyError("nobody admitted a passkey in this session", code="console.passkey.not_admitted")
_NOT_MADE = UsageError("no new passkey was made in this session", code="console.passkey.not_made")
_END = PolicyError("it is no key of ours that counts", code="services.persons.*")


@post("/api/session/passkey/challenge", status_code=200, opt=_OPEN, sync_to_thread=False)
def sign_in_challenge(parts: NamedDependency[Parts]) -> ChallengeValues:
    """Give what a passkey must sign to sign in; which keys there are is told to nobody."""
    return challenge_values(parts, parts.challenges.issue(SIGN_IN))


@post(
    "/api/session/passkey",
    opt=_OPEN,
    responses=refuses(
        NotSignedInError(
            "the passkey is not enrolled here, or the challenge is not good", code="console.passkey.*"
        ),
        TooManyError("too many wrong attempts from one address", code="console.link.guesses"),
        _BAD,
        _COPIED,
    ),
)
async def sign_in_by_passkey(
    data: JSONBody[PasskeySessionRequest], request: Request[Any, Any, Any], parts: NamedDependency[Parts]
) -> Response[SessionValues]:
    """Sign this browser in as the post of the key; the answer sets the session's cookie."""
    source = request.client.host if request.client else ""
    holder = await _bear(parts, data, source)
    await leave_earlier(request, parts)
    language = data.language if data.language in LANGUAGES else parts.desk.folder.agreement.languages[0]
    secret, session = await parts.sessions.begin(
        post=holder.post, officer=holder.officer, language=language, key=holder.number
    )
    parts.note("console-signed-in", session=session.mark, post=session.post, source=source, key=holder.number)
    headers = cookie_header(parts, secret, lasts_at_most_s(session))
    return Response(parts.describe(session), headers=headers)


async def _bear(parts: Parts, data: PasskeySessionRequest, source: str) -> Holder:
    """Find the holder; what does not sign in counts as a guess of its address."""
    parts.links.bear(source)
    try:
        return await find_holder(parts, data.assertion, SIGN_IN)
    except CoupefeuError:
        parts.links.count_wrong(source)
        raise


@get("/api/passkeys")
async def list_passkeys(desk: NamedDependency[ConsoleDesk], parts: NamedDependency[Parts]) -> KeyPage:
    """List the personal keys of all parties, also those that count no longer, the newest first."""
    names = desk.folder.agreement.party_ids
    found = await desk.read(lambda look: personal_keys(look.select, names))
    keys = tuple(key_values(each, parts.address) for each in found)
    return KeyPage(keys=keys, truncated=len(found) >= MAX_KEYS, address=parts.address)


@post("/api/passkeys/new", status_code=200, opt=_READS, responses=refuses(_NOT_ADMITTED))
async def new_passkey(session: NamedDependency[Session], parts: NamedDependency[Parts]) -> NewKeyValues:
    """Give what the browser makes a new passkey of, where somebody admitted one in this session."""
    _insist_admitted(session)
    known = [each.key.credential_id for each in await keys_that_count(parts)]
    return NewKeyValues(
        challenge=encode_base64url(parts.challenges.issue(_new(session))),
        rp_id=parts.config.names[0],
        holder=encode_base64url(secrets.token_bytes(16)),
        name=" ".join(each for each in (session.post, session.officer) if each),
        algorithms=ALGORITHMS,
        known=tuple(map(encode_base64url, known)),
    )


@post("/api/passkeys/made", status_code=200, opt=_READS, responses=refuses(_NOT_ADMITTED, _BAD, _NOT_MADE))
async def passkey_made(
    data: JSONBody[NewKeyRequest], session: NamedDependency[Session], parts: NamedDependency[Parts]
) -> ChallengeValues:
    """Take the new passkey, and give what it must sign to be enrolled: post, line, and who admitted it."""
    _insist_admitted(session)
    client_data = decode_base64url(data.client_data)
    challenge = parts.challenges.issued_in(client_data, _new(session))
    key = await asyncio.to_thread(
        verify_registration,
        decode_base64url(data.attestation_object),
        client_data,
        challenge=challenge,
        origin=parts.address,
        rp_id=parts.config.names[0],
    )
    parts.challenges.use(challenge)
    parts.made.keep(session.id, key)
    return challenge_values(parts, _enrolment(parts, session, key), (key.credential_id,))


@post("/api/passkeys", opt=_READS, responses=refuses(*ONCE_REFUSALS, _NOT_ADMITTED, _NOT_MADE, _BAD))
async def enrol_passkey(
    data: JSONBody[EnrolRequest],
    request: Request[Any, Any, Any],
    session: NamedDependency[Session],
    desk: NamedDependency[ConsoleDesk],
    parts: NamedDependency[Parts],
    once: OnceHeader = None,
) -> RecordedValues:
    """Enrol the new passkey for the post of this session; both sides see it, and who admitted it."""

    async def do() -> RecordedValues:
        _insist_admitted(session)
        key = parts.made.find(session.id)
        assertion = read_assertion(data.assertion)
        await verify_here(parts, assertion, key, key_name(key.public_key), _enrolment(parts, session, key))
        command = EnrolKey(
            from_post=session.post,
            key=key,
            assertion=assertion,
            admitted_by=session.admitted_by,
            officer=session.officer,
        )
        answer = await recorded(desk, command)
        parts.made.forget(session.id)
        await parts.sessions.spend_admission(session)
        return answer

    return await recorded_once(desk, request, session, once, do)


@post("/api/passkeys/{party:str}/{index:int}/end", responses=refuses(*ONCE_REFUSALS, _END))
async def end_passkey(
    data: JSONBody[EndKeyRequest],
    request: Request[Any, Any, Any],
    session: NamedDependency[Session],
    desk: NamedDependency[ConsoleDesk],
    party: str,
    index: int,
    once: OnceHeader = None,
) -> RecordedValues:
    """Say that a key of ours counts no longer; sessions that it began end."""
    at = entry_id(desk, party, index)

    async def do() -> RecordedValues:
        command = EndKey(
            from_post=session.post,
            key=at,
            reason=EndReason[data.reason.name],
            since_ms=data.since_ms,
            replaced_by=_replaced_by(desk, data),
            words=data.words,
            officer=session.officer,
        )
        return await recorded(desk, command)

    return await recorded_once(desk, request, session, once, do)


def _replaced_by(desk: ConsoleDesk, data: EndKeyRequest) -> MessageId | None:
    if data.replaced_by is None:
        return None
    return parse_number(data.replaced_by, desk.folder.agreement.party_ids)


def _insist_admitted(session: Session) -> None:
    if not session.admitted_by:
        raise PolicyError(
            "nobody admitted a passkey in this session",
            code="console.passkey.not_admitted",
            hint="On the node's machine, `coupefeu passkey admit --by WHO --post POST` prints a link that does.",
        )


def _new(session: Session) -> str:
    return f"new {session.id}"


def _enrolment(parts: Parts, session: Session, key: PersonalKey) -> bytes:
    return enrolment_challenge(
        line_id=parts.desk.folder.agreement.line_id,
        post=session.post,
        key=key,
        admitted_by=session.admitted_by,
        officer=session.officer,
    )


PASSKEY_ROUTES: Final = (
    sign_in_challenge,
    sign_in_by_passkey,
    list_passkeys,
    new_passkey,
    passkey_made,
    enrol_passkey,
    end_passkey,
)
