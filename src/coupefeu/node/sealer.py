"""Signs what leaves: a checkpoint for the other side's next entries, a run for what overtakes (protocol A5).

The tree at any size since the newest co-signature is rebuilt from the leaves kept here, so that a batch can start
where the other side left off.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from coupefeu.errors import StoreError
from coupefeu.keys.notes import LogSigner
from coupefeu.link.outbox import Outgoing
from coupefeu.record.statements import sign_checkpoint, sign_run
from coupefeu.record.tree import Frontier, root_of
from coupefeu.store.jobs import Sealed
from coupefeu.wire.packet import CheckpointSignature, RunSignature


class Sealer:
    """Our log as it is being sent to one other party."""

    def __init__(self, signer: LogSigner, cosigned: Frontier, leaf_hashes: Sequence[bytes]) -> None:
        """`cosigned`: the tree at their newest co-signature; `leaf_hashes`: all our leaves behind it."""
        self._signer = signer
        self._base = cosigned
        self._hashes = deque(leaf_hashes)
        self._cursor = cosigned.copy()
        self._sealed: dict[int, Sealed] = {}

    def sign_with(self, signer: LogSigner) -> None:
        """Sign with another key of our log from now on."""
        self._signer = signer
        self._sealed.clear()

    def begin_anew(self, cosigned: Frontier, leaf_hashes: Sequence[bytes]) -> None:
        """Go on from another size that the other side has signed for: its record, or ours, has come back."""
        self._base = cosigned
        self._hashes = deque(leaf_hashes)
        self._cursor = cosigned.copy()
        self._sealed.clear()

    def fall_back(self, cosigned: Frontier, leaf_hashes: Sequence[bytes]) -> None:
        """Go back to a smaller size: `leaf_hashes` are all our leaves between it and the newest co-signature."""
        self._base = cosigned
        self._hashes.extendleft(reversed(leaf_hashes))
        self._cursor = cosigned.copy()
        self._sealed.clear()

    @property
    def base_size(self) -> int:
        """Size of their newest co-signature."""
        return self._base.size

    @property
    def size(self) -> int:
        """Entries of our log that may be sealed."""
        return self._base.size + len(self._hashes)

    def append(self, leaf_hash: bytes) -> None:
        """Add the leaf of an entry that has become durable."""
        self._hashes.append(leaf_hash)

    def seal(self, batch: Sequence[Outgoing], *, contiguous: bool) -> CheckpointSignature | RunSignature:
        """Sign for a gapless batch: up to its end, or for itself alone."""
        start, end = batch[0].index, batch[-1].index + 1
        if contiguous:
            return self.seal_size(end)
        hashes = list(islice(self._hashes, start - self._base.size, end - self._base.size))
        return RunSignature(start, end, sign_run(self._signer, start, end, root_of(hashes)))

    def seal_for_link(
        self, _log: int, batch: Sequence[Outgoing], contiguous: bool
    ) -> CheckpointSignature | RunSignature:
        """Sign for our only log, as the link asks."""
        return self.seal(batch, contiguous=contiguous)

    def seal_size(self, size: int) -> CheckpointSignature:
        """Sign our log at `size`."""
        sealed = self._sealed.get(size)
        if sealed is None:
            root = self._root(size)
            sealed = Sealed(root=root, signature=sign_checkpoint(self._signer, size, root))
            self._sealed[size] = sealed
        return CheckpointSignature(size, sealed.signature)

    def sealed(self, size: int) -> Sealed | None:
        """Give what was signed at `size`; None when that was not since the start, or is forgotten."""
        return self._sealed.get(size)

    def cosigned(self, size: int) -> None:
        """Forget the leaves before their newest co-signature."""
        while self._base.size < size and self._hashes:
            self._base.append(self._hashes.popleft())
        self._sealed = {at: sealed for at, sealed in self._sealed.items() if at > size}

    def _root(self, size: int) -> bytes:
        if not self._base.size <= size <= self.size:
            raise StoreError(
                f"our log cannot be signed at {size:,}", code="node.sealer.size", hint="Report this defect."
            )
        if size < self._cursor.size or self._cursor.size < self._base.size:
            self._cursor = self._base.copy()
        offset = self._cursor.size - self._base.size
        for leaf_hash in islice(self._hashes, offset, size - self._base.size):
            self._cursor.append(leaf_hash)
        return self._cursor.root()
