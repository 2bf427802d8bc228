"""JSON answers go pressed to browsers that take it: a list shrinks to a tenth. Streams and files go as they are.

Nothing of a session stands in a body, so that how far one shrinks tells nothing that a guesser could use.
"""

import asyncio
import zlib
from functools import lru_cache
from typing import Any, Final

from litestar.types import Message, Send

from coupefeu.console.static import codings

WORTH_BYTES: Final = 1_000
APART_BYTES: Final = 65_536
"""Of more, another thread takes the work: the loop carries a FLASH meanwhile."""
LEVEL: Final = 5
GZIP: Final = "gzip"
_WITH_HEADER: Final = 16 + zlib.MAX_WBITS
_JSON: Final = (b"content-type", b"application/json")


def pressing(send: Send, accepted: str) -> Send:
    """Press what is sent through this, where the browser's Accept-Encoding takes gzip."""
    if GZIP not in codings(accepted):
        return send
    begun: list[Any] = []

    async def pressed(message: Message) -> None:
        if message["type"] == "http.response.start" and _JSON in message["headers"]:
            begun.append(message)
            return
        values: Any = message
        if begun:
            start = begun.pop()
            if not values.get("more_body") and len(values["body"]) >= WORTH_BYTES:
                values["body"] = await _press(values["body"])
                start["headers"] = _relabelled(start["headers"], len(values["body"]))
            await send(start)
        await send(message)

    return pressed


async def _press(body: bytes) -> bytes:
    if len(body) >= APART_BYTES:
        return await asyncio.to_thread(_pressed, body)
    return _pressed(body)


@lru_cache(maxsize=16)
def _pressed(body: bytes) -> bytes:
    """Press a body; many pages are given the same one at once (`console.answers`)."""
    return zlib.compress(body, LEVEL, _WITH_HEADER)


def _relabelled(headers: list[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    kept = [each for each in headers if each[0] != b"content-length"]
    return [
        *kept,
        (b"content-length", str(length).encode("ascii")),
        (b"content-encoding", GZIP.encode("ascii")),
        (b"vary", b"accept-encoding"),
    ]
