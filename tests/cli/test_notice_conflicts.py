"""`coupefeu notice conflicts | settle` on two nodes of this process: each pair in words and as JSON, and settled."""

import asyncio
import json

import pytest
import typer
from tests.scenario.test_conflicts import patrol
from typer.testing import CliRunner

import coupefeu
from coupefeu.cli import notice_conflicts
from coupefeu.cli.conflict_words import compared_words, minima_words, span_words
from coupefeu.model.volumes import Separation
from coupefeu.node.conflict_values import Compared, NotChecked
from coupefeu.node.exercise import pair_exercise
from coupefeu.services.notices.commands import FileNotice
from coupefeu.words import LANGUAGES

WITHIN_S = 60
HOUR_MS = 3_600_000
NOW_MS = 1_700_000_000_000
"""14 November 2023, 22:13:20Z."""


async def _play(us, ru):
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru) as theirs:
        hours = 24 * 365 * 30  # from the year in which tests begin: far ahead of any clock
        for node, post, fact in (
            (ours, "us.duty", patrol(title="Patrol west", movement="Movement 7", start=hours)),
            (theirs, "ru.duty", patrol(title="Firing", start=hours + 1, lat=44.2)),
        ):
            (sent,) = await node.act(FileNotice.of(fact, post))
            await sent.receipt()


@pytest.fixture(name="folder", scope="module")
def filed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filed")
    pair_exercise(folder / "us", folder / "ru")
    asyncio.run(asyncio.wait_for(_play(folder / "us", folder / "ru"), WITHIN_S))
    return folder


def run(*arguments):
    app = typer.Typer()
    notice_conflicts.register(app)
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert result.exit_code == 0, result.exception
    return result.output


def test_both_sides_are_told_of_the_conflict_and_of_what_clears_it(folder):
    for party, other in (("us", "RU"), ("ru", "US")):
        said = json.loads(run("conflicts", "--json", "--node", folder / party))
        (group,) = said["groups"]
        (conflict,) = group["conflicts"]
        assert conflict["theirs"].startswith(other)
        assert conflict["distance_m"] == conflict["altitude_gap_m"] == conflict["time_gap_s"] == 0
        assert conflict["end_ms"] - conflict["start_ms"] == 3 * 3_600_000
        assert conflict["cleared_by"]["raise_m"] == 2_300
        assert said["compared"]["not_checked"] is None
        assert (said["compared"]["ours"], said["compared"]["theirs"], said["total"]) == (1, 1, 1)


def test_the_words_name_both_the_place_and_what_was_compared(folder):
    text = run("conflicts", "--node", folder / "us")
    assert "Movement Movement 7" in text
    assert '"Patrol west" with RU/' in text
    assert "2300 m higher" in text.replace(",", "").replace("\u202f", "")
    assert "1 conflict among 1 of ours and 1 of theirs" in text
    assert "link not known, minima 5 NM / 300 m / 10 min" in text
    assert "Conflits" not in text
    assert "1 conflit entre 1 des nôtres" in run("conflicts", "--language", "fr", "--node", folder / "us")
    assert "1 конфликт среди 1 наших" in run("conflicts", "--language", "ru", "--node", folder / "us")


def test_a_conflict_is_settled_by_our_word(folder):
    said = json.loads(run("conflicts", "--json", "--node", folder / "us"))
    conflict = said["groups"][0]["conflicts"][0]
    assert conflict["settlement"] is None
    assert conflict["said"] == []
    words = "They stay below 1,000 m."
    run(
        "settle",
        conflict["ours"],
        conflict["theirs"],
        "--as",
        "accepted",
        "--words",
        words,
        "--node",
        folder / "us",
    )
    text = run("conflicts", conflict["ours"], "--node", folder / "us")
    assert f"US says ACCEPTED WITH MEASURES: {words}" in text
    assert "Stands as: OPEN" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_checked_is_never_an_empty_list(language):
    for reason in NotChecked:
        for since_ms, said in ((None, None), (NOW_MS, "22:13Z"), (NOW_MS - 23 * HOUR_MS, "132313Z NOV 23")):
            compared = Compared(
                ours=0,
                theirs=0,
                conflicts=0,
                newest_theirs_ms=None,
                is_link_up=False,
                separation=Separation(),
                not_checked=reason,
                since_ms=since_ms,
                as_of_ms=NOW_MS,
            )
            text = compared_words(compared, language)
            assert not text.startswith("0")
            assert said is None or said in text, "of another day with its day"
            assert ("3Z" in text) is (since_ms is not None)


def test_lengths_are_said_as_they_were_agreed():
    assert (
        minima_words(Separation(distance_m=9_260, altitude_m=150, time_s=90), "en") == "5 NM / 150 m / 90 s"
    )
    french = minima_words(Separation(distance_m=3_000, time_s=3_600), "fr")
    assert french.replace("\u202f", " ") == "3,0 km / 300 m / 1 h 0 min"
    assert span_words(1_800, "ru") == "30 мин"
