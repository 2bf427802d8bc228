"""Which TAK server a node feeds: the section [tak] of node.toml.

[tak]
address = "192.0.2.30:8087"    plain TCP: the server stands on the same network, or behind a tunnel of your own
every = "5m"                   so often all that is in force is sent again; 5 minutes if not given
show = "ours"                  "ours", "theirs" or "all"; what the other side said is passed on only if you say so
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from coupefeu.errors import ConfigError, CoupefeuError
from coupefeu.model.duration import parse_duration_s
from coupefeu.node.folder_files import check_address

DEFAULT_EVERY_S: Final = 300
LEAST_EVERY_S: Final = 10
MOST_EVERY_S: Final = 43_200
"""Before then an event without an end would go stale."""
_SIDES: Final[dict[str, bool | None]] = {"ours": True, "theirs": False, "all": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class TakSettings:
    """A TAK server; `ours`: whose notices it is shown (None: those of both sides)."""

    host: str
    port: int
    every_s: int = DEFAULT_EVERY_S
    ours: bool | None = True


def read_tak(table: Mapping[str, Any] | None) -> TakSettings | None:
    """Read the section; None: there is none. Raises: ConfigError `node.tak.settings`."""
    if table is None:
        return None
    unknown = sorted(table.keys() - {"address", "every", "show"})
    if unknown or "address" not in table:
        raise _fault(
            f"has {unknown[0]}" if unknown else "has no address",
            "It has address, and may have every and show.",
        )
    try:
        host, port = check_address(table["address"])
        every_s = parse_duration_s(str(table.get("every", f"{DEFAULT_EVERY_S}s")), MOST_EVERY_S)
    except CoupefeuError as error:
        raise _fault(f"is wrong: {error.message}", error.hint) from error
    if every_s < LEAST_EVERY_S:
        raise _fault(f"says every {every_s} s", f"Give {LEAST_EVERY_S} s at least.")
    show = table.get("show", "ours")
    if not isinstance(show, str) or show not in _SIDES:
        raise _fault(f"shows {str(show)[:40]!r}", 'Write "ours", "theirs" or "all".')
    return TakSettings(host=host, port=port, every_s=every_s, ours=_SIDES[show])


def _fault(says: str, hint: str) -> ConfigError:
    return ConfigError(f"[tak] in node.toml {says}", code="node.tak.settings", hint=hint)
