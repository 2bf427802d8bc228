"""Arbitrary bytes into every parser: a value or `PeerError`, never anything else, and no parser is forgotten.

The parsers are found by looking: whatever is public in the pure rooms, is named like a reader and takes bytes or text,
must stand here, or say why it does not.
"""

import importlib
import inspect
import pkgutil
import re

from hypothesis import given
from hypothesis import strategies as st
from tests.descriptions import voice
from tests.property.test_property_formats import HASHES, HEADS, ITEMS, KEY, NOTES, NUMBERS, VALUES

import coupefeu.keys
import coupefeu.link
import coupefeu.record
import coupefeu.services
import coupefeu.wire
from coupefeu.errors import PeerError
from coupefeu.keys.agreement_signatures import parse_agreement_body
from coupefeu.keys.certificates import read_certificate
from coupefeu.keys.incarnations import parse_opening_body
from coupefeu.keys.passkeys import decode_base64url
from coupefeu.link.connection import read_items
from coupefeu.model.entry import Head, Kind
from coupefeu.model.precedence import Precedence
from coupefeu.record.audit import audit_record
from coupefeu.record.disclosure import Disclosure, format_index, parse_index
from coupefeu.record.equivocation import verify_equivocation
from coupefeu.record.evidence import audit_proof
from coupefeu.record.leaf import check_leaf
from coupefeu.record.two_heads import verify_two_heads
from coupefeu.services.agreement.facts import parse_acceptance
from coupefeu.services.arranged.facts import KINDS as ARRANGED
from coupefeu.services.arranged.facts import read_arranged
from coupefeu.services.bodies import decode_body
from coupefeu.services.calls.facts import FIELDS as CALL_FIELDS
from coupefeu.services.calls.facts import read_call
from coupefeu.services.communique.facts import read_answered, read_communique, read_proposed
from coupefeu.services.erasures.facts import parse_erasure
from coupefeu.services.incidents.facts import ACTS as INCIDENT_ACTS
from coupefeu.services.incidents.facts import VERSIONS as INCIDENTS
from coupefeu.services.incidents.facts import read_incident, read_incident_act
from coupefeu.services.line_state.facts import read_line_state
from coupefeu.services.messages.facts import read_act
from coupefeu.services.messages.forms import read_content
from coupefeu.services.notices.facts import ACTS as NOTICE_ACTS
from coupefeu.services.notices.facts import VERSIONS, read_notice
from coupefeu.services.notices.facts import read_act as read_notice_act
from coupefeu.services.passing.facts import KINDS as PASSING
from coupefeu.services.passing.facts import read_passing
from coupefeu.services.persons.facts import KINDS as PERSONS
from coupefeu.services.persons.facts import read_person
from coupefeu.services.presence.facts import KINDS as PRESENCE
from coupefeu.services.presence.facts import read_note, read_presence
from coupefeu.services.refusals.facts import parse_refusal
from coupefeu.services.watch.facts import read_watch
from coupefeu.services.watch.hand_over import read_accepted, read_hand_over
from coupefeu.services.watch.roster import read_roster
from coupefeu.services.witnessed.facts import read_witness_word
from coupefeu.wire import (
    agreement,
    armour,
    base64,
    batch,
    card,
    cbor,
    communique,
    cosignature,
    geojson,
    geojson_fields,
    log_answer,
    ml_dsa,
    packet,
    part,
    policy,
    ratchet,
    tar,
    tiles,
    toml,
    witness,
)
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.cot_read import read_cot
from coupefeu.wire.csv_records import read_records
from coupefeu.wire.csv_volumes import read_volume
from coupefeu.wire.degrees import read_degrees
from coupefeu.wire.fork import decode_incarnation_ask
from coupefeu.wire.grids import read_grid
from coupefeu.wire.head import decode_head, encode_head, restore, shorten
from coupefeu.wire.incarnation import parse_incarnation
from coupefeu.wire.key_statement import parse_key_statement
from coupefeu.wire.note import VerifierKey, format_note, parse_note, parse_signature
from coupefeu.wire.positions import read_position
from coupefeu.wire.proof import TlogProof
from coupefeu.wire.published_keys import parse_published_keys
from coupefeu.wire.quantities import read_altitude, read_instant, read_length_dm
from coupefeu.wire.run import Run
from coupefeu.wire.sdp import parse_sdp
from coupefeu.wire.signal import CallSignal, SignalType, decode_signal, encode_signal
from coupefeu.wire.varint import read_varint
from coupefeu.wire.xml import read_xml

