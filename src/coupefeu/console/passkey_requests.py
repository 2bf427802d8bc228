"""What pages ask about passkeys. Octets travel in base64url without padding, as browsers write them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from coupefeu.services.persons.facts import MAX_TEXT_BYTES, MAX_WORDS_CHARACTERS

Octets = Annotated[str, Meta(max_length=8_192, pattern="^[A-Za-z0-9_-]*$")]
Name = Annotated[str, Meta(max_length=64)]


class EndName(StrEnum):
    """Why a key counts no longer."""

    LOST = "lost"
    STOLEN = "stolen"
    REPLACED = "replaced"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionRequest:
    """What a device signed, as the browser gave it."""

    credential_id: Octets
    authenticator_data: Octets
    client_data: Octets
    signature: Octets


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeySessionRequest:
    """Sign in by passkey. `language`: which the page speaks."""

    assertion: AssertionRequest
    language: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKeyRequest:
    """What the browser gave for a new passkey."""

    attestation_object: Octets
    client_data: Octets


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolRequest:
    """The new key's own assertion over its enrolment."""

    assertion: AssertionRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class EndKeyRequest:
    """End a key of ours. `since_ms`: it was out of its holder's hands; `replaced_by`: US/14, with `replaced` alone."""

    reason: EndName
    since_ms: int | None = None
    replaced_by: Name | None = None
    words: Annotated[str, Meta(max_length=MAX_WORDS_CHARACTERS)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRequest:
    """Stand by an entry: `text` is what was on the screen, in `language`, as the node gave it to be signed."""

    assertion: AssertionRequest
    language: Name
    text: Annotated[str, Meta(max_length=MAX_TEXT_BYTES)]
