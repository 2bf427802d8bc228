"""Signers and verification of notes: Ed25519 (type 0x01), timestamped co-signatures (0x04; of ML-DSA-44 0x06)."""

from coupefeu.errors import PolicyError, VerificationError
from coupefeu.keys import ed25519, mldsa
from coupefeu.wire import cosignature
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import COSIGNATURE, ED25519, ML_DSA_44, NoteSignature, VerifierKey


class LogSigner:
    """Signs note texts with an Ed25519 key, type 0x01; `name` is the log's origin."""

    __slots__ = ("_key", "name", "vkey")

    def __init__(self, name: str, private: bytes) -> None:
        self._key = ed25519.SigningKey(private)
        self.name = name
        self.vkey = VerifierKey.of(name, ED25519, self._key.public)

    def sign(self, text: str) -> NoteSignature:
        """Return the signature line of `text`."""
        return NoteSignature(self.name, self.vkey.key_id, self.sign_raw(text))

    def sign_raw(self, text: str) -> bytes:
        """Return the bare 64 bytes, as they go on air."""
        return self._key.sign(text.encode())


class CosignSigner:
    """Cosigns checkpoint texts, type 0x04; `name` is distinct from every log's name."""

    __slots__ = ("_key", "name", "vkey")

    def __init__(self, name: str, private: bytes) -> None:
        self._key = ed25519.SigningKey(private)
        self.name = name
        self.vkey = VerifierKey.of(name, COSIGNATURE, self._key.public)

    def cosign(self, text: str, time_s: int) -> NoteSignature:
        """Return the signature line of checkpoint `text` at `time_s`."""
        blob = cosignature.pack(time_s, self.cosign_raw(text, time_s))
        return NoteSignature(self.name, self.vkey.key_id, blob)

    def cosign_raw(self, text: str, time_s: int) -> bytes:
        """Return the bare 64 bytes, as they go on air beside the time."""
        return self._key.sign(cosignature.cosigned_message(text, time_s))


class MuteLogSigner(LogSigner):
    """Stands where a log signer stands in a node that must not sign (protocol A13); it has the key's name alone."""

    __slots__ = ()

    def __init__(self, signer: LogSigner) -> None:
        self.name = signer.name
        self.vkey = signer.vkey

    def sign_raw(self, text: str) -> bytes:
        """Refuse. Raises: PolicyError, always."""
        raise _mute(text)


class MuteCosigner(CosignSigner):
    """Stands where a cosigner stands in a node that must not sign."""

    __slots__ = ()

    def __init__(self, cosigner: CosignSigner) -> None:
        self.name = cosigner.name
        self.vkey = cosigner.vkey

    def cosign_raw(self, text: str, _time_s: int) -> bytes:
        """Refuse. Raises: PolicyError, always."""
        raise _mute(text)


def _mute(text: str) -> PolicyError:
    return PolicyError(
        f"this node is recovering and signs nothing, also not for {text.partition(chr(10))[0]}",
        code="keys.notes.mute",
        hint="It signs again when the other side has told how far it had signed: coupefeu status.",
    )


class MlDsaSigner:
    """Signs checkpoints with ML-DSA-44, type 0x06; `name` is a log's origin (its own) or a cosigner's name.

    It takes about a millisecond and a half: never on the path of a receipt (protocol A15).
    """

    __slots__ = ("_key", "name", "vkey")

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = mldsa.SigningKey(seed)
        self.name = name
        self.vkey = VerifierKey.of(name, ML_DSA_44, self._key.public)

    def cosign(self, checkpoint: Checkpoint, time_s: int) -> NoteSignature:
        """Return the signature line of a checkpoint at `time_s`; 0: a larger tree may be held."""
        return NoteSignature(
            self.name, self.vkey.key_id, cosignature.pack(time_s, self.cosign_raw(checkpoint, time_s))
        )

    def cosign_raw(self, checkpoint: Checkpoint, time_s: int) -> bytes:
        """Return the bare 2,420 bytes, as they go on air beside the time."""
        origin, size, root = checkpoint.origin, checkpoint.size, checkpoint.root
        return self._key.sign(cosignature.subtree_message(self.name, origin, size, root, time_s))


def is_from(vkey: VerifierKey, signature: NoteSignature) -> bool:
    """Whether the line names this key; lines of other keys are passed over."""
    return signature.name == vkey.name and signature.key_id == vkey.key_id


def verify_signature(vkey: VerifierKey, text: str, signature: NoteSignature) -> None:
    """Return if `signature` is `vkey`'s on `text`, by the algorithm of the key.

    Raises:
        VerificationError: it is not.
        PeerError: key or blob break their format.
    """
    if not is_from(vkey, signature):
        raise VerificationError(
            f"the signature line names {signature.name}, not {vkey.name}",
            code="keys.notes.other-key",
            hint="Give the verifier key of whoever signed.",
        )
    if vkey.algorithm == COSIGNATURE:
        verify_cosignature_raw(vkey, text, *cosignature.unpack(signature.blob))
    elif vkey.algorithm == ML_DSA_44:
        time_s, raw = cosignature.unpack(signature.blob, cosignature.ML_DSA_SIGNATURE_BYTES)
        verify_ml_dsa_raw(vkey, Checkpoint.parse(text), time_s, raw)
    else:
        verify_raw(vkey, text, signature.blob)


def verify_raw(vkey: VerifierKey, text: str, signature: bytes) -> None:
    """Return if the bare `signature` is `vkey`'s on `text`.

    Raises:
        VerificationError: it is not, or the key is a cosigner's.
    """
    if vkey.algorithm != ED25519:
        raise _wrong_algorithm(vkey)
    ed25519.verify(vkey.key, text.encode(), signature)


def verify_cosignature_raw(vkey: VerifierKey, text: str, time_s: int, signature: bytes) -> None:
    """Return if the bare `signature` is `vkey`'s co-signature of checkpoint `text` at `time_s`.

    Raises:
        VerificationError: it is not, or the key is no cosigner's.
    """
    if vkey.algorithm != COSIGNATURE:
        raise _wrong_algorithm(vkey)
    ed25519.verify(vkey.key, cosignature.cosigned_message(text, time_s), signature)


def verify_ml_dsa_raw(vkey: VerifierKey, checkpoint: Checkpoint, time_s: int, signature: bytes) -> None:
    """Return if the bare `signature` is `vkey`'s ML-DSA-44 co-signature of `checkpoint` at `time_s`.

    Raises:
        VerificationError: it is not, or the key is of another type. PeerError: name, size or time out of range.
    """
    if vkey.algorithm != ML_DSA_44:
        raise _wrong_algorithm(vkey)
    message = cosignature.subtree_message(
        vkey.name, checkpoint.origin, checkpoint.size, checkpoint.root, time_s
    )
    mldsa.verify(vkey.key, message, signature)


def _wrong_algorithm(vkey: VerifierKey) -> VerificationError:
    return VerificationError(
        f"the key {vkey.name} is of type {vkey.algorithm:#04x}, which does not sign this",
        code="keys.notes.algorithm",
        hint="Log keys are of type 0x01, cosigner keys of type 0x04 or, of ML-DSA-44, 0x06.",
    )
