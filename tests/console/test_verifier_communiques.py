"""Communiques through both verifiers: what one refuses both refuse, and what holds proves the same entries."""

import base64
import io
import json
import random
from dataclasses import replace

import pytest
from tests.console.communiques import HUMAN, START_MS, Story, Written, told, witnessed
from tests.console.judging import code_of, judge
from tests.documents import ROOT
from tests.sizes import size

from coupefeu.cli.verify_communique import shown_persons
from coupefeu.keys.notes import CosignSigner, LogSigner
from coupefeu.record.communique import verify_communique
from coupefeu.record.selection import Disclosed, selection_digest
from coupefeu.services.bodies import promised_in
from coupefeu.services.communique.consent import judge_consent
from coupefeu.services.communique.sequence import in_order
from coupefeu.services.said import said_in
from coupefeu.wire.communique import AttachmentItem, EarlierItem, EntryItem, HeaderItem, LogItem, Why
from coupefeu.wire.communique_file import format_body

VECTORS = ROOT / "tests" / "vectors"


def ask(octets):
    return {"what": "communique", "file": base64.b64encode(octets).decode()}


def verify(octets, attached=None):
    return verify_communique(io.BytesIO(octets).readline, promised_in, attached=attached)


def summary(octets):
    """Say what the command line proves, as scripts/judge.ts says it of the page."""
    contents = {}
    proved = verify(
        octets,
        lambda entry, _, item, content: contents.update({(entry.log, entry.index, item.number): content}),
    )
    consent = judge_consent(proved)
    return {
        "issuer": proved.header.origin,
        "persons": [[each.id[1], each.effect] for each in shown_persons(proved).statements()],
        "is_post_quantum": proved.is_post_quantum,
        "is_exercise": proved.agreement.is_exercise,
        "missing": list(consent.missing),
        "agreed": [proved.keys.names(each.key) for each in proved.logs.values()],
        "classical": [number for number, each in proved.logs.items() if not each.is_post_quantum],
        "sequence": [[*each.id] for each in in_order(proved.entries)],
        "entries": [entry_summary(each, proved, contents) for each in proved.entries],
    }


def entry_summary(entry, proved, contents):
    from coupefeu.services.messages.forms import read_content

    body = entry.item.body
    content = read_content(body)[0] if body is not None and entry.head is not None else None
    held = proved.first_held(entry)
    return {
        "log": entry.item.log,
        "index": entry.item.index,
        "disclosed": str(entry.disclosed),
        "kind": None if entry.head is None else entry.head.kind,
        "text": None if content is None else content.text,
        "said": [list(each) for each in said_in(entry.head, body, proved.agreement.party_ids)]
        if body is not None and entry.head is not None
        else [],
        "not_after_s": None if held is None else held.time_s,
        "body": None if body is None else body.hex(),
        "attachments": [
            [each.number, contents[*entry.id, each.number].hex() if each.is_shown else None]
            for each in entry.attachments
        ],
    }


def lawful():
    """Files that hold: each disclosure; with and without embargo, consent, post-quantum keys, earlier checkpoints."""
    story = told()
    all_of = story.all_of()
    yield story.communique("us", query="All of March", embargo_ms=START_MS)
    yield story.communique(
        "ru", story.all_of("us"), earlier=[("us", 1, 1_648_000_000), ("us", 3, 1_648_000_001)]
    )
    less = {place: (Disclosed.EXISTENCE if place[1] % 2 else Disclosed.HEAD, ()) for place in all_of}
    yield story.communique("us", less)
    yield story.communique("us", all_of | {(0, 1): (Disclosed.ALL, (1,))})
    proposal = story.propose("us", all_of)
    consent = story.consent("ru", proposal, story.digest(all_of))
    yield story.communique("us", all_of, consents=[proposal, consent])
    yield story.communique("ru", all_of, consents=[proposal])
    refusal = story.consent("ru", proposal, story.digest(all_of), kind=66)
    yield story.communique("us", all_of, consents=[proposal, refusal])
    feigned = told()
    proposal = feigned.propose("us", all_of)
    answer = feigned.consent("ru", proposal, feigned.digest(all_of), from_post="us.duty")
    yield feigned.communique("us", all_of, consents=[proposal, answer])
    yield told(post_quantum=False).communique("us")
    yield told(real=True).communique("us")
    story = told()
    story.signs_again = True
    yield story.communique("us")
    story = told()
    for body in json.loads((VECTORS / "entries-v1.json").read_text("utf-8"))["bodies"]:
        story.add("ru", body["kind"], bytes.fromhex(body["body"]))
    yield story.communique("us")
    agreed, own = CosignSigner("neutral.example/w", bytes([8]) * 32), CosignSigner("own.example/w", bytes(32))
    story = told(witness=agreed)
    for witness, time_s in ((agreed, 1_648_000_000), (agreed, 0), (own, 5)):
        yield story.sign("us", format_body(HUMAN, witnessed(story, witness, time_s)))
    odd = told()
    odd.say("us", "a head that nobody can read", head=b"\xa1\x00")
    odd.add("ru", 199, b"\xa1\x00\x01")
    yield odd.communique("us")


