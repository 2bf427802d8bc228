"""What a party chooses to show of an entry, with the salts that prove it, and never the seed (protocol A2).

in a bundle of bodies:     CBOR [index, s_h, head] or [index, s_h, head, s_b, body]
in a proof's extra line:   CBOR [s_h, head] or [s_h, head, s_b], and the body's exact bytes in a file beside it

bodies/INDEX               coupefeu/bodies/v1
                           ORIGIN
                           START END       half-open ranges of the entries disclosed, ascending, a line each
bodies/N                   bundle of the disclosures of entries 256 N to 256 N + 255, ascending; N as in tiles
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from coupefeu.errors import PeerError, VerificationError
from coupefeu.record.leaf import body_matches, head_matches, salts
from coupefeu.wire import cbor, tiles
from coupefeu.wire.base64 import parse_decimal

INDEX_PATH: Final = "bodies/INDEX"
_FIRST_LINE: Final = "coupefeu/bodies/v1"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Head and its salt, and the body and its salt where they are shown too."""

    index: int
    head_salt: bytes
    head: bytes
    body_salt: bytes | None = None
    body: bytes | None = None

    @classmethod
    def whole(cls, index: int, seed: bytes, head: bytes, body: bytes) -> "Disclosure":
        """Return the disclosure of all of an entry; `without_body` takes the body away again."""
        head_salt, body_salt = salts(seed)
        return cls(index, head_salt, head, body_salt, body)

    def without_body(self) -> "Disclosure":
        """Return the disclosure of the head alone."""
        return Disclosure(self.index, self.head_salt, self.head)

    def to_bytes(self) -> bytes:
        """Return the item of a bundle of bodies."""
        fields = [self.index, self.head_salt, self.head]
        return cbor.encode(fields if self.body_salt is None else [*fields, self.body_salt, self.body])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Disclosure":
        """Read `to_bytes`.

        Raises:
            PeerError: the bytes break the format.
        """
        match cbor.decode(data):
            case [int() as index, bytes() as head_salt, bytes() as head]:
                return cls(index, head_salt, head)
            case [
                int() as index,
                bytes() as head_salt,
                bytes() as head,
                bytes() as body_salt,
                bytes() as body,
            ]:
                return cls(index, head_salt, head, body_salt, body)
        raise _refused("form")

    def to_extra(self) -> bytes:
        """Return the extra data of a proof; the body goes into a file of its own."""
        fields = [self.head_salt, self.head]
        return cbor.encode(fields if self.body_salt is None else [*fields, self.body_salt])

    @classmethod
    def from_extra(cls, index: int, extra: bytes, body: bytes | None) -> "Disclosure":
        """Read `to_extra`, with the body from beside the proof.

        Raises:
            PeerError: the bytes break the format, or body and salt do not come together.
        """
        match cbor.decode(extra):
            case [bytes() as head_salt, bytes() as head] if body is None:
                return cls(index, head_salt, head)
            case [bytes() as head_salt, bytes() as head, bytes() as body_salt] if body is not None:
                return cls(index, head_salt, head, body_salt, body)
        raise _refused("extra")

    def verify(self, origin: str, leaf: bytes) -> None:
        """Return if `leaf` of the log `origin` commits to what is shown.

        Raises:
            VerificationError: it does not.
        """
        if not head_matches(leaf, origin, self.head_salt, self.head):
            raise _mismatch(self.index, "head")
        if self.body_salt is not None and not body_matches(leaf, origin, self.body_salt, self.body or b""):
            raise _mismatch(self.index, "body")


def bodies_path(number: int) -> str:
    """Return the path of a bundle of bodies."""
    return f"bodies/{tiles.number_path(number)}"


def format_index(origin: str, ranges: Iterable[tuple[int, int]]) -> bytes:
    """Return `bodies/INDEX`; the ranges are half-open, ascending and apart."""
    return "\n".join([_FIRST_LINE, origin, *(f"{start} {end}" for start, end in ranges), ""]).encode()


def parse_index(data: bytes, origin: str, size: int) -> list[tuple[int, int]]:
    """Return the ranges of `bodies/INDEX` of the log `origin` with `size` entries.

    Raises:
        PeerError: the bytes break the format, or are another log's.
    """
    try:
        lines = data.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _refused("index") from error
    if lines[:2] != [_FIRST_LINE, origin] or lines[-1]:
        raise _refused("index")
    ranges = []
    last = 0
    for line in lines[2:-1]:
        start_text, _, end_text = line.partition(" ")
        start, end = parse_decimal(start_text, "range start"), parse_decimal(end_text, "range end")
        if not last <= start < end <= size:
            raise _refused("index")
        ranges.append((start, end))
        last = end
    return ranges


def _mismatch(index: int, part: str) -> VerificationError:
    return VerificationError(
        f"the {part} shown for entry {index} is not what its leaf commits to",
        code=f"record.disclosure.{part}",
        hint="It was changed after it was recorded, or belongs to another entry or log; keep both as evidence.",
    )


def _refused(defect: str) -> PeerError:
    return PeerError(
        f"what is shown of an entry is refused: {defect}",
        code=f"record.disclosure.{defect}",
        hint="See docs/spec/record.md, Disclosure; export or prove it again.",
    )
