"""What the view keeps of proposals and answers that a peer wrote, whatever they are."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from tests.stores import AGREEMENT, do, open_keeper

from coupefeu.model.entry import Kind, Reference
from coupefeu.node.communique.consenting import list_proposals
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.selection import Chosen, Disclosed
from coupefeu.services.communique.facts import (
    Answered,
    Proposed,
    Range,
    encode_answered,
    encode_proposed,
    ranges_of,
)
from coupefeu.services.communique.views import COMMUNIQUES
from coupefeu.services.every import SERVICES
from coupefeu.store.reader import Reader
from coupefeu.store.rebuild import rebuild_record
from coupefeu.testing.author import Author

_ALL = select(COMMUNIQUES)
DIGEST = bytes(range(32))
PROPOSAL = encode_proposed(
    Proposed(digest=DIGEST, ranges=(Range(log=1, start=0, end=1, disclosed=Disclosed.HEAD),))
)
ANSWER = encode_answered(Answered(digest=DIGEST))


@pytest.fixture
def peer(tmp_path):
    """RU writes what it likes; US stores it."""
    return Peer(tmp_path / "record.db")


class Peer:
    def __init__(self, path):
        self.path = path
        self.keeper = open_keeper(path, "us")
        self.author = Author(AGREEMENT, "ru")
        self.author.say("what was said")

    def write(self, kind, body, *, about=None, **fields):
        references = (
            () if about is None else (Reference(log=about[0], index=about[1], leaf_hash=self.hash(about)),)
        )
        head = replace(self.author.head(kind=kind), references=references, **fields)
        self.author.write(head, body)
        return self.author.log, self.author.size - 1

    def hash(self, number):
        return leaf_hash(self.author._leaves[number[1]])

    def stored(self):
        do(self.keeper, self.author.checkpoint(0, self.author.size))
        with Reader(self.path, running=True) as reader:
            rows = {(row["log"], row["idx"]): row for row in reader.connection.execute(_ALL)}
            return rows, list_proposals(reader, AGREEMENT.party_ids, 10)


def test_a_proposal_of_the_other_side_is_listed_and_awaits_us(peer):
    number = peer.write(Kind.COMMUNIQUE_PROPOSED, PROPOSAL)
    rows, (view,) = peer.stored()
    assert view.id == number
    assert view.awaited == ("us",)
    assert rows[number]["effect"] == ""


@pytest.mark.parametrize(
    ("kind", "body", "fields", "effect"),
    [
        (Kind.COMMUNIQUE_PROPOSED, b"\xff", {}, "unreadable_body"),
        (Kind.COMMUNIQUE_PROPOSED, b"\xa0", {}, "unreadable_body"),
        (Kind.COMMUNIQUE_PROPOSED, b"\x80", {}, "unreadable_body"),
        (Kind.COMMUNIQUE_PROPOSED, PROPOSAL, {"from_post": "us.duty"}, "foreign_post"),
        (Kind.COMMUNIQUE_PROPOSED, PROPOSAL, {"from_post": "ru"}, "foreign_post"),
        (Kind.COMMUNIQUE_CONSENTED, ANSWER, {}, "missing_reference"),
        (Kind.COMMUNIQUE_REFUSED, ANSWER, {}, "missing_reason"),
    ],
    ids=lambda value: "" if isinstance(value, bytes | dict) else str(value),
)
def test_what_cannot_be_read_or_speaks_for_another_has_no_effect(peer, kind, body, fields, effect):
    number = peer.write(kind, body, **fields)
    rows, views = peer.stored()
    assert rows[number]["effect"] == effect
    assert views == []


def test_an_answer_to_its_own_proposal_or_with_another_digest_is_none(peer):
    number = peer.write(Kind.COMMUNIQUE_PROPOSED, PROPOSAL)
    peer.write(Kind.COMMUNIQUE_CONSENTED, ANSWER, about=number)
    peer.write(Kind.COMMUNIQUE_CONSENTED, encode_answered(Answered(digest=bytes(32))), about=number)
    _rows, (view,) = peer.stored()
    assert view.answers == ()
    assert not view.is_consented


def test_views_are_the_same_when_they_are_made_anew(peer):
    peer.write(Kind.COMMUNIQUE_PROPOSED, PROPOSAL)
    peer.write(Kind.COMMUNIQUE_REFUSED, b"\x00")
    before, _ = peer.stored()
    line, agreement = peer.keeper.line, peer.keeper.agreement
    peer.keeper.close()
    rebuild_record(peer.path, line, SERVICES, agreement)
    with Reader(peer.path, running=False) as reader:
        assert {(row["log"], row["idx"]): row for row in reader.connection.execute(_ALL)} == before


def test_stretches_join_what_stands_side_by_side_and_discloses_alike():
    def chosen(log, index, disclosed=Disclosed.HEAD, attachments=()):
        return Chosen(log=log, index=index, disclosed=disclosed, attachments=attachments, leaf_hash=bytes(32))

    joined = ranges_of(
        [
            chosen(0, 1),
            chosen(0, 2),
            chosen(0, 4),
            chosen(0, 5, Disclosed.ALL, (1,)),
            chosen(1, 5, Disclosed.ALL, (1,)),
        ]
    )
    assert [(each.log, each.start, each.end) for each in joined] == [
        (0, 1, 3),
        (0, 4, 5),
        (0, 5, 6),
        (1, 5, 6),
    ]
