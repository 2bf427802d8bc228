"""A proof that a party signed two things that cannot both be true: another leaf at one index (protocol A6, A13).

    {0: index, 1: statement, 2: statement}
    statement   {0: start, 1: end, 2: signature, 3: leaf, 4: [hashes]}     a run of [start, end)
                {1: size, 2: signature, 3: leaf, 4: [hashes]}              a checkpoint

The hashes lead from the leaf to the root that was signed, so that a stranger needs the log's key and nothing else.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from coupefeu.errors import CoupefeuError, PeerError, UsageError, VerificationError
from coupefeu.record.leaf import is_leaf, leaf_hash
from coupefeu.record.statements import verify_checkpoint, verify_run
from coupefeu.record.tree import MAX_PATH, Frontier, inclusion_path, node_hash, root_from_path
from coupefeu.wire import cbor
from coupefeu.wire.note import VerifierKey

PROOF_FILE: Final = "equivocation"
AGREEMENT_FILE: Final = "agreement"
"""In the folder that a stranger gets: the proof, and the body of entry 0."""


@dataclass(frozen=True, slots=True)
class SignedLeaf:
    """One leaf under a statement of the log's author: a run when `start` is given, else a checkpoint of size `end`."""

    start: int | None
    end: int
    signature: bytes
    leaf: bytes
    path: tuple[bytes, ...]

    def root(self, index: int) -> bytes:
        """Root that this leaf at `index` of the log leads to.

        Raises:
            VerificationError: the path does not fit.
        """
        start = self.start or 0
        return root_from_path(leaf_hash(self.leaf), index - start, self.end - start, self.path)

    def verify(self, index: int, key: VerifierKey) -> None:
        """Return if the author signed for this leaf at `index`.

        Raises:
            VerificationError: it did not.
        """
        if self.start is None:
            verify_checkpoint(key, self.end, self.root(index), self.signature)
        else:
            verify_run(key, self.start, self.end, self.root(index), self.signature)

    def words(self) -> str:
        """Name the statement."""
        if self.start is None:
            return f"a checkpoint of {self.end:,} entries"
        return f"a run of the entries [{self.start:,}, {self.end:,})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivocation:
    """A proof that holds; `proved` and `not_proved` say it in words."""

    origin: str
    index: int
    first: SignedLeaf
    second: SignedLeaf
    proved: str
    not_proved: str = (
        "Why: by intent, by a restored backup, or by a stolen key. Which of the two the other holders have."
    )


def path_of(before: Frontier, leaf_hashes: Mapping[int, bytes], index: int, size: int) -> tuple[bytes, ...]:
    """Return the path of leaf `index` in the tree of `size`, from the tree `before` it and all leaves behind."""
    known = before.subtrees()

    def node(level: int, number: int) -> bytes:
        found = known.get((level, number))
        if found is not None:
            return found
        if level == 0:
            return leaf_hashes[number]
        return node_hash(node(level - 1, 2 * number), node(level - 1, 2 * number + 1))

    return inclusion_path(node, index, size)


def encode_equivocation(index: int, first: SignedLeaf, second: SignedLeaf) -> bytes:
    """Return the bytes that are kept and handed on."""
    return cbor.encode({0: index, 1: _fields(first), 2: _fields(second)})


def verify_equivocation(proof: bytes, *keys: VerifierKey) -> Equivocation:
    """Return what a kept proof shows about the log whose key is given; `keys`: all that it had, where it replaced one.

    Raises:
        PeerError: the bytes are no such proof.
        VerificationError: a statement does not hold, or both are of the same leaf.
    """
    index, first, second = _parse(proof)
    if first.leaf == second.leaf:
        raise VerificationError(
            f"both statements are of the same leaf at {index:,}",
            code="record.equivocation.same-leaf",
            hint="They can both be true; this proves nothing.",
        )
    before, after = (_find_key(signed, index, keys) for signed in (first, second))
    by = f"The key {before.key_id.hex()} of {before.name} signed {first.words()}"
    also = "" if before == after else f"its key {after.key_id.hex()} signed "
    proved = (
        f"{by} and {also}{second.words()} with different entries at {index:,}: they cannot both be its log."
    )
    return Equivocation(origin=before.name, index=index, first=first, second=second, proved=proved)


def _find_key(signed: SignedLeaf, index: int, keys: Sequence[VerifierKey]) -> VerifierKey:
    """Return the key of one log that signed the statement; raises as it does under the last one."""
    if len({key.name for key in keys}) != 1:
        raise UsageError(
            "a proof of two statements is checked with keys of one log",
            code="record.equivocation.keys",
            hint="Give the log's key, and those that it replaced.",
        )
    for key in keys[:-1]:
        with suppress(VerificationError):
            signed.verify(index, key)
            return key
    signed.verify(index, keys[-1])
    return keys[-1]


def _fields(signed: SignedLeaf) -> dict[int, Any]:
    fields: dict[int, Any] = {} if signed.start is None else {0: signed.start}
    return fields | {1: signed.end, 2: signed.signature, 3: signed.leaf, 4: list(signed.path)}


def _parse(proof: bytes) -> tuple[int, SignedLeaf, SignedLeaf]:
    try:
        value = cbor.decode(proof)
        _need(isinstance(value, dict) and set(value) == {0, 1, 2} and type(value[0]) is int)
        return value[0], _read(value[1]), _read(value[2])
    except (TypeError, CoupefeuError) as error:
        raise PeerError(
            "the bytes are no proof of two statements",
            code="record.equivocation.form",
            hint="Ask for the proof again; see docs/spec/record.md, Equivocation.",
        ) from error


def _read(fields: Any) -> SignedLeaf:
    _need(isinstance(fields, dict) and set(fields) in ({1, 2, 3, 4}, {0, 1, 2, 3, 4}))
    start, end, signature, leaf, path = (fields.get(key) for key in range(5))
    _need(type(start or 0) is int and type(end) is int and isinstance(path, list) and len(path) <= MAX_PATH)
    _need(all(isinstance(each, bytes) for each in (signature, leaf, *path)) and is_leaf(leaf))
    return SignedLeaf(start, end, signature, leaf, tuple(path))


def _need(holds: bool) -> None:
    if not holds:
        raise TypeError
