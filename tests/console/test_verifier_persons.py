"""The verifier page and the command line judge alike what persons signed: every reason, both kinds of key."""

import json
import random
from base64 import b64encode
from dataclasses import replace
from io import BytesIO

from tests.cli.test_verify_persons import communique_of, copied, signed  # noqa: F401 - a fixture
from tests.console.communiques import told
from tests.console.judging import judge
from tests.passkeys import Passkey
from tests.sizes import size

from coupefeu.cli.verify_communique import shown_persons
from coupefeu.keys.passkeys import EDDSA, ES256
from coupefeu.model.entry import Reference
from coupefeu.record.communique import verify_communique
from coupefeu.record.selection import Disclosed
from coupefeu.services.bodies import promised_in
from coupefeu.services.persons.facts import (
    Ended,
    EndReason,
    Enrolled,
    Stated,
    encode_ended,
    encode_enrolled,
    encode_statement,
    enrolment_challenge,
    read_person,
    statement_challenge,
)
from coupefeu.services.persons.judging import Line, judge_fact
from coupefeu.services.persons.shown import KEY_NOT_SHOWN
from coupefeu.testing.author import Author
from coupefeu.testing.line import make_agreement
from coupefeu.wire.head import encode_head

HEAD = Author(make_agreement(), "us").head()
LINE = bytes(range(16))
ABOUT, KEY = (1, 3, bytes(range(32))), (0, 2, bytes(32))
DEFECTS = (
    {},
    {"flags": 0x1D},
    {"flags": 0x01},
    {"flags": 0x04},
    {"flags": 0x45},
    {"flags": 0x15},
    {"origin": "https://elsewhere.example.org"},
    {"rp_id": "elsewhere.example.org"},
    {"crossOrigin": True},
    {"topOrigin": "https://elsewhere.example.org"},
)
CLIENTS = (
    r'{"origin":"ORIGIN","challenge":"CHALLENGE","type":"webauthn.get"}',
    ' {"type" : "webauthn.get","challenge":"CHALLENGE","origin":"ORIGIN","x":{"a":[1,2,{"b":null}]}}\n',
    r'{"type":"webauthn.get","challenge":"CHALLENGE","origin":"ORIGIN","origin":"ORIGIN"}',
    r'{"type":"webauthn.get","challenge":"CHALLENGE","origin":"ORIGIN","x":{"a":1,"\u0061":2}}',
    r'{"type":"webauthn.create","challenge":"CHALLENGE","origin":"ORIGIN"}',
    r'{"type":"webauthn.get","challenge":"CHALLENGE","origin":"ORIGIN","x":NaN}',
    r'{"type":"webauthn.get","challenge":"CHALLENGE=","origin":"ORIGIN"}',
    r'{"type":"webauthn.get","challenge":"CHALLENGE","origin":"ORIGIN","crossOrigin":null}',
    r'{"type":"webauthn.get","challenge":"CHALLENGE","origin":"ORIGIN","__proto__":{"crossOrigin":true}}',
    r'{"type":"webauthn.get","challenge":"CHALLENGE","origin":"ORIGIN","x":"a:\"b\":{"}',
    '\ufeff{"type":"webauthn.get","challenge":"CHALLENGE","origin":"ORIGIN"}',
    '["type"]',
)


def test_what_persons_signed_is_judged_alike():
    entries = [each for algorithm in (ES256, EDDSA) for each in written(Passkey(algorithm))]
    expected = [effect(head, body) for head, body in entries]
    answers = judge(
        [
            {
                "what": "effect",
                "head": encode_head(head).hex(),
                "octets": body.hex(),
                "log": "0",
                "line": LINE.hex(),
            }
            for head, body in entries
        ]
    )
    differ = [
        (want, answer, body.hex())
        for want, answer, (_, body) in zip(expected, answers, entries, strict=True)
        if answer["gives"] != want
    ]
    assert not differ, differ[:3]
    assert set(expected) >= {
        "", "unreadable_body", "not_admitted", "foreign_post", "missing_reference", "other_statement",
        "other_enrolment", "other_origin", "cross_origin", "other_rp_id", "user_absent", "user_unverified",
        "bad_flags", "malformed", "bad_signature", "own_question",
    }  # fmt: skip


def test_a_communique_with_what_a_person_signed_says_the_same_to_both(signed, tmp_path):  # noqa: F811 - as above
    line, numbers = signed
    folder = copied(line, tmp_path)
    for shown, expected in ((("key", "said", "signed"), ""), (("said", "signed"), KEY_NOT_SHOWN)):
        file = communique_of(folder, numbers, *shown)
        (answer,) = judge([{"what": "communique", "file": b64encode(file).decode()}])
        assert answer["gives"]["persons"] == [[int(numbers["signed"].partition("/")[2]), expected]]


