"""What nodes say to one another about the media of a call: the payload of item 08 of a frame, on no record (A18).

    CBOR map   0 log of the call   1 its index   2 number   3 type
               4 text              the description (offer, answer), or the code of what was refused
               5 digest:32         in an answer: SHA-256 of the text of the offer that it answers

    type       0 offer   1 answer   2 refused   3 wish: "I have no description of yours from this number on"

The caller's console makes every offer. A number grows with each new description of the same console, from 1.
"""

from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Any, Final, NoReturn

from coupefeu.errors import PeerError
from coupefeu.model.messages import MessageId
from coupefeu.wire import cbor
from coupefeu.wire.sdp import MAX_SDP_BYTES

MAX_NUMBER: Final = 1_000
MAX_CODE_CHARACTERS: Final = 64
DIGEST_BYTES: Final = 32


class SignalType(IntEnum):
    """What a signal is; the numbers are on air."""

    OFFER = 0
    ANSWER = 1
    REFUSED = 2
    WISH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSignal:
    """One signal about `call`; `text` and `digest` as its type has them, empty otherwise."""

    call: MessageId
    number: int
    type: SignalType
    text: str = ""
    digest: bytes = b""


def digest_of(text: str) -> bytes:
    """Name a description: SHA-256 of its text."""
    return sha256(text.encode("utf-8")).digest()


def encode_signal(signal: CallSignal) -> bytes:
    """Return the payload of a signal. Raises: UsageError: a field lies outside CBOR's profile."""
    log, index = signal.call
    values: dict[int, Any] = {0: log, 1: index, 2: signal.number, 3: int(signal.type)}
    if signal.text:
        values[4] = signal.text
    if signal.digest:
        values[5] = signal.digest
    return cbor.encode(values)


def decode_signal(payload: bytes) -> CallSignal:
    """Read a payload; a description in it is still unread. Raises: PeerError `wire.signal.*`, `wire.cbor.*`."""
    values = cbor.decode(payload)
    if not isinstance(values, dict) or not {0, 1, 2, 3} <= values.keys() <= {0, 1, 2, 3, 4, 5}:
        _refuse("fields")
    numbers = [values[key] for key in range(4)]
    if not all(type(each) is int and 0 <= each < 1 << 63 for each in numbers):
        _refuse("numbers")
    log, index, number, kind = numbers
    if number > MAX_NUMBER or kind not in set(SignalType):
        _refuse("type")
    signal = CallSignal(
        call=(log, index),
        number=number,
        type=SignalType(kind),
        text=values.get(4, ""),
        digest=values.get(5, b""),
    )
    _check(signal)
    return signal


def _check(signal: CallSignal) -> None:
    """Insist on exactly what the type has."""
    bound = {SignalType.WISH: 0, SignalType.REFUSED: MAX_CODE_CHARACTERS}.get(signal.type, MAX_SDP_BYTES)
    text, digest = signal.text, signal.digest
    if not isinstance(text, str) or len(text) > bound or bool(text) != bool(bound):
        _refuse("text")
    if not isinstance(digest, bytes) or len(digest) != (
        DIGEST_BYTES if signal.type is SignalType.ANSWER else 0
    ):
        _refuse("digest")


def _refuse(defect: str) -> NoReturn:
    raise PeerError(
        f"a signal about a call is refused: {defect}",
        code=f"wire.signal.{defect}",
        hint="The other side must mend its software; nothing was set up by it.",
    )
