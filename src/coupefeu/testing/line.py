"""A line between parties whose keys are made from their names: for tests and benches, never for officers."""

from dataclasses import replace
from hashlib import sha256

from coupefeu.keys import ed25519, x25519
from coupefeu.keys.notes import CosignSigner, LogSigner
from coupefeu.model.agreement import Agreement, PartyKeys, Status
from coupefeu.model.instant import Instant
from coupefeu.store.line import Line, Party
from coupefeu.wire.agreement import parse_terms
from coupefeu.wire.agreement_template import render_template
from coupefeu.wire.dictionary import DICTIONARY_HASH


def make_agreement() -> Agreement:
    """Give the EXERCISE agreement between US and RU, keys and line id derived from their names."""
    text = render_template(
        name="coupefeu.example",
        status=Status.EXERCISE,
        in_force=Instant(0),
        dictionary_sha256=bytes.fromhex(DICTIONARY_HASH),
    )
    terms = parse_terms(text.encode())
    party_ids = terms.party_ids
    keys = tuple(
        PartyKeys(
            party=name,
            incarnation=1,
            identity=ed25519.public(private_key(name, "identity")),
            identity_ml_dsa_sha256=private_key(name, "ml-dsa"),
            log=ed25519.public(private_key(name, "log")),
            cosigner=ed25519.public(private_key(name, "cosigner")),
            session=x25519.public(private_key(name, "session")),
        )
        for name in party_ids
    )
    return replace(terms, line_id=sha256(" ".join(party_ids).encode()).digest()[:16], keys=keys)


def make_line(agreement: Agreement, ours: str) -> Line:
    """Give the line as the node of `ours` sees it."""
    signers = {
        name: (
            LogSigner(agreement.origin(name), private_key(name, "log")),
            CosignSigner(agreement.cosigner_name(name), private_key(name, "cosigner")),
        )
        for name in agreement.party_ids
    }
    return Line(
        parties=tuple(
            Party(name=name, origin=agreement.origin(name), log_key=log.vkey, cosigner_key=cosigner.vkey)
            for name, (log, cosigner) in signers.items()
        ),
        our_log=agreement.log_number(ours),
        log_signer=signers[ours][0],
        cosigner=signers[ours][1],
    )


def private_key(name: str, purpose: str) -> bytes:
    """Derive a private key from a party's name and a purpose."""
    return sha256(f"coupefeu testing {name} {purpose}".encode()).digest()
