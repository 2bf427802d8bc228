"""Whether the signatures on a checkpoint are those that a policy asks for (c2sp.org/tlog-policy)."""

from collections.abc import Collection
from dataclasses import dataclass

from coupefeu.errors import VerificationError
from coupefeu.wire.note import VerifierKey
from coupefeu.wire.policy import Policy, PolicyGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a policy says of one checkpoint: whose signatures counted, and what it waits for where it is not met."""

    is_met: bool
    counted: tuple[str, ...]
    """Names of witnesses, as the policy has them."""
    lacking: tuple[str, ...]
    """Sentences; empty when it is met."""


def judge(policy: Policy, log_key: VerifierKey, cosigners: Collection[VerifierKey]) -> Judged:
    """Say whether a log's valid signature and these valid co-signatures satisfy `policy`.

    A policy without logs leaves it to its reader which log is meant.
    """
    counted = {each.name for each in policy.witnesses if each.key in cosigners}
    witnessed = set(counted)
    for group in policy.groups:
        if _is_witnessed(group, witnessed):
            witnessed.add(group.name)
    lacking = []
    if policy.logs and log_key not in {each.key for each in policy.logs}:
        lacking.append(
            f"it lists {len(policy.logs)} log keys, and {log_key.name} ({log_key.key_id.hex()}) is none"
        )
    if policy.quorum is not None and policy.quorum not in witnessed:
        lacking.append(_lacking(policy, policy.quorum, witnessed))
    return Judged(
        is_met=not lacking,
        counted=tuple(each.name for each in policy.witnesses if each.name in counted),
        lacking=tuple(lacking),
    )


def verify_policy(policy: Policy, log_key: VerifierKey, cosigners: Collection[VerifierKey]) -> Judged:
    """Return what `judge` says if the policy is met.

    Raises:
        VerificationError: `record.policy.unmet`, with what is lacking.
    """
    judged = judge(policy, log_key, cosigners)
    if not judged.is_met:
        raise VerificationError(
            f"the policy is not met: {'; '.join(judged.lacking)}",
            code="record.policy.unmet",
            hint="Ask for a newer export, or judge by a policy that asks for fewer.",
        )
    return judged


def _is_witnessed(group: PolicyGroup, witnessed: Collection[str]) -> bool:
    return sum(member in witnessed for member in group.members) >= group.threshold


def _lacking(policy: Policy, name: str, witnessed: Collection[str]) -> str:
    """Say what one name waits for; groups of groups are written out."""
    group = next((each for each in policy.groups if each.name == name), None)
    if group is None:
        return f"{name} has not co-signed"
    absent = [member for member in group.members if member not in witnessed]
    groups = {each.name for each in policy.groups}
    whys = [_lacking(policy, member, witnessed) for member in absent if member in groups]
    words = f"{name} needs {group.threshold} of {', '.join(group.members)}; not there: {', '.join(absent)}"
    return "; ".join([words, *whys])
