"""Personal keys: the passkeys (WebAuthn) of officers, verified from stored bytes, without a browser or a server.

    authenticatorData  rpIdHash 32 | flags 1 | counter 4          exactly 37 bytes in an assertion
    signed             authenticatorData | SHA-256(clientDataJSON)
    public key         COSE, in the one encoding that CTAP2 allows: ES256 77 bytes, Ed25519 42 bytes

An assertion proves that whoever was verified by the device then controlled the key; never who that was, nor freedom
of will. Of each defect the reason is named here; then the library `webauthn` verifies the whole. It is imported on
first use: a node without personal keys neither waits for it nor holds it.
Source: W3C Web Authentication Level 3, sections 5.8.1, 6.1, 6.5.1 and 7.2.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from coupefeu.errors import PeerError, VerificationError
from coupefeu.keys import ed25519

AUTHENTICATOR_BYTES: Final = 37
MAX_CLIENT_BYTES: Final = 2_048
MAX_SIGNATURE_BYTES: Final = 72
"""Of P-256 in DER; an Ed25519 signature has 64."""
MAX_ATTESTATION_BYTES: Final = 4_096
CREDENTIAL_BYTES: Final = range(16, 1_024)
MAX_ORIGIN_CHARACTERS: Final = 320
MAX_RP_ID_CHARACTERS: Final = 253
CHALLENGE_BYTES: Final = 32

ES256: Final = -7
EDDSA: Final = -8
ALGORITHMS: Final = (EDDSA, ES256)
"""COSE numbers, in the order in which a browser is asked for them."""

_ES256_HEAD: Final = bytes.fromhex("a5010203262001215820")
_ES256_MIDDLE: Final = bytes.fromhex("225820")
_EDDSA_HEAD: Final = bytes.fromhex("a4010103272006215820")
_ES256_BYTES: Final = 77
_EDDSA_BYTES: Final = 42

_PRESENT, _VERIFIED, _ELIGIBLE, _BACKED_UP = 0x01, 0x04, 0x08, 0x10
_NO_ID: Final = bytes(16)
"""The library compares two spellings of it with each other; the one that counts is what the device made."""
_KNOWN_FLAGS: Final = _PRESENT | _VERIFIED | _ELIGIBLE | _BACKED_UP
"""Of an assertion; attested data or extensions, which nobody asked for, are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalKey:
    """What is on record of a passkey. `public_key` is COSE; `origin` `https://desk.example.org`; `rp_id` its host."""

    credential_id: bytes
    public_key: bytes
    origin: str
    rp_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What an authenticator signed, byte for byte as the browser gave it."""

    authenticator_data: bytes
    client_data: bytes
    signature: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of what is signed: the same for every signature over it, so that a copy is found again."""
        return sha256(self.signed).digest()

    @property
    def counter(self) -> int:
        """What the device has counted up to; 0 where it counts nothing."""
        return int.from_bytes(self.authenticator_data[33:37], "big")

    @property
    def signed(self) -> bytes:
        """The bytes under the signature."""
        return self.authenticator_data + sha256(self.client_data).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """A verified assertion. `counter`: 0 where the device counts nothing; `backed_up`: the key is kept elsewhere."""

    counter: int
    backed_up: bool


def verify_assertion(assertion: Assertion, key: PersonalKey, challenge: bytes) -> Asserted:
    """Verify that the holder of `key`, verified by the device, signed `challenge` at the key's own origin.

    Raises:
        PeerError: `keys.passkeys.malformed`, `keys.passkeys.bad_key`, `keys.ed25519.*`.
        VerificationError: `keys.passkeys.` with `other_challenge`, `other_origin`, `cross_origin`, `other_rp_id`,
            `user_absent`, `user_unverified`, `bad_flags`, `bad_signature`.
    Source: Web Authentication Level 3, section 7.2.
    """
    check_key(key.public_key)
    _check_client(assertion.client_data, "webauthn.get", challenge, key.origin)
    flags = _check_authenticator(assertion.authenticator_data, key.rp_id)
    _insist(len(assertion.signature) <= MAX_SIGNATURE_BYTES, "malformed")
    _verify_whole(assertion, key, challenge)
    return Asserted(counter=assertion.counter, backed_up=bool(flags & _BACKED_UP))


