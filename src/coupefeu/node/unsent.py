"""Texts that were refused, kept in FOLDER/unsent until they are sent as they stand, or until the same is erased.

What an officer ordered to be erased, or its age, would else go on lying beside the record (protocol A17).
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from coupefeu.keys.files import SECRET_MODE, write_durably
from coupefeu.model.instant import format_instant
from coupefeu.node.folder import NodeFolder
from coupefeu.services.messages.forms import read_content

MAX_KEPT: Final = 20
"""Refused texts that are kept; the oldest goes when one more comes."""


def keep_unsent(folder: NodeFolder, text: str) -> Path:
    """Keep a text that was refused; gives where. Raises: OSError: it cannot be written."""
    unsent = folder.path / "unsent"
    unsent.mkdir(mode=0o700, exist_ok=True)
    stamp = format_instant(folder.clock().utc_ms).replace(":", "").replace(".", "-")
    kept = unsent / f"{stamp}.txt"
    write_durably(kept, _octets(text), mode=SECRET_MODE)
    for oldest in _kept_texts(folder)[:-MAX_KEPT]:
        _wipe(oldest)
    return kept


def forget_unsent(folder: NodeFolder, texts: Iterable[str]) -> None:
    """Remove what was kept of these texts. Raises: OSError: a file cannot be removed."""
    octets = {_octets(text) for text in texts}
    sizes = {len(each) for each in octets}
    for kept in _kept_texts(folder):
        if kept.stat().st_size in sizes and kept.read_bytes() in octets:
            _wipe(kept)


def forget_bodies(folder: NodeFolder, bodies: Iterable[bytes]) -> None:
    """Remove what was kept of the texts in these bodies of messages. Raises: OSError: a file cannot be removed."""
    contents = (read_content(body)[0] for body in bodies)
    forget_unsent(folder, {content.text for content in contents if content is not None and content.text})


def _kept_texts(folder: NodeFolder) -> list[Path]:
    """List them, the oldest first."""
    return sorted((folder.path / "unsent").glob("*.txt"))


def _wipe(kept: Path) -> None:
    """Overwrite a file, as the database does with what is erased, and remove it."""
    with kept.open("r+b") as file:
        file.write(bytes(kept.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    kept.unlink()


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
