"""WITNESS_HEARD: whether a node hears a neutral witness, and what that has co-signed of the node's own log.

    {0: name of the witness, 1: heard (true) or not, 2: entries of our log that it co-signed, 3: last heard, UTC ms}

Key 3 is absent where it was never heard. Unknown keys change nothing.
"""

from dataclasses import dataclass
from typing import Any, Final

from coupefeu.errors import CoupefeuError
from coupefeu.model.entry import Kind
from coupefeu.services.base import Command
from coupefeu.wire import cbor

KINDS: Final = frozenset({Kind.WITNESS_HEARD})
MAX_NAME_CHARACTERS: Final = 64
_LARGEST: Final = (1 << 53) - 1
_LATEST_MS: Final = 253_402_300_800_000
"""Before the year 10000, as in every form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessWord:
    """What a node says of a witness. `size`: of the node's own log; `heard_ms`: by the node's clock, None: never."""

    name: str
    is_heard: bool
    size: int
    heard_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TellWitness(Command):
    """The node says that it hears a witness no more, or again; nothing is written where it has said so before."""

    name: str
    is_heard: bool
    size: int
    heard_ms: int | None


def encode_witness_word(word: WitnessWord) -> bytes:
    """Write the body."""
    heard = {} if word.heard_ms is None else {3: word.heard_ms}
    return cbor.encode({0: word.name, 1: word.is_heard, 2: word.size, **heard})


def read_witness_word(body: bytes) -> tuple[WitnessWord | None, str]:
    """Read a body, and name what is wrong with it ("" when nothing is); never raises."""
    try:
        fields: Any = cbor.decode(body)
    except CoupefeuError:
        return None, "unreadable_body"
    if not isinstance(fields, dict):
        return None, "unreadable_body"
    stated: list[Any] = [fields.get(key) for key in range(4)]
    name, is_heard, size, heard_ms = stated
    checks = {
        "bad_name": not isinstance(name, str) or not 0 < len(name) <= MAX_NAME_CHARACTERS or "\x00" in name,
        "bad_heard": not isinstance(is_heard, bool),
        "bad_size": not _is_number(size),
        "bad_heard_ms": heard_ms is not None and not (_is_number(heard_ms) and heard_ms < _LATEST_MS),
    }
    defect = next((each for each, found in checks.items() if found), "")
    if defect:
        return None, defect
    return WitnessWord(name=name, is_heard=is_heard, size=size, heard_ms=heard_ms), ""


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _LARGEST
