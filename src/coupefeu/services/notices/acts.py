"""One entry about a notice as it is judged: what it says, who wrote it, of which version it speaks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, Self

from coupefeu.model.messages import MessageId
from coupefeu.services.base import Context
from coupefeu.services.notices.changes import essence_of
from coupefeu.services.notices.facts import VERSIONS, ActFact, NoticeFact, read_act, read_notice

Row = Mapping[str, Any]
_READ: Final = 8_192
"""So many short bodies are kept as they were read: a map shows the same ten thousand again and again."""
_READ_LONG: Final = 128
_ESSENCES_KEPT: Final = 65_536
_ESSENCES: Final[dict[bytes, bytes]] = {}
"""By leaf: to read two hundred versions of a thousand positions again and again would hold up the writer."""
_SHORT_BYTES: Final = 512
"""A longer body may hold a thousand positions, which take fifteen times its bytes: few of those are kept."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Act:
    """One entry; what it says is read when it is asked for. `effect`: why it has none by itself."""

    row: Row
    id: MessageId
    party: str
    kind: int
    from_post: str
    effect: str
    root: MessageId
    about: MessageId
    other: MessageId
    named: tuple[MessageId, ...]

    @classmethod
    def of(cls, row: Row, context: Context) -> Self:
        """Read a row; never raises for what a peer wrote."""
        del context
        return cls(
            row=row,
            id=(row["log"], row["idx"]),
            party=row["party"],
            kind=row["kind"],
            from_post=row["from_post"],
            effect=row["effect"],
            root=(row["root_log"], row["root_idx"]),
            about=(row["about_log"], row["about_idx"]),
            other=(row["other_log"], row["other_idx"]),
            named=tuple((log, index) for log, index in json.loads(row["named"])),
        )

    @cached_property
    def notice(self) -> NoticeFact | None:
        """What a version says; None: it is none, or says nothing that holds."""
        is_read = self.kind in VERSIONS and not self.effect
        return _notice(self.kind, self.row["body"]) if is_read else None

    @cached_property
    def said(self) -> ActFact:
        """What any other entry says."""
        is_read = self.kind not in VERSIONS and not self.effect
        return _act(self.kind, self.row["body"]) if is_read else ActFact()

    @cached_property
    def essence(self) -> bytes | None:
        """Name what of a version others acknowledge, all but its remarks: two that read alike have the same."""
        if self.kind not in VERSIONS or self.effect:
            return None
        leaf: bytes = self.row["leaf_hash"]
        found = _ESSENCES.get(leaf)
        if found is None and self.notice is not None:
            found = _ESSENCES[leaf] = essence_of(self.notice)
            while len(_ESSENCES) > _ESSENCES_KEPT:
                _ESSENCES.pop(next(iter(_ESSENCES)), None)
        return found


def _notice(kind: int, body: bytes) -> NoticeFact | None:
    return (_short_notice if len(body) <= _SHORT_BYTES else _long_notice)(kind, body)


def _act(kind: int, body: bytes) -> ActFact:
    return (_short_act if len(body) <= _SHORT_BYTES else _long_act)(kind, body)


def _read_notice(kind: int, body: bytes) -> NoticeFact | None:
    return read_notice(kind, body)[0]


def _read_act(kind: int, body: bytes) -> ActFact:
    return read_act(kind, body)[0]


_short_notice, _long_notice = (lru_cache(maxsize=each)(_read_notice) for each in (_READ, _READ_LONG))
_short_act, _long_act = (lru_cache(maxsize=each)(_read_act) for each in (_READ, _READ_LONG))
