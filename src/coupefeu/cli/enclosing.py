"""Attachments as files: read to be sent, and saved under names that their sender cannot misuse."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from coupefeu.errors import ConfigError, UsageError
from coupefeu.model.attachments import Attachment
from coupefeu.model.filenames import safe_filename
from coupefeu.node.desk import Desk
from coupefeu.services.messages.attaching import judge_count, judge_size
from coupefeu.services.messages.enclosed import AttachmentState
from coupefeu.services.messages.status import MessageStatus

AWAITED_EXIT = 6
"""As for a path that failed: what is promised is not here yet, and may be when it is tried again."""


def read_attachments(paths: Sequence[Path], agreed_bytes: int) -> tuple[Attachment, ...]:
    """Read files to be sent, named as they are. Raises: UsageError, PolicyError: one cannot be sent."""
    judge_count(len(paths))
    return tuple(_read(path, agreed_bytes) for path in paths)


def _read(path: Path, agreed_bytes: int) -> Attachment:
    """Judge the size before a byte is read: a wrong name may be that of a whole disk."""
    try:
        if not path.is_file():
            raise UsageError(
                f"there is no file {path}", code="cli.say.no_attachment", hint="Check the name that you gave."
            )
        judge_size(path.name, path.stat().st_size, agreed_bytes)
        return Attachment(name=path.name, content=path.read_bytes())
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}",
            code="cli.say.unreadable_attachment",
            hint="Check the file and its rights.",
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Which attachments of a message are files now, by number, and which are not here yet."""

    files: dict[int, Path]
    awaited: tuple[int, ...]


def save_attachments(desk: Desk, status: MessageStatus, folder: Path) -> Saved:
    """Write what is here of a message's attachments into a folder, one file each; no file is ever overwritten.

    One that was saved before stays as it is, so that the same can be asked again until all are here.

    Raises: UsageError: another file of that name is there; ConfigError: the folder cannot be written.
    """
    files = {
        each.number: folder / f"{status.number.replace('/', '-')}-{each.number}-{safe_filename(each.name)}"
        for each in status.attachments
        if each.state is AttachmentState.HELD
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number, path in files.items():
            _write_new(path, desk.attachment(status.id, number).content)
    except FileExistsError as error:
        raise UsageError(
            f"{error.filename} is there already with other content, and nothing is overwritten",
            code="cli.inbox.exists",
            hint="Give a new folder, or move that file away.",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{error.filename} cannot be written: {error.strerror}",
            code="cli.inbox.save",
            hint="Give a folder in which you may write.",
        ) from error
    awaited = tuple(each.number for each in status.attachments if each.state is AttachmentState.AWAITED)
    return Saved(files=files, awaited=awaited)


def _write_new(path: Path, content: bytes) -> None:
    """Make a file for its owner alone; a name that is taken, by a link too, is refused unless it holds just this."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.is_symlink() or not path.is_file() or path.read_bytes() != content:
            raise
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
