"""The items of a communique (docs/spec/communique.md, section 2): for each 4 bytes of length, then CBOR [type, map].

header | amendment ... | log ... | earlier ... | (entry | (attachment | continued ...) ...) ...
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, TypeAlias

from coupefeu.errors import PeerError
from coupefeu.wire import cbor

VERSION: Final = 1
MAX_DATA_BYTES: Final = 64 << 20
MAX_ENTRIES: Final = 20_000
MAX_LOGS: Final = 256
MAX_EARLIER: Final = 256
MAX_AMENDMENTS: Final = 1_024
MAX_QUERY_CHARACTERS: Final = 1_000
PART_BYTES: Final = 49_152
"""Of an attachment: one item each."""
_LENGTH_BYTES: Final = 4
_HASH: Final = 32
_SALT: Final = 16
_LEAF: Final = 70
_LARGEST: Final = (1 << 63) - 1


class Why(IntEnum):
    """Why an entry stands in a communique."""

    CHOSEN = 0
    AGREEMENT = 1
    """It shows the agreement, or whose keys these are."""
    CONSENT = 2
    """It proposes this selection, or answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderItem:
    """Who issues it, when, and what is to come. `query`: how the entries were chosen, in words ("" not said)."""

    origin: str
    made_ms: int
    embargo_ms: int | None
    query: str
    digest: bytes
    languages: tuple[str, ...]
    logs: int
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentItem:
    """A later version of the agreement, with the signatures of all."""

    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LogItem:
    """A log: its checkpoint with every line, and verifier keys as texts."""

    number: int
    key: str
    note: bytes
    cosigners: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    ml_dsa: tuple[str, ...] = ()
    ml_dsa_witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierItem:
    """An earlier checkpoint of a log, and the path that shows it to be the beginning of the newest."""

    log: int
    note: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryItem:
    """An entry: its leaf, its path, and what is disclosed with the salts that prove it."""

    log: int
    index: int
    leaf: bytes
    path: tuple[bytes, ...]
    head_salt: bytes | None = None
    head: bytes | None = None
    body_salt: bytes | None = None
    body: bytes | None = None
    why: Why = Why.CHOSEN


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentItem:
    """An attachment of the entry before it: its first bytes."""

    number: int
    salt: bytes
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuedItem:
    """The next bytes of the attachment before it."""

    content: bytes


Item: TypeAlias = (
    HeaderItem | AmendmentItem | LogItem | EarlierItem | EntryItem | AttachmentItem | ContinuedItem
)


def frame_item(item: Item) -> bytes:
    """Return the item with its length before it. Raises: UsageError: it does not fit."""
    data = cbor.encode([_TYPES.index(type(item)), _fields(item)])
    return len(data).to_bytes(_LENGTH_BYTES) + data


def split_items(chunks: Iterator[bytes]) -> Iterator[Item]:
    """Cut decoded data into its items; at most one item is waited for.

    Raises:
        PeerError: too much, a length that is not allowed, an item that breaks its form, or an end within one.
    """
    waiting, total = bytearray(), 0
    for chunk in chunks:
        total += len(chunk)
        if total > MAX_DATA_BYTES:
            raise refused("data-size", f"more than {MAX_DATA_BYTES:,} bytes of data")
        waiting += chunk
        while len(waiting) >= _LENGTH_BYTES:
            length = int.from_bytes(waiting[:_LENGTH_BYTES])
            if not 1 <= length <= cbor.MAX_BYTES:
                raise refused("item-length", f"an item of {length:,} bytes")
            end = _LENGTH_BYTES + length
            if len(waiting) < end:
                break
            yield parse_item(bytes(waiting[_LENGTH_BYTES:end]))
            del waiting[:end]
    if waiting:
        raise refused("item-cut", "the data ends within an item")


def parse_item(data: bytes) -> Item:
    """Read one item; nothing is verified yet.

    Raises:
        PeerError: the bytes break the format.
    """
    value = cbor.decode(data)
    match value:
        case [int() as number, dict() as fields] if not isinstance(number, bool) and 0 <= number < len(
            _TYPES
        ):
            return _PARSERS[number](_Map(fields))
    raise refused("item", "an item is not [type, map] of a known type")


def refused(defect: str, what: str) -> PeerError:
    """Make the error of a file that breaks the format."""
    return PeerError(
        f"the communique is refused: {what}",
        code=f"wire.communique.{defect}",
        hint="See docs/spec/communique.md. Get the file again, whole; if it stays so, it was not made by this format.",
    )


# --- to bytes ---------------------------------------------------------------------------------------------


def _fields(item: Item) -> dict[int, Any]:  # noqa: PLR0911 - one case per item
    match item:
        case HeaderItem():
            optional = {3: item.embargo_ms, 4: item.query or None}
            given = {key: value for key, value in optional.items() if value is not None}
            counts = {5: item.digest, 6: list(item.languages), 7: item.logs, 8: item.entries}
            return {0: VERSION, 1: item.origin, 2: item.made_ms} | given | counts
        case AmendmentItem():
            return {0: item.body}
        case LogItem():
            keys = (item.cosigners, item.witnesses, item.ml_dsa, item.ml_dsa_witnesses)
            return {0: item.number, 1: item.key, 2: item.note} | dict(enumerate(map(list, keys), 3))
        case EarlierItem():
            return {0: item.log, 1: item.note, 2: b"".join(item.path)}
        case EntryItem():
            return _entry_fields(item)
        case AttachmentItem():
            return {0: item.number, 1: item.salt, 2: item.content}
        case ContinuedItem():
            return {0: item.content}


