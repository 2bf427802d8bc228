"""24 February to 24 March 2022: the Secretary and the Chairman call their counterparts several times, in vain.

The other node is dark, or says nothing. Every attempt stands on our record with its time and its outcome; a neutral
witness bounds it in time, for nobody on the other side signs for it; and what is shown is said exactly, no more: we
tried by T; not shown that they saw it. A communique says the same to a newspaper.
"""

import asyncio
import io
import shutil
from dataclasses import replace

import pytest
from tests.cli.test_witnessed_evidence import Neutral
from tests.scenario.calling import GRACE_S, RING_S, call, outcome, view, with_terms
from tests.scenario.stage import MINUTE, open_line

import coupefeu
from coupefeu.keys import ed25519, mldsa
from coupefeu.keys.notes import CosignSigner, MlDsaSigner
from coupefeu.model.calls import CallState, Outcome
from coupefeu.model.instant import format_second
from coupefeu.node import exercise
from coupefeu.node.assembly import open_keeper, signers_of
from coupefeu.node.communique import gathering
from coupefeu.node.communique.choosing import Disclosing, Query
from coupefeu.node.communique.issuing import Wish, draft_communique
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.folder import NodeFolder
from coupefeu.record.communique import verify_communique
from coupefeu.record.selection import Disclosed
from coupefeu.record.statements import sign_checkpoint
from coupefeu.record.witnessed import WitnessLine
from coupefeu.services.bodies import promised_in
from coupefeu.services.calls.commands import Unreached
from coupefeu.services.communique.account import account_lines
from coupefeu.services.communique.page import render_page
from coupefeu.services.diagnosed import diagnosis_lines
from coupefeu.store.jobs import KeepWitnessed
from coupefeu.store.reader import Reader
from coupefeu.testing.witness import MemoryWitness
from coupefeu.wire.checkpoint import Checkpoint
from coupefeu.wire.communique import MAX_EARLIER

SECRETARY, CHAIRMAN = ("us.secretary", "ru.minister"), ("us.chief", "ru.chief")
LADDER_S = 3 * RING_S
TRIED = "we tried by {time}; not shown that they saw it"


def told(node, number):
    """What `coupefeu calls` and the page say of an attempt."""
    desk = node.desk()
    try:
        diagnosis = desk.diagnosis(number)
        return diagnosis, "\n".join(diagnosis_lines(diagnosis, "en"))
    finally:
        desk.close()


def test_the_other_node_is_dark_and_each_attempt_is_bounded_by_the_witness(tmp_path):
    agreement = replace(with_terms(ring_s=20), ladders=())
    nodes = open_line(tmp_path, agreement=agreement)
    witness = MemoryWitness(tmp_path, nodes)
    asking = [witness.asked_by(nodes.us)]
    nodes.us.say("before the offensive")
    witness.run(asking, seconds=MINUTE)
    nodes.ru.stop()
    attempts = []
    for from_post, to_post in (SECRETARY, CHAIRMAN, SECRETARY):
        placed_ms = nodes.us.clock().utc_ms
        attempts.append((call(nodes.us, to_post, from_post=from_post), placed_ms))
        witness.run(asking, seconds=2 * MINUTE)

    for number, placed_ms in attempts:
        seen = view(nodes.us, number)
        assert (seen.state, seen.outcome) == (CallState.ENDED, Outcome.LINE_DOWN), (
            "never: no answer, never: declined"
        )
        diagnosis, words = told(nodes.us, number)
        assert (diagnosis.verdict, diagnosis.bound_by) == ("tried", "neutral")
        assert placed_ms <= diagnosis.tried_by_ms < placed_ms + 2 * MINUTE * 1_000
        assert TRIED.format(time=format_second(diagnosis.tried_by_ms)) in words
        assert [each.says.value for each in diagnosis.readings] == ["silent", "unknown", "unknown"]

    nodes.ru.start()
    nodes.connect()
    nodes.run(seconds=MINUTE)
    for number, _ in attempts:
        assert outcome(nodes, number) is Outcome.LINE_DOWN, (
            "the same on both records, and it never rang there"
        )
        assert view(nodes.ru, number).rung_posts == ()
        assert told(nodes.us, number)[0].verdict == "late"


