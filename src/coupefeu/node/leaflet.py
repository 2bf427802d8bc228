"""The leaflet in what strangers are given: README.txt says EXERCISE first, what lies beside it, and how to check it."""

import textwrap
from pathlib import Path

from coupefeu.model.agreement import RecordMode
from coupefeu.node.folder import NodeFolder
from coupefeu.node.policies import absent_in

NAME = "README.txt"
WIDTH = 80
_FACT_ONLY = (
    "RECORD OF FACT ONLY: on this line content is erased as agreed. What took place, by whom and when stands; of what"
    " was erased the head alone is shown."
)
_CHECK = (
    "Check it offline with `coupefeu verify FOLDER`, or with any tool for C2SP notes, tiles and proofs. The key"
    " files beside this text show only that the folder is of one piece: compare them with the keys that you have"
    " from the parties. This text is not signed and proves nothing."
)


def write_record_leaflet(folder: NodeFolder, party: str, size: int, to: Path) -> None:
    """Say it of one party's log, as `node.export.export_record` wrote it."""
    what = f"The first {size:,} entries of the log of {party.upper()}, on the line {folder.agreement.name}."
    _write(to, folder.banner(), what, *_kept(folder), *_unmet(to))


def write_proof_leaflet(folder: NodeFolder, party: str, index: int, to: Path) -> None:
    """Say it of one entry, as `node.prove.prove_entry` wrote it."""
    line = folder.agreement.name
    _write(
        to,
        folder.banner(),
        f"Entry {index:,} of the log of {party.upper()}, on the line {line}, with its proof.",
        *_kept(folder),
        *_unmet(to),
    )


def write_equivocation_leaflet(banner: str, name: str, to: Path) -> None:
    """Say it of two signed statements that cannot both be true, as `node.export_equivocation` wrote them."""
    _write(
        to,
        banner,
        f"Two signed statements that cannot both be true, about {name}, with the keys that signed them.",
    )


def _kept(folder: NodeFolder) -> tuple[str, ...]:
    return (_FACT_ONLY,) if folder.agreement.record_mode is RecordMode.FACT_ONLY else ()


def _unmet(to: Path) -> tuple[str, ...]:
    absent = ", ".join(each.upper() for each in absent_in(to))
    says = (
        f"`policy` asks for all whom the agreement names, and this checkpoint does not meet it: not signed by {absent}."
        " `policy-degraded` asks for any of them."
    )
    return (says,) if absent else ()


def _write(to: Path, banner: str, *what: str) -> None:
    paragraphs = [*([banner] if banner else []), *(textwrap.fill(each, WIDTH) for each in (*what, _CHECK))]
    (to / NAME).write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")
