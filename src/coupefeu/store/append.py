"""Our own entries: a service decides, the draft becomes an entry of our log, the view follows."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coupefeu.errors import UsageError
from coupefeu.model.entry import (
    MAX_AGREEMENT_BODY_BYTES,
    MAX_BODY_BYTES,
    MAX_HEAD_BYTES,
    MAX_OPENING_BODY_BYTES,
    Head,
    Kind,
    Reference,
    Seen,
)
from coupefeu.model.logs import position_of
from coupefeu.model.messages import format_number
from coupefeu.record.attachment import attachment_salt, commit_attachment
from coupefeu.record.leaf import leaf_hash, make_leaf
from coupefeu.services.base import Command, Draft, Follower, Recorded, Service
from coupefeu.services.erasures.facts import parse_erasure
from coupefeu.store.attachments import store_content
from coupefeu.store.erased import erase_named
from coupefeu.store.jobs import Acted, Stored
from coupefeu.store.outgoing import pack
from coupefeu.store.parted import refers_beyond
from coupefeu.store.transaction import Transaction
from coupefeu.wire.head import encode_both

ZERO_SEED = bytes(16)
"""Of line tests, which the other side rebuilds from nothing but their number and time (protocol B9)."""

_REBUILT = frozenset({Kind.LINE_TEST, Kind.LINE_TEST_ANSWER})
_LARGE: Mapping[int, int] = {
    Kind.AGREEMENT: MAX_AGREEMENT_BODY_BYTES,
    Kind.AMENDMENT_PROPOSED: MAX_AGREEMENT_BODY_BYTES,
    Kind.AMENDMENT_ACCEPTED: MAX_AGREEMENT_BODY_BYTES,
    Kind.INCARNATION_OPENED: MAX_OPENING_BODY_BYTES,
}


def act(transaction: Transaction, services: Mapping[type[Command], Service], command: Command) -> Acted:
    """Let the service decide, then append all its drafts, or none.

    Raises: UsageError, PolicyError: the service refuses; nothing was written.
    """
    service = services.get(type(command))
    if service is None:
        raise UsageError(
            f"no service decides {type(command).__name__}",
            code="store.append.unknown_command",
            hint="Check its type.",
        )
    known = [transaction.select(need) for need in service.needs(command)]
    drafts = service.decide(command, known, transaction.context)
    if isinstance(service, Follower):
        drafts = service.complete(drafts, transaction.context, transaction.select)
    for draft in drafts:
        transaction.insist(draft)
    return append(transaction, drafts)


def append(transaction: Transaction, drafts: tuple[Draft, ...]) -> Acted:
    """Append drafts to our own log."""
    completed: list[_Completed] = []
    for draft in drafts:
        before = _reference_to(transaction, completed) if draft.follows else ()
        completed.append(_complete(transaction, draft, before))
    entries = tuple(_append(transaction, each) for each in completed)
    return Acted(entries=entries, gone=transaction.take_gone())


@dataclass(frozen=True, slots=True)
class _Completed:
    """A draft with all that its leaf commits to."""

    draft: Draft
    head: Head
    encoded: bytes
    short: bytes
    body: bytes
    seed: bytes
    leaf: bytes


def _reference_to(transaction: Transaction, completed: Sequence[_Completed]) -> tuple[Reference, ...]:
    """Refer to the last of the drafts that will be appended before: it has a leaf, and its index is known."""
    log = transaction.line.our_log
    index = transaction.states[log].size + len(completed) - 1
    return (Reference(log=log, index=index, leaf_hash=leaf_hash(completed[-1].leaf)),)


def _complete(transaction: Transaction, draft: Draft, before: tuple[Reference, ...]) -> _Completed:
    context = transaction.context
    rebuilt = draft.kind in _REBUILT
    head = Head(
        kind=draft.kind,
        from_post=draft.from_post,
        to_posts=draft.to_posts,
        precedence=draft.precedence,
        written_ms=context.now.utc_ms,
        language=draft.language,
        agreement_version=context.agreement_version,
        references=(
            *(_reference(transaction, log, index) for log, index in draft.references),
            *before,
        ),
        seen=() if rebuilt else _seen(transaction),
    )
    encoded, short = encode_both(head)
    seed = ZERO_SEED if rebuilt else os.urandom(16)
    body = _body(transaction, draft, seed)
    limit = _LARGE.get(draft.kind, MAX_BODY_BYTES)
    if len(body) > limit:
        raise UsageError(
            f"the body has {len(body):,} bytes, {limit:,} are the limit",
            code="store.append.body_too_long",
            hint="Send it in parts.",
        )
    if len(encoded) > MAX_HEAD_BYTES:
        raise UsageError(
            f"the head has {len(encoded):,} bytes, {MAX_HEAD_BYTES:,} are the limit",
            code="store.append.head_too_long",
            hint="Refer to fewer entries.",
        )
    leaf = make_leaf(transaction.line.us.origin, seed, encoded, body)
    return _Completed(draft, head, encoded, short, body, seed, leaf)


def _body(transaction: Transaction, draft: Draft, seed: bytes) -> bytes:
    """Give the body as it is signed: with the commitments to what is attached, each under its own salt."""
    if draft.attached is None:
        return draft.body
    origin = transaction.line.us.origin
    return draft.attached.body_with(
        tuple(
            commit_attachment(origin, attachment_salt(seed, number), content)
            for number, content in enumerate(draft.attached.contents)
        )
    )


def _reference(transaction: Transaction, log: int, index: int) -> Reference:
    try:
        return Reference(log=log, index=index, leaf_hash=transaction.leaf_hash(log, index))
    except KeyError:
        raise UsageError(
            f"{format_number((log, index), transaction.line.names)} is not on the record here",
            code="store.append.unknown_reference",
            hint="Check the number; `coupefeu record` lists what is held.",
        ) from None


def _seen(transaction: Transaction) -> tuple[Seen, ...]:
    """Say what of each counterpart's newest log is here; of one that has only begun, what was before it."""
    newest: dict[int, int] = {}
    for log, state in sorted(transaction.states.items()):
        if state.size and not transaction.line.is_ours(log):
            newest[position_of(log, len(transaction.line.parties))] = log
    states = ((log, transaction.states[log]) for log in sorted(newest.values()))
    return tuple(Seen(log=log, size=state.size, root=state.root) for log, state in states)


def _append(transaction: Transaction, completed: _Completed) -> Stored:
    draft, encoded, body, seed = completed.draft, completed.encoded, completed.body, completed.seed
    log = transaction.line.our_log
    state = transaction.touch(log)
    index = state.size
    leaf = completed.leaf
    hashed = leaf_hash(leaf)
    arrival = transaction.record(log, index, leaf, seed, encoded, body)
    if draft.kind == Kind.ERASED:
        erase_named(transaction, parse_erasure(body), (log, index))
    for number, content in enumerate(draft.attached.contents if draft.attached else ()):
        store_content(transaction, log, index, number, content)
    transaction.append_leaf(log, state, hashed)
    state.complete = state.size
    recorded = Recorded(
        log=log,
        index=index,
        arrival=arrival,
        arrived_ms=transaction.context.now.utc_ms,
        ours=True,
        head=completed.head,
        body=body,
        leaf_hash=hashed,
        attached=draft.attached.contents if draft.attached and draft.kind == Kind.NOTE else (),
    )
    transaction.show(recorded)
    is_parted = refers_beyond(completed.head, transaction.parted)
    entry = pack(index, seed, encoded, completed.short, body, draft.precedence, is_parted=is_parted)
    return Stored(recorded=recorded, leaf=leaf, entry=entry)
