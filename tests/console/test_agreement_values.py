"""What the Agreement page is told: texts of others made safe to look at, and what an amendment changes."""

import shutil
from dataclasses import replace

import pytest
from tests.console import record_story

from coupefeu.console.agreement import agreement_page, difference
from coupefeu.console.agreement_values import Changed
from coupefeu.node.amending import compare_texts
from coupefeu.node.desk import Desk
from coupefeu.node.folder import NodeFolder

OVERRIDE = "\u202e"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("told")
    return folder, record_story.tell(folder)


@pytest.fixture
def us(told, tmp_path):
    shutil.copytree(told[0] / "us", tmp_path / "us")
    return NodeFolder.open(tmp_path / "us")


def page_of(folder):
    desk = Desk.open(folder, running=False)
    try:
        return agreement_page(desk, folder)
    finally:
        desk.close()


def lines(old, new):
    return [(each.kind, each.number, each.line) for each in difference(old.encode(), new.encode())]


def test_a_difference_names_the_line_in_the_text_that_holds_it():
    assert lines("a\nb\nc\n", "a\nB\nc\nd\n") == [
        (Changed.SAME, 1, "a"), (Changed.REMOVED, 2, "b"), (Changed.ADDED, 2, "B"), (Changed.SAME, 3, "c"),
        (Changed.ADDED, 4, "d"),
    ]  # fmt: skip


def test_lines_far_from_a_change_are_left_out():
    old = [f"line {number}" for number in range(1, 101)]
    new = [*old[:49], "changed", *old[50:]]
    found = compare_texts("\n".join(old).encode(), "\n".join(new).encode())
    assert [number for sign, number, _ in found if sign == " "] == [47, 48, 49, 51, 52, 53]


def test_the_same_text_differs_in_nothing():
    assert lines("a\nb\n", "a\nb\n") == []


def test_what_deceives_in_a_proposed_line_is_marked():
    """A comment of the proposer says `outcome = "10m"` from right to left; it must not read as a field."""
    ((_, _, line),) = lines("", f'# {OVERRIDE}"m01" = emoctuo')
    assert OVERRIDE not in line
    assert "⟦U+202E⟧" in line


def test_a_text_in_force_that_holds_what_deceives_is_shown_marked_and_not_edited_here(us):
    assert page_of(us).is_exact
    signed = us.line.signed
    octets = signed.octets + f"# {OVERRIDE}\n".encode()
    page = page_of(replace(us, line=replace(us.line, signed=replace(signed, octets=octets))))
    assert (page.is_exact, page.terms) == (False, "")
    assert OVERRIDE not in page.text
    assert "⟦U+202E⟧" in page.text


def test_a_path_with_a_blank_is_quoted_in_the_command(us, tmp_path):
    shutil.copytree(us.path, tmp_path / "a node")
    page = page_of(NodeFolder.open(tmp_path / "a node"))
    assert page.propose_command.endswith(f"--node '{tmp_path / 'a node'}'")


def test_the_keys_that_stand_are_those_of_the_agreement_until_a_statement_says_otherwise(us):
    page = page_of(us)
    assert {(each.party, each.role) for each in page.keys} == {
        (party, role)
        for party in ("us", "ru")
        for role in ("identity", "log", "cosigner", "session", "log-mldsa", "cosigner-mldsa")
    }
    assert all(each.now == each.agreed for each in page.keys)
    assert page.key_statements == ()
