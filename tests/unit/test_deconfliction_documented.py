"""The program about plans in docs/python.md is run as it stands."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "python.md"


def test_the_program_of_the_page_runs_and_finds_the_conflict(capsys):
    (program,) = [
        block
        for block in re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
        if "coupefeu.deconfliction" in block
    ]
    exec(compile(program, str(PAGE), "exec"), {})
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith("True ")
    assert second == "[0] [[0, 0]]"
    assert third == "3300 seconds later it would be clear"
