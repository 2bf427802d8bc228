"""Two nodes agree, or do not, to show the same entries to anybody; a file says so by its own proved entries."""

import asyncio
import io
from dataclasses import replace

import pytest
from tests.communiques import EMBARGO_MS, WITHIN_S, consent, draft, issue

import coupefeu
from coupefeu.errors import PolicyError, UsageError
from coupefeu.node.assembly import open_keeper
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.consenting import answer, list_proposals, propose
from coupefeu.node.communique.issuing import Wish
from coupefeu.record.communique import verify_communique
from coupefeu.record.selection import Disclosed
from coupefeu.services.bodies import promised_in
from coupefeu.services.communique.consent import judge_consent
from coupefeu.services.communique.facts import AnswerCommunique, ranges_of
from coupefeu.services.communique.page import render_page
from coupefeu.store.jobs import Act
from coupefeu.store.reader import Reader


@pytest.fixture(scope="module")
def line(played_line):
    """A line on which RU agreed to one selection and refused another."""
    played = played_line
    agreed = consent(played, wish_of(played))
    refused = consent(
        played,
        replace(wish_of(played), embargo_ms=EMBARGO_MS),
        consents=False,
        reason="Not while the inquiry lasts.",
    )
    return played, agreed, refused


def wish_of(played):
    return Wish(
        query=Query(entries=(played.warning, played.text)),
        disclosing=Disclosing(default=Disclosed.ALL),
        words="both",
    )


def verify(octets):
    return verify_communique(io.BytesIO(octets).readline, promised_in)


def test_what_both_agreed_to_bears_it_and_is_proved_by_its_own_entries(line):
    played, _agreed, _refused = line
    proved = verify(issue(played, wish_of(played)))
    judged = judge_consent(proved)
    assert [each.party for each in judged.proposed] == ["us"]
    assert [each.party for each in judged.consented] == ["ru"]
    assert not judged.is_one_sided
    assert b"BOTH SIDES AGREED" in render_page(proved)
    assert b"ONE-SIDED" not in render_page(proved)


def test_the_other_side_may_issue_it_too(line):
    played, agreed, _refused = line
    proved = verify(issue(played, Wish(proposal=agreed, words="as agreed"), "ru"))
    assert proved.party_of(proved.issuer) == "ru"
    assert not judge_consent(proved).is_one_sided


@pytest.mark.parametrize(
    "changes",
    [
        {"query": Query(entries=((0, 2),))},
        {"disclosing": Disclosing(default=Disclosed.HEAD)},
        {"embargo_ms": EMBARGO_MS + 1},
    ],
    ids=["fewer entries", "less of each", "another embargo"],
)
def test_a_consent_to_another_selection_is_none(line, changes):
    played, _agreed, _refused = line
    proved = verify(issue(played, replace(wish_of(played), **changes)))
    judged = judge_consent(proved)
    assert judged.missing == ("ru",)
    assert b"ONE-SIDED" in render_page(proved)


def test_a_consent_put_into_a_file_of_another_selection_counts_for_nothing(line):
    """The entries of a consent may be chosen like any other; what they name is another digest."""
    played, agreed, _refused = line
    both = Query(entries=(played.warning, agreed, (1, agreed_answer(played, agreed))))
    wish = Wish(query=both, disclosing=Disclosing(default=Disclosed.ALL))
    judged = judge_consent(verify(issue(played, wish)))
    assert (judged.proposed, judged.consented) == ((), ())
    assert judged.missing == ("ru",)


def agreed_answer(played, agreed):
    with Reader(played.folder().record_path, running=False) as reader:
        views = list_proposals(reader, ("us", "ru"), 10)
    return next(view.answers[0].id[1] for view in views if view.id == agreed)


def test_a_refusal_is_shown_with_its_reason(line):
    played, _agreed, refused = line
    proved = verify(issue(played, Wish(proposal=refused)))
    judged = judge_consent(proved)
    assert [(each.party, each.reason) for each in judged.refused] == [("ru", "Not while the inquiry lasts.")]
    assert judged.is_one_sided
    page = render_page(proved).decode()
    assert "ONE-SIDED" in page
    assert "Not while the inquiry lasts." in page
    assert "EMBARGO" in page


