"""The file around a communique (docs/spec/communique.md, section 1): text for people, data, one signature over all.

    HUMAN TEXT
    <script type="application/vnd.coupefeu.communique+cbor">
    BASE64
    </script>
    </body>
    </html>
    <!-- coupefeu/communique/v1 ORIGIN BASE64 [BASE64] -->

It is read once, forwards, a line at a time; whatever a stranger wrote, little of it is in memory at once.
"""

import binascii
import codecs
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from coupefeu.wire.base64 import parse_base64
from coupefeu.wire.communique import Item, frame_item, refused, split_items

MAX_FILE_BYTES: Final = 128 << 20
OPENING: Final = b'<script type="application/vnd.coupefeu.communique+cbor">\n'
CLOSING: Final = (b"</script>\n", b"</body>\n", b"</html>\n")
_HEADER: Final = "coupefeu/communique/v1"
_BEFORE, _AFTER = f"<!-- {_HEADER} ", " -->\n"
_FORBIDDEN: Final = b"<script"
_LINE_BYTES: Final = 57
"""Of data in one line of base64: 76 characters."""
_LINE_CHARACTERS: Final = 76
_MAX_READ: Final = 1 << 16
_MAX_SIGNATURE_LINE: Final = 8_192
_KEY_ID: Final = 4
_ED25519: Final = 64
_ML_DSA: Final = 2_420

ReadLine = Callable[[int], bytes]
"""The next line, or so many bytes of it; empty at the end: `file.readline`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSignature:
    """The last line: of which log, and key id and signature of its keys; without ML-DSA the last two are empty."""

    origin: str
    key_id: bytes
    signature: bytes
    ml_dsa_key_id: bytes = b""
    ml_dsa_signature: bytes = b""

    def line(self) -> bytes:
        """Return the last line of the file."""
        parts = [self.origin, b64encode(self.key_id + self.signature).decode()]
        if self.ml_dsa_signature:
            parts.append(b64encode(self.ml_dsa_key_id + self.ml_dsa_signature).decode())
        return f"{_BEFORE}{' '.join(parts)}{_AFTER}".encode()


def signed_text(origin: str, digest: bytes) -> str:
    """Return the text that the issuer signs; `digest` is the SHA-256 of every byte before the last line."""
    return f"{_HEADER}\n{origin}\n{b64encode(digest).decode()}\n"


def format_body(human: bytes, items: Iterable[Item]) -> bytes:
    """Return everything before the last line.

    Raises:
        PeerError: the text for people holds what it may not, or does not end with a line feed.
    """
    if _FORBIDDEN in human.lower() or not human.endswith(b"\n"):
        raise refused("script", "its text holds a script, or ends within a line")
    data = b"".join(map(frame_item, items))
    lines = (data[at : at + _LINE_BYTES] for at in range(0, len(data), _LINE_BYTES))
    encoded = b"".join(binascii.b2a_base64(line) for line in lines)
    return b"".join((human, OPENING, encoded, *CLOSING))


class FileReader:
    """One communique, read once: `items()` to its end, then `signature`, `digest`, `human_digest`."""

    def __init__(self, readline: ReadLine) -> None:
        self._readline = readline
        self._hash = sha256()
        self._human = sha256()
        self._read = 0
        self._signature: FileSignature | None = None

    @property
    def signature(self) -> FileSignature:
        """The last line."""
        assert self._signature is not None, "read all items first"
        return self._signature

    @property
    def digest(self) -> bytes:
        """SHA-256 of every byte before the last line."""
        return self._hash.digest()

    @property
    def human_digest(self) -> bytes:
        """SHA-256 of the text for people."""
        return self._human.digest()

    def items(self) -> Iterator[Item]:
        """Give the items as they come; the file's end is read after the last one.

        Raises:
            PeerError: at the first byte that breaks the format.
        """
        self._pass_human()
        yield from split_items(self._block())
        for expected in CLOSING[1:]:
            if self._line() != expected:
                raise refused("after-data", "something stands between its data and its signature")
        self._signature = self._last_line()
        if self._readline(1):
            raise refused("after-signature", "something stands behind its signature")

    def _line(self) -> bytes:
        line = self._readline(_MAX_READ)
        self._read += len(line)
        if self._read > MAX_FILE_BYTES:
            raise refused("size", f"the file has more than {MAX_FILE_BYTES:,} bytes")
        self._hash.update(line)
        return line

    def _pass_human(self) -> None:
        """Read to the data; a text that holds any script is refused, so that nobody can hide a second block."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        tail, starts = b"", True
        while (line := self._line()) != OPENING or not starts:
            if not line:
                raise refused("no-data", "it ends before its data, or holds none")
            seen = tail + line.lower()
            if _FORBIDDEN in seen:
                raise refused("script", "its text holds a script")
            _insist_text(decoder, line)
            self._human.update(line)
            tail, starts = seen[1 - len(_FORBIDDEN) :], line.endswith(b"\n")
        _insist_text(decoder, b"", final=True)

    def _block(self) -> Iterator[bytes]:
        is_last = False
        while (line := self._line()) != CLOSING[0]:
            if is_last or not line.endswith(b"\n") or not 1 < len(line) <= _LINE_CHARACTERS + 1:
                raise refused("base64", "its data is not base64 in lines of 76, or ends early")
            is_last = len(line) <= _LINE_CHARACTERS or b"=" in line
            yield _decode(line[:-1])

    def _last_line(self) -> FileSignature:
        line = self._readline(_MAX_SIGNATURE_LINE)
        try:
            text = line.decode("ascii")
        except UnicodeDecodeError as error:
            raise refused("signature-line", "its last line is no signature") from error
        if not text.startswith(_BEFORE) or not text.endswith(_AFTER):
            raise refused("signature-line", "its last line is no signature, or is cut")
        parts = text.removeprefix(_BEFORE).removesuffix(_AFTER).split(" ")
        if not 2 <= len(parts) <= 3 or not 0 < len(parts[0]) <= 120:
            raise refused("signature-line", "its last line is no signature")
        first = parse_base64(parts[1], "signature", _KEY_ID + _ED25519)
        second = parse_base64(parts[2], "ML-DSA signature", _KEY_ID + _ML_DSA) if len(parts) == 3 else b""
        return FileSignature(
            origin=parts[0],
            key_id=first[:_KEY_ID],
            signature=first[_KEY_ID:],
            ml_dsa_key_id=second[:_KEY_ID],
            ml_dsa_signature=second[_KEY_ID:],
        )


def _decode(line: bytes) -> bytes:
    try:
        data = binascii.a2b_base64(line, strict_mode=True)
    except binascii.Error as error:
        raise refused("base64", "its data is not base64") from error
    if b"=" in line and binascii.b2a_base64(data, newline=False) != line:
        raise refused("base64", "its data is not the one base64 of its bytes")
    return data


def _insist_text(decoder: codecs.IncrementalDecoder, octets: bytes, *, final: bool = False) -> None:
    try:
        text = decoder.decode(octets, final)
    except UnicodeDecodeError as error:
        raise refused("not-utf8", "its text is not UTF-8") from error
    if "\x00" in text:
        raise refused("not-utf8", "its text holds U+0000")
