"""What persons signed, verified offline: in a record, in the proof of one entry, and in a communique."""

import asyncio
import json
import shutil
from dataclasses import replace

import pytest
from tests.cli.conftest import WITHIN_S, Commands
from tests.passkeys import PRESENT, Passkey
from tests.stores import AGREEMENT

import coupefeu
from coupefeu.model.entry import Kind, Reference
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.issuing import Wish, draft_communique
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.record.leaf import leaf_hash
from coupefeu.record.selection import Disclosed
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
    statement_challenge,
)
from coupefeu.services.persons.judging import Line
from coupefeu.services.persons.shown import KEY_NOT_SHOWN, ShownPersons
from coupefeu.store.reader import Reader
from coupefeu.testing.author import Author

BY = "head of the duty desk"
POST = "us.duty"


def enrolment(device, line, post=POST):
    challenge = enrolment_challenge(line_id=line, post=post, key=device.key, admitted_by=BY, officer="")
    return EnrolKey(from_post=post, key=device.key, assertion=device.answer(challenge), admitted_by=BY)


def statement(device, line, about, leaf, key, *, post=POST, **made):
    text = "I stand by it."
    asked = {"line_id": line, "post": post, "about": about, "leaf_hash": leaf, "text": text, "language": "en"}
    return MakeStatement(
        from_post=post,
        about=about,
        leaf_hash=leaf,
        key=key,
        assertion=device.answer(statement_challenge(**asked), **made),
        language="en",
        text=text,
    )


async def _play(us, ru):
    line = NodeFolder.open(us).agreement.line_id
    device = Passkey()
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru):
        (key,) = await ours.act(enrolment(device, line))
        said = await ours.line("RU").send("Our patrol leaves at noon.")
        await said.receipt()
        with Reader(us / "record.db", running=True) as reader:
            leaf = leaf_hash(reader.entry(*said.id)["leaf"])
        (signed,) = await ours.act(statement(device, line, said.id, leaf, key.id))
        (ended,) = await ours.act(EndKey(from_post=POST, key=key.id, reason=EndReason.LOST))
        await ended.receipt()
    return {"key": key.number, "said": said.number, "signed": signed.number, "ended": ended.number}


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signed")
    pair_exercise(folder / "us", folder / "ru")
    numbers = asyncio.run(asyncio.wait_for(_play(folder / "us", folder / "ru"), WITHIN_S))
    (folder / "numbers.json").write_text(json.dumps([numbers["said"], numbers["signed"]]))
    return Commands(folder), numbers


def test_the_other_sides_export_says_which_statements_hold(signed, tmp_path):
    line, numbers = signed
    line.run("export", "record", "--party", "us", "--to", tmp_path / "record", node=line.ru)
    values = line.json("verify", tmp_path / "record", "--deep")
    persons = values["persons"]
    assert (persons["keys"], persons["ended"], persons["left_out"]) == (1, 1, 0)
    (found,) = persons["statements"]
    assert (found["number"], found["about"], found["key"], found["effect"]) == (
        numbers["signed"],
        numbers["said"],
        numbers["key"],
        None,
    )
    assert any(each.startswith(f"{numbers['signed']}: somebody at us.duty") for each in values["proved"])
    assert any(each.startswith("Who those persons were") for each in values["not_proved"])
    assert line.json("verify", tmp_path / "record")["persons"] is None


def test_a_proof_of_the_statement_alone_proves_its_signature_and_not_whose_key_it_is(signed, tmp_path):
    line, numbers = signed
    index = numbers["signed"].partition("/")[2]
    line.run("prove", "--party", "US", "--index", index, "--to", tmp_path / "proof")
    values = line.json("verify", tmp_path / "proof")
    assert values["persons"]["statements"][0]["effect"] == KEY_NOT_SHOWN
    assert any(each.startswith(f"Whose key signed {numbers['signed']}") for each in values["not_proved"])
    assert "  | I stand by it." in line.run("verify", tmp_path / "proof")


