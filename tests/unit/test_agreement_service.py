"""Amendments and key statements: what is written, what takes effect, from when."""

import sqlite3
from collections import Counter
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import create_engine
from tests.pairs import make_terms, pair_two

from coupefeu.errors import CoupefeuError, PeerError, PolicyError, VerificationError
from coupefeu.keys import ed25519, mldsa
from coupefeu.keys.agreement_signatures import (
    agreement_note,
    build_agreement_body,
    sign_agreement,
    sign_key_statement,
    sign_text,
    verify_agreement,
    verify_agreement_body,
    verify_signatures,
)
from coupefeu.keys.ring import public_half
from coupefeu.model.entry import MAX_AGREEMENT_BODY_BYTES, Head, Kind
from coupefeu.model.instant import Instant, Moment
from coupefeu.services.agreement import AgreementService, views
from coupefeu.services.agreement.facts import (
    AcceptAmendment,
    Acceptance,
    AgreementFact,
    OpenLog,
    ProposeAmendment,
    PublishKeys,
    RecordKeyStatement,
    encode_acceptance,
)
from coupefeu.services.agreement.in_force import (
    find_in_force,
    find_keys,
    list_amendments,
    list_statements,
    verify_amendment,
)
from coupefeu.services.agreement.rules import describe_difference
from coupefeu.services.agreement.views import ENTRIES, MAX_KEPT, MAX_KEPT_VOID, SELECT_ENTRIES, read_facts
from coupefeu.services.base import METADATA, Context, Recorded
from coupefeu.testing.line import without_ml_dsa
from coupefeu.wire.agreement import join_keys
from coupefeu.wire.cbor import encode
from coupefeu.wire.key_statement import (
    KeyRole,
    KeyStatement,
    encode_key_statement,
    parse_key_statement,
)
from coupefeu.wire.published_keys import PublishedKeys, encode_published_keys, parse_published_keys

US, RU, PAIRED = pair_two()
AGREEMENT = PAIRED.signed.agreement
OCTETS = PAIRED.signed.octets
SIDES = {"us": US, "ru": RU}
SERVICE = AgreementService()
OPENING = build_agreement_body(PAIRED.signed)


class Log:
    """Both logs as one node sees them: commands are decided, entries applied, rows kept."""

    def __init__(self):
        self.engine = create_engine("sqlite://", module=sqlite3)
        METADATA.create_all(self.engine, [ENTRIES])
        self.arrival = 0
        self.sizes = [0, 0]

    @property
    def rows(self):
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(SELECT_ENTRIES).mappings()]

    def context(self, party):
        return Context(
            now=Moment(utc_ms=1_000, mono_ms=0),
            our_log=AGREEMENT.log_number(party),
            parties=AGREEMENT.party_ids,
            agreement=AGREEMENT,
            agreement_version=1,
        )

    def act(self, party, command):
        context = self.context(party)
        drafts = SERVICE.decide(command, [self.rows], context)
        for draft in drafts:
            self.receive(context.our_log, draft.kind, draft.body)
        return drafts

    def receive(self, log, kind, body, index=None):
        """Take an entry, at the end of its log unless `index` says where; gives why it has no effect."""
        head = Head(
            kind=kind,
            from_post="us.duty",
            to_posts=("ru.duty",),
            precedence=3,
            written_ms=Instant(0),
            language="en",
            agreement_version=1,
        )
        recorded = Recorded(
            log=log,
            index=self.sizes[log] if index is None else index,
            arrival=self.arrival,
            arrived_ms=0,
            ours=log == 0,
            head=head,
            body=body,
            leaf_hash=bytes(32),
        )
        self.sizes[log] = max(self.sizes[log], recorded.index + 1)
        self.arrival += 1
        (statement,) = SERVICE.apply(recorded, self.context("us"))
        with self.engine.begin() as connection:
            connection.execute(*statement)
        return statement.parameters["effect"]

    @property
    def facts(self):
        return read_facts(self.rows)

    def amendments(self, cosigned=lambda _log, _index: 5_000):
        return list_amendments(self.facts, AGREEMENT, cosigned)


