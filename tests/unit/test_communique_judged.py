"""Who agreed to a selection is read from proved entries: its digest, a proposal of it, a post of their own."""

import io
from dataclasses import replace

import pytest
from tests.console.communiques import told

from coupefeu.errors import VerificationError
from coupefeu.model.entry import Kind
from coupefeu.record.communique import verify_communique
from coupefeu.record.selection import Disclosed
from coupefeu.services.bodies import promised_in
from coupefeu.services.communique.consent import judge_consent
from coupefeu.wire import cbor
from coupefeu.wire.communique import EntryItem
from coupefeu.wire.communique_file import format_body


@pytest.fixture
def story():
    return told()


def judge(story, disclosing, *consents):
    octets = story.communique("us", disclosing, consents=consents)
    return judge_consent(verify_communique(io.BytesIO(octets).readline, promised_in))


def selection():
    return {(0, 1): (Disclosed.ALL, ()), (1, 1): (Disclosed.HEAD, ())}


def test_a_proposal_and_a_consent_to_it_make_both_sides(story):
    proposal = story.propose("us", selection())
    answer = story.consent("ru", proposal, story.digest(selection()))
    judged = judge(story, selection(), proposal, answer)
    assert not judged.is_one_sided
    assert [each.party for each in (*judged.proposed, *judged.consented)] == ["us", "ru"]


def test_a_proposal_of_the_other_side_is_its_consent(story):
    """Whoever proposes agrees, and the issuer by signing the file."""
    proposal = story.propose("ru", selection())
    assert not judge(story, selection(), proposal).is_one_sided


def test_an_answer_without_its_proposal_or_to_another_counts_for_nothing(story):
    proposal = story.propose("us", selection())
    other = story.propose("us", {(0, 1): (Disclosed.HEAD, ())})
    to_other = story.consent("ru", other, story.digest(selection()))
    assert judge(story, selection(), proposal, to_other).missing == ("ru",)
    to_message = story.consent("ru", (0, 1), story.digest(selection()))
    assert judge(story, selection(), proposal, to_message).missing == ("ru",)
    answer = story.consent("ru", proposal, story.digest(selection()))
    assert judge(story, selection(), answer).missing == ("ru",)


def test_an_answer_with_another_digest_is_refused_with_its_file(story):
    proposal = story.propose("us", selection())
    answer = story.consent("ru", proposal, bytes(32))
    with pytest.raises(VerificationError, match="is about another one"):
        judge(story, selection(), proposal, answer)


def test_an_answer_of_another_partys_post_counts_for_nothing(story):
    proposal = story.propose("us", selection())
    body = cbor.encode({0: story.digest(selection())})
    answer = story.add("ru", Kind.COMMUNIQUE_CONSENTED, body, references=[proposal], from_post="us.duty")
    assert judge(story, selection(), proposal, answer).missing == ("ru",)
    own = story.add("us", Kind.COMMUNIQUE_CONSENTED, body, references=[proposal], from_post="ru.duty")
    assert judge(story, selection(), proposal, own).missing == ("ru",)


def test_an_answer_that_cannot_be_read_counts_for_nothing(story):
    """It names this selection, and has a field that no answer has."""
    proposal = story.propose("us", selection())
    body = cbor.encode({0: story.digest(selection()), 9: 1})
    answer = story.add("ru", Kind.COMMUNIQUE_CONSENTED, body, references=[proposal])
    assert judge(story, selection(), proposal, answer).missing == ("ru",)


@pytest.mark.parametrize("first", [Kind.COMMUNIQUE_CONSENTED, Kind.COMMUNIQUE_REFUSED])
def test_the_first_answer_stands(story, first):
    proposal = story.propose("us", selection())
    bodies = {
        Kind.COMMUNIQUE_CONSENTED: {0: story.digest(selection())},
        Kind.COMMUNIQUE_REFUSED: {0: story.digest(selection()), 1: "no"},
    }
    second = next(kind for kind in bodies if kind != first)
    answers = [
        story.add("ru", kind, cbor.encode(bodies[kind]), references=[proposal]) for kind in (first, second)
    ]
    assert judge(story, selection(), proposal, *answers).is_one_sided == (first == Kind.COMMUNIQUE_REFUSED)


def test_an_answer_shown_by_its_head_alone_is_refused_with_its_file(story):
    proposal = story.propose("us", selection())
    answer = story.consent("ru", proposal, story.digest(selection()))
    made = [
        replace(each, body=None, body_salt=None)
        if isinstance(each, EntryItem) and (each.log, each.index) == answer
        else each
        for each in story.items("us", selection(), consents=[proposal, answer])
    ]
    octets = story.sign("us", format_body(b"\n", made))
    with pytest.raises(VerificationError, match="is about another one"):
        verify_communique(io.BytesIO(octets).readline, promised_in)
