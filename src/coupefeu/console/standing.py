"""What stands at the top of every page: who the parties are, and the desk as it is now."""

from coupefeu.console.values import PartyValues, PostValues, TroubleValues, WatchValues, WordsValues
from coupefeu.model.agreement import Agreement, Party
from coupefeu.model.instant import Moment
from coupefeu.model.languages import Words
from coupefeu.model.logs import party_of
from coupefeu.node.folder import NodeFolder
from coupefeu.node.troubles import ToldTrouble
from coupefeu.services.base import Context
from coupefeu.services.messages.display import show_line
from coupefeu.services.watch.standing import WatchView


def party_values(agreement: Agreement) -> tuple[PartyValues, ...]:
    """Give the parties with their posts, in the order of the agreement."""
    return tuple(_party(party, agreement) for party in agreement.parties)


def _party(party: Party, agreement: Agreement) -> PartyValues:
    posts = tuple(
        PostValues(
            id=post.id, party=party.id, title=words_values(post.title), address=words_values(post.address)
        )
        for post in agreement.posts_of(party.id)
    )
    return PartyValues(
        id=party.id,
        name=words_values(party.name),
        language=party.language,
        duty_desk=party.duty_desk,
        posts=posts,
    )


def words_values(words: Words) -> WordsValues:
    """Give what is written in all three languages."""
    """Make the words of the agreement safe to look at, though all signed it: others drafted it."""
    return WordsValues(en=show_line(words.en), fr=show_line(words.fr), ru=show_line(words.ru))


def watch_values(view: WatchView) -> WatchValues:
    """Give a watch as its party says it; `since_ms` by our own clock, as everything that drives."""
    return WatchValues(
        party=view.party,
        number=view.number,
        post=show_line(view.post),
        officer=show_line(view.officer),
        since_ms=view.arrived_ms,
        heard=view.heard,
    )


def trouble_values(told: ToldTrouble, parties: tuple[str, ...]) -> TroubleValues:
    """Give what a node had to tell; its sentence may hold what a peer wrote."""
    party = told.trouble.party
    return TroubleValues(
        code=told.trouble.code,
        detail=show_line(told.trouble.detail),
        party=None if party is None else party_of(party, parties),
        count=told.count,
        first_ms=told.first_ms,
        last_ms=told.last_ms,
    )


def context_of(folder: NodeFolder, now: Moment) -> Context:
    """Say by which agreement and clock what is open is judged."""
    return Context(
        now=now,
        our_log=folder.log_number,
        parties=folder.agreement.party_ids,
        agreement=folder.agreement,
        agreement_version=folder.agreement.version,
        earlier=folder.earlier_agreements,
    )
