"""Whether a communique is one-sided: who, as its own proved entries say, proposed, consented to or refused it."""

from dataclasses import dataclass

from coupefeu.model.entry import Kind
from coupefeu.record.communique import EntryId, ProvedCommunique, ProvedEntry
from coupefeu.services.communique.facts import read_answered, read_proposed


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a party put on the record about this selection: its entry, and for a refusal why."""

    party: str
    entry: ProvedEntry
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Who agreed to this selection, and who did not. `missing`: the parties that did not agree, in their order."""

    proposed: tuple[Standing, ...]
    consented: tuple[Standing, ...]
    refused: tuple[Standing, ...]
    missing: tuple[str, ...]

    @property
    def is_one_sided(self) -> bool:
        """Whether a party of the line has not agreed to it on the record."""
        return bool(self.missing)


def judge_consent(communique: ProvedCommunique) -> Consent:
    """Judge it by the entries alone: a proposal with this digest, or an answer with it whose proposal is here.

    The first answer of a party stands. The issuer agreed by signing the file.
    """
    proposals = _proposals(communique)
    answers = _answers(communique, frozenset(proposals))
    proposed = tuple(proposals.values())
    agreed = {each.party for each in proposed} | {each.party for each in answers if not each.reason}
    agreed.add(communique.party_of(communique.issuer))
    return Consent(
        proposed=proposed,
        consented=tuple(each for each in answers if not each.reason),
        refused=tuple(each for each in answers if each.reason),
        missing=tuple(each for each in communique.agreement.party_ids if each not in agreed),
    )


def _proposals(communique: ProvedCommunique) -> dict[EntryId, Standing]:
    found = {}
    for entry in communique.entries:
        if entry.head is None or entry.item.body is None or entry.head.kind != Kind.COMMUNIQUE_PROPOSED:
            continue
        proposed, defect = read_proposed(entry.item.body)
        if proposed is not None and not defect and proposed.digest == communique.header.digest:
            party = _author(communique, entry)
            if party:
                found[entry.id] = Standing(party=party, entry=entry)
    return found


def _answers(communique: ProvedCommunique, proposals: frozenset[EntryId]) -> list[Standing]:
    standing: dict[str, Standing] = {}
    for entry in communique.entries:
        head, body, party = entry.head, entry.item.body, _author(communique, entry)
        if head is None or body is None or not party or head.kind not in _ANSWERS or not head.references:
            continue
        answered, defect = read_answered(head.kind, body)
        first = head.references[0]
        if answered is None or defect or answered.digest != communique.header.digest:
            continue
        if (first.log, first.index) in proposals:
            reason = answered.reason if head.kind == Kind.COMMUNIQUE_REFUSED else ""
            standing.setdefault(party, Standing(party=party, entry=entry, reason=reason))
    return list(standing.values())


def _author(communique: ProvedCommunique, entry: ProvedEntry) -> str:
    """Name the party of an entry; "" where its post is another party's, so that nobody consents for the other side."""
    party = communique.party_of(entry.item.log)
    post = "" if entry.head is None else entry.head.from_post
    return party if post.partition(".")[0] == party else ""


_ANSWERS = frozenset({Kind.COMMUNIQUE_CONSENTED, Kind.COMMUNIQUE_REFUSED})
