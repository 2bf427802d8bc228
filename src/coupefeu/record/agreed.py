"""The agreement that a log shows in its entry 0: whether it holds, is of this log, and names the keys used here."""

from collections.abc import Sequence
from dataclasses import dataclass

from coupefeu.errors import CoupefeuError
from coupefeu.keys.agreement_signatures import SignedAgreement, verify_agreement_body
from coupefeu.model.agreement import Agreement
from coupefeu.wire.note import VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The agreement in entry 0, where it is shown and holds; else why not."""

    signed: SignedAgreement | None
    reason: str

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
        signed = verify_agreement_body(body)
    except CoupefeuError as error:
        return Finding(signed=None, reason=f"the agreement in entry 0 does not hold: {error.message}")
    agreement = signed.agreement
    if origin not in map(agreement.origin, agreement.party_ids):
        return Finding(signed=None, reason="the agreement in entry 0 is of another line")
    return Finding(signed=signed, reason="")


def names_keys(agreement: Agreement, log: VerifierKey, cosigners: Sequence[VerifierKey]) -> bool:
    """Whether an agreement names all the keys under which a log was verified."""
    logs = {(agreement.origin(each.party), each.log) for each in agreement.keys}
    known = {(agreement.cosigner_name(each.party), each.cosigner) for each in agreement.keys}
    return (log.name, log.key) in logs and all((each.name, each.key) in known for each in cosigners)