def verify_registration(
    attestation_object: bytes, client_data: bytes, *, challenge: bytes, origin: str, rp_id: str
) -> PersonalKey:
    """Verify what a browser of our own gave for a new passkey, and give the key. What made the key is not attested.

    Raises: as `verify_assertion`; `keys.passkeys.bad_registration`: the library refuses it.
    Source: Web Authentication Level 3, section 7.1.
    """
    from webauthn import verify_registration_response  # noqa: PLC0415 - on first use
    from webauthn.helpers import structs  # noqa: PLC0415 - as above
    from webauthn.helpers.cose import COSEAlgorithmIdentifier  # noqa: PLC0415 - as above

    _insist(len(attestation_object) <= MAX_ATTESTATION_BYTES, "malformed")
    _check_client(client_data, "webauthn.create", challenge, origin)
    given = structs.RegistrationCredential(
        id=encode_base64url(_NO_ID),
        raw_id=_NO_ID,
        response=structs.AuthenticatorAttestationResponse(
            client_data_json=client_data, attestation_object=attestation_object
        ),
    )
    try:
        found = verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(each) for each in ALGORITHMS],
        )
    except Exception as error:  # whatever a stranger's bytes raise in the library
        raise _refused("bad_registration") from error
    _insist(found.fmt == structs.AttestationFormat.NONE, "bad_registration")
    key = PersonalKey(
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        origin=origin,
        rp_id=rp_id,
    )
    check_key(key.public_key)
    _insist(len(key.credential_id) in CREDENTIAL_BYTES, "malformed")
    return key


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Return if the COSE key signed `message`.

    Raises: PeerError `keys.passkeys.bad_key`, `keys.ed25519.*`; VerificationError `keys.passkeys.bad_signature`.
    """
    from webauthn.helpers import decode_credential_public_key as decode  # noqa: PLC0415 - on first use
    from webauthn.helpers import decoded_public_key_to_cryptography, verify_signature  # noqa: PLC0415 - as above

    check_key(public_key)
    decoded = decode(public_key)
    try:
        key = decoded_public_key_to_cryptography(decoded)
    except ValueError as error:
        raise _bad_key() from error
    try:
        verify_signature(public_key=key, signature_alg=decoded.alg, signature=signature, data=message)
    except Exception as error:  # whatever a stranger's bytes raise in the library
        raise _refused("bad_signature") from error


def check_key(public_key: bytes) -> int:
    """Give the algorithm of a COSE key (ES256 or EDDSA), if it is in its one encoding.

    Raises: PeerError: `keys.passkeys.bad_key`; `keys.ed25519.*`: of small order, where one signature fits any message.
    """
    if len(public_key) == _EDDSA_BYTES and public_key.startswith(_EDDSA_HEAD):
        ed25519.check_public(public_key[len(_EDDSA_HEAD) :])
        return EDDSA
    middle = public_key[42:45]
    if len(public_key) == _ES256_BYTES and public_key.startswith(_ES256_HEAD) and middle == _ES256_MIDDLE:
        return ES256
    raise _bad_key()


def encode_base64url(octets: bytes) -> str:
    """Write as a browser writes it: base64url without padding."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def decode_base64url(text: str) -> bytes:
    """Read base64url without padding in its one spelling. Raises: PeerError `keys.passkeys.malformed`."""
    try:
        octets = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError as error:
        raise _malformed() from error
    _insist(encode_base64url(octets) == text, "malformed")
    return octets


def answered_challenge(client_data: bytes) -> bytes:
    """Say which challenge is answered; that it was signed is another question. Raises: PeerError, as above."""
    challenge = _read_client(client_data).get("challenge")
    if not isinstance(challenge, str):
        raise _malformed()
    return decode_base64url(challenge)


