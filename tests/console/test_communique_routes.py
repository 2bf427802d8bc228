"""The routes of the Communique page: what is drafted is what is looked at, issued, proposed and agreed to."""

import io
from unittest.mock import Mock

import pytest
from tests.console.desks import wait_until
from tests.console.test_record_routes import Http, signed_for

from coupefeu.console.communique import Drafts
from coupefeu.console.errors import AbsentError
from coupefeu.model.entry import Kind
from coupefeu.node.events import EntryRecorded
from coupefeu.record.communique import verify_communique
from coupefeu.services.bodies import promised_in


@pytest.fixture
def us(desks):
    return Http(desks.us)


@pytest.fixture
def ru(desks):
    return Http(desks.ru)


@pytest.fixture
def said(us, desks):
    """A message of US that RU has signed for."""
    number = desks.us.write("What strangers may read <b>of</b> it.")
    signed_for(us, number)
    return number


def draft(http, **asked):
    status, values = http.post("/communiques/drafts", asked)
    assert status == 200, values
    return values


def refusal(http, path, body):
    status, said = http.post(path, body)
    return status, said["error"]["code"]


def look(http, digest):
    """Fetch the preview as a browser does: gives its policy and its text."""
    status, headers, octets = http.ask(f"/communiques/drafts/{digest}/page")
    assert status == 200
    return headers["content-security-policy"], octets.decode()


def test_a_draft_shows_heads_unless_more_is_asked_and_says_what_could_be_shown(us, said):
    values = draft(us, entries=[said])
    (entry,) = values["entries"]
    assert (entry["number"], entry["disclosed"], entry["held"]) == (said, "head", "all")
    assert (values["total"], values["heads"], values["whole"], values["awaited"]) == (1, 1, 0, ["ru"])
    whole = draft(us, entries=[said], single=[{"number": said, "disclosed": "all"}])
    assert whole["entries"][0]["disclosed"] == "all"
    assert whole["digest"] != values["digest"]


def test_the_preview_is_what_readers_see_in_a_sandbox_and_what_is_issued_is_what_was_looked_at(us, said):
    values = draft(us, entries=[said], disclosed="all", words="for the test")
    policy, page = look(us, values["digest"])
    assert policy.startswith("sandbox; default-src 'none';")
    assert "What strangers may read &lt;b&gt;of&lt;/b&gt; it." in page
    status, headers, octets = us.ask(f"/communiques/drafts/{values['digest']}/file", {})
    assert status == 200
    assert headers["content-disposition"].startswith('attachment; filename="EXERCISE-communique-us-')
    proved = verify_communique(io.BytesIO(octets).readline, promised_in)
    assert proved.header.digest.hex() == values["digest"]
    assert page.encode() in octets


def test_other_pages_keep_the_policy_of_the_console(us):
    _, headers, _ = us.ask("/communiques/proposals")
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "node.communique.nothing"),
        ({"entries": ["US/99999"]}, "node.communique.entry"),
        ({"entries": ["XX/1"]}, "model.message_number.unknown"),
        ({"everything": True, "kinds": ["greeting"]}, "node.entries.kind"),
        ({"everything": True, "posts": ["us.cook"]}, "model.agreement.no_post"),
        ({"everything": True, "disclosed": "seed"}, "node.communique.level"),
    ],
)
def test_what_cannot_be_drafted_is_refused_and_nothing_is_recorded(us, asked, code):
    before = us.get("/record", limit=1)[1]["total"]
    assert refusal(us, "/communiques/drafts", asked)[1] == code
    assert us.get("/record", limit=1)[1]["total"] == before


def test_only_what_was_looked_at_is_issued_or_proposed(us):
    assert us.ask("/communiques/drafts/00ff/file", {})[0] == 404
    assert refusal(us, "/communiques/proposals", {"digest": "00ff"}) == (404, "console.communique.no_draft")


def test_what_was_looked_at_goes_when_something_is_erased(us, said):
    """A draft holds what it shows: after an order to erase it can be read, issued and proposed no more (A17)."""
    digest = draft(us, entries=[said], disclosed="all")["digest"]
    assert "What strangers may read" in look(us, digest)[1]
    status, done = us.post(f"/record/{said}/erase", {"reason": "agreed"})
    assert status == 201, done
    for part, body in (("page", None), ("file", {})):
        status, _, octets = us.ask(f"/communiques/drafts/{digest}/{part}", body)
        assert (status, b"What strangers" in octets) == (404, False)
    assert refusal(us, "/communiques/proposals", {"digest": digest}) == (404, "console.communique.no_draft")


def test_a_draft_that_was_begun_before_something_is_erased_is_not_kept():
    drafts, kept = Drafts(), Mock(values=Mock(digest="00"), body=b"what it said")
    begun = drafts.erasures
    for ours, kind in ((False, Kind.ERASED), (True, Kind.MESSAGE)):
        drafts.hear(EntryRecorded(recorded=Mock(ours=ours, head=Mock(kind=kind))))
    drafts.keep(kept, "us.duty", begun)
    assert drafts.find("00", "us.duty") is kept, "nothing of ours was erased"
    with pytest.raises(AbsentError):
        drafts.find("00", "us.watch")
    drafts.hear(EntryRecorded(recorded=Mock(ours=True, head=Mock(kind=Kind.ERASED))))
    drafts.keep(kept, "us.duty", begun)
    with pytest.raises(AbsentError):
        drafts.find("00", "us.duty")


def propose(us, ru, said):
    """Propose it from US, and wait until RU lists it; gives its number."""
    values = draft(us, entries=[said], disclosed="all")
    status, done = us.post("/communiques/proposals", {"digest": values["digest"], "words": "as agreed"})
    assert status == 201, done
    wait_until(lambda: row(ru, done["number"]), "RU lists it")
    signed_for(us, done["number"])
    return done["number"]


def row(http, number):
    rows = http.get("/communiques/proposals")[1]["rows"]
    return next((each for each in rows if each["number"] == number), None)


def test_the_other_side_looks_consents_on_the_record_and_the_file_says_so(us, ru, said):
    number = propose(us, ru, said)
    theirs = row(ru, number)
    assert (theirs["is_wanted"], theirs["ours"], theirs["words"], theirs["total"]) == (
        True,
        False,
        "as agreed",
        1,
    )
    looked = draft(ru, proposal=number)
    assert [each["number"] for each in looked["entries"]] == [said]
    status, answered = ru.post("/communiques/answers", {"number": number, "consents": True})
    assert status == 201, answered
    wait_until(lambda: row(us, number)["is_consented"], "US knows it")
    signed_for(us, answered["number"])
    values = draft(us, proposal=number)
    assert values["awaited"] == []
    again = {"number": number, "consents": True}
    assert refusal(ru, "/communiques/answers", again)[1] == "services.communique.answered"


def test_a_refusal_needs_its_reason_and_our_own_proposal_is_not_ours_to_answer(us, ru, said):
    number = propose(us, ru, said)
    answer = {"number": number, "consents": False}
    assert refusal(ru, "/communiques/answers", answer)[1] == "services.communique.missing_reason"
    assert (
        refusal(us, "/communiques/answers", answer | {"reason": "no"})[1]
        == "services.communique.own_proposal"
    )
    assert ru.post("/communiques/answers", answer | {"reason": "not yet"})[0] == 201
    found = wait_until(lambda: row(us, number)["answers"], "US knows it")
    assert [(each["party"], each["consents"], each["reason"]) for each in found] == [("ru", False, "not yet")]
