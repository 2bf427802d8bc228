"""A communique is verified to its last byte: whatever is altered in it is refused, with a sentence that says what."""

import base64
import io
import random
import re
import tracemalloc
from dataclasses import replace
from functools import cache
from hashlib import sha256

import pytest
from tests import sizes
from tests.communiques import VECTORS
from tests.console.communiques import Story, Written, told, witnessed

from coupefeu.errors import CoupefeuError, PeerError, VerificationError
from coupefeu.keys import ed25519
from coupefeu.keys.agreement_signatures import parse_agreement_body
from coupefeu.keys.notes import CosignSigner, LogSigner, MlDsaSigner
from coupefeu.model.agreement import Status
from coupefeu.record.communique import verify_communique
from coupefeu.record.leaf import salts
from coupefeu.record.proved_log import LogVerifier
from coupefeu.record.selection import Disclosed
from coupefeu.services.bodies import promised_in
from coupefeu.services.communique.consent import judge_consent
from coupefeu.services.communique.proved import not_proved_sentences, proved_sentences
from coupefeu.services.communique.reading import EntryReader
from coupefeu.testing.line import private_key
from coupefeu.wire import cbor
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.communique import (
    AttachmentItem,
    ContinuedItem,
    EarlierItem,
    EntryItem,
    HeaderItem,
    LogItem,
    Why,
    frame_item,
    parse_item,
    split_items,
)
from coupefeu.wire.communique_file import (
    CLOSING,
    OPENING,
    FileReader,
    FileSignature,
    format_body,
    signed_text,
)
from coupefeu.wire.note import Note, format_note, parse_note

ONE_SIDED, AGREED = VECTORS / "one-sided-exercise.html", VECTORS / "both-sides-real.html"


@cache
def octets(path=AGREED):
    return path.read_bytes()


@cache
def items(path=AGREED):
    return tuple(FileReader(io.BytesIO(octets(path)).readline).items())


def verify(data):
    return verify_communique(io.BytesIO(data).readline, promised_in)


@cache
def human(path=AGREED):
    return octets(path).partition(OPENING)[0]


def sign_anew(made, human_text=None, path=AGREED, key=None):
    """Make a file of these items under a key that is not the issuer's: all but the last line may hold."""
    body = format_body(human(path) if human_text is None else human_text, made)
    origin = next(each for each in made if isinstance(each, HeaderItem)).origin
    signer = LogSigner(origin, key or ed25519.generate())
    signature = signer.sign_raw(signed_text(origin, sha256(body).digest()))
    return body + FileSignature(origin=origin, key_id=signer.vkey.key_id, signature=signature).line()


def refused(data, *codes):
    with pytest.raises(CoupefeuError) as error:
        verify(data)
    assert error.value.code in codes, error.value
    assert error.value.message
    assert error.value.hint
    return error.value


def changed(at, **fields):
    """The items with one of them changed."""
    made = list(items())
    made[at] = replace(made[at], **fields)
    return made


def place(kind, which=0):
    return [number for number, each in enumerate(items()) if isinstance(each, kind)][which]


def test_the_samples_hold_and_say_what_they_are():
    one_sided, agreed = verify(octets(ONE_SIDED)), verify(octets(AGREED))
    assert one_sided.agreement.status is Status.EXERCISE
    assert judge_consent(one_sided).missing == ("ru",)
    assert agreed.agreement.status is Status.REAL
    assert not judge_consent(agreed).is_one_sided
    assert agreed.header.embargo_ms
    disclosed = [each.disclosed for each in one_sided.chosen]
    assert {*disclosed} == {*Disclosed}
    shown = [each for entry in one_sided.entries for each in entry.attachments]
    assert [each.is_shown for each in shown] == [False, True]
    assert shown[1].size > 49_152, "it comes in two parts"
    assert one_sided.logs[1].earlier
    for each in (one_sided, agreed):
        assert each.is_post_quantum
        assert all(each.keys.names(key) for log in each.logs.values() for key in log.keys)


