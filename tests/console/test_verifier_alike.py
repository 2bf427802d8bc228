"""The verifier page and the command line judge alike: signatures, CBOR, agreements, messages, what a text shows."""

import json
import random
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.console.judging import code_of, judge
from tests.documents import ROOT
from tests.shared import shared_json, shared_jsonl
from tests.sizes import size

from coupefeu.errors import PeerError
from coupefeu.keys import ed25519, mldsa
from coupefeu.keys.agreement_signatures import build_agreement_body, sign_agreement, verify_agreement
from coupefeu.keys.incarnations import build_opening_body, sign_incarnation, verify_first_body
from coupefeu.services.incidents.facts import KINDS as INCIDENTS
from coupefeu.services.incidents.said import incident_said
from coupefeu.services.line_state.facts import KINDS as LINE_STATES
from coupefeu.services.line_state.said import line_state_said
from coupefeu.services.messages.display import show
from coupefeu.services.messages.forms import read_content
from coupefeu.services.notices.facts import KINDS as NOTICES
from coupefeu.services.notices.said import notice_said
from coupefeu.services.passing.facts import KINDS as PASSING
from coupefeu.services.passing.said import passing_said
from coupefeu.services.persons.facts import read_person
from coupefeu.services.presence.facts import read_note, read_presence
from coupefeu.services.said import said_in
from coupefeu.services.said_presence import said_in_note
from coupefeu.testing.author import Author
from coupefeu.testing.line import identity_of, make_agreement, make_text
from coupefeu.wire import cbor
from coupefeu.wire.agreement import parse_agreement
from coupefeu.wire.head import decode_head
from coupefeu.wire.incarnation import Incarnation
from coupefeu.wire.note import COSIGNATURE, ML_DSA_44, VerifierKey

VECTORS = ROOT / "tests" / "vectors"
HEAD = Author(make_agreement(), "us").head()


def compare(questions, expected):
    """Insist that each answer has the code that is expected; names what differs."""
    answers = judge(questions)
    differ = [
        (question, want, answer["code"])
        for question, want, answer in zip(questions, expected, answers, strict=True)
        if answer["code"] != want
    ]
    assert not differ, differ[:5]
    return answers


def ask_ed25519(key, message, signature):
    question = {"what": "ed25519", "key": key.hex(), "message": message.hex(), "signature": signature.hex()}
    return question, code_of(lambda: ed25519.verify(key, message, signature))


def test_signatures_of_public_vectors_are_judged_alike():
    """Small orders, cofactors, encodings that are not canonical: where implementations differ, these do not."""
    asked = [
        ask_ed25519(bytes.fromhex(each["key"]), each["msg"].encode(), bytes.fromhex(each["sig"]))
        for each in shared_jsonl("data/vectors/cctv-ed25519.jsonl")
    ]
    for group in shared_json("data/vectors/wycheproof/ed25519_test.json")["testGroups"]:
        key = bytes.fromhex(group["publicKey"]["pk"])
        asked += [
            ask_ed25519(key, bytes.fromhex(each["msg"]), bytes.fromhex(each["sig"]))
            for each in group["tests"]
        ]
    questions, expected = zip(*asked, strict=True)
    compare(questions, expected)
    assert 100 < list(expected).count("") < len(expected) - 100


def test_post_quantum_signatures_are_judged_alike():
    seed, message = bytes(range(32)), b"a checkpoint"
    key, signature = mldsa.public(seed), mldsa.sign(seed, message)
    odd = bytearray(signature)
    odd[1_000] ^= 1
    cases = [
        (key, message, signature),
        (key, message, bytes(odd)),
        (key, b"another", signature),
        (key, message, signature[:-1]),
        (key[:-1], message, signature),
        (mldsa.public(bytes(32)), message, signature),
    ]
    asked = [{"what": "mldsa", "key": k.hex(), "message": m.hex(), "signature": s.hex()} for k, m, s in cases]
    expected = [code_of(lambda case=case: mldsa.verify(*case)) for case in cases]
    compare(asked, expected)
    assert expected[0] == ""
    assert all(expected[1:])


