"""A line between parties whose keys are made from their names: for tests and benches, never for officers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256

from coupefeu.keys import ed25519, mldsa, x25519
from coupefeu.keys.agreement_signatures import sign_agreement, verify_agreement
from coupefeu.keys.generations import Generation, Generations
from coupefeu.keys.incarnations import build_opening_body, sign_incarnation
from coupefeu.keys.notes import CosignSigner, LogSigner, MlDsaSigner
from coupefeu.keys.ring import IdentityKey
from coupefeu.model.agreement import Agreement, PartyKeys, Status
from coupefeu.model.instant import Instant
from coupefeu.record.post_quantum import MlDsaSigners
from coupefeu.record.tree import Frontier
from coupefeu.store.line import Line, make_parties, newest_log
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.wire.agreement import join_keys, parse_agreement, parse_terms
from coupefeu.wire.agreement_template import render_template
from coupefeu.wire.dictionary import DICTIONARY_HASH
from coupefeu.wire.incarnation import Incarnation, SignedIncarnation

EMPTY_ROOT = Frontier().root()


def make_agreement() -> Agreement:
    """Give the EXERCISE agreement between US and RU, keys and line id derived from their names."""
    return parse_agreement(make_text())


def make_text(terms: bytes = b"") -> bytes:
    """Give its exact bytes; `terms`: of other terms, with keys that are made the same way."""
    terms = (
        terms
        or render_template(
            name="coupefeu.example",
            status=Status.EXERCISE,
            in_force=Instant(0),
            dictionary_sha256=bytes.fromhex(DICTIONARY_HASH),
        ).encode()
    )
    party_ids = parse_terms(terms).party_ids
    line_id = sha256(" ".join(party_ids).encode()).digest()[:16]
    return join_keys(terms, line_id, tuple(_keys_of(name) for name in party_ids))


def identity_of(name: str) -> IdentityKey:
    """Give a party's identity key."""
    return IdentityKey(ed25519_private=private_key(name, "identity"), ml_dsa_seed=private_key(name, "ml-dsa"))


def _keys_of(name: str) -> PartyKeys:
    identity = identity_of(name)
    return PartyKeys(
        party=name,
        incarnation=1,
        identity=identity.ed25519_public,
        identity_ml_dsa_sha256=identity.ml_dsa_sha256,
        log=ed25519.public(private_key(name, "log")),
        cosigner=ed25519.public(private_key(name, "cosigner")),
        session=x25519.public(private_key(name, "session")),
        log_ml_dsa_sha256=mldsa.public_sha256(private_key(name, "log-mldsa")),
        cosigner_ml_dsa_sha256=mldsa.public_sha256(private_key(name, "cosigner-mldsa")),
    )


def settled_generations(psk: bytes) -> Generations:
    """Give a secret that was renewed as the test begins, so that a day passes before it is renewed again."""
    return Generations(current=Generation(number=1, psk=psk, since_ms=START_UTC_MS))


def make_incarnation(
    agreement: Agreement,
    name: str,
    size: int = 0,
    root: bytes = EMPTY_ROOT,
    *,
    incarnation: int = 2,
    fork: bytes = b"",
    signer: str = "",
    keys: str = "",
) -> SignedIncarnation:
    """Sign a new incarnation of a party; `signer`: by the identity of another, `keys`: a name for other fresh keys."""
    log, cosigner = (private_key(name, f"{role}{keys}.{incarnation}") for role in ("log", "cosigner"))
    statement = Incarnation(
        line_id=agreement.line_id,
        party=name,
        incarnation=incarnation,
        log_key=ed25519.public(log),
        cosigner_key=ed25519.public(cosigner),
        size=size,
        root=root,
        fork_sha256=sha256(fork).digest() if fork else b"",
    )
    return sign_incarnation(identity_of(signer or name), statement, log, cosigner, fork)


def make_opening(agreement: Agreement, signed: SignedIncarnation, text: bytes = b"") -> bytes:
    """Give the body of entry 0 of a new log, its agreement signed by all; `text`: if it is not `make_text()`."""
    text = text or make_text()
    rows = [sign_agreement(identity_of(each), each, text) for each in agreement.party_ids]
    return build_opening_body(verify_agreement(text, rows), signed)


def make_line(agreement: Agreement, ours: str, incarnations: Sequence[SignedIncarnation] = ()) -> Line:
    """Give the line as the node of `ours` sees it, after new incarnations by `make_incarnation`, if there are any."""
    if incarnations:
        return _make_later_line(agreement, ours, incarnations)
    signers = {
        name: (
            LogSigner(agreement.origin(name), private_key(name, "log")),
            CosignSigner(agreement.cosigner_name(name), private_key(name, "cosigner")),
        )
        for name in agreement.party_ids
    }
    published = _published(agreement)
    return Line(
        parties=make_parties(agreement, (), published),
        our_log=agreement.log_number(ours),
        log_signer=signers[ours][0],
        cosigner=signers[ours][1],
        published=published,
    )


def make_ml_dsa_signers(agreement: Agreement, ours: str) -> MlDsaSigners | None:
    """Give our ML-DSA-44 keys; None where the agreement names none."""
    if not agreement.keys_of(ours).log_ml_dsa_sha256:
        return None
    return MlDsaSigners(
        log=MlDsaSigner(agreement.origin(ours), private_key(ours, "log-mldsa")),
        cosigner=MlDsaSigner(agreement.cosigner_name(ours), private_key(ours, "cosigner-mldsa")),
    )


def without_ml_dsa(agreement: Agreement) -> Agreement:
    """Give the agreement as it would have been paired before there were ML-DSA-44 keys for logs and cosigners."""
    keys = (replace(each, log_ml_dsa_sha256=b"", cosigner_ml_dsa_sha256=b"") for each in agreement.keys)
    return replace(agreement, keys=tuple(keys))


def _published(agreement: Agreement) -> dict[bytes, bytes]:
    """Give the ML-DSA-44 keys of all parties whole, by their SHA-256."""
    roles = ("log-mldsa", "cosigner-mldsa")
    keys = (_ml_dsa_public(name, role) for name in agreement.party_ids for role in roles)
    return {sha256(key).digest(): key for key in keys}


@cache
def _ml_dsa_public(name: str, role: str) -> bytes:
    return mldsa.public(private_key(name, role))


def _make_later_line(agreement: Agreement, ours: str, incarnations: Sequence[SignedIncarnation]) -> Line:
    parties = make_parties(agreement, (), incarnations=[each.statement for each in incarnations])
    position = agreement.log_number(ours)
    us, our_log = parties[position], newest_log(parties, position)
    nth = "" if not us.earlier else f".{len(us.earlier) + 1}"
    return Line(
        parties=parties,
        our_log=our_log,
        log_signer=LogSigner(us.origin, private_key(ours, f"log{nth}")),
        cosigner=CosignSigner(us.cosigner_key.name, private_key(ours, f"cosigner{nth}")),
        incarnations=tuple(incarnations),
    )


def private_key(name: str, purpose: str) -> bytes:
    """Derive a private key from a party's name and a purpose."""
    return sha256(f"coupefeu testing {name} {purpose}".encode()).digest()
