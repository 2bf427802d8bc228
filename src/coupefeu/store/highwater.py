"""The high-water file: how far this node has signed, kept outside the database and its backups (protocol A13).

    {"logs": {"0": [size, root hex], "1": [cosigned size, root hex]}, "version": 1}

Pairing makes it, empty. A database behind it, or a missing file, means: restored or rolled back, be it with an empty
record, whose new entry 0 would be a fork of the one that was signed. Such a node reads, and signs nothing.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from coupefeu.errors import ConfigError

Marks = Mapping[int, tuple[int, bytes]]
"""Per log: ours, its size and root; another's, the largest that we co-signed."""


def write_high_water(path: Path, marks: Marks) -> None:
    """Replace the file atomically, durable when this returns. Raises: OSError."""
    temporary = path.with_suffix(".new")
    text = json.dumps(
        {"version": 1, "logs": {str(log): [size, root.hex()] for log, (size, root) in marks.items()}}
    )
    with temporary.open("w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_high_water(path: Path) -> Marks | None:
    """Give the marks; None when there is no file.

    Raises: ConfigError: the file is damaged.
    """
    try:
        content = json.loads(path.read_text(encoding="ascii"))
        return {int(log): (int(size), bytes.fromhex(root)) for log, (size, root) in content["logs"].items()}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"{path.name} is damaged: {type(error).__name__}",
            code="store.highwater.damaged",
            hint="Do not delete it by guess: the node must learn from the other side how far it has signed.",
        ) from error


def why_recovering(marks: Marks | None, sizes: Mapping[int, int]) -> str | None:
    """Say why this record may be older than what was signed; None when it is not."""
    if marks is None:
        return "the high-water file is missing, which pairing made"
    for log, (size, _root) in sorted(marks.items()):
        if sizes.get(log, 0) < size:
            return f"log {log} holds {sizes.get(log, 0):,} entries, {size:,} were signed for"
    return None
