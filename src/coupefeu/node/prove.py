"""What a stranger gets of one entry: its leaf, its place in the signed log, and its content where it is held.

leaf                   the entry's 70 bytes as the log holds them
proof                  c2sp.org/tlog-proof@v1; its extra line holds head and salts
body                   exact bytes, where held
attachments/INDEX-N    the same of attachments, each with its salt beside it
opening/leaf ...       the same for entry 0, which holds the agreement: so that a reader knows REAL from EXERCISE
log.vkey  cosigners/   the keys whose lines stand on the checkpoint; cosigners/mldsa/ those of ML-DSA-44;
witnesses/  policy     as node.export has them

The checkpoint: the newest that a witness has signed too, else the newest that ML-DSA-44 covers, where one holds the
entry; else the newest that is co-signed. An older one proves an entry that it holds no less.
"""

from collections.abc import Sequence
from pathlib import Path

from coupefeu.errors import StoreError, UsageError, VerificationError
from coupefeu.model.agreement import NeutralWitness
from coupefeu.node.export import need_empty, write, write_attachments, write_keys, write_policies
from coupefeu.node.policies import agreed_signers
from coupefeu.node.signed_note import (
    SignedNote,
    find_post_quantum_note,
    find_witnessed_note,
    need_signed_note,
)
from coupefeu.record.disclosure import Disclosure
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.tree import verify_inclusion
from coupefeu.store.line import Party
from coupefeu.store.paths import Paths
from coupefeu.store.reader import Reader
from coupefeu.wire.proof import TlogProof

OPENING = "opening"


def prove_entry(
    reader: Reader,
    parties: tuple[Party, ...],
    log: int,
    index: int,
    folder: Path,
    *,
    witnesses: Sequence[NeutralWitness] = (),
) -> int:
    """Write the proof of one entry; gives the size of the log that it stands in.

    `witnesses`: those of the agreement, for which the policies ask.

    Raises: UsageError: the entry is not held, or no co-signed checkpoint covers it yet; StoreError: the record's tree
    is not the one that was signed.
    """
    reader.entry(log, index)
    signed = find_witnessed_note(reader, parties, log, index) or find_post_quantum_note(reader, parties, log)
    if signed is None or index >= signed.size:
        signed = need_signed_note(reader, parties, log)
    if index >= signed.size:
        raise UsageError(
            f"entry {index:,} is not under a co-signed checkpoint yet (the newest covers {signed.size:,})",
            code="node.export.not_cosigned",
            hint="Wait until the other side has receipted it; `coupefeu status` shows the line.",
        )
    need_empty(folder)
    paths = Paths(reader.connection, log, signed.size)
    _write_proof(reader, log, index, paths, signed, folder)
    write_attachments(reader, log, index, index + 1, folder)
    if index:
        _write_proof(reader, log, 0, paths, signed, folder / OPENING)
    write_keys(folder, signed)
    write_policies(folder, signed, agreed_signers(parties, log, signed, witnesses))
    return signed.size


def _write_proof(
    reader: Reader, log: int, index: int, paths: Paths, signed: SignedNote, folder: Path
) -> None:
    row = reader.entry(log, index)
    path = proved_path(paths, row["leaf"], index, signed)
    extra = None
    if row["body"] is not None:
        extra = Disclosure.whole(index, row["seed"], row["head"], row["body"]).to_extra()
        write(folder / "body", row["body"])
    elif row["head_salt"] is not None:
        extra = Disclosure(index, row["head_salt"], row["head"]).to_extra()
    write(folder / "leaf", row["leaf"])
    write(folder / "proof", TlogProof(index, path, signed.note, extra).format())


def proved_path(paths: Paths, leaf: bytes, index: int, signed: SignedNote) -> tuple[bytes, ...]:
    """Give the path of an entry, once it has been found to lead to the root that was signed.

    Raises: StoreError: it does not; nobody is given a proof that fails in their hands.
    """
    path = paths.inclusion(index)
    try:
        verify_inclusion(leaf_hash(leaf), index, signed.size, signed.root, path)
    except VerificationError as error:
        raise StoreError(
            f"the tree kept here does not lead from entry {index:,} to the root that was signed at {signed.size:,}",
            code="node.prove.tree",
            hint="Run `coupefeu fsck`; no proof can be made until the record is whole.",
        ) from error
    return path
