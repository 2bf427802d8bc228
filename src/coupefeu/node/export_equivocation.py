"""What a stranger gets of two statements that cannot both be true: the proof, the keys, the agreement naming them.

equivocation           the proof (docs/spec/record.md, section 10)
keys/N.vkey            the keys under which it holds, all of one signer
agreement              body of entry 0: whose the keys are, REAL or EXERCISE
README.txt
"""

from collections.abc import Sequence
from pathlib import Path

from coupefeu.node.export import need_empty, write
from coupefeu.record.equivocation import AGREEMENT_FILE, PROOF_FILE
from coupefeu.wire.note import VerifierKey


def write_equivocation(
    folder: Path, proof: bytes, keys: Sequence[VerifierKey], agreement: bytes | None
) -> None:
    """Write it. Raises: UsageError: the folder is not empty."""
    need_empty(folder)
    write(folder / PROOF_FILE, proof)
    for number, key in enumerate(keys, 1):
        write(folder / "keys" / f"{number}.vkey", f"{key.text()}\n".encode())
    if agreement is not None:
        write(folder / AGREEMENT_FILE, agreement)