def copied(line, to):
    return NodeFolder.open(shutil.copytree(line.us, to / "us", ignore=shutil.ignore_patterns("*.sock")))


def communique_of(folder, numbers, *shown):
    """Give the file of a communique that shows these entries whole."""
    single = {(0, int(numbers[each].partition("/")[2])): Disclosed.ALL for each in shown}
    wish = Wish(query=Query(everything=True), disclosing=Disclosing(single=single), words="")
    with Reader(folder.record_path, running=False) as reader:
        return draft_communique(folder, reader, wish).sign(folder)


def test_a_communique_says_the_same(signed, tmp_path):
    line, numbers = signed
    folder = copied(line, tmp_path)

    def verified(*shown):
        (tmp_path / "file.html").write_bytes(communique_of(folder, numbers, *shown))
        return line.json("verify", tmp_path / "file.html")

    whole = verified("key", "said", "signed")
    assert whole["persons"]["statements"][0]["effect"] is None
    assert any(numbers["signed"] in each and "us.duty" in each for each in whole["proved"])
    part = verified("said", "signed")
    assert part["persons"]["statements"][0]["effect"] == KEY_NOT_SHOWN
    assert not any("somebody at" in each for each in part["proved"])


# --- what does not hold ---------------------------------------------------------------------------------------


class Shown:
    """Entries of US that a reader is shown, lawful or not."""

    def __init__(self):
        self.author, self.device, self.line = Author(AGREEMENT, "us"), Passkey(), AGREEMENT.line_id
        self.persons = ShownPersons(Line(id=self.line, parties=AGREEMENT.party_ids))
        self.next = 1

    def take(self, kind, body, *references, post=POST):
        named = tuple(Reference(log=log, index=index, leaf_hash=leaf) for log, index, leaf in references)
        head = replace(self.author.head(kind=kind), from_post=post, references=named)
        self.next += 1
        self.persons.take((0, self.next), head, body)
        return 0, self.next

    def enrol(self, device=None, post=POST):
        asked = enrolment(device or self.device, self.line, post)
        fact = Enrolled(key=asked.key, assertion=asked.assertion, admitted_by=BY)
        return self.take(Kind.PERSONAL_KEY_ENROLLED, encode_enrolled(fact), post=post)

    def state(self, key, *, device=None, assertion=None, post=POST, **made):
        device = device or self.device
        asked = statement(device, self.line, (1, 3), bytes(32), key, post=post, **made)
        fact = Stated(
            public_key=device.public_key,
            origin=device.origin,
            rp_id=device.rp_id,
            assertion=assertion or asked.assertion,
            language="en",
            text=asked.text,
        )
        self.take(Kind.STATEMENT, encode_statement(fact), (1, 3, bytes(32)), (*key, bytes(32)), post=post)
        return asked.assertion

    def end(self, key):
        body = encode_ended(Ended(reason=EndReason.STOLEN))
        self.take(Kind.PERSONAL_KEY_ENDED, body, (*key, bytes(32)))

    @property
    def effects(self):
        return [each.effect for each in self.persons.statements()]


def test_each_statement_that_does_not_hold_is_named():
    shown = Shown()
    chief, key = shown.enrol(Passkey(), "us.chief"), shown.enrol()
    first = shown.state(key)
    shown.state(key, assertion=first)
    shown.state(chief)
    shown.state(key, device=Passkey())
    shown.state(key, flags=PRESENT)
    shown.state((0, 99))
    shown.end(key)
    shown.state(key)
    assert shown.effects == [
        "",
        "replayed",
        "other_post",
        "other_key",
        "user_unverified",
        KEY_NOT_SHOWN,
        "ended_key",
    ]


def test_what_is_kept_of_a_hostile_record_is_bounded(monkeypatch):
    monkeypatch.setattr("coupefeu.services.persons.shown.MAX_KEPT", 2)
    shown = Shown()
    key = shown.enrol()
    for _ in range(3):
        shown.state(key)
    assert (len(shown.effects), shown.persons.left_out) == (1, 2)
