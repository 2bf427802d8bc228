"""One act as it is judged, and what several of them mean together: who is listed, which STOP stands.

Of two acts of one party the later is the one with the higher place in its log, which nobody can move afterwards; acts
of two parties are never put in an order by their clocks where something depends on it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from coupefeu.errors import CoupefeuError
from coupefeu.keys import ed25519
from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.model.notices import MAX_UNITS, Level, Reached
from coupefeu.services.base import Context
from coupefeu.services.passing.facts import AHEAD_MS, ORDERS, NamedUnit, PassingFact, read_passing
from coupefeu.services.passing.status import NoticeKnown
from coupefeu.wire import cbor

Row = Mapping[str, Any]
REPLY_DOMAIN = b"coupefeu/unit/v1\x00"
"""What a unit's own signature begins with, so that it fits nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Act:
    """One entry. `named`: what its head refers to, with the leaf hashes that its author saw."""

    row: Row
    id: MessageId
    party: str
    kind: int
    fact: PassingFact
    defect: str
    named: tuple[tuple[MessageId, bytes], ...]

    @classmethod
    def of(cls, row: Row, context: Context) -> Self:
        """Read a row; never raises for what a peer wrote."""
        fact, defect = (PassingFact(), "erased") if row["erased"] else read_passing(row["kind"], row["body"])
        if row["kind"] == Kind.NOTICE_STOPPED and defect:
            fact, defect = PassingFact(), ""  # a STOP that cannot be read is a STOP all the same
        elif row["kind"] == Kind.NOTICE_RESUMED and defect == "erased":
            defect = ""
        party = context.party_of(row["log"])
        if not party or row["from_post"].partition(".")[0] != party:
            defect = "foreign_post"
        elif not defect and fact.at_ms is not None and fact.at_ms > row["claimed_ms"] + AHEAD_MS:
            defect = "not_yet"
        return cls(
            row=row,
            id=(row["log"], row["idx"]),
            party=party,
            kind=row["kind"],
            fact=fact,
            defect=defect,
            named=tuple(((log, index), leaf) for log, index, leaf in cbor.decode(row["named"])),
        )

    @property
    def at_ms(self) -> int:
        """When it happened, as its author says."""
        return int(self.row["claimed_ms"] if self.fact.at_ms is None else self.fact.at_ms)

    @property
    def version(self) -> tuple[MessageId, bytes] | None:
        """The version of the notice that it speaks of."""
        return self.named[1] if len(self.named) > 1 else None

    @property
    def orders(self) -> tuple[tuple[MessageId, bytes], ...]:
        """The STOP and RESUMED that it acknowledges."""
        return self.named[2:] if self.kind == Kind.UNIT_REACHED else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A unit as its party lists it, and the act that did so last."""

    unit: NamedUnit
    level: Level
    by: Act


def listed_units(acts: Iterable[Act]) -> dict[tuple[str, str], Listed]:
    """Give the units that are listed, by (party, name), in the order in which they were first.

    So many of one party at once, as that party's own node would list; what is beyond is not listed.
    """
    listed: dict[tuple[str, str], Listed] = {}
    counts: Counter[str] = Counter()
    for act in acts:
        if act.defect or act.kind != Kind.NOTICE_PASSED_DOWN:
            continue
        for unit in act.fact.units:
            key = (act.party, unit.name)
            if unit.level is None:
                counts[act.party] -= listed.pop(key, None) is not None
            elif key in listed or counts[act.party] < MAX_UNITS:
                counts[act.party] += key not in listed
                listed[key] = Listed(unit=unit, level=unit.level, by=act)
    return listed


def newest_orders(acts: Iterable[Act]) -> dict[str, Act]:
    """Give the newest STOP or RESUMED of each party: the STOP of one is not the other's to take back."""
    newest: dict[str, Act] = {}
    for act in acts:
        was_stopped = act.party in newest and newest[act.party].kind == Kind.NOTICE_STOPPED
        if act.defect or act.kind not in ORDERS or (act.kind == Kind.NOTICE_RESUMED and not was_stopped):
            continue
        newest[act.party] = act
    return newest


def judge_about(act: Act, notice: NoticeKnown) -> str:
    """Name why an act is about another entry than we hold ("" when it is about this notice)."""
    if act.defect:
        return act.defect
    known = {each.id: each.leaf_hash for each in notice.versions}
    leaf = known.get(notice.id, b"")
    if not act.named or act.named[0][0] != notice.id or not _is_same(leaf, act.named[0][1]):
        return "another_entry"
    if act.kind in ORDERS:
        return ""  # a STOP may overtake the amendment that it speaks of
    if act.version is None or act.version[0] not in known:
        return "no_such_version"
    return "" if _is_same(known[act.version[0]], act.version[1]) else "another_entry"


def orders_of(acts: Iterable[Act]) -> dict[MessageId, bytes]:
    """Give the leaf hash of every STOP and RESUMED."""
    return {each.id: each.row["leaf_hash"] for each in acts if each.kind in ORDERS and not each.defect}


def judge_reached(
    act: Act, orders: Mapping[MessageId, bytes], listed: Mapping[tuple[str, str], Listed]
) -> str:
    """Name why a report that a unit was reached counts for nothing ("" when it may); `orders`: of `orders_of`."""
    found = listed.get((act.party, act.fact.unit))
    if found is None:
        return "no_such_unit"
    if not all(order in orders and _is_same(orders[order], leaf) for order, leaf in act.orders):
        return "no_such_order"
    return judge_signature(act, found.unit.key) if act.fact.signature else ""


def judge_signature(act: Act, key: bytes) -> str:
    """Name why a signed reply is not the unit's ("" when it is)."""
    if not key or act.version is None:
        return "no_key"
    octets = reply_octets(
        act.named[0][1], act.version[1], tuple(leaf for _, leaf in act.orders), act.fact.unit
    )
    return "" if _is_signed(key, octets, act.fact.signature) else "wrong_signature"


@lru_cache(maxsize=4_096)
def _is_signed(key: bytes, octets: bytes, signature: bytes) -> bool:
    try:
        ed25519.verify(key, octets, signature)
    except CoupefeuError:
        return False
    return True


def reply_octets(notice: bytes, version: bytes, orders: tuple[bytes, ...], unit: str) -> bytes:
    """Give what a unit signs: leaf hashes (32 bytes each) of notice, version and orders, and its own name."""
    return REPLY_DOMAIN + cbor.encode([notice, version, sorted(orders), unit])


def proof_of(fact: PassingFact) -> str:
    """Say by what it is known that a unit was reached."""
    if fact.how is Reached.BY_VOICE:
        return "voice"
    return "reply" if fact.signature else "link"


def _is_same(held: bytes, named: bytes) -> bool:
    return held in {b"", named} or named == bytes(32)
