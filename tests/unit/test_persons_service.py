"""Personal keys and statements: what takes effect, and each reason for which one does not, on both sides alike."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.passkeys import PRESENT, Passkey
from tests.stores import AGREEMENT, do, open_keeper, view_rows

from coupefeu.errors import CoupefeuError, PolicyError, UsageError
from coupefeu.keys.passkeys import EDDSA, ES256
from coupefeu.model.entry import Head, Kind, Reference, is_erasable
from coupefeu.model.messages import Content, Form
from coupefeu.model.precedence import Precedence, Subject
from coupefeu.node.commands import decode_command, encode_command
from coupefeu.services.bodies import decode_body
from coupefeu.services.erasures.facts import EraseContent
from coupefeu.services.every import SERVICES
from coupefeu.services.messages.commands import Say
from coupefeu.services.persons import PersonsService
from coupefeu.services.persons.facts import (
    Ended,
    EndKey,
    EndReason,
    EnrolKey,
    Enrolled,
    MakeStatement,
    Stated,
    encode_ended,
    encode_enrolled,
    encode_statement,
    enrolment_challenge,
    read_person,
    statement_challenge,
)
from coupefeu.services.persons.views import ENDINGS, KEYS, STATEMENTS
from coupefeu.services.said import said_in
from coupefeu.store.jobs import Act
from coupefeu.store.rebuild import rebuild
from coupefeu.testing.author import Author
from coupefeu.wire import cbor

LINE = AGREEMENT.line_id
CHIEF = next(post.id for post in AGREEMENT.posts_of("us") if post.id != "us.duty")
ADMITTED = "head of the duty desk"


@pytest.fixture
def keeper(tmp_path):
    return open_keeper(tmp_path / "record.db")


def act(keeper, command, at=0):
    (entry,) = do(keeper, Act(command=command), at=at).entries
    return entry.recorded


def rows(keeper, table):
    return [dict(row) for row in keeper.connection.execute(table.select().order_by(table.c.arrival), {})]


def effects(keeper, table=STATEMENTS):
    return [row["effect"] for row in rows(keeper, table)]


def enrolment(device, post="us.duty", officer="second watch", line=LINE, **made):
    asked = {"line_id": line, "post": post, "admitted_by": ADMITTED, "officer": officer}
    assertion = device.answer(enrolment_challenge(key=device.key, **asked), **made)
    return EnrolKey(
        from_post=post, key=device.key, assertion=assertion, admitted_by=ADMITTED, officer=officer
    )


def enrol(keeper, device, post="us.duty", at=0):
    recorded = act(keeper, enrolment(device, post), at)
    return recorded.log, recorded.index


def say(keeper, text="Our patrol leaves at noon.", at=0):
    content = Content(form=Form.FREE_TEXT, subject=Subject.SAFETY, text=text)
    command = Say(content=content, from_post="us.duty", precedence=Precedence.ROUTINE, language="en")
    return act(keeper, command, at)


def statement(device, key, about, leaf_hash, *, post="us.duty", text="on the screen", line=LINE, **made):
    challenge = statement_challenge(
        line_id=line, post=post, about=about, leaf_hash=leaf_hash, text=text, language="fr"
    )
    return MakeStatement(
        from_post=post,
        about=about,
        leaf_hash=leaf_hash,
        key=key,
        assertion=device.answer(challenge, **made),
        language="fr",
        text=text,
        officer="second watch",
    )


# --- our own officers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", [ES256, EDDSA])
def test_a_key_is_enrolled_signs_and_ends(keeper, algorithm):
    device = Passkey(algorithm)
    key = enrol(keeper, device)
    said = say(keeper)
    act(keeper, statement(device, key, (said.log, said.index), said.leaf_hash))
    (row,) = rows(keeper, STATEMENTS)
    assert (row["effect"], row["text"], row["language"], row["post"]) == (
        "",
        "on the screen",
        "fr",
        "us.duty",
    )
    assert (row["about_log"], row["about_idx"], row["key_log"], row["key_idx"]) == (0, said.index, *key)
    act(keeper, EndKey(from_post="us.duty", key=key, reason=EndReason.LOST, since_ms=5))
    (ended,) = rows(keeper, ENDINGS)
    assert (ended["effect"], ended["reason"], ended["since_ms"]) == ("", EndReason.LOST, 5)
    with pytest.raises(PolicyError) as refused:
        act(keeper, statement(device, key, (said.log, said.index), said.leaf_hash, text="again"))
    assert refused.value.code == "services.persons.ended_key"
    with pytest.raises(PolicyError) as refused:
        act(keeper, EndKey(from_post="us.duty", key=key, reason=EndReason.LOST))
    assert refused.value.code == "services.persons.ended_key"


def test_another_key_takes_the_place_of_one_that_was_lost(keeper):
    old, new = enrol(keeper, Passkey()), enrol(keeper, Passkey())
    act(keeper, EndKey(from_post="us.duty", key=old, reason=EndReason.REPLACED, replaced_by=new))
    (row,) = rows(keeper, ENDINGS)
    assert (row["effect"], row["key_idx"], row["by_idx"]) == ("", old[1], new[1])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"from_post": "ru.duty"}, "services.persons.foreign_post"),
        ({"key": (0, 9)}, "services.persons.no_key"),
        ({"reason": EndReason.REPLACED}, "services.persons.replaced_by"),
        ({"replaced_by": (0, 1)}, "services.persons.replaced_by"),
        ({"words": "x" * 281}, "services.persons.long_words"),
        ({"officer": "x" * 81}, "services.persons.long_officer"),
    ],
)
def test_an_end_that_would_have_no_effect_is_refused(keeper, changed, code):
    key = enrol(keeper, Passkey())
    ending = EndKey(from_post="us.duty", key=key, reason=EndReason.STOLEN)
    with pytest.raises((PolicyError, UsageError)) as refused:
        act(keeper, replace(ending, **changed))
    assert refused.value.code == code
    assert effects(keeper, ENDINGS) == []


def test_an_enrolment_that_its_key_did_not_sign_is_refused(keeper):
    device, other = Passkey(), Passkey()
    bad = [
        (replace(enrolment(device), key=other.key), "keys.passkeys.other_challenge"),
        (replace(enrolment(device), from_post=CHIEF), "keys.passkeys.other_challenge"),
        (replace(enrolment(device), admitted_by="somebody else"), "keys.passkeys.other_challenge"),
        (enrolment(device, line=bytes(16)), "keys.passkeys.other_challenge"),
        (enrolment(device, flags=PRESENT), "keys.passkeys.user_unverified"),
        (enrolment(device, origin="https://desk.example.org"), "keys.passkeys.other_origin"),
        (replace(enrolment(device), from_post="ru.duty"), "services.persons.foreign_post"),
        (replace(enrolment(device), admitted_by=""), "services.persons.not_admitted"),
    ]
    for command, code in bad:
        with pytest.raises(CoupefeuError) as refused:
            act(keeper, command)
        assert refused.value.code == code
    assert rows(keeper, KEYS) == []


def test_a_statement_that_would_have_no_effect_is_refused(keeper):
    device, theirs = Passkey(), Passkey()
    key, chief = enrol(keeper, device), enrol(keeper, theirs, CHIEF)
    said, other = say(keeper), say(keeper, "another")
    about = (said.log, said.index)
    good = statement(device, key, about, said.leaf_hash)
    bad = [
        (replace(good, about=(other.log, other.index)), "keys.passkeys.other_challenge"),
        (replace(good, text="never on any screen"), "keys.passkeys.other_challenge"),
        (replace(good, language="ru"), "keys.passkeys.other_challenge"),
        (replace(good, leaf_hash=bytes(32)), "keys.passkeys.other_challenge"),
        (replace(good, key=chief), "services.persons.other_post"),
        (replace(good, from_post=CHIEF), "services.persons.other_post"),
        (replace(good, key=about), "services.persons.unknown_key"),
        (replace(good, text=""), "services.persons.bad_text"),
        (replace(good, text="ж" * 2_049), "services.persons.bad_text"),
        (statement(theirs, key, about, said.leaf_hash), "keys.passkeys.bad_signature"),
        (statement(device, key, about, said.leaf_hash, flags=PRESENT), "keys.passkeys.user_unverified"),
        (statement(device, key, about, said.leaf_hash, line=bytes(16)), "keys.passkeys.other_challenge"),
    ]
    for command, code in bad:
        with pytest.raises(CoupefeuError) as refused:
            act(keeper, command)
        assert refused.value.code == code
    act(keeper, good)
    with pytest.raises(PolicyError) as refused:
        act(keeper, good)
    assert refused.value.code == "services.persons.replayed"
    assert effects(keeper) == [""]


def test_it_is_no_command_of_another_service(keeper):
    del keeper
    with pytest.raises(UsageError) as refused:
        PersonsService().decide(Say, [], None)
    assert refused.value.code == "services.persons.unknown_command"


# --- what the other side wrote ----------------------------------------------------------------------------


class TheirSide:
    """RU writes entries of these kinds, lawful or not."""

    def __init__(self, keeper):
        self.keeper = keeper
        self.author = Author(AGREEMENT, "ru")
        self.device = Passkey(origin="https://ru.example.org", rp_id="ru.example.org")
        self.leaves = {}

    def write(self, kind, body, *references, post="ru.duty"):
        head = self.author.head(kind=kind)
        fields = {name: getattr(head, name) for name in Head.__dataclass_fields__}
        named = tuple(Reference(log=log, index=index, leaf_hash=leaf) for log, index, leaf in references)
        index = self.author.write(Head(**(fields | {"from_post": post, "references": named})), body)
        do(self.keeper, self.author.checkpoint(index, index + 1))
        return self.author.log, index

    def ref(self, entry):
        (row,) = self.keeper.connection.query(
            f"SELECT leaf FROM entries WHERE log = {entry[0]} AND idx = {entry[1]}"
        )
        from coupefeu.record.leaf import leaf_hash

        return (*entry, leaf_hash(bytes(row[0])))

    def enrol(self, device=None, post="ru.duty", signed_post=None, **made):
        device = device or self.device
        asked = enrolment(device, signed_post or post, **made)
        fact = Enrolled(key=asked.key, assertion=asked.assertion, admitted_by=ADMITTED, officer=asked.officer)
        return self.write(Kind.PERSONAL_KEY_ENROLLED, encode_enrolled(fact), post=post)

    def state(self, key, about, *, device=None, post="ru.duty", signed_about=None, written=None, **made):
        device = device or self.device
        log, index, leaf = signed_about or about
        asked = statement(device, key, (log, index), leaf, post=made.pop("signed_post", post), **made)
        fact = Stated(
            public_key=device.public_key,
            origin=device.origin,
            rp_id=device.rp_id,
            assertion=asked.assertion,
            language="fr",
            text="on the screen",
            officer="",
        )
        body = encode_statement(replace(fact, **(written or {})))
        return self.write(Kind.STATEMENT, body, about, self.ref(key), post=post), fact


@pytest.fixture
def theirs(keeper):
    return TheirSide(keeper)


def judged(keeper, about, parties=("us", "ru")):
    """Give the reason of every statement about an entry, as a reader is told."""
    from coupefeu.node.persons import statements_about

    def select(statement):
        return [dict(row) for row in keeper.connection.execute(statement.executable, statement.parameters)]

    return [each.effect for each in statements_about(select, about, parties)]


def test_a_statement_of_the_other_side_is_verified_here(keeper, theirs):
    key = theirs.enrol()
    said = say(keeper)
    about = (said.log, said.index)
    theirs.state(key, (*about, said.leaf_hash))
    assert judged(keeper, about) == [""]


STATEMENTS_THAT_DO_NOT_HOLD = {
    "for another entry": ({"signed_about": (0, 0, bytes(32))}, "other_statement"),
    "over another text": ({"written": {"text": "another text"}}, "other_statement"),
    "in another language": ({"written": {"language": "ru"}}, "other_statement"),
    "for another post": ({"signed_post": "ru.chief"}, "other_statement"),
    "for another line": ({"line": bytes(16)}, "other_statement"),
    "at another origin": ({"origin": "https://elsewhere.example.org"}, "other_origin"),
    "for another name": ({"rp_id": "example.org"}, "other_rp_id"),
    "by another key": (
        {"device": Passkey(origin="https://ru.example.org", rp_id="ru.example.org")},
        "other_key",
    ),
    "user verification off": ({"flags": PRESENT}, "user_unverified"),
    "in a frame": ({"crossOrigin": True}, "cross_origin"),
    "by our post": ({"post": "us.duty"}, "foreign_post"),
}


@pytest.mark.parametrize("case", STATEMENTS_THAT_DO_NOT_HOLD, ids=str)
def test_what_does_not_hold_is_kept_with_its_reason_and_has_no_effect(keeper, theirs, case):
    made, reason = STATEMENTS_THAT_DO_NOT_HOLD[case]
    key = theirs.enrol()
    said = say(keeper)
    about = (said.log, said.index)
    theirs.state(key, (*about, said.leaf_hash), **made)
    assert judged(keeper, about) == [reason]


def test_an_assertion_that_is_shown_again_has_no_effect(keeper, theirs):
    """Also under the other signature that ECDSA has for the same bytes."""
    key = theirs.enrol()
    said = say(keeper)
    about = (said.log, said.index)
    _, fact = theirs.state(key, (*about, said.leaf_hash))
    other = replace(fact.assertion, signature=theirs.device.sign(fact.assertion.signed))
    again = encode_statement(replace(fact, assertion=other, officer="another label"))
    theirs.write(Kind.STATEMENT, again, (*about, said.leaf_hash), theirs.ref(key))
    assert judged(keeper, about) == ["", "replayed"]


def test_a_key_that_has_ended_signs_no_more_and_what_it_signed_stands(keeper, theirs):
    key = theirs.enrol()
    said = say(keeper)
    about = (said.log, said.index)
    theirs.state(key, (*about, said.leaf_hash))
    theirs.write(Kind.PERSONAL_KEY_ENDED, encode_ended(Ended(reason=EndReason.STOLEN)), theirs.ref(key))
    theirs.state(key, (*about, said.leaf_hash))
    assert judged(keeper, about) == ["", "ended_key"]


def test_worthless_statements_of_one_side_hide_none_of_the_other(keeper, theirs, monkeypatch):
    monkeypatch.setattr("coupefeu.node.persons.MAX_STATEMENTS", 3)
    said = say(keeper)
    about = (said.log, said.index)
    chief = theirs.enrol(post="ru.chief")
    for _ in range(5):
        theirs.state(chief, (*about, said.leaf_hash))
    device = Passkey()
    key = enrol(keeper, device)
    act(keeper, statement(device, key, about, said.leaf_hash))
    assert judged(keeper, about) == ["other_post", "other_post", "other_post", ""]


@pytest.mark.parametrize("made", [{"signed_post": "ru.chief"}, {"line": bytes(16)}, {"flags": PRESENT}])
def test_a_key_whose_enrolment_does_not_hold_signs_nothing(keeper, theirs, made):
    key = theirs.enrol(**made)
    assert effects(keeper, KEYS) != [""]
    said = say(keeper)
    about = (said.log, said.index)
    theirs.state(key, (*about, said.leaf_hash))
    assert judged(keeper, about) == ["unknown_key"]


def test_a_key_of_another_post_signs_nothing(keeper, theirs):
    """It signed for the desk, and is the chief's."""
    key = theirs.enrol(post="ru.chief")
    said = say(keeper)
    about = (said.log, said.index)
    theirs.state(key, (*about, said.leaf_hash))
    assert judged(keeper, about) == ["other_post"]


