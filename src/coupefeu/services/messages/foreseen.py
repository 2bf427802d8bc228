"""How a message would be read, were it said now: judged by the same rules, read by the same reader, not recorded."""

from collections.abc import Sequence

from coupefeu.model.entry import Head, Reference
from coupefeu.services.base import Context, Draft, Recorded, Rows
from coupefeu.services.messages.chain import message_status
from coupefeu.services.messages.commands import Say
from coupefeu.services.messages.rules import decide
from coupefeu.services.messages.status import MessageStatus
from coupefeu.services.messages.views import rows_of

_NO_INDEX = 0
_NO_HASH = bytes(32)


def foresee(command: Say, known: Sequence[Rows], context: Context) -> MessageStatus:
    """Say everything about a message that is not said; its number means nothing. `known`: the rows of `needs`.

    Raises:
        UsageError, PolicyError: what saying it would be refused for.
    """
    (draft,) = decide(command, known, context)
    (message,), _ = rows_of(_as_recorded(draft, context), context)
    return message_status(message, (), context)


def _as_recorded(draft: Draft, context: Context) -> Recorded:
    now_ms = context.now.utc_ms
    head = Head(
        kind=draft.kind,
        from_post=draft.from_post,
        to_posts=draft.to_posts,
        precedence=draft.precedence,
        written_ms=now_ms,
        language=draft.language,
        agreement_version=context.agreement_version,
        references=tuple(
            Reference(log=log, index=index, leaf_hash=_NO_HASH) for log, index in draft.references
        ),
    )
    return Recorded(
        log=context.our_log,
        index=_NO_INDEX,
        arrival=_NO_INDEX,
        arrived_ms=now_ms,
        ours=True,
        head=head,
        body=draft.body,
        leaf_hash=_NO_HASH,
    )
