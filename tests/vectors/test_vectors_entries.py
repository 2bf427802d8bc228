"""Heads and bodies of every kind, good and bad: our readers name the reason, and the published CDDL says the same."""

import json
from functools import cache
from pathlib import Path

import pycddl
import pytest

from coupefeu.errors import CoupefeuError, PeerError
from coupefeu.keys.agreement_signatures import parse_agreement_body
from coupefeu.keys.incarnations import parse_opening_body
from coupefeu.model.entry import Kind
from coupefeu.services.agreement.facts import parse_acceptance
from coupefeu.services.arranged.facts import KINDS as ARRANGED
from coupefeu.services.arranged.facts import read_arranged
from coupefeu.services.bodies import decode_body
from coupefeu.services.calls.facts import KINDS as CALLS
from coupefeu.services.calls.facts import read_call
from coupefeu.services.communique.facts import KINDS as COMMUNIQUES
from coupefeu.services.communique.facts import read_communique
from coupefeu.services.erasures.facts import parse_erasure
from coupefeu.services.incidents.facts import KINDS as INCIDENTS
from coupefeu.services.incidents.facts import body_defect as incident_defect
from coupefeu.services.line_state.facts import KINDS as LINE_STATES
from coupefeu.services.line_state.facts import read_line_state
from coupefeu.services.messages.facts import ACTS, read_act
from coupefeu.services.messages.forms import read_content
from coupefeu.services.notices.facts import KINDS as NOTICES
from coupefeu.services.notices.facts import body_defect as notice_defect
from coupefeu.services.passing.facts import KINDS as PASSING
from coupefeu.services.passing.facts import read_passing
from coupefeu.services.persons.facts import KINDS as PERSONS
from coupefeu.services.persons.facts import read_person
from coupefeu.services.presence.facts import KINDS as PRESENCE
from coupefeu.services.presence.facts import read_presence
from coupefeu.services.refusals.facts import parse_refusal
from coupefeu.services.watch.facts import KINDS as WATCHES
from coupefeu.services.watch.views import body_defect
from coupefeu.services.witnessed.facts import KINDS as WITNESSED
from coupefeu.services.witnessed.facts import read_witness_word
from coupefeu.wire.head import decode_head, encode_head
from coupefeu.wire.key_statement import parse_key_statement
from coupefeu.wire.published_keys import parse_published_keys

ROOT = Path(__file__).parents[2]
KEPT = json.loads(Path(__file__).with_name("entries-v1.json").read_text("utf-8"))
RULES = (ROOT / "docs" / "spec" / "coupefeu.cddl").read_text("utf-8")
PARSERS = {
    Kind.AGREEMENT: parse_agreement_body,
    Kind.AMENDMENT_PROPOSED: parse_agreement_body,
    Kind.AMENDMENT_ACCEPTED: parse_acceptance,
    Kind.REFUSED: parse_refusal,
    Kind.KEY_STATEMENT: parse_key_statement,
    Kind.INCARNATION_OPENED: parse_opening_body,
    Kind.KEYS_PUBLISHED: parse_published_keys,
    Kind.ERASED: parse_erasure,
}
"""Of these kinds a body that breaks a rule is not read at all; of the others the reader names what is wrong."""
READERS = (
    (ACTS, read_act),
    (CALLS, read_call),
    (COMMUNIQUES, read_communique),
    (ARRANGED, read_arranged),
    (NOTICES, notice_defect),
    (PERSONS, read_person),
    (PRESENCE, read_presence),
    (WITNESSED, lambda _, body: read_witness_word(body)),
    (WATCHES, body_defect),
    (PASSING, read_passing),
    (LINE_STATES, read_line_state),
    (INCIDENTS, incident_defect),
)
"""Families of kinds, and what names what is wrong with a body of theirs; any other is read as a message."""


def reason(kind, body):
    """Give the reason that our reader names, "" when it names none."""
    if kind in PARSERS:
        try:
            PARSERS[kind](body)
        except CoupefeuError as error:
            return error.code
        return ""
    read = next((read for kinds, read in READERS if kind in kinds), lambda _, body: read_content(body))
    named = read(kind, body)
    return named if isinstance(named, str) else named[1]


@cache
def schema(rule):
    return pycddl.Schema(f"start = {rule}\n{RULES}")


def fits(rule, octets):
    try:
        schema(rule).validate_cbor(octets)
    except (pycddl.ValidationError, ValueError):
        return False
    return True


def names(items):
    return [f"{item.get('kind', 'head')}: {item['what']}" for item in items]


@pytest.mark.parametrize("item", KEPT["bodies"], ids=names(KEPT["bodies"]))
def test_bodies(item):
    body = bytes.fromhex(item["body"])
    assert reason(item["kind"], body) == item["reason"]
    assert fits(f"body-{item['kind']}", body) == item["cddl"]


@pytest.mark.parametrize("item", KEPT["heads"], ids=names(KEPT["heads"]))
def test_heads(item):
    octets = bytes.fromhex(item["head"])
    assert fits("head", octets) == item["cddl"]
    if not item["reason"]:
        assert encode_head(decode_head(octets)) == octets
        return
    with pytest.raises(PeerError) as refused:
        decode_head(octets)
    assert refused.value.code == item["reason"]


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
def test_every_kind_has_good_and_bad_ones_and_a_rule(kind):
    found = [item for item in KEPT["bodies"] if item["kind"] == kind]
    assert any(not item["reason"] for item in found)
    assert f"body-{int(kind)} " in RULES
    if kind not in {Kind.READ, Kind.CONTACT_CONFIRMED, Kind.LINE_TEST_ANSWER, Kind.AMENDMENT_PROPOSED}:
        assert any(item["reason"] for item in found), "each of these has a rule of its own that can be broken"


def test_what_no_cddl_can_say_is_said_in_a_section_that_exists():
    for item in [*KEPT["heads"], *KEPT["bodies"]]:
        page, number = item["section"].split(" ")
        text = (ROOT / "docs" / "spec" / page).read_text("utf-8")
        assert f"\n## {number}. " in text, item


def test_a_reader_of_exports_reads_what_the_vectors_call_good():
    head = decode_head(bytes.fromhex(KEPT["heads"][0]["head"]))
    for item in KEPT["bodies"]:
        if item["reason"] in {"", "unreadable_body"} and item["kind"] != Kind.REFUSED:
            named = type(head)(
                **{name: getattr(head, name) for name in head.__slots__} | {"kind": item["kind"]}
            )
            if item["reason"]:
                with pytest.raises(PeerError):
                    decode_body(1, named, bytes.fromhex(item["body"]))
            else:
                decode_body(1, named, bytes.fromhex(item["body"]))
