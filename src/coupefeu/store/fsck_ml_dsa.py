"""What ML-DSA-44 signed once more, looked at again: each signature, and the checkpoint that it goes with."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from coupefeu.errors import CoupefeuError
from coupefeu.keys.notes import verify_ml_dsa_raw
from coupefeu.store.findings import Findings
from coupefeu.store.line import Party, need_author
from coupefeu.store.sqlite import Connection
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.key_statement import KeyRole

_BY_AUTHOR: Final = (
    "SELECT m.size, m.time_s, m.signature, c.root FROM ml_dsa_checkpoints m"
    " LEFT JOIN checkpoints c ON c.log = m.log AND c.size = m.size WHERE m.log = ?"
)
_BY_HOLDER: Final = (
    "SELECT m.size, m.holder, m.time_s, m.signature, c.root, EXISTS (SELECT 1 FROM cosignatures s"
    " WHERE s.log = m.log AND s.size = m.size AND s.holder = m.holder) FROM ml_dsa_cosignatures m"
    " LEFT JOIN checkpoints c ON c.log = m.log AND c.size = m.size WHERE m.log = ?"
)


def check_ml_dsa(connection: Connection, findings: Findings, parties: Sequence[Party], log: int) -> None:
    """Verify every such signature over one log, by any key that its party has had."""
    author = need_author(parties, log)
    for size, time_s, signature, root in connection.stream(_BY_AUTHOR, (log,)):
        where = f"ML-DSA-44 signature of {author.origin} at {size:,}"
        if root is None:
            findings.add("checkpoint", "the checkpoint that it signs is missing", where)
            continue
        _check(
            findings,
            where,
            author,
            KeyRole.LOG_ML_DSA,
            Checkpoint(author.origin, size, root),
            time_s,
            signature,
        )
    for size, holder, time_s, signature, root, is_cosigned in connection.stream(_BY_HOLDER, (log,)):
        where = f"ML-DSA-44 co-signature of {author.origin} at {size:,} by party {holder}"
        if not 0 <= holder < len(parties) or parties[holder].name == author.name:
            findings.add("holder", "no such party holds this log", where)
        elif root is None or not is_cosigned:
            findings.add("checkpoint", "the checkpoint or co-signature that it goes with is missing", where)
        else:
            checkpoint = Checkpoint(author.origin, size, root)
            _check(findings, where, parties[holder], KeyRole.COSIGNER_ML_DSA, checkpoint, time_s, signature)


def _check(
    findings: Findings,
    where: str,
    party: Party,
    role: KeyRole,
    checkpoint: Checkpoint,
    time_s: int,
    signature: bytes,
) -> None:
    try:
        party.find_signer(
            role, partial(verify_ml_dsa_raw, checkpoint=checkpoint, time_s=time_s, signature=signature)
        )
    except CoupefeuError as error:
        findings.add("signature", f"the signature does not hold: {error.message}", where)