def test_items_come_back_as_they_were():
    for path in (ONE_SIDED, AGREED):
        data = b"".join(map(frame_item, items(path)))
        for width in (1, 57, 4_096):
            chunks = (data[at : at + width] for at in range(0, len(data), width))
            assert tuple(split_items(chunks)) == items(path)


def test_a_file_cut_anywhere_is_refused():
    data = octets()
    cuts = random.Random(4).sample(range(len(data)), sizes.size(small=60, full=len(data)))
    for cut in {*cuts, 0, len(data) - 1, len(data) - 2}:
        with pytest.raises(CoupefeuError):
            verify(data[:cut])


def test_a_file_with_any_bit_altered_is_refused():
    data = octets()
    random_bits = random.Random(5)
    start, count = data.index(OPENING), sizes.size(small=30, full=4_000)
    places = random_bits.sample(range(start), count) + random_bits.sample(range(start, len(data)), 2 * count)
    for position in places:
        altered = bytearray(data)
        altered[position] ^= 1 << random_bits.randrange(8)
        with pytest.raises(CoupefeuError):
            verify(bytes(altered))


@pytest.mark.parametrize(
    ("defect", "alter"),
    [
        ("wire.communique.after-signature", lambda data: data + b" "),
        ("wire.communique.after-signature", lambda data: data + data),
        ("wire.communique.script", lambda data: b"<SCRIPT>\n" + data),
        ("wire.communique.script", lambda data: data.replace(b"<main>", b"<main><scr<script", 1)),
        ("wire.communique.script", lambda data: b"x" * 65_530 + OPENING + data),
        ("wire.communique.after-data", lambda data: data.replace(CLOSING[0], CLOSING[0] + OPENING, 1)),
        ("wire.communique.base64", lambda data: data.replace(CLOSING[0], b"QUJD\nQUJD\n" + CLOSING[0], 1)),
        ("wire.communique.not-utf8", lambda data: b"\xff\n" + data),
        ("wire.communique.not-utf8", lambda data: b"\x00\n" + data),
        ("wire.communique.no-data", lambda data: data.replace(OPENING, b"<p>\n", 1)),
        ("wire.communique.signature-line", lambda data: data.replace(b"communique/v1 ", b"communique/v2 ")),
        ("wire.communique.no-data", lambda _: b""),
    ],
)  # fmt: skip
def test_what_stands_around_the_data_is_of_one_form(defect, alter):
    refused(alter(octets()), defect)


def test_a_base64_that_is_not_the_one_of_its_bytes_is_refused():
    data = b"".join(map(frame_item, items()))[:-1]
    lines = base64.b64encode(data[: 57 * 2 + 1]).decode()
    other = lines[:-4] + re.sub(r"(.)==$", lambda found: chr(ord(found[1]) + 1) + "==", lines[-4:])
    assert base64.b64decode(other) == base64.b64decode(lines)
    block = "\n".join([*re.findall(".{76}", other), other[152:]])
    refused(human() + OPENING + block.encode() + b"\n" + b"".join(CLOSING), "wire.communique.base64")


