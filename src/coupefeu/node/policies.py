"""The policies that lie in an export: who must have signed a checkpoint, for anyone's tools (c2sp.org/tlog-policy).

They name keys of types 0x01 and 0x04 alone, which every tool knows.
"""

from collections.abc import Iterator
from typing import Final

from coupefeu.node.signed_note import SignedNote
from coupefeu.wire.note import COSIGNATURE, VerifierKey
from coupefeu.wire.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness

_SAYS: Final = "Its keys come from who made this export: compare them with what you have from the parties."
_EVERY: Final = "signers"


def policies_of(signed: SignedNote) -> Iterator[tuple[str, Policy, tuple[str, ...]]]:
    """Give the files `policy` (all whose lines stand there) and `policy-degraded` (any of them), with what they say."""
    named = [*signed.cosigner_keys.items(), *witness_names(signed)]
    witnesses = tuple(
        PolicyWitness(name=name, key=key) for name, key in named if key.algorithm == COSIGNATURE
    )
    members = tuple(each.name for each in witnesses)
    for file, threshold, says in (
        ("policy", len(members), "All who hold or have witnessed this log must have signed."),
        ("policy-degraded", 1, "Any of those who hold or have witnessed this log must have signed."),
    ):
        group = PolicyGroup(name=_EVERY, threshold=threshold, members=members)
        log = PolicyLog(key=signed.log_key)
        yield file, Policy(logs=(log,), witnesses=witnesses, groups=(group,), quorum=_EVERY), (says, _SAYS)


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
