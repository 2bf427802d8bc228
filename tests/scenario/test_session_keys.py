"""A session key is replaced while the line is up: a handshake under the new one begins at once and disturbs nothing."""

import pytest

from coupefeu.keys import x25519
from coupefeu.link.config import LinkConfig
from coupefeu.testing.joined import EXERCISE_PSK, JoinedNodes
from coupefeu.testing.line import private_key, settled_generations

FRESH = private_key("us", "session 2")


@pytest.fixture
def nodes(tmp_path):
    joined = JoinedNodes(tmp_path)
    joined.connect()
    joined.run(seconds=60)
    return joined


def rekey(nodes, node):
    """Give one node the new key of US."""
    agreement = node.agreement
    ours, other = ("us", "ru") if node is nodes.us else ("ru", "us")
    own = FRESH if node is nodes.us else private_key("ru", "session")
    theirs = private_key("ru", "session") if node is nodes.us else FRESH
    (peer,) = node.engine.peers.values()
    peer.link.rekey(
        LinkConfig(
            line_id=agreement.line_id,
            our_origin=agreement.origin(ours),
            their_origin=agreement.origin(other),
            our_session_private=own,
            their_session_public=x25519.public(theirs),
            generations=settled_generations(EXERCISE_PSK),
        )
    )
    node.engine.pump()


def session_age_ms(node):
    (peer,) = node.engine.peers.values()
    return peer.link.state().session_age_ms


def test_a_new_session_is_made_at_once_when_both_know_the_key(nodes):
    assert session_age_ms(nodes.us) >= 59_000
    rekey(nodes, nodes.us)
    rekey(nodes, nodes.ru)
    nodes.us.say("on the way")
    nodes.run(seconds=5)
    assert session_age_ms(nodes.us) <= 5_000
    assert session_age_ms(nodes.ru) <= 5_000
    assert nodes.ru.texts() == ["on the way"]


def test_the_session_lasts_until_the_other_side_knows_the_key_too(nodes):
    rekey(nodes, nodes.us)
    nodes.us.say("under the old session")
    nodes.run(seconds=20)
    assert nodes.ru.texts() == ["under the old session"]
    assert session_age_ms(nodes.us) >= 79_000
    rekey(nodes, nodes.ru)
    nodes.run(seconds=40)
    assert session_age_ms(nodes.us) < 60_000
    nodes.ru.say("under the new one")
    nodes.run(seconds=1)
    assert nodes.us.texts() == ["under the new one"]


def test_who_holds_only_the_old_key_makes_no_session_any_more(nodes):
    rekey(nodes, nodes.ru)
    nodes.us.stop()
    nodes.us.start()
    nodes.connect()
    nodes.us.say("by the old key")
    nodes.run(seconds=20)
    assert nodes.ru.keeper.states[0].size == 0