def test_each_signature_of_another_key_is_refused():
    refused(sign_anew(items()), "record.communique.other_key")
    line = octets().splitlines(keepends=True)[-1]
    first, second = re.findall(rb"[A-Za-z0-9+/=]{80,}", line)
    other = octets(ONE_SIDED).splitlines(keepends=True)[-1]
    others = re.findall(rb"[A-Za-z0-9+/=]{80,}", other)
    kept_id = base64.b64encode(base64.b64decode(first)[:4] + base64.b64decode(others[0])[4:])
    for found, put, code in (
        (first, others[0], "record.communique.other_key"),
        (first, kept_id, "keys.ed25519.signature"),
        (second, others[1], "record.communique.other_key"),
    ):
        refused(octets().replace(found, put), code)
    refused(octets().replace(b" " + second, b""), "record.communique.cut_signature")


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"leaf": b"\x83\x01" + bytes(68)}, ("record.leaf.form",)),
        ({"index": 3}, ("record.tree.inclusion", "wire.communique.order")),
        ({"path": ()}, ("record.tree.inclusion",)),
        ({"head_salt": bytes(16)}, ("record.disclosure.head",)),
        ({"head": b"\xa0"}, ("record.disclosure.head",)),
        ({"body_salt": bytes(16)}, ("record.disclosure.body",)),
        ({"body": b"other"}, ("record.disclosure.body",)),
        ({"why": Why.CONSENT}, ("record.communique.why",)),
        ({"body": None, "body_salt": None}, ("record.communique.selection",)),
        ({"log": 7}, ("wire.communique.order",)),
    ],
)  # fmt: skip
def test_an_entry_altered_in_any_part_is_refused(fields, codes):
    refused(sign_anew(changed(place(EntryItem, 1), **fields)), *codes)


@pytest.mark.parametrize(
    ("kind", "fields", "codes"),
    [
        (HeaderItem, {"digest": bytes(32)}, ("record.communique.selection",)),
        (HeaderItem, {"embargo_ms": None}, ("record.communique.selection",)),
        (HeaderItem, {"entries": 1}, ("wire.communique.order",)),
        (HeaderItem, {"entries": 7}, ("wire.communique.count",)),
        (HeaderItem, {"logs": 1}, ("wire.communique.order",)),
        (HeaderItem, {"origin": "example/us/1"}, ("wire.communique.issuer",)),
        (LogItem, {"note": b"no note"}, ("wire.note.no-signatures",)),
        (LogItem, {"number": 4}, ("wire.communique.order", "record.communique.other_line")),
        (LogItem, {"cosigners": ()}, ("",)),
        (EarlierItem, {"path": ()}, ("record.tree.consistency",)),
        (EarlierItem, {"log": 5}, ("wire.communique.order",)),
    ],
)  # fmt: skip
def test_header_and_logs_altered_are_refused(kind, fields, codes):
    data = sign_anew(changed(place(kind), **fields))
    refused(data, *(codes if codes != ("",) else ("record.communique.other_key",)))


def test_proofs_of_another_line_are_refused():
    """Logs, checkpoints and entries of one line under the agreement of another."""
    ours, other = list(items()), items(ONE_SIDED)
    foreign = [each for each in other if isinstance(each, LogItem) and each.number == 1]
    made = [foreign[0] if isinstance(each, LogItem) and each.number == 1 else each for each in ours]
    made = [each for each in made if not isinstance(each, EarlierItem)]
    refused(sign_anew(made), "record.tree.inclusion")
    entries = [each for each in other if isinstance(each, EntryItem) and each.log == 1 and each.index]
    first = next(number for number, each in enumerate(made) if isinstance(each, EntryItem) and each.log == 1)
    made = [*made[:first], replace(entries[0], why=Why.AGREEMENT)]
    made[0] = replace(made[0], entries=sum(isinstance(each, EntryItem) for each in made))
    refused(sign_anew(made), "record.communique.other_line")


def test_names_that_collide_are_refused():
    logs = place(LogItem), place(LogItem, 1)
    first = items()[logs[0]]
    twice = list(items())
    twice[logs[1]] = replace(first, number=1)
    refused(sign_anew(twice), "wire.communique.order")
    refused(sign_anew(changed(logs[0], cosigners=(first.key,))), "wire.communique.key")
    doubled = first.cosigners * 2
    refused(sign_anew(changed(logs[0], cosigners=doubled)), "record.signatures.keys")
    refused(sign_anew(changed(logs[0], ml_dsa=first.ml_dsa * 2)), "wire.communique.key-twice")


