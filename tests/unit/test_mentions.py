"""Messages that are written beside another entry: found by it, whatever its kind, and never mistaken for its chain."""

import pytest
from tests.stores import AGREEMENT

from coupefeu.errors import UsageError
from coupefeu.model.entry import Head, Kind, Reference
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.draft import what_about
from coupefeu.services.arranged.commands import ProposeCall
from coupefeu.services.arranged.facts import Window
from coupefeu.services.base import Recorded
from coupefeu.services.messages import mentions
from coupefeu.services.messages.commands import Say
from coupefeu.testing.clock import START_UTC_MS
from coupefeu.testing.joined import JoinedNodes

HOUR_MS = 3_600_000


@pytest.fixture
def nodes(tmp_path):
    joined = JoinedNodes(tmp_path)
    joined.connect()
    joined.run(seconds=1)
    return joined


def propose(node, start_h=24):
    start_ms = START_UTC_MS + start_h * HOUR_MS
    (entry,) = node.act(
        ProposeCall(
            from_post="us.secretary",
            to_post="ru.minister",
            windows=(Window(start_ms=start_ms, end_ms=start_ms + HOUR_MS),),
        )
    )
    return entry


def write(node, about, text="It concerns the convoy."):
    content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text)
    command = Say(
        content=content,
        from_post=f"{node.name}.duty",
        precedence=Precedence.ROUTINE,
        language="en",
        about=about,
    )
    return node.act(command)[0]


def mentioned(node, entry):
    desk = node.desk()
    try:
        return [(each.number, each.content.text) for each in desk.mentions(entry)]
    finally:
        desk.close()


def test_both_sides_find_what_was_written_beside_an_entry(nodes):
    first, second = propose(nodes.us), propose(nodes.us, 48)
    nodes.run(seconds=1)
    write(nodes.us, first)
    nodes.run(seconds=1)
    write(nodes.ru, first, "Understood.")
    nodes.run(seconds=2)
    assert mentioned(nodes.us, first) == mentioned(nodes.ru, first)
    assert [text for _, text in mentioned(nodes.us, first)] == ["Understood.", "It concerns the convoy."]
    assert mentioned(nodes.us, second) == []


def test_a_message_beside_an_entry_stops_no_clock_and_has_its_own_chain(nodes):
    warned = write(nodes.us, None, "Aircraft has turned back.")
    nodes.run(seconds=1)
    before = nodes.us.message(warned).chains
    write(nodes.ru, warned, "Which one?")
    nodes.run(seconds=2)
    assert [each.done for chain in nodes.us.message(warned).chains for each in chain.steps] == [
        each.done for chain in before for each in chain.steps
    ]
    assert len(mentioned(nodes.us, warned)) == 1


def test_what_names_another_entry_under_that_number_is_not_beside_it(nodes):
    about, other = propose(nodes.us), write(nodes.us, None)
    known = nodes.us.keeper.connection
    ((arrival,),) = known.query("SELECT arrival FROM messages WHERE idx = ?", (other[1],)).fetchall()
    row = {"arrival": arrival, "about_log": about[0], "about_idx": about[1]}
    known.execute(mentions.INSERT_MENTION, row | {"about_leaf": bytes([7]) * 32})
    assert mentioned(nodes.us, about) == []
    known.query("UPDATE message_mentions SET about_leaf = NULL")
    assert len(mentioned(nodes.us, about)) == 1


@pytest.mark.parametrize(("log", "index"), [(1 << 31, 0), (0, 1 << 63)])
def test_a_reference_that_no_database_holds_makes_no_row(log, index):
    head = Head(
        kind=Kind.MESSAGE,
        from_post="ru.duty",
        to_posts=("us.duty",),
        precedence=Precedence.ROUTINE,
        written_ms=0,
        language="en",
        agreement_version=1,
        references=(Reference(log=log, index=index, leaf_hash=bytes(32)),),
    )
    recorded = Recorded(
        log=1, index=0, arrival=0, arrived_ms=0, ours=False, head=head, body=b"", leaf_hash=bytes(32)
    )
    assert list(mentions.apply(recorded, head)) == []


def test_it_is_said_what_a_message_may_be_about(nodes):
    proposed, warned = propose(nodes.us), write(nodes.us, None)
    desk = nodes.us.desk()
    try:
        assert what_about(desk, None, Form.FREE_TEXT) == (None, None)
        assert what_about(desk, proposed, Form.FREE_TEXT) == (None, proposed)
        assert what_about(desk, warned, Form.FREE_TEXT)[0].id == warned
        with pytest.raises(UsageError) as refused:
            what_about(desk, proposed, Form.CORRECTION)
        assert refused.value.code == "node.desk.no_message"
        with pytest.raises(UsageError) as refused:
            what_about(desk, (0, 999), Form.FREE_TEXT)
        assert refused.value.code == "store.reader.no_entry"
    finally:
        desk.close()
    assert AGREEMENT.party_ids[proposed[0]] == "us"
