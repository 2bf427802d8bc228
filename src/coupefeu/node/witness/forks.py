"""What a witness kept of logs that signed two trees of one size, as folders that anyone can check.

DIR/N/cosigned   DIR/N/other    both checkpoints, with the log's own lines alone
DIR/N/keys/K.vkey               the keys that are trusted for this log
DIR/N/equivocation              the proof for `coupefeu verify` (docs/spec/record.md, section 10), where the log's own
                                Ed25519 key signed both and no extension line stands on them
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coupefeu.errors import CoupefeuError
from coupefeu.keys.notes import is_from
from coupefeu.node.export import need_empty, write
from coupefeu.node.export_equivocation import write_equivocation
from coupefeu.node.leaflet import write_equivocation_leaflet
from coupefeu.node.witness.keys import HEADS_FILE
from coupefeu.node.witness.opening import is_running
from coupefeu.node.witness.rules import read_rules
from coupefeu.record.two_heads import SignedHead, encode_two_heads, verify_two_heads
from coupefeu.store.witness_heads import Fork, read_kept_forks
from coupefeu.wire.note import ED25519, VerifierKey, parse_note
from coupefeu.wire.witness import parse_tree_head


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFork:
    """Where two checkpoints of one size were written. `is_proof`: `coupefeu verify` takes the folder."""

    origin: str
    size: int
    folder: Path
    is_proof: bool


def write_forks(folder: Path, trusted: Sequence[str], to: Path) -> list[WrittenFork]:
    """Write all that the witness in `folder` keeps; it may be running. Where there is nothing, nothing is made.

    Raises: ConfigError: as `read_rules`; UsageError: `to` is not empty; StoreError: there is no such witness.
    """
    rules = read_rules(folder, trusted)
    pairs = list(_pairs(read_kept_forks(folder / HEADS_FILE, running=is_running(folder))))
    if pairs:
        need_empty(to)
    written = []
    for number, (first, other) in enumerate(pairs, 1):
        keys = rules[first.origin].keys if first.origin in rules else ()
        written.append(_write(to / str(number), first, other, keys))
    return written


def _pairs(forks: Sequence[Fork]) -> Iterator[tuple[Fork, Fork]]:
    """Give the head that was kept first of each size, with each other one of that size."""
    first: dict[tuple[str, int], Fork] = {}
    for fork in forks:
        kept = first.setdefault((fork.origin, fork.size), fork)
        if _root(kept) != _root(fork):
            yield kept, fork


def _write(to: Path, first: Fork, other: Fork, keys: Sequence[VerifierKey]) -> WrittenFork:
    proof, signers = _prove(first, other, keys)
    if proof is None:
        for number, key in enumerate(keys, 1):
            write(to / "keys" / f"{number}.vkey", f"{key.text()}\n".encode())
    else:
        write_equivocation(to, proof, signers, None)
    write(to / "cosigned", first.note)
    write(to / "other", other.note)
    write_equivocation_leaflet("", f"the log {first.origin}", to)
    return WrittenFork(origin=first.origin, size=first.size, folder=to, is_proof=proof is not None)


def _prove(
    first: Fork, other: Fork, keys: Sequence[VerifierKey]
) -> tuple[bytes | None, Sequence[VerifierKey]]:
    own = [key for key in keys if key.algorithm == ED25519 and key.name == first.origin]
    heads = [_signed(each, own) for each in (first, other)]
    if None in heads:
        return None, ()
    proof = encode_two_heads(first.origin, *(each for each in heads if each is not None))
    try:
        verify_two_heads(proof, *own)
    except CoupefeuError:
        return None, ()
    return proof, own


def _signed(fork: Fork, keys: Sequence[VerifierKey]) -> SignedHead | None:
    lines = parse_note(fork.note).signatures
    found = next((line for line in lines for key in keys if is_from(key, line)), None)
    return None if found is None else SignedHead(size=fork.size, root=_root(fork), signature=found.blob)


def _root(fork: Fork) -> bytes:
    return parse_tree_head(parse_note(fork.note).text).root
