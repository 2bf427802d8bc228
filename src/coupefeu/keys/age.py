"""Files sealed with a passphrase in the format of age, so that other people's tools open them too.

    age-encryption.org/v1
    -> scrypt SALT LOG2_N                 one stanza, and no other
    BASE64(file key sealed under scrypt(passphrase))
    --- BASE64(HMAC of all before)
    nonce:16 | chunks of 64 KiB, each sealed; the last one is marked in its nonce

A file that was cut anywhere lacks its last chunk, and says so. Source: C2SP age, v1, the scrypt recipient.
"""

import os
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from typing import BinaryIO, Final, Protocol

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from coupefeu.errors import PeerError, UsageError, VerificationError
from coupefeu.keys.aead import TAG_BYTES, Cipher, open_sealed, seal
from coupefeu.keys.kdf import hkdf, hmac_sha256, is_equal

# Agreed (C2SP age).
VERSION_LINE: Final = b"age-encryption.org/v1\n"
CHUNK_BYTES: Final = 65_536
_SALT_LABEL: Final = b"age-encryption.org/v1/scrypt"
_FILE_KEY_BYTES, _SALT_BYTES, _NONCE_BYTES = 16, 16, 16
_ZERO_NONCE: Final = bytes(12)

# Implementation.
WORK_FACTOR: Final = 17
"""Base-two logarithm of scrypt's N: 128 MiB and about half a second for each guess."""
MAX_WORK_FACTOR: Final = 18
"""What a stranger's file may make us spend: 256 MiB."""
MIN_PASSPHRASE_BYTES: Final = 12
_MAX_LINE_BYTES: Final = 256


class Sink(Protocol):
    """What takes the sealed bytes."""

    def write(self, octets: bytes, /) -> int:
        """Take bytes."""
        ...


class SealedWriter:
    """Seals what is written; `close` marks the end, and without it the file does not open."""

    def __init__(self, file: Sink, passphrase: bytes, *, work_factor: int = WORK_FACTOR) -> None:
        """Write the header.

        Raises: UsageError: the passphrase is too short.
        """
        if len(passphrase) < MIN_PASSPHRASE_BYTES:
            raise UsageError(
                f"the passphrase has {len(passphrase)} bytes, {MIN_PASSPHRASE_BYTES} are the least",
                code="keys.age.short_passphrase",
                hint="Take six or more words drawn at random; whoever guesses it has the keys.",
            )
        key, nonce = os.urandom(_FILE_KEY_BYTES), os.urandom(_NONCE_BYTES)
        file.write(_header(key, os.urandom(_SALT_BYTES), passphrase, work_factor) + nonce)
        self._file = file
        self._cipher = Cipher(hkdf(key, salt=nonce, info=b"payload"))
        self._waiting = bytearray()
        self._number = 0

    def write(self, octets: bytes) -> int:
        """Seal all chunks that are full and known not to be the last."""
        self._waiting += octets
        while len(self._waiting) > CHUNK_BYTES:
            self._put(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]
        return len(octets)

    def close(self) -> None:
        """Seal the last chunk; the file below stays open."""
        self._put(bytes(self._waiting), is_last=True)

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.seal(_chunk_nonce(self._number, is_last=is_last), chunk))
        self._number += 1


class SealedReader:
    """Opens what was sealed, chunk by chunk; nothing is given that was not authenticated."""

    def __init__(self, file: BinaryIO, passphrase: bytes) -> None:
        """Read the header.

        Raises: PeerError: it is none that we open; VerificationError: it is another passphrase's, or changed.
        """
        key = _read_header(file, passphrase)
        nonce = file.read(_NONCE_BYTES)
        if len(nonce) != _NONCE_BYTES:
            raise _cut()
        self._file = file
        self._cipher = Cipher(hkdf(key, salt=nonce, info=b"payload"))
        self._ahead = file.read(CHUNK_BYTES + TAG_BYTES)
        self._ready = b""
        self._number = 0
        self._is_over = False

    def read(self, count: int) -> bytes:
        """Give the next bytes, `count` at most, fewer only at the end.

        Raises: VerificationError: a chunk was changed, moved or cut off.
        """
        parts, lacking = [], count
        while lacking and (self._ready or not self._is_over):
            if not self._ready:
                self._ready = self._next()
            part, self._ready = self._ready[:lacking], self._ready[lacking:]
            parts.append(part)
            lacking -= len(part)
        return b"".join(parts)

    def _next(self) -> bytes:
        chunk, self._ahead = self._ahead, self._file.read(CHUNK_BYTES + TAG_BYTES)
        self._is_over = not self._ahead
        nonce = _chunk_nonce(self._number, is_last=self._is_over)
        try:
            plain = self._cipher.open(nonce, chunk)
        except VerificationError as error:
            raise _cut() from error
        if self._is_over and not plain and self._number:
            raise _cut()
        self._number += 1
        return plain


