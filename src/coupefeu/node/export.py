"""What a stranger gets: one party's log as a tlog-tiles folder, or one entry with its proof. Reads, never signs.

checkpoint              newest one that another party co-signed, with its co-signatures
tile/LEVEL/N            hashes          tile/entries/N      leaves
bodies/INDEX, bodies/N  what is held, with salts, never seeds
log.vkey                cosigners/PARTY.vkey: the keys whose co-signatures stand on that checkpoint
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from coupefeu.errors import UsageError
from coupefeu.record.disclosure import INDEX_PATH, Disclosure, bodies_path, format_index
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.statements import checkpoint_note
from coupefeu.record.tree import inclusion_path, root_of
from coupefeu.store.line import Party
from coupefeu.store.reader import CosignedCheckpoint, Reader
from coupefeu.wire import tiles
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.proof import TlogProof

Progress = Callable[[int, int], None]


def export_record(
    reader: Reader, parties: tuple[Party, ...], log: int, folder: Path, progress: Progress | None = None
) -> int:
    """Write the log of one party; gives its size. `progress(done, size)` after each 256 entries.

    Raises: UsageError: the folder is not empty, or nobody has co-signed this log yet.
    """
    signed = _need_cosigned(reader, parties, log)
    _need_empty(folder)
    writer = _TileWriter(folder)
    disclosed: list[tuple[int, int]] = []
    rows = reader.leaves(log, signed.size)
    for number, width in tiles.bundle_widths(signed.size):
        leaves, shown = _read_bundle(rows, number * tiles.TILE_WIDTH, width)
        writer.add(number, leaves)
        if shown:
            _write(folder / bodies_path(number), tiles.bundle(each.to_bytes() for each in shown))
            _extend(disclosed, [each.index for each in shown])
        if progress is not None:
            progress(number * tiles.TILE_WIDTH + width, signed.size)
    writer.finish()
    _write(folder / INDEX_PATH, format_index(parties[log].origin, disclosed))
    _write_keys(folder, parties, log, signed)
    _write(folder / "checkpoint", _note(parties, log, signed))
    return signed.size


def prove_entry(reader: Reader, parties: tuple[Party, ...], log: int, index: int, folder: Path) -> None:
    """Write `leaf`, `proof` and, where it is held, `body` of one entry, with the keys beside them.

    Raises: UsageError: the entry is not held, or no co-signed checkpoint covers it yet.
    """
    signed = _need_cosigned(reader, parties, log)
    row = reader.entry(log, index)
    if index >= signed.size:
        raise UsageError(
            f"entry {index:,} is not under a co-signed checkpoint yet (the newest covers {signed.size:,})",
            code="node.export.not_cosigned",
            hint="Wait until the other side has receipted it; `coupefeu status` shows the line.",
        )
    _need_empty(folder)
    hashes = [leaf_hash(leaf) for leaf, *_ in reader.leaves(log, signed.size)]
    extra = None
    if row["body"] is not None:
        shown = Disclosure.whole(index, row["seed"], row["head"], row["body"])
        extra = shown.to_extra()
        _write(folder / "body", row["body"])
    proof = TlogProof(index, inclusion_path(hashes, index, signed.size), _note(parties, log, signed), extra)
    _write(folder / "leaf", row["leaf"])
    _write(folder / "proof", proof.format())
    _write_keys(folder, parties, log, signed)


def _read_bundle(
    rows: Iterator[tuple[bytes, bytes | None, bytes | None, bytes | None]], start: int, width: int
) -> tuple[list[bytes], list[Disclosure]]:
    leaves: list[bytes] = []
    shown: list[Disclosure] = []
    for index in range(start, start + width):
        leaf, seed, head, body = next(rows)
        leaves.append(leaf)
        if seed is not None and head is not None and body is not None:
            shown.append(Disclosure.whole(index, seed, head, body))
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
        _write(self._folder / tiles.entries_path(number, len(leaves)), tiles.bundle(leaves))
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
        _write(self._folder / path, b"".join(hashes))


def _note(parties: tuple[Party, ...], log: int, signed: CosignedCheckpoint) -> bytes:
    party = parties[log]
    lines = [
        (parties[holder].cosigner_key, *cosigned) for holder, cosigned in sorted(signed.cosignatures.items())
    ]
    return checkpoint_note(
        party.log_key, Checkpoint(party.origin, signed.size, signed.root), signed.signature, lines
    )


def _write_keys(folder: Path, parties: tuple[Party, ...], log: int, signed: CosignedCheckpoint) -> None:
    _write(folder / "log.vkey", f"{parties[log].log_key.text()}\n".encode())
    for holder in signed.cosignatures:
        key = parties[holder].cosigner_key
        _write(folder / "cosigners" / f"{parties[holder].name}.vkey", f"{key.text()}\n".encode())


def _need_cosigned(reader: Reader, parties: tuple[Party, ...], log: int) -> CosignedCheckpoint:
    signed = reader.newest_cosigned(log)
    if signed is None:
        raise UsageError(
            f"no other party has co-signed the log of {parties[log].name.upper()} yet",
            code="node.export.not_cosigned",
            hint="Let the line come up once: `coupefeu up` on both sides, then `coupefeu status`.",
        )
    return signed


def _need_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty", code="node.export.not_empty", hint="Give a new folder.")
    folder.mkdir(parents=True, exist_ok=True)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
