"""What a log and a witness say to each other over HTTP (c2sp.org/tlog-witness).

request     old SIZE                          size that the witness cosigned last, 0 at first
            BASE64                            consistency path, a hash a line, at most 63
                                              an empty line, then the signed checkpoint as it is
answer 200  — NAME BASE64(key id | blob)      the witness's signature lines, one or more
answer 409  SIZE                              what it cosigned last, if SIZE was another

Every line ends with a newline.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from coupefeu.errors import PeerError
from coupefeu.wire.base64 import parse_base64, parse_decimal
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.note import Note, NoteSignature, parse_note, parse_signature, signature_line

ADD_CHECKPOINT: Final = "/add-checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
MAX_PATH: Final = 63
MAX_REQUEST_BYTES: Final = 131_072
"""16 signatures of 5,000 bytes, which a reader of notes must be able to take, are 107,000 in base64."""
MAX_ANSWER_BYTES: Final = 65_536
MAX_ANSWER_LINES: Final = 16
_OLD: Final = "old "
_MAX_EXTENSION_LINES: Final = 64
_HEADER: Final = re.compile(r"[\n -~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A signed checkpoint and the path from `old_size` to it; nothing is verified yet."""

    old_size: int
    path: tuple[bytes, ...]
    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        """Origin, size and root; what else the note says is the log's own affair."""
        return parse_tree_head(self.note.text)


def format_submission(old_size: int, path: Sequence[bytes], note: bytes) -> bytes:
    """Write a request's body."""
    lines = [f"{_OLD}{old_size}", *(b64encode(each).decode() for each in path), "", ""]
    return "\n".join(lines).encode() + note


def parse_submission(data: bytes) -> Submission:
    """Read a request's body.

    Raises:
        PeerError: `wire.witness.*`, `wire.note.*`, `wire.checkpoint.*`, `wire.base64.*`, `wire.decimal.*`.
    """
    header, separator, note = data.partition(b"\n\n")
    if len(data) > MAX_REQUEST_BYTES:
        raise _refused("too-long", f"a request of {len(data):,} bytes")
    if not separator:
        raise _refused("form", "there is no empty line before the checkpoint")
    lines = _ascii_lines(header)
    if not lines[0].startswith(_OLD):
        raise _refused("old", f"the first line is {lines[0][:40]!r}, not `old SIZE`")
    if len(lines) - 1 > MAX_PATH:
        raise _refused("path", f"a path of {len(lines) - 1} hashes, more than {MAX_PATH}")
    submission = Submission(
        old_size=parse_decimal(lines[0].removeprefix(_OLD), "old size"),
        path=tuple(parse_base64(line, "path hash", 32) for line in lines[1:]),
        note=parse_note(note),
    )
    parse_tree_head(submission.note.text)
    return submission


def parse_tree_head(text: str) -> Checkpoint:
    """Read the three lines that every log's checkpoint begins with; extension lines may follow.

    Raises:
        PeerError: fewer lines, or one of them is empty or not what it should be.
    """
    *lines, end = text.split("\n")
    if end or len(lines) < 3 or len(lines) > 3 + _MAX_EXTENSION_LINES or not all(lines):
        raise _refused("checkpoint", f"a checkpoint of {len(lines)} lines, empty ones among them or too few")
    return Checkpoint.parse("\n".join([*lines[:3], ""]))


def format_lines(signatures: Iterable[NoteSignature]) -> bytes:
    """Write the answer to a checkpoint that was cosigned."""
    return "".join(map(signature_line, signatures)).encode()


def parse_lines(data: bytes) -> tuple[NoteSignature, ...]:
    """Read the answer to a checkpoint that was cosigned; nothing is verified yet.

    Raises:
        PeerError: `wire.witness.*`, `wire.note.*`.
    """
    if len(data) > MAX_ANSWER_BYTES:
        raise _refused("too-long", f"an answer of more than {MAX_ANSWER_BYTES:,} bytes")
    try:
        *lines, end = data.decode().split("\n")
    except UnicodeDecodeError:
        raise _refused("not-utf8", "the answer is not UTF-8") from None
    if end or not 1 <= len(lines) <= MAX_ANSWER_LINES:
        raise _refused("form", f"an answer of {len(lines)} whole lines, not 1 to {MAX_ANSWER_LINES}")
    return tuple(map(parse_signature, lines))


def format_size(size: int) -> bytes:
    """Write the answer that names the size cosigned last."""
    return b"%d\n" % size


def parse_size(data: bytes) -> int:
    """Read the answer that names the size cosigned last.

    Raises:
        PeerError: it is no number and a newline.
    """
    text = data[:64].decode("ascii", "replace")
    if not text.endswith("\n"):
        raise _refused("size", f"{text[:40]!r} is no size and a newline")
    return parse_decimal(text[:-1], "size")


def origin_hash(origin: str) -> str:
    """Name a log in the addresses that monitors ask: SHA-256 of its origin, in lower-case hexadecimal digits."""
    return sha256(origin.encode()).hexdigest()


def _ascii_lines(header: bytes) -> list[str]:
    text = header.decode("latin-1")
    if not _HEADER.fullmatch(text):
        raise _refused("form", "the lines before the checkpoint are not printable ASCII")
    return text.split("\n")


def _refused(defect: str, says: str) -> PeerError:
    return PeerError(says, code=f"wire.witness.{defect}", hint="See c2sp.org/tlog-witness.")