def _entry_fields(item: EntryItem) -> dict[int, Any]:
    shown = {4: item.head_salt, 5: item.head, 6: item.body_salt, 7: item.body, 8: int(item.why) or None}
    fields: dict[int, Any] = {0: item.log, 1: item.index, 2: item.leaf, 3: b"".join(item.path)}
    return fields | {key: value for key, value in shown.items() if value is not None}


# --- from bytes -------------------------------------------------------------------------------------------


class _Map:
    """The map of an item: each field is asked for once, by key and form; what is left over is refused."""

    def __init__(self, fields: dict[int, Any]) -> None:
        self._fields = fields

    def end(self, item: Item) -> Item:
        """Give the item, once nothing is left."""
        if self._fields:
            raise refused("item-key", f"an item has a key {min(self._fields)} that it may not have")
        return item

    def number(self, key: int, most: int = _LARGEST) -> int:
        value = self._take(key)
        if type(value) is not int or not 0 <= value <= most:
            raise refused("number", f"field {key} is no number from 0 to {most:,}")
        return value

    def octets(self, key: int, length: int | None = None) -> bytes:
        value = self._take(key)
        if not isinstance(value, bytes) or length not in {None, len(value)}:
            raise refused("octets", f"field {key} is not the bytes that it should be")
        return value

    def hashes(self, key: int) -> tuple[bytes, ...]:
        value = self.octets(key)
        if len(value) % _HASH or len(value) > 64 * _HASH:
            raise refused("path", f"{len(value):,} bytes are no path")
        return tuple(value[at : at + _HASH] for at in range(0, len(value), _HASH))

    def text(self, key: int, most: int) -> str:
        value = self._take(key)
        if not isinstance(value, str) or not 0 < len(value) <= most:
            raise refused("text", f"field {key} is no text of 1 to {most:,} characters")
        return value

    def texts(self, key: int, most: int) -> tuple[str, ...]:
        value = self._take(key)
        if not isinstance(value, list) or not all(
            isinstance(each, str) and len(each) <= most for each in value
        ):
            raise refused("texts", f"field {key} is no list of texts")
        return tuple(value)

    def has(self, key: int) -> bool:
        return key in self._fields

    def _take(self, key: int) -> Any:
        if key not in self._fields:
            raise refused("missing", f"an item lacks field {key}")
        return self._fields.pop(key)


_MAX_KEY_CHARACTERS: Final = 4_096


def _header(fields: _Map) -> Item:
    version = fields.number(0)
    if version != VERSION:
        raise refused("version", f"it is of version {version:,}, this program reads {VERSION}")
    origin, made_ms = fields.text(1, 120), fields.number(2)
    header = HeaderItem(
        origin=origin,
        made_ms=made_ms,
        embargo_ms=fields.number(3) if fields.has(3) else None,
        query=fields.text(4, MAX_QUERY_CHARACTERS) if fields.has(4) else "",
        digest=fields.octets(5, _HASH),
        languages=fields.texts(6, 16),
        logs=fields.number(7, MAX_LOGS),
        entries=fields.number(8, MAX_ENTRIES),
    )
    return fields.end(header)


def _log(fields: _Map) -> Item:
    number, key, note = fields.number(0), fields.text(1, _MAX_KEY_CHARACTERS), fields.octets(2)
    cosigners, witnesses, ml_dsa, ml_dsa_witnesses = (
        fields.texts(each, _MAX_KEY_CHARACTERS) for each in (3, 4, 5, 6)
    )
    log = LogItem(
        number=number,
        key=key,
        note=note,
        cosigners=cosigners,
        witnesses=witnesses,
        ml_dsa=ml_dsa,
        ml_dsa_witnesses=ml_dsa_witnesses,
    )
    return fields.end(log)


def _entry(fields: _Map) -> Item:
    has_head, has_body = fields.has(4), fields.has(6)
    if has_body and not has_head:
        raise refused("body-alone", "an entry shows its body and not its head")
    why = fields.number(8, len(Why) - 1) if fields.has(8) else None
    if why == Why.CHOSEN:
        raise refused("why", "an entry says that it was chosen, which is said by leaving it out")
    entry = EntryItem(
        log=fields.number(0),
        index=fields.number(1),
        leaf=fields.octets(2, _LEAF),
        path=fields.hashes(3),
        head_salt=fields.octets(4, _SALT) if has_head else None,
        head=fields.octets(5) if has_head else None,
        body_salt=fields.octets(6, _SALT) if has_body else None,
        body=fields.octets(7) if has_body else None,
        why=Why(why or 0),
    )
    return fields.end(entry)


def _attachment(fields: _Map) -> Item:
    number, salt, content = fields.number(0, 63), fields.octets(1, _SALT), _part(fields, 2)
    return fields.end(AttachmentItem(number=number, salt=salt, content=content))


def _part(fields: _Map, key: int) -> bytes:
    content = fields.octets(key)
    if not 0 < len(content) <= PART_BYTES:
        raise refused("part", f"{len(content):,} bytes are no part of an attachment")
    return content


def _amendment(fields: _Map) -> Item:
    return fields.end(AmendmentItem(body=fields.octets(0)))


def _earlier(fields: _Map) -> Item:
    return fields.end(EarlierItem(log=fields.number(0), note=fields.octets(1), path=fields.hashes(2)))


def _continued(fields: _Map) -> Item:
    return fields.end(ContinuedItem(content=_part(fields, 0)))


_TYPES: Final[tuple[type[Any], ...]] = (
    HeaderItem,
    AmendmentItem,
    LogItem,
    EarlierItem,
    EntryItem,
    AttachmentItem,
    ContinuedItem,
)
_PARSERS: Final[Mapping[int, Callable[[_Map], Item]]] = dict(
    enumerate((_header, _amendment, _log, _earlier, _entry, _attachment, _continued))
)