def hostile_cbor():
    """Public examples, cut and changed at random, and odd bytes."""
    chance = random.Random(24)
    examples = [bytes.fromhex(each["hex"]) for each in shared_json("data/vectors/cbor-appendix-a.json")]
    for example in [*examples, cbor.encode({0: [1, b"x", "y"], 7: {1: True, 300: -70_000}})]:
        yield example
        for _ in range(size(small=6, full=400)):
            changed = bytearray(example) or bytearray(1)
            changed[chance.randrange(len(changed))] = chance.randrange(256)
            yield (
                bytes(changed[: chance.randrange(len(changed) + 1)])
                if chance.random() < 0.3
                else bytes(changed)
            )
    yield b"\x81" * 8 + b"\x00"
    yield b"\x81" * 9 + b"\x00"
    yield b"\x99\x04\x00" + bytes(1_024)
    yield b"\x99\x03\xff" + bytes(1_023)
    yield b"\x5a\x00\x01\x00\x00" + bytes(65_536)


def test_cbor_of_a_stranger_is_judged_alike():
    given = list(hostile_cbor())
    expected = [code_of(lambda each=each: cbor.decode(each)) for each in given]
    compare([{"what": "cbor", "octets": each.hex()} for each in given], expected)
    assert "" in expected
    assert len(set(expected)) > 6


def test_heads_and_messages_of_the_vectors_are_read_alike():
    """Every golden head and body of the specification, good and bad, cut and changed."""
    rows = []
    for each in walk(json.loads((VECTORS / "entries-v1.json").read_text("utf-8"))):
        rows += [each, each[:-1], each + b"\x00", each[:1] + b"\x07" + each[2:]]
    heads = [code_of(lambda each=each: decode_head(each)) for each in rows]
    compare([{"what": "head", "octets": each.hex()} for each in rows], heads)
    answers = judge([{"what": "message", "octets": each.hex()} for each in rows])
    assert [each["gives"] for each in answers] == [read_content(each)[1] for each in rows]
    assert heads.count("") >= 5


def test_personal_keys_are_read_and_said_alike():
    """Every body of the vectors, cut and changed: the same defect, and the same rows for people."""
    kept = json.loads((VECTORS / "entries-v1.json").read_text("utf-8"))["bodies"]
    asked = [
        (each["kind"], bytes.fromhex(each["body"])) for each in kept if each["kind"] in {104, 105, 106, 113}
    ]
    asked += [
        (kind, changed) for kind, body in asked for changed in (body[:-1], body[:1] + b"\x07" + body[2:])
    ]
    answers = judge([{"what": "person", "kind": str(kind), "octets": body.hex()} for kind, body in asked])
    expected = []
    for kind, body in asked:
        said = said_in(replace(HEAD, kind=kind), body, ())
        expected.append([read_person(kind, body)[1], [list(each) for each in said]])
    assert [each["gives"] for each in answers] == expected
    assert {defect for defect, _ in expected} > {"", "unreadable_body", "bad_text", "not_admitted"}


def test_questions_and_notes_are_read_and_said_alike():
    """Every body and content of the vectors, cut and changed: the same defect, and the same rows for people."""
    kept = json.loads((VECTORS / "entries-v1.json").read_text("utf-8"))["bodies"]
    asked = [(each["kind"], bytes.fromhex(each["body"])) for each in kept if each["kind"] in {112, 114}]
    asked += [(kind, body[:-1]) for kind, body in asked]
    expected = [
        [read_presence(kind, body)[1], list(map(list, said_in(replace(HEAD, kind=kind), body, ())))]
        for kind, body in asked
    ]
    answers = judge([{"what": "presence", "kind": str(kind), "octets": body.hex()} for kind, body in asked])
    assert [each["gives"] for each in answers] == expected
    notes = json.loads((VECTORS / "notes-v1.json").read_text("utf-8"))["contents"]
    contents = [bytes.fromhex(each["content"]) for each in notes]
    contents += [each[:2] + b"\xa0" + each[3:] for each in contents] + [each[:-1] for each in contents]
    told = [[read_note(each)[1], list(map(list, said_in_note(each, ("us", "ru"))))] for each in contents]
    answers = judge([{"what": "note", "octets": each.hex()} for each in contents])
    assert [each["gives"] for each in answers] == told
    assert {defect for defect, _ in told} > {"", "unreadable_note", "words_alone", "unconfirmed", "bad_time"}


