"""What is kept of other branches of forked logs: each entry against its leaf, where its content is not erased."""

from collections.abc import Sequence
from typing import Final

from coupefeu.record.leaf import LEAF_BYTES, make_leaf
from coupefeu.store.findings import Findings
from coupefeu.store.line import Party, find_author
from coupefeu.store.sqlite import Connection

_ROWS: Final = (
    "SELECT number, log, idx, CAST(leaf AS BLOB), CAST(seed AS BLOB), CAST(head AS BLOB), CAST(body AS BLOB)"
    " FROM branches"
)


def check_branches(connection: Connection, findings: Findings, parties: Sequence[Party]) -> None:
    """Check every entry of another branch that is kept."""
    for number, log, index, leaf, seed, head, body in connection.stream(_ROWS):
        author = find_author(parties, log)
        where = f"branch entry {number}, in the place of entry {index:,} of log {log}"
        if author is None:
            findings.add("branch", "of no party of the agreement", where)
        elif len(leaf) != LEAF_BYTES:
            findings.add("branch", f"{len(leaf)} bytes are no leaf", where)
        elif (seed or body) and leaf != make_leaf(author.origin, seed, head, body):
            findings.add("branch", "the leaf is not what seed, head and body make", where)
