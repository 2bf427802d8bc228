"""What a page or a program asks of a communique, as values that travel as JSON, and the wish that they make."""

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from coupefeu.errors import UsageError
from coupefeu.model.messages import MessageId, parse_number
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.issuing import Wish
from coupefeu.node.entries import check_filter
from coupefeu.node.folder import NodeFolder
from coupefeu.record.selection import Disclosed
from coupefeu.wire.communique import MAX_QUERY_CHARACTERS

MAX_NAMED: Final = 4_096
"""Entries that are named one by one; a query may choose more."""

Name = Annotated[str, Meta(max_length=64)]
Names = Annotated[tuple[Name, ...], Meta(max_length=256)]
Numbers = Annotated[tuple[Name, ...], Meta(max_length=MAX_NAMED)]
Instant = Annotated[int, Meta(ge=0, le=1 << 53)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedRequest:
    """How much is disclosed of one entry: "existence", "head" or "all"."""

    number: Name
    disclosed: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentNamed:
    """One attachment of one entry, numbered from 0."""

    number: Name
    attachment: Annotated[int, Meta(ge=0, lt=64)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommuniqueRequest:
    """Which entries a communique shows, and how much of each.

    `proposal`: those that it names, and nothing else here is read. Else entries that were stored here in [since_ms,
    until_ms), from or to these posts, of these kinds; `everything`: all; `entries` are added by their numbers (US/3).
    `disclosed`: of each entry that `single` does not name. `words`: how they were chosen, for readers of the file.
    """

    proposal: Name | None = None
    everything: bool = False
    since_ms: Instant | None = None
    until_ms: Instant | None = None
    posts: Names = ()
    kinds: Names = ()
    entries: Numbers = ()
    disclosed: Name = "head"
    single: Annotated[tuple[DisclosedRequest, ...], Meta(max_length=MAX_NAMED)] = ()
    attachments: Annotated[tuple[AttachmentNamed, ...], Meta(max_length=MAX_NAMED)] = ()
    embargo_ms: Instant | None = None
    words: Annotated[str, Meta(max_length=MAX_QUERY_CHARACTERS)] = ""


def wish_of(folder: NodeFolder, asked: CommuniqueRequest) -> Wish:
    """Make the wish. Raises: UsageError: a number, post, kind or level that there is not."""
    parties = folder.agreement.party_ids
    if asked.proposal is not None:
        return Wish(proposal=parse_number(asked.proposal, parties), words=asked.words)
    query = Query(
        everything=asked.everything,
        since_ms=asked.since_ms,
        until_ms=asked.until_ms,
        posts=frozenset(folder.agreement.post(each).id for each in asked.posts),
        kinds=frozenset(map(check_filter, asked.kinds)),
        entries=tuple(parse_number(each, parties) for each in asked.entries),
    )
    return Wish(
        query=query,
        disclosing=_disclosing(asked, parties),
        embargo_ms=asked.embargo_ms,
        words=asked.words,
    )


def _disclosing(asked: CommuniqueRequest, parties: tuple[str, ...]) -> Disclosing:
    single: dict[MessageId, Disclosed] = {
        parse_number(each.number, parties): _level(each.disclosed) for each in asked.single
    }
    attachments = frozenset(
        (*parse_number(each.number, parties), each.attachment) for each in asked.attachments
    )
    return Disclosing(default=_level(asked.disclosed), single=single, attachments=attachments)


def _level(name: str) -> Disclosed:
    try:
        return Disclosed(name)
    except ValueError:
        raise UsageError(
            f"an entry is not disclosed as {name[:40]!r}",
            code="node.communique.level",
            hint=f"There are: {', '.join(Disclosed)}.",
        ) from None