def test_items_out_of_their_order_are_refused():
    made = list(items())
    header, log, entry = place(HeaderItem), place(LogItem), place(EntryItem)
    for wrong in (
        made[1:],
        [made[header], *made],
        [*made[:entry], made[log], *made[entry:]],
        [*made[:entry], made[entry + 1], made[entry], *made[entry + 2 :]],
        [*made, made[-1]],
        [*made, AttachmentItem(number=0, salt=bytes(16), content=b"x")],
        [*made, ContinuedItem(content=b"x")],
    ):
        with pytest.raises(CoupefeuError) as error:
            verify(sign_anew(wrong) if wrong and isinstance(wrong[0], HeaderItem) else _unsigned(wrong))
        assert error.value.code.startswith(("wire.communique.", "record.communique.")), error.value


def _unsigned(made):
    return format_body(human(), made) + octets().splitlines(keepends=True)[-1]


def test_attachments_are_what_was_promised_or_refused():
    made = list(items(ONE_SIDED))
    at = next(number for number, each in enumerate(made) if isinstance(each, AttachmentItem))
    part, more = made[at], made[at + 1]
    for wrong, code in (
        ([replace(part, content=b"other"), more], "wire.communique.part"),
        ([replace(part, salt=bytes(16)), more], "record.communique.attachment"),
        ([part], "record.communique.attachment"),
        ([part, more, more], "wire.communique.continued"),
        ([replace(part, number=2), more], "record.communique.not_promised"),
        ([part, replace(more, content=b"x" * len(more.content))], "record.communique.attachment"),
        ([more, part], "wire.communique.continued"),
    ):
        refused(sign_anew([*made[:at], *wrong, *made[at + 2 :]], path=ONE_SIDED), code)
    del made[at : at + 2]
    refused(sign_anew(made, path=ONE_SIDED), "record.communique.selection")


def test_the_text_for_people_cannot_be_altered_by_a_letter():
    data = octets()
    assert b"STOP" in human()
    error = refused(data.replace(b"STOP", b"GO!!", 1), "keys.ed25519.signature")
    assert isinstance(error, VerificationError)


@pytest.mark.parametrize(
    "value",
    [
        [7, {}], [-1, {}], [True, {}], [0], {}, [0, {0: 2, 1: "x", 2: 1, 5: bytes(32), 6: ["en"], 7: 1, 8: 1}],
        [0, {0: 1, 1: "x", 2: 1, 5: bytes(31), 6: ["en"], 7: 1, 8: 1}],
        [0, {0: 1, 1: "x", 2: 1, 5: bytes(32), 6: ["en"], 7: 1, 8: 20_001}],
        [0, {0: 1, 1: "x", 2: True, 5: bytes(32), 6: ["en"], 7: 1, 8: 1}],
        [0, {0: 1, 1: "", 2: 1, 5: bytes(32), 6: ["en"], 7: 1, 8: 1}],
        [0, {0: 1, 1: "x", 2: 1, 5: bytes(32), 6: [1], 7: 1, 8: 1}],
        [0, {0: 1, 1: "x", 2: 1, 5: bytes(32), 6: ["en"], 7: 1, 8: 1, 9: 1}],
        [4, {0: 0, 1: 0, 2: bytes(70), 3: bytes(31)}], [4, {0: 0, 1: 0, 2: bytes(70), 3: bytes(32 * 65)}],
        [4, {0: 0, 1: 0, 2: bytes(69), 3: b""}], [4, {0: 0, 1: 0, 2: bytes(70), 3: b"", 8: 0}],
        [4, {0: 0, 1: 0, 2: bytes(70), 3: b"", 8: 3}], [4, {0: 0, 1: 0, 2: bytes(70), 3: b"", 4: bytes(16)}],
        [4, {0: 0, 1: 0, 2: bytes(70), 3: b"", 6: bytes(16), 7: b""}], [6, {0: b""}], [6, {0: bytes(49_153)}],
        [5, {0: 64, 1: bytes(16), 2: b"x"}], [5, {0: 0, 1: bytes(15), 2: b"x"}], [1, {}], [3, {0: 0, 1: b""}],
    ],
)  # fmt: skip
def test_an_item_of_another_form_is_refused(value):
    with pytest.raises(PeerError) as error:
        parse_item(cbor.encode(value))
    assert error.value.code.startswith("wire.communique.")


