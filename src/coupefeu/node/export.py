"""What a stranger gets: one party's log as a tlog-tiles folder. Reads, never signs.

checkpoint              newest one that another party co-signed, with its co-signatures
tile/LEVEL/N            hashes          tile/entries/N      leaves
bodies/INDEX, bodies/N  what is held, with salts, never seeds
attachments/INDEX-N     what is held of attachments, each with its salt beside it
log.vkey                cosigners/PARTY.vkey: the keys whose co-signatures stand on that checkpoint
cosigners/mldsa/        log-key.vkey, PARTY.vkey: the same of ML-DSA-44, as far as it was signed once more
witnesses/NAME.vkey     witnesses/mldsa/NAME.vkey: the keys of neutral witnesses whose lines stand on it
policy policy-degraded  all whom the agreement names must have signed, or any: for tools that take a tlog-policy
checkpoint-mldsa        where that is an older checkpoint: the newest that was
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.model.agreement import NeutralWitness
from coupefeu.node.policies import agreed_signers, policies_of, witness_names
from coupefeu.node.signed_note import (
    OWN,
    SignedNote,
    find_post_quantum_note,
    find_witnessed_note,
    need_signed_note,
)
from coupefeu.record.attachment import attachment_salt
from coupefeu.record.audit import OLDER_CHECKPOINT
from coupefeu.record.disclosure import INDEX_PATH, Disclosure, bodies_path, format_index
from coupefeu.record.enclosures import attachment_path
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.tree import root_of
from coupefeu.store.line import Party, need_author
from coupefeu.store.reader import Held, Reader
from coupefeu.store.showing import is_note, parse_head
from coupefeu.wire import tiles
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import ML_DSA_44, parse_note
from coupefeu.wire.policy import PolicyWitness, format_policy

Progress = Callable[[int, int], None]
ML_DSA_FOLDER: Final = "cosigners/mldsa"


def export_record(
    reader: Reader,
    parties: tuple[Party, ...],
    log: int,
    folder: Path,
    progress: Progress | None = None,
    *,
    witnessed: bool = False,
    witnesses: Sequence[NeutralWitness] = (),
) -> int:
    """Write the log of one party; gives its size. `progress(done, size)` after each 256 entries.

    `witnessed`: up to the newest checkpoint that a neutral witness has signed too, if there is one. `witnesses`: those
    of the agreement, for which the policies ask.

    Raises: UsageError: the folder is not empty, or nobody has co-signed this log yet.
    """
    signed = find_witnessed_note(reader, parties, log) if witnessed else None
    signed = signed or need_signed_note(reader, parties, log)
    need_empty(folder)
    writer = _TileWriter(folder)
    disclosed: list[tuple[int, int]] = []
    rows = reader.leaves(log, signed.size)
    for number, width in tiles.bundle_widths(signed.size):
        leaves, shown = _read_bundle(rows, number * tiles.TILE_WIDTH, width)
        writer.add(number, leaves)
        if shown:
            write(folder / bodies_path(number), tiles.bundle(each.to_bytes() for each in shown))
            _extend(disclosed, [each.index for each in shown])
        if progress is not None:
            progress(number * tiles.TILE_WIDTH + width, signed.size)
    writer.finish()
    if disclosed:
        write(folder / INDEX_PATH, format_index(need_author(parties, log).origin, disclosed))
    write_attachments(reader, log, 0, signed.size, folder, notes=False)
    write_keys(folder, signed)
    write_policies(folder, signed, agreed_signers(parties, log, signed, witnesses))
    write(folder / "checkpoint", signed.note)
    if not signed.is_post_quantum:
        _write_older(folder, signed, find_post_quantum_note(reader, parties, log))
    return signed.size


def _write_older(folder: Path, signed: SignedNote, older: SignedNote | None) -> None:
    """Write beside it the newest that ML-DSA-44 covers, where the keys of the folder are those that signed it."""
    if older is None or older.log_key != signed.log_key:
        return
    if any(signed.cosigner_keys.get(name, key) != key for name, key in older.cosigner_keys.items()):
        return
    write(folder / OLDER_CHECKPOINT, older.note)
    write_ml_dsa_keys(folder, older)


def write_attachments(
    reader: Reader, log: int, start: int, end: int, folder: Path, *, notes: bool = True
) -> None:
    """Write each attachment that is held of the entries in [start, end), and its salt, never the seed.

    `notes`: also what our notes say, which nobody is told unless it is chosen by its number.
    """
    for index, number, seed, content in reader.attachments(log, start, end):
        if not notes and is_note(parse_head(reader.entry(log, index)["head"])):
            continue
        path = folder / attachment_path(index, number)
        write(path, content)
        write(path.with_name(f"{path.name}.salt"), attachment_salt(seed, number))


def _read_bundle(rows: Iterator[Held], start: int, width: int) -> tuple[list[bytes], list[Disclosure]]:
    leaves: list[bytes] = []
    shown: list[Disclosure] = []
    for index in range(start, start + width):
        leaf, seed, head, body, head_salt = next(rows)
        leaves.append(leaf)
        if seed is not None and head is not None and body is not None:
            shown.append(Disclosure.whole(index, seed, head, body))
        elif head is not None and head_salt is not None:
            shown.append(Disclosure(index, head_salt, head))
    return leaves, shown


def _extend(ranges: list[tuple[int, int]], indices: list[int]) -> None:
    for index in indices:
        if ranges and ranges[-1][1] == index:
            ranges[-1] = (ranges[-1][0], index + 1)
        else:
            ranges.append((index, index + 1))


class _TileWriter:
    """Writes bundles and hash tiles as the log goes by; one unfinished tile a level in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: list[list[bytes]] = [[]]
        self._done = [0]

    def add(self, number: int, leaves: list[bytes]) -> None:
        """Write one bundle of entries; only the last may have fewer than 256."""
        write(self._folder / tiles.entries_path(number, len(leaves)), tiles.bundle(leaves))
        for leaf in leaves:
            self._open[0].append(leaf_hash(leaf))
        level = 0
        while len(self._open[level]) == tiles.TILE_WIDTH:
            full, self._open[level] = self._open[level], []
            self._write_tile(level, full)
            level += 1
            if level == len(self._open):
                self._open.append([])
                self._done.append(0)
            self._open[level].append(root_of(full))

    def finish(self) -> None:
        """Write the unfinished tiles."""
        for level, hashes in enumerate(self._open):
            if hashes:
                self._write_tile(level, hashes)

    def _write_tile(self, level: int, hashes: list[bytes]) -> None:
        path = tiles.tile_path(level, self._done[level], len(hashes))
        self._done[level] += 1
        write(self._folder / path, b"".join(hashes))


