"""What the routes of the firebreak read of a record, in a thread that reads."""

from coupefeu.console.firebreak_values import (
    FirebreakHistory,
    FirebreakPairs,
    FirebreakPairValues,
    FirebreakRuleValues,
)
from coupefeu.model.instant import format_instant
from coupefeu.node.desk import Desk
from coupefeu.node.firebreak_pairs import pairs_then
from coupefeu.node.firebreak_values import FirebreakValues, firebreak_values, span_values
from coupefeu.node.presence import PairView, look_at_contacts
from coupefeu.node.presence_values import pair_values
from coupefeu.services.firebreak.judging import agreement_at
from coupefeu.services.firebreak.marks import Asked
from coupefeu.services.messages.display import show_line


def values_at(
    look: Desk, language: str, at_ms: int | None, known_at_ms: int | None, *, is_link_up: bool
) -> FirebreakValues:
    """Judge now, or at an instant by one of the two clocks."""
    if at_ms is not None:
        judged = look.firebreak.at(at_ms)
    elif known_at_ms is not None:
        judged = look.firebreak.known_at(known_at_ms)
    else:
        judged = look.firebreak.now(is_link_up=is_link_up)
    judged = look.firebreak.with_since(judged)
    return firebreak_values(judged, look.context(), language, at_ms=at_ms, known_at_ms=known_at_ms)


def history_of(look: Desk, from_ms: int, to_ms: int, *, known: bool) -> FirebreakHistory:
    """Give the level over a span."""
    context = look.context()
    spans = look.firebreak.history(from_ms, to_ms, known=known)
    return FirebreakHistory(
        start=format_instant(from_ms),
        end=format_instant(to_ms),
        known=known,
        complete_from=format_instant(spans[0].from_ms if spans else to_ms),
        as_of=format_instant(context.now.utc_ms),
        spans=tuple(span_values(each, context.parties) for each in spans),
        rules=tuple(
            FirebreakRuleValues(
                id=rule.id,
                level=rule.level,
                en=show_line(rule.sentence.en),
                fr=show_line(rule.sentence.fr),
                ru=show_line(rule.sentence.ru),
            )
            for rule in context.agreement.firebreak.rules
        ),
    )


def look_at_pairs(look: Desk, at_ms: int | None, known_at_ms: int | None) -> FirebreakPairs:
    """Give every pair of posts of ours with its last direct contact, now or at an instant by one of the two clocks."""
    context = look.context()
    then_ms = at_ms if at_ms is not None else known_at_ms
    if then_ms is None:
        agreement, views = context.agreement, look_at_contacts(look)
    else:
        asked = Asked(at_ms=look.firebreak.past(then_ms), known=at_ms is None)
        agreement, views = agreement_at(context, then_ms), pairs_then(look, asked)
    cadences = {frozenset(each.posts): each.contact_every_s for each in agreement.pairs}
    return FirebreakPairs(
        pairs=tuple(_pair(each, cadences[frozenset((each.ours, each.theirs))]) for each in views),
        as_of_ms=context.now.utc_ms if then_ms is None else then_ms,
    )


def _pair(view: PairView, contact_every_s: int | None) -> FirebreakPairValues:
    values = pair_values(view)
    return FirebreakPairValues(
        ours=values.ours,
        theirs=values.theirs,
        contact_every_s=contact_every_s,
        last=values.contacts[0] if values.contacts else None,
        attempts=values.attempts,
        truncated=values.truncated,
    )