@pytest.mark.parametrize("length", [0, 65_537, (1 << 32) - 1])
def test_a_length_that_is_not_allowed_is_refused_before_anything_is_kept(length):
    with pytest.raises(PeerError) as error:
        list(split_items(iter([length.to_bytes(4) + b"x" * 100])))
    assert error.value.code == "wire.communique.item-length"


# --- what an issuer itself may try, and signs ---------------------------------------------------------------


def test_entries_of_two_branches_of_one_log_are_refused():
    """The other side wrote after one branch; the issuer shows another, which it signed as well."""
    fork = told()
    fork.logs["us"][1] = Story().logs["us"][0]
    refused(fork.communique("us", fork.all_of("us", "ru")), "record.communique.two_truths")


def test_a_root_that_an_author_saw_otherwise_is_refused():
    story = told()
    story.logs["us"][-1] = Written(story.origin("us"), bytes(16), story.logs["us"][-1].head, b"other")
    disclosing = {(0, 1): (Disclosed.HEAD, ()), (1, 2): (Disclosed.HEAD, ())}
    refused(story.communique("us", disclosing), "record.communique.two_truths")


def test_a_log_of_which_nothing_is_shown_is_refused():
    story = told()
    made = list(story.items("us", story.all_of("us")))
    other = next(each for each in story.items("us") if isinstance(each, LogItem) and each.number == 1)
    made.insert(2, other)
    made[0] = replace(made[0], logs=2)
    refused(story.sign("us", format_body(b"\n", made)), "wire.communique.empty-log")


def test_the_agreement_is_always_shown():
    story = told()
    made = [
        each
        for each in story.items("us")
        if not (isinstance(each, EntryItem) and (each.log, each.index) == (0, 0))
    ]
    made[0] = replace(made[0], entries=made[0].entries - 1)
    refused(story.sign("us", format_body(b"\n", made)), "wire.communique.no-agreement")


def test_an_agreement_that_not_all_signed_is_refused():
    story = told()
    octets, _ = parse_agreement_body(story.opening)
    story.logs["us"][0] = Written(
        story.origin("us"), story.seed("us"), story.logs["us"][0].head, cbor.encode({0: octets, 1: []})
    )
    refused(
        story.communique("us", {(0, 1): (Disclosed.EXISTENCE, ())}),
        "keys.agreement.unsigned",
        "record.disclosure.head",
    )


class Alone(Story):
    """A story that US makes alone: the keys of RU are its own."""

    def log_signer(self, party):
        return LogSigner(self.origin("ru"), bytes([7]) * 32) if party == "ru" else super().log_signer(party)

    def cosigner(self, party):
        own = CosignSigner(self.agreement.cosigner_name("ru"), bytes([9]) * 32)
        return own if party == "ru" else super().cosigner(party)


def test_one_side_alone_makes_no_log_and_no_consent_of_the_other():
    story = Alone(post_quantum=False)
    story.say("us", "We ask.")
    story.say("ru", "We surrender the bridge.")
    disclosed = story.all_of()
    proposal = story.propose("us", disclosed)
    story.consent("ru", proposal, story.digest(disclosed))
    consents = (proposal, (1, len(story.logs["ru"]) - 1))
    error = refused(story.communique("us", disclosed, consents=consents), "record.communique.unnamed_key")
    assert "is not one that its agreement names" in error.message


def test_one_side_alone_makes_no_receipt_of_the_other():
    story = Alone(post_quantum=False)
    story.say("us", "We told you.")
    refused(story.communique("us", story.all_of("us")), "record.communique.unnamed_key")