def test_nobody_ends_or_enrols_a_key_of_the_other_side(keeper, theirs):
    device = Passkey()
    key = enrol(keeper, device)
    theirs.write(Kind.PERSONAL_KEY_ENDED, encode_ended(Ended(reason=EndReason.LOST)), theirs.ref(key))
    theirs.enrol(post="us.duty")
    assert effects(keeper, ENDINGS) == ["missing_reference"]
    assert effects(keeper, KEYS) == ["", "foreign_post"]
    said = say(keeper)
    act(keeper, statement(device, key, (said.log, said.index), said.leaf_hash))


@given(st.sampled_from([104, 105, 106]), st.binary(max_size=300))
def test_any_bytes_are_read_or_named_and_never_raise(kind, body):
    fact, defect = read_person(kind, body)
    assert (fact is None) == (defect == "unreadable_body")


def test_the_view_is_made_anew_the_same(keeper, theirs):
    key = theirs.enrol()
    said = say(keeper)
    about = (said.log, said.index, said.leaf_hash)
    theirs.state(key, about)
    theirs.state(key, about, flags=PRESENT)
    theirs.write(Kind.STATEMENT, b"\xff")
    theirs.write(Kind.PERSONAL_KEY_ENROLLED, b"\xa0")
    theirs.write(Kind.PERSONAL_KEY_ENDED, encode_ended(Ended(reason=EndReason.LEFT)), theirs.ref(key))
    before = view_rows(keeper)
    rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT)
    assert view_rows(keeper) == before


