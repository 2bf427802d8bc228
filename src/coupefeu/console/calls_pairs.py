"""Whom we may call, before anybody dials: who would be rung, who of them is on watch, when we last spoke."""

from coupefeu.console.calls_values import CallPairs, CallPairValues, RungValues
from coupefeu.model.agreement import Agreement
from coupefeu.model.precedence import Precedence
from coupefeu.node.desk import Desk
from coupefeu.services.calls.ladder import schedule
from coupefeu.services.messages.display import show_line


def call_pairs(look: Desk) -> CallPairs:
    """Give the pairs of the agreement in which a post of ours stands, the duty desks first."""
    context = look.context()
    on_watch = frozenset(watch.post for watch in look.watches())
    pairs = _pairs(context.agreement, context.us)
    return CallPairs(
        pairs=tuple(_pair(look, context.agreement, ours, theirs, on_watch) for ours, theirs in pairs),
        as_of_ms=context.now.utc_ms,
    )


def _pairs(agreement: Agreement, us: str) -> list[tuple[str, str]]:
    """Name (ours, theirs): duty desk to duty desk always, then the pairs of the agreement in its order."""
    desks = [
        (agreement.party(us).duty_desk, party.duty_desk) for party in agreement.parties if party.id != us
    ]
    agreed = []
    for pair in agreement.pairs:
        ours = [post for post in pair.posts if agreement.post(post).party == us]
        theirs = [post for post in pair.posts if agreement.post(post).party != us]
        agreed += [(ours[0], theirs[0])] if ours and theirs else []
    return list(dict.fromkeys([*desks, *agreed]))


def _pair(
    look: Desk, agreement: Agreement, ours: str, theirs: str, on_watch: frozenset[str]
) -> CallPairValues:
    last = look.last_answered(ours, theirs)
    rungs = schedule(agreement, theirs, Precedence.IMMEDIATE).rungs
    return CallPairValues(
        party=agreement.post(theirs).party,
        our_post=show_line(ours),
        their_post=show_line(theirs),
        last_call=None if last is None else last.number,
        last_call_ms=None if last is None else last.answered_ms,
        rungs=tuple(
            RungValues(
                posts=tuple(map(show_line, rung.posts)),
                after_s=rung.at_ms // 1_000,
                staffed=tuple(show_line(post) for post in rung.posts if post in on_watch),
            )
            for rung in rungs
        ),
    )
