"""`coupefeu restore`: a backup into a new folder, whole or not at all.

    FILE -> TO's neighbour: every file hashed, the manifest compared, agreement and record looked over -> renamed to TO

A stranger's file costs the disk that it fills and nothing else: names come from one list, sizes are bounded by what is
free, and nothing but plain files is made. Without the high-water file the node starts recovering (protocol A13).
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from coupefeu.errors import PeerError, UsageError, VerificationError
from coupefeu.keys.age import VERSION_LINE, SealedReader
from coupefeu.keys.files import sync_folder
from coupefeu.node.backup.contents import (
    MANIFEST,
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_MANIFEST_BYTES,
    RECORD,
    Manifest,
    Stored,
    is_needful,
    parse_manifest,
)
from coupefeu.node.folder import NodeFolder
from coupefeu.store.snapshot import check_copy
from coupefeu.wire.tar import BLOCK_BYTES, Member, decode_member, malformed

Progress = Callable[[int, int], None]
"""Bytes done, bytes in all."""

_CHUNK_BYTES: Final = 1 << 20


class Source(Protocol):
    """What gives the bytes of the archive."""

    def read(self, count: int, /) -> bytes:
        """Give at most `count` bytes, fewer only at the end."""
        ...


def restore_backup(
    file: Path, to: Path, passphrase: bytes | None = None, progress: Progress | None = None
) -> Manifest:
    """Make the folder `to` of a backup; it may be there already, empty.

    Raises: UsageError: the folder is not empty, or the passphrase is missing; PeerError: the file is no backup;
    VerificationError: it is not what its manifest says; ConfigError, StoreError: what it holds does not fit together.
    """
    _insist_empty(to)
    with _neighbour(to) as folder:
        with file.open("rb") as raw:
            report = progress or (lambda _done, _total: None)
            size = file.stat().st_size
            source = _open(raw, passphrase)
            manifest = _unpack(source, folder, lambda: report(min(raw.tell(), size), size))
        _look_over(folder, manifest)
        _sync(folder)
        folder.replace(to)
        sync_folder(to.parent)
    return manifest


def _insist_empty(to: Path) -> None:
    if to.is_symlink() or (to.exists() and not to.is_dir()):
        raise UsageError(
            f"{to} is no folder", code="node.backup.no_folder", hint="Give the name of a new folder."
        )
    if to.exists() and any(to.iterdir()):
        is_node = (to / "node.toml").exists()
        says = f"{to} holds a node already" if is_node else f"{to} is not empty"
        raise UsageError(
            says, code="node.backup.not_empty", hint="Give a new folder; move the old one away, and keep it."
        )


@contextmanager
def _neighbour(to: Path) -> Iterator[Path]:
    folder = to.absolute().with_name(f".{to.absolute().name}.restoring")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        for name in ("keys", "agreement", "pairing"):
            (folder / name).mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open(raw: BinaryIO, passphrase: bytes | None) -> Source:
    is_sealed = raw.read(len(VERSION_LINE)) == VERSION_LINE
    raw.seek(0)
    if not is_sealed:
        return raw
    if passphrase is None:
        raise UsageError(
            "this backup is sealed",
            code="node.backup.sealed",
            hint="Give its passphrase: --passphrase-file FILE.",
        )
    return SealedReader(raw, passphrase)


def _unpack(source: Source, folder: Path, report: Callable[[], None]) -> Manifest:
    """Write every file, then compare them with the manifest, which is the last."""
    seen: list[Stored] = []
    while (member := decode_member(source.read(BLOCK_BYTES))) is not None:
        if len(seen) >= MAX_FILES or member.name in {each.name for each in seen}:
            raise malformed(f"{member.name!r} comes twice, or it holds too many files")
        if member.name == MANIFEST:
            return _finish(source, member, tuple(seen))
        _insist_allowed(member, folder)
        seen.append(_write(source, member, folder / member.name, report))
    raise malformed(f"it has no {MANIFEST}")


def _insist_allowed(member: Member, folder: Path) -> None:
    if member.name == RECORD:
        free = shutil.disk_usage(folder).free
        if member.size > free:
            raise UsageError(
                f"the record has {member.size:,} bytes, {folder.parent} has {free:,} free",
                code="node.backup.no_room",
                hint="Give a folder on a disk with more room.",
            )
    elif not is_needful(member.name):
        raise PeerError(
            f"the file is no backup: it holds {member.name[:100]!r}",
            code="node.backup.name",
            hint="A backup holds a node's own files and nothing else; nothing was written outside the new folder.",
        )
    elif member.size > MAX_FILE_BYTES:
        raise malformed(f"{member.name} has {member.size:,} bytes")


def _write(source: Source, member: Member, to: Path, report: Callable[[], None]) -> Stored:
    digest = sha256()
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in _content(source, member):
            digest.update(chunk)
            file.write(chunk)
            report()
    return Stored(name=member.name, size=member.size, sha256=digest.hexdigest())


def _content(source: Source, member: Member) -> Iterator[bytes]:
    left = member.size
    while left:
        chunk = source.read(min(left, _CHUNK_BYTES))
        if not chunk:
            raise malformed(f"it ends within {member.name}")
        left -= len(chunk)
        yield chunk
    if len(source.read(member.padding)) != member.padding:
        raise malformed(f"it ends behind {member.name}")


def _finish(source: Source, member: Member, seen: tuple[Stored, ...]) -> Manifest:
    if member.size > MAX_MANIFEST_BYTES:
        raise malformed(f"{MANIFEST} has {member.size:,} bytes")
    manifest = parse_manifest(b"".join(_content(source, member)))
    while rest := source.read(_CHUNK_BYTES):  # a sealed file says only at its end that it is whole
        if any(rest):
            raise malformed(f"something stands behind {MANIFEST}")
    if manifest.files != seen:
        differing = (
            each.name for each in (*seen, *manifest.files) if (each in seen) != (each in manifest.files)
        )
        raise _changed(next(differing, MANIFEST))
    return manifest


def _changed(name: str) -> VerificationError:
    return VerificationError(
        f"{name} is not the file that the manifest names",
        code="node.backup.changed",
        hint="The backup was damaged or changed; take another copy. Nothing was restored.",
    )


def _look_over(folder: Path, manifest: Manifest) -> None:
    """Insist that the folder is the node that the manifest names, and its record whole."""
    node = NodeFolder.open(folder)
    line = node.need_line()
    if (node.party, node.line_id.hex()) != (manifest.party, manifest.line_id) or not line.generations:
        raise VerificationError(
            "the manifest names another party or line than the files",
            code="node.backup.other_line",
            hint="Files of two backups were mixed; take another copy.",
        )
    if not node.record_path.exists():
        raise malformed(f"it has no {RECORD}")
    check_copy(node.record_path, node.parties)


def _sync(folder: Path) -> None:
    """Make everything durable before it takes its name."""
    for path in (*folder.rglob("*"), folder):
        if path.is_dir():
            sync_folder(path)
            continue
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