SAMPLES = sorted((VECTORS / "communique").glob("*.html"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_of_the_specification_prove_the_same_to_both(sample):
    (answer,) = judge([ask(sample.read_bytes())])
    assert answer["code"] == ""
    assert answer["gives"] == summary(sample.read_bytes())


def test_lawful_communiques_prove_the_same_to_both():
    files = list(lawful())
    answers = judge([ask(each) for each in files])
    for octets, answer in zip(files, answers, strict=True):
        assert answer["code"] == ""
        assert answer["gives"] == summary(octets)
    assert [answer["gives"]["missing"] for answer in answers].count([]) >= 2
    classical = [answer["gives"]["classical"] for answer in answers]
    assert [0, 1] in classical, "each log's own party alone signed with ML-DSA-44"
    assert [] in classical, "both parties signed each log with it"


@pytest.fixture(scope="module")
def story():
    return told()


@pytest.fixture(scope="module")
def whole(story):
    return story.communique("us", query="some")


def compare(files):
    """Insist that both refuse each of these files for the same reason; give the codes."""
    expected = [code_of(lambda each=each: verify(each)) for each in files]
    found = [answer["code"] for answer in judge([ask(each) for each in files])]
    differ = [
        (at, want, got)
        for at, (want, got) in enumerate(zip(expected, found, strict=True))
        if bool(want) != bool(got)
    ]
    assert not differ, differ[:10]
    return expected, found


def test_a_file_changed_in_any_bit_is_refused_by_both(whole):
    """A bit of the text for people, of the data, of the signatures: each is under the last line, or is that line."""
    chance = random.Random(5)
    files = []
    for text in (whole, told(post_quantum=False).communique("us")):
        places = [chance.randrange(len(text)) for _ in range(size(small=12, full=2_000))]
        places += [
            text.index(b"TEXT"),
            *(len(text) - 1 - each for each in range(0, 128, size(small=16, full=1))),
        ]
        for place in places:
            changed = bytearray(text)
            changed[place] ^= 1 << chance.randrange(8)
            files.append(bytes(changed))
    expected, found = compare(files)
    assert all(expected)
    assert all(found)


def test_a_file_cut_or_with_more_behind_it_is_refused_by_both(whole):
    chance = random.Random(6)
    cuts = [chance.randrange(len(whole)) for _ in range(size(small=10, full=2_000))]
    files = [whole[:each] for each in (*cuts, *range(len(whole) - 12, len(whole)))]
    files += [
        whole + b"\n",
        whole + b" ",
        whole + whole[-200:],
        b"\n" + whole,
        whole[1:],
        b"",
        whole.replace(b"\n", b"\r\n"),
    ]
    expected, _ = compare(files)
    assert all(expected)


def resigned(story, change, **options):
    """Make a file anew with other items under a good signature of its issuer: what a dishonest issuer can do."""
    items = [each for item in story.items("us", **options) for each in change(item)]
    return story.sign("us", format_body(HUMAN, items))


def replaced(kind, **fields):
    """Change fields of every item of a kind; what is callable is given the item."""

    def change(item):
        if not isinstance(item, kind):
            return [item]
        return [
            replace(
                item, **{name: value(item) if callable(value) else value for name, value in fields.items()}
            )
        ]

    return change


def flip(octets, place=0):
    changed = bytearray(octets)
    changed[place] ^= 1
    return bytes(changed)


def dishonest(story):
    """What an issuer can sign that is not so: each by its name."""
    other = Story()
    other_line = told()
    entry, log, header = EntryItem, LogItem, HeaderItem
    yield "leaf", resigned(story, replaced(entry, leaf=lambda item: flip(item.leaf, 10)))
    yield "leaf form", resigned(story, replaced(entry, leaf=lambda item: flip(item.leaf)))
    yield "path", resigned(story, replaced(entry, path=lambda item: tuple(map(flip, item.path))))
    yield "short path", resigned(story, replaced(entry, path=lambda item: item.path[:-1]))
    yield "long path", resigned(story, replaced(entry, path=lambda item: (*item.path, bytes(32))))
    yield "index", resigned(story, replaced(entry, index=lambda item: item.index + 100))
    yield "head", resigned(story, replaced(entry, head=lambda item: flip(item.head, 20)))
    yield "head salt", resigned(story, replaced(entry, head_salt=bytes(16)))
    yield "body", resigned(story, replaced(entry, body=lambda item: flip(item.body, 5)))
    yield "body salt", resigned(story, replaced(entry, body_salt=bytes(16)))
    yield "digest", resigned(story, replaced(header, digest=bytes(32)))
    yield "embargo", resigned(story, replaced(header, embargo_ms=1))
    yield "count", resigned(story, replaced(header, entries=lambda item: item.entries + 1))
    yield "fewer", resigned(story, replaced(header, entries=lambda item: item.entries - 1))
    yield "logs", resigned(story, replaced(header, logs=1))
    yield "issuer", resigned(story, replaced(header, origin=story.origin("ru")))
    yield "nobody", resigned(story, replaced(header, origin="nobody"))
    yield "swapped logs", resigned(story, replaced(log, number=lambda item: 1 - item.number))
    yield "far log", resigned(story, replaced(log, number=lambda item: item.number + 2))
    yield "note", resigned(story, replaced(log, note=lambda item: flip(item.note, 100)))
    yield "wrong key", resigned(story, replaced(log, key=story.log_signer("ru").vkey.text()))
    yield "cosigner as log", resigned(story, replaced(log, key=story.cosigner("us").vkey.text()))
    yield "key twice", resigned(story, replaced(log, witnesses=lambda item: item.cosigners))
    yield "no cosigners", resigned(story, replaced(log, cosigners=()))
    yield "wrong kind", resigned(story, replaced(log, cosigners=lambda item: item.ml_dsa))
    yield "no post-quantum key", resigned(story, replaced(log, ml_dsa=()))
    yield "attachment", resigned(story, replaced(AttachmentItem, content=lambda item: flip(item.content)))
    yield "attachment salt", resigned(story, replaced(AttachmentItem, salt=bytes(16)))
    yield "attachment number", resigned(story, replaced(AttachmentItem, number=lambda item: 7 * item.number))
    yield "attachment order", resigned(story, replaced(AttachmentItem, number=0))
    yield "no header", resigned(story, lambda item: [] if isinstance(item, header) else [item])
    yield "two headers", resigned(story, lambda item: [item, item] if isinstance(item, header) else [item])
    yield "entry twice", resigned(story, lambda item: [item, item] if isinstance(item, entry) else [item])
    yield "log twice", resigned(story, lambda item: [item, item] if isinstance(item, log) else [item])
    yield (
        "no entry 0",
        resigned(story, lambda item: [] if isinstance(item, entry) and item.index == 0 else [item]),
    )
    yield "entry 0 hidden", resigned(story, hidden_opening)
    yield "script", story.sign("us", format_body(HUMAN, story.items("us")).replace(b"TEXT", b"<ScRipt>"))
    yield "no text", story.sign("us", format_body(HUMAN, story.items("us")).replace(b"TEXT", b"\xff"))
    yield "nul", story.sign("us", format_body(HUMAN, story.items("us")).replace(b"TEXT", b"\x00"))
    yield "other signer", story.sign("us", format_body(HUMAN, story.items("us")), key=story.log_signer("ru"))
    yield (
        "foreign key",
        story.sign("us", format_body(HUMAN, story.items("us")), key=LogSigner(story.origin("us"), bytes(32))),
    )
    body = format_body(HUMAN, story.items("us"))
    yield "issued by another", story.sign("ru", body)
    yield "cut signature", story.sign("us", body, post_quantum=False)
    earlier = {"earlier": [("us", 2, 1_648_000_000), ("us", 3, 1_648_000_001)]}
    change = replaced(EarlierItem, path=lambda item: tuple(map(flip, item.path)))
    yield "earlier path", resigned(story, change, **earlier)
    yield (
        "earlier note",
        resigned(story, replaced(EarlierItem, note=lambda item: flip(item.note, 100)), **earlier),
    )
    yield "earlier order", resigned(story, lambda item: [item], earlier=earlier["earlier"][::-1])
    yield "earlier of all", resigned(story, lambda item: [item], earlier=[("us", len(story.logs["us"]), 1)])
    yield "message as consent", story.communique("us", story.all_of("us"), consents=[(1, 1)])
    yield "message as agreement", as_agreement(story, story.all_of("us"), (1, 1))
    about_less = told()
    proposal = about_less.propose("ru", {(0, 1): (Disclosed.HEAD, ())})
    yield "consent to another", about_less.communique("us", about_less.all_of("us"), consents=[proposal])
    yield "other line", of_another_line()
    yield "forked", resigned(forked(other_line), lambda item: [item])
    yield "agreement of two", resigned(unsigned(other), lambda item: [item])


def as_agreement(story, disclosing, smuggled):
    """Put an entry that was not chosen into a file as one that shows the agreement."""
    change = replaced(EntryItem, why=lambda item: Why.AGREEMENT if item.why is Why.CONSENT else item.why)
    return resigned(story, change, disclosing=disclosing, consents=[smuggled])


def of_another_line():
    """Entry 0 of US holds an agreement of the same parties and keys on another line."""
    story, other = told(), Story(line_id="00" * 16)
    story.logs["us"][0] = Written(story.origin("us"), bytes(16), story.logs["us"][0].head, other.opening)
    del story.logs["ru"][1:]
    del story.logs["us"][1:]
    story.say("us", "x")
    digest = selection_digest(bytes(16), None, story.chosen(story.all_of()))
    return resigned(story, replaced(HeaderItem, digest=digest))


def hidden_opening(item):
    if isinstance(item, EntryItem) and item.index == 0:
        return [replace(item, head=None, head_salt=None, body=None, body_salt=None)]
    return [item]


def forked(story):
    """RU's entry refers to a leaf of US that is another one now."""
    story.say("ru", "about it", references=[(0, 1)])
    entry = story.logs["us"][1]
    body = entry.body.replace(b"noon", b"nine")
    story.logs["us"][1] = type(entry)(story.origin("us"), entry.seed, entry.head, body)
    return story


def unsigned(story):
    """Entry 0 of US holds an agreement that one party has not signed."""
    from coupefeu.wire import cbor

    entry = story.logs["us"][0]
    fields = cbor.decode(entry.body)
    body = cbor.encode({0: fields[0], 1: fields[1][:1]})
    story.logs["us"][0] = type(entry)(story.origin("us"), entry.seed, entry.head, body)
    story.say("us", "x")
    return story


def test_what_a_dishonest_issuer_signs_is_refused_by_both_for_the_same_reason(story):
    names, files = zip(*dishonest(story), strict=True)
    expected, found = compare(files)
    told_alike = {
        name: (want, got) for name, want, got in zip(names, expected, found, strict=True) if want != got
    }
    assert [name for name, code in zip(names, expected, strict=True) if not code] == HARMLESS
    assert told_alike == {}


HARMLESS = ["no cosigners"]
"""What an issuer may leave out: it proves less, and both say so."""
