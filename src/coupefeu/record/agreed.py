"""The agreement that a log shows in its entry 0: whether it holds, is of this log, and names the keys used here."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from coupefeu.errors import CoupefeuError
from coupefeu.keys.agreement_signatures import SignedAgreement
from coupefeu.keys.incarnations import verify_first_body
from coupefeu.model.agreement import Agreement, format_cosigner_name
from coupefeu.record.signatures import Cosigned
from coupefeu.wire.incarnation import Incarnation
from coupefeu.wire.note import VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The agreement in entry 0, where it is shown and holds; else why not. `opened`: the statement beside it (A13)."""

    signed: SignedAgreement | None
    reason: str
    opened: Incarnation | None = None

    @property
    def agreement(self) -> Agreement | None:
        """The agreement itself, where it holds."""
        return None if self.signed is None else self.signed.agreement


def find_agreement(body: bytes | None, origin: str) -> Finding:
    """Verify the agreement that entry 0 of this log holds: exact bytes, signed by the identity keys of all parties.

    One of another line says nothing of this log, neither REAL nor EXERCISE, whoever signed it.
    """
    if body is None:
        return Finding(signed=None, reason="the agreement is not shown")
    try:
        first = verify_first_body(body)
    except CoupefeuError as error:
        return Finding(signed=None, reason=f"the agreement in entry 0 does not hold: {error.message}")
    agreement, opened = first.agreement.agreement, first.opened
    origins = set(map(agreement.origin, agreement.party_ids))
    if opened is not None:
        origins = {agreement.origin_of(opened.party, opened.incarnation)}
    if origin not in origins:
        what = "is of another line" if opened is None else "stands beside the opening of another log"
        return Finding(signed=None, reason=f"the agreement in entry 0 {what}")
    return Finding(signed=first.agreement, reason="", opened=opened)


def find_line_agreement(body: bytes | None, origin: str) -> Finding:
    """Verify the agreement in entry 0 of any log of the same party: it names the line, and whose keys they are."""
    try:
        first = None if body is None else verify_first_body(body)
    except CoupefeuError as error:
        return Finding(signed=None, reason=f"the agreement beside it does not hold: {error.message}")
    if first is None:
        return Finding(signed=None, reason="no agreement is beside it")
    agreement = first.agreement.agreement
    party = origin.rpartition("/")[0]
    if party not in {agreement.origin(each).rpartition("/")[0] for each in agreement.party_ids}:
        return Finding(signed=None, reason="the agreement beside it is of another line")
    return Finding(signed=first.agreement, reason="", opened=first.opened)


def names_key(finding: Finding, key: VerifierKey) -> bool:
    """Whether the agreement found, or the statement beside it, names this key of a log or a holder under this name."""
    agreement, opened = finding.agreement, finding.opened
    if agreement is None:
        return False
    named = {(agreement.origin(each.party), each.log) for each in agreement.keys}
    named |= {(agreement.cosigner_name(each.party), each.cosigner) for each in agreement.keys}
    if opened is not None:
        origin = agreement.origin_of(opened.party, opened.incarnation)
        named |= {(origin, opened.log_key), (format_cosigner_name(origin), opened.cosigner_key)}
    return (key.name, key.key) in named


def witness_sentences(agreement: Agreement, witnessed: Sequence[Cosigned]) -> tuple[list[str], list[str]]:
    """Say of each agreed witness whether a line of it stands there: what is proved, and what is not."""
    signers = {each.key.text() for each in witnessed}
    said, unsaid = [], []
    for witness in agreement.witnesses:
        if signers & {witness.key, witness.ml_dsa}:
            said.append(
                f"The witness {witness.name.upper()} that signed here is the one that this agreement names."
            )
        else:
            unsaid.append(
                f"That the agreed witness {witness.name.upper()} knew this: no line of it stands here."
            )
    return said, unsaid


def names_keys(
    agreement: Agreement,
    log: VerifierKey,
    cosigners: Sequence[VerifierKey],
    opened: Incarnation | None = None,
    ml_dsa: Sequence[VerifierKey] = (),
) -> bool:
    """Whether an agreement, and the statement that opens the log, name all the keys under which it was verified.

    Those of ML-DSA-44 by their SHA-256.
    """
    logs = {(agreement.origin(each.party), each.log) for each in agreement.keys}
    known = {(agreement.cosigner_name(each.party), each.cosigner) for each in agreement.keys}
    again = {(agreement.origin(each.party), each.log_ml_dsa_sha256) for each in agreement.keys}
    again |= {(agreement.cosigner_name(each.party), each.cosigner_ml_dsa_sha256) for each in agreement.keys}
    if opened is not None:
        origin = agreement.origin_of(opened.party, opened.incarnation)
        logs.add((origin, opened.log_key))
        again.add((origin, opened.log_ml_dsa_sha256))
    return (
        (log.name, log.key) in logs
        and all((each.name, each.key) in known for each in cosigners)
        and all((each.name, sha256(each.key).digest()) in again for each in ml_dsa)
    )
