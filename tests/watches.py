"""What tests of the watch share: how every desk stands by a keeper's record, and rosters of whole hours."""

from dataclasses import replace

from coupefeu.model.entry import Reference
from coupefeu.record.leaf import leaf_hash
from coupefeu.services.watch.facts import RosterWindow
from coupefeu.services.watch.roster import RosterFact
from coupefeu.services.watch.standing import read_standings
from coupefeu.testing.clock import START_UTC_MS
from tests.stores import AGREEMENT

HOUR_MS = 3_600_000
START_MS = START_UTC_MS - START_UTC_MS % HOUR_MS


def standings(keeper, us="us"):
    """Say how every desk stands."""

    def look(statement):
        return [dict(row) for row in keeper.connection.execute(statement.executable, statement.parameters)]

    return read_standings(AGREEMENT, us, look)


def standing_of(keeper, post):
    """Say how one desk stands."""
    return next(each for each in standings(keeper) if each.post == post)


def window(start, end, officer="second watch"):
    """Who sits there from one hour after the beginning until another."""
    return RosterWindow(
        from_ms=START_MS + int(start * HOUR_MS), until_ms=START_MS + int(end * HOUR_MS), officer=officer
    )


def roster(*windows, until=24):
    """A roster of so many hours from the beginning on."""
    return RosterFact(from_ms=START_MS, until_ms=START_MS + until * HOUR_MS, windows=windows)


def write(author, kind, body, references=(), post="ru.duty"):
    """Have an author write an entry that refers to these of his own; gives its index."""
    named = tuple(
        Reference(log=author.log, index=each, leaf_hash=leaf_hash(author._leaves[each]))
        for each in references
    )
    return author.write(replace(author.head(kind=kind), from_post=post, references=named), body)
