"""Personal keys and statements as people read them: each statement with why it has effect, or has none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from coupefeu.keys.passkeys import PersonalKey
from coupefeu.model.logs import party_of
from coupefeu.model.messages import MessageId, format_number
from coupefeu.services.base import Rows, Statement
from coupefeu.services.persons.facts import EndReason, algorithm_name, key_name
from coupefeu.services.persons.holding import judge_row
from coupefeu.services.persons.views import (
    read_key,
    select_counted,
    select_endings_of,
    select_key,
    select_keys,
    select_our_keys,
    select_statement,
    select_statements_about,
)

Select = Callable[[Statement], Rows]
MAX_KEYS: Final = 500
MAX_STATEMENTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EndView:
    """Why a key counts no longer, and since when it was out of its holder's hands, as its party says."""

    number: str
    post: str
    officer: str
    reason: EndReason
    since_ms: int | None
    replaced_by: str | None
    words: str
    claimed_ms: int
    arrived_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A personal key that is enrolled; `ended`: it counts no longer."""

    id: MessageId
    number: str
    party: str
    ours: bool
    post: str
    officer: str
    admitted_by: str
    key: PersonalKey
    algorithm: str
    name: str
    claimed_ms: int
    arrived_ms: int
    ended: EndView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """A statement about an entry. `effect`: why it has none, "" when it has. `kind`: STATEMENT or PRESENCE SHOWN.

    `key`: the enrolment that it names, with what ended it, also later; None where it is not on record or does not hold.
    `text`: what was on the screen, exactly; empty where it does not hold. `counter_back`: the device counts, and
    counted no further than in an earlier statement: there may be a copy of it, or two were signed at once.
    """

    number: str
    kind: int
    party: str
    ours: bool
    post: str
    officer: str
    language: str
    text: str
    key: KeyView | None
    claimed_ms: int
    arrived_ms: int
    effect: str
    counter_back: bool


def personal_keys(select: Select, parties: tuple[str, ...], limit: int = MAX_KEYS) -> tuple[KeyView, ...]:
    """List the keys of all parties, the newest first, those that have ended among them."""
    return tuple(_key_view(select, row, parties) for row in select(select_keys(limit)))


def our_keys(select: Select, parties: tuple[str, ...], limit: int = MAX_KEYS) -> tuple[KeyView, ...]:
    """List our own keys alike: however many another party enrols, ours are found."""
    return tuple(_key_view(select, row, parties) for row in select(select_our_keys(limit)))


def find_key(select: Select, key: MessageId, parties: tuple[str, ...]) -> KeyView | None:
    """Give one enrolment that holds."""
    rows = [row for row in select(select_key(key)) if not row["effect"]]
    return _key_view(select, rows[0], parties) if rows else None


def statements_about(select: Select, entry: MessageId, parties: tuple[str, ...]) -> tuple[StatementView, ...]:
    """List what persons have signed about an entry, by arrival, also what has no effect; of each side the first 100."""
    found = [
        row
        for ours in (True, False)
        for row in select(select_statements_about(entry, MAX_STATEMENTS, ours=ours))
    ]
    found.sort(key=lambda row: row["arrival"])
    return tuple(_statement_view(select, row, parties) for row in found)


def find_statement(select: Select, entry: MessageId, parties: tuple[str, ...]) -> StatementView | None:
    """Give one statement by its own place."""
    rows = select(select_statement(entry))
    return _statement_view(select, rows[0], parties) if rows else None


def _statement_view(select: Select, row: Mapping[str, Any], parties: tuple[str, ...]) -> StatementView:
    key = find_key(select, (row["key_log"], row["key_idx"]), parties)
    return StatementView(
        number=format_number((row["log"], row["idx"]), parties),
        kind=row["kind"],
        party=party_of(row["log"], parties),
        ours=bool(row["ours"]),
        post=row["post"],
        officer=row["officer"],
        language=row["language"],
        text=row["text"],
        key=key,
        claimed_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
        effect=judge_row(row, select),
        counter_back=_counts_back(select, row),
    )


def _counts_back(select: Select, row: Mapping[str, Any]) -> bool:
    counted = select(select_counted((row["key_log"], row["key_idx"]), (row["log"], row["idx"])))
    last = counted[0]["counter"] if counted else 0
    return bool(last) and row["counter"] <= last and not row["effect"]


def _key_view(select: Select, row: Mapping[str, Any], parties: tuple[str, ...]) -> KeyView:
    key = read_key(row)
    endings = select(select_endings_of((row["log"], row["idx"])))
    return KeyView(
        id=(row["log"], row["idx"]),
        number=format_number((row["log"], row["idx"]), parties),
        party=party_of(row["log"], parties),
        ours=bool(row["ours"]),
        post=row["post"],
        officer=row["officer"],
        admitted_by=row["admitted_by"],
        key=key,
        algorithm=algorithm_name(key.public_key),
        name=key_name(key.public_key),
        claimed_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
        ended=_end_view(endings[0], parties) if endings else None,
    )


def _end_view(row: Mapping[str, Any], parties: tuple[str, ...]) -> EndView:
    by = None if row["by_log"] is None else format_number((row["by_log"], row["by_idx"]), parties)
    return EndView(
        number=format_number((row["log"], row["idx"]), parties),
        post=row["post"],
        officer=row["officer"],
        reason=EndReason(row["reason"]),
        since_ms=row["since_ms"],
        replaced_by=by,
        words=row["words"],
        claimed_ms=row["claimed_ms"],
        arrived_ms=row["arrived_ms"],
    )
