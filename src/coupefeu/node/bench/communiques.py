"""What proofs and communiques cost among very many entries: made, verified, and how large."""

import random
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median
from typing import Final

from coupefeu.keys.notes import MlDsaSigner, is_from, verify_signature
from coupefeu.node.bench.figures import Bench, Figure, milliseconds, spread
from coupefeu.node.bench.stored import stored_record
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.gathering import signed_notes
from coupefeu.node.communique.issuing import Wish, draft_communique
from coupefeu.node.folder import NodeFolder
from coupefeu.node.signed_note import SignedNote
from coupefeu.record.communique import verify_communique
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.selection import Disclosed
from coupefeu.record.tree import verify_inclusion
from coupefeu.services.bodies import promised_in
from coupefeu.store.paths import inclusion_path
from coupefeu.store.reader import Reader
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import ED25519, parse_note, signature_line
from coupefeu.wire.proof import TlogProof

PROOFS: Final = 500
ENTRIES: Final = 1_000
SEED: Final = 20_220_324
KILOBYTE: Final = 1_024


async def measure_proof(bench: Bench) -> AsyncIterator[Figure]:
    """One inclusion proof at a time, each of another entry anywhere in the log, nothing kept between two."""
    record = stored_record(bench)
    folder = NodeFolder.open(record.us)
    made: list[float] = []
    verified: list[float] = []
    size = 0
    with Reader(folder.record_path, running=False) as reader:
        log = folder.log_number
        note = signed_notes(reader, folder)[log]
        for number, index in enumerate(_anywhere(record.size, PROOFS), 1):
            leaf = reader.entry(log, index)["leaf"]
            started = time.perf_counter()
            path = inclusion_path(reader.connection, log, index, note.size)
            made.append(time.perf_counter() - started)
            proof = TlogProof(index, path, note.note).format()
            size = max(size, len(proof))
            started = time.perf_counter()
            _verify(proof, leaf, note)
            verified.append(time.perf_counter() - started)
            bench.progress("proofs", number, PROOFS)
    what = f"inclusion proof among {record.size:,} entries"
    yield Figure(
        name="proof-made",
        what=f"{what}: make",
        unit="ms",
        ours=milliseconds(made),
        limit=1.0,
        detail=spread(made),
    )
    yield Figure(
        name="proof-verified",
        what=f"{what}: verify, with the log's Ed25519",
        unit="ms",
        ours=milliseconds(verified),
        limit=3.0,
        detail=spread(verified),
    )
    yield Figure(
        name="proof-size", what=f"{what}: size, classical", unit="KB", ours=size / KILOBYTE, limit=1.5
    )
    yield Figure(
        name="proof-size-ml-dsa",
        what=f"{what}: size, with ML-DSA-44 of both sides and a witness",
        unit="KB",
        ours=(size + _ml_dsa_bytes(folder, note)) / KILOBYTE,
        limit=11.5,
    )


def _ml_dsa_bytes(folder: NodeFolder, note: SignedNote) -> int:
    """Measure the lines that stand on the checkpoint once author, other party and a witness have signed again.

    Made with our own seed under each name: a line is as long whoever signs it.
    """
    checkpoint = Checkpoint.parse(parse_note(note.note).text)
    seed = folder.ring.need_ml_dsa()[0]
    names = (
        checkpoint.origin,
        *(each.name for each in note.cosigner_keys.values()),
        "witness.example/neutral",
    )
    lines = (MlDsaSigner(name, seed).cosign(checkpoint, 1) for name in names)
    return sum(len(signature_line(line).encode()) for line in lines)


def _verify(proof: bytes, leaf: bytes, signed: SignedNote) -> None:
    """Do all that a stranger does: read the proof, verify the log's signature, and the path."""
    parsed = TlogProof.parse(proof)
    note = parse_note(parsed.checkpoint_note)
    for signature in note.signatures:
        if is_from(signed.log_key, signature) and signed.log_key.algorithm == ED25519:
            verify_signature(signed.log_key, note.text, signature)
    verify_inclusion(leaf_hash(leaf), parsed.index, signed.size, signed.root, parsed.path)


async def measure_communique(bench: Bench) -> AsyncIterator[Figure]:
    """Write a thousand entries from anywhere in the log, each whole, as one file, and verify it; and a hundred."""
    record = stored_record(bench)
    folder = NodeFolder.open(record.us)
    most = min(ENTRIES, record.size - 1)
    counts = (most, most // 10)
    written: dict[int, list[float]] = {count: [] for count in counts}
    read: dict[int, list[float]] = {count: [] for count in counts}
    path, size = bench.folder / "communique.html", 0
    for number in range(bench.sizes.rounds):
        for count in counts:
            started = time.perf_counter()
            _write(folder, record.size, count, path)
            written[count].append(time.perf_counter() - started)
            size = max(size, path.stat().st_size)
            started = time.perf_counter()
            with path.open("rb") as file:
                assert len(verify_communique(file.readline, promised_in).chosen) == count
            read[count].append(time.perf_counter() - started)
        bench.progress("communique", number + 1, bench.sizes.rounds)
    what = f"communique of {most:,} entries out of {record.size:,}"
    for name, seconds, limit in (("written", written, 3.0), ("verified", read, 2.0)):
        yield Figure(
            name=f"communique-{name}",
            what=f"{what}: {'write' if name == 'written' else 'verify'}",
            unit="s",
            ours=median(seconds[most]),
            limit=limit,
            detail={
                "of_a_tenth_s": round(median(seconds[most // 10]), 3),
                "mib": round(size / (1 << 20), 2),
            },
        )


def _write(folder: NodeFolder, size: int, count: int, path: Path) -> None:
    entries = tuple((folder.log_number, index) for index in _anywhere(size, count))
    wish = Wish(query=Query(entries=entries), disclosing=Disclosing(default=Disclosed.ALL), words="bench")
    with Reader(folder.record_path, running=False) as reader:
        draft = draft_communique(folder, reader, wish)
    path.write_bytes(draft.sign(folder))


def _anywhere(size: int, count: int) -> list[int]:
    """Choose entries all over the log, but entry 0; the same at each run."""
    return sorted(random.Random(SEED).sample(range(1, size), count))  # noqa: S311 - where a measurement looks
