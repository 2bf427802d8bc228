"""What others showed of our own log (protocol A13), looked at again: each under our own key."""

from collections.abc import Sequence
from functools import partial

from coupefeu.errors import CoupefeuError
from coupefeu.record.statements import verify_checkpoint, verify_run
from coupefeu.store.findings import Findings
from coupefeu.store.line import Party, need_author
from coupefeu.store.sqlite import Connection
from coupefeu.wire.key_statement import KeyRole
from coupefeu.wire.note import VerifierKey


def check_told(connection: Connection, findings: Findings, parties: Sequence[Party], log: int) -> None:
    """Verify every statement of ours over this log that others have shown."""
    author = need_author(parties, log)
    query = "SELECT source, start, size, root, signature FROM told WHERE log = ? ORDER BY size"
    for source, start, size, root, signature in connection.stream(query, (log,)):
        try:
            author.find_signer(
                KeyRole.LOG, partial(_verify, start=start, size=size, root=root, signature=signature)
            )
        except CoupefeuError as error:
            what = f"the signature that {source} showed does not hold: {error.message}"
            findings.add("told", what, f"what was shown of {author.origin} at {size:,}")


def _verify(key: VerifierKey, *, start: int | None, size: int, root: bytes, signature: bytes) -> None:
    if start is None:
        verify_checkpoint(key, size, root, signature)
    else:
        verify_run(key, start, size, root, signature)
