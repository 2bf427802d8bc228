"""A file that our node made, given to be saved."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import BinaryIO, Final

from litestar.response import Stream

CHUNK_BYTES: Final = 1 << 16


def download(packed: BinaryIO, name: str, media_type: str) -> Stream:
    """Give an open file under a name of letters, digits, hyphens and one point; it is closed when all is sent."""
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-length": str(os.fstat(packed.fileno()).st_size),
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return Stream(_chunks(packed), media_type=media_type, headers=headers)


async def _chunks(packed: BinaryIO) -> AsyncIterator[bytes]:
    """Read off the loop; the file goes when the last byte is sent, or the browser has gone."""
    with packed:
        while chunk := await asyncio.to_thread(packed.read, CHUNK_BYTES):
            yield chunk
