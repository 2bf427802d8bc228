"""Which entries a communique holds, and how much it discloses of each.

The default discloses heads: that something was said, by which post to which, when, and how urgent; not a word of it.
Bodies and attachments are disclosed by name only. What is not held here cannot be disclosed, and what nobody else has
co-signed yet cannot be proved. Entry 0 of a log is the agreement, never chosen: that of the issuer stands in every
communique.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from coupefeu.errors import UsageError
from coupefeu.model.entry import Head
from coupefeu.model.messages import MessageId, format_number
from coupefeu.node.entries import beginning_of, filter_name, head_of, kind_of
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.selection import Chosen, Disclosed
from coupefeu.services.communique.facts import Range
from coupefeu.store.reader import Reader
from coupefeu.store.showing import is_note
from coupefeu.wire.communique import MAX_ENTRIES

Row = Mapping[str, Any]
Progress = Callable[[int, int], None]
PAGE: Final = 1_000
_LEVELS: Final = tuple(Disclosed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Entries of both sides that were stored here in [since_ms, until_ms), from or to these posts, of these kinds.

    An empty set asks for any; `entries` are added by their numbers. `everything`: without it a query that asks for
    nothing finds nothing.
    """

    everything: bool = False
    since_ms: int | None = None
    until_ms: int | None = None
    posts: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    entries: tuple[MessageId, ...] = ()

    @property
    def looks(self) -> bool:
        """Whether the record is looked through."""
        limits = self.since_ms is not None or self.until_ms is not None
        return self.everything or limits or bool(self.posts or self.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosing:
    """How much is disclosed: of every entry, of single ones, and which attachments; None: all, but of no note.

    What a note says is shown where its number is named, and never with all the rest.
    """

    default: Disclosed = Disclosed.HEAD
    single: Mapping[MessageId, Disclosed] = field(default_factory=dict)
    attachments: frozenset[tuple[int, int, int]] | None = frozenset()

    def of(self, number: MessageId) -> Disclosed:
        """Say it of one entry."""
        return self.single.get(number, self.default)

    def shows(self, number: MessageId, attachment: int) -> bool:
        """Whether an attachment is disclosed, where its entry is."""
        return self.attachments is None or (*number, attachment) in self.attachments


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The entries chosen, by log and index, and how many more were found that nobody else has co-signed yet."""

    chosen: tuple[Chosen, ...]
    unproved: int = 0


def choose(
    reader: Reader,
    parties: tuple[str, ...],
    query: Query,
    disclosing: Disclosing,
    provable: Mapping[int, int],
    progress: Progress | None = None,
) -> Selection:
    """Find the entries of a query; `provable`: by log, how many of its entries others have co-signed.

    Raises: UsageError: none was found, or too many; one that was named is not held or not provable, or shows less than
    was asked.
    """
    rows: dict[MessageId, Row] = {}
    unproved = 0
    for row in _look(reader, query, progress) if query.looks else ():
        if row["idx"] >= provable.get(row["log"], 0):
            unproved += 1
            continue
        rows[row["log"], row["idx"]] = row
        _insist_few(len(rows))
    for number in {*query.entries, *disclosing.single, *_attached(disclosing)}:
        if number not in rows and number not in query.entries:
            raise _other(number, parties, "is not among the entries chosen")
        rows.setdefault(number, _named(reader, number, parties, provable))
        _insist_few(len(rows))
    for number in [each for each in rows if each[1] == 0]:
        del rows[number]
    if not rows:
        raise UsageError(
            f"no entry was found that can be proved ({unproved:,} wait for the other side's co-signature)",
            code="node.communique.nothing",
            hint="`coupefeu record` lists the entries; name them with --entries, or choose by --since and --kinds.",
        )
    chosen = tuple(_choose(reader, rows[number], disclosing, parties) for number in sorted(rows))
    return Selection(chosen=chosen, unproved=unproved)


def choose_ranges(
    reader: Reader, parties: tuple[str, ...], ranges: tuple[Range, ...], provable: Mapping[int, int]
) -> tuple[Chosen, ...]:
    """Give the selection that a proposal's ranges name, as this record holds it.

    Raises: UsageError: an entry is not held, not provable yet, or shows less here; or there are too many.
    """
    _insist_few(sum(each.end - each.start for each in ranges))
    chosen = []
    for each in ranges:
        for index in range(each.start, each.end):
            number = (each.log, index)
            row = _named(reader, number, parties, provable)
            if _place(row) < _LEVELS.index(each.disclosed):
                raise _other(number, parties, f"is not held here so that {each.disclosed} could be shown")
            chosen.append(
                Chosen(
                    log=each.log,
                    index=index,
                    disclosed=each.disclosed,
                    attachments=each.attachments,
                    leaf_hash=leaf_hash(row["leaf"]),
                )
            )
    return tuple(chosen)


# --- looking ----------------------------------------------------------------------------------------------


def _look(reader: Reader, query: Query, progress: Progress | None) -> Iterator[Row]:
    """Walk back from the newest arrival that may be wanted, to the first that was stored too early."""
    before = _first_arrival_after(reader, query.until_ms)
    total, seen = before, 0
    while rows := reader.arrivals(before, PAGE):
        for row in rows:
            if query.since_ms is not None and row["arrived_ms"] < query.since_ms:
                return
            if _is_wanted(row, query):
                yield row
        before = rows[-1]["arrival"]
        seen += len(rows)
        if progress is not None:
            progress(seen, total)


def _first_arrival_after(reader: Reader, until_ms: int | None) -> int:
    """Give the arrival before which entries were stored early enough; found by halving, for they came in order."""
    low, high = 0, reader.newest_arrival() + 1
    if until_ms is None:
        return high
    while low < high:
        middle = (low + high) // 2
        (row,) = reader.arrivals(middle + 1, 1) or (None,)
        if row is not None and row["arrived_ms"] >= until_ms:
            high = row["arrival"]
        else:
            low = middle + 1
    return high


def _is_wanted(row: Row, query: Query) -> bool:
    if query.kinds and row["head"] is not None and not _may_be(row["head"], query.kinds):
        return False
    if not query.kinds and not query.posts:
        return True
    head = head_of(row)
    if query.kinds and filter_name(kind_of(row, head)) not in query.kinds:
        return False
    return not query.posts or (head is not None and bool(query.posts & _posts(head)))


def _may_be(head: bytes, kinds: frozenset[str]) -> bool:
    """Look at the first bytes alone, which say the kind, before a head is decoded."""
    beginnings = [beginning_of(each) for each in kinds]
    return any(each is None or head[1:].startswith(each) for each in beginnings)


def _posts(head: Head) -> frozenset[str]:
    return frozenset({head.from_post, *head.to_posts})


# --- one entry --------------------------------------------------------------------------------------------


def _named(reader: Reader, number: MessageId, parties: tuple[str, ...], provable: Mapping[int, int]) -> Row:
    log, index = number
    if index >= provable.get(log, 0):
        raise _other(
            number, parties, f"is not among the {provable.get(log, 0):,} entries that others co-signed"
        )
    return reader.entry(log, index)


def _choose(reader: Reader, row: Row, disclosing: Disclosing, parties: tuple[str, ...]) -> Chosen:
    number = (row["log"], row["idx"])
    asked, held = _LEVELS.index(disclosing.of(number)), _place(row)
    if number in disclosing.single and asked > held:
        raise _other(number, parties, f"is held here as {_LEVELS[held]} only")
    disclosed = _LEVELS[min(asked, held)]
    attachments: tuple[int, ...] = ()
    if disclosed is Disclosed.ALL:
        is_named = disclosing.attachments is not None or not is_note(head_of(row))
        held_here = sorted(reader.held_attachments(*number)) if is_named else ()
        attachments = tuple(each for each in held_here if disclosing.shows(number, each))
    _insist_attachments(disclosing, number, attachments, parties)
    return Chosen(
        log=row["log"],
        index=row["idx"],
        disclosed=disclosed,
        attachments=attachments,
        leaf_hash=leaf_hash(row["leaf"]),
    )


def _insist_attachments(
    disclosing: Disclosing, number: MessageId, shown: tuple[int, ...], parties: tuple[str, ...]
) -> None:
    for log, index, attachment in disclosing.attachments or ():
        if (log, index) == number and attachment not in shown:
            what = (
                f"does not show attachment {attachment}: it is not here, or its entry is not disclosed as all"
            )
            raise _other(number, parties, what)


def held_level(row: Row) -> Disclosed:
    """Say how much of an entry could be disclosed; `row` is one of `entries`."""
    if row["body"] is not None:
        return Disclosed.ALL
    has_salt = row["seed"] is not None or row.get("head_salt") is not None
    return Disclosed.HEAD if row["head"] is not None and has_salt else Disclosed.EXISTENCE


def _place(row: Row) -> int:
    return _LEVELS.index(held_level(row))


def _attached(disclosing: Disclosing) -> set[MessageId]:
    return {(log, index) for log, index, _ in disclosing.attachments or ()}


def _insist_few(count: int) -> None:
    if count > MAX_ENTRIES:
        raise UsageError(
            f"more than {MAX_ENTRIES:,} entries are chosen",
            code="node.communique.many",
            hint="Choose fewer, by --since, --until, --posts or --kinds; or `coupefeu export record` for a log.",
        )


def _other(number: MessageId, parties: tuple[str, ...], what: str) -> UsageError:
    return UsageError(
        f"{format_number(number, parties)} {what}",
        code="node.communique.entry",
        hint="`coupefeu record` lists what is held; `coupefeu status` says how far the other side has co-signed.",
    )
