"""A proof that one key signed two heads of a log that cannot both be true; the key is a holder's, or the log's (A13).

    {5: origin, 6: head, 7: head}
    head    {0: size, 1: root, 2: signature, ? 3: time_s, ? 4: index, ? 5: leaf, ? 6: [hashes]}

With a time, both are co-signatures of one holder; without, checkpoints of the log's own key. They contradict each
other if both are of one size with different roots; if both show another leaf at one index; or if, by the times that
the holder gave, it signed for fewer entries after it had signed for more.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from coupefeu.errors import CoupefeuError, PeerError, UsageError, VerificationError
from coupefeu.model.instant import Instant, format_instant
from coupefeu.record.leaf import is_leaf, leaf_hash
from coupefeu.record.statements import verify_checkpoint, verify_cosignature
from coupefeu.record.tree import MAX_PATH, root_from_path
from coupefeu.wire import cbor
from coupefeu.wire.note import VerifierKey

_BEGINNING: Final = b"\xa3\x05"
MAX_ORIGIN_CHARACTERS: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLeaf:
    """One leaf of a head, with the hashes that lead to its root."""

    index: int
    leaf: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """Size and root of a log, signed: by a holder at `time_s` by its own clock, or by the log's key (None)."""

    size: int
    root: bytes
    signature: bytes
    time_s: int | None = None
    shown: ShownLeaf | None = None

    def verify(self, origin: str, key: VerifierKey) -> None:
        """Return if this key signed it. Raises: VerificationError."""
        if self.time_s is not None:
            verify_cosignature(key, origin, self.size, self.root, self.time_s, self.signature)
            return
        if key.name != origin:
            raise _unsound("a checkpoint is signed by another key than the log's own")
        verify_checkpoint(key, self.size, self.root, self.signature)

    def words(self) -> str:
        """Name it."""
        entries = f"{self.size:,} entries with the root {self.root.hex()[:16]}"
        if self.time_s is None:
            return f"a checkpoint of {entries}"
        return f"a co-signature of {entries}, giving the time {format_instant(Instant(self.time_s * 1000))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoHeads:
    """A proof that holds; `proved` and `not_proved` say it in words."""

    origin: str
    signer: VerifierKey
    first: SignedHead
    second: SignedHead
    proved: str
    not_proved: str


def is_of_two_heads(proof: bytes) -> bool:
    """Tell such a proof from the others."""
    return proof.startswith(_BEGINNING)


def encode_two_heads(origin: str, first: SignedHead, second: SignedHead) -> bytes:
    """Return the bytes that are handed on."""
    return cbor.encode({5: origin, 6: _fields(first), 7: _fields(second)})


def verify_two_heads(proof: bytes, *keys: VerifierKey) -> TwoHeads:
    """Return what a proof shows; `keys`: all that its signer had under one name, where it replaced one.

    Raises:
        PeerError: the bytes are no such proof.
        VerificationError: a signature or path does not hold, or both can be true.
    """
    origin, first, second = _parse(proof)
    signer = _find_key(origin, first, keys)
    _find_key(origin, second, keys)
    why = _contradiction(first, second)
    return TwoHeads(
        origin=origin,
        signer=signer,
        first=first,
        second=second,
        proved=f"The key {signer.key_id.hex()} of {signer.name} signed, of the log {origin}, {first.words()}, and "
        f"{second.words()}: {why}.",
        not_proved="Why: by intent, by a restored backup, by a clock that was set back, or by a stolen key.",
    )


def _contradiction(first: SignedHead, second: SignedHead) -> str:
    if (first.time_s is None) != (second.time_s is None):
        raise _unsound("one statement is of the log's key, the other of a holder's")
    for head in (first, second):
        if head.shown is not None:
            _verify_shown(head, head.shown)
    if first.size == second.size and first.root != second.root:
        return "the same size cannot have two roots"
    one, other = first.shown, second.shown
    if one is not None and other is not None and one.index == other.index and one.leaf != other.leaf:
        return f"entry {one.index:,} cannot be two different ones"
    earlier, later = sorted((first, second), key=lambda head: head.time_s or 0)
    if earlier.time_s is not None and (later.time_s or 0) > earlier.time_s and later.size < earlier.size:
        return "by its own times it signed for fewer entries after it had signed for more"
    raise _unsound("both statements can be true")


def _verify_shown(head: SignedHead, shown: ShownLeaf) -> None:
    if root_from_path(leaf_hash(shown.leaf), shown.index, head.size, shown.path) != head.root:
        raise _unsound(f"the leaf shown at {shown.index:,} is not under the root that was signed")


def _find_key(origin: str, head: SignedHead, keys: Sequence[VerifierKey]) -> VerifierKey:
    if len({key.name for key in keys}) != 1:
        raise UsageError(
            "a proof of two heads is checked with keys of one signer",
            code="record.two_heads.keys",
            hint="Give the key, and those that it replaced.",
        )
    for key in keys[:-1]:
        with suppress(VerificationError):
            head.verify(origin, key)
            return key
    head.verify(origin, keys[-1])
    return keys[-1]


def _fields(head: SignedHead) -> dict[int, Any]:
    fields: dict[int, Any] = {0: head.size, 1: head.root, 2: head.signature}
    if head.time_s is not None:
        fields[3] = head.time_s
    if head.shown is not None:
        fields |= {4: head.shown.index, 5: head.shown.leaf, 6: list(head.shown.path)}
    return fields


def _parse(proof: bytes) -> tuple[str, SignedHead, SignedHead]:
    try:
        value = cbor.decode(proof)
        _need(isinstance(value, dict) and set(value) == {5, 6, 7} and isinstance(value[5], str))
        _need(0 < len(value[5]) <= MAX_ORIGIN_CHARACTERS)
        return value[5], _read(value[6]), _read(value[7])
    except (TypeError, CoupefeuError) as error:
        raise PeerError(
            "the bytes are no proof of two heads",
            code="record.two_heads.form",
            hint="Ask for the proof again; see docs/spec/record.md, Equivocation.",
        ) from error


def _read(fields: Any) -> SignedHead:
    _need(isinstance(fields, dict) and {0, 1, 2} <= set(fields) <= set(range(7)))
    shown = {4, 5, 6} & set(fields)
    _need(not shown or shown == {4, 5, 6})
    size, root, signature, time_s, index, leaf, path = (fields.get(key) for key in range(7))
    _need(type(size) is int and size > 0 and type(time_s or 0) is int)
    _need(all(isinstance(each, bytes) for each in (root, signature)) and len(root) == 32)
    leaf_shown = _read_shown(index, leaf, path) if shown else None
    return SignedHead(size=size, root=root, signature=signature, time_s=time_s, shown=leaf_shown)


def _read_shown(index: Any, leaf: Any, path: Any) -> ShownLeaf:
    _need(type(index) is int and isinstance(path, list) and len(path) <= MAX_PATH)
    _need(all(isinstance(each, bytes) for each in (leaf, *path)) and is_leaf(leaf))
    return ShownLeaf(index=index, leaf=leaf, path=tuple(path))


def _need(holds: bool) -> None:
    if not holds:
        raise TypeError


def _unsound(what: str) -> VerificationError:
    return VerificationError(
        what, code="record.two_heads.unsound", hint="This proves nothing against the signer."
    )
