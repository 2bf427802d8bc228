"""Communiques: what was proposed and answered, and the drafts that officers have looked at."""

import asyncio
import contextlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from coupefeu.console.communique_values import AnsweredValues, ProposalPage, ProposedValues, ShownRange
from coupefeu.console.errors import AbsentError
from coupefeu.model.entry import Kind
from coupefeu.model.messages import format_number
from coupefeu.node.communique.consenting import list_proposals, propose_ranges
from coupefeu.node.communique.drafted import DraftedValues
from coupefeu.node.desk import Desk
from coupefeu.node.events import Change, EntryRecorded
from coupefeu.node.local import LocalBackend
from coupefeu.services.communique.facts import ProposeCommunique, Range
from coupefeu.services.communique.views import AnswerView, ProposalView, total_entries
from coupefeu.services.messages.display import show, show_line

LISTED: Final = 100
SIGNED_WITHIN_S: Final = 2.0
DRAFTS_KEPT: Final = 8
MAX_KEPT_BYTES: Final = 64 << 20
"""The oldest drafts go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """A draft that an officer looked at. `body`: all that is signed; its first `page_bytes` are what readers see."""

    body: bytes
    page_bytes: int
    has_ml_dsa: bool
    values: DraftedValues
    ranges: tuple[Range, ...]

    @property
    def page(self) -> bytes:
        """What its readers will see."""
        return self.body[: self.page_bytes]


class Drafts:
    """The newest drafts of a console, by post and digest: a post issues or proposes only what it looked at itself.

    All of them go when this node erases anything: what is erased must be read, and issued, from nowhere (A17).
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], KeptDraft] = OrderedDict()
        self.erasures = 0
        """Entries ERASED of ours that were heard; one that is being made notes it when it begins."""

    def hear(self, change: Change) -> None:
        """Drop all of them at an entry ERASED of ours; the node tells it of every change."""
        if not isinstance(change, EntryRecorded) or not change.recorded.ours:
            return
        head = change.recorded.head
        if head is not None and head.kind == Kind.ERASED:
            self.erasures += 1
            self._kept.clear()

    def keep(self, draft: KeptDraft, post: str, erasures: int) -> None:
        """Keep what a post looked at, unless something was erased since it was begun; `erasures` were heard then."""
        if erasures != self.erasures:
            return
        self._kept[post, draft.values.digest] = draft
        self._kept.move_to_end((post, draft.values.digest))
        while len(self._kept) > 1 and (len(self._kept) > DRAFTS_KEPT or self._bytes > MAX_KEPT_BYTES):
            self._kept.popitem(last=False)

    def find(self, digest: str, post: str) -> KeptDraft:
        """Find what a post looked at.

        Raises: AbsentError: it did not, too long ago, or before something was erased.
        """
        found = self._kept.get((post, digest))
        if found is None:
            raise AbsentError(
                "your post did not look at that selection here, too long ago, or before something was erased",
                code="console.communique.no_draft",
                hint="Choose the entries and look at them; then issue or propose them.",
            )
        return found

    @property
    def _bytes(self) -> int:
        return sum(len(each.body) for each in self._kept.values())


async def sign_first(backend: LocalBackend) -> None:
    """Have what is classical only so far signed by ML-DSA-44 (protocol A15); who is away is not waited for long."""
    engine = backend.runtime.engine
    if engine.is_recovering:
        return
    signed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    engine.sign_post_quantum(lambda _sizes: None if signed.done() else signed.set_result(None))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(signed, SIGNED_WITHIN_S)


def propose_command(draft: KeptDraft, from_post: str, words: str, officer: str) -> ProposeCommunique:
    """Make the command that proposes a draft. Raises: UsageError: it has too many stretches of entries."""
    digest, embargo_ms = bytes.fromhex(draft.values.digest), draft.values.embargo_ms
    return propose_ranges(digest, draft.ranges, embargo_ms, from_post, words=words, officer=officer)


def proposal_page(look: Desk) -> ProposalPage:
    """List the newest proposals of both sides."""
    context = look.context()
    found = list_proposals(look.reader, context.parties, LISTED + 1)
    return ProposalPage(
        rows=tuple(_proposed(each, context.parties, context.us) for each in found[:LISTED]),
        as_of_ms=context.now.utc_ms,
        truncated=len(found) > LISTED,
    )


def _proposed(view: ProposalView, parties: tuple[str, ...], us: str) -> ProposedValues:
    return ProposedValues(
        number=view.number,
        party=view.party,
        ours=view.ours,
        post=show_line(view.post),
        officer=show_line(view.proposed.officer),
        words=show(view.proposed.words).text,
        digest=view.proposed.digest.hex(),
        ranges=tuple(_range(each, parties) for each in view.proposed.ranges),
        total=total_entries(view.proposed.ranges),
        embargo_ms=view.proposed.embargo_ms,
        arrived_ms=view.arrived_ms,
        answers=tuple(map(_answered, view.answers)),
        awaited=view.awaited,
        is_wanted=us in view.awaited,
        is_consented=view.is_consented,
    )


def _answered(view: AnswerView) -> AnsweredValues:
    return AnsweredValues(
        number=view.number,
        party=view.party,
        post=show_line(view.post),
        officer=show_line(view.officer),
        consents=view.consents,
        reason=show(view.reason).text,
        arrived_ms=view.arrived_ms,
    )


def _range(each: Range, parties: tuple[str, ...]) -> ShownRange:
    """Name a range; its log is a number that the other side chose, so it may be of nobody."""
    return ShownRange(
        first=format_number((each.log, each.start), parties),
        last=format_number((each.log, each.end - 1), parties),
        count=each.end - each.start,
        disclosed=each.disclosed,
        attachments=each.attachments,
    )
