"""What the commands about communiques print: drafts, proposals and answers, as lines and as values."""

from typing import Any

from coupefeu.model.instant import format_second
from coupefeu.model.messages import format_number
from coupefeu.node.communique.issuing import Draft
from coupefeu.record.selection import Disclosed
from coupefeu.services.communique.consent import judge_consent
from coupefeu.services.communique.views import ProposalView, total_entries
from coupefeu.services.messages.display import show_line


def draft_lines(draft: Draft) -> list[str]:
    """Say what a draft discloses, and whether it is one-sided."""
    shown = [each.disclosed for each in draft.chosen]
    attached = sum(len(each.attachments) for each in draft.chosen)
    consent = judge_consent(draft.proved)
    whole, heads, existing = (
        shown.count(each) for each in (Disclosed.ALL, Disclosed.HEAD, Disclosed.EXISTENCE)
    )
    lines = [
        f"Entries: {len(shown):,}; whole {whole:,}, by their head {heads:,}, only as existing {existing:,}.",
        f"Attachments: {attached:,}.",
        "BOTH SIDES AGREED to show exactly this."
        if not consent.is_one_sided
        else f"ONE-SIDED: not agreed to by {', '.join(each.upper() for each in consent.missing)}.",
    ]
    if draft.unproved:
        lines.append(f"Left out: {draft.unproved:,} entries that the other side has not co-signed yet.")
    if draft.proved.header.embargo_ms is not None:
        lines.append(f"Not to be published before {format_second(draft.proved.header.embargo_ms)}.")
    return lines


def draft_values(draft: Draft) -> dict[str, Any]:
    """Give the same for programs."""
    consent = judge_consent(draft.proved)
    return {
        "digest": draft.digest.hex(),
        "entries": [
            {
                "log": each.log,
                "index": each.index,
                "disclosed": each.disclosed.value,
                "attachments": list(each.attachments),
            }
            for each in draft.chosen
        ],
        "unproved": draft.unproved,
        "embargo_ms": draft.proved.header.embargo_ms,
        "one_sided": consent.is_one_sided,
        "missing": list(consent.missing),
    }


def proposal_lines(view: ProposalView) -> list[str]:
    """Say who proposes to show what, and what was answered; what was written stands behind a bar."""
    count = total_entries(view.proposed.ranges)
    lines = [
        f"{view.number}  {view.party.upper()} proposes to show ({count:,}), {format_second(view.claimed_ms)}:",
        *(f"    {each}" for each in chosen_words(view)),
    ]
    if view.proposed.embargo_ms is not None:
        lines.append(f"    not before {format_second(view.proposed.embargo_ms)}")
    if view.proposed.words:
        lines.append(f"    | {show_line(view.proposed.words)}")
    for each in view.answers:
        said = "agrees" if each.consents else "does not agree"
        lines.append(f"    {each.party.upper()} {said}, {each.number}, {format_second(each.claimed_ms)}")
        lines += [f"    | {show_line(each.reason)}"] if each.reason else []
    if view.awaited:
        lines.append(f"    not answered yet: {', '.join(each.upper() for each in view.awaited)}")
    return lines


def proposal_values(view: ProposalView) -> dict[str, Any]:
    """Give a proposal for programs."""
    return {
        "number": view.number,
        "party": view.party,
        "post": view.post,
        "digest": view.proposed.digest.hex(),
        "entries": total_entries(view.proposed.ranges),
        "ranges": chosen_words(view),
        "embargo_ms": view.proposed.embargo_ms,
        "words": view.proposed.words,
        "claimed_ms": view.claimed_ms,
        "consented": view.is_consented,
        "awaited": list(view.awaited),
        "answers": [
            {"number": each.number, "party": each.party, "consents": each.consents, "reason": each.reason}
            for each in view.answers
        ],
    }


def chosen_words(view: ProposalView) -> list[str]:
    """Say what a proposal names, a stretch of entries on each line."""
    lines = []
    for each in view.proposed.ranges:
        first, last = (format_number((each.log, index), view.parties) for index in (each.start, each.end - 1))
        attached = "".join(f", attachment {number}" for number in each.attachments)
        lines.append(f"{first if first == last else f'{first} - {last}'}: {each.disclosed}{attached}")
    return lines