ROOMS = (coupefeu.wire, coupefeu.keys, coupefeu.record, coupefeu.services, coupefeu.link)
READER = re.compile(
    r"(parse|decode|read|scan|unpack|restore|shorten|from_bytes|from_extra|check_leaf)(_|$)|from_"
)

LEAF = b"\x83\x01\x58\x20" + bytes(32) + b"\x58\x20" + bytes(32)


def head_of(kind: int) -> Head:
    return Head(
        kind=kind,
        from_post="us.duty",
        to_posts=("ru.duty",),
        precedence=Precedence.FLASH,
        written_ms=0,
        language="en",
        agreement_version=1,
    )


def text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


TRIED = {
    "wire.agreement.parse_terms": agreement.parse_terms,
    "wire.agreement.parse_agreement": agreement.parse_agreement,
    "wire.armour.parse_armour": lambda data: armour.parse_armour(text(data)),
    "wire.base64.parse_base64": lambda data: base64.parse_base64(text(data), "field"),
    "wire.base64.parse_decimal": lambda data: base64.parse_decimal(text(data), "field"),
    "wire.batch.decode_batch": lambda data: batch.decode_batch(data, 0),
    "wire.batch.decode_entry": lambda data: batch.decode_entry(0, data, 0),
    "wire.card.parse_answer": card.parse_answer,
    "wire.card.parse_card": card.parse_card,
    "wire.cbor.decode": cbor.decode,
    "wire.cbor.scan": cbor.scan,
    "wire.checkpoint.Checkpoint.parse": lambda data: Checkpoint.parse(text(data)),
    "wire.communique.parse_item": communique.parse_item,
    "wire.cosignature.unpack": cosignature.unpack,
    "wire.head.decode_head": decode_head,
    "wire.log_answer.decode_log_answer": log_answer.decode_log_answer,
    "wire.log_answer.decode_log_ask": lambda data: log_answer.decode_log_ask(data, 0),
    "wire.log_answer.decode_log_piece": lambda data: log_answer.decode_log_piece(data, 0),
    "wire.ml_dsa.decode_ml_dsa_checkpoint": lambda data: ml_dsa.decode_ml_dsa_checkpoint(data, 0),
    "wire.ml_dsa.decode_ml_dsa_cosignature": lambda data: ml_dsa.decode_ml_dsa_cosignature(data, 0),
    "wire.tar.decode_member": lambda data: tar.decode_member(data[:512].ljust(512, b"\0")),
    "wire.head.restore": lambda data: restore(
        data, lambda _log, _index: bytes(32), lambda _log, _size: bytes(32)
    ),
    "wire.head.shorten": shorten,
    "wire.key_statement.parse_key_statement": parse_key_statement,
    "wire.published_keys.parse_published_keys": parse_published_keys,
    "wire.note.VerifierKey.parse": lambda data: VerifierKey.parse(text(data)),
    "wire.note.parse_note": parse_note,
    "wire.note.parse_signature": lambda data: parse_signature(text(data)),
    "wire.packet.decode_items": packet.decode_items,
    "wire.part.decode_ask": lambda data: part.decode_ask(data, 0),
    "wire.ratchet.decode_offer": lambda data: ratchet.decode_offer(data, 0),
    "wire.ratchet.decode_answer": lambda data: ratchet.decode_answer(data, 0),
    "wire.ratchet.decode_proof": lambda data: ratchet.decode_proof(data, 0),
    "wire.part.decode_part": lambda data: part.decode_part(data, 0),
    "wire.policy.parse_policy": policy.parse_policy,
    "wire.degrees.read_degrees": lambda data: read_degrees(text(data), "ru"),
    "wire.geojson.parse_json": lambda data: geojson.parse_json(text(data)),
    "wire.geojson.read_features": lambda data: list(geojson.read_features(text(data))),
    "wire.geojson_fields.read_instant": lambda data: geojson_fields.read_instant("from", text(data)),
    "wire.grids.read_grid": lambda data: read_grid(text(data)),
    "wire.positions.read_position": lambda data: read_position(text(data), language="fr"),
    "wire.cot_read.read_cot": lambda data: list(read_cot([text(data)])),
    "wire.xml.read_xml": lambda data: read_xml(text(data)),
    "wire.csv_volumes.read_volume": lambda data: read_volume(
        {"positions": text(data), "radius": "1 km", "shape": "polygon"}, [], "ru"
    ),
    "wire.csv_records.read_records": lambda data: list(read_records(text(data).splitlines(keepends=True))),
    "wire.quantities.read_altitude": lambda data: read_altitude(text(data)),
    "wire.quantities.read_instant": lambda data: read_instant(text(data)),
    "wire.quantities.read_length_dm": lambda data: read_length_dm(text(data)),
    "wire.proof.TlogProof.parse": TlogProof.parse,
    "wire.run.Run.parse": lambda data: Run.parse(text(data)),
    "wire.sdp.parse_sdp": lambda data: parse_sdp(text(data)),
    "wire.signal.decode_signal": decode_signal,
    "wire.tiles.parse_bundle": tiles.parse_bundle,
    "wire.toml.parse_toml": toml.parse_toml,
    "wire.varint.read_varint": lambda data: read_varint(data, 0),
    "wire.witness.parse_lines": witness.parse_lines,
    "wire.witness.parse_size": witness.parse_size,
    "wire.witness.parse_submission": witness.parse_submission,
    "wire.witness.parse_tree_head": lambda data: witness.parse_tree_head(text(data)),
    "keys.agreement_signatures.parse_agreement_body": parse_agreement_body,
    "keys.incarnations.parse_opening_body": parse_opening_body,
    "wire.incarnation.parse_incarnation": parse_incarnation,
    "wire.fork.decode_incarnation_ask": lambda data: decode_incarnation_ask(data, 0),
    "keys.certificates.read_certificate": read_certificate,
    "record.audit.audit_record": lambda data: audit_record({"checkpoint": data}.get, KEY),
    "record.disclosure.Disclosure.from_bytes": Disclosure.from_bytes,
    "record.disclosure.Disclosure.from_extra": lambda data: Disclosure.from_extra(0, data, None),
    "record.disclosure.parse_index": lambda data: parse_index(data, "line", 5),
    "record.equivocation.verify_equivocation": lambda data: verify_equivocation(data, KEY),
    "record.two_heads.verify_two_heads": lambda data: verify_two_heads(data, KEY),
    "record.evidence.audit_proof": lambda data: audit_proof(LEAF, data, None, KEY),
    "record.leaf.check_leaf": check_leaf,
    "services.agreement.facts.parse_acceptance": parse_acceptance,
    "services.messages.forms.read_content": read_content,
    "services.calls.facts.read_call": lambda data: [read_call(kind, data) for kind in CALL_FIELDS],
    "services.messages.facts.read_act": lambda data: [read_act(kind, data) for kind in Kind],
    "services.refusals.facts.parse_refusal": parse_refusal,
    "services.erasures.facts.parse_erasure": parse_erasure,
    "services.communique.facts.read_proposed": read_proposed,
    "services.communique.facts.read_answered": lambda data: [read_answered(kind, data) for kind in Kind],
    "services.communique.facts.read_communique": lambda data: [read_communique(kind, data) for kind in Kind],
    "services.arranged.facts.read_arranged": lambda data: [read_arranged(kind, data) for kind in ARRANGED],
    "services.notices.facts.read_notice": lambda data: [read_notice(kind, data) for kind in VERSIONS],
    "services.notices.facts.read_act": lambda data: [read_notice_act(kind, data) for kind in NOTICE_ACTS],
    "services.witnessed.facts.read_witness_word": read_witness_word,
    "services.incidents.facts.read_incident": lambda data: [read_incident(kind, data) for kind in INCIDENTS],
    "services.incidents.facts.read_incident_act": lambda data: [
        read_incident_act(kind, data) for kind in INCIDENT_ACTS
    ],
    "services.line_state.facts.read_line_state": lambda data: read_line_state(Kind.LINE_STATE, data),
    "services.passing.facts.read_passing": lambda data: [read_passing(kind, data) for kind in PASSING],
    "services.persons.facts.read_person": lambda data: [read_person(kind, data) for kind in PERSONS],
    "services.presence.facts.read_note": lambda data: read_note(data.ljust(512, b"\0")),
    "services.presence.facts.read_presence": lambda data: [read_presence(kind, data) for kind in PRESENCE],
    "keys.passkeys.decode_base64url": lambda data: decode_base64url(text(data)),
    "services.watch.facts.read_watch": lambda data: [read_watch(kind, data) for kind in Kind],
    "services.watch.hand_over.read_hand_over": read_hand_over,
    "services.watch.hand_over.read_accepted": read_accepted,
    "services.watch.roster.read_roster": read_roster,
    "services.bodies.decode_body": lambda data: [
        decode_body(0, head_of(kind), data) for kind in (*Kind, 4, 900)
    ],
    "link.connection.read_items": read_items,
}

