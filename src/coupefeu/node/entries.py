"""Entries of both records as they are listed: what each is, by what it stands, and which of them a reader looks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from coupefeu.errors import PeerError, UsageError
from coupefeu.model.entry import Head, Kind
from coupefeu.model.logs import position_of
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.node.search import MAX_LOOKED_AT, fold, says
from coupefeu.node.values import kind_name
from coupefeu.store.reader import Arrived, Reader
from coupefeu.wire.cbor import encode
from coupefeu.wire.head import decode_head

Row = Mapping[str, Any]
"""A row of `entries`."""

UNREADABLE: Final = "unreadable"
UNKNOWN: Final = "unknown"
NOT_SHOWN: Final = "NOT SHOWN TO US"
"""Said of an entry of which the leaf alone is held."""
_SHORTEST_WITH_REFERENCE: Final = 64
"""Bytes of a head; a reference alone has a hash of 32."""


class Proof(StrEnum):
    """By what an entry stands; words for readers are `ui-proof-*` in words/."""

    COSIGNED = "co-signed"
    """Its author's signature over the whole log up to it, and another party's that it holds the same."""
    RECEIPTED = "receipted"
    """The same for a run of entries that overtook others."""
    SIGNED = "signed"
    """Its author's signature alone."""
    ANNOUNCED = "announced"
    """A line test that was heard; its proof follows."""
    OTHER_BRANCH = "other-branch"
    """Its author's signature, on the other branch of a log that it forked; it is no part of the log held here."""
    UNSIGNED = "unsigned"
    """Nothing that is signed covers it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries: of the party of a log, of one kind, stored here in [since_ms, before_ms), that say something.

    None and "": whatever it is. `alone`: of that log only, not of its party's others.
    `number`: where the words are the number of an entry, it, and what refers to it.
    """

    log: int | None = None
    alone: bool = False
    kind: str | None = None
    words: str = ""
    number: MessageId | None = None
    since_ms: int | None = None
    before_ms: int | None = None

    def takes_log(self, log: int, parties: int) -> bool:
        """Whether entries of a log are wanted."""
        if self.log is None or self.log == log:
            return True
        return not self.alone and position_of(self.log, parties) == position_of(log, parties)

    @property
    def is_searched(self) -> bool:
        """Whether a window cannot be counted off: what is wanted must be found first."""
        return bool(self.kind or self.words) or self.since_ms is not None or self.before_ms is not None

    @property
    def is_read(self) -> bool:
        """Whether head and body must be looked at one by one; else the database alone can tell."""
        return bool(self.words) or self.kind in {UNKNOWN, UNREADABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The arrivals of the entries found, the newest first. `truncated`: older entries were not looked at."""

    arrivals: Sequence[int]
    looked_at: int
    truncated: bool
    newest: int


def head_of(row: Row) -> Head | None:
    """Decode the head; None when it is not held or cannot be read."""
    if row["head"] is None:
        return None
    try:
        return decode_head(row["head"])
    except PeerError:
        return None


def kind_of(row: Row, head: Head | None) -> str:
    """Name the kind, as `--kind` and the pages have it."""
    if row["head"] is None and row.get("erased") is None:
        return NOT_SHOWN
    return kind_name(None if head is None else head.kind)


def filter_name(kind: str) -> str:
    """Give the name by which entries of a kind are looked for: `taken`, `unknown`, `unreadable`."""
    return UNKNOWN if kind.startswith("UNKNOWN") else kind.lower().replace("_", "-")


def check_filter(text: str) -> str:
    """Read such a name. Raises: UsageError: there is no such kind."""
    name = text.lower().replace("_", "-").replace(" ", "-")
    known = [filter_name(each.name) for each in Kind] + [UNREADABLE, UNKNOWN]
    if name not in known:
        raise UsageError(
            f"there is no kind of entry {text!r}",
            code="node.entries.kind",
            hint=f"There are: {', '.join(known)}.",
        )
    return name


_BEGINNINGS: Final = {filter_name(kind.name): b"\x00" + encode(int(kind)) for kind in Kind}
"""By name of a kind: the bytes behind the first of each head that says it is of that kind (wire/head.py)."""


def beginning_of(kind: str) -> bytes | None:
    """Give the bytes behind the first of a head that say a kind by its name; None: heads do not say it so."""
    return _BEGINNINGS.get(kind)


def find_entries(reader: Reader, wanted: Wanted, before: Found | None = None) -> Found:
    """Look through the newest entries; with `before`, what the same search found, only through what came since."""
    newest = reader.newest_arrival()
    since = -1 if before is None else before.newest
    looked_at = reader.count_arrived_after(since, MAX_LOOKED_AT)
    rows = reader.arrived_after(
        since,
        MAX_LOOKED_AT,
        log=wanted.log,
        alone=wanted.alone,
        since_ms=wanted.since_ms,
        before_ms=wanted.before_ms,
        beginning=_BEGINNINGS.get(wanted.kind or ""),
        contents=wanted.is_read,
    )
    found = [row.arrival for row in rows if not wanted.is_read or _is_wanted(row, wanted)]
    if before is not None:
        found += before.arrivals
        looked_at = min(looked_at + before.looked_at, MAX_LOOKED_AT)
    total = reader.count_entries(None)
    return Found(arrivals=found, looked_at=looked_at, truncated=looked_at < total, newest=newest)


def proofs_of(reader: Reader, rows: Sequence[Row]) -> dict[MessageId, Proof]:
    """Say by what each entry stands."""
    sizes = {row["log"]: row["size"] for row in reader.logs()}
    cosigned = {log: max(reader.cosigned_sizes(log).values(), default=0) for log in sizes}
    return {(row["log"], row["idx"]): _proof(reader, row["log"], row["idx"], sizes, cosigned) for row in rows}


def _proof(
    reader: Reader, log: int, index: int, sizes: Mapping[int, int], cosigned: Mapping[int, int]
) -> Proof:
    if index < cosigned[log]:
        return Proof.COSIGNED
    if reader.is_run_receipted(log, index):
        return Proof.RECEIPTED
    if index < sizes[log] or reader.coverage(log, index) != "nothing":
        return Proof.SIGNED
    return Proof.UNSIGNED


def _is_wanted(row: Arrived, wanted: Wanted) -> bool:
    if wanted.kind in {UNKNOWN, UNREADABLE} and not _is_of_kind(row, wanted.kind):
        return False
    if wanted.number is not None and _is_about(row, wanted.number):
        return True
    return says(row.head, row.body, wanted.words)


def _is_of_kind(row: Arrived, wanted: str | None) -> bool:
    described = {"head": row.head}
    return filter_name(kind_of(described, head_of(described))) == wanted


def _is_about(row: Arrived, number: MessageId) -> bool:
    """Whether an entry has this number, or refers to the one that has."""
    if (row.log, row.idx) == number:
        return True
    head = (
        head_of({"head": row.head})
        if row.head is not None and len(row.head) > _SHORTEST_WITH_REFERENCE
        else None
    )
    return head is not None and any((each.log, each.index) == number for each in head.references)


def wanted_of(
    parties: tuple[str, ...],
    party: str | None = None,
    kind: str | None = None,
    text: str | None = None,
    since_ms: int | None = None,
    before_ms: int | None = None,
) -> Wanted:
    """Read what a reader asks for. Raises: UsageError: no such party, or no such kind."""
    log, alone = read_party(party, parties) if party else (None, False)
    return Wanted(
        log=log,
        alone=alone,
        kind=check_filter(kind) if kind else None,
        words=fold(text or ""),
        number=_number_in(text or "", parties),
        since_ms=since_ms,
        before_ms=before_ms,
    )


def read_party(text: str, parties: tuple[str, ...]) -> tuple[int, bool]:
    """Give a log, and whether it alone is meant (`us.2`) or all logs of its party (`us`).

    Raises: UsageError: there is no such party.
    """
    name = text.strip().lower()
    if name in parties:
        return parties.index(name), False
    number = _number_in(f"{name}/0", parties)
    if number is None:
        raise UsageError(
            f"there is no party {text!r}",
            code="node.entries.party",
            hint=f"There are: {', '.join(parties)}; {parties[0]}.2 is the second log of one.",
        )
    return number[0], True


def _number_in(text: str, parties: tuple[str, ...]) -> MessageId | None:
    try:
        return parse_number(text, parties)
    except UsageError:
        return None