@pytest.mark.parametrize("why", [Why.AGREEMENT, Why.CONSENT])
def test_nothing_but_agreement_keys_and_consent_stands_beside_the_selection(why):
    """Under the digest that both sides consented to are the chosen entries alone."""
    story = told()
    selection = {(0, 1): (Disclosed.ALL, ()), (1, 1): (Disclosed.ALL, ())}
    proposal = story.propose("us", selection)
    consents = [proposal, story.consent("ru", proposal, story.digest(selection))]
    assert not judge_consent(verify(story.communique("us", selection, consents=consents))).is_one_sided
    smuggled = (1, 2)
    made = [
        replace(each, why=why) if isinstance(each, EntryItem) and (each.log, each.index) == smuggled else each
        for each in story.items("us", selection, consents=[*consents, smuggled])
    ]
    error = refused(story.sign("us", format_body(b"\n", made)), "record.communique.why")
    assert "entry 2 of log 1 stands beside the selection" in error.message


def test_a_word_on_another_selection_does_not_stand_beside_this_one():
    story = told()
    other = story.propose("ru", {(0, 1): (Disclosed.HEAD, ())})
    refused(story.communique("us", story.all_of("us"), consents=[other]), "record.communique.why")
    unread = story.add("ru", 65, b"\xff", references=[other])
    refused(story.communique("us", story.all_of("us"), consents=[unread]), "record.communique.why")


def test_no_witness_bears_the_name_of_a_party():
    class Feigned(Alone):
        def _log_item(self, party):
            own = self.cosigner("ru").vkey.text()
            return replace(super()._log_item(party), cosigners=(), witnesses=(own,))

    story = Feigned(post_quantum=False)
    story.say("us", "We told you.")
    refused(story.communique("us", story.all_of("us")), "record.communique.witness_name")


def test_an_attackers_file_is_read_in_little_memory():
    """However much it claims, little is kept before it is refused: a length, a count, a line without end."""
    endless = human() + OPENING + b"A" * 5_000_000
    many = human() + OPENING + base64.encodebytes((1 << 31).to_bytes(4) + bytes(2_000_000))
    for data in (endless, many, b"x" * 5_000_000):
        tracemalloc.start()
        with pytest.raises(PeerError):
            verify(data)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < len(data) / 2 + 1_000_000, "the bytes themselves are the test's"


def test_no_seed_is_ever_in_a_file():
    """From a seed follow the salts of what was not chosen; what was disclosed has its own salts."""
    story = told()
    disclosing = dict.fromkeys(story.all_of(), (Disclosed.HEAD, ()))
    data = b"".join(map(frame_item, story.items("us", disclosing)))
    for party, entries in story.logs.items():
        for index, entry in enumerate(entries):
            assert entry.seed not in data, f"{party}/{index}"
            if index:
                assert salts(entry.seed)[0] in data
                assert salts(entry.seed)[1] not in data
                assert entry.body not in data


def test_a_witness_that_the_agreement_names_bounds_and_no_other_does():
    """An issuer adds whatever witness it likes, with whatever time: when an entry was held is not its choice."""
    agreed, own = CosignSigner("neutral.example/w", bytes([8]) * 32), CosignSigner("own.example/w", bytes(32))
    story = told(witness=agreed)
    for witness, time_s, bounds in ((agreed, 1_648_000_000, True), (agreed, 0, False), (own, 5, False)):
        data = story.sign("us", format_body(b"\n", witnessed(story, witness, time_s)))
        proved = verify(data)
        entry = next(each for each in proved.entries if each.id == (0, 1))
        first = proved.first_held(entry)
        assert (first.key == witness.vkey) is bounds
        assert (
            EntryReader(proved, "en")
            .read(entry)
            .held.startswith("held by neutral" if bounds else "held by RU")
        )
        unsaid = " ".join(not_proved_sentences(proved, "en", is_our_text=False))
        assert ("the agreement does not name" in unsaid) is (witness is own)