def changed_bodies(kinds, seed):
    """Give the bodies of the vectors of these kinds, cut, and with bytes changed at random."""
    chance = random.Random(seed)
    kept = json.loads((VECTORS / "entries-v1.json").read_text("utf-8"))["bodies"]
    for each in kept:
        if each["kind"] not in kinds:
            continue
        body = bytes.fromhex(each["body"])
        yield each["kind"], body
        yield each["kind"], body[:-1]
        for _ in range(size(small=12, full=400)):
            changed = bytearray(body)
            changed[chance.randrange(len(changed))] = chance.randrange(256)
            yield each["kind"], bytes(changed)


def incident_or_state_said(kind, body):
    return (line_state_said if kind in LINE_STATES else incident_said)(kind, body)


@pytest.mark.parametrize(
    ("kinds", "said"),
    [(NOTICES, notice_said), (PASSING, passing_said), (INCIDENTS | LINE_STATES, incident_or_state_said)],
)
def test_notices_are_said_alike(kinds, said):
    asked = list(changed_bodies(kinds, 26))
    expected = [list(map(list, said(kind, body))) for kind, body in asked]
    answers = judge([{"what": "notice", "kind": str(kind), "octets": body.hex()} for kind, body in asked])
    differ = [
        (kind, body.hex(), want, answer["gives"])
        for (kind, body), want, answer in zip(asked, expected, answers, strict=True)
        if answer["gives"] != want
    ]
    assert not differ, differ[:3]
    assert sum(map(bool, expected)) > 20