@pytest.fixture
def log():
    opened = Log()
    for party in ("us", "ru"):
        opened.act(party, OpenLog(body=OPENING))
    return opened


def amended(version=2, old=b'outcome = "10m"', new=b'outcome = "12m"', terms=None):
    text = (terms or make_terms()).replace(b"version = 1", b"version = %d" % version).replace(old, new)
    return join_keys(text, AGREEMENT.line_id, AGREEMENT.keys)


def proposal(party, octets):
    signed = sign_agreement(SIDES[party].ring.identity, party, octets)
    return ProposeAmendment(body=build_agreement_body(verify_signatures(octets, (signed,), AGREEMENT)))


def acceptance(party, octets, log, index, version=2):
    signed = sign_agreement(SIDES[party].ring.identity, party, octets)
    return AcceptAmendment(
        log=log, index=index, version=version, digest=sha256(octets).digest(), signatures=signed
    )


def test_both_logs_begin_with_the_same_verified_body(log):
    assert [row["effect"] for row in log.rows] == ["", ""]
    assert log.rows[0]["body"] == log.rows[1]["body"] == OPENING
    assert verify_agreement_body(OPENING).octets == OCTETS
    assert len(OPENING) < MAX_AGREEMENT_BODY_BYTES
    with pytest.raises(PolicyError, match="open already"):
        log.act("us", OpenLog(body=OPENING))


def test_an_agreement_without_all_signatures_or_with_a_changed_byte_does_not_hold():
    ours, theirs = PAIRED.signed.signatures
    with pytest.raises(VerificationError, match="not signed by ru"):
        verify_agreement(OCTETS, (ours,))
    with pytest.raises(VerificationError):
        verify_agreement(OCTETS, (ours, ours))
    with pytest.raises(VerificationError):
        verify_agreement(OCTETS.replace(b'outcome = "10m"', b'outcome = "11m"'), (ours, theirs))
    for half in ("ed25519", "ml_dsa", "ml_dsa_public"):
        changed = bytearray(getattr(theirs, half))
        changed[7] ^= 1
        with pytest.raises(VerificationError):
            verify_agreement(OCTETS, (ours, replace(theirs, **{half: bytes(changed)})))


def test_an_agreement_of_others_in_entry_0_has_no_effect():
    _, _, other = pair_two()
    fresh = Log()
    assert "services.agreement.fixed" in fresh.receive(0, 0, build_agreement_body(other.signed))
    assert fresh.receive(1, 0, b"\xff")
    with pytest.raises(PolicyError, match="another line"):
        Log().act("us", OpenLog(body=build_agreement_body(other.signed)))


def test_an_amendment_is_in_force_from_its_instant_once_all_acceptances_are_cosigned(log):
    terms = make_terms(in_force=Instant(10_000))
    octets = amended(terms=terms)
    log.act("us", proposal("us", octets))
    (waiting,) = log.amendments()
    assert (waiting.missing, waiting.in_force_ms) == (("ru",), None)
    (draft,) = log.act("ru", acceptance("ru", octets, 0, 1))
    assert draft.references == ((0, 1),)
    assert (draft.from_post, draft.to_posts) == ("ru.duty", ("us.duty",))
    (early,) = log.amendments()
    assert (early.missing, early.in_force_ms) == ((), 10_000)
    times = {(0, 1): 4_000, (1, 1): 12_000}
    (late,) = log.amendments(lambda *entry: times[entry])
    assert late.in_force_ms == 12_000
    (uncosigned,) = log.amendments(lambda *entry: {(0, 1): 4_000}.get(entry))
    assert uncosigned.in_force_ms is None
    assert find_in_force([late], 11_999) is None
    assert find_in_force([late], 12_000) == late
    assert verify_amendment(late).agreement.version == 2


