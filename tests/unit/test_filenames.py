"""Whatever an attachment is called, its file stays where it was to go, is seen, and is a plain file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.shared import shared_json

from coupefeu.model.filenames import MAX_FILENAME_BYTES, safe_filename


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("map.png", "map.png"),
        ("Карта — район 2.pdf", "Карта — район 2.pdf"),
        ("note d’équipage.txt", "note d’équipage.txt"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("/etc/passwd", "_etc_passwd"),
        ("..\\..\\boot.ini", "_.._boot.ini"),
        ("C:boot.ini", "C_boot.ini"),
        ("C:\\boot.ini", "C__boot.ini"),
        (".bashrc", "bashrc"),
        ("...", "attachment"),
        ("", "attachment"),
        ("   ", "attachment"),
        ("/", "attachment"),
        ("-rf", "rf"),
        ("trailing. . ", "trailing"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("two\nlines\x00\x1b[2J", "two_lines__[2J"),
        ("zero\u200bwidth\u00a0space", "zero_width_space"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("COM1.log", "_COM1.log"),
        ("lpt\u00b9", "_lpt\u00b9"),
        ("console.txt", "console.txt"),
        ("COM10.txt", "COM10.txt"),
        ("what?<is>|this*", "what__is__this_"),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
        ("\ud800.txt", "_.txt"),
    ],
)
def test_a_name_becomes_something_harmless(name, expected):
    assert safe_filename(name) == expected


def test_a_long_name_keeps_what_it_is():
    name = safe_filename("я" * 200 + ".tar.gz")
    assert len(name.encode()) <= MAX_FILENAME_BYTES
    assert name.endswith("я.gz")
    assert len(safe_filename("x" * 400).encode()) == MAX_FILENAME_BYTES
    assert len(safe_filename("x." + "y" * 400).encode()) == MAX_FILENAME_BYTES


def test_the_naughtiest_strings_are_plain_names():
    names = shared_json("data/hostile/naughty-strings.json")
    assert len(names) > 400
    for name in names:
        made = safe_filename(name)
        assert Path(made).name == made
        assert not made.startswith((".", "-"))
        assert made.isprintable()


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_is_one_plain_name_in_its_folder(name):
    made = safe_filename(name)
    path = Path("/folder") / made
    assert path.parent == Path("/folder")
    assert path.name == made
    assert 0 < len(made.encode()) <= MAX_FILENAME_BYTES + 1
    assert not made.startswith((".", "-", " "))
    assert made.isprintable()
    assert safe_filename(made) == made
