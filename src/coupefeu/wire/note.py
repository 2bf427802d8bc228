"""Signed notes and verifier keys (c2sp.org/signed-note).

TEXT                              one or more lines
                                  an empty line
— NAME base64(key id:4 | blob)    one or more signatures

verifier key: NAME+KEYID+base64(algorithm:1 | key)
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NoReturn

from coupefeu.errors import PeerError
from coupefeu.wire.base64 import parse_base64

MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
ML_DSA_44: Final = 0x06
_KEY_BYTES: Final = {ED25519: 32, COSIGNATURE: 32, ML_DSA_44: 1_312}
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID: Final = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name and 4-byte id, and what that kind of key writes."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a newline, and the signatures that claim it; nothing is verified yet."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name; `algorithm` is a signature type of c2sp.org/signed-note."""

    name: str
    key_id: bytes
    algorithm: int
    key: bytes

    @classmethod
    def of(cls, name: str, algorithm: int, key: bytes) -> "VerifierKey":
        """Return the verifier key of `key` under `name`, with its key id."""
        return cls(name, key_id(name, algorithm, key), algorithm, key)

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read `NAME+KEYID+BASE64`; a newline at the end is allowed.

        Raises:
            PeerError: another form, another algorithm, or an id that is not the key's.
        """
        name, _, rest = text.removesuffix("\n").partition("+")
        identifier, _, encoded = rest.partition("+")
        if not _is_name(name) or not _KEY_ID.fullmatch(identifier):
            _refuse("verifier-key")
        data = parse_base64(encoded, "verifier key")
        if not data or len(data) - 1 != _KEY_BYTES.get(data[0]):
            _refuse("verifier-key")
        made = cls.of(name, data[0], data[1:])
        if made.key_id.hex() != identifier:
            _refuse("key-id")
        return made

    def text(self) -> str:
        """`NAME+KEYID+BASE64`, without a newline."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(bytes((self.algorithm,)) + self.key).decode()}"


def key_id(name: str, algorithm: int, key: bytes) -> bytes:
    """Return the first 4 bytes of SHA-256(name | newline | algorithm | key)."""
    return sha256(name.encode() + b"\n" + bytes((algorithm,)) + key).digest()[:4]


def parse_note(data: bytes) -> Note:
    """Read a signed note; the caller verifies a signature before it believes the text.

    Raises:
        PeerError: the bytes break the format, or are over a million.
    """
    if len(data) > MAX_NOTE_BYTES:
        _refuse("too-long")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        _refuse("not-utf8")
    if _CONTROL.search(whole):
        _refuse("control-character")
    split = whole.rfind("\n\n")
    if split < 0 or not whole.endswith("\n"):
        _refuse("no-signatures")
    lines = whole[split + 2 : -1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        _refuse("too-many-signatures")
    return Note(whole[: split + 1], tuple(parse_signature(line) for line in lines))


def format_note(note: Note) -> bytes:
    """Return the bytes that `parse_note` reads as `note`.

    Raises:
        PeerError: the note cannot be written so (no signature, a name with a space, a control character).
    """
    lines = [signature_line(signature) for signature in note.signatures]
    try:
        data = f"{note.text}\n{''.join(lines)}".encode()
    except UnicodeEncodeError:
        _refuse("not-utf8")
    if parse_note(data) != note:
        _refuse("ambiguous")
    return data


def signature_line(signature: NoteSignature) -> str:
    """Return the line of one signature, with its newline."""
    return f"— {signature.name} {b64encode(signature.key_id + signature.blob).decode()}\n"


def parse_signature(line: str) -> NoteSignature:
    """Read the line of one signature, without its newline.

    Raises:
        PeerError: `wire.note.signature-line`, `wire.base64.malformed`.
    """
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—" or not _is_name(name):
        _refuse("signature-line")
    data = parse_base64(encoded, "signature")
    if len(data) < 5:
        _refuse("signature-line")
    return NoteSignature(name, data[:4], data[4:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)


def _refuse(defect: str) -> NoReturn:
    raise PeerError(
        f"a signed note is refused: {defect}",
        code=f"wire.note.{defect}",
        hint="See c2sp.org/signed-note; compare the file with the one that was sent.",
    )
