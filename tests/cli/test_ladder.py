"""A ladder is tried out before it is agreed: who rings when, what ends it, and which rungs reach nobody."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

import coupefeu
from coupefeu.cli.main import make_app
from coupefeu.errors import UsageError
from coupefeu.model.agreement import Status
from coupefeu.node.exercise import pair_exercise
from coupefeu.services.watch.facts import TakeWatch
from coupefeu.testing.line import make_text
from coupefeu.wire.agreement_template import render_template

RUNNER = CliRunner()


@pytest.fixture
def terms(tmp_path):
    text = render_template(name="line", status=Status.REAL, in_force=0, dictionary_sha256=bytes(32))
    path = tmp_path / "terms.toml"
    path.write_text(text, "utf-8")
    return path


def run(*words):
    result = RUNNER.invoke(make_app("ladder"), ["ladder", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def tried(*words):
    return json.loads(run(*words, "--json"))


def test_every_rung_is_told_with_its_time_until_nobody_has_acted(terms):
    lines = run("RU.minister", "--agreement", str(terms), "--on-watch", "ru.duty").splitlines()
    assert lines == [
        "A call of ru.minister, IMMEDIATE",
        "       0s  rung 0 rings at ru.minister (REACHES NOBODY: nobody on watch; it rings all the same)",
        "       2m  rung 1 rings at ru.chief (REACHES NOBODY: nobody on watch; it rings all the same)",
        "       4m  rung 2 rings at ru.duty (on watch: ru.duty)",
        "       6m  NO ANSWER: nobody acted",
    ]


def test_an_answer_ends_every_branch_and_a_flash_rings_them_at_once(terms):
    at = ("ru.minister", "--agreement", str(terms), "--on-watch", "ru.duty", "--answers", "ru.duty=40s")
    slow = tried(*at)
    assert (slow["outcome"], slow["by"], slow["after_ms"]) == ("answered", "ru.duty", 280_000)
    assert [each["after_ms"] for each in slow["rungs"]] == [0, 120_000, 240_000]
    early = tried(*at, "--answers", "ru.chief=10s")
    assert (early["by"], early["after_ms"]) == ("ru.chief", 130_000)
    assert [each["posts"] for each in early["rungs"]] == [["ru.minister"], ["ru.chief"]]
    flash = tried(*at, "--flash")
    assert (flash["by"], flash["after_ms"]) == ("ru.duty", 40_000)
    assert [each["posts"] for each in flash["rungs"]] == [["ru.minister", "ru.chief", "ru.duty"]]


def test_silence_is_told_apart(terms):
    at = ("ru.chief", "--agreement", str(terms))
    assert tried(*at)["outcome"] == "not_staffed"
    spoken = (*at, "--engaged", "ru.chief", "--engaged", "ru.duty", "--answers", "ru.duty=1s")
    busy = tried(*spoken, "--on-watch", "ru.duty")
    assert (busy["outcome"], busy["by"]) == ("busy", "")
    assert tried(*spoken)["outcome"] == "not_staffed", (
        "an empty desk is never busy, whatever call stands open there"
    )
    late = tried(*at, "--on-watch", "ru.duty", "--answers", "ru.duty=2m")
    assert (late["outcome"], late["after_ms"]) == ("no_answer", 240_000)


def test_a_whole_agreement_is_read_too_and_an_exercise_says_so(tmp_path):
    path = tmp_path / "agreement.toml"
    path.write_bytes(make_text())
    assert run("ru.duty", "--agreement", str(path)).startswith("EXERCISE / EXERCICE / УЧЕНИЕ")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "cli.ladder.agreement"),
        (("--answers", "ru.duty"), "cli.ladder.answers"),
        (("--answers", "ru.duty=soon"), "model.duration.unreadable"),
        (("--engaged", "ru.nobody"), "model.agreement.no_post"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_what_to_do(terms, words, code):
    named = ("--agreement", str(terms)) if words else ()
    with pytest.raises(UsageError) as caught:
        run("ru.minister", *named, *words)
    assert caught.value.code == code
    assert caught.value.hint


def test_a_node_gives_the_agreement_in_force_who_has_signed_on_and_whether_the_line_is_down(tmp_path):
    pair_exercise(tmp_path / "us", tmp_path / "ru")
    at = ("--node", str(tmp_path / "us"))

    async def look():
        async with coupefeu.Node.open(tmp_path / "us") as node:
            await node.act(TakeWatch(from_post="us.duty", heard=True))
            return await asyncio.to_thread(
                lambda: (run("ru.duty", *at), tried("ru.duty", *at), run("us.duty", *at))
            )

    told, values, own = asyncio.run(look())
    assert "THE LINE TO RU IS DOWN: no rung can be reached now." in told
    assert values["line_alive"] is False
    assert values["rungs"][0]["on_watch"] == []
    assert "IS DOWN" not in own
    stopped = tried("us.duty", *at)
    assert (stopped["rungs"][0]["on_watch"], stopped["outcome"]) == (["us.duty"], "no_answer")
    assert tried("ru.duty", *at)["line_alive"] is None, "a stopped node knows of no line"
