"""Which acts take effect, and why the others do not: one function for what we do and for what the others did.

An incoming act is always stored (protocol A8); this judges it when it is read, so that an act which overtook its
message takes effect as soon as the message is there. A reason is a code; its words are `effect-*` in words/.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from coupefeu.model.agreement import Agreement
from coupefeu.model.entry import Kind
from coupefeu.model.messages import Form, MessageId
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.services.messages.forms import read_content

Row = Mapping[str, Any]

_ALSO_BY_DESK = frozenset({Kind.PASSED_TO, Kind.OUTCOME})
_BY_ADDRESSEE = frozenset({Kind.TAKEN, Kind.READ, Kind.READ_BACK}) | _ALSO_BY_DESK
_OF_THE_AUTHOR = frozenset({Form.CORRECTION, Form.CANCELLATION})


def is_flash(message: Row) -> bool:
    """Whether it is handled as FLASH: it rings, and anyone on watch may take it. A PROTEST never is."""
    return bool(message["precedence"] == Precedence.FLASH and message["subject"] != Subject.PROTEST.value)


def is_erased(row: Row) -> bool:
    """Whether the content of a message or an act was erased from our record."""
    return row.get("erased") is not None


def addressed_posts(message: Row) -> tuple[str, ...]:
    """List the posts that a message is addressed to."""
    return _read_posts(message["to_posts"])


@lru_cache(maxsize=128)  # asked for each step of each message that is shown
def _read_posts(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def addressed_parties(message: Row, agreement: Agreement) -> tuple[str, ...]:
    """List the parties addressed, in the order of the agreement, without the author's."""
    named = {post.partition(".")[0] for post in addressed_posts(message)}
    author = _party_of(message, agreement)
    return tuple(party for party in agreement.party_ids if party in named and party != author)


def judge_author(row: Row, agreement: Agreement) -> str:
    """Refuse a post that is not its party's: nobody speaks for the other side, whatever version is named."""
    party = _party_of(row, agreement)
    if row["agreement_version"] != agreement.version:
        return "" if row["from_post"].partition(".")[0] == party else "foreign_post"
    return "" if row["from_post"] in _posts(party, agreement) else "foreign_post"


def effective_acts(message: Row, acts: Sequence[Row], agreement: Agreement) -> list[Row]:
    """Keep the acts about this message that have effect, by arrival."""
    found: list[Row] = []
    for act in acts:
        if not judge_act(act, message, found, agreement):
            found.append(act)
    return found


def judge_act(act: Row, message: Row | None, earlier: Sequence[Row], agreement: Agreement) -> str:
    """Name why this act has no effect on the message ("" when it has). `earlier`: the acts that had effect."""
    if act["effect"]:
        return str(act["effect"])
    if message is None:
        return "unknown_message"
    return (
        _judge_entry(act, message)
        or judge_author(act, agreement)
        or _judge_party(act, message, agreement)
        or _judge_turn(act, message, earlier, agreement)
    )


def _judge_entry(act: Row, message: Row) -> str:
    """Refuse an act about another entry than the one that is held under this number (protocol A3, A13).

    On a log that was put back two entries can have one number; what was done about one says nothing of the other.
    """
    named, held = act.get("message_leaf"), message.get("leaf_hash")
    is_known = named is not None and held is not None and any(held)
    return "another_entry" if is_known and named != held else ""


def _judge_party(act: Row, message: Row, agreement: Agreement) -> str:
    is_author = _are_of_one_party(act, message, agreement)
    if act["kind"] == Kind.MESSAGE or (act["kind"] == Kind.SAY_AGAIN and is_author):
        return ""
    if is_author:
        return "own_message"
    if _party_of(act, agreement) not in addressed_parties(message, agreement):
        return "not_addressed"
    return "" if _may_act(act, message, agreement) else "post_not_addressed"


def _may_act(act: Row, message: Row, agreement: Agreement) -> bool:
    """Anyone on watch for a FLASH; else the addressed post, and the duty desk where it passes things on."""
    if is_flash(message) or act["from_post"] in addressed_posts(message) or act["kind"] not in _BY_ADDRESSEE:
        return True
    is_desk = act["from_post"] == agreement.party(_party_of(act, agreement)).duty_desk
    return is_desk and act["kind"] in _ALSO_BY_DESK


def _judge_turn(act: Row, message: Row, earlier: Sequence[Row], agreement: Agreement) -> str:
    kind = act["kind"]
    if message["kind"] == Kind.LINE_TEST and kind in _BY_ADDRESSEE:
        return "of_a_line_test"  # it is the machines' own: no step of its chain would show it
    if kind == Kind.TAKEN and any(
        e["kind"] == kind and _are_of_one_party(e, act, agreement) for e in earlier
    ):
        return "already_taken"
    if is_erased(message):
        return ""  # its form is gone: what is done about it is judged by its head
    if kind == Kind.CONTACT_CONFIRMED and message["form"] != Form.CONTACT:
        return "not_a_contact"
    if kind == Kind.LINE_TEST_ANSWER and message["form"] != Form.LINE_TEST:
        return "not_a_line_test"
    return judge_reference(act, message, agreement) if kind == Kind.MESSAGE else ""


def judge_reference(message: Row, about: Row, agreement: Agreement) -> str:
    """Judge a CORRECTION, CANCELLATION or REPLY against the message that it names; rows of either table."""
    if is_erased(about):
        return ""
    form, is_author = form_of(message), _are_of_one_party(message, about, agreement)
    if form in _OF_THE_AUTHOR and not is_author:
        return "not_the_author"
    if form == Form.REPLY and (about["form"] != Form.REQUEST_FOR_EXPLANATION or is_author):
        return "not_a_request"
    return ""


def form_of(row: Row) -> int | None:
    """Give the form of a row of either table; the table of acts keeps it in the body alone."""
    if "form" in row:
        form: int | None = row["form"]
        return form
    content, _ = read_content(row["body"])
    return None if content is None else int(content.form)


def id_of(row: Row) -> MessageId:
    """Give the (log, index) of a row."""
    return row["log"], row["idx"]


def _party_of(row: Row, agreement: Agreement) -> str:
    return agreement.writer_of(row["log"])


def _are_of_one_party(one: Row, other: Row, agreement: Agreement) -> bool:
    """Whether both were written by one party, on whichever of its logs."""
    return _party_of(one, agreement) == _party_of(other, agreement)


def _posts(party: str, agreement: Agreement) -> frozenset[str]:
    return frozenset(post.id for post in agreement.posts if post.party == party)
