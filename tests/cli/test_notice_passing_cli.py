"""Passing a notice down by command: who is missing, who was told by voice, STOP, check-ins, keys, telephones."""

import asyncio
import json
import shutil

import pytest
from tests.cli.conftest import BANNER, WITHIN_S, Commands
from tests.console.movements import HOUR_MS, convoy
from typer.testing import CliRunner

import coupefeu
from coupefeu.cli.main import make_app
from coupefeu.node.folder import NodeFolder
from coupefeu.services.notices.commands import FileNotice

BATTALION, BRIGADE = "2nd battalion", "Brigade North"


async def _file(us, ru):
    async with coupefeu.Node.open(us) as ours, coupefeu.Node.open(ru):
        fact = convoy(NodeFolder.open(us).clock().utc_ms, HOUR_MS)
        (filed,) = await ours.act(FileNotice.of(fact, "us.duty"))
        await filed.receipt()
        return filed.number


@pytest.fixture(scope="module")
def filed(played, tmp_path_factory):
    """A movement of US that begins in an hour; it is on both records."""
    folder = tmp_path_factory.mktemp("filed")
    for name in ("us", "ru", "numbers.json"):
        copy = shutil.copytree if (played / name).is_dir() else shutil.copy
        copy(played / name, folder / name)
    return folder, asyncio.run(asyncio.wait_for(_file(folder / "us", folder / "ru"), WITHIN_S))


@pytest.fixture
def desk(filed, tmp_path):
    folder, number = filed
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / "killed").mkdir(exist_ok=True)
    return Desk(Commands(tmp_path), number)


class Desk:
    """The desk of RU, to which the notice came."""

    def __init__(self, line, number):
        self.line, self.number = line, number

    def run(self, command, *words, **how):
        return self.line.run("notice", command, *words, node=self.line.ru, **how)

    def json(self, command, *words):
        return self.line.json("notice", command, *words, node=self.line.ru)

    def refused(self, command, *words):
        return self.line.refused("notice", command, *words, node=self.line.ru).code

    def pass_down(self, *more):
        return self.json("pass-down", self.number, "--unit", BATTALION, "--command", BRIGADE, *more)

    def tell(self, unit=BATTALION, *more):
        return self.json(
            "reached", self.number, unit, "--spoken-to", "Capt. Weiss", "--officer", "second watch", *more
        )


def test_who_is_missing_and_whom_to_telephone_next_comes_first(desk):
    desk.pass_down(
        "--telephone", f"{BATTALION}=Ops room, 2214", "--telephone", f"{BATTALION}=Maj. Weiss, 0170"
    )
    lines = desk.run("gaps", desk.number, "--language", "en")
    assert lines[0] == BANNER
    assert lines[1].startswith(f"{desk.number}  Food convoy, jetty to warehouse  begins in ")
    assert lines[2] == "!! NOT EVERYBODY IS REACHED"
    text = "\n".join(lines)
    assert f"-- RU · {BATTALION}: has acknowledged nothing" in text
    assert "telephone next: Ops room, 2214" in text
    assert "nobody is noted to telephone" in text, "for the brigade"
    values = desk.json("gaps", desk.number)
    assert values["exercise"] is True
    assert [(each["unit"], each["next"]) for each in values["gaps"]] == [
        (BRIGADE, ""), (BATTALION, "Ops room, 2214"),
    ]  # fmt: skip
    listed = desk.run("gaps", "--language", "en")
    assert any(BATTALION in each for each in listed)


def test_a_report_by_voice_never_reads_as_the_unit_s_own_word(desk):
    desk.pass_down()
    said = desk.tell(BATTALION, "--at", "now", "--words", "Over the field telephone.")
    assert said["recorded"].startswith("RU/")
    text = "\n".join(desk.run("gaps", desk.number, "--language", "en"))
    assert f"(v) RU · {BATTALION}: REPORTED BY THE DESK, BY VOICE" in text
    assert "second watch spoke to Capt. Weiss" in text
    assert "[*]" not in text
    french = "\n".join(desk.run("gaps", desk.number, "--language", "fr"))
    assert "RAPPORTÉ PAR LA PERMANENCE, DE VIVE VOIX" in french


