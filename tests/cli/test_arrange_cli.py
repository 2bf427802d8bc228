"""Arranging a call by command: proposed on one side, answered on the other, and what each side reads of it."""

import asyncio
import shutil

import pytest
from tests.cli.conftest import BANNER, WITHIN_S, Commands

import coupefeu
from coupefeu.model.instant import format_date_time_group
from coupefeu.node.folder import NodeFolder
from coupefeu.services.arranged.commands import CounterProposal, ProposeCall
from coupefeu.services.arranged.facts import Window

HOUR_MS = 3_600_000


def windows(folder, *hours):
    """Give windows so many hours from now on the clock of this line, on the minute."""
    now_ms = NodeFolder.open(folder).clock().utc_ms
    starts = [now_ms - now_ms % 60_000 + each * HOUR_MS for each in hours]
    return tuple(Window(start_ms=each, end_ms=each + HOUR_MS) for each in starts)


async def _arrange(us, ru):
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru) as theirs:
        (proposed,) = await ours.act(
            ProposeCall(
                from_post="us.secretary",
                to_post="ru.minister",
                windows=windows(us, 24, 48),
                words="The aircraft near the line.",
            )
        )
        await proposed.receipt()
        (countered,) = await theirs.act(
            CounterProposal(arrangement=proposed.id, from_post="ru.minister", windows=windows(ru, 72))
        )
        await countered.receipt()
        return proposed.number, countered.number


@pytest.fixture(scope="module")
def arranged(played, tmp_path_factory):
    """A call that US proposed and RU answered with another time; both are on both records."""
    folder = tmp_path_factory.mktemp("arranged")
    for name in ("us", "ru", "numbers.json"):
        copy = shutil.copytree if (played / name).is_dir() else shutil.copy
        copy(played / name, folder / name)
    numbers = asyncio.run(asyncio.wait_for(_arrange(folder / "us", folder / "ru"), WITHIN_S))
    return folder, numbers


@pytest.fixture
def table(arranged, tmp_path):
    folder, numbers = arranged
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "killed").mkdir(exist_ok=True)
    return Commands(tmp_path), *numbers


def written(folder, *hours):
    return [
        f"{format_date_time_group(each.start_ms)}/{format_date_time_group(each.end_ms)}"
        for each in windows(folder, *hours)
    ]


def test_a_proposal_says_who_times_and_how_to_write_instead(line):
    first, second = written(line.us, 24, 48)
    lines = line.run(
        "arrange", "propose", "ru.minister", "--for", "us.secretary", "--time", first, "--time", second,
        "--in", "en", "--interpreter", "--words", "Before it is late.",
    )  # fmt: skip
    text = "\n".join(lines)
    assert lines[0] == BANNER
    assert lines[1].startswith("On our record as US/")
    assert "PROPOSED  us.secretary with ru.minister" in text
    assert "US · us.duty  proposed a call" in text
    assert "answer of RU due by" in text
    assert f"1. {first.partition('/')[0]} to {first.partition('/')[2]}, UTC" in text
    assert "| Before it is late." in text
    assert "coupefeu arrange write US/" in text


def test_the_other_side_reads_the_same_and_agrees_to_one_time(table):
    line, proposed, countered = table
    shown = line.json("arrange", "show", proposed)["arranged"]
    assert (shown["state"], shown["open"], shown["our_post"]) == ("countered", True, "us.secretary")
    assert [each["awaited"] for each in shown["offers"]] == [False, True]
    said = line.json("arrange", "agree", proposed, "--time", "1")
    assert said["arranged"]["state"] == "agreed"
    assert said["arranged"]["agreed"]["number"] == said["recorded"]
    assert said["arranged"]["held"] == {
        "state": "coming", "due": False, "answered": None, "caller": None, "answered_by": None, "attempts": []
    }  # fmt: skip
    assert line.json("arrange", "show", countered)["arranged"]["number"] == proposed
    lines = line.run("arrange", "show", proposed, "--language", "fr")
    assert any("Convenu" in each for each in lines)
    assert "Le moment n’est pas encore venu." in "\n".join(lines)


def test_a_refusal_has_its_reason_on_the_record_and_ends_it(table):
    line, proposed, _ = table
    said = line.json(
        "arrange", "refuse", proposed, "--reason", "not-now", "--words", "Next week.", node=line.ru
    )
    assert said["arranged"]["state"] == "refused"
    last = said["arranged"]["steps"][-1]
    assert (last["kind"], last["reason"], last["words"]) == ("ARRANGE_REFUSED", 1, "Next week.")
    text = "\n".join(line.run("arrange", "show", proposed, "--language", "en", node=line.ru))
    assert "refused: Not now" in text
    refused = line.refused("arrange", "withdraw", proposed, node=line.ru)
    assert (refused.code, type(refused)) == ("services.arranged.settled", coupefeu.PolicyError)


def test_another_post_may_speak_and_what_was_agreed_is_called_off(table):
    line, proposed, _ = table
    said = line.json("arrange", "delegate", proposed, "ru.chief", node=line.ru)
    assert said["arranged"]["our_post"] == "ru.chief"
    withdrawn = line.json("arrange", "withdraw", proposed)
    assert withdrawn["arranged"]["state"] == "withdrawn"


def test_the_message_that_goes_instead_of_a_call_is_found_beside_it(table):
    line, proposed, _ = table
    said = line.json("arrange", "write", proposed, "We still wish to speak.")
    assert said["to_posts"] == ["ru.minister", "ru.duty"]
    assert line.json("arrange", "show", proposed)["arranged"]["messages"] == [said["message"]]
    assert line.shown(said["message"])["text"] == "We still wish to speak."


def test_a_list_says_how_each_stands(table):
    line, proposed, _ = table
    lines = line.run("arrange", "list", "--language", "en")
    assert f"{proposed}  OTHER TIMES ON THE TABLE  us.secretary with ru.minister" in lines
    assert any(each.strip().startswith("answer of US due by") for each in lines)
    (found,) = line.json("arrange", "list", node=line.ru)["arranged"]
    assert found["number"] == proposed


def test_nothing_arranged_is_said(line):
    assert line.run("arrange", "list")[-1] == "No call is being arranged."


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("propose", "ru.minister", "--from-post", "us.secretary"), "cli.arrange.no_time"),
        (
            ("propose", "ru.duty", "--from-post", "us.duty", "--time", "2359Z/1m"),
            "services.arranged.duty_desk",
        ),
        (("agree", "US/1", "--time", "1"), "services.arranged.unknown_arrangement"),
        (("show", "XX/1"), "model.message_number.unknown"),
    ],
)
def test_what_cannot_be_is_refused_and_named(line, words, code):
    assert line.refused("arrange", *words).code == code