def test_the_difference_is_shown_line_by_line():
    shown = describe_difference(OCTETS, amended())
    assert '-outcome = "10m"' in shown
    assert '+outcome = "12m"' in shown
    assert sum(line[0] in "+-" and line[:3] not in {"+++", "---"} for line in shown) == 4


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'status = "EXERCISE"', b'status = "REAL"', "status"),
        (b'name = "exercise"', b'name = "other"', "name"),
        (b"version = 2", b"version = 1", "version"),
        (b'duty_desk = "us.duty"\n', b'duty_desk = "us.duty"\nclock = "+1h"\n', "clock_shifts_ms"),
        (b'dictionary_sha256 = "', b'dictionary_sha256 = "' + b"0" * 64 + b'"\n# "', "dictionary"),
    ],
)
def test_what_is_for_ever_cannot_be_amended(log, old, new, says):
    octets = amended().replace(old, new)
    with pytest.raises(PolicyError, match=says):
        log.act("us", proposal("us", octets))


def test_keys_cannot_be_amended(log):
    keys = (replace(AGREEMENT.keys[0], log=ed25519.public(bytes(32))), AGREEMENT.keys[1])
    octets = join_keys(make_terms().replace(b"version = 1", b"version = 2"), AGREEMENT.line_id, keys)
    with pytest.raises(PolicyError, match="keys"):
        log.act("us", proposal("us", octets))
    assert log.receive(1, 1, proposal("ru", octets).body)
    assert log.amendments() == []


def test_a_party_signs_one_text_per_version_and_the_first_counts(log):
    first, second = amended(new=b'outcome = "12m"'), amended(new=b'outcome = "13m"')
    log.act("us", proposal("us", first))
    with pytest.raises(PolicyError, match="another text"):
        log.act("us", proposal("us", second))
    assert log.receive(0, 1, proposal("us", second).body) == ""
    with pytest.raises(PolicyError, match="no sound proposal"):
        log.act("ru", acceptance("ru", second, 0, 2))
    accepted = acceptance("ru", second, 0, 2)
    body = encode_acceptance(Acceptance(version=2, digest=accepted.digest, signatures=accepted.signatures))
    assert log.receive(1, Kind.AMENDMENT_ACCEPTED, body) == ""
    assert [amendment.missing for amendment in log.amendments()] == [("ru",)]


def test_what_a_party_says_again_is_not_kept_and_the_earliest_in_its_log_counts(log):
    """A valid text of version 2 may be signed and sent ten thousand times; a run may bring a later one first."""
    late, early = amended(new=b'outcome = "12m"'), amended(new=b'outcome = "13m"')
    bodies = [proposal("ru", octets).body for octets in (late, early)]
    log.receive(1, Kind.AMENDMENT_PROPOSED, bodies[0], index=9)
    log.receive(1, Kind.AMENDMENT_PROPOSED, bodies[1], index=5)
    for index in range(10, 40):
        assert log.receive(1, Kind.AMENDMENT_PROPOSED, bodies[0], index=index) == ""
    said = encode_key_statement(statement("ru"))
    for _ in range(30):
        log.receive(1, 4, said)
        log.receive(0, 4, said)
    assert [(row["log"], row["idx"]) for row in log.rows][2:] == [(1, 9), (1, 5), (1, 40), (0, 1)]
    assert [each.octets for each in log.amendments()] == [early]
    assert len(list_statements(log.facts, AGREEMENT)) == 1