ELSEWHERE = {
    "services.notices.boxes.decode_boxes": "reads rows of our own index alone",
    "record.tree.Frontier.from_bytes": "reads our own database alone, and raises StoreError",
    "keys.ring.read_staged_key": "takes a role's name and reads a key file of our own, and raises ConfigError",
    "keys.generations.decode_generations": "reads a key file of our own alone, and raises ConfigError",
    "keys.ring.read_generations": "takes a party's name and reads a key file of our own, and raises ConfigError",
    "services.arranged.times.parse_window": "reads what an officer of ours typed, and raises UsageError",
    "services.notices.facts.decode_volumes": "reads what an officer of ours proposes, and raises UsageError",
    "services.incidents.typed.read_field": "reads what an officer of ours typed, and raises UsageError",
    "services.incidents.typed.read_form": "the same",
    "services.incidents.typed.read_coming": "the same",
    "services.incidents.typed.read_past": "the same",
    "services.presence.when.parse_when": "reads what our own officer types, as every time is typed here",
    "services.usage.asked.read_asked": "reads what an officer of ours asks, and raises UsageError",
    "services.watch.standing.read_standing": "reads rows of our own database, and takes a party's name",
    "services.watch.standing.read_standings": "the same for every post",
}
"""What is named like a reader and is none, with the reason."""


