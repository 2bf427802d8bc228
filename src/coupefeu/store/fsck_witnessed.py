"""What neutral witnesses co-signed, looked at again: each line by the key that made it, over the head it goes with."""

from collections.abc import Sequence
from typing import Final

from coupefeu.errors import CoupefeuError
from coupefeu.keys.notes import verify_cosignature_raw, verify_ml_dsa_raw
from coupefeu.store.findings import Findings
from coupefeu.store.line import Party, need_author
from coupefeu.store.sqlite import Connection
from coupefeu.store.witnessed import read_witness_keys
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import COSIGNATURE, VerifierKey

_LINES: Final = (
    "SELECT w.size, w.key_name, w.key_id, w.time_s, w.signature, c.root FROM witnessed w"
    " LEFT JOIN checkpoints c ON c.log = w.log AND c.size = w.size WHERE w.log = ? ORDER BY w.size"
)
_AGAIN: Final = (
    "The line of a witness is evidence of time, and no part of the record: the node has new ones made each minute. To "
    "have the old one back, restore the newest backup beside this folder (`coupefeu restore`)."
)


def check_witnessed(connection: Connection, findings: Findings, parties: Sequence[Party], log: int) -> None:
    """Verify every co-signature of a witness over one log."""
    author = need_author(parties, log)
    keys = read_witness_keys(connection)
    for size, name, key_id, time_s, signature, root in connection.stream(_LINES, (log,)):
        where = f"line of the witness {name} on {author.origin} at {size:,}"
        known = keys.get((name, key_id))
        if known is None:
            findings.add("witnessed", "the key that made it is missing", where, _AGAIN)
        elif root is None:
            findings.add("checkpoint", "the checkpoint that it signs is missing", where)
        else:
            _check(findings, where, known[1], Checkpoint(author.origin, size, root), time_s, signature)


def _check(
    findings: Findings, where: str, key: VerifierKey, checkpoint: Checkpoint, time_s: int, signature: bytes
) -> None:
    try:
        if key.algorithm == COSIGNATURE:
            verify_cosignature_raw(key, checkpoint.text(), time_s, signature)
        else:
            verify_ml_dsa_raw(key, checkpoint=checkpoint, time_s=time_s, signature=signature)
    except CoupefeuError as error:
        findings.add("witnessed", f"the signature does not hold: {error.message}", where, _AGAIN)
