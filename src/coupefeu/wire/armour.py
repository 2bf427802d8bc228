"""Bytes as text that survives paper, mail and QR codes: base64 between two marks, or one line after a colon.

    -----BEGIN COUPEFEU CARD-----      the same in a QR code:      coupefeu-card:BASE64
    BASE64, 64 characters a line
    -----END COUPEFEU CARD-----

The last four bytes are the start of the SHA-256 of all before them: they find slips, not attacks.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from enum import StrEnum
from hashlib import sha256

from coupefeu.errors import PeerError

MAX_ARMOUR_CHARACTERS = 98_304

_BLOCK = re.compile(r"-----BEGIN COUPEFEU ([A-Z ]{1,20})-----([A-Za-z0-9+/=\s]*)-----END COUPEFEU \1-----")
_LINE = re.compile(r"coupefeu-([a-z-]{1,20}):([A-Za-z0-9+/=]+)")


class Armour(StrEnum):
    """What the bytes are."""

    CARD = "CARD"
    ANSWER = "ANSWER"
    KEY_STATEMENT = "KEY STATEMENT"
    AMENDMENT = "AMENDMENT"
    PUBLISHED_KEYS = "PUBLISHED KEYS"
    INCARNATION = "INCARNATION"


def armour(kind: Armour, octets: bytes) -> str:
    """Write the block; `parse_armour` is the inverse."""
    text = _checked(octets)
    rows = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    return f"-----BEGIN COUPEFEU {kind.value}-----\n{rows}\n-----END COUPEFEU {kind.value}-----\n"


def armour_line(kind: Armour, octets: bytes) -> str:
    """Write the one line that goes into a QR code."""
    return f"coupefeu-{kind.value.lower().replace(' ', '-')}:{_checked(octets)}"


def parse_armour(text: str) -> tuple[Armour, bytes]:
    """Read block or line, with anything before and after it.

    Raises:
        PeerError: `wire.armour.absent`, `.damaged`, `.too_long`.
    """
    if len(text) > MAX_ARMOUR_CHARACTERS:
        raise PeerError(
            f"{len(text)} characters are too many",
            code="wire.armour.too_long",
            hint="give the file alone, without other text",
        )
    found = _BLOCK.search(text) or _LINE.search(text)
    kind = found[1].upper().replace("-", " ") if found else ""
    if found is None or kind not in set(Armour):
        raise PeerError(
            "no Coupe-feu card, answer or statement in this text",
            code="wire.armour.absent",
            hint="give the whole file, from -----BEGIN COUPEFEU to the -----END line",
        )
    try:
        octets = b64decode("".join(found[2].split()), validate=True)
    except (Base64Error, ValueError):
        octets = b""
    if len(octets) < 5 or sha256(octets[:-4]).digest()[:4] != octets[-4:]:
        raise PeerError(
            f"the {kind.lower()} is damaged",
            code="wire.armour.damaged",
            hint="have it sent or read out again",
        )
    return Armour(kind), octets[:-4]


def _checked(octets: bytes) -> str:
    return b64encode(octets + sha256(octets).digest()[:4]).decode("ascii")