def write_keys(folder: Path, signed: SignedNote) -> None:
    """Write the keys whose lines stand on the checkpoint, and no others."""
    write(folder / "log.vkey", f"{signed.log_key.text()}\n".encode())
    for name, key in signed.cosigner_keys.items():
        write(folder / "cosigners" / f"{name}.vkey", f"{key.text()}\n".encode())
    write_ml_dsa_keys(folder, signed)
    for name, key in witness_names(signed):
        at = folder / "witnesses" / ("mldsa" if key.algorithm == ML_DSA_44 else "")
        write(at / f"{name}.vkey", f"{key.text()}\n".encode())


def write_policies(folder: Path, signed: SignedNote, agreed: tuple[PolicyWitness, ...]) -> None:
    """Write the policies that ask for those whom the agreement names."""
    for file, policy, says in policies_of(signed.log_key, agreed):
        write(folder / file, format_policy(policy, says))


def write_ml_dsa_keys(folder: Path, signed: SignedNote) -> None:
    """Write the keys of ML-DSA-44 whose lines stand on it."""
    for name, key in signed.ml_dsa_keys.items():
        write(folder / ML_DSA_FOLDER / f"{name}.vkey", f"{key.text()}\n".encode())


def covered_in(folder: Path, size: int) -> int:
    """Say how many entries of what was written ML-DSA-44 covers; 0: all is classical only so far."""
    older = folder / OLDER_CHECKPOINT
    if older.exists():
        return Checkpoint.parse(parse_note(older.read_bytes()).text).size
    names = {path.stem for path in (folder / ML_DSA_FOLDER).glob("*.vkey")}
    return size if OWN in names and len(names) > 1 else 0


def need_empty(folder: Path) -> None:
    """Make the folder. Raises: UsageError: there is something in it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty", code="node.export.not_empty", hint="Give a new folder.")
    folder.mkdir(parents=True, exist_ok=True)


def write(path: Path, data: bytes) -> None:
    """Write one file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