def walk(value):
    """Give every hexadecimal text of at least two bytes in a file of vectors."""
    if isinstance(value, str):
        if len(value) >= 4 and len(value) % 2 == 0 and set(value) <= set("0123456789abcdef"):
            yield bytes.fromhex(value)
    elif isinstance(value, list):
        for each in value:
            yield from walk(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from walk(each)


def changed_agreements():
    """The agreement of tests, each of its lines left out, doubled or with another value; and lines of a stranger."""
    text = make_text().decode()
    lines = text.split("\n")
    yield text
    for number, line in enumerate(lines):
        before, after = lines[:number], lines[number + 1 :]
        if number % size(small=3, full=1):
            continue
        yield "\n".join(before + after)
        yield "\n".join([*before, line, *lines[number:]])
        yield "\n".join([*before, line.replace('"', '"x', 1), *after])
        yield "\n".join([*before, line.replace("=", "= 7 #", 1), *after])
    for old, new in STRANGE:
        assert old in text
        yield text.replace(old, new, 1)
    yield text + "x" * 24_576
    yield "a" + ".b" * 70 + " = 1\n" + text


COSIGNER = VerifierKey.of("neutral.example/w", COSIGNATURE, ed25519.public(bytes(32))).text()
POST_QUANTUM = [
    VerifierKey.of(name, ML_DSA_44, mldsa.public(bytes(32))).text()
    for name in ("neutral.example/w", "another.example/w")
]
WITNESSES = (
    f'name = "neutral"\nkey = "{COSIGNER}"', f'name = "us"\nkey = "{COSIGNER}"', f'name = "a b"\nkey = "{COSIGNER}"',
    *(f'name = "neutral"\nkey = "{COSIGNER}"\nml_dsa = "{each}"' for each in POST_QUANTUM),
    f'name = "neutral"\nkey = "{POST_QUANTUM[0]}"', 'name = "neutral"\nkey = "x"', f'key = "{COSIGNER}"',
    f'name = "neutral"\nkey = "{COSIGNER}"\nurl = "x"',
    "\n[[witnesses]]\n".join(f'name = "{each}"\nkey = "{COSIGNER}"' for each in "ab"),
)  # fmt: skip
RUNGS = 'rungs = ["us.chief", "us.duty"]\nstep = "2m"'
LADDERS = (
    'rungs = ["us.chief + us.duty"]\nstep = "2m"', 'rungs = ["us.chief+us.duty"]\nstep = "2m"',
    'rungs = ["us.chief + us.chief"]\nstep = "2m"', 'rungs = ["us.chief + ru.duty"]\nstep = "2m"',
    'rungs = ["us.chief + us.x"]\nstep = "2m"', 'rungs = ["us.chief", "us.duty"]\nsteps = ["2m", "2m"]',
    'rungs = ["us.chief", "us.duty"]\nsteps = ["2m"]', 'rungs = ["us.chief", "us.duty"]\nsteps = ["2m", 2]',
    'rungs = ["us.chief", "us.duty"]\nsteps = []', 'rungs = ["us.chief", "us.duty"]\nsteps = ["2m", "2m"]\nstep = "2m"',
)  # fmt: skip
CALLS = '[calls]\nring = "2m"\narrange_answer = "24h"\nper_minute = 6\n'
TERMS_OF_CALLS = (
    "", CALLS.replace("= 6", "= 0"), CALLS.replace("= 6", "= 601"), CALLS.replace('"2m"', '"9s"'),
    CALLS.replace('"2m"', '"25h"'), CALLS.replace("24h", "59s"), CALLS + "per_hour = 6\n",
)  # fmt: skip
APART = "distance_m = 9260\naltitude_m = 300\n"
TERMS_OF_NOTICES = (
    ("= 9260", "= 1000001"), ("altitude_m = 300\n", ""), (APART, f"{APART}width = 1\n"),
    ('time = "10m"', 'time = "25h"'), ('emergency = "1d"', 'emergency = "367d"'),
    ("[notices.sea_movement]", "[notices.x]"),
    ("[notices.static_site]\nlead", "[notices.static_site]\nahead"), ('sea_entry = "1d20h"\n', ""),
)  # fmt: skip
RULE = '[[firebreak.rules]]\nid = "incident-open"\nwatches = "incident"\n'
TERMS_OF_FIREBREAK = (
    ('unknown_after = "1d2h"', 'unknown_after = "59s"'), ('unknown_after = "1d2h"', 'unknown_after = "1d2h"\nx = 1'),
    ('unknown_after = "1d2h"', 'unknown_after = "1d2h"\nmediator = "The embassy"'),
    ('unknown_after = "1d2h"', f'unknown_after = "1d2h"\nmediator = "{"x" * 201}"'),
    ('id = "incident-open"', 'id = "unknown"'), ('id = "incident-open"', 'id = "query-overdue"'),
    ('id = "incident-open"', 'id = "Incident"'), ('watches = "incident"', 'watches = "heard"'),
    ('watches = "incident"', 'watches = "witness"'), ('watches = "incident"', 'watches = "query"'),
    *(('watches = "contact"', f'watches = "contact"\n{each}') for each in (
        'posts = ["us.secretary", "ru.minister"]', 'posts = ["us.secretary", "ru.chief"]',
        'posts = ["us.x", "ru.chief"]',
        "count = 2", 'within = "1d"', 'precedence = ["FLASH"]', "posts = []",
    )),
    *((RULE, f"{RULE}{each}\n") for each in (
        "count = 0", "count = 64", "count = 65", 'after = "1d"', 'after = "367d"', 'precedence = ["FLASH"]',
        'posts = ["us.duty"]', "threshold = 1",
    )),
    *(('watches = "outcome"\n', f'watches = "outcome"\n{each}\n') for each in (
        'precedence = ["FLASH", "ROUTINE"]', 'precedence = ["URGENT"]', 'posts = ["us.duty"]', 'posts = ["us.x"]',
    )),
    *(('watches = "refused"\nlevel = "strained"', f'watches = "refused"\nlevel = "strained"\n{each}') for each in (
        'within = "1d"', 'within = "59s"', 'after = "1d"', 'posts = ["us.duty"]', "count = 3", "count = 4",
        'count = 3\nwithin = "1d"', 'posts = ["us.duty", "ru.duty"]',
    )),
    ('watches = "watch"\nlevel = "strained"', 'watches = "watch"\nlevel = "strained"\nposts = ["us.duty"]'),
    ('watches = "watch"\nlevel = "strained"', 'watches = "watch"\nlevel = "strained"\nposts = ["us.chief"]'),
    ("count = 3", "count = 1"), ('after = "14d"\n', ""), ('after = "14d"', 'after = "1s"'),
    ('precedence = ["FLASH"]\nafter = "10m"\n', ""), ('precedence = ["FLASH"]\nafter = "10m"', 'after = "10m"'),
    ("An incident is", "Аn incident is"), ("Инцидент не", "Incident не"), ("Un incident n'est", ""),
)  # fmt: skip
TRIGGER = 'id = "x"\nform = "other"\nprecedence = "FLASH"\nen = "X"\nfr = "X"\nru = "Икс"\n'
TERMS_OF_INCIDENTS = (
    ("flash_when_suspended = true", "flash_when_suspended = false"),
    ("calls_when_suspended = true", "calls_when_suspended = 1"),
    ("calls_when_suspended = true", "calls_when_suspended = false"),
    ("match_distance_m = 20000", "match_distance_m = 1000001"), ('match_time = "2h"', 'match_time = "31d"'),
    ('reply = "2d"\nm', 'reply = "59s"\nm'), ('meeting = "2d"', 'meeting = "367d"'),
    *(
        ("[[triggers]]\n", f"[[triggers]]\n{each}\n[[triggers]]\n")
        for each in (
            TRIGGER, TRIGGER.replace("other", "tea"), TRIGGER.replace("FLASH", "flash"), TRIGGER.replace('"x"', '"X"'),
            TRIGGER.replace('en = "X"', 'en = "Хelp"'), TRIGGER.replace('"x"', '"aircraft-astray"'),
            TRIGGER + 'to = ["us.duty", "ru.duty"]', TRIGGER + 'to = ["us.duty"]', TRIGGER + "to = []",
            TRIGGER + 'to = ["us.tea", "ru.duty"]', TRIGGER.replace('en = "X"', 'en = "Икс"'),
        )
    ),
)  # fmt: skip
STRANGE = (
    ("United", "Unitеd"), ('"EXERCISE"', '"REAL"'), ("version = 1", "version = 10_000"),
    ("version = 1", "version = true"),
    ("version = 1", "version = 1.0"), ("1970-01-01T00:00:00", "1970-01-01T00:00:00+01:00"), ("60s", "60m60s"),
    ('"en"', "'''en'''"), ('= "us"', '= "Us"'), ("incarnation = 1", "incarnation = 0"), ("\n\n", "\n\t\n"),
    ("\n\n", "\n\u202e\n"), ("\n\n", "\n__proto__ = 1\n"), ("\n\n", "\n# café\u0301\n"), ("\n\n", "\n# m²\n"),
    ("\n\n", "\nclassical_until = 2030-01-01T00:00:00Z\n"), ("\n\n", "\nclassical_until = 2030-01-01\n"),
    ("[budgets]", '[retention]\ncontent = "3650d"\n[budgets]'), ("[budgets]", '[retention]\ncontent = "1d"\n[budgets]'),
    ("[budgets]", '[retention]\ncontent = "40000d"\n[budgets]'), ("[budgets]", '[record]\nkeep = "3d"\n[budgets]'),
    ("ON RECORD", "RECORD OF FACT ONLY"),
    *((RUNGS, each) for each in LADDERS),
    *((CALLS, each) for each in TERMS_OF_CALLS),
    *TERMS_OF_NOTICES,
    *TERMS_OF_FIREBREAK,
    *TERMS_OF_INCIDENTS,
    *(("[budgets]", f"[[witnesses]]\n{each}\n[budgets]") for each in WITNESSES),
)  # fmt: skip


def test_agreements_are_read_alike():
    """What one refuses, both refuse: so an attacker's text is not REAL here and something else there."""
    texts = [each.encode() for each in changed_agreements()]
    parse_agreement.cache_clear()
    expected = [bool(code_of(lambda each=each: parse_agreement(each))) for each in texts]
    answers = judge([{"what": "agreement", "octets": each.hex()} for each in texts])
    found = [bool(each["code"]) for each in answers]
    assert found == expected, [(answers[at], at) for at in range(len(texts)) if found[at] != expected[at]]
    assert expected.count(False) >= 4
    assert expected[0] is False


def openings():
    """Entry 0 of a first log and of a second one, whole; each field of the statement changed; a bit here and there."""
    octets = make_text()
    parties = parse_agreement(octets).party_ids
    signed = verify_agreement(octets, [sign_agreement(identity_of(each), each, octets) for each in parties])
    first, chance = build_agreement_body(signed), random.Random(6)
    opened = Incarnation(
        line_id=signed.agreement.line_id, party="us", incarnation=2, log_key=ed25519.public(b"l" * 32),
        cosigner_key=ed25519.public(b"c" * 32), size=7, root=b"r" * 32, fork_sha256=sha256(b"fork").digest(),
    )  # fmt: skip
    statement = sign_incarnation(identity_of("us"), opened, b"l" * 32, b"c" * 32, b"fork")
    second = build_opening_body(signed, statement)
    yield from (first, second)
    fields = cbor.decode(second)
    for key, value in fields[2].items():
        others = {
            int: value + 1 if isinstance(value, int) else 0,
            bytes: bytes(32),
            str: "ru",
            list: [bytes(32)] * 2,
        }
        yield cbor.encode({**fields, 2: {**fields[2], key: others[type(value)]}})
    yield cbor.encode({2: fields[2]})
    yield cbor.encode({**fields, 1: fields[1][:1]})
    yield cbor.encode({**fields, 3: 1})
    for _ in range(size(small=6, full=600)):
        body = bytearray(chance.choice((first, second)))
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        yield bytes(body)


def test_the_opening_of_a_log_is_judged_alike():
    bodies = list(openings())
    expected = [code_of(lambda each=each: verify_first_body(each)) for each in bodies]
    answers = judge([{"what": "opening", "octets": each.hex()} for each in bodies])
    assert [bool(each["code"]) for each in answers] == [bool(each) for each in expected]
    assert expected[:2] == ["", ""]
    assert all(expected[2:])


def test_hostile_texts_are_shown_alike():
    texts = [
        *strings(shared_json("data/hostile/naughty-strings.json")),
        *strings(shared_json("data/hostile/unicode.json")),
    ]
    texts += [
        "\u2014 name",
        "a\n  \u2014 b",
        "12\u00a034",
        "\u22125",
        "paypаl",
        "\r\nx\r",
        "x" * 30_000,
        "e\u0301\u0301\u0301",
    ]
    texts = [each for each in texts if not any("\ud800" <= letter <= "\udfff" for letter in each)]
    answers = judge([{"what": "shown", "text": each} for each in texts])
    assert len(texts) > 500
    assert [each["gives"] for each in answers] == list(map(found_in, texts))


def found_in(text):
    """Give what is shown of a text, and what is found in it, each by the number of its character."""
    shown = show(text)
    return [shown.text, *(f"{each.what} {each.name.split()[0]}" for each in shown.findings)]


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


@pytest.mark.parametrize("octets", [b"\xff\xff", b"\x62\xc3\x28"])
def test_a_refusal_has_the_code_of_the_command_line(octets):
    (answer,) = judge([{"what": "cbor", "octets": octets.hex()}])
    with pytest.raises(PeerError) as refusal:
        cbor.decode(octets)
    assert answer["code"] == refusal.value.code
