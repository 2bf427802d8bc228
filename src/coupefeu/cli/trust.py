"""What a reader of an export trusts: keys that he gives, or those of a policy, or those that came with the folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coupefeu.cli.exported_folder import (
    Keys,
    Read,
    folder_keys,
    given_keys,
    policy_keys,
    read_policy,
    with_witnesses,
)
from coupefeu.errors import naming
from coupefeu.record.audit import RecordAudit
from coupefeu.record.evidence import ProofAudit
from coupefeu.record.policy import Judged, verify_policy
from coupefeu.wire.policy import Policy, parse_policy
from coupefeu.wire.proof import TlogProof

DEGRADED: Final = "policy-degraded"
POLICIES: Final = ("policy", DEGRADED)
"""Files of an export. The first asks for all who were agreed; it is insisted on where a reader gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Keys, and where one was given, the policy that says which of them must have signed."""

    keys: Keys
    policy: Policy | None = None

    def judge(self, read: Read, audit: RecordAudit | ProofAudit) -> Judged | None:
        """Insist on the policy; None: there is none. Those of the folder prove nothing; the degraded one must fit.

        Raises: VerificationError: it is not met; PeerError: one of the folder is none.
        """
        signers = [each.key for each in (*audit.cosigned, *audit.witnessed)]
        if self.policy is not None:
            return verify_policy(self.policy, self.keys.log, signers)
        for name in POLICIES if self.keys.from_folder else ():
            octets = read(name)
            if octets is not None:
                with naming(name):
                    own = parse_policy(octets)
                    if name == DEGRADED:
                        verify_policy(own, self.keys.log, signers)
        return None


def read_trust(path: Path, read: Read, key: Sequence[str] | None, policy: Path | None) -> Trust:
    """Take keys from --key, else from the policy, else from the folder. Raises: UsageError, PeerError."""
    asked = None if policy is None else read_policy(policy)
    if key:
        return Trust(keys=given_keys(key), policy=asked)
    if policy is None or asked is None:
        return Trust(keys=folder_keys(path))
    with naming(path):
        keys = policy_keys(policy, asked, _note_of(read))
    return Trust(keys=keys or with_witnesses(folder_keys(path), asked), policy=asked)


def policy_sentence(judged: Judged) -> str:
    """Say that a policy is met, and by whom."""
    counted = (
        f"by {', '.join(judged.counted)}"
        if judged.counted
        else "by the log alone, as it asks for nobody else"
    )
    return f"The policy that you gave is met: signed {counted}."


def _note_of(read: Read) -> bytes | None:
    proof = read("proof")
    return read("checkpoint") if proof is None else TlogProof.parse(proof).checkpoint_note