# --- erasure ----------------------------------------------------------------------------------------------


def test_what_was_on_the_screen_is_erased_with_what_it_is_about(keeper, theirs):
    key = theirs.enrol()
    (log, index), _ = theirs.state(key, _said(theirs))
    do(keeper, Act(command=EraseContent(message=(1, 1), from_post="us.duty", reason="agreed")))
    (row,) = [each for each in rows(keeper, STATEMENTS) if (each["log"], each["idx"]) == (log, index)]
    assert (row["effect"], row["text"], row["digest"]) == ("erased", "", b"")
    before = view_rows(keeper)
    rebuild(keeper.connection, keeper.line, SERVICES, AGREEMENT)
    assert view_rows(keeper) == before


def _said(theirs):
    index = theirs.author.say("Our aircraft strayed.")
    do(theirs.keeper, theirs.author.checkpoint(index, index + 1))
    return theirs.ref((1, index))


def test_keys_stand_and_statements_may_go():
    erasable = {kind: is_erasable(kind) for kind in (104, 105, 106)}
    assert erasable == {104: False, 105: False, 106: True}


# --- words and commands -----------------------------------------------------------------------------------


def test_what_each_says():
    device = Passkey(EDDSA)
    head = Author(AGREEMENT, "us").head()
    said = dict(said_in(replace(head, kind=104), encode_enrolled(_enrolled(device)), ("us", "ru")))
    assert said["personal-key"].startswith("Ed25519 ")
    assert (said["admitted-by"], said["key-origin"]) == (ADMITTED, device.origin)
    ended = encode_ended(Ended(reason=EndReason.STOLEN, since_ms=0, words="in the train"))
    said = dict(said_in(replace(head, kind=105), ended, ("us", "ru")))
    assert list(said) == ["key-stolen", "key-since", "words"]


def _enrolled(device):
    asked = enrolment(device)
    return Enrolled(key=asked.key, assertion=asked.assertion, admitted_by=ADMITTED, officer="x")


def test_commands_go_over_the_control_socket():
    device = Passkey()
    for command in (
        enrolment(device),
        EndKey(from_post="us.duty", key=(0, 1), reason=EndReason.LOST),
        statement(device, (0, 1), (1, 2), bytes(32)),
    ):
        encoded = encode_command(command)
        assert decode_command(encoded["command"], encoded["fields"]) == command


def test_a_body_that_verify_cannot_read_is_told():
    head = replace(Author(AGREEMENT, "us").head(), kind=106)
    with pytest.raises(CoupefeuError):
        decode_body(1, head, cbor.encode({0: b"x"}))


def test_a_challenge_is_that_of_the_specification():
    """Frozen: the other side, and every reader later, must make the same one."""
    found = statement_challenge(
        line_id=bytes(range(16)),
        post="us.chief",
        about=(1, 14),
        leaf_hash=bytes(32),
        text="Текст",
        language="ru",
    )
    assert found.hex() == "30c1a57c7996be46bd2f04123643f165a0d37699e3e520a45181af0226c37812"