def _chunk_nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes((is_last,))


def _wrap_key(passphrase: bytes, salt: bytes, work_factor: int) -> bytes:
    return Scrypt(salt=_SALT_LABEL + salt, length=32, n=1 << work_factor, r=8, p=1).derive(passphrase)


def _header(key: bytes, salt: bytes, passphrase: bytes, work_factor: int) -> bytes:
    wrapped = seal(_wrap_key(passphrase, salt, work_factor), _ZERO_NONCE, key)
    stanza = b"-> scrypt %b %d\n%b\n" % (_base64(salt), work_factor, _base64(wrapped))
    head = VERSION_LINE + stanza + b"---"
    return head + b" " + _base64(hmac_sha256(hkdf(key, info=b"header"), head)) + b"\n"


def _read_header(file: BinaryIO, passphrase: bytes) -> bytes:
    if file.readline(_MAX_LINE_BYTES) != VERSION_LINE:
        raise _malformed("it does not begin as an age file")
    arguments, body, end = (file.readline(_MAX_LINE_BYTES) for _ in range(3))
    match arguments.split(b" "):
        case [b"->", b"scrypt", salt_text, factor] if factor.strip().isdigit() and len(factor) <= 3:
            salt, work_factor = _unbase64(salt_text, _SALT_BYTES), int(factor)
        case _:
            raise _malformed("it is not sealed with a passphrase alone")
    if not 1 <= work_factor <= MAX_WORK_FACTOR:
        raise _malformed(f"its work factor is {work_factor}, {MAX_WORK_FACTOR} is the most that we spend")
    wrapped = _unbase64(body.removesuffix(b"\n"), _FILE_KEY_BYTES + TAG_BYTES)
    mark, _, mac = end.removesuffix(b"\n").partition(b" ")
    if mark != b"---":
        raise _malformed("its header has no end")
    try:
        key = open_sealed(_wrap_key(passphrase, salt, work_factor), _ZERO_NONCE, wrapped)
    except VerificationError as error:
        raise VerificationError(
            "the passphrase does not open this file",
            code="keys.age.passphrase",
            hint="Give the passphrase that it was sealed with; nobody can open it without.",
        ) from error
    head = VERSION_LINE + arguments + body + mark
    if not is_equal(hmac_sha256(hkdf(key, info=b"header"), head), _unbase64(mac, 32)):
        raise VerificationError(
            "the header of this file was changed after it was sealed",
            code="keys.age.header",
            hint="Take another copy of the file.",
        )
    return key


def _base64(octets: bytes) -> bytes:
    return b2a_base64(octets, newline=False).rstrip(b"=")


def _unbase64(text: bytes, length: int) -> bytes:
    try:
        octets = a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True)
    except Base64Error:
        octets = b""
    if len(octets) != length or _base64(octets) != text:
        raise _malformed("a line of its header is no base64 of the right length")
    return octets


def _malformed(defect: str) -> PeerError:
    return PeerError(
        f"the file cannot be opened: {defect}",
        code="keys.age.malformed",
        hint="Give a file that was sealed with a passphrase (age, or coupefeu backup --passphrase-file).",
    )


def _cut() -> VerificationError:
    return VerificationError(
        "the sealed file was cut off or changed",
        code="keys.age.changed",
        hint="Take another copy of the file; nothing of this one was used.",
    )
