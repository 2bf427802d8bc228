"""What is erased is named: one entry for an exchange or a batch, split where there are too many ranges for one body."""

from collections.abc import Iterator
from dataclasses import replace

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.entry import Kind
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context, Draft
from coupefeu.services.erasures.facts import (
    MAX_ABOUT,
    MAX_RANGES,
    MAX_REASON_CHARACTERS,
    EraseContent,
    Erasure,
    RecordErasure,
    encode_erasure,
)


def check_order(command: EraseContent, context: Context) -> None:
    """Return if this order may be given.

    Raises: PolicyError: it is not by a post of ours; UsageError: its reason is too long.
    """
    if context.agreement.post(command.from_post).party != context.us:
        raise PolicyError(
            f"{command.from_post} is not a post of ours",
            code="services.erasures.foreign_post",
            hint="Order it from a post of your own party. To have the other side erase, ask them by a message.",
        )
    if len(command.reason) > MAX_REASON_CHARACTERS:
        raise UsageError(
            f"the reason has {len(command.reason)} characters, {MAX_REASON_CHARACTERS} are the limit",
            code="services.erasures.long_reason",
            hint="It stands on the record for ever: say why, and nothing of what is erased.",
        )


def decide(command: RecordErasure, context: Context) -> tuple[Draft, ...]:
    """Draft the entries ERASED."""
    return tuple(_draft(part, context) for erasure in command.erasures for part in _parts(erasure))


def _parts(erasure: Erasure) -> Iterator[Erasure]:
    for first in range(0, len(erasure.ranges), MAX_RANGES):
        yield replace(erasure, ranges=erasure.ranges[first : first + MAX_RANGES])


def _draft(erasure: Erasure, context: Context) -> Draft:
    agreement = context.agreement
    ours = agreement.party(context.us)
    return Draft(
        kind=Kind.ERASED,
        from_post=ours.duty_desk,
        to_posts=tuple(party.duty_desk for party in agreement.parties if party.id != ours.id),
        precedence=Precedence.ROUTINE,
        language=ours.language,
        body=encode_erasure(erasure),
        references=erasure.about[:MAX_ABOUT],
    )