def test_when_nobody_is_missing_it_says_what_was_looked_at(desk):
    assert any(
        "0 commands and units listed" in each for each in desk.run("gaps", desk.number, "--language", "en")
    )
    desk.pass_down()
    for unit in (BATTALION, BRIGADE):
        desk.tell(unit)
    (line,) = [
        each for each in desk.run("gaps", desk.number, "--language", "en") if "each has what stands" in each
    ]
    assert "of 2 commands and units listed" in line
    assert any("1 notices in force were looked at" in each for each in desk.run("gaps", "--language", "en"))


def test_a_stop_is_said_and_taken_back(desk):
    desk.pass_down()
    desk.tell()
    lines = desk.run("stop", desk.number, "Fire ahead of the convoy.", "--language", "en")
    assert any(each.startswith("STOP by RU, ") and "Fire ahead of the convoy." in each for each in lines)
    assert any(f"{BATTALION}: has not acknowledged the STOP" in each for each in lines)
    assert desk.refused("stop", desk.number, "Again.") == "services.passing.already_stopped"
    assert desk.json("resume", desk.number)["stopped"] is False
    assert desk.refused("resume", desk.number) == "services.passing.not_stopped"


def test_a_movement_is_checked_in_and_a_hold_has_its_clock(desk):
    assert desk.refused("check-in", desk.number, "Gate", "held") == "services.passing.missing_words"
    lines = desk.run(
        "check-in", desk.number, "Hold point", "held", "--words", "The gate is closed.", "--language", "en"
    )
    assert any("HELD for" in each and "The gate is closed." in each for each in lines)
    values = desk.json("check-in", desk.number, "Hold point", "released")
    assert (values["held"], values["statistics"]["holds"]) == (False, 1)
    assert [each["kind"] for each in values["steps"]] == ["CHECKED_IN", "CHECKED_IN"]


def test_a_unit_signs_with_a_key_of_its_own(desk, tmp_path):
    made = alone("unit-key", tmp_path / "ops.key")
    assert (tmp_path / "ops.key").stat().st_mode & 0o777 == 0o600
    assert isinstance(alone("unit-key", tmp_path / "ops.key", refused=True), coupefeu.ConfigError)
    desk.pass_down("--key", f"{BATTALION}={made['public']}")
    challenge = desk.json("challenge", desk.number, BATTALION)["challenge"]
    signature = alone("unit-sign", tmp_path / "ops.key", challenge)["signature"]
    assert desk.refused("reply", desk.number, BRIGADE, signature) == "node.passing.reply"
    assert desk.refused("reply", desk.number, BATTALION, "00" * 64) == "node.passing.reply"
    assert desk.refused("reply", desk.number, BATTALION, "no hexadecimal") == "cli.notice_units.signature"
    values = desk.json("reply", desk.number, BATTALION, signature)
    unit = next(each for each in values["units"] if each["name"] == BATTALION)
    assert unit["reached"]["proof"] == "reply"
    assert alone("unit-sign", tmp_path / "ops.key", "00ff", refused=True).code == "cli.notice_units.challenge"


def alone(command, *words, refused=False):
    """Run a command that needs no node."""
    result = CliRunner().invoke(make_app("notice"), ["notice", command, *map(str, words), "--json"])
    if refused:
        return result.exception
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_whom_to_telephone_is_noted_shown_and_cleared(desk):
    assert desk.run("telephone", "--language", "en")[-1] == "Nobody is noted."
    assert desk.run("telephone", BATTALION, "Ops room, 2214", "Maj. Weiss, 0170")[-1] == (
        f"{BATTALION}: Ops room, 2214; Maj. Weiss, 0170"
    )
    assert desk.json("telephone")["units"] == {BATTALION: ["Ops room, 2214", "Maj. Weiss, 0170"]}
    assert desk.json("telephone", BATTALION, "--clear")["units"] == {}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("pass-down", "--telephone", "nobody"), "cli.notice_passing.pair"),
        (("pass-down", "--unit", "x", "--key", "x=12"), "cli.notice_passing.key"),
        (("pass-down",), "services.passing.missing_units"),
    ],
)
def test_what_is_typed_wrongly_is_named(desk, words, code):
    assert desk.refused(words[0], desk.number, *words[1:]) == code


def test_a_link_needs_a_running_console(desk):
    assert desk.refused("link", desk.number, BATTALION) == "cli.console_link.not_running"


def test_a_number_that_is_no_notice_is_refused(desk):
    assert desk.refused("gaps", "RU/0") == "services.notices.unknown_notice"
