"""Pictures of pages for the README, written when asked: `COUPEFEU_PICTURES=1 pytest tests/console/test_demo.py`.

A browser writes its pictures in haste; here the same pixels are packed tightly.
"""

import os
import struct
import zlib

from tests.documents import ROOT

FOLDER = ROOT / "docs" / "pictures"
WANTED = os.environ.get("COUPEFEU_PICTURES") == "1"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IEND"}


def take_picture(page, name):
    """Keep what a page shows as docs/pictures/NAME.png, if pictures are wanted."""
    if WANTED:
        (FOLDER / f"{name}.png").write_bytes(pack(page.screenshot(animations="disabled", caret="hide")))


def pack(picture: bytes) -> bytes:
    """Compress a PNG anew, and leave out whatever is no pixel."""
    assert picture.startswith(_SIGNATURE)
    packed, rows, at = [_SIGNATURE], b"", len(_SIGNATURE)
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        at += 12 + length
        if kind == b"IDAT":
            rows += data
        elif kind in _KEPT:
            if kind == b"IEND":
                packed.append(_chunk(b"IDAT", zlib.compress(zlib.decompress(rows), 9)))
            packed.append(_chunk(kind, data))
    return b"".join(packed)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
