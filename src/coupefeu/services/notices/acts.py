"""One entry about a notice as it is judged: what it says, who wrote it, of which version it speaks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

from coupefeu.model.messages import MessageId
from coupefeu.services.base import Context
from coupefeu.services.notices.facts import VERSIONS, ActFact, NoticeFact, read_act, read_notice

Row = Mapping[str, Any]
_READ: Final = 8_192
"""So many short bodies are kept as they were read: a map shows the same ten thousand again and again."""
_READ_LONG: Final = 128
_SHORT_BYTES: Final = 512
"""A longer body may hold a thousand positions, which take fifteen times its bytes: few of those are kept."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Act:
    """One entry. `notice`: what a version says, `said`: what any other says; `effect`: why it has none by itself."""

    row: Row
    id: MessageId
    party: str
    kind: int
    from_post: str
    notice: NoticeFact | None
    said: ActFact
    effect: str
    root: MessageId
    about: MessageId
    other: MessageId
    named: tuple[MessageId, ...]

    @classmethod
    def of(cls, row: Row, context: Context) -> Self:
        """Read a row; never raises for what a peer wrote."""
        del context
        is_version = row["kind"] in VERSIONS
        return cls(
            row=row,
            id=(row["log"], row["idx"]),
            party=row["party"],
            kind=row["kind"],
            from_post=row["from_post"],
            notice=_notice(row["kind"], row["body"]) if is_version and not row["effect"] else None,
            said=ActFact() if is_version or row["effect"] else _act(row["kind"], row["body"]),
            effect=row["effect"],
            root=(row["root_log"], row["root_idx"]),
            about=(row["about_log"], row["about_idx"]),
            other=(row["other_log"], row["other_idx"]),
            named=tuple((log, index) for log, index in json.loads(row["named"])),
        )


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
