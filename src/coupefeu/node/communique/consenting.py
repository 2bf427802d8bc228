"""Proposals and answers, judged against this record: nobody consents to entries other than those that are here."""

from coupefeu.errors import PolicyError, UsageError
from coupefeu.model.messages import MessageId
from coupefeu.node.communique.choosing import choose_ranges
from coupefeu.node.communique.gathering import provable, signed_notes
from coupefeu.node.communique.issuing import Draft, find_proposal
from coupefeu.node.folder import NodeFolder
from coupefeu.record.selection import selection_digest
from coupefeu.services.communique.facts import (
    MAX_RANGES,
    AnswerCommunique,
    ProposeCommunique,
    Range,
    ranges_of,
)
from coupefeu.services.communique.views import (
    SELECT_ANSWERS,
    SELECT_NEWEST_PROPOSALS,
    ProposalView,
    read_proposal,
)
from coupefeu.store.reader import Reader


def propose(draft: Draft, from_post: str, *, words: str = "", officer: str = "") -> ProposeCommunique:
    """Make the command that proposes a draft's selection. Raises: as `propose_ranges`."""
    embargo_ms = draft.proved.header.embargo_ms
    return propose_ranges(
        draft.digest, ranges_of(draft.chosen), embargo_ms, from_post, words=words, officer=officer
    )


def propose_ranges(
    digest: bytes,
    ranges: tuple[Range, ...],
    embargo_ms: int | None,
    from_post: str,
    *,
    words: str = "",
    officer: str = "",
) -> ProposeCommunique:
    """Make the command that proposes a selection. Raises: UsageError: it has too many stretches of entries."""
    if len(ranges) > MAX_RANGES:
        raise UsageError(
            f"the entries chosen are more than {MAX_RANGES} stretches",
            code="node.communique.stretches",
            hint="Choose entries that stand side by side and disclose alike, or propose in parts.",
        )
    return ProposeCommunique(
        from_post=from_post,
        digest=digest,
        ranges=ranges,
        embargo_ms=embargo_ms,
        words=words,
        officer=officer,
    )


def answer(
    folder: NodeFolder,
    reader: Reader,
    number: MessageId,
    from_post: str,
    *,
    consents: bool,
    reason: str = "",
    officer: str = "",
) -> AnswerCommunique:
    """Make the command that answers a proposal; consent is to the selection as it stands on our own record.

    Raises: PolicyError: no such proposal, or its digest is not that of the entries that it names, as they are here;
    UsageError: an entry is not held here.
    """
    parties = folder.agreement.party_ids
    proposed = find_proposal(reader, parties, number).proposed
    if consents:
        chosen = choose_ranges(reader, parties, proposed.ranges, provable(signed_notes(reader, folder)))
        if selection_digest(folder.line_id, proposed.embargo_ms, chosen) != proposed.digest:
            raise PolicyError(
                "the digest of this proposal is not that of the entries that it names, as they stand on our record",
                code="node.communique.other_entries",
                hint="Do not consent. Refuse it with this reason, and compare the records by another channel.",
            )
    return AnswerCommunique(
        from_post=from_post,
        proposal=number,
        digest=proposed.digest,
        consents=consents,
        reason=reason,
        officer=officer,
    )


def list_proposals(reader: Reader, parties: tuple[str, ...], count: int) -> list[ProposalView]:
    """Give the newest proposals of both sides with their answers, the newest first."""
    found = []
    for row in reader.view(SELECT_NEWEST_PROPOSALS, {"count": count}):
        answers = reader.view(SELECT_ANSWERS, {"log": row["log"], "idx": row["idx"]})
        found.append(read_proposal(row, answers, parties))
    return found
