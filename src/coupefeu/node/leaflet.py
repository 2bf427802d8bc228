"""The leaflet in what strangers are given: README.txt says EXERCISE first, what lies beside it, and how to check it."""

import textwrap
from pathlib import Path

NAME = "README.txt"
WIDTH = 80
_CHECK = (
    "Check it offline with `coupefeu verify FOLDER`, or with any tool for C2SP notes, tiles and proofs. The key"
    " files beside this text show only that the folder is of one piece: compare them with the keys that you have"
    " from the parties. This text is not signed and proves nothing."
)


def write_leaflet(folder: Path, banner: str, what: str) -> None:
    """Write the leaflet into a folder that was just made; `banner` is empty on a REAL line."""
    paragraphs = [*([banner] if banner else []), *(textwrap.fill(each, WIDTH) for each in (what, _CHECK))]
    (folder / NAME).write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")
