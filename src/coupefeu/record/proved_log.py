"""A log as a communique shows it: one checkpoint with every line, and earlier ones that are its beginning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coupefeu.errors import VerificationError
from coupefeu.keys.notes import is_from, verify_signature
from coupefeu.record.signatures import Cosigned, verify_checkpoint_note
from coupefeu.record.tree import verify_consistency
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.communique import EarlierItem, LogItem, refused
from coupefeu.wire.note import COSIGNATURE, ED25519, ML_DSA_44, Note, VerifierKey, parse_note


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A checkpoint of `size` entries that others signed for: holders, and witnesses that saw it."""

    checkpoint: Checkpoint
    holders: tuple[Cosigned, ...]
    witnesses: tuple[Cosigned, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedLog:
    """One log: its key, its checkpoint and the earlier ones by size, who signed, and which keys are post-quantum."""

    number: int
    key: VerifierKey
    note: bytes
    newest: Held
    earlier: tuple[Held, ...]
    post_quantum: tuple[VerifierKey, ...]
    """ML-DSA-44 keys whose signature stands on the newest checkpoint."""
    keys: tuple[VerifierKey, ...]
    """Every key that was given for it."""
    party_keys: tuple[VerifierKey, ...]
    """Those of them that are not a witness's: an agreement names them."""
    unknown: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Its name."""
        return self.key.name

    @property
    def size(self) -> int:
        """Entries under its checkpoint."""
        return self.newest.checkpoint.size

    @property
    def root(self) -> bytes:
        """Root of its checkpoint."""
        return self.newest.checkpoint.root

    @property
    def is_post_quantum(self) -> bool:
        """Whether its own ML-DSA-44 key and that of another party signed; neither alone, nor a witness's, is enough."""
        own = self.origin.rpartition("/")[0]
        signed = {key.name for key in self.post_quantum if key in self.party_keys}
        return self.origin in signed and any(not name.startswith(f"{own}/") for name in signed)

    def roots(self) -> dict[int, bytes]:
        """Give the root at every size that is shown."""
        return {each.checkpoint.size: each.checkpoint.root for each in (*self.earlier, self.newest)}

    def first_held(self, index: int, counts: Callable[[VerifierKey], bool]) -> Cosigned | None:
        """Give the earliest time that another gave when it signed for an entry; `counts`: whose time bounds it."""
        signed = (
            each
            for held in (*self.earlier, self.newest)
            if held.checkpoint.size > index
            for each in (*held.holders, *held.witnesses)
            if each.time_s and counts(each.key)
        )
        return min(signed, key=lambda each: each.time_s, default=None)


class LogVerifier:
    """Verifies one log of a communique: `log` once, `earlier` in order, then `proved`."""

    def __init__(self, item: LogItem) -> None:
        """Verify its checkpoint. Raises: PeerError: a key or note breaks its form; VerificationError."""
        self._item = item
        self._key = _parse(item.key, ED25519)
        self._holders = tuple(_parse(each, COSIGNATURE) for each in item.cosigners)
        self._witnesses = tuple(_parse(each, COSIGNATURE) for each in item.witnesses)
        self._post_quantum = tuple(_parse(each, ML_DSA_44) for each in (*item.ml_dsa, *item.ml_dsa_witnesses))
        _insist_distinct(self._post_quantum)
        self._own = f"{self._key.name.rpartition('/')[0]}/"
        self._newest, unknown = self._verify(item.note)
        self._earlier: list[Held] = []
        signers, self._unknown = _verify_post_quantum(parse_note(item.note), self._post_quantum, unknown)
        self._signed_post_quantum = signers

    @property
    def number(self) -> int:
        """Number of the log on its line."""
        return self._item.number

    @property
    def origin(self) -> str:
        """Its name."""
        return self._key.name

    @property
    def checkpoint(self) -> Checkpoint:
        """Its newest checkpoint."""
        return self._newest.checkpoint

    def add_earlier(self, item: EarlierItem) -> None:
        """Verify an earlier checkpoint. Raises: PeerError: it is out of order; VerificationError."""
        held, _ = self._verify(item.note)
        size = held.checkpoint.size
        last = self._earlier[-1].checkpoint.size if self._earlier else 0
        if not last < size < self.checkpoint.size:
            raise refused("earlier-order", f"an earlier checkpoint of {size:,} entries stands out of order")
        newest = self.checkpoint
        verify_consistency(size, held.checkpoint.root, newest.size, newest.root, item.path)
        self._earlier.append(held)

    def proved(self) -> ProvedLog:
        """Give what was verified."""
        return ProvedLog(
            number=self.number,
            key=self._key,
            note=self._item.note,
            newest=self._newest,
            earlier=tuple(self._earlier),
            post_quantum=self._signed_post_quantum,
            keys=(self._key, *self._holders, *self._witnesses, *self._post_quantum),
            party_keys=(self._key, *self._holders, *self._post_quantum[: len(self._item.ml_dsa)]),
            unknown=self._unknown,
        )

    def _verify(self, note: bytes) -> tuple[Held, tuple[str, ...]]:
        signed = verify_checkpoint_note(note, self._key, (*self._holders, *self._witnesses))
        others = [each for each in signed.cosigned if not each.key.name.startswith(self._own)]
        held = Held(
            checkpoint=signed.checkpoint,
            holders=tuple(each for each in others if each.key not in self._witnesses),
            witnesses=tuple(each for each in others if each.key in self._witnesses),
        )
        return held, signed.unknown


def _parse(text: str, algorithm: int) -> VerifierKey:
    key = VerifierKey.parse(text)
    if key.algorithm != algorithm or text != key.text():
        raise refused("key", f"the key {key.name} stands where another kind of key belongs")
    return key


def _insist_distinct(keys: Sequence[VerifierKey]) -> None:
    if not len({each.name for each in keys}) == len({each.key for each in keys}) == len(keys):
        raise refused("key-twice", "a post-quantum key or its name stands twice in one log")


def _verify_post_quantum(
    note: Note, keys: Sequence[VerifierKey], unknown: Sequence[str]
) -> tuple[tuple[VerifierKey, ...], tuple[str, ...]]:
    """Give which of the keys signed, and which signers are still unknown."""
    signers, left = [], list(unknown)
    for signature in note.signatures:
        key = next((each for each in keys if is_from(each, signature)), None)
        if key is not None:
            verify_signature(key, note.text, signature)
            signers.append(key)
            left.remove(signature.name)
    if len(set(signers)) != len(signers):
        raise VerificationError(
            f"the key {signers[0].name} signed one checkpoint twice",
            code="record.communique.signed_twice",
            hint="A lawful checkpoint has one line of a key; ask the issuer for another file.",
        )
    return tuple(signers), tuple(left)
