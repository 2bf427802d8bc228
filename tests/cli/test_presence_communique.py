"""A note that its author shows in a communique: a stranger reads it in words. Unshown, it says not a word."""

import asyncio
import base64
import json

import pytest
from tests.cli.test_communique import run
from tests.console.judging import judge
from tests.unit.test_presence_service import SAID, SEEN

import coupefeu
from coupefeu.model.presence import Bearing, ReportKind
from coupefeu.node.exercise import pair_exercise
from coupefeu.node.presence import fresh_salt
from coupefeu.services.presence.facts import EnterReport

WITHIN_S = 60


async def _play(us, ru):
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru):
        claim, sighting = SAID, SEEN
        noted = {"from_post": "us.duty", "language": "en"}
        (said,) = await ours.act(EnterReport(kind=ReportKind.CLAIM, report=claim, salt=fresh_salt(), **noted))
        (seen,) = await ours.act(
            EnterReport(
                kind=ReportKind.SIGHTING,
                report=sighting,
                salt=fresh_salt(),
                claim=said.id,
                bearing=Bearing.CONTRADICTS,
                **noted,
            )
        )
        text = await ours.line("RU").send("and the line goes on")
        for sent in (said, seen, text):
            await sent.receipt()
        return said.number, seen.number


@pytest.fixture
def noted(tmp_path):
    us, ru = tmp_path / "us", tmp_path / "ru"
    pair_exercise(us, ru)
    numbers = asyncio.run(asyncio.wait_for(_play(us, ru), WITHIN_S))
    return us, ru, *numbers


def test_a_note_is_shown_by_choice_and_read_in_words(noted, tmp_path):
    us, ru, said, seen = noted
    shown, hidden = tmp_path / "shown.html", tmp_path / "hidden.html"
    choice = ("communique", "--node", us, "--entries", f"{said},{seen}")
    run(*choice, "--disclose", "all", "--attachments", "all", "--to", hidden)
    run(*choice, "--disclose", "all", "--attachments", f"{seen}#0", "--to", shown)
    told = run("verify", shown)
    for expected in (
        "SIGHTING: somebody saw or heard it",
        "Source B: usually reliable",
        "Content 2: probably true",
        f"Contradicts the claim: {said}",
        f"    | {SEEN.what}",
    ):
        assert expected in told, expected
    assert SAID.what not in told, "the other one stays with its author"
    assert "ПУБЛИЧНОЕ ПОЯВЛЕНИЕ" in run("verify", shown, "--language", "ru")
    assert SEEN.what not in run("verify", hidden)
    assert SEEN.what.encode() not in hidden.read_bytes()
    assert SEEN.what in shown.read_text("utf-8").partition("<main")[2], "and on the page of the file"
    answers = judge(
        [
            {"what": "communique", "file": base64.b64encode(each.read_bytes()).decode()}
            for each in (shown, hidden)
        ]
    )
    assert all("gives" in each for each in answers), json.dumps(answers)[:400]
    run("export", "record", "--party", "us", "--node", us, "--to", tmp_path / "record")
    exported = b"".join(each.read_bytes() for each in (tmp_path / "record").rglob("*") if each.is_file())
    assert b"and the line goes on" in exported
    assert SEEN.what.encode() not in exported, "nor does the whole record tell what nobody chose"
    run("prove", "--party", "us", "--index", seen[3:], "--node", us, "--to", tmp_path / "entry")
    assert SEEN.what.encode() in (tmp_path / "entry" / "attachments" / f"{seen[3:]}-0").read_bytes()
    theirs = run("communique", "--node", ru, "--entries", seen, "--disclose", "all", "--preview")
    assert SEEN.what not in theirs, "who holds a hash shows a hash"
