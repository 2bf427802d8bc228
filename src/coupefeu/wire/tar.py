r"""The little of tar (POSIX ustar) that a backup needs: plain files, one after the other, and nothing else.

    name :100 | mode :8 | uid :8 | gid :8 | size :12 | mtime :12 | sum :8 | type :1 | link :100 | ustar\0 00 | ...

Any tar reads what we write. We read regular files alone: no folders, links, devices, sparse files or extended headers,
so that no header makes us allocate, follow or create anything. Sizes from 8 GiB on are written as GNU tar does.
"""

from dataclasses import dataclass
from typing import Final

from coupefeu.errors import PeerError, UsageError

BLOCK_BYTES: Final = 512
END: Final = bytes(2 * BLOCK_BYTES)
MAX_SIZE: Final = 1 << 44
_OCTAL_SIZE: Final = 1 << 33
_SUM: Final = slice(148, 156)
_MAGIC: Final = b"ustar\x0000"


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its name, and its size in bytes."""

    name: str
    size: int

    @property
    def padding(self) -> int:
        """Zero bytes behind the content, up to the next block."""
        return -self.size % BLOCK_BYTES


def encode_member(member: Member, mtime_s: int) -> bytes:
    """Return the header of a file that only its owner may read.

    Raises: UsageError: the name or the size does not fit.
    """
    name = member.name.encode("ascii")
    if not 0 < len(name) <= 100 or not 0 <= member.size < MAX_SIZE:
        raise UsageError(
            f"{member.name} of {member.size:,} bytes does not fit a tar file", code="wire.tar.unencodable"
        )
    size = b"%011o\0" % member.size
    if member.size >= _OCTAL_SIZE:
        size = (1 << 95 | member.size).to_bytes(12, "big")
    fields = (
        name.ljust(100, b"\0"), b"0000600\0", b"0000000\0", b"0000000\0", size, b"%011o\0" % mtime_s,
        b" " * 8, b"0", bytes(100), _MAGIC, bytes(64), b"0000000\0", b"0000000\0",
    )  # fmt: skip
    header = bytearray(b"".join(fields).ljust(BLOCK_BYTES, b"\0"))
    header[_SUM] = b"%06o\0 " % sum(header)
    return bytes(header)


def decode_member(block: bytes) -> Member | None:
    """Return the file that a header names; None at the end of the archive.

    Raises: PeerError: it is not whole, or no header of a plain file.
    """
    if len(block) != BLOCK_BYTES:
        raise malformed("it ends before its end")
    if block == bytes(BLOCK_BYTES):
        return None
    summed = sum(block) - sum(block[_SUM]) + 8 * ord(" ")
    if _octal(block[_SUM]) != summed or block[257:265] != _MAGIC:
        raise malformed("a header is damaged, or of another kind of tar")
    if block[156:157] != b"0" or any(block[345:500]):
        raise malformed("it holds something else than plain files")
    name = block[:100].rstrip(b"\0")
    if not name.isascii() or b"\0" in name:
        raise malformed("a name is not plain ASCII")
    field = block[124:136]
    size = int.from_bytes(field, "big") & (1 << 95) - 1 if field[0] == 0x80 else _octal(field)
    if size >= MAX_SIZE:
        raise malformed(f"a file of {size:,} bytes is claimed")
    return Member(name.decode("ascii"), size)


def _octal(field: bytes) -> int:
    digits = field.strip(b"\0 ")
    if not digits or digits.strip(b"01234567"):
        raise malformed("a number in a header is none")
    return int(digits, 8)


def malformed(defect: str) -> PeerError:
    """Return the error for an archive that is no backup of ours."""
    return PeerError(
        f"the file is no backup: {defect}",
        code="wire.tar.malformed",
        hint="Give a file that `coupefeu backup` wrote, whole; take another copy if there is one.",
    )