def test_what_one_log_may_have_kept_is_bounded_with_effect_and_without(log, monkeypatch):
    """Another party fills its own room, not ours, and what has no effect takes no room from what has."""
    monkeypatch.setattr(views, "judge", lambda recorded, _context: said(recorded))

    def said(recorded):
        number = int(recorded.body)
        return AgreementFact(
            log=recorded.log,
            index=recorded.index,
            arrival=recorded.arrival,
            kind=recorded.head.kind,
            party="ru",
            version=max(number, 0),
            effect="void" if number < 0 else "",
        )

    for number in range(MAX_KEPT_VOID + 10):
        log.receive(1, Kind.AMENDMENT_PROPOSED, b"%d" % (-1 - number))
    for number in range(MAX_KEPT + 10):
        log.receive(1, Kind.AMENDMENT_PROPOSED, b"%d" % (2 + number))
    log.receive(0, Kind.AMENDMENT_PROPOSED, b"2")
    kept = Counter((row["log"], bool(row["effect"])) for row in log.rows)
    assert kept == {(0, False): 2, (1, False): MAX_KEPT, (1, True): MAX_KEPT_VOID}
    assert {row["body"] for row in log.rows if row["effect"]} == {b""}


def test_two_proposals_that_meet_are_resolved_by_a_higher_version(log):
    log.act("us", proposal("us", amended(new=b'outcome = "12m"')))
    log.act("ru", proposal("ru", amended(new=b'outcome = "13m"')))
    third = amended(version=3, new=b'outcome = "14m"')
    log.act("us", proposal("us", third))
    log.act("ru", acceptance("ru", third, 0, 2, version=3))
    assert find_in_force(log.amendments(), 10**15).version == 3


def test_an_acceptance_of_an_impossible_version_is_kept_without_effect(log):
    for version in (1 << 63, (1 << 64) - 1, 0, 10_000):
        note = agreement_note(AGREEMENT.line_id, version, bytes(32))
        signed = sign_text(RU.ring.identity, "ru", note)
        body = encode_acceptance(Acceptance(version=version, digest=bytes(32), signatures=signed))
        assert "bad_acceptance" in log.receive(1, Kind.AMENDMENT_ACCEPTED, body)
        assert log.rows[-1]["version"] < 1 << 63


def test_who_did_not_sign_cannot_propose_or_accept(log):
    octets = amended()
    with pytest.raises(PolicyError, match="not by us"):
        log.act("us", proposal("ru", octets))
    assert "another party" in log.receive(0, 1, proposal("ru", octets).body)
    log.act("us", proposal("us", octets))
    with pytest.raises(PolicyError, match="not by ru"):
        log.act("ru", acceptance("us", octets, 0, 2))
    forged = replace(acceptance("ru", octets, 0, 2), digest=bytes(32))
    with pytest.raises(PolicyError, match="another text"):
        log.act("ru", forged)
    with pytest.raises(PolicyError, match="no sound proposal"):
        log.act("ru", acceptance("ru", octets, 0, 9))


@pytest.mark.parametrize("kind", [0, 1, 2, 4])
@pytest.mark.parametrize(
    "body", [b"", b"\xa0", b"\x00", b"\xa2\x00\x00\x01\x80", b"\xa2\x00\x40\x01\x80", b"\xff" * 99]
)
def test_rubbish_is_kept_without_effect_and_without_an_exception(log, kind, body):
    assert log.receive(1, kind, body)
    assert log.amendments() == []
    assert list_statements(log.facts, AGREEMENT) == []


def statement(party="us", number=1, role=KeyRole.LOG, size=10, old=None, fresh=b"k" * 32, signer=None):
    said = KeyStatement(
        line_id=AGREEMENT.line_id,
        party=party,
        number=number,
        role=role,
        old_key=role.key_of(AGREEMENT.keys_of(party)) if old is None else old,
        new_key=None if fresh is None else public_half(role, fresh),
        size=size,
        root=bytes(32),
    )
    return sign_key_statement(SIDES[signer or party].ring.identity, said, fresh)


@pytest.mark.parametrize("role", list(KeyRole))
@pytest.mark.parametrize("fresh", [b"k" * 32, None])
def test_a_key_statement_survives_the_wire(role, fresh):
    signed = statement(role=role, fresh=fresh)
    assert parse_key_statement(encode_key_statement(signed)) == signed


