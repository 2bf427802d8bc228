"""A FLASH when the node is gone, or no console shows it: the page says that it is dead, a program of ours runs."""

import json
import os
import signal
import sys

import pytest
from tests.console.desks import DeskProcesses, wait_until
from tests.console.hearing import heard, sounds, wait_for_silence, wait_for_sound
from tests.console.tabs import Tabs

from coupefeu.model.precedence import Precedence
from coupefeu.services.messages.status import StepName
from coupefeu.words import say

FLASH = Precedence.FLASH
TEXT = "Our aircraft has strayed near the river. It turns back at once. Do not fire on it."
TELLS = "import json, os, sys; open(sys.argv[1], 'a').write(json.dumps(dict(os.environ)) + '\\n')"
ARMED = "document.querySelector('[data-testid=take][aria-disabled=false]')"


@pytest.fixture
def line(tmp_path):
    """US and RU as processes; RU has an alarm command that writes down what it was told, in `line.rung`."""
    running = DeskProcesses(tmp_path)
    running.stop("ru")
    running.rung = tmp_path / "rung"
    command = json.dumps([sys.executable, "-c", TELLS, str(running.rung)])
    with (running.ru.folder.path / "node.toml").open("a") as file:
        file.write(f"\n[alarm]\ncommand = {command}\n")
    running.start("ru")
    yield running
    running.close()


@pytest.fixture
def tabs(line):
    running = Tabs()
    yield running
    running.close()


def rung(line):
    return [json.loads(each) for each in line.rung.read_text().splitlines()] if line.rung.exists() else []


def step(desk, number, name):
    (chain,) = desk.message(number).chains
    return chain.step(name)


def test_where_no_console_shows_it_the_program_runs_and_the_sender_reads_so(line, tabs):
    sender = tabs.open_desk(line.us)
    number = line.us.write(TEXT, FLASH)
    not_shown = say("ui-on-record-not-shown", "en")
    wait_until(lambda: not_shown in sender.text("our-flash"), "the sender does not read it")
    (told,) = wait_until(lambda: rung(line), "the alarm command did not run")
    assert (told["COUPEFEU_MESSAGE"], told["COUPEFEU_PARTY"]) == (number, "us")
    assert TEXT not in line.rung.read_text()


def test_a_frozen_console_is_no_screen_so_the_program_runs(line, tabs):
    tab = tabs.open_desk(line.ru)
    tabs.open()
    wait_until(tab.is_hidden)
    tab.set_lifecycle("frozen")
    number = line.us.write(TEXT, FLASH)
    (told,) = wait_until(lambda: rung(line), "the alarm command did not run")
    assert told["COUPEFEU_MESSAGE"] == number
    tab.set_lifecycle("active")
    wait_for_sound(tab)


def test_a_console_that_shows_it_is_enough(line, tabs):
    tab = tabs.open_desk(line.ru)
    shown = line.us.write(TEXT, FLASH)
    tab.wait_for(ARMED)
    wait_until(lambda: step(line.ru, shown, StepName.SHOWN).done)
    tab.close()
    other = line.us.write(TEXT, FLASH)
    wait_until(lambda: rung(line), "the alarm command did not run")
    assert [each["COUPEFEU_MESSAGE"] for each in rung(line)] == [other], (
        "of two it ran for the one that nothing showed"
    )


def test_a_node_that_is_killed_leaves_a_page_that_says_so_and_goes_on_sounding(line, tabs):
    tab = tabs.open_desk(line.ru)
    number = line.us.write(TEXT, FLASH)
    wait_for_sound(tab)
    wait_until(lambda: step(line.ru, number, StepName.SHOWN).done)
    tab.wait_for(ARMED)
    line.kill("ru")
    wait_until(
        lambda: tab.text("flash-not-live").startswith("NOT LIVE since"), "it does not say that it is dead"
    )
    assert sounds(tab), "who has not heard it must hear it still"
    tab.press("Enter")
    tab.wait_for("document.querySelector('[data-testid=flash] [role=alert].error')")
    assert tab.evaluate("document.querySelector('[data-testid=take]').isConnected"), "it is not taken"
    tab.evaluate("document.querySelector('[data-testid=flash] .aside').click()")
    wait_for_silence(tab)
    assert tab.text("not-live").startswith("NOT LIVE since"), "the page below says so as well"
    line.start("ru")
    wait_for_sound(tab)
    tab.wait_for(ARMED)
    tab.press("Enter")
    wait_until(lambda: step(line.ru, number, StepName.TAKEN_BY).done, "not taken")
    wait_for_silence(tab)


def test_what_came_while_the_page_was_cut_off_covers_and_sounds_when_it_is_back(line, tabs):
    """The node stands still: nothing is said and nothing is closed, as when a network goes away."""
    tab = tabs.open_desk(line.ru)
    ru = line.processes["ru"]
    os.kill(ru.pid, signal.SIGSTOP)
    try:
        wait_until(
            lambda: tab.text("not-live").startswith("NOT LIVE since"), "it does not say that it is dead"
        )
        number = line.us.write(TEXT, FLASH)
        assert heard(tab)["level"] == 0
    finally:
        os.kill(ru.pid, signal.SIGCONT)
    wait_for_sound(tab)
    assert tab.text("not-live") == ""
    tab.wait_for(ARMED)
    tab.press("t")
    wait_until(lambda: step(line.ru, number, StepName.TAKEN_BY).done, "not taken")
