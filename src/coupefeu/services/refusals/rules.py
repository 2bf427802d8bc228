"""What is overdue and not named yet becomes one entry for each reason; the same is never named twice."""

from collections import deque
from collections.abc import Iterable, Sequence

from coupefeu.model.entry import Kind
from coupefeu.model.precedence import Precedence
from coupefeu.services.base import Context, Draft, Rows
from coupefeu.services.refusals.facts import MAX_RANGES, Ranges, Refusal, RefuseEntries, encode_refusal


def decide(command: RefuseEntries, known: Rows, context: Context) -> tuple[Draft, ...]:
    """Draft the entries; none when everything was named before."""
    drafts = []
    for refusal in command.refusals:
        named = [
            (row["start"], row["end"])
            for row in known
            if (row["refused_log"], row["reason"]) == (refusal.log, refusal.reason)
        ]
        left = subtract(refusal.ranges, named)[:MAX_RANGES]
        if left:
            drafts.append(_draft(Refusal(log=refusal.log, ranges=left, reason=refusal.reason), context))
    return tuple(drafts)


def subtract(ranges: Iterable[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> Ranges:
    """Give what of `ranges`, ascending and apart, lies in none of `taken`; the cost is that of sorting `taken`."""
    left: list[tuple[int, int]] = []
    cuts = deque(sorted(taken))
    for first, last in ranges:
        at = first
        while cuts and cuts[0][0] < last:
            start, end = cuts[0]
            if at < start:
                left.append((at, start))
            at = max(at, end)
            if end > last:
                break
            cuts.popleft()
        if at < last:
            left.append((at, last))
    return tuple(left)


def _draft(refusal: Refusal, context: Context) -> Draft:
    agreement = context.agreement
    ours = agreement.party(context.us)
    return Draft(
        kind=Kind.REFUSED,
        from_post=ours.duty_desk,
        to_posts=tuple(party.duty_desk for party in agreement.parties if party.id != ours.id),
        precedence=Precedence.ROUTINE,
        language=ours.language,
        body=encode_refusal(refusal),
    )
