"""The policies that lie in an export: who must have signed a checkpoint, for anyone's tools (c2sp.org/tlog-policy).

They ask for those whom the agreement names: each party but the log's own, and each neutral witness. So `policy` may be
one that this checkpoint does not meet. They name keys of types 0x01 and 0x04 alone, which every tool knows.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from coupefeu.model.agreement import NeutralWitness
from coupefeu.model.logs import position_of
from coupefeu.node.signed_note import SignedNote
from coupefeu.record.policy import judge
from coupefeu.store.line import Party
from coupefeu.wire.note import VerifierKey
from coupefeu.wire.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness, parse_policy

_SAYS: Final = "Its keys come from who made this export: compare them with what you have from the parties."
_EVERY: Final = "agreed-signers"


def agreed_signers(
    parties: Sequence[Party], log: int, signed: SignedNote, witnesses: Sequence[NeutralWitness]
) -> tuple[PolicyWitness, ...]:
    """Name who signs the checkpoints of this log by the agreement, whether or not it has signed this one.

    A party under the key that signed it, or else its newest.
    """
    author = position_of(log, len(parties))
    others = [party for position, party in enumerate(parties) if position != author]
    held = [(each.name, signed.cosigner_keys.get(each.name, each.cosigner_key)) for each in others]
    neutral = [(each.name, VerifierKey.parse(each.key)) for each in witnesses]
    return tuple(PolicyWitness(name=name, key=key) for name, key in (*held, *neutral))


def policies_of(
    log_key: VerifierKey, agreed: tuple[PolicyWitness, ...]
) -> Iterator[tuple[str, Policy, tuple[str, ...]]]:
    """Give the files `policy` (all of them) and `policy-degraded` (any of them), with what they say."""
    members = tuple(each.name for each in agreed)
    for file, threshold, says in (
        ("policy", len(members), "All whom the agreement names for this log must have signed."),
        ("policy-degraded", 1, "Any of those whom the agreement names for this log must have signed."),
    ):
        group = PolicyGroup(name=_EVERY, threshold=threshold, members=members)
        log = PolicyLog(key=log_key)
        yield file, Policy(logs=(log,), witnesses=agreed, groups=(group,), quorum=_EVERY), (says, _SAYS)


def absent_in(folder: Path) -> tuple[str, ...]:
    """Name whom `policy` of an export that was written here asks for, and who has not signed its checkpoint."""
    policy = parse_policy((folder / "policy").read_bytes())
    files = [path for at in ("cosigners", "witnesses") for path in (folder / at).glob("*.vkey")]
    keys = [VerifierKey.parse(path.read_text("utf-8").strip()) for path in files]
    counted = judge(policy, policy.logs[0].key, keys).counted
    return tuple(each.name for each in policy.witnesses if each.name not in counted)


def witness_names(signed: SignedNote) -> list[tuple[str, VerifierKey]]:
    """Name the keys of witnesses for their files: as the node knows them, with the key's id where one has two."""
    named: list[tuple[str, VerifierKey]] = []
    taken: set[tuple[str, int]] = set()
    for line in signed.witnesses:
        known = (line.witness, line.key.algorithm)
        named.append(
            (f"{line.witness}-{line.key.key_id.hex()}" if known in taken else line.witness, line.key)
        )
        taken.add(known)
    return named
