"""A node that files no notice loads nothing that only notices need, and looks at its conflicts for next to nothing."""

import subprocess
import sys

GEOMETRY = {"numpy", "shapely", "pyproj", "mgrs"}
ASK = f"""
import sys
from pathlib import Path
import coupefeu.cli.up, coupefeu.console.app, coupefeu.node.runtime
from tests.stores import joined_line
nodes = joined_line(Path(sys.argv[1]))
for node in nodes.nodes:
    desk = node.desk()
    assert desk.conflicts.listed().compared.not_checked is None
    assert desk.conflicts.counts([(0, 0)]) == {{}}
    assert not desk.notices.live()
print(sorted({GEOMETRY!r} & sys.modules.keys()))
"""


def test_a_line_on_which_people_speak_loads_no_geometry(tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert told.stdout.strip() == "[]", told.stderr