def test_a_replaced_key_is_good_up_to_the_size_named_and_both_logs_hold_it(log):
    body = encode_key_statement(statement())
    log.act("us", RecordKeyStatement(body=body))
    log.act("ru", RecordKeyStatement(body=body))
    with pytest.raises(PolicyError, match="on our record"):
        log.act("us", RecordKeyStatement(body=body))
    standing = list_statements(log.facts, AGREEMENT)
    assert len(standing) == 1
    keys = AGREEMENT.keys_of("us")
    fresh = ed25519.public(b"k" * 32)
    assert find_keys(standing, keys) == replace(keys, log=fresh)
    assert find_keys(standing, AGREEMENT.keys_of("ru")) == AGREEMENT.keys_of("ru")


def test_statements_follow_each_other_and_a_revoked_key_leaves_none(log):
    fresh = ed25519.public(b"k" * 32)
    log.act("us", RecordKeyStatement(body=encode_key_statement(statement())))
    revoked = statement(number=2, size=20, old=fresh, fresh=None)
    log.act("us", RecordKeyStatement(body=encode_key_statement(revoked)))
    standing = list_statements(log.facts, AGREEMENT)
    assert find_keys(standing, AGREEMENT.keys_of("us")).log == b""
    again = statement(number=3, size=20, old=fresh, fresh=b"x" * 32)
    with pytest.raises(PolicyError, match="does not follow"):
        log.act("us", RecordKeyStatement(body=encode_key_statement(again)))


def test_statements_that_do_not_follow_are_void(log):
    fresh = ed25519.public(b"k" * 32)
    log.act("us", RecordKeyStatement(body=encode_key_statement(statement())))
    bad = [
        statement(number=1, fresh=b"x" * 32),
        statement(number=2, fresh=b"x" * 32),
        statement(number=2, size=9, old=fresh, fresh=b"x" * 32),
        statement(number=2, size=20, old=fresh, fresh=b"k" * 32),
    ]
    for signed in bad:
        with pytest.raises(PolicyError, match="does not follow"):
            log.act("us", RecordKeyStatement(body=encode_key_statement(signed)))
    log.receive(0, 4, encode_key_statement(bad[0]))
    assert find_keys(list_statements(log.facts, AGREEMENT), AGREEMENT.keys_of("us")).log == fresh


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("places", [((1, 7), (0, 5)), ((0, 9), (0, 5))])
def test_of_two_statements_under_one_number_the_first_to_come_stands(log, places, order):
    """Neither the party's own log nor a lower index voids what stood, or the party could disown what it signed."""
    signed = [statement(fresh=b"x" * 32), statement(fresh=b"y" * 32)]
    for which in order:
        number, index = places[which]
        assert log.receive(number, 4, encode_key_statement(signed[which]), index=index) == ""
    assert list_statements(log.facts, AGREEMENT) == [signed[order[0]].statement]


def test_only_the_party_itself_replaces_its_keys_and_shows_the_new_one(log):
    good = statement()
    forged = statement(signer="ru")
    unshown = replace(good, possession=bytes(64))
    elsewhere = replace(good, statement=replace(good.statement, line_id=bytes(16)))
    raised = replace(good, statement=replace(good.statement, size=11))
    weak = replace(good, statement=replace(good.statement, new_key=b"\x01" + bytes(31)))
    for signed in (forged, unshown, elsewhere, raised, weak):
        with pytest.raises(CoupefeuError):
            log.act("us", RecordKeyStatement(body=encode_key_statement(signed)))
        assert log.receive(0, 4, encode_key_statement(signed))
    assert list_statements(log.facts, AGREEMENT) == []