def found_readers():
    """Public functions and class methods of the pure rooms that are named like readers and take bytes or text."""
    found = {}
    for room in ROOMS:
        for info in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            module = importlib.import_module(info.name)
            for owner in [module, *(each for each in vars(module).values() if inspect.isclass(each))]:
                if owner is not module and owner.__module__ != module.__name__:
                    continue
                for name in vars(owner):
                    each = getattr(owner, name)
                    if (
                        name.startswith("_")
                        or not READER.match(name)
                        or getattr(each, "__module__", "") != info.name
                    ):
                        continue
                    if inspect.isfunction(each) if owner is module else inspect.ismethod(each):
                        kinds = {value.annotation for value in inspect.signature(each).parameters.values()}
                        if kinds & {bytes, str}:
                            place = info.name.removeprefix("coupefeu.")
                            found[
                                f"{place}.{name}" if owner is module else f"{place}.{owner.__name__}.{name}"
                            ] = each
    return found


def test_no_reader_is_forgotten():
    found = found_readers()
    assert len(found) > 25
    assert found.keys() - TRIED.keys() - ELSEWHERE.keys() == set()
    assert ELSEWHERE.keys() <= found.keys()


SAMPLES = st.one_of(
    VALUES.map(cbor.encode),
    HEADS.map(encode_head),
    HEADS.map(encode_head).map(shorten),
    st.lists(ITEMS, max_size=2).map(packet.encode_items),
    NOTES.map(format_note),
    st.builds(
        TlogProof,
        NUMBERS,
        st.lists(HASHES, max_size=3).map(tuple),
        NOTES.map(format_note),
    ).map(TlogProof.format),
    st.just(format_index("line", [(0, 2)])),
    st.just(LEAF),
    NOTES.map(format_note).map(lambda note: witness.format_submission(7, [bytes(32)], note)),
    st.just(f"log {KEY.text()}\nquorum none\n".encode()),
    st.just(voice().encode()),
    st.builds(
        CallSignal, call=st.tuples(NUMBERS, NUMBERS), number=st.integers(0, 9), type=st.just(SignalType.WISH)
    ).map(encode_signal),
)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_give_a_value_or_a_peer_error(data):
    read_with_all(data)


@given(SAMPLES, st.data())
def test_damaged_bytes_give_a_value_or_a_peer_error(data, drawn):
    at = drawn.draw(st.integers(0, len(data)))
    read_with_all(data[:at] + drawn.draw(st.binary(max_size=3)) + data[at + drawn.draw(st.integers(0, 3)) :])


def read_with_all(data):
    for name, read in TRIED.items():
        try:
            read(data)
        except PeerError:
            continue
        except Exception as error:
            error.add_note(f"read by {name}")
            raise
