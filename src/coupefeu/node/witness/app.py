"""The witness over HTTP, as an ASGI application: what is asked, bounded in size and time, and what is answered.

POST /add-checkpoint            c2sp.org/tlog-witness
GET  /ORIGIN-HASH/checkpoint    the checkpoint that was cosigned last of one log, with all lines
GET  /logs                      the logs that are trusted, where the operator lists them
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Final

from coupefeu.errors import CoupefeuError, StoreError
from coupefeu.node.witness.answers import TEXT, Answer, refuse, refuse_error, try_again
from coupefeu.node.witness.witness import Checked, Witness
from coupefeu.wire.witness import ADD_CHECKPOINT, MAX_REQUEST_BYTES

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BODY_WITHIN_S: Final = 10.0
MAX_WAITING: Final = 1_024
MAX_BATCH: Final = 256
_CHECKPOINT: Final = re.compile(r"/([0-9a-f]{64})/checkpoint")
_LOGS: Final = "/logs"


class WitnessApp:
    """Answers requests; build it inside the running loop, and end it with `close`."""

    def __init__(
        self,
        witness: Witness,
        defect: Callable[[BaseException], StoreError],
        *,
        lists: bool = False,
        proved: Callable[[Mapping[str, object]], None] | None = None,
    ) -> None:
        """Prepare to answer.

        `lists`: tell everybody which logs are trusted. `proved(scope)` hears of each request that was cosigned.
        """
        self._witness = witness
        self._defect = defect
        self._lists = lists
        self._proved = proved or (lambda _scope: None)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="coupefeu-witness")
        self._waiting: list[tuple[Checked, asyncio.Future[Answer]]] = []
        self._settling: asyncio.Task[None] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except ConnectionError:
            return  # whoever asked has gone
        except Exception as error:  # noqa: BLE001 - whatever nobody foresaw; the witness goes on
            answer = refuse_error(HTTPStatus.INTERNAL_SERVER_ERROR, self._defect(error))
        await _send(answer, send, with_body=scope["method"] != "HEAD")

    async def _answer(self, scope: Message, receive: Receive) -> Answer:
        path, method = scope["path"], scope["method"]
        if path == ADD_CHECKPOINT:
            if method != "POST":
                return _wrong_method("POST")
            return await self._add(scope, receive)
        asked = _CHECKPOINT.fullmatch(path)
        if asked or (path == _LOGS and self._lists):
            if method not in {"GET", "HEAD"}:
                return _wrong_method("GET, HEAD")
            found = self._witness.latest(asked[1]) if asked else self._witness.list_logs()
            if found is not None:
                return Answer(status=HTTPStatus.OK, body=found, content_type=TEXT)
        return refuse(HTTPStatus.NOT_FOUND, "not_found", "there is nothing here")

    async def _add(self, scope: Message, receive: Receive) -> Answer:
        body = await _read_body(scope, receive)
        if isinstance(body, Answer):
            return body
        checked = self._witness.check(body)
        if isinstance(checked, Answer):
            return checked
        if len(self._waiting) >= MAX_WAITING:
            return try_again("busy", "too many checkpoints wait to be written")
        answer = await self._settle(checked)
        if answer.status is HTTPStatus.OK:
            self._proved(scope)
        return answer

    # --- one commit for all that wait ---------------------------------------------------------------------

    async def _settle(self, checked: Checked) -> Answer:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((checked, future))
        if self._settling is None:
            self._settling = asyncio.ensure_future(self._settle_all())
        return await future

    async def _settle_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
                answers = await self._in_thread([checked for checked, _ in batch])
                for (_, future), answer in zip(batch, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)
        finally:
            self._settling = None

    async def _in_thread(self, batch: list[Checked]) -> list[Answer]:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._witness.settle, batch)
        except Exception as error:  # noqa: BLE001 - see __call__
            told = error if isinstance(error, CoupefeuError) else self._defect(error)
            return [refuse_error(HTTPStatus.INTERNAL_SERVER_ERROR, told)] * len(batch)

    async def close(self) -> None:
        """Answer what waits, then end the thread."""
        while self._settling is not None:
            await asyncio.wait([self._settling])
        self._thread.shutdown()


async def _read_body(scope: Message, receive: Receive) -> bytes | Answer:
    """Read a request's body. Raises: ConnectionError: whoever sends it went away."""
    for name, value in scope["headers"]:
        if name == b"content-length" and int(value) > MAX_REQUEST_BYTES:
            return _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise ConnectionError
                body += message.get("body", b"")
                if len(body) > MAX_REQUEST_BYTES:
                    return _too_large()
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        return refuse(
            HTTPStatus.REQUEST_TIMEOUT, "slow", "the request did not come in time", ("connection", "close")
        )


async def _send(answer: Answer, send: Send, *, with_body: bool) -> None:
    headers = [
        ("content-type", answer.content_type),
        ("content-length", str(len(answer.body))),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        *answer.headers,
    ]
    await send(
        {
            "type": "http.response.start",
            "status": int(answer.status),
            "headers": [(name.encode(), value.encode()) for name, value in headers],
        }
    )
    await send({"type": "http.response.body", "body": answer.body if with_body else b""})


def _wrong_method(allowed: str) -> Answer:
    return refuse(
        HTTPStatus.METHOD_NOT_ALLOWED, "method", f"this is asked with {allowed}", ("allow", allowed)
    )


def _too_large() -> Answer:
    says = f"a request of more than {MAX_REQUEST_BYTES:,} bytes"
    return refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", says, ("connection", "close"))
