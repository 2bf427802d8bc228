"""Every attempt in one list: the calls of this line, and what officers reported of contacts by another channel.

A contact by another channel is a message (docs/spec/messages.md); here it is shown as an attempt that ended outside
this line: its outcome is `other_channel`, its time the one that its author claims.
"""

from collections.abc import Mapping
from json import loads
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, func, literal_column, select, union_all

from coupefeu.model.calls import CallState, Media, Outcome
from coupefeu.model.messages import Content, Form, MessageId, format_number
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.base import Context, Statement
from coupefeu.services.calls.listed import COUNT_CALLS, LET_THROUGH, LISTED_INDEX, CallFilter, values_of
from coupefeu.services.calls.status import CallView
from coupefeu.services.calls.tables import CALLS
from coupefeu.services.messages.forms import read_content
from coupefeu.services.messages.views import MESSAGES

_IS_CONTACT: Final = (MESSAGES.c.form == literal_column(str(int(Form.CONTACT)))) & (
    MESSAGES.c.effect == literal_column("''")
)
_NOBODY: Final = -1
_OF_PARTY: Final[ColumnElement[bool]] = bindparam("position", None).is_(None) | (
    MESSAGES.c.log % bindparam("parties") == bindparam("position", None)
)
_WITH_CONTACTS: Final = bindparam("with_contacts") == literal_column("1")
_CONTACTS_INDEX: Final = "INDEXED BY messages_contacts"
_COUNT_CONTACTS: Final = (
    select(func.count())
    .select_from(MESSAGES)
    .with_hint(MESSAGES, _CONTACTS_INDEX, "sqlite")
    .where(_IS_CONTACT, _OF_PARTY, _WITH_CONTACTS)
)
SELECT_ATTEMPTS: Final = (
    union_all(
        select(CALLS.c.arrival, literal_column("1").label("is_call"))
        .with_hint(CALLS, LISTED_INDEX, "sqlite")
        .where(LET_THROUGH),
        select(MESSAGES.c.arrival, literal_column("0"))
        .with_hint(MESSAGES, _CONTACTS_INDEX, "sqlite")
        .where(_IS_CONTACT, _OF_PARTY, _WITH_CONTACTS),
    )
    .order_by(literal_column("arrival").desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_COUNT_ATTEMPTS: Final = select(
    (COUNT_CALLS.scalar_subquery() + _COUNT_CONTACTS.scalar_subquery()).label("total")
)


def select_attempts(wanted: CallFilter, offset: int, limit: int, context: Context) -> Statement:
    """Name a window of the list, newest first: `arrival`, and whether it is a call."""
    return Statement(SELECT_ATTEMPTS, _values(wanted, context) | {"offset": offset, "limit": limit})


def count_attempts(wanted: CallFilter, context: Context) -> Statement:
    """Count what a filter lets through."""
    return Statement(_COUNT_ATTEMPTS, _values(wanted, context))


def is_contact(message: Mapping[str, Any]) -> bool:
    """Whether a row of `messages` reports a contact by another channel, and has effect."""
    return message["form"] == Form.CONTACT and not message["effect"]


def contact_view(message: Mapping[str, Any], context: Context) -> CallView:
    """Show a contact by another channel as an attempt; `message`: its row, of which `is_contact`."""
    content = read_content(message["body"])[0] or Content(form=Form.CONTACT, subject=Subject.CLARIFICATION)
    erased = message["erased"] is not None
    place: MessageId = (message["log"], message["idx"])
    author = context.party_of(place[0])
    to_post = next(iter(loads(message["to_posts"])), "")
    return CallView(
        id=place,
        number=format_number(place, context.parties),
        ours=bool(message["ours"]),
        from_post=message["from_post"],
        to_post=to_post,
        party=to_post.partition(".")[0] if message["ours"] else author,
        precedence=Precedence(message["precedence"]),
        agreement_version=message["agreement_version"],
        media=Media.TEXT,
        officer=content.officer,
        words=content.text,
        placed_ms=message["written_ms"] if content.time_ms is None else content.time_ms,
        arrived_ms=message["arrived_ms"],
        on_their_record_ms=None,
        state=CallState.ENDED,
        outcome=Outcome.OTHER_CHANNEL,
        outcome_step=None,
        rung_posts=(),
        fingerprints=(None, None),
        duration_ms=None,
        steps=(),
        without_effect=(),
        crossed=None,
        arrangement=None,
        effect="",
        words_erased=erased,
        channel=content.channel,
        counterpart=content.counterpart,
    )


def _values(wanted: CallFilter, context: Context) -> dict[str, object]:
    """Give the values of a filter; a contact by another channel is never open."""
    count = len(context.parties)
    with_contacts = wanted.outcome in {None, Outcome.OTHER_CHANNEL} and not wanted.only_open
    return values_of(wanted) | {
        "with_contacts": int(with_contacts),
        "position": None if wanted.caller is None else _position(wanted.caller, context),
        "parties": count,
    }


def _position(party: str, context: Context) -> int:
    return context.parties.index(party) if party in context.parties else _NOBODY
