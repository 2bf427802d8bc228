"""An entry's head as bytes, and its short form for the air (protocol A3).

A head is the CBOR map {0: kind, 1: from post, 2: [to posts], 3: precedence, 4: author's UTC ms, 5: language,
6: agreement version, 7: [[log, index, leaf hash]], 8: [[log, size, root]]}; 7 and 8 are absent when empty.

The short form leaves the 32-byte hashes and roots out; the receiver has them in the logs referred to, so that
they cost nothing and any disagreement breaks the signature:

    ff HEAD                                                     the head as it is
    00 HEAD                                                     a head without 7 and 8
    01 refs:1 seen:1 {log index}*refs {log size}*seen KEYS0-6   varints; the map's first byte is left out
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

from coupefeu.errors import CoupefeuError, PeerError, UsageError
from coupefeu.model.entry import MAX_HEAD_BYTES, Head, Reference, Seen
from coupefeu.model.precedence import Precedence
from coupefeu.wire import cbor
from coupefeu.wire.varint import read_varint, varint

MAX_REFERENCES: Final = 64
MAX_SEEN: Final = 32

Triple: TypeAlias = tuple[int, int, bytes]
"""Log, index or size, hash or root."""

_WHOLE, _PLAIN, _SHORT = 0xFF, 0x00, 0x01
_PLAIN_MAP: Final = 0xA7
_TIME_OF_TODAY: Final = b"\x04\x1b"
"""Key 4 and the first byte of its eight; where a text holds the same, the long way reads the head."""
_CORE_KEYS: Final = 7
_HASH_BYTES: Final = 32


def encode_head(head: Head) -> bytes:
    """Return the deterministic bytes of `head`.

    Raises:
        UsageError: a field lies outside its form, or the head is over 4,096 bytes.
    """
    return _whole(*_parts(head))


def encode_both(head: Head) -> tuple[bytes, bytes]:
    """Return the bytes of `head` and their short form. Raises: as `encode_head`."""
    core, references, seen = _parts(head)
    data = _whole(core, references, seen)
    return data, _short(core, references, seen) if references or seen else b"\x00" + data


def _whole(core: bytes, references: list[Triple], seen: list[Triple]) -> bytes:
    data = b"".join(
        (
            bytes((0xA0 | _CORE_KEYS + bool(references) + bool(seen),)),
            core,
            _triples(7, references),
            _triples(8, seen),
        )
    )
    if len(data) > MAX_HEAD_BYTES:
        raise _unusable(f"{len(data)} bytes")
    return data


def decode_head(data: bytes) -> Head:
    """Return the head that `encode_head` writes as exactly these bytes.

    Raises:
        PeerError: other bytes; they are kept, and shown as unreadable.
    """
    if len(data) > MAX_HEAD_BYTES:
        raise _refused("too-long")
    usual = _decode_usual(data)
    if usual is not None:
        return usual
    value = cbor.decode(data)
    if not isinstance(value, dict):
        raise _refused("not-a-head")
    try:
        head = _head_of(value)
    except (KeyError, TypeError, ValueError) as error:
        raise _refused("not-a-head") from error
    if len(value) != _CORE_KEYS + bool(head.references) + bool(head.seen):
        raise _refused("fields")
    return head


def _decode_usual(data: bytes) -> Head | None:
    """Read a head in one pass, its few distinct parts kept decoded; None unless encoding it gives `data` again."""
    try:
        time_at = data.index(_TIME_OF_TODAY)
        language_at = time_at + len(_TIME_OF_TODAY) + 8
        _, _, core = _read_argument(data, language_at + 3 + (data[language_at + 1] & 31))
        kind, from_post, to_posts, precedence = _read_before_time(data[1:time_at])
        language, version = _read_after_time(data[language_at:core])
        references, seen = _read_tail(data, core)
        head = Head(
            kind=kind,
            from_post=from_post,
            to_posts=to_posts,
            precedence=precedence,
            written_ms=int.from_bytes(data[language_at - 8 : language_at]),
            language=language,
            agreement_version=version,
            references=tuple([Reference(log=a, index=b, leaf_hash=c) for a, b, c in references]),
            seen=tuple([Seen(log=a, size=b, root=c) for a, b, c in seen]),
        )
        return head if encode_head(head) == data else None
    except (CoupefeuError, IndexError, KeyError, TypeError, ValueError):
        return None


def shorten(head: bytes) -> bytes:
    """Return the short form of encoded `head`; `restore` gives the same bytes back, for any bytes.

    A FLASH that refers to what the receiver may lack goes as `whole(head)` instead.
    """
    if head[:1] == bytes((_PLAIN_MAP,)):
        return b"\x00" + head
    try:
        core = _core_end(head)
        references, seen = _tail(head, core)
    except (PeerError, IndexError):
        return whole(head)
    return _short(head[1:core], references, seen)


def whole(head: bytes) -> bytes:
    """Return a form for the air with nothing left out."""
    return b"\xff" + head


def left_out(short: bytes) -> tuple[int, list[tuple[int, int]]]:
    """Return what the receiver must find to `restore` this: how many hashes, and which roots, by log and size."""
    if len(short) < 3 or short[0] != _SHORT:
        return 0, []
    references, seen = short[1], short[2]
    if not seen:
        return references, []
    try:
        position, numbers = 3, []
        for _ in range(2 * (references + seen)):
            number, position = read_varint(short, position)
            numbers.append(number)
    except PeerError:
        return references, []  # `restore` refuses it
    roots = numbers[2 * references :]
    return references, list(zip(roots[::2], roots[1::2], strict=True))


def restore(short: bytes, leaf_hash: Callable[[int, int], bytes], root: Callable[[int, int], bytes]) -> bytes:
    """Return the full head: `leaf_hash(log, index)` and `root(log, size)` give what was left out.

    Raises:
        PeerError: not a short form.
        KeyError: raised by a callable when the receiver lacks what is referred to; ask for it first.
    """
    form = short[0] if short else -1
    if form in {_WHOLE, _PLAIN}:
        return short[1:]
    if form != _SHORT or len(short) < 3 or short[1] > MAX_REFERENCES or short[2] > MAX_SEEN:
        raise _refused("short-form")
    position = 3
    lists: tuple[list[Triple], list[Triple]] = ([], [])
    for filled, count, lookup in ((lists[0], short[1], leaf_hash), (lists[1], short[2], root)):
        for _ in range(count):
            log, position = read_varint(short, position)
            number, position = read_varint(short, position)
            filled.append((log, number, lookup(log, number)))
    first = bytes((0xA0 | _CORE_KEYS + bool(lists[0]) + bool(lists[1]),))
    return first + short[position:] + _triples(7, lists[0]) + _triples(8, lists[1])


def _parts(head: Head) -> tuple[bytes, list[Triple], list[Triple]]:
    """Keys 0 to 6 encoded, and what keys 7 and 8 hold."""
    if (
        len(head.references) > MAX_REFERENCES
        or len(head.seen) > MAX_SEEN
        or not 0 <= head.written_ms < 1 << 63
    ):
        raise _unusable("a count or the time is out of range")
    before = _before_time(head.kind, head.from_post, head.to_posts, int(head.precedence))
    core = before + cbor_uint(head.written_ms) + _after_time(head.language, head.agreement_version)
    references = [(each.log, each.index, each.leaf_hash) for each in head.references]
    return core, references, [(each.log, each.size, each.root) for each in head.seen]


def _short(core: bytes, references: list[Triple], seen: list[Triple]) -> bytes:
    parts = [bytes((_SHORT, len(references), len(seen)))]
    for log, number, _ in references + seen:
        parts += (varint(log), varint(number))
    parts.append(core)
    return b"".join(parts)


def cbor_uint(value: int, major: int = 0) -> bytes:
    """Return a CBOR head of `major` type with the shortest argument."""
    initial = major << 5
    if value < 24:
        return bytes((initial | value,))
    if value < 1 << 8:
        return bytes((initial | 24, value))
    if value < 1 << 16:
        return bytes((initial | 25,)) + value.to_bytes(2)
    if value < 1 << 32:
        return bytes((initial | 26,)) + value.to_bytes(4)
    return bytes((initial | 27,)) + value.to_bytes(8)


@lru_cache(maxsize=1_024)
def _before_time(kind: int, from_post: str, to_posts: tuple[str, ...], precedence: int) -> bytes:
    """Keys 0 to 3 and key 4 without its value; few distinct ones occur, so they are kept."""
    return cbor.encode({0: kind, 1: from_post, 2: to_posts, 3: precedence})[1:] + b"\x04"


@lru_cache(maxsize=256)
def _after_time(language: str, agreement_version: int) -> bytes:
    return cbor.encode({5: language, 6: agreement_version})[1:]


@lru_cache(maxsize=1_024)
def _read_before_time(data: bytes) -> tuple[int, str, tuple[str, ...], Precedence]:
    kind, from_post, to_posts, precedence = cbor.decode(b"\xa4" + data).values()
    return _unsigned(kind), _text(from_post), tuple(map(_text, to_posts)), Precedence(_unsigned(precedence))


@lru_cache(maxsize=256)
def _read_after_time(data: bytes) -> tuple[str, int]:
    language, version = cbor.decode(b"\xa2" + data).values()
    return _text(language), _unsigned(version)


def _triples(key: int, items: list[Triple]) -> bytes:
    if not items:
        return b""
    parts = [bytes((key,)), cbor_uint(len(items), 4)]
    for log, number, digest in items:
        if len(digest) != _HASH_BYTES:
            raise _unusable("a hash has not 32 bytes")
        parts += (b"\x83", cbor_uint(log), cbor_uint(number), b"\x58\x20", digest)
    return b"".join(parts)


def _head_of(value: dict[int, object]) -> Head:
    kind, from_post, to_posts, precedence, written_ms, language, version = (
        value[key] for key in range(_CORE_KEYS)
    )
    if not (isinstance(to_posts, list) and all(isinstance(post, str) for post in to_posts)):
        raise TypeError
    if not (isinstance(from_post, str) and isinstance(language, str)):
        raise TypeError
    return Head(
        kind=_unsigned(kind),
        from_post=from_post,
        to_posts=tuple(to_posts),
        precedence=Precedence(_unsigned(precedence)),
        written_ms=_unsigned(written_ms),
        language=language,
        agreement_version=_unsigned(version),
        references=tuple(
            Reference(log=a, index=b, leaf_hash=c) for a, b, c in _read_triples(value, 7, MAX_REFERENCES)
        ),
        seen=tuple(Seen(log=a, size=b, root=c) for a, b, c in _read_triples(value, 8, MAX_SEEN)),
    )


def _read_triples(value: dict[int, object], key: int, most: int) -> list[Triple]:
    if key not in value:
        return []
    items = value[key]
    if not (isinstance(items, list) and 0 < len(items) <= most):
        raise TypeError
    triples = []
    for log, number, digest in items:
        if not (isinstance(digest, bytes) and len(digest) == _HASH_BYTES):
            raise TypeError
        triples.append((_unsigned(log), _unsigned(number), digest))
    return triples


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _unsigned(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise TypeError
    return value


def _core_end(head: bytes) -> int:
    """Where key 6 ends in a head with a tail."""
    if head[:1] not in {b"\xa8", b"\xa9"}:
        raise _refused("not-a-head")
    position = 1
    for key in range(_CORE_KEYS):
        if head[position] != key:
            raise _refused("not-a-head")
        position = _skip(head, position + 1)
    return position


def _skip(head: bytes, position: int) -> int:
    """Return the end of the integer, text or array of texts at `position`."""
    major, value, position = _read_argument(head, position)
    if major == 4:
        for _ in range(value):
            _, length, position = _read_argument(head, position)
            position += length
        return position
    return position + value if major in {2, 3} else position


def _read_argument(head: bytes, position: int) -> tuple[int, int, int]:
    initial = head[position]
    argument = initial & 31
    position += 1
    if argument < 24:
        return initial >> 5, argument, position
    if argument > 27:
        raise _refused("not-a-head")
    end = position + (1 << (argument - 24))
    return initial >> 5, int.from_bytes(head[position:end]), end


def _tail(head: bytes, position: int) -> tuple[list[Triple], list[Triple]]:
    """Return references and seen, if re-encoding them gives exactly the bytes from `position`."""
    references, seen = _read_tail(head, position)
    if any(len(digest) != _HASH_BYTES for _, _, digest in references + seen):
        raise _refused("not-a-head")
    first = 0xA0 | _CORE_KEYS + bool(references) + bool(seen)
    if head[0] != first or _triples(7, references) + _triples(8, seen) != head[position:]:
        raise _refused("not-a-head")
    return references, seen


def _read_tail(head: bytes, position: int) -> tuple[list[Triple], list[Triple]]:
    """Return references and seen as they seem to be from `position` on; the caller encodes them again."""
    lists: dict[int, list[Triple]] = {7: [], 8: []}
    for key, most in ((7, MAX_REFERENCES), (8, MAX_SEEN)):
        if head[position : position + 1] != bytes((key,)):
            continue
        _, count, position = _read_argument(head, position + 1)
        if count > most:
            raise _refused("not-a-head")
        for _ in range(count):
            _, log, after_log = _read_argument(head, position + 1)
            _, number, after_number = _read_argument(head, after_log)
            position = after_number + 2 + _HASH_BYTES
            if (log | number) >> 63:
                raise _refused("not-a-head")
            lists[key].append((log, number, head[after_number + 2 : position]))
    return lists[7], lists[8]


def _unusable(reason: str) -> UsageError:
    return UsageError(
        f"a head cannot be written: {reason}",
        code="wire.head.unencodable",
        hint=f"At most {MAX_REFERENCES} references, {MAX_SEEN} seen logs and {MAX_HEAD_BYTES} bytes.",
    )


def _refused(defect: str) -> PeerError:
    return PeerError(
        f"the bytes of a head are refused: {defect}",
        code=f"wire.head.{defect}",
        hint="They are kept and shown as unreadable; both versions of the software should be compared.",
    )
