"""Whom we may call, before anybody dials: who would be rung, who of them is on watch, when we last spoke."""

from collections.abc import Mapping

from coupefeu.console.calls_values import CallPairs, CallPairValues, RungValues
from coupefeu.model.agreement import Agreement
from coupefeu.model.precedence import Precedence
from coupefeu.node.desk import Desk
from coupefeu.node.watch_values import standing_values
from coupefeu.services.base import Context
from coupefeu.services.calls.ladder import schedule
from coupefeu.services.messages.display import show_line
from coupefeu.services.watch.standing import WatchStanding


def call_pairs(look: Desk) -> CallPairs:
    """Give the pairs of the agreement in which a post of ours stands, the duty desks first."""
    context = look.context()
    standings = {each.post: each for each in look.watch_standings()}
    pairs = _pairs(context.agreement, context.us)
    return CallPairs(
        pairs=tuple(_pair(look, context, ours, theirs, standings) for ours, theirs in pairs),
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
    look: Desk, context: Context, ours: str, theirs: str, standings: Mapping[str, WatchStanding]
) -> CallPairValues:
    agreement = context.agreement
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
                staffed=tuple(show_line(post) for post in rung.posts if standings[post].watch is not None),
            )
            for rung in rungs
        ),
        standing=standing_values(standings[theirs], context.parties, context.now.utc_ms),
    )
