"""A name that a stranger chose, as the name of a file here: it leaves no folder, hides nothing, means no device.

Whoever names an attachment chooses its letters, and no more: separators, characters that cannot be seen or that turn
the direction of writing, leading dots and the names of devices become something harmless.
"""

import re
import unicodedata
from typing import Final

MAX_FILENAME_BYTES: Final = 180
"""File systems take 255; the rest is for what stands before the name."""
_MAX_SUFFIX_BYTES: Final = 20
_REFUSED: Final = frozenset('/\\:*?"<>|')
_DEVICES: Final = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])(\.|$)", re.IGNORECASE)


def safe_filename(name: str) -> str:
    """Give a plain file name for any text: never empty, hidden, a path, a device, or longer than 180 bytes."""
    composed = unicodedata.normalize("NFC", name)
    plain = "".join(character if _is_plain(character) else "_" for character in composed)
    plain = _shorten(plain.lstrip(" .-").rstrip(" .")).rstrip(" .")
    if not plain.strip("_ .-"):
        return "attachment"
    return f"_{plain}" if _DEVICES.match(plain) else plain


def _is_plain(character: str) -> bool:
    """Whether it is a letter, mark, digit, sign or the common space, and separates nothing."""
    category = unicodedata.category(character)
    return character == " " or (category[0] not in "CZ" and character not in _REFUSED)


def _shorten(name: str) -> str:
    """Cut what stands before the last dot, so that the kind of file stays to be seen."""
    if len(name.encode()) <= MAX_FILENAME_BYTES:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > _MAX_SUFFIX_BYTES:
        stem, dot, suffix = name, "", ""
    room = MAX_FILENAME_BYTES - len((dot + suffix).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + suffix