@pytest.mark.parametrize("role", [KeyRole.LOG_ML_DSA, KeyRole.COSIGNER_ML_DSA])
def test_a_line_paired_without_post_quantum_keys_gets_them_by_a_statement(role):
    before = without_ml_dsa(AGREEMENT)
    first = statement(role=role, old=b"")
    assert "\nnone\n" in first.statement.text()
    assert parse_key_statement(encode_key_statement(first)) == first
    facts = [judged(encode_key_statement(first), before)]
    keys = find_keys(list_statements(facts, before), before.keys_of("us"))
    assert role.key_of(keys) == mldsa.public_sha256(b"k" * 32)
    assert not list_statements([judged(encode_key_statement(statement(role=role)), before)], before)
    assert not list_statements(facts, AGREEMENT), "where a key stands, none follows on nothing"


def judged(body, agreement):
    """One key statement, as a node of this agreement judges it."""
    context = Context(
        now=Moment(utc_ms=1_000, mono_ms=0),
        our_log=0,
        parties=agreement.party_ids,
        agreement=agreement,
        agreement_version=1,
    )
    head = Head(
        kind=Kind.KEY_STATEMENT,
        from_post="us.duty",
        to_posts=("ru.duty",),
        precedence=0,
        written_ms=0,
        language="en",
        agreement_version=1,
    )
    recorded = Recorded(
        log=0, index=1, arrival=1, arrived_ms=0, ours=True, head=head, body=body, leaf_hash=bytes(32)
    )
    return views.judge(recorded, context)


@pytest.mark.parametrize("role", [KeyRole.LOG, KeyRole.COSIGNER, KeyRole.SESSION])
def test_only_a_post_quantum_key_may_follow_on_none(role):
    body = encode_key_statement(statement(role=role, old=b""))
    with pytest.raises(PeerError, match="old_key"):
        parse_key_statement(body)


def test_nothing_cannot_be_revoked():
    body = encode_key_statement(statement(role=KeyRole.LOG_ML_DSA, old=b"", fresh=None))
    with pytest.raises(PeerError, match="new_key"):
        parse_key_statement(body)


def test_a_key_that_a_statement_named_is_published_once_and_no_other(log):
    seed = b"k" * 32
    named = PublishedKeys(log=mldsa.public(seed))
    with pytest.raises(PolicyError, match="neither agreement nor key statement"):
        log.act("us", PublishKeys(body=encode_published_keys(named)))
    body = encode_key_statement(statement(role=KeyRole.LOG_ML_DSA, fresh=seed))
    log.act("us", RecordKeyStatement(body=body))
    log.act("us", PublishKeys(body=encode_published_keys(named)))
    assert [fact.published for fact in log.facts if fact.published] == [named]
    with pytest.raises(PolicyError, match="on our record"):
        log.act("us", PublishKeys(body=encode_published_keys(named)))


@pytest.mark.parametrize(
    "keys",
    [PublishedKeys(log=b"l" * 1_312), PublishedKeys(cosigner=b"c" * 1_312),
     PublishedKeys(log=b"l" * 1_312, cosigner=b"c" * 1_312)],
)  # fmt: skip
def test_published_keys_survive_the_wire(keys):
    assert parse_published_keys(encode_published_keys(keys)) == keys


@pytest.mark.parametrize(
    "values",
    [{}, {2: bytes(1_312)}, {0: bytes(1_311)}, {0: bytes(1_313)}, {0: "text"}, [bytes(1_312)],
     {0: bytes(1_312), 1: b""}],
)  # fmt: skip
def test_other_published_keys_are_refused_and_kept_without_effect(log, values):
    with pytest.raises(PeerError):
        parse_published_keys(encode(values))
    assert log.receive(1, Kind.KEYS_PUBLISHED, encode(values))


def test_a_text_is_parsed_when_it_comes_and_not_at_every_look(log, monkeypatch):
    """Each look goes over all proposals there are, and the other side may write thousands."""
    log.act("us", proposal("us", amended(version=2)))
    log.act("us", proposal("us", amended(version=3)))
    before = log.facts
    monkeypatch.delattr("coupefeu.services.agreement.views.parse_agreement")
    assert log.facts == before
    assert [each.version for each in log.amendments()] == [2, 3]
