"""One entry about an incident as it is judged: what it says, who wrote it, what its head names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from coupefeu.model.entry import Kind
from coupefeu.model.messages import MessageId
from coupefeu.services.incidents.facts import (
    VERSIONS,
    IncidentActFact,
    IncidentFact,
    read_incident,
    read_incident_act,
)
from coupefeu.wire import cbor

Row = Mapping[str, Any]
Named = tuple[tuple[MessageId, bytes], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Act:
    """One entry. `effect`: why it has none by itself; `named`: what its head refers to, with the leaf hashes."""

    row: Row
    id: MessageId
    party: str
    kind: int
    effect: str
    root: MessageId
    about: MessageId
    named: Named

    @classmethod
    def of(cls, row: Row) -> Self:
        """Read a row; never raises for what a peer wrote."""
        return cls(
            row=row,
            id=(row["log"], row["idx"]),
            party=row["party"],
            kind=row["kind"],
            effect=row["effect"],
            root=(row["root_log"], row["root_idx"]),
            about=(row["about_log"], row["about_idx"]),
            named=tuple(((log, index), leaf) for log, index, leaf in cbor.decode(row["named"])),
        )

    @cached_property
    def fact(self) -> IncidentFact | None:
        """What a version says; None: it is none, or says nothing that holds."""
        is_read = self.kind in VERSIONS and not self.effect
        return read_incident(self.kind, self.row["body"])[0] if is_read else None

    @cached_property
    def said(self) -> IncidentActFact:
        """What any other entry says."""
        is_read = self.kind not in VERSIONS and not self.effect
        return read_incident_act(self.kind, self.row["body"])[0] if is_read else IncidentActFact()

    @property
    def words(self) -> str:
        """Its words."""
        return self.said.words if self.fact is None else self.fact.words

    @property
    def officer(self) -> str:
        """The officer's label beside the post."""
        return self.said.officer if self.fact is None else self.fact.officer

    @property
    def beside(self) -> Named:
        """What a version names: the notice, then acknowledgements of it."""
        return self.named if self.kind == Kind.INCIDENT_REPORTED else self.named[1:]

    @property
    def posts(self) -> tuple[str, ...]:
        """Whom its head addresses."""
        return tuple(json.loads(self.row["to_posts"]))


def is_same(held: bytes, named: bytes) -> bool:
    """Whether a head means the entry that is held; a reference whose entry its author did not hold has no hash."""
    return held == named or named == bytes(32)
