"""The watch as JSON has it, for `--json`, the control socket and the console: every text safe to put on a screen."""

from typing import Any

from coupefeu.services.messages.display import show_line
from coupefeu.services.watch.unstaffed import Unstaffed


def unstaffed_values(unstaffed: Unstaffed) -> dict[str, Any]:
    """Give a desk of ours without anybody; instants are UTC milliseconds of our own clock."""
    return {
        "post": unstaffed.post,
        "cause": unstaffed.cause.value,
        "since_ms": unstaffed.since_ms,
        "planned": [show_line(each) for each in unstaffed.planned],
        "gap_until_ms": unstaffed.gap_until_ms,
    }
