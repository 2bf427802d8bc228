"""What a witness answers, with its status; every refusal is a sentence."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from coupefeu.errors import CoupefeuError
from coupefeu.store.witness_heads import Head
from coupefeu.wire.witness import SIZE_TYPE, format_size

TEXT: Final = "text/plain; charset=utf-8"
RETRY_S: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; `headers` beside its type and length."""

    status: HTTPStatus
    body: bytes
    content_type: str = TEXT
    headers: tuple[tuple[str, str], ...] = ()


def refuse(status: HTTPStatus, code: str, says: str, *headers: tuple[str, str]) -> Answer:
    """Say what is wrong."""
    return Answer(status=status, body=f"{says} [node.witness.{code}]\n".encode(), headers=headers)


def refuse_error(status: HTTPStatus, error: CoupefeuError, *headers: tuple[str, str]) -> Answer:
    """Say what an error says."""
    return Answer(status=status, body=f"{error}\n  {error.hint}\n".encode(), headers=headers)


def name_size(known: Head | None) -> Answer:
    """Name the size that was cosigned last: the request went on from another one."""
    size = 0 if known is None else known.size
    return Answer(status=HTTPStatus.CONFLICT, body=format_size(size), content_type=SIZE_TYPE)


def try_again(code: str, says: str, status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE) -> Answer:
    """Ask to come again: nothing is wrong with the request."""
    return refuse(status, code, says, ("retry-after", str(RETRY_S)))