def test_an_answer_is_given_once_and_to_what_was_looked_at(line):
    played, agreed, _refused = line
    folder = played.folder("ru")
    with Reader(folder.record_path, running=False) as reader:
        command = answer(folder, reader, agreed, "ru.duty", consents=True)
        with pytest.raises(PolicyError) as none:
            answer(folder, reader, played.text, "ru.duty", consents=True)
    assert none.value.code == "services.communique.no_proposal"
    for wrong, code in (
        (command, "services.communique.answered"),
        (replace(command, digest=bytes(32)), "services.communique.other_selection"),
        (replace(command, from_post="us.duty"), "services.communique.answered"),
        (replace(command, proposal=(0, 999)), "services.communique.no_proposal"),
    ):
        assert refused_by("ru", played, wrong) == code
    assert (
        refused_by("us", played, replace(command, from_post="us.duty")) == "services.communique.own_proposal"
    )


def refused_by(party, played, command):
    folder = played.folder(party)
    keeper = open_keeper(folder, folder.clock())
    try:
        (refused,) = keeper.execute([Act(command=command)], folder.clock())
    finally:
        keeper.close()
    assert isinstance(refused, PolicyError | UsageError)
    return refused.code


def test_nobody_speaks_for_another_and_a_refusal_has_its_reason(line):
    played, _agreed, _refused = line
    command = propose(draft(played, replace(wish_of(played), embargo_ms=1)), "ru.duty")
    assert refused_by("us", played, command) == "services.communique.foreign_post"
    assert refused_by("us", played, replace(command, ranges=())) == "services.communique.no_entries"
    assert refused_by("us", played, replace(command, words="x" * 501)) == "services.communique.long_words"
    proposal = next(iter(proposals(played)))
    silent = AnswerCommunique(from_post="ru.duty", proposal=proposal.id, digest=bytes(32), consents=False)
    assert refused_by("ru", played, silent).startswith("services.communique.")


def proposals(played):
    with Reader(played.folder("ru").record_path, running=False) as reader:
        return list_proposals(reader, ("us", "ru"), 10)


def test_a_proposal_whose_digest_is_of_other_entries_is_not_consented_to(line, monkeypatch):
    """A proposer that names some entries and the digest of others gets no consent to the others."""
    played, agreed, _refused = line
    folder = played.folder("ru")
    honest = proposals(played)[-1].proposed
    forged = replace(honest, ranges=ranges_of(draft(played, Wish(query=Query(everything=True))).chosen))
    with Reader(folder.record_path, running=False) as reader:
        view = next(each for each in list_proposals(reader, ("us", "ru"), 10) if each.id == agreed)
        monkeypatch.setattr(
            "coupefeu.node.communique.consenting.find_proposal", lambda *_: replace(view, proposed=forged)
        )
        with pytest.raises(PolicyError) as refused:
            answer(folder, reader, agreed, "ru.duty", consents=True)
    assert refused.value.code == "node.communique.other_entries"


def test_the_list_says_who_answered_what(line):
    played, agreed, refused = line
    views = {view.id: view for view in proposals(played)}
    assert views[agreed].is_consented
    assert not views[refused].is_consented
    assert views[refused].answers[0].reason == "Not while the inquiry lasts."
    assert all(not view.awaited for view in views.values())


def test_a_program_gets_the_same_file(line):
    played, _agreed, _refused = line

    async def ask():
        async with coupefeu.Node.open(played.us, online=False) as node:
            query = coupefeu.Query(entries=(node.number("US/2"), node.number("US/4")))
            disclosing = coupefeu.Disclosing(default=coupefeu.Disclosed.ALL)
            return await node.communique(query, disclosing), await node.communique(query)

    whole, heads = asyncio.run(asyncio.wait_for(ask(), WITHIN_S))
    assert not judge_consent(verify(whole)).is_one_sided
    assert {each.disclosed for each in verify(heads).chosen} == {Disclosed.HEAD}
