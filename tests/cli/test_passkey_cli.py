"""Personal keys at a terminal: who is admitted, what is listed on both sides, and how a key ends."""

import asyncio

import pytest
from tests.cli.conftest import WITHIN_S
from tests.cli.test_verify_persons import BY, enrolment
from tests.passkeys import Passkey

import coupefeu
from coupefeu.node.folder import NodeFolder


async def _enrol(folder, device):
    async with coupefeu.Node.open(folder, online=False) as node:
        (sent,) = await node.act(enrolment(device, NodeFolder.open(folder).agreement.line_id))
        return sent.number


@pytest.fixture
def key(line):
    return asyncio.run(asyncio.wait_for(_enrol(line.us, Passkey()), WITHIN_S))


def test_keys_are_listed_and_ended(line, key):
    (found,) = line.json("passkey", "list")["keys"]
    assert (found["number"], found["post"], found["admitted_by"], found["ended"]) == (
        key,
        "us.duty",
        BY,
        None,
    )
    lines = line.run("passkey", "list")
    assert lines[1].startswith(f"{key}  us.duty, admitted by {BY}")
    ended = line.run(
        "passkey",
        "end",
        key,
        "--reason",
        "stolen",
        "--since",
        "2026-11-30T03:12:00Z",
        "--words",
        "in the train",
    )
    assert ended[-1] == f"{key} counts no longer; both sides see it."
    assert line.run("passkey", "list")[-1].startswith(
        "  COUNTS NO LONGER: stolen, since 30 NOV 26 03:12:00Z (US/"
    )
    assert line.json("passkey", "list")["keys"][0]["ended"]["words"] == "in the train"
    assert line.refused("passkey", "end", key, "--reason", "lost").code == "services.persons.ended_key"


def test_what_is_no_key_of_ours_is_not_ended(line, key):
    assert line.refused("passkey", "end", "US/0", "--reason", "lost").code == "services.persons.no_key"
    assert line.refused("passkey", "end", key, "--reason", "replaced").code == "services.persons.replaced_by"


def test_without_a_key_it_says_so(line):
    assert line.run("passkey", "list")[-1] == "No personal key is on record."


def test_admitting_needs_the_running_node(line):
    assert line.refused("passkey", "admit", "--by", BY).code == "cli.console_link.not_running"
