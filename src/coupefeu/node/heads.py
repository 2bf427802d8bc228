"""The newest head of each log of a line, signed, and the paths between heads: what a witness is asked about."""

from collections.abc import Callable, Sequence
from pathlib import Path

from coupefeu.errors import CoupefeuError
from coupefeu.keys.notes import LogSigner, verify_ml_dsa_raw
from coupefeu.node.witnessing import SignedHead
from coupefeu.record.statements import checkpoint_note, sign_checkpoint, verify_checkpoint
from coupefeu.store.line import Party, need_author, newest_log
from coupefeu.store.paths import consistency_path
from coupefeu.store.reader import Reader
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.key_statement import KeyRole
from coupefeu.wire.note import VerifierKey


class RecordHeads:
    """Reads the record of a running node, and signs the newest head of its own log (`witnessing.HeadSource`)."""

    def __init__(
        self,
        record: Path,
        our_log: int,
        mark: Callable[[], tuple[int, bytes]],
        signer: Callable[[], LogSigner],
        parties: Callable[[], tuple[Party, ...]],
    ) -> None:
        """`mark()`: size and root of our own log, durable; `signer()`, `parties()`: the keys that stand now."""
        self._record = record
        self._our_log = our_log
        self._mark = mark
        self._signer = signer
        self._parties = parties

    def heads(self) -> Sequence[SignedHead]:
        """Give ours, and of each other log the newest that its party signed and we hold."""
        parties = self._parties()
        newest = {newest_log(parties, position) for position in range(len(parties))} - {self._our_log}
        with Reader(self._record, running=True) as reader:
            ours = self._ours(reader, need_author(parties, self._our_log))
            found = [_theirs(reader, need_author(parties, log), log) for log in sorted(newest)]
        return [head for head in (ours, *found) if head is not None]

    def path(self, head: SignedHead, old_size: int) -> tuple[bytes, ...]:
        """Give the path from a smaller size to a head."""
        with Reader(self._record, running=True) as reader:
            return consistency_path(reader.connection, head.log, old_size, head.checkpoint.size)

    def _ours(self, reader: Reader, party: Party) -> SignedHead | None:
        """Sign our log as it is durable now, whether or not the line is up."""
        signer, (size, root) = self._signer(), self._mark()
        if not size:
            return None
        signature = sign_checkpoint(signer, size, root)
        return _head(reader, party, self._our_log, signer.vkey, size, root, signature)


def _theirs(reader: Reader, party: Party, log: int) -> SignedHead | None:
    row = reader.newest_checkpoint(log)
    if row is None:
        return None
    size, root, signature = row["size"], row["root"], row["signature"]
    try:
        key = party.find_signer(KeyRole.LOG, lambda key: verify_checkpoint(key, size, root, signature))
    except CoupefeuError:
        return None  # fsck names it
    return _head(reader, party, log, key, size, root, signature)


def _head(
    reader: Reader, party: Party, log: int, key: VerifierKey, size: int, root: bytes, signature: bytes
) -> SignedHead:
    """Put its lines on a head: with ML-DSA-44 too where its author has signed this one so."""
    checkpoint = Checkpoint(party.origin, size, root)
    return SignedHead(
        log=log,
        checkpoint=checkpoint,
        signature=signature,
        note=checkpoint_note(key, checkpoint, signature, _again(reader, party, log, checkpoint)),
    )


def _again(
    reader: Reader, party: Party, log: int, checkpoint: Checkpoint
) -> list[tuple[VerifierKey, int, bytes]]:
    signed = reader.signed_again(log, checkpoint.size)
    if signed is None:
        return []
    try:
        key = party.find_signer(KeyRole.LOG_ML_DSA, lambda key: verify_ml_dsa_raw(key, checkpoint, *signed))
    except CoupefeuError:
        return []  # fsck names it
    return [(key, *signed)]