def test_a_partys_word_under_another_incarnation_is_no_receipt_for_its_own_log():
    """It is no other's, whatever number its name bears."""
    story = told()
    log = next(each for each in story.items("us") if isinstance(each, LogItem))
    again = CosignSigner(story.origin("us").removesuffix("1") + "2/cosigner", bytes([9]) * 32)
    note = parse_note(log.note)
    signed = format_note(Note(note.text, (*note.signatures, again.cosign(note.text, 5))))
    item = replace(log, note=signed, cosigners=(*log.cosigners, again.vkey.text()))
    proved = LogVerifier(item).proved()
    assert [each.key.name for each in proved.newest.holders] == [story.cosigner("ru").vkey.name]


def test_a_witness_is_named_apart_from_those_who_hold_the_entries():
    """It saw a size and a root, and no word; whether the parties agreed on it is said."""
    story = told()
    made = list(story.items("us", story.all_of("us")))
    log = next(number for number, each in enumerate(made) if isinstance(each, LogItem))
    witness = CosignSigner("witness.example/w1", bytes([9]) * 32)
    note = parse_note(made[log].note)
    seen = witness.cosign(note.text, 1_648_091_000)
    again = format_note(Note(note.text, (*note.signatures, seen)))
    made[log] = replace(made[log], note=again, witnesses=(witness.vkey.text(),))
    proved = verify(story.sign("us", format_body(b"\n", made)))
    (named,) = proved.logs[0].newest.witnesses
    assert named.time_s == 1_648_091_000
    assert [each.key for each in proved.logs[0].newest.holders] != [named.key]
    entry = next(each for each in proved.entries if each.id == (0, 1))
    assert proved.first_held(entry).key in [each.key for each in proved.logs[0].newest.holders]
    assert replace(proved, given=frozenset({witness.vkey})).first_held(entry).time_s == 1_648_091_000
    said = " ".join(proved_sentences(proved, "en", is_our_text=False))
    assert f"The witness witness.example/w1 (key {witness.vkey.key_id.hex()}) signed" in said
    unsaid = " ".join(not_proved_sentences(proved, "en", is_our_text=False))
    assert "the agreement does not name witness.example/w1" in unsaid
    forged = replace(seen, blob=seen.blob[:-1] + bytes([seen.blob[-1] ^ 1]))
    made[log] = replace(made[log], note=format_note(Note(note.text, (*note.signatures, forged))))
    refused(story.sign("us", format_body(b"\n", made)), "keys.ed25519.signature")


@pytest.mark.parametrize(
    ("signers", "is_said"),
    [(("own",), True), (("other",), True), (("own", "witness"), True), (("own", "other"), False)],
)
def test_classical_only_is_said_until_both_a_party_and_another_signed_with_ml_dsa(signers, is_said):
    story = told()
    made = list(story.items("us", story.all_of("us")))
    place_of_log = next(number for number, each in enumerate(made) if isinstance(each, LogItem))
    log = made[place_of_log]
    note = parse_note(story.note("us", len(story.logs["us"]), 1_648_091_000, post_quantum=False))
    keys = {
        "own": story.log_ml_dsa("us"),
        "other": MlDsaSigner(story.agreement.cosigner_name("ru"), private_key("ru", "cosigner-mldsa")),
        "witness": MlDsaSigner("witness.example/w1", bytes([9]) * 32),
    }
    checkpoint = Checkpoint.parse(note.text)
    lines = tuple(keys[each].cosign(checkpoint, 1_648_091_000) for each in signers)
    made[place_of_log] = replace(
        log,
        note=format_note(Note(note.text, (*note.signatures, *lines))),
        ml_dsa=(keys["own"].vkey.text(), keys["other"].vkey.text()),
        ml_dsa_witnesses=(keys["witness"].vkey.text(),),
    )
    proved = verify(story.sign("us", format_body(b"\n", made)))
    unsaid = " ".join(not_proved_sentences(proved, "en", is_our_text=False))
    assert ("the log of US lacks an ML-DSA-44 signature" in unsaid) is is_said
