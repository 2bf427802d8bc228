"""From an assertion in a request to a key on record that made it: for signing in, opening a lock, and statements."""

import asyncio
from dataclasses import dataclass

from coupefeu.console.errors import NotSignedInError
from coupefeu.console.parts import Parts
from coupefeu.console.passkey_requests import AssertionRequest
from coupefeu.keys.passkeys import (
    Assertion,
    PersonalKey,
    decode_base64url,
    verify_assertion,
)
from coupefeu.node.persons import KeyView, our_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose key it is."""

    number: str
    post: str
    officer: str


def read_assertion(asked: AssertionRequest) -> Assertion:
    """Read what the browser gave. Raises: PeerError `keys.passkeys.malformed`."""
    return Assertion(
        authenticator_data=decode_base64url(asked.authenticator_data),
        client_data=decode_base64url(asked.client_data),
        signature=decode_base64url(asked.signature),
    )


async def keys_that_count(parts: Parts) -> tuple[KeyView, ...]:
    """List our keys that have not ended and sign at this console's own address."""
    names = parts.desk.folder.agreement.party_ids
    found = await parts.desk.read(lambda look: our_keys(look.select, names))
    return tuple(each for each in found if each.ended is None and each.key.origin == parts.address)


async def find_holder(parts: Parts, asked: AssertionRequest, purpose: str) -> Holder:
    """Say whose key answered a challenge of ours; it is used up by that.

    Raises: NotSignedInError `console.passkey.unknown`, `.challenge`; as `verify_assertion`; VerificationError
    `console.passkey.counter_back`.
    """
    assertion, credential = read_assertion(asked), decode_base64url(asked.credential_id)
    challenge = parts.challenges.issued_in(assertion.client_data, purpose)
    known = [each for each in await keys_that_count(parts) if each.key.credential_id == credential]
    if not known:
        raise NotSignedInError(
            "this passkey is not enrolled here, or counts no longer",
            code="console.passkey.unknown",
            hint="Choose another one, or sign in by a link: `coupefeu console-link` prints one.",
        )
    await verify_here(parts, assertion, known[0].key, known[0].name, challenge)
    parts.challenges.check(challenge, purpose)
    parts.challenges.use(challenge)
    return Holder(number=known[0].number, post=known[0].post, officer=known[0].officer)


async def verify_here(
    parts: Parts, assertion: Assertion, key: PersonalKey, name: str, challenge: bytes
) -> None:
    """Verify an assertion that was made at this console just now, off the loop; its counter must count up."""
    found = await asyncio.to_thread(verify_assertion, assertion, key, challenge)
    parts.counters.advance(name, found.counter)