def test_a_node_that_is_there_and_where_nobody_acts_is_another_thing(tmp_path):
    nodes = open_line(tmp_path)
    number = call(nodes.us, "ru.minister", from_post="us.secretary")
    nodes.run(seconds=LADDER_S + GRACE_S + 1)
    assert outcome(nodes, number) is Outcome.NOT_STAFFED
    diagnosis, words = told(nodes.us, number)
    assert diagnosis.verdict == "not_staffed"
    assert "not shown that they saw it" not in words
    assert [each.says.value for each in diagnosis.readings] == ["alive", "unstaffed", "nobody"]


# --- the statement of 23 March ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def neutral():
    name = "witness.example/w1"
    return Neutral(CosignSigner(name, ed25519.generate()), MlDsaSigner(name, mldsa.generate()))


@pytest.fixture(scope="module")
def played(tmp_path_factory, neutral):
    """Two nodes that agree on the witness, and whose line was up once; the call of then, which RU declined."""
    folder, render = tmp_path_factory.mktemp("m"), exercise.render_template
    section = f'\n[[witnesses]]\nname = "neutral"\nkey = "{neutral.ed25519.vkey.text()}"\n'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exercise, "render_template", lambda **terms: render(**terms) + section)
        us, ru = pair_exercise(folder / "us", folder / "ru")

    async def speak():
        async with coupefeu.Node.open(us.path) as ours, coupefeu.Node.open(ru.path) as theirs:
            seen = await ours.line("RU").call(words="Before the offensive.")
            await seen.until(CallState.RINGING)
            await theirs.call(seen.id).decline(coupefeu.DeclineReason.NOT_NOW)
            await (await ours.line("RU").send("before the offensive")).receipt()
            return seen.id

    return folder, asyncio.run(asyncio.wait_for(speak(), 60))


@pytest.fixture
def line(played, tmp_path):
    folder, seen = played
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("control.sock"))
    return tmp_path / "us", tmp_path / "ru", seen


def try_in_the_dark(us):
    """Call, and say as the node does that nothing was heard; nobody else runs."""

    async def play():
        async with coupefeu.Node.open(us, online=False) as ours:
            attempt = await ours.line("RU").call(to_post="ru.minister", from_post="us.secretary")
            concluded = Unreached(call=attempt.id, outcome=Outcome.LINE_DOWN, heard_ms=1_645_660_800_000)
            (unreached,) = await ours.act(concluded)
            return attempt.id, unreached.id

    return asyncio.run(asyncio.wait_for(play(), 60))


def witnessed(path, neutral, time_s):
    """Have the witness sign the newest head of US, as it does each minute, whoever else is there."""
    folder = NodeFolder.open(path)
    keeper = open_keeper(folder, folder.clock())
    log, (signer, _) = folder.log_number, signers_of(folder)
    size, root = keeper.marks()[log]
    checkpoint = Checkpoint(folder.log_origin, size, root)
    signature = neutral.ed25519.cosign_raw(checkpoint.text(), time_s)
    line = WitnessLine(key=neutral.ed25519.vkey, time_s=time_s, signature=signature)
    signed = sign_checkpoint(signer, size, root)
    job = KeepWitnessed(log=log, size=size, root=root, signature=signed, witness="neutral", lines=(line,))
    (kept,) = keeper.execute([job], folder.clock())
    keeper.close()
    assert not isinstance(kept, Exception), kept


def prove(folder, reader, numbers):
    """The file, verified."""
    disclosing = Disclosing(default=Disclosed.ALL)
    wish = Wish(query=Query(entries=tuple(numbers)), disclosing=disclosing, words="attempts")
    octets = draft_communique(folder, reader, wish).sign(folder)
    return verify_communique(io.BytesIO(octets).readline, promised_in)