def _check_client(client_data: bytes, kind: str, challenge: bytes, origin: str) -> None:
    """Judge what the browser says of itself: for which act, which challenge, on whose page."""
    fields = _read_client(client_data)
    _insist(fields.get("type") == kind, "malformed")
    _insist(fields.get("challenge") == encode_base64url(challenge), "other_challenge")
    _insist(fields.get("origin") == origin, "other_origin")
    _insist(fields.get("crossOrigin", False) is False and "topOrigin" not in fields, "cross_origin")


def _read_client(client_data: bytes) -> dict[str, Any]:
    _insist(0 < len(client_data) <= MAX_CLIENT_BYTES, "malformed")
    try:
        fields = json.loads(
            client_data.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise _malformed() from error
    if not isinstance(fields, dict):
        raise _malformed()
    return fields


def _each_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice: two readers might each take another one."""
    rows = list(pairs)
    fields = dict(rows)
    if len(fields) != len(rows):
        raise ValueError("a name stands twice")
    return fields


def _refuse_constant(name: str) -> None:
    """Refuse NaN and its like, which are no JSON."""
    raise ValueError(name)


def _check_authenticator(octets: bytes, rp_id: str) -> int:
    """Judge what the device says, and give its flags."""
    _insist(len(octets) == AUTHENTICATOR_BYTES, "malformed")
    _insist(octets[:32] == sha256(rp_id.encode("utf-8")).digest(), "other_rp_id")
    flags = octets[32]
    _insist(bool(flags & _PRESENT), "user_absent")
    _insist(bool(flags & _VERIFIED), "user_unverified")
    _insist(not flags & ~_KNOWN_FLAGS and not (flags & _BACKED_UP and not flags & _ELIGIBLE), "bad_flags")
    return flags


def _verify_whole(assertion: Assertion, key: PersonalKey, challenge: bytes) -> None:
    from webauthn import verify_authentication_response  # noqa: PLC0415 - on first use
    from webauthn.helpers import structs  # noqa: PLC0415 - as above

    given = structs.AuthenticationCredential(
        id=encode_base64url(key.credential_id),
        raw_id=key.credential_id,
        response=structs.AuthenticatorAssertionResponse(
            client_data_json=assertion.client_data,
            authenticator_data=assertion.authenticator_data,
            signature=assertion.signature,
        ),
    )
    try:
        verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=key.rp_id,
            expected_origin=key.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:  # whatever a stranger's bytes raise in the library
        raise _refused("bad_signature") from error


_SENTENCES: Final = {
    "other_challenge": "it answers another challenge than this one",
    "other_origin": "it was made at another address than the key's own",
    "cross_origin": "it was made inside a page of another site",
    "other_rp_id": "the device made it for another name than the key's own",
    "user_absent": "nobody touched the device",
    "user_unverified": "the device did not verify its user",
    "bad_flags": "the device's flags contradict one another, or say more than was asked",
    "bad_signature": "its signature does not hold",
    "bad_registration": "the new key is not as it was asked for: a passkey with a verified user, without attestation",
}


def _insist(holds: bool, defect: str) -> None:
    if not holds:
        raise _malformed() if defect == "malformed" else _refused(defect)


def _refused(defect: str) -> VerificationError:
    return VerificationError(
        f"an assertion of a personal key does not hold: {_SENTENCES[defect]}",
        code=f"keys.passkeys.{defect}",
        hint="Sign anew on the console's own page, with the key of this post; the device must ask for PIN or finger.",
    )


def _malformed() -> PeerError:
    return PeerError(
        "an assertion of a personal key is not in the form of its specification",
        code="keys.passkeys.malformed",
        hint="Web Authentication Level 3, sections 5.8.1 and 6.1, says what it must be.",
    )


def _bad_key() -> PeerError:
    return PeerError(
        "a personal key is neither ES256 nor Ed25519, or not in its one encoding",
        code="keys.passkeys.bad_key",
        hint="Enrol a passkey of one of these two algorithms.",
    )
