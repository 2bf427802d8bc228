"""A party withholds one entry's text, or the entry itself, for ever: both nodes say so, and the line goes on (A7)."""

from dataclasses import replace

import pytest

from coupefeu.model.precedence import Precedence
from coupefeu.node.duties import Duties
from coupefeu.services.refusals.views import SELECT_REFUSALS, read_refusal
from coupefeu.store.fsck import check_record
from coupefeu.store.reader import Reader
from coupefeu.testing.joined import JoinedNodes
from coupefeu.wire.packet import LeafOnly


def withhold(node, index, *, leaf_too):
    """Make a node leave out the text of one entry, or the entry, whatever it is asked."""
    (peer,) = node.engine.peers.values()
    offer = peer.link.offer

    def offer_less(entries):
        for entry in entries:
            if entry.index != index:
                offer([entry])
            elif not leaf_too:
                with Reader(node.path, running=True) as reader:
                    leaf = reader.entry(0, index)["leaf"]
                offer([replace(entry, entry=LeafOnly(index, leaf))])

    peer.link.offer = offer_less


def refusals(node):
    with Reader(node.path, running=True) as reader:
        rows = reader.view(SELECT_REFUSALS)
    return [
        (view.number, view.refused, view.ours) for view in (read_refusal(row, ("us", "ru")) for row in rows)
    ]


@pytest.mark.parametrize("leaf_too", [False, True])
def test_the_line_goes_on_and_both_records_say_what_was_withheld(tmp_path, leaf_too):
    nodes = JoinedNodes(tmp_path)
    duties = Duties(nodes.ru.engine, nodes.ru.agreement, nodes.clock.now().utc_ms, nodes.ru.clock)
    nodes.connect()
    nodes.run(seconds=1)
    nodes.us.say("before")
    nodes.run(seconds=1)
    withhold(nodes.us, 1, leaf_too=leaf_too)
    nodes.us.say("never to be read")
    flash = nodes.us.say("STOP", Precedence.FLASH)
    nodes.run(seconds=1)
    assert nodes.ru.texts() == ["before", "STOP"]
    (chain,) = nodes.us.message(flash).chains
    assert chain.steps[0].done, "the FLASH is on their record: a run receipt"

    agreed_s = nodes.ru.agreement.deadlines_for(Precedence.ROUTINE).record_s
    for _ in range(3):
        duties.check()
        nodes.run(seconds=agreed_s / 2 + 1)
    nodes.ru.say("we are here")
    nodes.run(seconds=2)
    assert refusals(nodes.ru) == [("RU/0", "US/1", True)]
    assert refusals(nodes.us) == [("RU/0", "US/1", False)]
    assert nodes.us.texts() == ["we are here"]
    for node in nodes.nodes:
        line = node.keeper.line
        assert check_record(node.path, line.parties, line.our_log, running=True).findings == ()
