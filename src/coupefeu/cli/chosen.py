"""Which entries somebody means on the command line, and how much of each is to be shown."""

from dataclasses import dataclass
from typing import Final

from coupefeu.errors import UsageError
from coupefeu.model.instant import format_second, parse_last, parse_next
from coupefeu.model.messages import MessageId, format_number, parse_number
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.issuing import Wish
from coupefeu.node.entries import check_filter
from coupefeu.node.folder import NodeFolder
from coupefeu.record.selection import Disclosed
from coupefeu.wire.communique import MAX_ENTRIES, MAX_QUERY_CHARACTERS

NONE: Final = "none"
ALL: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options as they were typed."""

    everything: bool
    since: str | None
    until: str | None
    posts: str | None
    kinds: str | None
    entries: str | None
    proposal: str | None
    disclose: tuple[str, ...]
    attachments: tuple[str, ...]
    embargo: str | None
    words: str


def wish_of(folder: NodeFolder, asked: Asked) -> Wish:
    """Read them. Raises: UsageError: one cannot be read, or says another thing than a proposal that is named."""
    parties, now_ms = folder.agreement.party_ids, folder.clock().utc_ms
    if asked.proposal is not None:
        if _chooses(asked):
            raise UsageError(
                "a proposal says which entries are shown, how much of each, and until when it is withheld",
                code="cli.communique.two_choices",
                hint="Give --proposal alone, or the other options without it.",
            )
        words = asked.words or f"as proposed in {asked.proposal.upper()}"
        return Wish(proposal=parse_number(asked.proposal, parties), words=_bounded(words))
    query = Query(
        everything=asked.everything,
        since_ms=None if asked.since is None else parse_last(asked.since, now_ms),
        until_ms=None if asked.until is None else parse_last(asked.until, now_ms),
        posts=frozenset(folder.agreement.post(each.lower()).id for each in _split(asked.posts)),
        kinds=frozenset(check_filter(each) for each in _split(asked.kinds)),
        entries=tuple(number for each in _split(asked.entries) for number in _numbers(each, parties)),
    )
    return Wish(
        query=query,
        disclosing=_disclosing(asked, parties),
        embargo_ms=None if asked.embargo is None else parse_next(asked.embargo, now_ms),
        words=_bounded(asked.words or _describe(query, parties)),
    )


def _chooses(asked: Asked) -> bool:
    given = (asked.since, asked.until, asked.posts, asked.kinds, asked.entries, asked.embargo)
    return (
        asked.everything
        or any(each is not None for each in given)
        or bool(asked.disclose or asked.attachments)
    )


def _split(text: str | None) -> list[str]:
    return [each.strip() for each in (text or "").split(",") if each.strip()]


def _numbers(text: str, parties: tuple[str, ...]) -> list[MessageId]:
    """Read US/3, or a stretch of one log: US/3-US/9, US/3-9."""
    first, dash, last = text.partition("-")
    start = parse_number(first, parties)
    if not dash:
        return [start]
    end = parse_number(last if "/" in last else f"{first.rpartition('/')[0]}/{last}", parties)
    if end[0] != start[0] or not start[1] <= end[1] < start[1] + MAX_ENTRIES:
        raise UsageError(
            f"{text!r} is no stretch of entries",
            code="cli.communique.stretch",
            hint=f"Write the first and the last entry of one log, at most {MAX_ENTRIES:,}: US/3-US/9.",
        )
    return [(start[0], index) for index in range(start[1], end[1] + 1)]


def _disclosing(asked: Asked, parties: tuple[str, ...]) -> Disclosing:
    default = Disclosed.HEAD
    single: dict[MessageId, Disclosed] = {}
    for each in asked.disclose:
        name, sign, level = each.partition("=")
        if not sign:
            default = _level(name)
            continue
        single |= dict.fromkeys(_numbers(name, parties), _level(level))
    shown: set[tuple[int, int, int]] = set()
    for each in asked.attachments:
        if each.lower() == ALL:
            return Disclosing(default=default, single=single, attachments=None)
        if each.lower() != NONE:
            shown.add(_attachment(each, parties))
    return Disclosing(default=default, single=single, attachments=frozenset(shown))


def _level(text: str) -> Disclosed:
    try:
        return Disclosed(text.strip().lower())
    except ValueError:
        raise UsageError(
            f"{text!r} says not how much is disclosed",
            code="cli.communique.disclose",
            hint="Give existence, head or all; of one entry: US/3=all.",
        ) from None


def _attachment(text: str, parties: tuple[str, ...]) -> tuple[int, int, int]:
    entry, sign, number = text.partition("#")
    if not sign or not number.isascii() or not number.isdecimal() or len(number) > 2:
        raise UsageError(
            f"{text!r} is no attachment",
            code="cli.communique.attachment",
            hint="Give none, all, or the number of the message and that of the attachment, from 0: US/3#0.",
        )
    return (*parse_number(entry, parties), int(number))


def _describe(query: Query, parties: tuple[str, ...]) -> str:
    """Say in words how the entries were chosen, so that a reader knows what was asked for."""
    since, until = query.since_ms, query.until_ms
    parts = [
        "all entries" if query.everything else "",
        "" if since is None else f"stored by the issuer since {format_second(since)}",
        "" if until is None else f"stored by the issuer before {format_second(until)}",
        f"posts {', '.join(sorted(query.posts))}" if query.posts else "",
        f"kinds {', '.join(sorted(query.kinds))}" if query.kinds else "",
        f"entries {', '.join(format_number(each, parties) for each in query.entries)}"
        if query.entries
        else "",
    ]
    return "; ".join(part for part in parts if part)


def _bounded(words: str) -> str:
    return words if len(words) <= MAX_QUERY_CHARACTERS else f"{words[: MAX_QUERY_CHARACTERS - 1]}…"
