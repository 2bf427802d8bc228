"""The parties amend their agreement while the line is up, and every clock, budget and entry follows at its instant."""

from hashlib import sha256

import pytest

from coupefeu.keys.agreement_signatures import build_agreement_body, sign_agreement, verify_signatures
from coupefeu.model.instant import Instant, format_instant
from coupefeu.model.precedence import Precedence
from coupefeu.services.agreement.facts import AcceptAmendment, ProposeAmendment
from coupefeu.services.agreement.in_force import verify_amendment
from coupefeu.services.messages.status import StepName
from coupefeu.testing.joined import JoinedNodes
from coupefeu.testing.line import identity_of, make_text

TEXT = make_text()
FLASH_TAKEN = b'taken = "2m"'


@pytest.fixture
def nodes(tmp_path):
    joined = JoinedNodes(tmp_path)
    joined.connect()
    joined.run(seconds=2)
    return joined


def amended(in_force_ms, version=2):
    """Version 2: a FLASH is to be taken within one minute instead of two."""
    assert b'[deadlines.FLASH]\nrecord = "10s"\nshown = "15s"\n' + FLASH_TAKEN in TEXT
    old, new = b"version = 1\n", b"version = %d\n" % version
    text = TEXT.replace(old, new).replace(FLASH_TAKEN, b'taken = "1m"', 1)
    return text.replace(b"in_force = 1970-01-01T00:00:00.000Z", b"in_force = " + as_toml(in_force_ms))


def as_toml(ms):
    return format_instant(Instant(ms)).encode()


def propose(node, octets):
    signed = sign_agreement(identity_of(node.name), node.name, octets)
    signatures = verify_signatures(octets, (signed,), node.agreement)
    ((log, index),) = node.act(ProposeAmendment(body=build_agreement_body(signatures)))
    return log, index


def accept(node, octets, proposal, version=2):
    signed = sign_agreement(identity_of(node.name), node.name, octets)
    command = AcceptAmendment(
        log=proposal[0],
        index=proposal[1],
        version=version,
        digest=sha256(octets).digest(),
        signatures=signed,
    )
    (number,) = node.act(command)
    return number


def taken_within_ms(node, number):
    """How long the other side may take to take it."""
    message = node.message(number)
    (chain,) = message.chains
    clock = next(step.clock for step in chain.steps if step.name is StepName.TAKEN_BY)
    return clock.due_ms - message.arrived_ms


def version_of(node, number):
    return node.message(number).agreement_version


def test_it_is_in_force_at_its_instant_on_both_sides_and_not_before(nodes):
    us, ru = nodes.us, nodes.ru
    instant_ms = us.clock().utc_ms + 60_000
    instant_ms -= instant_ms % 1000
    octets = amended(instant_ms)
    proposal = propose(us, octets)
    nodes.run(seconds=1)
    accept(ru, octets, proposal)
    nodes.run(seconds=1)
    for node in nodes.nodes:
        assert [each.in_force_ms for each in node.keeper.standing.amendments] == [instant_ms]
        assert node.keeper.agreement.version == 1

    nodes.run(seconds=(instant_ms - us.clock().utc_ms - 1) / 1000)
    before = [node.say("before", Precedence.FLASH) for node in nodes.nodes]
    nodes.run(seconds=0.001)
    assert us.clock().utc_ms == instant_ms
    after = [node.say("after", Precedence.FLASH) for node in nodes.nodes]
    nodes.run(seconds=1)
    for node in nodes.nodes:
        assert [version_of(node, number) for number in before] == [1, 1]
        assert [version_of(node, number) for number in after] == [2, 2]
        for number in before:
            assert taken_within_ms(node, number) == 120_000
        for number in after:
            assert taken_within_ms(node, number) == 60_000


def test_it_waits_for_the_last_co_signature_and_says_who_lacks(nodes):
    us, ru = nodes.us, nodes.ru
    octets = amended(0)
    proposal = propose(us, octets)
    nodes.run(seconds=1)
    assert us.keeper.standing.amendments[0].missing == ("ru",)
    nodes.disconnect()
    accept(ru, octets, proposal)
    nodes.run(seconds=60)
    for node in nodes.nodes:
        node.say("still the old terms")
        assert node.keeper.agreement.version == 1
    assert ru.keeper.standing.awaits_receipts
    nodes.connect()
    nodes.run(seconds=5)
    for node in nodes.nodes:
        number = node.say("the new ones")
        assert version_of(node, number) == 2
        assert node.keeper.agreement.version == 2
        assert [each.version for each in node.keeper.earlier] == [1]


def test_it_stands_after_a_restart_and_a_higher_version_replaces_it(nodes):
    us, ru = nodes.us, nodes.ru
    for version in (2, 3):
        octets = amended(0, version)
        number = propose(us, octets)
        nodes.run(seconds=1)
        accept(ru, octets, number, version)
        nodes.run(seconds=1)
    ru.stop()
    ru.start()
    (amendment,) = ru.keeper.standing.amendments[-1:]
    assert verify_amendment(amendment).agreement.version == 3
    assert version_of(ru, ru.say("after the restart")) == 3
    assert version_of(us, us.say("here too")) == 3


def test_an_amendment_that_one_side_alone_signed_never_comes_into_force(nodes):
    propose(nodes.us, amended(0))
    nodes.run(seconds=60)
    for node in nodes.nodes:
        assert version_of(node, node.say("nothing changed")) == 1