def communique(path, *numbers):
    """The file, verified; and its text in English and as a page."""
    folder = NodeFolder.open(path)
    with Reader(folder.record_path, running=False) as reader:
        proved = prove(folder, reader, numbers)
    return {
        language: " ".join("\n".join(account_lines(proved, language)).split())
        for language in ("en", "fr", "ru")
    } | {"page": render_page(proved).decode()}


def test_a_communique_says_of_an_attempt_in_the_dark_what_is_shown_and_no_more(line, neutral):
    us, _, seen = line
    attempt = try_in_the_dark(us)
    witnessed(us, neutral, 1_645_700_000)
    later = try_in_the_dark(us)
    witnessed(us, neutral, 1_648_000_000)
    said = communique(us, seen, *attempt, *later)
    for time_s in (1_645_700_000, 1_648_000_000):
        exactly = f"US: {TRIED.format(time=format_second(time_s * 1_000))}."
        assert exactly in said["en"], "each by the first time that the witness gave"
        assert exactly in said["page"]
    assert said["en"].count("not shown that they saw it") == 2, (
        "the one that they signed for is not among them"
    )
    for words in (
        "CALL DID NOT REACH THEM",
        "Line down: their node was not heard",
        "US · Secretary of Defense",
    ):
        assert words in said["en"]
    assert said["fr"].count("rien ne montre qu’ils l’ont vu") == 2
    assert said["ru"].count("не показано, что они это видели") == 2


def test_once_the_other_side_has_signed_for_it_that_stands_there_instead(line, neutral):
    us, ru, _ = line
    attempt = try_in_the_dark(us)
    witnessed(us, neutral, 1_645_700_000)

    async def come_back():
        async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru):
            await (await ours.line("RU").send("they are back")).receipt()

    asyncio.run(asyncio.wait_for(come_back(), 60))
    assert "not shown that they saw it" not in communique(us, *attempt)["en"]


def test_where_some_heads_are_left_out_none_of_their_signatures_is_lost(line, neutral, monkeypatch):
    """Very many heads are thinned: of their signatures and of the witness's apart, and never the newest of either."""
    monkeypatch.setattr(gathering, "MAX_EARLIER", 2)
    us, _, _ = line
    for time_s in (1_645_700_000, 1_648_000_000):
        try_in_the_dark(us)
        witnessed(us, neutral, time_s)
    folder = NodeFolder.open(us)
    log = folder.log_number
    with Reader(folder.record_path, running=False) as reader:
        numbers = [(log, index) for index in range(reader.count_entries(log))]
        signed_for = [bool(reader.receipts(*number)) for number in numbers]
        proved = prove(folder, reader, numbers)
    assert [proved.is_held_by(each, "ru") for each in proved.entries] == signed_for
    assert True in signed_for
    assert signed_for[-4:] == [False] * 4, "both attempts, each with what our node says of it"


def test_heads_are_thinned_apart_by_who_signed_them():
    """Of 131 entries each first signed by them and then by the witness, a head of each is left for every entry."""
    theirs, witness = range(1, 262, 2), range(2, 264, 2)
    kept = gathering.thin_out([[(0, size) for size in theirs], [(0, size) for size in witness]])
    assert len(kept) <= MAX_EARLIER
    for sizes in (theirs, witness):
        assert sizes[-1] == max(size for _, size in kept if size in sizes)
    assert gathering.thin_out([[(0, 3), (0, 5)], [(0, 5)]]) == [(0, 3), (0, 5)]
    assert gathering.thin_out([]) == []
    assert len(gathering.thin_out([[(log, 1)] for log in range(MAX_EARLIER + 1)])) == MAX_EARLIER


def test_an_attempt_that_nobody_else_signed_for_is_in_no_communique(line):
    us, _, _ = line
    attempt = try_in_the_dark(us)
    with pytest.raises(coupefeu.UsageError):
        communique(us, *attempt)
