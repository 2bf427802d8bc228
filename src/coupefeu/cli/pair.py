"""`coupefeu pair`: cards, then words read aloud, then answers, then the line.

coupefeu pair ru.card --agreement terms.toml --in-person --node us     -> twelve words, then us/pairing/us.answer
coupefeu pair ru.answer --node us                                      -> the line is ready
"""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from coupefeu.cli.printing import IdentityOption, JsonOption, NodeOption, report
from coupefeu.errors import UsageError, VerificationError, naming
from coupefeu.keys.files import write_durably
from coupefeu.keys.pairing import verify_words
from coupefeu.model.agreement import Agreement
from coupefeu.node import pairing
from coupefeu.node.folder import NodeFolder
from coupefeu.node.folder_files import read_given
from coupefeu.services.messages.render import mode_words
from coupefeu.wire.agreement import parse_terms

NOT_IN_PERSON = (
    "not protected against a future quantum computer before the first renewal of the shared secret: the cards did not "
    "all travel in person"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pair")(pair)


def pair(
    files: Annotated[
        list[Path], typer.Argument(help="The others' cards, or, in the second step, their answers.")
    ],
    node: NodeOption,
    agreement: Annotated[
        Path | None, typer.Option(help="The terms, the same bytes on every side (first step).")
    ] = None,
    in_person: Annotated[
        bool, typer.Option("--in-person", help="These cards were handed over in person, not sent.")
    ] = False,
    yes_words: Annotated[
        str | None,
        typer.Option(help="The twelve words as heard from the other side, instead of the question."),
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Write our answer to this file too.")] = None,
    recovery_to: Annotated[
        Path | None,
        typer.Option(
            "--recovery-to",
            help="Folder for the recovery secrets (second step); FOLDER-recovery beside the node's if not given.",
        ),
    ] = None,
    identity: IdentityOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pair with the others' cards, then with their answers."""
    folder = NodeFolder.open(node, identity)
    cards, answers = pairing.read_pairing_files(files)
    if cards and answers:
        raise UsageError(
            "cards and answers at once", code="cli.pair.mixed", hint="first the cards, then the answers"
        )
    if answers:
        home = folder.path.resolve()
        away = recovery_to or home.with_name(f"{home.name}-recovery")
        _finish(pairing.complete(folder, answers, away), away, as_json=as_json)
        return
    if agreement is None:
        raise UsageError(
            "no terms", code="cli.pair.no_terms", hint="name the agreed text with --agreement terms.toml"
        )
    terms = read_given(agreement)
    with naming(agreement):
        parse_terms(terms)
    encounter = pairing.meet(folder, dict.fromkeys(cards, in_person), terms)
    _confirm(encounter, yes_words, as_json=as_json)
    text = pairing.answer(folder, encounter)
    if to:
        write_durably(to, text.encode("ascii"))
    kept = to or folder.path / "pairing" / f"{folder.party}.answer"
    lines = [
        f"Our answer is in {kept}: send it to the others, by any way.",
        f"Next, with theirs: coupefeu pair THEIR_ANSWER --node {node}",
    ]
    values = {
        "words": " ".join(encounter.words),
        "answer": text,
        "line_id": encounter.agreement.line_id.hex(),
    }
    report(encounter.agreement.banner, lines, values, as_json=as_json)


def _confirm(encounter: pairing.Encounter, heard: str | None, *, as_json: bool) -> None:
    if heard is not None:
        verify_words(encounter.words, heard)
        return
    if as_json:
        raise UsageError(
            "the twelve words were not compared by people",
            code="cli.pair.unconfirmed",
            hint="run it without --json to see ours; with --json, give those heard from them as --yes-words",
        )
    agreement = encounter.agreement
    report(
        agreement.banner,
        [
            f"Line {agreement.name}, {agreement.status}, between {_listed(agreement.party_ids)}.",
            *_mode_lines(agreement),
            "Read these twelve words aloud to each other, over a voice you know:",
            "",
            *(_row(encounter.words, start) for start in (0, 4, 8)),
            "",
        ],
        {},
        as_json=False,
    )
    if typer.prompt('Are all twelve the same on every side? Type "yes" or "no"').strip().lower() != "yes":
        raise VerificationError(
            "the words were not confirmed",
            code="cli.pair.refused",
            hint="if they differ, a card was exchanged on its way: begin again with fresh folders and cards",
        )


def _mode_lines(agreement: Agreement) -> list[str]:
    """Say what the record keeps, before anything is written on it."""
    return textwrap.wrap(mode_words(agreement, "en"), 80, subsequent_indent="  ")


def _finish(folder: NodeFolder, recovery: Path, *, as_json: bool) -> None:
    agreement = folder.agreement
    weak = [party for party in folder.counterparts if not folder.in_person(party)]
    lines = [
        f"The line {agreement.name} is ready: {_listed(agreement.party_ids)}, {agreement.status}.",
        f"Line id {folder.line_id.hex()}, agreement version {agreement.version}.",
        *_mode_lines(agreement),
        *(f"With {party.upper()}: {NOT_IN_PERSON}." for party in weak),
        *_offline_lines(folder, recovery),
        f"Next: coupefeu up --node {folder.path}",
    ]
    values = {
        "ready": True,
        "record_mode": agreement.record_mode.value,
        "line_id": folder.line_id.hex(),
        "parties": list(agreement.party_ids),
        "in_person": {party: folder.in_person(party) for party in folder.counterparts},
        "recovery": {party: str(pairing.recovery_file(recovery, party)) for party in folder.counterparts},
        "warnings": [f"{party}: {NOT_IN_PERSON}" for party in weak],
    }
    report(folder.banner(), lines, values, as_json=as_json)


def _offline_lines(folder: NodeFolder, recovery: Path) -> list[str]:
    identity = folder.path / "keys" / "identity.key"
    lines = [f"Now move {identity} to a medium that is kept offline."] if identity.exists() else []
    files = ", ".join(str(pairing.recovery_file(recovery, party)) for party in folder.counterparts)
    why = "with it, and the same on the other side, this node comes back even if every backup is older than 30 days"
    return [*lines, f"Move {files} to such a medium too, out of every backup: {why}."]


def _row(words: Sequence[str], start: int) -> str:
    return "   ".join(f"{number + 1:2} {words[number]:<10}" for number in range(start, start + 4)).rstrip()


def _listed(parties: Sequence[str]) -> str:
    return " and ".join(party.upper() for party in parties)
