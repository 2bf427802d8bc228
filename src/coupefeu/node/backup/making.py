"""`coupefeu backup`: a node's folder into one file, while the node runs.

record copied in one read transaction -> FOLDER/.backup-record, gone at the end, or when the node starts
everything into FILE's neighbour, sealed if asked, synced -> renamed to FILE
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, Final

from coupefeu.errors import UsageError
from coupefeu.keys.age import SealedWriter, Sink
from coupefeu.keys.files import sync_folder
from coupefeu.model.messages import format_log
from coupefeu.node.backup.contents import MANIFEST, RECORD, Manifest, Stored, read_needful
from coupefeu.node.backup.last import LastBackup, write_last_backup
from coupefeu.node.folder import NodeFolder
from coupefeu.node.incarnation import find_unfinished
from coupefeu.node.running import is_running
from coupefeu.store.reader import Reader
from coupefeu.store.snapshot import STEP_BYTES, Pace, copy_record
from coupefeu.wire.tar import END, Member, encode_member

Progress = Callable[[int, int], None]
"""Bytes done, bytes in all."""

_CHUNK_BYTES: Final = 1 << 20
_COPY: Final = ".backup-record"


def make_backup(
    folder: NodeFolder, to: Path, passphrase: bytes | None = None, progress: Progress | None = None
) -> Manifest:
    """Write the backup of a node to the new file `to`, 0600, durable when this returns.

    Raises: UsageError: the file is there already, the node has no record, or a new incarnation has no entry yet;
    ConfigError, StoreError.
    """
    folder.need_line()
    if find_unfinished(folder) is not None:
        raise UsageError(
            "a new incarnation was opened, and has no entry yet: of this backup nobody could say what its keys signed",
            code="node.backup.unfinished",
            hint="Start the node once (coupefeu up), then make the backup.",
        )
    if to.exists():
        raise UsageError(
            f"{to} is there already",
            code="node.backup.exists",
            hint="A backup is never written over; give a name with the date.",
        )
    copy = folder.path / _COPY
    report = progress or (lambda _done, _total: None)
    with _in_use(folder.path, fcntl.LOCK_SH):
        copy.unlink(missing_ok=True)  # of a backup that was killed
        try:
            size = copy_record(
                folder.record_path,
                copy,
                running=is_running(folder),
                progress=lambda done, total: report(done, 2 * total),
            )
            with _beside(to) as file:
                manifest = _seal(folder, copy, file, passphrase, lambda done: report(size + done, 2 * size))
        finally:
            copy.unlink(missing_ok=True)
    write_last_backup(folder.path, LastBackup.of(manifest, to, sealed=passphrase is not None))
    return manifest


def remove_left_copy(folder: Path) -> None:
    """Remove the copy of the record that a killed backup left in a node's folder, unless a backup is at work there.

    What is erased later would stand in it. No start fails for it.
    """
    with suppress(OSError), _in_use(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
        (folder / _COPY).unlink(missing_ok=True)


@contextmanager
def _in_use(folder: Path, how: int) -> Iterator[None]:
    """Hold the lock of the copy: the folder's own, which ends with the process however that ends."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _beside(to: Path) -> "Iterator[_Paced]":
    """Open a neighbour of `to` that takes its name when all of it is on the disk, and is gone when not."""
    neighbour = to.with_name(f".{to.name}.new")
    neighbour.unlink(missing_ok=True)
    descriptor = os.open(neighbour, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield _Paced(file)
            file.flush()
            os.fsync(descriptor)
        neighbour.rename(to)
        sync_folder(to.parent)
    except BaseException:
        neighbour.unlink(missing_ok=True)
        raise


class _Paced:
    """A file that is written in steps, each synced, with a rest between: the line needs the disk too."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._pace = Pace(file.fileno())
        self._waiting = 0

    def write(self, octets: bytes, /) -> int:
        """Write; now and then, rest."""
        self._waiting += len(octets)
        if self._waiting >= STEP_BYTES:
            self._waiting = 0
            self._file.flush()
            self._pace.rest()
        return self._file.write(octets)


def _seal(
    folder: NodeFolder, record: Path, file: Sink, passphrase: bytes | None, report: Callable[[int], None]
) -> Manifest:
    if passphrase is None:
        return _write(folder, record, file, report)
    sealed = SealedWriter(file, passphrase)
    manifest = _write(folder, record, sealed, report)
    sealed.close()
    return manifest


def _write(folder: NodeFolder, record: Path, sink: Sink, report: Callable[[int], None]) -> Manifest:
    made_ms = folder.clock().utc_ms
    archive = _Archive(sink, made_ms // 1_000)
    for name, octets in read_needful(folder.path).items():
        archive.add(name, len(octets), iter((octets,)))
    with record.open("rb") as content:
        archive.add(RECORD, record.stat().st_size, _chunks(content, report))
    manifest = Manifest(
        made_ms=made_ms,
        party=folder.party,
        line_id=folder.line_id.hex(),
        exercise=bool(folder.banner()),
        program=version("coupefeu"),
        entries=_count(folder, record),
        files=tuple(archive.files),
    )
    octets = manifest.to_bytes()
    archive.add(MANIFEST, len(octets), iter((octets,)))
    sink.write(END)
    return manifest


def _count(folder: NodeFolder, record: Path) -> dict[str, int]:
    names = folder.agreement.party_ids
    with Reader(record, running=False) as reader:
        return {format_log(row["log"], names).lower(): row["size"] for row in reader.logs()}


def _chunks(content: BinaryIO, report: Callable[[int], None]) -> Iterator[bytes]:
    done = 0
    while chunk := content.read(_CHUNK_BYTES):
        yield chunk
        done += len(chunk)
        report(done)


class _Archive:
    """Puts files behind one another and notes what they are."""

    def __init__(self, sink: Sink, mtime_s: int) -> None:
        self._sink = sink
        self._mtime_s = mtime_s
        self.files: list[Stored] = []

    def add(self, name: str, size: int, content: Iterator[bytes]) -> None:
        member, digest = Member(name, size), sha256()
        self._sink.write(encode_member(member, self._mtime_s))
        for chunk in content:
            digest.update(chunk)
            self._sink.write(chunk)
        self._sink.write(bytes(member.padding))
        self.files.append(Stored(name=name, size=size, sha256=digest.hexdigest()))