def test_every_reason_that_takes_other_entries_is_the_same_in_a_communique():
    """Another post's key, one that is not shown, or has ended; the same shown again."""
    story, device, chief = told(), Passkey(), Passkey()
    line, said = story.agreement.line_id, (0, 1)
    key, of_chief = enrolled(story, device, line), enrolled(story, chief, line, post="us.chief")
    first = signs(story, device, said, key)
    signs(story, device, said, key, assertion=first)
    signs(story, chief, said, of_chief)
    signs(story, chief, said, key)
    story.add("us", 105, encode_ended(Ended(reason=EndReason.LOST)), references=[key])
    signs(story, device, said, key)
    unlike = dict.fromkeys(story.all_of(), (Disclosed.ALL, ())) | {of_chief: (Disclosed.HEAD, ())}
    assert judged_alike(story.communique("us")) == ["", "replayed", "other_post", "other_key", "ended_key"]
    assert judged_alike(story.communique("us", unlike))[2] == KEY_NOT_SHOWN


def judged_alike(file):
    """Judge a communique both ways; gives what is said of each statement."""
    (answer,) = judge([{"what": "communique", "file": b64encode(file).decode()}])
    proved = verify_communique(BytesIO(file).readline, promised_in)
    expected = [[each.id[1], each.effect] for each in shown_persons(proved).statements()]
    assert answer["gives"]["persons"] == expected
    return [effect for _, effect in expected]


def enrolled(story, device, line, post="us.duty"):
    asked = enrolment_challenge(line_id=line, post=post, key=device.key, admitted_by="x", officer="")
    fact = Enrolled(key=device.key, assertion=device.answer(asked), admitted_by="x")
    return story.add("us", 104, encode_enrolled(fact), from_post=post)


def signs(story, device, about, key, *, assertion=None):
    named = [story.reference(about), story.reference(key)]
    challenge = statement_challenge(
        line_id=story.agreement.line_id,
        post="us.duty",
        about=about,
        leaf_hash=named[0].leaf_hash,
        text="x",
        language="en",
    )
    fact = Stated(
        public_key=device.public_key,
        origin=device.origin,
        rp_id=device.rp_id,
        assertion=assertion or device.answer(challenge),
        language="en",
        text="x",
    )
    story.add("us", 106, encode_statement(fact), references=[about, key])
    return fact.assertion


def effect(head, body):
    fact, defect = read_person(head.kind, body)
    return defect or judge_fact(fact, head, 0, Line(id=LINE, parties=("us", "ru")))


def written(device):
    head, good = head_of(106, ABOUT, KEY), stated(device)
    bodies = [encode_statement(stated(device, **made)) for made in DEFECTS]
    yield from ((head, body) for body in bodies)
    yield from ((head, encode_statement(told_otherwise(device, good, told))) for told in CLIENTS)
    yield head, encode_statement(replace(good, text="other"))
    yield head, encode_statement(replace(good, language="ru"))
    yield head, encode_statement(replace(good, assertion=replace(good.assertion, signature=b"\x30\x00")))
    for other in ({"from_post": "ru.duty"}, {"from_post": "us."}):
        yield replace(head, **other), bodies[0]
    yield head_of(106, ABOUT), bodies[0]
    yield head_of(113, ABOUT, KEY), bodies[0]
    yield head_of(113, ABOUT, KEY), encode_statement(stated(device, kind=113))
    yield head_of(113, KEY, KEY), bodies[0]
    yield head_of(106, ABOUT, (1, 2, bytes(32))), bodies[0]
    asked = enrolment_challenge(line_id=LINE, post="us.duty", key=device.key, admitted_by="x", officer="y")
    fact = Enrolled(key=device.key, assertion=device.answer(asked), admitted_by="x", officer="y")
    for each in (fact, replace(fact, officer=""), replace(fact, admitted_by="")):
        yield head_of(104), encode_enrolled(each)
    for ended in (head_of(105, KEY), head_of(105), head_of(105, ABOUT)):
        yield ended, encode_ended(Ended(reason=EndReason.LOST))
    chance = random.Random(30)
    for _ in range(size(small=20, full=600)):
        body = bytearray(chance.choice(bodies))
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        yield head, bytes(body)


def told_otherwise(device, good, told):
    """The browser says it in another way, and the device signs that."""
    challenge = json.loads(good.assertion.client_data)["challenge"]
    octets = told.replace("CHALLENGE", challenge).replace("ORIGIN", device.origin).encode()
    unsigned = replace(good.assertion, client_data=octets)
    return replace(good, assertion=replace(unsigned, signature=device.sign(unsigned.signed)))


def head_of(kind, *references):
    named = tuple(Reference(log=log, index=index, leaf_hash=leaf) for log, index, leaf in references)
    return replace(HEAD, kind=kind, from_post="us.duty", references=named)


def stated(device, kind=106, **made):
    text = "Я отвечаю."
    challenge = statement_challenge(
        line_id=LINE, post="us.duty", about=ABOUT[:2], leaf_hash=ABOUT[2], text=text, language="en", kind=kind
    )
    return Stated(
        public_key=device.public_key,
        origin=device.origin,
        rp_id=device.rp_id,
        assertion=device.answer(challenge, **made),
        language="en",
        text=text,
    )
